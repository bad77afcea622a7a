//! What pages show besides news: the catalogs and the state of the program, as of one moment.

use std::hash::{DefaultHasher, Hash, Hasher};

use chrono::{DateTime, Utc};
use whimbrel_catalog::CatalogId;
use whimbrel_news::slug;
use whimbrel_news::wording::{MAX_TITLE, line};
use whimbrel_store::CatalogMeta;

use crate::row::Titles;
use crate::status::StatusFacts;

/// The catalogs and the state of the program.
pub(crate) struct Facts {
    pub(crate) catalogs: Vec<CatalogMeta>,
    pub(crate) status: StatusFacts,
    /// Changes when anything a page shows changes.
    pub(crate) all: u64,
    /// Changes when a catalog comes, goes or gets another title, or a bot another name: all that feeds show.
    pub(crate) titles: u64,
}

impl Facts {
    pub(crate) fn new(mut catalogs: Vec<CatalogMeta>, status: StatusFacts) -> Self {
        // They come from strangers' documents and stand in many places.
        for meta in &mut catalogs {
            meta.title = line(&meta.title, 100);
            meta.source = line(&meta.source, MAX_TITLE);
        }
        catalogs.sort_by(|a, b| (a.title.to_lowercase(), &a.id).cmp(&(b.title.to_lowercase(), &b.id)));
        let titles = fingerprint(|hasher| {
            for catalog in &catalogs {
                (&catalog.id, &catalog.title).hash(hasher);
            }
            for bot in &status.bots {
                bot.way.hash(hasher);
            }
            status.leads.hash(hasher);
        });
        let all = fingerprint(|hasher| {
            (titles, &status).hash(hasher);
            for catalog in &catalogs {
                (
                    &catalog.source,
                    catalog.last_look,
                    catalog.last_success,
                    catalog.last_change,
                    catalog.next_due,
                )
                    .hash(hasher);
                (&catalog.last_error, catalog.failures, catalog.stale, &catalog.held).hash(hasher);
                catalog.unread.hash(hasher);
                (catalog.followed, catalog.entries, catalog.listings, catalog.sections).hash(hasher);
                (&catalog.accepted_document, &catalog.latest_document).hash(hasher);
            }
        });
        Self { catalogs, status, all, titles }
    }

    /// The catalog of this id or slug.
    pub(crate) fn named(&self, name: &str) -> Option<CatalogId> {
        let found =
            self.catalogs.iter().find(|meta| meta.id.as_str() == name || slug::catalog(&meta.id) == name)?;
        Some(found.id.clone())
    }

    pub(crate) fn catalog(&self, id: &CatalogId) -> Option<&CatalogMeta> {
        self.catalogs.iter().find(|meta| meta.id == *id)
    }

    /// When a catalog is looked at next.
    pub(crate) fn next_look(&self, meta: &CatalogMeta) -> Option<DateTime<Utc>> {
        self.status.next_looks.get(&meta.id).copied().or(meta.next_due)
    }
}

impl Titles for Facts {
    fn title<'a>(&'a self, id: &'a CatalogId) -> &'a str {
        self.catalog(id).map_or(id.as_str(), |meta| &meta.title)
    }

    fn is_followed(&self, id: &CatalogId) -> bool {
        self.catalog(id).is_some()
    }
}

fn fingerprint(fill: impl FnOnce(&mut DefaultHasher)) -> u64 {
    let mut hasher = DefaultHasher::new();
    fill(&mut hasher);
    hasher.finish()
}
