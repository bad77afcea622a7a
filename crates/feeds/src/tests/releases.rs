//! Releases in feeds: notes as their publishers wrote them, a summary, and every list the project is in.

use super::*;

fn released(facts: &Value) -> Event {
    let mut event = json!({
        "seq": 4, "epoch": 7, "at": "2026-11-20T12:00:00Z", "recorded": "2026-11-20T12:10:00Z",
        "catalogs": [
            {"id": "go", "section": "Databases", "section_path": ["Databases"]},
            {"id": "systems", "section": "Storage / KV", "section_path": ["Storage", "KV"]},
            {"id": "go", "section": "Raft", "section_path": ["Raft"]},
        ],
        "kind": "released", "name": "etcd", "url": "https://github.com/etcd-io/etcd",
        "key": "github.com/etcd-io/etcd", "project": "etcd-io/etcd",
        "id": "RE_1", "tag": "v3.6.0", "title": "The calm one", "version": "3.6.0", "level": "minor",
        "release_url": "https://github.com/etcd-io/etcd/releases/tag/v3.6.0",
        "published": "2026-11-20T11:00:00Z", "notes": "Watches & leases are faster.\nLess memory.",
        "notes_html": "<ul><li>Watches &amp; leases are <em>faster</em>.</li><li>Less memory.</li></ul>",
        "security": ["CVE-2026-1234"],
    });
    let Value::Object(facts) = facts else { panic!("facts are an object") };
    event.as_object_mut().unwrap().extend(facts.clone());
    serde_json::from_value(event).unwrap()
}

#[test]
fn notes_are_the_body_and_their_beginning_the_summary() {
    let feed = Feed::from_events(head(), &[released(&json!({}))], &name);
    let item = &feed.items[0];
    assert_eq!(item.title, "etcd 3.6.0 released (minor)");
    assert_eq!(item.link, "https://github.com/etcd-io/etcd/releases/tag/v3.6.0");
    assert_eq!(
        item.html,
        "<p>Security: CVE-2026-1234.</p><p>The calm one</p>\
         <ul><li>Watches &amp; leases are <em>faster</em>.</li><li>Less memory.</li></ul>\
         <p>In <a href=\"https://news.example.org/c/go/\">The go list</a>, Databases; \
         <a href=\"https://news.example.org/c/systems/\">The systems list</a>, Storage / KV; \
         <a href=\"https://news.example.org/c/go/\">The go list</a>, Raft.</p>"
    );
    let summary = "Security: CVE-2026-1234. The calm one. Watches & leases are faster. Less memory.";
    assert_eq!(item.summary.as_deref(), Some(summary));
    for format in Format::ALL {
        let written = feed.write(format);
        assert_strict(format, &written);
        let read = feed_rs::parser::parse(written.as_bytes()).unwrap();
        let entry = &read.entries[0];
        let body = entry.content.as_ref().and_then(|content| content.body.as_deref());
        assert_eq!(body, Some(item.html.as_str()), "{format}");
        let categories: Vec<_> = entry.categories.iter().map(|category| category.term.as_str()).collect();
        assert_eq!(
            categories,
            ["released", "minor", "security", "go", "systems", "Databases", "Storage / KV", "Raft"],
            "{format}: each catalog once"
        );
        let short = entry.summary.as_ref().map(|summary| summary.content.replace("&amp;", "&"));
        assert_eq!(short.as_deref(), Some(summary), "{format}");
    }
}

#[test]
fn notes_without_html_are_told_as_text() {
    let plain =
        json!({"notes_html": "", "notes": "<b>Faster</b>.\n\nSmaller.", "prerelease": true, "security": []});
    let feed = Feed::from_events(head(), &[released(&plain)], &name);
    let item = &feed.items[0];
    assert_eq!(item.title, "etcd 3.6.0 released (minor, prerelease)");
    assert!(
        item.html.starts_with("<p>The calm one</p><p>&lt;b&gt;Faster&lt;/b&gt;.</p><p>Smaller.</p><p>In <a "),
        "{}",
        item.html
    );
    assert!(
        item.categories
            .iter()
            .any(|category| (category.scheme, &*category.term) == ("release", "prerelease"))
    );
    let silent = json!({"notes_html": "", "notes": "", "title": "v3.6.0", "security": []});
    assert_eq!(Feed::from_events(head(), &[released(&silent)], &name).items[0].summary, None);
}

#[test]
fn strangers_notes_break_nothing() {
    for text in hostile() {
        let facts = json!({
            "notes": text, "notes_html": text, "title": text, "tag": text, "version": text, "package": text,
            "security": [text, "CVE-1"], "release_url": text, "name": text, "project": text,
        });
        let feed = Feed::from_events(head(), &[released(&facts)], &name);
        for format in Format::ALL {
            let written = feed.write(format);
            assert_strict(format, &written);
            assert_eq!(feed_rs::parser::parse(written.as_bytes()).unwrap().entries.len(), 1);
        }
        let item = &feed.items[0];
        assert!(item.summary.as_ref().is_none_or(|summary| summary.chars().count() <= 400));
        let ours = item.link.starts_with("https://news.example.org/");
        assert!(
            ours || item.link == "https://github.com/etcd-io/etcd",
            "no page of a release: {}",
            item.link
        );
    }
}

#[test]
fn news_of_no_catalog_at_all_is_an_item_too() {
    let feed =
        Feed::from_events(head(), &[released(&json!({"catalogs": [], "release_url": "", "url": ""}))], &name);
    let item = &feed.items[0];
    assert_eq!(item.link, head().home);
    assert!(!item.html.contains("<p>In"), "{}", item.html);
    for format in Format::ALL {
        assert_strict(format, &feed.write(format));
    }
}
