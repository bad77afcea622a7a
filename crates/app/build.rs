//! Finds out which commit is built, for `whimbrel --version`. It never fails: what is not known is left out.

use std::process::Command;

fn main() {
    println!("cargo:rerun-if-env-changed=WHIMBREL_COMMIT");
    println!("cargo:rerun-if-changed=build.rs");
    let given = std::env::var("WHIMBREL_COMMIT").ok().filter(|commit| !commit.trim().is_empty());
    // A build for daily work would be made anew for each commit, only to say its name.
    let shipped = std::env::var("PROFILE").is_ok_and(|profile| profile == "release");
    let commit = given.or_else(|| shipped.then(asked).flatten());
    let word = commit.as_deref().map(str::trim).map(|commit| commit.get(..12).unwrap_or(commit));
    let build = word.map_or_else(|| " (development)".to_owned(), |commit| format!(" ({commit})"));
    println!("cargo:rustc-env=WHIMBREL_BUILD={build}");
}

/// What git says, where there is a repository and a git; then a new commit is a reason to ask again.
fn asked() -> Option<String> {
    let git = |arguments: &[&str]| {
        let output = Command::new("git").args(arguments).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let commit = git(&["rev-parse", "HEAD"])?;
    if let Some(log) = git(&["rev-parse", "--git-path", "logs/HEAD"]) {
        println!("cargo:rerun-if-changed={log}");
    }
    Some(commit)
}
