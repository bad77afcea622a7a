//! What the program is made of: one TLS library, one crypto provider, and a reason for everything.

use std::process::Command;

use crate::layering::root;

/// A second TLS library or crypto provider would need system packages, or panic at run time.
const UNWANTED: [&str; 5] = ["openssl-sys", "native-tls", "aws-lc-sys", "aws-lc-rs", "openssl-probe"];

#[test]
fn no_second_tls_library_enters_the_program() {
    let output = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--offline",
            "--locked",
            "--edges",
            "normal,build",
            "--prefix",
            "none",
            "--package",
            "whimbrel-app",
        ])
        .current_dir(root())
        .output()
        .expect("cargo runs this test, so it can be run");
    let tree = String::from_utf8(output.stdout).expect("names are text");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(tree.lines().any(|line| line.starts_with("ring ")), "the tree is not what it should be:\n{tree}");
    for unwanted in UNWANTED {
        let found = tree.lines().any(|line| line.split(' ').next() == Some(unwanted));
        assert!(!found, "{unwanted} is in the tree: `cargo tree --invert {unwanted}` shows who brings it");
    }
}

#[test]
fn every_shared_dependency_says_why_it_is_here() {
    let text = std::fs::read_to_string(root().join("Cargo.toml")).expect("the workspace has a manifest");
    let table = text.split("[workspace.dependencies]").nth(1).and_then(|rest| rest.split("\n[").next());
    let mut seen = 0;
    for line in table.expect("the workspace shares dependencies").lines() {
        let line = line.trim();
        let ours = line.starts_with("whimbrel-");
        if line.is_empty() || line.starts_with('#') || ours {
            continue;
        }
        seen += 1;
        let reason = line.rsplit_once(" # ").map_or("", |(_, reason)| reason);
        assert!(!reason.trim().is_empty(), "no reason beside `{line}`");
    }
    assert!(seen > 20, "only {seen} dependencies were seen: is the table still found?");
}
