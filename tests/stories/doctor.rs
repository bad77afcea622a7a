//! Somebody asks whether all is well, and is told what to do where it is not.

use serde_json::Value;
use whimbrel_world::discord::Discord;
use whimbrel_world::github::Github;
use whimbrel_world::telegram::Telegram;
use whimbrel_world::{Output, World, catalog_of};

const TOKEN: &str = "made-up-for-discord";
const ATTACH_FILES: u64 = 1 << 15;
const SEND_MESSAGES: u64 = 1 << 11;

fn examine(world: &World) -> Output {
    world.run(&["doctor", "--config", "whimbrel.toml", "--format", "json"])
}

/// The finding about this subject in this area: its verdict, what is said, what to do.
fn found(output: &Output, area: &str, subject: &str) -> (String, String, String) {
    let report = output.json();
    let findings = report["findings"].as_array().expect("findings");
    let it = findings
        .iter()
        .find(|it| it["area"] == area && it["subject"].as_str().is_some_and(|it| it.contains(subject)));
    let it = it.unwrap_or_else(|| panic!("nothing about {area} {subject} in {report:#}"));
    let text = |name: &str| it[name].as_str().unwrap_or_default().to_owned();
    (text("verdict"), text("said"), text("fix"))
}

fn verdict(output: &Output, area: &str, subject: &str) -> String {
    found(output, area, subject).0
}

/// A world whose catalog can be read.
fn birds() -> World {
    let mut world = World::new();
    world.write("birds.md", catalog_of("Birds", [("curlew", "https://github.com/example/curlew")]));
    world.follow("birds", "birds.md");
    world
}

#[test]
fn a_beginner_is_told_how_to_go_on() {
    let world = birds();
    let told = world.run(&["doctor", "--config", "whimbrel.toml"]);
    assert_eq!(told.code, Some(0), "{told:?}");
    for words in [
        "ok    configuration  whimbrel.toml: sound; it follows 1 catalog",
        "none yet; it is made at the first start",
        "MB free",
        "ok    source         birds: it was read: 1 entry",
        "ok    telegram       the bot: off",
        "@BotFather",
        "https://discord.com/oauth2/authorize?client_id=APPLICATION_ID&scope=bot+applications.commands&permissions=274877959168",
    ] {
        assert!(told.stdout.contains(words), "`{words}` is missing in\n{}", told.stdout);
    }
    assert!(!world.path("whimbrel-data").exists(), "it changes nothing");
}

#[test]
fn a_hub_that_nobody_can_find_is_noticed() {
    let mut world = birds();
    world.variable("WHIMBREL_WEB__OWN_HUB", "true");
    let told = examine(&world);
    let (verdict, said, fix) = found(&told, "site", "own_hub");
    assert_eq!((verdict.as_str(), told.code), ("fail", Some(1)), "{told:?}");
    assert!(said.contains("stays off") && fix.contains("`public_url` in [web]"), "{said}: {fix}");
    world.variable("WHIMBREL_WEB__PUBLIC_URL", "https://news.example.org/");
    let told = examine(&world);
    let (verdict, said, fix) = found(&told, "site", "own_hub");
    assert_eq!((verdict.as_str(), fix.as_str(), told.code), ("ok", "", Some(0)), "{told:?}");
    assert!(said.contains("https://news.example.org "), "{said}");
}

#[test]
fn a_configuration_that_is_wrong_is_shown_with_its_line() {
    let world = World::new();
    world.write("whimbrel.toml", "[wacth]\n");
    let told = examine(&world);
    assert_eq!(told.code, Some(2), "{told:?}");
    let (verdict, said, fix) = found(&told, "configuration", "");
    assert!(
        verdict == "fail" && said.contains("line 1") && said.contains("watch") && !fix.is_empty(),
        "{said}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_rights_and_sources_are_looked_at() {
    let (telegram, discord, github) = (Telegram::start(), Discord::start(), Github::start());
    discord.token(TOKEN);
    let ada = telegram.person("ada");
    let (good, mute) = (telegram.channel("Bird news", &ada), telegram.channel("Quiet birds", &ada));
    good.adds_bot();
    mute.adds_bot().takes_right("can_post_messages");
    let guild = discord.guild("Birders");
    let (open, closed) = (guild.channel("open"), guild.channel("closed"));
    closed.denies(ATTACH_FILES | SEND_MESSAGES);
    let hook = open.webhook("news");
    let mut world = birds();
    world.follow("gone", "gone.md");
    world.follow_projects(&github);
    let to = |place: &str| format!("[[destination]]\nto = \"{place}\"\n");
    world.configure(&format!(
        "[telegram]\napi_url = \"{}\"\n[discord]\napi_url = \"{}\"\n[discord.webhooks]\nnews = \"{}\"\n{}{}{}{}{}{}",
        telegram.api_url(),
        discord.api_url(),
        hook.url(),
        to(&format!("telegram:{}", good.id())),
        to(&format!("telegram:{}", mute.id())),
        to("telegram:-100999"),
        to(&format!("discord:{}", open.id())),
        to(&format!("discord:{}", closed.id())),
        to("webhook:news"),
    ));
    world.variable("WHIMBREL_TELEGRAM__TOKEN", &telegram.token());
    world.variable("WHIMBREL_DISCORD__TOKEN", TOKEN);
    let told = examine(&world);
    assert_eq!(told.code, Some(1), "{told:?}");
    for (area, subject, wanted, words) in [
        ("source", "birds", "ok", "1 entry"),
        ("source", "gone", "fail", "gone.md"),
        ("github", "the token", "ok", "questions left"),
        ("telegram", "the bot", "ok", "@whimbrel_bot"),
        ("telegram", &good.id().to_string(), "ok", "Bird news: we may write there"),
        ("telegram", &mute.id().to_string(), "fail", "Quiet birds: we may not write there"),
        ("telegram", "-100999", "fail", "chat not found"),
        ("discord", "the bot", "ok", "it is"),
        ("discord", &open.id().to_string(), "ok", "open: we may write there"),
        ("discord", &closed.id().to_string(), "fail", "rights are missing: "),
        ("discord", "webhook:news", "ok", "it takes messages"),
        ("clock", "", "ok", "agrees"),
    ] {
        let (verdict, said, fix) = found(&told, area, subject);
        assert!(verdict == wanted && said.contains(words), "{area} {subject}: {verdict} {said}");
        assert!(verdict == "ok" || !fix.is_empty(), "{area} {subject}: what is to be done?");
    }
    let (_, missing, _) = found(&told, "discord", &closed.id().to_string());
    assert!(missing.contains("Send Messages") && missing.contains("Attach Files"), "{missing}");
    let invitation = told.json()["discord_invitation"].as_str().expect("an address").to_owned();
    assert!(invitation.contains(&discord.application().to_string()), "{invitation}");
    for secret in [telegram.token(), TOKEN.to_owned(), hook.url(), "sesame".to_owned()] {
        assert!(!told.stdout.contains(&secret) && !told.stderr.contains(&secret), "{told:?}");
    }

    // Asked of those who hold the store: the running program.
    world.start().await;
    let while_running = examine(&world);
    let (verdict_of_store, said, _) = found(&while_running, "store", "");
    assert!(verdict_of_store == "ok" && said.contains("running whimbrel"), "{said}");
    world.stop().await;
    assert_eq!(verdict(&examine(&world), "store", ""), "ok");

    telegram.revokes_token();
    discord.revoke(TOKEN);
    let told = examine(&world);
    assert_eq!((verdict(&told, "telegram", "the bot"), told.code), ("fail".to_owned(), Some(1)));
    let (verdict_of_bot, said, fix) = found(&told, "discord", "the bot");
    assert!(
        verdict_of_bot == "fail" && said.contains("token is refused") && fix.contains("Reset Token"),
        "{said}"
    );
    telegram.expects_no_violations();
    discord.expects_no_violations();
}

#[test]
fn without_a_network_it_stays_calm() {
    let mut world = birds();
    let nobody = "http://127.0.0.1:9";
    world.configure(&format!(
        "[watch]\ntimeout = \"2s\"\n[telegram]\napi_url = \"{nobody}\"\n[discord]\napi_url = \"{nobody}\"\n[github]\napi_url = \"{nobody}\""
    ));
    world.variable("WHIMBREL_GITHUB__PROJECTS", "true");
    world.variable("WHIMBREL_TELEGRAM__TOKEN", "4200000001:nobody-knows");
    world.variable("WHIMBREL_DISCORD__TOKEN", TOKEN);
    let told = examine(&world);
    let report: Value = told.json();
    assert_eq!((told.code, &report["no_network"]), (Some(1), &Value::Bool(true)), "{report:#}");
    assert_eq!(verdict(&told, "source", "birds"), "ok", "what needs no network is fine");
    for area in ["github", "telegram", "discord"] {
        let (verdict, said, fix) = found(&told, area, "");
        assert!(verdict == "fail" && said.contains("cannot be asked") && !fix.is_empty(), "{area}: {said}");
    }
    let told = world.run(&["doctor", "--config", "whimbrel.toml"]);
    assert!(told.stdout.contains("there seems to be no network") && told.stderr.is_empty(), "{told:?}");
}

#[test]
fn a_store_that_cannot_be_used_is_said() {
    let world = birds();
    world.write("whimbrel-data", "a file in its place");
    let told = examine(&world);
    assert_eq!((verdict(&told, "store", ""), told.code), ("fail".to_owned(), Some(1)), "{told:?}");
}
