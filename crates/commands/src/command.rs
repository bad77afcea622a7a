//! What people can ask for, read from what they typed.

mod typed;

use std::fmt;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use whimbrel_fanout::Cadence;
use whimbrel_news::Zone;

use crate::mistake::Mistake;

pub use self::typed::elsewhere;

/// Longer lines are refused unread. A filter has at most 8,000 characters.
const LONGEST: usize = 9_000;

/// Something people can ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// The first word. A link to the bot may say a catalog.
    Start(Option<String>),
    /// What can be asked; about one command.
    Help(Option<String>),
    /// News, please: of this, or chosen by buttons.
    Subscribe(Option<Wish>),
    /// No more news: of this, or chosen by buttons.
    Unsubscribe(Option<Which>),
    /// What is subscribed to.
    Subscriptions,
    /// Silence.
    Pause,
    /// The end of silence.
    Resume,
    /// What the next digest would say.
    Digest,
    /// How the place is set up, and what shall be different.
    Settings(Wishes),
    /// Why something was told, or not: a project, a catalog, an event; nothing is the newest event.
    Why(String),
    /// How things are.
    Status,
    /// Erase all.
    Forget,
}

/// A new subscription.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    /// Catalogs and conditions, as typed.
    pub what: String,
    /// A rhythm that can be read as a [`Cadence`]; without one it is the usual rhythm.
    pub cadence: Option<String>,
    /// Its time zone; without one it is the place's.
    pub zone: Option<Zone>,
    /// A first digest reaches back so far.
    pub since: Option<Since>,
}

/// Settings that shall be different.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wishes {
    /// The time zone.
    pub zone: Option<Zone>,
    /// Quiet hours that can be read as part of a [`Cadence`], such as `22:00-07:00`; or `off`.
    pub quiet: Option<String>,
    /// A rhythm that can be read as a [`Cadence`].
    pub cadence: Option<String>,
    /// The rhythm is for this subscription; else for all.
    pub number: Option<u32>,
}

/// Subscriptions of a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// That one.
    Number(u32),
    /// All.
    All,
}

/// How far a first digest reaches back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// So long.
    Ago(TimeDelta),
    /// To the beginning of a day of UTC.
    Day(NaiveDate),
}

impl Since {
    /// The moment; `None` if it lies ahead or more than a year back.
    pub fn moment(self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let at = match self {
            Self::Ago(ago) => now.checked_sub_signed(ago)?,
            Self::Day(day) => day.and_hms_opt(0, 0, 0)?.and_utc(),
        };
        (at < now && now - at <= TimeDelta::days(366)).then_some(at)
    }
}

impl fmt::Display for Since {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ago(ago) if ago.num_hours() % 24 == 0 => write!(f, "{}d", ago.num_days()),
            Self::Ago(ago) => write!(f, "{}h", ago.num_hours()),
            Self::Day(day) => write!(f, "{day}"),
        }
    }
}

impl Wishes {
    /// Nothing shall be different.
    pub fn is_empty(&self) -> bool {
        self.zone.is_none() && self.quiet.is_none() && self.cadence.is_none()
    }
}

impl Command {
    /// Reads a typed line. A bot's name after the command (`/help@whimbrel_bot`) is passed over: whether it is ours is
    /// for the adapter to know.
    pub fn parse(text: &str) -> Result<Self, Mistake> {
        typed::command(text)
    }

    /// The command of this name with these options, as [`Command::catalogue`] has them; empty ones count as not given.
    pub fn called(name: &str, options: &[(&str, &str)]) -> Result<Self, Mistake> {
        typed::called(name, options)
    }

    /// Whether it changes something, so that not everybody in a group may ask for it.
    pub fn changes(&self) -> bool {
        match self {
            Self::Subscribe(_) | Self::Unsubscribe(_) | Self::Pause | Self::Resume | Self::Forget => true,
            Self::Settings(wishes) => !wishes.is_empty(),
            Self::Start(_)
            | Self::Help(_)
            | Self::Subscriptions
            | Self::Digest
            | Self::Why(_)
            | Self::Status => false,
        }
    }

    /// Its name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Start(_) => "start",
            Self::Help(_) => "help",
            Self::Subscribe(_) => "subscribe",
            Self::Unsubscribe(_) => "unsubscribe",
            Self::Subscriptions => "subscriptions",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Digest => "digest",
            Self::Settings(_) => "settings",
            Self::Why(_) => "why",
            Self::Status => "status",
            Self::Forget => "forget",
        }
    }
}

/// Whether a text is a rhythm; the error says what would be.
fn checked(cadence: &str) -> Result<String, Mistake> {
    Cadence::read(cadence, Zone::UTC)?;
    Ok(cadence.to_owned())
}

#[cfg(test)]
mod tests;
