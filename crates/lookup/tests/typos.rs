//! Who mistypes a name by one letter still finds it.

mod names;

use chrono::{DateTime, Utc};
use whimbrel_catalog::{CatalogId, Entry};
use whimbrel_lookup::{Among, Asked, Index};
use whimbrel_store::{CatalogMeta, Record, Store};

/// Listed besides the real ones.
const MADE_UP: u64 = 3_000;

/// Names that are asked for.
const ASKED: usize = 300;

fn moment() -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 0).unwrap()
}

fn index_of(entries: &[Entry]) -> (Store, Index) {
    let store = Store::in_memory().unwrap();
    let meta = CatalogMeta::unseen(CatalogId::new("all").unwrap(), "test", moment());
    store.record(&[Record { put: entries.to_vec(), ..Record::of(meta) }], moment()).unwrap();
    let index = Index::new();
    index.rebuild(&store).unwrap();
    (store, index)
}

#[test]
fn a_name_with_a_slip_is_among_the_first_five() {
    let mut entries = names::real();
    assert!(entries.len() > 200, "the samples list something: {}", entries.len());
    entries.extend((0..MADE_UP).map(names::entry));
    let (_store, index) = index_of(&entries);
    let same = |found: &str, wanted: &str| found.rsplit('/').next() == Some(wanted) || found == wanted;
    let (mut found, mut nearest) = (0, 0);
    let mut missed = Vec::new();
    for n in 0..ASKED {
        let chance = names::dice(n as u64 ^ 0x5eed);
        let entry = &entries[chance as usize % entries.len()];
        let Some((_, _, wanted)) = entry.key.repository() else { continue };
        let typed = names::with_a_slip(wanted, names::dice(chance));
        let hits = index.find(&Asked { words: &typed, limit: 5, ..Asked::default() });
        if hits.iter().any(|hit| same(&hit.name.to_lowercase(), wanted)) {
            found += 1;
        } else {
            missed.push(format!("{typed} for {wanted}"));
        }
        let names = index.nearest(&typed, Among::Projects, 5);
        nearest += usize::from(names.iter().any(|named| same(&named.name.to_lowercase(), wanted)));
    }
    let asked = found + missed.len();
    assert!(asked > ASKED / 2);
    assert!(found * 100 >= asked * 95, "{found} of {asked}; missed: {missed:?}");
    assert!(nearest * 100 >= asked * 95, "{nearest} of {asked} by the nearest names");
}
