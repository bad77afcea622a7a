//! Found, missed, renamed, archived, under another licence, past a round number.

use super::*;

#[test]
fn a_project_is_gone_when_missed_twice_a_day_apart() {
    let seen = repository(vec![]);
    let mut project = Followed::since(&seen);
    for (hours, answer, expected) in [
        (1, Answer::NotFound, ""),
        (2, Answer::NotFound, ""),
        (24, Answer::NotFound, ""),
        (25, Answer::NotFound, "gone"),
        (60, Answer::NotFound, ""),
        (61, Answer::Failed("timeout".to_owned()), ""),
        (62, Answer::Here(Box::new(seen.clone())), "back"),
        // a day without an answer, and blocked ones, are nothing to go by
        (70, Answer::Failed("timeout".to_owned()), ""),
        (99, Answer::Failed("timeout".to_owned()), ""),
        (100, Answer::Blocked("451".to_owned()), ""),
        (130, Answer::Blocked("451".to_owned()), ""),
        // back in between
        (140, Answer::NotFound, ""),
        (150, Answer::Here(Box::new(seen.clone())), ""),
        (170, Answer::NotFound, ""),
    ] {
        assert_eq!(project.at(&answer, hour(hours)), expected, "at {hours}");
    }
    assert_eq!(project.project.failures, 0);
}

#[test]
fn one_that_was_never_found_is_not_told_of() {
    let mut project = Followed::new();
    assert_eq!(project.at(&Answer::NotFound, hour(0)), "");
    assert_eq!(project.at(&Answer::NotFound, hour(30)), "");
    assert!(matches!(project.project.standing, crate::Standing::Gone { .. }));
    assert_eq!(project.here(&repository(vec![release("v1", 39)]), 40), "");
}

#[test]
fn names_change_and_are_used_again() {
    let mut seen = repository(vec![release("v1", -9)]);
    let mut project = Followed::new();
    // listed under an old name
    seen.full_name = "owner/Renamed".to_owned();
    assert_eq!(project.here(&seen, 0), "");
    assert_eq!(project.project.key.as_str(), "github.com/owner/renamed");
    for (name, expected) in [
        ("Owner/renamed", ""),
        ("Owner/tool", "Owner/renamed->Owner/tool"),
        ("Else/tool", "Owner/tool=>Else/tool"),
    ] {
        seen.full_name = name.to_owned();
        assert_eq!(project.here(&seen, 1), expected);
    }
    // somebody else's repository stands there now
    let mut other = repository(vec![release("v9", 1)]);
    other.node = "R_2".to_owned();
    assert_eq!(project.here(&other, 2), "");
    assert_eq!(project.here(&other, 27), "gone");
    assert_eq!(
        (project.project.node.as_deref(), project.project.full_name.as_str()),
        (Some("R_1"), "Else/tool")
    );
    assert_eq!(project.here(&seen, 28), "back");
}

#[test]
fn archived_and_back() {
    let mut seen = repository(vec![]);
    let mut project = Followed::since(&seen);
    for (archived, expected) in [(true, "archived"), (true, ""), (false, "unarchived"), (false, "")] {
        seen.facts.archived = archived;
        assert_eq!(project.here(&seen, 1), expected);
    }
    seen.facts.archived = true;
    assert_eq!(Followed::new().here(&seen, 0), "");
}

#[test]
fn an_unknown_licence_is_no_change() {
    let mut seen = repository(vec![]);
    let mut project = Followed::since(&seen);
    for (license, expected) in [
        (None, ""),
        (Some("MIT"), ""),
        (None, ""),
        (Some("MIT"), ""),
        (None, ""),
        (Some("BUSL-1.1"), "MIT>BUSL-1.1"),
        (Some("NOASSERTION"), "BUSL-1.1>NOASSERTION"),
    ] {
        seen.facts.license = license.map(str::to_owned);
        assert_eq!(project.here(&seen, 1), expected, "{license:?}");
    }
}

#[test]
fn round_numbers_are_passed_once_and_upwards() {
    let mut seen = repository(vec![]);
    seen.facts.stars = Some(2400);
    seen.facts.forks = None;
    let mut project = Followed::since(&seen);
    for (stars, forks, expected) in [
        (Some(2499), None, ""),
        (Some(2500), Some(1200), "stars>2500"),
        (None, Some(1300), ""),
        (Some(2400), None, ""),
        (Some(2600), Some(2500), "forks>2500"),
        (Some(26_000), Some(0), "stars>25000"),
        (Some(900), Some(2600), ""),
        (Some(25_100), Some(2600), ""),
    ] {
        (seen.facts.stars, seen.facts.forks) = (stars, forks);
        assert_eq!(project.here(&seen, 1), expected, "{stars:?} {forks:?}");
    }
    let mut quiet = Followed::since(&seen);
    quiet.rules.milestones = false;
    seen.facts.stars = Some(60_000);
    assert_eq!(quiet.here(&seen, 1), "");
    quiet.rules.milestones = true;
    assert_eq!(quiet.here(&seen, 2), "", "what was passed in silence is passed");
}

#[test]
fn a_look_that_finds_nothing_new_leaves_the_row_as_it_is() {
    let seen = repository(vec![release("v1", -9), release("nightly", -3)]);
    let mut project = Followed::since(&seen);
    let row = project.project.clone();
    for hours in 1..400 {
        assert_eq!(project.here(&seen, hours), "");
        assert_eq!(project.project, row);
    }
}

#[test]
fn a_row_is_short_whatever_its_host_says() {
    let long = "\"ü\u{1}".repeat(1000);
    let mut seen = repository((0..99).map(|n| release(&format!("{n}{long}v1.0"), -n)).collect());
    let some = Some(long.clone());
    seen.facts.description = some.clone();
    seen.facts.homepage = some.clone();
    seen.facts.language = some.clone();
    seen.facts.license = some;
    let mut project = Followed::since(&seen);
    for hours in 1..300 {
        let tags =
            (0..9).map(|n| release(&format!("pkg-{}-{n}-with-some-letters@{hours}.{n}.0", hours * n), hours));
        let _ = project.here(&repository(tags.collect()), hours);
    }
    let _ = project.at(&Answer::Failed(long), hour(400));
    let _ = project.outcome(&Answer::NotFound, hour(401));
}
