//! The loop that tells whoever runs the program that something needs them: at the place `[admin]` names, each problem
//! once a day at most, also over restarts.

mod problems;
mod told;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use whimbrel_fanout::Destination;
use whimbrel_news::wording::clip;
use whimbrel_store::Store;

use self::problems::Problem;
use self::told::Told;
use super::Setup;
use super::loops::{self, Pulse};
use super::site::About;
use super::teller::Teller;
use crate::screen::count;

/// How often it is seen whether something is wrong.
const REST: Duration = Duration::from_secs(5);

/// An alarm that cannot be sent is tried again after this.
const RETRY: Duration = Duration::from_mins(1);

/// So many problems are named in one message; the page `/status` has all of them.
const NAMED: usize = 8;

/// So much is said of each, so that the message fits wherever it goes.
const LETTERS: usize = 180;

/// What the loop looks at and writes through.
#[derive(Clone)]
pub(crate) struct Alarms {
    pub(crate) store: Store,
    pub(crate) about: About,
    pub(crate) teller: Teller,
    /// What had to be done to open the store, in words.
    pub(crate) opened: Arc<Vec<String>>,
}

/// Makes the loop.
pub(crate) fn telling(alarms: Alarms) -> impl Fn(Pulse) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    move |pulse| Box::pin(tell(alarms.clone(), pulse))
}

async fn tell(alarms: Alarms, mut pulse: Pulse) {
    let mut configured = alarms.about.configured.clone();
    let mut looking = problems::Looking::default();
    let mut unheard = BTreeSet::new();
    loop {
        pulse.beat();
        let setup = Arc::clone(&configured.borrow_and_update());
        let mut rest = REST;
        if let Some(to) = setup.config.admin.to.clone() {
            let step = alarms.step(&to, &setup, looking, &mut unheard, Utc::now());
            let done;
            (looking, done) = tokio::select! {
                () = pulse.stopped() => return,
                stepped = step => stepped,
            };
            if !done {
                rest = RETRY;
            }
        }
        tokio::select! {
            () = pulse.stopped() => return,
            _ = configured.changed() => {}
            () = loops::rest(rest) => {}
        }
    }
}

impl Alarms {
    /// Looks and tells; `false` when somebody should have been told and was not.
    async fn step(
        &self,
        to: &Destination,
        setup: &Arc<Setup>,
        mut looking: problems::Looking,
        unheard: &mut BTreeSet<String>,
        now: DateTime<Utc>,
    ) -> (problems::Looking, bool) {
        let (alarms, at) = (self.clone(), Arc::clone(setup));
        let looked = tokio::task::spawn_blocking(move || {
            let problems = looking.look(&alarms, &at, now);
            let file = file(&at);
            let told = Told::read(&file, now);
            let fresh: Vec<Problem> =
                problems.into_iter().filter(|problem| !told.has(&problem.key)).collect();
            (looking, told, fresh)
        });
        let Ok((looking, mut told, fresh)) = looked.await else {
            return (problems::Looking::default(), false);
        };
        // What cannot be written down would be told again and again, and is said in the log instead.
        let kept = |told: &Told| {
            told.write(&file(setup)).inspect_err(|error| {
                tracing::warn!("that an alarm was given cannot be written down ({error}): it waits");
            })
        };
        if fresh.is_empty() {
            return (looking, true);
        }
        told.add(fresh.iter().map(|problem| problem.key.clone()), now);
        if kept(&told).is_err() {
            return (looking, false);
        }
        match self.teller.say(to, &message(&fresh)).await {
            Ok(()) => {
                unheard.clear();
                let problems = count(fresh.len(), "problem", "problems");
                tracing::info!(%to, "told {to} about {problems}");
                (looking, true)
            }
            Err(reason) => {
                if unheard.insert(reason.clone()) {
                    tracing::error!(%to, reason, "the alarm for {to} was not taken ({reason}): it is tried again");
                }
                told.remove(fresh.iter().map(|problem| problem.key.as_str()));
                let _ = kept(&told);
                (looking, false)
            }
        }
    }
}

/// Where it is written what was told.
fn file(setup: &Setup) -> PathBuf {
    setup.store_folder().join("alarms.json")
}

/// One message for all that is new.
fn message(problems: &[Problem]) -> String {
    let mut text = format!("Whimbrel needs you ({}):", count(problems.len(), "problem", "problems"));
    for problem in problems.iter().take(NAMED) {
        text.push_str("\n• ");
        text.push_str(&clip(&problem.text, LETTERS));
    }
    if problems.len() > NAMED {
        let more = problems.len() - NAMED;
        text.push_str("\n… and ");
        text.push_str(&more.to_string());
        text.push_str(" more: the page /status has them");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_fits_however_much_is_wrong() {
        let problem = |number: usize| Problem { key: number.to_string(), text: "so ".repeat(1_000) };
        let many: Vec<Problem> = (0..100).map(problem).collect();
        let text = message(&many);
        assert!(text.chars().count() < 2_000, "{}", text.len());
        assert!(text.ends_with("and 92 more: the page /status has them"), "{text}");
    }
}
