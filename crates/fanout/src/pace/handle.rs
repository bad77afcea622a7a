//! The handle that lanes and replies share: it asks, waits on tokio's clock, and passes answers on.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, oneshot};
use tokio::time::Instant;

use crate::channel::{Learned, Sent};
use crate::destination::{Destination, Service};

use super::limits::Limits;
use super::pacer::{Class, Pacer, Ticket};
use super::status::PaceStatus;

/// The pace of everything that leaves. Clones share it.
#[derive(Clone, Debug)]
pub struct Pace(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    start: Instant,
    state: Mutex<State>,
    /// Whoever holds this watches the clock for all who wait.
    watch: tokio::sync::Mutex<()>,
    /// Tells that one to look again.
    sooner: Notify,
}

#[derive(Debug)]
struct State {
    pacer: Pacer,
    waiting: HashMap<Ticket, oneshot::Sender<Permit>>,
    /// When the one who watches will wake up.
    alarm: Option<Duration>,
}

/// The right to send one message now. Say what became of it with [`Permit::answered`]; one that is dropped counts as
/// a message that may have arrived.
#[derive(Debug)]
#[must_use = "a permit that is dropped at once has used up a turn"]
pub struct Permit {
    pace: Pace,
    ticket: Option<Ticket>,
}

impl Pace {
    /// Nothing has been sent yet.
    pub fn new(telegram: Limits, discord: Limits) -> Self {
        Self(Arc::new(Shared {
            start: Instant::now(),
            state: Mutex::new(State {
                pacer: Pacer::new(telegram, discord),
                waiting: HashMap::new(),
                alarm: None,
            }),
            watch: tokio::sync::Mutex::new(()),
            sooner: Notify::new(),
        }))
    }

    /// Waits for the turn of a message. Dropping the future gives the place in the queue up.
    pub async fn permit(&self, to: &Destination, class: Class) -> Permit {
        let (ticket, mut granted) = self.ask(to, class);
        let _place_in_queue = Asking { pace: self, to, class, ticket };
        self.pump();
        let watching = tokio::select! {
            biased;
            permit = &mut granted => match permit {
                Ok(permit) => return permit,
                // Cannot be: the sender lives in the state until it has sent.
                Err(_) => return Permit { pace: self.clone(), ticket: None },
            },
            watching = self.0.watch.lock() => watching,
        };
        loop {
            let alarm = self.set_alarm();
            let wake = async {
                match alarm {
                    Some(at) => tokio::time::sleep_until(self.instant(at)).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                permit = &mut granted => {
                    drop(watching);
                    return permit.unwrap_or_else(|_| Permit { pace: self.clone(), ticket: None });
                }
                () = self.0.sooner.notified() => {}
                () = wake => {}
            }
            self.pump();
        }
    }

    /// When a message could leave if nobody else wanted to send; `None` means at once. While that hangs on an answer
    /// that has not come, the time is a guess of a second.
    pub fn when(&self, to: &Destination, class: Class) -> Option<Instant> {
        let now = self.now();
        let at = self.state().pacer.ready_at(to, class, now).unwrap_or(now + Duration::from_secs(1));
        (at > now).then(|| self.instant(at))
    }

    /// Takes in what an answer said about the pace, where no permit was needed to get it. For others it is part of
    /// [`Permit::answered`].
    pub fn learned(&self, to: &Destination, learned: &Learned) {
        let now = self.now();
        self.state().pacer.learned(to, learned, now);
        self.pump();
    }

    /// A service is asked with another token from now on: where the old one was refused, one message tries it at once.
    pub fn renewed(&self, service: Service) {
        let now = self.now();
        self.state().pacer.renewed(service, now);
        self.pump();
        // Whoever watches the clock for the others may sleep until the old one would have been tried again.
        self.0.sooner.notify_one();
    }

    /// How it stands, for people.
    pub fn snapshot(&self) -> PaceStatus {
        let now = self.now();
        self.state().pacer.status(now)
    }

    fn ask(&self, to: &Destination, class: Class) -> (Ticket, oneshot::Receiver<Permit>) {
        let now = self.now();
        let (sender, receiver) = oneshot::channel();
        let mut state = self.state();
        let ticket = state.pacer.ask(to, class, now);
        state.waiting.insert(ticket, sender);
        (ticket, receiver)
    }

    /// Hands out every permit that is due.
    fn pump(&self) {
        let now = self.now();
        let mut granted = Vec::new();
        let mut state = self.state();
        while let Some(grant) = state.pacer.grant(now) {
            match state.waiting.remove(&grant.ticket) {
                Some(waiting) => granted.push((waiting, grant.ticket)),
                None => state.pacer.ended(grant.ticket, now),
            }
        }
        let next = state.pacer.next_grant(now);
        let sooner = next.is_some_and(|next| state.alarm.is_none_or(|alarm| next < alarm));
        drop(state);
        // A permit that nobody takes any more is dropped here, which locks the state again.
        for (waiting, ticket) in granted {
            let _ = waiting.send(Permit { pace: self.clone(), ticket: Some(ticket) });
        }
        if sooner {
            self.0.sooner.notify_one();
        }
    }

    fn set_alarm(&self) -> Option<Duration> {
        let now = self.now();
        let mut state = self.state();
        state.alarm = state.pacer.next_grant(now);
        state.alarm
    }

    fn now(&self) -> Duration {
        Instant::now().saturating_duration_since(self.0.start)
    }

    /// Far moments are a day away: whoever waits for one looks again then.
    fn instant(&self, at: Duration) -> Instant {
        let soon = self.now() + Duration::from_hours(24);
        self.0.start + at.min(soon)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Permit {
    /// Says what became of the message, and what the service said about the pace.
    pub fn answered(mut self, sent: &Sent) {
        if let Some(ticket) = self.ticket.take() {
            let now = self.pace.now();
            self.pace.state().pacer.answered(ticket, sent, now);
            self.pace.pump();
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket.take() {
            let now = self.pace.now();
            self.pace.state().pacer.ended(ticket, now);
            self.pace.pump();
        }
    }
}

/// A place in the queue, given up when dropped.
struct Asking<'a> {
    pace: &'a Pace,
    to: &'a Destination,
    class: Class,
    ticket: Ticket,
}

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        let mut state = self.pace.state();
        if state.waiting.remove(&self.ticket).is_some() {
            let now = self.pace.now();
            state.pacer.cancel(self.to, self.class, self.ticket, now);
        }
    }
}
