//! The hub over a store in memory, with feeds and subscribers that are made up.

mod limits;
mod sending;
mod subscribing;
mod world;
