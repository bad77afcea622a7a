//! When GitHub may be asked, and with which token. Knows nothing but numbers and moments: it opens no connection, does
//! not wait and reads no clock. Whoever wants to ask takes a [`Permit`], or hears until when there is none.
//!
//! What it keeps to, for each token:
//! - the hourly limit of REST and of GraphQL, less a reserve that is never used, spread over the hour;
//! - points within a minute, and seconds of answering time within a minute for GraphQL;
//!
//! and for all of them together: how many requests are under way, and the wish to be left alone (a secondary limit).
//! That wish silences every token: GitHub does not say whom it suspects, and going on can cost the access.

mod minute;
mod permit;
#[cfg(test)]
mod tests;
mod token;
mod window;

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

pub use self::permit::Budget;
pub(crate) use self::permit::{Ending, Permit, Turn, Wait, Why, Wish};
use self::token::{LONGEST_REST, Token};
pub(crate) use self::window::Keep;
use super::told::{Resource, Told};

/// Requests under way at the same time. GitHub allows a hundred and asks for one after the other; with a few of them
/// a slow answer does not hold up all others.
pub(crate) const UNDER_WAY: u32 = 4;

/// Documented points an hour with and without a token, until GitHub tells its own number.
const TOKEN_LIMIT: u32 = 5000;
const ANONYMOUS_LIMIT: u32 = 60;

/// The first wait after a secondary limit that names no time; it doubles up to the longest.
const FIRST_QUIET: TimeDelta = TimeDelta::seconds(60);
const LONGEST_QUIET: TimeDelta = TimeDelta::hours(1);

/// Waits last this much longer than GitHub asks for: a step's `now` is a moment old when it is used, and whoever comes
/// too early is suspected.
const GRACE: TimeDelta = TimeDelta::seconds(1);

/// With every place taken, one is free again soon.
const BUSY: TimeDelta = TimeDelta::seconds(1);

/// Steps run beside each other and hand in their own `now`; a clock set back is more than that.
const CLOCK_NOISE: TimeDelta = TimeDelta::seconds(30);

/// Decides who may ask, and when.
#[derive(Clone, Debug)]
pub(crate) struct Governor {
    reserve: u32,
    tokens: Vec<Token>,
    under_way: u32,
    quiet_until: Option<DateTime<Utc>>,
    /// Secondary limits in a row.
    refusals: u32,
    /// How far the server's clock runs ahead of ours.
    skew: TimeDelta,
    /// The latest moment anybody handed in.
    latest: DateTime<Utc>,
    /// Which set of tokens permits belong to.
    generation: u64,
}

impl Governor {
    /// Asks with these tokens, named for people; without any it asks as anybody may.
    pub(crate) fn new(labels: &[String], reserve: u32, now: DateTime<Utc>) -> Self {
        let mut tokens: Vec<Token> =
            labels.iter().map(|label| Token::new(label, TOKEN_LIMIT, false, now)).collect();
        if tokens.is_empty() {
            tokens.push(Token::new("no token", ANONYMOUS_LIMIT, true, now));
        }
        Self {
            reserve,
            tokens,
            under_way: 0,
            quiet_until: None,
            refusals: 0,
            skew: TimeDelta::zero(),
            latest: now,
            generation: 0,
        }
    }

    /// Other tokens or another reserve. `kept` names for each new token its place before, if it had one: what is known
    /// of it stays, and so does the wish to be left alone.
    pub(crate) fn reconfigure(
        &mut self,
        labels: &[String],
        kept: &[Option<usize>],
        reserve: u32,
        now: DateTime<Utc>,
    ) {
        let mut next = Self::new(labels, reserve, self.latest.max(now));
        for (place, token) in next.tokens.iter_mut().enumerate() {
            let before = if token.anonymous { Some(0) } else { kept.get(place).copied().flatten() };
            let before = before.and_then(|before| self.tokens.get(before));
            if let Some(before) = before.filter(|before| before.anonymous == token.anonymous) {
                token.go_on_from(before);
            }
        }
        self.tokens = next.tokens;
        self.reserve = reserve;
        self.generation += 1;
    }

    /// How far the server's clock runs ahead of ours, as far as it was told.
    pub(crate) fn skew(&self) -> TimeDelta {
        self.skew
    }

    /// An answer that used no permit told the server's clock.
    pub(crate) fn learn_clock(&mut self, told: &Told, now: DateTime<Utc>) {
        let now = self.advance(now);
        self.skew = told.skew(now).unwrap_or(self.skew);
    }

    /// A permit for this wish, with the token that has most room; else until when there is none.
    pub(crate) fn ask(&mut self, wish: Wish, now: DateTime<Utc>) -> Result<Permit, Wait> {
        let now = self.advance(now);
        if let Some(until) = self.quiet_until.filter(|until| now < *until) {
            return Err(Wait { until, why: Why::Quiet });
        }
        if self.under_way >= UNDER_WAY {
            return Err(Wait { until: now + BUSY, why: Why::Busy });
        }
        let reserve = self.reserve;
        let mut best: Option<(u32, usize)> = None;
        let mut soonest: Option<Wait> = None;
        for (place, token) in self.tokens.iter_mut().enumerate() {
            match token.allows(wish, reserve, now) {
                Ok(room) if best.is_none_or(|(most, _)| room > most) => best = Some((room, place)),
                Ok(_) => {}
                Err(wait) => {
                    let sooner = |known: &Wait| (wait.until, wait.why) < (known.until, known.why);
                    if soonest.as_ref().is_none_or(sooner) {
                        soonest = Some(wait);
                    }
                }
            }
        }
        let Some((_, place)) = best else {
            return Err(soonest.unwrap_or(Wait { until: now + LONGEST_REST, why: Why::NoToken }));
        };
        self.tokens[place].take(wish, now);
        self.under_way += 1;
        Ok(Permit { token: place, resource: wish.resource, points: wish.points, generation: self.generation })
    }

    /// A permit comes back: how it ended, what the answer told, how long it took. Hands back what is to be said of its
    /// token: once when it is refused, however often it is tried, and once when it is accepted again.
    #[expect(clippy::needless_pass_by_value, reason = "a permit is used up by this")]
    pub(crate) fn done(
        &mut self,
        permit: Permit,
        ending: Ending,
        told: &Told,
        took: Duration,
        now: DateTime<Utc>,
    ) -> Option<Turn> {
        let Permit { token, resource, points, generation } = permit;
        let now = self.advance(now);
        self.under_way = self.under_way.saturating_sub(1);
        if let Some(skew) = told.skew(now) {
            self.skew = skew;
        }
        let secondary = ending == Ending::Secondary
            || (ending == Ending::Primary && told.reset.is_none() && told.left() != Some(0));
        if secondary {
            self.be_quiet(told.retry_after, now);
        } else if let Some(wish) =
            told.retry_after.filter(|_| matches!(ending, Ending::Primary | Ending::Trouble))
        {
            // A server that is not well may ask for peace too.
            self.be_quiet_until(now + TimeDelta::from_std(wish).unwrap_or(LONGEST_QUIET) + GRACE);
        } else if matches!(ending, Ending::Answered { .. }) {
            self.refusals = 0;
        }
        let skew = self.skew;
        let token = self.tokens.get_mut(token).filter(|_| generation == self.generation)?;
        let before = token.alarm(now);
        token.settle((resource, points), ending, told, skew, took, now);
        if ending == Ending::Primary && !secondary {
            token.window(resource).exhaust(now);
        }
        match (before, token.alarm(now)) {
            (None, Some(alarm)) => Some(Turn::Refused(alarm)),
            (Some(_), None) => Some(Turn::Accepted(token.label.clone())),
            _ => None,
        }
    }

    /// What is left of every limit.
    pub(crate) fn budget(&mut self, now: DateTime<Utc>) -> Vec<Budget> {
        let now = self.advance(now);
        let quiet = self.quiet_until.filter(|until| now < *until);
        let reserve = self.reserve;
        let mut budget = Vec::new();
        for token in &mut self.tokens {
            for resource in [Resource::Core, Resource::Graphql] {
                if token.anonymous && resource == Resource::Graphql {
                    continue;
                }
                let wish = Wish { resource, points: 1, keep: Keep::Nothing };
                let waiting = token.allows(wish, reserve, now).err().map(|wait| wait.until);
                let alarm = token.alarm(now);
                let label = token.label.clone();
                let window = token.window(resource);
                budget.push(Budget {
                    token: label,
                    resource,
                    limit: window.limit(),
                    remaining: window.remaining(),
                    reserve: window.kept_back(reserve),
                    reset: window.reset(),
                    waiting_until: waiting.max(quiet),
                    alarm,
                });
            }
        }
        budget
    }

    fn be_quiet(&mut self, wish: Option<Duration>, now: DateTime<Utc>) {
        self.refusals += 1;
        let doublings = (self.refusals - 1).min(12);
        let wait = match wish {
            // The server knows best; but one that says "at once" again and again is not believed.
            Some(wish) => {
                TimeDelta::from_std(wish).unwrap_or(LONGEST_QUIET).max(TimeDelta::seconds(1 << doublings))
            }
            None => (FIRST_QUIET * (1 << doublings)).min(LONGEST_QUIET),
        };
        self.be_quiet_until(now + wait + GRACE);
    }

    fn be_quiet_until(&mut self, until: DateTime<Utc>) {
        self.quiet_until = Some(self.quiet_until.map_or(until, |known| known.max(until)));
    }

    /// The later of `now` and what was known; after a jump back of the clock, everything known moves with it.
    fn advance(&mut self, now: DateTime<Utc>) -> DateTime<Utc> {
        let by = now - self.latest;
        if by < -CLOCK_NOISE {
            for token in &mut self.tokens {
                token.shift(by);
            }
            self.quiet_until = self.quiet_until.map(|until| until + by);
            self.skew -= by;
            self.latest = now;
        }
        self.latest = self.latest.max(now);
        self.latest
    }
}
