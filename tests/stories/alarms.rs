//! Whoever runs the program is told what needs them: each problem once, also over a restart.

use whimbrel_world::discord::Discord;
use whimbrel_world::github::Github;
use whimbrel_world::telegram::{Person, Telegram};
use whimbrel_world::{World, catalog_of, eventually};

const CURLEW: (&str, &str) = ("curlew", "https://github.com/example/curlew");
const GODWIT: (&str, &str) = ("godwit", "https://github.com/example/godwit");

/// How often the admin was told something with this in it.
fn told(admin: &Person, words: &str) -> usize {
    admin.sees().iter().filter(|seen| seen.by_bot && seen.to_string().contains(words)).count()
}

async fn hears(admin: &Person, words: &str) {
    eventually(&format!("an alarm about `{words}`"), || async { (told(admin, words) > 0).then_some(()) })
        .await;
}

#[tokio::test]
async fn each_problem_is_told_once_also_over_a_restart() {
    let (telegram, github) = (Telegram::start(), Github::start());
    github.token("another");
    let (admin, reader) = (telegram.person("admin"), telegram.person("reader"));
    admin.says("/start");
    reader.says("/start");
    let mut world = World::new();
    world.hurry();
    world.variable("WHIMBREL_WATCH__STALE_AFTER", "1s");
    world.variable("WHIMBREL_TELEGRAM__TOKEN", &telegram.token());
    world.variable("WHIMBREL_GITHUB__TOKEN", "refused_by_all");
    world.configure(&format!(
        "[fanout]\nsettle = \"0s\"\n[telegram]\napi_url = \"{}\"\n[github]\napi_url = \"{}\"\n\
         [admin]\nto = \"telegram:{}\"\nparked_after = \"1s\"\n\
         [[destination]]\nto = \"telegram:{}\"\ncadence = \"instant\"",
        telegram.api_url(),
        github.api_url(),
        admin.id(),
        reader.id(),
    ));
    for name in ["birds", "flocks", "nests"] {
        world.write(&format!("{name}.md"), catalog_of(name, [CURLEW]));
        world.follow(name, &format!("{name}.md"));
    }
    world.follow("remote", "github:example/birds");
    world.start().await;
    world.is_ready().await;

    // A token nobody knows, a place that refuses, a catalog that is gone.
    hears(&admin, "GitHub").await;
    reader.blocks();
    world.write("birds.md", catalog_of("birds", [CURLEW, GODWIT]));
    hears(&admin, &format!("telegram:{} refuses our messages", reader.id())).await;
    std::fs::remove_file(world.path("flocks.md")).expect("it is ours");
    hears(&admin, "The catalog `flocks` could not be read for long").await;

    world.stop().await;
    std::fs::remove_file(world.path("nests.md")).expect("it is ours");
    world.start().await;
    hears(&admin, "The catalog `nests` could not be read for long").await;
    for words in ["refuses our messages", "`flocks`", "`nests`"] {
        assert_eq!(told(&admin, words), 1, "{words}: {:?}", admin.sees());
    }
    world.stop().await;
    assert_eq!(told(&admin, "refused_by_all"), 0, "the token is shown");
    telegram.expects_no_violations();
}

#[tokio::test]
async fn a_refused_token_and_a_full_disk_are_told_where_words_still_get_through() {
    let (telegram, discord) = (Telegram::start(), Discord::start());
    let hook = discord.guild("Operators").channel("alarms").webhook("Whimbrel");
    let mut world = World::new();
    world.hurry();
    world.variable("WHIMBREL_TELEGRAM__TOKEN", "4200000009:AAa_token_that_was_revoked_a_while_ago");
    world.variable("WHIMBREL_DISCORD__WEBHOOKS__OPS", &hook.url());
    world.configure(&format!(
        "[fanout]\nsettle = \"0s\"\n[telegram]\napi_url = \"{}\"\n[discord]\napi_url = \"{}\"\n\
         [admin]\nto = \"webhook:ops\"\ndisk_free_mib = 1000000000\n\
         [[destination]]\nto = \"telegram:4711\"\ncadence = \"instant\"",
        telegram.api_url(),
        discord.api_url(),
    ));
    world.write("birds.md", catalog_of("birds", [CURLEW]));
    world.follow("birds", "birds.md");
    world.start().await;
    world.is_ready().await;
    world.write("birds.md", catalog_of("birds", [CURLEW, GODWIT]));
    for words in ["MiB are left on the disk", "Telegram refuses our token"] {
        eventually(&format!("an alarm about `{words}`"), || async {
            let reads = discord.guild("Operators").channel("alarms").reads();
            reads.iter().any(|text| text.contains(words)).then_some(())
        })
        .await;
    }
    world.stop().await;
    discord.expects_no_violations();
}

#[tokio::test]
async fn a_store_that_had_to_be_recovered_is_told() {
    let telegram = Telegram::start();
    let admin = telegram.person("admin");
    admin.says("/start");
    let mut world = World::new();
    world.hurry();
    world.variable("WHIMBREL_TELEGRAM__TOKEN", &telegram.token());
    world.configure(&format!(
        "[telegram]\napi_url = \"{}\"\n[admin]\nto = \"telegram:{}\"",
        telegram.api_url(),
        admin.id()
    ));
    world.write("birds.md", catalog_of("birds", [CURLEW]));
    world.follow("birds", "birds.md");
    world.start().await;
    world.is_ready().await;
    assert_eq!(world.run(&["backup", "--config", "whimbrel.toml"]).code, Some(0));
    world.stop().await;
    let database = world.path("whimbrel-data/state-1/db");
    let length = std::fs::metadata(&database).expect("the database is one file").len();
    std::fs::write(&database, vec![0xA5; usize::try_from(length).expect("it is small")]).expect("it is ours");
    world.start().await;
    hears(&admin, "The store had to be recovered").await;
    world.stop().await;
    assert_eq!(told(&admin, "The store had to be recovered"), 1);
}
