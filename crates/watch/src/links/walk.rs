//! The walk over all entries: whose link is asked next.

use std::collections::{HashMap, HashSet, VecDeque};

use chrono::{DateTime, TimeDelta, Utc};
use url::Url;
use whimbrel_catalog::{CatalogId, Entry, EntryKey};
use whimbrel_news::Listed;
use whimbrel_store::{LinkPlace, Store, StoreError};

use super::ask::Step;
use super::{Asked, CONFIRM_AFTER, LinkSettings};

/// Entries read at a time.
const PAGE: usize = 256;

/// Links that wait because their hosts were asked a moment ago; the walk rests while there are so many.
const WAITING: usize = 1024;

/// Of one host no more wait than this; further ones are left to the next walk, so that a host with very many links
/// does not keep the others waiting.
const WAITING_OF_ONE_HOST: usize = 64;

/// A link whose answer takes longer, over redirects and pauses, gives none.
const LONGEST_TURN: TimeDelta = TimeDelta::hours(1);

/// A program that was away does not make up for it at once.
const LONGEST_GAP: TimeDelta = TimeDelta::hours(1);

/// What an unclear answer to a question that is to confirm a dead link costs in time.
const ASK_AGAIN: TimeDelta = TimeDelta::hours(6);

/// How often the place of the walk is written: what is lost in a crash is asked once more.
const WRITE_EVERY: TimeDelta = TimeDelta::hours(1);

/// Troubles read at a time.
const TROUBLES: usize = 1024;

/// A link to ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Candidate {
    pub(super) key: EntryKey,
    pub(super) name: String,
    pub(super) url: String,
    /// The request that is to be made next.
    pub(super) step: Step,
}

impl Candidate {
    /// `None` for what is no address.
    fn new(key: EntryKey, name: String, url: String) -> Option<Self> {
        let step = Step::first(Url::parse(&url).ok().filter(Url::has_host)?);
        Some(Self { key, name, url, step })
    }

    /// Who is asked next.
    fn host(&self) -> &str {
        self.step.at.host_str().unwrap_or_default()
    }
}

/// How far the walk is and what it owes.
#[derive(Default)]
pub(super) struct Walk {
    place: Option<LinkPlace>,
    begun: bool,
    last: Option<DateTime<Utc>>,
    written: Option<DateTime<Utc>>,
    /// Entries the walk should have passed by now, in parts of one.
    owed: f64,
    waiting: VecDeque<Candidate>,
    hosts: Asked,
    confirmed: HashMap<EntryKey, DateTime<Utc>>,
}

impl Walk {
    /// Walks as far as time has gone since the last step.
    pub(super) fn go_on(
        &mut self,
        store: &Store,
        settings: &LinkSettings,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        if !self.begun {
            self.place = store.link_place()?;
            self.begun = true;
        }
        let mut catalogs: Vec<_> =
            store.catalogs()?.into_iter().filter(|meta| meta.next_due.is_some()).collect();
        catalogs.sort_by(|a, b| a.id.cmp(&b.id));
        let all: f64 = catalogs.iter().map(|meta| f64::from(meta.entries)).sum();
        let gap =
            self.last.map_or(TimeDelta::zero(), |last| (now - last).clamp(TimeDelta::zero(), LONGEST_GAP));
        self.last = Some(now);
        let period = settings.every.as_std().as_secs_f64().max(1.0);
        // Never more than one walk over everything in one step.
        self.owed = (self.owed + all * gap.as_seconds_f64() / period).min(all);
        while self.owed >= 1.0 && self.waiting.len() < WAITING {
            let Some(passed) = self.page(store, &catalogs.iter().map(|meta| &meta.id).collect::<Vec<_>>())?
            else {
                break;
            };
            self.owed -= passed as f64;
        }
        Ok(())
    }

    /// Reads on where the walk is and queues what is to be asked; says how many entries it passed.
    fn page(&mut self, store: &Store, catalogs: &[&CatalogId]) -> Result<Option<usize>, StoreError> {
        let Some(first) = catalogs.first() else { return Ok(None) };
        let (catalog, after) = match &self.place {
            // From the end of one catalog to the beginning of the next, from the last to the first.
            Some(LinkPlace { catalog, key: None }) => {
                (*catalogs.iter().find(|id| **id > catalog).unwrap_or(first), None)
            }
            Some(LinkPlace { catalog, key }) => match catalogs.iter().find(|id| **id >= catalog) {
                Some(id) if *id == catalog => (*id, key.clone()),
                Some(id) => (*id, None),
                None => (*first, None),
            },
            None => (*first, None),
        };
        let limit = (self.owed.ceil() as usize).clamp(1, PAGE);
        let entries = store.entries(catalog, after.as_ref(), limit)?;
        let ended = entries.len() < limit;
        let last = entries.last().map(|entry| entry.key.clone());
        self.place = Some(LinkPlace { catalog: catalog.clone(), key: if ended { None } else { last } });
        let passed = entries.len();
        let queued: HashSet<EntryKey> = self.waiting.iter().map(|waiting| waiting.key.clone()).collect();
        let mut of_hosts: HashMap<String, usize> = HashMap::new();
        for waiting in &self.waiting {
            *of_hosts.entry(waiting.host().to_owned()).or_default() += 1;
        }
        let fresh = entries.iter().filter(|entry| !queued.contains(&entry.key)).filter_map(candidate);
        for one in fresh {
            let its = of_hosts.entry(one.host().to_owned()).or_default();
            if *its < WAITING_OF_ONE_HOST {
                *its += 1;
                self.waiting.push_back(one);
            }
        }
        // An empty catalog is passed as if it were one entry, so that the walk comes to an end.
        Ok(Some(passed.max(1)))
    }

    /// Takes the links whose hosts may be asked now, dead ones that wait for their confirmation first.
    pub(super) fn choose(
        &mut self,
        store: &Store,
        settings: &LinkSettings,
        now: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<Candidate>, StoreError> {
        let rest = settings.host_every.as_chrono();
        self.hosts.retain(|_, asked| now - *asked < rest && *asked <= now);
        self.confirmed.retain(|_, asked| now - *asked < ASK_AGAIN && *asked <= now);
        let mut after = None;
        loop {
            let troubles = store.link_troubles(after.as_ref(), TROUBLES)?;
            after = troubles.last().map(|trouble| trouble.key.clone());
            let ended = troubles.len() < TROUBLES;
            for trouble in troubles {
                let due = trouble.told.is_none() && now - trouble.first >= CONFIRM_AFTER;
                if due && self.confirmed.insert(trouble.key.clone(), now).is_none() {
                    // What is no longer listed is nobody's trouble: that is seen when it would be told.
                    let name = name_of(store, &trouble.key)?.unwrap_or_else(|| trouble.url.clone());
                    if let Some(candidate) = Candidate::new(trouble.key, name, trouble.url) {
                        self.waiting.push_front(candidate);
                    }
                }
            }
            if ended {
                break;
            }
        }
        let mut chosen = Vec::new();
        let mut later = VecDeque::new();
        while let Some(mut candidate) = self.waiting.pop_front() {
            if candidate.step.begun.is_some_and(|begun| now - begun > LONGEST_TURN) {
                continue;
            }
            if chosen.len() < limit && !self.hosts.contains_key(candidate.host()) {
                self.hosts.insert(candidate.host().to_owned(), now);
                candidate.step.begun.get_or_insert(now);
                chosen.push(candidate);
            } else {
                later.push_back(candidate);
            }
        }
        self.waiting = later;
        Ok(chosen)
    }

    /// Takes back a link whose answer needs another request, before those that were not asked yet.
    pub(super) fn again(&mut self, candidate: Candidate) {
        self.waiting.push_front(candidate);
    }

    /// The place of the walk, when it is time to write it.
    pub(super) fn place_to_write(&mut self, now: DateTime<Utc>) -> Option<LinkPlace> {
        let due = self.written.is_none_or(|written| now - written >= WRITE_EVERY || written > now);
        if due {
            self.written = Some(now);
            return self.place.clone();
        }
        None
    }
}

/// The link of an entry, when it is to be asked here: repositories at GitHub are followed in another way.
fn candidate(entry: &Entry) -> Option<Candidate> {
    let repository = entry.key.repository().is_some_and(|(host, ..)| host == "github.com");
    let web = entry.url.starts_with("https://") || entry.url.starts_with("http://");
    if !web || repository {
        return None;
    }
    Candidate::new(entry.key.clone(), entry.name.clone(), entry.url.clone())
}

/// Where a link is listed.
pub(super) fn listed(store: &Store, key: &EntryKey) -> Result<Vec<Listed>, StoreError> {
    let mut all = Vec::new();
    for meta in store.catalogs()? {
        if let Some(entry) = store.entry(&meta.id, key)? {
            all.extend(entry.places.iter().map(|place| Listed {
                id: meta.id.clone(),
                section: place.section.to_string(),
                section_path: place.section.parts().iter().map(ToString::to_string).collect(),
            }));
        }
    }
    Ok(all)
}

/// The addresses under which an entry is listed.
pub(super) fn addresses(store: &Store, key: &EntryKey) -> Result<Vec<String>, StoreError> {
    let mut all = Vec::new();
    for meta in store.catalogs()? {
        all.extend(store.entry(&meta.id, key)?.map(|entry| entry.url));
    }
    Ok(all)
}

fn name_of(store: &Store, key: &EntryKey) -> Result<Option<String>, StoreError> {
    for meta in store.catalogs()? {
        if let Some(entry) = store.entry(&meta.id, key)? {
            return Ok(Some(entry.name));
        }
    }
    Ok(None)
}
