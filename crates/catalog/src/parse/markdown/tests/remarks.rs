//! Odd input: nothing panics, nothing takes for ever, nothing is lost in silence.

use super::*;

#[test]
fn every_prefix_of_a_document_is_readable() {
    let text = "# T\n\n- [a](https://a.example \"t\") - ![i](x)\n  > q\n\n<details><summary><a href='https://b.example'>b</a>\n\n| a | b |\n|---|---|\n\
                | [é](https://c.example) | 1 |\n\n<ul><li><table><tr><th>x<td>y</ul>\n\n[^1]: note [f](https://f.example)\n\n:a: ★ 1 (⭐ 2k)\n";
    for end in (0..=text.len()).filter(|end| text.is_char_boundary(*end)) {
        read(&text[..end]);
        read(&text[end..]);
    }
}

#[test]
fn deep_structure_is_cut_and_not_followed() {
    let mut deep = String::from("# T\n\n");
    for depth in 0..400 {
        let _ = writeln!(deep, "{}- [n{depth}](https://n{depth}.example)", "  ".repeat(depth));
    }
    deep.push_str("\n## After\n\n- [after](https://after.example)\n");
    let found = entries(&deep);
    assert!(found.len() >= 30);
    assert_eq!(found.last().map(String::as_str), Some("After | after | after.example"));
    let told = read(&deep).report.skipped;
    let mut lines: Vec<u32> =
        told.iter().filter(|told| told.reason == "nested too deeply").map(|told| told.line).collect();
    lines.extend(read(&deep).snapshot.entries.iter().map(|entry| entry.places[0].line));
    lines.sort_unstable();
    assert_eq!(lines, (3..403).chain([406]).collect::<Vec<_>>());
    for shape in ["> ", "- ", "<details><summary>", "<ul><li>", "[", "](", "*a_ ", "((((", "<!-- "] {
        read(&shape.repeat(20_000));
    }
}

#[test]
fn brackets_that_never_close_are_given_up_soon() {
    let exclaimed = format!("{}\n", "!".repeat(60));
    for (open, between) in [("（", "\n"), ("【", "\n"), ("(", "\n"), ("（", &exclaimed), ("(", "!?\n")] {
        let text = format!(
            "- [x](https://x.example) - {}",
            format!("{open}[a](https://b.example){between}").repeat(20_000)
        );
        let began = std::time::Instant::now();
        assert_eq!(read(&text).snapshot.entries.len(), 1);
        // looking on to the end from each of them takes minutes
        assert!(began.elapsed().as_secs() < 15, "{open}{between} {:?}", began.elapsed());
    }
    assert_eq!(
        only("- [x](https://x.example) 是（[甲](https://a.example)、[乙](https://b.example)）工具"),
        "x | x.example | 是工具 |  | 甲 <https://a.example>, 乙 <https://b.example>"
    );
}

#[test]
fn an_address_listed_many_times_keeps_few_links() {
    let mut text = String::new();
    for n in 0..3_000 {
        let _ = writeln!(text, "- [a](https://a.example) - d ([l{n}](https://l{n}.example))");
    }
    let reading = read(&text);
    assert_eq!((reading.snapshot.entries.len(), reading.snapshot.listings()), (1, 3_000));
    assert!(reading.snapshot.entries[0].links.len() <= 200);
}

#[test]
fn skipped_lines_are_shown_shortened() {
    let text = format!("[x](https://x.example) {}\n", "word ".repeat(100));
    let skipped = &read(&text).report.skipped[0];
    assert!(skipped.text.starts_with("[x](https://x.example)") && skipped.text.chars().count() <= 200);
}

#[test]
fn html_that_is_never_closed() {
    let text = "<ul><li><a href=\"https://a.example\">a</a>\n\n## Next\n\n- [b](https://b.example)\n";
    assert_eq!(entries(text), ["a | a.example", "b | b.example"]);
}

#[test]
fn html_code_that_is_never_closed() {
    let html = "<ul>\n<li><a href=\"https://b.example\">b</a></li>\n</ul>\n\n- <a href=\"https://c.example\">c</a>\n";
    for tag in ["pre", "script", "style"] {
        let text = format!("# T\n\n- [a](https://a.example) - see <{tag}>this\n\n{html}");
        assert_eq!(entries(&text), ["a | a.example | see this", "b | b.example", "c | c.example"], "{tag}");
    }
    // a block ends at a blank line, and so does what it hides
    let text = format!("<div><pre>\n<a href=\"https://x.example\">x</a>\n\n{html}");
    assert_eq!(entries(&text), ["b | b.example", "c | c.example"]);
    assert_eq!(skipped(&text), ["2: inside code"]);
}

#[test]
fn what_is_too_deep_is_reported() {
    let open = "<details>\n\n".repeat(64);
    let text = format!(
        "{open}- [a](https://a.example)\n- [b](https://b.example)\n\n## H\n\n| N |\n|---|\n| [t](https://t.example) |\n"
    );
    assert!(entries(&text).is_empty());
    let skipped: Vec<_> = skipped(&text).into_iter().filter(|told| told.ends_with("too deeply")).collect();
    let lines = [129, 130, 132, 134, 136];
    assert_eq!(skipped, lines.map(|line| format!("{line}: nested too deeply")));
}

#[test]
fn links_in_footnotes_are_reported() {
    let text = "# T\n\n- [a](https://a.example) is good[^1]\n\n[^1]: Says [b](https://b.example) and [c](https://c.example).\n\n    \
                - [d](https://d.example)\n    - <a href=\"https://e.example\">e</a>\n    - https://f.example\n    - [g](#g)\n\n\
                [^2]: words\n\n- [z](https://z.example)\n";
    assert_eq!(entries(text), ["a | a.example | is good", "z | z.example"]);
    assert_eq!(skipped(text), [5, 7, 8, 9].map(|line| format!("{line}: footnote")));
}

#[test]
fn what_stands_in_html_code_is_reported() {
    let text = "<pre>\n<a href=\"https://x.example\">x</a> <a href=\"#part\">part</a>\n\n- [y](https://y.example)\n</pre>\n\n\
                <a href=\"https://z.example\">z</a>\n";
    assert!(entries(text).is_empty());
    assert_eq!(skipped(text), ["2: inside code", "4: inside code", "7: link in running text"]);
}

#[test]
fn tables_of_pictures_are_no_catalog() {
    let text = "## People\n\n<table><tr><td><a href=\"https://github.com/u\"><img src=\"a.png\"><br><b>U</b></a></td></tr></table>\n";
    assert!(entries(text).is_empty());
    assert_eq!(skipped(text), ["3: table without a header"]);
}

#[test]
fn the_report_adds_up() {
    let text = "# T\n\n## A\n\n- [a](https://a.example)\n- [b](https://b.example)\n\n## B\n\n1. [a](https://a.example)\n- none\n";
    let reading = read(text);
    let sections: Vec<_> =
        reading.report.sections.iter().map(|(path, count)| (path.to_string(), *count)).collect();
    assert_eq!(sections, [("A".to_owned(), 2), ("B".to_owned(), 1)]);
    assert_eq!(reading.snapshot.sections.len(), 2);
    assert_eq!(layouts(&reading), [(Layout::Bullet, 2), (Layout::Numbered, 1)]);
    assert_eq!(reading.snapshot.listings(), 3);
}
