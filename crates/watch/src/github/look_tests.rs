//! Looking at projects, against a server that answers GraphQL by ids and names.

use chrono::{DateTime, TimeDelta, Utc};
use http::Response;
use serde_json::{Value, json};
use whimbrel_project::{Answer, Project, ProjectId, Reach, SeenRelease, reach};

use super::governor::{Ending, Wish};
use super::told::Told;
use super::*;
use crate::source::serve::{Asked, Served, answer};

fn now() -> DateTime<Utc> {
    "2026-05-01T12:00:00Z".parse().unwrap()
}

fn github(server: &Served, tokens: &[&str]) -> Github {
    let settings = GithubSettings {
        api_url: server.base.clone(),
        tokens: tokens.iter().map(|token| (*token).into()).collect(),
        ..GithubSettings::default()
    };
    Github::new(&settings, &Settings::default(), Path::new("."), now()).unwrap()
}

/// A project that publishes releases, known by id unless it is `fresh`.
fn project(number: u32, fresh: bool) -> Project {
    let shelf = json!({ "total": 3, "published": "2026-01-01T00:00:00Z" });
    let (node, releases) = if fresh {
        (Value::Null, json!({}))
    } else {
        (json!(format!("R_{number}")), json!({ "releases": shelf }))
    };
    serde_json::from_value(json!({
        "id": number, "key": format!("github.com/o/r{number}"), "full_name": format!("o/r{number}"),
        "node": node, "releases": releases,
    }))
    .unwrap()
}

fn projects(numbers: std::ops::Range<u32>) -> Vec<Project> {
    numbers.map(|number| project(number, false)).collect()
}

/// What is asked for: ids alone, with releases further down, with tags; names.
#[derive(Clone, Debug, Default, PartialEq)]
struct Wanted {
    plain: Vec<String>,
    deep: Vec<String>,
    tagged: Vec<String>,
    names: Vec<String>,
    notes: Vec<String>,
}

impl Wanted {
    fn of(asked: &Asked) -> Self {
        let body: Value = serde_json::from_slice(&asked.body).unwrap();
        let variables = &body["variables"];
        let list = |name: &str| -> Vec<String> {
            variables[name]
                .as_array()
                .into_iter()
                .flatten()
                .map(|id| id.as_str().unwrap().to_owned())
                .collect()
        };
        let name = |number: usize| {
            Some(format!(
                "{}/{}",
                variables[format!("o{number}")].as_str()?,
                variables[format!("n{number}")].as_str()?
            ))
        };
        Self {
            plain: list("plain"),
            deep: list("deep"),
            tagged: list("tagged"),
            names: (0..).map_while(name).collect(),
            notes: list("ids"),
        }
    }

    fn len(&self) -> usize {
        self.plain.len() + self.deep.len() + self.tagged.len() + self.names.len()
    }

    fn has(&self, bad: &str) -> bool {
        [&self.plain, &self.deep, &self.tagged, &self.names].into_iter().flatten().any(|one| one == bad)
    }

    /// The answer of a GitHub where everything is there.
    fn answer(&self) -> Value {
        let by_id = |id: &String| repository(&id.replace("R_", ""));
        let mut data = json!({ "rateLimit": { "cost": 1 } });
        if !self.notes.is_empty() {
            let note = |id: &String| json!({ "id": id, "descriptionHTML": format!("<p>notes of {id}</p>") });
            data["nodes"] = self.notes.iter().map(note).collect();
        } else if self.names.is_empty() {
            data["plain"] = self.plain.iter().map(by_id).collect();
            data["deep"] = self.deep.iter().map(by_id).map(further).collect();
            data["tagged"] = self.tagged.iter().map(by_id).collect();
        }
        for (number, name) in self.names.iter().enumerate() {
            data[format!("p{number}")] = repository(&name.replace("o/r", ""));
        }
        json!({ "data": data })
    }
}

/// A repository with an old release and one published an hour ago.
fn repository(number: &str) -> Value {
    let release = |name: &str, published: &str| json!({ "id": format!("RE_{number}_{name}"), "tagName": name, "url": "", "createdAt": published, "publishedAt": published });
    json!({
        "id": format!("R_{number}"), "nameWithOwner": format!("o/r{number}"), "stargazerCount": 5,
        "releases": { "totalCount": 4, "nodes": [release("v2", "2026-05-01T11:00:00Z"), release("v1", "2025-01-01T00:00:00Z")] },
    })
}

/// The same, and who stands further down.
fn further(mut repository: Value) -> Value {
    let passing = |id: &str, published: Value, draft: bool| json!({ "id": id, "createdAt": "2024-01-01T00:00:00Z", "publishedAt": published, "isDraft": draft });
    let date = json!("2024-01-02T00:00:00Z");
    repository["releases"]["totalCount"] = json!(101);
    repository["further"] = json!({ "nodes": [
        passing("RE_7", date.clone(), false), null, passing("RE_8", Value::Null, false), passing("RE_9", date, true),
    ]});
    repository
}

fn fine(wanted: &Wanted) -> Response<axum::body::Body> {
    answer(200, &[], wanted.answer().to_string())
}

fn here(looked: &Looked) -> Vec<u32> {
    let here = looked.answers.iter().filter(|(_, answer)| matches!(answer, Answer::Here(_)));
    let mut here: Vec<u32> = here.map(|(id, _)| id.0).collect();
    here.sort_unstable();
    here
}

#[tokio::test]
async fn known_projects_are_asked_by_id_and_new_ones_by_name() {
    let server = Served::new(|asked| fine(&Wanted::of(asked))).await;
    let github = github(&server, &["sesame"]);
    let mut projects = projects(1..4);
    projects.push(project(9, true));
    // One that published no release so far may publish tags.
    projects[1].releases = serde_json::from_value(json!({ "releases": { "total": 0 } })).unwrap();
    let looked = github.look(&projects, now()).await;
    assert_eq!(here(&looked), [1, 2, 3, 9]);
    assert_eq!((looked.put_off.len(), looked.again), (0, None));
    let asked = server.asked();
    let wanted: Vec<Wanted> = asked.iter().map(Wanted::of).collect();
    let text = |names: &[&str]| -> Vec<String> { names.iter().map(ToString::to_string).collect() };
    assert!(
        wanted.iter().any(|one| one.plain == text(&["R_1", "R_3"]) && one.tagged == text(&["R_2"])),
        "{wanted:?}"
    );
    assert!(wanted.iter().any(|one| one.names == text(&["o/r9"])), "{wanted:?}");
    for asked in &asked {
        assert_eq!(
            (asked.target.as_str(), asked.header("authorization")),
            ("/graphql", Some("Bearer sesame"))
        );
        assert_eq!(asked.header("x-github-next-global-id"), Some("1"));
        assert_eq!(asked.headers.get_all("user-agent").iter().count(), 1);
    }
}

#[tokio::test]
async fn who_stands_further_down_is_asked_in_its_days() {
    let server = Served::new(|asked| fine(&Wanted::of(asked))).await;
    let github = github(&server, &["sesame"]);
    let mut deep = project(1, false);
    let shelf = json!({ "total": 30, "published": "2026-01-01T00:00:00Z" });
    deep.releases = serde_json::from_value(json!({ "releases": shelf })).unwrap();
    let rules = GithubSettings::default().project_rules();
    let first = |wanted: Reach| {
        (0..28 * 24)
            .map(|hours| now() + TimeDelta::hours(hours))
            .find(|at| reach(&deep, *at, &rules) == wanted)
            .unwrap()
    };
    for (wanted, further, wholly) in
        [(Reach::Newest, 0, false), (Reach::Hundred, 1, false), (Reach::All, 1, true)]
    {
        let looked = github.look(&[deep.clone(), project(2, false)], first(wanted)).await;
        let seen = |number: u32| match looked.answers.iter().find(|(id, _)| *id == ProjectId(number)) {
            Some((_, Answer::Here(seen))) => (seen.further.len(), seen.wholly),
            other => panic!("{other:?}"),
        };
        assert_eq!((seen(1), seen(2)), ((further, wholly), (0, false)), "{wanted:?}");
    }
}

#[tokio::test]
async fn notes_are_asked_for_what_will_be_told_and_for_nothing_else() {
    let server = Served::new(|asked| fine(&Wanted::of(asked))).await;
    let github = github(&server, &["sesame"]);
    let looked = github.look(&[project(1, false), project(2, true)], now()).await;
    let notes: Vec<String> = server.asked().iter().flat_map(|asked| Wanted::of(asked).notes).collect();
    assert!(!notes.contains(&"RE_2_v2".to_owned()), "nothing of a first sight is told: {notes:?}");
    assert!(notes.contains(&"RE_1_v2".to_owned()), "{notes:?}");
    let Some((_, Answer::Here(seen))) = looked.answers.iter().find(|(id, _)| *id == ProjectId(1)) else {
        panic!()
    };
    assert_eq!(seen.releases.as_ref().unwrap()[0].notes_html, "<p>notes of RE_1_v2</p>");

    // Notes that cannot be had now put their project off; it is not told without them.
    let server = Served::new(|asked| match Wanted::of(asked) {
        wanted if wanted.notes.is_empty() => fine(&wanted),
        _ => {
            answer(403, &[("retry-after", "77")], r#"{"message":"You have exceeded a secondary rate limit"}"#)
        }
    })
    .await;
    let looked = super::look_tests::github(&server, &["sesame"])
        .look(&[project(1, false), project(2, true)], now())
        .await;
    assert_eq!((here(&looked), looked.put_off), (vec![2], vec![ProjectId(1)]));
    let wait = looked.again.unwrap() - now();
    assert_eq!(wait.num_seconds(), 78);
}

#[tokio::test]
async fn one_dead_project_leaves_its_batch_alone() {
    let server = Served::new(|asked| {
        let wanted = Wanted::of(asked);
        let mut reply = wanted.answer();
        if wanted.notes.is_empty() {
            reply["data"]["plain"][1] = Value::Null;
            reply["data"]["plain"][2] = Value::Null;
            reply["data"]["plain"][3] = json!({ "__typename": "User" });
            reply["errors"] = json!([
                { "type": "NOT_FOUND", "path": ["plain", 1], "message": "Could not resolve to a node" },
                { "type": "FORBIDDEN", "path": ["plain", 2], "message": "Repository access blocked" },
            ]);
        }
        answer(200, &[], reply.to_string())
    })
    .await;
    let looked = github(&server, &["sesame"]).look(&projects(1..7), now()).await;
    assert_eq!(here(&looked), [1, 5, 6]);
    let of = |number| {
        looked.answers.iter().find(|(id, _)| *id == ProjectId(number)).map(|(_, answer)| answer.clone())
    };
    assert_eq!(of(2), Some(Answer::NotFound));
    assert_eq!(of(3), Some(Answer::Blocked("Repository access blocked".into())));
    assert_eq!(of(4), Some(Answer::NotFound));
}

#[tokio::test]
async fn a_project_that_is_too_much_is_found_alone_whatever_the_failure_looks_like() {
    for mood in 0..4 {
        let server = Served::new(move |asked| {
            let wanted = Wanted::of(asked);
            if !wanted.has("R_37") {
                return fine(&wanted);
            }
            match mood {
                0 => answer(502, &[], "<html>Bad Gateway</html>"),
                1 => answer(504, &[], ""),
                2 => answer(200, &[], r#"{"data":{"plain":[{"id":"R_"#),
                _ => answer(200, &[], r#"{"errors":[{"message":"Something went wrong while executing your query. This may be the result of a timeout"}]}"#),
            }
        })
        .await;
        let github = github(&server, &["sesame"]);
        let looked = github.look(&projects(1..101), now()).await;
        assert_eq!(here(&looked).len(), 99, "{mood}");
        assert!(
            matches!(looked.answers.iter().find(|(id, _)| id.0 == 37), Some((_, Answer::Failed(_)))),
            "{mood}"
        );
        let looks = server.asked().iter().filter(|asked| Wanted::of(asked).len() > 0).count();
        assert!(looks <= 20, "{mood}: {looks}");
    }
}

#[tokio::test]
async fn a_github_that_is_ill_is_left_alone_and_nothing_is_lost() {
    let server = Served::new(|_| answer(502, &[], "")).await;
    let github = github(&server, &["sesame"]);
    let looked = github.look(&projects(1..1001), now()).await;
    assert_eq!((looked.answers.len(), looked.put_off.len()), (0, 1000));
    let asked = server.asked().len();
    assert!((4..=8).contains(&asked), "{asked}");
    let again = looked.again.unwrap();
    assert!(again > now() && again <= now() + TimeDelta::seconds(10), "{again}");
    let soon = github.look(&projects(1..1001), now() + TimeDelta::seconds(2)).await;
    assert_eq!((soon.put_off.len(), soon.again, server.asked().len()), (1000, Some(again), 0));
    let later = github.look(&projects(1..1001), again).await;
    assert!(later.again.unwrap() - again > TimeDelta::seconds(8), "it waits longer each time");
}

#[tokio::test]
async fn a_github_out_of_reach_puts_everything_off() {
    let server = Served::new(|_| answer(200, &[], "{}")).await;
    let settings = GithubSettings {
        api_url: "http://127.0.0.1:1".into(),
        token: Some("sesame".into()),
        ..GithubSettings::default()
    };
    let github = Github::new(&settings, &Settings::default(), Path::new("."), now()).unwrap();
    let looked = github.look(&projects(1..120), now()).await;
    assert_eq!((looked.answers.len(), looked.put_off.len(), server.asked().len()), (0, 119, 0));
    assert!(looked.again.is_some());
}

#[tokio::test]
async fn batches_grow_to_a_hundred_and_a_round_costs_as_many_questions() {
    let server = Served::new(|asked| {
        let wanted = Wanted::of(asked);
        assert!(wanted.len() <= 100);
        let mut reply = wanted.answer();
        for node in reply["data"]["plain"].as_array_mut().into_iter().flatten() {
            node["releases"]["nodes"] = json!([]);
        }
        answer(200, &[], reply.to_string())
    })
    .await;
    let github = github(&server, &["sesame"]);
    github.look(&projects(1..1001), now()).await;
    let first = server.asked().len();
    assert!(first <= 18, "{first}");
    github.look(&projects(1..1001), now()).await;
    server.asked();
    let looked = github.look(&projects(1..1001), now()).await;
    assert_eq!((here(&looked).len(), server.asked().len()), (1000, 10));
}

#[tokio::test]
async fn after_a_slow_answer_batches_go_one_by_one_and_the_round_goes_on() {
    let server = Served::new(|asked| fine(&Wanted::of(asked))).await;
    let github = github(&server, &["sesame"]);
    // Two minutes ago an answer took so long that two of the kind are more than a minute allows.
    let wish = Wish { resource: Resource::Graphql, points: 1, keep: Keep::Nothing };
    {
        let (mut desk, before) = (github.desk(), now() - TimeDelta::minutes(2));
        desk.governor = Governor::new(&["the token".to_owned()], 500, before);
        let permit = desk.governor.ask(wish, before).unwrap();
        let slow = std::time::Duration::from_secs(35);
        desk.governor.done(permit, Ending::Answered { cost: Some(1) }, &Told::default(), slow, before);
    }
    let looked = github.look(&projects(1..300), now()).await;
    assert_eq!((here(&looked).len(), looked.put_off.len(), looked.again), (299, 0, None));
}

#[tokio::test]
async fn notes_of_older_releases_are_brought_and_a_look_goes_on_without_them() {
    let server = Served::new(|asked| fine(&Wanted::of(asked))).await;
    let seen = || {
        let repository: super::repository::Repository = serde_json::from_value(repository("1")).unwrap();
        let mut seen = repository.seen().unwrap();
        let one = seen.releases.as_ref().unwrap()[0].clone();
        let many = (0..130).map(|number| SeenRelease {
            id: format!("RE_{number}"),
            tag: format!("v2.{number}"),
            ..one.clone()
        });
        seen.releases = Some(many.collect());
        seen.releases.as_mut().unwrap()[3].notes_html = "known".into();
        Box::new(seen)
    };
    let project = project(1, false);
    let brought = github(&server, &["sesame"]).bring_older_notes(&project, seen(), now()).await;
    let releases = brought.releases.unwrap();
    let notes = |number: usize| releases[number].notes_html.as_str();
    assert_eq!((notes(0), notes(3), notes(100)), ("<p>notes of RE_0</p>", "known", "<p>notes of RE_100</p>"));
    assert_eq!((notes(101), server.asked().len()), ("", 4), "a hundred are enough");

    let refusing = Served::new(|_| answer(429, &[("retry-after", "300")], "{}")).await;
    let without = github(&refusing, &["sesame"]).bring_older_notes(&project, seen(), now()).await;
    assert_eq!(without, seen());
}

#[tokio::test]
async fn limits_put_off_what_they_touch_and_name_the_moment() {
    let reset = (now() + TimeDelta::minutes(20)).timestamp().to_string();
    for (status, headers, body, wait) in [
        (
            200,
            vec![("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", reset.as_str())],
            r#"{"data":null,"errors":[{"type":"RATE_LIMITED","message":"API rate limit exceeded"}]}"#,
            1200,
        ),
        (403, vec![], r#"{"message":"You have exceeded a secondary rate limit"}"#, 60),
        (429, vec![("retry-after", "300")], "{}", 300),
        (
            200,
            vec![("x-ratelimit-remaining", "4000")],
            r#"{"errors":[{"type":"RATE_LIMITED","message":"You have exceeded a secondary rate limit."}]}"#,
            60,
        ),
    ] {
        let headers: Vec<(String, String)> =
            headers.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let server = Served::new(move |_| {
            let headers: Vec<_> =
                headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            answer(status, &headers, body)
        })
        .await;
        let github = github(&server, &["sesame"]);
        let looked = github.look(&projects(1..41), now()).await;
        assert_eq!((looked.answers.len(), looked.put_off.len()), (0, 40), "{body}");
        let waited = looked.again.unwrap() - now();
        assert_eq!(waited.num_seconds(), wait + 1, "{body}");
        assert_eq!(server.asked().len(), 1, "{body}");
        let budget = github.budget(now());
        assert!(budget.iter().any(|budget| budget.waiting_until.is_some()), "{budget:?}");
    }
}

#[tokio::test]
async fn a_token_that_is_refused_rests_and_the_other_goes_on() {
    let server = Served::new(|asked| match asked.header("authorization") {
        Some("Bearer good") => fine(&Wanted::of(asked)),
        _ => answer(401, &[], r#"{"message":"Bad credentials"}"#),
    })
    .await;
    let github = github(&server, &["ba-ad-ba", "good"]);
    let looked = github.look(&projects(1..300), now()).await;
    assert_eq!((here(&looked).len(), looked.put_off.len()), (299, 0));
    let remarks = github.remarks(now());
    assert!(remarks.len() == 1 && remarks[0].contains("does not accept token 1"), "{remarks:?}");
    assert!(!format!("{:?}{remarks:?}", github.budget(now())).contains("ba-ad-ba"));

    let alone = super::look_tests::github(&server, &["ba-ad-ba"]);
    let looked = alone.look(&projects(1..30), now()).await;
    assert_eq!((looked.answers.len(), looked.put_off.len()), (0, 29));
    assert!(looked.again.unwrap() > now() + TimeDelta::minutes(10));
    // With a new token it goes on at once.
    let settings = GithubSettings {
        api_url: server.base.clone(),
        token: Some("good".into()),
        ..GithubSettings::default()
    };
    alone.reconfigure(&settings, &Settings::default(), Path::new("."), now()).unwrap();
    assert_eq!(here(&alone.look(&projects(1..30), now()).await).len(), 29);
}

#[tokio::test]
async fn pages_and_blobs_are_read() {
    let server = Served::new(|asked| {
        let body: Value = serde_json::from_slice(&asked.body).unwrap();
        let text = if body["query"].as_str().unwrap().contains("Blobs") {
            assert_eq!(body["variables"]["e0"], "HEAD:README.md");
            assert_eq!(body["variables"]["e1"], "dev:a b.md");
            r#"{"data":{"p0":{"object":{"oid":"abc"}},"p1":null,"p2":{"object":null}},"errors":[{"type":"NOT_FOUND","path":["p1"],"message":"gone"}]}"#.to_owned()
        } else {
            assert_eq!((&body["variables"]["id"], &body["variables"]["after"]), (&json!("R_1"), &json!("c1")));
            let mut repository = repository("1");
            repository["releases"]["pageInfo"] = json!({ "hasNextPage": true, "endCursor": "c2" });
            json!({ "data": { "node": repository } }).to_string()
        };
        answer(200, &[], text)
    })
    .await;
    let github = github(&server, &["sesame"]);
    let Page::Read { releases, total, next } =
        github.releases_page(&project(1, false), Some("c1"), now()).await
    else {
        panic!("no page")
    };
    assert_eq!((releases.len(), total, next.as_deref()), (2, Some(4), Some("c2")));
    let blob = |path: &str, branch: Option<&str>| BlobAsk {
        full_name: "o/r".into(),
        branch: branch.map(Into::into),
        path: path.into(),
    };
    let asks = [blob("README.md", None), blob("a b.md", Some("dev")), blob("docs", None)];
    assert_eq!(github.blobs(&asks, now()).await.ids, [Some("abc".into()), None, None]);
}
