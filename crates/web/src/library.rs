//! What the site asks of the store.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use whimbrel_catalog::{CatalogId, Entry, EntryKey, SectionPath};
use whimbrel_news::digest::{DigestPage, Time};
use whimbrel_news::{Digest, Epoch, Event, Filter, Kind, Period, Span, slug};
use whimbrel_project::{Project, StarHistory};
use whimbrel_store::{CatalogMeta, Cursor, Query, Scope, Store, StoreError};

use crate::address::{Base, Listing};
use crate::after::After;
use crate::facts::Written;
use crate::standings::{Kept, Measure, Standings};

/// Entries read at once.
const BATCH: usize = 1000;

/// Questions asked for one page. Each looks at some thousand events at most; a condition that hardly anything meets
/// gives a short page with a way on, and holds nobody up.
const QUESTIONS: u32 = 5;

/// Events that go into one digest; a period with more of them is told by its first ones.
const DIGESTED: usize = 20_000;

/// How far the journal has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reach {
    pub(crate) epoch: Epoch,
    /// The newest live event.
    pub(crate) head: u64,
    /// The newest replayed event.
    pub(crate) history: u64,
    /// The newest live event that was dropped.
    pub(crate) floor: u64,
}

/// News that was found.
#[derive(Default)]
pub(crate) struct Found {
    /// Newest first.
    pub(crate) events: Vec<Event>,
    /// Where older news begins, if there is any.
    pub(crate) older: Option<After>,
}

/// A followed project.
pub(crate) struct Followed {
    pub(crate) project: Project,
    pub(crate) stars: StarHistory,
    /// Newest first.
    pub(crate) releases: Vec<Event>,
}

/// The store, as the site reads it.
#[derive(Clone)]
pub(crate) struct Library {
    store: Store,
    standings: Arc<Kept>,
}

impl Library {
    pub(crate) fn new(store: Store) -> Self {
        Self { store, standings: Arc::default() }
    }

    /// How far the journal has come; cheap.
    pub(crate) fn reach(&self) -> Reach {
        let store = &self.store;
        Reach {
            epoch: store.epoch(),
            head: store.head(),
            history: store.history_head(),
            floor: store.floor(),
        }
    }

    /// The catalogs, and how far the store is at least, as far as it can be read: whatever is read later is not older.
    pub(crate) fn catalogs_and_written(&self) -> Result<(Vec<CatalogMeta>, Written), StoreError> {
        let commits = self.store.commits();
        let catalogs = self.store.catalogs_and_revisions()?;
        let revisions = catalogs.iter().map(|(meta, revision)| (meta.id.clone(), *revision)).collect();
        Ok((catalogs.into_iter().map(|(meta, _)| meta).collect(), Written { commits, revisions }))
    }

    pub(crate) fn catalogs(&self) -> Result<Vec<CatalogMeta>, StoreError> {
        self.store.catalogs()
    }

    /// A page of a listing. What stands after a place never changes: live news comes in above, and history that
    /// was replayed after the listing was begun is left out.
    pub(crate) fn find(&self, listing: &Listing, most: usize) -> Result<Found, StoreError> {
        let Some(scope) = self.scope(listing)? else { return Ok(Found::default()) };
        let history = listing.after.map_or_else(|| self.store.history_head(), |after| after.history);
        let filter = listing.narrow.filter();
        let questions = if filter.patterns() > 0 { 1 } else { QUESTIONS };
        let mut at = listing.after.map(|after| after.cursor);
        let mut events: Vec<Event> = Vec::new();
        for question in 1.. {
            // One more than is shown tells whether there is more.
            let limit = most + 1 - events.len();
            let page = self.store.events(&Query {
                scope: scope.clone(),
                filter: filter.clone(),
                after: at,
                limit,
            })?;
            events.extend(page.events.into_iter().filter(|event| !event.history || event.seq <= history));
            at = page.next;
            if at.is_none() || events.len() > most || question == questions {
                break;
            }
        }
        let older = if events.len() > most {
            events.truncate(most);
            events.last().map(|last| Cursor { id: last.id(), at: last.at })
        } else {
            at
        };
        let older = older.map(|cursor| After { cursor, history });
        Ok(Found { events, older })
    }

    /// The newest digests of periods that are over, newest first; periods without news are left out.
    pub(crate) fn digests(
        &self,
        period: Period,
        now: DateTime<Utc>,
        most: usize,
    ) -> Result<Vec<Digest>, StoreError> {
        let mut digests = Vec::new();
        for span in self.spans(period, now, most * 4)? {
            let time = Time::Span(span);
            let events = self.store.events_between(time.after(), time.up_to(), DIGESTED)?;
            let digest = Digest::fold(span, &events);
            if !digest.is_empty() {
                digests.push(digest);
            }
            if digests.len() == most {
                break;
            }
        }
        Ok(digests)
    }

    /// The newest periods that are over and in which something was recorded, newest first.
    pub(crate) fn spans(
        &self,
        period: Period,
        now: DateTime<Utc>,
        most: usize,
    ) -> Result<Vec<Span>, StoreError> {
        let mut spans = Vec::new();
        let mut before = period.around(now).start();
        while spans.len() < most {
            let Some(commit) = self.store.event_times(before, 1)?.into_iter().next() else { break };
            let span = period.around(commit.recorded);
            before = span.start();
            spans.push(span);
        }
        Ok(spans)
    }

    /// All of one digest, and whether every event of its time went in.
    pub(crate) fn digest(&self, page: &DigestPage) -> Result<(Digest, bool), StoreError> {
        self.store.digest(page, DIGESTED)
    }

    /// The index that fits best; `None` when nothing can fit.
    fn scope(&self, listing: &Listing) -> Result<Option<Scope>, StoreError> {
        Ok(Some(match &listing.base {
            Base::All => match (listing.narrow.catalogs.as_slice(), listing.narrow.kinds.as_slice()) {
                ([id], _) => Scope::Catalog(id.clone()),
                (_, [kind]) => Scope::Kind(*kind),
                _ => Scope::All,
            },
            Base::Catalog(id) => Scope::Catalog(id.clone()),
            Base::Section(id, section) => Scope::Section(id.clone(), section.clone()),
            Base::Kind(kind) => Scope::Kind(*kind),
            Base::Project(project) => match self.project(project)? {
                Some(key) => Scope::Project(key),
                None => return Ok(None),
            },
        }))
    }

    /// The key behind a project's slug. Most slugs tell it; the few with a hash are looked for among the entries and
    /// then in the newest news.
    pub(crate) fn project(&self, project: &str) -> Result<Option<EntryKey>, StoreError> {
        if let Some(key) = slug::project_key(project) {
            return Ok(Some(EntryKey::from_stored(&key)));
        }
        for meta in self.store.catalogs()? {
            let mut found = None;
            self.each_entry(&meta.id, |entry| {
                if slug::project(entry.key.as_str()) == project {
                    found = Some(entry.key.clone());
                }
                found.is_none()
            })?;
            if found.is_some() {
                return Ok(found);
            }
        }
        let mut query = Query { limit: BATCH, ..Query::default() };
        for _ in 0..QUESTIONS {
            let page = self.store.events(&query)?;
            let mut keys = page.events.iter().flat_map(Event::projects);
            if let Some(key) = keys.find(|key| slug::project(key.as_str()) == project) {
                return Ok(Some(key));
            }
            query.after = page.next;
            if query.after.is_none() {
                break;
            }
        }
        Ok(None)
    }

    /// What is known of a followed project: itself, its stars over time, and the newest news of its releases.
    pub(crate) fn followed(&self, key: &EntryKey, releases: usize) -> Result<Option<Followed>, StoreError> {
        let whole = key.repository().map(|(host, owner, name)| format!("{host}/{owner}/{name}"));
        let whole = whole.map_or_else(|| key.clone(), |whole| EntryKey::from_stored(&whole));
        let Some(id) = self.store.project_named(&whole)? else { return Ok(None) };
        let Some(project) = self.store.project(id)? else { return Ok(None) };
        let stars = self.store.star_history(id)?;
        let query = Query {
            scope: Scope::Project(project.key.clone()),
            filter: Filter::any([Kind::Released, Kind::ReleasePromoted].map(Filter::kind)),
            after: None,
            limit: releases,
        };
        let releases = self.store.events(&query)?.events;
        Ok(Some(Followed { project, stars, releases }))
    }

    /// Projects that are listed and were looked at, those known longest first; at most so many, and whether there are
    /// more.
    pub(crate) fn looked_at(&self, limit: usize) -> Result<(Vec<EntryKey>, bool), StoreError> {
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let projects = self.store.projects(after, BATCH)?;
            let Some(last) = projects.last() else { return Ok((found, false)) };
            after = Some(last.id);
            for project in projects.into_iter().filter(|project| project.node.is_some()) {
                if self.store.listings(project.id)?.is_empty() {
                    continue;
                }
                if found.len() == limit {
                    return Ok((found, true));
                }
                found.push(project.key);
            }
        }
    }

    /// Where a project is listed now, by its own address or one below it.
    pub(crate) fn places(&self, key: &EntryKey) -> Result<Vec<(CatalogId, Entry)>, StoreError> {
        let mut places = Vec::new();
        if let Some(id) = self.store.project_named(key)? {
            for listing in self.store.listings(id)? {
                if let Some(entry) = self.store.entry(&listing.catalog, &listing.entry)? {
                    places.push((listing.catalog, entry));
                }
            }
            return Ok(places);
        }
        for meta in self.store.catalogs()? {
            if let Some(entry) = self.store.entry(&meta.id, key)? {
                places.push((meta.id, entry));
            }
        }
        Ok(places)
    }

    /// How things stand in a catalog, or over all of them; as it was a moment ago.
    pub(crate) fn standings(
        &self,
        catalog: Option<&CatalogId>,
        by: Measure,
        now: DateTime<Utc>,
    ) -> Result<Arc<Standings>, StoreError> {
        self.standings.of(&self.store, catalog, by, now)
    }

    /// The sections of a catalog, in the order of the document.
    pub(crate) fn sections(&self, id: &CatalogId) -> Result<Vec<SectionPath>, StoreError> {
        Ok(self.store.shape(id)?.map(|shape| shape.sections).unwrap_or_default())
    }

    /// The entries of a section and all below it, by name; at most `limit`, and how many more there are.
    pub(crate) fn entries_in(
        &self,
        id: &CatalogId,
        section: &str,
        limit: usize,
    ) -> Result<(Vec<Entry>, usize), StoreError> {
        // Ten thousand entries stand in a hundred sections.
        let (mut known, mut path) = (HashMap::<String, bool>::new(), String::new());
        let mut entries = self.store.entries_at(id, |headings| {
            path.clear();
            for heading in headings {
                path.push_str(heading);
                path.push('\n');
            }
            known.get(&path).copied().unwrap_or_else(|| {
                let below = slug::is_below(headings, section);
                known.insert(path.clone(), below);
                below
            })
        })?;
        entries.sort_by_cached_key(|entry| entry.name.to_lowercase());
        let more = entries.len().saturating_sub(limit);
        entries.truncate(limit);
        Ok((entries, more))
    }

    /// Every entry of a catalog, until `look` says it has seen enough.
    pub(crate) fn each_entry(
        &self,
        id: &CatalogId,
        mut look: impl FnMut(&Entry) -> bool,
    ) -> Result<(), StoreError> {
        let mut last: Option<EntryKey> = None;
        loop {
            let entries = self.store.entries(id, last.as_ref(), BATCH)?;
            if !entries.iter().all(&mut look) || entries.len() < BATCH {
                return Ok(());
            }
            last = entries.last().map(|entry| entry.key.clone());
        }
    }
}
