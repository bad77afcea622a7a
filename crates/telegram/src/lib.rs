//! News as Telegram messages, sending them, and answering people who ask.
//!
//! [`render`] turns a bundle of news into messages that the service takes as they are; [`Telegram`] sends them and says
//! what became of each; [`Bot`] hears what people ask and answers. When to send, how fast and how often again is the business of whoever holds the
//! [`Channel`](whimbrel_fanout::Channel).

mod chat;
pub mod examine;
pub mod render;
mod send;
mod verdict;

pub use chat::{Bot, Delivered, HOOK_BYTES, Webhook};
pub use send::{Setup, SetupError, Telegram};
