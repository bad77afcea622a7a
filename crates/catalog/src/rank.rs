//! Who really changed rank: the smallest set of movers, who they overtook, who entered and left the top.
//!
//! Positions are not movement: one row that climbs shifts all it passes. The movers are what is left when the
//! longest part of the list that kept its order is taken away; of two ways to tell a swap, the one is chosen whose
//! value changed more, and who then stands where it stood gives way to the one that passed it. Rows that show the same
//! value are in no order, and a value that is unknown moves nobody.
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
    let mut kept = kept(&known);
    // Who fell behind one and got ahead of another, and stands where it stood, is no news: the one that passed it is.
    for at in 0..known.len() {
        let (seat, then) = known[at];
        if kept[at] || seat.rank > then || !overtaken(&known, at).is_empty() {
            continue;
        }
        for (other, &(passer, rank)) in known.iter().enumerate() {
            if rank > then && passer.class < seat.class && is_clear(passer, seat) {
                (kept[at], kept[other]) = (true, false);
            }
        }
    }
    let mut moved = Vec::new();
    for (at, &(seat, then)) in known.iter().enumerate() {
        if kept[at] || seat.rank >= top {
            continue;
        }
        let mut overtook = overtaken(&known, at);
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

/// Those that one clearly stands before now, and stood behind.
fn overtaken<'s, 'a, 'b, K: Key>(
    known: &[(&'s Seat<'a, 'b, K>, usize)],
    at: usize,
) -> Vec<&'s Seat<'a, 'b, K>> {
    let (seat, then) = known[at];
    let passed = known.iter().filter(|(other, rank)| *rank < then && other.class > seat.class);
    passed.map(|(other, _)| *other).filter(|other| is_clear(seat, other)).collect()
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
mod tests;
