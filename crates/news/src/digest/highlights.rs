//! What a picture of a digest shows, and whose growth it could show.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashSet};

use chrono::{DateTime, Utc};
use whimbrel_catalog::{CatalogId, Mover};

use super::{Digest, Part, Releases};
use crate::event::{Event, News, Subject};

/// Somebody's way through a ranking, from the beginning of a period to its end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RankMove<'a> {
    /// Who, from where to where.
    pub mover: &'a Mover,
    /// The event it stands in, which names the ranking.
    pub event: &'a Event,
}

/// A project's stars over the time of a digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grown {
    /// What it is called in the digest.
    pub name: String,
    /// `Owner/Repo` as its host spells it.
    pub project: String,
    /// Its address.
    pub url: String,
    /// What was counted, in the order of time: the first at the beginning of the time, or when it was first counted.
    pub points: Vec<(DateTime<Utc>, u64)>,
}

impl Grown {
    /// How many more stars there are at the end.
    pub fn gained(&self) -> i64 {
        let first = self.points.first().map_or(0, |(_, stars)| *stars);
        let last = self.points.last().map_or(0, |(_, stars)| *stars);
        last.wrapping_sub(first).cast_signed()
    }
}

impl RankMove<'_> {
    /// What the ranking is called: `by stars`, `Databases, by stars`.
    pub fn ranking(&self) -> String {
        super::ranking(&self.event.news)
    }

    /// The catalog that is ranked; `None` for rankings over all.
    pub fn catalog(&self) -> Option<&CatalogId> {
        self.event.catalog.as_ref()
    }

    /// `owner/repo` where that is what its address says, else the address without its scheme.
    pub fn instead(&self) -> &str {
        let url = &self.mover.url;
        let bare = url.split_once("://").map_or(url.as_str(), |(_, bare)| bare).trim_end_matches('/');
        bare.strip_prefix("github.com/").unwrap_or(bare)
    }
}

impl Digest {
    /// The largest moves in rankings: so many upwards, the largest first, then so many downwards. Somebody who moved
    /// in several rankings is there once, with the largest.
    pub fn movers(&self, up: usize, down: usize) -> Vec<RankMove<'_>> {
        let mut moves: Vec<_> = self.events().flat_map(rank_moves).collect();
        // Of equal moves the one nearer to the top; equal ones stay in the order they came in.
        moves.sort_by_key(|a| (Reverse(a.mover.from.abs_diff(a.mover.to)), a.mover.to.min(a.mover.from)));
        let mut seen = HashSet::new();
        moves.retain(|a| seen.insert(a.mover.url.as_str()));
        let (rose, fell): (Vec<_>, Vec<_>) = moves.into_iter().partition(|a| a.mover.to < a.mover.from);
        rose.into_iter().take(up).chain(fell.into_iter().take(down)).collect()
    }

    /// What it is about, each thing once: what has releases first, then the others in the order they are told in.
    pub fn subjects(&self) -> Vec<&Subject> {
        let releases = self.parts().filter_map(|part| match part {
            Part::Releases { projects, .. } => Some(projects),
            _ => None,
        });
        let released = releases.flatten().map(|releases: &Releases| &releases.first);
        let mut seen = HashSet::new();
        let subjects = released.chain(self.events()).filter_map(|event| event.news.subject());
        subjects.filter(|subject| !subject.key.is_empty() && seen.insert(subject.key.as_str())).collect()
    }

    /// The catalogs it has news of, also by the projects they list, in the order of their ids.
    pub fn catalog_ids(&self) -> BTreeSet<&CatalogId> {
        let released = self.parts().filter_map(|part| match part {
            Part::Releases { projects, .. } => Some(projects),
            _ => None,
        });
        let released = released.flatten().map(|releases| &releases.first);
        let of_projects = released.chain(self.events()).flat_map(Event::catalog_ids);
        of_projects.chain(self.catalogs.iter().map(|catalog| &catalog.catalog)).collect()
    }

    /// Its parts, in the order they are told in.
    fn parts(&self) -> impl Iterator<Item = &Part> {
        self.projects.iter().chain(self.catalogs.iter().flat_map(|catalog| &catalog.parts))
    }

    /// Its events but the releases.
    fn events(&self) -> impl Iterator<Item = &Event> {
        self.parts().flat_map(|part| match part {
            Part::Events { events, .. } => events.as_slice(),
            Part::Releases { .. } | Part::Sweep { .. } => &[],
        })
    }
}

fn rank_moves(event: &Event) -> impl Iterator<Item = RankMove<'_>> {
    let movers = match &event.news {
        News::RanksMoved { movers, .. } => movers.as_slice(),
        _ => &[],
    };
    movers.iter().map(move |mover| RankMove { mover, event })
}
