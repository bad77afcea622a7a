//! Rows that were met lately, by which sled is made to let go of pages nobody needs any more.
//!
//! sled 0.34 divides its pages into 256 shards by their numbers, and asks whether a shard holds more than its part of
//! the cache only when 64 accesses to it have gathered and one more comes (`N_SHARDS` and `MAX_QUEUE_ITEMS` in its
//! `lru.rs`). Until then
//! everything stays that was read once at a start or written at the end of the journal, whatever the cache may hold:
//! at rest for ever, and in a busy hour until some thousand events have come. So now and then the rows that were met
//! last are asked for again, until each shard has gathered its accesses.

use std::collections::VecDeque;

/// Accesses that bring a shard to the point: the page was accessed before, when its row was met.
const ENOUGH: usize = 64;

/// Accesses that bring nearly all of them there: twice as many as they need, because some get less than their part.
const ACCESSES: usize = 2 * 256 * ENOUGH;

/// Rows that are remembered: about four for each shard, so that hardly one has none.
const KEYS: usize = 1024;

/// One row is remembered for so many bytes that go by; a page holds two or three times as many.
const EVERY: usize = 1024;

/// Bytes that have to go by until it is worth the while.
const WORTH: usize = 256 * 1024;

/// What went by since sled was last made to let go. Rows that are asked for one by one do not count: whoever asks for many
/// of them makes for the accesses that way.
#[derive(Default)]
pub(super) struct Met {
    keys: VecDeque<Vec<u8>>,
    bytes: usize,
    /// Bytes since a row was remembered.
    since: usize,
}

impl Met {
    /// A row of so many bytes was written, or read with those beside it.
    pub(super) fn row(&mut self, key: &[u8], bytes: usize) {
        self.bytes = self.bytes.saturating_add(bytes);
        self.since = self.since.saturating_add(bytes);
        if self.since >= EVERY {
            self.since = 0;
            if self.keys.len() == KEYS {
                self.keys.pop_front();
            }
            self.keys.push_back(key.to_vec());
        }
    }

    /// Is it worth the while to make sled let go?
    pub(super) fn is_much(&self) -> bool {
        self.bytes >= WORTH
    }

    /// The rows to ask for, and how often to ask for each in a row: its page is then read only once. From here on rows
    /// are remembered anew.
    pub(super) fn take(&mut self) -> (VecDeque<Vec<u8>>, usize) {
        self.bytes = 0;
        let keys = std::mem::take(&mut self.keys);
        let times = ENOUGH.min(ACCESSES / keys.len().max(1));
        (keys, times)
    }
}
