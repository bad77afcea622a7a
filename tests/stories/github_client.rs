//! Our way to GitHub against the strict stand-in: what it asks is executed against GitHub's own schema, and every sin
//! against a limit is noted.

use std::path::Path;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use whimbrel_catalog::EntryKey;
use whimbrel_project::{Answer, Listings, Project, ProjectId, Rules, Seen};
use whimbrel_watch::github::{BlobAsk, Looked, Page};
use whimbrel_watch::{GithubSettings, Settings, Span};
use whimbrel_world::github::{Block, Fault, Github, Repository};

const TOKEN: &str = "github_client_token";

fn start() -> DateTime<Utc> {
    "2026-05-01T12:00:00Z".parse().expect("a moment")
}

/// A stand-in whose clock stands, and the way to it.
fn world(tokens: &[&str]) -> (Github, whimbrel_watch::Github) {
    let github = Github::start();
    github.clock().set(start());
    for token in tokens {
        github.token(token);
    }
    let settings = GithubSettings {
        api_url: github.api_url(),
        tokens: tokens.iter().map(|token| (*token).into()).collect(),
        ..GithubSettings::default()
    };
    let watch = Settings { timeout: Span::from_secs(2), ..Settings::default() };
    let way = whimbrel_watch::Github::new(&settings, &watch, Path::new("."), start());
    (github, way.expect("sound settings"))
}

fn project(number: u32, full_name: &str) -> Project {
    let key = EntryKey::from_stored(&format!("github.com/{}", full_name.to_lowercase()));
    let mut project = Project::new(ProjectId(number), key, start());
    full_name.clone_into(&mut project.full_name);
    project
}

/// What these projects are like after a look.
fn learn(projects: &[Project], looked: &Looked, now: DateTime<Utc>) -> Vec<Project> {
    let judge = |project: &Project| {
        let answer = looked.answers.iter().find(|(id, _)| *id == project.id);
        answer.map_or_else(
            || project.clone(),
            |(_, answer)| {
                whimbrel_project::look(project, answer, &Listings::default(), now, &Rules::default()).project
            },
        )
    };
    projects.iter().map(judge).collect()
}

fn seen(looked: &Looked, number: u32) -> &Seen {
    match looked.answers.iter().find(|(id, _)| id.0 == number) {
        Some((_, Answer::Here(seen))) => seen,
        other => panic!("{number}: {other:?}"),
    }
}

fn here(looked: &Looked) -> usize {
    looked.answers.iter().filter(|(_, answer)| matches!(answer, Answer::Here(_))).count()
}

#[tokio::test]
async fn projects_are_found_by_name_then_followed_by_id() {
    let (github, way) = world(&[TOKEN]);
    github.repository("o/Old").stars(7).license("MIT").language("Rust").release("v1.0.0").rename("o/New");
    github.repository("o/tags").annotated_tag("v0.1").tag("v0.2");
    github.repository("o/gone").delete();
    github.repository("o/blocked").block(Block::SignOn);
    let names = ["o/old", "o/tags", "o/gone", "o/blocked", "o/never"];
    let mut projects: Vec<Project> = (1..).zip(names).map(|(number, name)| project(number, name)).collect();
    let looked = way.look(&projects, start()).await;
    assert_eq!((looked.answers.len(), looked.again), (5, None));
    let first = seen(&looked, 1);
    assert_eq!(
        (first.full_name.as_str(), first.facts.stars, first.releases_total),
        ("o/New", Some(7), Some(1))
    );
    assert_eq!(
        (first.facts.license.as_deref(), first.facts.language.as_deref()),
        (Some("MIT"), Some("Rust"))
    );
    assert!(first.complete);
    let tags = seen(&looked, 2);
    assert_eq!(
        (tags.releases_total, tags.tags.as_ref().map(Vec::len), tags.tags_total),
        (Some(0), Some(2), Some(2))
    );
    assert!(tags.tags.iter().flatten().all(|tag| tag.committed.is_some()));
    for (number, expected) in [(3, "NotFound"), (5, "NotFound")] {
        let (_, answer) = looked.answers.iter().find(|(id, _)| id.0 == number).expect("an answer");
        assert_eq!(format!("{answer:?}"), expected, "{number}");
    }
    assert!(!matches!(looked.answers.iter().find(|(id, _)| id.0 == 4), Some((_, Answer::Here(_)))));

    projects = learn(&projects, &looked, start());
    assert_eq!(github.requests(), 1);
    github.repository("o/New").rename("p/Newer").release("v1.1.0");
    let later = start() + TimeDelta::hours(1);
    github.clock().set(later);
    let looked = way.look(&projects[..2], later).await;
    let renamed = seen(&looked, 1);
    assert_eq!((renamed.full_name.as_str(), renamed.node.as_str()), ("p/Newer", first.node.as_str()));
    let releases = renamed.releases.as_ref().expect("releases");
    let notes: Vec<bool> = releases.iter().map(|release| release.notes_html.is_empty()).collect();
    assert_eq!((releases.len(), notes), (2, vec![false, true]), "only what is new needs its notes");
    github.expects_no_violations();
}

#[tokio::test]
async fn pages_and_files_are_read() {
    let (github, way) = world(&[TOKEN]);
    let many = github.repository("o/many").push("README.md", "one");
    for number in 0..250 {
        many.release(&format!("v0.{number}.0"));
    }
    let projects = [project(1, "o/many")];
    let known = learn(&projects, &way.look(&projects, start()).await, start());
    let (mut after, mut tags) = (None, Vec::new());
    loop {
        let Page::Read { releases, total, next } =
            way.releases_page(&known[0], after.as_deref(), start()).await
        else {
            panic!("no page")
        };
        assert_eq!(total, Some(250));
        tags.extend(releases.into_iter().map(|release| release.tag));
        after = next;
        if after.is_none() {
            break;
        }
    }
    tags.sort();
    tags.dedup();
    assert_eq!(tags.len(), 250);
    let ask = |path: &str| BlobAsk { full_name: "o/many".into(), branch: None, path: path.into() };
    let blobs = way.blobs(&[ask("README.md"), ask("none.md")], start()).await;
    assert_eq!(blobs.ids, [many.blob("README.md"), None]);
    github.expects_no_violations();
}

/// GitHub asks to be left alone for a while.
fn is_a_wish(fault: &Fault) -> bool {
    use Fault::{PrimaryLimit, SecondaryLimit, SecondaryLimitSilent, TooManyRequests, Unavailable};
    matches!(
        fault,
        PrimaryLimit(_) | SecondaryLimit(_) | SecondaryLimitSilent | TooManyRequests(_) | Unavailable(_)
    )
}

#[tokio::test]
async fn bad_days_cost_no_answer() {
    let (github, way) = world(&[TOKEN]);
    let names: Vec<String> = github.made_up(300, 7).iter().map(Repository::full_name).collect();
    let mut projects: Vec<Project> = (1..).zip(&names).map(|(number, name)| project(number, name)).collect();
    let mut now = start();
    for fault in [
        None,
        Some(Fault::Status(502)),
        Some(Fault::Status(500)),
        Some(Fault::MalformedJson),
        Some(Fault::ResetBeforeHeaders),
        Some(Fault::ResetAfterHeaders),
        Some(Fault::EndlessBody),
        Some(Fault::Timeout),
        Some(Fault::Errors),
        Some(Fault::PartialData),
        Some(Fault::Unavailable(Duration::from_secs(20))),
        Some(Fault::SecondaryLimit(Duration::from_secs(7))),
        Some(Fault::SecondaryLimitSilent),
        Some(Fault::TooManyRequests(Duration::from_secs(90))),
        Some(Fault::PrimaryLimit(Duration::from_mins(20))),
        Some(Fault::Unauthorized),
        Some(Fault::NoLimitHeaders),
        Some(Fault::ClockSkew(TimeDelta::hours(1))),
        Some(Fault::ClockSkew(TimeDelta::hours(-1))),
    ] {
        now += TimeDelta::hours(2);
        github.clock().set(now);
        if let Some(fault) = &fault {
            github.fails(fault.clone()).times(2);
        }
        let (begun, looked) = (now, way.look(&projects, now).await);
        let answered =
            looked.answers.iter().filter(|(_, answer)| !matches!(answer, Answer::Failed(_))).count();
        assert_eq!(looked.answers.len() + looked.put_off.len(), 300, "{fault:?}");
        assert_eq!(answered + looked.put_off.len(), 300, "{fault:?}");
        projects = learn(&projects, &looked, now);
        github.heals();
        if let Some(again) = looked.again {
            now = again;
            github.clock().set(now);
            let rest: Vec<Project> =
                projects.iter().filter(|project| looked.put_off.contains(&project.id)).cloned().collect();
            assert_eq!(here(&way.look(&rest, now).await), rest.len(), "{fault:?}");
        }
        let journal = github.take_journal();
        if fault.as_ref().is_some_and(is_a_wish) {
            // Four were on their way together; after the first word nobody set out any more.
            let before = journal.calls.iter().filter(|call| call.at <= begun).count();
            assert!(before <= 4, "{fault:?}: {before} calls");
        } else {
            assert!(journal.violations.is_empty(), "{fault:?}: {:?}", journal.violations);
        }
    }
}

#[tokio::test]
async fn asking_without_end_is_never_refused_and_uses_the_hour_up() {
    let (github, way) = world(&[TOKEN]);
    github.limits(|limits| limits.graphql_hour = 1000);
    let names: Vec<String> = github.made_up(5, 3).iter().map(Repository::full_name).collect();
    let mut projects: Vec<Project> = (1..).zip(&names).map(|(number, name)| project(number, name)).collect();
    let (mut now, mut hours) = (start(), 0);
    while now < start() + TimeDelta::hours(3) {
        github.clock().set(now);
        let looked = way.look(&projects, now).await;
        assert_eq!(looked.put_off.is_empty(), looked.again.is_none());
        projects = learn(&projects, &looked, now);
        now = looked.again.unwrap_or(now).max(now + TimeDelta::milliseconds(100));
        hours = (now - start()).num_hours();
    }
    assert_eq!((github.journal().refused(), hours), (0, 3));
    github.expects_no_violations();
    // A tenth is kept back; of the rest hardly anything is left unused.
    let cost = github.journal().cost();
    assert!((2500..=2800).contains(&cost), "{cost} points in three hours of 900");
}

#[tokio::test]
async fn sizes_of_answers_are_what_the_questions_say() {
    let (github, way) = world(&[TOKEN]);
    let notes = "- a change that does something, by somebody, in a pull request with a number\n".repeat(40);
    let names: Vec<String> = (0..50).map(|number| format!("o/r{number}")).collect();
    for name in &names {
        let made = github.repository(name);
        for version in 0..10 {
            made.release(&format!("v1.{version}.0")).edit_release(&format!("v1.{version}.0"), |release| {
                release.notes.clone_from(&notes);
            });
        }
    }
    let projects: Vec<Project> = (1..).zip(&names).map(|(number, name)| project(number, name)).collect();
    let looked = way.look(&projects, start()).await;
    let projects = learn(&projects, &looked, start());
    github.take_journal();
    way.look(&projects, start()).await;
    let without = github.take_journal().bytes();
    assert!(without < 50 * 5_000, "{without} bytes for fifty projects without notes");
    // What `query` in crates/watch/src/github says of the two.
    assert!(without > 50 * 2_500 && notes.len() * 500 > 8 * without, "{without} bytes without notes");
}
