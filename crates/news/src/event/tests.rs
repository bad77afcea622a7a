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

/// A project that two catalogs list.
pub(crate) fn project() -> Project {
    Project {
        subject: Subject {
            name: "etcd".to_owned(),
            url: "https://github.com/etcd-io/etcd".to_owned(),
            key: "github.com/etcd-io/etcd".to_owned(),
            ..Subject::default()
        },
        project: "etcd-io/etcd".to_owned(),
        facts: Facts {
            stars: Some(51_234),
            forks: Some(10_000),
            language: Some("Go".to_owned()),
            license: Some("Apache-2.0".to_owned()),
        },
    }
}

pub(crate) fn release() -> Release {
    Release {
        id: "RE_1".to_owned(),
        tag: "v3.6.0".to_owned(),
        title: "The calm one".to_owned(),
        release_url: "https://github.com/etcd-io/etcd/releases/tag/v3.6.0".to_owned(),
        version: Some("3.6.0".to_owned()),
        level: Some(Level::Minor),
        published: at(0),
        notes: "Faster watches.\nLess memory.".to_owned(),
        notes_html: "<p>Faster <em>watches</em>.</p><p>Less memory.</p>".to_owned(),
        ..Release::default()
    }
}

pub(crate) fn listed(id: &str, section: &[&str]) -> Listed {
    Listed {
        id: CatalogId::new(id).unwrap(),
        section: section.join(" / "),
        section_path: section.iter().map(ToString::to_string).collect(),
    }
}

/// One piece of news of every sort that projects cause.
fn of_projects() -> Vec<News> {
    let project = project();
    let subject = entry("A book", "https://example.org/book", &["Books"]);
    let subject = News::from_change(&Change::Restored { entry: subject }).subject().unwrap().clone();
    vec![
        News::Released {
            project: project.clone(),
            release: Release { security: vec!["CVE-2026-1234".to_owned()], ..release() },
        },
        News::ReleasePromoted {
            project: project.clone(),
            release: Release { package: Some("client".to_owned()), ..release() },
        },
        News::ReleasesBackfilled {
            project: project.clone(),
            count: 1_200,
            oldest_tag: "v0.1".to_owned(),
            newest_tag: "v3.0".to_owned(),
            oldest: at(0),
            newest: at(1),
        },
        News::Archived { project: project.clone(), since: Some(at(0)) },
        News::Unarchived { project: project.clone() },
        News::ProjectRenamed {
            project: project.clone(),
            old_project: "coreos/etcd".to_owned(),
            old_url: "https://github.com/coreos/etcd".to_owned(),
            old_key: "github.com/coreos/etcd".to_owned(),
            transferred: true,
        },
        News::Gone { project: project.clone(), since: at(0) },
        News::Back { project: project.clone(), since: at(0) },
        News::LicenseChanged { project, old_license: None },
        News::LinkDead { subject: subject.clone(), status: 404, since: at(0) },
        News::LinkBack { subject, since: at(0) },
    ]
}

/// Events of every kind, numbered from 1.
pub(crate) fn events() -> Vec<Event> {
    let mut news: Vec<_> = changes().iter().map(News::from_change).collect();
    news.push(News::Followed { entries: 131, listings: 133, sections: 20 });
    news.push(News::Stale { since: at(0), error: "the server answered 500".to_owned() });
    news.push(News::Recovered { since: at(0), error: String::new() });
    let catalog = CatalogId::new("systems").unwrap();
    let news = news.into_iter().map(|news| (news, Some(&catalog), vec![]));
    let lists =
        vec![listed("go", &["Databases"]), listed("systems", &["Storage", "KV"]), listed("go", &["Raft"])];
    let of_projects = of_projects().into_iter().map(|news| (news, None, lists.clone()));
    news.chain(of_projects)
        .zip(1..)
        .map(|((news, catalog, lists), seq)| {
            let id = EventId { epoch: Epoch(7), history: false, seq };
            Dated::new(at(1), news).listed_in(lists).numbered(id, at(2), catalog.cloned())
        })
        .collect()
}

#[test]
fn every_kind_is_shown() {
    let mut kinds: Vec<_> = events().iter().map(Event::kind).collect();
    kinds.sort();
    kinds.dedup();
    assert_eq!(kinds, Kind::ALL);
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
    let released = &events[16];
    assert!(released.get("catalog").is_none() && released.get("package").is_none());
    assert_eq!(
        released["catalogs"][1],
        json!({
            "id": "systems", "section": "Storage / KV", "section_path": ["Storage", "KV"]
        })
    );
    for (field, value) in [
        ("project", json!("etcd-io/etcd")),
        ("tag", json!("v3.6.0")),
        ("version", json!("3.6.0")),
        ("level", json!("minor")),
        ("prerelease", json!(false)),
        ("stars", json!(51_234)),
        ("language", json!("Go")),
        ("security", json!(["CVE-2026-1234"])),
    ] {
        assert_eq!(released[field], value, "{field}");
    }
}

#[test]
fn unknown_and_missing_fields_are_passed_over() {
    let line = r#"{"seq":1,"epoch":1,"at":"2024-02-29T00:00:00Z","recorded":"2024-02-29T00:00:01Z",
        "catalog":"go","kind":"added","name":"x","url":"https://example.org/x","stars":12,"later":{"a":[1]}}"#;
    let event: Event = serde_json::from_str(line).unwrap();
    assert_eq!(event.kind(), Kind::Added);
    assert_eq!(event.news.subject().unwrap().name, "x");
    assert_eq!((event.history, event.evidence.as_str()), (false, ""));
    assert_eq!(event.catalog_ids(), [&CatalogId::new("go").unwrap()]);
    assert_eq!(event.news.facts().unwrap().stars, Some(12));
}

#[test]
fn history_is_marked_and_has_its_own_numbers() {
    let id: EventId = "7-h1".parse().unwrap();
    let news = News::from_change(&changes()[0]);
    let event = Dated::new(at(1), news).numbered(id, at(2), CatalogId::new("systems").ok());
    assert_eq!(event.id(), id);
    let value = serde_json::to_value(&event).unwrap();
    assert_eq!(value["history"], true);
    assert_eq!(serde_json::from_value::<Event>(value).unwrap(), event);
}

#[test]
fn an_event_belongs_to_every_section_and_project_it_touches() {
    let events = events();
    let sections = |index: usize| -> Vec<String> {
        events[index].places().iter().map(|(id, path)| format!("{id}:{}", path.join("/"))).collect()
    };
    assert_eq!(sections(0), ["systems:Databases/Key-Value"]);
    assert_eq!(sections(4), ["systems:Databases/Key-Value", "systems:Storage"]);
    assert_eq!(sections(7), ["systems:Databases/Key-Value", "systems:Storage"]);
    assert_eq!(sections(8), ["systems:Databases"]);
    assert_eq!(sections(11), ["systems:Databases/Key-Value"], "a milestone stands where its entry stands");
    assert!(sections(13).is_empty(), "a catalog's own event stands in no section");
    let projects =
        |index: usize| -> Vec<String> { events[index].projects().iter().map(ToString::to_string).collect() };
    assert_eq!(projects(0), ["github.com/etcd-io/etcd"]);
    assert_eq!(projects(5), ["github.com/etcd-io/etcd", "github.com/coreos/etcd"]);
    assert_eq!(projects(8), ["github.com/etcd-io/etcd"]);
    assert!(projects(12).is_empty());

    // News of a project belongs wherever the project is listed.
    assert_eq!(sections(16), ["go:Databases", "systems:Storage/KV", "go:Raft"]);
    let catalogs = |index: usize| -> Vec<&str> {
        events[index].catalog_ids().into_iter().map(CatalogId::as_str).collect()
    };
    assert_eq!((catalogs(0), catalogs(16)), (vec!["systems"], vec!["go", "systems"]));
    assert_eq!(projects(16), ["github.com/etcd-io/etcd"]);
    assert_eq!(projects(21), ["github.com/etcd-io/etcd", "github.com/coreos/etcd"]);
}
