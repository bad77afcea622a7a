//! The seam to the services.

use std::time::Duration;

use futures::future::BoxFuture;

use crate::bundle::Bundle;
use crate::destination::{Destination, Service};

/// A service, as lanes see it.
pub trait Channel: Send + Sync {
    /// Which service it is.
    fn service(&self) -> Service;

    /// The messages a bundle comes to at a destination, within all limits of the service. Pure: the same bundle gives
    /// the same parts, so that a retry after a crash repeats the same message.
    fn render(&self, to: &Destination, bundle: &Bundle, style: Style) -> Vec<Part>;

    /// Sends one part and reports what the service said. It waits for nobody: pace and retries are the caller's.
    fn send<'a>(&'a self, to: &'a Destination, part: &'a Part, nonce: Nonce) -> BoxFuture<'a, Sent>;
}

/// How a message is dressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// With headings, links and pictures.
    Rich,
    /// Words only, for content that the service refused when it was dressed.
    Plain,
}

/// A message, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The body as the service wants it, without the destination: JSON.
    pub body: String,
    /// Pictures that go with it.
    pub uploads: Vec<Upload>,
}

/// A picture of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// Its file name, such as `ranks.png`.
    pub name: String,
    /// What it shows, for people who cannot see it.
    pub alt: String,
    /// The PNG.
    pub png: Vec<u8>,
}

/// What makes a message the same one at every try: the lane, its range and the part, in 64 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Nonce(pub u64);

/// What became of a part.
#[derive(Debug)]
pub struct Sent {
    /// Accepted, with the id the service gave the message; or why not.
    pub result: Result<String, SendError>,
    /// What the answer said about the pace.
    pub learned: Learned,
}

/// What an answer says about the pace; the default says nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Learned {
    /// How many more the destination takes …
    pub remaining: Option<u32>,
    /// … until this much time has passed.
    pub reset_after: Option<Duration>,
    /// We were told to wait, so long and for whom.
    pub wait: Option<(Limit, Duration)>,
}

/// Whose limit was hit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// This destination's.
    Destination,
    /// The whole service's.
    Service,
    /// None: the service is in trouble or we keep away from it. Everybody waits, and nothing is learnt about what it
    /// takes.
    Nobodys,
}

/// Why a part was not accepted.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// Nothing wrong with the message or the place: later. How long to wait, where it was said, stands in
    /// [`Learned::wait`].
    #[error("{reason}")]
    Retry {
        /// What happened, in words.
        reason: String,
    },
    /// The place refuses us.
    #[error("{reason}")]
    Refused {
        /// In which way.
        refusal: Refusal,
        /// The service's words.
        reason: String,
    },
    /// The place has another address now; the message was not sent.
    #[error("moved to {to}")]
    Moved {
        /// Its new address.
        to: Destination,
    },
    /// The message is refused as it is.
    #[error("{reason}")]
    Content {
        /// The service's words.
        reason: String,
    },
    /// Our token is refused: nothing can be sent until it changes.
    #[error("{reason}")]
    Unauthorized {
        /// The service's words.
        reason: String,
    },
}

impl SendError {
    /// A word for it.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Retry { .. } => "later",
            Self::Refused { refusal: Refusal::Blocked, .. } => "blocked",
            Self::Refused { refusal: Refusal::NoAccess, .. } => "no access",
            Self::Refused { refusal: Refusal::Gone, .. } => "gone",
            Self::Moved { .. } => "moved",
            Self::Content { .. } => "content",
            Self::Unauthorized { .. } => "unauthorized",
        }
    }
}

/// How a place refuses us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The person blocked the bot or left the service.
    Blocked,
    /// The bot is not there any more, or may not write there.
    NoAccess,
    /// The place does not exist any more.
    Gone,
}
