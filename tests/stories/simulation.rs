//! Whole lives of the engine in virtual time: lists change and break, services count strictly, break and refuse, people
//! pause, block and move, the program is killed; a model that knows only the script says what each place must have
//! been told.
//!
//! Each life follows from its number alone. Many are tried by hand, and one that fails is lived again:
//!
//! ```text
//! WHIMBREL_LIVES=20000 cargo nextest run --workspace --no-capture simulation
//! WHIMBREL_LIFE=4711 cargo nextest run --workspace --no-capture simulation
//! ```

mod life;
mod model;
mod town;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use self::life::{Life, Story};

/// How many lives are lived; `WHIMBREL_LIVES` says otherwise.
const LIVES: u64 = 50;

const THREADS: usize = 2;

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

/// In a time of its own.
fn timeless<T>(life: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .max_blocking_threads(1)
        .build()
        .expect("a runtime");
    runtime.block_on(life)
}

fn live(seed: u64) -> Story {
    let folder = tempfile::tempdir().expect("a folder");
    timeless(async { Life::begin(seed, folder.path()).await.lives().await })
}

#[test]
fn every_life_tells_each_event_once_in_order_within_all_limits() {
    let one = number("WHIMBREL_LIFE");
    let first = one.unwrap_or(0);
    let lives = one.map_or_else(|| number("WHIMBREL_LIVES").unwrap_or(LIVES), |_| 1);
    let next = AtomicU64::new(first);
    let began = Instant::now();
    let live_some = || {
        let (mut failed, mut total) = (Vec::new(), [0; 3]);
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= first + lives {
                return (failed, total);
            }
            let story = live(seed);
            if one.is_some() {
                story.messages.iter().for_each(|message| println!("{message:?}"));
            }
            total[0] += story.messages.len();
            total[1] += story.kills;
            total[2] += usize::try_from(story.events).unwrap_or(0);
            if !story.wrong.is_empty() {
                failed.push((seed, story.wrong));
            }
        }
    };
    let results: Vec<_> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..THREADS).map(|_| scope.spawn(live_some)).collect();
        workers.into_iter().map(|worker| worker.join().expect("a life does not panic")).collect()
    });
    let total = |at: usize| results.iter().map(|(_, total)| total[at]).sum::<usize>();
    println!(
        "{lives} lives in {:.1?}: {} events, {} messages, {} kills",
        began.elapsed(),
        total(2),
        total(0),
        total(1)
    );
    assert!(total(0) > 20 * usize::try_from(lives).unwrap_or(0), "much was told");
    let mut failed: Vec<_> = results.into_iter().flat_map(|(failed, _)| failed).collect();
    failed.sort_by_key(|(seed, _)| *seed);
    for (seed, wrong) in failed.iter().take(5) {
        println!("again: WHIMBREL_LIFE={seed}\n  {}", wrong[..wrong.len().min(12)].join("\n  "));
    }
    assert!(
        failed.is_empty(),
        "{} lives went wrong: {:?}",
        failed.len(),
        failed.iter().map(|it| it.0).collect::<Vec<_>>()
    );
}

#[test]
fn a_life_can_be_lived_again() {
    for seed in [3, 10] {
        let [one, other] = [live(seed), live(seed)].map(|mut story| {
            // What arrives at several places in the same instant has no order.
            story.messages.sort_by_key(|message| (message.at, message.place));
            story
        });
        assert_eq!(one.kills, other.kills);
        let differs = one.messages.iter().zip(&other.messages).find(|(one, other)| one != other);
        assert_eq!(differs, None, "life {seed} went another way");
        assert_eq!(one.messages.len(), other.messages.len());
    }
}

#[test]
fn it_may_die_at_every_wait_of_a_story_of_three_events() {
    let mut deaths = 0;
    for event in 0..3 {
        for polls in 0.. {
            let folder = tempfile::tempdir().expect("a folder");
            // In memory, and in every tenth of them on the disk.
            let seed = 1 + polls as u64;
            let (story, died) =
                timeless(async { Life::begin(seed, folder.path()).await.dies_within(event, polls).await });
            assert!(story.wrong.is_empty(), "event {event}, {polls} polls: {:#?}", story.wrong);
            if !died {
                break;
            }
            deaths += 1;
        }
    }
    println!("{deaths} deaths");
    assert!(deaths > 60, "{deaths}: there is much to wait for");
}
