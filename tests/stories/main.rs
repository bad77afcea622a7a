//! What people do with the program, told from outside: one file a story.

mod browser;
mod cli;
mod layering;
mod supply;
