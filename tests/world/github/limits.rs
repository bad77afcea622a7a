//! The limits GitHub keeps: the hourly budget of a resource, and the secondary ones that stop whoever hurries.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use rustc_hash::FxHashMap;

/// Requests that left the client before it could hear of a refusal are forgiven for this long: those that come by
/// another connection than the refusal went, at the same moment of the stand-in's clock.
const CROSSED: Duration = Duration::from_millis(100);

/// How much GitHub allows; every number can be set.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// REST requests an hour without a token, per address.
    pub anonymous_hour: u32,
    /// REST requests an hour with a token, per user or installation.
    pub core_hour: u32,
    /// GraphQL points an hour, per user or installation.
    pub graphql_hour: u32,
    /// Requests at the same time, REST and GraphQL together.
    pub concurrent: u32,
    /// REST points a minute.
    pub core_minute: u32,
    /// GraphQL points a minute.
    pub graphql_minute: u32,
    /// Time of GitHub's processors within 60 seconds.
    pub busy: Duration,
    /// The part of it that GraphQL may take.
    pub graphql_busy: Duration,
    /// What `retry-after` says when a secondary limit is met.
    pub retry_after: Duration,
    /// Whether refusals come as 429; otherwise as 403.
    pub too_many_requests: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            anonymous_hour: 60,
            core_hour: 5_000,
            graphql_hour: 5_000,
            concurrent: 100,
            core_minute: 900,
            graphql_minute: 2_000,
            busy: Duration::from_secs(90),
            graphql_busy: Duration::from_mins(1),
            retry_after: Duration::from_mins(1),
            too_many_requests: false,
        }
    }
}

/// What is counted apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Resource {
    /// REST.
    Core,
    /// GraphQL.
    Graphql,
}

impl Resource {
    /// Its name in headers.
    pub fn name(self) -> &'static str {
        match self {
            Self::Core => "core",
            Self::Graphql => "graphql",
        }
    }
}

/// The state of an hourly budget, as headers and `rateLimit` tell it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Budget {
    pub(super) limit: u32,
    pub(super) used: u32,
    pub(super) reset: DateTime<Utc>,
}

impl Budget {
    pub(super) fn remaining(&self) -> u32 {
        self.limit.saturating_sub(self.used)
    }
}

/// Why a request is not answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The hour's budget is used up.
    Primary,
    /// Too much at once, and how long to wait.
    Secondary { why: &'static str, retry_after: Duration },
}

struct Told {
    until: DateTime<Utc>,
    at: Instant,
    /// The same by the stand-in's clock.
    now: DateTime<Utc>,
    port: u16,
}

impl Told {
    /// Whether a request that comes now may have left before this was heard.
    fn crossed(&self, port: u16, now: DateTime<Utc>) -> bool {
        self.port != port && now - self.now < TimeDelta::seconds(1) && self.at.elapsed() < CROSSED
    }
}

#[derive(Default)]
struct Account {
    hours: FxHashMap<Resource, Budget>,
    /// Taken from the next hour already.
    owed: FxHashMap<Resource, u32>,
    minute: VecDeque<(DateTime<Utc>, Resource, u32, Duration)>,
    under_way: u32,
    /// Told to wait for one resource (an hour's end) or for everything (`None`).
    told: FxHashMap<Option<Resource>, Told>,
}

/// Everybody's accounts.
#[derive(Default)]
pub(super) struct Ledger {
    accounts: FxHashMap<String, Account>,
}

/// Who asks, and for what.
#[derive(Clone, Copy)]
pub(super) struct Asker<'a> {
    /// A user, an installation or an address.
    pub(super) account: &'a str,
    pub(super) anonymous: bool,
    pub(super) resource: Resource,
    /// Where its connection comes from.
    pub(super) port: u16,
}

impl Asker<'_> {
    fn hourly(&self, limits: &Limits) -> u32 {
        match (self.anonymous, self.resource) {
            (true, Resource::Core) => limits.anonymous_hour,
            (true, Resource::Graphql) => 0,
            (false, Resource::Core) => limits.core_hour,
            (false, Resource::Graphql) => limits.graphql_hour,
        }
    }
}

impl Ledger {
    /// The hourly budget as it stands, a new hour begun where the old one is over.
    pub(super) fn budget(&mut self, asker: Asker<'_>, limits: &Limits, now: DateTime<Utc>) -> Budget {
        let account = self.account(asker.account);
        let fresh = Budget { limit: asker.hourly(limits), used: 0, reset: now + TimeDelta::hours(1) };
        let owed = &mut account.owed;
        let budget = account.hours.entry(asker.resource).or_insert(fresh);
        if budget.reset <= now {
            *budget = Budget { used: owed.remove(&asker.resource).unwrap_or(0), ..fresh };
        }
        budget.limit = fresh.limit;
        *budget
    }

    /// Begins a request. Whether it is answered, and whether asking was wrong because the client was told to wait.
    pub(super) fn begin(
        &mut self,
        asker: Asker<'_>,
        points: u32,
        limits: &Limits,
        now: DateTime<Utc>,
    ) -> (Result<(), Refusal>, bool) {
        let budget = self.budget(asker, limits, now);
        let account = self.account(asker.account);
        account.under_way += 1;
        let heeded = account.heeds(asker, now);
        let refusal = if budget.remaining() == 0 {
            Some(Refusal::Primary)
        } else {
            account.too_much(asker, points, limits, now)
        };
        match &refusal {
            None => account.minute.push_back((now, asker.resource, points, Duration::ZERO)),
            Some(Refusal::Primary) => account.tell(Some(asker.resource), budget.reset, asker.port, now),
            Some(Refusal::Secondary { retry_after, .. }) => {
                let until = now + TimeDelta::from_std(*retry_after).unwrap_or_default();
                account.tell(None, until, asker.port, now);
            }
        }
        (refusal.map_or(Ok(()), Err), !heeded)
    }

    /// Takes from the hourly budget; refuses where it does not suffice.
    pub(super) fn charge(
        &mut self,
        asker: Asker<'_>,
        cost: u32,
        limits: &Limits,
        now: DateTime<Utc>,
    ) -> Result<Budget, Refusal> {
        let budget = self.budget(asker, limits, now);
        let account = self.account(asker.account);
        let kept = account.hours.get_mut(&asker.resource).expect("it was just looked at");
        if cost > budget.remaining() {
            // GitHub shows nothing remaining to whoever asks for more than there is.
            kept.used = kept.limit;
            account.tell(Some(asker.resource), budget.reset, asker.port, now);
            return Err(Refusal::Primary);
        }
        kept.used += cost;
        Ok(*kept)
    }

    /// Takes points from the hour that comes next, as GitHub does after a query it gave up on.
    pub(super) fn owe(&mut self, asker: Asker<'_>, points: u32) {
        *self.account(asker.account).owed.entry(asker.resource).or_default() += points;
    }

    /// Remembers that the client was told to wait by another answer.
    pub(super) fn tell(&mut self, asker: Asker<'_>, whole: bool, until: DateTime<Utc>, now: DateTime<Utc>) {
        self.account(asker.account).tell((!whole).then_some(asker.resource), until, asker.port, now);
    }

    /// Ends a request that took this much of GitHub's time.
    pub(super) fn end(&mut self, asker: Asker<'_>, busy: Duration, now: DateTime<Utc>) {
        let account = self.account(asker.account);
        account.under_way = account.under_way.saturating_sub(1);
        if !busy.is_zero() {
            account.minute.push_back((now, asker.resource, 0, busy));
        }
    }

    fn account(&mut self, name: &str) -> &mut Account {
        if !self.accounts.contains_key(name) {
            self.accounts.insert(name.to_owned(), Account::default());
        }
        self.accounts.get_mut(name).expect("it was just put there")
    }
}

impl Account {
    /// Whether the client waited as long as it was told.
    fn heeds(&self, asker: Asker<'_>, now: DateTime<Utc>) -> bool {
        [None, Some(asker.resource)]
            .iter()
            .filter_map(|what| self.told.get(what))
            .all(|told| now >= told.until || told.crossed(asker.port, now))
    }

    fn tell(&mut self, what: Option<Resource>, until: DateTime<Utc>, port: u16, now: DateTime<Utc>) {
        let known = self.told.get(&what).filter(|told| told.until == until && told.now == now);
        // What is said again to whoever crossed it is no new wish.
        if known.is_none() {
            self.told.insert(what, Told { until, at: Instant::now(), now, port });
        }
    }

    fn too_much(
        &mut self,
        asker: Asker<'_>,
        points: u32,
        limits: &Limits,
        now: DateTime<Utc>,
    ) -> Option<Refusal> {
        let resource = asker.resource;
        while self.minute.front().is_some_and(|(at, ..)| *at + TimeDelta::seconds(60) <= now) {
            self.minute.pop_front();
        }
        let refuse = |why, retry_after| Some(Refusal::Secondary { why, retry_after });
        if let Some(told) =
            self.told.get(&None).filter(|told| now < told.until && !told.crossed(asker.port, now))
        {
            return refuse(
                "asked before the time to wait was over",
                (told.until - now).to_std().unwrap_or_default(),
            );
        }
        if self.under_way > limits.concurrent {
            return refuse("too many requests at the same time", limits.retry_after);
        }
        let (mut spent, mut busy, mut graphql_busy) = (0, Duration::ZERO, Duration::ZERO);
        for (_, of, points, took) in &self.minute {
            spent += if *of == resource { *points } else { 0 };
            busy += *took;
            graphql_busy += if *of == Resource::Graphql { *took } else { Duration::ZERO };
        }
        let allowed = match resource {
            Resource::Core => limits.core_minute,
            Resource::Graphql => limits.graphql_minute,
        };
        if spent + points > allowed {
            return refuse("too many points within a minute", limits.retry_after);
        }
        let graphql = resource == Resource::Graphql;
        if busy >= limits.busy || (graphql && graphql_busy >= limits.graphql_busy) {
            return refuse("too much time of the processors within a minute", limits.retry_after);
        }
        None
    }
}
