//! What was typed wrong, and what would be right.

use whimbrel_fanout::BadCadence;

use crate::command::Command;
use crate::reply::Reply;

/// Why a text is no command.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Mistake {
    /// It does not begin with `/`.
    #[error("Commands begin with a slash: /help says what there is.")]
    NoCommand,
    /// There is no such command. In a group it may be meant for another bot.
    #[error("There is no /{word}{}", or_else(.nearest.map(|name| format!("/{name}")).as_deref(), "/help says what there is."))]
    Unknown {
        /// What stands there.
        word: String,
        /// The command that looks most like it.
        nearest: Option<&'static str>,
    },
    /// The command takes nothing, or not this.
    #[error("/{command} does not take `{word}`. {}", usage(.command))]
    TooMuch {
        /// The command.
        command: &'static str,
        /// What is too much.
        word: String,
    },
    /// There is no such option.
    #[error("/{command} has no option `{option}`. {}", usage(.command))]
    Option {
        /// The command.
        command: &'static str,
        /// The option.
        option: String,
    },
    /// There is no such setting.
    #[error("There is no setting `{word}`{}", or_else(.nearest.as_deref(), "there are rhythm, zone and quiet, as in `/settings zone Europe/Berlin`."))]
    Setting {
        /// What stands there.
        word: String,
        /// The setting that looks most like it.
        nearest: Option<String>,
    },
    /// No number of a subscription.
    #[error("`{0}` is no number of a subscription: /subscriptions lists them with their numbers.")]
    Number(String),
    /// No beginning of a first digest.
    #[error(
        "`since:{0}` is no time: write since:7d, since:12h, since:2w or a date such as since:2026-11-01. It reaches back a year at most."
    )]
    Since(String),
    /// A time of day without a rhythm.
    #[error(
        "`{0}` belongs to a rhythm: write `daily {0}` or `weekly mon {0}`. To look for it as text, put it in quotes."
    )]
    LoneTime(String),
    /// A rhythm, a zone or quiet hours that cannot be read.
    #[error("{}", sentence(.0))]
    Cadence(#[from] BadCadence),
    /// A message without a link, of which somebody wants to know what it is.
    #[error("I see no link in that message. With /find you can look for its words.")]
    NoLink,
    /// Nobody types this much.
    #[error("That is too long to read: a command has at most {0} characters.")]
    TooLong(usize),
}

impl From<Mistake> for Reply {
    fn from(mistake: Mistake) -> Self {
        Self::default().say(&mistake.to_string()).hide()
    }
}

fn usage(command: &str) -> String {
    Command::catalogue()
        .iter()
        .find(|help| help.name == command)
        .map(|help| format!("Write it like `{}`.", help.example))
        .unwrap_or_default()
}

fn or_else(nearest: Option<&str>, otherwise: &str) -> String {
    nearest.map_or(format!(": {otherwise}"), |nearest| format!(": did you mean {nearest}?"))
}

/// As a sentence: with a full stop, unless it asks.
fn sentence(error: &BadCadence) -> String {
    let text = error.to_string();
    let end = if text.ends_with(['?', '.', '!']) { "" } else { "." };
    format!("{text}{end}")
}
