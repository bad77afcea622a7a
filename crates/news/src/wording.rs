//! The words an event is told in: plain text, no markup, the same for feeds, pages and messages.
//!
//! Names and descriptions come from strangers' documents: here they become single lines of bounded length without
//! control characters. Escaping for a network is the business of whoever renders for it.

mod brief;
mod digest;
mod project;
mod text;

use whimbrel_catalog::{HoldReason, Metric, Mover};

pub use self::brief::{Brief, brief};
pub use self::digest::{
    Room, ToldDigest, ToldGroup, tell_digest, tell_digest_of, tell_digest_within, tell_read,
};
pub use self::project::{before_notes, excerpt, facts, own_title, qualities, security, version};
use self::text::{address, entries, listed, listed_plain, place};
pub use self::text::{clip, counted, date, line, number};
use crate::event::{Event, News};

/// The longest headline, in characters; what is longer is cut, and says so by `…`.
pub const MAX_TITLE: usize = 250;

/// The longest line of a body, in characters.
pub const MAX_LINE: usize = 2_000;

/// Lines about movers of one ranking; the rest is counted.
const MAX_MOVERS: usize = 20;

/// An event in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// One line that stands alone, such as `Added: etcd — Key-Value Stores`.
    pub title: String,
    /// What else there is to say, a paragraph each; may be empty.
    pub lines: Vec<String>,
    /// Address of the thing it is about. News of a whole catalog has none: link its page.
    pub link: Option<String>,
}

/// The event in words; `catalog` is what people call its catalog.
pub fn tell(event: &Event, catalog: &str) -> Told {
    let catalog = line(catalog, 100);
    let Words { title, lines } = words(&event.news, &catalog);
    let lines = lines.iter().map(|text| line(text, MAX_LINE)).filter(|text| !text.is_empty()).collect();
    Told { title: line(&title, MAX_TITLE), lines, link: link(&event.news) }
}

/// What a metric is called: `stars`, `forks`, or the header of its column.
pub fn metric(metric: &Metric) -> &str {
    match metric {
        Metric::Stars => "stars",
        Metric::Forks => "forks",
        Metric::Updated => "last update",
        Metric::Other(header) => header,
    }
}

/// Where news leads: to the page of a release, else to the thing itself.
pub fn link(news: &News) -> Option<String> {
    let url = match news {
        News::RanksMoved { movers, .. } => movers.first().map(|mover| &mover.url),
        news => {
            let page = news.release().map(|release| &release.release_url).filter(|url| !url.is_empty());
            page.or_else(|| news.subject().map(|subject| &subject.url))
        }
    };
    url.filter(|url| !url.is_empty()).cloned()
}

struct Words {
    title: String,
    lines: Vec<String>,
}

fn words(news: &News, catalog: &str) -> Words {
    match news {
        News::Added { subject, description, in_place_of, returned, facts: known } => {
            let mut lines = vec![description.clone(), facts(known)];
            if let Some(gone) = in_place_of {
                lines.push(format!("It took the place of {}.", name(&gone.name)));
            }
            if *returned {
                lines.push("It was listed before, and is back after a while.".to_owned());
            }
            let again = if *returned { "Added again" } else { "Added" };
            Words { title: format!("{again}: {}{}", name(&subject.name), under(&subject.section)), lines }
        }
        News::Removed { subject, description } => Words {
            title: format!("Removed: {}{}", name(&subject.name), under(&subject.section)),
            lines: vec![description.clone()],
        },
        News::Restored { subject, description } => Words {
            title: format!("Restored: {}{}", name(&subject.name), under(&subject.section)),
            lines: vec![description.clone(), "It had been removed a short while ago.".to_owned()],
        },
        News::Moved { subject, description, old_section, .. } => Words {
            title: format!(
                "Moved: {} — {} → {}",
                name(&subject.name),
                place(old_section),
                place(&subject.section)
            ),
            lines: vec![description.clone()],
        },
        News::Renamed { subject, description, old_name, old_url, .. } => {
            let (old, new) = (address(old_url), address(&subject.url));
            let addresses = format!("{old} → {new}");
            if subject.name == *old_name {
                let title = format!("New address: {}{}", name(&subject.name), under(&subject.section));
                Words { title, lines: vec![addresses, description.clone()] }
            } else {
                let title = format!(
                    "Renamed: {} → {}{}",
                    name(old_name),
                    name(&subject.name),
                    under(&subject.section)
                );
                let addresses = if old == new { String::new() } else { addresses };
                Words { title, lines: vec![addresses, description.clone()] }
            }
        }
        News::Edited { subject, description, old_description } => Words {
            title: format!("Edited: {}{}", name(&subject.name), under(&subject.section)),
            lines: vec![
                if description.is_empty() {
                    "Its description is gone.".to_owned()
                } else {
                    description.clone()
                },
                if old_description.is_empty() { String::new() } else { format!("Before: {old_description}") },
            ],
        },
        News::SectionRenamed { section, section_path, old_section, old_section_path, entries: went } => {
            let what = if section_path.last() == old_section_path.last() { "moved" } else { "renamed" };
            Words {
                title: format!("Section {what}: {} → {}", place(old_section), place(section)),
                lines: vec![format!("{} went with it.", entries(u64::from(*went)))],
            }
        }
        News::RanksMoved { metric: by, scope, movers, .. } => ranks_moved(metric(by), scope, movers),
        News::EnteredTop { subject, metric: by, scope, rank, top } => Words {
            title: format!(
                "{} is now in the top {top} by {}{}",
                name(&subject.name),
                metric(by),
                under(scope)
            ),
            lines: vec![format!("It is number {rank}.")],
        },
        News::LeftTop { subject, metric: by, scope, rank, top } => Words {
            title: format!("{} left the top {top} by {}{}", name(&subject.name), metric(by), under(scope)),
            lines: vec![format!("It is number {rank} now.")],
        },
        News::Milestone { subject, metric: of, value } => Words {
            title: format!("{} passed {} {}", name(&subject.name), number(*value), metric(of)),
            lines: vec![],
        },
        News::Followed { entries: listed, listings, sections } => Words {
            title: format!("Now following {catalog}: {}", entries(u64::from(*listed))),
            lines: vec![
                match sections {
                    1 => "They stand in one section.".to_owned(),
                    many => format!("They stand in {} sections.", number(u64::from(*many))),
                },
                if listings > listed {
                    format!("Some stand in several places: {} listings.", number(u64::from(*listings)))
                } else {
                    String::new()
                },
            ],
        },
        News::Reshaped { reason, detail, added, removed, moved, renamed, edited } => {
            let counts = [
                (*added, "added"),
                (*removed, "removed"),
                (*moved, "moved"),
                (*renamed, "renamed"),
                (*edited, "edited"),
            ];
            let counts: Vec<_> = counts
                .iter()
                .filter(|(count, _)| *count > 0)
                .map(|(count, what)| format!("{} {what}", number(u64::from(*count))))
                .collect();
            let counts =
                if counts.is_empty() { String::new() } else { format!(": {}", listed_plain(&counts)) };
            Words {
                title: format!("{catalog} was reshaped{counts}"),
                lines: vec![why(*reason).to_owned(), detail.clone()],
            }
        }
        News::Stale { since, error } => Words {
            title: format!("{catalog} is out of reach since {}", date(*since)),
            lines: vec![error.clone(), "What we know of it is from then; we keep trying.".to_owned()],
        },
        News::Recovered { since, error } => Words {
            title: format!("{catalog} is in reach again"),
            lines: vec![
                format!("It had last been read on {}.", date(*since)),
                if error.is_empty() { String::new() } else { format!("What had been wrong: {error}") },
            ],
        },
        News::Released { .. }
        | News::ReleasePromoted { .. }
        | News::ReleasesBackfilled { .. }
        | News::Archived { .. }
        | News::Unarchived { .. }
        | News::ProjectRenamed { .. }
        | News::Gone { .. }
        | News::Back { .. }
        | News::LicenseChanged { .. }
        | News::LinkDead { .. }
        | News::LinkBack { .. } => project::words(news),
    }
}

/// A line about one mover: `etcd overtook badger and bbolt: 5 → 3`.
fn moved_rank(mover: &Mover) -> String {
    let (who, from, to) = (name(&mover.name), mover.from, mover.to);
    match (mover.overtook.as_slice(), to < from) {
        ([], true) => format!("{who} rose: {from} → {to}"),
        ([], false) => format!("{who} fell: {from} → {to}"),
        (passed, _) => format!("{who} overtook {}: {from} → {to}", listed(passed)),
    }
}

fn ranks_moved(by: &str, scope: &str, movers: &[Mover]) -> Words {
    let about = format!("by {by}{}", under(scope));
    match movers {
        [only] => Words { title: format!("{} ({about})", moved_rank(only)), lines: vec![] },
        movers => {
            let mut lines: Vec<_> = movers.iter().take(MAX_MOVERS).map(moved_rank).collect();
            if movers.len() > MAX_MOVERS {
                lines.push(format!("… and {} more.", movers.len() - MAX_MOVERS));
            }
            let names: Vec<_> = movers.iter().map(|mover| mover.name.clone()).collect();
            Words { title: format!("New ranks {about}: {}", listed(&names)), lines }
        }
    }
}

/// Why a change was told in one line.
fn why(reason: HoldReason) -> &'static str {
    match reason {
        HoldReason::Unreadable => "The document could not be read for a while.",
        HoldReason::Shrunk => "Many entries are gone at once.",
        HoldReason::Replaced => "Most entries gave way to others.",
        HoldReason::Reshaped => "So much changed at once that it is told in one line.",
        HoldReason::Sweep => "Many addresses or texts were rewritten at once.",
    }
}

fn name(name: &str) -> String {
    line(name, 120)
}

/// ` — A / B`, or nothing where no section is named.
fn under(section: &str) -> String {
    if section.is_empty() { String::new() } else { format!(" — {}", line(section, 120)) }
}

#[cfg(test)]
mod tests;
