//! Decisions about real documents and weaknesses of other watchers, from the bytes to what is told.

use super::short;
use crate::compare::{Known, compare};
use crate::model::Snapshot;
use crate::parse::{Hint, parse};

pub(super) fn read(name: &str, text: &str) -> Snapshot {
    let hint = Hint { name: Some(name), ..Hint::default() };
    parse(text.as_bytes(), hint).unwrap_or_else(|error| panic!("{error}:\n{text}")).snapshot
}

pub(super) fn told(name: &str, before: &str, after: &str) -> Vec<String> {
    let (before, after) = (read(name, before), read(name, after));
    assert!(!before.entries.is_empty(), "a test about nothing");
    compare(&before, &after, &Known::default()).changes.iter().map(short).collect()
}

/// Both ways nothing is told.
pub(super) fn silent(name: &str, before: &str, after: &str) {
    assert!(told(name, before, after).is_empty(), "{:?}\n{before}\n=>\n{after}", told(name, before, after));
    assert!(told(name, after, before).is_empty(), "{:?}\n{after}\n=>\n{before}", told(name, after, before));
}

pub(super) const MD: &str = "list.md";

#[test]
fn writing_it_otherwise_is_no_news() {
    for (before, after) in [
        // a: scheme, slash, case, tracking (36)
        (
            "# L\n## DB\n- [etcd](http://github.com/etcd-io/etcd) - keys",
            "# L\n## DB\n- [Etcd](https://www.github.com/Etcd-IO/etcd/?utm_source=l#readme) - keys",
        ),
        // bullets, dash, blanks, final stop
        (
            "# L\n## DB\n- [etcd](https://etcd.example.org) - Holds keys",
            "# L\n\n## DB ##\n\n*   [etcd](https://etcd.example.org) — holds keys.",
        ),
        // 44: line ends and a mark at the start
        (
            "# L\n## DB\n- [etcd](https://etcd.example.org) - keys\n",
            "\u{feff}# L\r\n## DB\r\n- [etcd](https://etcd.example.org) - keys   \r\n",
        ),
        // 1, 3: contents and ways back to the top
        (
            "# L\n## DB\n- [etcd](https://etcd.example.org) - keys",
            "# L\n## Contents\n- [DB](#db)\n\n## DB\n- [etcd](https://etcd.example.org) - keys\n\n[back to top](#l)",
        ),
        // 9, 10: badges come and go, also with a link
        (
            "# L\n## DB\n- [etcd](https://etcd.example.org) - keys",
            "# L\n## DB\n- [etcd](https://etcd.example.org) [![build](https://img.shields.io/b.svg)](https://ci.example.org) - keys",
        ),
        // 16: marks before and behind
        (
            "# L\n## DB\n- [etcd](https://etcd.example.org) - keys",
            "# L\n## DB\n- 🌟 [**etcd**](https://etcd.example.org) `⚠` - keys",
        ),
        // 7: a further link
        (
            "# L\n## DB\n- [etcd](https://etcd.example.org) - keys",
            "# L\n## DB\n- [etcd](https://etcd.example.org) - keys ([Code](https://github.com/etcd-io/etcd))",
        ),
        // 25: a heading with an emoji and a way up
        (
            "# L\n## Key Stores\n- [etcd](https://etcd.example.org) - keys",
            "# L\n## 🔑 [↑](#l) Key stores\n- [etcd](https://etcd.example.org) - keys",
        ),
        // 24: a heading in HTML
        (
            "# L\n\n## Stores\n\n- [etcd](https://etcd.example.org) - keys",
            "# L\n\n<h2>Stores</h2>\n\n- [etcd](https://etcd.example.org) - keys",
        ),
        // 28: stray indentation of all items but the first
        (
            "# L\n## DB\n- [a](https://a.example.org) - one\n- [b](https://b.example.org) - two\n- [c](https://c.example.org) - three",
            "# L\n## DB\n- [a](https://a.example.org) - one\n  - [b](https://b.example.org) - two\n  - [c](https://c.example.org) - three",
        ),
        // 30: a text that is wrapped
        (
            "# L\n## DB\n- [etcd](https://etcd.example.org) - keys and values for all",
            "# L\n## DB\n- [etcd](https://etcd.example.org) - keys and\n    values for all",
        ),
        // 33: a bare address gets a name
        (
            "# L\n## DB\n- https://etcd.example.org\n- [b](https://b.example.org)",
            "# L\n## DB\n- [etcd](https://etcd.example.org)\n- [b](https://b.example.org)",
        ),
        // 34: a link gets lost
        (
            "# L\n## DB\n- [etcd](https://etcd.example.org) - keys\n- [b](https://b.example.org) - two",
            "# L\n## DB\n- etcd - keys\n- [b](https://b.example.org) - two",
        ),
        // 35: blanks and signs in addresses
        (
            "# L\n## DB\n- [good](https://x.example.org/labels/good%20first%20issue) - label",
            "# L\n## DB\n- [good](<https://x.example.org/labels/good first issue>) - label",
        ),
        // 11: references
        (
            "# L\n## DB\n- [etcd](https://etcd.example.org) - keys",
            "# L\n## DB\n- [etcd][1] - keys\n\n[1]: https://etcd.example.org",
        ),
        // 50: comments and code
        (
            "# L\n## DB\n- [etcd](https://etcd.example.org) - keys",
            "# L\n## DB\n<!-- - [x](https://x.example.org) - template -->\n- [etcd](https://etcd.example.org) - keys\n\n```\n- [y](https://y.example.org)\n```",
        ),
        // f: one anchor inside a text
        (
            "# L\n## DB\n- [etcd](https://etcd.example.org) - keys, see tools\n- [b](https://b.example.org) - two",
            "# L\n## DB\n- [etcd](https://etcd.example.org) - keys, see [tools](#tools)\n- [b](https://b.example.org) - two",
        ),
        // 15: the language goes from inside the link to its front
        (
            "# L\n## DB\n- [(Golang) Jay - a log service](https://jay.example.org)\n- [(Rust) Kea - a queue](https://kea.example.org)",
            "# L\n## DB\n- (Golang) [Jay - a log service](https://jay.example.org)\n- (Rust) [Kea - a queue](https://kea.example.org)",
        ),
        // 43: a merge conflict that was left
        (
            "# L\n## DB\n- [a](https://a.example.org) - one\n- [b](https://b.example.org) - two",
            "# L\n## DB\n- [a](https://a.example.org) - one\n<<<<<<< HEAD\n- [b](https://b.example.org) - two\n=======\n>>>>>>> 4a4d6fd",
        ),
    ] {
        silent(MD, before, after);
    }
}

#[test]
fn volatile_figures_are_no_news() {
    // g, 22: figures in front of the text of generated lists
    silent(
        MD,
        "# L\n## ML\n<details><summary><b><a href=\"https://github.com/o/skate\">skate</a></b> (🥇29 · ⭐ 1.4K) - Learns from tables.</summary>\n\n- [GitHub](https://github.com/o/skate) (👨‍💻 9)\n\n</details>\n",
        "# L\n## ML\n<details><summary><b><a href=\"https://github.com/o/skate\">skate</a></b> (🥈28 · ⭐ 1.5K) - Learns from tables.</summary>\n\n- [GitHub](https://github.com/o/skate) (👨‍💻 11)\n\n</details>\n",
    );
    // 17: figures inside names
    silent(
        MD,
        "# L\n## DB\n- [Activate ★ 297 ⧗ 1](https://a.example.org) - stores\n- [Slick ★ 9 ⧗ 0](https://b.example.org) - maps",
        "# L\n## DB\n- [Activate ★ 311 ⧗ 8](https://a.example.org) - stores\n- [Slick ★ 12 ⧗ 3](https://b.example.org) - maps",
    );
    // 18, 19, j: ranked tables re-order daily; a broken row is named by its link
    let table = |rows: &[(&str, &str, &str)]| {
        let rows = rows.iter().enumerate().map(|(at, (name, url, stars))| {
            format!(
                "| {} | [{name}](https://github.com/{url}) | {stars} | 1.2k | 2026-01-02T03:04:05Z |",
                at + 1
            )
        });
        let rows: Vec<String> = rows.collect();
        format!(
            "# L\n## Ranked by Stars\n| # | Repository | Stars | Forks | Last Updated |\n|--|--|--|--|--|\n{}\n",
            rows.join("\n")
        )
    };
    let before = table(&[
        ("wren", "o/wren", "9k"),
        ("lark", "o/lark", "9k"),
        ("/", "coreos/etcd/tree/master/raft", "0"),
    ]);
    let after = table(&[
        ("lark", "o/lark", "9k"),
        ("wren", "o/wren", "9k"),
        ("etcd", "coreos/etcd/tree/master/raft", "0"),
    ]);
    silent(MD, &before, &after);
    let after = table(&[
        ("lark", "o/lark", "9.4k"),
        ("wren", "o/wren", "9.1k"),
        ("/", "coreos/etcd/tree/master/raft", "0"),
    ]);
    assert_eq!(told(MD, &before, &after), ["ranks by Stars: lark 2->1 over [wren]"]);
}

#[test]
fn what_did_change_is_told() {
    for (before, after, expected) in [
        // b: a text, a removal, a move
        (
            "# L\n## DB\n- [etcd](https://etcd.example.org) - keys\n- [b](https://b.example.org) - two\n- [c](https://c.example.org) - three\n## Storage\n- [d](https://d.example.org) - four",
            "# L\n## DB\n- [etcd](https://etcd.example.org) - locks\n## Storage\n- [d](https://d.example.org) - four\n- [c](https://c.example.org) - three",
            vec!["edited etcd", "moved c: DB -> Storage", "removed b"],
        ),
        // a: another owner
        (
            "# L\n## Audio\n- [beep](https://github.com/faiface/beep) - sound",
            "# L\n## Audio\n- [beep](https://github.com/gopxl/beep) - sound",
            vec!["renamed beep: github.com/faiface/beep -> github.com/gopxl/beep"],
        ),
        // e, 26: below an item without a link
        (
            "# L\n- Databases\n  - [etcd](https://etcd.example.org) - keys",
            "# L\n- Databases\n  - [tikv](https://tikv.example.org) - rows\n  - [etcd](https://etcd.example.org) - keys",
            vec!["added tikv"],
        ),
        // h, 39: a second category
        (
            "# L\n## Analysis\n- [testify](https://github.com/stretchr/testify) - checks\n## Testing\n- [b](https://b.example.org)",
            "# L\n## Analysis\n- [x](https://x.example.org) - looks\n## Testing\n- [b](https://b.example.org)\n- [testify](https://github.com/stretchr/testify) - checks",
            vec!["added x", "moved testify: Analysis -> Testing"],
        ),
        // i: no heading of the second level
        (
            "# L\n### A\n- [a](https://a.example.org) - one",
            "# L\n### A\n- [a](https://a.example.org) - one\n- [b](https://b.example.org) - two",
            vec!["added b"],
        ),
        // 31: no blank after the bullet; 32: an address without a link
        (
            "# L\n## A\n- [a](https://a.example.org) - one",
            "# L\n## A\n- [a](https://a.example.org) - one\n-[wax](https://wax.example.org) - two\n* [Find Things] https://find.example.org - three",
            vec!["added wax", "added Find Things"],
        ),
        // 37: a fragment that matters
        (
            "# L\n## A\n- [one](https://a.example.org/page#one) - first",
            "# L\n## A\n- [one](https://a.example.org/page#one) - first\n- [two](https://a.example.org/page#two) - second",
            vec!["added two"],
        ),
        // 42: the address decides who it is
        (
            "# L\n## A\n- [dg/vs](https://github.com/zo/vs) - tool",
            "# L\n## A\n- [zo/vs](https://github.com/zo/vs) - tool",
            vec![],
        ),
        // 27: a child below an entry
        (
            "# L\n## A\n- [omni](https://omni.example.org) - log\n  - [Playground](https://play.example.org)\n- [b](https://b.example.org) - two",
            "# L\n## A\n- omni - log\n  - [Playground](https://play.example.org)\n- [b](https://b.example.org) - two",
            vec![],
        ),
    ] {
        assert_eq!(told(MD, before, after), expected, "{before}\n=>\n{after}");
    }
}

#[test]
fn structured_lists_are_compared_by_the_same_rule() {
    // 46: quotes and order of fields
    silent(
        "projects.yaml",
        "projects:\n  - name: \"skate\"\n    github_id: o/skate\n    category: ml\n  - name: wren\n    github_id: o/wren\n    category: ml\n",
        "projects:\n  - github_id: o/wren\n    name: 'wren'\n    category: ml\n  - name: skate\n    category: ml\n    github_id: o/skate\n",
    );
    // 40: one address, two entries
    let before = r#"{"repositories":[{"name":"Julia: good first","link":"https://github.com/j/julia"},{"name":"Julia: help wanted","link":"https://github.com/j/julia"}]}"#;
    let after = r#"{"repositories":[{"name":"Julia: good first","link":"https://github.com/j/julia"},{"name":"Julia: help wanted","link":"https://github.com/j/julia"},{"name":"Wren","link":"https://github.com/o/wren"}]}"#;
    assert_eq!(told("data.json", before, after), ["added Wren"]);
    // one of the two goes: the other is still the same
    let after = r#"{"repositories":[{"name":"Julia: good first","link":"https://github.com/j/julia"}]}"#;
    assert_eq!(told("data.json", before, after), ["removed Julia: help wanted"]);
    // 45: half a document is no empty one
    assert!(parse(&after.as_bytes()[..40], Hint { name: Some("data.json"), ..Hint::default() }).is_err());
}

/// 47: the document changes its language.
#[test]
fn another_language_is_held() {
    let list = |words: [&str; 3]| -> String {
        let rows: Vec<String> = (0..30)
            .map(|n| format!("- [tool{n}](https://t{n}.example.org) - {} {n}", words[n % 3]))
            .collect();
        format!("# L\n## {}\n{}\n", words[0], rows.join("\n"))
    };
    let (english, german) = (
        list(["reads files", "sorts mail", "draws maps"]),
        list(["liest Dateien", "ordnet Post", "zeichnet Karten"]),
    );
    let found = compare(&read(MD, &english), &read(MD, &german), &Known::default());
    assert_eq!(found.hold.map(|hold| hold.reason), Some(crate::HoldReason::Sweep));
}
