use serde_json::{Value, json};

use super::*;

struct Named;

impl Titles for Named {
    fn title<'a>(&'a self, id: &'a CatalogId) -> &'a str {
        if id.as_str() == "go" { "Awesome Go" } else { id.as_str() }
    }

    fn is_followed(&self, id: &CatalogId) -> bool {
        id.as_str() != "former"
    }
}

/// The one row of news of a project that two catalogs list.
fn row_of(kind: &str, facts: &Value) -> Row {
    let mut event = json!({
        "seq": 4, "epoch": 7, "at": "2026-11-20T12:00:00Z", "recorded": "2026-11-20T12:10:00Z", "kind": kind,
        "catalogs": [
            {"id": "go", "section": "Databases", "section_path": ["Databases"]},
            {"id": "systems", "section": "", "section_path": []},
            {"id": "former", "section": "Past", "section_path": ["Past"]},
        ],
        "name": "etcd", "url": "https://github.com/etcd-io/etcd", "key": "github.com/etcd-io/etcd",
        "project": "etcd-io/etcd", "stars": 51_234, "language": "Go", "license": "Apache-2.0",
        "id": "RE_1", "tag": "v3.6.0", "version": "3.6.0", "level": "minor", "security": ["CVE-2026-1234"],
        "release_url": "https://github.com/etcd-io/etcd/releases/tag/v3.6.0",
        "published": "2026-11-20T11:00:00Z", "notes": "Watches & leases are faster.\nLess memory.",
        "notes_html": "<ul><li>Watches</li></ul>", "since": "2026-11-01T00:00:00Z", "status": 404,
        "count": 30, "oldest_tag": "v1", "newest_tag": "v2", "oldest": "2020-01-01T00:00:00Z",
        "newest": "2021-01-01T00:00:00Z", "old_project": "coreos/etcd", "transferred": true,
        "old_url": "https://github.com/coreos/etcd", "old_key": "github.com/coreos/etcd", "old_license": "MIT",
    });
    event.as_object_mut().unwrap().extend(facts.as_object().unwrap().clone());
    let event: Event = serde_json::from_value(event).unwrap();
    let mut days = days(&[event], &Links::from("/", false), &Named);
    days.remove(0).rows.remove(0)
}

#[test]
fn a_number_stands_with_its_noun() {
    assert_eq!(count(1, "entry", "entries"), "1 entry");
    assert_eq!(count(0, "entry", "entries"), "0 entries");
    assert_eq!(count(24_800, "entry", "entries"), "24,800 entries");
}

#[test]
fn a_release_is_shown_with_all_that_list_its_project() {
    let row = row_of("released", &json!({}));
    assert_eq!((row.label, row.name.as_str()), ("release", "etcd 3.6.0"));
    assert_eq!(row.href.as_deref(), Some("https://github.com/etcd-io/etcd/releases/tag/v3.6.0"));
    assert_eq!(row.text, "Security: CVE-2026-1234. Watches & leases are faster. Less memory.");
    assert_eq!(row.notes, ["minor", "Go · Apache-2.0 · 51,234 stars"]);
    assert_eq!(row.project.as_deref(), Some("./p/github.com~etcd-io~etcd/"));
    let places: Vec<Vec<_>> = row
        .places
        .iter()
        .map(|place| place.iter().map(|part| (&*part.text, part.href.as_deref())).collect())
        .collect();
    assert_eq!(
        places,
        [
            vec![("Awesome Go", Some("./c/go/")), ("Databases", Some("./c/go/s/databases/"))],
            vec![("systems", Some("./c/systems/"))],
            vec![("former", None), ("Past", None)],
        ]
    );
}

#[test]
fn a_release_leads_only_where_a_browser_may_be_sent() {
    let row = row_of("released", &json!({"release_url": "javascript:alert(1)"}));
    assert_eq!(row.href, None);
    let row = row_of("release_promoted", &json!({"release_url": "", "security": [], "title": "Calm"}));
    assert_eq!(row.href.as_deref(), Some("https://github.com/etcd-io/etcd"));
    assert!(row.text.starts_with("Calm. Watches"), "{}", row.text);
    let long = row_of("released", &json!({"notes": "much ".repeat(10_000)}));
    assert!(long.text.chars().count() <= 400);
}

#[test]
fn every_kind_of_a_project_says_what_happened() {
    for (kind, text, was, notes) in [
        ("releases_backfilled", "From v1 (1 January 2020) to v2 (1 January 2021).", None, vec![]),
        (
            "archived",
            "Its repository can be read, but is no longer worked on, since 1 November 2026.",
            None,
            vec!["Go · Apache-2.0 · 51,234 stars"],
        ),
        (
            "unarchived",
            "Its repository is open for work again.",
            None,
            vec!["Go · Apache-2.0 · 51,234 stars"],
        ),
        ("project_renamed", "", Some(("coreos/etcd", "etcd-io/etcd")), vec!["It has another owner now"]),
        (
            "gone",
            "Its repository has not been found since 1 November 2026: it was deleted or is no longer public.",
            None,
            vec![],
        ),
        ("back", "Its repository had not been found since 1 November 2026.", None, vec![]),
        ("license_changed", "", Some(("MIT", "Apache-2.0")), vec![]),
        ("link_dead", "github.com/etcd-io/etcd has answered 404 since 1 November 2026.", None, vec![]),
        ("link_back", "github.com/etcd-io/etcd had been dead since 1 November 2026.", None, vec![]),
    ] {
        let row = row_of(kind, &json!({}));
        let shown = row.was.as_ref().map(|was| (was.old.as_str(), was.new.as_str()));
        assert_eq!((row.text.as_str(), shown, row.name.as_str()), (text, was, "etcd"), "{kind}");
        assert_eq!(row.notes, notes, "{kind}");
        assert_eq!(row.places.len(), 3, "{kind}");
    }
}

#[test]
fn news_of_no_catalog_has_no_place() {
    let row = row_of("released", &json!({"catalogs": []}));
    assert!(row.places.is_empty());
}
