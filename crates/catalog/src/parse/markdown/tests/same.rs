//! The same list in other clothes gives the same snapshot.

use proptest::prelude::*;

use super::*;
use crate::model::Snapshot;

#[derive(Clone, Debug)]
struct Item {
    name: String,
    text: String,
    section: usize,
}

/// How a list is written down.
#[derive(Clone, Debug)]
struct Style {
    bullet: &'static str,
    end: &'static str,
    trailing: &'static str,
    separator: &'static str,
    reference: bool,
    bold: bool,
    loose: bool,
    setext: bool,
}

fn items() -> impl Strategy<Value = Vec<Item>> {
    let item = ("[a-z]{2,8}(-[a-z]{2,5})?", "([A-Z][a-z]{2,9}( [a-z]{1,9}){1,6}\\.)?", 0..4_usize);
    prop::collection::vec(item.prop_map(|(name, text, section)| Item { name, text, section }), 1..25)
}

fn style() -> impl Strategy<Value = Style> {
    let bullet = prop::sample::select(vec!["- ", "* ", "+ ", "-   ", "  - "]);
    let end = prop::sample::select(vec!["\n", "\r\n"]);
    let trailing = prop::sample::select(vec!["", "  ", "\t", " ⭐"]);
    let separator = prop::sample::select(vec![" - ", " – ", " — ", ": "]);
    let flags = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    (bullet, end, trailing, separator, flags).prop_map(|(bullet, end, trailing, separator, flags)| {
        let (reference, bold, loose, setext) = flags;
        Style { bullet, end, trailing, separator, reference, bold, loose, setext }
    })
}

fn write(items: &[Item], style: &Style) -> String {
    let mut text = String::from("# A list\n\n");
    let mut references = String::new();
    for section in 0..4 {
        let own: Vec<_> = items.iter().enumerate().filter(|(_, item)| item.section == section).collect();
        if own.is_empty() {
            continue;
        }
        let _ = if style.setext {
            write!(text, "Part {section}\n---\n\n")
        } else {
            write!(text, "## Part {section}\n\n")
        };
        for (n, item) in own {
            let url = format!("https://github.com/own/{}{n}", item.name);
            let name = if style.bold { format!("**{}**", item.name) } else { item.name.clone() };
            let link = if style.reference {
                let _ = writeln!(references, "[r{n}]: {url}");
                format!("[{name}][r{n}]")
            } else {
                format!("[{name}]({url})")
            };
            let said = if item.text.is_empty() {
                String::new()
            } else {
                format!("{}{}", style.separator, item.text)
            };
            let _ = writeln!(text, "{}{link}{said}{}", style.bullet, style.trailing);
            if style.loose {
                text.push('\n');
            }
        }
        text.push('\n');
    }
    text.push_str(&references);
    text.replace('\n', style.end)
}

/// Places compare without their lines, so a snapshot compares by what it says.
fn snapshot(items: &[Item], style: &Style) -> Snapshot {
    read(&write(items, style)).snapshot
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn reformatting_changes_nothing(items in items(), one in style(), other in style()) {
        let snapshot_of_one = snapshot(&items, &one);
        prop_assert_eq!(snapshot_of_one.entries.len(), items.len());
        prop_assert_eq!(snapshot_of_one, snapshot(&items, &other));
    }

    #[test]
    fn no_text_panics(text in "[-*+ \\n#\\[\\]()<>|`:_a-z0-9é⭐!/\"=.]{0,300}") {
        read(&text);
    }
}
