//! News as Telegram messages, and sending them.
//!
//! [`render`] turns a bundle of news into messages that the service takes as they are; [`Telegram`] sends them and says
//! what became of each. When to send, how fast and how often again is the business of whoever holds the
//! [`Channel`](whimbrel_fanout::Channel).

pub mod render;
mod send;
mod verdict;

pub use send::{Setup, SetupError, Telegram};
