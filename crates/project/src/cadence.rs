//! When a project is looked at next: often where releases are frequent or fresh, rarely where nothing moves.
//!
//! The rhythm follows from what is remembered of the project, so a quiet one slows down without a row being written.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::project::{Project, ProjectId, Standing};
use crate::rules::Rules;

/// A project is looked at so many times while it has been quiet for as long as it is now …
const LOOKS_WHILE_QUIET: u32 = 12;

/// … so many times between two releases, while it keeps publishing them …
const LOOKS_BETWEEN_RELEASES: u32 = 24;

/// … and so many times while nobody has pushed for as long as now, but not for pushes alone more often than this.
const LOOKS_WHILE_UNPUSHED: u32 = 3;

/// See [`LOOKS_WHILE_UNPUSHED`].
const LEAST_FOR_PUSHES: Duration = Duration::from_hours(1);

/// One that is missed is looked for so often until it is clear that it is gone.
const WHILE_MISSING: Duration = Duration::from_hours(6);

/// Releases whose distances tell how often it publishes.
const RECENT: usize = 8;

/// How far a look is moved around its time, in percent, so that projects spread.
const JITTER_PERCENT: u64 = 10;

/// The soonest next look, whatever settles, unless projects are to be looked at more often than this.
const SOONEST: u64 = 30;

/// The time to the next look, before it is moved a little.
pub fn interval(project: &Project, now: DateTime<Utc>, rules: &Rules) -> Duration {
    let floor = Duration::from_secs(rules.interval_min_secs.max(1));
    let ceiling = Duration::from_secs(rules.interval_max_secs).max(floor);
    // doubled with every failure in a row, up to the ceiling, for ever
    let patience = match project.failures {
        0 => floor,
        failures => floor.saturating_mul(1_u32 << (failures - 1).min(20)),
    };
    let rhythm = match project.standing {
        Standing::Unresolved => floor,
        Standing::Gone { .. } => ceiling,
        Standing::Missing { .. } => WHILE_MISSING,
        Standing::Here if project.facts.archived || project.facts.disabled => ceiling,
        Standing::Here => of_a_live_one(project, now, floor),
    };
    rhythm.max(patience).clamp(floor, ceiling)
}

/// When to look next. What settles is looked at when it has settled.
pub fn next_due(
    project: &Project,
    interval: Duration,
    settled_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
    rules: &Rules,
) -> DateTime<Utc> {
    let mut due = jittered(project.id, now, interval);
    if project.failures == 0 {
        due = settled_at.map_or(due, |settled| due.min(settled));
    }
    if let Standing::Missing { first, .. } = project.standing {
        let confirmed = first.checked_add_signed(TimeDelta::hours(i64::from(rules.gone_after_hours)));
        due = confirmed.filter(|at| *at > now).map_or(due, |at| due.min(at));
    }
    let soonest = TimeDelta::seconds(SOONEST.min(rules.interval_min_secs.max(1)) as i64);
    due.max(now.checked_add_signed(soonest).unwrap_or(now))
}

fn of_a_live_one(project: &Project, now: DateTime<Utc>, floor: Duration) -> Duration {
    let age = |at: DateTime<Utc>| now.signed_duration_since(at).to_std().unwrap_or_default();
    let dates = project.releases.dates();
    let quiet = dates.first().map(|latest| age(*latest));
    let fresh = quiet.map(|quiet| quiet / LOOKS_WHILE_QUIET);
    let recent = &dates[..dates.len().min(RECENT)];
    let gap = match recent {
        [latest, .., oldest] => {
            let span = latest.signed_duration_since(*oldest).to_std().unwrap_or_default();
            Some(span / (recent.len() as u32 - 1))
        }
        _ => None,
    };
    let frequent = gap
        .filter(|gap| quiet.is_some_and(|quiet| quiet <= gap.saturating_mul(4)))
        .map(|gap| (gap / LOOKS_BETWEEN_RELEASES).max(floor));
    let pushed = project.facts.pushed_at.map(|at| (age(at) / LOOKS_WHILE_UNPUSHED).max(LEAST_FOR_PUSHES));
    // one of which nothing is known is looked at like one that rests
    [fresh, frequent, pushed].into_iter().flatten().min().unwrap_or(Duration::MAX)
}

/// The moment after this interval, moved a little: always the same way for the same project and moment, so that
/// projects spread and tests can tell.
fn jittered(id: ProjectId, now: DateTime<Utc>, interval: Duration) -> DateTime<Utc> {
    let secs = interval.as_secs().min(u64::from(u32::MAX));
    let spread = secs * JITTER_PERCENT / 100;
    // SplitMix64: spreads, no secret
    let mut seed = u64::from(id.0) ^ now.timestamp().cast_unsigned().rotate_left(32);
    for factor in [0xbf58_476d_1ce4_e5b9, 0x94d0_49bb_1331_11eb] {
        seed = (seed ^ seed >> 30).wrapping_mul(factor);
    }
    let moved = (seed ^ seed >> 31) % (2 * spread + 1);
    let after = TimeDelta::seconds((secs + moved) as i64 - spread as i64);
    now.checked_add_signed(after).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use whimbrel_catalog::EntryKey;

    use super::*;
    use crate::release::known::Mark;

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_790_000_000, 0).unwrap()
    }

    fn project(released_hours_ago: &[i64], pushed_hours_ago: Option<i64>) -> Project {
        let mut project = Project::new(ProjectId(1), EntryKey::from_stored("github.com/o/r"), now());
        project.standing = Standing::Here;
        project.facts.pushed_at = pushed_hours_ago.map(|hours| now() - TimeDelta::hours(hours));
        for hours in released_hours_ago.iter().rev() {
            let published = now() - TimeDelta::hours(*hours);
            project.releases.remember(Mark {
                id: 1,
                tag: 1,
                created: published,
                published,
                prerelease: false,
                gone: false,
            });
        }
        project
    }

    #[test]
    fn the_rhythm_follows_the_project() {
        let minutes = |released: &[i64], pushed| {
            interval(&project(released, pushed), now(), &Rules::default()).as_secs() / 60
        };
        for (released, pushed, expected) in [
            // a release just out, another one may follow
            (vec![0], None, 10),
            (vec![12], None, 60),
            (vec![240], None, 20 * 60),
            (vec![24 * 300], None, 24 * 60),
            // one a day, one a month
            (vec![20, 44, 68], None, 60),
            (vec![240, 960, 1680], None, 20 * 60),
            // used to publish daily, two years ago
            (vec![24 * 700, 24 * 701, 24 * 702], None, 24 * 60),
            // pushes alone
            (vec![], Some(0), 60),
            (vec![], Some(24), 8 * 60),
            (vec![], Some(24 * 400), 24 * 60),
            (vec![], None, 24 * 60),
        ] {
            assert_eq!(minutes(&released, pushed), expected, "{released:?} {pushed:?}");
        }
    }

    #[test]
    fn states_and_failures_have_their_own() {
        let rules = Rules::default();
        let hours = |project: &Project| interval(project, now(), &rules).as_secs() / 3600;
        let mut lively = project(&[0], Some(0));
        lively.facts.archived = true;
        assert_eq!(hours(&lively), 24);
        lively.facts.archived = false;
        for (failures, expected) in [(1, 600), (2, 1200), (4, 4800), (12, 86_400), (4_000_000, 86_400)] {
            lively.failures = failures;
            assert_eq!(interval(&lively, now(), &rules).as_secs(), expected);
        }
        lively.failures = 0;
        lively.standing = Standing::Missing { first: now(), looks: 1 };
        assert_eq!(hours(&lively), 6);
        lively.standing = Standing::Gone { since: now() };
        assert_eq!(hours(&lively), 24);
        lively.standing = Standing::Unresolved;
        assert_eq!(interval(&lively, now(), &rules).as_secs(), 600);
    }

    #[test]
    fn what_settles_and_what_is_missed_is_not_waited_for_too_long() {
        let rules = Rules::default();
        let day = Duration::from_hours(24);
        let mut one = project(&[], None);
        let soon = now() + TimeDelta::minutes(7);
        assert_eq!(next_due(&one, day, Some(soon), now(), &rules), soon);
        assert_eq!(
            next_due(&one, day, Some(now() - TimeDelta::days(1)), now(), &rules),
            now() + TimeDelta::seconds(30)
        );
        one.standing = Standing::Missing { first: now() - TimeDelta::hours(23), looks: 4 };
        assert_eq!(next_due(&one, WHILE_MISSING, None, now(), &rules), now() + TimeDelta::hours(1));
    }

    proptest! {
        #[test]
        fn looks_stay_between_floor_and_ceiling(
            released in prop::collection::vec(-100_i64..100_000, 0..12), pushed in -100_i64..100_000,
            failures in 0_u32..40, id in 0_u32..1000, min in 0_u64..100_000, max in 0_u64..1_000_000,
        ) {
            let mut one = project(&released, Some(pushed));
            one.failures = failures;
            one.id = ProjectId(id);
            let rules = Rules { interval_min_secs: min, interval_max_secs: max, ..Rules::default() };
            let interval = interval(&one, now(), &rules);
            prop_assert!(interval.as_secs() >= min && interval.as_secs() <= max.max(min).max(1));
            let due = next_due(&one, interval, None, now(), &rules);
            let secs = (due - now()).num_seconds();
            prop_assert!(secs >= 30.min(interval.as_secs() as i64 * 9 / 10));
            prop_assert!(secs <= (interval.as_secs() as i64 * 11 / 10).max(30));
            prop_assert_eq!(due, next_due(&one, interval, None, now(), &rules));
        }
    }
}
