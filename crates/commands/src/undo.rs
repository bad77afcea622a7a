//! Changes that can be taken back. They are kept in memory, for a while: after a restart, or when many more changes were
//! made, a button says that it is too late.

use std::collections::VecDeque;

use whimbrel_fanout::{Cadence, Destination, Ended};

use crate::action::{Ref, UndoMark};

/// Changes of all places together; the oldest go first. Some hundred bytes each.
const MOST: usize = 10_000;

/// Changes of one place, so that none drives out those of others.
const MOST_EACH: usize = 8;

/// How to take a change back.
#[derive(Clone, Debug)]
pub(crate) enum Undo {
    /// These were ended.
    Ended(Vec<Ended>),
    /// These had this rhythm.
    Cadences(Vec<(Ref, Cadence)>),
}

/// What can be taken back.
#[derive(Debug, Default)]
pub(crate) struct Undos {
    kept: VecDeque<(UndoMark, Destination, Undo)>,
    count: u64,
}

impl Undos {
    /// Keeps a change. `salt` makes its mark one that nobody guesses.
    pub(crate) fn keep(&mut self, place: &Destination, salt: &str, undo: Undo) -> UndoMark {
        self.count += 1;
        let mark = UndoMark::of(&[&place.to_string(), salt, &self.count.to_string()]);
        let of_place = |kept: &(UndoMark, Destination, Undo)| kept.1 == *place;
        if self.kept.iter().filter(|kept| of_place(kept)).count() >= MOST_EACH
            && let Some(oldest) = self.kept.iter().position(of_place)
        {
            self.kept.remove(oldest);
        }
        if self.kept.len() >= MOST {
            self.kept.pop_front();
        }
        self.kept.push_back((mark, place.clone(), undo));
        mark
    }

    /// Takes a change of this place, once.
    pub(crate) fn take(&mut self, place: &Destination, mark: UndoMark) -> Option<Undo> {
        let at = self.kept.iter().position(|kept| kept.0 == mark && kept.1 == *place)?;
        self.kept.remove(at).map(|kept| kept.2)
    }

    /// Nothing of this place can be taken back any more.
    pub(crate) fn forget(&mut self, place: &Destination) {
        self.kept.retain(|kept| kept.1 != *place);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_keeps_its_last_changes_and_nobody_elses() {
        let (here, there) =
            (Destination::Telegram { chat: 7, topic: None }, Destination::Telegram { chat: 8, topic: None });
        let mut undos = Undos::default();
        let none = || Undo::Ended(Vec::new());
        let theirs = undos.keep(&there, "salt", none());
        let mine: Vec<_> = (0..=MOST_EACH).map(|_| undos.keep(&here, "salt", none())).collect();
        assert!(undos.take(&here, mine[0]).is_none());
        assert!(undos.take(&there, mine[1]).is_none());
        assert!(undos.take(&here, mine[1]).is_some());
        assert!(undos.take(&here, mine[1]).is_none());
        undos.forget(&here);
        assert!(undos.take(&here, mine[2]).is_none());
        assert!(undos.take(&there, theirs).is_some());
    }
}
