//! Digests: what a time comes to, with what the store knows besides events.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use whimbrel_catalog::EntryKey;
use whimbrel_news::digest::{DigestPage, Grown, Part};
use whimbrel_news::{Digest, Filter, Kind};
use whimbrel_project::StarHistory;

use crate::outcome::StoreError;
use crate::query::weight;
use crate::store::Store;

/// Things looked up for one digest; the first ones matter most.
const LOOKED_UP: usize = 1_000;

/// Projects whose growth is told.
const GROWN: usize = 12;

impl Store {
    /// What the time of a page comes to, folded, of the news its filter lets through, and whether that is all: only so
    /// many events are read, the oldest.
    pub fn digest(&self, page: &DigestPage, most_events: usize) -> Result<(Digest, bool), StoreError> {
        let time = page.time;
        // A pattern is asked about fewer events than any other condition.
        let most_events = page.filter.as_ref().map_or(most_events, |filter| most_events / weight(filter));
        let mut events = self.events_between(time.after(), time.up_to(), most_events)?;
        let is_all = events.len() < most_events;
        let filter = page.filter.as_ref();
        events.retain(|event| filter.is_none_or(|filter| filter.matches(event)));
        // Who asks for kinds gets them, also those that are usually too quiet.
        let chosen = filter.is_some_and(Filter::names_kinds);
        let mut digest = Digest::fold_all(time.span(), &events, |kind| chosen || kind.is_digested());
        self.complete_digest(&mut digest, time.begin(), time.up_to())?;
        Ok((digest, is_all))
    }

    /// Adds to a digest what no event says: which catalogs list its new entries besides, and how the stars of its
    /// projects went after a moment and up to another, those first that gained most.
    pub fn complete_digest(
        &self,
        digest: &mut Digest,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let parts = digest.catalogs.iter().flat_map(|catalog| &catalog.parts);
        let added: HashSet<String> = parts
            .filter_map(|part| match part {
                Part::Events { kind: Kind::Added, events, .. } => Some(events),
                _ => None,
            })
            .flatten()
            .filter_map(|event| event.news.subject().map(|subject| subject.key.clone()))
            .collect();
        let subjects: Vec<_> = digest.subjects().into_iter().take(LOOKED_UP).cloned().collect();
        let mut projects = HashSet::new();
        for subject in subjects {
            let Some(id) = self.project_named(&EntryKey::from_stored(&subject.key))? else { continue };
            if added.contains(&subject.key) {
                let known = digest.also.entry(subject.key.clone()).or_default();
                for listing in self.listings(id)? {
                    if !known.contains(&listing.catalog) {
                        known.push(listing.catalog);
                    }
                }
                known.sort();
                if known.len() < 2 {
                    digest.also.remove(&subject.key);
                }
            }
            if !projects.insert(id) {
                continue;
            }
            let points = within(&self.star_history(id)?, from, to);
            if let Some(project) = self.project(id)? {
                let url = project.url();
                digest.growth.push(Grown { name: subject.name, project: project.full_name, url, points });
            }
        }
        digest.growth.retain(|grown| grown.gained() > 0);
        digest.growth.sort_by_key(|grown| std::cmp::Reverse(grown.gained()));
        digest.growth.truncate(GROWN);
        Ok(())
    }
}

/// What was counted after a moment and up to another, with what stood at the first.
fn within(history: &StarHistory, from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<(DateTime<Utc>, u64)> {
    let rows = history.rows();
    let first = rows.partition_point(|row| row.at <= from);
    let stood = first.checked_sub(1).map(|before| (from, rows[before].stars));
    let counted = rows[first..].iter().take_while(|row| row.at <= to).map(|row| (row.at, row.stars));
    stood.into_iter().chain(counted).collect()
}
