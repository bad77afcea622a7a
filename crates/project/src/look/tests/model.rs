//! Made-up histories of a repository against a model that knows what became visible.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

/// What a publisher or the network does between two looks.
#[derive(Clone, Debug)]
enum Step {
    /// Publishes a release on a commit so many hours old.
    Publish { commit_hours: i64 },
    /// Prepares one that is not visible.
    Draft { commit_hours: i64 },
    /// Publishes the oldest draft.
    PublishDraft,
    /// Takes one away, for good or to make it again under the same tag.
    Delete { which: prop::sample::Index, again: bool },
    /// Calls one unfinished, or finished.
    Flip { which: prop::sample::Index },
    /// Edits the notes of one.
    Edit { which: prop::sample::Index },
    /// So many minutes pass.
    Wait { minutes: i64 },
    /// A look: pages that can be read, at most, and whether it reaches further down than they do.
    Look { pages: usize, further: bool },
    /// A look without an answer.
    Fail,
}

fn step() -> impl Strategy<Value = Step> {
    use prop::sample::Index;
    prop_oneof![
        6 => prop_oneof![3 => 0_i64..30, 1 => 1000_i64..3000].prop_map(|commit_hours| Step::Publish { commit_hours }),
        1 => (0_i64..3000).prop_map(|commit_hours| Step::Draft { commit_hours }),
        1 => Just(Step::PublishDraft),
        1 => any::<(Index, bool)>().prop_map(|(which, again)| Step::Delete { which, again }),
        1 => any::<Index>().prop_map(|which| Step::Flip { which }),
        1 => any::<Index>().prop_map(|which| Step::Edit { which }),
        3 => prop_oneof![4 => 1_i64..90, 1 => 600_i64..20_000].prop_map(|minutes| Step::Wait { minutes }),
        6 => (prop_oneof![4 => Just(99_usize), 1 => 1_usize..3], prop::bool::weighted(0.2))
            .prop_map(|(pages, further)| Step::Look { pages, further }),
        1 => Just(Step::Fail),
    ]
}

#[derive(Default)]
struct World {
    now: i64,
    releases: Vec<SeenRelease>,
    made: usize,
}

impl World {
    fn time(&self) -> DateTime<Utc> {
        hour(0) + TimeDelta::minutes(self.now)
    }

    fn make(&mut self, commit_hours: i64, draft: bool) {
        self.made += 1;
        let made = self.made;
        // commits of one minute apart, so that the order of the pages is one
        let created = self.time() - TimeDelta::hours(commit_hours) - TimeDelta::seconds(made as i64 % 60);
        self.releases.push(SeenRelease {
            id: format!("RE_{made}"),
            tag: format!("v1.{made}.0"),
            created,
            published: (!draft).then(|| self.time()),
            draft,
            ..SeenRelease::default()
        });
    }

    fn page(&self, pages: usize, further: bool) -> Seen {
        let visible: Vec<_> = self.releases.iter().filter(|release| !release.draft).cloned().collect();
        let total = visible.len() as u32;
        let mut seen = repository(visible.clone());
        seen.releases = Some(visible);
        seen.releases_total = Some(total);
        page(&mut seen, 10 * pages);
        if further {
            seen.further = releases::glimpses(&self.releases);
        }
        seen
    }

    fn go(&mut self, step: &Step) {
        match step {
            Step::Publish { commit_hours } => self.make(*commit_hours, false),
            Step::Draft { commit_hours } => self.make(*commit_hours, true),
            Step::PublishDraft => {
                let now = self.time();
                if let Some(draft) = self.releases.iter_mut().find(|release| release.draft) {
                    (draft.draft, draft.published) = (false, Some(now));
                }
            }
            Step::Delete { which, again } if !self.releases.is_empty() => {
                let at = which.index(self.releases.len());
                let release = self.releases.remove(at);
                self.made += 1;
                if *again && !release.draft {
                    let id = format!("RE_{}", self.made);
                    self.releases.push(SeenRelease { id, published: Some(self.time()), ..release });
                }
            }
            Step::Flip { which } if !self.releases.is_empty() => {
                let at = which.index(self.releases.len());
                self.releases[at].prerelease ^= true;
            }
            Step::Edit { which } if !self.releases.is_empty() => {
                let at = which.index(self.releases.len());
                self.releases[at].notes_html.push_str("<p>more</p>");
            }
            Step::Wait { minutes } => self.now += minutes,
            _ => {}
        }
    }
}

/// What was told of each tag, and how many in bulk.
#[derive(Default)]
struct Heard {
    alone: BTreeMap<String, u32>,
    bulk: u32,
}

/// A look that reads on as long as it is asked to. Nothing happens in the same second.
fn full_look(project: &mut Followed, world: &mut World, pages: usize, further: bool, heard: &mut Heard) {
    let mut read = 1;
    let outcome = loop {
        let outcome = project.outcome(&Answer::Here(Box::new(world.page(read, further))), world.time());
        if !outcome.page_on || read >= pages {
            break outcome;
        }
        read += 1;
    };
    project.project = outcome.project;
    world.now += 1;
    for dated in &outcome.news {
        match &dated.news {
            News::Released { release, .. } => *heard.alone.entry(release.tag.clone()).or_default() += 1,
            News::ReleasesBackfilled { count, .. } => heard.bulk += count,
            News::ReleasePromoted { .. } => {}
            other => panic!("{other:?}"),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn each_release_is_told_once_or_accounted_for(
        before in prop::collection::vec(step(), 0..25), after in prop::collection::vec(step(), 0..60),
    ) {
        let mut world = World::default();
        for step in &before {
            world.go(step);
        }
        let mut project = Followed::new();
        let mut heard = Heard::default();
        full_look(&mut project, &mut world, 1, false, &mut heard);
        let known: Vec<String> =
            world.releases.iter().filter(|release| !release.draft).map(|release| release.tag.clone()).collect();
        // what was visible before the first look and is not any more can come again: a second first time
        let mut gone = known.clone();
        for step in &after {
            match step {
                Step::Look { pages, further } => full_look(&mut project, &mut world, *pages, *further, &mut heard),
                Step::Fail => drop(project.at(&Answer::Failed("no answer".to_owned()), world.time())),
                step => world.go(step),
            }
        }
        // the publisher rests, and everything is looked at until nothing settles
        for _ in 0..3 {
            world.now += 400;
            full_look(&mut project, &mut world, 99, true, &mut heard);
        }
        prop_assert!(!project.project.releases.is_settling());
        gone.retain(|tag| !world.releases.iter().any(|release| release.tag == *tag));
        for (tag, times) in &heard.alone {
            prop_assert_eq!(*times, 1, "{} was told twice", tag);
        }
        let told_old: Vec<_> = known.iter().filter(|tag| heard.alone.contains_key(*tag)).collect();
        prop_assert!(told_old.is_empty(), "{:?} were there before", told_old);
        let visible = world.releases.iter().filter(|release| !release.draft && !known.contains(&release.tag));
        let silent = visible.filter(|release| !heard.alone.contains_key(&release.tag)).count() as u32;
        prop_assert!(silent <= heard.bulk, "{} were not told, {} in bulk", silent, heard.bulk);
        prop_assert!(heard.bulk as usize + heard.alone.len() <= world.made, "more was told than was made");
    }
}
