//! GraphQL: checked against GitHub's own schema, answered from the state.

use serde_json::{Value, json};
use whimbrel_world::github::{Block, Github};

use super::{ask, at};

/// What a watcher asks of every project.
const WATCH: &str = "query Watch($ids: [ID!]!, $releases: Int = 10) {
  rateLimit { limit cost remaining used resetAt nodeCount }
  nodes(ids: $ids) { __typename id ...facts }
}
fragment facts on Repository {
  databaseId name nameWithOwner url description homepageUrl
  isArchived archivedAt isDisabled isEmpty isLocked isPrivate isFork
  stargazerCount forkCount pushedAt updatedAt createdAt
  primaryLanguage { name } licenseInfo { spdxId name key } defaultBranchRef { name }
  releases(first: $releases, orderBy: { field: CREATED_AT, direction: DESC }) {
    totalCount pageInfo { hasNextPage endCursor }
    nodes {
      id databaseId tagName name url createdAt publishedAt updatedAt
      isDraft isPrerelease isLatest descriptionHTML tagCommit { oid committedDate }
    }
  }
  latestRelease { tagName }
  refs(refPrefix: \"refs/tags/\", first: 5, orderBy: { field: TAG_COMMIT_DATE, direction: DESC }) {
    totalCount
    nodes { name target { oid ... on Commit { committedDate } ... on Tag { target { oid } tagger { date } } } }
  }
  object(expression: \"HEAD:README.md\") { ... on Blob { oid byteSize text } }
}";

#[tokio::test]
async fn a_watchers_query_is_answered_in_full() {
    let github = Github::start();
    github.clock().set(at("2026-03-01T10:00:00Z"));
    let etcd = github
        .repository("etcd-io/etcd")
        .stars(48_000)
        .forks(9_800)
        .description("Distributed \"reliable\" key-value store")
        .homepage("https://etcd.io")
        .language("Go")
        .license("Apache-2.0")
        .push("README.md", "# etcd\n")
        .release("v3.5.0");
    github.clock().set(at("2026-03-02T10:00:00Z"));
    etcd.prerelease("v3.6.0-rc.0").draft("v3.6.0").annotated_tag("api/v3.6.0");
    let answer = ask(&github, WATCH, json!({ "ids": [etcd.node_id()] })).await.json();
    assert_eq!(answer["errors"], Value::Null, "{answer:#}");
    let shown = &answer["data"]["nodes"][0];
    for (pointer, expected) in [
        ("/__typename", json!("Repository")),
        ("/id", json!(etcd.node_id())),
        ("/databaseId", json!(etcd.id())),
        ("/nameWithOwner", json!("etcd-io/etcd")),
        ("/url", json!("https://github.com/etcd-io/etcd")),
        ("/description", json!("Distributed \"reliable\" key-value store")),
        ("/homepageUrl", json!("https://etcd.io")),
        ("/isArchived", json!(false)),
        ("/archivedAt", Value::Null),
        ("/stargazerCount", json!(48_000)),
        ("/forkCount", json!(9_800)),
        ("/createdAt", json!("2026-03-01T10:00:00Z")),
        ("/pushedAt", json!("2026-03-02T10:00:00Z")),
        ("/primaryLanguage/name", json!("Go")),
        (
            "/licenseInfo",
            json!({ "spdxId": "Apache-2.0", "name": "Apache License 2.0", "key": "apache-2.0" }),
        ),
        ("/defaultBranchRef/name", json!("main")),
        ("/releases/totalCount", json!(2)),
        ("/releases/pageInfo/hasNextPage", json!(false)),
        ("/releases/nodes/0/tagName", json!("v3.6.0-rc.0")),
        ("/releases/nodes/0/isPrerelease", json!(true)),
        ("/releases/nodes/0/isLatest", json!(false)),
        ("/releases/nodes/1/id", json!(etcd.release_id("v3.5.0"))),
        ("/releases/nodes/1/isLatest", json!(true)),
        ("/releases/nodes/1/publishedAt", json!("2026-03-01T10:00:00Z")),
        ("/latestRelease/tagName", json!("v3.5.0")),
        ("/refs/totalCount", json!(3)),
        ("/refs/nodes/2/name", json!("v3.5.0")),
        ("/refs/nodes/2/target/committedDate", json!("2026-03-01T10:00:00Z")),
        ("/object/oid", json!(etcd.blob("README.md"))),
        ("/object/byteSize", json!(7)),
        ("/object/text", json!("# etcd\n")),
    ] {
        assert_eq!(shown.pointer(pointer), Some(&expected), "{pointer}: {shown:#}");
    }
    let tags = shown["refs"]["nodes"].as_array().expect("a list");
    let annotated = tags.iter().find(|tag| tag["name"] == "api/v3.6.0").expect("it is there");
    assert_eq!(annotated["target"]["tagger"]["date"], "2026-03-02T10:00:00+00:00");
    assert_eq!(answer["data"]["rateLimit"]["cost"], 1);
    assert_eq!(answer["data"]["rateLimit"]["nodeCount"], 15);
    assert_eq!(answer["data"]["rateLimit"]["remaining"], 4_999);
    github.expects_no_violations();
}

#[tokio::test]
async fn nodes_that_are_gone_or_hidden_are_null_with_an_error_each() {
    let github = Github::start();
    let [here, gone, private, blocked] =
        ["a/here", "a/gone", "a/private", "a/blocked"].map(|name| github.repository(name));
    gone.delete();
    private.make_private();
    blocked.block(Block::Dmca);
    let ids = json!([gone.node_id(), here.node_id(), private.node_id(), blocked.node_id(), "R_nonsense"]);
    let query = "query($ids: [ID!]!) { nodes(ids: $ids) { ... on Repository { nameWithOwner } } }";
    let answer = ask(&github, query, json!({ "ids": ids })).await.json();
    assert_eq!(answer["data"]["nodes"], json!([null, { "nameWithOwner": "a/here" }, null, null, null]));
    let errors = answer["errors"].as_array().expect("a list");
    let told: Vec<_> = errors.iter().map(|error| (error["type"].as_str(), error["path"].clone())).collect();
    let expected = [
        (Some("NOT_FOUND"), json!(["nodes", 0])),
        (Some("NOT_FOUND"), json!(["nodes", 2])),
        (Some("FORBIDDEN"), json!(["nodes", 3])),
        (Some("NOT_FOUND"), json!(["nodes", 4])),
    ];
    assert_eq!(told, expected, "{answer:#}");
    gone.restore();
    let answer = ask(&github, query, json!({ "ids": [gone.node_id()] })).await.json();
    assert_eq!(answer["data"]["nodes"][0]["nameWithOwner"], "a/gone");
}

#[tokio::test]
async fn a_renamed_repository_is_found_by_its_old_name_until_somebody_takes_it() {
    let github = Github::start();
    let project = github.repository("old/name").rename("new/name");
    let query = "query($follow: Boolean) { repository(owner: \"OLD\", name: \"Name\", followRenames: $follow) { id nameWithOwner } }";
    let followed = ask(&github, query, json!({})).await.json();
    assert_eq!(
        followed["data"]["repository"],
        json!({ "id": project.node_id(), "nameWithOwner": "new/name" })
    );
    let refused = ask(&github, query, json!({ "follow": false })).await.json();
    assert_eq!(refused["data"]["repository"], Value::Null);
    assert_eq!(refused["errors"][0]["type"], "NOT_FOUND");
    let other = github.repository("old/name");
    assert_ne!(other.node_id(), project.node_id());
    let taken = ask(&github, query, json!({})).await.json();
    assert_eq!(taken["data"]["repository"]["id"], other.node_id());
}

#[tokio::test]
async fn releases_are_paged_by_cursors_that_survive_changes() {
    let github = Github::start();
    let project = github.repository("o/r");
    for number in 1..=7 {
        github.clock().set(at(&format!("2026-04-0{number}T00:00:00Z")));
        project.release(&format!("v{number}"));
    }
    let query = "query($id: ID!, $after: String) { node(id: $id) { ... on Repository {
        releases(first: 3, after: $after) { nodes { tagName } pageInfo { hasNextPage endCursor } } } } }";
    let mut after = Value::Null;
    let mut pages = Vec::new();
    loop {
        let answer = ask(&github, query, json!({ "id": project.node_id(), "after": after })).await.json();
        let page = &answer["data"]["node"]["releases"];
        let tags = page["nodes"].as_array().expect("a list").iter().map(|release| release["tagName"].clone());
        pages.push(tags.collect::<Value>());
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
        after = page["pageInfo"]["endCursor"].clone();
        // What comes or goes at the top moves nothing further down.
        project.release(&format!("later-{}", pages.len())).delete_release("v7");
        project.add_release(whimbrel_world::github::NewRelease { tag: "v7".into(), ..Default::default() });
    }
    assert_eq!(pages, [json!(["v7", "v6", "v5"]), json!(["v4", "v3", "v2"]), json!(["v1"])]);
}

#[tokio::test]
async fn queries_against_the_schema_are_refused_as_github_refuses_them() {
    let github = Github::start();
    let id = github.repository("o/r").node_id();
    let many: Vec<&str> = vec![id.as_str(); 101];
    let wide: Vec<String> =
        (0..51).map(|number| format!("a{number}: releases(first: 100) {{ totalCount }}")).collect();
    let wide =
        format!("query($id: [ID!]!) {{ nodes(ids: $id) {{ ... on Repository {{ {} }} }} }}", wide.join(" "));
    let node =
        |inner: &str| format!("query($id: ID!) {{ node(id: $id) {{ ... on Repository {{ {inner} }} }} }}");
    for (query, variables, kind, message) in [
        (
            node("starCount"),
            json!({ "id": id }),
            None,
            "Field 'starCount' doesn't exist on type 'Repository'",
        ),
        (node("name"), json!({}), None, "id"),
        (node("name("), json!({ "id": id }), None, "syntax error"),
        (
            node("releases { totalCount }"),
            json!({ "id": id }),
            Some("MISSING_PAGINATION_BOUNDARIES"),
            "`first` or `last`",
        ),
        (
            node("releases(first: 101) { totalCount }"),
            json!({ "id": id }),
            Some("EXCESSIVE_PAGINATION"),
            "limit of 100",
        ),
        (
            node("releases(first: 1, last: 1) { totalCount }"),
            json!({ "id": id }),
            Some("UNPROCESSABLE"),
            "both",
        ),
        (
            node("issues(first: 1) { totalCount }"),
            json!({ "id": id }),
            Some("NOT_ANSWERED"),
            "`Repository.issues`",
        ),
        (
            "query($id: [ID!]!) { nodes(ids: $id) { id } }".into(),
            json!({ "id": many }),
            Some("ARGUMENT_LIMIT"),
            "100",
        ),
        (wide, json!({ "id": many[1..] }), Some("MAX_NODE_LIMIT_EXCEEDED"), "500,000"),
        (
            "mutation { addStar(input: { starrableId: \"x\" }) { clientMutationId } }".into(),
            json!({}),
            None,
            "only queries",
        ),
        ("{ repository(owner: \"o\") { id } }".into(), json!({}), None, "name"),
    ] {
        let answer = ask(&github, &query, variables).await;
        assert_eq!(answer.status, 200);
        let answer = answer.json();
        assert_eq!(answer.get("data"), None, "{query}: {answer:#}");
        assert_eq!(answer["errors"][0]["type"].as_str(), kind, "{query}: {answer:#}");
        let said = answer["errors"][0]["message"].as_str().unwrap_or_default();
        assert!(said.contains(message), "{query}: {said}");
    }
    assert_eq!(github.journal().violations.len(), 11, "{:#?}", github.journal().violations);
}

#[tokio::test]
async fn aliases_fragments_and_directives_count() {
    let github = Github::start();
    github.repository("o/r").stars(3).language("Rust");
    let query = "query($deep: Boolean!) {
        first: repository(owner: \"o\", name: \"r\") { ...one ... on Repository { owner { login __typename } } ...two }
        second: repository(owner: \"o\", name: \"r\") @skip(if: $deep) { name }
        third: repository(owner: \"o\", name: \"none\") { name }
    }
    fragment one on Repository { primaryLanguage { name } stars: stargazerCount }
    fragment two on Starrable { id @include(if: $deep) stargazerCount }";
    let answer = ask(&github, query, json!({ "deep": false })).await;
    let shown = answer.json();
    assert_eq!(shown["data"]["second"], json!({ "name": "r" }));
    assert_eq!(shown["data"]["third"], Value::Null);
    assert_eq!(shown["errors"][0]["path"], json!(["third"]));
    let first = &shown["data"]["first"];
    assert_eq!(first["primaryLanguage"]["name"], "Rust");
    assert_eq!((&first["stars"], &first["stargazerCount"]), (&json!(3), &json!(3)));
    assert_eq!(first["owner"]["login"], "o");
    assert_eq!(first.get("id"), None, "{shown:#}");
    let deep = ask(&github, query, json!({ "deep": true })).await.json();
    assert_eq!(deep["data"].get("second"), None);
    assert!(deep["data"]["first"]["id"].is_string());
}
