//! A clock on the wall that shows what the story says, for one program only.
//!
//! The system's library is asked for the time by everything in the program; `libfaketime` answers in its place and adds
//! what stands in a file. How long something takes is not changed by it, so nothing that waits waits longer.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::TimeDelta;

/// Where Debian's package `libfaketime` puts the library, for the machines the tests run on.
const LIBRARIES: [&str; 2] = [
    "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1",
    "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1",
];

/// A clock that can be turned.
pub(crate) struct Clock {
    file: PathBuf,
    ahead: TimeDelta,
}

impl Clock {
    /// A clock that is right, with its file in this folder; nothing where the system cannot do that. The variables make
    /// a program look at it.
    pub(crate) fn new(folder: &Path) -> Option<(Self, Vec<(String, String)>)> {
        let library = LIBRARIES.into_iter().find(|path| Path::new(path).exists())?;
        let clock = Self { file: folder.join("clock"), ahead: TimeDelta::zero() };
        clock.show();
        let variables = [
            ("LD_PRELOAD", library),
            ("FAKETIME_TIMESTAMP_FILE", clock.file.to_str()?),
            ("FAKETIME_NO_CACHE", "1"),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
            ("NO_FAKE_STAT", "1"),
        ];
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Some((clock, variables.into()))
    }

    /// Turns it, forward or back.
    pub(crate) fn turn(&mut self, by: TimeDelta) {
        self.ahead += by;
        self.show();
    }

    /// How far it is ahead of the real one.
    pub(crate) fn ahead(&self) -> TimeDelta {
        self.ahead
    }

    /// Written beside and moved, so that nobody ever reads half of it.
    fn show(&self) {
        let beside = self.file.with_extension("new");
        fs::write(&beside, format!("{:+}s\n", self.ahead.num_seconds())).expect("the folder is ours");
        fs::rename(&beside, &self.file).expect("the folder is ours");
    }
}
