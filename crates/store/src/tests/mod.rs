//! Stories of whole stores, and what they share.

mod golden;
mod lanes;
#[path = "../../../../tests/world/mangled.rs"]
mod mangled;
mod model;
mod moving;
mod projects;
mod recovery;
mod retention;
mod trouble;
mod verbs;

use std::path::Path;

use chrono::{DateTime, Utc};
use whimbrel_catalog::{CatalogId, Entry, EntryKey, Place, SectionPath, Tombstone};
use whimbrel_news::{Dated, Facts, News, Subject};

use crate::*;

pub(crate) fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000 + seconds, 0).unwrap()
}

pub(crate) fn id(name: &str) -> CatalogId {
    CatalogId::new(name).unwrap()
}

pub(crate) fn meta(name: &str) -> CatalogMeta {
    CatalogMeta {
        title: format!("The {name} list"),
        next_due: Some(at(60)),
        interval_secs: 60,
        parser: 1,
        ..CatalogMeta::unseen(id(name), format!("file:{name}.md"), at(0))
    }
}

pub(crate) fn entry(key: &str, section: &str) -> Entry {
    Entry {
        key: EntryKey::from_stored(key),
        name: key.to_owned(),
        url: format!("https://{key}"),
        description: format!("What {key} does."),
        marks: vec![],
        links: vec![],
        figures: vec![],
        places: vec![Place { section: SectionPath::new([section]), line: 0 }],
    }
}

pub(crate) fn record(meta: CatalogMeta) -> Record {
    Record::of(meta)
}

pub(crate) fn added(key: &str, section: &str, when: i64) -> Dated {
    let subject = Subject {
        key: key.to_owned(),
        name: key.to_owned(),
        url: format!("https://{key}"),
        section: section.to_owned(),
        section_path: vec![section.to_owned()],
    };
    Dated::new(
        at(when),
        News::Added {
            subject,
            description: String::new(),
            in_place_of: None,
            returned: false,
            facts: Facts::default(),
        },
    )
}

/// The store in a folder, without ceremony.
fn open(folder: &Path) -> Opened<Store> {
    Store::open(&Settings::default(), folder, at(1000)).unwrap()
}

/// A store with something of everything, in steps that each make a commit.
fn fill(store: &Store, steps: std::ops::Range<i64>) {
    for step in steps {
        let name = ["one", "two"][(step % 2) as usize];
        let mut meta = meta(name);
        meta.next_due = Some(at(step * 10));
        meta.accepted_document =
            Some(store.put_document(format!("# List {step}").repeat(200).as_bytes()).unwrap());
        let mut record = record(meta);
        record.put =
            (0..20).map(|n| entry(&format!("host-{}.example/{n}", step % 5), "Section \u{1F426}")).collect();
        record.put[0].description = "much said ".repeat(900);
        let gone = EntryKey::from_stored(&format!("host-{}.example/3", step % 5));
        record.delete = vec![gone.clone()];
        record.put.retain(|entry| entry.key != gone);
        let tombstone = Tombstone { name: "three".into(), section: SectionPath::new(["S"]), at: at(step) };
        record.bury = vec![(gone, tombstone)];
        record.shape = Some(Shape { title: Some(format!("List {step}")), ..Shape::default() });
        record.settling = Some(whimbrel_catalog::Settling::default());
        record.news = (0..15).map(|n| added(&format!("host-{step}.example/{n}"), "S", step)).collect();
        record.history = vec![added(&format!("old-{step}.example"), "S", -step)];
        store.record(&[record], at(step)).unwrap();
    }
}

/// Everything in a store but documents, without the first and last line, which name its life and its sum.
fn content(store: &Store) -> Result<Vec<String>, StoreError> {
    let mut bytes = Vec::new();
    store.export(&mut bytes, &mut |_| {})?;
    let text = String::from_utf8(bytes).unwrap();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    lines.pop();
    lines.remove(0);
    lines.retain(|line| !line.starts_with("{\"document\""));
    Ok(lines)
}
