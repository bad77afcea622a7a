//! Due times on the disk: written now and then, lost in a crash, left out of exports.

use chrono::{DateTime, TimeDelta, Utc};
use whimbrel_project::{Project, ProjectId, RankState, Standing};

use super::super::{added, at, open};
use super::{due, key, list, looked, unlist};
use crate::*;

#[test]
fn due_times_are_written_now_and_then_and_what_is_lost_is_looked_at_again() {
    let folder = tempfile::tempdir().unwrap();
    let now = |minutes| at(0) + TimeDelta::minutes(minutes);
    let store = open(folder.path()).store;
    let names: Vec<String> = (0..1500).map(|n| format!("github.com/o/p{n}")).collect();
    list(&store, "a", &names.iter().map(String::as_str).collect::<Vec<_>>(), 0);
    let set = |store: &Store, due: DateTime<Utc>| {
        store.set_due(&(1..=1500).map(|id| (ProjectId(id), due)).collect::<Vec<_>>());
    };
    assert_eq!(store.flush_schedule(now(0)).unwrap(), 0);
    set(&store, now(100));
    assert_eq!(store.flush_schedule(now(9)).unwrap(), 0);
    assert_eq!(store.flush_schedule(now(10)).unwrap(), 2);
    set(&store, now(200));
    store.set_due(&[(ProjectId(3), now(50))]);
    unlist(&store, "a", &["github.com/o/p6", "github.com/o/p1200"]);
    drop(store); // as a crash would: nothing was written

    let store = open(folder.path()).store;
    assert_eq!(store.projects_scheduled(), 1498, "who is listed is not lost");
    assert_eq!(store.next_project_due(), Some(now(100)));
    assert_eq!(store.projects_due(now(100), 9999).len(), 1498);
    list(&store, "a", &["github.com/o/p6", "github.com/o/new"], 1);
    set(&store, now(300));
    drop(store);
    let store = open(folder.path()).store;
    assert_eq!(due(&store, 0), [7, 1501], "never written, or listed again: due at once");
    set(&store, now(300));
    assert_eq!(store.write_schedule().unwrap(), 2);
    assert_eq!(store.write_schedule().unwrap(), 0);
    drop(store);
    let store = open(folder.path()).store;
    assert_eq!(store.projects_due(now(300), 9999).len(), 1500);
    assert_eq!(due(&store, 0), [1501]);
    store.verify().unwrap();
}

#[test]
fn a_restored_store_asks_again_in_its_own_time_and_knows_only_names() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).store;
    let names: Vec<String> = (0..100).map(|n| format!("github.com/o/p{n}")).collect();
    list(&store, "a", &names.iter().map(String::as_str).collect::<Vec<_>>(), 0);
    list(&store, "b", &["github.com/o/last"], 0);
    let looks: Vec<ProjectRecord> = store
        .projects(None, 999)
        .unwrap()
        .into_iter()
        .map(|project| looked(Project { standing: Standing::Here, interval_secs: 3600, ..project }, 0))
        .collect();
    store.record_projects(&looks, &[], at(0)).unwrap();
    unlist(&store, "b", &["github.com/o/last"]);
    let rank = RankRecord { scope: "r".into(), state: RankState::default(), catalog: None, news: vec![] };
    store.record_projects(&[], &[rank], at(0)).unwrap();
    let file = folder.path().join("export.jsonl");
    store.export_file(&file, &mut |_| {}).unwrap();
    drop(store);
    let opened = Store::import(&Settings::default(), folder.path(), &file, at(1000), &mut |_| {}).unwrap();
    assert!(opened.steps.contains(&OpenStep::Spread(100)), "{:?}", opened.steps);
    let store = opened.store;
    assert_eq!(store.projects_scheduled(), 100);
    let by = |seconds: i64| store.projects_due(at(1000 + seconds), 999).len();
    assert!((15..=35).contains(&by(900)) && (40..=60).contains(&by(1800)), "{} {}", by(900), by(1800));
    assert_eq!(by(3600), 100);
    assert_eq!(store.project(ProjectId(1)).unwrap().unwrap().standing, Standing::Here);
    assert!(store.rank_state("r").unwrap().is_some());
}

#[test]
fn what_came_back_older_is_known_by_name_only_until_it_was_looked_at() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).store;
    list(&store, "a", &["github.com/o/one", "github.com/o/two"], 0);
    let here = |id: u32| {
        let bare = Project::new(
            ProjectId(id),
            key(&format!("github.com/o/{}", ["one", "two"][id as usize - 1])),
            at(0),
        );
        Project { standing: Standing::Here, node: Some(format!("R_{id}")), interval_secs: 60, ..bare }
    };
    let rank = RankRecord { scope: "r".into(), state: RankState::default(), catalog: None, news: vec![] };
    store.record_projects(&[looked(here(1), 50), looked(here(2), 60)], &[rank], at(0)).unwrap();
    store.backup_scheduled(at(1), &mut |_| {}).unwrap();
    store.record_news(None, &[added("x", "S", 2)], at(2)).unwrap();
    drop(store);
    std::fs::remove_dir_all(folder.path().join("whimbrel-data/state-1")).unwrap();

    let opened = open(folder.path());
    assert!(opened.steps.contains(&OpenStep::Spread(2)), "{:?}", opened.steps);
    let store = opened.store;
    let known = |id: u32| store.project(ProjectId(id)).unwrap().unwrap();
    assert_eq!(
        (known(1).standing, known(1).node, known(1).full_name),
        (Standing::Unresolved, None, "o/one".into())
    );
    assert_eq!(store.projects(None, 9).unwrap(), store.projects_by(&[ProjectId(1), ProjectId(2)]).unwrap());
    assert_eq!(store.rank_state("r").unwrap(), None, "a ranking is seen for the first time again");
    // Looked at: the same as before, and known again.
    store.record_projects(&[looked(here(1), 900)], &[], at(3)).unwrap();
    assert_eq!((known(1), known(2).standing), (here(1), Standing::Unresolved));
    assert_eq!(store.project_of_node("R_1").unwrap(), Some(ProjectId(1)));
    let copy = {
        let mut bytes = Vec::new();
        store.export(&mut bytes, &mut |_| {}).unwrap();
        Store::import_in_memory(&bytes[..]).unwrap()
    };
    assert_eq!(
        copy.projects(None, 9).unwrap(),
        store.projects(None, 9).unwrap(),
        "and an export says no more"
    );
    drop(store);
    let store = open(folder.path()).store;
    assert_eq!(store.project(ProjectId(1)).unwrap(), Some(here(1)));
    assert_eq!(store.project(ProjectId(2)).unwrap().unwrap().standing, Standing::Unresolved);
    store.verify().unwrap();
}

#[test]
fn times_of_a_clock_that_was_wrong_come_within_one_interval() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).store;
    let names: Vec<String> = (0..100).map(|n| format!("github.com/o/p{n}")).collect();
    list(&store, "a", &names.iter().map(String::as_str).collect::<Vec<_>>(), 0);
    let day = 86_400;
    let times = |secs: i64| (1..=90).map(|id| (ProjectId(id), at(secs))).collect::<Vec<_>>();
    store.set_due(&times(365 * day));
    store.set_due(&(91..=100).map(|id| (ProjectId(id), at(day + 60))).collect::<Vec<_>>());
    store.bring_forward(at(0), TimeDelta::days(1));
    let by = |secs: i64| store.projects_due(at(secs), 999).len();
    assert!((35..=55).contains(&by(day / 2)), "{}", by(day / 2));
    assert_eq!((by(day), by(day + 60)), (90, 100), "a time that is possible stays");
}
