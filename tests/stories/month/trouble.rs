//! GitHub's bad days, by the calendar.

use std::time::Duration;

use chrono::TimeDelta;
use whimbrel_world::github::{Fault, Github};

const MINUTE: Duration = Duration::from_mins(1);

/// Day, first hour, hours, what goes wrong, and how often where that costs real time.
fn calendar() -> Vec<(i64, i64, i64, Fault, Option<u32>)> {
    let skew = |hours| Fault::ClockSkew(TimeDelta::hours(hours));
    vec![
        // Long enough to be seen twice, a day apart.
        (STORM.0, STORM.1, STORM.2, Fault::NothingThere, None),
        (4, 10, 1, Fault::Unauthorized, None),
        (5, 8, 1, Fault::PrimaryLimit(30 * MINUTE), None),
        (6, 3, 1, Fault::SecondaryLimit(MINUTE), None),
        (6, 12, 1, Fault::SecondaryLimitSilent, None),
        (7, 9, 1, Fault::TooManyRequests(5 * MINUTE), None),
        (8, 5, 1, Fault::NotFound, None),
        (10, 2, 1, Fault::Status(500), None),
        (10, 14, 1, Fault::Status(502), None),
        (11, 2, 1, Fault::Status(503), None),
        // The stand-in objects when this wish for time is not kept to.
        (11, 8, 2, Fault::Unavailable(10 * MINUTE), None),
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

/// Everything seems to be gone: from this day and hour, for so many hours.
const STORM: (i64, i64, i64) = (2, 2, 30);

/// The network is gone on this day.
const DARK: i64 = 19;

/// GitHub's name leads nowhere on this day.
const NAMELESS: i64 = 21;

/// Whether somebody who is away from here to there may be missed for longer, because nobody was found afterwards, or
/// before.
pub(super) fn is_in_the_storm(from: TimeDelta, to: TimeDelta) -> bool {
    let (day, hour, hours) = STORM;
    let begin = TimeDelta::hours(day * 24 + hour);
    from < begin + TimeDelta::hours(hours + 24) && to > begin - TimeDelta::hours(24)
}

/// When somebody who comes now can be seen: looks are a day apart while nothing is there, and nobody is seen where there
/// is no network.
pub(super) fn calm(now: TimeDelta) -> TimeDelta {
    let day = now.num_days();
    if [DARK, NAMELESS].contains(&day) {
        return TimeDelta::days(day + 1);
    }
    let (day, hour, hours) = STORM;
    let begin = TimeDelta::hours(day * 24 + hour);
    let end = begin + TimeDelta::hours(hours);
    if now + TimeDelta::hours(2) >= begin && now < end { end + TimeDelta::hours(27) } else { now }
}

/// The address of GitHub in the hour that begins now.
pub(super) fn address(github: &Github, now: TimeDelta) -> String {
    match now.num_days() {
        // No label is as long as this one: the name fails at once, and nobody has to be asked about it.
        NAMELESS => format!("http://{}.invalid", "github".repeat(11)),
        _ => github.api_url(),
    }
}

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
