//! Reading and comparing documents.

use std::hint::black_box;

use pulldown_cmark::{Options, Parser};
use whimbrel_catalog::{Hint, Known, Snapshot, compare, parse};
use whimbrel_world::documents;

use super::report::{Limit, Report, median, median_ratio, millis};

/// Adds the figures of this group.
pub(crate) fn measure(report: &mut Report) {
    one_catalog(report);
    large_catalog(report);
    pathological(report);
}

fn one_catalog(report: &mut Report) {
    let before = read(&documents::markdown_of_bytes(350_000, 1));
    let after = changed(350_000);
    let work = || {
        let now = read(black_box(&after));
        black_box(compare(&before, &now, &Known::default()));
    };
    let ratio = median_ratio(15, work, || event_loop(black_box(&after)));
    let note = format!(
        "{} entries in {} KB; parse alone {:.2} x, all of it {:.2} ms",
        before.entries.len(),
        after.len() / 1000,
        median_ratio(9, || drop(black_box(read(black_box(&after)))), || event_loop(black_box(&after))),
        millis(median(15, work))
    );
    report.add("parse + compare of a 350 KB catalog / bare event loop", "x", ratio, Limit::AtMost(3.0), note);
}

fn large_catalog(report: &mut Report) {
    let mut items = documents::items(100_000, 7);
    let before = read(&documents::markdown(&items));
    for n in 0..10 {
        items[n * 9_000].url.push_str("-moved");
    }
    let after = documents::markdown(&items);
    let now = read(&after);
    let time = median(7, || drop(black_box(compare(&before, black_box(&now), &Known::default()))));
    let found = compare(&before, &now, &Known::default()).changes.len();
    let parsing = median(3, || drop(black_box(read(black_box(&after)))));
    let bare = median(3, || event_loop(black_box(&after)));
    report.add(
        "compare of 100,000 entries with 10 changes",
        "ms",
        millis(time),
        Limit::AtMost(60.0),
        format!(
            "{found} changes found; reading the {} MB takes {:.0} ms, the bare event loop {:.0} ms",
            after.len() / 1_000_000,
            millis(parsing),
            millis(bare)
        ),
    );
}

fn pathological(report: &mut Report) {
    let megabyte = 1_000_000;
    let usual = documents::markdown_of_bytes(megabyte, 3);
    let nested_quotes = "> ".repeat(megabyte / 2);
    let nested_lists: String = (0..)
        .map(|depth| " ".repeat(2 * (depth % 400)) + "- x\n")
        .scan(0, |size, line| {
            *size += line.len();
            (*size < megabyte).then_some(line)
        })
        .collect();
    let shapes = [
        ("a megabyte of `[`", "[".repeat(megabyte)),
        ("a megabyte of `](`", "](".repeat(megabyte / 2)),
        ("deep quotes", nested_quotes),
        ("deep lists", nested_lists),
        ("a megabyte of `<details>`", "<details>".repeat(megabyte / 9)),
        ("a megabyte of `*a_`", "*a_".repeat(megabyte / 3)),
        ("a megabyte of `|`", format!("{0}\n{1}\n{0}", "|a".repeat(megabyte / 6), "|-".repeat(megabyte / 6))),
    ];
    for (name, text) in shapes {
        let ratio = median_ratio(
            3,
            || drop(black_box(parse(text.as_bytes(), Hint::default()))),
            || drop(black_box(read(&usual))),
        );
        let note =
            format!("bare event loop: {:.2} x", median_ratio(3, || event_loop(&text), || event_loop(&usual)));
        report.add(&format!("{name} / usual text of that size"), "x", ratio, Limit::AtMost(10.0), note);
    }
}

/// What any reader of Markdown has to pay.
fn event_loop(text: &str) {
    let options = Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES | Options::ENABLE_STRIKETHROUGH;
    for event in Parser::new_ext(text, options).into_offset_iter() {
        black_box(event);
    }
}

fn read(text: &str) -> Snapshot {
    parse(text.as_bytes(), Hint { name: Some("README.md"), format: None })
        .map(|reading| reading.snapshot)
        .unwrap_or_default()
}

/// The document of [`documents::markdown_of_bytes`] with a handful of usual edits.
fn changed(bytes: usize) -> String {
    let mut lines: Vec<String> = documents::markdown_of_bytes(bytes, 1).lines().map(str::to_owned).collect();
    let middle = lines.len() / 2;
    lines.insert(middle, "- [newcomer](https://github.com/someone/newcomer) - Just arrived.".to_owned());
    lines.remove(middle + 40);
    lines[middle + 200] = lines[middle + 200].replace("github.com/", "gitlab.com/");
    lines.join("\n")
}
