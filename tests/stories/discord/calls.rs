//! Discord calls the program, instead of telling it at the gateway.

use serde_json::json;
use whimbrel_world::eventually;

use super::{Scene, TOKEN, list, scene, scene_in};

/// The program with the bot's key, or with another.
async fn called(key: Option<&str>) -> Scene {
    let variables = |world: &mut whimbrel_world::World| {
        let theirs = whimbrel_world::discord::Discord::public_key();
        world.variable("WHIMBREL_DISCORD__TOKEN", TOKEN);
        world.variable("WHIMBREL_DISCORD__PUBLIC_KEY", key.unwrap_or(&theirs));
    };
    let scene = scene_in(|_| {}, variables, |_| String::new()).await;
    scene.listens().await;
    scene
}

impl Scene {
    /// Discord is told where it can call, and tries whether the program looks at signatures.
    async fn is_called(&self) {
        let address = self.world.url("/hooks/discord");
        assert_eq!(self.discord.interactions_endpoint(&address).await, Ok(()));
    }

    /// How many first answers Discord was given.
    fn first_answers(&self) -> usize {
        self.discord.asked().iter().filter(|call| call.path.ends_with("/callback")).count()
    }
}

#[tokio::test]
async fn people_are_answered_and_forgers_are_not() {
    let mut scene = called(None).await;
    scene.is_called().await;
    let asked = scene.ada.uses("/subscribe", json!({})).await;
    assert!(asked.reads().await.contains("What do you want news of?"), "{}", asked.reads().await);
    for label in ["Birds", "Next ›", "At once"] {
        assert!(!scene.ada.presses(label).await.failed(), "{label}: {:#?}", scene.ada.sees());
    }
    assert_eq!(scene.ada.types_into("/subscribe", "rhythm", "dai").await[0], "daily 09:00");
    assert_eq!(scene.discord.checks_signatures().await, Ok(()));
    scene.world.write("birds.md", list(2));
    scene.arrives("godwit").await;
    scene.discord.is_overheard();
    let before = scene.first_answers();
    let used = scene.ben.uses("/help", json!({})).await;
    assert!(used.is_ephemeral() && !used.failed());
    assert_eq!(scene.first_answers(), before + 1, "a call that comes again is answered once");

    // Whoever is called needs no connection.
    let identified = scene.discord.gateway().heard_of("identify");
    scene.world.stop().await;
    scene.world.start().await;
    scene.world.logs("listening at Discord: it calls us").await;
    scene.is_called().await;
    assert!(!scene.ben.uses("/help", json!({})).await.failed());
    assert_eq!(scene.discord.gateway().heard_of("identify"), identified);
    scene.ends(&[&asked.token()]).await;
}

#[tokio::test]
async fn the_key_of_another_bot_is_noticed() {
    let scene = called(Some(&"0b".repeat(32))).await;
    scene.world.logs("`public_key` in [discord] is not the key of this bot").await;
    eventually("a remark", || async {
        scene.world.page("/status").await.contains("is not the key of this bot").then_some(())
    })
    .await;
    let refused = scene.discord.interactions_endpoint(&scene.world.url("/hooks/discord")).await;
    assert!(refused.is_err_and(|why| why.contains("a ping was answered with 401")));
    assert!(!scene.ben.uses("/help", json!({})).await.failed(), "people are heard at the gateway");
    scene.ends(&[]).await;
}

#[tokio::test]
async fn without_a_key_nobody_may_call() {
    let scene = scene(|_| String::new()).await;
    let refused = scene.discord.interactions_endpoint(&scene.world.url("/hooks/discord")).await;
    assert!(refused.is_err_and(|why| why.contains("a ping was answered with 404")));
    scene.ends(&[]).await;
}
