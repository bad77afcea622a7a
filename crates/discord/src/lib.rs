//! Discord: news as messages within all its limits, and the way they go out. The only crate that names serenity.
//!
//! [`render`] is pure: a bundle of news becomes as few messages as fit. [`Discord`] sends them, as a bot to channels,
//! threads, forums and people, or through webhooks; pace and retries are the caller's. [`Discord::chat`] listens to what
//! people ask the bot, over a connection to Discord's gateway of its own, and answers.

mod chat;
pub mod render;
mod send;

pub use send::{Credentials, Discord, SetupError};
