//! A place in a listing, as it stands in an address.
//!
//! Live news is only added above, so what follows a place stays the same for ever. Replayed history is ordered by
//! the time things happened, and a catalog followed later brings more of it; the place therefore also says how much
//! history there was when the listing was begun, and the pages below show no more than that.

use std::fmt;
use std::str::FromStr;

use whimbrel_store::Cursor;

/// Where to go on, and how much replayed history belongs to the listing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct After {
    /// The last event that was shown.
    pub(crate) cursor: Cursor,
    /// The newest number of replayed history when the listing was begun.
    pub(crate) history: u64,
}

impl fmt::Display for After {
    /// `7-123_1795168800000000_40`: the event, its time in microseconds, the history.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}", self.cursor, self.history)
    }
}

impl FromStr for After {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (cursor, history) = text.rsplit_once('_').ok_or(())?;
        Ok(Self { cursor: cursor.parse().map_err(|_| ())?, history: history.parse().map_err(|_| ())? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_read_back_and_nothing_else_does() {
        for text in ["7-123_1795168800000000_40", "1-h9_-5_0"] {
            assert_eq!(text.parse::<After>().unwrap().to_string(), text);
        }
        for text in ["", "7-123", "7-123_0", "7-123_0_0_0", "x_0_0", "7-1_9223372036854775807_0", "7-1_0_-1"]
        {
            assert!(text.parse::<After>().is_err(), "{text}");
        }
    }
}
