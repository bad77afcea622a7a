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
const BESIDE: usize = 5_000;

/// Entries of the list that people edit; the oldest make room, or the program would rightly hold more and more.
const KEPT: usize = 30;

/// What an hour may add, in KiB, by a line through all samples: single ones differ by more. Seen from fifty minutes on; in
/// a minute memory still settles …
const GROWS: f64 = 1024.0;

/// … and this is what a minute may show of a leak, in KiB.
const SETTLES: u64 = 12 * 1024;

/// From so many seconds on a line says more than its ends.
const LONG: u64 = 3000;

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

/// How much a line through these grows in an hour, by the least squares. Samples are seconds and KiB.
fn slope(samples: &[(f64, f64)]) -> f64 {
    let many = samples.len() as f64;
    let middle = |of: fn(&(f64, f64)) -> f64| samples.iter().map(of).sum::<f64>() / many;
    let (at, held) = (middle(|sample| sample.0), middle(|sample| sample.1));
    let (mut both, mut spread) = (0.0, 0.0);
    for sample in samples {
        both += (sample.0 - at) * (sample.1 - held);
        spread += (sample.0 - at).powi(2);
    }
    if spread > 0.0 { both / spread * 3600.0 } else { 0.0 }
}

#[test]
fn a_line_is_laid_through_samples() {
    let line: Vec<_> = (0..10).map(|number| (f64::from(number) * 36.0, 7.0 + f64::from(number))).collect();
    assert!((slope(&line) - 100.0).abs() < 1e-9, "one more in 36 seconds");
    assert!(slope(&[(1.0, 2.0), (2.0, 3.0), (2.0, 1.0), (3.0, 2.0)]).abs() < 1e-9, "none in all");
}

#[tokio::test]
async fn nothing_grows_while_services_fail_now_and_then() {
    let seconds = number("WHIMBREL_SOAK", SECONDS);
    let mut world = World::new();
    world.write("beside.md", documents::markdown(&documents::items(BESIDE, 1)));
    world.follow("beside", "beside.md");
    let mut tale = Tale::begin_in(world, SEED, "[fanout]\nsettle = \"0s\"\ncatch_up_above = 1000000").await;
    tale.list.most = Some(KEPT);
    tale.street.telegram.limits(|limits| *limits = telegram::Limits::none());
    tale.street.discord.limits(|limits| *limits = discord::Limits::none());
    let began = Instant::now();
    let end = began + Duration::from_secs(seconds);
    let (mut warm, mut samples, mut edits, mut faults) = (None, Vec::new(), 0, [0, 0]);
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
            warm = Some(held(&tale).await);
        }
        if warm.is_some() {
            samples.push((began.elapsed().as_secs_f64(), tale.world.process().resident_kib() as f64));
        }
    }
    tale.street.telegram.heals();
    tale.street.discord.heals();
    let (before, open_before) = warm.expect("a third of the time went by");
    let an_hour = slope(&samples);
    println!(
        "{edits} edits, {faults:?} faults in {:.0?}: {an_hour:.0} KiB an hour through {} samples",
        began.elapsed(),
        samples.len()
    );
    let healed = Instant::now();
    let (after, open_after) = held(&tale).await;
    println!(
        "everything was told {:.0?} later; {before} to {after} KiB, {open_before} to {open_after} files and connections",
        healed.elapsed()
    );
    let still = || async {
        let now = tale.world.process().descriptors();
        (now <= open_before + DESCRIPTORS).then_some(())
    };
    eventually("files and connections are let go", still).await;
    let tally = tale.ends(&[]).await;
    println!("{tally}");
    assert!(tally.wrong.is_empty() && tally.repeated.is_empty(), "{tally}: {:#?}", tally.wrong);
    if seconds >= LONG {
        assert!(an_hour < GROWS, "{an_hour} KiB an hour");
    } else {
        let grown = after.saturating_sub(before);
        assert!(grown < SETTLES, "{grown} KiB more");
    }
}
