//! Who really changed rank: the smallest set of movers, who they overtook, who entered and left the top.
//!
//! Positions are not movement: one row that climbs shifts all it passes. The movers are what is left when the
//! longest part of the list that kept its order is taken away; of two ways to tell a swap, the one is chosen whose
//! value changed more. Rows that show the same value are in no order, and a value that is unknown moves nobody.
//!
//! The same judgement serves the rankings a document prints and those made of our own observations.

use std::collections::HashMap;
use std::hash::Hash;

use crate::change::Metric;
use crate::key::EntryKey;
use crate::model::{Entry, Ranking, Snapshot};

/// One place in a ranking; `K` says whose.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row<'a, K = &'a EntryKey> {
    /// Whose.
    pub key: K,
    /// The value as readers see it: neighbours that show the same are in no order.
    pub shown: &'a str,
    /// The value.
    pub value: f64,
    /// The value is unknown now and this is the last known one: it keeps its place and is compared with nobody.
    pub ghost: bool,
}

/// What tells the rows of a ranking apart.
pub trait Key: Copy + Eq + Hash {}

impl<K: Copy + Eq + Hash> Key for K {}

/// What changed between two orders.
#[derive(Debug, PartialEq)]
pub struct Verdict<K> {
    /// The largest climb first, falls last.
    pub moved: Vec<Moved<K>>,
    /// Who entered the top, and at which rank.
    pub entered: Vec<(K, u32)>,
    /// Who left it, and the rank now.
    pub left: Vec<(K, u32)>,
}

/// One that really moved.
#[derive(Debug, PartialEq)]
pub struct Moved<K> {
    /// Who.
    pub key: K,
    /// Its rank before, from 1.
    pub from: u32,
    /// Its rank now, from 1.
    pub to: u32,
    /// Those it passed, best first.
    pub overtook: Vec<K>,
}

/// A gap between exact values is news from so much on …
const LEAST_GAP: f64 = 10.0;
/// … and from this share of the larger value on.
const LEAST_SHARE: f64 = 0.01;
/// Longer tops are cut to this: nobody reads further, and the work grows with the square.
const LONGEST_TOP: usize = 200;

/// True for what is ranked: dates are a sign of activity, and other columns mean what their author wants.
pub(crate) fn is_ranked(metric: &Metric) -> bool {
    matches!(metric, Metric::Stars | Metric::Forks)
}

/// The number of ranks that count as the top.
pub fn top(rules_top: u32) -> usize {
    (rules_top as usize).clamp(1, LONGEST_TOP)
}

/// The rows of a ranking whose value is known.
pub(crate) fn known_rows<'a>(ranking: &'a Ranking, entries: &HashMap<&EntryKey, &'a Entry>) -> Vec<Row<'a>> {
    let row = |key: &EntryKey| row(entries.get(key)?, &ranking.metric);
    ranking.order.iter().filter_map(row).collect()
}

/// The row of an entry, if its value is known.
pub(crate) fn row<'a>(entry: &'a Entry, metric: &Metric) -> Option<Row<'a>> {
    let figure = entry.figure(metric).filter(|figure| figure.value.is_finite())?;
    Some(Row { key: &entry.key, shown: &figure.shown, value: figure.value, ghost: false })
}

/// The entries of a snapshot by key.
pub(crate) fn by_key(snapshot: &Snapshot) -> HashMap<&EntryKey, &Entry> {
    snapshot.entries.iter().map(|entry| (&entry.key, entry)).collect()
}

/// Puts a row where its value belongs.
pub fn insert<'a, K>(rows: &mut Vec<Row<'a, K>>, row: Row<'a, K>) {
    let at = rows.iter().position(|other| other.value < row.value).unwrap_or(rows.len());
    rows.insert(at, row);
}

/// Compares two orders of known values, best first. A key that stands only in `after` is new to the ranking; one
/// that stands only in `before` is passed over.
pub fn judge<K: Key>(before: &[Row<'_, K>], after: &[Row<'_, K>], top: usize) -> Verdict<K> {
    let ranks: HashMap<K, usize> = before.iter().enumerate().map(|(rank, row)| (row.key, rank)).collect();
    let seats = seats(before, after, &ranks, top);
    let mut verdict = Verdict { moved: movers(&seats, top), entered: Vec::new(), left: Vec::new() };
    if after.len() > top {
        (verdict.entered, verdict.left) = borders(&seats, top);
    }
    verdict
}

/// A key that stands in the top of either side.
#[derive(Debug)]
struct Seat<'a, 'b, K> {
    now: Row<'a, K>,
    /// Its row before and its rank then, from 0.
    then: Option<(Row<'b, K>, usize)>,
    /// Its rank now, from 0.
    rank: usize,
    /// Neighbours that show the same value share this number.
    class: usize,
}

fn seats<'a, 'b, K: Key>(
    before: &[Row<'b, K>],
    after: &[Row<'a, K>],
    ranks: &HashMap<K, usize>,
    top: usize,
) -> Vec<Seat<'a, 'b, K>> {
    let mut seats = Vec::new();
    let mut class = 0;
    for (rank, now) in after.iter().enumerate() {
        if rank > 0 && after[rank - 1].shown != now.shown {
            class += 1;
        }
        let then = ranks.get(&now.key).map(|rank| (before[*rank], *rank));
        if rank < top || then.is_some_and(|(_, then)| then < top) {
            seats.push(Seat { now: *now, then, rank, class });
        }
    }
    seats
}

fn movers<K: Key>(seats: &[Seat<'_, '_, K>], top: usize) -> Vec<Moved<K>> {
    let mut known: Vec<(&Seat<'_, '_, K>, usize)> =
        seats.iter().filter_map(|seat| seat.then.map(|(_, rank)| (seat, rank))).collect();
    // what shows the same value is in no order: it counts as still in the old one
    known.sort_by_key(|(seat, then)| (seat.class, *then));
    let kept = kept(&known);
    let mut moved = Vec::new();
    for (at, &(seat, then)) in known.iter().enumerate() {
        if kept[at] || seat.rank >= top {
            continue;
        }
        let passed = known.iter().filter(|(other, rank)| *rank < then && other.class > seat.class);
        let mut overtook: Vec<&Seat<'_, '_, K>> =
            passed.map(|(other, _)| *other).filter(|other| is_clear(seat, other)).collect();
        // Who was passed by one that is told to have passed it need not be named as well.
        let fell = known.iter().zip(&kept).any(|((other, rank), kept)| {
            let is_told = !kept && other.rank < top;
            *rank > then && other.class < seat.class && is_clear(other, seat) && !is_told
        });
        if overtook.is_empty() && !fell {
            continue;
        }
        overtook.sort_by_key(|other| other.rank);
        moved.push(Moved {
            key: seat.now.key,
            from: then as u32 + 1,
            to: seat.rank as u32 + 1,
            overtook: overtook.into_iter().map(|other| other.now.key).collect(),
        });
    }
    moved.sort_by_key(|mover| (i64::from(mover.to) - i64::from(mover.from), mover.to));
    moved
}

/// Marks the longest part that kept its order; of several that long, the one whose values changed least.
fn kept<K: Key>(known: &[(&Seat<'_, '_, K>, usize)]) -> Vec<bool> {
    let change =
        |seat: &Seat<'_, '_, K>| seat.then.map_or(0.0, |(then, _)| (seat.now.value - then.value).abs());
    // best chain that ends here: its length, what changed in it, and the link before
    let mut chains: Vec<(usize, f64, Option<usize>)> = Vec::with_capacity(known.len());
    for (at, (seat, rank)) in known.iter().enumerate() {
        let mut best = (1, change(seat), None);
        for (earlier, (_, other)) in known[..at].iter().enumerate() {
            let (length, changed, _) = chains[earlier];
            let chain = (length + 1, changed + change(seat), Some(earlier));
            if other < rank && better(chain, best) {
                best = chain;
            }
        }
        chains.push(best);
    }
    let mut kept = vec![false; known.len()];
    let mut at =
        (0..chains.len()).reduce(|best, at| if better(chains[at], chains[best]) { at } else { best });
    while let Some(link) = at {
        kept[link] = true;
        at = chains[link].2;
    }
    kept
}

/// On equal terms the later chain wins, so that of a swap the one that climbed is the mover.
fn better(one: (usize, f64, Option<usize>), other: (usize, f64, Option<usize>)) -> bool {
    one.0 > other.0 || (one.0 == other.0 && one.1 <= other.1)
}

/// Whether `ahead` is clearly ahead of `behind`: the document shows another value, and either the gap is large or a
/// value that is shown rounded (`24.8k`) was shown otherwise before, which is a gap as well.
fn is_clear<K: Key>(ahead: &Seat<'_, '_, K>, behind: &Seat<'_, '_, K>) -> bool {
    if ahead.now.shown == behind.now.shown || ahead.now.ghost || behind.now.ghost {
        return false;
    }
    let gap = (ahead.now.value - behind.now.value).abs();
    let rounded = |seat: &Seat<'_, '_, K>| {
        let turned = seat.then.is_some_and(|(then, _)| then.shown != seat.now.shown);
        turned && seat.now.shown.chars().any(char::is_alphabetic)
    };
    gap >= LEAST_GAP.max(ahead.now.value.abs().max(behind.now.value.abs()) * LEAST_SHARE)
        || rounded(ahead)
        || rounded(behind)
}

/// Keys and their ranks now.
type Ranks<K> = Vec<(K, u32)>;

/// Who crossed the border of the top. Nobody crosses it by a tie, nor because others left the list.
fn borders<K: Key>(seats: &[Seat<'_, '_, K>], top: usize) -> (Ranks<K>, Ranks<K>) {
    let was_in = |seat: &Seat<'_, '_, K>| seat.then.is_some_and(|(_, rank)| rank < top);
    let ins: Vec<&Seat<'_, '_, K>> = seats.iter().filter(|seat| seat.rank < top && !was_in(seat)).collect();
    let outs: Vec<&Seat<'_, '_, K>> = seats.iter().filter(|seat| seat.rank >= top && was_in(seat)).collect();
    let crosses = |one: &Seat<'_, '_, K>, other: &Seat<'_, '_, K>| {
        // what is new to the list only has to stand before the other
        if one.then.is_none() { one.class < other.class } else { is_clear(one, other) }
    };
    let named = |seat: &Seat<'_, '_, K>| (seat.now.key, seat.rank as u32 + 1);
    let entered = ins.iter().filter(|seat| outs.is_empty() || outs.iter().any(|out| crosses(seat, out)));
    let left = outs.iter().filter(|seat| ins.iter().any(|new| crosses(new, seat)));
    (entered.map(|seat| named(seat)).collect(), left.map(|seat| named(seat)).collect())
}

/// The largest round number a value passed on its way up: 1,000, 2,500, 5,000, 10,000, 25,000 and so on.
pub fn milestone(before: f64, after: f64) -> Option<u64> {
    const STEPS: [u64; 3] = [1_000, 2_500, 5_000];
    let mut largest = None;
    let mut scale = 1_u64;
    // beyond this no value is exact, and none is real
    while scale < 1_000_000_000_000 {
        for step in STEPS {
            let round = step * scale;
            if before < round as f64 && round as f64 <= after {
                largest = Some(round);
            }
        }
        scale *= 10;
    }
    largest
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `a=24.8k b=12k`
    fn rows(text: &str) -> Vec<(EntryKey, String, f64)> {
        let row = |word: &str| {
            let (name, shown) = word.split_once('=').expect("name=value");
            let value = match shown.strip_suffix('k') {
                Some(thousands) => thousands.parse::<f64>().expect("a number") * 1000.0,
                None => shown.parse().expect("a number"),
            };
            (EntryKey::from_stored(name), shown.to_owned(), value)
        };
        text.split_whitespace().map(row).collect()
    }

    fn borrowed(rows: &[(EntryKey, String, f64)]) -> Vec<Row<'_>> {
        rows.iter().map(|(key, shown, value)| Row { key, shown, value: *value, ghost: false }).collect()
    }

    /// `moved; entered; left` in short words.
    fn verdict(before: &str, after: &str, top: usize) -> String {
        let (before, after) = (rows(before), rows(after));
        let verdict = judge(&borrowed(&before), &borrowed(&after), top);
        let moved: Vec<String> = verdict
            .moved
            .iter()
            .map(|m| {
                let over: Vec<&str> = m.overtook.iter().map(|key| key.as_str()).collect();
                format!("{} {}>{} [{}]", m.key, m.from, m.to, over.join(" "))
            })
            .collect();
        let list = |ranks: &[(&EntryKey, u32)]| -> String {
            ranks.iter().map(|(key, rank)| format!("{key}@{rank}")).collect::<Vec<_>>().join(" ")
        };
        format!("{}; {}; {}", moved.join(", "), list(&verdict.entered), list(&verdict.left))
    }

    #[test]
    fn the_smallest_set_moves() {
        for (before, after, expected) in [
            ("a=300 b=200 c=100", "a=310 b=220 c=105", "; ; "),
            // one climbs past two: the two did not move
            ("a=300 b=200 c=100", "c=400 a=300 b=200", "c 3>1 [a b]; ; "),
            // one falls past two
            ("a=300 b=200 c=100", "b=200 c=100 a=50", "a 1>3 []; ; "),
            // of a swap, the one whose value changed more moved
            ("a=300 b=200", "b=400 a=310", "b 2>1 [a]; ; "),
            ("a=300 b=200", "b=210 a=100", "a 1>2 []; ; "),
            // one climbs past all, and two of them are too near each other to say which of them moved
            ("a=700 b=600 c=595 d=300", "d=900 a=700 c=601 b=600", "d 4>1 [a c b]; ; "),
            ("a=700 b=600 c=595 d=300", "d=900 a=700 c=606 b=595", "d 4>1 [a c b], c 3>3 [b]; ; "),
            // two climb apart from each other
            ("a=900 b=800 c=700 d=600", "b=990 a=900 d=750 c=700", "b 2>1 [a], d 4>3 [c]; ; "),
        ] {
            assert_eq!(verdict(before, after, 10), expected, "{before} / {after}");
        }
    }

    #[test]
    fn ties_and_small_gaps_are_silent() {
        for (before, after, expected) in [
            // the same displayed value, in any order
            ("a=9k b=9k c=8k", "b=9k a=9k c=8k", "; ; "),
            ("a=9.1k b=9k", "b=9.1k a=9.1k", "; ; "),
            // a rounded value that turned is a gap
            ("a=24.9k b=24.8k", "b=25k a=24.9k", "b 2>1 [a]; ; "),
            // exact values: at least ten and one in a hundred
            ("a=300 b=295", "b=305 a=300", "; ; "),
            ("a=300 b=295", "b=310 a=300", "b 2>1 [a]; ; "),
            ("a=30000 b=29950", "b=30050 a=30000", "; ; "),
            ("a=30000 b=29950", "b=30500 a=30000", "b 2>1 [a]; ; "),
            // only those clearly passed are named
            ("a=1000 b=990 c=400", "c=1005 a=1001 b=990", "c 3>1 [b]; ; "),
        ] {
            assert_eq!(verdict(before, after, 10), expected, "{before} / {after}");
        }
    }

    #[test]
    fn only_the_top_counts() {
        let before = "a=900 b=800 c=700 d=600 e=500";
        for (after, expected) in [
            ("a=900 b=800 c=700 e=650 d=600", "; ; "),
            ("a=900 c=850 b=800 d=600 e=500", "c 3>2 [b]; c@2; b@3"),
            ("e=990 a=900 b=800 c=700 d=600", "e 5>1 [a b]; e@1; b@3"),
            // new to the list
            ("a=900 n=850 b=800 c=700 d=600 e=500", "; n@2; b@3"),
            // others left the list: nobody entered
            ("a=900 c=700 d=600 e=500", "; ; "),
        ] {
            // what left the list is passed over by the callers
            let before: Vec<&str> =
                before.split(' ').filter(|row| after.contains(&row[..2]) || row.len() < 2).collect();
            assert_eq!(verdict(&before.join(" "), after, 2), expected, "{after}");
        }
        // a short list has no top
        assert_eq!(verdict("a=3", "b=90 a=3", 10), "; ; ");
        // the border is not crossed by a tie
        assert_eq!(verdict("a=9k b=8k c=7k", "a=9k c=8k b=8k", 2), "; ; ");
    }

    #[test]
    fn milestones_are_round() {
        for (before, after, expected) in [
            (999.0, 1000.0, Some(1000)),
            (1000.0, 1001.0, None),
            (900.0, 26_000.0, Some(25_000)),
            (26_000.0, 900.0, None),
            (99_900.0, 100_000.0, Some(100_000)),
            (0.0, f64::INFINITY, Some(500_000_000_000_000)),
            (f64::NAN, 2000.0, None),
        ] {
            assert_eq!(milestone(before, after), expected, "{before} {after}");
        }
    }
}
