//! What is told of releases.

use super::*;

fn minutes(hours: i64, minutes: i64) -> DateTime<Utc> {
    hour(hours) + TimeDelta::minutes(minutes)
}

#[test]
fn every_release_between_two_looks_is_told_once_oldest_first() {
    let mut releases = vec![release("v1.0.0", -50)];
    let mut project = Followed::since(&repository(releases.clone()));
    releases.extend([release("v1.2.0", 3), release("v1.1.0", 2), release("v2.0.0-rc.1", 4)]);
    assert_eq!(project.here(&repository(releases.clone()), 5), "+v1.1.0 +v1.2.0 +v2.0.0-rc.1");
    assert_eq!(project.here(&repository(releases.clone()), 6), "");
    // on an old branch, after a newer one
    releases.extend([release("v2.0.0", 7), release("v1.0.1", 8)]);
    assert_eq!(project.here(&repository(releases.clone()), 9), "+v2.0.0 +v1.0.1");
    // taken away: what comes into sight again is no news
    releases.retain(|release| release.tag == "v1.0.0");
    assert_eq!(project.here(&repository(releases), 10), "");
}

#[test]
fn an_event_says_what_the_release_is() {
    let mut project = Followed::since(&repository(vec![release("v1.2.0", -50), release("v2.0.0", -9)]));
    let mut new = release("core@1.2.1", 1);
    new.notes_html = "<p class=x>Fixes CVE-2024-12345</p>".to_owned();
    let rc = release("v1.2.1", 2);
    let seen = repository(vec![new, rc, release("v3.0.0-rc.1", 3)]);
    let outcome = project.outcome(&Answer::Here(Box::new(seen)), hour(4));
    project.project = outcome.project;
    let facts: Vec<String> = outcome
        .news
        .iter()
        .map(|dated| {
            let News::Released { project, release } = &dated.news else { panic!("{dated:?}") };
            assert_eq!((project.project.as_str(), project.facts.stars), ("Owner/Tool", Some(120)));
            assert_eq!(dated.at, release.published);
            let level = release.level.map(|level| level.to_string());
            format!(
                "{:?} {:?} {:?} {} {:?} {} {}",
                release.package,
                release.version,
                level,
                release.prerelease,
                release.security,
                release.notes,
                release.notes_html
            )
        })
        .collect();
    assert_eq!(
        facts,
        [
            r#"Some("core") Some("1.2.1") Some("patch") false ["CVE-2024-12345"] Fixes CVE-2024-12345 <p>Fixes CVE-2024-12345</p>"#,
            r#"None Some("1.2.1") Some("patch") false [] notes of v1.2.1 <p>notes of v1.2.1</p>"#,
            r#"None Some("3.0.0-rc.1") Some("pre") true [] notes of v3.0.0-rc.1 <p>notes of v3.0.0-rc.1</p>"#,
        ]
    );
}

#[test]
fn a_release_settles_and_is_told_with_its_last_notes() {
    let mut project = Followed::since(&repository(vec![release("v1", -9)]));
    let mut new = release("v2", 1);
    let seen = |new: &SeenRelease| Answer::Here(Box::new(repository(vec![release("v1", -9), new.clone()])));
    let outcome = project.outcome(&seen(&new), minutes(1, 4));
    assert_eq!((told(&outcome.news).as_str(), outcome.next_due), ("", minutes(1, 14)));
    project.project = outcome.project;
    assert_eq!(project.at(&seen(&new), minutes(1, 9)), "");
    new.notes_html = "<p>finished</p>".to_owned();
    let outcome = project.outcome(&seen(&new), minutes(1, 10));
    let News::Released { release, .. } = &outcome.news[0].news else { panic!("{:?}", outcome.news) };
    assert_eq!(release.notes, "finished");
    project.project = outcome.project;
    // edits later are not told
    new.title = "edited".to_owned();
    assert_eq!(project.at(&seen(&new), minutes(9, 0)), "");
}

#[test]
fn what_is_taken_back_while_it_settles_is_never_told() {
    let old = vec![release("v1", -9)];
    let mut project = Followed::since(&repository(old.clone()));
    let new = repository(vec![release("v1", -9), release("v2", 1)]);
    assert_eq!(project.at(&Answer::Here(Box::new(new)), minutes(1, 1)), "");
    assert_eq!(project.at(&Answer::Here(Box::new(repository(old))), minutes(1, 20)), "");
    // and told when it comes for good
    let mut again = release("v2", 2);
    again.id = "RE_again".to_owned();
    assert_eq!(project.here(&repository(vec![release("v1", -9), again]), 3), "+v2");
}

#[test]
fn a_tag_made_again_is_no_second_event() {
    let mut project = Followed::since(&repository(vec![release("v1", -9)]));
    assert_eq!(project.here(&repository(vec![release("v2", 1)]), 2), "+v2");
    assert_eq!(project.here(&repository(vec![]), 3), "");
    let mut again = release("v2", 4);
    again.id = "RE_again".to_owned();
    assert_eq!(project.here(&repository(vec![again.clone()]), 5), "");
    // nor is another name for the same release
    again.tag = "v2.0".to_owned();
    assert_eq!(project.here(&repository(vec![again]), 6), "");
}

#[test]
fn a_promoted_prerelease_is_told_as_such() {
    let mut beta = SeenRelease { prerelease: true, ..release("v2.0.0", -1) };
    let mut project = Followed::since(&repository(vec![beta.clone()]));
    beta.prerelease = false;
    assert_eq!(project.here(&repository(vec![beta.clone()]), 1), "^v2.0.0");
    beta.prerelease = true;
    assert_eq!(project.here(&repository(vec![beta.clone()]), 2), "");
    beta.prerelease = false;
    assert_eq!(project.here(&repository(vec![beta.clone()]), 3), "");
    // promoted while it settles: simply released
    let mut next = SeenRelease { prerelease: true, ..release("v3.0.0", 4) };
    let seen = |next: &SeenRelease| Answer::Here(Box::new(repository(vec![next.clone()])));
    assert_eq!(project.at(&seen(&next), minutes(4, 5)), "");
    next.prerelease = false;
    assert_eq!(project.at(&seen(&next), minutes(4, 15)), "+v3.0.0");
}

#[test]
fn drafts_are_told_when_they_are_published() {
    let draft = SeenRelease { draft: true, published: None, created: hour(-24 * 90), ..release("v0.9", 0) };
    let mut project = Followed::since(&repository(vec![release("v1", -9), draft.clone()]));
    assert_eq!(project.here(&repository(vec![release("v1", -9), draft.clone()]), 5), "");
    // its commit is three months old, yet it is one release and new
    let published = SeenRelease { draft: false, published: Some(hour(6)), ..draft };
    assert_eq!(project.here(&repository(vec![release("v1", -9), published]), 7), "+v0.9");
}

#[test]
fn a_late_draft_below_the_page_is_looked_for() {
    let mut releases: Vec<_> = (0..30).map(|n| release(&format!("v1.{n}"), n - 100)).collect();
    let mut project = Followed::since(&repository(releases.clone()));
    assert!(!project.pages_on(&repository(releases.clone()), 1));
    let draft = SeenRelease { published: Some(hour(2)), ..release("v0.9", -24 * 60) };
    releases.push(draft);
    let mut seen = repository(releases.clone());
    assert!(project.pages_on(&seen, 3), "the total grew, the page does not say why");
    // the page could not be read: nothing is lost
    assert_eq!(project.here(&seen, 3), "");
    seen.releases = Some(releases.clone());
    page(&mut seen, 20);
    assert!(project.pages_on(&seen, 4));
    seen.releases = Some(releases.clone());
    page(&mut seen, 99);
    assert!(!project.pages_on(&seen, 4));
    assert_eq!(project.here(&seen, 4), "+v0.9");
    assert_eq!(project.here(&repository(releases), 5), "");
}

#[test]
fn news_waits_for_an_older_page_that_cannot_be_read() {
    let mut releases: Vec<_> = (0..30).map(|n| release(&format!("v1.{n}"), n - 100)).collect();
    let known = Followed::since(&repository(releases.clone()));
    let old_branch = SeenRelease { published: Some(hour(1)), ..release("v0.9", -24 * 20) };
    releases.extend([old_branch, release("v1.30", 2)]);
    let mut half = repository(releases.clone());
    let mut whole = half.clone();
    whole.releases = Some(releases);
    page(&mut whole, 99);
    let mut project = Followed { project: known.project.clone(), rules: known.rules.clone() };
    assert!(project.pages_on(&half, 3));
    let told = project.outcome(&Answer::Here(Box::new(half.clone())), hour(3)).news;
    assert_eq!(told.len(), 1, "nobody tried to read on: it is told by what there is");
    half.unread = true;
    assert_eq!(project.here(&half, 3), "", "an earlier one may stand on the page that is missing");
    let again = project.outcome(&Answer::Here(Box::new(half.clone())), hour(4)).next_due;
    assert_eq!(again, minutes(4, 10));
    assert_eq!(project.here(&half, 4), "");
    assert_eq!(project.here(&whole, 5), "+v0.9 +v1.30");
    // it never can
    let mut project = known;
    assert_eq!(project.here(&half, 3), "");
    assert_eq!(project.here(&half, 26), "");
    assert_eq!(project.here(&half, 27), "+v1.30", "nobody waits for ever");
    assert_eq!(project.here(&whole, 28), "+v0.9", "and nothing is lost by that");
}

#[test]
fn more_than_a_page_of_new_ones_are_all_told() {
    let mut releases = vec![release("v0.9", -30)];
    let mut project = Followed::since(&repository(releases.clone()));
    releases.extend((0..25).map(|n| release(&format!("pkg{n}@1.0.0"), 1)));
    let mut seen = repository(releases.clone());
    assert!(project.pages_on(&seen, 3));
    seen.releases = Some(releases);
    page(&mut seen, 99);
    assert!(!project.pages_on(&seen, 3));
    assert_eq!(project.here(&seen, 3).split(' ').count(), 25);
}

#[test]
fn hundreds_of_old_ones_are_told_in_one_line() {
    let mut releases = vec![release("v9.0", -30)];
    let mut project = Followed::since(&repository(releases.clone()));
    let old = |n: i64| SeenRelease { created: hour(-24 * (400 - n)), ..release(&format!("v0.{n}"), 1) };
    releases.extend((0..200).map(old));
    let mut seen = repository(releases.clone());
    assert!(project.pages_on(&seen, 2));
    seen.releases = Some(releases.clone());
    page(&mut seen, 999);
    let whole = Answer::Here(Box::new(seen));
    let first = project.at(&whole, minutes(1, 5));
    assert_eq!(first, "", "the publisher is still at it");
    // a new one between them is told for itself
    releases.push(release("v9.1", 2));
    let seen = repository(releases.clone());
    assert!(!project.pages_on(&seen, 3));
    assert_eq!(project.here(&seen, 3), "+v9.1 200:v0.0..v0.199");
    // stragglers are not told one by one
    let straggler = SeenRelease { created: hour(-24 * 500), published: Some(hour(4)), ..release("v0.x", 4) };
    releases.push(straggler);
    let mut seen = repository(releases.clone());
    assert!(project.pages_on(&seen, 5));
    seen.releases = Some(releases);
    page(&mut seen, 999);
    assert_eq!(project.here(&seen, 5), "1:v0.x..v0.x");
}

#[test]
fn one_that_was_away_for_long_does_not_flood() {
    let mut releases = vec![release("v1.0", -30)];
    let mut project = Followed::since(&repository(releases.clone()));
    releases.extend((1..9).map(|n| release(&format!("v1.{n}"), n * 48)));
    assert_eq!(project.here(&repository(releases), 24 * 60), "+v1.8 7:v1.1..v1.7");
    // a few are told as they are
    let mut releases = vec![release("v1.0", -30)];
    let mut project = Followed::since(&repository(releases.clone()));
    releases.extend((1..4).map(|n| release(&format!("v1.{n}"), n * 48)));
    assert_eq!(project.here(&repository(releases), 24 * 60), "+v1.1 +v1.2 +v1.3");
}

#[test]
fn nightlies_are_told_only_when_wanted() {
    let old = vec![release("v1", -9)];
    let mut quiet = Followed::since(&repository(old.clone()));
    let mut loud = Followed::since(&repository(old));
    loud.rules.nightlies = true;
    let moving = SeenRelease { created: hour(90), ..release("build", 40) };
    let new = repository(vec![
        release("nightly-2026-11-20", 1),
        release("v1.1.0-canary.3", 2),
        moving,
        release("v1.1", 3),
    ]);
    assert_eq!(quiet.here(&new, 99), "+v1.1");
    assert_eq!(loud.here(&new, 99), "+nightly-2026-11-20 +v1.1.0-canary.3 +v1.1 +build");
    assert_eq!(quiet.here(&new, 100), "");
}

#[test]
fn tags_stand_in_for_releases() {
    let tags = |names: &[(&str, i64)]| Seen {
        tags: Some(names.iter().map(|(name, hours)| tag(name, *hours)).collect()),
        tags_total: Some(names.len() as u32),
        complete: true,
        ..repository(vec![])
    };
    let mut project = Followed::since(&tags(&[("v1.0", -90)]));
    assert_eq!(project.here(&tags(&[("v1.0", -90), ("v1.1", 1)]), 2), "");
    assert_eq!(project.here(&tags(&[("v1.0", -90), ("v1.1", 1)]), 3), "+v1.1");
    // tags that become releases
    let mut seen = repository(vec![release("v1.0", 4), release("v1.1", 4)]);
    assert_eq!(project.here(&seen, 5), "");
    seen = repository(vec![release("v1.0", 4), release("v1.1", 4), release("v1.2", 6)]);
    assert_eq!(project.here(&seen, 7), "+v1.2");
    // and releases that are taken away
    assert_eq!(project.here(&tags(&[("v1.0", -90), ("v1.1", 1), ("v1.2", 5)]), 8), "");
}

#[test]
fn a_first_release_is_news_and_an_unasked_page_is_not() {
    let mut project = Followed::since(&repository(vec![]));
    assert_eq!(project.here(&repository(vec![release("v0.1", 1)]), 2), "+v0.1");
    let facts_only = Seen { releases: None, ..repository(vec![]) };
    assert_eq!(project.here(&facts_only, 3), "");
    assert_eq!(project.here(&repository(vec![release("v0.1", 1), release("v0.2", 3)]), 4), "+v0.2");
    let mut later = Followed::since(&facts_only);
    assert_eq!(later.here(&repository(vec![release("v0.1", 1)]), 2), "", "the first page is the first sight");
}

#[test]
fn a_clock_that_is_wrong_by_an_hour_loses_nothing() {
    for skew in [-1, 1] {
        let mut project = Followed::since(&repository(vec![release("v1", skew - 9)]));
        let seen = repository(vec![release("v1", skew - 9), release("v2", skew)]);
        let first = project.here(&seen, 0);
        let second = project.here(&seen, 1);
        assert_eq!(format!("{first}{second}"), "+v2", "{skew}");
    }
}

/// The same seen from further away: who is there at all.
pub(super) fn glimpses(releases: &[SeenRelease]) -> Vec<Glimpse> {
    let glimpse = |release: &SeenRelease| {
        let SeenRelease { id, created, published, .. } = release.clone();
        Some(Glimpse { id, created, published: published? })
    };
    releases.iter().filter_map(glimpse).collect()
}

#[test]
fn one_that_came_below_the_page_while_another_left_is_found_by_a_look_that_reaches_further() {
    let mut releases = releases_of(15);
    let mut project = Followed::since(&Seen { complete: true, ..whole(&releases) });
    releases.remove(2);
    let late = SeenRelease { id: "RE_late".into(), tag: "v0.1.1".into(), ..releases[1].clone() };
    releases.push(SeenRelease { published: Some(hour(1)), ..late });
    let seen = repository(releases.clone());
    assert_eq!(
        (project.here(&seen, 3).as_str(), project.pages_on(&seen, 3)),
        ("", false),
        "neither page nor total differ"
    );

    let seen = Seen { further: glimpses(&releases), ..seen };
    assert!(project.pages_on(&seen, 4));
    let read = Seen { further: glimpses(&releases), ..whole(&releases) };
    assert_eq!(project.here(&read, 4), "+v0.1.1");
    assert!(!project.pages_on(&seen, 5), "all who are there are known");
    assert_eq!(project.here(&repository(releases), 6), "");
}

#[test]
fn a_look_that_is_to_read_all_reads_until_there_is_no_more() {
    let releases = releases_of(15);
    let project = Followed::since(&repository(releases.clone()));
    assert!(!project.pages_on(&repository(releases.clone()), 2));
    assert!(project.pages_on(&Seen { wholly: true, ..repository(releases.clone()) }, 2));
    assert!(!project.pages_on(&Seen { wholly: true, ..whole(&releases) }, 2));
    // News does not wait for it.
    let mut project = project;
    let mut more = releases.clone();
    more.push(release("v2.0.0", 2));
    assert_eq!(project.here(&Seen { wholly: true, unread: true, ..repository(more.clone()) }, 3), "+v2.0.0");
    // What was there before the first look, and was never seen, is no reason to read.
    let seen = Seen { further: glimpses(&more), ..repository(more) };
    assert!(!project.pages_on(&seen, 4));
}

/// All pages at once.
fn whole(releases: &[SeenRelease]) -> Seen {
    Seen { releases: Some(releases.to_vec()), complete: true, ..repository(releases.to_vec()) }
}

/// The releases a page would show.
fn shown(project: &Followed) -> Vec<&str> {
    project.project.recent.iter().map(|recent| recent.tag.as_str()).collect()
}

#[test]
fn the_newest_are_remembered_whether_told_or_not() {
    let mut releases: Vec<_> = (1..8).map(|n| release(&format!("v1.{n}.0"), n - 100)).collect();
    releases.push(release("nightly", -1));
    releases.push(release(&"long".repeat(20), -1));
    releases.push(SeenRelease { draft: true, published: None, ..release("v9.0.0", -1) });
    let mut project = Followed::since(&repository(releases.clone()));
    assert_eq!(shown(&project), ["v1.7.0", "v1.6.0", "v1.5.0", "v1.4.0", "v1.3.0"]);
    assert_eq!(project.project.recent[0].published, hour(-93));
    assert_eq!(project.project.release_url("v1 7"), "https://github.com/Owner/Tool/releases/tag/v1%207");

    releases.push(release("v2.0.0-rc.1", 5));
    let _ = project.here(&repository(releases.clone()), 6);
    assert_eq!(shown(&project)[..2], ["v2.0.0-rc.1", "v1.7.0"]);
    assert!(project.project.recent[0].prerelease && !project.project.recent[1].prerelease);

    // a look that did not ask for releases, or did not see any, takes nothing away
    let row = project.project.recent.clone();
    for releases in [None, Some(Vec::new())] {
        let _ = project.here(&Seen { releases, complete: false, ..repository(releases_of(1)) }, 8);
        assert_eq!(project.project.recent, row);
    }
    let _ = project.here(&repository(Vec::new()), 9);
    assert_eq!(shown(&project), [""; 0]);
}

#[test]
fn what_a_row_of_before_lacks_is_no_difference() {
    let seen = repository(releases_of(3));
    let mut project = Followed::since(&seen);
    project.project.recent.clear();
    let changed = project.project.changed;
    assert_eq!(project.here(&seen, 2), "");
    assert_eq!((shown(&project).len(), project.project.changed), (3, changed));
    // a tag without a date would be new at every look
    let tags = vec![SeenTag { name: "v1".to_owned(), ..SeenTag::default() }, tag("v0", -5)];
    let mut project = Followed::since(&Seen { tags: Some(tags), ..repository(Vec::new()) });
    assert_eq!(shown(&project), ["v0"]);
    let row = project.project.clone();
    let tags = vec![SeenTag { name: "v1".to_owned(), ..SeenTag::default() }, tag("v0", -5)];
    let _ = project.here(&Seen { tags: Some(tags), ..repository(Vec::new()) }, 3);
    assert_eq!(project.project.recent, row.recent);
}

fn releases_of(count: i64) -> Vec<SeenRelease> {
    (0..count).map(|n| release(&format!("v0.{n}.0"), n - 50)).collect()
}
