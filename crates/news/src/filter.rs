//! Which events somebody wants, in a text form people can type and read again.

/// A condition over events; the default matches everything.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {}

/// What is wrong with a typed filter, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} (at character {at})")]
pub struct FilterError {
    /// Zero-based character the problem starts at.
    pub at: usize,
    /// What is wrong and what would be right.
    pub message: String,
}
