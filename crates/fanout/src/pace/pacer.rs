//! Who may send next. Pure: it is told the time, as a distance from a start of the caller's choice.

use std::time::Duration;

use super::desk::Desk;
use super::limits::Limits;
use super::place::Place;
use super::status::PaceStatus;
use crate::channel::{Learned, Sent};
use crate::destination::{Destination, Service};

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
