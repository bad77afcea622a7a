//! A catalog in a local git repository: followed commit by commit, back-filled, replayed.

use serde_json::Value;
use whimbrel_world::git::Repository;
use whimbrel_world::{World, catalog_of};

const CURLEW: (&str, &str) = ("curlew", "https://github.com/example/curlew");
const GODWIT: (&str, &str) = ("godwit", "https://github.com/example/godwit");
const PLOVER: (&str, &str) = ("plover", "https://github.com/example/plover");
const DUNLIN: (&str, &str) = ("dunlin", "https://github.com/example/dunlin");
const SNIPE: (&str, &str) = ("snipe", "https://github.com/example/snipe");

/// A list with a past: a new entry, one that was taken back within minutes, a removal, a new name of the file.
fn past(world: &World) -> Repository {
    let repository = Repository::new(world.path("lists"));
    let list = |entries: &[(&'static str, &'static str)]| catalog_of("Birds", entries.iter().copied());
    repository.commit("list.md", &list(&[CURLEW]), "2026-03-01T10:00:00Z");
    repository.commit("list.md", &list(&[CURLEW, GODWIT]), "2026-03-05T10:00:00Z");
    repository.commit("list.md", &list(&[CURLEW, GODWIT, SNIPE]), "2026-03-08T10:00:00Z");
    repository.commit("list.md", &list(&[CURLEW, GODWIT]), "2026-03-08T10:05:00Z");
    repository.rename("list.md", "birds.md", "2026-04-01T10:00:00Z");
    repository.commit("birds.md", &list(&[GODWIT]), "2026-04-10T10:00:00Z");
    repository
}

fn brief(events: &[Value]) -> Vec<(&str, &str, &str)> {
    events
        .iter()
        .map(|event| {
            let of = |key: &str| event[key].as_str().unwrap_or_default();
            (of("kind"), of("name"), of("at").get(..10).unwrap_or_default())
        })
        .collect()
}

#[test]
fn replay_tells_what_would_have_been_told() {
    let world = World::new();
    let repository = past(&world);
    let output = world.run(&["replay", "lists", "birds.md", "--format", "json"]);
    assert_eq!(output.code, Some(0), "{output:?}");
    let events = output.json_lines();
    assert_eq!(brief(&events), [("added", "godwit", "2026-03-05"), ("removed", "curlew", "2026-04-10")]);
    assert_eq!(events[1]["commit"], repository.head());
    assert_eq!((&events[0]["seq"], &events[0]["catalog"]), (&1.into(), &"birds".into()));

    let output = world.run(&["replay", "lists", "birds.md", "--format", "json", "--no-settle"]);
    let hasty = output.json_lines();
    assert_eq!(
        brief(&hasty),
        [
            ("added", "godwit", "2026-03-05"),
            ("added", "snipe", "2026-03-08"),
            ("removed", "snipe", "2026-03-08"),
            ("removed", "curlew", "2026-04-10"),
        ]
    );
    let output = world.run(&["replay", "lists", "birds.md", "--format", "json", "--since", "2026-04-01"]);
    assert_eq!(brief(&output.json_lines()), [("removed", "curlew", "2026-04-10")]);
    let output = world.run(&["replay", "lists", "birds.md", "--format", "json", "--until", "2026-04-01"]);
    assert_eq!(brief(&output.json_lines()), [("added", "godwit", "2026-03-05")]);
    let output = world.run(&["replay", "lists", "birds.md"]);
    for part in ["5 March 2026", "+ godwit", "- curlew", "2 events from"] {
        assert!(output.stdout.contains(part), "no `{part}` in\n{}", output.stdout);
    }
}

#[test]
fn replay_of_what_is_not_there_says_so() {
    let world = World::new();
    past(&world);
    for (arguments, part) in [
        (["replay", "lists", "gone.md"], "gone.md"),
        (["replay", "nowhere", "birds.md"], "nowhere"),
        (["replay", ".", "birds.md"], "repository"),
    ] {
        let output = world.run(&arguments);
        assert_eq!(output.code, Some(1), "{output:?}");
        assert!(output.stderr.contains(part), "{}", output.stderr);
    }
    assert_eq!(world.run(&["replay", "lists", "birds.md", "--since", "yesterday"]).code, Some(1));
}

#[tokio::test]
async fn a_followed_repository_brings_its_past_and_its_future() {
    let mut world = World::new();
    let repository = past(&world);
    world.hurry();
    let keys = "backfill = \"all\"\nsettle_added_secs = 1800\nsettle_removed_secs = 86400";
    world.follow_with("birds", "git:lists//birds.md", keys);
    world.start().await;
    world.logs("following `birds`").await;
    assert_eq!(
        brief(&world.history()),
        [("added", "godwit", "2026-03-05"), ("removed", "curlew", "2026-04-10")]
    );
    assert_eq!(world.told().len(), 1, "live there is but the beginning: {:?}", world.told());

    // Two commits between two looks are two steps, each with its own time.
    let list = |entries: &[(&'static str, &'static str)]| catalog_of("Birds", entries.iter().copied());
    repository.commit("birds.md", &list(&[GODWIT, PLOVER]), "2026-05-01T10:00:00Z");
    repository.commit("birds.md", &list(&[GODWIT, PLOVER, SNIPE]), "2026-05-02T10:00:00Z");
    world.hears("Added: snipe").await;
    let journal = world.journal();
    assert_eq!(brief(&journal[1..]), [("added", "plover", "2026-05-01"), ("added", "snipe", "2026-05-02")]);

    // A rewritten history is one step from what is known: no flood, and the program goes on.
    repository.forget(2);
    repository.commit("birds.md", &list(&[GODWIT, PLOVER, DUNLIN]), "2026-05-03T10:00:00Z");
    world.hears("Added: dunlin").await;
    let told = world.told();
    assert!(told.len() <= 6, "{told:?}");
    assert!(told.contains(&("removed".to_owned(), "snipe".to_owned())), "{told:?}");
    world.stop().await;
}

#[tokio::test]
async fn a_bare_repository_is_a_source_too() {
    let mut world = World::new();
    let repository = past(&world);
    repository.bare_copy(&world.path("lists.git"));
    world.hurry();
    world.follow("birds", "git:lists.git//birds.md@main");
    world.follow("lost", "git:lists.git//birds.md@other");
    world.start().await;
    world.logs("following `birds`").await;
    world.logs("`lost` could not be read").await;
    world.stop().await;
}

#[test]
fn back_fill_that_cannot_be_had_is_said() {
    let mut world = World::new();
    world.write("birds.md", catalog_of("Birds", [CURLEW]));
    world.follow_with("birds", "birds.md", "backfill = \"90d\"");
    let output = world.run(&["once", "--config", "whimbrel.toml", "--out", "site"]);
    assert_eq!(output.code, Some(0), "{output:?}");
    assert!(output.stderr.contains("backfill of `birds` is left out"), "{}", output.stderr);
}

/// A table ranked by stars, best first, as robots write them.
fn ranked(stars: &[(&str, &str)]) -> String {
    let head =
        "# Birds\n\n## Waders\n\n### Ranked by Stars\n\n| Repository | Stars | Updated |\n|---|---|---|\n";
    let rows = stars.iter().map(|(name, stars)| {
        format!("| [{name}](https://github.com/example/{name}) | {stars} | 2026-03-01T10:00:00Z |\n")
    });
    head.to_owned() + &rows.collect::<String>()
}

#[test]
fn replay_of_a_ranked_catalog_tells_who_overtook_whom() {
    let world = World::new();
    let repository = Repository::new(world.path("lists"));
    let first = [("ruff", "24.1k"), ("knot", "20.3k"), ("stint", "19.8k"), ("dunlin", "7.2k")];
    let then = [("ruff", "24.4k"), ("stint", "21.0k"), ("knot", "20.3k"), ("dunlin", "7.3k")];
    repository.commit("birds.md", &ranked(&first), "2026-03-01T10:00:00Z");
    repository.commit("birds.md", &ranked(&then), "2026-03-03T10:00:00Z");
    // For some hours the other way round: that is no news.
    let flicker = [("stint", "24.6k"), ("ruff", "24.4k"), ("knot", "20.3k"), ("dunlin", "7.3k")];
    repository.commit("birds.md", &ranked(&flicker), "2026-03-10T10:00:00Z");
    repository.commit("birds.md", &ranked(&then), "2026-03-10T20:00:00Z");
    repository.commit("birds.md", &ranked(&then).replace("7.3k", "7.4k"), "2026-03-14T10:00:00Z");
    let output = world.run(&["replay", "lists", "birds.md", "--format", "json"]);
    assert_eq!(output.code, Some(0), "{output:?}");
    let moved: Vec<Value> =
        output.json_lines().into_iter().filter(|event| event["kind"] == "ranks_moved").collect();
    assert_eq!(moved.len(), 1, "{moved:?}");
    let movers = moved[0]["movers"].as_array().expect("movers");
    assert_eq!((&moved[0]["metric"], movers.len()), (&"stars".into(), 1), "the smallest set: {moved:?}");
    assert_eq!(
        (&movers[0]["name"], &movers[0]["from"], &movers[0]["to"], &movers[0]["overtook"][0]),
        (&"stint".into(), &3.into(), &2.into(), &"knot".into())
    );
    let shown = world.run(&["replay", "lists", "birds.md"]).stdout;
    assert!(shown.contains("by stars in Waders") && shown.contains("stint 3 → 2 past knot"), "{shown}");
}
