//! A hub that is told which feeds changed, and what our own needs to know of them.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::StatusCode;
use tokio::net::TcpListener;
use whimbrel_hub::{Changes, Feeds as _};
use whimbrel_store::Store;

use super::world::{World, added};
use crate::{Announcer, Route, RouteAnswer, Settings, Site, StatusFacts, Topics, write_site};

/// A pretend hub: what it was told, and what it answers.
#[derive(Clone, Default)]
struct Hub {
    told: Arc<Mutex<Vec<String>>>,
    refuses: Arc<Mutex<Option<StatusCode>>>,
    /// Any request that names this is refused for good.
    dislikes: Arc<Mutex<Option<String>>>,
}

impl Hub {
    /// Serves it; its address.
    async fn start(&self) -> String {
        let hub = self.clone();
        let route = Route::post("/hub", 100_000, move |_, body| {
            let hub = hub.clone();
            async move {
                let body = String::from_utf8(body.to_vec()).unwrap();
                let disliked = hub.dislikes.lock().unwrap().as_ref().is_some_and(|part| body.contains(part));
                let refused =
                    if disliked { Some(StatusCode::BAD_REQUEST) } else { *hub.refuses.lock().unwrap() };
                if refused.is_none() {
                    hub.told.lock().unwrap().push(body);
                }
                let status = refused.unwrap_or(StatusCode::NO_CONTENT);
                RouteAnswer::new(status, "text/plain", "")
            }
        });
        let site = Site::new(
            Store::in_memory().unwrap(),
            Settings::default(),
            Arc::new(StatusFacts::default),
            vec![route],
        );
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/hub", listener.local_addr().unwrap());
        tokio::spawn(async move { site.serve(listener, std::future::pending()).await });
        address
    }

    /// The feeds it was told of since it was last asked.
    fn told(&self) -> Vec<String> {
        let told = std::mem::take(&mut *self.told.lock().unwrap());
        let mut feeds = Vec::new();
        for form in told {
            let pairs: Vec<_> = url::form_urlencoded::parse(form.as_bytes()).into_owned().collect();
            assert_eq!(pairs[0], ("hub.mode".into(), "publish".into()));
            feeds.extend(pairs.into_iter().skip(1).map(|(name, feed)| {
                assert_eq!(name, "hub.url");
                feed
            }));
        }
        feeds
    }
}

#[tokio::test]
async fn a_hub_hears_which_feeds_changed_and_again_when_it_was_away() {
    let hub = Hub::default();
    let mut world = World::usual();
    world.settings.hub = Some(hub.start().await);
    let mut announcer = Announcer::new(world.store.clone(), &world.settings, "whimbrel").unwrap();
    assert_eq!(announcer.step().await, Duration::from_secs(2));
    assert_eq!(hub.told(), Vec::<String>::new(), "what was there before is no news");

    world.tell("raft", vec![added("talk", "https://github.com/a/talk", &["Talks"])]);
    announcer.step().await;
    let told = hub.told();
    for feed in [
        "feed.rss",
        "c/raft/feed.atom",
        "c/raft/s/talks/feed.json",
        "k/added/feed.atom",
        "p/github.com~a~talk/feed.rss",
    ] {
        assert!(told.contains(&format!("https://news.example.org/{feed}")), "{feed}: {told:?}");
    }
    for feed in &told {
        let path = feed.strip_prefix("https://news.example.org").unwrap();
        assert_eq!(world.get(path).await.status, StatusCode::OK, "{path}");
    }

    // More than one request names.
    let talk = |n: usize| added(&format!("talk {n}"), &format!("https://github.com/a/talk-{n}"), &["Talks"]);
    world.tell("raft", (0..60).map(talk).collect());
    announcer.step().await;
    let told = hub.told();
    for n in 0..60 {
        let feed = format!("https://news.example.org/p/github.com~a~talk-{n}/feed.json");
        assert_eq!(told.iter().filter(|one| **one == feed).count(), 1, "{feed}");
    }

    *hub.refuses.lock().unwrap() = Some(StatusCode::SERVICE_UNAVAILABLE);
    world.tell("shells", vec![added("prompt", "https://github.com/a/prompt", &["Prompts"])]);
    assert_eq!(announcer.step().await, Duration::from_secs(30));
    *hub.refuses.lock().unwrap() = Some(StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(announcer.step().await, Duration::from_mins(1));
    *hub.refuses.lock().unwrap() = None;
    assert_eq!(announcer.step().await, Duration::from_secs(2));
    assert!(hub.told().contains(&"https://news.example.org/c/shells/feed.atom".to_owned()));
    announcer.step().await;
    assert_eq!(hub.told(), Vec::<String>::new(), "once is enough");
}

#[tokio::test]
async fn what_a_hub_refuses_for_good_holds_up_nothing_else() {
    let hub = Hub::default();
    let mut world = World::usual();
    world.settings.hub = Some(hub.start().await);
    let mut announcer = Announcer::new(world.store.clone(), &world.settings, "whimbrel").unwrap();
    *hub.dislikes.lock().unwrap() = Some("talk-0%2Ffeed.atom".into());
    let talk = |n: usize| added(&format!("talk {n}"), &format!("https://github.com/a/talk-{n}"), &["Talks"]);
    world.tell("raft", (0..60).map(talk).collect());
    assert_eq!(announcer.step().await, Duration::from_secs(2));
    let told = hub.told();
    assert!(told.iter().any(|feed| feed.contains("talk-59/feed.atom")), "{told:?}");
    assert!(!told.iter().any(|feed| feed.contains("talk-0/")), "{told:?}");

    world.tell("shells", vec![added("prompt", "https://github.com/a/prompt", &["Prompts"])]);
    announcer.step().await;
    let told = hub.told();
    assert!(told.contains(&"https://news.example.org/c/shells/feed.atom".to_owned()), "{told:?}");
    assert!(!told.iter().any(|feed| feed.contains("talk")), "what was refused is not tried again: {told:?}");
}

#[tokio::test]
async fn after_a_mass_change_the_hub_hears_of_all_news_alone() {
    let hub = Hub::default();
    let mut world = World::usual();
    world.settings.hub = Some(hub.start().await);
    let mut announcer = Announcer::new(world.store.clone(), &world.settings, "whimbrel").unwrap();
    let many = (0..2_000).map(|n| added(&format!("t{n}"), &format!("https://github.com/a/t{n}"), &["Talks"]));
    world.tell("raft", many.collect());
    announcer.step().await;
    let told = hub.told();
    assert!(
        told.contains(&"https://news.example.org/feed.atom".to_owned()) && told.len() < 5_000,
        "{}",
        told.len()
    );
}

#[tokio::test]
async fn feeds_name_the_hub_where_it_can_read_them() {
    let mut world = World::usual();
    world.settings.hub = Some("https://hub.example.net/".into());
    world.serve_again();
    for (feed, part) in [
        ("/feed.rss", "<atom:link rel=\"hub\" href=\"https://hub.example.net/\""),
        ("/c/raft/feed.atom", "rel=\"hub\""),
        ("/feed.json", "\"hubs\":[{\"type\":\"WebSub\",\"url\":\"https://hub.example.net/\"}]"),
    ] {
        let answer = world.get(feed).await;
        let text = answer.text().replace(
            "href=\"https://hub.example.net/\" rel=\"hub\"",
            "rel=\"hub\" href=\"https://hub.example.net/\"",
        );
        assert!(text.contains(part), "{feed}: {text}");
        let link = format!(
            "<https://hub.example.net/>; rel=\"hub\", <https://news.example.org{feed}>; rel=\"self\""
        );
        assert_eq!(answer.header("link"), link);
    }
    // It is never told of choices by query.
    let choice = world.get("/feed.json?kind=added").await;
    assert_eq!((choice.header("link"), choice.text().contains("hubs")), ("", false));
    world.settings.public_url = None;
    world.serve_again();
    assert_eq!(world.get("/feed.json").await.header("link"), "");
    assert!(Announcer::new(world.store.clone(), &world.settings, "whimbrel").is_none());
}

#[tokio::test]
async fn files_name_no_hub_because_nobody_tells_it_of_them() {
    let mut world = World::usual();
    world.settings.hub = Some("https://hub.example.net/".into());
    world.settings.own_hub = true;
    let folder = tempfile::tempdir().unwrap();
    write_site(&world.store, &world.settings, &world.status, world.now, folder.path()).unwrap();
    for feed in ["feed.rss", "feed.atom", "feed.json", "c/raft/feed.atom"] {
        let text = std::fs::read_to_string(folder.path().join(feed)).unwrap();
        assert!(text.contains("openraft") && !text.contains("hub.example.net"), "{feed}: {text}");
        assert!(!text.contains("news.example.org/hub"), "{feed}: {text}");
    }
    let digest = std::fs::read_to_string(folder.path().join("digest/daily/feed.atom")).unwrap();
    assert!(!digest.contains("rel=\"hub\""), "{digest}");
}

#[tokio::test]
async fn our_own_hub_is_named_beside_the_other_and_for_choices_alone() {
    let mut world = World::usual();
    world.settings.hub = Some("https://hub.example.net/".into());
    world.settings.own_hub = true;
    world.serve_again();
    let own = "<https://news.example.org/hub>; rel=\"hub\"";
    for (feed, hubs) in [
        ("/feed.rss", format!("<https://hub.example.net/>; rel=\"hub\", {own}")),
        ("/c/raft/feed.atom", format!("<https://hub.example.net/>; rel=\"hub\", {own}")),
        ("/feed.json?kind=added", own.to_owned()),
        ("/digest/daily/feed.json", own.to_owned()),
    ] {
        let answer = world.get(feed).await;
        assert_eq!(answer.header("link"), format!("{hubs}, <https://news.example.org{feed}>; rel=\"self\""));
        assert!(answer.text().contains("https://news.example.org/hub"), "{feed}: {}", answer.text());
        assert_eq!(answer.text().contains("hub.example.net"), hubs.contains("hub.example.net"), "{feed}");
    }
    let page = world.get("/feed.json").await.json();
    assert_eq!(page["hubs"].as_array().unwrap().len(), 2);
    // What stands below never changes again.
    world.tell(
        "raft",
        (0..60).map(|n| added(&format!("t{n}"), &format!("https://github.com/a/t{n}"), &["Talks"])).collect(),
    );
    let next = world.get("/feed.json").await.json()["next_url"].as_str().unwrap().to_owned();
    let older = world.get(next.strip_prefix("https://news.example.org").unwrap()).await;
    assert_eq!((older.header("link"), older.json().get("hubs")), ("", None));

    world.settings.public_url = None;
    world.serve_again();
    assert!(!world.get("/feed.json?kind=added").await.text().contains("hubs"));
    assert!(Topics::new(world.store.clone(), world.settings.clone()).is_none());
}

#[tokio::test]
async fn every_address_of_a_feed_is_one_topic_and_nothing_else_is() {
    let mut world = World::usual();
    world.settings.own_hub = true;
    world.settings.public_url = Some("https://news.example.org/w".into());
    let topics = Topics::new(world.store.clone(), world.settings.clone()).unwrap();
    for (address, found) in [
        ("https://news.example.org/w/feed.atom", Ok("feed.atom")),
        ("HTTPS://NEWS.example.org:443/w/feed.atom?", Ok("feed.atom")),
        ("https://news.example.org/w/c/raft/feed.rss", Ok("c/raft/feed.rss")),
        ("https://news.example.org/w/c/raft/s/libraries/feed.json", Ok("c/raft/s/libraries/feed.json")),
        ("https://news.example.org/w/k/added/feed.atom", Ok("k/added/feed.atom")),
        ("https://news.example.org/w/digest/weekly/feed.atom", Ok("digest/weekly/feed.atom")),
        (
            "https://news.example.org/w/feed.atom?q=raft&kind=moved,added&utm_source=x",
            Ok("feed.atom?kind=added&kind=moved&q=raft"),
        ),
        ("https://news.example.org/feed.atom", Err("no feed of https://news.example.org/w")),
        ("http://news.example.org/w/feed.atom", Err("no feed of")),
        ("https://news.example.org:444/w/feed.atom", Err("no feed of")),
        ("https://news.example.org/w/feed.atom#x", Err("no feed of")),
        ("https://other.example.org/w/feed.atom", Err("no feed of")),
        ("https://news.example.org/wfeed.atom", Err("no feed of")),
        ("feed.atom", Err("no feed of")),
        ("https://news.example.org/w/", Err("must be the address of a feed")),
        ("https://news.example.org/w/events.json", Err("must be the address of a feed")),
        ("https://news.example.org/w/status.json", Err("must be the address of a feed")),
        ("https://news.example.org/w/c/nothing/feed.atom", Err("No catalog `nothing`")),
        ("https://news.example.org/w/feed.atom?colour=red", Err("`colour` is not known")),
        ("https://news.example.org/w/feed.atom?q=(", Err("cannot be understood")),
    ] {
        let topic = topics.topic(address).map(|topic| topic.path);
        match found {
            Ok(path) => {
                assert_eq!(topic.as_deref(), Ok(path), "{address}");
                let content = topics.write(path, world.now).unwrap().unwrap();
                let own = format!("<https://news.example.org/w/{path}>; rel=\"self\"");
                assert!(content.link.ends_with(&own), "{}", content.link);
                assert_eq!(topics.known(path).unwrap().path, path);
            }
            Err(part) => {
                assert!(topic.as_ref().is_err_and(|text| text.contains(part)), "{address}: {topic:?}");
            }
        }
    }
    assert_eq!(topics.write("c/raft/s/nowhere/feed.atom", world.now).unwrap(), None);
}

#[tokio::test]
async fn what_is_sent_is_what_is_served() {
    let mut world = World::usual();
    world.settings.own_hub = true;
    world.serve_again();
    let topics = Topics::new(world.store.clone(), world.settings.clone()).unwrap();
    for path in ["feed.rss", "feed.atom", "c/raft/feed.json", "feed.atom?kind=added"] {
        let (content, served) =
            (topics.write(path, world.now).unwrap().unwrap(), world.get(&format!("/{path}")).await);
        assert_eq!(String::from_utf8(content.body.to_vec()).unwrap(), served.text());
        assert_eq!(
            (content.media, content.link.as_str()),
            (served.header("content-type"), served.header("link"))
        );
    }
}

#[tokio::test]
async fn a_choice_of_news_changes_with_what_is_in_it() {
    let mut world = World::usual();
    world.settings.own_hub = true;
    let topics = Topics::new(world.store.clone(), world.settings.clone()).unwrap();
    let choices = [
        "feed.json?q=talk",
        "feed.json?q=openraft",
        "feed.json?kind=removed",
        "feed.json?catalog=shells",
        "c/raft/feed.json?kind=added",
        "c/shells/feed.json?kind=added",
        "c/raft/s/talks/feed.json?q=talk",
        "c/raft/s/libraries/feed.json?q=talk",
        "k/added/feed.json?q=talk",
        "k/removed/feed.json?q=talk",
        "p/github.com~a~talk/feed.json?kind=added",
        "p/github.com~a~other/feed.json?kind=added",
    ];
    let before = world.store.head();
    world.tell("raft", vec![added("talk", "https://github.com/a/talk", &["Talks"])]);
    world.tell("shells", vec![added("prompt", "https://github.com/a/other", &["Prompts"])]);
    for event in world.store.events_after(before, 9).unwrap() {
        for path in choices {
            let Some(Changes::Choice(choice)) = topics.known(path).map(|topic| topic.changes) else {
                panic!("{path} is a choice");
            };
            let feed = world.get(&format!("/{path}")).await.text();
            let is_in = feed.contains(&format!("-{}\"", event.seq));
            assert_eq!((choice.0)(&event), is_in, "{path} and {event:?}: {feed}");
        }
    }
}
