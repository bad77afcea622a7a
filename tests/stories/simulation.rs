//! Whole lives of the engine in virtual time: lists change and break, services count strictly, break and refuse, people
//! pause, block and move, the program is killed; a model that knows only the script says what each place must have
//! been told.
//!
//! Each life follows from its number alone. Many are tried by hand, and one that fails is lived again:
//!
//! ```text
//! WHIMBREL_LIVES=20000 cargo test --workspace --test stories every_life -- --nocapture
//! WHIMBREL_LIFE=4711 cargo test --workspace --test stories every_life -- --nocapture
//! ```

mod deaths;
mod life;
mod model;
mod town;

use std::collections::BTreeMap;
use std::time::Instant;

use rustix::thread::{CpuSet, sched_getcpu, sched_setaffinity};

use self::deaths::{Death, STEPS};
use self::life::{Life, Story};

/// How many lives are lived; `WHIMBREL_LIVES` says otherwise.
const LIVES: u64 = 300;

/// Tests they are shared among.
const SHARES: u64 = 6;

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

/// The store's thread and that of the engine take turns, and never work at the same time: on one core they do so three times
/// as fast as on two. Threads that this one starts stay there as well.
fn stays_on_its_core() {
    let mut core = CpuSet::new();
    core.set(sched_getcpu());
    // Where that is not permitted it only takes longer.
    let _ = sched_setaffinity(None, &core);
}

/// In a time of its own.
fn timeless<T>(life: impl Future<Output = T>) -> T {
    stays_on_its_core();
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

/// Lives one share of the lives, and says what went wrong in them.
fn live_share(share: u64) {
    let one = number("WHIMBREL_LIFE");
    let lives = number("WHIMBREL_LIVES").unwrap_or(LIVES);
    let seeds: Vec<u64> = match one {
        Some(seed) => (seed % SHARES == share).then_some(seed).into_iter().collect(),
        None => (share..lives).step_by(SHARES as usize).collect(),
    };
    let began = Instant::now();
    let (mut failed, mut messages, mut kills, mut events) = (Vec::new(), 0, 0, 0);
    for seed in &seeds {
        let story = live(*seed);
        if one.is_some() {
            story.messages.iter().for_each(|message| println!("{message:?}"));
        }
        messages += story.messages.len();
        kills += story.kills;
        events += story.events;
        if !story.wrong.is_empty() {
            let wrong = &story.wrong[..story.wrong.len().min(12)];
            println!("again: WHIMBREL_LIFE={seed}\n  {}", wrong.join("\n  "));
            failed.push(*seed);
        }
    }
    let count = seeds.len();
    println!("{count} lives in {:.1?}: {events} events, {messages} messages, {kills} kills", began.elapsed());
    assert!(messages > 20 * count || count == 0, "much was told");
    assert!(failed.is_empty(), "{} lives went wrong: {failed:?}", failed.len());
}

/// In shares, so that all cores live.
mod every_life_tells_each_event_once_in_order_within_all_limits {
    macro_rules! shares {
        ($($name:ident: $number:literal),*) => {
            $(#[test] fn $name() { super::live_share($number); })*
        };
    }
    shares!(first: 0, second: 1, third: 2, fourth: 3, fifth: 4, sixth: 5);
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
            let (story, died) = timeless(async {
                Life::begin(seed, folder.path()).await.dies_within(event, Death::Polls(polls)).await
            });
            assert!(story.wrong.is_empty(), "event {event}, {polls} polls: {:#?}", story.wrong);
            if died.is_none() {
                break;
            }
            deaths += 1;
        }
    }
    println!("{deaths} deaths");
    // What a thread has answered before it is asked for is no wait.
    assert!(deaths > 30, "{deaths}: there is much to wait for");
}

/// One of the three events, and all the places where the program may die on it: each step it makes until all is told.
fn dies_at_every_step(event: usize) {
    let mut deaths: BTreeMap<&str, usize> = BTreeMap::new();
    for power in [false, true] {
        for number in 0.. {
            let folder = tempfile::tempdir().expect("a folder");
            let death = Death::Step { number, power };
            let (story, died) =
                timeless(async { Life::begin(1, folder.path()).await.dies_within(event, death).await });
            assert!(story.wrong.is_empty(), "event {event}, {died:?}, {death:?}: {:#?}", story.wrong);
            let Some(step) = died else { break };
            *deaths.entry(step).or_default() += 1;
        }
    }
    println!("event {event}: {} deaths, {deaths:?}", deaths.values().sum::<usize>());
    for step in STEPS {
        assert!(deaths.get(step).is_some_and(|count| *count >= 4), "{step} in {deaths:?}");
    }
}

mod it_may_die_at_every_step_of_the_store_and_of_messages_on {
    #[test]
    fn the_first_of_three_events() {
        super::dies_at_every_step(0);
    }

    #[test]
    fn the_second() {
        super::dies_at_every_step(1);
    }

    #[test]
    fn the_last() {
        super::dies_at_every_step(2);
    }
}
