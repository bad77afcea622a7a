//! Discord: news as messages within all its limits, and the way they go out. The only crate that names serenity.
//!
//! [`render`] is pure: a bundle of news becomes as few messages as fit. [`Discord`] sends them, as a bot to channels,
//! threads, forums and people, or through webhooks; pace and retries are the caller's. [`Bot`] hears what people ask, over
//! a connection to Discord's gateway of its own or because Discord calls, and answers.

mod chat;
pub mod examine;
pub mod render;
mod send;

pub use chat::hook::{Called, HOOK_BYTES};
pub use chat::{Bot, answer};
pub use send::{Credentials, Discord, SetupError};
