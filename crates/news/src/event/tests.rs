use chrono::TimeZone as _;
use serde_json::{Value, json};
use whimbrel_catalog::{Change, Entry, Hold, HoldReason, Metric, Mover, Named, Place, SectionPath};

use super::*;

pub(crate) fn entry(name: &str, url: &str, section: &[&str]) -> Entry {
    Entry {
        key: EntryKey::from_url(url).unwrap(),
        name: name.to_owned(),
        url: url.to_owned(),
        description: format!("{name} in a few words."),
        marks: vec![],
        links: vec![],
        figures: vec![],
        places: vec![Place { section: SectionPath::new(section), line: 7 }],
    }
}

pub(crate) fn named(name: &str, url: &str) -> Named {
    Named { key: EntryKey::from_url(url).unwrap(), name: name.to_owned(), url: url.to_owned() }
}

/// One change of every sort a comparison can find.
fn changes() -> Vec<Change> {
    let etcd = entry("etcd", "https://github.com/etcd-io/etcd", &["Databases", "Key-Value"]);
    let top = |rank| (Metric::Stars, SectionPath::new(["Databases"]), named("etcd", &etcd.url), rank, 10);
    let (metric, scope, who, rank, of) = top(9);
    vec![
        Change::Added { entry: etcd.clone(), in_place_of: None, returned: false },
        Change::Added {
            entry: etcd.clone(),
            in_place_of: Some(named("old etcd", "https://example.org/etcd")),
            returned: true,
        },
        Change::Removed { entry: etcd.clone() },
        Change::Restored { entry: etcd.clone() },
        Change::Moved {
            entry: etcd.clone(),
            from: SectionPath::new(["Storage"]),
            to: SectionPath::new(["Databases", "Key-Value"]),
        },
        Change::Renamed { entry: etcd.clone(), old: named("etcd", "https://github.com/coreos/etcd") },
        Change::Edited { entry: etcd.clone(), old_description: "A store.".to_owned() },
        Change::SectionRenamed {
            from: SectionPath::new(["Storage"]),
            to: SectionPath::new(["Databases", "Key-Value"]),
            entries: 12,
        },
        Change::RanksMoved {
            metric: Metric::Stars,
            scope: SectionPath::new(["Databases"]),
            movers: vec![Mover {
                name: "etcd".to_owned(),
                url: etcd.url.clone(),
                from: 5,
                to: 3,
                overtook: vec!["badger".to_owned(), "bbolt".to_owned()],
            }],
        },
        Change::EnteredTop {
            metric: metric.clone(),
            scope: scope.clone(),
            entry: who.clone(),
            rank,
            top: of,
        },
        Change::LeftTop { metric, scope, entry: who.clone(), rank: 11, top: of },
        Change::Milestone {
            metric: Metric::Other("downloads".to_owned()),
            entry: who,
            section: SectionPath::new(["Databases", "Key-Value"]),
            value: 50_000,
        },
        Change::Reshaped {
            hold: Hold {
                reason: HoldReason::Shrunk,
                detail: "40 of 100 entries are gone".to_owned(),
                added: 1,
                removed: 40,
                moved: 2,
                renamed: 0,
                edited: 3,
            },
        },
    ]
}

fn at(second: u32) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 20, 12, 0, second).unwrap()
}

/// Events of every kind of this store, numbered from 1.
pub(crate) fn events() -> Vec<Event> {
    let mut news: Vec<_> = changes().iter().map(News::from_change).collect();
    news.push(News::Followed { entries: 131, listings: 133, sections: 20 });
    news.push(News::Stale { since: at(0), error: "the server answered 500".to_owned() });
    news.push(News::Recovered { since: at(0), error: String::new() });
    let catalog = CatalogId::new("systems").unwrap();
    news.into_iter()
        .zip(1..)
        .map(|(news, seq)| {
            let id = EventId { epoch: Epoch(7), history: false, seq };
            Dated::new(at(1), news).numbered(id, at(2), catalog.clone())
        })
        .collect()
}

#[test]
fn every_kind_of_this_store_is_shown() {
    let mut kinds: Vec<_> = events().iter().map(Event::kind).collect();
    kinds.sort();
    kinds.dedup();
    assert_eq!(kinds.len(), 15, "{kinds:?}");
}

#[test]
fn events_read_back_as_they_were() {
    for event in events() {
        let line = serde_json::to_string(&event).unwrap();
        assert_eq!(serde_json::from_str::<Event>(&line).unwrap(), event, "{line}");
    }
}

/// The lines as published: whoever changes one changes what every export and every reader holds.
#[test]
fn the_json_form_stays() {
    let lines: Vec<String> = events().iter().map(|event| serde_json::to_string(event).unwrap()).collect();
    let golden = include_str!("golden.jsonl");
    assert_eq!(lines.join("\n") + "\n", golden);
}

#[test]
fn the_fields_of_the_design_are_there() {
    let events: Vec<Value> = events().iter().map(|event| serde_json::to_value(event).unwrap()).collect();
    let first = &events[0];
    assert_eq!(first["section"], "Databases / Key-Value");
    assert_eq!(first["section_path"], json!(["Databases", "Key-Value"]));
    assert_eq!(first["at"], "2026-11-20T12:00:01Z");
    assert!(
        first.get("in_place_of").is_none()
            && first.get("returned").is_none()
            && first.get("history").is_none()
    );
    assert_eq!(events[1]["in_place_of"]["name"], "old etcd");
    assert_eq!(events[1]["returned"], true);
    assert_eq!(events[4]["old_section_path"], json!(["Storage"]));
    assert_eq!(events[5]["old_url"], "https://github.com/coreos/etcd");
    assert_eq!(events[6]["old_description"], "A store.");
    assert_eq!(events[8]["metric"], "stars");
    assert_eq!(events[8]["movers"][0]["overtook"], json!(["badger", "bbolt"]));
    assert_eq!(events[11]["metric"], "downloads");
}

#[test]
fn unknown_and_missing_fields_are_passed_over() {
    let line = r#"{"seq":1,"epoch":1,"at":"2024-02-29T00:00:00Z","recorded":"2024-02-29T00:00:01Z",
        "catalog":"go","kind":"added","name":"x","url":"https://example.org/x","stars":12,"later":{"a":[1]}}"#;
    let event: Event = serde_json::from_str(line).unwrap();
    assert_eq!(event.kind(), Kind::Added);
    assert_eq!(event.news.subject().unwrap().name, "x");
    assert_eq!((event.history, event.evidence.as_str()), (false, ""));
}

#[test]
fn history_is_marked_and_has_its_own_numbers() {
    let id: EventId = "7-h1".parse().unwrap();
    let news = News::from_change(&changes()[0]);
    let event = Dated::new(at(1), news).numbered(id, at(2), CatalogId::new("systems").unwrap());
    assert_eq!(event.id(), id);
    let value = serde_json::to_value(&event).unwrap();
    assert_eq!(value["history"], true);
    assert_eq!(serde_json::from_value::<Event>(value).unwrap(), event);
}

#[test]
fn an_event_belongs_to_every_section_and_project_it_touches() {
    let events = events();
    let sections = |index: usize| -> Vec<String> {
        events[index].section_paths().iter().map(|path| path.join("/")).collect()
    };
    assert_eq!(sections(0), ["Databases/Key-Value"]);
    assert_eq!(sections(4), ["Databases/Key-Value", "Storage"]);
    assert_eq!(sections(7), ["Databases/Key-Value", "Storage"]);
    assert_eq!(sections(8), ["Databases"]);
    assert_eq!(sections(11), ["Databases/Key-Value"], "a milestone stands where its entry stands");
    assert!(sections(13).is_empty(), "a catalog's own event stands in no section");
    let projects =
        |index: usize| -> Vec<String> { events[index].projects().iter().map(ToString::to_string).collect() };
    assert_eq!(projects(0), ["github.com/etcd-io/etcd"]);
    assert_eq!(projects(5), ["github.com/etcd-io/etcd", "github.com/coreos/etcd"]);
    assert_eq!(projects(8), ["github.com/etcd-io/etcd"]);
    assert!(projects(12).is_empty());
}
