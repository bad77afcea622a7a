//! GitHub's bad days, by the calendar.

use std::time::Duration;

use chrono::TimeDelta;
use whimbrel_world::github::{Fault, Github};

const MINUTE: Duration = Duration::from_mins(1);

/// Day, first hour, hours, what goes wrong, and how often where that costs real time.
fn calendar() -> Vec<(i64, i64, i64, Fault, Option<u32>)> {
    let skew = |hours| Fault::ClockSkew(TimeDelta::hours(hours));
    vec![
        (4, 10, 1, Fault::Unauthorized, None),
        (5, 8, 1, Fault::PrimaryLimit(30 * MINUTE), None),
        (6, 3, 1, Fault::SecondaryLimit(MINUTE), None),
        (6, 12, 1, Fault::SecondaryLimitSilent, None),
        (7, 9, 1, Fault::TooManyRequests(5 * MINUTE), None),
        (8, 5, 1, Fault::NotFound, None),
        (10, 2, 1, Fault::Status(500), None),
        (10, 14, 1, Fault::Status(502), None),
        // Without `retry-after`: that a 503's wish for time is kept to is not proven here.
        (11, 2, 1, Fault::Status(503), None),
        (11, 14, 1, Fault::Status(504), None),
        (12, 2, 2, Fault::Errors, None),
        (12, 14, 2, Fault::PartialData, None),
        (13, 2, 1, Fault::ResetBeforeHeaders, None),
        (13, 14, 1, Fault::ResetAfterHeaders, None),
        (14, 7, 1, Fault::MalformedJson, None),
        (15, 0, 24, Fault::NoLimitHeaders, None),
        (16, 0, 24, skew(1), None),
        (17, 0, 24, skew(-1), None),
        (20, 6, 1, Fault::SlowBody(Duration::from_millis(20)), Some(1)),
        (20, 12, 1, Fault::EndlessBody, Some(1)),
        (20, 18, 1, Fault::Timeout, Some(1)),
    ]
}

/// The network is gone on this day.
const DARK: i64 = 19;

/// Makes the weather of the hour that begins now.
pub(super) async fn set(github: &Github, now: TimeDelta) {
    github.heals();
    for (day, hour, hours, fault, times) in calendar() {
        let from = TimeDelta::hours(day * 24 + hour);
        let goes_on = times.is_none() && from < now && now < from + TimeDelta::hours(hours);
        if from == now || goes_on {
            let failing = github.fails(fault).on("/graphql");
            if let Some(times) = times {
                failing.times(times);
            }
        }
    }
    if now == TimeDelta::days(DARK) {
        github.stop().await;
    } else if now == TimeDelta::days(DARK + 1) {
        github.start_again();
    }
}
