//! What the steps of each project come to: its releases, and the state it ends in.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::event::{Event, News};
use crate::kind::Kind;

/// The events that projects themselves cause, oldest first, folded; in no particular order.
pub(super) fn fold(events: &[&Event]) -> Vec<Event> {
    let mut net = releases(events);
    net.extend(turns(events, Kind::Archived, Kind::Unarchived));
    net.extend(turns(events, Kind::Gone, Kind::Back));
    net.extend(turns(events, Kind::LinkDead, Kind::LinkBack));
    net.extend(renamings(events));
    net.extend(licences(events));
    net
}

/// A release that was promoted within the period is told once, as promoted.
fn releases(events: &[&Event]) -> Vec<Event> {
    let promoted: HashSet<(&str, &str)> = events
        .iter()
        .filter(|event| event.kind() == Kind::ReleasePromoted)
        .filter_map(|event| Some((key(event)?, event.news.release()?.id.as_str())))
        .collect();
    let stays = |event: &Event| match event.kind() {
        Kind::Released => {
            let release = event.news.release().map_or("", |release| &release.id);
            !key(event).is_some_and(|key| promoted.contains(&(key, release)))
        }
        kind => matches!(kind, Kind::ReleasePromoted | Kind::ReleasesBackfilled),
    };
    events.iter().filter(|event| stays(event)).map(|event| (*event).clone()).collect()
}

/// There and back again is nothing; otherwise the last turn counts.
fn turns(events: &[&Event], there: Kind, back: Kind) -> Vec<Event> {
    let mut of_project: BTreeMap<&str, (&Event, &Event)> = BTreeMap::new();
    for event in events.iter().filter(|event| event.kind() == there || event.kind() == back) {
        let Some(key) = key(event) else { continue };
        of_project.entry(key).or_insert((event, event)).1 = event;
    }
    of_project
        .into_values()
        .filter(|(first, last)| first.kind() == last.kind())
        .map(|(_, last)| last.clone())
        .collect()
}

/// A project renamed twice is renamed once, from its first name to its last.
fn renamings(events: &[&Event]) -> Vec<Event> {
    let mut net: Vec<Event> = Vec::new();
    // Where the project of a key stands in `net`.
    let mut of_key: HashMap<&str, usize> = HashMap::new();
    for event in events {
        let News::ProjectRenamed { project, old_key: known_as, .. } = &event.news else { continue };
        let earlier = of_key.remove(known_as.as_str());
        let mut event = (*event).clone();
        let index = earlier.unwrap_or(net.len());
        of_key.insert(&project.subject.key, index);
        let Some(first) = earlier.map(|index| net[index].news.clone()) else {
            net.push(event);
            continue;
        };
        if let News::ProjectRenamed {
            old_project: name, old_url: url, old_key: key, transferred: moved, ..
        } = first
            && let News::ProjectRenamed { old_project, old_url, old_key, transferred, .. } = &mut event.news
        {
            (*old_project, *old_url, *old_key) = (name, url, key);
            *transferred |= moved;
        }
        net[index] = event;
    }
    net.retain(|event| {
        !matches!(&event.news, News::ProjectRenamed { project, old_key, .. }
            if !old_key.is_empty() && project.subject.key == *old_key)
    });
    net
}

/// Of several licences the first and the last.
fn licences(events: &[&Event]) -> Vec<Event> {
    let mut net: BTreeMap<&str, Event> = BTreeMap::new();
    for event in events {
        let News::LicenseChanged { old_license, .. } = &event.news else { continue };
        let Some(key) = key(event) else { continue };
        let first = match net.get(key).map(|known| &known.news) {
            Some(News::LicenseChanged { old_license, .. }) => old_license.clone(),
            _ => old_license.clone(),
        };
        let mut event = (*event).clone();
        if let News::LicenseChanged { old_license, .. } = &mut event.news {
            *old_license = first;
        }
        net.insert(key, event);
    }
    net.into_values()
        .filter(|event| {
            !matches!(&event.news, News::LicenseChanged { project, old_license }
                if project.facts.license == *old_license)
        })
        .collect()
}

fn key(event: &Event) -> Option<&str> {
    event.news.subject().map(|subject| subject.key.as_str())
}
