//! What a button does, in at most 64 bytes: the button says all of it, nobody has to remember a dialogue. How that is
//! written is in `text`.

mod text;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use whimbrel_catalog::CatalogId;
use whimbrel_fanout::{Destination, Quiet};
use whimbrel_news::Zone;

use crate::kept::Words;
use crate::topics::Topics;

/// Pages of an answer that can be turned to.
pub(crate) const LAST_PAGE: u16 = 100;

/// What a button does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Says what can be asked.
    Help,
    /// Shows a page of catalogs to subscribe to.
    Catalogs(u16),
    /// Shows topics to choose from.
    Topics(Chosen, Topics),
    /// Shows rhythms to choose from, for a new subscription.
    Rhythms(Chosen, Topics),
    /// Makes a subscription.
    Subscribe(Chosen, Topics, Pick),
    /// Shows a page of the subscriptions of the place.
    List(u16),
    /// Shows a subscription.
    Show(Ref),
    /// Shows rhythms to choose from, for this subscription.
    Rhythm(Ref),
    /// Takes another rhythm.
    SetRhythm(Ref, Pick),
    /// Shows the days of its rhythm.
    Days(Ref),
    /// Takes another day: of the week, Monday is 1; of the month.
    SetDay(Ref, u8),
    /// Shows the hours of a day.
    Hours(Ref),
    /// Takes another hour.
    SetHour(Ref, u8),
    /// Ends a subscription.
    End(Ref),
    /// Shows regions of the world.
    Regions,
    /// Shows a page of the time zones of a region, by its place among the regions.
    Zones(u8, u16),
    /// Takes another time zone.
    SetZone(Zone),
    /// Shows quiet hours to choose from.
    Quiet,
    /// Takes other quiet hours, or none.
    SetQuiet(Option<Quiet>),
    /// Silence for a while.
    Pause,
    /// The end of the silence.
    Resume,
    /// Shows how the place is set up.
    Settings,
    /// Shows what would be told now.
    Digest,
    /// The same, of the rhythm this subscription has.
    Preview(Ref),
    /// Shows how things are.
    Status,
    /// Asks whether everything shall be forgotten.
    Forget,
    /// Forgets everything.
    ForgetNow,
    /// Leaves everything as it is.
    Keep,
    /// Takes back a change.
    Undo(UndoMark),
    /// Answers a question, in a message of its own.
    Ask(Words),
    /// Shows another page of an answer, from 1.
    Turn(u16, Words),
    /// Shows rhythms to choose from, for news of what a question is about.
    Follow(Words),
    /// Makes a subscription to what a question is about.
    FollowAt(Pick, Words),
    /// Follows the catalog somebody proposed.
    Accept(u64),
    /// Does not.
    Decline(u64),
    /// Does nothing: the number of a page.
    Nothing,
}

/// What a subscription is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chosen {
    /// All catalogs, also those that come later.
    Everything,
    /// One catalog.
    Catalog(CatalogMark),
}

/// A catalog in a button: forty bits of a hash of its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CatalogMark(u64);

/// A subscription in a button: its number, and a mark by which a number that was given again is noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Ref {
    /// Its number at the place.
    pub number: u32,
    /// A hash of what it wants.
    pub mark: u32,
}

/// A change that can be taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct UndoMark(u64);

/// A rhythm, at its usual time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Pick {
    Instant,
    Hourly,
    Daily,
    Weekly,
    Monthly,
}

/// A pressed button, and the place it is about where that is not the chat the button stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Press {
    /// The other place; see [`Place::remote`](crate::Place::remote). Whoever pressed must have rights there.
    pub about: Option<Destination>,
    /// What to do.
    pub action: Action,
}

impl Action {
    /// The question it is about, if it is one of those.
    pub fn words(&self) -> Option<&Words> {
        match self {
            Self::Ask(words) | Self::Turn(_, words) | Self::Follow(words) | Self::FollowAt(_, words) => {
                Some(words)
            }
            _ => None,
        }
    }

    /// Whether it changes what a place gets, or is a step on the way to that.
    pub fn changes(&self) -> bool {
        match self {
            Self::Catalogs(_)
            | Self::Topics(..)
            | Self::Rhythms(..)
            | Self::Subscribe(..)
            | Self::Rhythm(_)
            | Self::SetRhythm(..)
            | Self::Days(_)
            | Self::SetDay(..)
            | Self::Hours(_)
            | Self::SetHour(..)
            | Self::End(_)
            | Self::Regions
            | Self::Zones(..)
            | Self::SetZone(_)
            | Self::Quiet
            | Self::SetQuiet(_)
            | Self::Pause
            | Self::Resume
            | Self::Forget
            | Self::ForgetNow
            | Self::Keep
            | Self::Undo(_)
            | Self::Follow(_)
            | Self::FollowAt(..)
            | Self::Accept(_)
            | Self::Decline(_) => true,
            Self::Help
            | Self::List(_)
            | Self::Show(_)
            | Self::Settings
            | Self::Digest
            | Self::Preview(_)
            | Self::Status
            | Self::Ask(_)
            | Self::Turn(..)
            | Self::Nothing => false,
        }
    }
}

impl CatalogMark {
    /// The mark of a catalog.
    pub fn of(id: &CatalogId) -> Self {
        Self(hash(&[id.as_str()]) >> 24)
    }
}

impl Ref {
    /// Marks a subscription by its number and what it wants.
    pub fn new(number: u32, filter: &str) -> Self {
        Self { number, mark: (hash(&[filter]) >> 32) as u32 }
    }
}

impl UndoMark {
    /// A mark that nobody can guess who does not know all of this.
    pub(crate) fn of(parts: &[&str]) -> Self {
        Self(hash(parts))
    }
}

impl Pick {
    /// Every rhythm, the most frequent first.
    pub const ALL: [Self; 5] = [Self::Instant, Self::Hourly, Self::Daily, Self::Weekly, Self::Monthly];
}

/// The first 64 bits of a hash over these parts.
pub(crate) fn hash(parts: &[&str]) -> u64 {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part);
    }
    digest.finalize().iter().take(8).fold(0, |value, byte| value << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests;
