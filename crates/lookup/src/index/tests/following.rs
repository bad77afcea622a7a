//! Whatever happens to a store: an index that followed it finds what one that reads it afresh finds.

use std::collections::BTreeSet;

use proptest::prelude::*;
use whimbrel_catalog::{Entry, EntryKey};
use whimbrel_project::{Facts, Project, ProjectId};
use whimbrel_store::{CatalogMeta, ProjectRecord, Record, Shape, Store};

use super::{at, entry, id};
use crate::{Among, Asked, Hit, Index, Scope};

const CATALOGS: [&str; 3] = ["go", "rust", "tools"];

const QUESTIONS: [&str; 16] = [
    "",
    "a",
    "alpha",
    "alhpa",
    "owner/alpha",
    "beta store",
    "fast sto",
    "store fast",
    "数据",
    "库",
    "gamma tool",
    "gama tool",
    "section",
    "https://github.com/owner/beta",
    "example.org/delta",
    "is here for nothing store",
];

const NAMES: [&str; 6] = ["Alpha", "Beta-Store", "gamma 数据库", "delta.rs", "alphabet", "BetaTool"];

const TEXTS: [&str; 5] = ["", "A fast store", "Gamma tools, fast", "一个快速的数据库", "for Alpha and beta"];

const URLS: [&str; 7] = [
    "https://github.com/owner/alpha",
    "https://github.com/owner/beta",
    "https://github.com/other/alpha",
    "https://github.com/owner/beta/tree/main/tool",
    "https://example.org/delta",
    "https://gitlab.com/owner/alpha",
    "https://example.org/a%20b",
];

/// Something that happens.
#[derive(Clone, Debug)]
enum Step {
    Put { catalog: usize, url: usize, name: usize, text: usize, section: usize },
    Delete { catalog: usize, url: usize },
    Forget { catalog: usize },
    Look { project: u32, stars: u64, archived: bool },
    Rename { project: u32, to: usize },
    Merge { keep: u32, drop: u32 },
    Follow,
}

fn step() -> impl Strategy<Value = Step> {
    let catalog = || 0..CATALOGS.len();
    let url = || 0..URLS.len();
    prop_oneof![
        8 => (catalog(), url(), 0..NAMES.len(), 0..TEXTS.len(), 0_usize..3)
            .prop_map(|(catalog, url, name, text, section)| Step::Put { catalog, url, name, text, section }),
        3 => (catalog(), url()).prop_map(|(catalog, url)| Step::Delete { catalog, url }),
        1 => catalog().prop_map(|catalog| Step::Forget { catalog }),
        3 => (1_u32..5, 0_u64..9_000, any::<bool>())
            .prop_map(|(project, stars, archived)| Step::Look { project, stars, archived }),
        1 => (1_u32..5, 0_usize..2).prop_map(|(project, to)| Step::Rename { project, to }),
        1 => (1_u32..5, 1_u32..5).prop_map(|(keep, drop)| Step::Merge { keep, drop }),
        3 => Just(Step::Follow),
    ]
}

fn take(store: &Store, step: &Step) {
    match *step {
        Step::Put { catalog, url, name, text, section } => {
            let section = ["Section A", "Section A / Below", "第三"][section];
            record(store, catalog, vec![entry(NAMES[name], URLS[url], section, TEXTS[text])], vec![]);
        }
        Step::Delete { catalog, url } => {
            if store.catalog(&id(CATALOGS[catalog])).unwrap().is_some() {
                record(store, catalog, vec![], vec![EntryKey::from_url(URLS[url]).unwrap()]);
            }
        }
        Step::Forget { catalog } => store.forget_catalog(&id(CATALOGS[catalog])).unwrap(),
        Step::Look { project, stars, archived } => look(store, project, |project| {
            let description = Some(format!("Known by {stars}"));
            project.facts = Facts { stars: Some(stars), archived, description, ..Facts::default() };
        }),
        Step::Rename { project, to } => look(store, project, |project| {
            ["Owner/Renamed", "Owner/Alpha"][to].clone_into(&mut project.full_name);
            project.key = EntryKey::from_url(&project.url()).unwrap();
        }),
        Step::Merge { keep, drop } => {
            // Two are one when looks at both say so.
            for id in [keep, drop] {
                look(store, id, |project| project.facts.forks = Some(u64::from(id)));
            }
            store.merge_projects(ProjectId(keep), ProjectId(drop)).unwrap();
        }
        Step::Follow => {}
    }
}

fn record(store: &Store, catalog: usize, put: Vec<Entry>, delete: Vec<EntryKey>) {
    let catalog = id(CATALOGS[catalog]);
    // One that is followed again is followed since then.
    let followed = store.catalog(&catalog).unwrap().map(|meta| meta.followed);
    let now = at(store.revision() as i64);
    let mut record = Record::of(CatalogMeta::unseen(catalog.clone(), "test", followed.unwrap_or(now)));
    let mut entries = store.snapshot(&catalog).unwrap().unwrap_or_default().entries;
    entries.retain(|entry| !delete.contains(&entry.key));
    entries.extend(put.clone());
    let sections: BTreeSet<_> = entries.iter().map(|entry| entry.section().clone()).collect();
    record.shape = Some(Shape { sections: sections.into_iter().collect(), ..Shape::default() });
    record.meta.entries = 10 * entries.len() as u32;
    (record.put, record.delete) = (put, delete);
    store.record(&[record], at(1)).unwrap();
}

fn look(store: &Store, id: u32, change: impl FnOnce(&mut Project)) {
    let Some(mut project) = store.project(ProjectId(id)).unwrap() else { return };
    change(&mut project);
    let record = ProjectRecord { project, aliases: vec![], history: None, news: vec![], due: at(60) };
    store.record_projects(&[record], &[], at(2)).unwrap();
}

/// Everything an index says.
fn said(index: &Index) -> Vec<(String, Vec<Hit>, Vec<String>)> {
    let mut said = Vec::new();
    for scope in [Scope::default(), Scope { catalog: Some(id("go")), section: None }] {
        for words in QUESTIONS {
            let hits = index.find(&Asked { words, scope: scope.clone(), limit: 7, offset: 0 });
            let mut names = index.complete(words, Among::Everything, 7);
            names.extend(index.nearest(words, Among::Projects, 3));
            said.push((words.to_owned(), hits, names.into_iter().map(|named| named.name).collect()));
        }
    }
    said
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn following_is_reading_afresh(steps in proptest::collection::vec(step(), 1..40)) {
        let (store, index) = (Store::in_memory().unwrap(), Index::new());
        index.rebuild(&store).unwrap();
        for step in &steps {
            take(&store, step);
            if matches!(step, Step::Follow) {
                index.follow_by(&store, 2).unwrap();
            }
        }
        index.follow_by(&store, 2).unwrap();
        let afresh = Index::new();
        afresh.rebuild(&store).unwrap();
        prop_assert_eq!(index.len(), afresh.len());
        for (followed, read) in said(&index).into_iter().zip(said(&afresh)) {
            prop_assert_eq!(followed, read);
        }
    }
}
