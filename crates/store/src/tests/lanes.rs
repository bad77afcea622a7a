//! Lanes: what is written is read, what people asked for survives everything, and nobody is told old news.

use std::fs;

use whimbrel_news::Filter;

use super::{added, at, content, meta, open, record};
use crate::*;

pub(crate) fn lane(id: u64, destination: &str) -> Lane {
    Lane {
        id: LaneId(id),
        destination: destination.to_owned(),
        cadence: "weekly mon 09:00 UTC".to_owned(),
        origin: Origin::Chat { by: "ada".to_owned() },
        wants: vec![Want {
            number: 1,
            filter: Filter::parse("catalog:tools kind:added").unwrap(),
            after: 0,
            told: 0,
            configured: false,
            until: None,
        }],
        created: at(0),
        paused: None,
        parked: None,
        told: 0,
        waiting: None,
        dropped: 0,
        due: None,
        last_due: None,
        since: None,
        back: false,
        retry: None,
        intent: None,
    }
}

/// A lane in the middle of everything.
pub(crate) fn busy(id: u64) -> Lane {
    let mut lane = lane(id, "telegram:-1001:7");
    lane.origin = Origin::Configuration { name: "news".to_owned() };
    lane.wants.push(Want {
        number: 2,
        filter: Filter::default(),
        after: 3,
        told: 5,
        configured: false,
        until: Some(9),
    });
    lane.paused = Some(at(1));
    lane.parked = Some(Parked { at: at(2), reason: "Forbidden: bot was kicked".to_owned() });
    (lane.told, lane.waiting, lane.dropped) = (4, Some(6), 2);
    (lane.due, lane.last_due, lane.since, lane.back) = (Some(at(9)), Some(at(3)), Some(at(-9)), true);
    lane.retry = Some(Retry { at: at(8), failures: 3, reason: "Bad Gateway".to_owned() });
    lane.intent = Some(intent());
    lane
}

fn intent() -> Intent {
    Intent {
        from: 5,
        to: 9,
        parts: 3,
        sent: 1,
        nonce: 0xFFFF_FFFF_FFFF_FFFE,
        at: at(7),
        plain: true,
        digest: Some(DigestOf { from: at(3), to: at(9), catch_up: true }),
        dropped: 2,
        catalogs: vec![CatalogFacts { id: super::id("tools"), title: "Tools".into(), read: Some(at(6)) }],
        site: Some("https://news.example".to_owned()),
        page: Some("https://news.example/digest/daily/2026-11-20".to_owned()),
    }
}

pub(crate) fn letter(number: u64) -> DeadLetter {
    DeadLetter {
        number,
        at: at(9),
        lane: LaneId(1),
        destination: "discord:7".to_owned(),
        cadence: "instant".to_owned(),
        wants: lane(1, "discord:7").wants,
        intent: intent(),
        reason: "Bad Request: can't parse entities".to_owned(),
    }
}

fn write(store: &Store, lanes: Vec<Lane>) {
    store.record_lanes(&LaneCommit { lanes, ..LaneCommit::default() }).unwrap();
}

fn tell(store: &Store, count: u8, when: i64) {
    let news = (0..count).map(|n| added(&format!("x{n}"), "S", when)).collect();
    store.record(&[Record { news, ..record(meta("tools")) }], at(when)).unwrap();
}

#[test]
fn lanes_are_read_as_they_were_written() {
    let folder = tempfile::tempdir().unwrap();
    for store in [Store::in_memory().unwrap(), open(folder.path()).store] {
        tell(&store, 5, 0);
        assert_eq!(store.lane_mark().unwrap(), LaneMark { matched: 5, ..LaneMark::default() });
        let lanes = [lane(1, "discord:7"), busy(2), lane(300, "webhook:news")];
        let commit = LaneCommit {
            matched: Some(4),
            lanes: lanes.to_vec(),
            dead: vec![letter(1), letter(2)],
            ..LaneCommit::default()
        };
        store.record_lanes(&commit).unwrap();
        assert_eq!(store.lanes(None, 9).unwrap(), lanes);
        assert_eq!(store.lanes(Some(LaneId(1)), 1).unwrap(), lanes[1..2]);
        assert_eq!(store.lane(LaneId(2)).unwrap().as_ref(), Some(&lanes[1]));
        assert_eq!(store.dead_letters(None, 9).unwrap(), [letter(1), letter(2)]);
        assert_eq!(store.dead_letters(Some(1), 9).unwrap(), [letter(2)]);
        let mark = LaneMark { matched: 5, newest_lane: 300, newest_letter: 2 };
        assert_eq!(store.lane_mark().unwrap(), mark, "the mark does not fall");

        let mut on = busy(2);
        (on.told, on.intent, on.retry, on.parked) = (9, None, None, None);
        let commit = LaneCommit {
            matched: Some(7),
            lanes: vec![on.clone()],
            removed: vec![LaneId(300), LaneId(4)],
            buried: vec![1],
            ..LaneCommit::default()
        };
        store.record_lanes(&commit).unwrap();
        assert_eq!(store.lanes(None, 9).unwrap(), [lane(1, "discord:7"), on]);
        assert_eq!(store.lane(LaneId(300)).unwrap(), None);
        assert_eq!(store.dead_letter(1).unwrap(), None);
        assert_eq!(store.dead_letter(2).unwrap(), Some(letter(2)));
        assert_eq!(
            store.lane_mark().unwrap(),
            LaneMark { matched: 7, ..mark },
            "numbers are not given again"
        );
        store.verify().unwrap();
    }
    let opened = open(folder.path());
    assert_eq!(opened.steps, []);
    assert_eq!(opened.store.lanes(None, 9).unwrap().len(), 2);
    assert_eq!(opened.store.matched().unwrap(), 7);
}

#[test]
fn lanes_begin_at_the_head_of_a_new_life() {
    let store = Store::in_memory().unwrap();
    tell(&store, 5, 0);
    write(&store, vec![lane(1, "discord:7"), busy(2)]);
    store.record_lanes(&LaneCommit { dead: vec![letter(3)], ..LaneCommit::default() }).unwrap();
    let mut bytes = Vec::new();
    store.export(&mut bytes, &mut |_| {}).unwrap();
    let copy = Store::import_in_memory(&bytes[..]).unwrap();
    let lanes = copy.lanes(None, 9).unwrap();
    let busy = busy(2);
    assert_eq!(lanes.len(), 2);
    for lane in &lanes {
        assert_eq!((lane.told, lane.waiting, lane.dropped), (5, None, 0));
        assert_eq!((&lane.retry, &lane.intent, lane.due), (&None, &None, None));
        assert_eq!(lane.wants.len(), 1, "what was to end has ended");
        assert_eq!((lane.wants[0].after, lane.wants[0].told), (5, 0));
    }
    assert_eq!(
        (lanes[1].paused, &lanes[1].parked, &lanes[1].origin),
        (busy.paused, &busy.parked, &busy.origin)
    );
    assert_eq!(copy.dead_letters(None, 9).unwrap(), [letter(3)]);
    assert_eq!(copy.lane_mark().unwrap(), LaneMark { matched: 5, newest_lane: 2, newest_letter: 3 });
    copy.verify().unwrap();
    // What is wanted goes out of the copy as it came in.
    let lines = |store: &Store| -> Vec<String> {
        content(store).unwrap().into_iter().filter(|line| line.starts_with("{\"lane\"")).collect()
    };
    assert_eq!(lines(&copy).len(), 2);
    assert_eq!(Store::import_in_memory(&bytes[..]).map(|again| lines(&again)).unwrap(), lines(&copy));
}

#[test]
fn subscriptions_survive_the_loss_of_the_database_and_of_every_backup() {
    let folder = tempfile::tempdir().unwrap();
    let opened = open(folder.path());
    let root = folder.path().join(&Settings::default().path);
    assert!(!root.join("subscriptions.json").exists(), "nothing to say yet");
    tell(&opened.store, 5, 0);
    write(&opened.store, vec![lane(1, "discord:7"), busy(2), lane(3, "discord:8")]);
    let mut moved = lane(1, "discord:9");
    moved.told = 5;
    write(&opened.store, vec![moved]);
    opened.store.record_lanes(&LaneCommit { removed: vec![LaneId(3)], ..LaneCommit::default() }).unwrap();
    let size = || fs::metadata(root.join("subscriptions.json")).unwrap().len();
    let before = size();
    let mut flushed = lane(1, "discord:9");
    flushed.told = 9;
    write(&opened.store, vec![flushed]);
    assert_eq!(size(), before, "a flush does not touch the file");
    drop(opened);
    // A last line that was cut short.
    let path = root.join("subscriptions.json");
    let text = [fs::read(&path).unwrap(), b"{\"lane\":{\"id\":9,".to_vec()].concat();
    fs::write(&path, text).unwrap();
    for entry in fs::read_dir(&root).unwrap().flatten() {
        if entry.file_name().to_string_lossy().starts_with("state-") {
            fs::remove_dir_all(entry.path()).unwrap();
        }
    }
    let opened = open(folder.path());
    assert!(opened.steps.contains(&OpenStep::Rebuilt), "{:?}", opened.steps);
    assert!(opened.steps.contains(&OpenStep::LanesAtHead(2)));
    let lanes = opened.store.lanes(None, 9).unwrap();
    let names: Vec<_> = lanes.iter().map(|lane| lane.destination.as_str()).collect();
    assert_eq!(names, ["discord:9", "telegram:-1001:7"]);
    assert!(lanes.iter().all(|lane| lane.told == opened.store.head() && lane.told >= 5));
    assert!(opened.store.lane_mark().unwrap().newest_lane >= 2);
    opened.store.verify().unwrap();
    drop(opened);
    let opened = open(folder.path());
    assert_eq!(opened.steps, []);
    assert_eq!(opened.store.lanes(None, 9).unwrap(), lanes);
    assert_eq!(fs::read_to_string(&path).unwrap().lines().count(), 2, "it was written anew");
}

#[test]
fn a_backup_gives_way_to_the_newer_file_and_an_import_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let opened = open(folder.path());
    tell(&opened.store, 5, 0);
    write(&opened.store, vec![lane(1, "discord:7")]);
    let file = folder.path().join("early.jsonl");
    opened.store.export_file(&file, &mut |_| {}).unwrap();
    opened.store.backup(at(0), &mut |_| {}).unwrap();
    write(&opened.store, vec![lane(2, "discord:8")]);
    drop(opened);
    let root = folder.path().join(&Settings::default().path);
    for entry in fs::read_dir(&root).unwrap().flatten() {
        if entry.file_name().to_string_lossy().starts_with("state-") {
            fs::remove_dir_all(entry.path()).unwrap();
        }
    }
    let opened = open(folder.path());
    assert!(opened.steps.iter().any(|step| matches!(step, OpenStep::FromBackup(_))), "{:?}", opened.steps);
    assert_eq!(opened.store.lanes(None, 9).unwrap().len(), 2);
    drop(opened);
    let opened = Store::import(&Settings::default(), folder.path(), &file, at(2000), &mut |_| {}).unwrap();
    assert_eq!(opened.store.lanes(None, 9).unwrap().len(), 1);
    drop(opened);
    assert_eq!(open(folder.path()).store.lanes(None, 9).unwrap().len(), 1);
}

#[test]
fn many_changes_do_not_let_the_file_grow() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).store;
    for round in 0..30 {
        let lanes = (1..=100).map(|id| lane(id, &format!("discord:{}", round * 1000 + id))).collect();
        write(&store, lanes);
    }
    let path = folder.path().join(&Settings::default().path).join("subscriptions.json");
    let lines = fs::read_to_string(path).unwrap().lines().count();
    assert!((100..=1300).contains(&lines), "{lines}");
}

/// Files beside the database in which these words stand, and how many live rows hold them.
fn traces(store: &Store, folder: &std::path::Path, words: &str) -> (Vec<String>, usize) {
    let holds = |bytes: &[u8]| bytes.windows(words.len()).any(|part| part == words.as_bytes());
    let beside = crate::disk::files::list(&folder.join("whimbrel-data")).unwrap().into_iter();
    let beside = beside.filter(|file| file.is_file() && holds(&fs::read(file).unwrap()));
    let all = crate::engine::KeyRange { from: Vec::new(), to: vec![0xFF; 8] };
    let rows = store.inner.engine.scan(&all, crate::engine::Order::Rising, usize::MAX).unwrap();
    assert!(!rows.is_empty());
    let rows = rows.iter().filter(|(key, value)| holds(key) || holds(value)).count();
    (beside.map(|file| file.file_name().unwrap().to_string_lossy().into_owned()).collect(), rows)
}

#[test]
fn what_is_erased_leaves_no_trace_in_rows_files_and_exports() {
    const GONE: &str = "telegram:4242424242";
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).store;
    let commit = |change: &dyn Fn(&mut LaneCommit)| {
        let mut commit = LaneCommit::default();
        change(&mut commit);
        store.record_lanes(&commit).unwrap();
    };
    // One that is long, so that it takes several rows; one that ended long ago; one with a dead letter.
    let mut long = lane(1, GONE);
    long.wants = vec![long.wants[0].clone(); 2000];
    commit(&|it| it.lanes = vec![long.clone(), lane(2, GONE), lane(3, "telegram:5")]);
    commit(&|it| it.removed = vec![LaneId(2)]);
    commit(&|it| it.dead = vec![DeadLetter { destination: GONE.to_owned(), ..letter(1) }]);
    let (beside, rows) = traces(&store, folder.path(), GONE);
    assert_eq!(beside, ["subscriptions.json"]);
    assert!(rows >= 2, "{rows}");
    commit(&|it| (it.removed, it.buried, it.erase) = (vec![LaneId(1)], vec![1], true));
    assert_eq!(traces(&store, folder.path(), GONE), (vec![], 0));
    assert!(!content(&store).unwrap().concat().contains(GONE));
    assert_eq!(store.lanes(None, 9).unwrap().len(), 1, "others stay");

    // A backup from before does not bring it back: the file of subscriptions counts.
    drop(store);
    let store = open(folder.path()).store;
    assert_eq!(traces(&store, folder.path(), GONE), (vec![], 0));
}

#[test]
fn an_older_backup_does_not_bring_back_what_was_erased() {
    const GONE: &str = "telegram:4242424242";
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).store;
    super::fill(&store, 0..1);
    let lanes = vec![lane(1, GONE), lane(2, "telegram:5")];
    store.record_lanes(&LaneCommit { lanes, ..LaneCommit::default() }).unwrap();
    store.backup(at(10), &mut |_| {}).unwrap().unwrap();
    let erased = LaneCommit { removed: vec![LaneId(1)], erase: true, ..LaneCommit::default() };
    store.record_lanes(&erased).unwrap();
    drop(store);
    fs::remove_dir_all(folder.path().join("whimbrel-data/state-1")).unwrap();
    let opened = open(folder.path());
    assert!(opened.steps.iter().any(|step| matches!(step, OpenStep::FromBackup(_))), "{:?}", opened.steps);
    let lanes: Vec<String> =
        opened.store.lanes(None, 9).unwrap().into_iter().map(|lane| lane.destination).collect();
    assert_eq!(lanes, ["telegram:5"]);
}
