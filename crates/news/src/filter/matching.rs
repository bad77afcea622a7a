//! Whether an event meets a condition.

use std::cell::OnceCell;

use super::{Expr, Term};
use crate::event::{Event, News};
use crate::fold::fold;
use crate::kind::Kind;
use crate::slug;

pub(super) fn matches(expr: &Expr, event: &Event) -> bool {
    meets(expr, &Prepared::new(event), false)
}

pub(super) fn matches_prepared(expr: &Expr, event: &Prepared<'_>) -> bool {
    meets(expr, event, false)
}

/// So many bytes of what an event says are searched; all but texts made to be a burden are shorter.
const SEARCHED: usize = 32 * 1024;

/// An event that is asked about many filters: what it says and is about is brought into comparable form once, when
/// the first of them wants to know.
pub struct Prepared<'a> {
    event: &'a Event,
    said: OnceCell<String>,
    projects: OnceCell<Vec<String>>,
}

/// `finished`: a condition beside this one keeps unfinished releases out.
fn meets(expr: &Expr, facts: &Prepared<'_>, finished: bool) -> bool {
    match expr {
        Expr::Everything => true,
        Expr::Nothing => false,
        Expr::All(parts) => {
            let finished = finished
                || facts.event.kind() == Kind::ReleasePromoted && parts.iter().any(excludes_unfinished);
            parts.iter().all(|part| meets(part, facts, finished))
        }
        Expr::Any(parts) => parts.iter().any(|part| meets(part, facts, finished)),
        Expr::Not(inner) => !meets(inner, facts, finished),
        Expr::Term(term) => match term {
            Term::Catalog(id) => facts.event.is_of(id),
            Term::Kind(kind) => is_kind(facts.event, *kind, finished),
            Term::Section(words) => facts.stands_in(&words.folded, Some(&words.typed)),
            Term::Project(words) => facts.is_about(&words.folded),
            Term::Fact(fact) => fact.holds(facts.event),
            Term::Text(words) => facts.text().contains(&words.folded),
            Term::Pattern(pattern) => pattern.is_in(facts.text()),
        },
    }
}

/// Whether the event is of this kind. Only for a promoted release does `finished` ever hold.
pub(super) fn is_kind(event: &Event, kind: Kind, finished: bool) -> bool {
    event.kind() == kind || finished && kind == Kind::Released
}

/// Whether the condition holds for no unfinished release.
pub(super) fn excludes_unfinished(expr: &Expr) -> bool {
    match expr {
        Expr::Nothing => true,
        Expr::All(parts) => parts.iter().any(excludes_unfinished),
        Expr::Any(parts) => parts.iter().all(excludes_unfinished),
        Expr::Not(inner) => holds_for_unfinished(inner),
        Expr::Term(Term::Fact(fact)) => fact.excludes_unfinished(),
        Expr::Everything | Expr::Term(_) => false,
    }
}

/// Whether the condition holds for every unfinished release.
fn holds_for_unfinished(expr: &Expr) -> bool {
    match expr {
        Expr::Everything => true,
        Expr::All(parts) => parts.iter().all(holds_for_unfinished),
        Expr::Any(parts) => parts.iter().any(holds_for_unfinished),
        Expr::Not(inner) => excludes_unfinished(inner),
        Expr::Term(Term::Fact(fact)) => fact.holds_for_unfinished(),
        Expr::Nothing | Expr::Term(_) => false,
    }
}

impl<'a> Prepared<'a> {
    /// The event, not looked at yet.
    pub fn new(event: &'a Event) -> Self {
        Self { event, said: OnceCell::new(), projects: OnceCell::new() }
    }

    /// The event.
    pub fn event(&self) -> &'a Event {
        self.event
    }

    /// Whether one of the sections it belongs to is such a one.
    fn is_in(&self, is_such: impl Fn(&[String]) -> bool) -> bool {
        if self.event.catalog.is_some() {
            self.event.news.section_paths().iter().any(|path| is_such(path))
        } else {
            self.event.catalogs.iter().any(|place| is_such(&place.section_path))
        }
    }

    /// Whether it belongs to a section of these folded headings, or of this slug.
    pub(super) fn stands_in(&self, headings: &str, slug: Option<&str>) -> bool {
        self.is_in(|path| stands_in(path, headings) || slug.is_some_and(|slug| slug::is_below(path, slug)))
    }

    /// Whether it is about the project of this folded name.
    pub(super) fn is_about(&self, name: &str) -> bool {
        let wanted = project(name);
        self.projects().iter().any(|key| is_project(key, wanted))
    }

    pub(super) fn projects(&self) -> &[String] {
        self.projects.get_or_init(|| self.event.projects().iter().map(|key| fold(key.as_str())).collect())
    }

    /// What it says that somebody could search for, folded, as far as it is searched; parts stand on lines of their own.
    pub fn text(&self) -> &str {
        self.said.get_or_init(|| {
            let mut text = String::new();
            says(&self.event.news, &mut |part| {
                let left = SEARCHED.saturating_sub(text.len());
                text.push_str(&fold(&part[..part.floor_char_boundary(left)]));
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
pub(super) fn heading(folded: &str) -> String {
    let plain: String =
        folded.chars().map(|c| if c.is_alphanumeric() || "+#".contains(c) { c } else { ' ' }).collect();
    let words = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    // A heading of nothing but signs is compared as it stands.
    if words.is_empty() { folded.to_owned() } else { words }
}

/// `owner/repo` out of what people paste: an address, a slug, an end slash.
pub(super) fn project(folded: &str) -> &str {
    let bare = folded.strip_prefix("https://").or_else(|| folded.strip_prefix("http://")).unwrap_or(folded);
    let bare = bare.strip_prefix("www.").unwrap_or(bare).trim_matches('/');
    bare.strip_suffix(".git").unwrap_or(bare)
}

/// Whether a key is the one wanted, or ends in it at a slash.
fn is_project(key: &str, wanted: &str) -> bool {
    key.strip_suffix(wanted).is_some_and(|before| before.is_empty() || before.ends_with('/'))
        // Without the sign that stands for a slash, a slug is no other text than the key.
        || wanted.contains('~') && slug::project_key(wanted).is_some_and(|unslugged| unslugged == key)
}
