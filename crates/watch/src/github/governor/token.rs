//! What is known of one token: its hourly limits, its minute, whether GitHub accepts it.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::minute::Minute;
use super::window::Window;
use super::{BUSY, Ending, Wait, Why, Wish};
use crate::github::told::{Resource, Told};

/// Of the 900 points a minute for REST and the 2,000 for GraphQL a fifth stays unused: clocks differ.
const REST_POINTS_A_MINUTE: u32 = 720;
const GRAPHQL_POINTS_A_MINUTE: u32 = 1600;

/// Of 60 seconds of computing time a minute for GraphQL, measured from outside as answering time.
const GRAPHQL_MILLIS_A_MINUTE: u32 = 45_000;

/// What an answer of GraphQL is taken to need before one was measured.
const USUAL_MILLIS: u32 = 1000;

/// The first rest of a token that GitHub does not accept; it doubles up to the longest. GitHub has refused sound
/// tokens for a while before, and too many wrong ones lock the address out.
const FIRST_REST: TimeDelta = TimeDelta::minutes(15);
pub(super) const LONGEST_REST: TimeDelta = TimeDelta::hours(6);

/// A token without the secret: its counters.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) label: String,
    pub(super) anonymous: bool,
    core: Window,
    graphql: Window,
    rest_points: Minute,
    graphql_points: Minute,
    graphql_millis: Minute,
    /// The longest of the recent answers, which the requests under way may need as well.
    slowest_millis: u32,
    asking_graphql: u32,
    rests_until: Option<DateTime<Utc>>,
    rejections: u32,
}

impl Token {
    pub(super) fn new(label: &str, limit: u32, anonymous: bool, now: DateTime<Utc>) -> Self {
        Self {
            label: label.to_owned(),
            anonymous,
            core: Window::new(limit, now),
            graphql: Window::new(limit, now),
            rest_points: Minute::new(REST_POINTS_A_MINUTE),
            graphql_points: Minute::new(GRAPHQL_POINTS_A_MINUTE),
            graphql_millis: Minute::new(GRAPHQL_MILLIS_A_MINUTE),
            slowest_millis: USUAL_MILLIS,
            asking_graphql: 0,
            rests_until: None,
            rejections: 0,
        }
    }

    pub(super) fn window(&mut self, resource: Resource) -> &mut Window {
        match resource {
            Resource::Core => &mut self.core,
            Resource::Graphql => &mut self.graphql,
        }
    }

    /// The room it has for this wish; else until when it has none.
    pub(super) fn allows(&mut self, wish: Wish, reserve: u32, now: DateTime<Utc>) -> Result<u32, Wait> {
        if self.anonymous && wish.resource == Resource::Graphql {
            return Err(Wait { until: now + LONGEST_REST, why: Why::NoToken });
        }
        if let Some(until) = self.rests_until.filter(|until| now < *until) {
            return Err(Wait { until, why: Why::Rejected });
        }
        let spread = |until| Wait { until, why: Why::Spread };
        match wish.resource {
            Resource::Core => self.rest_points.allows(wish.points, now).map_err(spread)?,
            Resource::Graphql => {
                self.graphql_points.allows(wish.points, now).map_err(spread)?;
                let asking = self.slowest_millis.saturating_mul(self.asking_graphql + 1);
                self.graphql_millis.allows(asking, now).map_err(spread)?;
                if self.asking_graphql > 0 && asking > GRAPHQL_MILLIS_A_MINUTE {
                    return Err(spread(now + BUSY));
                }
            }
        }
        let window = self.window(wish.resource);
        window.roll(reserve, now);
        let room = window.room(reserve);
        let why = if room < wish.points { Why::UsedUp } else { Why::Spread };
        window.allows(wish.points, wish.keep, reserve).map_err(|until| Wait { until, why })?;
        Ok(room)
    }

    pub(super) fn take(&mut self, wish: Wish, now: DateTime<Utc>) {
        self.window(wish.resource).take(wish.points);
        match wish.resource {
            Resource::Core => self.rest_points.add(wish.points, now),
            Resource::Graphql => {
                self.graphql_points.add(wish.points, now);
                self.asking_graphql += 1;
            }
        }
    }

    pub(super) fn settle(
        &mut self,
        (resource, points): (Resource, u32),
        ending: Ending,
        told: &Told,
        skew: TimeDelta,
        took: Duration,
        now: DateTime<Utc>,
    ) {
        let cost = match ending {
            Ending::Answered { cost } => cost.unwrap_or(points),
            Ending::Dropped | Ending::Rejected => 0,
            Ending::Trouble | Ending::Primary | Ending::Secondary => points,
        };
        // Numbers that came with a refused token are not this token's.
        let foreign = told.elsewhere
            || ending == Ending::Rejected
            || told.resource.is_some_and(|told| told != resource);
        self.window(resource).settle(points, cost, (!foreign).then_some((told, skew)), now);
        if resource == Resource::Graphql {
            self.asking_graphql = self.asking_graphql.saturating_sub(1);
            let millis = u32::try_from(took.as_millis()).unwrap_or(u32::MAX);
            self.graphql_millis.add(millis, now);
            // Falls by an eighth with every answer, so that one slow answer is remembered for a while.
            self.slowest_millis = millis.max(self.slowest_millis - self.slowest_millis / 8);
        }
        match ending {
            Ending::Answered { .. } | Ending::Primary | Ending::Secondary => {
                (self.rests_until, self.rejections) = (None, 0);
            }
            // Others that were under way at the same time tell nothing new.
            Ending::Rejected if !self.anonymous && self.rests_until.is_none_or(|until| until <= now) => {
                let rest = (FIRST_REST * (1 << self.rejections.min(8))).min(LONGEST_REST);
                self.rejections += 1;
                self.rests_until = Some(now + rest);
            }
            Ending::Rejected | Ending::Trouble | Ending::Dropped => {}
        }
    }

    pub(super) fn alarm(&self, now: DateTime<Utc>) -> Option<String> {
        (self.rejections > 0).then(|| {
            let until = self.rests_until.unwrap_or(now).format("%H:%M UTC");
            format!(
                "GitHub does not accept {}: make a new one and set it in [github]; it is tried again after {until}",
                self.label
            )
        })
    }

    /// The same token under another name or place. Permits of before no longer come back to it.
    pub(super) fn go_on_from(&mut self, before: &Self) {
        let label = std::mem::take(&mut self.label);
        *self = Self { label, asking_graphql: 0, ..before.clone() };
        self.core.forget_under_way();
        self.graphql.forget_under_way();
    }

    pub(super) fn shift(&mut self, by: TimeDelta) {
        self.core.shift(by);
        self.graphql.shift(by);
        for minute in [&mut self.rest_points, &mut self.graphql_points, &mut self.graphql_millis] {
            minute.shift(by);
        }
        self.rests_until = self.rests_until.map(|until| until + by);
    }
}
