//! What one party takes: a log of what it may still be counting, and what its answers taught us.

use std::collections::VecDeque;
use std::time::Duration;

use super::limits::Window;
use super::pacer::{Class, Ticket};

/// A message without an answer is taken to have arrived at most so long after it left. Longer silence is a dead
/// connection; it must not use up the budget of everybody else.
const GRACE: Duration = Duration::from_secs(1);

/// Clocks and schedulers are not exact.
const SLACK: Duration = Duration::from_millis(5);

/// A reply finds room within this time, because broadcasts leave it a tenth that is free or about to be.
const REPLY_ROOM: Duration = Duration::from_millis(200);

/// After so long without a refusal one message more is tried; each refusal doubles it …
const TRUST: Duration = Duration::from_mins(1);

/// … up to this.
const LONGEST_TRUST: Duration = Duration::from_mins(16);

/// Waits that we are told again and again grow fourfold each time, this often.
const MOST_GROWTH: u32 = 3;

/// What one party takes.
#[derive(Debug, Default)]
pub(super) struct Budget {
    /// Messages by the latest moment at which they can have arrived, earliest first.
    counted: VecDeque<(Duration, Ticket)>,
    /// Told to wait until then.
    until: Duration,
    learnt: Option<Box<Learnt>>,
    /// Refusals in a row.
    refusals: u32,
}

/// Tighter limits than we were told.
#[derive(Debug)]
struct Learnt {
    windows: Vec<Window>,
    /// What held before the last message more.
    held: Vec<Window>,
    /// When to trust in one message more.
    trust: Duration,
    /// How long that takes.
    patience: Duration,
    /// What left before then has nothing new to say.
    since: Duration,
}

impl Budget {
    /// When one more message fits, beside what counts already.
    pub(super) fn ready_at(&self, known: &[Window], class: Class, reserve: bool, now: Duration) -> Duration {
        let mut ready = self.until.max(now);
        for window in self.windows(known) {
            let most = window.messages as usize;
            // The message that has to leave the window first, and when.
            let leaves = |most: usize| {
                let index = self.counted.len().checked_sub(most.max(1))?;
                Some(self.counted.get(index)?.0 + window.within + SLACK)
            };
            ready = ready.max(leaves(most).unwrap_or_default());
            if reserve && class == Class::Broadcast {
                let room = leaves(most - most / 10).unwrap_or_default();
                ready = ready.max(room.saturating_sub(REPLY_ROOM));
            }
        }
        ready
    }

    /// A message leaves.
    pub(super) fn granted(&mut self, known: &[Window], ticket: Ticket, now: Duration) {
        self.forget(known, now);
        if !self.windows(known).is_empty() {
            self.count(now + GRACE, ticket);
        }
    }

    /// Its answer came: it arrived by this moment.
    pub(super) fn arrived(&mut self, ticket: Ticket, by: Duration) {
        if let Some((latest, _)) = self.take(ticket) {
            self.count(by.min(latest), ticket);
        }
    }

    /// A message was not refused.
    pub(super) fn calmed(&mut self) {
        self.refusals = 0;
    }

    /// A message that left at some time was refused, and is to be tried again after a wait; so it does not count,
    /// and the party takes less than we thought.
    pub(super) fn refused(
        &mut self,
        known: &[Window],
        (ticket, left): (Option<Ticket>, Duration),
        wait: Duration,
        now: Duration,
    ) {
        if let Some(ticket) = ticket {
            self.take(ticket);
        }
        let again = self.waits(wait, Duration::MAX, now);
        if self.learnt.as_ref().is_some_and(|learnt| left < learnt.since) {
            return;
        }
        if let Some(learnt) = self.learnt.as_mut()
            && learnt.held != learnt.windows
        {
            // One more was too many.
            learnt.windows.clone_from(&learnt.held);
            learnt.patience = LONGEST_TRUST.min(learnt.patience * 2);
            learnt.trust = now + learnt.patience;
            learnt.since = now;
            return;
        }
        let mut windows = self.windows(known).to_vec();
        // Waits are told in whole seconds.
        let fits = |window: &&mut Window| window.within + Duration::from_secs(1) > wait;
        let Some(window) = windows.iter_mut().filter(fits).min_by_key(|window| window.within) else { return };
        let taken = self.counted.iter().filter(|(by, _)| *by + window.within > left).count() as u32;
        if taken >= 1 {
            window.messages = window.messages.min(taken);
        } else if !again {
            // Not even one fits into the window: it is longer than we thought.
            window.messages = 1;
            window.within = window.within.max(wait) + Duration::from_secs(1);
        }
        let (patience, since) =
            self.learnt.as_ref().map_or((TRUST, Duration::ZERO), |learnt| (learnt.patience, learnt.since));
        self.learnt =
            Some(Box::new(Learnt { held: windows.clone(), windows, trust: now + patience, patience, since }));
    }

    /// Told to wait, which becomes at most `most`. Whether that goes on a wait that is not over yet.
    pub(super) fn waits(&mut self, wait: Duration, most: Duration, now: Duration) -> bool {
        // Several that left together are refused together: only the first says something new.
        let again = self.until > now;
        if !again {
            self.refusals += 1;
        }
        // Whoever refuses again and again is asked more and more rarely, because each time takes a turn from others.
        let longer = 4_u32.pow(self.refusals.saturating_sub(1).min(MOST_GROWTH));
        let wait = wait.saturating_mul(longer).min(most);
        self.until = self.until.max(now.saturating_add(wait).saturating_add(SLACK));
        again
    }

    /// Wait until then, whatever the windows say.
    pub(super) fn hold(&mut self, until: Duration) {
        self.until = self.until.max(until);
    }

    /// How long this party was told to wait from now on.
    pub(super) fn told_to_wait(&self, now: Duration) -> Option<Duration> {
        self.until.checked_sub(now).filter(|wait| !wait.is_zero())
    }

    /// What it takes, as far as we know.
    pub(super) fn windows<'a>(&'a self, known: &'a [Window]) -> &'a [Window] {
        self.learnt.as_ref().map_or(known, |learnt| &learnt.windows)
    }

    /// What was counted no longer matters: the party itself said what it takes.
    pub(super) fn clear(&mut self) {
        self.counted.clear();
    }

    /// When everything here may be forgotten.
    pub(super) fn idle_at(&self, known: &[Window]) -> Duration {
        let longest = longest(self.windows(known));
        let counted = self.counted.back().map_or(Duration::ZERO, |(by, _)| *by + longest + SLACK);
        let learnt = self.learnt.as_ref().map_or(Duration::ZERO, |learnt| learnt.trust);
        self.until.max(counted).max(learnt)
    }

    /// Drops what no window reaches back to, and tries more where trust has grown.
    fn forget(&mut self, known: &[Window], now: Duration) {
        if let Some(learnt) = self.learnt.as_mut()
            && learnt.trust <= now
        {
            learnt.trust = now + learnt.patience;
            learnt.held.clone_from(&learnt.windows);
            for (window, known) in learnt.windows.iter_mut().zip(known) {
                window.within = known.within;
                window.messages = known.messages.min(window.messages + 1);
            }
            if learnt.windows == known {
                self.learnt = None;
            }
        }
        let longest = longest(self.windows(known)) + SLACK;
        while self.counted.front().is_some_and(|(by, _)| *by + longest <= now) {
            self.counted.pop_front();
        }
    }

    fn count(&mut self, by: Duration, ticket: Ticket) {
        let index = self.counted.partition_point(|(other, _)| *other <= by);
        self.counted.insert(index, (by, ticket));
    }

    fn take(&mut self, ticket: Ticket) -> Option<(Duration, Ticket)> {
        // Those without an answer are the latest.
        let index = self.counted.iter().rposition(|(_, other)| *other == ticket)?;
        self.counted.remove(index)
    }
}

fn longest(windows: &[Window]) -> Duration {
    windows.iter().map(|window| window.within).max().unwrap_or_default()
}
