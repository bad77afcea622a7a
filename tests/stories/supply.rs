//! What the program is made of: few packages under free licences, one TLS library, one crypto provider, and a reason for
//! everything.

use std::process::Command;

use whimbrel_world::licenses;

use crate::layering::root;

/// So many packages the shipped program may be made of, ours included.
const PACKAGES: usize = 480;

/// What `deny.toml` says.
fn rules() -> toml::Table {
    let text = std::fs::read_to_string(root().join("deny.toml")).expect("the rules are there");
    toml::from_str(&text).expect("TOML")
}

/// The texts of a list of `deny.toml`, or of a key of its tables.
fn listed(section: &str, key: &str, field: &str) -> Vec<String> {
    let rules = rules();
    let list = rules[section][key].as_array().expect("a list");
    let text =
        |value: &toml::Value| value.as_str().or_else(|| value.get(field)?.as_str()).map(ToOwned::to_owned);
    list.iter().map(|value| text(value).expect("a text")).collect()
}

/// Whether a licence expression is met by what is allowed: any of what `OR` offers, each of what `AND` asks for.
fn is_met(expression: &str, allowed: &[String]) -> bool {
    let mut depth = 0_usize;
    let split = |word: &str| -> Vec<String> {
        let mut parts = vec![String::new()];
        for piece in expression.split_whitespace() {
            depth += piece.matches('(').count();
            if depth == 0 && piece == word {
                parts.push(String::new());
            } else if let Some(last) = parts.last_mut() {
                last.push_str(piece);
                last.push(' ');
            }
            depth = depth.saturating_sub(piece.matches(')').count());
        }
        parts
    };
    let mut split = split;
    let any = split("OR");
    if any.len() > 1 {
        return any.iter().any(|part| is_met(part.trim(), allowed));
    }
    let all = split("AND");
    if all.len() > 1 {
        return all.iter().all(|part| is_met(part.trim(), allowed));
    }
    let one = expression.trim();
    match one.strip_prefix('(').and_then(|one| one.strip_suffix(')')) {
        Some(inner) => is_met(inner, allowed),
        None => allowed.iter().any(|license| license == one),
    }
}

#[test]
fn every_licence_in_the_program_is_allowed_and_can_be_read() {
    let allowed = listed("licenses", "allow", "");
    let shipped = licenses::shipped();
    for package in &shipped {
        // Before SPDX, a slash was an "or".
        let expression = package.license.replace(" / ", "/").replace('/', " OR ");
        assert!(is_met(&expression, &allowed), "{} is under `{}`", package.name, package.license);
    }
    assert!(is_met("(MIT OR GPL-3.0) AND Zlib", &allowed) && !is_met("GPL-3.0 AND (MIT OR Zlib)", &allowed));
    let kept = licenses::kept();
    for package in &shipped {
        let line =
            format!("{} {}  {}  {}", package.name, package.version, package.license, package.repository);
        assert!(
            kept.lines().any(|there| there == line),
            "`whimbrel licenses` does not know `{line}`: run `cargo run -p whimbrel-world -- licenses`"
        );
    }
    let listed = kept.lines().skip(2).take_while(|line| !line.is_empty()).count();
    assert_eq!(listed, shipped.len(), "it names what is gone: run `cargo run -p whimbrel-world -- licenses`");
}

#[test]
fn the_program_is_made_of_few_packages_from_one_registry() {
    let shipped = licenses::shipped().len();
    let ours = std::fs::read_dir(root().join("crates")).expect("it is there").count();
    assert!(shipped + ours <= PACKAGES, "{} packages", shipped + ours);
    assert!(shipped > 100, "only {shipped} packages: is the tree still read?");
    let lock: toml::Table =
        toml::from_str(&std::fs::read_to_string(root().join("Cargo.lock")).expect("it is there"))
            .expect("TOML");
    for package in lock["package"].as_array().expect("a list") {
        let source = package.get("source").and_then(toml::Value::as_str);
        let usual =
            source.is_none_or(|source| source == "registry+https://github.com/rust-lang/crates.io-index");
        assert!(usual, "{package} comes from elsewhere");
        assert_eq!(source.is_some(), package.get("checksum").is_some(), "{package} has no checksum");
    }
}

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
            "--features",
            "jemalloc",
        ])
        .current_dir(root())
        .output()
        .expect("cargo runs this test, so it can be run");
    let tree = String::from_utf8(output.stdout).expect("names are text");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(tree.lines().any(|line| line.starts_with("ring ")), "the tree is not what it should be:\n{tree}");
    // A second TLS library or crypto provider would need system packages, or panic at run time.
    for unwanted in listed("bans", "deny", "name") {
        let found = tree.lines().any(|line| line.split(' ').next() == Some(unwanted.as_str()));
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
