//! Questions over HTTP, for programs and for people.

use axum::body::Body;
use http::{Method, Request, StatusCode};
use serde_json::Value;
use tower::ServiceExt as _;
use whimbrel_lookup::{Index, Lookup, Question};

use super::world::World;

/// The usual world, ready to be asked.
fn world() -> World {
    let index = Index::new();
    let mut world = World::usual();
    index.rebuild(&world.store).unwrap();
    world.answering(Lookup::new(world.store.clone(), index));
    world
}

async fn get(world: &World, path: &str) -> (StatusCode, Value) {
    let answer = world.get(path).await;
    (
        answer.status,
        serde_json::from_str(&answer.text())
            .unwrap_or_else(|error| panic!("{path}: {error}: {}", answer.text())),
    )
}

#[tokio::test]
async fn a_question_is_answered_typed_or_in_parts() {
    let world = world();
    for (typed, parts) in [
        ("/api/ask?q=raft+entry+0", "/api/find?words=raft+entry+0"),
        ("/api/ask?q=/new+raft", "/api/new?catalog=raft"),
        ("/api/ask?q=/catalogs&size=1", "/api/catalogs?size=1"),
        ("/api/ask?q=/show+raft/entry-0", "/api/show?project=raft/entry-0"),
    ] {
        let (one, other) = (get(&world, typed).await, get(&world, parts).await);
        assert_eq!((one.0, &one.1["parts"]), (other.0, &other.1["parts"]), "{typed}");
        assert_eq!(one.0, StatusCode::OK, "{typed}: {}", one.1);
    }
    let (_, new) = get(&world, "/api/new?catalog=raft").await;
    assert_eq!(new["question"], "/new raft");
    assert_eq!(new["parts"][0]["items"][0]["name"], "openraft");
    assert_eq!(new["links"]["feed"], "/c/raft/feed.atom?kind=added");
    let (_, first) = get(&world, "/api/catalogs?size=1").await;
    assert_eq!(first["paging"], serde_json::json!({ "page": 1, "pages": 2, "more": true }));
    let (_, second) = get(&world, "/api/catalogs?size=1&page=2").await;
    assert_eq!(second["parts"][0]["items"][0]["name"], "Shells worth knowing");
}

#[tokio::test]
async fn what_is_wrong_is_said() {
    let world = world();
    for (path, status, said) in [
        ("/api/ask", 400, "Nothing is asked"),
        ("/api/ask?q=/tpo", 400, "did you mean `/top`"),
        ("/api/ask?q=x&size=900", 400, "`size` has to be a number from 1 to 100"),
        ("/api/ask?q=x&zone=Mars", 400, "`zone`"),
        ("/api/ask?q=x&catalog=raft", 400, "`catalog` is not known"),
        ("/api/show", 400, "needs to know what"),
        ("/api/show?name=x", 400, "no option `name`"),
        ("/api/top?by=size", 400, "no measure"),
    ] {
        let (code, body) = get(&world, path).await;
        let message = body["error"]["message"].as_str().unwrap_or_default();
        assert!(code.as_u16() == status && message.contains(said), "{path}: {code} {body}");
    }
    let (code, body) = get(&world, "/api/show?project=nobody/nothing").await;
    assert!(code == StatusCode::NOT_FOUND && body["missing"] == true, "{body}");
}

#[tokio::test]
async fn pages_of_others_may_read_and_nobody_may_write() {
    let world = world();
    let ask = |method: Method| {
        let request =
            Request::builder().method(method).uri("/api/catalogs").header("origin", "https://example.org");
        world.router.clone().oneshot(request.body(Body::empty()).unwrap())
    };
    let answer = ask(Method::GET).await.unwrap();
    assert_eq!(answer.headers()["access-control-allow-origin"], "*");
    let before = ask(Method::OPTIONS).await.unwrap();
    assert_eq!(
        (before.status().as_u16(), before.headers()["access-control-allow-methods"].to_str().unwrap()),
        (204, "GET, HEAD, OPTIONS")
    );
    assert_eq!(ask(Method::POST).await.unwrap().status(), StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn the_description_has_every_question() {
    let world = world();
    let (_, described) = get(&world, "/api/openapi.json").await;
    assert!(described["openapi"].as_str().unwrap().starts_with("3."), "{described}");
    for form in Question::forms() {
        let operation = &described["paths"][format!("/api/{}", form.name)]["get"];
        let parameters = operation["parameters"].as_array().unwrap();
        let is_there = |name: &str| parameters.iter().any(|parameter| parameter["name"] == name);
        assert!(form.options.iter().all(|option| is_there(option.name)) && is_there("page"), "{operation}");
    }
    // Everything that is referred to is there.
    let text = described.to_string();
    let schemas = described["components"]["schemas"].as_object().unwrap();
    for part in text.split("#/components/schemas/").skip(1) {
        let name = part.split('"').next().unwrap();
        assert!(schemas.contains_key(name), "{name} is missing");
    }
    for name in ["Answer", "Part", "Item", "Fact", "Plot", "Paging", "Links", "Hint", "Error"] {
        assert!(schemas.contains_key(name), "{name} is missing");
    }
}

#[tokio::test]
async fn people_read_the_same_on_a_page() {
    let world = world();
    let page = world.get("/ask?q=/new+raft").await.text();
    assert!(page.contains("<h1>New in Consensus, gathered</h1>") && page.contains(">openraft</a>"), "{page}");
    let missing = world.get("/ask?q=/show+nobody/nothing").await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
    let wrong = world.get("/ask?q=/tpo+%3Cb%3E").await;
    assert!(
        wrong.status == StatusCode::BAD_REQUEST && wrong.text().contains("did you mean"),
        "{}",
        wrong.text()
    );
    assert!(!wrong.text().contains("<b>"), "{}", wrong.text());
    let empty = world.get("/ask").await.text();
    assert!(empty.contains("/top awesome-go by growth 10"), "{empty}");
    let pages = world.get("/ask?q=/catalogs&size=1").await.text();
    assert!(
        pages.contains("href=\"./ask?q=%2Fcatalogs&amp;page=2\"")
            || pages.contains("href=\"./ask?q=%2Fcatalogs&#38;page=2\""),
        "{pages}"
    );
    let viewer = world.get("/api/").await.text();
    assert!(
        Question::forms().iter().all(|form| viewer.contains(&format!("/api/{}<", form.name))),
        "{viewer}"
    );
}

#[tokio::test]
async fn names_are_completed_while_somebody_types() {
    let world = world();
    let names = |value: &Value| -> Vec<String> {
        let names = value["names"].as_array().unwrap().iter();
        names.map(|one| format!("{} {} {}", one["what"], one["name"], one["page"]).replace('"', "")).collect()
    };
    let (status, found) = get(&world, "/api/complete?q=raft%20entry-1").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(names(&found)[0], "project raft/entry-1 /ask?q=%2Fshow+raft%2Fentry-1", "{found}");
    let (_, found) = get(&world, "/api/complete?q=cons").await;
    assert_eq!(names(&found)[0], "catalog Consensus, gathered /c/raft/");
    let (_, found) = get(&world, "/api/complete?q=prom").await;
    assert_eq!(names(&found)[0], "section Prompts /c/shells/s/prompts/");
    for nothing in ["/api/complete", "/api/complete?q=", "/api/complete?q=%F0%9F%A6%86"] {
        assert_eq!(names(&get(&world, nothing).await.1), Vec::<String>::new(), "{nothing}");
    }
    // The pages are there.
    for page in ["/c/raft/", "/c/shells/s/prompts/", "/ask?q=%2Fshow+raft%2Fentry-1"] {
        assert_eq!(world.get(page).await.status, StatusCode::OK, "{page}");
    }
}

#[tokio::test]
async fn only_the_script_of_the_site_itself_may_run() {
    let world = world();
    let page = world.get("/ask").await;
    let script =
        page.text().split_once("<script src=\"./").expect("a script").1.split('"').next().unwrap().to_owned();
    let policy = page.header("content-security-policy").to_owned();
    assert!(policy.contains("default-src 'none'") && policy.contains("script-src 'self';"), "{policy}");
    let file = world.get(&format!("/{script}")).await;
    assert_eq!(
        (file.status, file.header("content-type")),
        (StatusCode::OK, "text/javascript; charset=utf-8")
    );
    assert!(file.header("cache-control").contains("immutable"));
    assert!(!page.text().contains(" onclick=") && !page.text().contains("<script>"));
    // Links into the search of a site kept as files lead to the same question here.
    let moved = world.get("/search/?q=raft").await;
    assert_eq!((moved.status.as_u16(), moved.header("location")), (308, "../ask?q=raft"));
}
