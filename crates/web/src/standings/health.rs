//! How the projects of a catalog are.

use chrono::{DateTime, TimeDelta, Utc};
use whimbrel_project::{ProjectId, Standing};
use whimbrel_store::{Store, StoreError};

/// How the projects of a catalog are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Health {
    pub(crate) projects: usize,
    /// Nobody works on them any more, as their owners say.
    pub(crate) archived: usize,
    /// They cannot be found.
    pub(crate) gone: usize,
    /// Nothing was pushed to them for a year.
    pub(crate) quiet: usize,
    /// Nobody has looked at them yet.
    pub(crate) unseen: usize,
}

/// How these projects are.
pub(super) fn of(store: &Store, ids: &[ProjectId], now: DateTime<Utc>) -> Result<Health, StoreError> {
    let mut health = Health { projects: ids.len(), ..Health::default() };
    let year = now - TimeDelta::days(365);
    for id in ids {
        let Some(project) = store.project(*id)? else { continue };
        match project.standing {
            Standing::Gone { .. } => health.gone += 1,
            Standing::Unresolved => health.unseen += 1,
            _ if project.facts.archived => health.archived += 1,
            _ if project.facts.pushed_at.is_some_and(|at| at < year) => health.quiet += 1,
            _ => {}
        }
    }
    Ok(health)
}
