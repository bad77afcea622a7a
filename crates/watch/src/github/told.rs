//! What an answer of GitHub tells about its limits, read from the headers and, for GraphQL, from `rateLimit`.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use http::{HeaderMap, header};
use serde::Deserialize;

/// The counters GitHub keeps apart and we use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Resource {
    /// REST.
    Core,
    /// GraphQL.
    Graphql,
}

impl Resource {
    /// As GitHub names it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Core => "core",
            Self::Graphql => "graphql",
        }
    }
}

/// The limits an answer tells; what it does not tell is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Told {
    /// The server's clock.
    pub(crate) date: Option<DateTime<Utc>>,
    /// Points an hour.
    pub(crate) limit: Option<u32>,
    /// Points left until `reset`.
    pub(crate) remaining: Option<u32>,
    /// Points used since the last reset; fills in for a `remaining` that is not told.
    pub(crate) used: Option<u32>,
    /// When the hour is over, by the server's clock.
    pub(crate) reset: Option<DateTime<Utc>>,
    /// The counter this is about, when it is one of ours.
    pub(crate) resource: Option<Resource>,
    /// It is about a counter that is none of ours, so the numbers say nothing to us.
    pub(crate) elsewhere: bool,
    /// How long the server wants to be left alone.
    pub(crate) retry_after: Option<Duration>,
}

/// GraphQL's own account of the limit, asked for with every query.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct RateLimit {
    limit: Option<u32>,
    /// What this query cost.
    pub(crate) cost: Option<u32>,
    remaining: Option<u32>,
    used: Option<u32>,
    reset_at: Option<DateTime<Utc>>,
}

/// A wish to be left alone is believed up to a day.
const LONGEST_WISH: Duration = Duration::from_hours(24);

impl Told {
    /// What the headers say.
    pub(crate) fn by(headers: &HeaderMap) -> Self {
        let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
        let number = |name: &str| text(name)?.parse::<i64>().ok().map(|number| number.max(0));
        let count = |name: &str| number(name).map(|number| u32::try_from(number).unwrap_or(u32::MAX));
        let moment = |text: &str| Some(DateTime::parse_from_rfc2822(text).ok()?.with_timezone(&Utc));
        let date = text(header::DATE.as_str()).and_then(moment);
        let resource = text("x-ratelimit-resource");
        let wish = || {
            let text = text(header::RETRY_AFTER.as_str())?;
            let secs = match text.parse::<u64>() {
                Ok(secs) => secs,
                // A date by the server's clock; without that clock there is nothing to compare it with.
                Err(_) => u64::try_from((moment(text)? - date?).num_seconds()).unwrap_or(0),
            };
            Some(Duration::from_secs(secs).min(LONGEST_WISH))
        };
        Self {
            date,
            limit: count("x-ratelimit-limit"),
            remaining: count("x-ratelimit-remaining"),
            used: count("x-ratelimit-used"),
            reset: number("x-ratelimit-reset").and_then(|secs| DateTime::from_timestamp(secs, 0)),
            resource: match resource {
                Some("core") => Some(Resource::Core),
                Some("graphql") => Some(Resource::Graphql),
                _ => None,
            },
            elsewhere: resource.is_some_and(|name| name != "core" && name != "graphql"),
            retry_after: wish(),
        }
    }

    /// The same with what the body of a GraphQL answer says, which is fresher than the headers.
    pub(crate) fn and(mut self, body: &RateLimit) -> Self {
        if *body == RateLimit::default() {
            return self;
        }
        self.limit = body.limit.or(self.limit);
        self.remaining = body.remaining.or(self.remaining);
        self.used = body.used.or(self.used);
        self.reset = body.reset_at.or(self.reset);
        self.resource = Some(Resource::Graphql);
        self.elsewhere = false;
        self
    }

    /// Points left, as told or as it follows from what was used.
    pub(crate) fn left(&self) -> Option<u32> {
        self.remaining.or_else(|| Some(self.limit?.saturating_sub(self.used?)))
    }

    /// How far the server's clock runs ahead of ours.
    pub(crate) fn skew(&self, now: DateTime<Utc>) -> Option<TimeDelta> {
        Some(self.date? - now)
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};

    use super::*;

    fn told(headers: &[(&str, &str)]) -> Told {
        let headers = headers.iter().map(|(name, value)| {
            (name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value).unwrap())
        });
        Told::by(&headers.collect())
    }

    #[test]
    fn headers_are_read_and_nonsense_is_left_out() {
        let at = |text: &str| Some(text.parse::<DateTime<Utc>>().unwrap());
        let whole = told(&[
            ("date", "Fri, 01 May 2026 12:00:00 GMT"),
            ("x-ratelimit-limit", "5000"),
            ("x-ratelimit-remaining", "4987"),
            ("x-ratelimit-used", "13"),
            ("x-ratelimit-reset", "1777640400"),
            ("x-ratelimit-resource", "graphql"),
            ("retry-after", "30"),
        ]);
        assert_eq!(whole.date, at("2026-05-01T12:00:00Z"));
        assert_eq!(whole.reset, at("2026-05-01T13:00:00Z"));
        assert_eq!((whole.limit, whole.left(), whole.used), (Some(5000), Some(4987), Some(13)));
        assert_eq!((whole.resource, whole.elsewhere), (Some(Resource::Graphql), false));
        assert_eq!(whole.retry_after, Some(Duration::from_secs(30)));

        assert_eq!(told(&[]), Told::default());
        let wrong = told(&[
            ("date", "yesterday"),
            ("x-ratelimit-limit", "many"),
            ("x-ratelimit-remaining", "-3"),
            ("x-ratelimit-reset", "99999999999999999999"),
            ("x-ratelimit-resource", "search"),
            ("retry-after", "soon"),
        ]);
        assert_eq!((wrong.date, wrong.limit, wrong.reset, wrong.retry_after), (None, None, None, None));
        assert_eq!((wrong.left(), wrong.elsewhere), (Some(0), true));
    }

    #[test]
    fn a_wish_as_a_date_is_measured_by_the_servers_clock_and_within_reason() {
        let date = ("date", "Fri, 01 May 2026 12:00:00 GMT");
        for (wish, secs) in [
            ("Fri, 01 May 2026 12:01:00 GMT", Some(60)),
            ("Fri, 01 May 2026 11:00:00 GMT", Some(0)),
            ("Fri, 01 May 2099 11:00:00 GMT", Some(86_400)),
            ("18446744073709551615", Some(86_400)),
        ] {
            assert_eq!(
                told(&[date, ("retry-after", wish)]).retry_after,
                secs.map(Duration::from_secs),
                "{wish}"
            );
        }
        assert_eq!(told(&[("retry-after", "Fri, 01 May 2026 12:01:00 GMT")]).retry_after, None);
    }

    #[test]
    fn what_was_used_tells_what_is_left() {
        assert_eq!(told(&[("x-ratelimit-limit", "60"), ("x-ratelimit-used", "61")]).left(), Some(0));
        let body: RateLimit = serde_json::from_str(
            r#"{"limit":5000,"cost":2,"remaining":4000,"used":1000,"resetAt":"2026-05-01T13:00:00Z"}"#,
        )
        .unwrap();
        let both = told(&[("x-ratelimit-remaining", "4999"), ("x-ratelimit-resource", "search")]).and(&body);
        assert_eq!(
            (both.left(), both.elsewhere, both.resource),
            (Some(4000), false, Some(Resource::Graphql))
        );
    }
}
