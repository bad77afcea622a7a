//! Forgetting old events.

use super::{added, at, content, id, meta, open, record};
use crate::engine::Order;
use crate::keys::{Key, Kind};
use crate::*;

#[test]
fn old_events_go_with_everything_that_names_them() {
    let folder = tempfile::tempdir().unwrap();
    for store in [Store::in_memory().unwrap(), open(folder.path()).store] {
        for step in 0..30 {
            let mut record = record(meta(["one", "two"][step as usize % 2]));
            record.news =
                (0..40).map(|n| added(&format!("host-{}.example/{n}", step % 3), "S", step)).collect();
            record.history = vec![added("old.example", "S", step)];
            store.record(&[record], at(step)).unwrap();
        }
        assert_eq!(store.drop_events(at(0), None).unwrap(), 0);
        let drop = |before, waiting| {
            let mut all = 0;
            loop {
                match store.drop_events(at(before), waiting).unwrap() {
                    0 => return all,
                    dropped => all += dropped,
                }
            }
        };
        let early = drop(20, Some(401));
        assert!((380..=400).contains(&early), "whole rows, and nothing somebody waits for: {early}");
        let late = drop(20, None);
        assert!((780..=800).contains(&(early + late)));
        let floor = early + late;
        let left = store.events_after(0, 10_000).unwrap();
        assert_eq!(left.len() as u64, 1200 - floor);
        assert_eq!(left[0].seq, floor + 1);
        assert_eq!(store.stats().unwrap().events, 1200 - floor);
        for scope in [Scope::All, Scope::Catalog(id("one")), Scope::Catalog(id("two"))] {
            let page =
                store.events(&Query { scope: scope.clone(), limit: 10_000, ..Query::default() }).unwrap();
            let expected = left
                .iter()
                .filter(|event| scope == Scope::All || crate::journal::scopes(event).contains(&scope))
                .count();
            assert_eq!(page.events.iter().filter(|event| !event.history).count(), expected);
        }
        assert_eq!(store.events_between(at(-1), at(100), 10_000).unwrap(), left);
        store.verify().unwrap();

        // With everything old, only the row stays that shows where the journal ends.
        drop(1000, None);
        let left = store.events_after(0, 10_000).unwrap().len();
        assert!((1..=40).contains(&left), "{left}");
        let rows =
            |kind| store.inner.engine.scan(&Key::of(kind).range(), Order::Rising, 10_000).unwrap().len();
        assert_eq!(rows(Kind::Event), 1);
        assert_eq!(rows(Kind::Time), 1);
        assert!(rows(Kind::Posting) <= left + 10, "{} for {left}", rows(Kind::Posting));
        store.verify().unwrap();
        let copy = {
            let mut bytes = Vec::new();
            store.export(&mut bytes, &mut |_| {}).unwrap();
            Store::import_in_memory(&bytes[..]).unwrap()
        };
        assert!(content(&copy).unwrap() == content(&store).unwrap());
        assert_eq!(copy.stats().unwrap().events, left as u64);
    }
    // What the ends show is still right at the next start.
    assert_eq!(open(folder.path()).steps, []);
}
