//! What a lane tells: which events of a range, and the bundle they come to.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use chrono::{DateTime, TimeDelta, Utc};
use whimbrel_news::Zone;
use whimbrel_news::digest::DigestPage;
use whimbrel_news::{Digest, Event, Filter, Kind, Period, Prepared};
use whimbrel_store::{CatalogFacts, DigestOf, Intent, Lane, Store, StoreError, Want};

use super::journal::Journal;
use crate::bundle::{Bundle, Content, Links};
use crate::cadence::{Cadence, Rhythm};

/// What decides whether an event is told in a lane.
#[derive(Clone, Copy)]
pub(crate) struct Chooser<'a> {
    pub(crate) wants: &'a [Want],
    pub(crate) instant: bool,
}

/// What one want makes of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Choice {
    /// Told.
    Told,
    /// It meets the filter, but its kind is not told at this cadence.
    Unusual,
    /// It does not meet the filter.
    Filtered,
    /// It is not of the want's time.
    Outside,
}

impl<'a> Chooser<'a> {
    pub(crate) fn of(lane: &'a Lane, cadence: &Cadence) -> Self {
        Self { wants: &lane.wants, instant: cadence.is_instant() }
    }

    /// Is the event told in the lane? Several filters that it meets tell it once.
    pub(crate) fn tells(self, event: &Event) -> bool {
        let prepared = Prepared::new(event);
        let mut told = false;
        for want in self.wants {
            if self.choice(want, &prepared) == Choice::Told {
                if event.seq <= want.told {
                    return false;
                }
                told = true;
            }
        }
        told
    }

    /// What a want makes of an event, whether it told it already or not.
    pub(crate) fn choice(self, want: &Want, event: &Prepared<'_>) -> Choice {
        let seq = event.event().seq;
        if seq <= want.after || want.until.is_some_and(|until| seq > until) {
            Choice::Outside
        } else if !want.filter.matches_prepared(event) {
            Choice::Filtered
        } else if want.filter.names_kinds() || self.usual(event.event().kind()) {
            Choice::Told
        } else {
            Choice::Unusual
        }
    }

    /// Does it go into the folding of a digest? Quiet kinds cancel others there; they are not shown.
    fn folds(self, event: &Event) -> bool {
        let prepared = Prepared::new(event);
        let meets = |want: &Want| {
            matches!(self.choice(want, &prepared), Choice::Told | Choice::Unusual) && event.seq > want.told
        };
        self.wants.iter().any(meets)
    }

    fn usual(self, kind: Kind) -> bool {
        if self.instant { kind.is_instant() } else { kind.is_digested() }
    }

    /// No filter speaks of kinds, so that kinds alone say what is shown.
    fn is_plain(self) -> bool {
        !self.wants.iter().any(|want| want.filter.names_kinds())
    }
}

/// The events of a range that a lane tells.
pub(crate) fn told(
    journal: &Journal,
    chooser: Chooser<'_>,
    from: u64,
    to: u64,
) -> Result<Vec<Event>, StoreError> {
    let mut events = Vec::new();
    journal.walk(from, to, |event| {
        if chooser.tells(event) {
            events.push(event.clone());
        }
        ControlFlow::Continue(())
    })?;
    Ok(events)
}

/// How many events of a range a lane tells.
pub(crate) fn count(
    journal: &Journal,
    chooser: Chooser<'_>,
    from: u64,
    to: u64,
) -> Result<usize, StoreError> {
    let mut count = 0;
    journal.walk(from, to, |event| {
        count += usize::from(chooser.tells(event));
        ControlFlow::Continue(())
    })?;
    Ok(count)
}

/// The first event of a range that a lane tells.
pub(crate) fn first(
    journal: &Journal,
    chooser: Chooser<'_>,
    from: u64,
    to: u64,
) -> Result<Option<(u64, DateTime<Utc>)>, StoreError> {
    let mut found = None;
    journal.walk(from, to, |event| {
        if chooser.tells(event) {
            found = Some((event.seq, event.recorded));
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    })?;
    Ok(found)
}

/// The bundle a stated flush comes to: always the same one. `None` when nothing is left of it.
pub(crate) fn bundle(
    journal: &Journal,
    wants: &[Want],
    cadence: &Cadence,
    intent: &Intent,
) -> Result<Option<Bundle>, StoreError> {
    // What was asked for since is no part of it.
    let wants: Vec<Want> = wants.iter().filter(|want| want.after < intent.to).cloned().collect();
    let chooser = Chooser { wants: &wants, instant: cadence.is_instant() };
    let content = match intent.digest {
        None => {
            let events = told(journal, chooser, intent.from, intent.to)?;
            if events.is_empty() && intent.dropped == 0 {
                return Ok(None);
            }
            Content::News(events)
        }
        Some(of) => {
            let plain = chooser.is_plain();
            let mut events = Vec::new();
            journal.walk(intent.from, intent.to, |event| {
                if if plain { chooser.folds(event) } else { chooser.tells(event) } {
                    events.push(event.clone());
                }
                ControlFlow::Continue(())
            })?;
            let digest = fold(chooser, cadence, of, &events);
            Content::Digest {
                digest,
                label: label(of, cadence.zone),
                from: of.from,
                to: of.to,
                catch_up: of.catch_up,
                read: intent
                    .catalogs
                    .iter()
                    .filter_map(|facts| Some((facts.id.clone(), facts.read?)))
                    .collect(),
            }
        }
    };
    let titles: BTreeMap<_, _> =
        intent.catalogs.iter().map(|facts| (facts.id.clone(), facts.title.clone())).collect();
    let links = Links { site: intent.site.clone(), digest: intent.page.clone() };
    Ok(Some(Bundle { content, dropped: intent.dropped, titles, links, picture: None }))
}

/// The events of a period, folded.
fn fold(chooser: Chooser<'_>, cadence: &Cadence, of: DigestOf, events: &[Event]) -> Digest {
    let plain = chooser.is_plain();
    Digest::fold_all(span(cadence, of), events, |kind| !plain || chooser.usual(kind))
}

/// The day or week of UTC that a period is nearest to.
fn span(cadence: &Cadence, of: DigestOf) -> whimbrel_news::Span {
    let long = !matches!(cadence.rhythm, Rhythm::Hourly | Rhythm::Daily { .. });
    let period = if long { Period::Weekly } else { Period::Daily };
    let middle = of.from + (of.to - of.from) / 2;
    period.around(middle)
}

/// The page of our own site that shows a period, where there is one.
pub(crate) fn page(site: Option<&str>, wants: &[Want], of: DigestOf) -> Option<String> {
    let filter =
        Filter::any(wants.iter().filter(|want| want.until.is_none()).map(|want| want.filter.clone()));
    Some(format!("{}/{}", site?, DigestPage::new(of.from, of.to, Some(&filter)).path()))
}

/// What a period is called, on the wall clock of its reader.
pub(crate) fn label(of: DigestOf, zone: Zone) -> String {
    let (from, to) = (of.from.with_timezone(&zone), of.to.with_timezone(&zone));
    if of.to - of.from <= TimeDelta::hours(26) {
        let day = to.format("%-d %B %Y");
        return if of.to - of.from <= TimeDelta::hours(2) {
            format!("{day}, {} to {}", from.format("%H:%M"), to.format("%H:%M"))
        } else {
            format!("the day to {day}, {}", to.format("%H:%M"))
        };
    }
    let same = |part: &str| from.format(part).to_string() == to.format(part).to_string();
    let first = match (same("%Y"), same("%Y %m")) {
        (true, true) => from.format("%-d"),
        (true, false) => from.format("%-d %B"),
        _ => from.format("%-d %B %Y"),
    };
    format!("{first} to {}", to.format("%-d %B %Y"))
}

/// What is known at this moment about the catalogs that events name.
pub(crate) fn catalogs<'a>(
    store: &Store,
    events: impl IntoIterator<Item = &'a Event>,
) -> Result<Vec<CatalogFacts>, StoreError> {
    let mut ids = Vec::new();
    for event in events {
        for id in event.catalog_ids() {
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
    }
    let mut facts = Vec::with_capacity(ids.len());
    for id in ids {
        if let Some(meta) = store.catalog(id)? {
            facts.push(CatalogFacts { id: id.clone(), title: meta.title, read: meta.last_success });
        }
    }
    facts.sort_by(|one, two| one.id.cmp(&two.id));
    Ok(facts)
}

/// Nothing is left of a digest once what cancels out is gone.
pub(crate) fn is_empty(bundle: &Bundle) -> bool {
    match &bundle.content {
        Content::News(events) => events.is_empty() && bundle.dropped == 0,
        Content::Digest { digest, .. } => digest.is_empty() && bundle.dropped == 0,
    }
}

/// The condition of a filter an event does not meet.
pub(crate) fn miss(filter: &Filter, event: &Event) -> Filter {
    filter.first_miss(event).unwrap_or_else(|| filter.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_have_names_people_use() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        for (from, to, zone, name) in [
            ("2026-11-16T08:00:00Z", "2026-11-23T08:00:00Z", "Europe/Berlin", "16 to 23 November 2026"),
            ("2026-11-30T09:00:00Z", "2026-12-07T09:00:00Z", "UTC", "30 November to 7 December 2026"),
            ("2026-12-28T09:00:00Z", "2027-01-04T09:00:00Z", "UTC", "28 December 2026 to 4 January 2027"),
            (
                "2026-11-19T08:00:00Z",
                "2026-11-20T08:00:00Z",
                "Europe/Berlin",
                "the day to 20 November 2026, 09:00",
            ),
            ("2026-11-20T08:00:00Z", "2026-11-20T09:00:00Z", "UTC", "20 November 2026, 08:00 to 09:00"),
        ] {
            let of = DigestOf { from: at(from), to: at(to), catch_up: false };
            assert_eq!(label(of, zone.parse().unwrap()), name);
        }
    }
}
