//! The program at work among services that fail now and then: everything is told, and nothing grows or stays open.
//!
//! `WHIMBREL_SOAK=3600 cargo nextest run --workspace --no-capture soak` goes on for an hour.

use std::time::{Duration, Instant};

use whimbrel_world::{World, discord, documents, eventually, telegram};

use super::{SEED, Tale, number};

/// For so many seconds; `WHIMBREL_SOAK` says otherwise.
const SECONDS: u64 = 60;

/// Of a hundred messages so many meet a fault.
const FAULTS: usize = 5;

/// Between two edits: a group takes twenty messages a minute.
const PAUSE: Duration = Duration::from_secs(4);

/// Entries of a list beside it that never changes: what the store keeps in memory of them fills its cache, which would
/// otherwise grow up to its limit for hours.
const BESIDE: usize = 10_000;

/// What an hour may add, in KiB. In a minute memory still settles: that is seen over a long time only …
const GROWS: f64 = 1024.0;

/// … and this is what a minute may show of a leak.
const SETTLES: u64 = 12 * 1024;

/// Files and connections, more or less.
const DESCRIPTORS: usize = 2;

/// What the program holds while nothing waits: memory in KiB, files and connections.
async fn held(tale: &Tale) -> (u64, usize) {
    tale.is_all_told().await;
    tale.is_quiet().await;
    // Connections that are kept for the next message count as well: everybody has one to each service now.
    (tale.world.process().resident_kib(), tale.world.process().descriptors())
}

/// How many messages arrived so far, at Telegram and at Discord.
fn arrived(tale: &Tale) -> [usize; 2] {
    let mut counts = [0, 0];
    for (place, arrived) in tale.street.places.iter().zip(tale.street.arrived()) {
        counts[usize::from(!place.to.starts_with("telegram:"))] += arrived.len();
    }
    counts
}

#[tokio::test]
async fn nothing_grows_while_services_fail_now_and_then() {
    let seconds = number("WHIMBREL_SOAK", SECONDS);
    let mut world = World::new();
    world.write("beside.md", documents::markdown(&documents::items(BESIDE, 1)));
    world.follow("beside", "beside.md");
    let mut tale = Tale::begin_in(world, SEED, "[fanout]\nsettle = \"0s\"\ncatch_up_above = 1000000").await;
    tale.street.telegram.limits(|limits| *limits = telegram::Limits::none());
    tale.street.discord.limits(|limits| *limits = discord::Limits::none());
    let began = Instant::now();
    let end = began + Duration::from_secs(seconds);
    let (mut warm, mut edits, mut faults) = (None, 0, [0, 0]);
    while Instant::now() < end {
        let arrived = arrived(&tale);
        // By what arrived there: a service that is asked seldom, because it failed before, does not fail every time.
        while faults[0] < arrived[0] * FAULTS / 100 {
            let fault = match tale.dice.below(4) {
                0 => telegram::Fault::InternalError,
                1 => telegram::Fault::Reset,
                2 => telegram::Fault::Status(503),
                _ => telegram::Fault::TooManyRequests(Duration::from_secs(1)),
            };
            tale.street.telegram.fails(fault).times(1);
            faults[0] += 1;
        }
        while faults[1] < arrived[1] * FAULTS / 100 {
            let fault = match tale.dice.below(4) {
                0 => discord::Fault::Status(502),
                1 => discord::Fault::ResetBeforeHeaders,
                2 => discord::Fault::Unavailable(Duration::from_secs(1)),
                _ => discord::Fault::RouteLimit(Duration::from_secs(1)),
            };
            tale.street.discord.fails(fault).times(1);
            faults[1] += 1;
        }
        tale.edit();
        edits += 1;
        tale.is_recorded().await;
        tokio::time::sleep(PAUSE).await;
        if warm.is_none() && began.elapsed() > Duration::from_secs(seconds / 3) {
            warm = Some((held(&tale).await, Instant::now()));
        }
    }
    tale.street.telegram.heals();
    tale.street.discord.heals();
    let ((before, open_before), since) = warm.expect("a third of the time went by");
    let (after, open_after) = held(&tale).await;
    let grown = after.saturating_sub(before);
    let an_hour = grown as f64 * 3600.0 / since.elapsed().as_secs_f64();
    println!(
        "{edits} edits, {faults:?} faults in {:.0?}: {before} to {after} KiB, {open_before} to {open_after} files and connections, {:.0} KiB an hour",
        began.elapsed(),
        an_hour
    );
    assert!(grown < SETTLES || an_hour < GROWS, "{grown} KiB more: {an_hour} an hour");
    if seconds >= 3600 {
        assert!(an_hour < GROWS, "{grown} KiB more: {an_hour} an hour");
    }
    let still = || async {
        let now = tale.world.process().descriptors();
        (now <= open_before + DESCRIPTORS).then_some(())
    };
    eventually("files and connections are let go", still).await;
    let tally = tale.ends(&[]).await;
    assert!(tally.wrong.is_empty() && tally.repeated.is_empty(), "{tally}: {:#?}", tally.wrong);
}
