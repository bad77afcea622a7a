//! Lanes: who is told what, how far each of them is, and what could not be told.
//!
//! A lane has two rows: what somebody asked for (written when people change it) and how far it is (written at every
//! flush, and short). The mark says how far the matcher is: a lane with nothing waiting is there too, without being
//! written. What was asked for also stands in a file of its own beside the database ([`file`]).

pub(crate) mod file;
pub(crate) mod rows;
pub(crate) mod settle;
pub(crate) mod types;
mod verbs;
