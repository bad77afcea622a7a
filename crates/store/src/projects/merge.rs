//! Two projects that turned out to be one.

use whimbrel_project::{Project, ProjectId};

use crate::heads::Heads;
use crate::outcome::StoreError;
use crate::projects::form;
use crate::projects::leads::{self, Lead};
use crate::projects::listings::{hand_over, silence};
use crate::projects::rows::{self, Census};
use crate::store::Store;
use crate::touches;
use crate::txn::Txn;
use crate::types::Touched;
use crate::wide;

impl Store {
    /// Makes two projects one: the keys and listings of both lead to `keep`, and the history of stars that goes back
    /// further stays. `drop` is gone; its number is not given again. Nothing happens when one of them is not there.
    pub fn merge_projects(&self, keep: ProjectId, drop: ProjectId) -> Result<(), StoreError> {
        self.inner.commit(|txn, heads| {
            let (Some((_, kept)), Some((revision, dropped))) = (rows::get(txn, keep)?, rows::get(txn, drop)?)
            else {
                return Ok(());
            };
            if keep != drop {
                merge(txn, heads, kept, revision, &dropped)?;
            }
            Ok(())
        })
    }
}

fn merge(
    txn: &mut Txn<'_>,
    heads: &mut Heads,
    mut kept: Project,
    revision: u64,
    dropped: &Project,
) -> Result<(), StoreError> {
    let (keep, drop) = (kept.id, dropped.id);
    let mut keys = vec![dropped.key.clone()];
    for (at, row) in txn.all(&rows::aliases_of(drop).range())? {
        let (version, payload) = wide::join(txn, &at, row)?;
        keys.push(rows::alias(version, &payload)?.key);
    }
    let (own, other) = (form::stars(txn, keep)?, form::stars(txn, drop)?);
    form::remove(txn, drop)?;
    touches::touch(txn, heads, Some(revision).filter(|revision| *revision > 0), &Touched::Project(drop))?;
    let mut census = Census::read(txn)?.unwrap_or_default();
    census.count = census.count.saturating_sub(1);
    census.write(txn)?;
    for key in keys {
        // Another one may have its own key by now.
        if rows::named(txn, &key)? == Some(drop) {
            rows::put_alias(txn, heads, &kept, &key)?;
        }
    }
    hand_over(txn, drop, keep, None)?;
    if let Some(node) = &dropped.node
        && rows::of_node(txn, node)? == Some(drop)
    {
        leads::clear(txn, Lead::Node(node))?;
        kept.node.get_or_insert_with(|| node.clone());
    }
    kept.followed = kept.followed.min(dropped.followed);
    rows::put(txn, heads, &kept)?;
    rows::touch(txn, heads, keep)?;
    rows::put_node(txn, &kept)?;
    let begin = |stars: &whimbrel_project::StarHistory| stars.rows().first().map(|row| row.at);
    if begin(&other).is_some_and(|begins| begin(&own).is_none_or(|own| begins < own)) {
        form::put_stars(txn, keep, &other)?;
    }
    silence(txn, drop)
}
