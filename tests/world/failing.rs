//! A disk that fails, for one program only: a small library between the program and the system answers what it reads,
//! writes and syncs below a folder with an input/output error, as long as the story says so. Nobody needs to be root.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The library, compiled for each story; it takes a tenth of a second.
const SOURCE: &str = include_str!("failing.c");

/// What a disk can fail at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Reading.
    Read,
    /// Writing.
    Write,
    /// Making durable what was written.
    Sync,
}

/// A folder on a disk that can fail.
pub struct Failing {
    file: PathBuf,
}

impl Failing {
    /// Prepares it for files whose paths begin like this, with files of its own in `beside`. The variables make a program meet the faults.
    pub(crate) fn below(start: &Path, beside: &Path) -> Result<(Self, Vec<(String, String)>), String> {
        let [source, library, file] = ["failing.c", "failing.so", "faults"].map(|name| beside.join(name));
        let failed = |error: std::io::Error| error.to_string();
        fs::write(&source, SOURCE).map_err(failed)?;
        fs::write(&file, "").map_err(failed)?;
        let compiled = Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-o"])
            .args([&library, &source])
            .arg("-ldl")
            .output()
            .map_err(|error| format!("cc: {error}"))?;
        if !compiled.status.success() {
            return Err(String::from_utf8_lossy(&compiled.stderr).into_owned());
        }
        let variables = [("LD_PRELOAD", &*library), ("FAILING_BELOW", start), ("FAILING_HOW", &*file)];
        let variables = variables
            .map(|(name, path)| (name.to_owned(), path.to_str().expect("a folder of ours").to_owned()));
        Ok((Self { file }, variables.into()))
    }

    /// From now on every so-manyth call of these fails.
    pub fn begin(&self, faults: &[Fault], every: usize) {
        let letters: String = faults
            .iter()
            .map(|fault| match fault {
                Fault::Read => 'r',
                Fault::Write => 'w',
                Fault::Sync => 's',
            })
            .collect();
        self.says(&format!("{letters} {every}"));
    }

    /// All is well again.
    pub fn end(&self) {
        self.says("");
    }

    fn says(&self, text: &str) {
        // In one piece: it is read while it is written.
        let beside = self.file.with_extension("new");
        fs::write(&beside, text).and_then(|()| fs::rename(&beside, &self.file)).expect("the folder is ours");
    }
}
