//! Random records against a plain model, on both engines, with restarts.

use proptest::prelude::*;
use whimbrel_catalog::{Entry, SectionPath, Tombstone};
use whimbrel_news::Listed;
use whimbrel_project::ProjectId;

use self::expected::Model;
use self::follower::Follower;
use self::projects::{Copy, rank};
use super::lanes::{busy, lane};
use super::{added, at, entry, id, meta, open, record};
use crate::*;

mod expected;
mod follower;
mod projects;

/// One step of a life.
#[derive(Clone, Debug)]
enum Step {
    Record {
        catalog: u8,
        put: Vec<(u8, u8)>,
        delete: Vec<u8>,
        bury: Vec<u8>,
        news: u8,
        history: Vec<i8>,
        due: Option<u8>,
    },
    Look {
        catalog: u8,
        due: u8,
    },
    /// A look at a project: it may have another name, another node id, more stars, news.
    Project {
        which: u8,
        name: Option<u8>,
        node: Option<u8>,
        stars: bool,
        news: u8,
        due: u8,
    },
    Due(u8, u8),
    Merge(u8, u8),
    /// A lane is written, or removed.
    Lane {
        which: u8,
        wanted: Option<u8>,
        told: u8,
    },
    Flush,
    Forget(u8),
    Restart,
    Move,
}

fn step() -> impl Strategy<Value = Step> {
    let recorded = (
        0..3u8,
        prop::collection::vec((0..20u8, 0..4u8), 0..6),
        prop::collection::vec(0..20u8, 0..3),
        prop::collection::vec(0..20u8, 0..2),
        0..20u8,
        prop::collection::vec(-20..20i8, 0..3),
        prop::option::of(0..50u8),
    )
        .prop_map(|(catalog, put, delete, bury, news, history, due)| Step::Record {
            catalog,
            put,
            delete,
            bury,
            news,
            history,
            due,
        });
    let looked = (0..6u8, prop::option::of(0..4u8), prop::option::of(0..3u8), any::<bool>(), 0..3u8, 0..50u8)
        .prop_map(|(which, name, node, stars, news, due)| Step::Project {
            which,
            name,
            node,
            stars,
            news,
            due,
        });
    prop_oneof![
        8 => recorded,
        6 => looked,
        1 => (0..6u8, 0..50u8).prop_map(|(which, due)| Step::Due(which, due)),
        1 => (0..6u8, 0..6u8).prop_map(|(keep, drop)| Step::Merge(keep, drop)),
        2 => (0..3u8, 0..50u8).prop_map(|(catalog, due)| Step::Look { catalog, due }),
        2 => (0..4u8, prop::option::of(0..4u8), 0..9u8)
            .prop_map(|(which, wanted, told)| Step::Lane { which, wanted, told }),
        1 => Just(Step::Flush),
        1 => (0..3u8).prop_map(Step::Forget),
        1 => Just(Step::Restart),
        1 => Just(Step::Move),
    ]
}

fn name(catalog: u8) -> &'static str {
    ["a", "a.b", "b"][usize::from(catalog)]
}

fn listed(key: u8, variant: u8) -> Entry {
    if key >= 12 {
        // Four repositories, and something below each of them.
        let below = ["", "/below"][usize::from(key / 4 % 2)];
        return entry(&format!("github.com/o/r{}{below}", key % 4), "S");
    }
    // Short keys, keys that begin with one another, a long one; descriptions of one row and of several.
    let mut entry =
        entry(&["k", "k/", "k\u{1}"][usize::from(key % 3)].repeat(1 + 60 * usize::from(key / 3)), "S");
    entry.description = "x".repeat([0, 10, 4090, 9000][usize::from(variant)]);
    entry
}

/// A lane that wants little or much.
fn some_lane(id: LaneId, wanted: u8, told: u8) -> Lane {
    let mut lane = if wanted == 3 { busy(id.0) } else { lane(id.0, &format!("discord:{wanted}")) };
    lane.told = told.into();
    if wanted == 2 {
        lane.wants[0].filter = whimbrel_news::Filter::try_from("much ".repeat(900)).unwrap();
    }
    lane
}

fn live(steps: Vec<Step>, folder: Option<&std::path::Path>) {
    let reopen = |old: Option<Store>| match folder {
        Some(folder) => {
            drop(old);
            let opened = open(folder);
            assert!(matches!(opened.steps[..], [] | [OpenStep::Created]), "{:?}", opened.steps);
            opened.store
        }
        None => old.unwrap_or_else(|| Store::in_memory().unwrap()),
    };
    let mut store = reopen(None);
    let mut model = Model::default();
    let mut follower = Follower::default();
    for (now, step) in (0..).zip(steps) {
        let now = at(now);
        match step {
            Step::Record { catalog, put, delete, bury, news, history, due } => {
                let mut meta = meta(name(catalog));
                meta.next_due = due.map(|due| at(due.into()));
                let mut record = record(meta);
                record.put = put.into_iter().map(|(key, variant)| listed(key, variant)).collect();
                record.delete = delete.into_iter().map(|key| listed(key, 0).key).collect();
                let stone = || Tombstone { name: "n".into(), section: SectionPath::default(), at: now };
                record.bury = bury.into_iter().map(|key| (listed(key, 0).key, stone())).collect();
                record.news = (0..news)
                    .map(|n| added(&format!("p{}", n % 7), ["S", "T"][usize::from(n % 2)], n.into()))
                    .collect();
                record.history = history
                    .into_iter()
                    .map(|n| added(&format!("p{}", n.rem_euclid(7)), "T", n.into()))
                    .collect();
                let recorded = store.record(std::slice::from_ref(&record), now).unwrap();
                model.record(&record, &recorded, store.epoch(), now);
            }
            Step::Look { catalog, due } => {
                let look = Look { at: now, next_due: at(due.into()), interval_secs: 7 };
                store.note_look(&id(name(catalog)), look.clone());
                if let Some(catalog) = model.catalogs.get_mut(&id(name(catalog))) {
                    crate::looks::fold(&look, &mut catalog.meta);
                }
            }
            Step::Project { which, name, node, stars, news, due } => {
                let Some(mut record) = model.projects.look(which, name, node, stars.then_some(now), due)
                else {
                    continue;
                };
                // Told in the catalogs that list it, as news of a project are.
                let listed = Listed { id: id("a"), section: "T".into(), section_path: vec!["T".into()] };
                record.news = (0..news)
                    .map(|n| added(&format!("p{n}"), "S", n.into()).listed_in(vec![listed.clone()]))
                    .collect();
                let rank = rank(&format!("ranking {}", which % 2), now);
                let recorded = store
                    .record_projects(std::slice::from_ref(&record), std::slice::from_ref(&rank), now)
                    .unwrap();
                model.tell(&record.news, &recorded, store.epoch(), now);
                model.projects.record(&record);
                model.projects.ranks.insert(rank.scope, rank.state);
            }
            Step::Due(which, due) => {
                let project = ProjectId(which.into());
                store.set_due(&[(project, at(due.into()))]);
                model.projects.set_due(project, at(due.into()));
            }
            Step::Merge(keep, drop) => {
                let (keep, drop) = (ProjectId(keep.into()), ProjectId(drop.into()));
                store.merge_projects(keep, drop).unwrap();
                model.projects.merge(keep, drop);
            }
            Step::Lane { which, wanted, told } => {
                let id = LaneId(u64::from(which) + 1);
                let mut commit = LaneCommit::default();
                match wanted {
                    Some(wanted) => commit.lanes.push(some_lane(id, wanted, told)),
                    None => commit.removed.push(id),
                }
                store.record_lanes(&commit).unwrap();
                model.lanes.remove(&id);
                model.lanes.extend(commit.lanes.into_iter().map(|lane| (id, lane)));
            }
            Step::Flush => {
                store.write_looks().unwrap();
                store.write_schedule().unwrap();
            }
            Step::Forget(catalog) => {
                store.forget_catalog(&id(name(catalog))).unwrap();
                model.catalogs.remove(&id(name(catalog)));
                model.projects.forget(&id(name(catalog)));
            }
            Step::Restart => {
                store.write_looks().unwrap();
                store.write_schedule().unwrap();
                store = reopen(Some(store));
            }
            Step::Move => {
                let mut bytes = Vec::new();
                store.export(&mut bytes, &mut |_| {}).unwrap();
                let moved = Store::import_in_memory(&bytes[..]).unwrap();
                moved.verify().unwrap();
                model.check(&moved);
                model.check_lanes(&moved, Copy::Import);
                model.projects.check(&moved, Copy::Import);
            }
        }
        store.verify().unwrap();
        follower.follow(&store);
        follower.check(&model);
    }
    model.check(&store);
    model.check_lanes(&store, Copy::Own);
    model.projects.check(&store, Copy::Own);
    store.write_looks().unwrap();
    store.write_schedule().unwrap();
    let store = reopen(Some(store));
    model.check(&store);
    model.check_lanes(&store, Copy::Own);
    model.projects.check(&store, Copy::Own);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn a_life_in_memory(steps in prop::collection::vec(step(), 1..40)) {
        live(steps, None);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn a_life_on_disk(steps in prop::collection::vec(step(), 1..25)) {
        let folder = tempfile::tempdir().unwrap();
        live(steps, Some(folder.path()));
    }
}
