//! One service's part of the pace: which of its destinations may send next, and what its answers say about that.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap, HashMap, VecDeque};
use std::time::Duration;

use super::budget::Budget;
use super::entry::{Entry, RoundTrip, Said, State};
use super::guard::Guard;
use super::limits::Limits;
use super::pacer::{Class, Ticket};
use super::place::Place;
use super::status::{ServicePace, WaitingPlace};
use crate::channel::{Learned, Limit, Refusal, SendError, Sent};
use crate::destination::Service;

/// Where broadcasts wait too, at least one of so many messages is theirs.
const REPLIES_IN_A_ROW: u32 = 9;

/// So many waiting destinations are named in a status.
const NAMED: usize = 20;

/// A service in trouble is left alone for at least so long, whatever it says.
const LEAST_TROUBLE: Duration = Duration::from_secs(1);

/// And others are tried again after so long: a trouble it expects to last may be that of one message alone, which waits
/// as it was told.
const MOST_TROUBLE: Duration = Duration::from_mins(5);

/// Whoever tells us to wait longer is asked again after this.
const LONGEST_WAIT: Duration = Duration::from_hours(24);

/// One service.
#[derive(Debug)]
pub(super) struct Desk {
    pub(super) service: Service,
    pub(super) limits: Limits,
    pub(super) overall: Budget,
    pub(super) guard: Guard,
    pub(super) places: HashMap<Place, Entry>,
    pub(super) turns: [Turns; 2],
    pub(super) under_way: HashMap<Ticket, Leaving>,
    pub(super) round_trip: RoundTrip,
    pub(super) replies_in_a_row: u32,
    pub(super) refusals: u64,
    /// When to look whether a place may be forgotten.
    pub(super) forget: BinaryHeap<Reverse<(Duration, Place)>>,
}

/// A message that has left.
#[derive(Debug)]
pub(super) struct Leaving {
    pub(super) place: Place,
    pub(super) class: Class,
    pub(super) at: Duration,
}

/// The destinations that wait with one class of messages.
#[derive(Debug, Default)]
pub(super) struct Turns {
    pub(super) ready: VecDeque<Place>,
    pub(super) asleep: BTreeSet<(Duration, Place)>,
    pub(super) waiting: usize,
}

impl Class {
    pub(super) fn index(self) -> usize {
        match self {
            Self::Broadcast => 0,
            Self::Reply => 1,
        }
    }
}

impl Desk {
    pub(super) fn new(service: Service, limits: Limits) -> Self {
        Self {
            service,
            limits,
            overall: Budget::default(),
            guard: Guard::default(),
            places: HashMap::new(),
            turns: Default::default(),
            under_way: HashMap::new(),
            round_trip: RoundTrip::default(),
            replies_in_a_row: 0,
            refusals: 0,
            forget: BinaryHeap::new(),
        }
    }

    /// When the service as a whole takes one more.
    pub(super) fn ready_at(&self, class: Class, now: Duration) -> Option<Duration> {
        let allowed = self.guard.ready_at(class, self.under_way.len(), now)?;
        Some(allowed.max(self.overall.ready_at(&self.limits.overall, class, true, now)))
    }

    pub(super) fn grant(&mut self, now: Duration) -> Option<Ticket> {
        self.forget(now);
        self.wake(now);
        let replies_first = self.replies_in_a_row < REPLIES_IN_A_ROW;
        let order =
            if replies_first { [Class::Reply, Class::Broadcast] } else { [Class::Broadcast, Class::Reply] };
        order.into_iter().find_map(|class| {
            let ready = self.ready_at(class, now).is_some_and(|at| at <= now);
            ready.then(|| self.grant_one(class, now)).flatten()
        })
    }

    /// Gives the next turn of a class.
    pub(super) fn grant_one(&mut self, class: Class, now: Duration) -> Option<Ticket> {
        while let Some(place) = self.turns[class.index()].ready.pop_front() {
            let Some(entry) = self.places.get_mut(&place) else { continue };
            entry.state[class.index()] = State::Out;
            let ready = entry.ready_at(&place, &self.limits, class, now).is_some_and(|at| at <= now);
            let ticket = if ready { entry.waiting[class.index()].pop_front() } else { None };
            if let Some(ticket) = ticket {
                entry.budget.granted(place.windows(&self.limits), ticket, now);
                entry.under_way[class.index()] += 1;
                if let Some(said) = &mut entry.said {
                    said.left = said.left.saturating_sub(1);
                }
                self.overall.granted(&self.limits.overall, ticket, now);
                self.turns[class.index()].waiting -= 1;
                self.replies_in_a_row = match class {
                    Class::Broadcast => 0,
                    Class::Reply => self.replies_in_a_row.saturating_add(1),
                };
                self.under_way.insert(ticket, Leaving { place: place.clone(), class, at: now });
            }
            // Behind the others, for what it has left.
            self.place_turn(&place, class, now);
            if ticket.is_some() {
                return ticket;
            }
        }
        None
    }

    pub(super) fn next_grant(&self, now: Duration) -> Option<Duration> {
        let of_class = |class: Class| {
            let turns = &self.turns[class.index()];
            let service = if turns.waiting > 0 { self.ready_at(class, now) } else { None };
            let asleep = turns.asleep.first().map(|(at, _)| *at);
            let place = if turns.ready.is_empty() { asleep? } else { now };
            Some(service?.max(place))
        };
        [Class::Broadcast, Class::Reply].into_iter().filter_map(of_class).min()
    }

    /// Those whose time has come join the turns.
    pub(super) fn wake(&mut self, now: Duration) {
        for class in [Class::Broadcast, Class::Reply] {
            let turns = &mut self.turns[class.index()];
            while let Some((at, _)) = turns.asleep.first()
                && *at <= now
                && let Some((_, place)) = turns.asleep.pop_first()
            {
                if let Some(entry) = self.places.get_mut(&place) {
                    entry.state[class.index()] = State::Ready;
                }
                turns.ready.push_back(place);
            }
        }
    }

    /// Puts a destination where it belongs: in turn, asleep, or nowhere while it has nothing to send.
    pub(super) fn place_turn(&mut self, place: &Place, class: Class, now: Duration) {
        let Some(entry) = self.places.get_mut(place) else { return };
        let turns = &mut self.turns[class.index()];
        let ready = if entry.waiting[class.index()].is_empty() {
            None
        } else {
            entry.ready_at(place, &self.limits, class, now)
        };
        let state = match ready {
            None => State::Out,
            Some(at) if at <= now => State::Ready,
            Some(at) => State::Asleep(at),
        };
        let before = std::mem::replace(&mut entry.state[class.index()], state);
        match (before, state) {
            (State::Ready, State::Ready) => return,
            // It stays where it is; whoever takes it out looks again.
            (State::Ready, _) => {
                entry.state[class.index()] = State::Ready;
                return;
            }
            (State::Asleep(at), _) => {
                turns.asleep.remove(&(at, place.clone()));
            }
            (State::Out, _) => {}
        }
        match state {
            State::Out => {}
            State::Ready => turns.ready.push_back(place.clone()),
            State::Asleep(at) => {
                turns.asleep.insert((at, place.clone()));
            }
        }
    }

    /// A message is no longer under way.
    pub(super) fn end(
        &mut self,
        ticket: Ticket,
        now: Duration,
        learned: Option<&Learned>,
    ) -> Option<Leaving> {
        let leaving = self.under_way.remove(&ticket)?;
        let took = now.saturating_sub(leaving.at);
        let quickest = if learned.is_some() { self.round_trip.quickest(took) } else { Duration::ZERO };
        // The way there and back takes at least the quickest, for the one that follows too. A destination sees too
        // few messages to know it, and its windows are long.
        self.overall.arrived(ticket, now.saturating_sub(quickest));
        if let Some(entry) = self.places.get_mut(&leaving.place) {
            entry.budget.arrived(ticket, now);
            entry.under_way[leaving.class.index()] -= 1;
        }
        if let Some(learned) = learned {
            if learned.wait.is_none() {
                self.overall.calmed();
                self.places.entry(leaving.place.clone()).or_default().budget.calmed();
            }
            self.learn(&leaving.place, (Some(ticket), leaving.at), learned, now);
        }
        Some(leaving)
    }

    pub(super) fn learn(
        &mut self,
        place: &Place,
        left: (Option<Ticket>, Duration),
        learned: &Learned,
        now: Duration,
    ) {
        if let (Some(remaining), Some(reset_after)) = (learned.remaining, learned.reset_after) {
            let entry = self.places.entry(place.clone()).or_default();
            let under_way: u32 = entry.under_way.iter().sum();
            entry.said = Some(Said {
                left: remaining.saturating_sub(under_way),
                until: now + reset_after.min(LONGEST_WAIT),
            });
            entry.budget.clear();
        }
        let Some((limit, wait)) = learned.wait else { return };
        let wait = wait.min(LONGEST_WAIT);
        self.refusals += 1;
        if self.service == Service::Discord && limit != Limit::Nobodys {
            self.guard.count_invalid(now);
        }
        match limit {
            Limit::Nobodys => {
                self.overall.waits(wait.max(LEAST_TROUBLE), MOST_TROUBLE, now);
            }
            Limit::Service => self.overall.refused(&self.limits.overall, left, wait, now),
            Limit::Destination => {
                let entry = self.places.entry(place.clone()).or_default();
                if entry.said.is_some() {
                    entry.said = None;
                    entry.budget.hold(now + wait);
                } else {
                    entry.budget.refused(place.windows(&self.limits), left, wait, now);
                }
            }
        }
    }

    /// What an answer says about our right to send.
    pub(super) fn judge(&mut self, place: &Place, sent: &Sent, now: Duration) {
        let by_bot = !matches!(place, Place::Webhook(_));
        match &sent.result {
            Err(SendError::Unauthorized { .. }) => {
                self.count_invalid(now);
                if by_bot {
                    self.guard.token_refused(now);
                }
            }
            Err(SendError::Refused { refusal: Refusal::Blocked | Refusal::NoAccess, .. }) => {
                self.count_invalid(now);
            }
            Ok(_) if by_bot => self.guard.token_known(),
            _ => {}
        }
    }

    pub(super) fn count_invalid(&mut self, now: Duration) {
        if self.service == Service::Discord {
            self.guard.count_invalid(now);
        }
    }

    /// After something changed for a destination.
    pub(super) fn settle(&mut self, place: &Place, now: Duration) {
        self.place_turn(place, Class::Broadcast, now);
        self.place_turn(place, Class::Reply, now);
        self.remember_to_forget(place, now);
    }

    pub(super) fn remember_to_forget(&mut self, place: &Place, now: Duration) {
        if let Some(entry) = self.places.get(place)
            && entry.is_at_rest()
        {
            let at = entry.idle_at(place, &self.limits).max(now);
            self.forget.push(Reverse((at, place.clone())));
        }
    }

    /// Drops destinations of which there is nothing left to know.
    pub(super) fn forget(&mut self, now: Duration) {
        while let Some(Reverse((at, _))) = self.forget.peek()
            && *at <= now
            && let Some(Reverse((_, place))) = self.forget.pop()
        {
            let idle = self
                .places
                .get(&place)
                .is_some_and(|entry| entry.is_at_rest() && entry.idle_at(&place, &self.limits) <= now);
            if idle {
                self.places.remove(&place);
            }
        }
        if self.places.is_empty() && self.places.capacity() > 1_000 {
            self.places.shrink_to_fit();
        }
    }

    pub(super) fn status(&mut self, now: Duration) -> ServicePace {
        self.forget(now);
        let wait = |(place, entry): (&Place, &Entry)| {
            let wait = entry.budget.told_to_wait(now)?;
            Some(WaitingPlace { destination: place.destination(), wait })
        };
        let mut waiting: Vec<_> = self.places.iter().filter_map(wait).collect();
        waiting.sort_by(|one, other| (other.wait, &one.destination).cmp(&(one.wait, &other.destination)));
        waiting.truncate(NAMED);
        ServicePace {
            service: self.service,
            broadcasts_waiting: self.turns[Class::Broadcast.index()].waiting,
            replies_waiting: self.turns[Class::Reply.index()].waiting,
            under_way: self.under_way.len(),
            places: self.places.len(),
            overall: self.overall.windows(&self.limits.overall).to_vec(),
            told_to_wait: self.overall.told_to_wait(now),
            token_refused: self.guard.doubts_token(),
            invalid: self.guard.invalid(now),
            stopped: self.guard.ready_at(Class::Broadcast, 0, now).is_some_and(|at| at > now)
                && !self.guard.doubts_token(),
            refusals: self.refusals,
            waiting,
        }
    }
}
