//! An event as one line below a heading that already says what kind of news it is.

use super::text::{address, line, listed, number, place};
use super::{metric, moved_rank, project};
use crate::event::{Event, News};

/// A name that can be linked, and the rest of the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brief {
    /// What it is about; may be empty.
    pub name: String,
    /// Its address, if it has one.
    pub url: Option<String>,
    /// What follows the name, with its own leading separator (`: 5 → 3`, ` — A small store.`); may be empty.
    pub rest: String,
}

impl Brief {
    /// The line as plain text.
    pub fn text(&self) -> String {
        format!("{}{}", self.name, self.rest)
    }
}

/// The event in one short line per thing it is about.
pub fn brief(event: &Event) -> Vec<Brief> {
    let rest = match &event.news {
        News::Added { description, in_place_of, facts, .. } => {
            let place = in_place_of.as_ref().map(|gone| format!(" (in place of {})", line(&gone.name, 60)));
            let known = project::known(facts);
            let known = if known.is_empty() { known } else { format!(" · {known}") };
            format!("{}{}{known}", dashed(description), place.unwrap_or_default())
        }
        News::Restored { description, .. } | News::Edited { description, .. } => dashed(description),
        News::Removed { subject, .. } if subject.section.is_empty() => String::new(),
        News::Removed { subject, .. } => format!(" — {}", place(&subject.section)),
        News::Moved { subject, old_section, .. } => {
            format!(": {} → {}", place(old_section), place(&subject.section))
        }
        News::Renamed { subject, old_name, old_url, .. } if subject.name == *old_name => {
            format!(": {} → {}", address(old_url), address(&subject.url))
        }
        News::Renamed { old_name, .. } => format!(", before: {}", line(old_name, 120)),
        News::SectionRenamed { section, old_section, .. } => {
            return vec![plain(format!("{} → {}", place(old_section), place(section)))];
        }
        News::RanksMoved { movers, .. } => {
            return movers
                .iter()
                .map(|mover| {
                    let name = line(&mover.name, 120);
                    let rest = moved_rank(mover).strip_prefix(&name).unwrap_or_default().to_owned();
                    Brief { name, url: Some(mover.url.clone()), rest }
                })
                .collect();
        }
        News::EnteredTop { metric: by, scope, rank, .. } | News::LeftTop { metric: by, scope, rank, .. } => {
            let scope = if scope.is_empty() { String::new() } else { format!(", {}", place(scope)) };
            format!(": number {rank} by {}{scope}", metric(by))
        }
        News::Milestone { metric: of, value, .. } => format!(": {} {}", number(*value), metric(of)),
        News::Followed { entries, .. } => return vec![plain(super::entries(u64::from(*entries)))],
        News::Reshaped { .. } => {
            let told = super::tell(event, "It");
            return vec![plain(told.title)];
        }
        News::Stale { since, error } => {
            return vec![plain(format!("since {}{}", super::date(*since), dashed(error)))];
        }
        News::Recovered { since, .. } => {
            return vec![plain(format!("last read before on {}", super::date(*since)))];
        }
        news @ (News::Released { .. }
        | News::ReleasePromoted { .. }
        | News::ReleasesBackfilled { .. }
        | News::Archived { .. }
        | News::Unarchived { .. }
        | News::ProjectRenamed { .. }
        | News::Gone { .. }
        | News::Back { .. }
        | News::LicenseChanged { .. }
        | News::LinkDead { .. }
        | News::LinkBack { .. }) => project::rest(news),
    };
    let Some(subject) = event.news.subject() else { return vec![plain(rest)] };
    let url = super::link(&event.news);
    vec![Brief { name: line(&subject.name, 120), url, rest }]
}

/// Several names that changed alike at one time.
pub(super) fn swept(count: usize, names: &[String]) -> Brief {
    plain(format!("{} at once, {} among them", number(count as u64), listed(names)))
}

fn plain(text: String) -> Brief {
    Brief { name: String::new(), url: None, rest: text }
}

fn dashed(text: &str) -> String {
    let text = line(text, 300);
    if text.is_empty() { text } else { format!(" — {text}") }
}
