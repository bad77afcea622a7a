//! What people can ask in a chat, and the answers, as plain data: the same for every service.
//!
//! A service's adapter makes an [`Asked`] of what somebody typed or pressed and puts the [`Reply`] into its own words.
//! Nothing here knows how a message travels. Buttons carry an [`Action`] that says all of it: no dialogue is kept in
//! memory, so a button still works after a restart.

mod action;
mod asked;
mod asking;
mod cards;
mod catalogue;
mod command;
mod commands;
mod complete;
mod kept;
mod known;
mod languages;
mod limits;
mod looking;
mod mistake;
mod notebook;
mod pages;
mod reply;
mod setting;
mod subscribed;
mod subscribing;
mod suggesting;
mod telling;
mod tokens;
mod topics;
mod undo;
mod words;

#[cfg(test)]
mod tests;

pub use action::{Action, CatalogMark, Chosen, Pick, Press, Ref, UndoMark};
pub use asked::{Asked, Place, What, Who};
pub use asking::AnswerPainter;
pub use cards::{Card, Cards};
pub use catalogue::{CommandHelp, Field, OptionHelp, OptionKind};
pub use command::{Command, Since, Which, Wish, Wishes, elsewhere};
pub use commands::{Commands, Settings};
pub use complete::Choice;
pub use kept::Words;
pub use languages::Language;
pub use limits::{Admission, Quota};
pub use mistake::Mistake;
pub use notebook::Notebook;
pub use reply::{Block, Button, How, MAX_LABEL, MAX_ROW, MAX_ROWS, Reply, Span};
pub use suggesting::{Listener, Operator, Proposal};
pub use topics::{Topic, Topics};
/// Questions, as services that ask option by option want to know them.
pub use whimbrel_lookup::{By, Form, Opt, OptKind, Question};
