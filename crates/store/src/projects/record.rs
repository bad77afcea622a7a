//! What looks at projects and rankings found, in one durable transaction with the news it caused.

use chrono::{DateTime, Utc};
use whimbrel_catalog::{CatalogId, EntryKey};
use whimbrel_news::Dated;
use whimbrel_project::ProjectId;

use crate::heads::Heads;
use crate::journal::Journal;
use crate::outcome::StoreError;
use crate::projects::form;
use crate::projects::listings;
use crate::projects::rows::{self, Ranked};
use crate::projects::schedule::{Turn, seconds};
use crate::projects::types::{ProjectRecord, RankRecord};
use crate::record::{Rows, span};
use crate::store::Store;
use crate::txn::Txn;
use crate::types::Recorded;

impl Store {
    /// Writes these projects and rankings as one durable transaction and numbers their news in the order given, the
    /// projects' first.
    ///
    /// When it returns, everything is on the disk and the news may leave; when it fails, nothing of it happened.
    /// Rows that would not differ are not written; when none does and there are no news, it costs no commit. A
    /// project that was merged into another meanwhile is passed over with its news.
    pub fn record_projects(
        &self,
        projects: &[ProjectRecord],
        ranks: &[RankRecord],
        now: DateTime<Utc>,
    ) -> Result<Recorded, StoreError> {
        let news = projects
            .iter()
            .map(|record| record.news.len())
            .chain(ranks.iter().map(|record| record.news.len()));
        let _span = span(Rows::Projects, projects.len() + ranks.len(), news.sum()).entered();
        self.inner.commit(|txn, heads| {
            let mut journal = Journal::new(heads.seq);
            for record in projects {
                if write(txn, heads, record)? {
                    journal.append(txn, heads, None, &record.news, now)?;
                }
            }
            for record in ranks {
                rows::put_ranked(txn, &Ranked { scope: record.scope.clone(), state: record.state.clone() })?;
                journal.append(txn, heads, record.catalog.as_ref(), &record.news, now)?;
            }
            let seqs = journal.close(txn, heads, now)?;
            Ok(Recorded { seqs, revision: heads.revision })
        })
    }

    /// The project an entry of this key will lie in, while nobody lists it: made when it was never heard of, and not due.
    /// `None` for entries that lie in no project, and for a project that is followed already.
    pub fn expect_project(
        &self,
        entry: &EntryKey,
        now: DateTime<Utc>,
    ) -> Result<Option<ProjectId>, StoreError> {
        let Some(key) = listings::project_of(entry) else { return Ok(None) };
        if let Some(id) = rows::named(&*self.inner.engine, &key)? {
            return Ok((!self.is_followed(id)).then_some(id));
        }
        let made = self.inner.commit(|txn, _| {
            // Somebody may have listed it meanwhile.
            if rows::named(txn, &key)?.is_some() {
                return Ok(None);
            }
            let id = listings::create_unlisted(txn, &key, now)?;
            Ok(Some(id))
        })?;
        Ok(made)
    }

    /// Forgets these rankings, in one transaction.
    pub fn forget_ranks(&self, scopes: &[String]) -> Result<(), StoreError> {
        self.inner.commit(|txn, _| scopes.iter().try_for_each(|scope| rows::drop_ranked(txn, scope)))
    }

    /// Records news that change no state, of a catalog or of none, as [`Store::record_projects`] does.
    pub fn record_news(
        &self,
        catalog: Option<&CatalogId>,
        news: &[Dated],
        now: DateTime<Utc>,
    ) -> Result<Recorded, StoreError> {
        self.inner.commit(|txn, heads| {
            let mut journal = Journal::new(heads.seq);
            journal.append(txn, heads, catalog, news, now)?;
            let seqs = journal.close(txn, heads, now)?;
            Ok(Recorded { seqs, revision: heads.revision })
        })
    }
}

/// Writes a look; says whether its project is there.
fn write(txn: &mut Txn<'_>, heads: &mut Heads, record: &ProjectRecord) -> Result<bool, StoreError> {
    let project = &record.project;
    if !rows::put(txn, heads, project)? {
        return Ok(false);
    }
    for key in &record.aliases {
        rows::put_alias(txn, heads, project, key)?;
    }
    if let Some(stars) = &record.history {
        form::put_stars(txn, project.id, stars)?;
    }
    txn.turn(Turn::Due(project.id, seconds(record.due)));
    Ok(true)
}
