//! Whether an event meets a condition.

use std::cell::OnceCell;

use super::{Expr, Term};
use crate::event::{Event, News};
use crate::fold::fold;
use crate::slug;

pub(super) fn matches(expr: &Expr, event: &Event) -> bool {
    meets(expr, &Facts { event, text: OnceCell::new() })
}

/// An event, and what it says in comparable form once somebody asks.
struct Facts<'a> {
    event: &'a Event,
    text: OnceCell<String>,
}

fn meets(expr: &Expr, facts: &Facts<'_>) -> bool {
    match expr {
        Expr::Everything => true,
        Expr::Nothing => false,
        Expr::All(parts) => parts.iter().all(|part| meets(part, facts)),
        Expr::Any(parts) => parts.iter().any(|part| meets(part, facts)),
        Expr::Not(inner) => !meets(inner, facts),
        Expr::Term(term) => match term {
            Term::Catalog(id) => facts.event.catalog_ids().contains(&id),
            Term::Kind(kind) => facts.event.kind() == *kind,
            Term::Section(words) => facts
                .event
                .places()
                .iter()
                .any(|(_, path)| stands_in(path, &words.folded) || slug::is_below(path, &words.typed)),
            Term::Project(words) => {
                let wanted = project(&words.folded);
                facts.event.projects().iter().any(|key| is_project(&fold(key.as_str()), wanted))
            }
            Term::Text(words) => facts.text().contains(&words.folded),
        },
    }
}

impl Facts<'_> {
    fn text(&self) -> &str {
        self.text.get_or_init(|| {
            let mut text = String::new();
            says(&self.event.news, &mut |part| {
                text.push_str(&fold(part));
                // Folded text has no line ends, so no phrase reaches from one part into the next.
                text.push('\n');
            });
            text
        })
    }
}

/// Everything an event says that somebody could search for.
fn says(news: &News, part: &mut dyn FnMut(&str)) {
    if let Some(subject) = news.subject() {
        part(&subject.name);
        part(&subject.url);
        part(&subject.section);
    }
    part(news.description());
    if let Some(project) = news.project() {
        part(&project.project);
    }
    match news {
        News::Added { in_place_of: Some(gone), .. } => part(&gone.name),
        News::Moved { old_section, .. } => part(old_section),
        News::Renamed { old_name, old_url, .. } => {
            part(old_name);
            part(old_url);
        }
        News::Edited { old_description, .. } => part(old_description),
        News::SectionRenamed { section, old_section, .. } => {
            part(section);
            part(old_section);
        }
        News::RanksMoved { scope, movers, .. } => {
            part(scope);
            for mover in movers {
                part(&mover.name);
                part(&mover.url);
                mover.overtook.iter().for_each(|name| part(name));
            }
        }
        News::Released { release, .. } | News::ReleasePromoted { release, .. } => {
            part(&release.tag);
            part(&release.title);
            part(&release.notes);
            release.package.iter().chain(&release.security).for_each(|text| part(text));
        }
        News::ReleasesBackfilled { oldest_tag, newest_tag, .. } => {
            part(oldest_tag);
            part(newest_tag);
        }
        News::ProjectRenamed { old_project, old_url, .. } => {
            part(old_project);
            part(old_url);
        }
        News::Reshaped { detail, .. } => part(detail),
        News::Stale { error, .. } | News::Recovered { error, .. } => part(error),
        _ => {}
    }
}

/// Whether the headings wanted follow one another somewhere in the path.
fn stands_in(path: &[String], wanted: &str) -> bool {
    let wanted: Vec<String> = wanted.split(" / ").map(heading).collect();
    // A heading may hold ` / ` itself.
    let path = path.iter().map(|part| fold(part));
    let path: Vec<String> =
        path.flat_map(|part| part.split(" / ").map(heading).collect::<Vec<_>>()).collect();
    path.windows(wanted.len()).any(|headings| headings == wanted)
}

/// A folded heading without ornaments: letters, digits, and the signs that make `C++` and `C#` what they are.
fn heading(folded: &str) -> String {
    let plain: String =
        folded.chars().map(|c| if c.is_alphanumeric() || "+#".contains(c) { c } else { ' ' }).collect();
    let words = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    // A heading of nothing but signs is compared as it stands.
    if words.is_empty() { folded.to_owned() } else { words }
}

/// `owner/repo` out of what people paste: an address, a slug, an end slash.
fn project(folded: &str) -> &str {
    let bare = folded.strip_prefix("https://").or_else(|| folded.strip_prefix("http://")).unwrap_or(folded);
    let bare = bare.strip_prefix("www.").unwrap_or(bare).trim_matches('/');
    bare.strip_suffix(".git").unwrap_or(bare)
}

/// Whether a key is the one wanted, or ends in it at a slash.
fn is_project(key: &str, wanted: &str) -> bool {
    key.strip_suffix(wanted).is_some_and(|before| before.is_empty() || before.ends_with('/'))
        || slug::project_key(wanted).is_some_and(|unslugged| unslugged == key)
}
