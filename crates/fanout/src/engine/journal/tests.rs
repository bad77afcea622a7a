use std::sync::Barrier;

use chrono::TimeDelta;
use proptest::prelude::*;
use whimbrel_news::{CatalogId, Dated, Facts, News, Subject};
use whimbrel_store::{CatalogMeta, Record, Settings};

use super::*;

/// Days events are kept.
const DAYS: u64 = 3;

fn day(day: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_000_000, 0).unwrap() + TimeDelta::days(day)
}

fn record(store: &Store, many: usize, at: DateTime<Utc>) {
    let subject = Subject {
        name: "knot".to_owned(),
        url: "https://github.com/o/knot".to_owned(),
        key: "github.com/o/knot".to_owned(),
        section: "S".to_owned(),
        section_path: vec!["S".to_owned()],
    };
    let news = News::Added {
        subject,
        description: String::new(),
        in_place_of: None,
        returned: false,
        facts: Facts::default(),
    };
    let meta = CatalogMeta::unseen(CatalogId::new("tools").unwrap(), "file:x", at);
    store.record(&[Record { news: vec![Dated::new(at, news); many], ..Record::of(meta) }], at).unwrap();
}

/// What the journal hands over of a range, by number.
fn walked(journal: &Journal, from: u64, to: u64) -> Vec<u64> {
    let mut seqs = Vec::new();
    journal
        .walk(from, to, |event| {
            seqs.push(event.seq);
            ControlFlow::Continue(())
        })
        .unwrap();
    seqs
}

/// What happens to a journal.
#[derive(Clone, Debug)]
enum Step {
    Record(usize),
    /// A day passes, and retention does what it does.
    Day,
    /// A lane reads a range, which may reach beyond the newest event.
    Walk(u64, u64),
    LastBy {
        days_ago: i64,
        floor: u64,
    },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => prop_oneof![1..5usize, 1..300usize].prop_map(Step::Record),
        1 => Just(Step::Day),
        4 => (0..900u64, prop_oneof![0..5u64, 0..900u64]).prop_map(|(from, more)| Step::Walk(from, from + more)),
        1 => (0..6i64, 0..300u64).prop_map(|(days_ago, floor)| Step::LastBy { days_ago, floor }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_handed_over_is_what_the_store_has(steps in prop::collection::vec(step(), 1..60)) {
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings { journal_days: DAYS, ..Settings::default() };
        let store = Store::open(&settings, folder.path(), day(0)).unwrap().store;
        let journal = Journal::new(store.clone());
        let mut today = 0;
        for step in steps {
            let all = || store.events_after(0, usize::MAX).unwrap();
            match step {
                Step::Record(many) => record(&store, many, day(today)),
                Step::Day => {
                    today += 1;
                    if let Some(upto) = store.outdated(day(today)).unwrap() {
                        while store.prune(day(today), None).unwrap() > 0 {}
                        journal.forget(upto);
                    }
                }
                Step::Walk(from, to) => {
                    let has: Vec<u64> =
                        all().iter().map(|event| event.seq).filter(|seq| (from..=to).contains(seq)).collect();
                    prop_assert_eq!(walked(&journal, from, to), has, "{} to {}", from, to);
                }
                Step::LastBy { days_ago, floor } => {
                    let (at, head) = (day(today - days_ago), store.head());
                    let floor = floor.min(head);
                    let last = all().iter().filter(|event| event.recorded <= at).map(|event| event.seq).max();
                    let found = journal.last_by(at, floor, head).unwrap();
                    prop_assert_eq!(found, last.unwrap_or(0).max(floor));
                }
            }
        }
    }
}

#[test]
fn a_part_that_is_asked_for_before_it_begins_is_read_once_it_is_there() {
    let store = Store::in_memory().unwrap();
    let journal = Journal::new(store.clone());
    record(&store, 100, day(0));
    assert!(walked(&journal, 5 * CHUNK, 6 * CHUNK).is_empty());
    record(&store, 600, day(0));
    assert_eq!(walked(&journal, 5 * CHUNK, 6 * CHUNK), (5 * CHUNK..=700).collect::<Vec<_>>());
}

#[test]
fn many_readers_of_a_growing_part_miss_nothing() {
    const READERS: usize = 4;
    let store = Store::in_memory().unwrap();
    let journal = Journal::new(store.clone());
    let start = Barrier::new(READERS + 1);
    std::thread::scope(|scope| {
        for _ in 0..READERS {
            scope.spawn(|| {
                start.wait();
                loop {
                    let head = store.head();
                    let from = head.saturating_sub(CHUNK + 3).max(1);
                    assert_eq!(walked(&journal, from, head), (from..=head).collect::<Vec<_>>());
                    if head >= 6 * CHUNK {
                        break;
                    }
                }
            });
        }
        start.wait();
        for _ in 0..3 * CHUNK {
            record(&store, 2, day(0));
        }
    });
    assert_eq!(walked(&journal, 1, 6 * CHUNK), (1..=6 * CHUNK).collect::<Vec<_>>());
}

#[test]
fn what_nobody_reads_is_not_kept() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&Settings::default(), folder.path(), day(0)).unwrap().store;
    record(&store, 400, day(0));
    let journal = Journal::new(store.clone());
    let a_minute_later = || {
        for chunk in journal.chunks().values_mut() {
            chunk.read = chunk.read.checked_sub(UNREAD).unwrap();
        }
    };
    let kept = || journal.chunks().keys().copied().collect::<std::collections::BTreeSet<u64>>();
    walked(&journal, 1, 300);
    a_minute_later();
    walked(&journal, 130, 130);
    walked(&journal, 390, 390);
    assert_eq!(kept(), [1, 3].into(), "the part that was read again, and the new one");
    a_minute_later();
    record(&store, 1, day(0));
    walked(&journal, 401, 401);
    assert_eq!(kept(), [3].into(), "the part that grew");
}
