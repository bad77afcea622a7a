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

/// Changes of one place, so that none drives out those of others.
const MOST_EACH: usize = 8;

/// So long a change can be taken back.
const OFFERED: TimeDelta = TimeDelta::days(7);

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

/// What can be taken back.
#[derive(Debug, Default)]
pub(crate) struct Undos {
    kept: VecDeque<Made>,
    file: Notebook,
    count: u64,
}

impl Undos {
    /// Knows what stands in a file, and writes there from now on.
    pub(crate) fn keep_in(&mut self, file: &Path) -> io::Result<()> {
        let (file, lines) = Notebook::open(file)?;
        self.file = file;
        // What cannot be read was cut off by a kill, or is of another version: its button says that it is too late.
        for line in lines.iter().filter_map(|line| serde_json::from_str(line).ok()) {
            match line {
                Line::Made(made) => self.push(made),
                Line::Gone { gone } => self.kept.retain(|made| made.mark != gone),
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
        let is_late = self.kept.front().is_some_and(|oldest| oldest.is_late(now));
        self.kept.retain(|made| !made.is_late(now));
        self.push(made.clone());
        let written = if is_late || self.file.lines() >= 2 * MOST {
            self.write_anew()
        } else {
            self.write(&Line::Made(made))
        };
        if let Err(error) = written {
            tracing::warn!(
                "a change is not written down, it can be undone only until the program ends: {error}"
            );
        }
        mark
    }

    /// Takes a change of this place. Nobody else gets it meanwhile; who could not undo it [gives it back](Self::give_back).
    pub(crate) fn take(&mut self, place: &Destination, mark: UndoMark, now: DateTime<Utc>) -> Option<Made> {
        let place = place_hash(place);
        let at = self.kept.iter().position(|made| made.mark == mark && made.place == place)?;
        self.kept.remove(at).filter(|made| !made.is_late(now))
    }

    /// It was taken back and cannot be again. Blocks where there is a file.
    pub(crate) fn done(&mut self, made: &Made) {
        if let Err(error) = self.write(&Line::Gone { gone: made.mark }) {
            tracing::warn!("that a change was undone is not written down: {error}");
        }
    }

    /// It was not taken back after all.
    pub(crate) fn give_back(&mut self, made: Made) {
        self.kept.push_back(made);
    }

    /// Nothing of this place can be taken back any more, and nothing of it stands in the file. Blocks.
    pub(crate) fn forget(&mut self, place: &Destination) -> Result<(), StoreError> {
        let place = place_hash(place);
        self.kept.retain(|made| made.place != place);
        // Always: lines of what is no longer known here may still stand there.
        self.write_anew().map_err(|source| StoreError::Io { path: self.file.path(), source })
    }

    fn push(&mut self, made: Made) {
        let of_place = |other: &Made| other.place == made.place;
        if self.kept.iter().filter(|other| of_place(other)).count() >= MOST_EACH
            && let Some(oldest) = self.kept.iter().position(of_place)
        {
            self.kept.remove(oldest);
        }
        self.kept.push_back(made);
        let mut all: usize = self.kept.iter().map(|made| made.undo.len()).sum();
        while all > MOST
            && let Some(oldest) = self.kept.pop_front()
        {
            all -= oldest.undo.len();
        }
    }

    fn write(&mut self, line: &Line) -> io::Result<()> {
        let line = serde_json::to_string(line)?;
        self.file.add(&line)
    }

    fn write_anew(&mut self) -> io::Result<()> {
        let lines = self.kept.iter().map(|made| serde_json::to_string(&Line::Made(made.clone())));
        let lines: Vec<String> = lines.collect::<Result<_, _>>()?;
        self.file.write_anew(lines.into_iter())
    }
}

impl Made {
    fn is_late(&self, now: DateTime<Utc>) -> bool {
        now - self.at > OFFERED
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const HERE: Destination = Destination::Telegram { chat: 4242, topic: None };
    const THERE: Destination = Destination::Telegram { chat: 4343, topic: None };

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_000_000, 0).unwrap()
    }

    fn undo() -> Undo {
        let one = Ref::new(1, "kind:added");
        Undo::Cadences(vec![(one, "daily 08:00 Europe/Berlin".parse().unwrap())])
    }

    #[test]
    fn a_place_keeps_its_last_changes_and_nobody_elses() {
        let mut undos = Undos::default();
        let theirs = undos.keep(&THERE, "salt", undo(), now());
        let mine: Vec<_> = (0..=MOST_EACH).map(|_| undos.keep(&HERE, "salt", undo(), now())).collect();
        assert!(undos.take(&HERE, mine[0], now()).is_none());
        assert!(undos.take(&THERE, mine[1], now()).is_none());
        let taken = undos.take(&HERE, mine[1], now()).unwrap();
        assert!(undos.take(&HERE, mine[1], now()).is_none());
        undos.give_back(taken);
        assert!(undos.take(&HERE, mine[1], now()).is_some());
        undos.forget(&HERE).unwrap();
        assert!(undos.take(&HERE, mine[2], now()).is_none());
        assert!(undos.take(&THERE, theirs, now() + OFFERED).is_some());
        let late = undos.keep(&THERE, "salt", undo(), now());
        assert!(undos.take(&THERE, late, now() + OFFERED + TimeDelta::seconds(1)).is_none());
    }

    #[test]
    fn a_restart_keeps_them_and_a_place_is_forgotten_in_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("undo.jsonl");
        let open = || {
            let mut undos = Undos::default();
            undos.keep_in(&file).unwrap();
            undos
        };
        let mut before = open();
        let [pressed, open_one, gone] = [(); 3].map(|()| before.keep(&HERE, "salt", undo(), now()));
        let theirs = before.keep(&THERE, "salt", undo(), now());
        let taken = before.take(&HERE, pressed, now()).unwrap();
        before.done(&taken);
        // The program was killed in the middle of a line.
        let text = fs::read_to_string(&file).unwrap();
        fs::write(&file, format!("{text}{{\"mark\":12,\"pl")).unwrap();
        let mut after = open();
        assert!(after.take(&HERE, pressed, now()).is_none(), "once");
        assert_eq!(after.take(&HERE, open_one, now()).map(|made| made.undo), Some(undo()));
        after.forget(&HERE).unwrap();
        let mut last = open();
        assert!(last.take(&HERE, gone, now()).is_none());
        assert!(last.take(&THERE, theirs, now()).is_some());
        assert_eq!(fs::read_to_string(&file).unwrap().lines().count(), 1);
        assert!(!fs::read_to_string(&file).unwrap().contains("4343"), "places are hashes");
    }
}
