mod highlights;
mod projects;

use chrono::TimeDelta;
use proptest::prelude::*;
use whimbrel_catalog::{Change, Metric, Mover, SectionPath};

use super::*;
use crate::event::tests::{entry, named};
use crate::event::{Dated, Epoch, EventId};

fn start() -> DateTime<Utc> {
    "2026-11-16T00:00:00Z".parse().unwrap()
}

fn week() -> Span {
    Period::Weekly.around(start())
}

/// The changes as events of one catalog, an hour apart.
fn events(changes: impl IntoIterator<Item = Change>) -> Vec<Event> {
    changes.into_iter().zip(1..).map(|(change, seq)| event(News::from_change(&change), seq)).collect()
}

fn event(news: News, seq: u32) -> Event {
    let at = start() + TimeDelta::hours(i64::from(seq));
    let id = EventId { epoch: Epoch(1), history: false, seq: seq.into() };
    Dated::new(at, news).numbered(id, at, CatalogId::new("systems").ok())
}

fn added(name: &str, section: &str) -> Change {
    Change::Added { entry: at(name, section), in_place_of: None, returned: false }
}

fn removed(name: &str, section: &str) -> Change {
    Change::Removed { entry: at(name, section) }
}

fn moved(name: &str, from: &str, to: &str) -> Change {
    Change::Moved { entry: at(name, to), from: SectionPath::new([from]), to: SectionPath::new([to]) }
}

fn renamed(from: &str, to: &str) -> Change {
    Change::Renamed { entry: at(to, "A"), old: named(from, &format!("https://example.org/{from}")) }
}

fn edited(name: &str, from: &str, to: &str) -> Change {
    let mut entry = at(name, "A");
    entry.description = to.to_owned();
    Change::Edited { entry, old_description: from.to_owned() }
}

fn at(name: &str, section: &str) -> whimbrel_catalog::Entry {
    entry(name, &format!("https://example.org/{name}"), &[section])
}

/// What is left, as headlines; edits and returns are shown too.
fn folded(changes: impl IntoIterator<Item = Change>) -> Vec<String> {
    let events = events(changes);
    let digest = Digest::fold_kinds(week(), &events, |_| true);
    assert_eq!(
        digest.counts.values().sum::<usize>(),
        digest.catalogs.iter().flat_map(|c| &c.parts).map(Part::count).sum::<usize>()
    );
    let parts = digest.catalogs.into_iter().flat_map(|catalog| catalog.parts);
    parts
        .flat_map(|part| match part {
            Part::Events { events, .. } => {
                events.iter().map(|event| crate::tell(event, "it").title).collect::<Vec<_>>()
            }
            Part::Releases { projects, .. } => {
                projects.iter().map(|releases| crate::tell(&releases.first, "it").title).collect()
            }
            Part::Sweep { kind, count, .. } => vec![format!("{count} at once: {kind}")],
        })
        .collect()
}

#[test]
fn steps_of_an_entry_become_one() {
    let cases: Vec<(Vec<Change>, Vec<&str>)> = vec![
        (vec![added("x", "A")], vec!["Added: x — A"]),
        (vec![added("x", "A"), removed("x", "A")], vec![]),
        (
            vec![added("x", "A"), edited("x", "", "more"), removed("x", "A"), added("x", "B")],
            vec!["Added: x — B"],
        ),
        (vec![added("x", "A"), moved("x", "A", "B")], vec!["Added: x — B"]),
        (vec![added("x", "A"), renamed("x", "y")], vec!["Added: y — A"]),
        (vec![added("x", "A"), renamed("x", "y"), removed("y", "A")], vec![]),
        (vec![removed("x", "A")], vec!["Removed: x — A"]),
        (vec![removed("x", "A"), Change::Restored { entry: at("x", "A") }], vec![]),
        (vec![removed("x", "A"), Change::Restored { entry: at("x", "B") }], vec!["Moved: x — A → B"]),
        (vec![Change::Restored { entry: at("x", "A") }], vec!["Restored: x — A"]),
        (vec![Change::Restored { entry: at("x", "A") }, removed("x", "A")], vec![]),
        (vec![moved("x", "A", "B"), moved("x", "B", "C")], vec!["Moved: x — A → C"]),
        (vec![moved("x", "A", "B"), moved("x", "B", "A")], vec![]),
        (vec![moved("x", "A", "B"), removed("x", "B")], vec!["Removed: x — B"]),
        (vec![renamed("x", "y"), renamed("y", "z")], vec!["Renamed: x → z — A"]),
        (vec![renamed("x", "y"), renamed("y", "x")], vec![]),
        (vec![renamed("x", "y"), added("x", "A")], vec!["Added: x — A", "Renamed: x → y — A"]),
        (vec![edited("x", "a", "b"), edited("x", "b", "c")], vec!["Edited: x — A"]),
        (vec![edited("x", "a", "b"), edited("x", "b", "a")], vec![]),
        (vec![added("x", "A"), added("y", "A"), removed("x", "A")], vec!["Added: y — A"]),
    ];
    for (changes, left) in cases {
        assert_eq!(folded(changes.clone()), left, "{changes:?}");
    }
}

#[test]
fn an_edit_reaches_from_the_first_text_to_the_last() {
    let events = events([edited("x", "a", "b"), edited("x", "b", "c")]);
    let digest = Digest::fold_kinds(week(), &events, |_| true);
    let Part::Events { events, .. } = &digest.catalogs[0].parts[0] else { panic!("two edits are no sweep") };
    let News::Edited { description, old_description, .. } = &events[0].news else { panic!("it is an edit") };
    assert_eq!((old_description.as_str(), description.as_str()), ("a", "c"));
}

#[test]
fn sections_and_reach_fold_too() {
    let section = |from: &str, to: &str| Change::SectionRenamed {
        from: SectionPath::new([from]),
        to: SectionPath::new([to]),
        entries: 3,
    };
    assert_eq!(folded([section("A", "B"), section("B", "C")]), ["Section renamed: A → C"]);
    assert!(folded([section("A", "B"), section("B", "A")]).is_empty());

    let stale = |seq| event(News::Stale { since: start(), error: String::new() }, seq);
    let recovered = |seq| event(News::Recovered { since: start(), error: String::new() }, seq);
    let counts = |events: &[Event]| Digest::fold(week(), events).counts.into_keys().collect::<Vec<_>>();
    assert!(counts(&[stale(1), recovered(2)]).is_empty());
    assert_eq!(counts(&[recovered(1), stale(2)]), [Kind::Stale]);
    assert_eq!(counts(&[stale(1), recovered(2), stale(3)]), [Kind::Stale]);
    assert_eq!(counts(&[recovered(1)]), [Kind::Recovered]);
}

#[test]
fn ranks_reach_from_the_first_day_to_the_last() {
    let mover = |name: &str, from, to, overtook: &[&str]| Mover {
        name: name.to_owned(),
        url: format!("https://example.org/{name}"),
        from,
        to,
        overtook: overtook.iter().map(ToString::to_string).collect(),
    };
    let ranks = |movers| Change::RanksMoved { metric: Metric::Stars, scope: SectionPath::default(), movers };
    let (one, two) = (
        ranks(vec![mover("x", 5, 4, &["y"]), mover("z", 9, 8, &["w"])]),
        ranks(vec![mover("x", 4, 2, &["v"]), mover("z", 8, 9, &[])]),
    );
    assert_eq!(folded([one, two]), ["x overtook y and v: 5 → 2 (by stars)"]);

    let top = |entered: bool, rank| {
        let (metric, scope, entry) =
            (Metric::Forks, SectionPath::default(), named("x", "https://example.org/x"));
        if entered {
            Change::EnteredTop { metric, scope, entry, rank, top: 10 }
        } else {
            Change::LeftTop { metric, scope, entry, rank, top: 10 }
        }
    };
    assert!(folded([top(true, 10), top(false, 11)]).is_empty());
    assert_eq!(folded([top(false, 11), top(true, 10), top(false, 12)]), ["x left the top 10 by forks"]);

    let passed = |value| Change::Milestone {
        metric: Metric::Stars,
        entry: named("x", "https://example.org/x"),
        section: SectionPath::default(),
        value,
    };
    assert_eq!(folded([passed(1_000), passed(5_000)]), ["x passed 5,000 stars"]);
}

#[test]
fn many_alike_in_one_step_are_one_line() {
    let mut renames = events((0..7).map(|index| renamed(&format!("a{index}"), &format!("b{index}"))));
    let digest = Digest::fold(week(), &renames);
    assert!(matches!(digest.catalogs[0].parts[0], Part::Events { .. }), "seven single steps are no sweep");
    for event in &mut renames[..5] {
        event.at = start();
    }
    let digest = Digest::fold(week(), &renames);
    let [Part::Sweep { kind: Kind::Renamed, count: 5, names }, Part::Events { events, .. }] =
        digest.catalogs[0].parts.as_slice()
    else {
        panic!("{:?}", digest.catalogs)
    };
    assert_eq!((names.len(), events.len(), digest.counts[&Kind::Renamed]), (5, 2, 7));
}

#[test]
fn quiet_kinds_cancel_but_are_not_shown() {
    let shown = |changes: Vec<Change>| Digest::fold(week(), &events(changes)).counts;
    assert!(shown(vec![edited("x", "a", "b"), Change::Restored { entry: at("y", "A") }]).is_empty());
    assert!(shown(vec![removed("x", "A"), Change::Restored { entry: at("x", "A") }]).is_empty());
}

#[test]
fn new_entries_stand_by_catalog_and_section() {
    let mut events = events([added("x", "B"), added("y", "A"), added("z", "B")]);
    let mut other = event(News::from_change(&added("w", "Z")), 9);
    other.catalog = CatalogId::new("a-list").ok();
    events.push(other);
    let digest = Digest::fold(week(), &events);
    let shape: Vec<_> = digest
        .catalogs
        .iter()
        .flat_map(|catalog| catalog.parts.iter().map(move |part| (catalog.catalog.as_str(), part)))
        .map(|(catalog, part)| match part {
            Part::Events { section, events, .. } => (catalog, section.as_str(), events.len()),
            Part::Releases { .. } | Part::Sweep { .. } => (catalog, "", 0),
        })
        .collect();
    assert_eq!(shape, [("a-list", "Z", 1), ("systems", "A", 1), ("systems", "B", 2)]);
    assert_eq!(digest.counts[&Kind::Added], 4);
    assert_eq!(digest.updated, Some(start() + TimeDelta::hours(9)));
}

#[test]
fn live_news_counts_when_it_was_told_and_history_when_it_happened() {
    let mut late = event(News::from_change(&added("x", "A")), 1);
    late.at = start() - TimeDelta::days(30);
    let mut replayed = event(News::from_change(&added("y", "A")), 2);
    replayed.history = true;
    replayed.recorded = start() + TimeDelta::days(300);
    assert_eq!(Digest::fold(week(), [&late, &replayed]).counts[&Kind::Added], 2);
    assert!(Digest::fold(week().previous(), [&late, &replayed]).is_empty());
}

fn any_change() -> impl Strategy<Value = Change> {
    let name = || prop::sample::select(vec!["x", "y", "z"]);
    let section = || prop::sample::select(vec!["A", "B", "C"]);
    prop_oneof![
        (name(), section()).prop_map(|(name, section)| added(name, section)),
        (name(), section()).prop_map(|(name, section)| removed(name, section)),
        (name(), section(), section()).prop_map(|(name, from, to)| moved(name, from, to)),
        (name(), name()).prop_map(|(from, to)| renamed(from, to)),
        (name(), "[ab]", "[ab]").prop_map(|(name, from, to)| edited(name, &from, &to)),
    ]
}

proptest! {
    #[test]
    fn the_order_of_reading_makes_no_difference(changes in prop::collection::vec(any_change(), 0..12)) {
        let events = events(changes);
        let digest = Digest::fold(week(), &events);
        prop_assert_eq!(Digest::fold(week(), events.iter().rev()), digest.clone());
        prop_assert_eq!(Digest::fold(week(), events.iter().chain(&events)), digest);
    }

    #[test]
    fn an_entry_is_told_of_once_a_kind(changes in prop::collection::vec(any_change(), 0..12)) {
        let events = events(changes);
        let digest = Digest::fold_kinds(week(), &events, |_| true);
        prop_assert!(digest.counts.values().sum::<usize>() <= events.len());
    }
}
