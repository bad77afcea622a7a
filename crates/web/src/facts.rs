//! What pages show besides news: the catalogs and the state of the program, as of one moment.

use std::collections::HashMap;
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
    titles: u64,
    entries: HashMap<u64, u64>,
    each: HashMap<u64, u64>,
    pages: u64,
    all: u64,
}

/// How far the store was when facts were read.
#[derive(Default)]
pub(crate) struct Written {
    /// How often something had been written.
    pub(crate) commits: u64,
    /// The revision of each catalog.
    pub(crate) revisions: HashMap<CatalogId, u64>,
}

/// Which of the facts a text shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shows {
    /// What catalogs and bots are called, and no more: feeds.
    Titles,
    /// The entries and sections of this catalog, and what catalogs and bots are called.
    Entries(u64),
    /// What is known of this catalog.
    One(u64),
    /// What is known of all catalogs, but not how the program is doing at this moment.
    Pages,
    /// Everything, of which something changes every second.
    All,
}

impl Shows {
    /// The entries and sections of this catalog.
    pub(crate) fn entries(id: &CatalogId) -> Self {
        Self::Entries(number(id))
    }

    /// What is known of this catalog.
    pub(crate) fn one(id: &CatalogId) -> Self {
        Self::One(number(id))
    }
}

impl Facts {
    /// As of when the store was so far.
    pub(crate) fn new(mut catalogs: Vec<CatalogMeta>, status: StatusFacts, written: &Written) -> Self {
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
        let entries = |meta: &CatalogMeta| {
            let revision = written.revisions.get(&meta.id);
            fingerprint(|hasher| (titles, &status.bots, revision).hash(hasher))
        };
        let entries = catalogs.iter().map(|meta| (number(&meta.id), entries(meta))).collect();
        // Entries, projects and rankings change without news, but not without being written.
        let common = fingerprint(|hasher| (titles, written.commits, &status.bots).hash(hasher));
        let one = |meta: &CatalogMeta| {
            fingerprint(|hasher| {
                (common, status.next_looks.get(&meta.id)).hash(hasher);
                hash(meta, hasher);
            })
        };
        let each: Vec<(u64, u64)> = catalogs.iter().map(|meta| (number(&meta.id), one(meta))).collect();
        let pages = fingerprint(|hasher| {
            (common, &status.off, &each).hash(hasher);
            for state in &status.loops {
                (&state.name, state.alive).hash(hasher);
            }
        });
        let all = fingerprint(|hasher| (pages, &status).hash(hasher));
        Self { catalogs, status, titles, entries, each: each.into_iter().collect(), pages, all }
    }

    /// Changes when something of this changes.
    pub(crate) fn mark(&self, shows: Shows) -> u64 {
        match shows {
            Shows::Titles => self.titles,
            Shows::Entries(id) => self.entries.get(&id).copied().unwrap_or_default(),
            Shows::One(id) => self.each.get(&id).copied().unwrap_or_default(),
            Shows::Pages => self.pages,
            Shows::All => self.all,
        }
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

fn hash(meta: &CatalogMeta, hasher: &mut DefaultHasher) {
    (&meta.source, meta.last_look, meta.last_success, meta.last_change, meta.next_due).hash(hasher);
    (&meta.last_error, meta.failures, meta.stale, &meta.held, &meta.unread).hash(hasher);
    (meta.followed, meta.entries, meta.listings, meta.sections).hash(hasher);
    (&meta.accepted_document, &meta.latest_document).hash(hasher);
}

fn number(id: &CatalogId) -> u64 {
    fingerprint(|hasher| id.hash(hasher))
}

fn fingerprint(fill: impl FnOnce(&mut DefaultHasher)) -> u64 {
    let mut hasher = DefaultHasher::new();
    fill(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::status::{BotState, LoopState};

    fn status(change: impl FnOnce(&mut StatusFacts)) -> StatusFacts {
        let mut status = StatusFacts {
            loops: vec![LoopState { name: "watch".into(), alive: true, last_progress: None }],
            ..StatusFacts::default()
        };
        change(&mut status);
        status
    }

    /// Which marks differ from those of a calm moment: of feeds, of the sections of a catalog, of the pages of each
    /// catalog, of others, of the status. `revision` is that of the first catalog.
    fn differs(status: StatusFacts, commits: u64, revision: u64) -> [bool; 6] {
        let ids = ["raft", "shells"].map(|id| CatalogId::new(id).unwrap());
        let of = |status, commits, revision| {
            let catalogs =
                ids.iter().map(|id| CatalogMeta::unseen(id.clone(), "list.md", DateTime::UNIX_EPOCH));
            let revisions = [(ids[0].clone(), revision), (ids[1].clone(), 1)].into();
            Facts::new(catalogs.collect(), status, &Written { commits, revisions })
        };
        let (calm, now) = (of(self::status(|_| {}), 1, 1), of(status, commits, revision));
        let [raft, shells] = &ids;
        let shows = [
            Shows::Titles,
            Shows::entries(raft),
            Shows::one(raft),
            Shows::one(shells),
            Shows::Pages,
            Shows::All,
        ];
        shows.map(|shows| calm.mark(shows) != now.mark(shows))
    }

    #[test]
    fn a_text_is_another_when_what_it_shows_is() {
        let at = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
        let raft = CatalogId::new("raft").unwrap();
        let bot = BotState { service: "Telegram".into(), name: None, way: None, listens: true };
        for (what, status, (commits, revision), expected) in [
            ("nothing", status(|_| {}), (1, 1), [false; 6]),
            (
                "a loop goes on",
                status(|status| status.loops[0].last_progress = Some(at)),
                (1, 1),
                [false, false, false, false, false, true],
            ),
            (
                "a loop ends",
                status(|status| status.loops[0].alive = false),
                (1, 1),
                [false, false, false, false, true, true],
            ),
            (
                "a catalog is looked at later",
                status(|status| status.next_looks = [(raft, at)].into()),
                (1, 1),
                [false, false, true, false, true, true],
            ),
            (
                "a bot listens",
                status(|status| status.bots.push(bot)),
                (1, 1),
                [false, true, true, true, true, true],
            ),
            ("something is written", status(|_| {}), (2, 1), [false, false, true, true, true, true]),
            ("a catalog is read anew", status(|_| {}), (2, 2), [false, true, true, true, true, true]),
        ] {
            // A bot without an address is nothing to feeds, but they count what leads to it.
            let differs = differs(status, commits, revision);
            assert_eq!(differs[1..], expected[1..], "{what}");
            assert!(!differs[0] || what == "a bot listens", "{what}");
        }
    }
}
