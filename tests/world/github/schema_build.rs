//! Finds GitHub's own GraphQL schema, the file that ships in the crate `cynic-github-schema`, and lays it where the
//! stand-in includes it. That crate would compile into thousands of types nobody here wants, so it stands in the
//! manifest under a target that never exists: cargo fetches it, and nothing builds it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

const CRATE: &str = "cynic-github-schema";

fn main() {
    println!("cargo::rerun-if-changed=world/github/schema_build.rs");
    println!("cargo::rerun-if-changed=Cargo.toml");
    // What is at hand first; a fresh checkout may not have fetched it yet.
    let folder = [&["--frozen"][..], &["--locked"][..]]
        .iter()
        .find_map(|how| folder_of_crate(how))
        .unwrap_or_else(|| panic!("`cargo metadata` does not know {CRATE}: run `cargo fetch` once"));
    let schema = folder.join("github.graphql");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it")).join("github.graphql");
    fs::copy(&schema, out).unwrap_or_else(|error| panic!("reading {}: {error}", schema.display()));
}

/// Where cargo keeps the sources of the crate.
fn folder_of_crate(how: &[&str]) -> Option<PathBuf> {
    let cargo = env::var_os("CARGO").expect("cargo sets it");
    let output = Command::new(cargo).args(["metadata", "--format-version", "1"]).args(how).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let manifests = text.split("\"manifest_path\":\"").skip(1);
    manifests
        .filter_map(|rest| rest.split('"').next())
        .map(|manifest| PathBuf::from(manifest.replace("\\\\", "\\")))
        .find(|manifest| {
            let folder = manifest.parent().and_then(Path::file_name);
            folder.is_some_and(|name| name.to_string_lossy().starts_with(CRATE))
        })?
        .parent()
        .map(Path::to_owned)
}
