//! What ought to happen, worked out from the edits alone and not from the program.

use std::fmt::Write as _;

use super::moments::Dice;

/// The sections of the list.
const SECTIONS: [&str; 4] = ["Waders", "Gulls", "Owls", "Finches"];

/// A word that some descriptions have and some places look for.
const WORD: &str = "nocturnal";

/// What descriptions are made of: no entry says what those say that leave the list when it comes, or it would seem to have
/// taken their place.
const SAID: [&str; 10] = [
    "bills",
    "long legs",
    "marshes",
    "winters",
    "the north",
    "islands",
    "short calls",
    "reeds",
    "eggs",
    "old barns",
];

/// What a place wants to hear of.
#[derive(Clone, Copy, Debug)]
pub(super) enum Taste {
    /// Everything.
    All,
    /// One section.
    Section(usize),
    /// Two sections.
    Either(usize, usize),
    /// Descriptions with the word.
    Word,
    /// One section without the word.
    Without(usize),
}

/// An entry of the list.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    /// Its number, which is in its name.
    pub(super) number: u32,
    section: usize,
    word: bool,
}

/// The list as it grew, entry by entry in the order they were added.
#[derive(Default)]
pub(super) struct List {
    entries: Vec<Entry>,
    /// So many stand in the document at most: the oldest leave it.
    pub(super) most: Option<usize>,
}

impl Taste {
    /// The taste of the place with this number: all of them occur.
    pub(super) fn of(place: usize) -> Self {
        let section = place / 5 % SECTIONS.len();
        match place % 5 {
            0 => Self::All,
            1 => Self::Section(section),
            2 => Self::Either(section, (section + 1) % SECTIONS.len()),
            3 => Self::Word,
            _ => Self::Without(section),
        }
    }

    /// As the configuration says it.
    pub(super) fn filter(self) -> String {
        match self {
            Self::All => "kind:added".to_owned(),
            Self::Section(one) => format!("section:{}", SECTIONS[one]),
            Self::Either(one, other) => format!("section:{} or section:{}", SECTIONS[one], SECTIONS[other]),
            Self::Word => WORD.to_owned(),
            Self::Without(one) => format!("section:{} -{WORD}", SECTIONS[one]),
        }
    }

    /// Whether it wants to hear of this.
    pub(super) fn wants(self, entry: &Entry) -> bool {
        match self {
            Self::All => true,
            Self::Section(one) => entry.section == one,
            Self::Either(one, other) => entry.section == one || entry.section == other,
            Self::Word => entry.word,
            Self::Without(one) => entry.section == one && !entry.word,
        }
    }
}

impl List {
    /// A few more entries, wherever the dice fall.
    pub(super) fn grow(&mut self, dice: &mut Dice) {
        for _ in 0..=dice.below(4) {
            let number = u32::try_from(self.entries.len()).expect("few enough");
            let entry = Entry { number, section: dice.below(SECTIONS.len()), word: dice.below(3) == 0 };
            self.entries.push(entry);
        }
    }

    /// How many entries there are.
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// What somebody with this taste has to hear of, once the first `silent` were there before they asked.
    pub(super) fn owed(&self, taste: Taste, silent: usize) -> Vec<u32> {
        self.entries[silent..].iter().filter(|entry| taste.wants(entry)).map(|entry| entry.number).collect()
    }

    /// The document.
    pub(super) fn text(&self) -> String {
        let gone = self.most.map_or(0, |most| self.entries.len().saturating_sub(most));
        let mut text = "# Birds\n".to_owned();
        for (number, section) in SECTIONS.iter().enumerate() {
            let _ = write!(text, "\n## {section}\n\n");
            for entry in self.entries[gone..].iter().filter(|entry| entry.section == number) {
                let kind = if entry.word { WORD } else { "diurnal" };
                let said = |more: u32| SAID[((entry.number / 7 + more) % 10) as usize];
                let _ = writeln!(
                    text,
                    "- [bird-{0:06}](https://example.org/{0}) - {kind}: {1}, {2}, {3}.",
                    entry.number,
                    said(0),
                    said(1),
                    said(3)
                );
            }
        }
        text
    }
}

/// What the entry with this number is called.
pub(super) fn name(number: usize) -> String {
    format!("bird-{number:06}")
}

/// The entries a message names, in its order.
pub(super) fn names_in(text: &str) -> Vec<u32> {
    let numbers = text.split("bird-").skip(1);
    numbers.filter_map(|rest| rest.get(..6)?.parse().ok()).collect()
}
