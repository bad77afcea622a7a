//! Releases of a period, a line for each project, those that matter most first.

use std::cmp::Reverse;
use std::collections::HashMap;

use crate::event::{Event, Level, Release};

/// What one project published.
#[derive(Clone, Debug, PartialEq)]
pub struct Releases {
    /// The release that matters most; the newest of several that matter alike.
    pub first: Event,
    /// The others, the newest first.
    pub others: Vec<Event>,
}

impl Releases {
    /// How many releases these are.
    pub fn count(&self) -> usize {
        1 + self.others.len()
    }
}

/// The events, which are releases and oldest first, by project.
pub(super) fn by_project(events: Vec<Event>) -> Vec<Releases> {
    let mut projects: Vec<Vec<Event>> = Vec::new();
    let mut of_key: HashMap<String, usize> = HashMap::new();
    for event in events {
        let key = event.news.subject().map_or(String::new(), |subject| subject.key.clone());
        let index = *of_key.entry(key).or_insert_with(|| {
            projects.push(Vec::new());
            projects.len() - 1
        });
        projects[index].push(event);
    }
    let mut releases: Vec<_> = projects.into_iter().filter_map(together).collect();
    // Equal ones stay in the order they came in.
    releases.sort_by_key(|releases| (weight(&releases.first), Reverse(stars(&releases.first))));
    releases
}

fn together(mut events: Vec<Event>) -> Option<Releases> {
    events.reverse();
    let first = (0..events.len()).min_by_key(|index| (weight(&events[*index]), step(&events[*index])))?;
    let first = events.remove(first);
    Some(Releases { first, others: events })
}

/// Whom it concerns, everybody first: mended weaknesses and large steps, finished releases, others, nightly ones.
fn weight(event: &Event) -> u8 {
    match event.news.release() {
        Some(release) if release.nightly => 3,
        Some(release) if !release.security.is_empty() => 0,
        Some(release) if release.is_unfinished() => 2,
        Some(Release { level: Some(Level::Major), .. }) => 0,
        _ => 1,
    }
}

/// How large a step is, the largest first.
fn step(event: &Event) -> Reverse<Option<Level>> {
    Reverse(event.news.release().and_then(|release| release.level))
}

fn stars(event: &Event) -> Option<u64> {
    event.news.facts().and_then(|facts| facts.stars)
}
