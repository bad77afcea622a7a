//! The page on which somebody makes a choice of news and takes it along.

use std::sync::{Arc, Mutex};

use chrono::{TimeDelta, Utc};
use whimbrel_lookup::{Index, Lookup, Question};
use whimbrel_news::Period;

use super::world::{World, added};
use crate::{BotState, BotWay, Lead, LeadBot, Site, write_site};

/// The text between two others, the first time.
fn between<'a>(page: &'a str, before: &str, after: &str) -> &'a str {
    page.split_once(before).and_then(|(_, rest)| rest.split_once(after)).map_or("", |(part, _)| part)
}

#[tokio::test]
async fn a_choice_comes_as_feeds_and_as_a_line_for_chats() {
    let mut world = World::usual();
    world.tell("raft", vec![added("talk", "https://example.org/talk", &["Talks"])]);
    let page =
        world.get("/subscribe/?catalog=raft&section=talks&kind=added&q=&level=&rhythm=weekly").await.text();
    let address = between(&page, "data-copy=\"address of the JSON Feed feed\">", "<").replace("&#38;", "&");
    assert_eq!(address, "https://news.example.org/feed.json?catalog=raft&kind=added&section=talks");
    let feed = world.get(address.strip_prefix("https://news.example.org").unwrap()).await.json();
    assert_eq!(feed["items"].as_array().unwrap().len(), 1);
    assert_eq!(
        between(&page, "data-copy=\"line for chats\">", "<"),
        "/subscribe catalog:raft kind:added section:talks weekly"
    );
    for part in [
        "value=\"raft\" checked",
        "value=\"added\" checked",
        "<option value=\"talks\" selected>",
        "<option value=\"weekly\" selected>",
        "No bot is switched on here",
    ] {
        assert!(page.contains(part), "{part}\n{page}");
    }
    let opml = between(&page, "<p><a href=\"../", "\"").replace("&#38;", "&");
    let opml = world.get(&format!("/{opml}")).await.text();
    assert_eq!(opml.matches("xmlUrl").count(), 1);
    assert!(opml.contains("feed.atom?catalog=raft&amp;kind=added&amp;section=talks"), "{opml}");
}

#[tokio::test]
async fn pages_lead_to_their_own_choice_and_mistakes_are_told() {
    let world = World::usual();
    let section = world.get("/c/raft/s/talks/").await.text();
    assert!(section.contains("href=\"../../../../subscribe/?catalog=raft&#38;section=talks\""), "{section}");
    let wrong = world.get("/subscribe/?stars=many").await;
    assert_eq!(wrong.status.as_u16(), 400);
    assert!(wrong.text().contains("a whole number"));
    let open = world.get("/subscribe/").await;
    assert!(open.text().contains("/subscribe everything instant") && open.body.len() < 50_000);
    // What the form has no field for is not lost when it is sent again.
    let project = world.get("/subscribe/?project=raft/entry-1").await.text();
    assert!(project.contains("<input type=\"hidden\" name=\"project\" value=\"raft/entry-1\">"), "{project}");
}

#[tokio::test]
async fn bots_that_listen_are_a_click_away() {
    let mut world = World::usual();
    world.status.bots = vec![telegram(), discord(None)];
    world.serve_again();
    let page = world.get("/subscribe/?catalog=raft&rhythm=daily").await.text();
    let href = "https://t.me/marsh_bot?text=%2Fsubscribe%20catalog%3Araft%20daily";
    assert!(page.contains(href), "{page}");
    assert!(page.contains("Open Telegram: @marsh_bot") && page.contains("The bot listens on Discord."));
    assert!(page.contains("/subscribe catalog: raft rhythm: daily"), "{page}");

    let invite = "https://discord.com/oauth2/authorize?client_id=7&scope=bot";
    world.status.bots = vec![BotState { listens: false, ..telegram() }, discord(Some(invite))];
    world.serve_again();
    let page = world.get("/subscribe/").await.text();
    assert!(page.contains(&format!("href=\"{}\"", invite.replace('&', "&#38;"))), "{page}");
    assert!(page.contains("Invite the bot to your server on Discord") && !page.contains("t.me"), "{page}");
}

#[tokio::test]
async fn pages_lead_to_the_bot_that_answers_the_same() {
    let mut world = World::usual();
    let start = |question: &str| {
        let question = Question::parse(question, world.now, whimbrel_news::Zone::UTC).unwrap();
        format!("https://t.me/marsh_bot?start={}", question.deep_link().unwrap())
    };
    let pages = [
        // Answers are made anew each time, and ask who listens only where no page has done so just now.
        ("/ask?q=/top+raft", start("/top raft")),
        ("/p/github.com~databendlabs~openraft/", start("/show databendlabs/openraft")),
        ("/c/raft/", start("/top raft")),
        ("/c/raft/s/talks/", start("/top raft talks")),
    ];
    for (address, _) in &pages {
        let page = world.get(address).await.text();
        assert!(!page.contains("t.me"), "nobody knows the bot yet: {address}");
    }
    // Once its name is known, what was kept without it is made anew.
    let told = Arc::new(Mutex::new(world.status.clone()));
    let asked = Arc::clone(&told);
    let site = Site::new(
        world.store.clone(),
        world.settings.clone(),
        Arc::new(move || asked.lock().unwrap().clone()),
        vec![],
    );
    world.router = site.answering(Lookup::new(world.store.clone(), Index::new())).router();
    for (address, href) in &pages {
        told.lock().unwrap().bots = vec![];
        assert!(!world.get(address).await.text().contains("t.me"), "{address}");
        told.lock().unwrap().bots = vec![telegram()];
        // What is shown is asked for anew when something happens, or a while later.
        world
            .tell("shells", vec![added("zsh", &format!("https://example.org/{}", href.len()), &["Prompts"])]);
        let page = world.get(address).await.text();
        assert!(page.contains(href.as_str()) && page.contains("Ask on Telegram"), "{address}: {page}");
        world.tell("shells", vec![added("sh", &format!("https://example.net/{}", href.len()), &["Prompts"])]);
    }
}

#[tokio::test]
async fn items_of_feeds_lead_where_they_led_when_they_were_new() {
    // Digests are those of weeks that are over.
    let now = Utc::now();
    let mut world = World::empty();
    world.now = now - TimeDelta::days(21);
    world.follow("raft", "Consensus, gathered", &[&["Talks"]]);
    let start = |question: &str| {
        let question = Question::parse(question, now, whimbrel_news::Zone::UTC).unwrap();
        format!("start={}", question.deep_link().unwrap())
    };
    let (old, new) = (start("/show https://example.org/old"), start("/show https://example.org/new"));
    let week = Period::Weekly.around(now - TimeDelta::days(7));
    let week = start(&format!("/new {}", week.to_string().to_lowercase()));
    world.tell("raft", vec![added("old", "https://example.org/old", &["Talks"])]);
    let paths = ["/c/raft/feed.atom", "/c/raft/feed.rss", "/c/raft/feed.json", "/digest/weekly/feed.atom"];
    let mut before = Vec::new();
    for path in paths {
        before.push(world.get(path).await.text());
        assert!(!before.last().unwrap().contains("t.me"), "{path}: nobody knows the bot");
    }
    // It becomes known; whether it listens, and what it is called now, is said elsewhere.
    let bot = LeadBot { service: "Telegram".into(), chat: "https://t.me/marsh_bot".into() };
    world.status.leads = vec![Lead { since: world.now + TimeDelta::seconds(1), bot: Some(bot) }];
    world.status.bots = vec![telegram()];
    world.serve_again();
    for (path, before) in paths.iter().zip(&before) {
        assert_eq!(world.get(path).await.text(), *before, "{path}");
    }
    world.now += TimeDelta::days(14);
    world.tell("raft", vec![added("new", "https://example.org/new", &["Talks"])]);
    world.status.bots = vec![];
    world.serve_again();
    for path in &paths[..3] {
        let feed = world.get(path).await.text();
        assert!(
            feed.contains(&new) && feed.contains("Ask on Telegram") && !feed.contains(&old),
            "{path}: {feed}"
        );
    }
    let digests = world.get(paths[3]).await.text();
    assert_eq!((digests.matches("t.me").count(), digests.matches(&week).count()), (1, 1), "{digests}");
}

fn telegram() -> BotState {
    BotState {
        service: "Telegram".into(),
        name: Some("marsh_bot".into()),
        way: Some(BotWay::Chat("https://t.me/marsh_bot".into())),
        listens: true,
    }
}

fn discord(invitation: Option<&str>) -> BotState {
    let way = invitation.map(|address| BotWay::Invitation(address.into()));
    BotState { service: "Discord".into(), name: None, way, listens: true }
}

#[tokio::test]
async fn files_list_the_feeds_there_are() {
    let mut world = World::usual();
    let folder = tempfile::tempdir().unwrap();
    let read = |world: &World, path: &str| {
        write_site(&world.store, &world.settings, &world.status, world.now, folder.path()).unwrap();
        std::fs::read_to_string(folder.path().join(path)).unwrap()
    };
    let page = read(&world, "subscribe/index.html");
    assert!(!page.contains("<form") && !page.contains("/subscribe everything"), "{page}");
    for part in [
        "../c/shells/feed.atom",
        "<code>https://news.example.org/k/added/feed.atom</code>",
        "<code>https://news.example.org/digest/weekly/feed.atom</code>",
        "href=\"../subscribe/raft/index.html\"",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let sections = read(&world, "subscribe/raft/index.html");
    assert!(
        sections.contains("<code>https://news.example.org/c/raft/s/talks/feed.atom</code>"),
        "{sections}"
    );
    let moved = world.get("/subscribe/raft/").await;
    assert_eq!((moved.status.as_u16(), moved.header("location")), (308, "../../subscribe/?catalog=raft"));

    world.status.bots = vec![telegram()];
    let page = read(&world, "subscribe/index.html");
    assert!(
        page.contains("<code>/subscribe catalog:raft instant</code>") && page.contains("@marsh_bot"),
        "{page}"
    );
    let sections = read(&world, "subscribe/raft/index.html");
    assert!(sections.contains("<code>/subscribe catalog:raft section:talks instant</code>"), "{sections}");
    let project = read(&world, "p/github.com~databendlabs~openraft/index.html");
    assert!(project.contains("Ask on Telegram"), "{project}");
}
