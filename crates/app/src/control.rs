//! A socket in the store's folder: commands that need the store ask the running program first.
//!
//! One request a connection, as a line of JSON; the answer is a run of frames (a letter, a length, that many bytes):
//! data as it comes, progress, and at the end either success or one sentence. Only the owner of the folder may
//! connect.

pub(crate) mod client;
pub(crate) mod frames;
pub(crate) mod place;
pub(crate) mod server;

use serde::{Deserialize, Serialize};

use crate::digest::Question;

/// What can be asked of the running program.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Request {
    /// Everything it knows, as JSON lines.
    Export,
    /// How news goes out, as a JSON object.
    Lanes,
    /// A dead letter is sent again.
    Resend(u64),
    /// A dead letter is struck off.
    Discard(u64),
    /// A backup, now; the answer is where it lies.
    Backup,
    /// What a time comes to; the answer is the digest as it is printed.
    Digest(Question),
    /// A question as people type it; the answer is an answer as JSON.
    Ask(Asked),
}

/// A question as it is asked at the terminal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Asked {
    /// As it was typed.
    pub(crate) text: String,
    /// The page, from 1.
    pub(crate) page: u32,
    /// Items on a page.
    pub(crate) size: u32,
    /// The name of the time zone days are counted in.
    pub(crate) zone: String,
}
