//! Why a source could not be read: one sentence that says what to do, and a kind for those who decide.

use chrono::{DateTime, Utc};

/// Why a look failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct LookError {
    /// What the engine decides by.
    pub kind: LookErrorKind,
    /// One sentence for people: what is wrong and what to do.
    pub message: String,
}

/// The ways a look fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LookErrorKind {
    /// There is nothing at this place.
    NotFound,
    /// There is something that is no catalog document.
    Unreadable,
    /// It is larger than the limit.
    TooLarge,
    /// Somebody says no: permissions, a token, a rule of ours.
    Refused,
    /// The network or the server is in trouble; the server may have named a time to come back.
    Trouble {
        /// Not before this time.
        until: Option<DateTime<Utc>>,
    },
    /// Too many requests: not before this time.
    RateLimited {
        /// When requests are welcome again.
        until: DateTime<Utc>,
    },
    /// It was not asked for: requests are spread, and its turn comes at this time.
    PutOff {
        /// When its turn comes.
        until: DateTime<Utc>,
    },
    /// The file is being written right now: look again in a moment.
    Busy,
}

impl LookErrorKind {
    /// A word for it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::NotFound => "not found",
            Self::Unreadable => "unreadable",
            Self::TooLarge => "too large",
            Self::Refused => "refused",
            Self::Trouble { .. } => "away",
            Self::RateLimited { .. } => "limited",
            Self::PutOff { .. } => "put off",
            Self::Busy => "busy",
        }
    }
}

impl LookError {
    /// An error of this kind.
    pub fn new(kind: LookErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::new(LookErrorKind::NotFound, message)
    }

    pub(crate) fn unreadable(message: impl Into<String>) -> Self {
        Self::new(LookErrorKind::Unreadable, message)
    }

    pub(crate) fn refused(message: impl Into<String>) -> Self {
        Self::new(LookErrorKind::Refused, message)
    }

    pub(crate) fn trouble(message: impl Into<String>) -> Self {
        Self::new(LookErrorKind::Trouble { until: None }, message)
    }

    pub(crate) fn too_large(subject: &str, limit: usize) -> Self {
        Self::new(
            LookErrorKind::TooLarge,
            format!(
                "{subject} has more than {limit} bytes: is it a catalog? If so, raise max_bytes in [watch]"
            ),
        )
    }
}
