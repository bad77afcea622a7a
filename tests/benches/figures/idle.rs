//! What the idle program holds: after it has read its catalogs for the first time, and after its next start; alone, and
//! with both chats and GitHub beside it. How soon it serves a page, and what it takes of a core while nothing happens.

use std::time::{Duration, Instant};

use whimbrel_world::discord::Discord;
use whimbrel_world::github::Github;
use whimbrel_world::telegram::Telegram;
use whimbrel_world::{World, documents};

use super::report::{Limit, Report};

const CATALOGS: u64 = 10;
const ENTRIES: usize = 1_000;

/// After this long nothing of the start is under way any more.
const CALM: Duration = Duration::from_secs(10);

/// The time nothing happens in.
const NOTHING: Duration = Duration::from_mins(1);

/// How often the start is measured.
const STARTS: usize = 9;

const TOKEN: &str = "bWFkZVVw.Zm9y.dGhlQmVuY2gy";

/// Adds the figures of this group.
pub(crate) fn measure(report: &mut Report) {
    let runtime = tokio::runtime::Runtime::new().expect("threads can be started");
    let note =
        "the program beside this bench, ten seconds after it was ready; its own pages and those of its file";
    let mut world = World::new();
    let [first, again] = runtime.block_on(held(&mut world));
    report.add("10,000 entries, idle after the first reading", "MB", first, Limit::AtMost(25.0), note);
    report.add("10,000 entries, idle after a restart", "MB", again, Limit::AtMost(25.0), note);
    let (starts, part) = runtime.block_on(starts_and_rests(&mut world));
    let note = format!("median of {STARTS}, {:.0} to {:.0} ms", starts[0], starts[STARTS - 1]);
    let name = "10,000 entries, from the start to the first page";
    report.add(name, "ms", starts[STARTS / 2], Limit::AtMost(150.0), note);
    let note = format!("in {} s", NOTHING.as_secs());
    report.add("of a core while nothing happens", "%", part, Limit::AtMost(0.1), note);
    let [first, again] = runtime.block_on(async {
        let (telegram, discord, github) = (Telegram::start(), Discord::start(), Github::start());
        discord.token(TOKEN);
        let mut world = World::new();
        github.token("sesame");
        world.variable("WHIMBREL_GITHUB__PROJECTS", "true");
        world.configure(&format!("[github]\napi_url = \"{}\"\ntoken = \"sesame\"", github.api_url()));
        world.configure(&format!("[telegram]\napi_url = \"{}\"", telegram.api_url()));
        world.variable("WHIMBREL_TELEGRAM__TOKEN", &telegram.token());
        world.configure(&format!("[discord]\napi_url = \"{}\"", discord.api_url()));
        world.variable("WHIMBREL_DISCORD__TOKEN", TOKEN);
        held(&mut world).await
    });
    let name = "10,000 entries, all services on, after the first reading";
    let note = "ten seconds after it was ready";
    report.add(name, "MB", first, Limit::AtMost(35.0), note);
    report.add("10,000 entries, all services on, after a restart", "MB", again, Limit::AtMost(35.0), note);
}

async fn held(world: &mut World) -> [f64; 2] {
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

/// How long starts take until a page is served, in milliseconds, sorted; and what it then takes of a core, in percent.
async fn starts_and_rests(world: &mut World) -> (Vec<f64>, f64) {
    let mut starts = Vec::new();
    for _ in 0..STARTS {
        let begun = Instant::now();
        world.start().await;
        world.page("/").await;
        starts.push(begun.elapsed().as_secs_f64() * 1e3);
        world.stop().await;
    }
    starts.sort_by(f64::total_cmp);
    world.start().await;
    world.is_ready().await;
    tokio::time::sleep(CALM).await;
    let before = world.process().processor_time();
    tokio::time::sleep(NOTHING).await;
    let used = world.process().processor_time().saturating_sub(before);
    world.stop().await;
    (starts, 100.0 * used.as_secs_f64() / NOTHING.as_secs_f64())
}
