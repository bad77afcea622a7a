//! Properties of comparing: nothing differs from itself, writing it otherwise changes nothing, and every edit script
//! is recovered as it was.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::short;
use crate::Change;
use crate::compare::{Difference, Known, compare};
use crate::draft::{draft, key};
use crate::key::EntryKey;
use crate::model::{Entry, Link, Place, SectionPath, Snapshot};

/// What is done to one entry, or to one section.
#[derive(Clone, Debug)]
enum Edit {
    Remove,
    Move,
    Readdress,
    Rename,
    Reword,
    Keep,
}

#[derive(Clone, Debug)]
struct Script {
    /// Entries by section.
    sections: Vec<usize>,
    edits: Vec<Edit>,
    added: Vec<usize>,
    renamed: BTreeSet<usize>,
    /// How the result is written otherwise than before.
    disguise: u64,
}

fn scripts() -> impl Strategy<Value = Script> {
    let edit = prop_oneof![
        12 => Just(Edit::Keep),
        1 => Just(Edit::Remove),
        1 => Just(Edit::Move),
        1 => Just(Edit::Readdress),
        1 => Just(Edit::Rename),
        1 => Just(Edit::Reword),
    ];
    (
        prop::collection::vec(3_usize..9, 2..6),
        prop::collection::vec(edit, 60),
        prop::collection::vec(0_usize..5, 0..4),
        prop::collection::btree_set(0_usize..5, 0..3),
        any::<u64>(),
    )
        .prop_map(|(sections, edits, added, renamed, disguise)| {
            let renamed = renamed.into_iter().filter(|section| *section < sections.len()).collect();
            Script { sections, edits, added, renamed, disguise }
        })
}

const WORDS: [&str; 12] = [
    "falcon", "harbour", "meadow", "quartz", "lantern", "thistle", "copper", "raven", "willow", "glacier",
    "ember", "saddle",
];

fn word(n: usize) -> String {
    format!("{}{}", WORDS[n % WORDS.len()], n / WORDS.len())
}

fn title(section: usize, renamed: bool) -> SectionPath {
    const NEW: [&str; 5] = ["Zebra", "Yonder", "Xylem", "Vortex", "Umbra"];
    SectionPath::new([if renamed { NEW[section % NEW.len()] } else { WORDS[section] }])
}

fn entry(n: usize, address: &str, name: &str, text: &str, section: SectionPath) -> Entry {
    let url = format!("https://{address}{n}.example.org/{}", word(n));
    Entry {
        key: key(&url),
        name: format!("{name} {}", word(n)),
        url,
        description: format!("{text} {} for {}", word(n + 5), word(n + 9)),
        marks: Vec::new(),
        links: Vec::new(),
        figures: Vec::new(),
        places: vec![Place { section, line: n as u32 }],
    }
}

/// The catalog before, after, and what should be told.
fn play(script: &Script) -> (Snapshot, Snapshot, Vec<String>) {
    let (mut before, mut after) = (Snapshot::default(), Snapshot::default());
    let mut expected = Vec::new();
    let count = script.sections.len();
    let now = |section: usize| title(section, script.renamed.contains(&section));
    let mut n = 0;
    for (section, entries) in script.sections.iter().enumerate() {
        before.sections.push(title(section, false));
        after.sections.push(now(section));
        // at most one in three leaves, so that most of the section is still there
        let mut leaving = entries / 3;
        let mut stayed = 0;
        for _ in 0..*entries {
            n += 1;
            let old = entry(n, "a", "the", "keeps", title(section, false));
            let mut new = entry(n, "a", "the", "keeps", now(section));
            let mut edit = script.edits[n % script.edits.len()].clone();
            if matches!(edit, Edit::Remove | Edit::Move | Edit::Readdress) {
                if leaving == 0 {
                    edit = Edit::Keep;
                } else {
                    leaving -= 1;
                }
            }
            match edit {
                Edit::Remove => expected.push(format!("removed {}", old.name)),
                Edit::Move => {
                    let to = (section + 1) % count;
                    new.places[0].section = now(to);
                    expected.push(format!("moved {}: {} -> {}", old.name, title(section, false), now(to)));
                }
                Edit::Readdress => {
                    new = entry(n, "b", "the", "keeps", now(section));
                    expected.push(renamed(&old.name, &old.key, &new.name, &new.key));
                }
                Edit::Rename => {
                    new.name = format!("another {}", word(n));
                    expected.push(renamed(&old.name, &old.key, &new.name, &new.key));
                }
                Edit::Reword => {
                    new.description = format!("loses {} at {}", word(n + 2), word(n + 3));
                    expected.push(format!("edited {}", new.name));
                }
                Edit::Keep => {}
            }
            stayed += u32::from(matches!(edit, Edit::Keep | Edit::Rename | Edit::Reword));
            before.entries.push(old);
            if !matches!(edit, Edit::Remove) {
                after.entries.push(new);
            }
        }
        if script.renamed.contains(&section) {
            expected.push(format!("section {} -> {} ({stayed})", title(section, false), now(section)));
        }
    }
    for (at, section) in script.added.iter().enumerate() {
        let new = entry(500 + at, "c", "new", "brings", now(section % count));
        expected.push(format!("added {}", new.name));
        after.entries.push(new);
    }
    let mut expected: Vec<String> = expected.iter().map(|line| line.to_lowercase()).collect();
    expected.sort();
    (before, after, expected)
}

/// The same catalog, shuffled and written in another way.
fn disguised(snapshot: &Snapshot, mut seed: u64) -> Snapshot {
    let mut roll = move || {
        // a step of SplitMix64: plenty of variety for a test
        seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (seed ^ (seed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed ^ (mixed >> 31)
    };
    let mut other = snapshot.clone();
    for entry in &mut other.entries {
        if roll() % 2 == 0 {
            entry.url = entry.url.replace("https://", "http://www.") + "/?utm_source=list";
            entry.key = key(&entry.url);
        }
        if roll() % 2 == 0 {
            entry.name = format!("✨ {}!", entry.name.to_uppercase());
        }
        if roll() % 2 == 0 {
            entry.description = format!("{}.", entry.description.replace(' ', " – "));
        }
        if roll() % 3 == 0 {
            entry.marks.push("Go".to_owned());
            entry.links.push(Link { name: "home".to_owned(), url: "https://home.example.org".to_owned() });
        }
        for place in &mut entry.places {
            place.line += 7;
        }
    }
    for last in (1..other.entries.len()).rev() {
        other.entries.swap(last, (roll() % (last as u64 + 1)) as usize);
    }
    other.sections.reverse();
    other
}

fn renamed(old: &str, old_key: &EntryKey, new: &str, new_key: &EntryKey) -> String {
    format!("renamed {old} ({old_key}) -> {new} ({new_key})")
}

fn told(before: &Snapshot, after: &Snapshot) -> Vec<String> {
    let changes = compare(before, after, &Known::default()).changes;
    let shorts = changes.iter().map(|change| match change {
        Change::Renamed { entry, old } => renamed(&old.name, &old.key, &entry.name, &entry.key),
        other => short(other),
    });
    // who replaced whom is another story, and the disguise is no part of a name
    let plain = |line: String| {
        let line = line.split(" in place of").next().unwrap_or_default().to_owned();
        line.replace("✨ ", "").replace('!', "").to_lowercase()
    };
    let mut shorts: Vec<String> = shorts.map(plain).collect();
    shorts.sort();
    shorts
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_script_is_recovered(script in scripts()) {
        let (before, after, expected) = play(&script);
        prop_assert_eq!(told(&before, &after), expected.clone());
        prop_assert_eq!(told(&before, &disguised(&after, script.disguise)), expected.clone());
        prop_assert_eq!(told(&disguised(&before, script.disguise), &after), expected);
    }

    #[test]
    fn nothing_differs_from_itself(script in scripts()) {
        let (before, after, _) = play(&script);
        for snapshot in [before, after] {
            let same = Difference::between(&snapshot, &snapshot, &Known::default());
            prop_assert!(same.items.is_empty() && same.touched.is_empty());
            prop_assert!(told(&snapshot, &disguised(&snapshot, script.disguise)).is_empty());
            prop_assert!(compare(&snapshot, &disguised(&snapshot, script.disguise), &Known::default()).hold.is_none());
        }
    }

    /// Whatever stands in two documents, each side is used once and nobody is told twice or lost.
    #[test]
    fn each_side_is_used_once(before in lists(), after in lists()) {
        let (before, after) = (draft(&before), draft(&after));
        let found = Difference::between(&before, &after, &Known::default());
        let mut partners = BTreeSet::new();
        for (b, a) in found.matching.pairs() {
            prop_assert_eq!(found.matching.after(b), Some(a));
            prop_assert!(partners.insert(b));
        }
        let changes = compare(&before, &after, &Known::default()).changes;
        let added = changes.iter().filter(|change| matches!(change, Change::Added { .. })).count();
        let removed = changes.iter().filter(|change| matches!(change, Change::Removed { .. })).count();
        let gained = found.matching.gained_link.len();
        let lost = found.matching.lost_link.len();
        prop_assert_eq!(added + gained + partners.len(), after.entries.len());
        prop_assert_eq!(removed + lost + partners.len(), before.entries.len());
    }
}

/// Small lists over few names and addresses, so that everything meets everything.
fn lists() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        6 => (0..4_u8, 0..5_u8, 0..3_u8, 0..4_u8).prop_map(|(name, address, text, link)| {
            let link = if link == 0 { String::new() } else { format!(" | link=s{link}.example.org") };
            format!("n{name} | github.com/o{}/r{} | text {text}{link}", address % 2, address)
        }),
        1 => (0..4_u8).prop_map(|name| format!("- n{name}")),
        1 => (1..4_u8).prop_map(|site| format!("n{site} | s{site}.example.org | text 1")),
        2 => (0..3_u8, 0..4_u8).prop_map(|(top, below)| match below {
            3 => format!("## S{top}"),
            below => format!("## S{top} / n{below}"),
        }),
    ];
    prop::collection::vec(line, 0..14).prop_map(|lines| lines.join("\n"))
}
