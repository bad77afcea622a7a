//! The page that subscribes.

use askama::Template;

use super::{Choice, ChoiceGroup};
use crate::frame::Frame;

/// The page that subscribes.
#[derive(Template)]
#[template(path = "subscribe.html")]
pub(crate) struct SubscribePage<'a> {
    pub(crate) frame: Frame<'a>,
    pub(crate) form: SubscribeForm,
    pub(crate) ways: Ways,
}

/// The form in which a choice is made.
pub(crate) struct SubscribeForm {
    pub(crate) catalogs: Vec<Choice>,
    /// Those of the one catalog that is chosen.
    pub(crate) sections: Vec<Choice>,
    pub(crate) kinds: Vec<ChoiceGroup>,
    pub(crate) levels: Vec<Choice>,
    pub(crate) rhythms: Vec<Choice>,
    pub(crate) finished: bool,
    pub(crate) stars: String,
    pub(crate) language: String,
    pub(crate) words: String,
    /// Parts of the choice that have no field.
    pub(crate) hidden: Vec<(&'static str, String)>,
}

/// How a choice can be had.
pub(crate) struct Ways {
    /// The choice, part by part.
    pub(crate) showing: Vec<String>,
    /// The page that shows it.
    pub(crate) page: String,
    pub(crate) feeds: Vec<FeedLine>,
    pub(crate) opml: String,
    /// What is typed into a chat on Telegram.
    pub(crate) command: String,
    /// The same on Discord, where a command is filled in field by field.
    pub(crate) fields: String,
    pub(crate) bots: Vec<BotLine>,
}

/// A feed with its whole address, to be taken along.
pub(crate) struct FeedLine {
    pub(crate) format: &'static str,
    pub(crate) address: String,
}

/// A bot that listens.
pub(crate) struct BotLine {
    pub(crate) text: String,
    pub(crate) href: Option<String>,
}
