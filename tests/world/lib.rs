//! The outside world, made by hand: the real program on a temporary folder, with pretend servers it can ask.
//!
//! [`World`] is a folder with a configuration and catalogs; it starts the program `whimbrel`, waits for what it says,
//! asks its pages, kills it without warning and starts it again. [`website::Website`] stands in for servers on the
//! web, answering through a [`server::Server`], [`github::Github`] for GitHub, [`telegram::Telegram`] and
//! [`discord::Discord`] for the chats, [`collector::Collector`] for who takes spans. [`browser::Browser`] is a real browser, [`site::Shown`] the site over news that
//! is made up. Nothing in the program knows that it is under test:
//! only addresses differ.

pub mod browser;
mod clock;
pub mod collector;
pub mod discord;
pub mod disk;
pub mod documents;
pub mod failing;
pub mod feed;
pub mod git;
pub mod github;
pub mod licenses;
mod listener;
pub mod mangled;
pub mod process;
pub mod server;
pub mod site;
pub mod subscriber;
pub mod telegram;
pub mod website;
mod world;

pub use process::{Output, Process};
pub use world::{World, catalog_of, eventually};
