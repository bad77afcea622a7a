//! What people do with the program, told from outside: one file a story.

mod bad_input;
mod browser;
mod cli;
mod configuration;
mod disks;
mod export_import;
mod first_start;
mod fuzz;
mod git_and_replay;
mod github_client;
mod github_stand_in;
mod layering;
mod looked_ahead;
mod missing;
mod month;
mod new_entry;
mod no_leaks;
mod once;
mod permissions;
mod projects;
mod reader;
mod restart;
mod side;
mod sources;
mod supply;
mod telegram_stand_in;
