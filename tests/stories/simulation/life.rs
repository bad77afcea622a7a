//! One life of the engine: lists that change, people who come, pause and block, services in trouble, kills; all of it
//! from one seed, in virtual time.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::task::Poll;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::task::JoinSet;
use tokio::time::Instant;
use whimbrel_catalog::CatalogId;
use whimbrel_fanout::{Destination, Fanout, Flushed, Limits, New, Pace, Service, Settings};
use whimbrel_news::Filter;
use whimbrel_store::{LaneId, Origin, Rehearsal, Store, StoreError};
use whimbrel_watch::{CatalogConfig, Github, GithubSettings, Span, Watcher};
use whimbrel_world::documents::Numbers;

use super::deaths::{Death, Deaths};
use super::model::{self, Fact, Known, Place, TASTES, Taste};
use super::town::{Message, Town, supergroup};

const LISTS: usize = 3;

/// Entries of each list at the beginning.
const BEGINNING: usize = 30;

/// People do things for so long …
const BUSY: TimeDelta = TimeDelta::days(8);

/// … and then everything works, until the last weekly digest was due.
const REST: TimeDelta = TimeDelta::days(7);

/// Flushes under way, as the program has them.
const FLUSHES: usize = 4;

/// What is known of a life in the end.
pub(super) struct Story {
    pub(super) messages: Vec<Message>,
    pub(super) wrong: Vec<String>,
    pub(super) kills: usize,
    pub(super) events: u64,
}

/// A life under way.
pub(super) struct Life {
    dice: Numbers,
    folder: PathBuf,
    is_on_disk: bool,
    /// What is kept where it is not on disk.
    rehearsal: Rehearsal,
    deaths: Deaths,
    store: Option<Store>,
    parts: Option<(Watcher, Fanout)>,
    flushes: JoinSet<Result<Flushed, StoreError>>,
    town: Town,
    places: Vec<Place>,
    /// What groups were before they became larger ones, until somebody does something there.
    moved: BTreeMap<usize, Destination>,
    lists: Vec<List>,
    facts: Vec<Fact>,
    start: Instant,
    began: DateTime<Utc>,
    kills: usize,
    matched: Option<u64>,
    cursors: Cursors,
    wrong: Vec<String>,
    lately: Vec<(DateTime<Utc>, Later)>,
}

/// A list, as it stands or would stand if it could be read.
#[derive(Default)]
struct List {
    /// Those that were there first may be removed, the others stay.
    first: Vec<String>,
    added: Vec<String>,
    turned: bool,
    /// It cannot be read, or is not what it was.
    away: bool,
}

/// The end of a trouble.
#[derive(Clone, Copy)]
enum Later {
    Returns(usize),
    Unblocks(usize),
    Resumes(usize),
    KnowsUs(Service),
}

/// How far everything was at the last look.
#[derive(Default)]
struct Cursors {
    head: u64,
    matched: u64,
    lanes: BTreeMap<LaneId, u64>,
}

fn github() -> Github {
    static GITHUB: OnceLock<Github> = OnceLock::new();
    let make = || {
        let (settings, watch) = (GithubSettings::default(), whimbrel_watch::Settings::default());
        Github::new(&settings, &watch, Path::new("."), DateTime::UNIX_EPOCH).expect("the defaults are sound")
    };
    GITHUB.get_or_init(make).clone()
}

fn id(list: usize) -> CatalogId {
    CatalogId::new(&format!("list{list}")).expect("a sound id")
}

impl Life {
    /// Everything is set up and read for the first time; nobody is subscribed yet.
    pub(super) async fn begin(seed: u64, folder: &Path) -> Self {
        let mut dice = Numbers::new(seed);
        // Two weeks around a change of the clocks in New York and one in Berlin.
        let began: DateTime<Utc> = "2027-03-10T07:00:00Z".parse().expect("a moment");
        let began = began + TimeDelta::minutes(dice.below(9 * 24 * 60) as i64);
        let deaths = Deaths::default();
        let steps = deaths.clone();
        let mut life = Self {
            dice,
            folder: folder.to_owned(),
            is_on_disk: seed.is_multiple_of(10),
            rehearsal: Rehearsal::new(move |step| steps.passes(step)),
            deaths: deaths.clone(),
            store: None,
            parts: None,
            flushes: JoinSet::new(),
            town: Town::new(seed, Vec::new(), deaths),
            places: Vec::new(),
            moved: BTreeMap::new(),
            lists: Vec::new(),
            facts: Vec::new(),
            start: Instant::now(),
            began,
            kills: 0,
            matched: None,
            cursors: Cursors::default(),
            wrong: Vec::new(),
            lately: Vec::new(),
        };
        for number in 0..LISTS {
            let first = (0..BEGINNING).map(|n| life.name(&format!("{number}x{n}"))).collect();
            life.lists.push(List { first, ..List::default() });
            life.write(number);
        }
        life.opens();
        life.goes_on(TimeDelta::minutes(1)).await;
        life
    }

    fn name(&mut self, rest: &str) -> String {
        let sort = *self.dice.pick(&["apple", "pear"]);
        // Unlike enough that nothing is taken for the other under a new name.
        format!("{sort}{rest}{:04x}", self.dice.below(1 << 16))
    }

    fn now(&self) -> DateTime<Utc> {
        self.began + TimeDelta::from_std(self.start.elapsed()).unwrap_or_default()
    }

    /// The program starts.
    fn opens(&mut self) {
        let now = self.now();
        let store = if self.is_on_disk {
            let settings =
                whimbrel_store::Settings { backup_hours: 0, ..whimbrel_store::Settings::default() };
            Store::open(&settings, &self.folder, now).expect("a store").store
        } else {
            self.rehearsal.open().expect("a store")
        };
        self.store = Some(store.clone());
        let settings = whimbrel_watch::Settings { second_read: Span::from_millis(0), ..Default::default() };
        let lists = (0..LISTS).map(|list| CatalogConfig {
            interval_min: Some(Span::from_secs(30 * 60)),
            interval_max: Some(Span::from_secs(3 * 3600)),
            hold_secs: Some(86_400),
            ..CatalogConfig::new(id(list), format!("list{list}.md"))
        });
        let watcher = Watcher::new(store.clone(), &self.folder, settings, github(), lists.collect());
        let pace = Pace::new(Limits::telegram(), Limits::discord());
        let fanout = Fanout::open(store, self.town.gates(), pace, Settings::default(), now);
        self.parts = Some((watcher.expect("sound lists"), fanout.expect("a fan-out")));
        self.matched = None;
    }

    fn parts(&self) -> (Watcher, Fanout) {
        self.parts.clone().expect("the program runs")
    }

    fn store(&self) -> &Store {
        self.store.as_ref().expect("the program runs")
    }

    /// The program goes on, as its loops do.
    async fn goes_on(&mut self, time: TimeDelta) {
        let end = self.now() + time;
        let (watcher, fanout) = self.parts();
        let (mut turns, mut looks) = ((self.now(), 0), None);
        loop {
            let now = self.now();
            turns = if turns.0 == now { (now, turns.1 + 1) } else { (now, 0) };
            assert!(turns.1 < 1_000, "it turns round and round at {now}: {:?}", fanout.status());
            if looks.is_none_or(|looks| looks <= now) {
                let round = watcher.poll_due(now).await;
                assert_eq!(round.refused, None);
                looks = watcher.next_due().await.expect("the store can be read");
            }
            let head = self.store().head();
            if self.matched != Some(head) {
                fanout.match_new(now).await.expect("the journal can be read");
                self.matched = Some(head);
            }
            if fanout.next_due().is_some_and(|due| due <= now) && self.flushes.len() < FLUSHES {
                let fanout = fanout.clone();
                self.flushes.spawn(async move { fanout.flush_due(now).await });
            }
            if now >= end {
                return self.look();
            }
            let due = fanout.next_due().filter(|_| self.flushes.len() < FLUSHES);
            let next = [looks, due, Some(end)].into_iter().flatten().min().unwrap_or(end);
            let rest = (next - now).to_std().unwrap_or_default().max(Duration::from_millis(250));
            tokio::select! {
                biased;
                () = tokio::time::sleep(rest) => {}
                Some(flushed) = self.flushes.join_next() => {
                    flushed.expect("a flush does not panic").expect("the store takes it");
                }
                () = fanout.changed() => {}
            }
        }
    }

    /// Nothing ever goes back.
    fn look(&mut self) {
        let store = self.store.as_ref().expect("the program runs");
        let mark = store.lane_mark().expect("readable");
        let head = store.head();
        if head < self.cursors.head || mark.matched < self.cursors.matched {
            self.wrong.push(format!("the journal or the matcher went back: {head}, {mark:?}"));
        }
        (self.cursors.head, self.cursors.matched) = (head, mark.matched);
        for lane in store.lanes(None, 1000).expect("readable") {
            let before = self.cursors.lanes.insert(lane.id, lane.told).unwrap_or(0);
            if lane.told < before {
                self.wrong.push(format!("lane {} went back from {before} to {}", lane.id, lane.told));
            }
        }
    }

    /// It is killed: what was under way is lost, what was written stays. It starts again at once.
    async fn dies(&mut self) {
        self.kills += 1;
        self.flushes.shutdown().await;
        self.parts = None;
        self.store = None;
        if self.is_on_disk {
            // A thread that still works for the program has the disk until it is done.
            let _ = tokio::task::spawn_blocking(|| ()).await;
        }
        self.town.state().dies();
        self.opens();
    }

    fn write(&mut self, number: usize) {
        let list = &self.lists[number];
        let mut names: Vec<&String> = list.first.iter().chain(&list.added).collect();
        if list.turned {
            names.sort();
        }
        let mut text = format!("# List {number}\n\n## Things\n\n");
        for name in names {
            let _ = writeln!(text, "- [{name}](https://{name}.example/) - about {name}");
        }
        self.save(number, &text);
    }

    fn save(&self, number: usize, text: &str) {
        let path = self.folder.join(format!("list{number}.md"));
        fs::write(&path, text).expect("the folder is ours");
        // Files live in the time of the life.
        let file = fs::File::options().write(true).open(&path).expect("it was just written");
        file.set_modified(self.now().into()).expect("the file is ours");
    }

    /// Somebody edits a list, and the program hears of it.
    async fn edits(&mut self, number: usize) {
        if self.lists[number].away {
            return;
        }
        match self.dice.below(8) {
            0 => self.lists[number].turned ^= true,
            1 | 2 if self.lists[number].first.len() > BEGINNING / 2 => {
                for _ in 0..=self.dice.below(2) {
                    let at = self.dice.below(self.lists[number].first.len());
                    let name = self.lists[number].first.remove(at);
                    self.facts.push(Fact { kind: "removed", name, list: number });
                }
            }
            _ => {
                let most = if self.dice.below(10) == 0 { 9 } else { 4 };
                for _ in 0..=self.dice.below(most) {
                    let name = self.name(&format!("{number}y{}", self.facts.len()));
                    self.lists[number].added.push(name.clone());
                    self.facts.push(Fact { kind: "added", name, list: number });
                }
            }
        }
        self.write(number);
        self.is_looked_at(number).await;
    }

    async fn is_looked_at(&mut self, number: usize) {
        let (watcher, _) = self.parts();
        let round = watcher.look_now(&[id(number)], self.now()).await;
        assert_eq!(round.refused, None);
    }

    /// Somebody subscribes.
    async fn comes(&mut self, taste: Taste) {
        let number = self.places.len();
        let wide = number as i64 + 1;
        let destination = match self.dice.below(5) {
            0 | 1 => Destination::Telegram { chat: 7_000 + wide, topic: None },
            2 => Destination::Telegram { chat: -7_000 - wide, topic: None },
            _ => Destination::Discord { channel: 9_000 + wide as u64 },
        };
        self.town.state().places.push(destination.clone());
        let (_, fanout) = self.parts();
        let after = self.store().head();
        for filter in taste.filters {
            let new = New {
                destination: destination.clone(),
                cadence: taste.cadence.parse().expect("a cadence"),
                filter: Filter::parse(filter).expect("a filter"),
                origin: Origin::Chat { by: String::new() },
                since: None,
            };
            fanout.subscribe(new, self.now()).await.expect("anybody may");
        }
        self.places.push(Place { taste, after });
    }

    /// Three things happen to a list, and the program dies on what follows from one of them. Hands back at which step it
    /// came to die.
    pub(super) async fn dies_within(mut self, event: usize, death: Death) -> (Story, Option<&'static str>) {
        for taste in [0, 3, 4, 7].map(|at| TASTES[at]) {
            self.comes(taste).await;
        }
        let mut died = None;
        for number in 0..3 {
            let name = self.name(&format!("{number}z"));
            self.lists[1].added.push(name.clone());
            self.facts.push(Fact { kind: "added", name, list: 1 });
            self.write(1);
            if number != event {
                self.is_looked_at(1).await;
                self.goes_on(TimeDelta::minutes(1)).await;
                continue;
            }
            let (watcher, fanout) = self.parts();
            let (now, settled) = (self.now(), self.now() + TimeDelta::seconds(15));
            {
                // A program that is about to die may hear first that its store is.
                let mut follows = std::pin::pin!(async move {
                    watcher.look_now(&[id(1)], now).await;
                    let _ = fanout.match_new(now).await;
                    tokio::time::sleep(Duration::from_secs(15)).await;
                    let _ = fanout.flush_due(settled).await;
                });
                match death {
                    Death::Polls(mut left) => {
                        died = std::future::poll_fn(|context| {
                            if left == 0 {
                                return Poll::Ready(Some("a wait"));
                            }
                            left -= 1;
                            follows.as_mut().poll(context).map(|()| None)
                        })
                        .await;
                    }
                    Death::Step { number, .. } => {
                        self.deaths.after(number);
                        tokio::select! {
                            biased;
                            () = self.deaths.came() => {}
                            () = follows => {}
                        }
                    }
                }
            }
            died = self.deaths.is_over().or(died);
            if matches!(death, Death::Step { power: true, .. }) {
                self.rehearsal.loses_power().expect("it is in memory");
            }
            self.dies().await;
            self.is_looked_at(1).await;
            self.goes_on(TimeDelta::minutes(1)).await;
        }
        self.town.state().healed = true;
        self.goes_on(TimeDelta::hours(2)).await;
        self.is_right(true);
        let messages = std::mem::take(&mut self.town.state().messages);
        let events = self.store().head();
        (Story { messages, wrong: self.wrong, kills: self.kills, events }, died)
    }

    /// Somebody does something in a place: that it moved was said there before.
    async fn acts(&mut self, place: usize) -> Destination {
        let at = self.town.state().places[place].clone();
        if let Some(before) = self.moved.remove(&place) {
            let (_, fanout) = self.parts();
            fanout.moved(&before, &at, self.now()).await.expect("the store takes it");
        }
        at
    }

    /// Something happens.
    async fn happens(&mut self) {
        let place = self.dice.below(self.places.len());
        let list = self.dice.below(LISTS);
        let hours = TimeDelta::minutes(10 + self.dice.below(10 * 60) as i64);
        // Services in trouble are tried again twice a minute, which takes its time here.
        let minutes = TimeDelta::minutes(1 + self.dice.below(40) as i64);
        let until = self.now() + hours;
        let (_, fanout) = self.parts();
        match self.dice.below(40) {
            0 | 1 => {
                drop(fanout);
                self.dies().await;
            }
            2 => {
                let service = self.dice.below(2);
                let until = Instant::now() + minutes.to_std().unwrap_or_default();
                self.town.state().down[service] = Some(until);
            }
            3 => {
                self.town.state().blocked.insert(place);
                self.lately.push((until, Later::Unblocks(place)));
            }
            4 => {
                let at = self.acts(place).await;
                fanout.pause(&at, self.now()).await.expect("the store takes it");
                self.lately.push((until, Later::Resumes(place)));
            }
            5 => {
                let service = *self.dice.pick(&[Service::Telegram, Service::Discord]);
                self.town.state().strange[usize::from(service == Service::Discord)] = true;
                self.lately.push((self.now() + minutes, Later::KnowsUs(service)));
            }
            6 => {
                let mut state = self.town.state();
                // Who put us out does not tell us where the group is now.
                let knows_us = !state.blocked.contains(&place);
                if let Destination::Telegram { chat: chat @ -1_000_000..0, .. } = state.places[place]
                    && knows_us
                {
                    let before = std::mem::replace(&mut state.places[place], supergroup(chat));
                    self.moved.insert(place, before);
                }
            }
            7 if !self.lists[list].away => {
                self.lists[list].away = true;
                let path = self.folder.join(format!("list{list}.md"));
                match self.dice.below(3) {
                    0 => fs::remove_file(path).expect("the folder is ours"),
                    1 => self.save(list, ""),
                    _ => self.save(list, "# Down for maintenance\n"),
                }
                self.lately.push((until, Later::Returns(list)));
                self.is_looked_at(list).await;
            }
            8 | 9 if self.places.len() < 14 => {
                let taste = *self.dice.pick(&TASTES);
                self.comes(taste).await;
            }
            _ => self.edits(list).await,
        }
    }

    /// A trouble is over.
    async fn ends(&mut self, later: Later) {
        let (_, fanout) = self.parts();
        let now = self.now();
        match later {
            Later::Returns(list) => {
                self.lists[list].away = false;
                self.write(list);
                self.is_looked_at(list).await;
            }
            Later::Unblocks(place) => {
                self.town.state().blocked.remove(&place);
                let at = self.acts(place).await;
                fanout.unpark(&at, now).await.expect("the store takes it");
            }
            Later::Resumes(place) => {
                let at = self.acts(place).await;
                fanout.resume(&at, now).await.expect("the store takes it");
            }
            Later::KnowsUs(service) => {
                self.town.state().strange[usize::from(service == Service::Discord)] = false;
                fanout.renewed(service, now);
            }
        }
    }

    async fn troubles_end(&mut self, all: bool) {
        let now = self.now();
        let (over, lasting): (Vec<_>, Vec<_>) =
            self.lately.drain(..).partition(|(until, _)| all || *until <= now);
        self.lately = lasting;
        for (_, later) in over {
            self.ends(later).await;
        }
    }

    /// Lives it to its end.
    pub(super) async fn lives(mut self) -> Story {
        for _ in 0..8 {
            let taste = *self.dice.pick(&TASTES);
            self.comes(taste).await;
        }
        let end = self.began + BUSY;
        let mut week = self.began + TimeDelta::days(7);
        while self.now() < end {
            self.happens().await;
            let rest = match self.dice.below(4) {
                0 => self.dice.below(60),
                1 => 600,
                _ => 60 * self.dice.below(12 * 60),
            };
            self.goes_on(TimeDelta::seconds(rest as i64)).await;
            self.troubles_end(false).await;
            if self.now() >= week {
                self.is_right(false);
                week += TimeDelta::days(7);
            }
        }
        self.troubles_end(true).await;
        self.town.state().healed = true;
        // A message may have found a place blocked before it was not any more.
        self.goes_on(TimeDelta::hours(2)).await;
        for place in 0..self.places.len() {
            self.ends(Later::Unblocks(place)).await;
        }
        self.goes_on(REST).await;
        self.is_right(true);
        let messages = std::mem::take(&mut self.town.state().messages);
        let events = self.store().head();
        Story { messages, wrong: self.wrong, kills: self.kills, events }
    }

    /// Asks the model.
    fn is_right(&mut self, is_over: bool) {
        let journal = self.journal(is_over);
        let (_, fanout) = self.parts();
        let state = self.town.state();
        let letters = fanout.dead_letters().expect("readable").into_iter().filter_map(|letter| {
            let place = state.places.iter().position(|place| {
                place.to_string() == letter.destination
                    || matches!(letter.destination.parse(), Ok(Destination::Telegram { chat, .. }) if supergroup(chat) == *place)
            })?;
            Some((place, letter.intent.from, letter.intent.to))
        });
        let letters: Vec<_> = letters.collect();
        // One for each answer that was lost; and for a kill what was under way and not yet written down as accepted.
        let repeats = state.lost.values().sum::<usize>() + 8 * self.kills;
        let known = Known {
            places: &self.places,
            messages: &state.messages,
            journal: &journal,
            facts: &self.facts,
            letters: &letters,
            repeats,
            is_over,
        };
        self.wrong.extend(model::wrong(&known));
        self.wrong.extend(state.violations.iter().cloned());
        let status = fanout.status();
        if is_over && (status.waiting, status.retrying, status.head) != (0, 0, status.matched) {
            self.wrong.push(format!("something waits in the end: {status:?}"));
        }
        drop(state);
        self.town.state().violations.clear();
    }

    /// The number of every event, by its line; it holds what the script did, and nothing else.
    fn journal(&mut self, is_over: bool) -> BTreeMap<String, u64> {
        let mut journal = BTreeMap::new();
        for event in self.store().events_after(0, usize::MAX).expect("readable") {
            let name = event.news.subject().map_or("-", |subject| subject.name.as_str());
            let line = format!("{} {name}", event.kind());
            if line == "followed -" {
                continue;
            }
            if journal.insert(line.clone(), event.seq).is_some() {
                self.wrong.push(format!("recorded twice: {line}"));
            }
        }
        let lines: BTreeSet<String> = self.facts.iter().map(Fact::line).collect();
        for line in journal.keys().filter(|line| !lines.contains(*line)) {
            self.wrong.push(format!("recorded, and never happened: {line}"));
        }
        for line in lines.iter().filter(|line| is_over && !journal.contains_key(*line)) {
            self.wrong.push(format!("happened, and was never recorded: {line}"));
        }
        journal
    }
}
