//! GitHub as it answers: raw contents, conditional requests, renames, limits.

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};

use super::serve::{Asked, Served, answer};
use super::*;
use crate::GithubSettings;

fn now() -> DateTime<Utc> {
    "2026-05-01T12:00:00Z".parse().unwrap()
}

fn sources(server: &Served, token: Option<&str>) -> Sources {
    let github = GithubSettings {
        api_url: server.base.clone(),
        token: token.map(Into::into),
        ..GithubSettings::default()
    };
    let settings = Settings { max_bytes: 1000, ..Settings::default() };
    let github = Github::new(&github, &settings, std::path::Path::new("."), now()).unwrap();
    Sources::new(Arc::new(settings), github).unwrap()
}

fn spec(text: &str) -> Spec {
    Spec::parse(text, std::path::Path::new("."), false).unwrap()
}

fn one(sight: Sight) -> (Version, Cursor) {
    let Sight::Versions { mut versions, cursor, more: false } = sight else { panic!("no version") };
    (versions.remove(0), cursor)
}

/// Moments without the time the test itself took, and without the second of grace.
fn whole(kind: LookErrorKind) -> LookErrorKind {
    match kind {
        LookErrorKind::RateLimited { until } => {
            LookErrorKind::RateLimited { until: until.trunc_subsecs(0) - TimeDelta::seconds(1) }
        }
        kind => kind,
    }
}

/// A repository `o/r` whose README is `docs/README.org`.
fn repository(asked: &Asked) -> http::Response<axum::body::Body> {
    let raw = asked.header("accept") == Some("application/vnd.github.raw+json");
    let known = asked.header("if-none-match") == Some("\"e1\"");
    match asked.target.as_str() {
        "/repos/o/r/readme" => {
            answer(200, &[("content-type", "application/json")], r#"{"path":"docs/README.org"}"#)
        }
        "/repos/o/r/contents/docs/README.org" if known => answer(304, &[], ""),
        "/repos/o/r/contents/docs/README.org" if raw => {
            answer(200, &[("etag", "\"e1\""), ("content-type", "application/vnd.github.raw+json")], "* one")
        }
        "/repos/o/r/contents/a%20b.md?ref=dev%2Fx" => answer(500, &[], "not asked this way"),
        "/repos/o/r/contents/a%20b.md?ref=dev/x" => answer(200, &[], "branch"),
        "/repos/o/r/contents/docs" => {
            answer(200, &[("content-type", "application/json; charset=utf-8")], "[]")
        }
        "/repos/o/r/commits?path=docs/README.org&per_page=1" => {
            answer(200, &[], r#"[{"sha":"abc","commit":{"committer":{"date":"2026-05-01T11:00:00Z"}}}]"#)
        }
        _ => answer(404, &[], r#"{"message":"Not Found"}"#),
    }
}

#[tokio::test]
async fn the_readme_is_found_and_asked_for_conditionally() {
    let server = Served::new(repository).await;
    let sources = sources(&server, Some("sesame"));
    let (version, cursor) = one(sources.look(&spec("github:o/r"), &Cursor::new(), now()).await.unwrap());
    assert_eq!(version.documents[0], Document { name: "README.org".into(), bytes: b"* one".to_vec() });
    assert_eq!(version.at, Some("2026-05-01T11:00:00Z".parse().unwrap()));
    assert_eq!(version.commit.as_deref(), Some("abc"));
    let asked = server.asked();
    assert_eq!(asked.len(), 3);
    for asked in &asked {
        let agents: Vec<_> = asked.headers.get_all("user-agent").iter().collect();
        assert_eq!(agents.len(), 1);
        assert!(agents[0].to_str().unwrap().starts_with("whimbrel/"));
        assert_eq!(asked.header("x-github-api-version"), Some("2022-11-28"));
        assert_eq!(asked.header("authorization"), Some("Bearer sesame"));
        assert_eq!(asked.headers.get_all("accept").iter().count(), 1);
    }

    let again = sources.look(&spec("github:o/r"), &cursor, now()).await.unwrap();
    assert_eq!(again, Sight::Unchanged { cursor: None });
    let asked = server.asked();
    assert_eq!(asked.len(), 1, "an unchanged catalog costs one request");
    assert_eq!(asked[0].header("if-none-match"), Some("\"e1\""));
}

#[tokio::test]
async fn path_and_branch_are_asked_for_and_no_token_means_no_further_request() {
    let server = Served::new(repository).await;
    let sources = sources(&server, None);
    let (version, _) =
        one(sources.look(&spec("github:o/r/a b.md@dev/x"), &Cursor::new(), now()).await.unwrap());
    assert_eq!((version.documents[0].bytes.as_slice(), version.at), (b"branch".as_slice(), None));
    assert_eq!(server.asked().len(), 1);
    let folder = sources.look(&spec("github:o/r/docs"), &Cursor::new(), now()).await.unwrap_err();
    assert!(folder.message.contains("is a folder"), "{folder}");
}

#[tokio::test]
async fn a_renamed_repository_is_followed_and_its_new_name_remembered() {
    let server = Served::new(|asked| match asked.target.as_str() {
        "/repos/o/old/contents/list.md" => {
            answer(301, &[("location", "/repositories/7/contents/list.md")], "{}")
        }
        "/repositories/7/contents/list.md" | "/repos/o/new/contents/list.md" => {
            answer(200, &[("etag", "\"e\"")], "one")
        }
        "/repositories/7" => answer(200, &[], r#"{"id":7,"full_name":"o/new"}"#),
        _ => answer(404, &[], ""),
    })
    .await;
    let sources = sources(&server, None);
    let spec = spec("github:o/old/list.md");
    let (_, cursor) = one(sources.look(&spec, &Cursor::new(), now()).await.unwrap());
    assert_eq!(cursor["repo"], "o/new");
    server.asked();
    sources.look(&spec, &cursor, now()).await.unwrap();
    let asked: Vec<String> = server.asked().into_iter().map(|asked| asked.target).collect();
    assert_eq!(asked, ["/repos/o/new/contents/list.md"]);
}

#[tokio::test]
async fn a_token_never_follows_a_redirect_elsewhere() {
    let elsewhere = Served::new(|_| answer(200, &[], "mine now")).await;
    let target = format!("{}/repos/o/r/contents/list.md", elsewhere.base);
    let server = Served::new(move |_| answer(302, &[("location", &target)], "")).await;
    let sources = sources(&server, Some("sesame"));
    let error = sources.look(&spec("github:o/r/list.md"), &Cursor::new(), now()).await.unwrap_err();
    assert_eq!(error.kind, LookErrorKind::Refused);
    assert!(elsewhere.asked().is_empty());
}

#[tokio::test]
async fn limits_are_obeyed_by_all_and_refusals_say_what_to_do() {
    let reset = (now() + TimeDelta::minutes(20)).timestamp().to_string();
    let server = Served::new(move |asked| match asked.target.as_str() {
        "/repos/o/primary/contents/x" => {
            answer(403, &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", &reset)], "{}")
        }
        "/repos/o/secondary/contents/x" => answer(
            403,
            &[("x-ratelimit-remaining", "42")],
            r#"{"message":"You have exceeded a secondary rate limit."}"#,
        ),
        "/repos/o/told/contents/x" => answer(429, &[("retry-after", "300")], "{}"),
        "/repos/o/blocked/contents/x" => answer(451, &[], "{}"),
        "/repos/o/token/contents/x" => answer(401, &[], "{}"),
        "/repos/o/ill/contents/x" => answer(502, &[], "{}"),
        "/repos/o/large/contents/x" => answer(200, &[], "x".repeat(2000)),
        _ => answer(404, &[], "{}"),
    })
    .await;
    let minutes = |minutes| now() + TimeDelta::minutes(minutes);
    for (repo, kind) in [
        ("primary", LookErrorKind::RateLimited { until: minutes(20) }),
        ("secondary", LookErrorKind::RateLimited { until: minutes(1) }),
        ("told", LookErrorKind::RateLimited { until: minutes(5) }),
        ("blocked", LookErrorKind::Refused),
        ("token", LookErrorKind::Refused),
        ("ill", LookErrorKind::Trouble { until: None }),
        ("large", LookErrorKind::TooLarge),
        ("none", LookErrorKind::NotFound),
    ] {
        let fresh = sources(&server, Some("sesame"));
        let error =
            fresh.look(&spec(&format!("github:o/{repo}/x")), &Cursor::new(), now()).await.unwrap_err();
        assert_eq!(whole(error.kind), kind, "{error}");
        assert!(!format!("{error:?}").contains("sesame"));
    }

    let shared = sources(&server, None);
    shared.look(&spec("github:o/told/x"), &Cursor::new(), now()).await.unwrap_err();
    server.asked();
    let quiet = shared.look(&spec("github:o/none/x"), &Cursor::new(), minutes(4)).await.unwrap_err();
    assert_eq!(whole(quiet.kind), LookErrorKind::RateLimited { until: minutes(5) });
    assert!(server.asked().is_empty(), "nobody asks while GitHub wants quiet");
    let over = shared.look(&spec("github:o/none/x"), &Cursor::new(), minutes(6)).await.unwrap_err();
    assert_eq!(over.kind, LookErrorKind::NotFound);
}

#[tokio::test]
async fn a_token_that_cannot_be_one_is_refused_without_showing_it() {
    let server = Served::new(|_| answer(404, &[], "")).await;
    let github = GithubSettings {
        api_url: server.base.clone(),
        token: Some("ses\name".into()),
        ..GithubSettings::default()
    };
    let error = Github::new(&github, &Settings::default(), std::path::Path::new("."), now()).err().unwrap();
    assert!(!error.to_string().contains("ses"), "{error}");
}

#[tokio::test]
async fn many_catalogs_are_asked_about_in_one_question_and_only_changed_ones_are_read() {
    let server = Served::new(|asked| {
        if asked.target == "/graphql" {
            // git's name of the text "* one"; the third repository has something else by now.
            let same = "d9223bd373a1f03e6e2fa372f82408500c90c89e";
            let object = |oid: &str| serde_json::json!({ "object": { "oid": oid } });
            let data = serde_json::json!({ "p0": object(same), "p1": object(same), "p2": object("other") });
            return answer(200, &[], serde_json::json!({ "data": data }).to_string());
        }
        if asked.target.contains("/contents/") { answer(200, &[], "* one") } else { answer(404, &[], "{}") }
    })
    .await;
    let sources = sources(&server, Some("sesame"));
    let specs = ["github:o/a/x.org", "github:o/b/x.org", "github:o/c/x.org"].map(spec);
    let mut known = Vec::new();
    for spec in &specs {
        let (_, cursor) = one(sources.look(spec, &Cursor::new(), now()).await.unwrap());
        known.push(cursor);
    }
    let (same, first) = (known[0]["blob"].clone(), server.asked().len());
    assert_eq!((same.len(), first), (40, 6), "{same}");
    let due: Vec<(&Spec, &Cursor)> = specs.iter().zip(&known).collect();
    sources.glance(&due, now()).await;
    for (spec, cursor) in due {
        assert_eq!(sources.look(spec, cursor, now()).await.unwrap(), Sight::Unchanged { cursor: None });
    }
    let asked: Vec<String> = server.asked().into_iter().map(|asked| asked.target).collect();
    assert_eq!(asked, ["/graphql", "/repos/o/c/contents/x.org"]);
    // A glance is good for one look.
    sources.look(&specs[0], &known[0], now()).await.unwrap();
    assert_eq!(server.asked().len(), 1);
}
