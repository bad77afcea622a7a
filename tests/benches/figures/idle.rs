//! What the idle program holds: after it has read its catalogs for the first time, and after its next start; alone, and
//! with both chats and GitHub beside it.

use std::time::Duration;

use whimbrel_world::discord::Discord;
use whimbrel_world::github::Github;
use whimbrel_world::telegram::Telegram;
use whimbrel_world::{World, documents};

use super::report::{Limit, Report};

const CATALOGS: u64 = 10;
const ENTRIES: usize = 1_000;

/// After this long nothing of the start is under way any more.
const CALM: Duration = Duration::from_secs(10);

const TOKEN: &str = "bWFkZVVw.Zm9y.dGhlQmVuY2gy";

/// Adds the figures of this group.
pub(crate) fn measure(report: &mut Report) {
    let runtime = tokio::runtime::Runtime::new().expect("threads can be started");
    let note =
        "the program beside this bench, ten seconds after it was ready; its own pages and those of its file";
    let [first, again] = runtime.block_on(held(World::new()));
    report.add("10,000 entries, idle after the first reading", "MB", first, Limit::AtMost(25.0), note);
    report.add("10,000 entries, idle after a restart", "MB", again, Limit::AtMost(25.0), note);
    let [first, again] = runtime.block_on(async {
        let (telegram, discord, github) = (Telegram::start(), Discord::start(), Github::start());
        discord.token(TOKEN);
        let mut world = World::new();
        world.follow_projects(&github);
        world.configure(&format!("[telegram]\napi_url = \"{}\"", telegram.api_url()));
        world.variable("WHIMBREL_TELEGRAM__TOKEN", &telegram.token());
        world.configure(&format!("[discord]\napi_url = \"{}\"", discord.api_url()));
        world.variable("WHIMBREL_DISCORD__TOKEN", TOKEN);
        held(world).await
    });
    let name = "10,000 entries, all services on, after the first reading";
    report.add(name, "MB", first, Limit::AtMost(35.0), note);
    report.add("10,000 entries, all services on, after a restart", "MB", again, Limit::AtMost(35.0), note);
}

async fn held(mut world: World) -> [f64; 2] {
    for n in 0..CATALOGS {
        world.write(&format!("list-{n}.md"), documents::markdown(&documents::items(ENTRIES, n)));
        world.follow(&format!("list-{n}"), &format!("list-{n}.md"));
    }
    let mut megabytes = [0.0; 2];
    for held in &mut megabytes {
        world.start().await;
        world.is_ready().await;
        tokio::time::sleep(CALM).await;
        *held = world.process().resident_kib() as f64 * 1024.0 / 1e6;
        world.stop().await;
    }
    megabytes
}
