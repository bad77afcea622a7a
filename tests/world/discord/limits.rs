//! Limits: a bucket for each route and place, one for the bot over all routes, and one for requests that were wrong.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

/// How much is allowed; the service's own numbers unless the story sets others.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Requests a second of the bot over all routes.
    pub global: u32,
    /// Messages of a channel: so many in so long.
    pub messages: (u32, Duration),
    /// Changes of messages of a channel.
    pub edits: (u32, Duration),
    /// Messages by a webhook.
    pub webhooks: (u32, Duration),
    /// Every other route.
    pub other: (u32, Duration),
    /// Requests within ten minutes that may be answered with 401, 403 or 429.
    pub invalid: u32,
    /// Commands that may be made in a guild, or for everybody, in a day.
    pub commands_a_day: u32,
    /// How long a nonce is remembered.
    pub nonce: Duration,
    /// Sessions a bot may begin in five seconds.
    pub identifies: u32,
    /// Sessions a bot may begin in a day.
    pub sessions: u32,
    /// What a gateway takes from a connection in a minute.
    pub sends: u32,
}

impl Default for Limits {
    fn default() -> Self {
        let five = Duration::from_secs(5);
        Self {
            global: 50,
            messages: (5, five),
            edits: (5, five),
            webhooks: (5, Duration::from_secs(2)),
            other: (10, Duration::from_secs(10)),
            invalid: 10_000,
            commands_a_day: 200,
            nonce: Duration::from_mins(3),
            identifies: 1,
            sessions: 1_000,
            sends: 120,
        }
    }
}

impl Limits {
    /// Nothing is limited: for measuring everything else.
    pub fn none() -> Self {
        let much = (u32::MAX, Duration::from_secs(1));
        Self {
            global: u32::MAX,
            messages: much,
            edits: much,
            webhooks: much,
            other: much,
            invalid: u32::MAX,
            commands_a_day: u32::MAX,
            identifies: u32::MAX,
            ..Self::default()
        }
    }
}

/// Which limit a route has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Rate {
    Messages,
    Edits,
    Webhooks,
    Other,
    /// Outside the bot's limit over all routes, and without one of its own.
    Free,
}

impl Rate {
    fn of(self, limits: &Limits) -> (u32, Duration) {
        match self {
            Self::Messages => limits.messages,
            Self::Edits => limits.edits,
            Self::Webhooks => limits.webhooks,
            Self::Other | Self::Free => limits.other,
        }
    }
}

/// A bucket as an answer tells it.
#[derive(Clone, Debug)]
pub(super) struct Told {
    pub(super) limit: u32,
    pub(super) remaining: u32,
    pub(super) reset: DateTime<Utc>,
    pub(super) bucket: String,
}

/// The bucket something was taken from, if the route has one; or the limit that was hit.
pub(super) type Taken = Result<Option<Told>, (Hit, Option<Told>)>;

/// A limit that was hit.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hit {
    pub(super) scope: &'static str,
    pub(super) wait: TimeDelta,
}

struct Window {
    used: u32,
    reset: DateTime<Utc>,
}

/// What was used of everything.
#[derive(Default)]
pub(super) struct Ledger {
    windows: HashMap<(String, String), Window>,
    global: Option<Window>,
    /// Until when who was told to wait: a bucket, or everything.
    told: HashMap<(String, String), DateTime<Utc>>,
    told_all: Option<DateTime<Utc>>,
    wrong: VecDeque<DateTime<Utc>>,
    made: HashMap<Option<u64>, VecDeque<DateTime<Utc>>>,
    /// What was hopeless to ask, and how often it was asked since.
    hopeless: HashMap<String, VecDeque<DateTime<Utc>>>,
}

impl Ledger {
    /// Takes one from a route's bucket and from the bot's. Says whether the asker had been told to wait.
    pub(super) fn take(
        &mut self,
        (bucket, major, rate): (&str, &str, Rate),
        bot: bool,
        limits: &Limits,
        now: DateTime<Utc>,
    ) -> (Taken, bool) {
        if rate == Rate::Free {
            return (Ok(None), false);
        }
        let key = (bucket.to_owned(), major.to_owned());
        let hasty = self.told.get(&key).is_some_and(|until| now < *until)
            || bot && self.told_all.is_some_and(|until| now < until);
        if bot {
            let window = self.global.get_or_insert(Window { used: 0, reset: now });
            renew(window, Duration::from_secs(1), now);
            if window.used >= limits.global {
                let wait = window.reset - now;
                self.told_all = Some(window.reset);
                return (Err((Hit { scope: "global", wait }, None)), hasty);
            }
            window.used += 1;
        }
        let (limit, long) = rate.of(limits);
        let window = self.windows.entry(key.clone()).or_insert(Window { used: 0, reset: now });
        renew(window, long, now);
        let told = |window: &Window| Told {
            limit,
            remaining: limit.saturating_sub(window.used),
            reset: window.reset,
            bucket: hash(bucket),
        };
        if window.used >= limit {
            let hit = Hit { scope: "user", wait: window.reset - now };
            let told = told(window);
            self.told.insert(key, window.reset);
            return (Err((hit, Some(told))), hasty);
        }
        window.used += 1;
        (Ok(Some(told(window))), hasty)
    }

    /// A fault told the asker to wait.
    pub(super) fn tell(&mut self, bucket: &str, major: &str, scope: &str, until: DateTime<Utc>) {
        if scope == "global" || scope == "cloudflare" {
            self.told_all = Some(until);
        } else {
            self.told.insert((bucket.to_owned(), major.to_owned()), until);
        }
    }

    /// Counts a request that was wrong.
    pub(super) fn wrong(&mut self, now: DateTime<Utc>) {
        self.wrong.push_back(now);
    }

    /// How many requests within ten minutes were wrong.
    pub(super) fn wrongs(&mut self, now: DateTime<Utc>) -> usize {
        forget(&mut self.wrong, now, TimeDelta::minutes(10));
        self.wrong.len()
    }

    /// How long the guards in front of the service refuse everything, if they do.
    pub(super) fn banned(&mut self, limits: &Limits, now: DateTime<Utc>) -> Option<TimeDelta> {
        let count = self.wrongs(now);
        let most = limits.invalid as usize;
        (count >= most).then(|| self.wrong[count - most] + TimeDelta::minutes(10) - now)
    }

    /// Counts commands that are made; false if those are too many for a day.
    pub(super) fn make(&mut self, guild: Option<u64>, count: usize, most: u32, now: DateTime<Utc>) -> bool {
        let made = self.made.entry(guild).or_default();
        forget(made, now, TimeDelta::days(1));
        if made.len() + count > most as usize {
            return false;
        }
        made.extend(std::iter::repeat_n(now, count));
        true
    }

    /// Counts how often within a minute something hopeless was asked, this time included.
    pub(super) fn hopeless(&mut self, what: &str, now: DateTime<Utc>) -> usize {
        let asked = self.hopeless.entry(what.to_owned()).or_default();
        forget(asked, now, TimeDelta::minutes(1));
        asked.push_back(now);
        asked.len()
    }
}

fn renew(window: &mut Window, long: Duration, now: DateTime<Utc>) {
    if now >= window.reset {
        *window = Window { used: 0, reset: now + TimeDelta::from_std(long).unwrap_or_default() };
    }
}

fn forget(moments: &mut VecDeque<DateTime<Utc>>, now: DateTime<Utc>, long: TimeDelta) {
    while moments.front().is_some_and(|at| now - *at >= long) {
        moments.pop_front();
    }
}

/// A bucket's name as clients see it: it says nothing.
fn hash(name: &str) -> String {
    use sha2::{Digest, Sha256};
    super::signed::hex(&Sha256::digest(name)[..16])
}
