//! Folding the events of a period into one summary: what is different at its end from its beginning, not every step
//! between.

mod entries;
mod highlights;
mod page;
mod period;
mod projects;
mod rankings;
mod releases;

use std::cmp::Reverse;
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use whimbrel_catalog::CatalogId;

pub use self::highlights::{Grown, RankMove};
pub use self::page::{DigestPage, Time};
pub use self::period::{Period, Span, UnknownPeriod};
pub use self::releases::Releases;
use crate::event::{Event, News};
use crate::kind::{Group, Kind};

/// So many entries of a catalog renamed in one step are one line.
const RENAMED_SWEEP: usize = 5;

/// So many entries of a catalog edited in one step are one line.
const EDITED_SWEEP: usize = 10;

/// The events of a period, folded. The same events give the same digest, in whatever order they come.
#[derive(Clone, Debug, PartialEq)]
pub struct Digest {
    /// The period.
    pub span: Span,
    /// How much there is of each kind, in the order people read them.
    pub counts: BTreeMap<Kind, usize>,
    /// What happened to projects whatever lists them, and in rankings over all catalogs: by kind in the order people
    /// read them. An event stands here once, however many catalogs list its project.
    pub projects: Vec<Part>,
    /// What happened, by catalog in the order of their ids. Catalogs without news are left out.
    pub catalogs: Vec<CatalogDigest>,
    /// The catalogs that list a new entry, by its key, where they are several: those that listed it within the period,
    /// and whatever a store adds.
    pub also: BTreeMap<String, Vec<CatalogId>>,
    /// The stars of some of its projects over the period; folding leaves it empty, a store fills it.
    pub growth: Vec<Grown>,
    /// When the newest event that went in was told; `None` when there was none.
    pub updated: Option<DateTime<Utc>>,
}

/// What happened to one catalog.
#[derive(Clone, Debug, PartialEq)]
pub struct CatalogDigest {
    /// Which.
    pub catalog: CatalogId,
    /// What happened, by kind in the order people read them.
    pub parts: Vec<Part>,
}

/// News of one kind.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// Events as they are left after folding, oldest first.
    Events {
        /// Their kind.
        kind: Kind,
        /// The section they stand in, for new entries and rankings; empty for others.
        section: String,
        /// The events; their facts reach from the beginning of the period to its end.
        events: Vec<Event>,
    },
    /// Releases, the projects first whose releases matter most.
    Releases {
        /// Their kind.
        kind: Kind,
        /// What each project published.
        projects: Vec<Releases>,
    },
    /// Many alike in one step.
    Sweep {
        /// Their kind.
        kind: Kind,
        /// How many.
        count: usize,
        /// The names of all of them.
        names: Vec<String>,
    },
}

impl Digest {
    /// Folds the events of a period, with the kinds that are usual in digests. Events of other periods are passed
    /// over; quiet kinds should be handed in too, since they cancel others.
    pub fn fold<'a>(span: Span, events: impl IntoIterator<Item = &'a Event>) -> Self {
        Self::fold_kinds(span, events, Kind::is_digested)
    }

    /// Folds the events of a period, and shows these kinds.
    pub fn fold_kinds<'a>(
        span: Span,
        events: impl IntoIterator<Item = &'a Event>,
        shown: impl Fn(Kind) -> bool,
    ) -> Self {
        let events = events.into_iter().filter(|event| span.contains(event.told_at()));
        Self::fold_all(span, events, shown)
    }

    /// Folds all these events, whenever they were told: those of a period that is no day and no week of UTC. The span
    /// is the day or week it is nearest to.
    pub fn fold_all<'a>(
        span: Span,
        events: impl IntoIterator<Item = &'a Event>,
        shown: impl Fn(Kind) -> bool,
    ) -> Self {
        let mut events: Vec<&Event> = events.into_iter().collect();
        events.sort_by_key(|event| (event.told_at(), !event.history, event.epoch, event.seq));
        events.dedup_by_key(|event| event.id());
        let updated = events.last().map(|event| event.told_at());

        let mut by_catalog: BTreeMap<Option<&CatalogId>, Vec<&Event>> = BTreeMap::new();
        for event in events {
            by_catalog.entry(event.catalog.as_ref()).or_default().push(event);
        }
        let mut counts = BTreeMap::new();
        let mut projects = Vec::new();
        let mut catalogs = Vec::new();
        for (catalog, events) in by_catalog {
            let parts = parts(net(&events).into_iter().filter(|event| shown(event.kind())).collect());
            for part in &parts {
                *counts.entry(part.kind()).or_default() += part.count();
            }
            match catalog {
                None => projects = parts,
                Some(_) if parts.is_empty() => {}
                Some(catalog) => catalogs.push(CatalogDigest { catalog: catalog.clone(), parts }),
            }
        }
        let also = listed_twice(&catalogs);
        Self { span, counts, projects, catalogs, also, growth: Vec::new(), updated }
    }

    /// Nothing is left to tell.
    pub fn is_empty(&self) -> bool {
        self.projects.is_empty() && self.catalogs.is_empty()
    }
}

impl Part {
    /// The kind of its news.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Events { kind, .. } | Self::Releases { kind, .. } | Self::Sweep { kind, .. } => *kind,
        }
    }

    /// How many events it tells of.
    pub fn count(&self) -> usize {
        match self {
            Self::Events { events, .. } => events.len(),
            Self::Releases { projects, .. } => projects.iter().map(Releases::count).sum(),
            Self::Sweep { count, .. } => *count,
        }
    }
}

/// The new entries that several catalogs listed, with these catalogs.
fn listed_twice(catalogs: &[CatalogDigest]) -> BTreeMap<String, Vec<CatalogId>> {
    let mut also: BTreeMap<String, Vec<CatalogId>> = BTreeMap::new();
    for CatalogDigest { catalog, parts } in catalogs {
        for part in parts {
            let Part::Events { kind: Kind::Added, events, .. } = part else { continue };
            for subject in events.iter().filter_map(|event| event.news.subject()) {
                let known = also.entry(subject.key.clone()).or_default();
                if !known.contains(catalog) {
                    known.push(catalog.clone());
                }
            }
        }
    }
    also.retain(|key, catalogs| !key.is_empty() && catalogs.len() > 1);
    also
}

/// What a ranking is called: `by stars`, `Databases, by stars`; nothing for other news.
fn ranking(news: &News) -> String {
    match news {
        News::RanksMoved { metric, scope, .. } if scope.is_empty() => {
            format!("by {}", crate::wording::metric(metric))
        }
        News::RanksMoved { metric, scope, .. } => format!("{scope}, by {}", crate::wording::metric(metric)),
        _ => String::new(),
    }
}

/// What the events of a catalog come to, oldest first within each kind.
fn net(events: &[&Event]) -> Vec<Event> {
    let mut net = entries::fold(events);
    net.extend(projects::fold(events));
    net.extend(rankings::fold(events));
    net.extend(sections(events));
    net.extend(reach(events));
    net.extend(
        events
            .iter()
            .filter(|event| matches!(event.news, News::Followed { .. } | News::Reshaped { .. }))
            .map(|event| (*event).clone()),
    );
    net.sort_by_key(|event| (event.kind(), event.told_at(), !event.history, event.epoch, event.seq));
    net
}

/// Sections renamed twice are renamed once, from the first name to the last.
fn sections(events: &[&Event]) -> Vec<Event> {
    let mut net: Vec<Event> = Vec::new();
    for event in events {
        let News::SectionRenamed { old_section_path, .. } = &event.news else { continue };
        let earlier = net.iter().position(|known| {
            matches!(&known.news, News::SectionRenamed { section_path, .. } if section_path == old_section_path)
        });
        let mut event = (*event).clone();
        if let Some(earlier) = earlier
            && let News::SectionRenamed { old_section: first, old_section_path: first_path, .. } =
                net.remove(earlier).news
            && let News::SectionRenamed { old_section, old_section_path, .. } = &mut event.news
        {
            *old_section = first;
            *old_section_path = first_path;
        }
        net.push(event);
    }
    net.retain(|event| {
        !matches!(&event.news, News::SectionRenamed { section_path, old_section_path, .. }
            if section_path == old_section_path)
    });
    net
}

/// A catalog that was out of reach and is back within the period was never missed.
fn reach(events: &[&Event]) -> Option<Event> {
    let mut turns = events.iter().filter(|event| matches!(event.kind(), Kind::Stale | Kind::Recovered));
    let first = turns.next()?;
    let last = turns.next_back().unwrap_or(first);
    let missed_between = first.kind() == Kind::Stale && last.kind() == Kind::Recovered;
    (!missed_between).then(|| (*last).clone())
}

/// Groups what is left: new entries and rankings by section, mass changes of one step as one line.
fn parts(events: Vec<Event>) -> Vec<Part> {
    let mut by_kind: BTreeMap<Kind, Vec<Event>> = BTreeMap::new();
    for event in events {
        by_kind.entry(event.kind()).or_default().push(event);
    }
    let mut parts = Vec::new();
    for (kind, events) in by_kind {
        match kind {
            Kind::Added => {
                let mut by_section: BTreeMap<Vec<String>, (String, Vec<Event>)> = BTreeMap::new();
                for event in events {
                    let (path, section) = event
                        .news
                        .subject()
                        .map(|subject| (subject.section_path.clone(), subject.section.clone()))
                        .unwrap_or_default();
                    by_section.entry(path).or_insert_with(|| (section, Vec::new())).1.push(event);
                }
                for (section, events) in by_section.into_values() {
                    parts.push(Part::Events { kind, section, events });
                }
            }
            Kind::RanksMoved => {
                for event in events {
                    let section = ranking(&event.news);
                    parts.push(Part::Events { kind, section, events: vec![event] });
                }
            }
            Kind::Released | Kind::ReleasePromoted => {
                parts.push(Part::Releases { kind, projects: releases::by_project(events) });
            }
            Kind::Renamed => swept(kind, events, RENAMED_SWEEP, &mut parts),
            Kind::Edited => swept(kind, events, EDITED_SWEEP, &mut parts),
            kind => {
                let mut events = events;
                if kind.group() == Group::Projects {
                    // What many people know first; equal ones stay in the order they came in.
                    events.sort_by_key(|event| Reverse(event.news.facts().and_then(|facts| facts.stars)));
                }
                parts.push(Part::Events { kind, section: String::new(), events });
            }
        }
    }
    parts
}

fn swept(kind: Kind, events: Vec<Event>, limit: usize, parts: &mut Vec<Part>) {
    let mut steps: BTreeMap<DateTime<Utc>, usize> = BTreeMap::new();
    for event in &events {
        *steps.entry(event.at).or_default() += 1;
    }
    steps.retain(|_, count| *count >= limit);
    let (in_sweeps, single): (Vec<_>, Vec<_>) =
        events.into_iter().partition(|event| steps.contains_key(&event.at));
    for (at, count) in steps {
        let names = in_sweeps
            .iter()
            .filter(|event| event.at == at)
            .filter_map(|event| event.news.subject().map(|subject| subject.name.clone()))
            .collect();
        parts.push(Part::Sweep { kind, count, names });
    }
    if !single.is_empty() {
        parts.push(Part::Events { kind, section: String::new(), events: single });
    }
}

#[cfg(test)]
mod tests;
