//! Folding the events of a period into one summary.

/// The length of a digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Period {
    /// A day of UTC.
    Daily,
    /// Monday to Sunday, UTC.
    Weekly,
}

/// The events of a period, folded.
#[derive(Clone, Debug, PartialEq)]
pub struct Digest {}
