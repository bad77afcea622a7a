//! Conditions over facts of projects and releases, and over news that many catalogs list.

use super::*;
use crate::event::tests::{listed, project, release};
use crate::event::{Facts, Level, Project, Release};

fn numbered(news: News) -> Event {
    let lists = vec![listed("awesome-go", &["Databases"]), listed("raft", &["Stores", "Key-Value"])];
    let at = Utc.timestamp_opt(0, 0).unwrap();
    Dated::new(at, news).listed_in(lists).numbered("1-1".parse().unwrap(), at, None)
}

fn released(release: Release) -> Event {
    numbered(News::Released { project: project(), release })
}

fn promoted() -> Event {
    numbered(News::ReleasePromoted { project: project(), release: release() })
}

#[track_caller]
fn check(event: &Event, table: &[(&str, bool)]) {
    for (text, matches) in table {
        assert_eq!(Filter::parse(text).unwrap().matches(event), *matches, "{text}");
    }
}

#[test]
fn a_release_meets_what_is_known_of_it() {
    check(
        &released(release()),
        &[
            ("level:minor", true),
            ("level:=minor", true),
            ("level:Major,minor", true),
            ("level:>=minor", true),
            ("level:≥minor", true),
            ("level:>minor", false),
            ("level:<=minor", true),
            ("level:<major", true),
            ("level:<minor", false),
            ("prerelease:no", true),
            ("prerelease:yes", false),
            ("-prerelease:yes", true),
            ("nightly:no", true),
            ("nightly:true", false),
            ("language:GO", true),
            ("language:rust,go", true),
            ("language:gol", false),
            ("license:apache-2.0", true),
            ("license:mit", false),
            ("stars:>=50k", true),
            ("stars:>=51,234", true),
            ("stars:51234", true),
            ("stars:>51_234", false),
            ("stars:<51.3k", true),
            ("stars:<=0.05m", false),
            ("catalog:awesome-go", true),
            ("catalog:raft", true),
            ("catalog:other", false),
            ("section:databases", true),
            ("section:\"stores / key-value\"", true),
            ("section:caches", false),
            ("project:etcd-io/etcd", true),
            ("project:github.com/etcd-io/etcd", true),
            ("project:github.com~etcd-io~etcd", true),
            ("\"faster watches\"", true),
            ("\"calm one\" 3.6.0", true),
        ],
    );
}

#[test]
fn an_unfinished_release_is_below_all_others_whatever_its_number() {
    let flagged = released(Release { prerelease: true, ..release() });
    let spelled = released(Release { level: Some(Level::Pre), nightly: true, ..release() });
    for event in [&flagged, &spelled] {
        check(
            event,
            &[
                ("level:pre", true),
                ("level:>=minor", false),
                ("level:<patch", true),
                ("prerelease:yes", true),
                ("prerelease:no", false),
            ],
        );
    }
    check(&spelled, &[("nightly:yes", true), ("nightly:no", false)]);
}

#[test]
fn what_is_not_known_meets_nothing() {
    let unknown = Project { facts: Facts::default(), ..project() };
    let event = numbered(News::Released { project: unknown, release: Release { level: None, ..release() } });
    check(
        &event,
        &[
            ("stars:>=0", false),
            ("stars:<10", false),
            ("-stars:<10", true),
            ("language:go", false),
            ("-language:go", true),
            ("license:mit", false),
            ("level:>=pre", false),
            ("prerelease:no", true),
        ],
    );
    // News that is of no release is neither finished nor unfinished.
    check(
        &super::event(Kind::Added),
        &[("prerelease:no", false), ("prerelease:yes", false), ("nightly:no", false)],
    );
}

#[test]
fn facts_stand_on_new_entries_too() {
    let mut added = super::event(Kind::Added);
    check(&added, &[("stars:>=1", false)]);
    let News::Added { facts, .. } = &mut added.news else { unreachable!("it was added") };
    *facts = Facts { stars: Some(7), language: Some("Jupyter Notebook".to_owned()), ..Facts::default() };
    check(&added, &[("stars:>=7", true), ("language:\"jupyter notebook\"", true), ("license:mit", false)]);
}

#[test]
fn a_milestone_says_how_many_stars() {
    let subject = project().subject;
    let milestone = numbered(News::Milestone { subject, metric: Metric::Stars, value: 50_000 });
    check(&milestone, &[("stars:>=50k", true), ("stars:>50k", false), ("language:go", false)]);
}

#[test]
fn who_waits_for_finished_releases_hears_of_promoted_ones() {
    check(
        &promoted(),
        &[
            ("kind:release_promoted", true),
            ("kind:released", false),
            ("kind:released prerelease:no", true),
            ("kind:released -prerelease:yes", true),
            ("kind:released level:>=minor", true),
            ("kind:released level:>=major", false),
            ("kind:released -level:pre", true),
            ("kind:released level:>=pre", false),
            ("kind:released prerelease:yes", false),
            ("kind:released stars:>=1", false),
            ("(kind:released or kind:added) prerelease:no", true),
            ("kind:released or prerelease:no kind:added", false),
            ("kind:released (prerelease:no or level:major)", true),
            ("kind:released (prerelease:no or stars:>1)", false),
            ("kind:released -(prerelease:yes or level:pre)", true),
            ("-kind:released prerelease:no", false),
            ("kind:released prerelease:no -kind:release_promoted", false),
        ],
    );
    check(&released(release()), &[("kind:release_promoted prerelease:no", false)]);
}

#[test]
fn errors_say_what_would_be_right() {
    for (text, at, says) in [
        ("level:majer", 6, "did you mean `major`?"),
        ("level:xyz", 6, "known are pre, patch, minor, major"),
        ("level:>=", 6, "needs a value right behind the sign"),
        ("level:>= minor", 6, "needs a value right behind the sign"),
        ("stars:many", 6, "write one such as 100"),
        ("stars:>=2.5", 6, "write one such as 100"),
        ("stars:-3", 6, "write one such as 100"),
        ("stars:99999999999999999999", 6, "write one such as 100"),
        ("stars:9999999999999999m", 6, "write one such as 100"),
        ("x prerelease:maybe", 13, "takes `yes` or `no`"),
        ("nightly:", 8, "such as `no`"),
        ("language:\u{301}", 9, "names no language"),
        ("licence:mit", 0, "did you mean `license:`?"),
        ("lang:go", 0, "did you mean `language:`?"),
        ("star:>=1", 0, "did you mean `stars:`?"),
        ("pre-release:no", 0, ""),
    ] {
        match Filter::parse(text) {
            // A hyphen is no part of a name: it is searched for as it stands.
            Ok(filter) => assert!(says.is_empty(), "{text} is {filter}"),
            Err(error) => {
                assert_eq!(error.at, at, "{text}: {error}");
                assert!(!says.is_empty() && error.message.contains(says), "{text}: {error}");
            }
        }
    }
}

#[test]
fn the_text_form_is_short() {
    for (typed, printed) in [
        ("level:=Minor", "level:minor"),
        ("level:≥minor", "level:>=minor"),
        ("level:major,minor", "level:major or level:minor"),
        ("stars:>=1,000", "stars:>=1000"),
        ("stars:2.5K", "stars:2500"),
        ("prerelease:False nightly:TRUE", "prerelease:no nightly:yes"),
        ("language:“Jupyter Notebook”", "language:\"Jupyter Notebook\""),
        ("license:MIT", "license:MIT"),
    ] {
        assert_eq!(Filter::parse(typed).unwrap().to_string(), printed, "{typed}");
    }
    let query = [("stars", ">=1,000"), ("level", "major,minor"), ("language", "rust"), ("kind", "released")];
    assert_eq!(
        Filter::from_query(query).unwrap().to_string(),
        "kind:released (level:major or level:minor) language:rust stars:>=1000"
    );
}
