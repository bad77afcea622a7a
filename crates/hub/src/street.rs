//! Everything the hub holds in memory: subscriptions with their places in line, requests that wait to be confirmed, and
//! what of it is not written down yet.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use url::Url;
use whimbrel_store::{HubCommit, HubKey, HubSubscription};

use crate::feeds::{Changes, Feeds};
use crate::held::{Followed, Held, Limits, Line, Pending};
use crate::place::{Place, place};
use crate::status::HubStatus;

/// The mark is written at least this often; a start reads no more events again.
const MARK_EVERY: u64 = 10_000;

/// All of it.
#[derive(Debug, Default)]
pub(crate) struct Street {
    held: HashMap<u64, Held>,
    numbers: HashMap<HubKey, u64>,
    newest: u64,
    /// Subscriptions by the path of their feed.
    topics: HashMap<String, Followed>,
    /// Feeds that are no fixed address: each has to be tried.
    choices: BTreeSet<String>,
    periods: BTreeSet<String>,
    /// When something is to be done about a subscription, by line.
    agenda: [BTreeSet<(DateTime<Utc>, u64)>; 2],
    hosts: HashMap<String, usize>,
    circles: HashMap<String, usize>,
    failing: usize,
    waiting: usize,
    pub(crate) requests: BTreeMap<HubKey, Pending>,
    /// Events up to this number were seen …
    pub(crate) matched: u64,
    /// … and this is written down.
    written: u64,
    dirty: BTreeSet<u64>,
    ended: BTreeSet<HubKey>,
    pub(crate) asked: BTreeSet<HubKey>,
    pub(crate) settled: BTreeSet<HubKey>,
    pub(crate) limits: Limits,
    /// Calls under way, by line, and by host.
    pub(crate) flying: [usize; 2],
    pub(crate) flying_to: HashMap<String, usize>,
    pub(crate) confirming: usize,
    /// What was counted since the program began.
    pub(crate) count: HubStatus,
    /// The feeds may mean something else than before.
    pub(crate) is_rewired: bool,
    /// When the last step was taken.
    pub(crate) last_step: Option<DateTime<Utc>>,
}

impl Street {
    pub(crate) fn len(&self) -> usize {
        self.held.len()
    }

    /// Feeds by a condition that somebody wants.
    pub(crate) fn choices(&self) -> usize {
        self.choices.len()
    }

    pub(crate) fn failing(&self) -> usize {
        self.failing
    }

    pub(crate) fn waiting(&self) -> usize {
        self.waiting
    }

    pub(crate) fn of_host(&self, host: &str) -> usize {
        self.hosts.get(host).copied().unwrap_or_default()
    }

    pub(crate) fn of_circle(&self, circle: &str) -> usize {
        self.circles.get(circle).copied().unwrap_or_default()
    }

    /// When the first of the subscriptions at such places ends.
    pub(crate) fn first_end(&self, at: impl Fn(&Place) -> bool) -> Option<DateTime<Utc>> {
        self.held.values().filter(|held| at(&held.place)).map(|held| held.row.until).min()
    }

    pub(crate) fn has_topic(&self, path: &str) -> bool {
        self.topics.contains_key(path)
    }

    pub(crate) fn number(&self, key: &HubKey) -> Option<u64> {
        self.numbers.get(key).copied()
    }

    pub(crate) fn get(&self, number: u64) -> Option<&Held> {
        self.held.get(&number)
    }

    /// A number nothing else has.
    pub(crate) fn next_number(&mut self) -> u64 {
        self.newest += 1;
        self.newest
    }

    /// Takes in a subscription as it stands in the store; `changes` says what changes its feed.
    pub(crate) fn take_in(&mut self, row: HubSubscription, changes: Option<Changes>) -> bool {
        let Ok(url) = Url::parse(&row.key.callback) else { return false };
        let (number, place) = (self.next_number(), place(&url));
        *self.hosts.entry(place.host.clone()).or_default() += 1;
        *self.circles.entry(place.circle.clone()).or_default() += 1;
        self.numbers.insert(row.key.clone(), number);
        self.follow(&row.key.topic, number, changes);
        self.failing += usize::from(row.failures > 0);
        self.waiting += usize::from(row.waiting.is_some());
        let rests_until = DateTime::UNIX_EPOCH;
        let held = Held { row, url, place, is_flying: false, is_slow: false, rests_until, at: None };
        self.held.insert(number, held);
        self.line_up(number);
        true
    }

    /// Adds a subscription that was just confirmed.
    pub(crate) fn add(&mut self, row: HubSubscription, changes: Changes) {
        let key = row.key.clone();
        self.ended.remove(&key);
        if self.take_in(row, Some(changes))
            && let Some(number) = self.number(&key)
        {
            self.dirty.insert(number);
        }
    }

    /// Changes a subscription; what is written down follows.
    pub(crate) fn change(&mut self, number: u64, change: impl FnOnce(&mut Held)) {
        let Some(held) = self.held.get_mut(&number) else { return };
        let before = held.row.clone();
        change(held);
        let after = &held.row;
        self.failing = self.failing + usize::from(after.failures > 0) - usize::from(before.failures > 0);
        self.waiting =
            self.waiting + usize::from(after.waiting.is_some()) - usize::from(before.waiting.is_some());
        if *after != before {
            self.dirty.insert(number);
        }
        self.line_up(number);
    }

    /// Ends a subscription.
    pub(crate) fn end(&mut self, number: u64) {
        let Some(held) = self.held.remove(&number) else { return };
        self.failing -= usize::from(held.row.failures > 0);
        self.waiting -= usize::from(held.row.waiting.is_some());
        if let Some((line, at)) = held.at {
            self.agenda[line as usize].remove(&(at, number));
        }
        count_down(&mut self.hosts, &held.place.host);
        count_down(&mut self.circles, &held.place.circle);
        self.numbers.remove(&held.row.key);
        let path = &held.row.key.topic;
        if let Some(followed) = self.topics.get_mut(path) {
            followed.by.remove(&number);
            if followed.by.is_empty() {
                self.topics.remove(path);
                self.choices.remove(path);
                self.periods.remove(path);
            }
        }
        self.dirty.remove(&number);
        self.ended.insert(held.row.key);
    }

    /// The subscription in this line that is longest due, after one that was looked at.
    pub(crate) fn due(
        &self,
        line: Line,
        after: Option<(DateTime<Utc>, u64)>,
        now: DateTime<Utc>,
    ) -> Option<(DateTime<Utc>, u64)> {
        use std::ops::Bound::{Excluded, Included, Unbounded};
        let from = after.map_or(Unbounded, Excluded);
        self.agenda[line as usize].range((from, Included((now, u64::MAX)))).next().copied()
    }

    /// Those who want a feed an event is in, each with the moment it is to be sent.
    pub(crate) fn concerned(
        &self,
        event: &whimbrel_news::Event,
        feeds: &dyn Feeds,
        now: DateTime<Utc>,
    ) -> Vec<(u64, DateTime<Utc>)> {
        let mut found = Vec::new();
        let mut all = |path: &str, due| {
            let by = self.topics.get(path).into_iter().flat_map(|followed| &followed.by);
            found.extend(by.map(|number| (*number, due)));
        };
        for path in feeds.named(event) {
            all(&path, now);
        }
        for path in &self.choices {
            if let Some(Changes::Choice(choice)) = self.changes(path)
                && (choice.0)(event)
            {
                all(path, now);
            }
        }
        for path in &self.periods {
            if let Some(Changes::AfterEach(period)) = self.changes(path) {
                all(path, period.around(event.recorded).end());
            }
        }
        found
    }

    /// What changes a feed that somebody wants.
    pub(crate) fn changes(&self, path: &str) -> Option<&Changes> {
        self.topics.get(path)?.changes.as_ref()
    }

    /// Reads anew what changes each feed: the site has other catalogs, or another address.
    pub(crate) fn read_topics(&mut self, feeds: &dyn Feeds) {
        let paths: Vec<String> = self.topics.keys().cloned().collect();
        for path in paths {
            let changes = feeds.known(&path).map(|topic| topic.changes);
            self.choices.remove(&path);
            self.periods.remove(&path);
            match &changes {
                Some(Changes::Choice(_)) => drop(self.choices.insert(path.clone())),
                Some(Changes::AfterEach(_)) => drop(self.periods.insert(path.clone())),
                Some(Changes::Named) | None => {}
            }
            if let Some(followed) = self.topics.get_mut(&path) {
                followed.changes = changes;
            }
        }
    }

    /// Every subscription.
    pub(crate) fn all(&self) -> Vec<u64> {
        self.held.keys().copied().collect()
    }

    /// What is not written down yet; `None` when all is.
    pub(crate) fn unwritten(&self) -> Option<HubCommit> {
        let commit = HubCommit {
            put: self.dirty.iter().filter_map(|number| Some(self.held.get(number)?.row.clone())).collect(),
            ended: self.ended.iter().cloned().collect(),
            asked: self.asked.iter().filter_map(|key| Some(self.requests.get(key)?.row.clone())).collect(),
            settled: self.settled.iter().cloned().collect(),
            matched: Some(self.matched),
        };
        let is_far = self.matched >= self.written + MARK_EVERY;
        let is_empty = commit.put.is_empty()
            && commit.ended.is_empty()
            && commit.asked.is_empty()
            && commit.settled.is_empty();
        (is_far || !is_empty).then_some(commit)
    }

    /// All of it is written down.
    pub(crate) fn is_written(&mut self) {
        self.written = self.matched;
        self.dirty.clear();
        self.ended.clear();
        self.asked.clear();
        self.settled.clear();
    }

    /// Where the hub was when it was last written down.
    pub(crate) fn begins_at(&mut self, matched: u64) {
        (self.matched, self.written) = (matched, matched);
    }

    fn follow(&mut self, path: &str, number: u64, changes: Option<Changes>) {
        match changes {
            Some(Changes::Choice(_)) => drop(self.choices.insert(path.to_owned())),
            Some(Changes::AfterEach(_)) => drop(self.periods.insert(path.to_owned())),
            Some(Changes::Named) | None => {}
        }
        let followed = self
            .topics
            .entry(path.to_owned())
            .or_insert_with(|| Followed { changes: None, by: BTreeSet::new() });
        followed.by.insert(number);
        if changes.is_some() {
            followed.changes = changes;
        }
    }

    /// Moves a subscription to its place in line.
    fn line_up(&mut self, number: u64) {
        let Some(held) = self.held.get_mut(&number) else { return };
        let place = (held.line(), held.next());
        if held.at == Some(place) {
            return;
        }
        if let Some((line, at)) = held.at.replace(place) {
            self.agenda[line as usize].remove(&(at, number));
        }
        self.agenda[place.0 as usize].insert((place.1, number));
    }
}

/// One less; nobody is remembered for nothing.
pub(crate) fn count_down(counts: &mut HashMap<String, usize>, name: &str) {
    if let Some(count) = counts.get_mut(name) {
        *count -= 1;
        if *count == 0 {
            counts.remove(name);
        }
    }
}
