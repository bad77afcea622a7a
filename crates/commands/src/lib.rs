//! What people can ask in a chat, and the answers, as plain data: the same for every service.
//!
//! A service's adapter makes an [`Asked`] of what somebody typed or pressed and puts the [`Reply`] into its own words.
//! Nothing here knows how a message travels. Buttons carry an [`Action`] that says all of it: no dialogue is kept in
//! memory, so a button still works after a restart.

mod action;
mod asked;
mod catalogue;
mod command;
mod mistake;
mod reply;
mod tokens;
mod topics;

pub use action::{Action, CatalogMark, Chosen, Pick, Press, Ref, UndoMark};
pub use asked::{Asked, Place, What, Who};
pub use catalogue::{CommandHelp, Field, OptionHelp, OptionKind};
pub use command::{Command, Since, Which, Wish, Wishes, elsewhere};
pub use mistake::Mistake;
pub use reply::{Block, Button, How, MAX_LABEL, MAX_ROW, MAX_ROWS, Reply, Span};
pub use topics::{Topic, Topics};
