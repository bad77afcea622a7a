//! Everything that is known is taken out, moved elsewhere, and put back in.

use std::fs;

use serde_json::Value;
use whimbrel_world::{World, catalog_of};

/// A world that knows something: one catalog, one live event.
async fn knowing() -> World {
    let mut world = World::new();
    world.hurry();
    world.write("birds.md", catalog_of("Birds", [("curlew", "https://github.com/example/curlew")]));
    world.follow("birds", "birds.md");
    world.start().await;
    world.is_ready().await;
    let both =
        [("curlew", "https://github.com/example/curlew"), ("godwit", "https://github.com/example/godwit")];
    world.write("birds.md", catalog_of("Birds", both));
    world.hears("godwit").await;
    world
}

/// The identity and the news of each event.
fn essence(events: &[Value]) -> Vec<(Value, Value, Value, Value)> {
    let part = |event: &Value, key: &str| event[key].clone();
    events
        .iter()
        .map(|event| (part(event, "epoch"), part(event, "seq"), part(event, "kind"), part(event, "name")))
        .collect()
}

#[tokio::test]
async fn an_export_of_a_running_program_is_a_life_elsewhere() {
    let mut world = knowing().await;
    assert_eq!(world.run(&["export", "all.jsonl.gz"]).code, Some(0));
    let output = world.run(&["import", "all.jsonl.gz"]);
    assert_eq!(output.code, Some(1), "{output:?}");
    assert!(output.stderr.contains("stop it before"), "{}", output.stderr);
    let running = world.journal();
    world.stop().await;
    assert_eq!(
        essence(&world.journal()),
        essence(&running),
        "asked while it runs or read from its folder: the same"
    );

    let mut elsewhere = World::new();
    elsewhere.hurry();
    fs::copy(world.path("birds.md"), elsewhere.path("birds.md")).expect("the folder is ours");
    fs::copy(world.path("all.jsonl.gz"), elsewhere.path("all.jsonl.gz")).expect("the folder is ours");
    elsewhere.follow("birds", "birds.md");
    let output = elsewhere.run(&["import", "all.jsonl.gz"]);
    assert_eq!(output.code, Some(0), "{output:?}");
    assert!(output.stdout.contains("2 events"), "{}", output.stdout);
    elsewhere.start().await;
    elsewhere.hears("godwit").await;
    let three = [
        ("curlew", "https://github.com/example/curlew"),
        ("godwit", "https://github.com/example/godwit"),
        ("plover", "https://github.com/example/plover"),
    ];
    elsewhere.write("birds.md", catalog_of("Birds", three));
    elsewhere.hears("plover").await;
    elsewhere.stop().await;
    let there = elsewhere.journal();
    assert_eq!(essence(&there)[..2], essence(&running)[..], "numbers are kept");
    assert_eq!(there.len(), 3, "{there:?}");
    assert!(there[2]["epoch"].as_u64() > there[1]["epoch"].as_u64(), "what comes after is of a new life");
}

#[tokio::test]
async fn foreign_and_damaged_files_are_refused_before_anything_is_touched() {
    let mut world = knowing().await;
    world.stop().await;
    let before = world.journal();
    assert_eq!(world.run(&["export", "whole.jsonl"]).code, Some(0));
    let whole = fs::read_to_string(world.path("whole.jsonl")).expect("it was written");
    let lines: Vec<&str> = whole.lines().collect();
    let cut = lines[..lines.len() / 2].join("\n");
    let altered = whole.replacen("godwit", "gadwit", 1);
    for (name, text) in [
        ("cut", cut.as_str()),
        ("altered", &altered),
        ("foreign", "{\"a\": 1}\n"),
        ("empty", ""),
        ("text", "hello"),
    ] {
        world.write("bad.jsonl", text);
        let output = world.run(&["import", "bad.jsonl"]);
        assert_eq!(output.code, Some(1), "{name}: {output:?}");
        assert!(output.stderr.contains("bad.jsonl"), "{name}: {}", output.stderr);
        assert_eq!(world.journal(), before, "{name}");
    }
    let output = world.run(&["import", "missing.jsonl"]);
    assert_eq!(output.code, Some(1), "{output:?}");
    assert_eq!(world.run(&["import", "whole.jsonl"]).code, Some(0));
    assert_eq!(essence(&world.journal()), essence(&before));
}

#[tokio::test]
async fn backups_are_made_running_or_not() {
    let mut world = knowing().await;
    let output = world.run(&["backup"]);
    assert_eq!(output.code, Some(0), "{output:?}");
    let path = output.stdout.trim().trim_start_matches("Wrote ").trim_end_matches('.').to_owned();
    assert!(world.path(&path).exists(), "{output:?}");
    world.stop().await;
    assert_eq!(world.run(&["backup"]).code, Some(0));
    assert_eq!(world.run(&["import", &path]).code, Some(0), "a backup is an export");
}

#[test]
fn there_is_nothing_to_export_where_no_store_is() {
    let world = World::new();
    for arguments in [&["export", "-"][..], &["backup"]] {
        let output = world.run(arguments);
        assert_eq!(output.code, Some(1), "{output:?}");
        assert!(output.stderr.contains("there is no store at"), "{output:?}");
    }
    assert!(!world.path("whimbrel-data").exists(), "and none is made");
}
