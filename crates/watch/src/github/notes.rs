//! The notes of releases that will be told, by a question of their own (why stands in `query`).

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::json;
use whimbrel_project::{Answer, Project, Seen, SeenRelease};

use super::answer::{Part, Place};
use super::calls::NoAnswer;
use super::clock::Clock;
use super::look::Looked;
use super::{Github, Keep, query};

/// Questions that may fail before the rest is left for later.
const FAILURES: u32 = 4;

/// Releases of older pages whose notes are asked for: who publishes more at once has hardly written them.
const OLDER: usize = 100;

#[derive(Deserialize)]
struct Notes {
    #[serde(default, rename = "descriptionHTML")]
    html: Option<String>,
}

/// Where a release stands in what was looked at.
#[derive(Clone, Copy)]
struct Wanted {
    answer: usize,
    release: usize,
}

impl Github {
    /// Fills in the notes that will be told. A project whose notes cannot be had now is put off as a whole: told
    /// without them it would be told wrong.
    pub(super) async fn bring_notes(&self, projects: &[Project], looked: &mut Looked, clock: Clock) {
        let wanted = wanted(projects, looked);
        let late = self.fill_in(wanted, looked, clock).await;
        let mut places: Vec<usize> = late.iter().map(|one| one.answer).collect();
        places.sort_unstable();
        places.dedup();
        for place in places.into_iter().rev() {
            let (id, _) = looked.answers.swap_remove(place);
            looked.put_off.push(id);
        }
    }

    /// The same for releases of older pages, which come without notes. What cannot be had now stays empty: a look of
    /// so many pages is not begun again for it.
    pub async fn bring_older_notes(
        &self,
        project: &Project,
        seen: Box<Seen>,
        now: DateTime<Utc>,
    ) -> Box<Seen> {
        let mut looked = Looked { answers: vec![(project.id, Answer::Here(seen))], ..Looked::default() };
        if !self.is_anonymous() && self.away_until(now).is_none() {
            let mut wanted = wanted(std::slice::from_ref(project), &looked);
            wanted.truncate(OLDER);
            self.fill_in(wanted, &mut looked, self.clock(now)).await;
        }
        match looked.answers.pop() {
            Some((_, Answer::Here(seen))) => seen,
            _ => unreachable!("it was put in above, and nobody takes it out"),
        }
    }

    /// Asks for these notes. Hands back those that cannot be had now.
    async fn fill_in(&self, wanted: Vec<Wanted>, looked: &mut Looked, clock: Clock) -> Vec<Wanted> {
        let mut work: Vec<Vec<Wanted>> = wanted.chunks(query::NOTES).map(<[Wanted]>::to_vec).rev().collect();
        let (mut failures, mut late) = (0, Vec::new());
        while let Some(some) = work.pop() {
            if failures >= FAILURES {
                looked.again = Some(self.gone_away(clock.now(), "it manages no question"));
                late.extend(some);
                break;
            }
            let ids: Vec<&str> =
                some.iter().map(|one| release(looked, *one).map_or("", |found| &found.id)).collect();
            let answer = self.query(&query::notes(), &json!({ "ids": ids }), 1, Keep::Nothing, clock).await;
            match answer {
                Ok(envelope) => {
                    let list = envelope.list("nodes");
                    let mut left_out = Vec::new();
                    for (index, one) in some.iter().enumerate() {
                        let raw = list.get(index).copied().flatten();
                        let place = Place { field: "nodes", index: Some(index) };
                        match envelope.part::<Notes>(place, raw) {
                            Part::Here(notes) => {
                                if let Some(found) = release_mut(looked, *one) {
                                    found.notes_html = notes.html.unwrap_or_default();
                                }
                            }
                            Part::TooMuch if some.len() > 1 => left_out.push(*one),
                            // Deleted meanwhile, or too much for GitHub by itself: then there are none.
                            _ => {}
                        }
                    }
                    if left_out.len() < some.len() {
                        failures = 0;
                        // Together: they are fewer than before.
                        work.extend(Some(left_out).filter(|left_out| !left_out.is_empty()));
                    } else {
                        failures += 1;
                        work.extend(halves(left_out));
                    }
                }
                Err(NoAnswer::TooMuch(_)) => {
                    failures += 1;
                    if some.len() > 1 {
                        work.extend(halves(some));
                    }
                }
                Err(NoAnswer::Refused(_)) => {}
                Err(NoAnswer::Wait(wait)) => {
                    looked.again = looked.again.max(Some(wait.until));
                    late.extend(some);
                    break;
                }
                Err(NoAnswer::Away(why)) => {
                    looked.again = Some(self.gone_away(clock.now(), &why));
                    late.extend(some);
                    break;
                }
            }
        }
        late.extend(work.into_iter().flatten());
        late
    }
}

/// What is too much for one question, for two, the last first: work is taken from its end.
fn halves(mut some: Vec<Wanted>) -> [Vec<Wanted>; 2] {
    let half = some.split_off(some.len() / 2);
    [half, some]
}

/// The releases whose notes will be told, and are missing.
fn wanted(projects: &[Project], looked: &Looked) -> Vec<Wanted> {
    let by_id: std::collections::HashMap<_, _> =
        projects.iter().map(|project| (project.id, project)).collect();
    let mut wanted = Vec::new();
    for (answer, (id, found)) in looked.answers.iter().enumerate() {
        let (Answer::Here(seen), Some(project)) = (found, by_id.get(id)) else { continue };
        for (release, found) in seen.releases.iter().flatten().enumerate() {
            if found.notes_html.is_empty() && project.releases.may_tell(found) {
                wanted.push(Wanted { answer, release });
            }
        }
    }
    wanted
}

fn release(looked: &Looked, wanted: Wanted) -> Option<&SeenRelease> {
    match &looked.answers.get(wanted.answer)?.1 {
        Answer::Here(seen) => seen.releases.as_ref()?.get(wanted.release),
        _ => None,
    }
}

fn release_mut(looked: &mut Looked, wanted: Wanted) -> Option<&mut SeenRelease> {
    match &mut looked.answers.get_mut(wanted.answer)?.1 {
        Answer::Here(seen) => seen.releases.as_mut()?.get_mut(wanted.release),
        _ => None,
    }
}
