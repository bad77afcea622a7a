//! Services that count strictly. What they take may differ from what they say.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use whimbrel_fanout::{Destination, Learned, Limit, Limits, SendError, Sent, Service, Window};

/// What a service really takes.
#[derive(Clone, Debug)]
pub(crate) struct Model {
    pub(crate) service: Service,
    pub(crate) overall: Vec<Window>,
    pub(crate) place: Vec<Window>,
    pub(crate) groups: bool,
    /// This destination answers so late, and tells to wait so long each time.
    pub(crate) trouble: Option<(Duration, Option<Duration>)>,
}

/// One service at work.
pub(crate) struct Counting {
    model: Model,
    overall: Log,
    places: HashMap<Destination, Log>,
    pub(crate) refusals: u64,
}

/// What one party sent.
#[derive(Default)]
struct Log {
    sent: VecDeque<Duration>,
    told: Duration,
}

impl Model {
    pub(crate) fn telegram(limits: &Limits, groups: bool) -> Self {
        let place = if groups { limits.group.clone() } else { limits.private.clone() };
        Self { service: Service::Telegram, overall: limits.overall.clone(), place, groups, trouble: None }
    }

    pub(crate) fn discord(overall: u32, place: Window) -> Self {
        let overall = vec![Window::new(overall, 1)];
        Self { service: Service::Discord, overall, place: vec![place], groups: true, trouble: None }
    }

    pub(crate) fn destination(&self, number: u32) -> Destination {
        let id = i64::from(number) + 1;
        match self.service {
            Service::Telegram => {
                Destination::Telegram { chat: if self.groups { -id } else { id }, topic: None }
            }
            Service::Discord => Destination::Discord { channel: u64::from(number) + 1 },
        }
    }
}

impl Counting {
    pub(crate) fn new(model: &Model) -> Self {
        Self { model: model.clone(), overall: Log::default(), places: HashMap::new(), refusals: 0 }
    }

    /// A message arrives.
    pub(crate) fn take(&mut self, to: &Destination, trouble: bool, now: Duration) -> Sent {
        if trouble && let Some((_, wait)) = self.model.trouble {
            return match wait {
                Some(wait) => refusal(Limit::Destination, wait),
                None => Sent {
                    result: Err(SendError::Retry { reason: "no answer".into() }),
                    learned: Learned::default(),
                },
            };
        }
        let discord = self.model.service == Service::Discord;
        let place = self.places.entry(to.clone()).or_default();
        let waits = [
            (
                Limit::Destination,
                if discord {
                    place.fixed(&self.model.place, now)
                } else {
                    place.wait(&self.model.place, now)
                },
            ),
            (Limit::Service, self.overall.wait(&self.model.overall, now)),
        ];
        for (limit, wait) in waits {
            let Some(wait) = wait else { continue };
            self.refusals += 1;
            let wait =
                if discord { wait } else { Duration::from_secs(wait.as_millis().div_ceil(1000) as u64) };
            match limit {
                Limit::Destination => place.told = now + wait,
                Limit::Service | Limit::Nobodys => self.overall.told = now + wait,
            }
            return refusal(limit, wait);
        }
        self.overall.count(&self.model.overall, now);
        if discord {
            return accepted(place.take_fixed(&self.model.place, now));
        }
        place.count(&self.model.place, now);
        accepted(Learned::default())
    }
}

impl Log {
    /// How long until one more fits; waits that were told hold.
    fn wait(&self, windows: &[Window], now: Duration) -> Option<Duration> {
        let leaves = |window: &Window| {
            let index = self.sent.len().checked_sub(window.messages as usize)?;
            (*self.sent.get(index)? + window.within).checked_sub(now)
        };
        let told = self.told.checked_sub(now);
        windows.iter().filter_map(leaves).chain(told).max().filter(|wait| !wait.is_zero())
    }

    fn count(&mut self, windows: &[Window], now: Duration) {
        let most = windows.iter().map(|window| window.messages as usize).max().unwrap_or(0);
        self.sent.push_back(now);
        while self.sent.len() > most {
            self.sent.pop_front();
        }
    }

    /// Windows that begin with the first message and are whole again at their end.
    fn fixed(&mut self, windows: &[Window], now: Duration) -> Option<Duration> {
        let window = windows.first()?;
        if self.sent.front().is_some_and(|first| *first + window.within <= now) {
            self.sent.clear();
        }
        let first = *self.sent.front()?;
        (self.sent.len() >= window.messages as usize).then(|| (first + window.within).saturating_sub(now))
    }

    fn take_fixed(&mut self, windows: &[Window], now: Duration) -> Learned {
        self.sent.push_back(now);
        let (Some(window), Some(first)) = (windows.first(), self.sent.front()) else {
            return Learned::default();
        };
        let remaining = window.messages - self.sent.len() as u32;
        Learned {
            remaining: Some(remaining),
            reset_after: Some((*first + window.within).saturating_sub(now)),
            wait: None,
        }
    }
}

fn accepted(learned: Learned) -> Sent {
    Sent { result: Ok("1".to_owned()), learned }
}

fn refusal(limit: Limit, wait: Duration) -> Sent {
    let learned = Learned { wait: Some((limit, wait)), ..Learned::default() };
    Sent { result: Err(SendError::Retry { reason: "too many requests".to_owned() }), learned }
}
