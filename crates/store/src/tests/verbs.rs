//! The verbs, on both engines.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::TimeDelta;
use whimbrel_catalog::{Entry, EntryKey, SectionPath, Settling, Tombstone};
use whimbrel_news::Kind;

use super::{added, at, entry, id, meta, open, record};
use crate::*;

/// Runs a story on the engine in memory and on sled.
fn on_both(story: impl Fn(&Store)) {
    story(&Store::in_memory().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let opened = Store::open(&Settings::default(), folder.path(), at(0)).unwrap();
    assert_eq!(opened.steps, [OpenStep::Created]);
    story(&opened.store);
}

#[test]
fn what_is_recorded_is_read_back() {
    on_both(|store| {
        let mut first = record(meta("tools"));
        first.put = vec![entry("b.example/2", "Two"), entry("a.example/1", "One")];
        first.shape = Some(Shape { title: Some("Tools".into()), ..Shape::default() });
        first.settling = Some(Settling::default());
        first.news = vec![added("a.example/1", "One", 1), added("b.example/2", "Two", 2)];
        let recorded = store.record(&[first], at(5)).unwrap();
        assert_eq!(recorded.seqs, Some((1, 2)));
        assert_eq!(store.head(), 2);

        assert_eq!(store.catalogs().unwrap(), [meta("tools")]);
        let snapshot = store.snapshot(&id("tools")).unwrap().unwrap();
        assert_eq!(snapshot.title.as_deref(), Some("Tools"));
        assert_eq!(snapshot.entries, [entry("a.example/1", "One"), entry("b.example/2", "Two")]);
        assert_eq!(store.snapshot(&id("other")).unwrap(), None);
        assert_eq!(store.settling(&id("tools")).unwrap(), Some(Settling::default()));

        let events = store.events_after(0, 10).unwrap();
        assert_eq!(events.iter().map(|event| event.seq).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(events[0].recorded, at(5));
        assert_eq!(events[0].epoch, store.epoch());
        assert_eq!(store.events_after(1, 10).unwrap(), events[1..]);
        assert_eq!(store.events_between(at(4), at(5), 10).unwrap(), events);
        assert_eq!(store.events_between(at(5), at(6), 10).unwrap(), []);
        assert_eq!(store.event_times(at(6), 9).unwrap(), [Commit { recorded: at(5), first: 1, last: 2 }]);
    });
}

#[test]
fn who_listens_hears_of_what_is_written_and_of_nothing_else() {
    on_both(|store| {
        let heard = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&heard);
        store.on_commit(move || {
            count.fetch_add(1, Ordering::SeqCst);
        });
        let mut news = record(meta("tools"));
        news.news = vec![added("a.example/1", "One", 1)];
        store.record(&[news], at(5)).unwrap();
        assert_eq!((heard.load(Ordering::SeqCst), store.head()), (1, 1));
        store.events_after(0, 10).unwrap();
        store.record(&[], at(6)).unwrap();
        assert_eq!(heard.load(Ordering::SeqCst), 1);
        store.record(&[record(meta("other"))], at(7)).unwrap();
        assert_eq!(heard.load(Ordering::SeqCst), 2);
    });
}

#[test]
fn each_scope_finds_its_events() {
    on_both(|store| {
        let mut one = record(meta("one"));
        one.news = (0..400).map(|n| added(&format!("x.example/{n}"), ["A", "B"][n % 2], n as i64)).collect();
        one.history = vec![added("old.example/2", "A", -50), added("old.example/1", "A", -90)];
        let mut two = record(meta("two"));
        two.news = vec![added("x.example/7", "A", 500)];
        two.history = vec![added("old.example/3", "A", -70)];
        store.record(&[one, two], at(600)).unwrap();

        let ask = |scope: Scope, limit| {
            let mut query = Query { scope, limit, ..Query::default() };
            let mut found = Vec::new();
            loop {
                let page = store.events(&query).unwrap();
                found.extend(page.events);
                match page.next {
                    // A place travels as text.
                    Some(next) => query.after = Some(next.to_string().parse().unwrap()),
                    None => return found,
                }
            }
        };
        let seqs = |scope| ask(scope, 7).iter().map(|event| (event.history, event.seq)).collect::<Vec<_>>();
        let live = |seqs: &mut dyn Iterator<Item = u64>| seqs.map(|seq| (false, seq)).collect::<Vec<_>>();
        let old = |seqs: &[u64]| seqs.iter().map(|seq| (true, *seq)).collect::<Vec<_>>();
        assert_eq!(seqs(Scope::All), [live(&mut (1..=401).rev()), old(&[1, 3, 2])].concat());
        assert_eq!(seqs(Scope::Kind(Kind::Added)), seqs(Scope::All));
        assert_eq!(seqs(Scope::Kind(Kind::Removed)), []);
        assert_eq!(seqs(Scope::Catalog(id("two"))), [(false, 401), (true, 3)]);
        assert_eq!(
            seqs(Scope::Section(id("one"), "a".into())),
            [live(&mut (1..=400).rev().filter(|seq| seq % 2 == 1)), old(&[1, 2])].concat()
        );
        assert_eq!(seqs(Scope::Project(EntryKey::from_stored("x.example/7"))), [(false, 401), (false, 8)]);
        let whole = ask(Scope::All, 404);
        assert_eq!(whole.len(), 404);
        assert!(store.events(&Query { limit: 404, ..Query::default() }).unwrap().next.is_none());
    });
}

#[test]
fn due_times_follow_looks_and_records() {
    on_both(|store| {
        store.record(&[record(meta("a")), record(meta("b"))], at(0)).unwrap();
        assert_eq!(store.next_due().unwrap(), Some(at(60)));
        assert_eq!(store.due(at(59), 9).unwrap(), []);
        assert_eq!(store.due(at(60), 9).unwrap(), [(at(60), id("a")), (at(60), id("b"))]);
        assert_eq!(store.due(at(60), 1).unwrap().len(), 1);

        let revisions =
            || -> Vec<u64> { store.catalogs_and_revisions().unwrap().iter().map(|(_, at)| *at).collect() };
        let before = revisions();
        let look = Look { at: at(61), next_due: at(300), interval_secs: 240 };
        store.note_look(&id("a"), look.clone());
        assert_eq!(store.due(at(100), 9).unwrap(), [(at(60), id("b"))]);
        assert_eq!(store.due(at(300), 9).unwrap(), [(at(60), id("b")), (at(300), id("a"))]);
        let seen = store.catalog(&id("a")).unwrap().unwrap();
        assert_eq!(
            (seen.last_success, seen.next_due, seen.interval_secs),
            (Some(at(61)), Some(at(300)), 240)
        );

        assert_eq!(store.flush_looks(at(120)).unwrap(), 0, "it may still ride on another commit");
        assert_eq!(store.flush_looks(at(121)).unwrap(), 1);
        assert_eq!(store.catalog(&id("a")).unwrap(), Some(seen));
        assert_eq!(store.due(at(300), 9).unwrap(), [(at(60), id("b")), (at(300), id("a"))]);

        store.note_look(&id("a"), Look { at: at(310), ..look });
        let mut moved = meta("b");
        moved.next_due = None;
        store.record(&[record(moved)], at(311)).unwrap();
        assert_eq!(store.flush_looks(at(999)).unwrap(), 0, "it rode along");
        assert_eq!(store.due(at(999), 9).unwrap(), [(at(300), id("a"))]);
        assert_eq!(revisions()[0], before[0], "looks found nothing");
        assert!(revisions()[1] > before[1]);
    });
}

#[test]
fn touched_rows_are_listed_once_at_their_newest_revision() {
    on_both(|store| {
        let key = |key| EntryKey::from_stored(key);
        let mut first = record(meta("a"));
        first.put = vec![entry("x", "S"), entry("y", "S")];
        let revision = store.record(&[first.clone()], at(1)).unwrap().revision;
        assert_eq!(revision, 3);
        assert_eq!(store.record(&[first], at(2)).unwrap().revision, 3, "nothing differs, nothing is written");

        let mut second = record(meta("a"));
        second.delete = vec![key("x")];
        second.bury =
            vec![(key("x"), Tombstone { name: "x".into(), section: SectionPath::default(), at: at(3) })];
        store.record(&[second], at(3)).unwrap();
        let touched = store.touched_since(revision, 9).unwrap();
        assert_eq!(touched, [(4, Touched::Entry(id("a"), key("x")))]);
        assert!(store.tombstone(&id("a"), &key("x")).unwrap().is_some());
        assert_eq!(store.entry(&id("a"), &key("x")).unwrap(), None);

        let mut third = record(meta("a"));
        third.put = vec![entry("x", "T")];
        store.record(&[third], at(4)).unwrap();
        assert_eq!(store.touched_since(3, 9).unwrap(), [(5, Touched::Entry(id("a"), key("x")))]);
        assert_eq!(store.tombstone(&id("a"), &key("x")).unwrap(), None);

        store.forget_catalog(&id("a")).unwrap();
        assert_eq!(store.touched_since(0, 9).unwrap(), [(6, Touched::Catalog(id("a")))]);
        assert_eq!(store.catalogs().unwrap(), []);
        assert_eq!(store.next_due().unwrap(), None);
        assert_eq!(store.entries(&id("a"), None, 9).unwrap(), []);
    });
}

#[test]
fn documents_stay_as_long_as_a_catalog_needs_them() {
    on_both(|store| {
        let old = store.put_document(b"# Old").unwrap();
        let new = store.put_document(b"# New").unwrap();
        let with = |name: &str, document: &DocumentId| {
            let mut meta = meta(name);
            meta.accepted_document = Some(document.clone());
            record(meta)
        };
        store.record(&[with("a", &old), with("b", &old)], at(1)).unwrap();
        assert_eq!(store.document(&old).unwrap().as_deref(), Some(&b"# Old"[..]));
        store.record(&[with("a", &new)], at(2)).unwrap();
        assert!(store.document(&old).unwrap().is_some(), "the other catalog needs it");
        store.record(&[with("b", &new)], at(3)).unwrap();
        assert_eq!(store.document(&old).unwrap(), None);
        assert!(store.document(&new).unwrap().is_some());
    });
}

#[test]
fn entries_are_found_by_their_sections() {
    on_both(|store| {
        let mut first = record(meta("a"));
        // More than are read at a time, and one that takes several rows.
        first.put = (0..1_200).map(|n| entry(&format!("{n:04}"), ["S", "T"][n % 2])).collect();
        first.put[1_000].description = "long ".repeat(10_000);
        let expected: Vec<Entry> = first.put.iter().step_by(2).cloned().collect();
        store.record(&[first], at(1)).unwrap();
        assert_eq!(store.entries_at(&id("a"), |path| path == ["S"]).unwrap(), expected);
        assert_eq!(store.entries_at(&id("a"), |path| path.is_empty()).unwrap(), []);
        assert_eq!(store.entries_at(&id("b"), |_| true).unwrap(), []);
    });
}

#[test]
fn long_values_come_back_whole() {
    on_both(|store| {
        let mut big = entry("x", "S");
        big.description = "long ".repeat(10_000);
        let mut first = record(meta("a"));
        first.put = vec![big.clone(), entry(&"k".repeat(20_000), "S")];
        first.news = vec![added(&"k".repeat(20_000), "S", 1)];
        store.record(&[first], at(1)).unwrap();
        assert_eq!(store.entry(&id("a"), &big.key).unwrap(), Some(big.clone()));
        assert_eq!(store.entries(&id("a"), None, 9).unwrap().len(), 2);
        assert_eq!(store.events_after(0, 9).unwrap().len(), 1);
        assert_eq!(store.touched_since(0, 9).unwrap().len(), 3);
        big.description.truncate(10);
        let mut second = record(meta("a"));
        second.put = vec![big.clone()];
        store.record(&[second], at(1)).unwrap();
        assert_eq!(store.entry(&id("a"), &big.key).unwrap(), Some(big));
    });
}

#[test]
fn a_store_reopens_where_it_stood() {
    let folder = tempfile::tempdir().unwrap();
    let open = || Store::open(&Settings::default(), folder.path(), at(9));
    let store = open().unwrap().store;
    let epoch = store.epoch();
    let mut first = record(meta("a"));
    first.put = vec![entry("x", "S")];
    first.news = vec![added("x", "S", 1)];
    store.record(&[first], at(1)).unwrap();
    assert!(matches!(open(), Err(StoreError::Locked { .. })));
    drop(store);
    let opened = open().unwrap();
    assert_eq!(opened.steps, []);
    let store = opened.store;
    assert_eq!((store.epoch(), store.head()), (epoch, 1));
    assert_eq!(store.events_after(0, 9).unwrap().len(), 1);
    assert_eq!(store.snapshot(&id("a")).unwrap().unwrap().entries, [entry("x", "S")]);
    let mut second = record(meta("a"));
    second.news = vec![added("y", "S", 2)];
    assert_eq!(store.record(&[second], at(TimeDelta::minutes(1).num_seconds())).unwrap().seqs, Some((2, 2)));
}

#[test]
fn a_document_of_two_catalogs_stays_for_the_slower_one() {
    let folder = tempfile::tempdir().unwrap();
    for store in [Store::in_memory().unwrap(), open(folder.path()).store] {
        let same = store.put_document(b"# Same").unwrap();
        assert_eq!(store.put_document(b"# Same").unwrap(), same);
        let commit = |name: &str, document: Option<&DocumentId>| {
            let accepted_document = document.cloned();
            store.record(&[record(CatalogMeta { accepted_document, ..meta(name) })], at(1)).unwrap();
        };
        commit("one", Some(&same));
        commit("one", None);
        assert!(store.document(&same).unwrap().is_some(), "the other one has yet to name it");
        commit("two", Some(&same));
        assert_eq!(store.document(&same).unwrap().unwrap(), b"# Same");
        commit("two", None);
        assert_eq!(store.document(&same).unwrap(), None);
    }
}

#[test]
fn many_may_put_the_same_document_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).store;
    let start = std::sync::Barrier::new(8);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                start.wait();
                for n in 0..5 {
                    store.put_document(format!("# The same {n}").as_bytes()).unwrap();
                }
            });
        }
    });
    let same = store.put_document(b"# The same 4").unwrap();
    assert_eq!(store.document(&same).unwrap().unwrap(), b"# The same 4");
}
