//! Projects: found by the entries that lie in them, recorded, due, merged.

mod digest;
mod due;
mod shared;

use whimbrel_catalog::{EntryKey, SectionPath};
use whimbrel_project::{Project, ProjectId, RankState, Standing, StarHistory};

use super::{added, at, content, entry, id, meta, open, record};
use crate::*;

/// Runs a story on the engine in memory and on sled.
fn on_both(story: impl Fn(&Store)) {
    story(&Store::in_memory().unwrap());
    let folder = tempfile::tempdir().unwrap();
    story(&open(folder.path()).store);
}

pub(crate) fn key(text: &str) -> EntryKey {
    EntryKey::from_stored(text)
}

/// Lets a catalog list these addresses.
fn list(store: &Store, catalog: &str, keys: &[&str], now: i64) {
    let mut record = record(meta(catalog));
    record.put = keys.iter().map(|key| entry(key, "S")).collect();
    store.record(&[record], at(now)).unwrap();
}

/// Deletes entries from a catalog.
fn unlist(store: &Store, catalog: &str, keys: &[&str]) {
    let delete = keys.iter().map(|text| key(text)).collect();
    store.record(&[Record { delete, ..record(meta(catalog)) }], at(0)).unwrap();
}

/// A look that found this.
pub(crate) fn looked(project: Project, due: i64) -> ProjectRecord {
    ProjectRecord { project, aliases: vec![], history: None, news: vec![], due: at(due) }
}

pub(crate) fn stars(rows: &[(i64, u64)]) -> StarHistory {
    let mut history = StarHistory::default();
    for (when, stars) in rows {
        history.observe(at(*when), *stars, 1);
    }
    history
}

fn due(store: &Store, now: i64) -> Vec<u32> {
    store.projects_due(at(now), 99).into_iter().map(|id| id.0).collect()
}

/// Renames a project to this repository, as a look would.
fn rename(store: &Store, id: u32, name: &str) {
    let project = store.project(ProjectId(id)).unwrap().unwrap();
    let project = Project { key: key(&format!("github.com/{name}")), full_name: name.to_owned(), ..project };
    store.record_projects(&[looked(project, 500)], &[], at(2)).unwrap();
}

#[test]
fn every_repository_at_github_is_one_project_however_it_is_listed() {
    on_both(|store| {
        let mut one = entry("github.com/owner/repo", "S");
        one.url = "http://www.github.com/Owner/Repo.git".into();
        let mut first = record(meta("a"));
        first.put = vec![one, entry("github.com/owner/repo/sub", "T"), entry("gitlab.com/owner/repo", "S")];
        first.put.push(entry("github.com/owner", "S"));
        store.record(&[first], at(1)).unwrap();
        list(store, "b", &["github.com/other/thing", "github.com/owner/repo"], 2);

        assert_eq!(store.project_count().unwrap(), 2);
        let project = store.project(ProjectId(1)).unwrap().unwrap();
        assert_eq!((project.full_name.as_str(), project.followed), ("Owner/Repo", at(1)));
        assert_eq!((project.standing, project.key), (Standing::Unresolved, key("github.com/owner/repo")));
        for inside in ["github.com/owner/repo", "github.com/owner/repo/sub", "github.com/owner/repo/x/y"] {
            assert_eq!(store.project_named(&key(inside)).unwrap(), Some(ProjectId(1)));
        }
        assert_eq!(store.project_named(&key("gitlab.com/owner/repo")).unwrap(), None);

        let listing = |catalog: &str, text: &str, section: &str| Listing {
            catalog: id(catalog),
            entry: key(text),
            name: text.to_owned(),
            sections: vec![SectionPath::new([section])],
        };
        assert_eq!(
            store.listings(ProjectId(1)).unwrap(),
            [
                listing("a", "github.com/owner/repo", "S"),
                listing("a", "github.com/owner/repo/sub", "T"),
                listing("b", "github.com/owner/repo", "S"),
            ]
        );
        let of = |catalog: &str, after: Option<&str>, limit| {
            let after = after.map(key);
            let found = store.projects_of(&id(catalog), after.as_ref(), limit).unwrap();
            found.into_iter().map(|(key, id)| (key.as_str().to_owned(), id.0)).collect::<Vec<_>>()
        };
        let (whole, below) = ("github.com/owner/repo".to_owned(), "github.com/owner/repo/sub".to_owned());
        assert_eq!(of("a", None, 9), [(whole.clone(), 1), (below.clone(), 1)]);
        assert_eq!(of("a", None, 1), [(whole.clone(), 1)]);
        assert_eq!(of("a", Some(&whole), 9), [(below, 1)]);
        assert_eq!(of("b", None, 9), [("github.com/other/thing".to_owned(), 2), (whole, 1)]);
        assert_eq!(of("none", None, 9), []);
        assert_eq!(store.projects(None, 1).unwrap()[0].id, ProjectId(1));
        assert_eq!(store.projects(Some(ProjectId(1)), 9).unwrap()[0].full_name, "other/thing");
        let ids = [ProjectId(2), ProjectId(7), ProjectId(1)];
        let by: Vec<u32> = store.projects_by(&ids).unwrap().iter().map(|project| project.id.0).collect();
        assert_eq!(by, [2, 1]);
    });
}

#[test]
fn a_project_is_due_as_long_as_somebody_lists_it() {
    on_both(|store| {
        assert_eq!(store.next_project_due(), None);
        list(store, "a", &["github.com/o/one", "github.com/o/two"], 1);
        list(store, "b", &["github.com/o/one"], 1);
        assert_eq!(due(store, 1), [1, 2], "never looked at");
        store.set_due(&[(ProjectId(1), at(60)), (ProjectId(2), at(50)), (ProjectId(3), at(1))]);
        assert_eq!(due(store, 49), [0; 0]);
        assert_eq!(store.next_project_due(), Some(at(50)));
        assert_eq!(due(store, 60), [2, 1], "the longest overdue first");
        assert_eq!(store.projects_due(at(60), 1), [ProjectId(2)]);

        unlist(store, "a", &["github.com/o/one", "github.com/o/two"]);
        assert_eq!(due(store, 60), [1], "the other catalog lists it");
        store.set_due(&[(ProjectId(2), at(1))]);
        store.forget_catalog(&id("b")).unwrap();
        assert_eq!(
            (due(store, 999), store.next_project_due(), store.projects_scheduled()),
            (vec![], None, 0)
        );
        assert_eq!(store.project_count().unwrap(), 2, "they stay");

        list(store, "a", &["github.com/o/two"], 3);
        assert_eq!(due(store, 3), [2], "listed again, due again");
        assert_eq!(store.project(ProjectId(2)).unwrap().unwrap().followed, at(1));
    });
}

#[test]
fn what_a_look_found_is_one_commit_with_its_news() {
    on_both(|store| {
        list(store, "a", &["github.com/o/one"], 1);
        let revision = store.touched_since(0, 99).unwrap().last().unwrap().0;
        let project = store.project(ProjectId(1)).unwrap().unwrap();
        let found = Project {
            node: Some("R_1".into()),
            full_name: "O/One".into(),
            standing: Standing::Here,
            ..project.clone()
        };
        let mut look = looked(found.clone(), 100);
        look.history = Some(stars(&[(5, 10)]));
        look.news = vec![added("github.com/o/one", "S", 4), added("github.com/o/one", "S", 5)];
        let rank = RankRecord {
            scope: "a stars".into(),
            state: RankState::default(),
            catalog: Some(id("a")),
            news: vec![added("github.com/o/one", "S", 6)],
        };
        let recorded = store.record_projects(&[look.clone()], &[rank], at(6)).unwrap();
        assert_eq!(recorded, Recorded { seqs: Some((1, 3)), revision: revision + 1 });
        assert_eq!(store.project(ProjectId(1)).unwrap(), Some(found.clone()));
        assert_eq!(store.project_of_node("R_1").unwrap(), Some(ProjectId(1)));
        assert_eq!(store.star_history(ProjectId(1)).unwrap(), stars(&[(5, 10)]));
        assert_eq!(store.rank_state("a stars").unwrap(), Some(RankState::default()));
        assert_eq!(store.rank_state("b").unwrap(), None);
        let touched = store.touched_since(revision, 9).unwrap();
        assert_eq!(touched, [(revision + 1, Touched::Project(ProjectId(1)))]);
        assert_eq!((due(store, 99), due(store, 100)), (vec![], vec![1]));
        let events = store.events_after(0, 9).unwrap();
        assert_eq!(events.len(), 3);

        // A look that finds nothing new writes nothing, but is heard.
        let rows = store.stats().unwrap();
        look.news.clear();
        look.due = at(300);
        let again = store.record_projects(&[look], &[], at(7)).unwrap();
        assert_eq!(again, Recorded { seqs: None, revision: revision + 1 });
        assert_eq!(store.stats().unwrap(), rows);
        assert_eq!(store.next_project_due(), Some(at(300)));

        let alone = store.record_news(None, &[added("x", "S", 8)], at(8)).unwrap();
        assert_eq!(alone.seqs, Some((4, 4)));
        // One that is not there is passed over.
        let mut stray = looked(Project { id: ProjectId(9), ..found }, 1);
        stray.news = vec![added("x", "S", 8)];
        assert_eq!(store.record_projects(&[stray], &[], at(9)).unwrap().seqs, None);
        store.verify().unwrap();
    });
}

#[test]
fn a_renamed_project_is_found_by_both_names() {
    on_both(|store| {
        list(store, "a", &["github.com/o/old"], 1);
        rename(store, 1, "o/new");
        for name in ["github.com/o/old", "github.com/o/new"] {
            assert_eq!(store.project_named(&key(name)).unwrap(), Some(ProjectId(1)));
        }
        assert_eq!(
            store.project_keys(ProjectId(1)).unwrap(),
            [key("github.com/o/new"), key("github.com/o/old")]
        );
        list(store, "b", &["github.com/o/new"], 2);
        assert_eq!(store.project_count().unwrap(), 1, "the catalog that follows is no news");
        assert_eq!(store.listings(ProjectId(1)).unwrap().len(), 2);
        rename(store, 1, "o/old");
        assert_eq!(
            store.project_keys(ProjectId(1)).unwrap(),
            [key("github.com/o/old"), key("github.com/o/new")]
        );
    });
}

#[test]
fn an_address_belongs_to_whoever_has_it_now() {
    on_both(|store| {
        list(store, "a", &["github.com/o/x", "github.com/o/y", "github.com/o/y/sub"], 1);
        rename(store, 1, "o/y");
        let listed = |id| {
            let listings = store.listings(ProjectId(id)).unwrap();
            listings.into_iter().map(|listing| listing.entry.as_str().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(listed(1), ["github.com/o/x", "github.com/o/y", "github.com/o/y/sub"]);
        assert_eq!(listed(2), [""; 0]);
        assert_eq!(due(store, 999), [1], "nobody lists the other any more");
        let loser = store.project(ProjectId(2)).unwrap().unwrap();
        assert_eq!(loser.key.address(), "github.com/o/y");
        assert_ne!(loser.key.as_str(), "github.com/o/y", "no two have one key");
        // And an export of this can be taken back.
        let mut bytes = Vec::new();
        store.export(&mut bytes, &mut |_| {}).unwrap();
        let copy = Store::import_in_memory(&bytes[..]).unwrap();
        assert!(content(&copy).unwrap() == content(store).unwrap());
        assert_eq!(copy.project_named(&key("github.com/o/y")).unwrap(), Some(ProjectId(1)));
        assert_eq!(due(&copy, 999), [1]);
        // It says where it is: at home after all.
        rename(store, 2, "o/y");
        assert_eq!(listed(2), ["github.com/o/y", "github.com/o/y/sub"]);
        assert_eq!(listed(1), ["github.com/o/x"]);
    });
}

#[test]
fn two_that_are_one_become_one() {
    on_both(|store| {
        list(store, "a", &["github.com/o/old", "github.com/o/older"], 1);
        list(store, "b", &["github.com/o/new"], 5);
        rename(store, 1, "o/old2");
        let change = |id: u32, node: &str, history: &[(i64, u64)]| {
            let project = store.project(ProjectId(id)).unwrap().unwrap();
            let mut look = looked(Project { node: Some(node.into()), ..project }, 700);
            look.history = Some(stars(history));
            store.record_projects(&[look], &[], at(6)).unwrap();
        };
        change(1, "R_1", &[(1, 10), (2, 20)]);
        change(3, "R_1", &[(6, 30)]);
        assert_eq!(store.project_of_node("R_1").unwrap(), Some(ProjectId(1)), "the first one keeps it");
        let revision = store.touched_since(0, 99).unwrap().last().unwrap().0;
        store.merge_projects(ProjectId(3), ProjectId(1)).unwrap();
        for name in ["github.com/o/new", "github.com/o/old", "github.com/o/old2"] {
            assert_eq!(store.project_named(&key(name)).unwrap(), Some(ProjectId(3)), "{name}");
        }
        assert_eq!(store.project_of_node("R_1").unwrap(), Some(ProjectId(3)));
        assert_eq!(store.project(ProjectId(1)).unwrap(), None);
        assert_eq!(store.star_history(ProjectId(3)).unwrap(), stars(&[(1, 10), (2, 20)]));
        assert_eq!(store.star_history(ProjectId(1)).unwrap(), StarHistory::default());
        assert_eq!(store.listings(ProjectId(3)).unwrap().len(), 2);
        assert_eq!(store.project(ProjectId(3)).unwrap().unwrap().followed, at(1));
        assert_eq!((store.project_count().unwrap(), due(store, 999)), (2, vec![2, 3]));
        let touched = store.touched_since(revision, 9).unwrap();
        let touched: Vec<_> = touched.into_iter().map(|(_, row)| row).collect();
        assert_eq!(touched, [Touched::Project(ProjectId(1)), Touched::Project(ProjectId(3))]);
        let before = content(store).unwrap();
        store.merge_projects(ProjectId(3), ProjectId(1)).unwrap();
        store.merge_projects(ProjectId(2), ProjectId(2)).unwrap();
        assert!(content(store).unwrap() == before, "done once");
        list(store, "c", &["github.com/o/fresh"], 9);
        assert_eq!(
            store.project_named(&key("github.com/o/fresh")).unwrap(),
            Some(ProjectId(4)),
            "no number twice"
        );
    });
}
