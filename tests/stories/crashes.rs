//! The program is killed again and again while it tells the news: nothing is lost, nothing is made up, and hardly
//! anything is told twice.
//!
//! `WHIMBREL_KILLS=5000 WHIMBREL_CRASH_SEED=7 cargo nextest run -p whimbrel-world crashes` kills it more often, at other
//! moments.

mod model;
mod moments;
mod places;
mod soak;
mod verdict;

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use whimbrel_world::{Process, World, discord, eventually, telegram};

use self::model::List;
use self::moments::{Dice, Moment, Phase};
use self::places::Street;
use self::verdict::{Tally, verdict};

/// How often it is killed; `WHIMBREL_KILLS` says otherwise.
const KILLS: usize = 200;

/// Where the dice begin; `WHIMBREL_CRASH_SEED` says otherwise.
const SEED: u64 = 20_261_120;

/// The most messages one kill may have told twice, where the service does not know them again.
const REPEATED: usize = 8;

/// What is not told after this long is lost. A chat that said again and again that it is told too much is told less and
/// less often, up to once a minute.
const PATIENCE: Duration = Duration::from_mins(3);

const RUN: [&str; 5] = ["run", "--config", "whimbrel.toml", "--log-format", "json"];

/// A number of the environment, or the usual one.
fn number(variable: &str, usual: u64) -> u64 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// Says how to run a story that fails once more.
struct Again {
    kills: usize,
    seed: u64,
}

impl Drop for Again {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("again: WHIMBREL_KILLS={} WHIMBREL_CRASH_SEED={}", self.kills, self.seed);
        }
    }
}

/// A program that tells the news of a list to a street, and the list.
struct Tale {
    world: World,
    street: Street,
    list: List,
    dice: Dice,
    /// Entries that were there before anybody asked.
    silent: usize,
}

impl Tale {
    /// Everything is set up and every place subscribed; nothing was told yet.
    async fn begin(seed: u64, more: &str) -> Self {
        Self::begin_in(World::new(), seed, more).await
    }

    /// The same in a world in which something is followed already.
    async fn begin_in(mut world: World, seed: u64, more: &str) -> Self {
        let mut dice = Dice::new(seed);
        let (street, mut list) = (Street::build(), List::default());
        for _ in 0..10 {
            list.grow(&mut dice);
        }
        let silent = list.len();
        world.write("birds.md", list.text());
        world.configure(
            "[watch]\ninterval_min = \"1s\"\ninterval_max = \"1s\"\nsecond_read = \"0s\"\n\
             [watch.rules]\nsettle_added_secs = 0\nsettle_removed_secs = 0",
        );
        world.configure(more);
        world.configure(&street.configuration());
        world.follow("birds", "birds.md");
        world.start().await;
        world.is_ready().await;
        let places = street.places.len();
        let tale = Self { world, street, list, dice, silent };
        eventually("every place is subscribed", || async { (tale.lanes()["lanes"] == places).then_some(()) })
            .await;
        tale
    }

    /// What the program says of its lanes.
    fn lanes(&self) -> serde_json::Value {
        let output = self.world.run(&["lanes", "--config", "whimbrel.toml", "--format", "json"]);
        if output.code == Some(0) { output.json() } else { serde_json::Value::Null }
    }

    /// Somebody saves the list with a few more entries.
    fn edit(&mut self) {
        self.list.grow(&mut self.dice);
        self.world.write("birds.md", self.list.text());
    }

    /// Waits until the last entry that was added is known to the program.
    async fn is_recorded(&self) {
        self.world.hears(&model::name(self.list.len() - 1)).await;
    }

    /// Who has not heard of what they want to hear of.
    fn untold(&self) -> Vec<String> {
        let arrived = self.street.arrived();
        let places = self.street.places.iter().zip(&arrived);
        places
            .filter_map(|(place, arrived)| {
                let owed = self.list.owed(place.taste, self.silent);
                let told: BTreeSet<u32> = arrived.iter().flat_map(|message| message.names.clone()).collect();
                let missing: Vec<u32> = owed.into_iter().filter(|name| !told.contains(name)).collect();
                (!missing.is_empty()).then(|| format!("{} has not heard of {missing:?}", place.to))
            })
            .collect()
    }

    /// Waits until everybody has heard of everything.
    async fn is_all_told(&self) {
        let began = Instant::now();
        while !self.untold().is_empty() {
            let in_time = began.elapsed() < PATIENCE;
            assert!(in_time, "{:#?} while the program says {:#}", self.untold(), self.lanes());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until nothing waits in the program.
    async fn is_quiet(&self) {
        eventually("nothing waits", || async { (self.lanes()["waiting"] == 0).then_some(()) }).await;
    }

    /// Stops the program and compares what arrived with what ought to have; it was killed at these moments.
    async fn ends(&mut self, killed: &[DateTime<Utc>]) -> Tally {
        self.world.stop().await;
        self.street.telegram.expects_no_violations();
        self.street.discord.expects_no_violations();
        let seq = |event: &serde_json::Value| {
            let name = (event["kind"] == "added").then(|| event["name"].as_str())??;
            Some((name.to_owned(), event["seq"].as_u64()?))
        };
        let journal: BTreeMap<String, u64> = self.world.journal().iter().filter_map(seq).collect();
        verdict(&self.street, &self.list, self.silent, &journal, killed)
    }

    /// Saves the list, kills the program at this moment, and starts it again. Hands back when it was killed.
    async fn killed(&mut self, moment: Moment) -> DateTime<Utc> {
        let before = self.street.count();
        if moment.phase == Phase::Starting {
            // It was killed a moment ago, and is once more before it has come far.
            self.world.kill();
            self.edit();
            let process: Process = self.world.launch(&RUN);
            tokio::time::sleep(moment.after).await;
            process.kill();
        } else {
            self.edit();
            match moment.phase {
                Phase::Starting | Phase::Written => {}
                Phase::Recorded => self.world.logs("\"message\":\"recorded ").await,
                Phase::Sending => {
                    let street = &self.street;
                    eventually("a message", || async { (street.count() > before).then_some(()) }).await;
                }
                Phase::Sent => self.world.logs("\"message\":\"sent ").await,
                Phase::Quiet => self.is_all_told().await,
            }
            tokio::time::sleep(moment.after).await;
            self.world.kill();
        }
        let at = Utc::now();
        self.world.start().await;
        at
    }
}

#[tokio::test]
async fn kills_lose_nothing_and_repeat_hardly_anything() {
    let kills = usize::try_from(number("WHIMBREL_KILLS", KILLS as u64)).expect("a number of kills");
    let again = Again { kills, seed: number("WHIMBREL_CRASH_SEED", SEED) };
    // Whatever waits is told one by one, so that every entry can be counted.
    let mut tale = Tale::begin(again.seed, "[fanout]\nsettle = \"0s\"\ncatch_up_above = 1000000").await;
    // A program that is killed every second forgets how much it has sent; what services take is another story.
    tale.street.telegram.limits(|limits| *limits = telegram::Limits::none());
    tale.street.discord.limits(|limits| *limits = discord::Limits::none());

    let started = Instant::now();
    let (mut killed, mut phases) = (Vec::new(), BTreeMap::new());
    for _ in 0..kills {
        let moment = tale.dice.moment();
        *phases.entry(moment.phase).or_insert(0) += 1;
        killed.push(tale.killed(moment).await);
    }
    let took = started.elapsed();
    tale.is_all_told().await;
    tale.is_quiet().await;
    let tally = tale.ends(&killed).await;
    println!("{kills} kills in {took:?}, {phases:?}: {tally}");
    assert!(tally.wrong.is_empty(), "{tally}: {:#?}", tally.wrong);
    assert!(tally.most_repeated() <= REPEATED, "{tally}: {:?}", tally.repeated);
}

#[tokio::test]
async fn an_outage_of_both_services_ends_with_everything_told_at_the_pace_they_allow() {
    let again = Again { kills: 0, seed: number("WHIMBREL_CRASH_SEED", SEED) };
    let mut tale = Tale::begin(again.seed, "[fanout]\nsettle = \"0s\"").await;
    tale.street.telegram.fails(telegram::Fault::InternalError);
    tale.street.discord.fails(discord::Fault::Status(500));
    for _ in 0..5 {
        tale.edit();
        tale.is_recorded().await;
    }
    eventually("both services are left alone", || async {
        (tale.lanes()["resting"].as_array()?.len() == 2).then_some(())
    })
    .await;
    let status = tale.world.page("/status.json").await;
    for service in ["telegram", "discord"] {
        assert!(status.contains(&format!("nothing is sent to {service} for now")), "{status}");
    }
    // From bad to worse: nobody answers at all.
    tale.street.telegram.stop().await;
    tale.street.discord.stop().await;
    for _ in 0..5 {
        tale.edit();
        tale.is_recorded().await;
    }
    assert!(tale.street.arrived().iter().all(Vec::is_empty));

    tale.street.telegram.heals();
    tale.street.discord.heals();
    tale.street.telegram.start_again();
    tale.street.discord.start_again();
    tale.is_all_told().await;
    tale.is_quiet().await;
    let tally = tale.ends(&[]).await;
    assert!(tally.wrong.is_empty() && tally.repeated.is_empty(), "{tally}: {:#?}", tally.wrong);
    assert!(tally.messages <= 3 * tale.street.places.len(), "what waited was merged: {tally}");
    assert_eq!(tale.street.telegram.journal().limited(), 0);
    assert_eq!(tale.street.discord.journal().refused(), 0);
}
