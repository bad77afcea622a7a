//! Questions in buttons. Most fit in as they are typed; the text of longer ones is kept here for a while, and in a file,
//! so that their buttons work after a restart as well. Who asked them, and where, is not written down.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::action::hash;

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
    known: HashMap<u64, String>,
    order: VecDeque<u64>,
    /// One question a line, the newest last; more lines than are kept, for a while.
    file: Option<PathBuf>,
    lines: usize,
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
    /// Knows what stands in a file, and writes there from now on.
    pub(crate) fn keep_in(&self, file: &Path) -> io::Result<()> {
        let text = match fs::read(file) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
            Err(error) => return Err(error),
        };
        let mut texts = self.texts();
        for line in text.lines().filter(|line| line.starts_with('/')) {
            if let Words::Kept(mark) = Words::of(line) {
                texts.keep(mark, line);
            }
        }
        (texts.file, texts.lines) = (Some(file.to_owned()), text.lines().count());
        Ok(())
    }

    /// A question for a button; a long one is kept. Blocks where there is a file.
    pub(crate) fn words(&self, question: &str) -> Words {
        let words = Words::of(question);
        if let Words::Kept(mark) = words {
            let mut texts = self.texts();
            if texts.keep(mark, question)
                && let Err(error) = texts.write(question)
            {
                tracing::warn!("a question is not written down, its buttons end with the program: {error}");
            }
        }
        words
    }

    /// The question of a button, as it is typed; `None` where it is forgotten.
    pub(crate) fn text(&self, words: &Words) -> Option<String> {
        match words {
            Words::Typed(text) => Some(format!("/{text}")),
            Words::Kept(mark) => self.texts().known.get(mark).cloned(),
        }
    }

    fn texts(&self) -> MutexGuard<'_, Texts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Texts {
    /// Whether it was not known before.
    fn keep(&mut self, mark: u64, question: &str) -> bool {
        if self.known.insert(mark, question.to_owned()).is_some() {
            return false;
        }
        self.order.push_back(mark);
        while self.order.len() > MOST {
            let oldest = self.order.pop_front();
            oldest.and_then(|oldest| self.known.remove(&oldest));
        }
        true
    }

    /// Adds a line. It need not be on the disk at once: what is lost is a button. A file that grew long is written anew.
    fn write(&mut self, question: &str) -> io::Result<()> {
        let Some(file) = &self.file else { return Ok(()) };
        let as_line = |text: &str| format!("{}\n", text.replace(['\n', '\r'], " "));
        if self.lines < 2 * MOST {
            let mut end = OpenOptions::new().create(true).append(true).open(file)?;
            end.write_all(as_line(question).as_bytes())?;
            self.lines += 1;
            return Ok(());
        }
        let known = self.order.iter().filter_map(|mark| self.known.get(mark));
        let all: String = known.map(|text| as_line(text)).collect();
        let beside = file.with_extension("new");
        fs::write(&beside, all)?;
        fs::rename(&beside, file)?;
        self.lines = self.order.len();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_questions_are_kept_for_a_while() {
        let kept = Kept::default();
        let (short, long) = ("/show etcd-io/etcd", format!("/find {}", "word ".repeat(30)));
        let (one, other) = (kept.words(short), kept.words(&long));
        assert_eq!(one, Words::Typed("show etcd-io/etcd".to_owned()));
        assert!(matches!(other, Words::Kept(_)));
        assert_eq!((kept.text(&one).as_deref(), kept.text(&other)), (Some(short), Some(long.clone())));
        assert_eq!(kept.words(&long), other, "the same question has the same mark");
        for number in 0..MOST {
            kept.words(&format!("{long}{number}"));
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
        let long = |number: usize| format!("/find {} {number}", "word ".repeat(20));
        let marks: Vec<Words> = (0..3 * MOST).map(|number| before.words(&long(number))).collect();
        let after = Kept::default();
        after.keep_in(&file).unwrap();
        let last = marks.last().unwrap();
        assert_eq!(after.text(last), Some(long(3 * MOST - 1)));
        assert_eq!(after.text(&marks[0]), None, "only so many are kept");
        assert!(fs::read_to_string(&file).unwrap().lines().count() <= 2 * MOST);
        fs::write(&file, b"\xff\n\nno question\n").unwrap();
        Kept::default().keep_in(&file).unwrap();
    }
}
