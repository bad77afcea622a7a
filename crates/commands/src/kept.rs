//! Questions in buttons. Most fit in as they are typed; the text of longer ones is kept here for a while.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::{Mutex, PoisonError};

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
    /// A question for a button; a long one is kept.
    pub(crate) fn words(&self, question: &str) -> Words {
        let words = Words::of(question);
        if let Words::Kept(mark) = words {
            let mut texts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if texts.known.insert(mark, question.to_owned()).is_none() {
                texts.order.push_back(mark);
            }
            while texts.order.len() > MOST {
                let oldest = texts.order.pop_front();
                oldest.and_then(|oldest| texts.known.remove(&oldest));
            }
        }
        words
    }

    /// The question of a button, as it is typed; `None` where it is forgotten.
    pub(crate) fn text(&self, words: &Words) -> Option<String> {
        match words {
            Words::Typed(text) => Some(format!("/{text}")),
            Words::Kept(mark) => {
                self.0.lock().unwrap_or_else(PoisonError::into_inner).known.get(mark).cloned()
            }
        }
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
}
