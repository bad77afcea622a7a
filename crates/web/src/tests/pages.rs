//! What pages show, and what they keep harmless.

use chrono::TimeDelta;
use whimbrel_catalog::{CatalogId, Named};
use whimbrel_news::{Facts, News};
use whimbrel_store::Record;

use super::world::{World, added, at, subject};

#[tokio::test]
async fn an_empty_site_says_what_will_be_here() {
    let page = World::empty().get("/").await.text();
    assert!(page.contains("No news yet"));
    assert!(page.contains("No catalog is followed yet"));
}

#[tokio::test]
async fn the_first_page_tells_news_catalogs_and_what_is_off() {
    let page = World::usual().get("/").await.text();
    for part in [
        "<a href=\"https://github.com/databendlabs/openraft\" rel=\"nofollow noopener\">openraft</a>",
        "What openraft is good for.",
        "Libraries / Rust &#38; Go",
        "<time datetime=\"2026-11-20\">Friday, 20 November 2026</time>",
        "<time datetime=\"2026-11-20T09:01:00Z\">09:01 UTC</time>",
        "3 entries in 3 sections",
        "Read <time datetime=\"2026-11-20T09:00:00Z\">20 Nov 2026, 09:00 UTC</time>",
        "href=\"./c/shells/feed.atom\"",
        "href=\"./opml.xml\"",
        "GitHub token",
        "Set GITHUB_TOKEN.",
        "<option value=\"raft\">Consensus, gathered</option>",
        "<option value=\"section_renamed\">",
        "<main id=\"main\">",
    ] {
        assert!(page.contains(part), "{part}\n{page}");
    }
    assert!(!page.contains("<script"), "no script is needed");
}

#[tokio::test]
async fn a_choice_is_shown_as_such_and_has_its_own_feed() {
    let page = World::usual().get("/?kind=added&q=raft").await.text();
    for part in [
        "<option value=\"added\" selected>",
        "value=\"raft\"",
        "<b>new entries</b>, <b>“raft”</b>",
        "type=\"application/atom+xml\" title=\"This choice of news (Atom)\" href=\"./feed.atom?kind=added&#38;q=raft\"",
    ] {
        assert!(page.contains(part), "{part}\n{page}");
    }
    let nothing = World::usual().get("/?q=nobodysaysthis").await.text();
    assert!(nothing.contains("Nothing in the journal fits"));
}

#[tokio::test]
async fn every_page_names_its_feeds_and_they_exist() {
    let world = World::usual();
    for page in [
        "/",
        "/c/raft/",
        "/c/raft/s/libraries/",
        "/k/added/",
        "/p/github.com~databendlabs~openraft/",
        "/digest/weekly/",
    ] {
        let text = world.get(page).await.text();
        let links: Vec<_> = text.split("<link rel=\"alternate\"").skip(1).collect();
        assert!(links.len() >= 3, "{page}");
        for link in links {
            let href = link.split("href=\"").nth(1).unwrap().split('"').next().unwrap();
            let base = url::Url::parse(&format!("http://site{page}")).unwrap();
            let feed = base.join(&href.replace("&#38;", "&")).unwrap();
            let media = link.split("type=\"").nth(1).unwrap().split('"').next().unwrap();
            let answer = world.get(feed.path()).await;
            assert_eq!(answer.status.as_u16(), 200, "{page} → {feed}");
            assert!(answer.header("content-type").starts_with(media), "{page} → {feed}");
        }
    }
}

#[tokio::test]
async fn every_inner_link_leads_somewhere() {
    let mut world = World::usual();
    world.tell("raft", vec![added("dot", "https://dot.example.org/a?b=c#d", &["Talks", "§ ?/%"])]);
    let mut seen = std::collections::BTreeSet::new();
    let mut waiting = vec![url::Url::parse("http://site/").unwrap()];
    while let Some(page) = waiting.pop() {
        let address = page[url::Position::BeforePath..url::Position::AfterQuery].to_owned();
        if !seen.insert(address.clone()) {
            continue;
        }
        let answer = world.get(&address).await;
        assert_eq!(answer.status.as_u16(), 200, "{address}");
        if !answer.header("content-type").starts_with("text/html") {
            continue;
        }
        for link in answer.text().split(" href=\"").skip(1) {
            let href = link.split('"').next().unwrap().replace("&#38;", "&");
            let to = page.join(&href).unwrap();
            // The examples on the page of questions are about projects this world does not know.
            if to.host_str() == Some("site") && !(to.path() == "/ask" && to.query().is_some()) {
                waiting.push(to);
            }
        }
    }
    assert!(seen.len() > 40, "{seen:?}");
}

#[tokio::test]
async fn hostile_texts_stay_texts() {
    let mut world = World::usual();
    let evil = "</a><script>alert(1)</script>\"' onload=x ]]>&amp;\u{202e}";
    world.follow("evil", evil, &[&[evil]]);
    world.tell(
        "evil",
        vec![
            News::Added {
                subject: subject(evil, "javascript:alert(1)", &[evil]),
                description: evil.into(),
                in_place_of: Some(Named {
                    key: whimbrel_catalog::EntryKey::from_stored("x"),
                    name: evil.into(),
                    url: "javascript:alert(2)".into(),
                }),
                returned: true,
                facts: Facts::default(),
            },
            News::Renamed {
                subject: subject("ok", "https://example.org/\"><script>", &[]),
                description: String::new(),
                old_name: evil.into(),
                old_url: "data:text/html,x".into(),
                old_key: String::new(),
            },
            News::Stale { since: at("2026-11-01T00:00:00Z"), error: evil.into() },
            added(&"long ".repeat(1000), "https://example.org/long", &[]),
        ],
    );
    world.change("evil", |meta| {
        meta.last_error = Some(evil.into());
        meta.held = Some(evil.into());
        meta.source = evil.into();
    });
    for address in ["/", "/c/evil/", "/k/added/", "/?q=%3Cscript%3E"] {
        let page = world.get(address).await.text();
        for bad in ["<script", "javascript:", "data:text", "onload=x \"", "\u{202e}"] {
            let from = page.find(bad);
            assert_eq!(
                from,
                None,
                "{address}: {bad}: …{}",
                &page[from.map_or(0, |at| at.saturating_sub(80))..][..160]
            );
        }
        assert!(page.len() < 60_000, "{address}: {} bytes", page.len());
    }
}

#[tokio::test]
async fn trouble_is_told_where_people_look() {
    let mut world = World::usual();
    world.change("shells", |meta| {
        meta.last_error = Some("the server answered 503".into());
        meta.failures = 3;
        meta.stale = true;
    });
    world.change("raft", |meta| {
        meta.held = Some("40 of 48 entries are gone".into());
        meta.unread = vec!["talks.md: no text".into()];
    });
    for (address, parts) in [
        ("/status", vec!["talks.md: no text. What was last read of it still stands."]),
        ("/", vec!["Shells worth knowing: 3 failed looks", "answered 503.", "40 of 48 entries are gone."]),
        ("/c/shells/", vec!["3 failed looks", "Last read on 20 Nov 2026, 09:00 UTC."]),
    ] {
        let page = world.get(address).await.text();
        for part in parts {
            assert!(page.contains(part), "{address}: {part}");
        }
    }
}

#[tokio::test]
async fn history_is_marked() {
    let mut world = World::usual();
    world.replay(
        "raft",
        vec![(at("2020-05-05T05:05:05Z"), added("old", "https://example.org/old", &["Talks"]))],
    );
    let page = world.get("/c/raft/").await.text();
    assert!(page.contains("From here on: replayed"));
    assert!(page.contains("<span class=\"badge past\">history</span>"));
    assert!(page.contains("<time datetime=\"2020-05-05T05:05:05Z\">05:05 UTC</time>"));
}

#[tokio::test]
async fn a_project_shows_where_it_is_listed_and_what_happened() {
    let mut world = World::usual();
    let page = world.get("/p/github.com~raft~entry-1/").await.text();
    assert!(page.contains("Consensus, gathered › Libraries / Rust &#38; Go"), "{page}");
    world.tell(
        "raft",
        vec![News::Removed {
            subject: subject("gone", "https://github.com/a/gone", &["Talks"]),
            description: String::new(),
        }],
    );
    let page = world.get("/p/github.com~a~gone/").await.text();
    assert!(page.contains("listed in none of the catalogs"), "{page}");
    let long = format!("https://example.org/{}", "x".repeat(300));
    world.tell("raft", vec![added("long", &long, &["Talks"])]);
    assert!(world.get("/").await.text().contains("long"));
}

#[tokio::test]
async fn a_section_leads_to_what_is_listed_in_it_and_to_the_sections_below() {
    let page = World::usual().get("/c/raft/s/libraries/").await.text();
    for part in [
        "<a href=\"#entries\">Listed here now: 2</a>",
        "<h2 id=\"entries\">Listed here now</h2>",
        "<h2 id=\"places\">Sections in it</h2>",
        ">Libraries / Rust &#38; Go</a></li>",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(!World::usual().get("/c/raft/s/talks/").await.text().contains("Sections in it"));
}

#[tokio::test]
async fn a_section_shows_what_became_of_its_entries_without_news() {
    let mut world = World::usual();
    let id = CatalogId::new("shells").unwrap();
    let address = "/c/shells/s/prompts/";
    assert!(world.get(address).await.text().contains("An entry that was always there."));

    let mut entry = world.store.entries(&id, None, 1).unwrap().remove(0);
    entry.description = "It says something else.".into();
    let mut meta = world.store.catalog(&id).unwrap().unwrap();
    meta.last_look = Some(world.now + TimeDelta::minutes(1));
    world.store.record(&[Record { put: vec![entry], ..Record::of(meta) }], world.now).unwrap();
    // News of another catalog, so that what was written is asked for at once.
    world.tell("raft", vec![added("openraft", "https://github.com/databendlabs/openraft", &["Libraries"])]);
    assert!(world.get(address).await.text().contains("It says something else."));
}
