//! The cadences of all lanes, each once.

use std::collections::HashMap;

use crate::cadence::Cadence;

/// Cadences and how many lanes have each.
#[derive(Default)]
pub(super) struct Cadences {
    all: Vec<(Cadence, u32)>,
    numbers: HashMap<Cadence, u32>,
}

impl Cadences {
    /// One more lane has this cadence; hands back its number.
    pub(super) fn enter(&mut self, cadence: &Cadence) -> u32 {
        if let Some(no) = self.numbers.get(cadence).copied() {
            self.all[no as usize].1 += 1;
            return no;
        }
        let vacant = self.all.iter().position(|(_, users)| *users == 0);
        let no = if let Some(no) = vacant {
            self.all[no] = (cadence.clone(), 1);
            no as u32
        } else {
            self.all.push((cadence.clone(), 1));
            (self.all.len() - 1) as u32
        };
        self.numbers.insert(cadence.clone(), no);
        no
    }

    /// A lane has it no more.
    pub(super) fn leave(&mut self, no: u32) {
        if let Some((cadence, users)) = self.all.get_mut(no as usize) {
            *users = users.saturating_sub(1);
            if *users == 0 {
                self.numbers.remove(cadence);
            }
        }
    }

    /// The cadence of this number.
    pub(super) fn get(&self, no: u32) -> Option<&Cadence> {
        self.all.get(no as usize).map(|(cadence, _)| cadence)
    }

    /// Does news go out at once at it?
    pub(super) fn is_instant(&self, no: u32) -> bool {
        self.get(no).is_some_and(Cadence::is_instant)
    }

    /// Bytes it takes, nearly.
    pub(super) fn bytes(&self) -> usize {
        (self.all.capacity() + self.numbers.capacity()) * (size_of::<Cadence>() + 8)
    }
}
