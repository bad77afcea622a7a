//! Projects without a token: two questions each, within sixty an hour.

use chrono::{DateTime, TimeDelta, Utc};
use whimbrel_catalog::EntryKey;
use whimbrel_project::{Answer, Listings, Project, ProjectId, Rules, Seen};

use super::*;
use crate::source::serve::{Asked, Served, answer};

fn now() -> DateTime<Utc> {
    "2026-05-01T12:00:00Z".parse().unwrap()
}

fn github(server: &Served) -> Github {
    let settings = GithubSettings { api_url: server.base.clone(), ..GithubSettings::default() };
    Github::new(&settings, &Settings::default(), Path::new("."), now()).unwrap()
}

fn project(number: u32, name: &str) -> Project {
    let mut project =
        Project::new(ProjectId(number), EntryKey::from_stored(&format!("github.com/{name}")), now());
    name.clone_into(&mut project.full_name);
    project
}

const RELEASES: &str = r#"[{"node_id":"RE_1","tag_name":"v1","name":"One","html_url":"https://github.com/o/r/releases/tag/v1",
    "created_at":"2026-04-01T00:00:00Z","published_at":"2026-04-02T00:00:00Z","draft":false,"prerelease":false,
    "body_html":"<p>news</p>"}]"#;

fn about(name: &str) -> String {
    format!(
        r#"{{"id":7,"node_id":"R_7","full_name":"{name}","description":null,"homepage":"","language":"Rust",
        "license":{{"spdx_id":"MIT"}},"stargazers_count":12,"forks_count":3,"archived":false,"fork":false,
        "pushed_at":"2026-04-02T00:00:00Z","created_at":"2020-01-01T00:00:00Z"}}"#
    )
}

fn respond(asked: &Asked) -> http::Response<axum::body::Body> {
    assert_eq!(asked.header("authorization"), None);
    let known = |etag: &str| asked.header("if-none-match") == Some(etag);
    match asked.target.as_str() {
        "/repos/o/r" if known("\"a\"") => answer(304, &[("etag", "\"a\"")], ""),
        "/repos/o/r" => answer(200, &[("etag", "\"a\"")], about("o/r")),
        "/repos/o/r/releases?per_page=10" if known("\"b\"") => answer(304, &[], ""),
        "/repos/o/r/releases?per_page=10" => answer(200, &[("etag", "\"b\"")], RELEASES),
        "/repos/o/old" => answer(301, &[("location", "/repositories/7")], "{}"),
        "/repositories/7" => answer(200, &[], about("o/r")),
        "/repos/o/many/releases?per_page=100" => {
            let next =
                "<https://elsewhere.example/x>; rel=\"next\", <https://elsewhere.example/y>; rel=\"last\"";
            answer(200, &[("link", next)], RELEASES)
        }
        "/repos/o/many" => answer(200, &[], about("o/many")),
        "/repos/o/many/releases?per_page=10" => {
            answer(200, &[("link", "</repositories/7/releases?per_page=10&page=2>; rel=\"next\"")], RELEASES)
        }
        "/repos/o/blocked" => answer(451, &[], r#"{"message":"Repository access blocked"}"#),
        "/repos/o/ill" => answer(500, &[], "<html>"),
        "/repos/o/odd" => answer(200, &[], "[]"),
        _ => answer(404, &[], r#"{"message":"Not Found"}"#),
    }
}

async fn one(github: &Github, name: &str) -> Answer {
    one_of(github, &project(1, name)).await
}

async fn one_of(github: &Github, project: &Project) -> Answer {
    let mut looked = github.look(std::slice::from_ref(project), now()).await;
    assert!(looked.put_off.is_empty());
    looked.answers.remove(0).1
}

fn seen(answer: Answer) -> Seen {
    let Answer::Here(seen) = answer else { panic!("{answer:?}") };
    *seen
}

#[tokio::test]
async fn a_project_takes_two_questions_and_what_is_known_is_not_sent_again() {
    let server = Served::new(respond).await;
    let github = github(&server);
    let first = one(&github, "o/r").await;
    let rules = Rules::default();
    let known =
        whimbrel_project::look(&project(1, "o/r"), &first, &Listings::default(), now(), &rules).project;
    let first = seen(first);
    assert_eq!(
        (first.node.as_str(), first.facts.stars, first.facts.homepage.as_deref()),
        ("R_7", Some(12), None)
    );
    assert_eq!((first.releases_total, first.complete, first.tags.as_ref()), (Some(1), true, None));
    assert_eq!(first.releases.as_ref().unwrap()[0].notes_html, "<p>news</p>");
    assert_eq!(server.asked().len(), 2);
    let whole = seen(one(&github, "o/r").await);
    assert_eq!(whole.releases, first.releases, "a first sight may not have been written down");
    server.asked();
    let again = seen(one_of(&github, &known).await);
    assert_eq!((again.facts, again.releases), (first.facts, None));
    let asked = server.asked();
    let etags: Vec<_> = asked.iter().map(|asked| asked.header("if-none-match").unwrap()).collect();
    assert_eq!(etags, ["\"a\"", "\"b\""]);
}

#[tokio::test]
async fn a_renamed_project_is_followed_and_every_refusal_is_its_own() {
    let server = Served::new(respond).await;
    let github = github(&server);
    assert_eq!(seen(one(&github, "o/old").await).full_name, "o/r");
    let many = seen(one(&github, "o/many").await);
    assert_eq!((many.releases_total, many.complete), (None, false));
    assert_eq!(one(&github, "o/none").await, Answer::NotFound);
    assert_eq!(one(&github, "o/blocked").await, Answer::Blocked("Repository access blocked".into()));
    assert_eq!(one(&github, "o/ill").await, Answer::Failed("GitHub answers 500".into()));
    assert!(matches!(one(&github, "o/odd").await, Answer::Failed(why) if why.contains("not understood")));
    let page = github.releases_page(&project(1, "o/many"), None, now()).await;
    // A link that leads elsewhere is not followed.
    assert!(matches!(page, Page::Read { ref releases, next: None, .. } if releases.len() == 1), "{page:?}");
    let page = github.releases_page(&project(1, "o/none"), None, now()).await;
    assert!(matches!(page, Page::Failed(_)), "{page:?}");
}

#[tokio::test]
async fn what_waits_to_be_told_is_sent_again_until_it_is_told() {
    let server = Served::new(respond).await;
    let github = github(&server);
    let published: DateTime<Utc> = "2026-04-02T00:00:00Z".parse().unwrap();
    let mut known = project(1, "o/r");
    known.node = Some("R_7".into());
    known.releases = serde_json::from_value(serde_json::json!({
        "releases": { "total": 0, "published": "2026-01-01T00:00:00Z" },
    }))
    .unwrap();
    let rules = Rules::default();
    let judged = |known: &Project, answer: &Answer, minutes| {
        let at = published + TimeDelta::minutes(minutes);
        whimbrel_project::look(known, answer, &Listings::default(), at, &rules)
    };
    // The first answer is lost on the way, the second one settles, the third one is told.
    for minutes in [1, 2, 60] {
        let answer = one_of(&github, &known).await;
        let outcome = judged(&known, &answer, minutes);
        assert!(seen(answer).releases.is_some(), "after {minutes} minutes");
        if minutes == 1 {
            continue;
        }
        assert_eq!(outcome.project.releases.is_settling(), minutes == 2);
        let told = outcome.news.iter().filter(|dated| dated.news.kind().to_string() == "released").count();
        assert_eq!(told, usize::from(minutes == 60), "after {minutes} minutes");
        known = outcome.project;
    }
    one_of(&github, &known).await;
    assert_eq!(seen(one_of(&github, &known).await).releases, None, "nothing waits any more");
}

#[tokio::test]
async fn older_pages_never_hold_a_project_up_without_a_token() {
    let server = Served::new(respond).await;
    let github = github(&server);
    let projects: Vec<Project> = (0..100).map(|number| project(number, "o/r")).collect();
    github.look(&projects, now()).await;
    let page = github.releases_page(&project(1, "o/many"), None, now()).await;
    let Page::Read { releases, .. } = page else { panic!("a look has begun, and is not finished: {page:?}") };
    assert_eq!(releases[0].notes_html, "<p>news</p>");
    assert_eq!(server.asked().last().unwrap().header("accept"), Some(super::transport::HTML));
    for _ in 0..60 {
        match github.releases_page(&project(1, "o/many"), None, now()).await {
            Page::Read { .. } => {}
            Page::Unasked => return,
            other => panic!("it is judged by what there is, and does not come back: {other:?}"),
        }
    }
    panic!("sixty pages at once");
}

#[tokio::test]
async fn sixty_an_hour_are_kept_and_some_stay_for_catalogs() {
    let server = Served::new(respond).await;
    let github = github(&server);
    let projects: Vec<Project> = (0..100).map(|number| project(number, "o/r")).collect();
    let mut asked = 0;
    let (mut at, mut rounds) = (now(), 0);
    while at < now() + TimeDelta::hours(1) {
        let looked = github.look(&projects, at).await;
        let again = looked.again.expect("a hundred projects are too many");
        assert_eq!(looked.answers.len() + looked.put_off.len(), 100);
        assert!(again > at);
        at = again;
        rounds += 1;
        asked += server.asked().len();
    }
    assert!((40..=54).contains(&asked), "{asked} questions in {rounds} rounds");
    let remarks = github.remarks(now());
    assert!(remarks.iter().any(|remark| remark.contains("With a token")), "{remarks:?}");
    assert!(github.is_anonymous());
}
