//! Stores of every past format must open. `golden-v1.txt` holds all rows of a small store as version 1 wrote them,
//! `golden-v2.txt` and `golden-v3.txt` those of one with projects as these versions did, `golden-lanes.txt` those of one
//! with lanes, `golden-hub.txt` those of one with subscribers; when a test here fails, the format changed: give the value a new version, and keep reading the old one.

mod hub;

use whimbrel_catalog::{Figure, Link, Linkless, Metric, Ranking, SectionPath, Tombstone};
use whimbrel_news::{EventId, Filter};
use whimbrel_project::{ProjectId, RankState, Standing};

use super::lanes::{busy, lane, letter};
use super::projects::{key, looked, stars};
use super::{added, at, content, entry, id, meta, record};
use crate::disk::documents::Documents;
use crate::engine::memory::Memory;
use crate::engine::{Changes, Engine as _, KeyRange, Order};
use crate::heads::Heads;
use crate::keys::{Kind, hex};
use crate::*;

const V1: &str = include_str!("golden-v1.txt");
const V2: &str = include_str!("golden-v2.txt");
const LANES: &str = include_str!("golden-lanes.txt");
const V3: &str = include_str!("golden-v3.txt");

/// The store in the file, as it was recorded.
fn recorded() -> Store {
    let store = Store::in_memory().unwrap();
    let mut first = record(meta("tools"));
    let mut rich = entry("github.com/owner/project", "Tools");
    rich.marks = vec!["Go".into()];
    rich.links = vec![Link { name: "home".into(), url: "https://project.example".into() }];
    rich.figures = vec![
        Figure { metric: Metric::Stars, shown: "24.8k".into(), value: 24_800.0 },
        Figure { metric: Metric::Other("size".into()), shown: "7".into(), value: 7.0 },
    ];
    rich.places
        .push(whimbrel_catalog::Place { section: SectionPath::new(["Tools", "New \u{1F426}"]), line: 9 });
    let mut long = entry("long.example", "Tools");
    long.description = "long ".repeat(900);
    first.put = vec![rich.clone(), long, entry("gone.example", "Tools")];
    first.shape = Some(Shape {
        title: Some("Tools".into()),
        sections: vec![SectionPath::new(["Tools"])],
        linkless: vec![Linkless { name: "nameless".into(), section: SectionPath::default(), line: 3 }],
        rankings: vec![Ranking {
            metric: Metric::Stars,
            section: SectionPath::default(),
            order: vec![rich.key],
        }],
    });
    first.meta.accepted_document = Some(store.put_document(b"# Tools\n").unwrap());
    first.meta.cursor = [("etag".to_owned(), "\"x\"".to_owned())].into();
    first.news = vec![added("github.com/owner/project", "Tools", 1), added("long.example", "Tools", 1)];
    first.history = vec![added("github.com/owner/project", "Tools", -5)];
    store.record(&[first.clone()], at(1)).unwrap();
    let gone = entry("gone.example", "Tools").key;
    let stone = Tombstone { name: "gone".into(), section: SectionPath::new(["Tools"]), at: at(2) };
    let second = Record {
        meta: CatalogMeta { next_due: Some(at(90)), ..first.meta },
        delete: vec![gone.clone()],
        bury: vec![(gone, stone)],
        ..record(meta("tools"))
    };
    store.record(&[second], at(2)).unwrap();
    store
}

/// A store with projects: one that was looked at and renamed, one that nobody lists any more, one in two catalogs.
fn with_projects() -> Store {
    let store = Store::in_memory().unwrap();
    let mut tools = record(meta("tools"));
    tools.put =
        ["github.com/o/old", "github.com/o/gone", "github.com/o/two/part"].map(|key| entry(key, "S")).into();
    let mut more = record(meta("more"));
    more.put = vec![entry("github.com/o/two", "S")];
    store.record(&[tools, more], at(1)).unwrap();
    let mut look = looked(store.project(ProjectId(1)).unwrap().unwrap(), 500);
    look.project.key = key("github.com/o/new");
    look.project.full_name = "O/New".into();
    look.project.node = Some("R_kgDOAbc".into());
    look.project.standing = Standing::Here;
    look.project.facts.stars = Some(1200);
    look.history = Some(stars(&[(1, 1190), (2, 1200)]));
    let rank = RankRecord { scope: "tools".into(), state: RankState::default(), catalog: None, news: vec![] };
    store.record_projects(&[look], &[rank], at(3)).unwrap();
    store.write_schedule().unwrap();
    store
        .record(&[Record { delete: vec![key("github.com/o/gone")], ..record(meta("tools")) }], at(4))
        .unwrap();
    store
}

fn rows(store: &Store) -> Vec<String> {
    let everything = KeyRange { from: vec![], to: vec![0xFF; 2] };
    let rows = store.inner.engine.scan(&everything, Order::Rising, usize::MAX).unwrap();
    rows.iter().map(|(key, value)| format!("{} {}", hex(key), hex(value))).collect()
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

/// A store of the rows in a golden file, brought up to date.
fn stored(golden: &str) -> Store {
    let store = of_rows(golden.lines());
    assert!(store.inner.upgrade(3, usize::MAX).unwrap());
    store
}

/// A store of such rows, as it would be opened.
fn of_rows<'a>(rows: impl Iterator<Item = &'a str>) -> Store {
    let engine = Memory::default();
    let changes: Changes = rows
        .map(|line| line.split_once(' ').unwrap())
        .map(|(key, value)| (unhex(key), Some(unhex(value))))
        .collect();
    engine.apply(&changes).unwrap();
    crate::verify::whole(&engine).unwrap();
    crate::verify::ends(&engine).unwrap();
    let heads = Heads::read(&engine).unwrap().unwrap();
    Store::over(Box::new(engine), Documents::in_memory(), heads, None).unwrap()
}

#[test]
fn version_1_is_read() {
    let old = stored(V1);
    assert_eq!(old.inner.complete().unwrap(), Some(1), "it had no projects");
    assert_eq!(old.inner.complete().unwrap(), None, "once is enough");
    let new = recorded();
    let project = entry("github.com/owner/project", "").key;
    let first = Some(ProjectId(1));
    assert_eq!((old.project_named(&project).unwrap(), new.project_named(&project).unwrap()), (first, first));
    assert_eq!(old.listings(ProjectId(1)).unwrap(), new.listings(ProjectId(1)).unwrap());
    assert_eq!(old.projects_due(at(9), 9), [ProjectId(1)]);
    let tools = id("tools");
    assert_eq!(old.catalogs().unwrap(), new.catalogs().unwrap());
    assert_eq!(old.snapshot(&tools).unwrap(), new.snapshot(&tools).unwrap());
    assert_eq!(old.due(at(90), 9).unwrap(), new.due(at(90), 9).unwrap());
    assert_eq!(old.touched_since(0, 99).unwrap(), new.touched_since(0, 99).unwrap());
    let gone = entry("gone.example", "Tools").key;
    assert_eq!(old.tombstone(&tools, &gone).unwrap(), new.tombstone(&tools, &gone).unwrap());
    assert_eq!(old.event_times(at(9), 9).unwrap(), new.event_times(at(9), 9).unwrap());
    let ids = |store: &Store, scope: Scope| -> Vec<EventId> {
        let page = store.events(&Query { scope, limit: 9, ..Query::default() }).unwrap();
        page.events.iter().map(whimbrel_news::Event::id).collect()
    };
    for scope in [
        Scope::All,
        Scope::Catalog(tools.clone()),
        Scope::Section(tools.clone(), "tools".into()),
        Scope::Project(entry("github.com/owner/project", "").key),
        Scope::Kind(whimbrel_news::Kind::Added),
    ] {
        let found = ids(&old, scope.clone());
        assert!(found.len() >= 2, "{scope:?}");
        assert_eq!(found, ids(&new, scope));
    }
    // It is a store like any other: it goes on.
    old.record(&[Record { news: vec![added("new.example", "Tools", 9)], ..record(meta("tools")) }], at(9))
        .unwrap();
    old.forget_catalog(&tools).unwrap();
    old.verify().unwrap();
}

#[test]
fn versions_2_and_3_are_read() {
    for golden in [V2, V3] {
        let (old, new) = (stored(golden), with_projects());
        assert_eq!(old.inner.complete().unwrap(), None);
        assert_eq!(old.projects(None, 9).unwrap(), new.projects(None, 9).unwrap());
        assert_eq!(old.touched_since(0, 99).unwrap(), new.touched_since(0, 99).unwrap());
        for id in [1, 2, 3].map(ProjectId) {
            assert_eq!(old.listings(id).unwrap(), new.listings(id).unwrap());
            assert_eq!(old.project_keys(id).unwrap(), new.project_keys(id).unwrap());
            assert_eq!(old.star_history(id).unwrap(), new.star_history(id).unwrap());
        }
        assert_eq!(old.star_history(ProjectId(1)).unwrap().rows().len(), 2);
        assert_eq!(old.project_named(&key("github.com/o/old")).unwrap(), Some(ProjectId(1)));
        assert_eq!(old.project_named(&key("github.com/o/two")).unwrap(), Some(ProjectId(3)));
        assert_eq!(old.project_of_node("R_kgDOAbc").unwrap(), Some(ProjectId(1)));
        assert_eq!(old.rank_state("tools").unwrap(), Some(RankState::default()));
        assert_eq!(old.projects_due(at(499), 9), [ProjectId(3)]);
        assert_eq!(old.projects_due(at(500), 9), [ProjectId(3), ProjectId(1)]);
        assert!(content(&old).unwrap() == content(&new).unwrap());
        // They are stores like any other: they go on.
        let mut look = looked(old.project(ProjectId(1)).unwrap().unwrap(), 900);
        look.project.facts.stars = Some(1300);
        look.history = Some(stars(&[(1, 1190), (2, 1300)]));
        for store in [&old, &new] {
            store.record_projects(std::slice::from_ref(&look), &[], at(9)).unwrap();
            store.merge_projects(ProjectId(1), ProjectId(3)).unwrap();
        }
        assert!(content(&old).unwrap() == content(&new).unwrap());
        old.forget_catalog(&id("tools")).unwrap();
        old.verify().unwrap();
    }
}

#[test]
fn nothing_of_an_old_format_is_left_and_it_may_be_interrupted_anywhere() {
    for golden in [V1, V2, LANES] {
        let whole = rows(&stored(golden));
        for kind in [Kind::OldProjectKey, Kind::OldProjectNode, Kind::OldTouched, Kind::Listing] {
            assert!(!whole.iter().any(|row| row.starts_with(&hex(&[kind as u8]))), "{kind:?}");
        }
        let mut commits = 0;
        loop {
            let store = of_rows(golden.lines());
            let done = store.inner.upgrade(1, commits).unwrap();
            // As a start after a crash finds it.
            let store = of_rows(rows(&store).iter().map(String::as_str));
            assert!(store.inner.upgrade(3, usize::MAX).unwrap());
            assert_eq!(rows(&store), whole, "after {commits} commits");
            if done {
                break;
            }
            commits += 1;
        }
        assert!(commits > 0);
    }
}

/// A store with lanes: one that is idle, one in the middle of everything.
fn with_lanes() -> Store {
    let store = Store::in_memory().unwrap();
    let news = vec![added("x", "S", 1), added("y", "S", 1)];
    store.record(&[Record { news, ..record(meta("tools")) }], at(1)).unwrap();
    let mut long = lane(3, "webhook:news");
    let words = Filter::try_from("much ".repeat(1000)).unwrap();
    long.wants.push(Want { number: 2, filter: words, after: 1, told: 0, configured: false, until: None });
    let lanes = vec![lane(1, "discord:7"), busy(2), long];
    store.record_lanes(&LaneCommit { lanes, dead: vec![letter(1)], ..LaneCommit::default() }).unwrap();
    store
}

#[test]
fn lanes_of_version_1_are_read() {
    let (old, new) = (stored(LANES), with_lanes());
    assert_eq!(old.lanes(None, 9).unwrap(), new.lanes(None, 9).unwrap());
    assert_eq!(old.lanes(None, 9).unwrap().len(), 3);
    assert_eq!(old.dead_letters(None, 9).unwrap(), new.dead_letters(None, 9).unwrap());
    assert_eq!(old.lane_mark().unwrap(), LaneMark { matched: 2, newest_lane: 3, newest_letter: 1 });
    let removed = vec![LaneId(1), LaneId(2), LaneId(3)];
    old.record_lanes(&LaneCommit { removed, buried: vec![1], ..LaneCommit::default() }).unwrap();
    old.verify().unwrap();
}

/// Rows that hold nothing which may grow a field are written today as they were.
#[test]
fn what_is_not_json_is_written_as_before() {
    let fixed = [Kind::Entry, Kind::Gone, Kind::Due, Kind::Document, Kind::Posting, Kind::Part];
    check_fixed(&fixed, V1, &recorded());
    let fixed = [Kind::Census, Kind::Lead, Kind::Listed, Kind::Touched, Kind::Schedule];
    check_fixed(&fixed, V3, &with_projects());
}

fn check_fixed(kinds: &[Kind], golden: &str, now: &Store) {
    let of = |row: &&str| kinds.iter().any(|kind| row.starts_with(&hex(&[*kind as u8])));
    let now = rows(now);
    let now: Vec<&str> = now.iter().map(String::as_str).filter(of).collect();
    let then: Vec<&str> = golden.lines().filter(of).collect();
    assert!(kinds.iter().all(|kind| then.iter().any(|row| row.starts_with(&hex(&[*kind as u8])))));
    assert_eq!(now, then);
}

/// `cargo test -p whimbrel-store print_the_rows -- --ignored --nocapture` prints a golden file for a new version,
/// with `LANES=1` the one with lanes, with `HUB=1` the one with subscribers.
#[test]
#[ignore = "writes, does not check"]
fn print_the_rows() {
    let asked = |name| std::env::var_os(name).is_some();
    let store = match (asked("LANES"), asked("HUB")) {
        (true, _) => with_lanes(),
        (_, true) => hub::with_subscribers(),
        _ => with_projects(),
    };
    for row in rows(&store) {
        println!("{row}");
    }
}
