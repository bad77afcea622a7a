//! Catalogs on the web and on GitHub, with servers in all moods.

use std::time::Duration;

use whimbrel_world::github::{Fault, Github};
use whimbrel_world::website::{Page, Website};
use whimbrel_world::{World, catalog_of, eventually};

const CURLEW: (&str, &str) = ("curlew", "https://github.com/example/curlew");
const GODWIT: (&str, &str) = ("godwit", "https://github.com/example/godwit");

fn list(entries: &[(&'static str, &'static str)]) -> String {
    catalog_of("Birds", entries.iter().copied())
}

async fn asked_with(website: &Website, path: &str, status: u16) {
    eventually(&format!("{status} for {path}"), || async {
        website.asked().iter().any(|asked| asked.path == path && asked.status == Some(status)).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_document_on_the_web_is_asked_for_politely_and_told_about() {
    let website = Website::start();
    website.put("/list.md", Page::Document(list(&[CURLEW])));
    website.put("/packed.md", Page::Packed(list(&[CURLEW])));
    website.put("/plain.md", Page::Plain(list(&[CURLEW])));
    website.put("/old.md", Page::Redirect(301, website.url("/list.md")));
    let mut world = World::new();
    world.hurry();
    for id in ["list", "packed", "plain", "old"] {
        world.follow(id, &website.url(&format!("/{id}.md")));
    }
    world.start().await;
    for id in ["list", "packed", "plain", "old"] {
        world.logs(&format!("following `{id}`")).await;
    }
    asked_with(&website, "/list.md", 304).await;
    for asked in website.asked() {
        assert!(asked.headers["user-agent"].starts_with("whimbrel/"), "{asked:?}");
    }
    website.put("/list.md", Page::Document(list(&[CURLEW, GODWIT])));
    world.hears("godwit").await;
    world.stop().await;
    let told = world.told();
    let added = told.iter().filter(|(kind, _)| kind == "added").count();
    assert!((1..=2).contains(&added), "told for `list`, and for `old` if it was looked at since: {told:?}");
}

#[tokio::test]
async fn a_server_in_trouble_takes_nothing_away() {
    let website = Website::start();
    let mut world = World::new();
    world.hurry();
    world.configure("[store]\nbackup_hours = 0");
    let good = list(&[CURLEW, GODWIT]);
    website.put("/list.md", Page::Document(good.clone()));
    world.follow("list", &website.url("/list.md"));
    world.start().await;
    world.logs("following `list`").await;
    for (page, said) in [
        (Page::ErrorPage, "web page"),
        (Page::Status(500, "no".into()), "500"),
        (Page::Status(404, "no".into()), "404"),
        (Page::Plain(String::new()), "empty"),
        (Page::Huge(8 << 20), "bytes"),
        (Page::Bomb(8 << 20), "bytes"),
        (Page::Silent, "time"),
        (Page::Redirect(302, website.url("/list.md")), "redirect"),
    ] {
        let shown = format!("{page:?}").chars().take(20).collect::<String>();
        website.put("/list.md", page);
        let before = world.process().said().len();
        eventually(&format!("a word about {shown}"), || async {
            let said_since = world.process().said().get(before..).unwrap_or_default().to_lowercase();
            let about = said_since
                .lines()
                .find(|line| line.contains("`list` could not be read"))
                .map(ToOwned::to_owned);
            about.filter(|line| line.contains(said))
        })
        .await;
        website.put("/list.md", Page::Document(good.clone()));
        asked_with(&website, "/list.md", 304).await;
    }
    world.stop().await;
    let told = world.told();
    assert!(
        told.iter().all(|(kind, _)| ["followed", "stale", "recovered"].contains(&kind.as_str())),
        "{told:?}"
    );
}

#[tokio::test]
async fn one_that_fails_leaves_the_others_alone() {
    let website = Website::start();
    website.put("/silent.md", Page::Silent);
    website.put("/good.md", Page::Document(list(&[CURLEW])));
    let mut world = World::new();
    world.hurry();
    world.follow("silent", &website.url("/silent.md"));
    world.follow("unreachable", "http://127.0.0.1:9/list.md");
    world.follow("good", &website.url("/good.md"));
    world.start().await;
    world.logs("following `good`").await;
    world.logs("`unreachable` could not be read").await;
    world.logs("`silent` could not be read").await;
    website.put("/good.md", Page::Document(list(&[CURLEW, GODWIT])));
    world.hears("godwit").await;
    world.stop().await;
}

#[tokio::test]
async fn no_network_is_said_once_and_local_catalogs_go_on() {
    let mut world = World::new();
    world.hurry();
    world.write("birds.md", list(&[CURLEW]));
    world.follow("far", "http://127.0.0.1:9/list.md");
    world.follow("birds", "birds.md");
    world.start().await;
    world.logs("is there a network?").await;
    // What is edited before the first reading is a part of it, and no news.
    world.logs("following `birds`").await;
    world.write("birds.md", list(&[CURLEW, GODWIT]));
    world.hears("godwit").await;
    let said = world.stop().await;
    assert_eq!(said.matches("is there a network?").count(), 1, "{said}");
}

#[tokio::test]
async fn private_addresses_are_refused_unless_allowed() {
    let website = Website::start();
    website.put("/list.md", Page::Document(list(&[CURLEW])));
    let mut world = World::new();
    world.follow("inside", &website.url("/list.md").replace("http:", "https:"));
    let output = world.run(&["once", "--config", "whimbrel.toml", "--out", "site"]);
    assert_eq!(output.code, Some(1), "{output:?}");
    assert!(output.stderr.contains("allow_private_addresses"), "{}", output.stderr);
    assert!(website.asked().is_empty());
}

/// A world that follows this on the pretend GitHub.
async fn following(github: &Github, source: &str) -> World {
    let mut world = World::new();
    world.hurry();
    world.configure(&format!("[github]\napi_url = \"{}\"", github.api_url()));
    // Stories look every second: without a token that would not last.
    github.token("ghp_madeUpForTheStory");
    world.variable("WHIMBREL_GITHUB__TOKEN", "ghp_madeUpForTheStory");
    world.follow("birds", source);
    world.start().await;
    world.logs("following `birds`").await;
    world
}

#[tokio::test]
async fn a_readme_on_github_is_found_followed_and_asked_conditionally() {
    let github = Github::start();
    let birds = github.repository("example/birds").push("readme.md", list(&[CURLEW]));
    let mut world = following(&github, "github:Example/Birds").await;
    eventually("an answer without a body", || async {
        github.asked().iter().any(|asked| asked.status == Some(304)).then_some(())
    })
    .await;
    birds.push("readme.md", list(&[CURLEW, GODWIT]));
    world.hears("godwit").await;
    world.stop().await;
    github.expects_no_violations();
    let readmes = github.asked().iter().filter(|asked| asked.path.ends_with("/readme")).count();
    assert_eq!(readmes, 1, "its name is remembered");
}

#[tokio::test]
async fn a_renamed_repository_is_followed_under_its_new_name() {
    let github = Github::start();
    let birds = github.repository("example/birds").push("lists/shore.md", list(&[CURLEW]));
    let mut world = following(&github, "github:example/birds/lists/shore.md").await;
    birds.rename("example/shorebirds").push("lists/shore.md", list(&[CURLEW, GODWIT]));
    world.hears("godwit").await;
    eventually("a question under the new name", || async {
        github.asked().iter().any(|asked| asked.path.starts_with("/repos/example/shorebirds/")).then_some(())
    })
    .await;
    world.stop().await;
    github.expects_no_violations();
    assert_eq!(world.told().len(), 2, "{:?}", world.told());
}

#[tokio::test]
async fn limits_end_the_asking_until_they_are_over() {
    let github = Github::start();
    let birds = github.repository("example/birds").push("README.md", list(&[CURLEW]));
    let mut world = following(&github, "github:example/birds").await;
    let hour = Duration::from_hours(1);
    for limit in [Fault::TooManyRequests(Duration::from_secs(2)), Fault::PrimaryLimit(hour)] {
        let limited = github.fails(limit.clone());
        let before = world.process().said().len();
        eventually("a word about the limit", || async {
            let said_since = world.process().said().get(before..).unwrap_or_default().to_lowercase();
            said_since
                .lines()
                .any(|line| line.contains("`birds` could not be read") && line.contains("github"))
                .then_some(())
        })
        .await;
        let refused = github.asked().len();
        if limit == Fault::PrimaryLimit(hour) {
            // An hour is not waited for: within the next looks nothing is asked.
            world.write("birds.md", list(&[CURLEW]));
            world.follow("local", "birds.md");
            world.logs("following `local`").await;
            assert!(github.asked().len() <= refused + 1, "it goes on asking");
        } else {
            limited.heals();
            birds.push("README.md", list(&[CURLEW, GODWIT]));
            world.hears("godwit").await;
        }
    }
    world.stop().await;
    github.expects_no_violations();
}
