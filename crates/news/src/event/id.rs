//! The identity of an event, in the forms it travels in.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Who coins our `tag:` addresses, and since when, by RFC 4151: a domain name that belongs to the project, and a
/// month in which it did. It names the program's authors, not the host an installation runs on, so a feed may move
/// without becoming new to its readers. It is part of every identity ever published: never change it.
pub const TAG_AUTHORITY: &str = "whimbrel-rs.github.io,2026-11";

/// The life of one store. Every restore or rebuild starts a new, larger one, so numbers never come back.
///
/// Feed ids are made of it, so the first epoch of a store should differ from that of any other store; the time the
/// store was created serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Epoch(pub u64);

/// The identity of an event: never re-used, never changed. As text `<epoch>-<seq>`, or `<epoch>-h<seq>` for
/// replayed history.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EventId {
    /// The life of the store that gave the number.
    pub epoch: Epoch,
    /// Replayed history is numbered apart from live news.
    pub history: bool,
    /// The number, from 1.
    pub seq: u64,
}

/// A text that is no event id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no event id: it looks like `7-123`, or `7-h123` for replayed history")]
pub struct BadEventId(pub String);

impl EventId {
    /// The identity in feeds: a `tag:` URI (RFC 4151).
    pub fn tag_uri(self) -> String {
        format!("tag:{TAG_AUTHORITY}:{self}")
    }
}

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}{}", self.epoch, if self.history { "h" } else { "" }, self.seq)
    }
}

impl FromStr for EventId {
    type Err = BadEventId;

    fn from_str(text: &str) -> Result<Self, BadEventId> {
        let bad = || BadEventId(text.to_owned());
        // `parse` alone would take `+5` and `007` too, and an identity has one spelling.
        let number = |digits: &str| {
            let value: u64 = digits.parse().map_err(|_| bad())?;
            if value.to_string() == digits { Ok(value) } else { Err(bad()) }
        };
        let (epoch, rest) = text.split_once('-').ok_or_else(bad)?;
        let (history, seq) = rest.strip_prefix('h').map_or((false, rest), |seq| (true, seq));
        Ok(Self { epoch: Epoch(number(epoch)?), history, seq: number(seq)? })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_forms_of_an_id() {
        let live = EventId { epoch: Epoch(3), history: false, seq: 17 };
        let replayed = EventId { history: true, ..live };
        assert_eq!(live.to_string(), "3-17");
        assert_eq!(replayed.to_string(), "3-h17");
        assert_eq!(live.tag_uri(), "tag:whimbrel-rs.github.io,2026-11:3-17");
        assert_ne!(live.tag_uri(), replayed.tag_uri());
    }

    #[test]
    fn what_is_no_id_is_told() {
        for text in ["", "3", "3-", "-3", "3-h", "3-x1", "3-+1", "03-1", "3-1 ", "3-99999999999999999999"] {
            assert_eq!(text.parse::<EventId>(), Err(BadEventId(text.to_owned())));
        }
    }

    proptest! {
        #[test]
        fn every_id_reads_back(epoch: u64, history: bool, seq: u64) {
            let id = EventId { epoch: Epoch(epoch), history, seq };
            prop_assert_eq!(id.to_string().parse(), Ok(id));
        }
    }
}
