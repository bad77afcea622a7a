//! News of projects in digests.

use super::*;
use crate::event::tests::{listed, project, release};
use crate::event::{Facts, Level, Project, Release, Subject};
use crate::wording::tell_digest;

fn called(name: &str, stars: u64) -> Project {
    let subject = Subject {
        name: name.to_owned(),
        url: format!("https://github.com/x/{name}"),
        key: format!("github.com/x/{name}"),
        ..Subject::default()
    };
    let facts = Facts { stars: Some(stars), ..Facts::default() };
    Project { subject, project: format!("x/{name}"), facts }
}

fn of(version: &str, level: Level) -> Release {
    Release {
        id: version.to_owned(),
        tag: format!("v{version}"),
        version: Some(version.to_owned()),
        level: Some(level),
        ..release()
    }
}

fn released(name: &str, stars: u64, release: Release) -> News {
    News::Released { project: called(name, stars), release }
}

/// The news as events an hour apart, listed by two catalogs.
fn told(news: Vec<News>) -> Vec<Event> {
    let lists = [listed("go", &["A"]), listed("systems", &["B"]), listed("go", &["C"])];
    let told = news.into_iter().zip(1..).map(|(news, seq)| event(news, seq));
    told.map(|event| Event { catalog: None, catalogs: lists.to_vec(), ..event }).collect()
}

/// The lines about projects, below their headings.
fn lines(news: Vec<News>) -> Vec<String> {
    let digest = Digest::fold(week(), &told(news));
    assert!(digest.catalogs.is_empty());
    let told = tell_digest(&digest, &|id| format!("the {id}"));
    let lines = |group: &crate::wording::ToldGroup| -> Vec<String> {
        group.lines.iter().map(|line| format!("{}: {}", group.title, line.text())).collect()
    };
    told.groups.iter().flat_map(lines).map(|line| line.replace(" · in the go and the systems", "")).collect()
}

#[test]
fn releases_that_matter_come_first() {
    let flaw = Release { security: vec!["CVE-2026-1".to_owned()], ..of("1.0.1", Level::Patch) };
    let nightly = Release { nightly: true, ..of("nightly", Level::Major) };
    let candidate = of("9.0.0-rc.1", Level::Pre);
    assert_eq!(
        lines(vec![
            released("nightly", 9_000_000, nightly),
            released("early", 90_000, candidate),
            released("small", 10, of("1.1.0", Level::Minor)),
            released("large", 80_000, of("0.9.9", Level::Patch)),
            released("major", 5, of("2.0.0", Level::Major)),
            released("mended", 7, flaw),
        ]),
        [
            "Releases: mended 1.0.1 (patch) — security: CVE-2026-1",
            "Releases: major 2.0.0 (major)",
            "Releases: large 0.9.9 (patch)",
            "Releases: small 1.1.0 (minor)",
            "Releases: early 9.0.0-rc.1 (prerelease)",
            "Releases: nightly nightly (major, nightly)",
        ]
    );
}

#[test]
fn a_project_has_one_line_however_often_it_released_and_many_lists_name_it() {
    let etcd = |release| released("etcd", 1, release);
    let news = vec![
        etcd(of("3.6.0", Level::Minor)),
        etcd(of("3.5.1", Level::Patch)),
        etcd(of("3.6.1", Level::Patch)),
        etcd(of("3.6.2", Level::Patch)),
    ];
    let digest = Digest::fold(week(), &told(news));
    assert_eq!(digest.counts[&Kind::Released], 4, "all are counted");
    let words = tell_digest(&digest, &|id| format!("the {id}"));
    assert_eq!(words.title, "Week 47 of 2026 (16–22 November): 4 releases");
    let [group] = words.groups.as_slice() else { panic!("one group: {:?}", words.groups) };
    assert_eq!((&group.catalog, group.catalog_title.as_str()), (&None, "Projects"));
    assert_eq!(group.lines.len(), 1);
    assert_eq!(
        group.lines[0].text(),
        "etcd 3.6.0 (minor); also 3.6.2, 3.6.1 and 3.5.1 · in the go and the systems"
    );
    assert_eq!(group.lines[0].url.as_deref(), Some(release().release_url.as_str()));
}

#[test]
fn a_release_promoted_within_the_period_is_told_once() {
    let early = Release { prerelease: true, ..of("1.0.0", Level::Major) };
    let other = Release { prerelease: true, ..of("1.0.0", Level::Major) };
    assert_eq!(
        lines(vec![
            released("a", 1, early),
            released("b", 1, other),
            News::ReleasePromoted { project: called("a", 1), release: of("1.0.0", Level::Major) },
        ]),
        ["Releases: b 1.0.0 (major, prerelease)", "Promoted releases: a 1.0.0 (major)"]
    );
}

#[test]
fn there_and_back_again_is_nothing() {
    let gone = |name: &str| News::Gone { project: called(name, 1), since: start() };
    let back = |name: &str| News::Back { project: called(name, 1), since: start() };
    let archived = |name: &str, stars| News::Archived { project: called(name, stars), since: None };
    let unarchived = |name: &str| News::Unarchived { project: called(name, 1) };
    assert_eq!(
        lines(vec![
            archived("a", 1),
            archived("b", 1),
            gone("c"),
            back("d"),
            unarchived("a"),
            back("c"),
            gone("e"),
            archived("f", 1_000),
        ]),
        [
            "Archived projects: f",
            "Archived projects: b",
            "Projects gone: e, not found since 16 November 2026",
            "Projects back: d, not found from 16 November 2026 until now",
        ]
    );
}

fn renamed(from: &str, to: &str) -> News {
    News::ProjectRenamed {
        project: called(to, 1),
        old_project: format!("x/{from}"),
        old_url: format!("https://github.com/x/{from}"),
        old_key: format!("github.com/x/{from}"),
        transferred: false,
    }
}

#[test]
fn names_and_licences_reach_from_the_beginning_to_the_end() {
    let licence = |name: &str, from: Option<&str>, to: Option<&str>| {
        let mut project = called(name, 1);
        project.facts.license = to.map(ToOwned::to_owned);
        News::LicenseChanged { project, old_license: from.map(ToOwned::to_owned) }
    };
    assert_eq!(
        lines(vec![
            renamed("a", "b"),
            renamed("m", "n"),
            renamed("b", "c"),
            renamed("n", "m"),
            licence("p", Some("MIT"), None),
            licence("q", Some("MIT"), Some("ISC")),
            licence("p", None, Some("Apache-2.0")),
            licence("q", Some("ISC"), Some("MIT")),
        ]),
        ["Renamed projects: c: x/a → x/c", "Licence changes: p: MIT → Apache-2.0"]
    );
}

#[test]
fn milestones_of_projects_are_told_once_with_the_largest() {
    let milestone = |value| News::Milestone { subject: project().subject, metric: Metric::Stars, value };
    assert_eq!(lines(vec![milestone(25_000), milestone(50_000)]), ["Milestones: etcd: 50,000 stars"]);
}

#[test]
fn many_projects_leave_room_for_the_catalogs() {
    let news = |index: u64| {
        let name = format!("p{index}");
        match index % 3 {
            0 => released(&name, index, of("1.0.0", Level::Major)),
            1 => News::Archived { project: called(&name, index), since: None },
            _ => News::Milestone { subject: called(&name, 1).subject, metric: Metric::Stars, value: 1_000 },
        }
    };
    let mut events = told((0..150).map(news).collect());
    events.extend((0..50u32).map(|index| {
        let change = added(&format!("e{index}"), "A");
        Event { epoch: Epoch(2), ..event(News::from_change(&change), index) }
    }));
    let words = tell_digest(&Digest::fold(week(), &events), &|id| id.to_string());
    let shown: Vec<_> = words
        .groups
        .iter()
        .map(|group| (group.catalog.is_some(), group.title.as_str(), group.lines.len(), group.more))
        .collect();
    assert_eq!(
        shown,
        [
            (false, "Releases", 40, 10),
            (false, "Milestones", 40, 10),
            (false, "Archived projects", 20, 30),
            (true, "New entries — A", 40, 10),
        ]
    );
}

proptest! {
    #[test]
    fn projects_fold_alike_in_any_order(picks in prop::collection::vec(0..8usize, 0..12), seed in any::<u64>()) {
        let news = |pick: &usize| match pick {
            0 => released("a", 1, of("1.0.0", Level::Major)),
            1 => released("b", 2, of("1.0.0", Level::Major)),
            2 => News::Archived { project: called("a", 1), since: None },
            3 => News::Unarchived { project: called("a", 1) },
            4 => renamed("a", "b"),
            5 => renamed("b", "a"),
            6 => renamed("b", "c"),
            _ => News::Gone { project: called("b", 1), since: start() },
        };
        let events = told(picks.iter().map(news).collect());
        let mut shuffled = events.clone();
        shuffled.sort_by_key(|event| event.seq.wrapping_mul(seed | 1));
        let digest = Digest::fold(week(), &events);
        prop_assert_eq!(&Digest::fold(week(), &shuffled), &digest);
        let count: usize = digest.projects.iter().map(Part::count).sum();
        prop_assert_eq!(digest.counts.values().sum::<usize>(), count);
        prop_assert!(count <= events.len());
    }
}
