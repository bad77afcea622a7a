//! Rows that projects share: what stands in them is found, and leaves them when it grows.

use whimbrel_project::{Project, ProjectId, StarHistory};

use super::super::{at, content, id};
use super::{due, list, looked, on_both, stars, unlist};
use crate::*;

#[test]
fn projects_come_in_the_order_of_their_numbers_wherever_they_stand() {
    on_both(|store| {
        let names: Vec<String> = (1..=100).map(|n| format!("github.com/o/p{n}")).collect();
        list(store, "a", &names.iter().map(String::as_str).collect::<Vec<_>>(), 1);
        for number in [1, 2, 31, 32, 33, 64, 65, 66, 100] {
            let project = store.project(ProjectId(number)).unwrap().unwrap();
            let mut look = looked(Project { interval_secs: number, ..project }, 500);
            look.history = (number > 60).then(|| stars(&[(1, 5)]));
            store.record_projects(&[look], &[], at(2)).unwrap();
        }
        // Stars alone, and the last of a block merged away.
        let project = store.project(ProjectId(40)).unwrap().unwrap();
        let look = ProjectRecord { history: Some(stars(&[(1, 6)])), ..looked(project, 500) };
        store.record_projects(&[look], &[], at(3)).unwrap();
        store.merge_projects(ProjectId(33), ProjectId(96)).unwrap();

        let expected: Vec<u32> = (1..=100).filter(|n| *n != 96).collect();
        for limit in [1, 7, 32, 500] {
            let mut found: Vec<Project> = Vec::new();
            loop {
                let page = store.projects(found.last().map(|project| project.id), limit).unwrap();
                assert!(page.len() <= limit);
                if page.is_empty() {
                    break;
                }
                found.extend(page);
            }
            assert_eq!(found.iter().map(|project| project.id.0).collect::<Vec<_>>(), expected);
            let ids: Vec<ProjectId> = found.iter().map(|project| project.id).collect();
            assert_eq!(found, store.projects_by(&ids).unwrap());
        }
        assert_eq!(store.project(ProjectId(0)).unwrap(), None);
        assert_eq!(store.project(ProjectId(101)).unwrap(), None);
        assert_eq!(store.star_history(ProjectId(40)).unwrap(), stars(&[(1, 6)]));
        let mut bytes = Vec::new();
        store.export(&mut bytes, &mut |_| {}).unwrap();
        let copy = Store::import_in_memory(&bytes[..]).unwrap();
        assert!(content(&copy).unwrap() == content(store).unwrap());
        assert_eq!(copy.projects(None, 500).unwrap(), store.projects(None, 500).unwrap());
        store.verify().unwrap();
    });
}

#[test]
fn a_project_in_very_many_places_leaves_room_for_its_neighbours() {
    on_both(|store| {
        let (one, two) = ("github.com/o/one", "github.com/o/two");
        for n in 0..30 {
            list(store, &format!("list-{n}"), &[one, "github.com/o/one/below"], 1);
            list(store, &format!("list-{n}"), &[one], 2); // once more says nothing new
        }
        list(store, "list-7", &[two], 2);
        assert_eq!(store.listings(ProjectId(1)).unwrap().len(), 60);
        assert_eq!(store.listings(ProjectId(2)).unwrap().len(), 1);
        // Out of the row they share, and of those of its own.
        for n in (0..30).rev() {
            if n % 2 == 0 {
                store.forget_catalog(&id(&format!("list-{n}"))).unwrap();
            } else {
                unlist(store, &format!("list-{n}"), &[one]);
            }
        }
        let left = store.listings(ProjectId(1)).unwrap();
        assert_eq!(left.len(), 15);
        assert!(left.iter().all(|listing| listing.entry.as_str().ends_with("below")));
        // What comes again comes once, whatever room there is now.
        for n in 0..30 {
            list(store, &format!("list-{n}"), &["github.com/o/one/below"], 3);
        }
        assert_eq!(store.listings(ProjectId(1)).unwrap().len(), 30);
        store.merge_projects(ProjectId(2), ProjectId(1)).unwrap();
        assert_eq!(store.listings(ProjectId(2)).unwrap().len(), 31);
        assert_eq!(store.listings(ProjectId(1)).unwrap(), []);
        for n in 0..30 {
            assert_eq!(due(store, 999), [2]);
            store.forget_catalog(&id(&format!("list-{n}"))).unwrap();
        }
        assert_eq!((due(store, 999), store.listings(ProjectId(2)).unwrap()), (vec![], vec![]));
        store.verify().unwrap();
    });
}

#[test]
fn stars_stand_with_their_project_as_long_as_they_are_few() {
    on_both(|store| {
        list(store, "a", &["github.com/o/one"], 1);
        let record = |history: &StarHistory, interval_secs: u32| {
            let project = store.project(ProjectId(1)).unwrap().unwrap();
            let look = looked(Project { interval_secs, ..project }, 500);
            let look = ProjectRecord { history: Some(history.clone()), ..look };
            store.record_projects(&[look], &[], at(2)).unwrap();
            assert_eq!(store.star_history(ProjectId(1)).unwrap(), *history);
        };
        let rows = || store.stats().unwrap().rows;
        let few = stars(&[(1, 5), (2, 6)]);
        let many = stars(&(1..900u32).map(|n| (i64::from(n) * 1000, u64::from(n) * 7)).collect::<Vec<_>>());
        record(&few, 1);
        let before = rows();
        record(&many, 1);
        assert_eq!(rows(), before + 1);
        record(&many, 2); // they stay where they are when only the project is written
        record(&few, 2);
        assert_eq!(rows(), before);
        record(&many, 3);
        list(store, "a", &["github.com/o/two"], 3);
        store.merge_projects(ProjectId(2), ProjectId(1)).unwrap();
        assert_eq!(store.star_history(ProjectId(2)).unwrap(), many);
        assert_eq!(store.star_history(ProjectId(1)).unwrap(), StarHistory::default());
        let mut bytes = Vec::new();
        store.export(&mut bytes, &mut |_| {}).unwrap();
        let copy = Store::import_in_memory(&bytes[..]).unwrap();
        assert_eq!(copy.star_history(ProjectId(2)).unwrap(), many);
        store.verify().unwrap();
    });
}
