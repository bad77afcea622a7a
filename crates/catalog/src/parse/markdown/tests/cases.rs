//! The decisions about odd but real documents, by their numbers in the study; what concerns addresses alone is
//! tested with keys, what concerns change with comparing.

use super::*;

#[test]
fn d01_d03_links_into_the_document_are_no_entries() {
    let text = "## Contents\n\n- [Stores](#stores)\n  - [Keys](#keys)\n\n## Stores\n\n- [a](https://a.example) - see [Tools](#tools)\n\n\
                **[`^ top ^`](#contents)**\n";
    assert_eq!(only(text), "Stores | a | a.example | see Tools");
    assert_eq!(skipped(text), ["3: contents", "4: contents"]);
}

#[test]
fn d02_contents_spoil_what_stands_directly_below() {
    let text = "# APIs\n\n## Index\n\n- [outside](https://o.example)\n\n### Animals\n\n- [cats](https://c.example)\n";
    assert_eq!(only(text), "Index / Animals | cats | c.example");
    assert_eq!(skipped(text), ["5: contents"]);
}

#[test]
fn d04_what_is_about_the_list_is_no_part_of_it() {
    for heading in ["Contributing", "License", "贡献者", "Our Sponsors", "Code of Conduct"] {
        let text = format!(
            "## A\n\n- [a](https://a.example)\n\n## {heading}\n\n- [x](https://x.example)\n\n### Below\n\n* [y](https://y.example)\n"
        );
        assert_eq!(entries(&text).len(), 1, "{heading}");
        let told = "licence or contributing section";
        assert_eq!(skipped(&text), [format!("7: {told}"), format!("11: {told}")]);
    }
}

#[test]
fn d05_sponsors_before_the_catalog() {
    let text = "<div align=\"center\">\n<a href=\"https://s.example\"><img src=\"s.png\"></a><br>\n\
                <a href=\"https://w.example\">Website</a> · <a href=\"https://d.example\">Docs</a>\n</div>\n\n# List\n\n- [a](https://a.example)\n";
    assert_eq!(only(text), "a | a.example");
    assert_eq!(skipped(text), ["2: badge", "3: link in running text"]);
}

#[test]
fn d06_links_in_running_text() {
    let text = "# A\n\n[Encore](https://e.example) seems good.\n\n_See also: [more](https://m.example)_\n\n- [a](https://a.example)\n";
    assert_eq!(only(text), "a | a.example");
    assert_eq!(skipped(text), ["3: link in running text", "5: link in running text"]);
}

#[test]
fn d07_d08_side_links_belong_to_their_entry() {
    for (text, expected) in [
        (
            "- [Akka](https://a.example) - Actors. ([Web](https://w.example)) ([HN](https://h.example))",
            "Akka | a.example | Actors. |  | Web <https://w.example>, HN <https://h.example>",
        ),
        (
            "- [x](https://a.example) - Text. ([Demo](https://d.example), [Source Code](https://s.example)) `MIT` `Go`",
            "x | a.example | Text. | MIT, Go | Demo <https://d.example>, Source Code <https://s.example>",
        ),
        (
            "- [burn](https://a.example) [[burn](https://c.example)] - Learns.",
            "burn | a.example | Learns. |  | burn <https://c.example>",
        ),
        (
            "- [x](https://a.example): Text. <https://home.example>",
            "x | a.example | Text. |  |  <https://home.example>",
        ),
        (
            "- [x](https://a.example) builds on [y](https://y.example) and more",
            "x | a.example | builds on y and more |  | y <https://y.example>",
        ),
        ("- [x](https://a.example) ([N](https://n.example)G)", "x | a.example |  |  | N <https://n.example>"),
    ] {
        assert_eq!(only(text), expected);
    }
}

#[test]
fn d09_d10_badges_and_pictures() {
    let text = "- [x](https://a.example) - Text. [![build](https://img.shields.io/b.svg)](https://ci.example) \
                [![Open Source][icon]](https://github.com/o/x) ![free][icon]\n\n[icon]: https://i.example/o.svg\n";
    assert_eq!(only(text), "x | a.example | Text. |  | Open Source <https://github.com/o/x>");
    assert_eq!(only("- [![Logo of X](https://i.example/x.png)](https://x.example)"), "Logo of X | x.example");
}

#[test]
fn d12_d13_d14_which_link_and_which_name() {
    for (text, expected) in [
        (
            "- [xlwt](https://a.example) / [xlrd](https://b.example) - sheets",
            "xlwt | a.example | sheets |  | xlrd <https://b.example>",
        ),
        (
            "- Curated resources on [testing it](https://a.example)",
            "testing it | a.example | Curated resources on testing it",
        ),
        ("- p：交互式工具。[官网](https://p.example)", "p | p.example | 交互式工具。"),
        (
            "- The Road - [video](https://v.example) & [slides](https://s.example)",
            "The Road | v.example |  |  | slides <https://s.example>",
        ),
        ("- [Website](https://w.example)", "Website | w.example"),
    ] {
        assert_eq!(only(text), expected);
    }
}

#[test]
fn d15_d16_d17_marks_markers_and_figures_are_no_part_of_a_name() {
    for (text, expected) in [
        ("- (C/C++)(Book) [Build it](https://a.example)", "Build it | a.example |  | C/C++, Book"),
        ("- 🌟 [x](https://a.example): text", "x | a.example | text"),
        ("- üåü [x](https://a.example): text", "x | a.example | text"),
        ("- [x](https://a.example) `⚠` - text", "x | a.example | text"),
        ("- [x](https://a.example) :yen: :ice_cube: - text", "x | a.example | text"),
        ("- [**C**: _How To_](https://a.example)", "How To | a.example |  | C"),
        ("- Python: [x](https://a.example)", "x | a.example |  | Python"),
        ("- [Activate ★ 297 ⧗ 1](https://a.example)", "Activate | a.example"),
        ("- <b><a href=\"https://a.example\">x</a></b> (🥇29 · ⭐ 1.4K) - text", "x | a.example | text"),
        ("- [x](https://a.example)  ⭐", "x | a.example"),
        ("- [ ] [x](https://a.example)", "x | a.example"),
        ("1. 1. [x](https://a.example)", "x | a.example"),
    ] {
        assert_eq!(only(text), expected);
    }
}

#[test]
fn d19_broken_names_come_from_the_address() {
    assert_eq!(
        only("- [/](https://github.com/own/repo/tree/master/raft)"),
        "own/repo | github.com/own/repo/raft"
    );
}

#[test]
fn d20_a_new_column_changes_nothing() {
    let before = "| Name | Description |\n|---|---|\n| [a](https://a.example) | says a |\n";
    let after = "| Name | Description | CORS | HTTPS |\n|---|---|---|---|\n| [a](https://a.example) | says a | No idea yet | Yes |\n";
    assert_eq!(entries(before), entries(after));
}

#[test]
fn d25_headings_are_their_words() {
    let text = "# List\n\n#### CLI Tools &nbsp;[<sup>[TOC]</sup>](#toc)\n\n- [a](https://a.example)\n\n\
                #### Rust [![b](https://img.shields.io/x.svg)](https://b.example)\n\n- [b](https://b.example)\n";
    assert_eq!(entries(text), ["CLI Tools | a | a.example", "Rust | b | b.example"]);
}

#[test]
fn d26_d27_d29_parents_children_and_remarks() {
    let text = "## P\n\n* Docker tools:\n  * [pumba](https://p.example)\n* [omni](https://o.example)\n  - [Playground](https://g.example)\n  \
                - Replaces `slog`\n  - ? more\n* plain\n";
    assert_eq!(
        entries(&format!("# T\n\n{text}")),
        ["P / Docker tools | pumba | p.example", "P | omni | o.example", "P | Playground | g.example"]
    );
    assert_eq!(linkless(&format!("# T\n\n{text}")), ["P | plain"]);
}

#[test]
fn d28_d30_indentation_and_wrapping() {
    let straight =
        "## S\n\n- [a](https://a.example) - one two\n- [b](https://b.example)\n- [c](https://c.example)\n";
    let stray = "## S\n\n- [a](https://a.example) - one\n    two\n  - [b](https://b.example)\n  - [c](https://c.example)\n";
    assert_eq!(entries(straight), entries(stray));
}

#[test]
fn d31_no_blank_behind_the_bullet() {
    let text = "- [a](https://a.example) - one.\n-[b](https://b.example) - two.\n- [c](https://c.example)\n";
    assert_eq!(entries(text), ["a | a.example | one.", "b | b.example | two.", "c | c.example"]);
    assert_eq!(read(text).snapshot.entries[1].places[0].line, 2);
    assert_eq!(only("-[b](https://b.example) - two."), "b | b.example | two.");
}

#[test]
fn d34_items_without_link() {
    let text = "- **tsqllint** :warning: — for SQL.\n- Linux\n- A whole sentence about nothing at all. It goes on, and says that things are so.\n\
                - `tool` - does it\n";
    assert_eq!(linkless(text), [" | tsqllint", " | Linux", " | tool"]);
}

#[test]
fn d35_blanks_in_addresses() {
    assert_eq!(
        only("- [labels](https://github.com/x/y/labels/good first issue)"),
        "labels | github.com/x/y/labels/good first issue"
    );
}

#[test]
fn d38_relative_addresses() {
    let text = "- [Networking](docs/net.md) - more\n- [a](https://a.example)\n- [m](mailto:m@a.example)\n";
    assert_eq!(only(text), "a | a.example");
    assert_eq!(skipped(text), ["1: relative address", "3: mail address"]);
}

#[test]
fn addresses_without_a_scheme_get_one() {
    let text = "# T\n\n- [a](//a.example/x) - by [b](//b.example) and others\n\n\
                | N | L |\n|---|---|\n| [t](//t.example) | [u](//u.example) |\n\n\
                ## Tools\n\n### [h](//h.example)\n\nKeeps keys, with [i](//i.example).\n";
    let entries = read(text).snapshot.entries;
    let addresses: Vec<_> = entries
        .iter()
        .flat_map(|entry| std::iter::once(&entry.url).chain(entry.links.iter().map(|link| &link.url)))
        .collect();
    assert_eq!(addresses.len(), 6);
    assert!(addresses.iter().all(|url| url.starts_with("https://")), "{addresses:?}");
    assert_eq!(entries[0].key, only_key("- [a](https://a.example/x)"));
}

fn only_key(text: &str) -> crate::key::EntryKey {
    read(text).snapshot.entries[0].key.clone()
}

#[test]
fn d39_one_entry_at_several_places() {
    let text = "## A\n\n- [x](https://x.example) - short\n\n## B\n\n- [X](http://www.x.example/) - the longer text\n";
    assert_eq!(only(text), "A & B | X | x.example | the longer text");
    let reading = read(text);
    assert_eq!((reading.snapshot.listings(), reading.report.duplicates[0].1.as_slice()), (2, &[3, 7][..]));
}

#[test]
fn d43_merge_conflict() {
    let text = "## S\n\n- [a](https://a.example)\n<<<<<<< HEAD\n- [b](https://b.example)\n=======\n- [c](https://c.example)\n>>>>>>> 4a4d6fd\n- [d](https://d.example)\n";
    let clean = "## S\n\n- [a](https://a.example)\n- [b](https://b.example)\n- [c](https://c.example)\n- [d](https://d.example)\n";
    assert_eq!(entries(text), entries(clean));
    assert_eq!(read(text).snapshot.entries[3].places[0].line, 9);
}

#[test]
fn d49_mojibake_passes_unharmed() {
    assert_eq!(only("- [co√∂rd](https://a.example): Raft ‰∏ÄËá¥"), "co√∂rd | a.example | Raft ‰∏ÄËá¥");
}

#[test]
fn d50_code_and_comments() {
    let text = "```md\n- [a](https://a.example)\n```\n\n<!--\n- [b](https://b.example)\n-->\n\n- [c](https://c.example)\n\n\
                <script>\n- [d](https://d.example)\n</script>\n";
    assert_eq!(only(text), "c | c.example");
    assert_eq!(skipped(text), ["2: inside code", "6: inside a comment"]);
}

#[test]
fn front_matter_is_no_text() {
    assert_eq!(
        only("---\ntitle: T\nlink: https://f.example\n---\n- [a](https://a.example)"),
        "a | a.example"
    );
    assert_eq!(
        entries("---\n# Some: things\n\n- [a](https://a.example)\n\n---\n\n- [b](https://b.example)"),
        ["a | a.example", "b | b.example"]
    );
    // two rules are no front matter
    let rules = "---\n\n## A\n\n- [a](https://a.example)\n\n---\n\n## B\n\n- [b](https://b.example)\n\n---\n";
    assert_eq!(entries(rules), ["A | a | a.example", "B | b | b.example"]);
    assert_eq!(read("---\nx: y\n---\n\n- [a](https://a.example)").snapshot.entries[0].places[0].line, 5);
}
