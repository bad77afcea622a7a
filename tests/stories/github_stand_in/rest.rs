//! REST: shapes, pages, redirects, forms, conditions.

use serde_json::{Value, json};
use whimbrel_world::github::{Block, Github, NewRelease};

use super::{TOKEN, at, get, get_with, read};

#[tokio::test]
async fn a_repository_says_what_it_is() {
    let github = Github::start();
    github.clock().set(at("2026-03-01T10:00:00Z"));
    let project =
        github.repository("o/r").stars(5).forks(2).license("MIT").language("Zig").topics(&["a", "b"]);
    let answer = get(&github, "/repos/O/R").await;
    assert_eq!(answer.status, 200);
    let shown = answer.json();
    for (pointer, expected) in [
        ("/id", json!(project.id())),
        ("/node_id", json!(project.node_id())),
        ("/full_name", json!("o/r")),
        ("/owner/login", json!("o")),
        ("/stargazers_count", json!(5)),
        ("/forks_count", json!(2)),
        ("/license/spdx_id", json!("MIT")),
        ("/language", json!("Zig")),
        ("/topics", json!(["a", "b"])),
        ("/archived", json!(false)),
        ("/default_branch", json!("main")),
        ("/created_at", json!("2026-03-01T10:00:00Z")),
    ] {
        assert_eq!(shown.pointer(pointer), Some(&expected), "{pointer}");
    }
    assert_eq!(get(&github, &format!("/repositories/{}", project.id())).await.json(), shown);
}

#[tokio::test]
async fn what_is_not_for_us_is_not_found() {
    let github = Github::start();
    let [plain, private, dmca, terms, gone] =
        ["o/plain", "o/private", "o/dmca", "o/terms", "o/gone"].map(|name| github.repository(name));
    private.make_private();
    dmca.block(Block::Dmca);
    terms.block(Block::Terms);
    gone.delete();
    let private_by_id = format!("/repositories/{}", private.id());
    for (path, status) in [
        ("/repos/o/plain", 200),
        ("/repos/o/plain/", 404),
        ("/repos/o/plain/releases/", 404),
        ("/repos/o/private", 404),
        (private_by_id.as_str(), 404),
        ("/repos/o/dmca", 451),
        ("/repos/o/terms", 403),
        ("/repos/o/gone", 404),
        ("/repos/o/never", 404),
        ("/repos/o/plain/releases/latest", 404),
    ] {
        assert_eq!(get(&github, path).await.status, status, "{path}");
    }
    plain.make_private().make_public();
    assert_eq!(get(&github, "/repos/o/plain").await.status, 200);
    github.expects_no_violations();
}

#[tokio::test]
async fn a_renamed_repository_redirects_by_its_number() {
    let github = Github::start();
    let project = github.repository("o/old").push("a b.md", "text").rename("o/new");
    let answer = get(&github, "/repos/o/old/contents/a%20b.md?ref=main").await;
    assert_eq!(answer.status, 301);
    let to = format!("{}/repositories/{}/contents/a%20b.md?ref=main", github.api_url(), project.id());
    assert_eq!((answer.header("location"), answer.json()["url"].as_str()), (to.as_str(), Some(to.as_str())));
    let path = to.strip_prefix(&github.api_url()).expect("it is ours");
    assert_eq!(get(&github, path).await.json()["path"], "a b.md");
    project.transfer("other");
    assert_eq!(get(&github, "/repos/o/new").await.status, 301);
    assert_eq!(get(&github, "/repos/other/new").await.json()["id"], project.id());
    let taken = github.repository("o/old");
    assert_eq!(get(&github, "/repos/o/old").await.json()["id"], taken.id());
}

#[tokio::test]
async fn releases_come_in_pages_with_links_and_without_drafts() {
    let github = Github::start();
    let project = github.repository("o/r");
    for number in 0..35 {
        github.clock().set(at("2026-01-01T00:00:00Z") + chrono::TimeDelta::days(number));
        project.release(&format!("v{number}"));
    }
    project.draft("v99");
    let first = get(&github, "/repos/o/r/releases").await;
    assert_eq!(first.json().as_array().map(Vec::len), Some(30));
    assert_eq!(first.json()[0]["tag_name"], "v34");
    let id = project.id();
    let link = |page: u32, relation: &str| {
        format!("<{}/repositories/{id}/releases?page={page}>; rel=\"{relation}\"", github.api_url())
    };
    assert_eq!(first.header("link"), [link(2, "next"), link(2, "last")].join(", "));
    let second = get(&github, "/repos/o/r/releases?page=2").await;
    assert_eq!(second.json().as_array().map(Vec::len), Some(5));
    assert_eq!(second.header("link"), [link(1, "prev"), link(1, "first")].join(", "));
    let all = get(&github, "/repos/o/r/releases?per_page=1000").await;
    assert_eq!((all.json().as_array().map(Vec::len), all.header("link")), (Some(35), ""));
}

#[tokio::test]
async fn the_latest_release_is_that_of_the_newest_commit() {
    let github = Github::start();
    github.clock().set(at("2026-05-01T00:00:00Z"));
    let project = github.repository("o/r").release("v2.0.0");
    let latest = async || get(&github, "/repos/o/r/releases/latest").await.json()["tag_name"].clone();
    github.clock().set(at("2026-05-02T00:00:00Z"));
    project.backport("v1.9.1", at("2026-04-01T00:00:00Z"));
    assert_eq!(latest().await, "v2.0.0", "published later, committed earlier");
    project.prerelease("v3.0.0-rc.1");
    assert_eq!(latest().await, "v2.0.0", "a prerelease");
    project.promote("v3.0.0-rc.1");
    assert_eq!(latest().await, "v3.0.0-rc.1");
    // A draft made long ago and published today is not among the newest.
    let old = at("2026-01-01T00:00:00Z");
    project.add_release(NewRelease {
        tag: "v0.9".into(),
        draft: true,
        committed: Some(old),
        ..Default::default()
    });
    github.clock().set(at("2026-05-03T00:00:00Z"));
    project.publish("v0.9");
    assert_eq!(latest().await, "v3.0.0-rc.1");
    let late = get(&github, "/repos/o/r/releases/tags/v0.9").await.json();
    assert_eq!(
        (&late["created_at"], &late["published_at"]),
        (&json!("2026-01-01T00:00:00Z"), &json!("2026-05-03T00:00:00Z"))
    );
    // A release whose tag is deleted is a draft again.
    project.delete_tag("v3.0.0-rc.1");
    assert_eq!(latest().await, "v2.0.0");
    let tags = get(&github, "/repos/o/r/tags").await.json();
    let names: Vec<&Value> = tags.as_array().expect("a list").iter().map(|tag| &tag["name"]).collect();
    assert_eq!(names, ["v2.0.0", "v1.9.1", "v0.9"]);
    assert!(tags[0]["commit"].get("date").is_none(), "tags have no dates here");
}

#[tokio::test]
async fn headers_are_checked() {
    let github = Github::start();
    github.repository("o/r");
    let url = format!("{}/repos/o/r", github.api_url());
    let nameless = reqwest::Client::new().get(&url);
    assert_eq!(read(nameless).await.status, 403);
    for (name, value, status) in [
        ("x-github-api-version", "2022-11-28", 200),
        ("x-github-api-version", "1999-01-01", 400),
        ("authorization", "Bearer unknown", 401),
        ("authorization", "Basic dTpw", 401),
    ] {
        assert_eq!(get_with(&github, "/repos/o/r", &[(name, value)]).await.status, status, "{name}: {value}");
    }
    github.token_of(TOKEN, "reader");
    for scheme in ["Bearer", "bearer", "token"] {
        let line = format!("{scheme} {TOKEN}");
        let user = get_with(&github, "/user", &[("authorization", &line)]).await;
        assert_eq!((user.status, &user.json()["login"]), (200, &json!("reader")));
    }
    github.revoke(TOKEN);
    let line = format!("Bearer {TOKEN}");
    assert_eq!(get_with(&github, "/user", &[("authorization", &line)]).await.status, 401);
    assert_eq!(get(&github, "/user").await.status, 401);
}
