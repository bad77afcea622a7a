//! People follow catalogs from Discord: with commands and buttons, in channels and by a webhook, through restarts.

mod asking;
mod calls;
mod gateway;
mod suggesting;
mod trouble;

use serde_json::json;
use whimbrel_world::discord::{Discord, Guild, Hook, Person, Place};
use whimbrel_world::{World, catalog_of, eventually};

const TOKEN: &str = "bWFkZVVw.Zm9y.dGhlU3Rvcnk0";
const MANAGE_CHANNELS: u64 = 1 << 4;

/// A server with a channel, somebody who may change what comes there, and somebody who may not.
struct Scene {
    world: World,
    discord: Discord,
    general: Place,
    ada: Person,
    ben: Person,
}

fn list(count: usize) -> String {
    let birds = ["curlew", "godwit", "plover", "dunlin"];
    let urls: Vec<String> = birds.iter().map(|name| format!("https://example.org/{name}")).collect();
    catalog_of("Birds", birds.into_iter().zip(urls.iter().map(String::as_str)).take(count))
}

/// The program with a bot's token; the configuration goes on with what `more` says.
async fn scene(more: impl Fn(&Guild) -> String) -> Scene {
    scene_at(|_| {}, more).await
}

/// The same at a Discord that was prepared.
async fn scene_at(prepare: impl Fn(&Discord), more: impl Fn(&Guild) -> String) -> Scene {
    let token = |world: &mut World| world.variable("WHIMBREL_DISCORD__TOKEN", TOKEN);
    scene_in(prepare, token, more).await
}

/// The same with a token that comes another way.
async fn scene_in(
    prepare: impl Fn(&Discord),
    token: impl Fn(&mut World),
    more: impl Fn(&Guild) -> String,
) -> Scene {
    let discord = Discord::start();
    discord.token(TOKEN);
    prepare(&discord);
    let guild = discord.guild("Readers");
    let general = guild.channel("general");
    let (ada, ben) = (guild.member("ada"), guild.member("ben"));
    guild.role("keepers", MANAGE_CHANNELS, &ada);
    let mut world = World::new();
    world.write("birds.md", list(1));
    world.hurry();
    world.configure(&format!("[discord]\napi_url = \"{}\"\n[fanout]\nsettle = \"0s\"", discord.api_url()));
    token(&mut world);
    world.configure(&more(&guild));
    world.follow("birds", "birds.md");
    world.start().await;
    world.is_ready().await;
    let (ada, ben) = (ada.at(&general), ben.at(&general));
    Scene { world, discord, general, ada, ben }
}

impl Scene {
    /// Waits until the bot listens and offers its commands.
    async fn listens(&self) {
        self.discord.gateway().is_connected(1).await;
        eventually("commands", || async { (!self.ada.offered().is_empty()).then_some(()) }).await;
    }

    /// Waits until there is a message with this in it; hands back all of the channel.
    async fn arrives(&self, part: &str) -> Vec<String> {
        arrives(&self.general, part).await
    }

    /// How many messages have this in them.
    fn count(&self, part: &str) -> usize {
        self.general.reads().iter().filter(|message| message.contains(part)).count()
    }

    /// Stops; nothing secret was written down, and nothing was done that is not done.
    async fn ends(mut self, secrets: &[&str]) {
        let said = self.world.stop().await;
        for secret in secrets.iter().chain(&[TOKEN]) {
            assert!(!said.contains(secret), "a secret is in the log:\n{said}");
        }
        self.discord.expects_no_violations();
    }
}

async fn arrives(place: &Place, part: &str) -> Vec<String> {
    eventually(&format!("a message with `{part}`"), || async {
        let messages = place.reads();
        messages.iter().any(|message| message.contains(part)).then_some(messages)
    })
    .await
}

#[tokio::test]
async fn somebody_subscribes_by_buttons_and_hears_of_an_edit_at_once() {
    let scene = scene(|_| String::new()).await;
    scene.listens().await;
    let asked = scene.ada.uses("/subscribe", json!({})).await;
    assert!(asked.reads().await.contains("What do you want news of?"), "{}", asked.reads().await);
    for label in ["Birds", "Next ›", "At once"] {
        let pressed = scene.ada.presses(label).await;
        assert!(!pressed.failed(), "{label}: {:#?}", scene.ada.sees());
    }
    assert!(scene.ada.sees().iter().any(|message| message.contains("Subscribed")), "{:#?}", scene.ada.sees());
    scene.world.write("birds.md", list(2));
    let messages = scene.arrives("godwit").await;
    assert_eq!(messages.iter().filter(|message| message.contains("godwit")).count(), 1, "{messages:#?}");
    scene.ends(&[&asked.token()]).await;
}

#[tokio::test]
async fn catalogs_are_proposed_while_their_names_are_typed() {
    let scene = scene(|_| String::new()).await;
    scene.listens().await;
    let proposed = scene.ada.proposals("/subscribe", "catalog", "bir", json!({})).await;
    assert_eq!(proposed, [("Birds".to_owned(), json!("birds"))]);
    assert_eq!(scene.ada.types_into("/subscribe", "rhythm", "dai").await[0], "daily 09:00");
    assert_eq!(scene.ada.types_into("/subscribe", "zone", "berl").await, ["Europe/Berlin"]);
    let options = json!({ "catalog": "birds", "rhythm": "daily 09:00", "zone": "Europe/Berlin" });
    let used = scene.ada.uses("/subscribe", options).await;
    let answer = used.reads().await;
    assert!(answer.contains("Subscribed") && answer.contains("Europe/Berlin"), "{answer}");
    scene.ends(&[&used.token()]).await;
}

#[tokio::test]
async fn who_may_not_change_anything_is_told_so_alone() {
    let scene = scene(|_| String::new()).await;
    scene.listens().await;
    let offered = scene.ben.offered();
    assert!(
        offered.contains(&"/help".to_owned()) && !offered.contains(&"/subscribe".to_owned()),
        "{offered:?}"
    );
    let used = scene.ada.uses("/subscribe", json!({ "catalog": "birds", "rhythm": "instant" })).await;
    assert!(!used.is_ephemeral() && used.reads().await.contains("Subscribed"));
    let before = scene.general.reads();
    let pressed = scene.ben.presses("Undo").await;
    assert!(pressed.is_ephemeral());
    assert_eq!(pressed.reads().await, "Only admins may change what comes here.");
    assert_eq!(scene.general.reads()[0], before[0]);
    scene.ends(&[]).await;
}

#[tokio::test]
async fn a_digest_can_be_looked_at_before_it_is_due() {
    let scene = scene(|_| String::new()).await;
    scene.listens().await;
    let nothing = scene.ben.uses("/digest", json!({})).await;
    assert!(nothing.reads().await.contains("Nothing is subscribed to here yet."));
    scene.ada.uses("/subscribe", json!({ "catalog": "birds", "rhythm": "weekly mon 09:00" })).await;
    scene.world.write("birds.md", list(3));
    scene.world.hears("plover").await;
    eventually("a digest with the news", || async {
        scene.ben.uses("/digest", json!({})).await.answer().await;
        let sees = scene.ben.sees();
        sees.iter().any(|message| message.contains("godwit") && message.contains("plover")).then_some(())
    })
    .await;
    assert_eq!(scene.count("plover"), 0, "only who asked sees it");
    scene.ends(&[]).await;
}

#[tokio::test]
async fn everybody_may_in_private() {
    let scene = scene(|_| String::new()).await;
    scene.listens().await;
    let ben = scene.ben.in_private();
    let used = ben.uses("/subscribe", json!({ "catalog": "birds", "rhythm": "instant" })).await;
    assert!(used.reads().await.contains("Subscribed"));
    scene.world.write("birds.md", list(2));
    arrives(&ben.place(), "godwit").await;
    scene.ends(&[]).await;
}

#[tokio::test]
async fn a_webhook_needs_no_bot() {
    let discord = Discord::start();
    let hooked = discord.guild("Readers").channel("news");
    let hook: Hook = hooked.webhook("News");
    let mut world = World::new();
    world.write("birds.md", list(1));
    world.hurry();
    world.configure(&format!("[discord]\napi_url = \"{}\"\n[fanout]\nsettle = \"0s\"", discord.api_url()));
    world.configure("[[destination]]\nto = \"webhook:news\"\ncadence = \"instant\"");
    world.variable("WHIMBREL_DISCORD__WEBHOOKS__NEWS", &hook.url());
    world.follow("birds", "birds.md");
    world.start().await;
    world.is_ready().await;
    world.write("birds.md", list(2));
    assert_eq!(arrives(&hooked, "godwit").await.len(), 1);
    assert_eq!(discord.gateway().heard(), [] as [String; 0]);
    let secret = hook.url();
    hook.goes();
    world.write("birds.md", list(3));
    world.logs("webhook:news").await;
    let said = world.stop().await;
    let secret = secret.rsplit('/').next().expect("a token");
    assert!(!said.contains(secret), "the webhook's address is in the log:\n{said}");
    discord.expects_no_violations();
}

#[tokio::test]
async fn a_kill_loses_nothing_and_repeats_nothing() {
    let mut scene = scene(|_| String::new()).await;
    scene.listens().await;
    scene.ada.uses("/subscribe", json!({ "catalog": "birds", "rhythm": "instant" })).await;
    let puts = |discord: &Discord| discord.asked().iter().filter(|call| call.method == "PUT").count();
    assert_eq!(puts(&scene.discord), 1);
    for (count, name) in [(2, "godwit"), (3, "plover"), (4, "dunlin")] {
        scene.world.write("birds.md", list(count));
        if count == 2 {
            scene.arrives(name).await;
        }
        scene.world.kill();
        scene.world.start().await;
        scene.arrives(name).await;
    }
    for name in ["godwit", "plover", "dunlin"] {
        assert_eq!(scene.count(name), 1, "{name}: {:#?}", scene.general.reads());
    }
    eventually("the bot listens again", || async {
        (scene.discord.gateway().heard_of("identify") >= 2).then_some(())
    })
    .await;
    assert_eq!(puts(&scene.discord), 1, "commands that are right are left alone");
    // Who is started three times within five seconds begins more sessions than may be, and cannot know.
    scene.world.stop().await;
}
