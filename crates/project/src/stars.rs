//! Stars and forks of a project over time.

use chrono::{DateTime, Utc};

/// Stars and forks of a project over time, oldest first; a row only where something changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StarHistory {
    rows: Vec<StarRow>,
}

/// What a look counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StarRow {
    /// When.
    pub at: DateTime<Utc>,
    /// Stars.
    pub stars: u64,
    /// Forks.
    pub forks: u64,
}

impl StarHistory {
    /// The rows, oldest first.
    pub fn rows(&self) -> &[StarRow] {
        &self.rows
    }
}
