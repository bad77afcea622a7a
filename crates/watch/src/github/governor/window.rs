//! One hourly limit of one token, spread over its hour.

use chrono::{DateTime, TimeDelta, Utc};

use super::GRACE;
use crate::github::told::Told;

/// GitHub's limits are counted by the hour.
const HOUR: TimeDelta = TimeDelta::hours(1);

/// A reset told twice differs by whole seconds and by the time answers travel.
const SAME_RESET: TimeDelta = TimeDelta::seconds(15);

/// What a limit that is used up waits at least.
const LEAST_WAIT: TimeDelta = TimeDelta::seconds(60);

/// So much may be asked at once whatever the limit: the first looks after a start, without a token too.
const LEAST_BURST: f64 = 30.0;

/// The limit the reserve is given for; smaller ones keep the same share of it back.
const USUAL_LIMIT: u64 = 5000;

/// What one hour allows, as far as we know.
#[derive(Clone, Debug)]
pub(super) struct Window {
    limit: u32,
    remaining: u32,
    reset: DateTime<Utc>,
    /// GitHub told of this hour; what we only assumed of it is worth nothing beside that.
    is_told: bool,
    /// What the requests under way will have cost.
    outstanding: u32,
    /// A bucket that fills at the rate that spreads what is left until the reset.
    level: f64,
    filled: DateTime<Utc>,
}

impl Window {
    /// The documented limit, until GitHub tells its own.
    pub(super) fn new(limit: u32, now: DateTime<Utc>) -> Self {
        let mut window = Self {
            limit,
            remaining: limit,
            reset: now + HOUR,
            is_told: false,
            outstanding: 0,
            level: 0.0,
            filled: now,
        };
        window.level = window.burst();
        window
    }

    /// Points that may be used before the reset.
    pub(super) fn room(&self, reserve: u32) -> u32 {
        self.remaining.saturating_sub(self.outstanding).saturating_sub(self.kept_back(reserve))
    }

    /// The reserve for this limit. One that left nothing would be a program that is switched off in a strange way.
    pub(super) fn kept_back(&self, reserve: u32) -> u32 {
        let limit = u64::from(self.limit);
        let share = (u64::from(reserve) * limit / USUAL_LIMIT).min(u64::from(reserve));
        share.min(limit * 9 / 10) as u32
    }

    /// Lets time pass: a new hour begins, the bucket fills.
    pub(super) fn roll(&mut self, reserve: u32, now: DateTime<Utc>) {
        let until = now.min(self.reset);
        let left = (self.reset - self.filled).as_seconds_f64().max(1.0);
        let rate = f64::from(self.room(reserve)) / left;
        let passed = (until - self.filled).as_seconds_f64().max(0.0);
        self.level = (self.level + rate * passed).min(self.burst());
        self.filled = self.filled.max(now);
        if now >= self.reset {
            // The next hour begins with the next request; its answer will tell.
            (self.remaining, self.reset, self.is_told) = (self.limit, now + HOUR, false);
        }
    }

    /// Whether so many points may be used now, leaving `keep` to others; else when to ask again.
    pub(super) fn allows(&self, points: u32, keep: Keep, reserve: u32) -> Result<(), DateTime<Utc>> {
        let room = self.room(reserve);
        // Of what there ever is to be had: a reserve that leaves little of a small limit leaves something all the same.
        let ever = self.burst().min(f64::from(self.limit.saturating_sub(self.kept_back(reserve))));
        let wanted = f64::from(points) + ever * keep.share();
        // The last points of the hour are kept for others like those of the bucket.
        if f64::from(room) < wanted {
            return Err(self.reset);
        }
        if self.level >= wanted.min(self.burst()) {
            return Ok(());
        }
        let left = (self.reset - self.filled).as_seconds_f64().max(1.0);
        let rate = f64::from(room) / left;
        let millis = ((wanted.min(self.burst()) - self.level) / rate * 1000.0).ceil();
        // A float this large saturates; the reset bounds it.
        Err((self.filled + TimeDelta::milliseconds((millis as i64).clamp(1, 3_600_000))).min(self.reset))
    }

    /// Points go to a request.
    pub(super) fn take(&mut self, points: u32) {
        self.outstanding += points;
        self.level -= f64::from(points);
    }

    /// The request is answered, or given up; what it took is known better now.
    pub(super) fn settle(
        &mut self,
        taken: u32,
        cost: u32,
        told: Option<(&Told, TimeDelta)>,
        now: DateTime<Utc>,
    ) {
        self.outstanding = self.outstanding.saturating_sub(taken);
        self.level += f64::from(taken) - f64::from(cost);
        let Some((told, skew)) = told else { return self.count(cost) };
        if let Some(limit) = told.limit.filter(|limit| *limit > 0) {
            self.limit = limit;
        }
        let Some(left) = told.left() else { return self.count(cost) };
        let reset = told.reset.map(|reset| (reset - skew).min(now + HOUR + SAME_RESET));
        // A reset that lies behind us is over, or the clocks differ in a way we do not know.
        let reset = match told.date {
            Some(_) => reset.map(|reset| reset.max(now)),
            None => reset.filter(|reset| *reset > now),
        };
        match reset {
            // Answers overtake each other: the lower number is the later one.
            Some(reset) if self.is_told && (reset - self.reset).abs() <= SAME_RESET => {
                self.remaining = self.remaining.min(left);
            }
            Some(reset) => (self.remaining, self.reset, self.is_told) = (left, reset, true),
            None if self.is_told => self.remaining = self.remaining.saturating_sub(cost).min(left),
            None => self.remaining = left,
        }
        self.remaining = self.remaining.min(self.limit);
    }

    /// GitHub refused for the hour: nothing is left before the reset. One that is over already is not believed.
    pub(super) fn exhaust(&mut self, now: DateTime<Utc>) {
        self.remaining = 0;
        self.reset = self.reset.max(now + LEAST_WAIT) + GRACE;
    }

    fn count(&mut self, cost: u32) {
        self.remaining = self.remaining.saturating_sub(cost).min(self.limit);
    }

    /// How many points may be used at once: a tenth of the limit.
    fn burst(&self) -> f64 {
        (f64::from(self.limit) / 10.0).max(LEAST_BURST)
    }

    /// Nothing is under way any more.
    pub(super) fn forget_under_way(&mut self) {
        self.outstanding = 0;
    }

    /// Our clock was set back.
    pub(super) fn shift(&mut self, by: TimeDelta) {
        self.reset += by;
        self.filled += by;
    }

    pub(super) fn limit(&self) -> u32 {
        self.limit
    }

    pub(super) fn remaining(&self) -> u32 {
        self.remaining.saturating_sub(self.outstanding)
    }

    pub(super) fn reset(&self) -> DateTime<Utc> {
        self.reset
    }
}

/// What a request leaves to others that matter more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keep {
    /// Nothing: catalogs, what somebody waits for, and what is left to ask of a project that was looked at.
    Nothing,
    /// A tenth of what may be asked at once: looks at projects. Without the notes that belong to them they would be in
    /// vain and begin again, and so take what the notes need.
    Tenth,
    /// A third of what may be asked at once: projects, where a token is missing and every request is dear.
    Third,
}

impl Keep {
    fn share(self) -> f64 {
        match self {
            Self::Nothing => 0.0,
            Self::Tenth => 0.1,
            Self::Third => 1.0 / 3.0,
        }
    }
}
