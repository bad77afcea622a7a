//! The bot's token is taken back, and another one is given.

use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::json;
use whimbrel_world::{World, eventually};

use super::{Scene, TOKEN, list, scene_in};

const OTHER: &str = "b3RoZXIx.Zm9y.dGhlU3Rvcnk0";

impl Scene {
    /// Waits until the status page says this, or does not any more.
    async fn status(&self, words: &str, says: bool) {
        eventually(&format!("`{words}` on /status: {says}"), || async {
            (self.world.page("/status").await.contains(words) == says).then_some(())
        })
        .await;
    }
}

#[tokio::test]
async fn a_token_that_was_taken_back_is_shown_seldom_and_the_next_one_at_once() {
    let token = |world: &mut World| {
        world.write("token", TOKEN);
        world.variable("WHIMBREL_DISCORD__TOKEN_FILE", &world.path("token").display().to_string());
    };
    let scene = scene_in(|_| {}, token, |_| String::new()).await;
    scene.listens().await;
    let used = scene.ada.uses("/subscribe", json!({ "catalog": "birds", "rhythm": "instant" })).await;
    assert!(used.reads().await.contains("Subscribed"));

    let before = scene.discord.requests();
    scene.discord.revoke(TOKEN);
    scene.world.write("birds.md", list(2));
    scene.world.logs("Discord does not know the bot's token").await;
    scene.status("Discord does not know the bot&#39;s token", true).await;
    scene.status("nothing is sent to discord for now", true).await;
    let begun = Instant::now();
    eventually("some seconds without a question", || async {
        let asked = scene.discord.requests() - before;
        assert!(asked <= 3, "{asked} calls with a token that was taken back");
        (begun.elapsed() > Duration::from_secs(12)).then_some(())
    })
    .await;

    scene.discord.token(OTHER);
    scene.world.write("token", OTHER);
    scene.world.process().signal(Signal::HUP);
    assert_eq!(scene.arrives("godwit").await.iter().filter(|it| it.contains("godwit")).count(), 1);
    scene.discord.gateway().is_connected(1).await;
    scene.answers().await;
    scene.status("does not know the bot", false).await;
    scene.status("nothing is sent to discord", false).await;
    scene.ends(&[OTHER]).await;
}
