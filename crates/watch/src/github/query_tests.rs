//! Every question against GitHub's own schema, and against the rules it does not hold.

use std::path::{Path, PathBuf};
use std::process::Command;

use apollo_compiler::executable::{Selection, SelectionSet, Value};
use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Schema};

use super::batch::MOST;
use super::query;

/// GitHub's schema, as the crate `cynic-github-schema` ships it. Its code is never built: it stands in the manifest
/// under a target that does not exist, so that cargo only fetches it.
fn schema() -> Valid<Schema> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let asked = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--frozen"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let metadata: serde_json::Value =
        serde_json::from_slice(&asked.stdout).expect("cargo describes its packages");
    let packages = metadata["packages"].as_array().unwrap();
    let package = packages.iter().find(|package| package["name"] == "cynic-github-schema");
    let manifest = PathBuf::from(package.expect("it is fetched")["manifest_path"].as_str().unwrap());
    let file = manifest.parent().map(Path::to_owned).unwrap().join("github.graphql");
    let text = std::fs::read_to_string(&file).unwrap();
    Schema::parse_and_validate(text, "github.graphql").map_err(|wrong| wrong.errors).unwrap()
}

/// Connections below a selection, for one project; each must say how much of it is wanted.
fn connections(set: &SelectionSet, document: &ExecutableDocument, found: &mut Vec<(String, i64)>) {
    for selection in &set.selections {
        match selection {
            Selection::Field(field) => {
                if field.ty().inner_named_type().ends_with("Connection") {
                    let given =
                        field.arguments.iter().find(|argument| ["first", "last"].contains(&&*argument.name));
                    let count = match given.map(|argument| &*argument.value) {
                        Some(Value::Int(count)) => count.try_to_i32().unwrap(),
                        other => panic!("`{}` asks for {other:?} of a connection", field.name),
                    };
                    assert!((1..=100).contains(&count), "`{}` asks for {count}", field.name);
                    found.push((field.name.to_string(), i64::from(count)));
                }
                connections(&field.selection_set, document, found);
            }
            Selection::FragmentSpread(spread) => {
                connections(&document.fragments[&spread.fragment_name].selection_set, document, found);
            }
            Selection::InlineFragment(inline) => connections(&inline.selection_set, document, found),
        }
    }
}

#[test]
fn every_question_fits_githubs_schema_and_its_connections_say_how_much() {
    let schema = schema();
    for (name, text, expected) in [
        ("look", query::look(), vec!["releases", "releases", "releases", "releases", "refs"]),
        ("resolve", query::resolve(2), vec!["releases", "refs", "releases", "refs"]),
        ("resolve many", query::resolve(MOST), ["releases", "refs"].repeat(MOST)),
        ("notes", query::notes(), vec![]),
        ("page", query::releases_page(), vec!["releases"]),
        ("blobs", query::blobs(query::BLOBS), vec![]),
    ] {
        let document = ExecutableDocument::parse_and_validate(&schema, &text, name);
        let document = document
            .map_err(|wrong| wrong.errors.to_string())
            .unwrap_or_else(|wrong| panic!("{name}: {wrong}"));
        let mut found = Vec::new();
        for operation in document.operations.iter() {
            connections(&operation.selection_set, &document, &mut found);
        }
        let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, expected, "{name}");
        let rate = text.contains("rateLimit { limit cost remaining used resetAt }");
        assert!(rate, "{name} does not ask what it cost");
    }
    let wrong = query::look().replace("stargazerCount", "starCount");
    assert!(ExecutableDocument::parse_and_validate(&schema, wrong, "wrong").is_err(), "the check checks");
}

#[test]
fn constants_and_texts_agree_and_costs_are_those_of_the_documentation() {
    assert!(query::look().contains(&format!("releases(first: {},", query::NEWEST)));
    assert!(query::look().contains(&format!("first: {}, orderBy: {{field: TAG_COMMIT_DATE", query::NEWEST)));
    assert!(query::look().contains(&format!("further: releases(first: {},", query::PAGE)));
    assert!(query::releases_page().contains(&format!("releases(first: {},", query::PAGE)));
    for (connections, points) in [(0, 1), (1, 1), (50, 1), (100, 1), (101, 2), (200, 2), (300, 3)] {
        assert_eq!(query::points(connections), points, "{connections}");
    }
}
