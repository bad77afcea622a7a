//! What people do with the program, told from outside: one file a story.

mod cli;
mod layering;
mod supply;
