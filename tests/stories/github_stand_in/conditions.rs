//! Conditional requests: free with a token, paid without, and void when anything they depend on changes.

use serde_json::json;
use whimbrel_world::github::Github;

use super::{TOKEN, at, get_with};

const RAW: &str = "application/vnd.github.raw+json";

#[tokio::test]
async fn a_304_is_free_only_with_a_token() {
    let github = Github::start();
    github.token_of(TOKEN, "reader");
    let project = github.repository("o/r").push("README.md", "# one\n");
    let line = format!("Bearer {TOKEN}");
    for (who, cost) in [(Some(&line), 0), (None, 1)] {
        let mut headers = vec![("accept", RAW)];
        if let Some(line) = who {
            headers.push(("authorization", line.as_str()));
        }
        let path = "/repos/o/r/contents/README.md";
        let first = get_with(&github, path, &headers).await;
        assert_eq!((first.status, first.text.as_str()), (200, "# one\n"));
        let etag = first.header("etag").to_owned();
        assert!(etag.starts_with("W/\""), "{etag}");
        let before = first.number("x-ratelimit-remaining");
        headers.push(("if-none-match", &etag));
        let second = get_with(&github, path, &headers).await;
        assert_eq!((second.status, second.text.as_str()), (304, ""));
        assert_eq!(before - second.number("x-ratelimit-remaining"), cost, "{who:?}");
    }
    project.push("README.md", "# two\n");
    assert_eq!(github.journal().not_modified(), 2);
}

#[tokio::test]
async fn a_validator_is_good_for_one_token_and_one_form() {
    let github = Github::start();
    for (token, login) in [(TOKEN, "reader"), ("ghp_other", "reader")] {
        github.token_of(token, login);
    }
    let project = github.repository("o/r").stars(1);
    let line = format!("Bearer {TOKEN}");
    let first = get_with(&github, "/repos/o/r", &[("authorization", &line)]).await;
    let etag = first.header("etag").to_owned();
    let with = async |headers: &[(&str, &str)]| {
        let mut all = vec![("if-none-match", etag.as_str())];
        all.extend(headers);
        get_with(&github, "/repos/o/r", &all).await.status
    };
    assert_eq!(with(&[("authorization", &line)]).await, 304);
    assert_eq!(with(&[("authorization", "Bearer ghp_other")]).await, 200, "another token");
    assert_eq!(with(&[("authorization", &line), ("accept", "application/json")]).await, 200, "another form");
    assert_eq!(with(&[]).await, 200, "no token");
    project.stars(2);
    assert_eq!(with(&[("authorization", &line)]).await, 200, "another star");
}

#[tokio::test]
async fn a_repository_can_be_asked_since_when() {
    let github = Github::start();
    github.clock().set(at("2026-03-01T10:00:00Z"));
    let project = github.repository("o/r");
    let since = [("if-modified-since", "Sun, 01 Mar 2026 10:00:00 GMT")];
    let answer = get_with(&github, "/repos/o/r", &since).await;
    assert_eq!((answer.status, answer.header("last-modified")), (304, since[0].1));
    github.clock().set(at("2026-03-01T10:00:01Z"));
    project.stars(1);
    assert_eq!(get_with(&github, "/repos/o/r", &since).await.status, 200);
}

#[tokio::test]
async fn files_come_in_the_forms_and_sizes_github_allows() {
    let github = Github::start();
    let large = "x".repeat((1 << 20) + 1);
    let project = github
        .repository("o/r")
        .push("docs/readme.org", "* here")
        .push("a b/ü.md", "odd")
        .push("large.txt", large.clone())
        .tag("v1")
        .push("README.rst", "later")
        .push_to("dev", "dev.md", "on a branch");
    let object = "application/vnd.github.object+json";
    let json = "application/vnd.github+json";
    for (path, accept, status, pointer, expected) in [
        ("/contents/docs/readme.org", RAW, 200, "", json!("* here")),
        ("/contents/docs/readme.org", "application/vnd.github.v3.raw", 200, "", json!("* here")),
        ("/contents/docs/readme.org", json, 200, "/content", json!("KiBoZXJl\n")),
        ("/contents/docs/readme.org", json, 200, "/encoding", json!("base64")),
        ("/contents/a%20b/%C3%BC.md", RAW, 200, "", json!("odd")),
        ("/contents/large.txt", RAW, 200, "", json!(large)),
        ("/contents/large.txt", object, 200, "/encoding", json!("none")),
        ("/contents/large.txt", json, 403, "/errors/0/code", json!("too_large")),
        ("/contents/docs", RAW, 200, "/0/path", json!("docs/readme.org")),
        ("/contents/docs", object, 200, "/entries/0/name", json!("readme.org")),
        ("/contents/none.md", RAW, 404, "/message", json!("Not Found")),
        ("/contents/dev.md", RAW, 404, "/message", json!("Not Found")),
        ("/contents/dev.md?ref=dev", RAW, 200, "", json!("on a branch")),
        ("/contents/README.rst?ref=v1", RAW, 404, "/message", json!("Not Found")),
        ("/contents/README.rst?ref=none", RAW, 404, "/message", json!("No commit found for the ref none")),
        ("/readme", json, 200, "/path", json!("README.rst")),
        ("/readme/docs", json, 200, "/path", json!("docs/readme.org")),
        ("/commits?path=docs&per_page=1", json, 200, "/0/commit/message", json!("Update docs/readme.org")),
        ("/commits?sha=dev", json, 200, "/0/commit/message", json!("Update dev.md")),
    ] {
        let answer = get_with(&github, &format!("/repos/o/r{path}"), &[("accept", accept)]).await;
        assert_eq!(answer.status, status, "{path} as {accept}: {}", answer.text);
        let shown = if pointer.is_empty() {
            json!(answer.text)
        } else {
            answer.json().pointer(pointer).cloned().into()
        };
        assert_eq!(shown, expected, "{path} as {accept}");
    }
    let sha = get_with(&github, "/repos/o/r/contents/docs/readme.org", &[]).await.json()["sha"].clone();
    assert_eq!(sha.as_str(), project.blob("docs/readme.org").as_deref());
    project.remove("README.rst");
    assert_eq!(get_with(&github, "/repos/o/r/readme", &[]).await.json()["path"], "docs/readme.org");
    github.repository("o/empty").empty();
    assert_eq!(get_with(&github, "/repos/o/empty/contents/a", &[]).await.status, 404);
    assert_eq!(get_with(&github, "/repos/o/empty/commits", &[]).await.status, 409);
}
