//! One broadcast, event by event.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};
use std::time::Duration;

use whimbrel_fanout::pace::{Class, Pacer, Ticket};
use whimbrel_fanout::{Limits, Sent, Service, Window};

use super::service::{Counting, Model};

/// What is to be sent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plan {
    pub(crate) places: u32,
    pub(crate) each: u32,
    /// Replies a second, to people who are not part of the broadcast.
    pub(crate) replies: u32,
    /// Every message takes as long as the other, so that two runs can be compared.
    pub(crate) even: bool,
}

/// What came of it.
#[derive(Debug)]
pub(crate) struct Run {
    /// From the beginning to the arrival of the last message of the broadcast (without the one in trouble).
    pub(crate) took: Duration,
    pub(crate) delivered: u64,
    /// When each message of the broadcast arrived.
    pub(crate) arrivals: Vec<Duration>,
    pub(crate) refusals: u64,
    /// How long each reply waited for its permit, shortest first.
    pub(crate) reply_waits: Vec<Duration>,
    /// Destinations still remembered an hour later.
    pub(crate) remembered: usize,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Person(u32),
    Look,
    Arrives(Ticket),
    Answer(Ticket),
    Again(u32),
}

/// On the way: which destination, class, when it was asked for.
struct Wish {
    number: u32,
    class: Class,
    asked: Duration,
    sent: Option<Sent>,
}

/// People who ask have numbers from here on.
const PEOPLE: u32 = 1_000_000;

pub(crate) fn simulate(model: &Model, plan: &Plan) -> Run {
    let mut pacer = Pacer::new(Limits::telegram(), Limits::discord());
    let mut service = Counting::new(model);
    let mut wishes: HashMap<Ticket, Wish> = HashMap::new();
    let mut left: Vec<u32> = vec![plan.each; plan.places as usize];
    let mut events: BinaryHeap<Reverse<(Duration, Event)>> = BinaryHeap::new();
    let mut run = Run {
        took: Duration::ZERO,
        delivered: 0,
        arrivals: Vec::new(),
        refusals: 0,
        reply_waits: Vec::new(),
        remembered: 0,
    };
    let mut unfinished = plan.places - u32::from(model.trouble.is_some());
    let mut dice = Dice(7);
    let way = |dice: &mut Dice| Duration::from_millis(20 + if plan.even { 10 } else { dice.below(20) });
    for number in 0..plan.places {
        events.push(Reverse((Duration::ZERO, Event::Again(number))));
    }
    if plan.replies > 0 {
        events.push(Reverse((Duration::from_millis(50), Event::Person(PEOPLE))));
    }
    let trouble = |number: u32| model.trouble.is_some() && number == 0;
    let mut look = None;
    let mut now = Duration::ZERO;
    while let Some(Reverse((at, event))) = events.pop() {
        now = at;
        if unfinished == 0 {
            break;
        }
        match event {
            Event::Look => look = None,
            Event::Again(number) => {
                let ticket = pacer.ask(&model.destination(number), Class::Broadcast, now);
                wishes.insert(ticket, Wish { number, class: Class::Broadcast, asked: now, sent: None });
            }
            Event::Person(number) => {
                let ticket = pacer.ask(&model.destination(number), Class::Reply, now);
                wishes.insert(ticket, Wish { number, class: Class::Reply, asked: now, sent: None });
                let gap = Duration::from_millis(dice.below(2_000 / u64::from(plan.replies)));
                events.push(Reverse((now + gap, Event::Person(PEOPLE + (number + 1 - PEOPLE) % 500))));
            }
            Event::Arrives(ticket) => {
                let wish = wishes.get_mut(&ticket).expect("it left");
                let sent = service.take(&model.destination(wish.number), trouble(wish.number), now);
                if sent.result.is_ok() && wish.class == Class::Broadcast {
                    run.delivered += 1;
                    run.took = now;
                    run.arrivals.push(now);
                }
                let late = match model.trouble {
                    Some((late, _)) if trouble(wish.number) => late,
                    _ => Duration::ZERO,
                };
                wish.sent = Some(sent);
                let back = way(&mut dice) + late;
                events.push(Reverse((now + back, Event::Answer(ticket))));
            }
            Event::Answer(ticket) => {
                let wish = wishes.remove(&ticket).expect("it arrived");
                let sent = wish.sent.expect("it was answered");
                pacer.answered(ticket, &sent, now);
                if wish.class == Class::Broadcast {
                    let left = &mut left[wish.number as usize];
                    *left -= u32::from(sent.result.is_ok());
                    if *left > 0 {
                        events.push(Reverse((now, Event::Again(wish.number))));
                    } else {
                        unfinished -= 1;
                    }
                }
            }
        }
        while let Some(grant) = pacer.grant(now) {
            let wish = &wishes[&grant.ticket];
            if wish.class == Class::Reply {
                run.reply_waits.push(now.saturating_sub(wish.asked));
            }
            let there = way(&mut dice);
            events.push(Reverse((now + there, Event::Arrives(grant.ticket))));
        }
        if let Some(next) = pacer.next_grant(now)
            && look.is_none_or(|look| next < look)
        {
            assert!(next >= now);
            look = Some(next);
            events.push(Reverse((next, Event::Look)));
        }
    }
    let hour = Duration::from_hours(1);
    run.remembered = pacer.status(now + hour).services.iter().map(|service| service.places).sum();
    run.refusals = service.refusals;
    run.reply_waits.sort_unstable();
    run
}

/// How long it takes at least: for one destination, and for all of them together. Sending as early as every window
/// allows is the best there is for one party alone.
pub(crate) fn permitted(model: &Model, places: u32, each: u32) -> Duration {
    let one = match (model.service, model.place.first()) {
        (Service::Discord, Some(window)) => window.within * ((each - 1) / window.messages),
        _ => earliest(&model.place, each),
    };
    one.max(earliest(&model.overall, places * each))
}

/// When the last of so many messages can arrive.
fn earliest(windows: &[Window], messages: u32) -> Duration {
    let mut sent: VecDeque<Duration> = VecDeque::new();
    let most = windows.iter().map(|window| window.messages as usize).max().unwrap_or(1);
    let mut now = Duration::ZERO;
    for _ in 0..messages {
        for window in windows {
            let index = sent.len().checked_sub(window.messages as usize);
            if let Some(leaves) = index.and_then(|index| sent.get(index)) {
                now = now.max(*leaves + window.within);
            }
        }
        sent.push_back(now);
        if sent.len() > most {
            sent.pop_front();
        }
    }
    now
}

/// The same numbers at every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end.max(1)
    }
}
