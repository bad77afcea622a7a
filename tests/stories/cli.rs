//! `check`, `diff` and `init`, as somebody at a terminal or a script sees them.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use whimbrel_world::process::{self, Output, Surroundings};

/// A small catalog with something of everything.
const BEFORE: &str = "# Birds of the code

- [Contents](#contents)

## Shore

- [curlew](https://github.com/example/curlew) - Walks on long legs.
- [godwit](https://github.com/example/godwit) - Flies far.
- dunlin, which has no link yet

## Wood

### Small

* [wren](https://github.com/example/wren): Sings loudly.
* [curlew](https://github.com/example/curlew) again
";

/// The same a while later.
const AFTER: &str = "# Birds of the code

## Shore

- [curlew](https://github.com/example/curlew) - Walks on long legs.
- [plover](https://github.com/example/plover) - Runs and stops.

## Wood

### Small

* [wren](https://github.com/example/wren): Sings loudly.
* [curlew](https://github.com/example/curlew) again
";

fn folder_with(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    process::run(&Surroundings::of(folder), arguments, b"")
}

#[test]
fn check_reports_a_document_as_one_object() {
    let folder = folder_with(&[("birds.md", BEFORE)]);
    let output = run(folder.path(), &["check", "--format", "json", "birds.md"]);
    assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""));
    let report = output.json();
    assert_eq!(
        report.as_object().unwrap().keys().collect::<Vec<_>>(),
        ["entries", "file", "items", "layouts", "linkless", "listings", "rankings", "sections", "skipped"]
    );
    assert_eq!(report["file"], "birds.md");
    assert_eq!(
        (&report["listings"], &report["entries"], &report["linkless"]),
        (&json!(4), &json!(3), &json!(1))
    );
    let sections = json!([{ "path": "Shore", "listings": 2 }, { "path": "Wood / Small", "listings": 2 }]);
    assert_eq!(report["sections"], sections);
    assert_eq!(report["rankings"], json!([]));
    assert_eq!(report["layouts"], json!({ "bullet": 4 }));
    let item = |name: &str, section: &str, line: u32| json!({ "name": name, "url": format!("https://github.com/example/{name}"), "section": section, "line": line });
    let items = json!([
        item("curlew", "Shore", 7),
        item("godwit", "Shore", 8),
        item("wren", "Wood / Small", 15),
        item("curlew", "Wood / Small", 16),
    ]);
    assert_eq!(report["items"], items);
    assert!(report["skipped"].as_array().unwrap().iter().any(|skipped| skipped["line"] == 3), "{report}");
}

#[test]
fn check_reads_folders_and_standard_input_and_survives_bad_files() {
    let folder =
        folder_with(&[("a.md", BEFORE), ("b.md", AFTER), ("page.md", "<!DOCTYPE html><html><body>no")]);
    fs::write(folder.path().join("latin.md"), b"# Caf\xe9\n\n- [x](https://example.org/x)\n").unwrap();
    let output = run(folder.path(), &["check", "--format", "json", ".", "missing.md"]);
    assert_eq!(output.code, Some(1));
    let reports = output.json_lines();
    let files: Vec<&str> = reports.iter().map(|report| report["file"].as_str().unwrap()).collect();
    assert_eq!(files, ["./a.md", "./b.md", "./latin.md", "./page.md", "missing.md"]);
    for report in &reports[..2] {
        assert!(report["entries"].as_u64().unwrap() >= 3, "{report}");
    }
    for report in &reports[2..] {
        let file = report["file"].as_str().unwrap();
        assert!(report["error"].is_string(), "{report}");
        assert_eq!(output.stderr.lines().filter(|line| line.contains(file)).count(), 1, "{}", output.stderr);
    }
    let output =
        process::run(&Surroundings::of(folder.path()), &["check", "--format", "json", "-"], AFTER.as_bytes());
    assert_eq!((output.code, &output.json()["entries"]), (Some(0), &json!(3)));
}

#[test]
fn check_shows_people_columns_and_no_colour_in_a_pipe() {
    let folder = folder_with(&[("birds.md", BEFORE)]);
    let output = run(folder.path(), &["check", "--lines", "birds.md"]);
    assert_eq!(output.code, Some(0));
    for part in
        ["4 listings, 3 distinct entries, 1 item without a link", "    2  Wood / Small", "on lines 7, 16"]
    {
        assert!(output.stdout.contains(part), "no `{part}` in\n{}", output.stdout);
    }
    assert!(!output.stdout.contains('\x1b'), "{}", output.stdout);
}

#[test]
fn diff_prints_events_in_their_one_form() {
    let folder = folder_with(&[("birds.md", BEFORE), ("Birds later.md", AFTER)]);
    let output = run(folder.path(), &["diff", "birds.md", "Birds later.md", "--format", "json"]);
    assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""));
    let diff = output.json();
    assert_eq!(
        (&diff["held"], &diff["reason"], &diff["detail"]),
        (&json!(false), &Value::Null, &Value::Null)
    );
    let events = diff["events"].as_array().unwrap();
    let told: Vec<_> = events
        .iter()
        .map(|event| (event["kind"].as_str().unwrap(), event["name"].as_str().unwrap()))
        .collect();
    assert_eq!(told, [("added", "plover"), ("removed", "godwit")]);
    let added = &events[0];
    assert_eq!(added["seq"], 1);
    assert_eq!(added["catalog"], "birds-later");
    assert_eq!(added["url"], "https://github.com/example/plover");
    assert_eq!((&added["section"], &added["section_path"]), (&json!("Shore"), &json!(["Shore"])));
    assert_eq!(added["description"], "Runs and stops.");
    assert!(added.get("epoch").is_none() && added.get("at").is_none(), "{added}");

    let output = run(folder.path(), &["diff", "birds.md", "Birds later.md"]);
    for part in ["2 changes", "New entries (1)", "+ plover", "Removed entries (1)", "- godwit"] {
        assert!(output.stdout.contains(part), "no `{part}` in\n{}", output.stdout);
    }
    let output = run(folder.path(), &["diff", "birds.md", "birds.md"]);
    assert!(output.code == Some(0) && output.stdout.contains("0 changes"), "{output:?}");
}

#[test]
fn diff_of_what_cannot_be_read_fails_in_one_sentence() {
    let folder = folder_with(&[("birds.md", BEFORE)]);
    let output = run(folder.path(), &["diff", "birds.md", "gone.md"]);
    assert_eq!((output.code, output.stdout.as_str()), (Some(1), ""));
    assert_eq!(output.stderr, "whimbrel: gone.md: there is no such file: check the name\n");
}

#[test]
fn init_writes_a_configuration_once() {
    let folder = folder_with(&[]);
    let output = run(folder.path(), &["init"]);
    assert_eq!(output.code, Some(0), "{output:?}");
    assert!(output.stdout.contains("whimbrel.toml") && output.stdout.contains("Next"), "{}", output.stdout);
    let output = run(folder.path(), &["init"]);
    assert_eq!(output.code, Some(1));
    assert!(output.stderr.contains("stays as it is"), "{}", output.stderr);
}

#[test]
fn wrong_arguments_are_exit_code_two_and_help_is_zero() {
    let folder = folder_with(&[]);
    for arguments in [&["chekc"][..], &["check"], &["diff", "one"], &["check", "--format", "xml", "a"]] {
        assert_eq!(run(folder.path(), arguments).code, Some(2), "{arguments:?}");
    }
    for arguments in [&["--help"][..], &["check", "--help"], &["--version"]] {
        let output = run(folder.path(), arguments);
        assert_eq!(output.code, Some(0), "{arguments:?}");
        assert!(!output.stdout.is_empty());
    }
}

/// A seed, when the environment names their folder.
fn seed(name: &str) -> Option<PathBuf> {
    std::env::var_os("WHIMBREL_SEEDS").map(|folder| PathBuf::from(folder).join(name))
}

/// Listings, distinct entries and rankings of each seed.
const SEEDS: [(&str, u64, u64, usize); 5] = [
    ("000_d99bc6d37556f03a.txt", 48, 48, 3),
    ("001_6886f81e3b0d82db.txt", 11, 11, 0),
    ("002_0a76ac725a1596de.txt", 133, 131, 0),
    ("003_bad2ef7ea120cdae.txt", 80, 80, 0),
    ("004_7c31f77d9d0e4e50.txt", 267, 265, 0),
];

#[test]
fn the_seeds_are_understood() {
    for (name, listings, entries, rankings) in SEEDS {
        let Some(file) = seed(name) else { return };
        let report = run(Path::new("."), &["check", "--format", "json", file.to_str().unwrap()]).json();
        let counted = (report["listings"].as_u64().unwrap(), report["entries"].as_u64().unwrap());
        assert_eq!(counted, (listings, entries), "{name}");
        assert_eq!(report["items"].as_array().unwrap().len() as u64, listings, "{name}");
        let ranked = report["rankings"].as_array().unwrap();
        assert_eq!(ranked.len(), rankings, "{name}: {ranked:?}");
        assert!(ranked.iter().all(|ranking| ranking["rows"] == 48), "{name}: {ranked:?}");
    }
}

#[test]
fn the_same_list_years_apart_is_reshaped_and_told_once() {
    let (Some(old), Some(new)) = (seed(SEEDS[1].0), seed(SEEDS[2].0)) else { return };
    let arguments = ["diff", old.to_str().unwrap(), new.to_str().unwrap(), "--format", "json"];
    let diff = run(Path::new("."), &arguments).json();
    assert_eq!((&diff["held"], &diff["reason"]), (&json!(true), &json!("reshaped")));
    let events = diff["events"].as_array().unwrap();
    let of = |kind: &str| events.iter().filter(|event| event["kind"] == kind).collect::<Vec<_>>();
    assert_eq!((of("added").len(), of("removed").len(), of("renamed").len()), (120, 0, 0));
    let mut added: Vec<_> =
        of("added").iter().map(|event| event["key"].as_str().unwrap().to_owned()).collect();
    added.sort();
    added.dedup();
    assert_eq!(added.len(), 120, "each once");
}
