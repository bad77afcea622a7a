//! The bot stays at Discord's gateway, whatever becomes of the connection.

use std::time::Duration;

use serde_json::json;
use whimbrel_world::eventually;

use super::{Scene, scene};

impl Scene {
    /// Waits until this was heard so often at the gateway.
    pub(super) async fn says(&self, what: &str, times: usize) {
        let gateway = self.discord.gateway();
        eventually(&format!("{times} × {what}"), || async {
            (gateway.heard_of(what) >= times).then_some(())
        })
        .await;
        gateway.is_connected(1).await;
        assert_eq!(gateway.heard_of(what), times, "{:?}", gateway.heard());
    }

    /// Somebody asks something and is answered in time.
    pub(super) async fn answers(&self) {
        let used = self.ben.uses("/help", json!({})).await;
        assert!(!used.failed(), "{:?}", self.discord.gateway().heard());
        assert!(used.reads().await.contains("/subscribe"), "{}", used.reads().await);
    }
}

#[tokio::test]
async fn what_is_asked_while_the_connection_is_gone_is_answered_and_no_session_is_begun() {
    let scene = scene(|_| String::new()).await;
    scene.listens().await;
    let gateway = scene.discord.gateway();
    gateway.breaks();
    scene.answers().await;
    scene.says("resume", 1).await;
    gateway.reconnects();
    scene.says("resume", 2).await;
    scene.answers().await;
    gateway.closes(4000);
    scene.says("resume", 3).await;
    scene.answers().await;
    scene.says("identify", 1).await;
    scene.ends(&[]).await;
}

#[tokio::test]
async fn a_session_that_is_none_any_more_is_begun_anew() {
    let scene = scene(|_| String::new()).await;
    scene.listens().await;
    let gateway = scene.discord.gateway();
    gateway.invalidates(true);
    scene.says("resume", 1).await;
    scene.says("identify", 1).await;
    gateway.invalidates(false);
    scene.says("identify", 2).await;
    scene.answers().await;
    // It comes back to a session that ended meanwhile.
    gateway.closes(1001);
    scene.says("identify", 3).await;
    scene.says("resume", 2).await;
    scene.answers().await;
    scene.ends(&[]).await;
}

#[tokio::test]
async fn a_gateway_that_falls_silent_is_left() {
    let scene = scene(|_| String::new()).await;
    scene.listens().await;
    let gateway = scene.discord.gateway();
    gateway.heartbeat(Duration::from_secs(1));
    gateway.breaks();
    scene.says("resume", 1).await;
    eventually("heartbeats", || async { (gateway.heard_of("heartbeat") >= 3).then_some(()) }).await;
    assert_eq!(gateway.heard_of("resume"), 1, "a connection that answers is kept");
    gateway.goes_silent();
    scene.world.logs("Discord's gateway fell silent").await;
    scene.says("resume", 2).await;
    scene.answers().await;
    scene.ends(&[]).await;
}

#[tokio::test]
async fn a_service_that_was_gone_is_found_again() {
    let scene = scene(|_| String::new()).await;
    scene.listens().await;
    let gateway = scene.discord.gateway();
    gateway.refuses(true);
    gateway.breaks();
    scene.world.logs("not listening at Discord (it answered with 503); connecting again in 1").await;
    gateway.refuses(false);
    scene.says("resume", 1).await;
    scene.discord.stop().await;
    scene.world.logs("not listening at Discord (it is out of reach)").await;
    scene.discord.start_again();
    scene.says("resume", 2).await;
    scene.answers().await;
    scene.says("identify", 1).await;
    scene.ends(&[]).await;
}

#[tokio::test]
async fn shards_begin_one_after_the_other() {
    let scene = super::scene_at(|discord| discord.gateway().shards(2), |_| String::new()).await;
    scene.discord.gateway().is_connected(2).await;
    scene.answers().await;
    scene.discord.gateway().breaks();
    eventually("both come back", || async {
        (scene.discord.gateway().heard_of("resume") == 2).then_some(())
    })
    .await;
    scene.discord.gateway().is_connected(2).await;
    scene.answers().await;
    assert_eq!(scene.discord.gateway().heard_of("identify"), 2);
    scene.ends(&[]).await;
}

#[tokio::test]
async fn what_cannot_be_mended_is_said_once_and_left_alone() {
    let scene = scene(|_| String::new()).await;
    scene.listens().await;
    scene.discord.gateway().closes(4014);
    scene.world.logs("nobody can ask anything at Discord: the bot may not hear").await;
    let asked = scene.discord.requests();
    scene.world.write("birds.md", super::list(2));
    scene.world.hears("godwit").await;
    assert_eq!(scene.discord.requests(), asked, "nothing more is asked");
    assert_eq!(scene.discord.gateway().heard_of("identify"), 1);
    scene.ends(&[]).await;
}
