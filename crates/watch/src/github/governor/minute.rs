//! What was used within the last minute.

use std::collections::VecDeque;

use chrono::{DateTime, TimeDelta, Utc};

/// A whole minute lies between anything that happened in one second and the beginning of the sixty-first after it.
const MINUTE_SECS: i64 = 61;

/// A sum over the last minute with a ceiling, kept by seconds.
#[derive(Clone, Debug)]
pub(super) struct Minute {
    ceiling: u32,
    used: VecDeque<(i64, u32)>,
    sum: u32,
}

impl Minute {
    pub(super) fn new(ceiling: u32) -> Self {
        Self { ceiling, used: VecDeque::new(), sum: 0 }
    }

    /// Whether so much more fits now; else when it will. What is larger than the ceiling fits into an empty minute.
    pub(super) fn allows(&mut self, amount: u32, now: DateTime<Utc>) -> Result<(), DateTime<Utc>> {
        while let Some((at, used)) = self.used.front().copied()
            && now.timestamp() - at >= MINUTE_SECS
        {
            self.used.pop_front();
            self.sum = self.sum.saturating_sub(used);
        }
        let mut over = self.sum.saturating_add(amount).saturating_sub(self.ceiling);
        let mut until = now;
        for (at, used) in &self.used {
            if over == 0 {
                break;
            }
            until = DateTime::from_timestamp(at + MINUTE_SECS, 0).unwrap_or(now);
            over = over.saturating_sub(*used);
        }
        if until > now { Err(until) } else { Ok(()) }
    }

    pub(super) fn add(&mut self, amount: u32, now: DateTime<Utc>) {
        let second = now.timestamp();
        self.sum = self.sum.saturating_add(amount);
        match self.used.back_mut() {
            Some((at, used)) if *at >= second => *used = used.saturating_add(amount),
            _ => self.used.push_back((second, amount)),
        }
    }

    /// Our clock was set back.
    pub(super) fn shift(&mut self, by: TimeDelta) {
        for (at, _) in &mut self.used {
            *at += by.num_seconds();
        }
    }
}
