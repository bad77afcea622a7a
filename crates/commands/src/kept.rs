//! Questions in buttons. Most fit in as they are typed; the text of longer ones is kept here for a while, and in a file
//! that nobody else may read, so that their buttons work after a restart as well. Beside each stands a hash of the place,
//! so that the place can be forgotten; who asked is not written down.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::io;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use whimbrel_fanout::Destination;
use whimbrel_store::StoreError;

use crate::action::hash;
use crate::notebook::Notebook;

/// So many long questions are kept, of a thousand characters at most each; the oldest goes first.
const MOST: usize = 2_000;

/// A question in a button: as it is typed, without its slash; one that is too long for that is kept elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Words {
    /// At most [`Words::LONGEST`] bytes of text.
    Typed(String),
    /// The mark of a text that is kept.
    Kept(u64),
}

/// The long ones, by their marks.
#[derive(Default)]
pub(crate) struct Kept(Mutex<Texts>);

#[derive(Default)]
struct Texts {
    known: HashMap<u64, Text>,
    /// Marks of the known ones; what was used last is last.
    order: VecDeque<u64>,
    /// One question a line, the newest last; more lines than are kept, for a while.
    file: Notebook,
}

/// A question, and the hash of the place that is to be able to have it forgotten; without one it is never written down.
struct Text {
    place: Option<u64>,
    /// One line, as it is written.
    line: String,
}

impl Words {
    /// As much text as fits into a button with all else that stands there: `j.100.` before it.
    pub const LONGEST: usize = 58;

    /// The text itself where it fits, else its mark: then it has to be kept.
    pub fn of(question: &str) -> Self {
        let text = question.strip_prefix('/').unwrap_or(question);
        let fits = (1..=Self::LONGEST).contains(&text.len()) && !text.starts_with('#');
        if fits { Self::Typed(text.to_owned()) } else { Self::Kept(hash(&[text])) }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text.strip_prefix('#') {
            Some(mark) => u64::from_str_radix(mark, 16).ok().map(Self::Kept),
            None => (1..=Self::LONGEST).contains(&text.len()).then(|| Self::Typed(text.to_owned())),
        }
    }
}

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Typed(text) => f.write_str(text),
            Self::Kept(mark) => write!(f, "#{mark:x}"),
        }
    }
}

impl Kept {
    /// Knows what stands in a file, and writes there from now on. Lines that belong to no place are dropped: nobody could
    /// have them forgotten.
    pub(crate) fn keep_in(&self, file: &Path) -> io::Result<()> {
        let (file, lines) = Notebook::open(file)?;
        let mut texts = self.texts();
        texts.file = file;
        for text in lines.iter().filter_map(|line| Text::parse(line)) {
            texts.keep(text);
        }
        if lines.is_empty() { Ok(()) } else { texts.write_anew() }
    }

    /// A question for a button at this place; a long one is kept, without a place only as long as the program runs.
    /// Blocks where there is a file.
    pub(crate) fn words(&self, question: &str, place: Option<&Destination>) -> Words {
        if let words @ Words::Typed(_) = Words::of(question) {
            return words;
        }
        let text = Text { place: place.map(place_hash), line: question.replace(['\n', '\r'], " ") };
        let (mark, line) = (text.mark(), text.place.map(|_| text.to_string()));
        let mut texts = self.texts();
        if texts.keep(text)
            && let Some(line) = line
            && let Err(error) = texts.write(&line)
        {
            tracing::warn!("a question is not written down, its buttons end with the program: {error}");
        }
        Words::Kept(mark)
    }

    /// The question of a button, as it is typed; `None` where it is forgotten. What is in use is forgotten last.
    pub(crate) fn text(&self, words: &Words) -> Option<String> {
        match words {
            Words::Typed(text) => Some(format!("/{text}")),
            Words::Kept(mark) => {
                let mut texts = self.texts();
                let line = texts.known.get(mark)?.line.clone();
                texts.touch(*mark);
                Some(line)
            }
        }
    }

    /// Forgets what was asked at a place, in the file as well. Blocks.
    pub(crate) fn forget(&self, place: &Destination) -> Result<(), StoreError> {
        let place = Some(place_hash(place));
        let mut texts = self.texts();
        let Texts { known, order, .. } = &mut *texts;
        known.retain(|_, text| text.place != place);
        order.retain(|mark| known.contains_key(mark));
        // Always: lines of what is no longer known here may still stand there.
        texts.write_anew().map_err(|source| StoreError::Io { path: texts.file.path(), source })
    }

    fn texts(&self) -> MutexGuard<'_, Texts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Text {
    fn parse(line: &str) -> Option<Self> {
        let (place, line) = line.split_once(' ')?;
        let place = u64::from_str_radix(place, 16).ok()?;
        line.starts_with('/').then(|| Self { place: Some(place), line: line.to_owned() })
    }

    /// The same after it was written and read. Places do not share a text, so that each can be forgotten.
    fn mark(&self) -> u64 {
        hash(&[&self.to_string()])
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place {
            Some(place) => write!(f, "{place:016x} {}", self.line),
            None => f.write_str(&self.line),
        }
    }
}

impl Texts {
    /// Whether it was not known before.
    fn keep(&mut self, text: Text) -> bool {
        let mark = text.mark();
        if self.known.insert(mark, text).is_some() {
            self.touch(mark);
            return false;
        }
        self.order.push_back(mark);
        while self.order.len() > MOST {
            let oldest = self.order.pop_front();
            oldest.and_then(|oldest| self.known.remove(&oldest));
        }
        true
    }

    /// It is the last one to be forgotten.
    fn touch(&mut self, mark: u64) {
        if let Some(at) = self.order.iter().rposition(|known| *known == mark) {
            self.order.remove(at);
            self.order.push_back(mark);
        }
    }

    /// Adds a line; a file that grew long is written anew.
    fn write(&mut self, line: &str) -> io::Result<()> {
        if self.file.lines() >= 2 * MOST { self.write_anew() } else { self.file.add(line) }
    }

    /// Writes what is known, and nothing else.
    fn write_anew(&mut self) -> io::Result<()> {
        let Self { known, order, file } = self;
        let known = order.iter().filter_map(|mark| known.get(mark));
        file.write_anew(known.filter(|text| text.place.is_some()).map(Text::to_string))
    }
}

/// What stands for a place where it is not to be told from what is written.
pub(crate) fn place_hash(place: &Destination) -> u64 {
    hash(&[&place.to_string()])
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    const HERE: Destination = Destination::Telegram { chat: 4242, topic: None };
    const THERE: Destination = Destination::Telegram { chat: 4343, topic: None };

    fn long(number: usize) -> String {
        format!("/find {} {number}", "word ".repeat(20))
    }

    #[test]
    fn long_questions_are_kept_for_a_while() {
        let kept = Kept::default();
        let (short, long) = ("/show etcd-io/etcd", format!("/find {}", "word ".repeat(30)));
        let (one, other) = (kept.words(short, Some(&HERE)), kept.words(&long, Some(&HERE)));
        assert_eq!(one, Words::Typed("show etcd-io/etcd".to_owned()));
        assert!(matches!(other, Words::Kept(_)));
        assert_eq!((kept.text(&one).as_deref(), kept.text(&other)), (Some(short), Some(long.clone())));
        assert_eq!(kept.words(&long, Some(&HERE)), other, "the same question has the same mark");
        for number in 0..MOST {
            kept.words(&format!("{long}{number}"), Some(&HERE));
        }
        assert_eq!(kept.text(&other), None);
        assert!(kept.0.lock().unwrap().known.len() <= MOST);
    }

    #[test]
    fn their_buttons_work_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("questions.txt");
        let before = Kept::default();
        before.keep_in(&file).unwrap();
        let marks: Vec<Words> =
            (0..3 * MOST).map(|number| before.words(&long(number), Some(&HERE))).collect();
        let after = Kept::default();
        after.keep_in(&file).unwrap();
        let last = marks.last().unwrap();
        assert_eq!(after.text(last), Some(long(3 * MOST - 1)));
        assert_eq!(after.text(&marks[0]), None, "only so many are kept");
        assert!(fs::read_to_string(&file).unwrap().lines().count() <= 2 * MOST);
        fs::write(&file, b"\xff\n\nno question\n").unwrap();
        Kept::default().keep_in(&file).unwrap();
    }

    #[test]
    fn what_is_in_use_is_forgotten_last() {
        let kept = Kept::default();
        let [pressed, asked, left] = [0, 1, 2].map(|number| kept.words(&long(number), Some(&HERE)));
        for number in 3..MOST {
            kept.words(&long(number), Some(&HERE));
        }
        assert!(kept.text(&pressed).is_some());
        assert_eq!(kept.words(&long(1), Some(&HERE)), asked);
        kept.words(&long(MOST), Some(&HERE));
        assert_eq!(kept.text(&left), None);
        assert!(kept.text(&pressed).is_some() && kept.text(&asked).is_some());
    }

    #[test]
    fn a_question_of_two_lines_has_its_button_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("questions.txt");
        let before = Kept::default();
        before.keep_in(&file).unwrap();
        let words = before.words(&long(1).replacen("word ", "word\n", 3), Some(&HERE));
        let after = Kept::default();
        after.keep_in(&file).unwrap();
        assert_eq!(after.text(&words), Some(long(1)));
    }

    #[test]
    fn a_place_is_forgotten_and_others_keep_theirs() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("questions.txt");
        fs::write(&file, format!("{}\n", long(9))).unwrap();
        fs::set_permissions(&file, Permissions::from_mode(0o644)).unwrap();
        let kept = Kept::default();
        kept.keep_in(&file).unwrap();
        let written = || fs::read_to_string(&file).unwrap();
        assert_eq!(written(), "", "nobody could have it forgotten");
        let (here, there) = (kept.words(&long(1), Some(&HERE)), kept.words(&long(1), Some(&THERE)));
        let nowhere = kept.words(&long(2), None);
        assert_eq!(written().lines().count(), 2);
        kept.forget(&HERE).unwrap();
        assert_eq!((kept.text(&here), kept.text(&there)), (None, Some(long(1))));
        assert_eq!(kept.text(&nowhere), Some(long(2)));
        assert_eq!(written().lines().count(), 1);
        let after = Kept::default();
        after.keep_in(&file).unwrap();
        assert_eq!((after.text(&here), after.text(&there)), (None, Some(long(1))));
        let mode = fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
