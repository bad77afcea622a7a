//! Looking at projects, in batches: by their ids, and by their names until those are known. What one look cannot do is
//! put off; nothing is lost and nobody waits.

use chrono::{DateTime, Utc};
use futures::StreamExt;
use futures::stream::FuturesUnordered;
use serde_json::{Map, Value};
use tracing::debug;
use whimbrel_project::{Answer, Project, ProjectId, Reach, reach};

use super::answer::{Envelope, Part, Place};
use super::batch::{Batch, BatchSize, Work};
use super::calls::NoAnswer;
use super::clock::Clock;
use super::governor::{UNDER_WAY, Wait, Why};
use super::query;
use super::repository::Repository;
use super::{Github, Keep, locked};

/// What a look at projects brought.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Looked {
    /// How GitHub answered.
    pub answers: Vec<(ProjectId, Answer)>,
    /// Those that were not asked about, or whose answer is to be asked for again: they are still due.
    pub put_off: Vec<ProjectId>,
    /// When to come back for them.
    pub again: Option<DateTime<Utc>>,
}

/// How the projects of a batch are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    Id,
    Name,
}

/// What is asked about a project that is asked for by its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ask {
    Plain,
    /// Its releases further down too.
    Deep,
    /// Its tags too.
    Tagged,
}

impl Ask {
    const ALL: [Self; 3] = [Self::Plain, Self::Deep, Self::Tagged];

    /// What the list of them is called in question and answer.
    fn list(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Deep => "deep",
            Self::Tagged => "tagged",
        }
    }

    /// Connections it takes.
    fn connections(self) -> usize {
        if self == Self::Plain { 1 } else { 2 }
    }
}

/// A project that is looked at.
#[derive(Clone, Copy)]
struct Wanted<'a> {
    project: &'a Project,
    reach: Reach,
}

impl Wanted<'_> {
    fn ask(self) -> Ask {
        match self.reach {
            _ if wants_tags(self.project) => Ask::Tagged,
            Reach::Newest => Ask::Plain,
            Reach::Hundred | Reach::All => Ask::Deep,
        }
    }
}

impl Github {
    /// Looks at these projects. Releases come with their notes where these will be told.
    pub async fn look(&self, projects: &[Project], now: DateTime<Utc>) -> Looked {
        if let Some(again) = self.away_until(now).filter(|_| !projects.is_empty()) {
            let put_off = projects.iter().map(|project| project.id).collect();
            return Looked { answers: Vec::new(), put_off, again: Some(again) };
        }
        let clock = self.clock(now);
        if self.is_anonymous() {
            return self.look_without_token(projects, clock).await;
        }
        let rules = self.desk().setup.rules.clone();
        let wanted = |project| Wanted { project, reach: reach(project, now, &rules) };
        let wanted: Vec<Wanted<'_>> = projects.iter().map(wanted).collect();
        let mut looked = self.look_in_batches(&wanted, clock).await;
        self.bring_notes(projects, &mut looked, clock).await;
        looked
    }

    async fn look_in_batches(&self, wanted: &[Wanted<'_>], clock: Clock) -> Looked {
        let (known, unknown): (Vec<usize>, Vec<usize>) =
            (0..wanted.len()).partition(|place| wanted[*place].project.node.is_some());
        let mut works = [(By::Id, Work::new(known)), (By::Name, Work::new(unknown))];
        let mut looked = Looked::default();
        let mut flights = FuturesUnordered::new();
        // How many may be under way: fewer for a while when there is no permit for so many at once.
        let mut abreast = UNDER_WAY as usize;
        loop {
            while flights.len() < abreast && looked.again.is_none() {
                let size = *locked(&self.inner.batch);
                let next = works
                    .iter_mut()
                    .find_map(|(by, work)| Some((*by, work.next(size.for_names(*by == By::Name))?)));
                let Some((by, batch)) = next else { break };
                if batch.is_fresh {
                    locked(&self.inner.batch).sent(batch.places.len());
                }
                flights.push(self.ask(by, batch, wanted, clock));
            }
            let Some((by, batch, answer)) = flights.next().await else { break };
            let work = &mut works[usize::from(by == By::Name)].1;
            abreast = (abreast + 1).min(UNDER_WAY as usize);
            match answer {
                Ok(envelope) => self.take(&envelope, by, batch, wanted, work, &mut looked),
                Err(NoAnswer::TooMuch(why)) => {
                    let size = batch.places.len();
                    debug!(size, "GitHub does not manage {size} projects at once: {why}");
                    if batch.is_fresh {
                        locked(&self.inner.batch).failed(size);
                    }
                    work.failed();
                    if let Some(alone) = work.split(size, batch.places) {
                        looked.answers.push((wanted[alone].project.id, Answer::Failed(why)));
                    }
                    if work.is_hopeless() {
                        looked.again = Some(self.gone_away(clock.now(), "it manages no question"));
                    }
                }
                // Only beside the others there is no room for it: it goes when one of them has landed. A refusal of
                // GitHub's own ends the round, whatever the others are still told.
                Err(NoAnswer::Wait(Wait { why: Why::Spread | Why::Busy, .. })) if !flights.is_empty() => {
                    work.put_back(batch);
                    abreast = flights.len();
                }
                Err(NoAnswer::Wait(wait)) => {
                    work.put_back(batch);
                    looked.again = looked.again.max(Some(wait.until));
                }
                Err(NoAnswer::Away(why)) => {
                    work.put_back(batch);
                    let again = self.gone_away(clock.now(), &why);
                    looked.again = looked.again.max(Some(again));
                }
                Err(NoAnswer::Refused(why)) => {
                    let failed = |place: usize| (wanted[place].project.id, Answer::Failed(why.clone()));
                    looked.answers.extend(batch.places.into_iter().map(failed));
                }
            }
        }
        drop(flights);
        locked(&self.inner.batch).rests();
        let left = works.into_iter().flat_map(|(_, work)| work.left());
        looked.put_off.extend(left.map(|place| wanted[place].project.id));
        if looked.put_off.is_empty() {
            looked.again = None;
        }
        looked
    }

    async fn ask(
        &self,
        by: By,
        batch: Batch,
        wanted: &[Wanted<'_>],
        clock: Clock,
    ) -> (By, Batch, Result<Envelope, NoAnswer>) {
        let (text, variables, connections) = match by {
            By::Id => {
                let all = || batch.places.iter().map(|place| wanted[*place]);
                let ids = |ask: Ask| -> Vec<&str> {
                    let of = all().filter(|wanted| wanted.ask() == ask);
                    of.filter_map(|wanted| wanted.project.node.as_deref()).collect()
                };
                let variables: Map<String, Value> =
                    Ask::ALL.into_iter().map(|ask| (ask.list().to_owned(), ids(ask).into())).collect();
                let connections = all().map(|wanted| wanted.ask().connections()).sum();
                (query::look(), Value::Object(variables), connections)
            }
            By::Name => {
                let mut variables = Map::new();
                for (number, place) in batch.places.iter().enumerate() {
                    let (owner, name) = wanted[*place].project.owner_and_name().unwrap_or_default();
                    variables.insert(format!("o{number}"), owner.into());
                    variables.insert(format!("n{number}"), name.into());
                }
                (query::resolve(batch.places.len()), Value::Object(variables), 2 * batch.places.len())
            }
        };
        let answer = self.query(&text, &variables, query::points(connections), Keep::Tenth, clock).await;
        (by, batch, answer)
    }

    /// Reads an answer project by project.
    fn take(
        &self,
        envelope: &Envelope,
        by: By,
        batch: Batch,
        wanted: &[Wanted<'_>],
        work: &mut Work,
        looked: &mut Looked,
    ) {
        let (count, mut too_much) = (batch.places.len(), Vec::new());
        let mut lists = Ask::ALL.map(|ask| (envelope.list(ask.list()), 0));
        for (number, place) in batch.places.into_iter().enumerate() {
            let name = format!("p{number}");
            let part: Part<Repository> = match by {
                By::Name => envelope.part(Place { field: &name, index: None }, envelope.field(&name)),
                By::Id => {
                    let ask = wanted[place].ask();
                    let (list, next) = &mut lists[ask as usize];
                    let index = *next;
                    *next += 1;
                    let raw = list.get(index).copied().flatten();
                    envelope.part(Place { field: ask.list(), index: Some(index) }, raw)
                }
            };
            let answer = match part {
                Part::Here(repository) => repository.seen().map_or(Answer::NotFound, |mut seen| {
                    // A hundred are there already, as far as who they are.
                    let more = seen.releases_total.is_none_or(|total| total as usize > query::PAGE);
                    seen.wholly = wanted[place].reach == Reach::All && more;
                    Answer::Here(Box::new(seen))
                }),
                Part::NotFound => Answer::NotFound,
                Part::Forbidden(why) => Answer::Blocked(why),
                Part::Failed(why) => Answer::Failed(why),
                Part::TooMuch => {
                    too_much.push(place);
                    continue;
                }
            };
            looked.answers.push((wanted[place].project.id, answer));
        }
        if batch.is_fresh {
            let mut size = locked(&self.inner.batch);
            if too_much.is_empty() { size.succeeded(count) } else { size.failed(count) }
        }
        if too_much.len() < count {
            work.succeeded();
            self.back();
        } else {
            work.failed();
        }
        if let Some(alone) = work.split(count, too_much) {
            let why = "GitHub does not manage to answer about it".to_owned();
            looked.answers.push((wanted[alone].project.id, Answer::Failed(why)));
        }
    }
}

/// Projects without releases publish tags, as far as they publish anything.
fn wants_tags(project: &Project) -> bool {
    project.releases.total().is_none_or(|total| total == 0)
}

impl BatchSize {
    /// Names are looked up one by one, which is dearer for GitHub than ids.
    fn for_names(self, by_name: bool) -> Self {
        if by_name { self.halved() } else { self }
    }
}
