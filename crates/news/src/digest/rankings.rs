//! What the steps of each ranking come to.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use whimbrel_catalog::{Metric, Mover};

use crate::event::{Event, News};

/// A ranking within its catalog: what is measured, and the ranked list.
type Ranking<'a> = (&'a Metric, &'a [String]);

/// The events about rankings of one catalog, oldest first, folded; in no particular order.
pub(super) fn fold(events: &[&Event]) -> Vec<Event> {
    let mut net = moves(events);
    net.extend(tops(events));
    net.extend(milestones(events));
    net
}

/// One event per ranking: everybody from the first rank to the last.
fn moves(events: &[&Event]) -> Vec<Event> {
    let mut rankings: BTreeMap<Ranking<'_>, (&Event, Vec<Mover>)> = BTreeMap::new();
    for event in events {
        let News::RanksMoved { metric, scope_path, movers, .. } = &event.news else { continue };
        let (last, net) = rankings.entry((metric, scope_path)).or_insert_with(|| (event, Vec::new()));
        *last = event;
        for mover in movers {
            match net.iter_mut().find(|known| known.url == mover.url) {
                Some(known) => {
                    known.to = mover.to;
                    known.name.clone_from(&mover.name);
                    for name in &mover.overtook {
                        if !known.overtook.contains(name) {
                            known.overtook.push(name.clone());
                        }
                    }
                }
                None => net.push(mover.clone()),
            }
        }
    }
    rankings
        .into_values()
        .filter_map(|(last, mut net)| {
            net.retain(|mover| mover.from != mover.to);
            for mover in net.iter_mut().filter(|mover| mover.to > mover.from) {
                mover.overtook.clear();
            }
            // Who rose first, then who fell, each the largest move first.
            net.sort_by_key(|mover| {
                (mover.to > mover.from, Reverse(mover.from.abs_diff(mover.to)), mover.to)
            });
            let mut event = last.clone();
            let News::RanksMoved { movers, .. } = &mut event.news else { return None };
            *movers = net;
            (!movers.is_empty()).then_some(event)
        })
        .collect()
}

/// In and out again is nothing; otherwise the last turn counts.
fn tops(events: &[&Event]) -> Vec<Event> {
    let mut turns: BTreeMap<(&Metric, &str, &str), (&Event, &Event)> = BTreeMap::new();
    for event in events {
        let (News::EnteredTop { metric, scope, subject, .. } | News::LeftTop { metric, scope, subject, .. }) =
            &event.news
        else {
            continue;
        };
        turns.entry((metric, scope, &subject.key)).or_insert((event, event)).1 = event;
    }
    turns
        .into_values()
        .filter(|(first, last)| first.kind() == last.kind())
        .map(|(_, last)| last.clone())
        .collect()
}

/// Of several round numbers the largest.
fn milestones(events: &[&Event]) -> Vec<Event> {
    let mut largest: BTreeMap<(&Metric, &str), (u64, &Event)> = BTreeMap::new();
    for event in events {
        let News::Milestone { metric, subject, value } = &event.news else { continue };
        let known = largest.entry((metric, &subject.key)).or_insert((*value, event));
        if *value >= known.0 {
            *known = (*value, event);
        }
    }
    largest.into_values().map(|(_, event)| event.clone()).collect()
}
