//! News of projects on every page and in every feed that lists them.

use std::fs;

use chrono::TimeDelta;
use whimbrel_catalog::EntryKey;
use whimbrel_news::{Facts, Level, News, Project, Release, slug};
use whimbrel_project::Recent;
use whimbrel_store::ProjectRecord;

use super::static_site::follow;
use super::world::{World, at, subject};
use crate::write_site;

/// A release of a project that both catalogs list, one of them twice, and one that is followed no more.
fn world() -> World {
    let mut world = World::usual();
    let project = Project {
        subject: subject("etcd", "https://github.com/etcd-io/etcd", &[]),
        project: "etcd-io/etcd".into(),
        facts: Facts { stars: Some(51_234), ..Facts::default() },
    };
    let release = Release {
        id: "RE_1".into(),
        tag: "v3.6.0".into(),
        version: Some("3.6.0".into()),
        level: Some(Level::Minor),
        release_url: "https://github.com/etcd-io/etcd/releases/tag/v3.6.0".into(),
        published: at("2026-11-20T08:00:00Z"),
        notes: "Watches <b>fast</b>.".into(),
        notes_html: "<p>Watches <em>fast</em>.</p>".into(),
        security: vec!["CVE-2026-1234".into()],
        ..Release::default()
    };
    let lists: [(&str, &[&str]); 4] = [
        ("raft", &["Libraries", "Rust & Go"]),
        ("raft", &["Talks"]),
        ("shells", &["Once here"]),
        ("former", &["Past"]),
    ];
    world.tell_of_project(News::Released { project, release }, &lists);
    world
}

#[tokio::test]
async fn a_release_is_on_every_page_that_lists_its_project() {
    let world = world();
    for page in [
        "/",
        "/c/raft/",
        "/c/shells/",
        "/c/raft/s/libraries/",
        "/c/raft/s/talks/",
        &format!("/c/shells/s/{}/", slug::section(&["Once here"])),
        "/k/released/",
        "/p/github.com~etcd-io~etcd/",
        "/?kind=released&q=level%3Aminor",
    ] {
        let page_text = world.get(page).await.text();
        assert!(page_text.contains(">etcd 3.6.0</a></h3>"), "{page}: {page_text}");
        assert!(
            page_text.contains("Security: CVE-2026-1234. Watches &#60;b&#62;fast&#60;/b&#62;."),
            "{page}"
        );
        assert!(page_text.contains(">Shells worth knowing</a> › "), "{page}");
        assert!(page_text.contains("<span>former › Past</span>"), "{page}: without a page there is no link");
    }
    for page in ["/k/added/", "/c/raft/?kind=removed"] {
        assert!(!world.get(page).await.text().contains("etcd 3.6.0"), "{page}");
    }
    let event = &world.get("/events.json").await.json()["events"][0];
    assert_eq!((&event["kind"], event.get("catalog")), (&"released".into(), None));
    assert_eq!(event["catalogs"][1]["section"], "Talks");
}

#[tokio::test]
async fn feeds_and_digests_hold_it_once() {
    let world = world();
    for feed in ["/feed.json", "/c/shells/feed.json", "/c/raft/s/talks/feed.json", "/k/released/feed.json"] {
        let items = world.get(feed).await.json()["items"].clone();
        let items: Vec<_> = items
            .as_array()
            .unwrap()
            .iter()
            .filter(|item| item["title"] == "etcd 3.6.0 released (minor)")
            .collect();
        let [item] = items.as_slice() else { panic!("{feed}: {items:?}") };
        let body = item["content_html"].as_str().unwrap();
        assert!(body.contains("<p>Watches <em>fast</em>.</p>"), "{feed}: {body}");
        assert!(body.contains("; former, Past.</p>"), "{feed}: {body}");
    }
    // The digest of a day is there when the day is over.
    let folder = tempfile::tempdir().unwrap();
    let tomorrow = world.now + TimeDelta::days(1);
    write_site(&world.store, &world.settings, &world.status, tomorrow, folder.path()).unwrap();
    let page = fs::read_to_string(folder.path().join("digest/daily/index.html")).unwrap();
    assert_eq!(page.matches(">etcd</a> 3.6.0 (minor)").count(), 1, "{page}");
    assert!(page.contains("· in Consensus, gathered, Shells worth knowing and former</li>"), "{page}");
}

#[tokio::test]
async fn files_hold_its_pages_too() {
    let world = world();
    let folder = tempfile::tempdir().unwrap();
    write_site(&world.store, &world.settings, &world.status, world.now, folder.path()).unwrap();
    for page in [
        "c/raft/s/talks",
        &format!("c/shells/s/{}", slug::section(&["Once here"])),
        "k/released",
        "k/archived",
        "p/github.com~etcd-io~etcd",
    ] {
        let text = fs::read_to_string(folder.path().join(page).join("index.html")).unwrap();
        assert_eq!(text.contains("etcd 3.6.0"), page != "k/archived", "{page}");
    }
    assert!(!folder.path().join("c/former").exists());
    let pages = follow(folder.path());
    assert!(pages.contains("c/shells/index.html") && pages.contains("p/github.com~etcd-io~etcd/index.html"));
}

/// Lets a project be looked at, with these releases to be seen.
fn looked_at(world: &World, key: &str, recent: Vec<Recent>) {
    let id = world.store.project_named(&EntryKey::from_stored(key)).unwrap().unwrap();
    let mut project = world.store.project(id).unwrap().unwrap();
    (project.node, project.recent) = (Some(format!("R_{id}")), recent);
    let record = ProjectRecord { project, aliases: vec![], history: None, news: vec![], due: world.now };
    world.store.record_projects(&[record], &[], world.now).unwrap();
}

fn recent(tag: &str, published: &str, prerelease: bool) -> Recent {
    Recent { tag: tag.into(), published: at(published), prerelease }
}

#[tokio::test]
async fn a_projects_page_shows_releases_from_before_it_was_followed() {
    let mut world = World::usual();
    let project = Project {
        subject: subject("the first", "https://github.com/raft/entry-0", &[]),
        project: "raft/entry-0".into(),
        facts: Facts::default(),
    };
    let published = at("2026-11-20T08:00:00Z");
    let release_url = "https://github.com/raft/entry-0/releases/tag/v3.6.0".into();
    let (id, tag) = ("RE_1".into(), "v3.6.0".into());
    let release = Release { id, tag, release_url, published, ..Release::default() };
    world.tell_of_project(News::Released { project, release }, &[("raft", &["Libraries"])]);
    let seen = vec![
        recent("v3.7.0-rc.1", "2026-11-20T08:30:00Z", true),
        recent("v3.6.0", "2026-11-20T08:00:00Z", false),
        recent("v3.5.0", "2026-07-01T08:00:00Z", false),
    ];
    looked_at(&world, "github.com/raft/entry-0", seen);
    let page = world.get("/p/github.com~raft~entry-0/").await.text();
    let places: Vec<_> =
        ["v3.7.0-rc.1", "v3.6.0", "v3.5.0"].map(|tag| page.find(&format!(">{tag}<")).expect(tag)).into();
    assert!(places.is_sorted(), "the newest first: {page}");
    assert!(page.contains("https://github.com/raft/entry-0/releases/tag/v3.5.0"), "{page}");
    assert_eq!(page.matches(">prerelease</span>").count(), 1, "{page}");
    let feed = world.get("/feed.json").await.text();
    assert!(!feed.contains("v3.5.0") && !feed.contains("3.7.0"), "they are no news");
}

#[tokio::test]
async fn files_hold_pages_of_projects_without_news() {
    let world = World::usual();
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("p").join("github.com~raft~entry-2").join("index.html");
    write_site(&world.store, &world.settings, &world.status, world.now, folder.path()).unwrap();
    assert!(!page.exists(), "nothing is known of it");
    looked_at(&world, "github.com/raft/entry-2", vec![recent("v1.0.0", "2026-07-01T08:00:00Z", false)]);
    let report = write_site(&world.store, &world.settings, &world.status, world.now, folder.path()).unwrap();
    assert!(fs::read_to_string(&page).unwrap().contains("v1.0.0</a>"));
    assert!(report.warnings.iter().all(|warning| !warning.contains("projects")), "{:?}", report.warnings);
}
