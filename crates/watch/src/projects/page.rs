//! One page of answers: judged project by project, written together.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use tracing::{debug, info, warn};
use whimbrel_news::{Listed, News};
use whimbrel_project::look::{Listings, Outcome, look};
use whimbrel_project::{Answer, Project, ProjectId, Rules, Seen};
use whimbrel_store::{ProjectRecord, Store, StoreError};

use super::absences::Absences;
use super::{ProjectRound, ProjectWatcher, locked};
use crate::blocking::blocking;
use crate::github::Page;

/// Projects that changed, written in one commit.
const COMMIT: usize = 100;

/// Projects that could not be looked at, named in the log; the others are only counted there.
const NAMED: usize = 5;

/// Pages of older releases read for one project in one look: three thousand releases. A project with more new ones is
/// told by what was read.
const PAGES: usize = 30;

/// Whether what a look finds is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Voice {
    /// It is, in the catalogs that list the project.
    Loud,
    /// It is not: nobody lists the project yet.
    Quiet,
}

/// What a page comes to.
#[derive(Default)]
struct Verdicts {
    records: Vec<ProjectRecord>,
    unchanged: Vec<(ProjectId, DateTime<Utc>)>,
    /// The second of each pair is the first one under another name.
    doubles: Vec<(ProjectId, ProjectId)>,
    failed: usize,
    /// Those of which that was not known, or for another reason: who, and why.
    newly: Vec<(String, String)>,
}

impl ProjectWatcher {
    /// Judges these answers and writes what follows from them.
    pub(super) async fn take(
        &self,
        projects: Vec<Project>,
        answers: Vec<(ProjectId, Answer)>,
        voice: Voice,
        now: DateTime<Utc>,
        round: &mut ProjectRound,
    ) -> Result<(), StoreError> {
        let mut before: HashMap<ProjectId, Project> =
            projects.into_iter().map(|project| (project.id, project)).collect();
        let rules = self.rules();
        let mut judged = Vec::with_capacity(answers.len());
        for (id, answer) in answers {
            let Some(project) = before.remove(&id) else { continue };
            let first = look(&project, &answer, &Listings::default(), now, &rules);
            if !first.page_on {
                judged.push((project, answer, first));
                continue;
            }
            match self.read_on(&project, answer, now, &rules).await {
                Ok((answer, outcome)) => judged.push((project, answer, outcome)),
                // It stays due: judged by half of what there is, something might be told wrong.
                Err(again) => round.again = round.again.max(Some(again)),
            }
        }
        let (store, absences) = (self.store.clone(), Arc::clone(&self.absences));
        let looked = judged.len();
        let verdicts = blocking(move || {
            let mut absences = locked(&absences);
            let verdicts = judge(&store, judged, voice, &mut absences, now, &rules)?;
            drop(absences);
            for records in verdicts.records.chunks(COMMIT) {
                store.record_projects(records, &[], now)?;
            }
            store.set_due(&verdicts.unchanged);
            for (keep, drop) in &verdicts.doubles {
                store.merge_projects(*keep, *drop)?;
            }
            Ok(verdicts)
        })
        .await?;
        verdicts.tell();
        round.looked += looked;
        round.changed += verdicts.records.len();
        round.events += verdicts.records.iter().map(|record| record.news.len()).sum::<usize>();
        round.failed += verdicts.failed;
        Ok(())
    }

    /// Reads older pages of releases until nothing more can be new; the moment to come back when that may not be done
    /// now.
    async fn read_on(
        &self,
        project: &Project,
        answer: Answer,
        now: DateTime<Utc>,
        rules: &Rules,
    ) -> Result<(Answer, Outcome), DateTime<Utc>> {
        let Answer::Here(mut seen) = answer else {
            let outcome = look(project, &answer, &Listings::default(), now, rules);
            return Ok((answer, outcome));
        };
        // The repository may be seen for the first time; its pages are asked for by the identity it has.
        let asked = Project { node: Some(seen.node.clone()), ..project.clone() };
        let (mut after, mut has_more) = (None, false);
        for _ in 0..PAGES {
            match self.github.releases_page(&asked, after.as_deref(), now).await {
                Page::Read { releases, total, next } => {
                    add(&mut seen, releases, total, next.is_none());
                    has_more = true;
                    after = next;
                }
                // What was only to be read for once is not worth a second beginning.
                Page::Later(_) if is_routine(&seen, project, now, rules) => break,
                Page::Later(again) => return Err(again),
                Page::Unasked => break,
                Page::Failed(why) => {
                    debug!(project = %project.full_name, "older releases could not be read: {why}");
                    seen.unread = true;
                    break;
                }
            }
            let whole = Answer::Here(seen);
            let page_on = look(project, &whole, &Listings::default(), now, rules).page_on;
            let Answer::Here(back) = whole else { unreachable!("it was put in two lines above") };
            seen = back;
            if !page_on || after.is_none() {
                break;
            }
        }
        let whole = if has_more { self.github.bring_older_notes(project, seen, now).await } else { seen };
        let whole = Answer::Here(whole);
        let outcome = look(project, &whole, &Listings::default(), now, rules);
        Ok((whole, outcome))
    }
}

/// Whether nothing but that all is to be read this time asks for older pages.
fn is_routine(seen: &Seen, project: &Project, now: DateTime<Utc>, rules: &Rules) -> bool {
    let usual = Answer::Here(Box::new(Seen { wholly: false, ..seen.clone() }));
    seen.wholly && !look(project, &usual, &Listings::default(), now, rules).page_on
}

/// Adds a page to what was seen; what is there already has its notes and stays.
fn add(seen: &mut Seen, page: Vec<whimbrel_project::SeenRelease>, total: Option<u32>, last: bool) {
    let releases = seen.releases.get_or_insert_default();
    for release in page {
        if !releases.iter().any(|known| known.id == release.id) {
            releases.push(release);
        }
    }
    seen.releases_total = total.or(seen.releases_total);
    seen.complete |= last;
}

fn judge(
    store: &Store,
    judged: Vec<(Project, Answer, Outcome)>,
    voice: Voice,
    absences: &mut Absences,
    now: DateTime<Utc>,
    rules: &Rules,
) -> Result<Verdicts, StoreError> {
    let mut verdicts = Verdicts::default();
    absences.found(judged.iter().filter(|(_, answer, _)| matches!(answer, Answer::Here(_))).count(), now);
    let mut resolved: HashMap<String, ProjectId> = HashMap::new();
    for (before, answer, mut outcome) in judged {
        if let Answer::Failed(_) | Answer::Blocked(_) = &answer {
            verdicts.failed += 1;
            let why =
                outcome.project.last_error.as_ref().filter(|why| before.last_error.as_ref() != Some(why));
            verdicts.newly.extend(why.map(|why| (before.full_name.clone(), why.clone())));
        }
        if before.node.is_none()
            && let Some(node) = &outcome.project.node
        {
            let same = match resolved.get(node) {
                Some(id) => Some(*id),
                None => store.project_of_node(node)?,
            };
            match same.filter(|same| *same != before.id) {
                Some(same) => {
                    verdicts.doubles.push((same, before.id));
                    continue;
                }
                None => _ = resolved.insert(node.clone(), before.id),
            }
        }
        if voice == Voice::Quiet {
            outcome.news.clear();
        }
        let rules = if is_gone(&outcome) && absences.are_too_many(store, now, rules)? {
            &rules.patient()
        } else {
            rules
        };
        if !outcome.news.is_empty() {
            // Judged once without knowing where it is listed, because that is read only for news.
            outcome = look(&before, &answer, &listings(store, before.id)?, now, rules);
        }
        let history = observed(store, &before, &answer, now)?;
        if outcome.project == before && outcome.news.is_empty() && history.is_none() {
            verdicts.unchanged.push((before.id, outcome.next_due));
            continue;
        }
        verdicts.records.push(ProjectRecord {
            project: outcome.project,
            aliases: Vec::new(),
            history,
            news: outcome.news,
            due: outcome.next_due,
        });
    }
    Ok(verdicts)
}

fn is_gone(outcome: &Outcome) -> bool {
    outcome.news.iter().any(|news| matches!(news.news, News::Gone { .. }))
}

/// The stars over time, when this look adds something to them.
fn observed(
    store: &Store,
    before: &Project,
    answer: &Answer,
    now: DateTime<Utc>,
) -> Result<Option<whimbrel_project::StarHistory>, StoreError> {
    let Answer::Here(seen) = answer else { return Ok(None) };
    let counts = |stars, forks| Some((stars?, forks?));
    let Some((stars, forks)) = counts(seen.facts.stars, seen.facts.forks) else { return Ok(None) };
    let is_other = before.node.as_ref().is_some_and(|node| *node != seen.node);
    if is_other || counts(before.facts.stars, before.facts.forks) == Some((stars, forks)) {
        return Ok(None);
    }
    let mut history = store.star_history(before.id)?;
    history.observe(now, stars, forks);
    history.thin(now);
    Ok(Some(history))
}

/// Where a project is listed, as events tell it.
pub(super) fn listings(store: &Store, id: ProjectId) -> Result<Listings, StoreError> {
    let found = store.listings(id)?;
    let name = found.first().map(|listing| listing.name.clone());
    let places = found.iter().flat_map(|listing| {
        listing.sections.iter().map(|section| Listed {
            id: listing.catalog.clone(),
            section: section.to_string(),
            section_path: section.parts().iter().map(ToString::to_string).collect(),
        })
    });
    Ok(Listings { name, places: places.collect() })
}

impl Verdicts {
    /// Says in the log what came of it.
    fn tell(&self) {
        for record in &self.records {
            for news in &record.news {
                let (project, kind) = (&record.project.full_name, news.news.kind());
                info!(project = %project, kind = %kind, "{project} {}", what(&news.news));
            }
        }
        for (project, why) in self.newly.iter().take(NAMED) {
            warn!(project = %project, "{project} could not be looked at: {why}; it is tried again");
        }
        match self.newly.len().saturating_sub(NAMED) {
            0 => {}
            1 => warn!("one more project could not be looked at; it is tried again"),
            more => warn!("{more} more projects could not be looked at; they are tried again"),
        }
    }
}

/// What happened to a project, for the log.
fn what(news: &News) -> String {
    match (news, news.release()) {
        (News::Released { .. }, Some(release)) => format!("released {}", release.tag),
        (News::ReleasePromoted { .. }, Some(release)) => {
            format!("says that {} is no prerelease any more", release.tag)
        }
        (News::Milestone { metric, value, .. }, _) => {
            format!("has {value} {}", whimbrel_news::wording::metric(metric))
        }
        (News::Archived { .. }, _) => "is archived".to_owned(),
        (News::Unarchived { .. }, _) => "is no longer archived".to_owned(),
        (News::ProjectRenamed { old_project, .. }, _) => format!("is the new name of {old_project}"),
        (News::Gone { .. }, _) => "is gone".to_owned(),
        (News::Back { .. }, _) => "is back".to_owned(),
        _ => format!("has news: {}", news.kind().title().to_lowercase()),
    }
}
