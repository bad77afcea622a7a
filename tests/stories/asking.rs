//! People ask what is known: at the terminal, whether the program runs or not, over HTTP, and in chats.

mod chats;

use serde_json::Value;
use whimbrel_world::{World, catalog_of, eventually};

const CURLEW: (&str, &str) = ("curlew", "https://github.com/example/curlew");

/// A world that knows two catalogs, and one entry that came while it ran.
async fn knowing() -> World {
    let mut world = prepared();
    knows(&mut world).await;
    world
}

/// A world that is about to know two catalogs.
fn prepared() -> World {
    let mut world = World::new();
    world.hurry();
    world.write("birds.md", catalog_of("Birds of the code", [CURLEW]));
    world.write("waders.md", catalog_of("Waders", [CURLEW, ("avocet", "https://example.org/avocet")]));
    world.follow("birds", "birds.md");
    world.follow("waders", "waders.md");
    world
}

/// It starts, and an entry comes.
async fn knows(world: &mut World) {
    world.start().await;
    world.is_ready().await;
    world.write(
        "birds.md",
        catalog_of("Birds of the code", [CURLEW, ("godwit", "https://github.com/example/godwit")]),
    );
    world.hears("godwit").await;
}

/// Ten questions of every sort.
const QUESTIONS: [&str; 10] = [
    "godwit",
    "/show example/curlew",
    "/show https://example.org/avocet",
    "/top birds",
    "/new birds 7d",
    "/catalogs",
    "/compare curlew godwit",
    "/history godwit",
    "/feed new birds",
    "/releases birds",
];

fn asked(world: &World, question: &str) -> Value {
    let output = world.run(&["ask", question, "--format", "json"]);
    assert_eq!(output.code, Some(0), "{question}: {output:?}");
    output.json()
}

/// Names of an answer's items.
fn names(answer: &Value) -> Vec<&str> {
    let parts = answer["parts"].as_array().map(Vec::as_slice).unwrap_or_default();
    let items = parts.iter().flat_map(|part| part["items"].as_array().expect("a part has items"));
    items.map(|item| item["name"].as_str().expect("an item has a name")).collect()
}

/// The index follows the journal a moment later.
async fn is_found(world: &World, name: &str) {
    eventually("the index has what was told", || async {
        let answer = world.run(&["ask", name, "--format", "json"]);
        (answer.code == Some(0)).then_some(())
    })
    .await;
}

#[tokio::test]
async fn terminal_and_http_answer_the_same_and_so_does_a_store_nobody_runs() {
    let mut world = knowing().await;
    is_found(&world, "godwit").await;
    let running: Vec<Value> = QUESTIONS.iter().map(|question| asked(&world, question)).collect();
    assert_eq!(names(&running[0]), ["example/godwit"]);
    assert_eq!(names(&running[1]), ["Birds of the code / Tools", "Waders / Tools"]);
    assert_eq!(running[2]["text"][0], "what avocet is for");
    assert_eq!(names(&running[4]), ["godwit"]);
    assert_eq!(names(&running[5]), ["Birds of the code", "Waders"]);
    assert_eq!(running[8]["facts"][1]["text"], "/c/birds/feed.atom?kind=added");
    for (question, answer) in QUESTIONS.iter().zip(&running) {
        let address =
            reqwest::Url::parse_with_params(&world.url("/api/ask"), [("q", question)]).expect("an address");
        let (code, served) = world.get(&format!("/api/ask?{}", address.query().unwrap_or_default())).await;
        let served: Value =
            serde_json::from_str(&served).unwrap_or_else(|error| panic!("{question}: {error}: {served}"));
        assert_eq!((code, &served), (200, answer), "{question}");
    }
    let (code, page) = world.get("/ask?q=/show+example/curlew").await;
    assert!(code == 200 && page.contains(">Waders / Tools</a>"), "{code}: {page}");
    world.stop().await;
    let alone: Vec<Value> = QUESTIONS.iter().map(|question| asked(&world, question)).collect();
    for (one, other) in running.iter().zip(&alone) {
        assert_eq!(one, other);
    }
}

#[tokio::test]
async fn a_terminal_shows_tables_and_says_what_is_wrong() {
    let mut world = knowing().await;
    world.stop().await;
    let output = world.run(&["ask", "new", "birds"]);
    assert_eq!(output.code, Some(0), "{output:?}");
    assert!(output.stdout.starts_with("New in Birds of the code\n"), "{}", output.stdout);
    assert!(output.stdout.contains("\ngodwit"), "{}", output.stdout);
    assert!(output.stdout.lines().all(|line| line.chars().count() <= 100), "{}", output.stdout);
    let missing = world.run(&["ask", "show", "crulew"]);
    assert_eq!(missing.code, Some(1), "{missing:?}");
    assert!(missing.stdout.contains("`crulew`"), "{}", missing.stdout);
    let misread = world.run(&["ask", "/tpo"]);
    assert_eq!(
        (misread.code, misread.stderr.contains("did you mean `/top`")),
        (Some(2), true),
        "{misread:?}"
    );
    assert_eq!(world.run(&["ask", "help"]).code, Some(0));
    assert!(world.run(&["completions", "bash"]).stdout.contains("completions"));
    assert!(world.run(&["man", "ask"]).stdout.contains(".TH"));
}
