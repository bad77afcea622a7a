//! What keeps us from being shut out: requests the service calls invalid, and a token it refuses.

use std::collections::VecDeque;
use std::time::Duration;

use super::pacer::Class;

/// Discord shuts an address out after 10,000 invalid requests in ten minutes. Broadcasts stop at a tenth …
const BROADCASTS_STOP: u32 = 1_000;

/// … and replies at half.
const REPLIES_STOP: u32 = 5_000;

/// Invalid requests are counted by the minute, over eleven of which the first is not whole.
const MINUTES: u64 = 11;

/// With a token that is refused, one request in this time: two a minute.
const TRY_TOKEN: Duration = Duration::from_secs(30);

/// Watches over one service.
#[derive(Debug, Default)]
pub(super) struct Guard {
    /// Minutes since the start with what was invalid in them.
    invalid: VecDeque<(u64, u32)>,
    /// The token was refused: one request at a time, and none before this.
    doubt: Option<Duration>,
}

impl Guard {
    /// When a request may leave at the earliest, while so many are under way.
    pub(super) fn ready_at(&self, class: Class, under_way: usize, now: Duration) -> Option<Duration> {
        let token = match self.doubt {
            Some(_) if under_way > 0 => return None,
            Some(until) => until,
            None => Duration::ZERO,
        };
        let stop = match class {
            Class::Broadcast => BROADCASTS_STOP,
            Class::Reply => REPLIES_STOP,
        };
        let mut over = (self.invalid(now) + 1).saturating_sub(stop);
        let mut calm = Duration::ZERO;
        for (minute, count) in self.recent(now) {
            if over == 0 {
                break;
            }
            over = over.saturating_sub(count);
            calm = Duration::from_secs((minute + MINUTES) * 60);
        }
        Some(token.max(calm).max(now))
    }

    /// A request was invalid.
    pub(super) fn count_invalid(&mut self, now: Duration) {
        let this = now.as_secs() / 60;
        self.invalid.retain(|(minute, _)| minute + MINUTES > this);
        match self.invalid.back_mut() {
            Some((minute, count)) if *minute == this => *count += 1,
            _ => self.invalid.push_back((this, 1)),
        }
    }

    /// How many requests were invalid in the last ten minutes.
    pub(super) fn invalid(&self, now: Duration) -> u32 {
        self.recent(now).map(|(_, count)| count).sum()
    }

    fn recent(&self, now: Duration) -> impl Iterator<Item = (u64, u32)> + '_ {
        let this = now.as_secs() / 60;
        self.invalid.iter().copied().filter(move |(minute, _)| minute + MINUTES > this)
    }

    /// The service does not know our token.
    pub(super) fn token_refused(&mut self, now: Duration) {
        self.doubt = Some(now + TRY_TOKEN);
    }

    /// There is another token: one request may try it at once.
    pub(super) fn token_renewed(&mut self, now: Duration) {
        self.doubt = self.doubt.map(|until| until.min(now));
    }

    /// The service knows our token.
    pub(super) fn token_known(&mut self) {
        self.doubt = None;
    }

    /// Whether the token was refused last.
    pub(super) fn doubts_token(&self) -> bool {
        self.doubt.is_some()
    }
}
