//! One segment of several.

use super::{Lists, Numbers, Postings, Records, Segment};
use crate::index::bits::Bits;

/// A segment of the docs of these that are not gone.
pub(crate) fn merge(parts: &[(&Segment, &Bits)]) -> Segment {
    let order = in_order(parts);
    let mut renumbered: Vec<Vec<u32>> =
        parts.iter().map(|(segment, _)| vec![u32::MAX; segment.len()]).collect();
    for ((part, doc), number) in order.iter().zip(0_u32..) {
        renumbered[*part as usize][*doc as usize] = number;
    }
    let docs = || order.iter().map(|(part, doc)| (parts[*part as usize].0, *doc));
    let records = Records::of(docs().map(|(segment, doc)| segment.records.get(doc)));
    let mut by_id: Vec<u32> = (0..order.len() as u32).collect();
    by_id.sort_unstable_by(|a, b| records.get(*a).id.cmp(records.get(*b).id));
    let lists = |of: fn(&Segment) -> &Lists| {
        let lists: Vec<(&Lists, &[u32])> =
            parts.iter().zip(&renumbered).map(|((segment, _), to)| (of(segment), &**to)).collect();
        Lists::merged(&lists)
    };
    let words: Vec<(&Postings, &[u32])> =
        parts.iter().zip(&renumbered).map(|((segment, _), to)| (&segment.words, &**to)).collect();
    Segment {
        weights: docs().map(|(segment, doc)| segment.weights[doc as usize]).collect(),
        prints: docs().map(|(segment, doc)| segment.prints[doc as usize]).collect(),
        by_id: Numbers::of(by_id.into_iter()),
        forms: lists(|segment| &segment.forms),
        tails: lists(|segment| &segment.tails),
        words: Postings::merged(&words),
        records,
    }
}

/// All docs that are not gone, in their order: which part, and which doc of it.
fn in_order(parts: &[(&Segment, &Bits)]) -> Vec<(u32, u32)> {
    let next_of = |part: usize, from: u32| {
        let (segment, gone) = parts[part];
        (from..segment.len() as u32).find(|doc| !gone.has(*doc))
    };
    // So few at a time that looking at each front costs less than keeping them sorted.
    let mut fronts: Vec<(usize, u32)> =
        (0..parts.len()).filter_map(|part| Some((part, next_of(part, 0)?))).collect();
    let mut order = Vec::new();
    while let Some(best) = (0..fronts.len()).min_by(|a, b| {
        let ((a, doc), (b, other)) = (fronts[*a], fronts[*b]);
        parts[a].0.order(doc, parts[b].0, other)
    }) {
        let (part, doc) = fronts[best];
        order.push((part as u32, doc));
        match next_of(part, doc + 1) {
            Some(next) => fronts[best].1 = next,
            None => {
                fronts.swap_remove(best);
            }
        }
    }
    order
}
