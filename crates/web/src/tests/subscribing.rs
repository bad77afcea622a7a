//! The page on which somebody makes a choice of news and takes it along.

use super::world::{World, added};
use crate::{BotState, write_site};

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
    let bot = |service: &str, name: Option<&str>| BotState {
        service: service.into(),
        name: name.map(Into::into),
        url: name.map(|name| format!("https://t.me/{name}")),
        drafts: name.is_some(),
    };
    world.status.bots = vec![bot("Telegram", Some("marsh_bot")), bot("Discord", None)];
    world.serve_again();
    let page = world.get("/subscribe/?catalog=raft&rhythm=daily").await.text();
    let href = "https://t.me/marsh_bot?text=%2Fsubscribe%20catalog%3Araft%20daily";
    assert!(page.contains(href), "{page}");
    assert!(page.contains("Open Telegram: @marsh_bot") && page.contains("The bot listens on Discord."));
}

#[tokio::test]
async fn files_list_the_feeds_there_are() {
    let world = World::usual();
    let folder = tempfile::tempdir().unwrap();
    write_site(&world.store, &world.settings, &world.status, world.now, folder.path()).unwrap();
    let page = std::fs::read_to_string(folder.path().join("subscribe/index.html")).unwrap();
    assert!(
        !page.contains("<form")
            && page.contains("../c/shells/feed.atom")
            && page.contains("../k/added/feed.rss")
    );
}
