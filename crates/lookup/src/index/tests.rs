//! Stories of an index over a small store.

mod following;

use chrono::{DateTime, Utc};
use whimbrel_catalog::{CatalogId, Entry, EntryKey, Place, SectionPath};
use whimbrel_store::{CatalogMeta, Record, Shape, Store};

use crate::{Among, Asked, Index, Match, Scope, Subject};

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000 + seconds, 0).unwrap()
}

fn id(name: &str) -> CatalogId {
    CatalogId::new(name).unwrap()
}

fn entry(name: &str, url: &str, section: &str, description: &str) -> Entry {
    Entry {
        key: EntryKey::from_url(url).unwrap(),
        name: name.to_owned(),
        url: url.to_owned(),
        description: description.to_owned(),
        marks: vec![],
        links: vec![],
        figures: vec![],
        places: vec![Place { section: SectionPath::new(section.split(" / ")), line: 0 }],
    }
}

fn put(store: &Store, catalog: &str, title: &str, entries: &[Entry]) {
    let mut meta = CatalogMeta::unseen(id(catalog), "test", at(0));
    title.clone_into(&mut meta.title);
    let mut record = Record::of(meta);
    let sections = entries.iter().map(|entry| entry.section().clone()).collect();
    record.shape = Some(Shape { sections, ..Shape::default() });
    record.put = entries.to_vec();
    store.record(&[record], at(1)).unwrap();
}

fn small() -> Store {
    let store = Store::in_memory().unwrap();
    put(
        &store,
        "awesome-go",
        "Awesome Go",
        &[
            entry(
                "etcd",
                "https://github.com/etcd-io/etcd",
                "Databases / Key-Value",
                "Distributed key-value store",
            ),
            entry("echo", "https://github.com/labstack/echo", "Web Frameworks", "Minimalist web framework"),
            entry("Données", "https://example.org/donnees", "Databases", "Une base de données"),
        ],
    );
    put(
        &store,
        "databases",
        "Databases of the world",
        &[entry("Etcd", "https://github.com/etcd-io/etcd", "Consistent", "A store for the important")],
    );
    store
}

fn names(index: &Index, words: &str) -> Vec<(String, Match)> {
    let asked = Asked { words, limit: 10, ..Asked::default() };
    index.find(&asked).into_iter().map(|hit| (hit.name, hit.how)).collect()
}

#[test]
fn nothing_is_found_before_the_store_was_read() {
    let (store, index) = (small(), Index::new());
    assert!(!index.is_ready() && index.is_empty());
    assert_eq!(index.follow(&store).unwrap(), 0);
    assert_eq!(names(&index, "etcd"), []);
    index.rebuild(&store).unwrap();
    assert!(index.is_ready());
    assert_eq!(index.len(), 2 + 4 + 3, "catalogs, sections with what is between, things once");
}

#[test]
fn names_come_before_words() {
    let (store, index) = (small(), Index::new());
    index.rebuild(&store).unwrap();
    assert_eq!(names(&index, "ETCD"), [("etcd-io/etcd".to_owned(), Match::Exact)]);
    assert_eq!(names(&index, "etcd-io/etcd"), [("etcd-io/etcd".to_owned(), Match::Exact)]);
    assert_eq!(names(&index, "https://github.com/etcd-io/etcd#readme")[0].1, Match::Exact);
    assert_eq!(names(&index, "donnees"), [("Données".to_owned(), Match::Exact)]);
    assert_eq!(names(&index, "minimalist framework"), [("labstack/echo".to_owned(), Match::Words)]);
    let hits = index.find(&Asked { words: "etcd", limit: 1, ..Asked::default() });
    let places: Vec<String> = hits[0].places.iter().map(|(id, section)| format!("{id}: {section}")).collect();
    assert_eq!(places, ["awesome-go: Databases / Key-Value", "databases: Consistent"]);
    assert_eq!(hits[0].url.as_deref(), Some("https://github.com/etcd-io/etcd"));
}

#[test]
fn a_scope_leaves_others_out() {
    let (store, index) = (small(), Index::new());
    index.rebuild(&store).unwrap();
    let find = |catalog: Option<&str>, section: Option<&str>| {
        let section = section.map(|path| SectionPath::new(path.split(" / ")));
        let scope = Scope { catalog: catalog.map(id), section };
        index.find(&Asked { words: "e", scope, limit: 10, offset: 0 }).len()
    };
    assert!(find(Some("databases"), None) < find(None, None));
    assert_eq!(find(Some("awesome-go"), Some("Web Frameworks")), 1, "only echo");
    assert_eq!(find(Some("databases"), Some("Web Frameworks")), 0);
    let scope = Scope { catalog: Some(id("databases")), section: None };
    assert_eq!(index.random(&scope, 77).unwrap().name, "etcd-io/etcd");
    assert_eq!(index.random(&Scope { catalog: Some(id("nobody")), section: None }, 1), None);
}

#[test]
fn names_are_completed() {
    let (store, index) = (small(), Index::new());
    index.rebuild(&store).unwrap();
    let complete = |typed: &str, what| -> Vec<String> {
        index.complete(typed, what, 5).into_iter().map(|named| named.name).collect()
    };
    assert_eq!(complete("awe", Among::Catalogs), ["Awesome Go"]);
    assert_eq!(complete("key", Among::Sections(None)), ["Databases / Key-Value"]);
    assert_eq!(complete("key", Among::Sections(Some(id("databases")))), [] as [&str; 0]);
    assert_eq!(complete("etc", Among::Projects), ["etcd-io/etcd"]);
}

#[test]
fn it_follows_the_store() {
    let (store, index) = (small(), Index::new());
    index.rebuild(&store).unwrap();
    put(
        &store,
        "awesome-go",
        "Awesome Go",
        &[entry("Echo 5", "https://github.com/labstack/echo", "Web", "New")],
    );
    assert!(index.follow(&store).unwrap() > 0);
    assert_eq!(names(&index, "echo 5"), [("labstack/echo".to_owned(), Match::Exact)]);
    assert_eq!(names(&index, "minimalist"), []);
    store.forget_catalog(&id("awesome-go")).unwrap();
    index.follow(&store).unwrap();
    assert_eq!(names(&index, "echo"), []);
    assert_eq!(names(&index, "awesome"), []);
    let found = index.find(&Asked { words: "etcd", limit: 9, ..Asked::default() });
    assert!(matches!(found[0].subject, Subject::Project(_)));
    assert_eq!(found[0].places.len(), 1, "the other catalog still lists it");
    assert_eq!(index.follow(&store).unwrap(), 0);
}
