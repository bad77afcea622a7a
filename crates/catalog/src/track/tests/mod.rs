//! Looks at a catalog over time, and what they bring.

mod properties;

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, TimeDelta, Utc};

use super::{Outcome, Rules, Tombstone, Tracker};
use crate::compare::Known;
use crate::compare::tests::short;
use crate::draft::draft;
use crate::key::EntryKey;
use crate::model::Entry;

/// A catalog with its rows and tombstones kept beside it, as a store would.
struct Followed {
    tracker: Tracker,
    rows: BTreeMap<EntryKey, Entry>,
    stones: HashMap<EntryKey, Tombstone>,
    rules: Rules,
    last: Outcome,
}

impl Followed {
    fn first(text: &str) -> Self {
        let tracker = Tracker::baseline(draft(text));
        let rows =
            tracker.accepted().entries.iter().map(|entry| (entry.key.clone(), entry.clone())).collect();
        Self { tracker, rows, stones: HashMap::new(), rules: Rules::default(), last: Outcome::default() }
    }

    fn look(&mut self, minutes: i64, text: &str) -> Vec<String> {
        let stones = self.stones.clone();
        let past = |key: &EntryKey| stones.get(key).cloned();
        let outcome = self.tracker.look(draft(text), at(minutes), &self.rules, &Known::default(), &past);
        self.write(outcome)
    }

    fn still(&mut self, minutes: i64) -> Vec<String> {
        let stones = self.stones.clone();
        let past = |key: &EntryKey| stones.get(key).cloned();
        let outcome = self.tracker.still(at(minutes), &self.rules, &Known::default(), &past);
        self.write(outcome)
    }

    fn write(&mut self, outcome: Outcome) -> Vec<String> {
        for key in &outcome.delete {
            assert!(self.rows.remove(key).is_some(), "{key} is deleted without being there");
        }
        for entry in self.tracker.rows(&outcome.put) {
            assert_ne!(self.rows.get(&entry.key), Some(entry), "{} is written without need", entry.key);
            self.rows.insert(entry.key.clone(), entry.clone());
        }
        for key in &outcome.unbury {
            assert!(self.stones.remove(key).is_some());
        }
        self.stones.extend(outcome.bury.iter().cloned());
        let accepted: BTreeMap<_, _> =
            self.tracker.accepted().entries.iter().map(|entry| (entry.key.clone(), entry.clone())).collect();
        assert_eq!(self.rows, accepted, "the rows are the accepted state");
        let told = outcome.changes.iter().map(short).collect();
        self.last = outcome;
        told
    }
}

fn at(minutes: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_700_000_000, 0).expect("in range") + TimeDelta::minutes(minutes)
}

const NONE: [&str; 0] = [];
const ONE: &str = "## A\na | a.example.org | first\nb | b.example.org | second\nc | c.example.org | third";
const DAY: i64 = 24 * 60;

#[test]
fn an_addition_settles_for_half_an_hour() {
    let mut catalog = Followed::first(ONE);
    let two = &format!("{ONE}\nd | d.example.org | fourth");
    assert_eq!(catalog.look(0, two), NONE);
    assert_eq!(catalog.last.matures, Some(at(30)));
    assert!(catalog.last.settling_changed);
    assert_eq!(catalog.still(29), NONE);
    assert_eq!(catalog.still(30), ["added d"]);
    assert_eq!(catalog.last.matures, None);
    assert!(catalog.tracker.is_settled());
    assert_eq!(catalog.still(60), NONE);
}

#[test]
fn news_knows_since_when_it_stood() {
    let mut catalog = Followed::first(ONE);
    let two = &format!("{ONE}\nd | d.example.org | fourth");
    catalog.look(5, two);
    assert_eq!(catalog.tracker.settling().due(&catalog.rules), Some(at(35)));
    assert_eq!(catalog.look(50, two), ["added d"]);
    assert_eq!(catalog.last.since, [at(5)]);
    assert_eq!(catalog.tracker.settling().due(&catalog.rules), None);
}

#[test]
fn what_is_undone_was_never_told() {
    let mut catalog = Followed::first(ONE);
    let two = &format!("{ONE}\nd | d.example.org | fourth");
    for round in 0..20 {
        assert_eq!(catalog.look(round * 40, two), NONE);
        assert_eq!(catalog.look(round * 40 + 20, ONE), NONE);
    }
    assert!(catalog.tracker.is_settled());
}

#[test]
fn removals_wait_a_day_and_come_back() {
    let mut catalog = Followed::first(ONE);
    let two = "## A\na | a.example.org | first\nb | b.example.org | second";
    assert_eq!(catalog.look(0, two), NONE);
    assert_eq!(catalog.still(DAY - 1), NONE);
    assert_eq!(catalog.still(DAY), ["removed c"]);
    assert_eq!(catalog.look(10 * DAY, ONE), NONE);
    assert_eq!(catalog.still(10 * DAY + 30), ["restored c"]);
    assert!(catalog.stones.is_empty());
    assert_eq!(catalog.look(11 * DAY, two), NONE);
    assert_eq!(catalog.still(12 * DAY), ["removed c"]);
    assert_eq!(catalog.look(43 * DAY, ONE), NONE);
    assert_eq!(catalog.still(44 * DAY), ["added c again"]);
}

#[test]
fn a_rename_in_two_steps_is_one() {
    let mut catalog = Followed::first(ONE);
    let b = |address: &str| ONE.replace("b.example.org", address);
    assert_eq!(catalog.look(0, &b("b2.example.org")), NONE);
    assert_eq!(catalog.look(20, &b("b3.example.org")), NONE);
    assert_eq!(catalog.still(30), NONE);
    assert_eq!(catalog.still(50), ["renamed b: b.example.org -> b3.example.org"]);
}

#[test]
fn a_move_in_two_commits_is_a_move() {
    let mut catalog = Followed::first(&format!("{ONE}\n## B\nz | z.example.org"));
    assert_eq!(
        catalog
            .look(0, "## A\na | a.example.org | first\nb | b.example.org | second\n## B\nz | z.example.org"),
        NONE
    );
    let moved = "## A\na | a.example.org | first\nb | b.example.org | second\n## B\nz | z.example.org\nc | c.example.org | third";
    assert_eq!(catalog.look(10, moved), NONE);
    assert_eq!(catalog.still(DAY), NONE);
    assert_eq!(catalog.still(DAY + 10), ["moved c: A -> B"]);
}

#[test]
fn silent_differences_are_written_at_once() {
    let mut catalog = Followed::first(ONE);
    assert_eq!(catalog.look(0, &ONE.replace("second", "Second!")), NONE);
    assert_eq!(catalog.last.put.len(), 1);
    assert!(catalog.tracker.is_settled());
    // together with something that waits
    let later = ONE.replace("c | c.example.org | third", "");
    assert_eq!(catalog.look(10, &later), NONE);
    assert_eq!(catalog.last.put.len(), 1);
    assert_eq!(catalog.tracker.accepted().entries.len(), 3);
}

#[test]
fn a_renamed_section_settles_with_its_entries() {
    let mut catalog = Followed::first(ONE);
    let renamed = &ONE.replace("## A", "## Animals");
    assert_eq!(catalog.look(0, renamed), NONE);
    assert!(catalog.last.put.is_empty());
    let more = &format!("{renamed}\nd | d.example.org | fourth");
    assert_eq!(catalog.look(10, more), NONE);
    assert_eq!(catalog.still(30), ["section A -> Animals (3)"]);
    assert_eq!(catalog.still(40), ["added d"]);
    assert!(catalog.tracker.is_settled());
    // the other way round: the entry is told first, into the section under its accepted name
    let mut catalog = Followed::first(ONE);
    let more = &format!("{ONE}\nd | d.example.org | fourth");
    assert_eq!(catalog.look(0, more), NONE);
    assert_eq!(catalog.look(20, &more.replace("## A", "## Animals")), NONE);
    assert_eq!(catalog.still(30), ["added d"]);
    assert_eq!(catalog.still(50), ["section A -> Animals (4)"]);
}

#[test]
fn a_clock_set_back_does_not_block() {
    let mut catalog = Followed::first(ONE);
    let two = &format!("{ONE}\nd | d.example.org | fourth");
    assert_eq!(catalog.look(400 * DAY, two), NONE);
    assert_eq!(catalog.look(0, two), NONE);
    assert_eq!(catalog.look(30, two), ["added d"]);
}

fn long(from: u32, to: u32) -> String {
    let entries: Vec<String> = (from..to)
        .map(|n| {
            format!(
                "e{n} | e{n}.example.org | number {n}
"
            )
        })
        .collect();
    format!(
        "## A
{}",
        entries.concat()
    )
}

#[test]
fn a_page_cut_short_for_an_hour_is_nobodys_news() {
    let mut catalog = Followed::first(&long(0, 200));
    assert_eq!(catalog.look(0, &long(0, 5)), NONE);
    let held = catalog.last.held.clone().expect("it is held");
    assert_eq!(held.reason, crate::HoldReason::Shrunk);
    assert_eq!(held.detail, "only 5 of 200 entries are left");
    assert_eq!(catalog.look(60, &long(0, 200)), NONE);
    assert_eq!(catalog.last.held, None);
    assert!(catalog.tracker.is_settled());
    assert_eq!(catalog.still(3 * DAY), NONE);
}

#[test]
fn a_mass_change_that_stands_is_one_line() {
    let mut catalog = Followed::first(&long(0, 200));
    assert_eq!(catalog.look(0, &long(0, 300)), NONE);
    assert_eq!(catalog.last.held.as_ref().map(|hold| hold.added), Some(100));
    assert_eq!(catalog.look(60, &long(0, 301)), NONE);
    assert_eq!(catalog.last.matures, Some(at(DAY)));
    assert_eq!(catalog.still(DAY), ["reshaped: Reshaped"]);
    assert_eq!(catalog.tracker.accepted().entries.len(), 301);
    assert_eq!(catalog.still(3 * DAY), NONE);
}

#[test]
fn a_held_change_needs_two_looks() {
    let mut catalog = Followed::first(&long(0, 200));
    catalog.rules.hold_secs = 0;
    assert_eq!(catalog.look(0, &long(100, 200)), NONE);
    assert_eq!(catalog.still(0), ["reshaped: Shrunk"]);
    assert_eq!(catalog.stones.len(), 100);
    // what comes back later is restored, not new
    assert_eq!(catalog.look(DAY, &long(99, 200)), NONE);
    assert_eq!(catalog.still(2 * DAY), ["restored e99"]);
}

#[test]
fn what_was_pending_before_a_vandal_is_still_pending_after() {
    let mut catalog = Followed::first(&long(0, 200));
    for n in 1..=20 {
        assert_eq!(catalog.look(n, &long(0, 200 + n as u32)), NONE);
    }
    assert_eq!(catalog.look(21, "## A\nx | x.example.org"), NONE);
    assert!(catalog.last.held.is_some());
    // seven more with the repair: less than a mass change, though 27 are pending in all
    assert_eq!(catalog.look(25, &long(0, 227)), NONE);
    assert_eq!(catalog.last.held, None);
    assert_eq!(catalog.still(31), ["added e200"]);
    assert_eq!(catalog.still(55).len(), 26);
}

fn ranked(rows: &str) -> String {
    let mut lines = vec!["## Databases".to_owned()];
    let mut order = Vec::new();
    for row in rows.split_whitespace() {
        let (name, shown) = row.split_once(':').unwrap_or((row, ""));
        let stars = if shown.is_empty() { String::new() } else { format!("stars={shown}") };
        lines.push(format!("{name} | {name}.example.org | | {stars}"));
        order.push(format!("{name}.example.org"));
    }
    lines.push(format!("@stars {}", order.join(" ")));
    lines.join("\n")
}

#[test]
fn ranks_are_told_when_they_stand_on_a_second_day() {
    let mut catalog = Followed::first(&ranked("a:9k b:8.9k c:8k"));
    assert_eq!(catalog.look(0, &ranked("b:9.2k a:9.1k c:8k")), NONE);
    assert!(catalog.tracker.is_settled(), "values are accepted at once");
    assert_eq!(catalog.look(DAY, &ranked("b:9.3k a:9.1k c:8k")), ["ranks by Stars: b 2->1 over [a]"]);
    assert_eq!(catalog.last.matures, None);
    assert_eq!(catalog.look(2 * DAY, &ranked("b:9.3k a:9.1k c:8k")), NONE);
    // back before the second look
    assert_eq!(catalog.look(3 * DAY, &ranked("a:9.5k b:9.3k c:8k")), NONE);
    assert_eq!(catalog.look(4 * DAY, &ranked("b:9.6k a:9.5k c:8k")), NONE);
    assert_eq!(catalog.look(9 * DAY, &ranked("b:9.6k a:9.5k c:8k")), NONE);
}

#[test]
fn an_overtaking_through_a_tie_is_seen() {
    let mut catalog = Followed::first(&ranked("b:9k a:8.9k"));
    assert_eq!(catalog.look(DAY, &ranked("a:9k b:9k")), NONE);
    assert_eq!(catalog.look(2 * DAY, &ranked("a:9k b:9k")), NONE);
    assert_eq!(catalog.look(3 * DAY, &ranked("a:9.1k b:9k")), NONE);
    assert_eq!(catalog.still(4 * DAY), ["ranks by Stars: a 2->1 over [b]"]);
}

#[test]
fn one_telling_a_day_for_each_ranking() {
    let mut catalog = Followed::first(&ranked("a:9k b:8k c:7k d:6k"));
    assert_eq!(catalog.look(0, &ranked("b:9.5k a:9k c:7k d:6k")), NONE);
    assert_eq!(catalog.look(300, &ranked("b:9.5k a:9k d:7.5k c:7k")), NONE);
    assert_eq!(catalog.still(1200), ["ranks by Stars: b 2->1 over [a]"]);
    assert_eq!(catalog.still(1500), NONE);
    assert_eq!(catalog.last.matures, Some(at(1200 + DAY)));
    assert_eq!(catalog.still(1200 + DAY), ["ranks by Stars: d 4->3 over [c]"]);
}

#[test]
fn a_value_that_is_missing_for_a_while_moves_nobody() {
    let mut catalog = Followed::first(&ranked("a:9k b:8k c:7k"));
    for day in 1..9 {
        let rows = if day % 2 == 0 { "a:9k b:8k c:7k" } else { "b:8k c:7k a" };
        assert_eq!(catalog.look(day * DAY, &ranked(rows)), NONE);
    }
    // never known before: it comes from nowhere
    assert_eq!(catalog.look(10 * DAY, &ranked("a:9k b:8k c:7k x")), NONE);
    assert_eq!(catalog.look(12 * DAY, &ranked("x:20k a:9k b:8k c:7k")), ["added x"]);
    assert_eq!(catalog.still(14 * DAY), NONE);
    assert_eq!(catalog.look(15 * DAY, &ranked("a:21k x:20k b:8k c:7k")), NONE);
    assert_eq!(catalog.still(16 * DAY), ["ranks by Stars: a 2->1 over [x]", "a passed 10000 Stars"]);
}

#[test]
fn round_numbers_are_told_once() {
    let mut catalog = Followed::first(&ranked("a:9.9k"));
    assert_eq!(catalog.look(0, &ranked("a:10k")), NONE);
    assert_eq!(catalog.still(1199), NONE);
    assert_eq!(catalog.still(1200), ["a passed 10000 Stars"]);
    for day in 2..6 {
        let rows = if day % 2 == 0 { "a:9.9k" } else { "a:10.1k" };
        assert_eq!(catalog.look(day * DAY, &ranked(rows)), NONE);
    }
    assert_eq!(catalog.look(20 * DAY, &ranked("a:10.1k")), NONE);
    assert_eq!(catalog.look(21 * DAY, &ranked("a:90k")), NONE);
    // a slip that did not stand
    assert_eq!(catalog.look(22 * DAY - 300, &ranked("a:11k")), NONE);
    assert_eq!(catalog.still(25 * DAY), NONE);
}

#[test]
fn local_files_tell_at_once() {
    let mut catalog = Followed::first(&ranked("a:9k b:8.9k"));
    catalog.rules = Rules { hold_secs: 60, ..Rules::default() }.at_once();
    assert_eq!(
        catalog.look(0, &ranked("b:10.2k a:9k")),
        ["ranks by Stars: b 2->1 over [a]", "b passed 10000 Stars"]
    );
    assert_eq!(catalog.look(0, &ranked("c:11k b:10.2k")), ["added c", "removed a"]);
    assert!(catalog.tracker.settling().is_idle());
}

#[test]
fn a_new_parser_is_neither_a_flood_nor_a_blind_spot() {
    let latest = format!("{ONE}\nd | d.example.org | fourth\ne | e.example.org | fifth");
    let mut catalog = Followed::first(ONE);
    assert_eq!(catalog.look(0, &format!("{ONE}\nd | d.example.org | fourth")), NONE);
    assert_eq!(catalog.look(30, &latest), ["added d"]);
    // the new parser gives other keys and texts, and sees an entry that was there all the time
    let other = |text: &str| {
        draft(
            &text
                .replace(".example.org |", ".example.org/home | A")
                .replace("## A", "## A\nhidden | h.example.org"),
        )
    };
    let outcome =
        catalog.tracker.reread(other(ONE), other(&latest), at(40), &Rules::default(), &Known::default());
    assert_eq!(catalog.write(outcome), NONE);
    assert_eq!(catalog.tracker.accepted().entries.len(), 5);
    assert_eq!(
        catalog.last.matures,
        Some(at(70)),
        "only what was pending is, from now on since its key is another"
    );
    assert_eq!(catalog.still(70), ["added e"]);
    assert!(catalog.tracker.is_settled());
    // with equal keys it is pending since it was
    let mut catalog = Followed::first(ONE);
    assert_eq!(catalog.look(0, &latest), NONE);
    let outcome =
        catalog.tracker.reread(draft(ONE), draft(&latest), at(20), &Rules::default(), &Known::default());
    assert_eq!(catalog.write(outcome), NONE);
    assert_eq!(catalog.still(30), ["added d", "added e"]);
}

#[test]
fn a_new_parser_leaves_a_held_change_held() {
    let mut catalog = Followed::first(&long(0, 200));
    assert_eq!(catalog.look(0, &long(0, 5)), NONE);
    let outcome = catalog.tracker.reread(
        draft(&long(0, 200)),
        draft(&long(0, 5)),
        at(9),
        &Rules::default(),
        &Known::default(),
    );
    assert_eq!(catalog.write(outcome), NONE);
    assert!(catalog.last.held.is_some());
    assert!(catalog.last.put.is_empty());
    assert_eq!(catalog.look(60, &long(0, 200)), NONE);
    assert!(catalog.tracker.is_settled());
}

#[test]
fn what_settles_can_be_stored() {
    let mut catalog = Followed::first(&ranked("a:9.9k b:8.9k"));
    assert_eq!(catalog.look(0, &ranked("b:12k a:10k c")), NONE);
    let json = serde_json::to_string(catalog.tracker.settling()).expect("it is plain data");
    let settling = serde_json::from_str(&json).expect("and comes back");
    assert_eq!(catalog.tracker.settling(), &settling);
    let latest = (!catalog.tracker.is_settled()).then(|| catalog.tracker.latest().clone());
    catalog.tracker = Tracker::restore(catalog.tracker.accepted().clone(), latest, settling);
    assert_eq!(catalog.still(30), ["added c"]);
    assert_eq!(
        catalog.still(1200),
        ["ranks by Stars: b 2->1 over [a]", "b passed 10000 Stars", "a passed 10000 Stars"]
    );
}

#[test]
fn an_absence_may_bring_more_than_a_look() {
    // a busy list: ten new entries a week, for twenty weeks
    let mut catalog = Followed::first(&long(0, 200));
    for week in 1..=20 {
        assert_eq!(catalog.look(week * 7 * DAY, &long(0, 200 + 10 * week as u32)), NONE);
        assert_eq!(catalog.still(week * 7 * DAY + 30).len(), 10);
    }
    // eight weeks later there are a hundred more: as usual
    let later = 28 * 7 * DAY;
    let mut absent = Followed { tracker: catalog.tracker.clone(), ..Followed::first(&long(0, 400)) };
    assert_eq!(absent.look(later, &long(0, 500)), NONE);
    assert_eq!(absent.last.held, None);
    assert_eq!(absent.still(later + 30).len(), 100);
    // at one look they are a mass change
    assert_eq!(catalog.look(20 * 7 * DAY + 60, &long(0, 500)), NONE);
    assert!(catalog.last.held.is_some());
}

#[test]
fn a_day_of_small_removals_is_no_mass_change() {
    let mut catalog = Followed::first(&long(0, 200));
    for step in 1..=10 {
        assert_eq!(catalog.look(step * 60, &long(5 * step as u32, 200)), NONE);
        assert_eq!(catalog.last.held, None);
    }
    assert_eq!(catalog.still(DAY + 600).len(), 50);
}

#[test]
fn an_unreadable_document_keeps_the_good_state() {
    let mut catalog = Followed::first(ONE);
    assert_eq!(catalog.look(0, &format!("{ONE}\nd | d.example.org | fourth")), NONE);
    let settling = catalog.tracker.settling().clone();
    let outcome = catalog.tracker.unreadable(at(90), crate::HoldReason::Unreadable);
    assert_eq!(catalog.write(outcome), NONE);
    assert_eq!(catalog.last.held.as_ref().map(|hold| hold.reason), Some(crate::HoldReason::Unreadable));
    assert_eq!(catalog.tracker.settling(), &settling, "what was not seen did not settle");
}

#[test]
fn a_mass_change_during_a_hold_is_followed_by_what_came_after() {
    let mut catalog = Followed::first(&long(0, 200));
    assert_eq!(catalog.look(0, &long(100, 200)), NONE);
    // a day later the first state has stood; what is new now settles on its own
    let next = format!("{}x | x.example.org | new", long(100, 200));
    assert_eq!(catalog.look(DAY, &next), ["reshaped: Shrunk"]);
    assert_eq!(catalog.last.matures, Some(at(DAY + 30)));
    assert_eq!(catalog.still(DAY + 30), ["added x"]);
    // another mass change starts anew
    assert_eq!(catalog.look(2 * DAY, &long(300, 500)), NONE);
    assert_eq!(catalog.look(3 * DAY - 1, &long(600, 800)), NONE);
    assert_eq!(catalog.look(3 * DAY + 5, &long(600, 800)), NONE);
    assert_eq!(catalog.still(4 * DAY), ["reshaped: Replaced"]);
}
