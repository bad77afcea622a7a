//! News of projects in words: their releases and the state they are in.

use chrono::{DateTime, Utc};

use super::text::{address, date, line, listed_plain, number};
use super::{Words, name, under};
use crate::event::{Facts, Level, News, Project, Release};

/// What people call a licence that is none.
const NO_LICENCE: &str = "none named";

/// The words for news of a project; of other news only its kind.
pub(super) fn words(news: &News) -> Words {
    match news {
        News::Released { project, release } => {
            let title = format!("{} released{}", versioned(project, release), in_brackets(release));
            Words { title, lines: told(release) }
        }
        News::ReleasePromoted { project, release } => {
            let title =
                format!("{} is no longer a prerelease{}", versioned(project, release), in_brackets(release));
            Words { title, lines: told(release) }
        }
        News::ReleasesBackfilled { project, count, .. } => {
            let many = if *count == 1 { "release" } else { "releases" };
            let title = format!("{} added {} earlier {many}", called(project), number(u64::from(*count)));
            Words { title, lines: range(news).iter().map(|range| format!("{}.", capital(range))).collect() }
        }
        News::Archived { project, since } => Words {
            title: format!("{} is archived", called(project)),
            lines: vec![
                format!("Its repository can be read, but is no longer worked on{}.", since_when(*since)),
                facts(&project.facts),
            ],
        },
        News::Unarchived { project } => Words {
            title: format!("{} is no longer archived", called(project)),
            lines: vec!["Its repository is open for work again.".to_owned(), facts(&project.facts)],
        },
        News::ProjectRenamed { project, old_project, old_url, transferred, .. } => Words {
            title: format!("Renamed: {} → {}", name(old_project), name(&project.project)),
            lines: vec![
                format!("{} → {}", address(old_url), address(&project.subject.url)),
                if *transferred { "It has another owner now.".to_owned() } else { String::new() },
            ],
        },
        News::Gone { project, since } => Words {
            title: format!("{} is gone", called(project)),
            lines: vec![format!(
                "Its repository has not been found since {}: it was deleted or is no longer public.",
                date(*since)
            )],
        },
        News::Back { project, since } => Words {
            title: format!("{} is back", called(project)),
            lines: vec![format!("Its repository had not been found since {}.", date(*since))],
        },
        News::LicenseChanged { project, old_license } => Words {
            title: format!(
                "{} changed its licence: {}",
                called(project),
                licences(project, old_license.as_deref())
            ),
            lines: vec![],
        },
        News::LinkDead { subject, status, since } => Words {
            title: format!("Dead link: {}{}", name(&subject.name), under(&subject.section)),
            lines: vec![format!("{} has answered {status} since {}.", address(&subject.url), date(*since))],
        },
        News::LinkBack { subject, since } => Words {
            title: format!("Link works again: {}{}", name(&subject.name), under(&subject.section)),
            lines: vec![format!("{} had been dead since {}.", address(&subject.url), date(*since))],
        },
        other => Words { title: other.kind().title().to_owned(), lines: vec![] },
    }
}

/// What stands behind the name of a project below a heading that says which kind of news it is; nothing for other
/// news.
pub(super) fn rest(news: &News) -> String {
    match news {
        News::Released { release, .. } | News::ReleasePromoted { release, .. } => {
            let hint = security(release).map(|hint| format!(" — {hint}")).unwrap_or_default();
            format!(" {}{}{hint}", version(release), in_brackets(release))
        }
        News::ReleasesBackfilled { count, .. } => {
            let range = range(news).map(|range| format!(" — {range}")).unwrap_or_default();
            format!(": {}{range}", number(u64::from(*count)))
        }
        News::Archived { since, .. } => since.map(|at| format!(", since {}", date(at))).unwrap_or_default(),
        News::ProjectRenamed { project, old_project, .. } => {
            format!(": {} → {}", name(old_project), name(&project.project))
        }
        News::Gone { since, .. } => format!(", not found since {}", date(*since)),
        News::Back { since, .. } => format!(", not found from {} until now", date(*since)),
        News::LicenseChanged { project, old_license } => {
            format!(": {}", licences(project, old_license.as_deref()))
        }
        News::LinkDead { status, since, .. } => format!(": {status} since {}", date(*since)),
        News::LinkBack { since, .. } => format!(", dead since {}", date(*since)),
        _ => String::new(),
    }
}

/// What a release is called: its version, or its tag, with the package it is of.
pub fn version(release: &Release) -> String {
    let version = release.version.as_deref().filter(|text| !text.is_empty()).unwrap_or(&release.tag);
    match release.package.as_deref().filter(|text| !text.is_empty()) {
        Some(package) => format!("{} {}", line(package, 60), line(version, 60)),
        None => line(version, 60),
    }
}

/// What a release says about itself besides its version: `minor`, `prerelease`, `nightly`.
pub fn qualities(release: &Release) -> Vec<&'static str> {
    let mut words = Vec::new();
    match release.level {
        Some(Level::Pre) | None => {}
        Some(level) => words.push(level.as_str()),
    }
    if release.is_unfinished() {
        words.push("prerelease");
    }
    if release.nightly {
        words.push("nightly");
    }
    words
}

/// One sentence about what hints at a mended weakness; `None` where nothing does.
pub fn security(release: &Release) -> Option<String> {
    let (ids, words): (Vec<&String>, Vec<&String>) =
        release.security.iter().partition(|hint| hint.contains(|c: char| c.is_ascii_digit()));
    match (ids.as_slice(), words.as_slice()) {
        ([], []) => None,
        ([], [word, ..]) => Some(format!("security: its notes speak of “{}”", line(word, 40))),
        (ids, _) => {
            const SHOWN: usize = 5;
            let mut shown: Vec<_> = ids.iter().take(SHOWN).map(|id| line(id, 40)).collect();
            if ids.len() > SHOWN {
                shown.push(format!("{} more", ids.len() - SHOWN));
            }
            Some(format!("security: {}", listed_plain(&shown)))
        }
    }
}

/// What GitHub says of a licence it has no id for.
const NO_ID: &str = "NOASSERTION";

/// What people choose a new entry by, one line: `Rust · 12,345 stars`; empty when nothing is known.
pub(super) fn known(about: &Facts) -> String {
    facts(&Facts { license: None, ..about.clone() })
}

/// What is known about a project, one line: `Rust · MIT · 12,345 stars`; empty when nothing is.
pub fn facts(facts: &Facts) -> String {
    let word =
        |text: &Option<String>| text.as_deref().map(|text| line(text, 60)).filter(|text| !text.is_empty());
    let stars =
        facts.stars.map(|stars| format!("{} {}", number(stars), if stars == 1 { "star" } else { "stars" }));
    [word(&facts.language), word(&facts.license).filter(|id| id != NO_ID), stars]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" · ")
}

/// What a release says: the hint at a weakness first, its own title, the beginning of its notes.
fn told(release: &Release) -> Vec<String> {
    let mut lines = before_notes(release);
    lines.extend(release.notes.lines().map(ToOwned::to_owned));
    lines
}

/// What a release says before its notes.
pub fn before_notes(release: &Release) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(hint) = security(release) {
        lines.push(format!("{}.", capital(&hint)));
    }
    if let Some(title) = own_title(release) {
        lines.push(title);
    }
    lines
}

/// The beginning of what a release says, on one line of so many characters; empty when it says nothing.
pub fn excerpt(release: &Release, max_chars: usize) -> String {
    let mut text = String::new();
    for part in before_notes(release) {
        text.push_str(&part);
        text.push_str(if part.ends_with(['.', '!', '?', ':']) { " " } else { ". " });
    }
    text.push_str(&release.notes);
    line(&text, max_chars)
}

/// The title its publisher gave, where it says more than the version.
pub fn own_title(release: &Release) -> Option<String> {
    let title = line(&release.title, 200);
    let plain = |text: &str| text.trim().trim_start_matches(['v', 'V']).to_lowercase();
    let says_nothing = [Some(release.tag.as_str()), release.version.as_deref()]
        .into_iter()
        .flatten()
        .any(|known| plain(known) == plain(&title));
    (!title.is_empty() && !says_nothing).then_some(title)
}

fn versioned(project: &Project, release: &Release) -> String {
    format!("{} {}", called(project), version(release))
}

fn in_brackets(release: &Release) -> String {
    let words = qualities(release);
    if words.is_empty() { String::new() } else { format!(" ({})", words.join(", ")) }
}

/// What a project is called: as it is listed, else by its name on its host.
fn called(project: &Project) -> String {
    let listed = name(&project.subject.name);
    if listed.is_empty() { name(&project.project) } else { listed }
}

fn range(news: &News) -> Option<String> {
    let News::ReleasesBackfilled { oldest_tag, newest_tag, oldest, newest, .. } = news else { return None };
    let (from, to) = (line(oldest_tag, 60), line(newest_tag, 60));
    Some(format!("from {from} ({}) to {to} ({})", date(*oldest), date(*newest)))
}

fn licences(project: &Project, old: Option<&str>) -> String {
    let spelled = |id: Option<&str>| match id {
        None => NO_LICENCE.to_owned(),
        Some(NO_ID) => "a licence of its own".to_owned(),
        Some(id) => line(id, 60),
    };
    format!("{} → {}", spelled(old), spelled(project.facts.license.as_deref()))
}

fn since_when(since: Option<DateTime<Utc>>) -> String {
    since.map(|at| format!(", since {}", date(at))).unwrap_or_default()
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
