//! The watcher on a store in memory, with a clock set by hand: what is told, when, and what never is.

use std::path::PathBuf;

use chrono::{DateTime, TimeDelta, Utc};
use whimbrel_catalog::CatalogId;
use whimbrel_news::{Event, News};
use whimbrel_store::{CatalogMeta, Query, Scope, Store};

use crate::config::{Backfill, CatalogConfig, Earlier, Settings};
use crate::engine::{Round, Watcher};
use crate::source::git::scratch::Scratch;
use crate::span::Span;

/// A whole watcher in a folder of its own.
struct World {
    folder: tempfile::TempDir,
    store: Store,
    watcher: Watcher,
    settings: Settings,
    catalogs: Vec<CatalogConfig>,
    now: DateTime<Utc>,
}

fn id(id: &str) -> CatalogId {
    CatalogId::new(id).unwrap()
}

fn moment(secs: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(secs, 0).unwrap()
}

/// Later than anything a test writes to the disk.
const START: i64 = 4_000_000_000;

impl World {
    fn new(catalogs: Vec<CatalogConfig>) -> Self {
        Self::with(Settings::default(), catalogs)
    }

    fn with(settings: Settings, catalogs: Vec<CatalogConfig>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings { second_read: Span::from_millis(0), ..settings };
        let store = Store::in_memory().unwrap();
        let watcher = Watcher::new(store.clone(), folder.path(), settings.clone(), catalogs.clone()).unwrap();
        Self { folder, store, watcher, settings, catalogs, now: moment(START) }
    }

    /// The program ends and starts again.
    fn restart(&mut self) {
        self.watcher = Watcher::new(
            self.store.clone(),
            self.folder.path(),
            self.settings.clone(),
            self.catalogs.clone(),
        )
        .unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    /// Lets time pass; every time something is due on the way, it is looked at.
    async fn pass(&mut self, time: TimeDelta) {
        let end = self.now + time;
        loop {
            self.poll().await;
            match self.watcher.next_due().await.unwrap() {
                Some(due) if due <= end => self.now = due.max(self.now + TimeDelta::seconds(1)),
                _ => break,
            }
        }
        self.now = end;
        self.poll().await;
    }

    async fn poll(&self) -> Round {
        self.watcher.poll_due(self.now).await
    }

    async fn look(&self, catalog: &str) -> Round {
        self.watcher.look_now(&[id(catalog)], self.now).await
    }

    fn events(&self) -> Vec<Event> {
        self.store.events_after(0, 1000).unwrap()
    }

    fn history(&self) -> Vec<Event> {
        let query = Query { scope: Scope::All, limit: 1000, ..Query::default() };
        let mut events = self.store.events(&query).unwrap().events;
        events.retain(|event| event.history);
        events.reverse();
        events
    }

    /// Live events in short, `followed` left out.
    fn told(&self) -> Vec<String> {
        let events = self.events().into_iter().filter(|event| !matches!(event.news, News::Followed { .. }));
        events.map(|event| short(&event)).collect()
    }

    fn meta(&self, catalog: &str) -> CatalogMeta {
        self.store.catalog(&id(catalog)).unwrap().unwrap()
    }
}

fn short(event: &Event) -> String {
    let kind = event.kind().as_str();
    match event.news.subject() {
        Some(subject) => format!("{kind} {}", subject.name),
        None => kind.to_owned(),
    }
}

fn at(event: &Event) -> i64 {
    event.at.timestamp()
}

/// A list of these projects.
fn list(names: &[&str]) -> String {
    use std::fmt::Write;
    let mut text = "# A list\n\n## Things\n\n".to_owned();
    for name in names {
        writeln!(text, "- [{name}](https://github.com/people/{name}) - what {name} does for people").unwrap();
    }
    text
}

const FIVE: [&str; 5] = ["alpha", "beta", "gamma", "delta", "epsilon"];

fn with<'a>(more: &[&'a str]) -> Vec<&'a str> {
    FIVE.into_iter().chain(more.iter().copied()).collect()
}

fn local(name: &str) -> CatalogConfig {
    CatalogConfig::new(id(name), format!("{name}.md"))
}

/// A local file that settles like a remote one.
fn settling(name: &str) -> CatalogConfig {
    CatalogConfig {
        settle_added_secs: Some(1800),
        settle_removed_secs: Some(86_400),
        hold_secs: Some(86_400),
        ..local(name)
    }
}

#[tokio::test]
async fn first_sight_is_silent_but_for_one_event() {
    let world = World::new(vec![local("a")]);
    world.write("a.md", &list(&FIVE));
    let round = world.poll().await;
    assert_eq!((round.looked.len(), round.events), (1, 1));
    let events = world.events();
    assert!(matches!(events[0].news, News::Followed { entries: 5, listings: 5, sections: 1 }), "{events:?}");
    let meta = world.meta("a");
    assert_eq!((meta.title.as_str(), meta.entries, meta.failures), ("A list", 5, 0));
    assert_eq!(world.store.snapshot(&id("a")).unwrap().unwrap().entries.len(), 5);
    assert!(meta.next_due.unwrap() > world.now);
    assert_eq!(world.poll().await, Round::default(), "nothing is due");
}

#[tokio::test]
async fn an_edit_of_a_local_file_is_news_at_once() {
    let mut world = World::new(vec![local("a")]);
    world.write("a.md", &list(&FIVE));
    world.poll().await;
    world.write("a.md", &list(&with(&["zeta"])));
    world.now += TimeDelta::seconds(1);
    let round = world.look("a").await;
    assert_eq!((round.changed, round.events), (vec![id("a")], 1));
    assert_eq!(world.told(), ["added zeta"]);
    assert_eq!(world.events()[1].at, world.now);
}

#[tokio::test]
async fn an_addition_is_told_once_it_has_stood() {
    let mut world = World::new(vec![settling("a")]);
    world.write("a.md", &list(&FIVE));
    world.poll().await;
    world.pass(TimeDelta::hours(1)).await;
    world.write("a.md", &list(&with(&["zeta"])));
    world.look("a").await;
    let seen = world.now;
    assert!(world.told().is_empty());
    world.pass(TimeDelta::minutes(29)).await;
    assert!(world.told().is_empty());
    world.pass(TimeDelta::minutes(2)).await;
    assert_eq!(world.told(), ["added zeta"]);
    let event = world.events().pop().unwrap();
    assert_eq!(event.at, seen, "it happened when it was first seen");
    assert_eq!(event.recorded, seen + TimeDelta::minutes(30), "and was told when it had stood");
}

#[tokio::test]
async fn what_is_vandalised_and_restored_was_never_told() {
    let mut world = World::new(vec![settling("a")]);
    world.write("a.md", &list(&FIVE));
    world.poll().await;
    for text in [list(&["casino"]), "# gone\n".to_owned(), list(&["alpha", "beta"])] {
        world.write("a.md", &text);
        world.look("a").await;
        world.pass(TimeDelta::hours(3)).await;
        world.write("a.md", &list(&FIVE));
        world.look("a").await;
        world.pass(TimeDelta::days(3)).await;
    }
    assert!(world.told().is_empty(), "{:?}", world.told());
    assert_eq!(world.meta("a").held, None);
}

#[tokio::test]
async fn a_document_nobody_can_read_is_held_and_comes_back() {
    let mut world = World::new(vec![settling("a")]);
    world.write("a.md", &list(&FIVE));
    world.poll().await;
    let page = b"<!DOCTYPE html><html><head><title>502</title></head><body>Bad gateway</body></html>";
    for broken in [&b"\xc3\x28 and more"[..], b"", page] {
        std::fs::write(world.path("a.md"), broken).unwrap();
        let round = world.look("a").await;
        assert_eq!(round.failed.len(), 1, "{broken:?}");
        let meta = world.meta("a");
        assert!(meta.held.is_some() && meta.last_error.is_some() && meta.failures == 1);
        assert_eq!(meta.entries, 5);
        world.pass(TimeDelta::hours(20)).await;
        world.write("a.md", &list(&FIVE));
        world.look("a").await;
        let meta = world.meta("a");
        assert_eq!((meta.failures, meta.held, meta.last_error), (0, None, None));
    }
    assert!(world.told().is_empty(), "{:?}", world.told());
}

#[tokio::test]
async fn a_mass_change_is_held_and_told_in_one_line() {
    let mut world = World::new(vec![settling("a")]);
    let many: Vec<String> = (0..60).map(|n| format!("thing{n}")).collect();
    let names: Vec<&str> = many.iter().map(String::as_str).collect();
    world.write("a.md", &list(&names[..20]));
    world.poll().await;
    world.write("a.md", &list(&names));
    world.look("a").await;
    assert!(world.meta("a").held.is_some());
    world.pass(TimeDelta::hours(23)).await;
    assert!(world.told().is_empty());
    world.pass(TimeDelta::hours(2)).await;
    assert_eq!(world.told(), ["reshaped"]);
    assert_eq!(world.meta("a").held, None);
    assert_eq!(world.meta("a").entries, 60);
}

#[tokio::test]
async fn three_commits_between_two_looks_are_three_steps() {
    let mut repo = Scratch::bare();
    repo.write("README.md", list(&FIVE)).commit(START - 86_400);
    let mut world =
        World::new(vec![CatalogConfig::new(id("a"), format!("git:{}//README.md", repo.path().display()))]);
    world.poll().await;
    let base = START - 7200;
    let renamed = list(&FIVE).replace("people/beta", "others/beta");
    let again = list(&FIVE).replace("people/beta", "third/beta");
    repo.write("README.md", list(&with(&["zeta"]))).commit(base);
    repo.write("README.md", list(&with(&["zeta", "eta"]))).commit(base + 60);
    repo.write("README.md", list(&FIVE)).commit(base + 120); // both reverted
    repo.write("README.md", renamed).commit(base + 180);
    repo.write("README.md", again.clone()).commit(base + 240); // A → B → C is one rename
    repo.write("README.md", again + "- [theta](https://github.com/people/theta) - what theta does\n")
        .commit(base + 300);
    world.look("a").await;
    assert_eq!(world.told(), ["renamed beta", "added theta"]);
    let events = world.events();
    assert_eq!((at(&events[1]), at(&events[2])), (base + 240, base + 300), "with the times of their commits");
    world.pass(TimeDelta::days(3)).await;
    assert_eq!(world.told().len(), 2);
}

#[tokio::test]
async fn commits_made_before_the_last_look_but_seen_after_it_count_from_their_own_time() {
    let mut repo = Scratch::bare();
    repo.write("README.md", list(&FIVE)).commit(START - 86_400);
    let mut world =
        World::new(vec![CatalogConfig::new(id("a"), format!("git:{}//README.md", repo.path().display()))]);
    world.poll().await;
    world.pass(TimeDelta::hours(10)).await;
    repo.write("README.md", list(&with(&["zeta"]))).commit(START - 3600);
    world.look("a").await;
    assert_eq!(world.told(), ["added zeta"]);
    assert_eq!(at(&world.events()[1]), START - 3600);
}

#[tokio::test]
async fn an_unreadable_commit_holds_back_only_itself() {
    let mut repo = Scratch::bare();
    repo.write("README.md", list(&FIVE)).commit(START - 86_400);
    let config = CatalogConfig {
        settle_added_secs: Some(0),
        settle_removed_secs: Some(0),
        ..CatalogConfig::new(id("a"), format!("git:{}//README.md", repo.path().display()))
    };
    let mut world = World::new(vec![config]);
    world.poll().await;
    repo.write("README.md", list(&with(&["zeta"]))).commit(START - 300);
    repo.write("README.md", list(&with(&["zeta", "eta"]))).commit(START - 200);
    repo.write("README.md", b"\xc3\x28").commit(START - 100);
    for _ in 0..3 {
        assert_eq!(world.look("a").await.failed.len(), 1);
        world.now += TimeDelta::minutes(10);
    }
    assert_eq!(world.told(), ["added zeta", "added eta"]);
    repo.write("README.md", list(&with(&["zeta", "eta"]))).commit(START - 50);
    world.look("a").await;
    assert_eq!(world.told(), ["added zeta", "added eta"]);
    assert_eq!(world.meta("a").failures, 0);
}

#[tokio::test]
async fn a_long_absence_is_told_version_by_version() {
    let mut repo = Scratch::bare();
    let names: Vec<String> = (0..100).map(|n| format!("thing{n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    repo.write("README.md", list(&names[..10])).commit(START - 9_000_000);
    let mut world =
        World::new(vec![CatalogConfig::new(id("a"), format!("git:{}//README.md", repo.path().display()))]);
    world.now = moment(START - 8_999_000);
    world.poll().await;
    for n in 11..=100 {
        repo.write("README.md", list(&names[..n])).commit(START - 8_900_000 + n as i64 * 7200);
    }
    world.now = moment(START);
    let round = world.poll().await;
    assert_eq!(round.events, 90);
    assert!(world.told().iter().all(|told| told.starts_with("added thing")));
    assert_eq!(world.meta("a").entries, 100);
}

#[tokio::test]
async fn one_failing_source_leaves_the_others_alone() {
    let mut world = World::new(vec![local("a"), local("broken"), local("c")]);
    world.write("a.md", &list(&FIVE));
    world.write("c.md", &list(&FIVE));
    let round = world.poll().await;
    assert_eq!(round.looked, [id("a"), id("broken"), id("c")]);
    assert_eq!(round.events, 2);
    assert_eq!(round.failed[0].0, id("broken"));
    assert!(round.failed[0].1.contains("does not exist"));
    world.pass(TimeDelta::days(2)).await;
    assert_eq!(world.told(), Vec::<String>::new(), "what was never read cannot be stale");
    world.write("broken.md", &list(&FIVE));
    world.pass(TimeDelta::hours(1)).await;
    assert_eq!(world.meta("broken").failures, 0);
    assert_eq!(world.meta("broken").followed, world.meta("broken").last_change.unwrap());
}

#[tokio::test]
async fn failures_back_off_become_stale_and_recover() {
    let mut world = World::new(vec![local("a")]);
    world.write("a.md", &list(&FIVE));
    world.poll().await;
    let last = world.now;
    std::fs::remove_file(world.path("a.md")).unwrap();
    world.pass(TimeDelta::hours(20)).await;
    assert!(world.told().is_empty());
    assert!(world.meta("a").failures > 3);
    world.pass(TimeDelta::hours(10)).await;
    assert_eq!(world.told(), ["stale"], "once");
    assert!(matches!(world.events().last().unwrap().news, News::Stale { since, .. } if since == last));
    assert_eq!(world.meta("a").entries, 5, "nothing is lost");
    world.write("a.md", &list(&with(&["zeta"])));
    world.pass(TimeDelta::hours(1)).await;
    assert_eq!(world.told(), ["stale", "recovered", "added zeta"]);
}

#[tokio::test]
async fn the_interval_adapts_between_floor_and_ceiling() {
    let catalog = CatalogConfig {
        interval_min: Some(Span::from_secs(600)),
        interval_max: Some(Span::from_secs(43_200)),
        ..local("a")
    };
    let mut world = World::new(vec![catalog]);
    world.write("a.md", &list(&FIVE));
    world.poll().await;
    let mut looks = 0;
    let end = world.now + TimeDelta::days(3);
    while let Some(due) = world.watcher.next_due().await.unwrap().filter(|due| *due < end) {
        world.now = due;
        looks += world.poll().await.looked.len();
    }
    assert!((10..=20).contains(&looks), "{looks} looks in three quiet days");
    assert_eq!(world.meta("a").interval_secs, 43_200);
    world.write("a.md", &list(&with(&["zeta"])));
    world.look("a").await;
    assert_eq!(world.meta("a").interval_secs, 21_600);
}

#[tokio::test]
async fn an_unchanged_catalog_is_not_written() {
    let mut world = World::new(vec![local("a")]);
    world.write("a.md", &list(&FIVE));
    world.poll().await;
    let before = world.store.touched_since(0, 1000).unwrap();
    world.pass(TimeDelta::days(1)).await;
    assert_eq!(world.store.touched_since(0, 1000).unwrap(), before);
    assert_eq!(world.meta("a").last_success, world.meta("a").last_look);
    assert!(world.meta("a").last_look.unwrap() > moment(START) + TimeDelta::hours(23));
}

#[tokio::test]
async fn backfill_replays_the_past_and_no_lane_ever_sees_it() {
    let mut repo = Scratch::bare();
    let day = 86_400;
    repo.write("README.md", list(&FIVE)).commit(START - 300 * day);
    repo.write("README.md", list(&with(&["old"]))).commit(START - 200 * day);
    repo.write("README.md", list(&with(&["old", "vandal"]))).commit(START - 60 * day);
    repo.write("README.md", list(&with(&["old"]))).commit(START - 60 * day + 60);
    repo.write("README.md", list(&with(&["old", "zeta"]))).commit(START - 50 * day);
    repo.write("README.md", list(&with(&["zeta"]))).commit(START - 40 * day);
    repo.write("README.md", list(&with(&["zeta", "fresh"]))).commit(START - 60);
    let source = format!("git:{}//README.md", repo.path().display());
    let config = |name: &str, backfill| CatalogConfig {
        backfill: Some(backfill),
        ..CatalogConfig::new(id(name), source.clone())
    };
    let mut world = World::new(vec![
        config("all", Backfill::All),
        config("part", Backfill::Last(Span::from_secs(90 * day as u64))),
    ]);
    let round = world.poll().await;
    assert_eq!((round.events, round.history), (2, 5));
    let of = |catalog: &str| -> Vec<(String, i64)> {
        let events = world.history().into_iter().filter(|event| event.catalog == id(catalog));
        events.map(|event| (short(&event), (at(&event) - START) / day)).collect()
    };
    let told = |text: &str, days: i64| (text.to_owned(), days);
    assert_eq!(of("all"), [told("added old", -200), told("added zeta", -50), told("removed old", -40)]);
    assert_eq!(of("part"), [told("added zeta", -50), told("removed old", -40)]);

    // What was still settling when it was followed is live news half an hour later; what was removed is remembered.
    world.pass(TimeDelta::hours(1)).await;
    assert_eq!(world.told(), ["added fresh", "added fresh"]);
    assert!(
        world
            .store
            .tombstone(&id("all"), &whimbrel_catalog::EntryKey::from_stored("github.com/people/old"))
            .unwrap()
            .is_some()
    );
}

#[tokio::test]
async fn dated_earlier_versions_are_replayed_like_a_history() {
    let catalog = CatalogConfig {
        history: vec![
            Earlier { at: moment(START - 3000), bytes: list(&FIVE[..3]).into_bytes() },
            Earlier { at: moment(START - 2000), bytes: list(&FIVE).into_bytes() },
        ],
        ..local("a")
    };
    let mut world = World::new(vec![catalog]);
    world.write("a.md", &list(&FIVE));
    world.poll().await;
    let history: Vec<(String, i64)> = world.history().iter().map(|event| (short(event), at(event))).collect();
    assert_eq!(
        history,
        [("added delta".to_owned(), START - 2000), ("added epsilon".to_owned(), START - 2000)]
    );
    assert!(world.told().is_empty());
    world.restart();
    world.pass(TimeDelta::hours(1)).await;
    assert_eq!(world.history().len(), 2, "once");
}

#[tokio::test]
async fn backfill_of_other_sources_is_refused_in_words() {
    let catalog = CatalogConfig { backfill: Some(Backfill::All), ..local("a") };
    let world = World::new(vec![catalog]);
    assert!(world.watcher.remarks()[0].contains("only a local git repository"));
}

#[tokio::test]
async fn a_restart_goes_on_where_it_was() {
    let mut world = World::new(vec![settling("a")]);
    world.write("a.md", &list(&FIVE));
    world.poll().await;
    world.write("a.md", &list(&with(&["zeta"])));
    world.look("a").await;
    world.restart();
    world.pass(TimeDelta::minutes(31)).await;
    assert_eq!(world.told(), ["added zeta"]);
    world.write("a.md", &list(&FIVE));
    world.look("a").await;
    world.restart();
    world.pass(TimeDelta::hours(25)).await;
    assert_eq!(world.told(), ["added zeta", "removed zeta"]);
    world.restart();
    world.write("a.md", &list(&with(&["zeta"])));
    world.look("a").await;
    world.pass(TimeDelta::hours(1)).await;
    assert_eq!(world.told(), ["added zeta", "removed zeta", "restored zeta"]);
}

#[tokio::test]
async fn a_new_parser_reads_the_kept_documents_again_and_tells_nothing() {
    let mut world = World::new(vec![settling("a")]);
    world.write("a.md", &list(&FIVE));
    world.poll().await;
    world.write("a.md", &list(&with(&["zeta"])));
    world.look("a").await;
    // The store was written by an older parser, which saw one entry less and other words in another.
    let mut meta = world.meta("a");
    meta.parser = 0;
    let mut rows = world.store.snapshot(&id("a")).unwrap().unwrap().entries;
    rows[1].description = "misread".into();
    let mut record = crate::engine::only_meta(meta);
    record.delete = vec![rows[0].key.clone()];
    record.put = vec![rows[1].clone()];
    world.store.record(&[record], world.now).unwrap();

    world.restart();
    world.pass(TimeDelta::minutes(31)).await;
    assert_eq!(world.told(), ["added zeta"], "what was settling goes on");
    let entries = world.store.snapshot(&id("a")).unwrap().unwrap().entries;
    assert_eq!(entries.len(), 6);
    assert!(entries.iter().all(|entry| entry.description != "misread"));
    assert_eq!(world.meta("a").parser, whimbrel_catalog::parse::PARSER_VERSION);
}

#[tokio::test]
async fn a_catalog_taken_out_is_kept_and_goes_on_when_it_is_named_again() {
    let mut world = World::new(vec![local("a"), local("b")]);
    world.write("a.md", &list(&FIVE));
    world.write("b.md", &list(&FIVE));
    world.poll().await;
    let both = world.catalogs.clone();
    world.watcher.reconfigure(world.folder.path(), world.settings.clone(), vec![local("a")]).unwrap();
    world.write("b.md", &list(&with(&["zeta"])));
    world.pass(TimeDelta::days(2)).await;
    assert!(world.told().is_empty());
    assert_eq!(world.meta("b").next_due, None);
    assert_eq!(world.meta("b").entries, 5);
    world.watcher.reconfigure(world.folder.path(), world.settings.clone(), both).unwrap();
    world.pass(TimeDelta::minutes(1)).await;
    assert_eq!(world.told(), ["added zeta"]);
}

#[tokio::test]
async fn a_new_place_for_a_catalog_is_compared_with_what_is_known() {
    let mut world = World::new(vec![local("a")]);
    world.write("a.md", &list(&FIVE));
    world.poll().await;
    world.write("moved.md", &list(&with(&["zeta"])));
    let moved = CatalogConfig::new(id("a"), "moved.md");
    world.watcher.reconfigure(world.folder.path(), world.settings.clone(), vec![moved]).unwrap();
    world.pass(TimeDelta::seconds(1)).await;
    assert_eq!(world.told(), ["added zeta"]);
    assert!(world.meta("a").source.ends_with("moved.md"));
}

#[tokio::test]
async fn one_file_of_a_folder_never_loses_the_entries_of_another() {
    let mut world = World::new(vec![CatalogConfig::new(id("a"), "lists")]);
    std::fs::create_dir(world.path("lists")).unwrap();
    world.write("lists/one.md", &list(&FIVE));
    world.write("lists/two.md", "# Others\n\n- [omega](https://github.com/people/omega) - the last\n");
    world.poll().await;
    assert_eq!(world.meta("a").entries, 6);
    world.write("lists/two.md", "# Others\n\n- [omega](https://github.com/people/omega) - the last\n- [psi](https://github.com/people/psi) - before it\n");
    world.look("a").await;
    assert_eq!(world.told(), ["added psi"]);
    std::fs::write(world.path("lists/one.md"), b"\xff\xff\xff").unwrap();
    world.now += TimeDelta::minutes(5);
    assert_eq!(world.look("a").await.failed.len(), 1);
    assert_eq!(world.meta("a").entries, 7, "an unreadable file holds and does not empty");
    world.write("lists/one.md", &list(&FIVE));
    world.pass(TimeDelta::days(2)).await;
    assert_eq!(world.told(), ["added psi"]);
}

#[tokio::test]
async fn wrong_configurations_are_refused_all_at_once() {
    let wrong = vec![
        CatalogConfig::new(id("a"), "gitlab:o/r"),
        CatalogConfig::new(id("b"), "github:o"),
        local("c"),
        local("c"),
    ];
    let store = Store::in_memory().unwrap();
    let error = Watcher::new(store, std::path::Path::new("."), Settings::default(), wrong).err().unwrap();
    let text = error.to_string();
    assert!(["`a`", "`b`", "`c`"].iter().all(|name| text.contains(name)), "{text}");
}

#[tokio::test]
async fn one_that_hangs_does_not_stop_the_clock_of_the_others() {
    // It takes connections and never answers.
    let deaf = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/list.md", deaf.local_addr().unwrap());
    let settings = Settings { allow_private_addresses: true, concurrency: 1, ..Settings::default() };
    let mut world = World::with(settings, vec![CatalogConfig::new(id("deaf"), address), local("a")]);
    world.write("a.md", &list(&FIVE));

    let mut looked = Vec::new();
    while !looked.contains(&id("a")) {
        let round = world.watcher.poll_due_within(world.now, std::time::Duration::from_millis(1)).await;
        assert!(round.under_way > 0);
        looked.extend(round.looked);
    }
    assert_eq!(looked, [id("a")], "one look each, and one of them goes on");
    assert_eq!(world.events().len(), 1);
    assert_eq!(world.watcher.local(), [id("a")]);

    // Under another configuration it is still the same look; how it ended is told by a later round.
    world.watcher.reconfigure(world.folder.path(), world.settings.clone(), world.catalogs.clone()).unwrap();
    drop(deaf);
    let round = loop {
        let round = world.watcher.poll_due_within(world.now, std::time::Duration::from_millis(1)).await;
        if !round.looked.is_empty() {
            break round;
        }
    };
    assert_eq!((round.failed.len(), round.under_way), (1, 0), "{round:?}");
    assert_eq!(world.meta("deaf").failures, 1);

    // One that is followed no more is due no more, whatever its last look wrote.
    world.catalogs.retain(|catalog| catalog.id == id("a"));
    world.watcher.reconfigure(world.folder.path(), world.settings.clone(), world.catalogs.clone()).unwrap();
    world.poll().await;
    let record = crate::engine::only_meta(CatalogMeta { next_due: Some(world.now), ..world.meta("deaf") });
    world.store.record(&[record], world.now).unwrap();
    world.poll().await;
    assert_eq!(world.meta("deaf").next_due, None);
}

#[tokio::test]
async fn a_state_that_came_back_older_is_brought_up_to_date_quietly() {
    let mut world = World::new(vec![settling("a")]);
    world.write("a.md", &list(&FIVE));
    world.poll().await;
    world.pass(TimeDelta::hours(1)).await;
    world.write("a.md", &list(&with(&["pending"])));
    world.look("a").await;
    let mut meta = world.meta("a");
    meta.cursor.insert(whimbrel_store::BEHIND.to_owned(), "1".to_owned());
    world.store.record(&[crate::engine::only_meta(meta)], world.now).unwrap();

    world.write("a.md", &list(&["alpha", "beta", "pending", "told"]));
    world.look("a").await;
    assert!(!world.meta("a").cursor.contains_key(whimbrel_store::BEHIND));
    assert_eq!(world.meta("a").entries, 4);
    assert_eq!(world.store.snapshot(&id("a")).unwrap().unwrap().entries.len(), 4);
    world.pass(TimeDelta::days(3)).await;
    assert!(world.told().is_empty(), "{:?}", world.told());

    world.write("a.md", &list(&["alpha", "beta", "pending", "told", "new"]));
    world.look("a").await;
    world.pass(TimeDelta::hours(1)).await;
    assert_eq!(world.told(), ["added new"], "what comes after is news again");
}
