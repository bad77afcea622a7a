//! What is wrong and needs somebody: found in what the parts of the program say of themselves.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use whimbrel_fanout::{LaneState, Service};
use whimbrel_news::wording::clip;

use super::super::disk;
use super::{Alarms, Setup};
use crate::screen::count;

/// Lanes are read one by one, which takes a while where there are many: not more often than this …
const LANES_EVERY: Duration = Duration::from_mins(10);

/// … unless another number of them is parked; and so many at a time.
const STRIDE: usize = 512;

/// So many places that refuse us are named.
const NAMED: usize = 3;

/// Of a reason so much is said.
const LETTERS: usize = 100;

/// Something that needs somebody.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Problem {
    /// The same as long as it is the same problem.
    pub(super) key: String,
    /// One sentence, with what to do.
    pub(super) text: String,
}

/// What is remembered between two looks.
#[derive(Default)]
pub(super) struct Looking {
    lanes: Option<Lanes>,
}

/// What was found when lanes were last read.
struct Lanes {
    at: Instant,
    /// How many were parked.
    parked: usize,
    /// Those parked for long: where they lead, and why.
    long: Vec<(String, String)>,
}

impl Looking {
    /// All that is wrong at this moment.
    pub(super) fn look(&mut self, alarms: &Alarms, setup: &Setup, now: DateTime<Utc>) -> Vec<Problem> {
        let mut problems = Vec::new();
        tokens(alarms, now, &mut problems);
        stale(alarms, &mut problems);
        self.parked(alarms, setup, now, &mut problems);
        if !alarms.opened.is_empty() {
            let text = format!("The store had to be recovered: {}", alarms.opened.join("; "));
            problems.push(Problem { key: "store".to_owned(), text });
        }
        let free = disk::free_bytes(&setup.store_folder()).map(|bytes| bytes >> 20);
        if let Some(free) = free.filter(|free| *free < setup.config.admin.disk_free_mib) {
            let text = format!("Only {free} MiB are left on the disk of the store: make room there");
            problems.push(Problem { key: "disk".to_owned(), text });
        }
        for name in alarms.about.board.stuck(std::time::Instant::now()) {
            let text = format!("The loop `{name}` makes no progress: restart the program");
            problems.push(Problem { key: format!("loop {name}"), text });
        }
        problems
    }

    /// Places that have refused us for long.
    fn parked(&mut self, alarms: &Alarms, setup: &Setup, now: DateTime<Utc>, into: &mut Vec<Problem>) {
        let fanout = &alarms.about.fanout;
        let parked = fanout.status().parked;
        let known = self.lanes.as_ref().is_some_and(|lanes| {
            lanes.parked == parked
                && (parked == 0
                    || lanes.at.elapsed() < LANES_EVERY.min(setup.config.admin.parked_after.as_std()))
        });
        if !known {
            let (mut long, mut after) = (Vec::new(), None);
            while let Ok(lanes) = fanout.lanes(after, STRIDE)
                && let Some(last) = lanes.last()
            {
                after = Some(last.lane);
                for lane in lanes {
                    if let LaneState::Parked(parked) = lane.state
                        && now - parked.at >= setup.config.admin.parked_after.as_chrono()
                    {
                        long.push((lane.destination, parked.reason));
                    }
                }
            }
            self.lanes = Some(Lanes { at: Instant::now(), parked, long });
        }
        let long = self.lanes.as_ref().map(|lanes| lanes.long.as_slice()).unwrap_or_default();
        // A lane each would be a flood where a service has thrown us out everywhere.
        if long.len() > NAMED {
            let text = format!(
                "{} refuse our messages for long: `whimbrel lanes` says why each does",
                count(long.len(), "lane", "lanes")
            );
            into.push(Problem { key: "parked".to_owned(), text });
            return;
        }
        for (to, reason) in long {
            let text =
                format!("{to} refuses our messages for long ({}); what comes is kept", clip(reason, LETTERS));
            into.push(Problem { key: format!("parked {to}"), text });
        }
    }
}

/// Services that refuse our token.
fn tokens(alarms: &Alarms, now: DateTime<Utc>, into: &mut Vec<Problem>) {
    for service in alarms.about.fanout.status().services {
        if let Some(rest) = service.rest.filter(|rest| rest.unauthorized) {
            let reason = clip(&rest.reason, LETTERS);
            let name = match service.service {
                Service::Telegram => "Telegram",
                Service::Discord => "Discord",
            };
            let text = format!("{name} refuses our token ({reason}): give it another; what waits is kept");
            into.push(Problem { key: format!("token {}", service.service), text });
        }
    }
    for budget in alarms.about.projects.github().budget(now) {
        if let Some(alarm) = budget.alarm {
            into.push(Problem { key: format!("github {}", budget.token), text: alarm });
        }
    }
}

/// Catalogs that could not be read for long.
fn stale(alarms: &Alarms, into: &mut Vec<Problem>) {
    let catalogs = alarms.store.catalogs().unwrap_or_default();
    for meta in catalogs.into_iter().filter(|meta| meta.stale && meta.next_due.is_some()) {
        let why = meta.last_error.map(|error| format!(": {}", clip(&error, LETTERS))).unwrap_or_default();
        let text = format!("The catalog `{}` could not be read for long{why}", meta.id);
        into.push(Problem { key: format!("stale {}", meta.id), text });
    }
}
