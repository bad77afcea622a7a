//! An event as one line below a heading that already says what kind of news it is.

use super::text::{address, clip, line, listed, number, place};
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
    /// Bytes at the end of the rest that say more than what stands before them.
    tail: usize,
}

impl Brief {
    /// A line without such an end.
    pub(super) fn new(name: String, url: Option<String>, rest: String) -> Self {
        Self { name, url, rest, tail: 0 }
    }

    /// The line with something at its end that stays when the rest is cut.
    pub(super) fn push(&mut self, tail: &str) {
        self.rest.push_str(tail);
        self.tail += tail.len();
    }

    /// What follows the name, in at most so many characters: a description is cut before language, stars and lists.
    pub fn rest_within(&self, max_chars: usize) -> String {
        let (head, tail) = self.rest.split_at(self.rest.len() - self.tail);
        match max_chars.checked_sub(tail.chars().count()) {
            // Less of it would say nothing.
            Some(room) if room >= MIN_HEAD => format!("{}{tail}", clip(head, room)),
            _ => clip(&self.rest, max_chars),
        }
    }

    /// The line as plain text.
    pub fn text(&self) -> String {
        format!("{}{}", self.name, self.rest)
    }
}

/// The shortest beginning of a line that is worth its place.
const MIN_HEAD: usize = 20;

/// The event in one short line per thing it is about.
pub fn brief(event: &Event) -> Vec<Brief> {
    let mut known = String::new();
    let rest = match &event.news {
        News::Added { description, in_place_of, facts, .. } => {
            let place = in_place_of.as_ref().map(|gone| format!(" (in place of {})", line(&gone.name, 60)));
            known = project::known(facts);
            format!("{}{}", dashed(description), place.unwrap_or_default())
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
                    Brief::new(name, Some(mover.url.clone()), rest)
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
    let mut brief = Brief::new(line(&subject.name, 120), url, rest);
    if !known.is_empty() {
        brief.push(&format!(" · {known}"));
    }
    vec![brief]
}

/// Several names that changed alike at one time.
pub(super) fn swept(count: usize, names: &[String]) -> Brief {
    plain(format!("{} at once, {} among them", number(count as u64), listed(names)))
}

fn plain(text: String) -> Brief {
    Brief::new(String::new(), None, text)
}

fn dashed(text: &str) -> String {
    let text = line(text, 300);
    if text.is_empty() { text } else { format!(" — {text}") }
}
