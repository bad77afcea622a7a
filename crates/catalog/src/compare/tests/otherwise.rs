//! Documents that are laid out, counted or named otherwise, from the bytes to what is told.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use super::documents::{MD, silent, told};

const JSON: &str = "list.json";

#[test]
fn a_layout_that_flips_renames_nobody() {
    let before = "# L\n- [x - y](https://a.org)\n- [z - w](https://b.org)\n- [c](https://c.org)\n";
    let after = format!("{before}- [d](https://d.org)\n");
    assert_eq!(told(MD, before, &after), ["added d"]);
    assert_eq!(told(MD, &after, before), ["removed d"]);
    let split = "# L\n- [x](https://a.org) - y\n- [z](https://b.org) - w\n- [c](https://c.org)\n";
    silent(MD, before, split);
    let renamed = "# L\n- [v](https://a.org) - y\n- [z](https://b.org) - w\n- [c](https://c.org)\n";
    assert_eq!(told(MD, split, renamed), ["renamed x -> v"]);
}

#[test]
fn another_listing_may_speak_for_an_entry() {
    let one = "# L\n## A\n- [x](https://x.org) - short\n- [y](https://y.org)\n## B\n- [z](https://z.org)\n";
    let two = "# L\n## A\n- [x](https://x.org) - short\n- [y](https://y.org)\n## B\n- [z](https://z.org)\n\
               - [The X](https://x.org) - a much longer text about x\n";
    silent(MD, one, two);
    let front = "# L\n## B\n- [The X](https://x.org) - a much longer text about x\n- [z](https://z.org)\n\
                 ## A\n- [x](https://x.org) - short\n- [y](https://y.org)\n";
    silent(MD, one, front);
    let moved =
        "# L\n## A\n- [y](https://y.org)\n## B\n- [x](https://x.org) - longer\n- [z](https://z.org)\n";
    assert_eq!(told(MD, one, moved), ["moved x: A -> B", "edited x"]);
}

#[test]
fn signs_make_another_name() {
    let c = "# L\n- [C](https://c.org) - The language.\n- [q](https://q.org)\n";
    let elsewhere = "# L\n- [C++](https://cpp.org) - Another one.\n- [q](https://q.org)\n";
    assert_eq!(told(MD, c, elsewhere), ["added C++", "removed C"]);
    let renamed = "# L\n- [C++](https://c.org) - The language.\n- [q](https://q.org)\n";
    assert_eq!(told(MD, c, renamed), ["renamed C -> C++"]);
    let without_link = "# L\n- C++ - Another one.\n- [q](https://q.org)\n";
    assert_eq!(told(MD, c, without_link), ["removed C"]);
}

#[test]
fn figures_in_texts_are_no_news() {
    for (before, after) in [
        ("Foo ⭐ 1.2k", "Foo ⭐ 1.3k"),
        ("Foo ★ 12 bar", "Foo ★ 13 bar"),
        ("A cache (1.2k stars)", "A cache (1.3k stars)"),
        ("A cache", "A cache, 100 stars"),
    ] {
        let list = |text: &str| format!("# L\n- [a](https://a.org) - {text}\n- [b](https://b.org) - two\n");
        silent(MD, &list(before), &list(after));
    }
    let list = |text: &str| format!("# L\n- [a](https://a.org) - {text}\n- [b](https://b.org) - two\n");
    assert_eq!(told(MD, &list("HTTP 1 server"), &list("HTTP 2 server")), ["edited a"]);
}

#[test]
fn numbered_and_counted_headings_keep_their_names() {
    for (before, after) in [
        ("Tools (12)", "Tools (13)"),
        ("1. Tools", "2. Tools"),
        ("Tools 3 projects", "Tools 4 projects"),
        ("Tools", "Tools (12)"),
    ] {
        let list = |title: &str| format!("# L\n## {title}\n- [a](https://a.org)\n- [b](https://b.org)\n");
        silent(MD, &list(before), &list(after));
    }
    let list = |title: &str| format!("# L\n## {title}\n- [a](https://a.org)\n- [b](https://b.org)\n");
    let told = told(MD, &list("Papers (2019)"), &list("Papers (2020)"));
    assert_eq!(told, ["section Papers (2019) -> Papers (2020) (2)"]);
}

#[test]
fn a_second_title_renames_no_section() {
    let one = "# List\n## S\n- [a](https://a.org)\n- [b](https://b.org)\n### Sub\n- [c](https://c.org)\n\
               ## T\n- [d](https://d.org)\n- [e](https://e.org)\n";
    let two = format!("{one}\n# More\n- [f](https://f.org)\n");
    assert_eq!(told(MD, one, &two), ["added f"]);
    assert_eq!(told(MD, &two, one), ["removed f"]);
}

#[test]
fn names_may_share_an_address() {
    let rows = |rows: &[(&str, &str)]| {
        let rows: Vec<_> = rows
            .iter()
            .map(|(name, text)| {
                format!(r#"{{"name": "{name}", "url": "https://l.org", "category": "X", "description": "{text}"}}"#)
            })
            .collect();
        format!(
            r#"[{}, {{"name": "Q", "url": "https://q.org", "category": "X", "description": "q"}}]"#,
            rows.join(", ")
        )
    };
    let (a, b) = (("A", "a text"), ("B", "b"));
    assert_eq!(told(JSON, &rows(&[a]), &rows(&[a, b])), ["added B"]);
    assert_eq!(told(JSON, &rows(&[a, b]), &rows(&[a])), ["removed B"]);
    assert_eq!(told(JSON, &rows(&[a]), &rows(&[b, a])), ["added B"]);
    assert_eq!(told(JSON, &rows(&[a, b]), &rows(&[("A2", "a text"), b])), ["renamed A -> A2"]);
    let three = [("A2", "a text"), b, ("C", "c")];
    assert_eq!(told(JSON, &rows(&[a, b]), &rows(&three)), ["renamed A -> A2", "added C"]);
    let others = [("D", "d"), ("E", "e")];
    let told = told(JSON, &rows(&[a, b]), &rows(&others));
    assert_eq!(told, ["added D", "added E", "removed A", "removed B"]);
}

#[test]
fn one_address_everywhere_takes_no_long_time() {
    let list = |letter: char| {
        let mut text = String::from("# L\n");
        for number in 0..10_000 {
            writeln!(text, "## {letter}{number}\n- [a](https://a.org)").expect("text takes all");
        }
        text
    };
    let (before, after) = (super::documents::read(MD, &list('S')), super::documents::read(MD, &list('Z')));
    let start = Instant::now();
    let found = crate::compare::compare(&before, &after, &crate::compare::Known::default());
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    assert_eq!(found.changes.len(), 1, "it moved");
}
