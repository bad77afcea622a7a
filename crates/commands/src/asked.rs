//! What somebody asks, and where.

use whimbrel_fanout::Destination;
use whimbrel_lookup::Question;

use crate::action::{Action, Press};
use crate::command::Command;

/// Something somebody typed or pressed.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// What it is about.
    pub place: Place,
    /// Who asks.
    pub who: Who,
    /// What.
    pub what: What,
}

/// A place that gets news, or may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its address.
    pub destination: Destination,
    /// What it is called, where the service says so.
    pub title: Option<String>,
    /// Only the one who asks reads there.
    pub private: bool,
    /// It is asked about from another chat, such as a channel from the private chat with its owner. Buttons of the
    /// answer then name it; see [`Press`].
    pub remote: bool,
}

/// Somebody who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Who {
    /// As the service numbers people, such as `telegram:42`. Never a name.
    pub id: String,
    /// May change what the place gets. In a private chat everybody may.
    pub may_change: bool,
    /// The language their program speaks, such as `de`.
    pub language: Option<String>,
}

/// What is asked.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// A line that begins with `/`; in a private chat any text.
    Typed(String),
    /// A command whose parts the service asked for one by one.
    Called(Command),
    /// A question whose options the service asked for one by one, as [`Question::forms`] has them.
    Asked {
        /// Its name.
        name: String,
        /// What was said, by the names of the options.
        options: Vec<(String, String)>,
        /// Everybody may read the answer.
        public: bool,
    },
    /// The action of a button.
    Pressed(String),
}

impl What {
    /// A word for how it is asked.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Typed(_) => "typed",
            Self::Called(_) => "called",
            Self::Asked { .. } => "asked",
            Self::Pressed(_) => "pressed",
        }
    }

    /// Whether it changes something, so that rights have to be known before it is answered. What cannot be read
    /// changes nothing.
    pub fn changes(&self) -> bool {
        match self {
            Self::Typed(text) => Command::parse(text).is_ok_and(|command| command.changes()),
            Self::Called(command) => command.changes(),
            Self::Asked { .. } => false,
            Self::Pressed(text) => Press::parse(text).is_some_and(|press| press.action.changes()),
        }
    }

    /// Whether everybody at the place may read the answer, as far as that is known before it is made.
    pub fn is_for_all(&self) -> bool {
        self.changes() || matches!(self, Self::Asked { public: true, .. })
    }

    /// Whether the server of somebody else has to be asked for it, which takes as long as that likes. It changes nothing.
    pub fn asks_elsewhere(&self) -> bool {
        match self {
            Self::Typed(text) => Question::named(text) == Some("suggest"),
            Self::Asked { name, .. } => name == "suggest",
            Self::Called(_) | Self::Pressed(_) => false,
        }
    }

    /// Whether something has to be looked up for it: people may ask only so much. It changes nothing.
    pub fn looks_up(&self) -> bool {
        let looks =
            |command: &Command| matches!(command, Command::Why(_) | Command::Digest | Command::Status);
        match self {
            Self::Typed(text) => match Command::parse(text) {
                Ok(Command::Start(about)) => about.is_some(),
                Ok(command) => looks(&command),
                Err(_) => Question::is_named(text) || !text.trim_start().starts_with('/'),
            },
            Self::Called(command) => looks(command),
            Self::Asked { .. } => true,
            Self::Pressed(text) => Press::parse(text).is_some_and(|press| {
                press.action.words().is_some()
                    || matches!(press.action, Action::Digest | Action::Preview(_) | Action::Status)
            }),
        }
    }
}
