//! Properties of following a catalog: whatever it does, nothing is told that did not stand, and in the end
//! everything is accepted.

use std::collections::HashSet;

use chrono::TimeDelta;
use proptest::prelude::*;

use super::{DAY, Followed, at, ranked};
use crate::change::Change;
use crate::draft::draft;

/// A series of looks: minutes since the one before, and the state of twelve entries.
#[derive(Clone, Debug)]
struct Story {
    looks: Vec<(i64, Vec<u8>)>,
    /// Minutes at which somebody looks without need.
    idle: Vec<i64>,
}

fn stories() -> impl Strategy<Value = Story> {
    let state = prop::collection::vec(0_u8..12, 12);
    let pause = prop_oneof![Just(5_i64), Just(20), Just(31), Just(400), Just(1500), Just(3000)];
    let looks = prop::collection::vec((pause, state, any::<bool>()), 1..12);
    (looks, prop::collection::vec(0_i64..20_000, 0..6)).prop_map(|(looks, mut idle)| {
        idle.sort_unstable();
        // about half of the looks find what the one before the last found: a flip
        let mut story: Vec<(i64, Vec<u8>)> = Vec::new();
        for (pause, state, flips) in looks {
            let state = if flips && story.len() > 1 { story[story.len() - 2].1.clone() } else { state };
            story.push((pause, state));
        }
        Story { looks: story, idle }
    })
}

/// Forty entries that stay, and twelve in a state: missing, elsewhere, renamed, reworded …
fn document(states: &[u8]) -> String {
    let mut sections = [Vec::new(), Vec::new()];
    for n in 0..40 {
        sections[n % 2].push(format!("s{n} | s{n}.example.org | stays number {n}\n"));
    }
    for (n, state) in states.iter().enumerate() {
        let address = if *state == 6 { "renamed" } else { "e" };
        let name = if *state == 7 { "other" } else { "entry" };
        let text = if *state == 8 { "says that" } else { "tells this" };
        let line = format!("{name}{n} | {address}{n}.example.org | {text} of {n}\n");
        match state {
            0 | 1 => {}
            2 => sections[0].push(format!("- {name}{n}\n")),
            3 => sections[0].push(line),
            4 => {
                sections[0].push(line.clone());
                sections[1].push(line);
            }
            _ => sections[1].push(line),
        }
    }
    let plural = if states[0] == 9 { "s" } else { "" };
    format!("## First\n{}## Second{plural}\n{}", sections[0].concat(), sections[1].concat())
}

/// Plays a story and gives what was told, with its time.
fn play(story: &Story, idle: bool) -> (Followed, Vec<(i64, String)>) {
    let mut catalog = Followed::first(&document(&[5; 12]));
    let mut told = Vec::new();
    let mut now = 0;
    for (pause, states) in &story.looks {
        let next = now + pause;
        // the source is asked when something matures, and perhaps at other times
        loop {
            let due = catalog.last.matures.map(|due| (due - at(0)).num_minutes()).filter(|due| *due < next);
            let idle = story.idle.iter().copied().find(|minute| idle && *minute > now && *minute < next);
            let Some(minute) = due.into_iter().chain(idle).min() else { break };
            let minute = minute.max(now);
            told.extend(catalog.still(minute).into_iter().map(|line| (minute, line)));
            if minute == now && idle != Some(minute) {
                break;
            }
            now = minute;
        }
        now = next;
        told.extend(catalog.look(now, &document(states)).into_iter().map(|line| (now, line)));
    }
    for _ in 0..4 {
        now += 3 * 24 * 60;
        told.extend(catalog.still(now).into_iter().map(|line| (now, line)));
    }
    (catalog, told)
}

/// A ranking of entries by these values, some unknown; equal ones stand in the order of the list.
fn ranking(values: &[Option<u32>]) -> String {
    let mut known: Vec<(usize, u32)> =
        values.iter().enumerate().filter_map(|(at, value)| Some((at, (*value)?))).collect();
    known.sort_by_key(|(at, value)| (std::cmp::Reverse(*value), *at));
    let row = |(at, value): &(usize, u32)| format!("n{at}:{value}");
    let mut rows: Vec<String> = known.iter().map(row).collect();
    rows.extend((0..values.len()).filter(|at| values[*at].is_none()).map(|at| format!("n{at}")));
    ranked(&rows.join(" "))
}

/// What a line about a ranking says: who, and whether it rose.
fn movers(line: &str) -> Vec<(String, bool)> {
    let Some(movers) = line.strip_prefix("ranks by Stars: ") else { return Vec::new() };
    let mover = |mover: &str| {
        let mut words = mover.split(' ');
        let name = words.next().expect("a name").to_owned();
        let (from, to) = words.next().and_then(|places| places.split_once("->")).expect("two places");
        (name, to.parse::<u32>().expect("a place") < from.parse::<u32>().expect("a place"))
    };
    movers.split(", ").map(mover).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn ranks_that_rest_are_told_and_then_no_more(
        pairs in prop::collection::vec(prop::array::uniform2(prop::option::weighted(0.9, 0_u32..3000)), 2..30),
        top in 1_u32..12,
    ) {
        let (first, then): (Vec<_>, Vec<_>) = pairs.into_iter().map(|[first, then]| (first, then)).unzip();
        let mut catalog = Followed::first(&ranking(&first));
        catalog.rules.top = top;
        let mut told = Vec::new();
        for day in 1..10 {
            let lines = catalog.look(day * DAY, &ranking(&then));
            told.push(lines.into_iter().filter(|line| !line.contains(" passed ")).collect::<Vec<_>>());
        }
        // what was hidden behind another move may follow, but it comes to an end
        prop_assert!(told[5..].iter().all(Vec::is_empty), "{:?}", told);
        let moved: Vec<(String, bool)> = told.iter().flatten().flat_map(|line| movers(line)).collect();
        let distinct: HashSet<&(String, bool)> = moved.iter().collect();
        prop_assert_eq!(distinct.len(), moved.len(), "{:?}", told);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn in_the_end_everything_is_accepted(story in stories()) {
        let (catalog, _) = play(&story, false);
        prop_assert!(catalog.tracker.is_settled());
        prop_assert!(catalog.tracker.settling().is_idle());
        let last = draft(&document(&story.looks[story.looks.len() - 1].1));
        let mut accepted = catalog.tracker.accepted().clone();
        prop_assert_eq!(&accepted.linkless, &last.linkless);
        accepted.sections.sort();
        let mut sections = last.sections.clone();
        sections.sort();
        prop_assert_eq!(&accepted.sections, &sections);
        let sorted = |mut entries: Vec<crate::Entry>| {
            entries.sort_by(|one, other| one.key.cmp(&other.key));
            entries
        };
        prop_assert_eq!(sorted(accepted.entries), sorted(last.entries));
    }

    #[test]
    fn idle_looks_change_nothing(story in stories()) {
        prop_assert_eq!(play(&story, false).1, play(&story, true).1);
    }

    #[test]
    fn nothing_is_told_that_did_not_stand(story in stories()) {
        let mut catalog = Followed::first(&document(&[5; 12]));
        let mut seen: Vec<(i64, crate::Snapshot)> = Vec::new();
        let mut now = 0;
        for (pause, states) in &story.looks {
            now += pause;
            let text = document(states);
            seen.push((now, draft(&text)));
            catalog.look(now, &text);
            for change in &catalog.last.changes {
                let (key, there, minutes) = match change {
                    Change::Added { entry, .. } | Change::Restored { entry } => (&entry.key, true, 30),
                    Change::Removed { entry } => (&entry.key, false, 24 * 60),
                    _ => continue,
                };
                let stood = seen.iter().rev().take_while(|(minute, snapshot)| {
                    let listed = snapshot.entries.iter().any(|entry| entry.key == *key);
                    *minute > now - minutes || listed == there
                });
                // going back in time, it was so at every look up to one that is old enough
                let (since, _) = stood.last().expect("the look itself is one");
                let whole = seen.iter().filter(|(minute, _)| minute >= since).all(|(_, snapshot)| {
                    snapshot.entries.iter().any(|entry| entry.key == *key) == there
                });
                prop_assert!(whole && now - since >= minutes, "{change:?} told at {now}");
            }
        }
    }

    /// Clocks jump; nothing panics, and nothing is lost for good.
    #[test]
    fn any_clock_will_do(story in stories(), jumps in prop::collection::vec(-100_000_i64..100_000, 12)) {
        let mut catalog = Followed::first(&document(&[5; 12]));
        for ((_, states), jump) in story.looks.iter().zip(jumps) {
            catalog.look(jump, &document(states));
        }
        let mut now = -200_000;
        for _ in 0..4 {
            catalog.still(now);
            now += TimeDelta::days(3).num_minutes();
        }
        catalog.still(now);
        prop_assert!(catalog.tracker.is_settled());
    }
}
