//! The state of a project: found or not, archived, renamed, under which licence, and which round numbers it passed.

use chrono::{DateTime, TimeDelta, Utc};
use whimbrel_catalog::{EntryKey, Metric, rank};
use whimbrel_news::News;

use crate::look::{Change, Listings, about};
use crate::project::{Facts, Project, Standing};
use crate::rules::Rules;
use crate::seen::Seen;

/// Longer texts are cut, so that a row stays short.
const LONGEST_TEXT: usize = 500;

/// The same for names of languages and licences.
const LONGEST_WORD: usize = 60;

/// A look found the project. True when this is the first time.
pub(crate) fn found(
    project: &mut Project,
    seen: &Seen,
    listings: &Listings,
    rules: &Rules,
    tell: &mut Vec<Change>,
) -> bool {
    let first = project.node.is_none();
    if first {
        project.node = Some(seen.node.clone());
    }
    let gone = match project.standing {
        Standing::Gone { since } if !first => Some(since),
        _ => None,
    };
    project.standing = Standing::Here;
    let old = rename(project, seen);
    let facts = merged(&project.facts, &seen.facts);
    let before = std::mem::replace(&mut project.facts, facts);
    project.failures = 0;
    project.last_error = None;
    if first {
        reach(project, &before, rules);
        return true;
    }
    let whole = about(project, listings);
    if let Some(since) = gone {
        tell.push(Change::now(News::Back { project: whole.clone(), since }));
    }
    if let Some((old_project, old_key)) = old {
        let owner = |name: &str| name.split('/').next().unwrap_or_default().to_lowercase();
        tell.push(Change::now(News::ProjectRenamed {
            project: whole.clone(),
            transferred: owner(&old_project) != owner(&project.full_name),
            old_url: format!("https://github.com/{old_project}"),
            old_project,
            old_key: old_key.as_str().to_owned(),
        }));
    }
    match (before.archived, project.facts.archived) {
        (false, true) => {
            let since = project.facts.archived_at;
            tell.push(Change::now(News::Archived { project: whole.clone(), since }));
        }
        (true, false) => tell.push(Change::now(News::Unarchived { project: whole.clone() })),
        _ => {}
    }
    if let (Some(old), Some(new)) = (&before.license, &project.facts.license)
        && old != new
    {
        let old_license = Some(old.clone());
        tell.push(Change::now(News::LicenseChanged { project: whole.clone(), old_license }));
    }
    for (metric, value) in reach(project, &before, rules) {
        tell.push(Change::now(News::Milestone { subject: whole.subject.clone(), metric, value }));
    }
    false
}

/// A look did not find it.
pub(crate) fn missed(
    project: &mut Project,
    listings: &Listings,
    now: DateTime<Utc>,
    rules: &Rules,
    tell: &mut Vec<Change>,
) {
    project.failures = 0;
    project.standing = match project.standing {
        Standing::Unresolved | Standing::Here => Standing::Missing { first: now, looks: 1 },
        Standing::Missing { first, looks } => {
            let patience = TimeDelta::hours(i64::from(rules.gone_after_hours));
            if looks >= 1 && now.signed_duration_since(first) >= patience {
                // one that was never found is nobody's loss
                if project.node.is_some() {
                    tell.push(Change::now(News::Gone { project: about(project, listings), since: first }));
                }
                Standing::Gone { since: first }
            } else {
                Standing::Missing { first, looks: looks.saturating_add(1).min(MOST_LOOKS) }
            }
        }
        gone @ Standing::Gone { .. } => gone,
    };
}

/// More looks that missed it are not counted: the row would be written for nothing.
const MOST_LOOKS: u32 = 2;

/// Takes over the name it has now. Hands back the name and key it had, when it has another address.
fn rename(project: &mut Project, seen: &Seen) -> Option<(String, EntryKey)> {
    let key = EntryKey::from_url(&format!("https://github.com/{}", seen.full_name))
        .filter(|key| key.repository().is_some())?;
    let old_name = std::mem::replace(&mut project.full_name, seen.full_name.clone());
    if key == project.key {
        return None;
    }
    Some((old_name, std::mem::replace(&mut project.key, key)))
}

/// The facts as of this look. What it does not say is as it was, where that can be.
fn merged(before: &Facts, seen: &Facts) -> Facts {
    let cut = |text: &Option<String>, longest: usize| {
        let text: String = text.as_ref()?.chars().filter(|c| !c.is_control()).collect();
        let text = text[..text.floor_char_boundary(longest)].trim();
        (!text.is_empty()).then(|| text.to_owned())
    };
    Facts {
        description: cut(&seen.description, LONGEST_TEXT),
        homepage: cut(&seen.homepage, LONGEST_TEXT),
        language: cut(&seen.language, LONGEST_WORD),
        license: cut(&seen.license, LONGEST_WORD).or_else(|| before.license.clone()),
        stars: seen.stars.or(before.stars),
        forks: seen.forks.or(before.forks),
        archived: seen.archived,
        archived_at: seen.archived_at.filter(|_| seen.archived),
        disabled: seen.disabled,
        fork: seen.fork,
        pushed_at: seen.pushed_at.or(before.pushed_at),
        created_at: seen.created_at.or(before.created_at),
    }
}

/// Round numbers passed upwards since the last look that counted, none of them twice. What it has when it is first
/// counted is where it starts.
fn reach(project: &mut Project, before: &Facts, rules: &Rules) -> Vec<(Metric, u64)> {
    let sides = [
        (Metric::Stars, before.stars, project.facts.stars, &mut project.reached.stars),
        (Metric::Forks, before.forks, project.facts.forks, &mut project.reached.forks),
    ];
    let mut passed = Vec::new();
    for (metric, old, new, reached) in sides {
        let Some(new) = new else { continue };
        let Some(value) = rank::milestone(*reached as f64, new as f64) else { continue };
        *reached = value;
        if old.is_some() && rules.milestones {
            passed.push((metric, value));
        }
    }
    passed
}
