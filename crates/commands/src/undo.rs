//! Changes that can be taken back: kept for a while, and in a file that nobody else may read, so that a button still works
//! after a restart. When it is too late, or many more changes were made, the button says so.

use std::collections::VecDeque;
use std::io;
use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use whimbrel_fanout::{Cadence, Destination, Ended};
use whimbrel_store::StoreError;

use crate::action::{Ref, UndoMark};
use crate::kept::place_hash;
use crate::notebook::Notebook;

/// Subscriptions in the changes of all places together; the oldest go first. Some hundred bytes each.
const MOST: usize = 10_000;

/// Changes of one place, so that none alone drives out those of others.
const MOST_EACH: usize = 8;

/// Bytes of the changes of all places together, as they are written: filters may be long.
const MOST_BYTES: usize = 8 * 1024 * 1024;

/// Bytes of the changes of one place. Its last change is kept even if it has more.
const MOST_BYTES_EACH: usize = 256 * 1024;

/// Bytes that may stand in the file besides those of what is kept and as many again: a small file is not worth a sync.
const IDLE_BYTES: usize = 64 * 1024;

/// So long a change can be taken back.
const OFFERED: TimeDelta = TimeDelta::days(7);

/// So much longer it may stand in the file, if there are changes then.
const LEFT: TimeDelta = TimeDelta::days(1);

/// How to take a change back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Undo {
    /// These were ended.
    Ended(Vec<Ended>),
    /// These had this rhythm.
    Cadences(Vec<(Ref, Cadence)>),
}

impl Undo {
    /// How many subscriptions it is about.
    fn len(&self) -> usize {
        match self {
            Self::Ended(ended) => ended.len(),
            Self::Cadences(before) => before.len(),
        }
    }
}

/// A change, as it is written down.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Made {
    mark: UndoMark,
    /// A hash of the place it was made at.
    place: u64,
    at: DateTime<Utc>,
    pub(crate) undo: Undo,
}

/// A line of the file.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Line {
    Made(Made),
    /// It was taken back.
    Gone {
        gone: UndoMark,
    },
}

/// A change that is kept.
#[derive(Debug)]
struct Kept {
    made: Made,
    /// Of its line.
    bytes: usize,
    /// Somebody is taking it back.
    is_taken: bool,
}

/// What can be taken back.
#[derive(Debug, Default)]
pub(crate) struct Undos {
    kept: VecDeque<Kept>,
    file: Notebook,
    /// When the oldest change was made that stands in the file.
    oldest: Option<DateTime<Utc>>,
    count: u64,
}

impl Undos {
    /// Knows what stands in a file, and writes there from now on.
    pub(crate) fn keep_in(&mut self, file: &Path) -> io::Result<()> {
        let (file, lines) = Notebook::open(file)?;
        self.file = file;
        // What cannot be read was cut off by a kill, or is of another version: its button says that it is too late.
        for (line, text) in lines.iter().filter_map(|text| Some((serde_json::from_str(text).ok()?, text))) {
            match line {
                Line::Made(made) => self.push(made, text.len()),
                Line::Gone { gone } => self.kept.retain(|kept| kept.made.mark != gone),
            }
        }
        if lines.is_empty() { Ok(()) } else { self.write_anew() }
    }

    /// Keeps a change. `salt` makes its mark one that nobody guesses. Blocks where there is a file.
    pub(crate) fn keep(
        &mut self,
        place: &Destination,
        salt: &str,
        undo: Undo,
        now: DateTime<Utc>,
    ) -> UndoMark {
        self.count += 1;
        let mark = UndoMark::of(&[&place.to_string(), salt, &self.count.to_string()]);
        let made = Made { mark, place: place_hash(place), at: now, undo };
        self.kept.retain(|kept| !kept.made.is_late(now));
        let written = line_of(&Line::Made(made.clone())).and_then(|line| {
            self.push(made, line.len());
            if now - *self.oldest.get_or_insert(now) > OFFERED + LEFT {
                self.write_anew()
            } else {
                self.write(&line)
            }
        });
        if let Err(error) = written {
            tracing::warn!(
                "a change is not written down, it can be undone only until the program ends: {error}"
            );
        }
        mark
    }

    /// Takes a change of this place. Nobody else gets it until it is [given back](Self::give_back).
    pub(crate) fn take(&mut self, place: &Destination, mark: UndoMark, now: DateTime<Utc>) -> Option<Made> {
        let place = place_hash(place);
        let kept = self.kept.iter_mut().find(|kept| kept.made.mark == mark && kept.made.place == place)?;
        if kept.is_taken || kept.made.is_late(now) {
            return None;
        }
        kept.is_taken = true;
        Some(kept.made.clone())
    }

    /// It was taken back and cannot be again. Blocks where there is a file.
    pub(crate) fn done(&mut self, made: &Made) {
        self.kept.retain(|kept| kept.made.mark != made.mark);
        let written = line_of(&Line::Gone { gone: made.mark }).and_then(|line| self.write(&line));
        if let Err(error) = written {
            tracing::warn!("that a change was undone is not written down: {error}");
        }
    }

    /// It was not taken back after all.
    pub(crate) fn give_back(&mut self, made: &Made) {
        if let Some(kept) = self.kept.iter_mut().find(|kept| kept.made.mark == made.mark) {
            kept.is_taken = false;
        }
    }

    /// Nothing of this place can be taken back any more, and nothing of it stands in the file. Blocks.
    pub(crate) fn forget(&mut self, place: &Destination) -> Result<(), StoreError> {
        let place = place_hash(place);
        self.kept.retain(|kept| kept.made.place != place);
        // Always: lines of what is no longer known here may still stand there.
        self.write_anew().map_err(|source| StoreError::Io { path: self.file.path(), source })
    }

    fn push(&mut self, made: Made, bytes: usize) {
        let place = made.place;
        self.kept.push_back(Kept { made, bytes, is_taken: false });
        let of_place = |kept: &Kept| kept.made.place == place;
        let theirs: Vec<usize> =
            self.kept.iter().filter(|kept| of_place(kept)).map(|kept| kept.bytes).collect();
        let (mut many, mut bytes) = (theirs.len(), theirs.iter().sum::<usize>());
        for oldest in theirs {
            if many == 1 || (many <= MOST_EACH && bytes <= MOST_BYTES_EACH) {
                break;
            }
            (many, bytes) = (many - 1, bytes - oldest);
            self.kept.iter().position(of_place).and_then(|at| self.kept.remove(at));
        }
        let mut many: usize = self.kept.iter().map(|kept| kept.made.undo.len()).sum();
        let mut bytes = self.bytes();
        while (many > MOST || bytes > MOST_BYTES)
            && let Some(oldest) = self.kept.pop_front()
        {
            (many, bytes) = (many - oldest.made.undo.len(), bytes - oldest.bytes);
        }
    }

    /// Of all that is kept, as it is written.
    fn bytes(&self) -> usize {
        self.kept.iter().map(|kept| kept.bytes).sum()
    }

    /// Adds a line. When the others that stand there for nothing outweigh what is kept, the file is written anew: so
    /// whatever is written is written again only as often as it is outlived.
    fn write(&mut self, line: &str) -> io::Result<()> {
        if self.file.bytes() + line.len() > 2 * self.bytes() + IDLE_BYTES {
            self.write_anew()
        } else {
            self.file.add(line)
        }
    }

    fn write_anew(&mut self) -> io::Result<()> {
        let lines = self.kept.iter().map(|kept| line_of(&Line::Made(kept.made.clone())));
        let lines: Vec<String> = lines.collect::<Result<_, _>>()?;
        self.file.write_anew(lines.into_iter())?;
        self.oldest = self.kept.iter().map(|kept| kept.made.at).min();
        Ok(())
    }
}

fn line_of(line: &Line) -> io::Result<String> {
    Ok(serde_json::to_string(line)?)
}

impl Made {
    fn is_late(&self, now: DateTime<Utc>) -> bool {
        now - self.at > OFFERED
    }
}

#[cfg(test)]
mod tests;
