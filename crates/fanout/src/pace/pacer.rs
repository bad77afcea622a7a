//! Who may send next. Pure: it is told the time, as a distance from a start of the caller's choice.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap, HashMap, VecDeque};
use std::time::Duration;

use crate::channel::{Learned, Limit, Refusal, SendError, Sent};
use crate::destination::{Destination, Service};

use super::budget::Budget;
use super::guard::Guard;
use super::limits::Limits;
use super::place::Place;
use super::status::{PaceStatus, ServicePace, WaitingPlace};

/// Where broadcasts wait too, at least one of so many messages is theirs.
const REPLIES_IN_A_ROW: u32 = 9;

/// So many waiting destinations are named in a status.
const NAMED: usize = 20;

/// Round trips are compared with the shortest of this many or twice as many before.
const ROUND_TRIPS: u32 = 256;

/// Whoever tells us to wait longer is asked again after this.
const LONGEST_WAIT: Duration = Duration::from_hours(24);

/// What kind of message it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Class {
    /// News.
    Broadcast,
    /// An answer to somebody who is waiting for it.
    Reply,
}

/// One wish to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ticket(u64);

/// A wish whose turn has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Which one.
    pub ticket: Ticket,
}

/// Decides whose turn it is. Every wish is asked for ([`Pacer::ask`]), granted ([`Pacer::grant`]) and ended
/// ([`Pacer::answered`] or [`Pacer::ended`]).
#[derive(Debug)]
pub struct Pacer {
    desks: [Desk; 2],
    tickets: u64,
}

/// One service.
#[derive(Debug)]
struct Desk {
    service: Service,
    limits: Limits,
    overall: Budget,
    guard: Guard,
    places: HashMap<Place, Entry>,
    turns: [Turns; 2],
    under_way: HashMap<Ticket, Leaving>,
    round_trip: RoundTrip,
    replies_in_a_row: u32,
    refusals: u64,
    /// When to look whether a place may be forgotten.
    forget: BinaryHeap<Reverse<(Duration, Place)>>,
}

/// A message that has left.
#[derive(Debug)]
struct Leaving {
    place: Place,
    class: Class,
    at: Duration,
}

/// A destination in use.
#[derive(Debug, Default)]
struct Entry {
    budget: Budget,
    said: Option<Said>,
    waiting: [VecDeque<Ticket>; 2],
    state: [State; 2],
    under_way: [u32; 2],
}

/// What a destination says of itself: so many more until then.
#[derive(Clone, Copy, Debug)]
struct Said {
    left: u32,
    until: Duration,
}

/// Where a destination stands with one class of messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Out,
    Ready,
    Asleep(Duration),
}

/// The destinations that wait with one class of messages.
#[derive(Debug, Default)]
struct Turns {
    ready: VecDeque<Place>,
    asleep: BTreeSet<(Duration, Place)>,
    waiting: usize,
}

/// The shortest way there and back, of late.
#[derive(Debug, Default)]
struct RoundTrip {
    this: Option<Duration>,
    before: Option<Duration>,
    count: u32,
}

impl Pacer {
    /// Nothing waits yet.
    pub fn new(telegram: Limits, discord: Limits) -> Self {
        Self {
            desks: [Desk::new(Service::Telegram, telegram), Desk::new(Service::Discord, discord)],
            tickets: 0,
        }
    }

    /// Somebody wants to send.
    pub fn ask(&mut self, to: &Destination, class: Class, now: Duration) -> Ticket {
        self.tickets += 1;
        let ticket = Ticket(self.tickets);
        let place = Place::of(to);
        let desk = self.desk(place.service());
        desk.places.entry(place.clone()).or_default().waiting[class.index()].push_back(ticket);
        desk.turns[class.index()].waiting += 1;
        desk.place_turn(&place, class, now);
        ticket
    }

    /// Nobody waits for this any more.
    pub fn cancel(&mut self, to: &Destination, class: Class, ticket: Ticket, now: Duration) {
        let place = Place::of(to);
        let desk = self.desk(place.service());
        let Some(entry) = desk.places.get_mut(&place) else { return };
        let queue = &mut entry.waiting[class.index()];
        let Some(index) = queue.iter().position(|other| *other == ticket) else { return };
        queue.remove(index);
        desk.turns[class.index()].waiting -= 1;
        desk.place_turn(&place, class, now);
        desk.remember_to_forget(&place, now);
    }

    /// The next wish that may be fulfilled now.
    pub fn grant(&mut self, now: Duration) -> Option<Grant> {
        self.desks.iter_mut().find_map(|desk| desk.grant(now)).map(|ticket| Grant { ticket })
    }

    /// When to ask for the next grant, if no answer comes before.
    pub fn next_grant(&self, now: Duration) -> Option<Duration> {
        self.desks.iter().filter_map(|desk| desk.next_grant(now)).min()
    }

    /// When something could leave, if nobody else wanted to send; `None` while that hangs on an answer.
    pub fn ready_at(&self, to: &Destination, class: Class, now: Duration) -> Option<Duration> {
        let place = Place::of(to);
        let desk = &self.desks[index(place.service())];
        let own = match desk.places.get(&place) {
            Some(entry) => entry.ready_at(&place, &desk.limits, class, now)?,
            None => now,
        };
        Some(own.max(desk.ready_at(class, now)?))
    }

    /// What became of a message.
    pub fn answered(&mut self, ticket: Ticket, sent: &Sent, now: Duration) {
        let Some(desk) = self.desks.iter_mut().find(|desk| desk.under_way.contains_key(&ticket)) else {
            return;
        };
        let Some(leaving) = desk.end(ticket, now, Some(&sent.learned)) else { return };
        desk.judge(&leaving.place, sent, now);
        desk.settle(&leaving.place, now);
    }

    /// A message was given up, or nobody knows what became of it.
    pub fn ended(&mut self, ticket: Ticket, now: Duration) {
        let Some(desk) = self.desks.iter_mut().find(|desk| desk.under_way.contains_key(&ticket)) else {
            return;
        };
        if let Some(leaving) = desk.end(ticket, now, None) {
            desk.settle(&leaving.place, now);
        }
    }

    /// An answer to something that had no ticket says this.
    pub fn learned(&mut self, to: &Destination, learned: &Learned, now: Duration) {
        let place = Place::of(to);
        let desk = self.desk(place.service());
        desk.learn(&place, (None, now), learned, now);
        desk.settle(&place, now);
    }

    /// A service is asked with another token from now on.
    pub fn renewed(&mut self, service: Service, now: Duration) {
        self.desks[index(service)].guard.token_renewed(now);
    }

    /// How it stands.
    pub fn status(&mut self, now: Duration) -> PaceStatus {
        PaceStatus { services: self.desks.iter_mut().map(|desk| desk.status(now)).collect() }
    }

    fn desk(&mut self, service: Service) -> &mut Desk {
        &mut self.desks[index(service)]
    }
}

fn index(service: Service) -> usize {
    match service {
        Service::Telegram => 0,
        Service::Discord => 1,
    }
}

impl Class {
    fn index(self) -> usize {
        match self {
            Self::Broadcast => 0,
            Self::Reply => 1,
        }
    }
}

impl Desk {
    fn new(service: Service, limits: Limits) -> Self {
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
    fn ready_at(&self, class: Class, now: Duration) -> Option<Duration> {
        let allowed = self.guard.ready_at(class, self.under_way.len(), now)?;
        Some(allowed.max(self.overall.ready_at(&self.limits.overall, class, true, now)))
    }

    fn grant(&mut self, now: Duration) -> Option<Ticket> {
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
    fn grant_one(&mut self, class: Class, now: Duration) -> Option<Ticket> {
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

    fn next_grant(&self, now: Duration) -> Option<Duration> {
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
    fn wake(&mut self, now: Duration) {
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
    fn place_turn(&mut self, place: &Place, class: Class, now: Duration) {
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
    fn end(&mut self, ticket: Ticket, now: Duration, learned: Option<&Learned>) -> Option<Leaving> {
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

    fn learn(&mut self, place: &Place, left: (Option<Ticket>, Duration), learned: &Learned, now: Duration) {
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
        if self.service == Service::Discord {
            self.guard.count_invalid(now);
        }
        match limit {
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
    fn judge(&mut self, place: &Place, sent: &Sent, now: Duration) {
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

    fn count_invalid(&mut self, now: Duration) {
        if self.service == Service::Discord {
            self.guard.count_invalid(now);
        }
    }

    /// After something changed for a destination.
    fn settle(&mut self, place: &Place, now: Duration) {
        self.place_turn(place, Class::Broadcast, now);
        self.place_turn(place, Class::Reply, now);
        self.remember_to_forget(place, now);
    }

    fn remember_to_forget(&mut self, place: &Place, now: Duration) {
        if let Some(entry) = self.places.get(place)
            && entry.is_at_rest()
        {
            let at = entry.idle_at(place, &self.limits).max(now);
            self.forget.push(Reverse((at, place.clone())));
        }
    }

    /// Drops destinations of which there is nothing left to know.
    fn forget(&mut self, now: Duration) {
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

    fn status(&mut self, now: Duration) -> ServicePace {
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

impl Entry {
    /// When it takes one more; `None` while that hangs on an answer. Broadcasts go one by one, so that they arrive
    /// in order and each answer can speak before the next.
    fn ready_at(&self, place: &Place, limits: &Limits, class: Class, now: Duration) -> Option<Duration> {
        if class == Class::Broadcast && self.under_way[class.index()] > 0 {
            return None;
        }
        let windows = self.budget.ready_at(place.windows(limits), class, false, now);
        match self.said {
            Some(said) if said.until > now && said.left == 0 => {
                Some(self.budget.ready_at(&[], class, false, said.until))
            }
            Some(said) if said.until > now => Some(self.budget.ready_at(&[], class, false, now)),
            // What it said has run out: one message goes ahead and asks anew.
            Some(_) if self.under_way.iter().any(|under_way| *under_way > 0) => None,
            _ => Some(windows),
        }
    }

    fn is_at_rest(&self) -> bool {
        self.waiting.iter().all(VecDeque::is_empty) && self.under_way == [0, 0]
    }

    fn idle_at(&self, place: &Place, limits: &Limits) -> Duration {
        let said = self.said.map_or(Duration::ZERO, |said| said.until);
        self.budget.idle_at(place.windows(limits)).max(said)
    }
}

impl RoundTrip {
    /// The shortest, this one included.
    fn quickest(&mut self, took: Duration) -> Duration {
        self.count += 1;
        if self.count > ROUND_TRIPS {
            (self.before, self.this, self.count) = (self.this, None, 1);
        }
        let this = self.this.map_or(took, |this| this.min(took));
        self.this = Some(this);
        self.before.map_or(this, |before| this.min(before))
    }
}
