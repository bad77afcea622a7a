//! The program dies at any moment and begins anew on the same store: nothing is lost, nothing invented, the order
//! stays, and at most what was in flight is told again.

use std::collections::BTreeMap;
use std::future::Future as _;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use proptest::prelude::*;

use super::world::{Fault, World, chat};
use crate::Style;

/// What happens in a life.
#[derive(Clone, Debug)]
enum Step {
    /// So many new entries of each sort.
    News(usize, usize),
    /// Time passes.
    Pass(u64),
    Round,
    /// A round that dies after it was polled so often.
    Die(usize),
    Fault(i64, Fault),
    Pause(i64),
    Resume(i64),
    /// Another filter in the lane of a chat.
    More(i64),
}

const CHATS: i64 = 4;

fn step() -> impl Strategy<Value = Step> {
    let fault = prop_oneof![
        4 => Just(Fault::Fails),
        2 => Just(Fault::Lost),
        2 => (1..100u64).prop_map(Fault::Wait),
        1 => Just(Fault::Content(Style::Rich)),
        1 => Just(Fault::Slow(3)),
    ];
    prop_oneof![
        5 => (0..5usize, 0..3usize).prop_map(|(some, other)| Step::News(some, other)),
        4 => (1..30u64).prop_map(Step::Pass),
        4 => Just(Step::Round),
        6 => (0..40usize).prop_map(Step::Die),
        4 => (0..CHATS, fault).prop_map(|(chat, fault)| Step::Fault(chat, fault)),
        1 => (0..CHATS).prop_map(Step::Pause),
        1 => (0..CHATS).prop_map(Step::Resume),
        1 => (0..CHATS).prop_map(Step::More),
    ]
}

/// Polls a round so often, and drops it with everything in memory.
async fn die(world: &mut World, polls: usize) {
    let mut left = polls;
    {
        let fanout = world.fanout.clone();
        let now = world.now();
        let mut round = pin!(async move {
            fanout.match_new(now).await.unwrap();
            fanout.flush_due(now).await.unwrap();
        });
        std::future::poll_fn(|context| {
            if left == 0 {
                return Poll::Ready(());
            }
            left -= 1;
            round.as_mut().poll(context)
        })
        .await;
    }
    // What was handed to another thread comes to its end, as what was handed to the disk does.
    tokio::time::sleep(Duration::from_millis(1)).await;
    world.restart();
}

/// What must have been told at a chat: in order, each once.
#[derive(Default)]
struct Expected {
    events: Vec<String>,
    /// It wants the other sort too.
    more: bool,
}

async fn live(steps: Vec<Step>) -> Result<(), TestCaseError> {
    let mut world = World::new();
    let mut expected: BTreeMap<i64, Expected> = BTreeMap::new();
    for id in 0..CHATS {
        // Half of them want one sort, the others all.
        let filter = if id % 2 == 0 { "apple" } else { "" };
        world.subscribe(&chat(id), "instant", filter).await;
        expected.insert(id, Expected { events: Vec::new(), more: id % 2 == 1 });
    }
    let (mut count, mut in_flight) = (0, 0);
    for step in steps {
        match step {
            Step::News(apples, pears) => {
                let mut names = Vec::new();
                for n in 0..apples + pears {
                    count += 1;
                    names.push(format!("{}{count:04}", if n < apples { "apple" } else { "pear" }));
                }
                if names.is_empty() {
                    continue;
                }
                world.added(&names.iter().map(String::as_str).collect::<Vec<_>>());
                for chat in expected.values_mut() {
                    let wanted = names.iter().filter(|name| chat.more || name.starts_with("apple"));
                    chat.events.extend(wanted.cloned());
                }
            }
            Step::Pass(secs) => world.pass(secs).await,
            Step::Round => {
                world.round().await;
            }
            Step::Die(polls) => {
                die(&mut world, polls).await;
                in_flight += CHATS as usize;
            }
            Step::Fault(id, fault) => {
                // An answer that is lost makes a message in flight of one that arrived.
                in_flight += usize::from(matches!(fault, Fault::Lost));
                world.faults(&chat(id), &[fault]);
            }
            Step::Pause(id) => {
                world.fanout.pause(&chat(id), world.now()).await.unwrap();
            }
            Step::Resume(id) => {
                world.fanout.resume(&chat(id), world.now()).await.unwrap();
            }
            Step::More(id) => {
                let at = expected.get_mut(&id).unwrap();
                if !at.more {
                    at.more = true;
                    world.subscribe(&chat(id), "instant", "pear").await;
                }
            }
        }
    }
    for id in 0..CHATS {
        world.fanout.resume(&chat(id), world.now()).await.unwrap();
    }
    world.telegram.state().faults.clear();
    world.run(2 * 3600).await;
    for (id, chat_expected) in &expected {
        let texts = world.read(&chat(*id));
        let mut told: Vec<String> = Vec::new();
        for text in &texts {
            let text = text.trim_start_matches("plain ");
            let is_digest = text.starts_with("catch-up");
            let words = text.split(' ').filter(|word| word.starts_with("apple") || word.starts_with("pear"));
            let mut words: Vec<String> = words.map(str::to_owned).collect();
            if is_digest {
                // Within a digest the order is its own.
                words.sort_by_key(|word| word[word.len() - 4..].to_owned());
            }
            told.extend(words);
        }
        let mut first_times: Vec<String> = Vec::new();
        for name in &told {
            if !first_times.contains(name) {
                first_times.push(name.clone());
            }
        }
        prop_assert_eq!(&first_times, &chat_expected.events, "chat {}: {:?}", id, texts);
    }
    // The same message twice has the same nonce, and only what was in flight comes twice.
    let mut nonces: BTreeMap<(String, u64), Vec<String>> = BTreeMap::new();
    for message in &world.telegram.state().messages {
        nonces.entry((message.to.clone(), message.nonce)).or_default().push(message.text.clone());
    }
    let mut repeated = 0;
    for texts in nonces.values() {
        prop_assert!(texts.iter().all(|text| *text == texts[0]), "one nonce, several messages: {:?}", texts);
        repeated += texts.len() - 1;
    }
    prop_assert!(repeated <= in_flight, "{} repeated, {} in flight", repeated, in_flight);
    let status = world.fanout.status();
    prop_assert_eq!((status.waiting, status.retrying, status.dead_letters), (0, 0, 0));
    prop_assert_eq!(world.fanout.next_due(), None);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_lost_nothing_invented(steps in prop::collection::vec(step(), 1..40)) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(live(steps))?;
    }
}

/// Every poll of a flush of several messages is a moment to die at. Which poll lies between the service and us hangs on
/// how soon other threads are done, so all are tried again until one did.
#[tokio::test(start_paused = true)]
async fn it_may_die_at_every_step_of_a_flush() {
    let mut repeated = 0;
    for _ in 0..25 {
        for polls in 0..60 {
            let mut world = World::new();
            world.subscribe(&chat(1), "instant", "").await;
            world.added(&["a", "b", "c", "d", "e", "f", "g"]);
            world.fanout.match_new(world.now()).await.unwrap();
            world.pass(10).await;
            die(&mut world, polls).await;
            world.run(3600).await;
            let read = world.read(&chat(1));
            let mut once = read.clone();
            once.dedup();
            assert_eq!(once, ["a b c", "d e f", "g"], "after {polls} polls");
            assert!(read.len() <= 4, "after {polls} polls: {read:?}");
            repeated += read.len() - 3;
        }
        if repeated > 0 {
            return;
        }
    }
    panic!("it never died between the service and us");
}

/// A digest that was stated is told as it was stated, whatever is known by now.
#[tokio::test(start_paused = true)]
async fn a_stated_digest_stays_as_it_was() {
    let mut texts = Vec::new();
    for polls in [0, 3, 5, 7, 9, 11, 13, 1000] {
        let mut world = World::new();
        world.subscribe(&chat(1), "hourly", "").await;
        world.pass(60).await;
        world.added(&["a", "b"]);
        world.fanout.match_new(world.now()).await.unwrap();
        world.pass(3540).await;
        world.faults(&chat(1), &[Fault::Lost]);
        die(&mut world, polls).await;
        // It comes back hours later, and more has happened.
        world.added(&["c"]);
        world.pass(5 * 3600).await;
        world.restart();
        world.run(7200).await;
        let read = world.read(&chat(1));
        texts.push(read[0].clone());
        let all = read.join(" ");
        for name in ["a", "b", "c"] {
            assert!(all.split(' ').any(|word| word == name), "after {polls} polls: {read:?}");
        }
        let messages = world.telegram.state().messages.clone();
        let again = messages.iter().filter(|message| message.nonce == messages[0].nonce);
        assert!(again.clone().all(|message| message.text == messages[0].text));
    }
    texts.sort();
    texts.dedup();
    assert!(texts.len() <= 2, "{texts:?}");
}

#[tokio::test(start_paused = true)]
async fn a_death_repeats_eight_messages_at_most_however_many_chats_there_are() {
    const MANY: i64 = 40;
    let mut world = World::new();
    for id in 0..MANY {
        world.subscribe(&chat(id), "instant", "").await;
    }
    let mut most = 0;
    for polls in (1..60).step_by(3) {
        let name = format!("apple{polls:04}");
        world.added(&[name.as_str()]);
        world.pass(20).await;
        die(&mut world, polls).await;
        world.run(3600).await;
        let mut told = 0;
        for id in 0..MANY {
            let times = world.read(&chat(id)).iter().filter(|text| **text == name).count();
            assert!(times > 0, "{} was not told of {name}", chat(id));
            told += times;
        }
        let repeated = told - usize::try_from(MANY).unwrap();
        assert!(repeated <= 8, "{repeated} were told twice by a death after {polls} polls");
        most = most.max(repeated);
    }
    assert!(most > 0, "no death hit a message in flight");
}
