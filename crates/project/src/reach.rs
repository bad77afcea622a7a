//! How far down the list of releases a look reads.
//!
//! Every look sees the newest by the date of their commits, and how many there are. One published far below, while
//! another there is taken away, changes neither. So now and then a look asks further down, for no more than who is
//! there: it costs GitHub a list that is rarely wanted and us a part of a point.

use chrono::{DateTime, TimeDelta, Utc};

use crate::cadence;
use crate::project::Project;
use crate::rules::Rules;

/// Releases every look sees. GitHub's batches have room for no more.
pub const NEWEST: usize = 10;

/// How far down the list of releases a look reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// The newest ones.
    Newest,
    /// The newest hundred, as far as who they are.
    Hundred,
    /// All of them.
    All,
}

/// So often the newest hundred of a project are read …
const HUNDRED: TimeDelta = TimeDelta::weeks(1);

/// … and of one somebody pushed to lately …
const WHILE_PUSHED: TimeDelta = TimeDelta::days(1);

/// … which is this.
const LATELY: TimeDelta = TimeDelta::days(2);

/// So often all of them.
const ALL: TimeDelta = TimeDelta::weeks(4);

/// How far this look is to read. It is worked out from the time alone: each project has its own days for it, and the
/// first look after they begin reads on. One that comes later than it should may miss them, and waits for the next. A
/// project whose last look failed asks for no more than it must.
pub fn reach(project: &Project, now: DateTime<Utc>, rules: &Rules) -> Reach {
    if project.failures > 0 || !project.releases.may_have_more_than(NEWEST) {
        return Reach::Newest;
    }
    let interval = cadence::interval(project, now, rules);
    // A quarter more, because looks are moved around their time.
    let interval = TimeDelta::from_std(interval + interval / 4).unwrap_or(ALL);
    let apart = i64::from(project.id.0).wrapping_mul(0x9e37_79b1).rem_euclid(ALL.num_seconds());
    let since = |every: TimeDelta| (now.timestamp() + apart).rem_euclid(every.num_seconds());
    let begins = |every: TimeDelta| since(every) < interval.num_seconds();
    let is_pushed = project.facts.pushed_at.is_some_and(|at| now.signed_duration_since(at) < LATELY);
    if begins(ALL) {
        Reach::All
    } else if begins(if is_pushed { WHILE_PUSHED } else { HUNDRED }) {
        Reach::Hundred
    } else {
        Reach::Newest
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::release::known::Mark;

    fn project(id: u32, total: Option<u32>) -> Project {
        let shelf = json!({ "total": total, "published": "2026-01-01T00:00:00Z" });
        serde_json::from_value(json!({
            "id": id, "key": "github.com/o/r", "standing": "here", "releases": { "releases": shelf },
        }))
        .unwrap()
    }

    /// How often each reach comes within four weeks of looks at the project's own pace.
    fn reaches(mut project: Project, is_lively: bool) -> [usize; 3] {
        let mut now = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
        let (end, rules, mut counts) = (now + ALL, Rules::default(), [0; 3]);
        while now < end {
            project.facts.pushed_at = Some(now - TimeDelta::hours(if is_lively { 1 } else { 4_000 }));
            counts[reach(&project, now, &rules) as usize] += 1;
            let interval = cadence::interval(&project, now, &rules);
            now = cadence::next_due(&project, interval, None, now, &rules);
        }
        counts
    }

    #[test]
    fn every_project_is_read_further_down_in_its_days_and_seldom_wholly() {
        for id in 0..200 {
            let [_, hundred, all] = reaches(project(id, Some(11)), false);
            assert!((3..=8).contains(&hundred) && (1..=3).contains(&all), "{id}: {hundred} {all}");
            let [newest, hundred, all] = reaches(project(id, None), true);
            assert!((27..=56).contains(&hundred) && (1..=3).contains(&all), "{id}: {hundred} {all}");
            assert!(newest > 600, "{id}: {newest}");
            assert_eq!(reaches(project(id, Some(10)), true)[1..], [0, 0]);
        }
    }

    #[test]
    fn more_are_known_than_a_total_says_where_nobody_says_it_any_more() {
        let mut grown = project(1, Some(7));
        for n in 0..11 {
            let at = DateTime::from_timestamp(1_780_000_000 + n, 0).unwrap();
            let mark = Mark {
                id: n as u64,
                tag: n as u64,
                created: at,
                published: at,
                prerelease: false,
                gone: n == 10,
            };
            grown.releases.remember(mark);
        }
        assert!(!grown.releases.may_have_more_than(NEWEST), "ten are left");
        grown.releases.marks[10].gone = false;
        assert!(grown.releases.may_have_more_than(NEWEST));
        grown.failures = 1;
        assert_eq!(reaches(grown, true)[1..], [0, 0]);
    }

    #[test]
    fn one_that_was_never_seen_has_nothing_to_compare_with() {
        let new = Project { releases: crate::KnownReleases::default(), ..project(1, None) };
        assert_eq!(reaches(new, true)[1..], [0, 0]);
    }
}
