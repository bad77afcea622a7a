//! Whether those that are missed may be told gone: not while so many are missed that the trouble is elsewhere.

use std::collections::VecDeque;

use chrono::{DateTime, TimeDelta, Utc};
use tracing::{info, warn};
use whimbrel_project::{Census, Rules, Standing};
use whimbrel_store::{Store, StoreError};

/// Counting reads every project, so a count holds for a while.
const COUNT_EVERY: TimeDelta = TimeDelta::minutes(15);

/// Who was found within this time was looked at lately.
const LATELY: TimeDelta = TimeDelta::hours(24);

/// Rows read at a time.
const STRIDE: usize = 1_000;

/// What is known of those that are missed.
#[derive(Debug, Default)]
pub(super) struct Absences {
    /// How many looks of each hour found their project, the latest hour last.
    found: VecDeque<(DateTime<Utc>, usize)>,
    counted: Option<(DateTime<Utc>, Census)>,
    /// Since when they are held back.
    held: Option<DateTime<Utc>>,
}

impl Absences {
    /// Notes looks that found their project.
    pub(super) fn found(&mut self, looks: usize, now: DateTime<Utc>) {
        self.found.retain(|(hour, _)| *hour <= now && now - *hour < LATELY);
        match self.found.back_mut() {
            Some((hour, found)) if now - *hour < TimeDelta::hours(1) => *found += looks,
            _ => self.found.push_back((now, looks)),
        }
    }

    /// Whether so many are missed that none is to be told gone yet. Asked only when one would be.
    pub(super) fn are_too_many(
        &mut self,
        store: &Store,
        now: DateTime<Utc>,
        rules: &Rules,
    ) -> Result<bool, StoreError> {
        let census = self.count(store, now)?;
        let too_many = census.is_implausible(rules);
        match (self.held, too_many) {
            (None, true) => {
                self.held = Some(now);
                warn!(missing = census.missing, "{}", sentence(census, rules));
            }
            (Some(_), false) => {
                self.held = None;
                info!(
                    missing = census.missing,
                    "no longer so many projects are missing at once: those that are still missed are told gone"
                );
            }
            _ => {}
        }
        Ok(too_many)
    }

    /// Notices when those that were held back have come back.
    pub(super) fn look_again(
        &mut self,
        store: &Store,
        now: DateTime<Utc>,
        rules: &Rules,
    ) -> Result<(), StoreError> {
        if self.held.is_some() {
            self.are_too_many(store, now, rules)?;
        }
        Ok(())
    }

    /// What people should know; `None` when nothing is held back.
    pub(super) fn remark(&self, rules: &Rules) -> Option<String> {
        let (_, census) = self.counted.filter(|_| self.held.is_some())?;
        Some(sentence(census, rules))
    }

    fn count(&mut self, store: &Store, now: DateTime<Utc>) -> Result<Census, StoreError> {
        if let Some((_, census)) = self.counted.filter(|(at, _)| *at <= now && now - *at < COUNT_EVERY) {
            return Ok(census);
        }
        let (mut census, mut after) = (Census::default(), None);
        loop {
            let page = store.projects(after, STRIDE)?;
            after = page.last().map(|project| project.id);
            for project in page.iter().filter(|project| project.node.is_some()) {
                let count = match project.standing {
                    Standing::Missing { .. } => &mut census.missing,
                    Standing::Here => &mut census.here,
                    Standing::Unresolved | Standing::Gone { .. } => continue,
                };
                *count += usize::from(store.is_followed(project.id));
            }
            if page.len() < STRIDE {
                break;
            }
        }
        // Those nobody has asked about since say nothing about today.
        let lately = self.found.iter().filter(|(hour, _)| *hour <= now && now - *hour < LATELY);
        census.here = census.here.min(lately.map(|(_, looks)| looks).sum());
        self.counted = Some((now, census));
        Ok(census)
    }
}

fn sentence(census: Census, rules: &Rules) -> String {
    format!(
        "{} of {} projects looked at cannot be found: more likely GitHub or the token is in trouble than that they are \
         gone. None of them is told gone before it was missed for {} hours, or most are back",
        census.missing,
        census.all(),
        rules.patient().gone_after_hours,
    )
}
