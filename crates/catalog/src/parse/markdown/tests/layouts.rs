//! One test for each layout entries come in.

use super::*;
use crate::change::Metric;

#[test]
fn separators() {
    for (text, said) in [
        (" - Fast.", "Fast."),
        (" – Fast.", "Fast."),
        (" — Fast.", "Fast."),
        (": Fast.", "Fast."),
        ("：快。", "快。"),
        (", fast", "fast"),
        (" fast", "fast"),
        (" (fast one)", "(fast one)"),
        (". Fast.", "Fast."),
        (" | Fast.", "Fast."),
        ("", ""),
    ] {
        let expected = format!("etcd | github.com/etcd-io/etcd | {said}");
        let expected = expected.trim_matches([' ', '|']);
        assert_eq!(only(&format!("- [etcd](https://github.com/etcd-io/etcd){text}")), expected, "{text}");
    }
}

#[test]
fn name_and_text_inside_the_link() {
    let inside = "- (Go) [etcd - a store [Raft]](https://github.com/etcd-io/etcd)\n\
                  - [(Rust) tikv - keeps keys](https://github.com/tikv/tikv). Split by ranges\n";
    assert_eq!(
        entries(inside),
        [
            "etcd | github.com/etcd-io/etcd | a store [Raft] | Go",
            "tikv | github.com/tikv/tikv | keeps keys. Split by ranges | Rust"
        ]
    );
    // a dash in one title of many is part of that title
    let outside = "- [Talks - the second year](https://a.example)\n- [etcd](https://b.example)\n\
                   - [tikv](https://c.example)\n";
    assert_eq!(entries(outside)[0], "Talks - the second year | a.example");
}

#[test]
fn numbered_and_bold() {
    let text = "1. **[etcd](https://a.example)** - one\n2. [**tikv**](https://b.example) - two\n";
    assert_eq!(entries(text), ["etcd | a.example | one", "tikv | b.example | two"]);
    assert_eq!(layouts(&read(text)), [(Layout::Numbered, 2)]);
}

#[test]
fn nested_bullets() {
    let text = "# T\n\n## Tools\n\n- Stores\n  - [etcd](https://a.example)\n    - [ui](https://b.example)\n- [sql](https://c.example)\n";
    assert_eq!(
        entries(text),
        ["Tools / Stores | etcd | a.example", "Tools / Stores | ui | b.example", "Tools | sql | c.example"]
    );
    assert_eq!(layouts(&read(text)), [(Layout::Bullet, 2), (Layout::NestedBullet, 1)]);
    assert!(linkless(text).is_empty());
}

#[test]
fn tables_with_links() {
    let text = "| API | Description | Auth | Link |\n|---|---|---|---|\n\
                | Cats | Cat \\| facts | No | [Go!](https://cats.example) |\n\
                | [Dogs](https://dogs.example) | All dogs | `key` | |\n| Birds | none | No | |\n";
    assert_eq!(entries(text), ["Cats | cats.example | Cat | facts", "Dogs | dogs.example | All dogs"]);
    assert_eq!(linkless(text), [" | Birds"]);
    assert_eq!(layouts(&read(text)), [(Layout::Table, 2)]);
    // without outer pipes
    assert_eq!(only("Name | About\n--- | ---\n[x](https://x.example) | says it"), "x | x.example | says it");
}

#[test]
fn a_ranked_table_without_a_heading_that_says_so() {
    let text = "# Top\n\n| Rank | Project | Stars | Open Issues | Description |\n|---|---|---|---|---|\n\
                | 1 | [a](https://github.com/o/a) | 1,200 | 3 | first of all |\n\
                | 2 | [b](https://github.com/o/b) | 900 | 12 | the second |\n";
    let reading = read(text);
    assert_eq!(layouts(&reading), [(Layout::RankedTable, 2)]);
    let ranking = &reading.snapshot.rankings[0];
    assert_eq!((&ranking.metric, ranking.order.len()), (&Metric::Stars, 2));
    let entry = &reading.snapshot.entries[0];
    assert_eq!((entry.name.as_str(), entry.description.as_str()), ("a", "first of all"));
    let figures: Vec<_> = entry.figures.iter().map(|figure| (figure.metric.clone(), figure.value)).collect();
    assert_eq!(figures, [(Metric::Stars, 1_200.0), (Metric::Other("open issues".to_owned()), 3.0)]);
}

#[test]
fn several_orders_of_one_list() {
    let row = |name: &str, stars: &str, date: &str| {
        format!("| [{name}](https://github.com/o/{name}) | {stars} | {date} |\n")
    };
    let head = "| Repository | Stars | Last Updated |\n|---|---|---|\n";
    let text = format!(
        "# Ranks\n\n## Stores\n\n### Ranked by Stars\n\n{head}{}{}{}\n### Ranked by Last Updated\n\n{head}{}{}{}",
        row("a", "2.5k", "2024-01-01T00:00:00Z"),
        row("b", "0", "2024-02-01T00:00:00Z"),
        row("c", "0", "0001-01-01T00:00:00Z"),
        row("b", "0", "2024-02-01T00:00:00Z"),
        row("a", "2.5k", "2024-01-01T00:00:00Z"),
        row("d", "n/a", "2023-01-01"),
    );
    let reading = read(&text);
    assert_eq!(reading.snapshot.listings(), 4);
    assert_eq!(
        reading.report.sections.iter().map(|s| (s.0.to_string(), s.1)).collect::<Vec<_>>(),
        [("Stores".to_owned(), 4)]
    );
    assert_eq!(reading.report.unknown, [1, 0]);
    assert!(reading.report.duplicates.is_empty());
    let orders: Vec<Vec<_>> = reading
        .snapshot
        .rankings
        .iter()
        .map(|r| r.order.iter().map(|key| &key.as_str()[13..]).collect())
        .collect();
    assert_eq!(orders, [["a", "b", "c"], ["b", "a", "d"]]);
    let figure =
        |entry: usize| reading.snapshot.entries[entry].figure(&Metric::Stars).map(|figure| figure.value);
    // 0 is a value where the row was read, and none where it was not
    assert_eq!((figure(0), figure(1), figure(2), figure(3)), (Some(2_500.0), Some(0.0), None, None));
}

#[test]
fn details_with_a_linked_summary() {
    let text = "# T\n\n## Tools\n\n<details><summary><b><a href=\"https://github.com/s/skrub\">skrub</a></b> (🥇29 · ⭐ 1.4K) - Tables. \
                <code><a href=\"https://lic.example\">BSD</a></code></summary>\n\n- [PyPI](https://pypi.example/skrub) (📥 5K):\n\
                \t```\n\tpip install skrub\n\t```\n</details>\n\
                <details><summary>Show 2 more…</summary>\n\n\
                - <b><a href=\"https://github.com/h/hid\">hid</a></b> (🥈9 · ⭐ 10) - Hidden.\n</details>\n\n- [next](https://n.example)\n";
    assert_eq!(
        entries(text),
        [
            "Tools | skrub | github.com/s/skrub | Tables. | BSD | BSD <https://lic.example>, PyPI <https://pypi.example/skrub>",
            "Tools | hid | github.com/h/hid | Hidden.",
            "Tools | next | n.example"
        ]
    );
    assert_eq!(layouts(&read(text)), [(Layout::Bullet, 2), (Layout::Details, 1)]);
    assert!(skipped(text).is_empty());
}

#[test]
fn html_lines_and_lists() {
    let text = "#### Shells\n\n<p>\n&nbsp;&nbsp;:small_orange_diamond: <a href=\"https://zsh.example\"><b>Zsh</b></a> - is a shell.<br>\n\
                &nbsp;&nbsp;:small_orange_diamond: <a href=\"https://tcl.example\"><b>tclsh</b></a> - for Tcl &amp; more.<br>\n</p>\n\n\
                <ul>\n<li><a href=\"https://one.example\">one</a> - first</li>\n<li><b>none</b></li></ul>\n";
    assert_eq!(
        entries(&format!("# Book\n\n{text}")),
        [
            "Shells | Zsh | zsh.example | is a shell.",
            "Shells | tclsh | tcl.example | for Tcl & more.",
            "Shells | one | one.example | first"
        ]
    );
    let reading = read(text);
    assert_eq!(layouts(&reading), [(Layout::Html, 3)]);
    assert_eq!(reading.snapshot.entries[1].places[0].line, 5);
}

#[test]
fn headings_of_all_kinds() {
    let text = "Things\n======\n\nSetext\n------\n\n- [a](https://a.example)\n\n<h2 align=\"center\">In HTML</h2>\n\n\
                - [b](https://b.example)\n\n## [↑](#things) Q&A *sites* 🚀\n\n- [c](https://c.example)\n";
    assert_eq!(
        entries(text),
        ["Setext | a | a.example", "In HTML | b | b.example", "Q&A sites | c | c.example"]
    );
    assert_eq!(read(text).snapshot.title.as_deref(), Some("Things"));
}

#[test]
fn linked_headings() {
    let text = "# List\n\n## Tools\n\n### [etcd](https://a.example)\n\nKeeps keys. Has [docs](https://docs.example).\n\n- small\n\n\
                ### [Stores](https://s.example)\n\n- [tikv](https://b.example)\n";
    assert_eq!(
        entries(text),
        [
            "Tools | etcd | a.example | Keeps keys. Has docs. |  | docs <https://docs.example>",
            "Tools / Stores | tikv | b.example"
        ]
    );
    assert!(linkless(text).is_empty());
    assert_eq!(skipped(text), ["11: section heading"]);
}

#[test]
fn references_and_bare_addresses() {
    let text = "- [etcd][] by [@user]\n- [tikv][t]\n- [own/missing]\n- <https://auto.example/x>\n- http://plain.example\n\
                - Named: https://named.example/a_b\n- [Broken] https://broken.example - Public\n\n\
                [etcd]: https://a.example\n[t]: https://b.example\n[@user]: https://github.com/user\n";
    assert_eq!(
        entries(text),
        [
            "etcd | a.example | by @user |  | @user <https://github.com/user>",
            "tikv | b.example",
            "auto.example/x | auto.example/x",
            "plain.example | plain.example",
            "Named | named.example/a_b",
            "Broken | broken.example | Public"
        ]
    );
    assert_eq!(linkless(text), [" | own/missing"]);
}

#[test]
fn a_document_without_headings() {
    assert_eq!(only("- [etcd](https://a.example) - keys"), "etcd | a.example | keys");
    assert_eq!(read("").snapshot.entries.len(), 0);
}

#[test]
fn the_title_is_no_section() {
    assert_eq!(only("# Tools\n\n- [a](https://a.example)"), "a | a.example");
    assert_eq!(
        entries("# One\n\n- [a](https://a.example)\n\n# Two\n\n- [b](https://b.example)")[1],
        "Two | b | b.example"
    );
    // a licence at the end competes with no title
    assert_eq!(only("# One\n\n## In\n\n- [a](https://a.example)\n\n# License\n\nMIT"), "In | a | a.example");
}
