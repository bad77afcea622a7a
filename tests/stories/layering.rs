//! Who may use whom: the arrows of the design, compared with the manifests.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Each crate and those it may use; it may also use what those may use. Crates that do not exist yet may come.
const ARROWS: [(&str, &[&str]); 16] = [
    ("catalog", &[]),
    ("news", &["catalog"]),
    ("charts", &[]),
    ("project", &["catalog", "news"]),
    ("store", &["catalog", "news", "project"]),
    ("watch", &["catalog", "news", "project", "store"]),
    ("lookup", &["catalog", "news", "project", "store"]),
    ("fanout", &["news", "store"]),
    ("commands", &["news", "store", "lookup", "fanout"]),
    ("feeds", &["news"]),
    ("discord", &["news", "charts", "fanout", "commands"]),
    ("telegram", &["news", "charts", "fanout", "commands"]),
    ("hub", &["news", "store"]),
    ("telemetry", &[]),
    ("web", &["news", "charts", "store", "lookup", "feeds", "hub"]),
    (
        "app",
        &[
            "catalog",
            "news",
            "project",
            "charts",
            "store",
            "watch",
            "lookup",
            "fanout",
            "commands",
            "feeds",
            "hub",
            "discord",
            "telegram",
            "telemetry",
            "web",
        ],
    ),
];

/// Libraries that only one crate may name, so that they can be changed in one place.
const KEPT: [(&str, &str); 12] = [
    ("sled", "store"),
    ("octocrab", "watch"),
    ("gix", "watch"),
    ("rss", "feeds"),
    ("atom_syndication", "feeds"),
    ("resvg", "charts"),
    ("axum", "web"),
    ("askama", "web"),
    ("serenity", "discord"),
    ("tokio-tungstenite", "discord"),
    ("teloxide", "telegram"),
    ("clap", "app"),
];

/// Crates that compute and never wait, read or write.
const PURE: [&str; 5] = ["catalog", "news", "project", "charts", "feeds"];

/// What such crates cannot need.
const IMPURE: [&str; 5] = ["tokio", "reqwest", "hyper", "rustix", "notify"];

/// The repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("this package lies in the repository")
}

/// The crates that exist, with the names of what they use (not counting what only their tests use).
fn manifests() -> BTreeMap<String, BTreeSet<String>> {
    let folders = fs::read_dir(root().join("crates")).expect("the crates are there");
    folders
        .map(|folder| {
            let folder = folder.expect("the folder can be read").path();
            let text = fs::read_to_string(folder.join("Cargo.toml")).expect("a crate has a manifest");
            let manifest: toml::Table = toml::from_str(&text).expect("a manifest is TOML");
            let named = |key: &str| manifest.get(key).and_then(toml::Value::as_table).into_iter().flatten();
            let uses = named("dependencies").chain(named("build-dependencies")).map(|(name, _)| name.clone());
            (folder.file_name().expect("it has a name").to_string_lossy().into_owned(), uses.collect())
        })
        .collect()
}

/// Everything a crate may use, those of those included.
fn allowed(name: &str) -> BTreeSet<&'static str> {
    let (_, direct) = ARROWS.iter().find(|(known, _)| *known == name).unwrap_or_else(|| {
        panic!("crates/{name} is not in the table: add it there and in the design, with its arrows")
    });
    direct.iter().flat_map(|used| [*used].into_iter().chain(allowed(used))).collect()
}

#[test]
fn crates_use_only_what_the_design_allows() {
    for (name, uses) in manifests() {
        let allowed = allowed(&name);
        for used in uses.iter().filter_map(|used| used.strip_prefix("whimbrel-")) {
            assert!(allowed.contains(used), "crates/{name} uses {used}, which the design does not allow");
        }
    }
}

#[test]
fn some_libraries_are_named_in_one_crate_only() {
    for (name, uses) in manifests() {
        for (library, home) in KEPT {
            assert!(
                name == home || !uses.contains(library),
                "crates/{name} names {library}: only {home} may"
            );
        }
        for library in IMPURE {
            assert!(
                !PURE.contains(&name.as_str()) || !uses.contains(library),
                "crates/{name} is pure: no {library}"
            );
        }
    }
}

#[test]
fn every_crate_is_in_the_workspace_with_our_lints() {
    for name in manifests().into_keys() {
        let text =
            fs::read_to_string(root().join("crates").join(&name).join("Cargo.toml")).expect("it is there");
        assert!(text.contains(&format!("name = \"whimbrel-{name}\"")), "crates/{name} is named otherwise");
        assert!(text.contains("[lints]\nworkspace = true"), "crates/{name} has lints of its own");
    }
}
