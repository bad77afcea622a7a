//! What listed projects do at GitHub becomes news, on the page and in the feeds.

use std::time::Duration;

use serde_json::Value;
use whimbrel_world::github::{Fault, Github};
use whimbrel_world::{World, catalog_of, eventually};

const LIST: [(&str, &str); 2] = [
    ("etcd", "https://github.com/etcd-io/etcd"),
    ("raft", "https://github.com/hashicorp/raft/tree/main/docs"),
];

/// A world that follows two projects, both looked at once.
async fn following(github: &Github) -> World {
    let mut world = World::new();
    world.write("list.md", catalog_of("Consensus", LIST));
    world.follow("consensus", "list.md");
    world.follow_projects(github);
    world.start().await;
    eventually("a look at both projects", || async { (stars(&world, "etcd-io~etcd").await).then_some(()) })
        .await;
    world
}

async fn status(world: &World) -> Value {
    serde_json::from_str(&world.page("/status.json").await).expect("it is JSON")
}

/// Whether the project's page shows its stars.
async fn stars(world: &World, slug: &str) -> bool {
    let (status, page) = world.get(&format!("/p/github.com~{slug}/")).await;
    status == 200 && page.contains("Stars <b>")
}

#[tokio::test]
async fn releases_states_and_milestones_are_told_once() {
    let github = Github::start();
    let etcd = github
        .repository("etcd-io/etcd")
        .stars(49_990)
        .language("Go")
        .license("Apache-2.0")
        .release("v3.5.0");
    let raft = github.repository("hashicorp/raft").stars(8_000).release("v1.6.0");
    let mut world = following(&github).await;
    etcd.release("v3.6.0").stars(50_010);
    world.hears("3.6.0").await;
    world.hears("50,000").await;
    etcd.rename("etcd-project/etcd");
    raft.archive();
    let news = world.hears("archived").await;
    assert!(
        news.iter().all(|title| !title.contains("v3.5.0")),
        "what was there at first is no news: {news:?}"
    );
    world.kill();
    raft.release("v1.7.0");
    world.start().await;
    world.hears("1.7.0").await;
    eventually("the new name", || async {
        let page = world.get("/p/github.com~etcd-project~etcd/").await.1;
        page.contains("<svg").then_some(())
    })
    .await;
    let told = status(&world).await;
    assert_eq!(told["projects"]["followed"], 2, "{told}");
    assert_eq!(told["budgets"][1]["what"], "graphql", "{told}");
    world.stop().await;
    let mut kinds: Vec<_> = world.told().into_iter().filter(|(kind, _)| kind != "followed").collect();
    kinds.sort();
    let expected = [
        ("archived", "raft"),
        ("milestone", "etcd"),
        ("project_renamed", "etcd"),
        ("released", "etcd"),
        ("released", "raft"),
    ];
    assert_eq!(kinds, expected.map(|(kind, name)| (kind.to_owned(), name.to_owned())));
    let released = world.journal().into_iter().find(|event| event["tag"] == "v3.6.0").expect("it was told");
    assert_eq!((&released["level"], &released["language"]), (&"minor".into(), &"Go".into()), "{released}");
    assert_eq!(released["catalogs"][0]["section"], "Tools", "{released}");
    github.expects_no_violations();
}

#[tokio::test]
async fn a_catalog_that_follows_a_rename_later_says_nothing_new() {
    let github = Github::start();
    let etcd = github.repository("etcd-io/etcd").stars(10).release("v3.5.0");
    github.repository("hashicorp/raft").stars(20);
    let mut world = following(&github).await;
    etcd.rename("etcd-project/etcd");
    world.hears("etcd-project").await;
    world.write(
        "list.md",
        catalog_of("Consensus", [("etcd", "https://github.com/etcd-project/etcd"), LIST[1]]),
    );
    etcd.release("v3.6.0");
    world.hears("3.6.0").await;
    world.stop().await;
    let told: Vec<_> =
        world.told().into_iter().map(|(kind, _)| kind).filter(|kind| kind != "followed").collect();
    assert_eq!(told, ["project_renamed", "released"]);
}

/// A world that follows the two at leisure: only a webhook signed with `shared` makes it look soon.
async fn following_at_leisure(github: &Github) -> World {
    let mut world = World::new();
    world.write("list.md", catalog_of("Consensus", LIST));
    world.follow("consensus", "list.md");
    github.token("sesame");
    world.variable("WHIMBREL_GITHUB__PROJECTS", "true");
    world.configure(&format!(
        "[github]\napi_url = \"{}\"\ntoken = \"sesame\"\nwebhook_secret = \"shared\"\n[github.rules]\nsettle_secs = 0",
        github.api_url()
    ));
    world.start().await;
    eventually("a first look", || async { stars(&world, "etcd-io~etcd").await.then_some(()) }).await;
    world
}

#[tokio::test]
async fn a_webhook_hurries_the_look_and_only_one_that_is_signed() {
    let github = Github::start();
    let etcd = github.repository("etcd-io/etcd").stars(10).release("v3.5.0");
    github.repository("hashicorp/raft").stars(20);
    let mut world = following_at_leisure(&github).await;
    github.hook(&world.url("/hooks/github"), "forged");
    etcd.release("v3.6.0");
    eventually("a refusal", || async {
        github.deliveries().iter().any(|delivery| delivery.status == Some(401)).then_some(())
    })
    .await;
    etcd.hook(&world.url("/hooks/github"), "shared");
    etcd.stars(11);
    world.hears("3.6.0").await;
    world.stop().await;
}

#[tokio::test]
async fn a_webhook_in_the_middle_of_a_look_makes_another_one() {
    let github = Github::start();
    let etcd = github.repository("etcd-io/etcd").stars(10).release("v3.5.0");
    github.repository("hashicorp/raft").stars(20);
    let mut world = following_at_leisure(&github).await;
    etcd.hook(&world.url("/hooks/github"), "shared");
    // Its answer is written at once and comes late: it knows nothing of what happens meanwhile.
    let asked = github.requests();
    github.fails(Fault::SlowBody(Duration::from_millis(200))).on("/graphql").times(1);
    etcd.stars(11);
    let under_way = || async { (github.requests() > asked).then_some(()) };
    eventually("a look under way", under_way).await;
    etcd.release("v3.6.0");
    github.hooks_settled().await;
    assert_eq!(github.requests(), asked + 1, "the look is still under way");
    world.hears("3.6.0").await;
    world.stop().await;
    assert_eq!(world.told().into_iter().filter(|(kind, _)| kind == "released").count(), 1);
    github.expects_no_violations();
}

#[tokio::test]
async fn bad_days_of_github_lose_nothing_and_tell_nothing_false() {
    let github = Github::start();
    let etcd = github.repository("etcd-io/etcd").stars(10).release("v3.5.0");
    let raft = github.repository("hashicorp/raft").stars(20).release("v1.0.0");
    let mut world = following(&github).await;
    for (number, fault) in
        [Fault::Status(502), Fault::Status(500), Fault::MalformedJson].into_iter().enumerate()
    {
        github.fails(fault).on("/graphql").times(2);
        etcd.release(&format!("v4.{number}.0"));
        world.hears(&format!("4.{number}.0")).await;
    }
    github.stop().await;
    raft.release("v2.0.0");
    world.logs("cannot be reached").await;
    github.start_again();
    world.hears("2.0.0").await;
    world.stop().await;
    let told: Vec<_> =
        world.told().into_iter().map(|(kind, _)| kind).filter(|kind| kind != "followed").collect();
    assert_eq!(told, ["released"; 4]);
}
