//! Every address, what it answers, and what a wrong one says.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;

use super::world::World;
use crate::{Route, RouteAnswer, Site, StatusFacts};

#[tokio::test]
async fn every_address_answers_with_its_kind_of_content() {
    let world = World::usual();
    let folders = [
        "/",
        "/c/raft/",
        "/c/raft/s/libraries/",
        "/c/raft/s/libraries~rust_-_go--6ee8a1d0ff/",
        "/k/added/",
        "/p/github.com~databendlabs~openraft/",
    ];
    let section = whimbrel_news::slug::section(&["Libraries", "Rust & Go"]);
    for folder in folders {
        let folder = if folder.contains("--") { format!("/c/raft/s/{section}/") } else { folder.to_owned() };
        for (file, media) in [
            ("", "text/html; charset=utf-8"),
            ("feed.rss", "application/rss+xml; charset=utf-8"),
            ("feed.atom", "application/atom+xml; charset=utf-8"),
            ("feed.json", "application/feed+json; charset=utf-8"),
        ] {
            let answer = world.get(&format!("{folder}{file}")).await;
            assert_eq!(answer.status, StatusCode::OK, "{folder}{file}");
            assert_eq!(answer.header("content-type"), media, "{folder}{file}");
            assert_eq!(answer.header("x-content-type-options"), "nosniff");
            assert!(answer.text().contains("openraft"), "{folder}{file} tells the news");
        }
    }
    for (address, media) in [
        ("/digest/daily/", "text/html; charset=utf-8"),
        ("/digest/daily/feed.rss", "application/rss+xml; charset=utf-8"),
        ("/digest/weekly/feed.atom", "application/atom+xml; charset=utf-8"),
        ("/digest/weekly/feed.json", "application/feed+json; charset=utf-8"),
        ("/opml.xml", "text/x-opml; charset=utf-8"),
        ("/events.json", "application/json; charset=utf-8"),
        ("/healthz", "application/json; charset=utf-8"),
        ("/readyz", "application/json; charset=utf-8"),
    ] {
        let answer = world.get(address).await;
        assert_eq!(answer.status, StatusCode::OK, "{address}");
        assert_eq!(answer.header("content-type"), media, "{address}");
    }
}

#[tokio::test]
async fn queries_combine_and_take_several_values() {
    let world = World::usual();
    for (query, count) in [
        ("", 3),
        ("?catalog=raft", 2),
        ("?catalog=raft&catalog=shells", 3),
        ("?catalog=raft,shells&kind=added,removed", 1),
        ("?catalog=&kind=&q=", 3),
        ("?kind=followed", 2),
        ("?section=libraries", 1),
        ("?section=Rust+%26+Go", 1),
        ("?section=Talks", 0),
        ("?project=databendlabs/openraft", 1),
        ("?q=openraft", 1),
        ("?q=openraft+shells", 0),
        ("?q=-kind:followed", 1),
    ] {
        let answer = world.get(&format!("/events.json{query}")).await;
        assert_eq!(answer.json()["events"].as_array().unwrap().len(), count, "{query}");
        assert_eq!(world.get(&format!("/feed.atom{query}")).await.status, StatusCode::OK, "{query}");
        assert_eq!(world.get(&format!("/{query}")).await.status, StatusCode::OK, "{query}");
    }
}

#[tokio::test]
async fn links_that_were_passed_on_lead_to_the_same_place() {
    let world = World::usual();
    for (passed_on, same) in [
        ("/?utm_source=x", "/"),
        ("/feed.rss?fbclid=abc&ref=planet", "/feed.rss"),
        ("/events.json?utm_medium=mail&kind=followed&gclid=1", "/events.json?kind=followed"),
        ("/c/raft/feed.atom?source=rss&mc_cid=1&mc_eid=2", "/c/raft/feed.atom"),
    ] {
        let answer = world.get(passed_on).await;
        assert_eq!(answer.status, StatusCode::OK, "{passed_on}");
        assert_eq!(answer.text(), world.get(same).await.text(), "{passed_on}");
    }
    for address in ["/?utm=x", "/?reference=x", "/?Mc=1"] {
        assert_eq!(world.get(address).await.status, StatusCode::BAD_REQUEST, "{address}");
    }
}

#[tokio::test]
async fn a_page_that_takes_no_query_is_kept_once() {
    let mut world = World::usual();
    let site =
        Site::new(world.store.clone(), world.settings.clone(), Arc::new(StatusFacts::default), Vec::new());
    world.router = site.router();
    for address in [
        "/robots.txt",
        "/sitemap.xml",
        "/card.png",
        "/c/raft/card.png",
        "/p/github.com~raft~entry-1/card.png",
        "/status",
        "/digest/daily/",
        "/digest/weekly/feed.rss",
        "/c/raft/rankings/",
        "/about/",
    ] {
        let first = world.get(address).await;
        let kept = site.kept_bytes();
        for query in ["?utm_source=1", "?utm_source=2", "?ref=3"] {
            let again = world.get(&format!("{address}{query}")).await;
            assert_eq!((again.status, again.body), (first.status, first.body.clone()), "{address}{query}");
        }
        assert_eq!(site.kept_bytes(), kept, "{address}");
    }
    let (before, _) = (site.kept_bytes(), world.get("/card.png?17").await);
    assert_eq!(site.kept_bytes(), before);
    for asked in ["/about/?colour=red", "/c/raft/rankings/?colour=red"] {
        assert_eq!(world.get(asked).await.status, StatusCode::BAD_REQUEST, "{asked}: kept or not");
    }
    let all = world.get("/events.json").await.body;
    assert_ne!(world.get("/events.json?kind=added").await.body, all, "here a query asks for something");
}

#[tokio::test]
async fn what_cannot_be_answered_says_what_can() {
    let world = World::usual();
    for (address, status, part) in [
        ("/feed.atom?colour=red", 400, "known are catalog, kind, section, project, q and after"),
        ("/?kind=relased", 400, "known are added, removed,"),
        ("/events.json?catalog=nobody", 400, "`nobody`"),
        ("/?after=yesterday", 400, "follow the link"),
        ("/?q=(raft", 400, "cannot be understood"),
        ("/k/relased/", 404, "known are added, removed,"),
        ("/c/nobody/", 404, "No catalog `nobody`"),
        ("/c/raft/s/nothing/", 404, "no such section"),
        ("/p/github.com~no~body/", 404, "No project"),
        ("/digest/hourly/feed.rss", 404, "daily and weekly"),
        ("/feed.xml", 404, "nothing at this address"),
        ("/c/raft/s/../../x/", 404, "nothing at this address"),
        ("/c/%2e%2e/feed.rss", 404, "No catalog"),
        ("//", 404, "nothing at this address"),
        ("/assets/whimbrel.css", 404, "nothing at this address"),
    ] {
        let answer = world.get(address).await;
        assert_eq!(answer.status.as_u16(), status, "{address}");
        assert!(answer.text().contains(part), "{address}: {}", answer.text());
        assert_eq!(answer.header("cache-control"), "no-store", "{address}");
    }
    let answer = world.get("/events.json?colour=red").await;
    assert_eq!(answer.json()["error"]["status"], 400);
    let answer = world.ask("GET", "/nowhere", &[("accept", "application/json")]).await;
    assert_eq!(answer.json()["error"]["status"], 404);
    let hostile = world.get("/c/%3Cscript%3Ealert(1)%3C%2Fscript%3E/").await;
    assert!(!hostile.text().contains("<script"), "{}", hostile.text());
}

#[tokio::test]
async fn a_folder_without_its_slash_leads_to_the_one_with_it() {
    let world = World::usual();
    for (address, to) in [
        ("/c/raft", "./raft/"),
        ("/c/raft?kind=added", "./raft/?kind=added"),
        ("/c/raft/s/libraries", "./libraries/"),
        ("/k/added", "./added/"),
    ] {
        let answer = world.get(address).await;
        assert_eq!(answer.status, StatusCode::PERMANENT_REDIRECT);
        assert_eq!(answer.header("location"), to);
    }
}

#[tokio::test]
async fn addresses_are_read_only_but_for_those_of_others() {
    let route = Route::post("/hooks/test", 8, |headers, body: Bytes| async move {
        let kind = headers.get("x-kind").and_then(|value| value.to_str().ok()).unwrap_or("none").to_owned();
        let body = format!("{kind}:{}", body.len());
        RouteAnswer::new(StatusCode::ACCEPTED, "text/plain", body)
    });
    let world = World::with_routes(vec![route]);
    let answer = world.ask("POST", "/", &[]).await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(answer.header("allow"), "GET, HEAD");
    let answer = world.ask("POST", "/hooks/test", &[("x-kind", "ping")]).await;
    assert_eq!((answer.status, answer.text().as_str()), (StatusCode::ACCEPTED, "ping:0"));
    assert_eq!(world.get("/hooks/test").await.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn a_route_says_when_to_ask_again() {
    for (wait, said) in [
        (None, ""),
        (Some(Duration::ZERO), "0"),
        (Some(Duration::from_millis(1)), "1"),
        (Some(Duration::from_mins(1)), "60"),
        (Some(Duration::from_millis(60_001)), "61"),
    ] {
        let route = Route::post("/busy", 8, move |_, _| async move {
            RouteAnswer { again: wait, ..RouteAnswer::new(StatusCode::TOO_MANY_REQUESTS, "text/plain", "") }
        });
        let answer = World::with_routes(vec![route]).ask("POST", "/busy", &[]).await;
        assert_eq!(answer.header("retry-after"), said, "{wait:?}");
    }
}

#[tokio::test]
async fn a_route_refuses_what_is_too_long_and_survives_a_panic() {
    use axum::body::Body;
    use tower::ServiceExt as _;

    let count = Route::post("/hooks/count", 8, |_, body: Bytes| async move {
        RouteAnswer::new(StatusCode::OK, "text/plain", body.len().to_string())
    });
    let broken = Route::get("/broken", |_, _| async { panic!("a fault for this test") });
    let world = World::with_routes(vec![count, broken]);
    for (body, status) in [("12345678", StatusCode::OK), ("123456789", StatusCode::PAYLOAD_TOO_LARGE)] {
        let request = http::Request::post("/hooks/count").body(Body::from(body)).unwrap();
        assert_eq!(world.router.clone().oneshot(request).await.unwrap().status(), status);
    }
    let answer = world.get("/broken").await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(!answer.text().contains("a fault for this test"), "inner matters stay in the log");
    assert_eq!(world.get("/").await.status, StatusCode::OK);
}

#[tokio::test]
async fn health_names_the_loop_that_stands_still() {
    use std::sync::Arc;

    use tower::ServiceExt as _;

    use crate::{LoopState, Settings, Site, StatusFacts};

    let store = whimbrel_store::Store::in_memory().unwrap();
    let state = LoopState { name: "watch".into(), alive: false, last_progress: None };
    let status = StatusFacts { loops: vec![state], ..StatusFacts::default() };
    let site = Site::new(store, Settings::default(), Arc::new(move || status.clone()), Vec::new());
    let request = http::Request::get("/healthz").body(axum::body::Body::empty()).unwrap();
    let response = site.router().oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    let body = axum::body::to_bytes(response.into_body(), 1 << 16).await.unwrap();
    let json: serde_json::Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(json["loops"][0]["name"], "watch");
}

#[tokio::test]
async fn readiness_waits_for_the_first_look() {
    let mut world = World::usual();
    assert_eq!(world.get("/readyz").await.status, StatusCode::OK);
    world.change("shells", |meta| meta.last_success = None);
    world.tell("raft", vec![super::world::added("a", "https://example.org/a", &["Talks"])]);
    let answer = world.get("/readyz").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.json()["waiting"][0], "shells");
}

#[tokio::test]
async fn readiness_is_about_what_is_followed() {
    let mut world = World::usual();
    let before = world.get("/readyz").await.json()["catalogs"].as_u64().unwrap();
    world.change("shells", |meta| {
        meta.next_due = None; // it was taken out of the configuration before it was ever read
        meta.last_success = None;
        meta.stale = true;
    });
    world.tell("raft", vec![super::world::added("a", "https://example.org/a", &["Talks"])]);
    let answer = world.get("/readyz").await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    assert_eq!(answer.json()["catalogs"].as_u64(), Some(before - 1));
    assert_eq!(answer.json()["stale"], serde_json::json!([]));
}
