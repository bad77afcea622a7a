//! `/rc[0-9]+ is out/`: a regular expression over what an event says.
//!
//! It is compared like words are, without capitals and accents, each part of what an event says on a line of its own.
//! The time a search takes grows with the length of the text and the size of the pattern, never faster; both are
//! limited, so that no pattern can be made to be a burden.

use std::cell::RefCell;
use std::collections::HashMap;

use regex_lite::{Regex, RegexBuilder, escape};

use crate::fold::fold;

/// What stands on both sides of a pattern.
pub(super) const EDGE: char = '/';

/// More than this is no pattern somebody reads again.
const MAX_CHARS: usize = 200;

/// Bytes of the compiled pattern: a few dozen steps, each of which may be tried at each letter.
const MAX_SIZE: usize = 4 * 1024;

/// Groups in groups.
const MAX_DEPTH: u32 = 10;

/// Compiled patterns that are kept for the next event.
const KEPT: usize = 1_024;

/// Bytes of what an event says that are searched: a name, sections and the beginning of notes.
const SEARCHED: usize = 4 * 1024;

/// A pattern that was understood.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    typed: String,
    literal: Option<String>,
    regex: Regex,
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.typed == other.typed
    }
}

impl Eq for Pattern {}

impl Pattern {
    /// Reads what stands between the edges; the error says what is wrong with it.
    pub(super) fn new(typed: &str) -> Result<Self, String> {
        if typed.chars().count() > MAX_CHARS {
            return Err(format!("a pattern has at most {MAX_CHARS} characters"));
        }
        let source = comparable(typed);
        let regex = RegexBuilder::new(&source)
            .case_insensitive(true)
            .multi_line(true)
            .size_limit(MAX_SIZE)
            .nest_limit(MAX_DEPTH)
            .build();
        match regex {
            Ok(regex) => Ok(Self { typed: typed.to_owned(), literal: literal(&source), regex }),
            Err(error) => Err(format!(
                "`/{typed}/` is no pattern that can be used: {error} (in quotes it is searched for as it stands)"
            )),
        }
    }

    /// As it was typed, without its edges.
    pub(super) fn typed(&self) -> &str {
        &self.typed
    }

    /// Folded text that stands in everything it matches.
    pub(super) fn literal(&self) -> Option<&str> {
        self.literal.as_deref()
    }

    /// Whether it matches somewhere in this folded text.
    pub(super) fn is_in(&self, text: &str) -> bool {
        let text = &text[..text.floor_char_boundary(SEARCHED)];
        self.literal().is_none_or(|literal| text.contains(literal)) && self.regex.is_match(text)
    }
}

thread_local! {
    /// Patterns that lie packed are read anew for each event, and compiling one takes longer than asking it.
    static READ: RefCell<HashMap<String, Pattern>> = RefCell::default();
}

/// [`Pattern::is_in`] for a pattern that was understood once.
pub(super) fn is_in(typed: &str, text: &str) -> bool {
    READ.with_borrow_mut(|read| {
        if let Some(pattern) = read.get(typed) {
            return pattern.is_in(text);
        }
        let Ok(pattern) = Pattern::new(typed) else { return false };
        let matches = pattern.is_in(text);
        if read.len() >= KEPT {
            read.clear();
        }
        read.insert(typed.to_owned(), pattern);
        matches
    })
}

/// The pattern with its letters as they stand in folded text. What has a meaning in patterns is ASCII and stays; what
/// only becomes such a sign by folding, such as `…`, has none.
fn comparable(typed: &str) -> String {
    let mut source = String::with_capacity(typed.len());
    for c in typed.chars() {
        match c {
            c if c.is_ascii() => source.push(c),
            c if c.is_whitespace() => source.push(' '),
            c => source.push_str(&escape(&fold(c.encode_utf8(&mut [0; 4])))),
        }
    }
    source
}

/// The longest run of plain characters that a match cannot be without, as far as a short look tells.
fn literal(source: &str) -> Option<String> {
    // Alternatives, and groups that may be left out or change what letters mean.
    if source.contains(['|', '(']) {
        return None;
    }
    let (mut best, mut run) = (String::new(), String::new());
    let mut chars = source.chars().peekable();
    while let Some(c) = chars.next() {
        let plain = match c {
            // Of a set only the pattern's engine knows where it ends.
            '[' => break,
            '\\' => match chars.next() {
                // These are the edges of words.
                Some('<' | '>') => None,
                Some(escaped) if escaped.is_ascii_punctuation() => Some(escaped),
                Some('d' | 'D' | 'w' | 'W' | 's' | 'S' | 'b' | 'B') => None,
                // A number of a character, or something newer than this list.
                _ => break,
            },
            '.' | '^' | '$' | '?' | '*' | '+' => None,
            // How often: its digits are no text.
            '{' => {
                chars.by_ref().find(|c| *c == '}');
                None
            }
            c => Some(c.to_ascii_lowercase()),
        };
        // Also what stands once or more often, as that may be wanted any number of times again.
        let optional = matches!(chars.peek(), Some('?' | '*' | '+' | '{'));
        match plain {
            Some(c) if !optional => run.push(c),
            _ => keep(&mut best, &mut run),
        }
    }
    keep(&mut best, &mut run);
    (!best.is_empty()).then_some(best)
}

/// Of the best run so far and this one, the longer; the next begins.
fn keep(best: &mut String, run: &mut String) {
    let run = std::mem::take(run);
    if run.len() > best.len() {
        *best = run;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_a_match_cannot_be_without() {
        for (source, wanted) in [
            ("raft", Some("raft")),
            ("^v[0-9]+ beta", Some("v")),
            ("go-?micro", Some("micro")),
            ("colou?r", Some("colo")),
            ("ab{0,3}cde", Some("cde")),
            ("a+bc", Some("bc")),
            ("xa+*b", Some("x")),
            (r"\<raft\>", Some("raft")),
            (r"\d+ stars", Some(" stars")),
            (r"github\.com/etcd", Some("github.com/etcd")),
            (r"\x41bc", None),
            ("raft|paxos", None),
            ("(?i)raft", None),
            (".*", None),
            ("", None),
        ] {
            assert_eq!(literal(source).as_deref(), wanted, "{source}");
        }
    }

    #[test]
    fn letters_count_without_capitals_and_accents() {
        let text = fold("Données CLÉ-Valeur 2.0 Größe");
        for pattern in ["DONN[ée]es", "^données", "clé-.*[0-9]", "größe$", r"2\.0", "données  ?clé"] {
            assert!(Pattern::new(pattern).unwrap().is_in(&text), "{pattern}");
        }
        for pattern in ["^clé", "données$", r"2\.1", "…", "（donnees）", "ｃ＋＋"] {
            assert!(!Pattern::new(pattern).unwrap().is_in(&text), "{pattern}");
        }
        assert!(Pattern::new("ｃ＋＋\u{3000}20").unwrap().is_in("c++ 20"));
        assert!(Pattern::new(r"\<raft\>").unwrap().is_in("a raft of things"));
    }

    #[test]
    fn a_pattern_that_cannot_be_used_says_why() {
        for pattern in ["(", "a{2,1}", "[z-a]", r"(a)\1", "(?=a)", "((a{100}){100}){100}", &"a".repeat(201)] {
            let error = Pattern::new(pattern).unwrap_err();
            assert!(!error.is_empty() && error.len() < 700, "{error}");
        }
        assert!(Pattern::new(&"(".repeat(11)).is_err());
    }

    proptest! {
        #[test]
        fn what_matches_holds_the_literal(source in r"[ab.?*+{}0-2\\dws^$<> -]{0,12}", text in "[ab012<> -]{0,20}") {
            if let Ok(pattern) = Pattern::new(&source) && pattern.regex.is_match(&text) {
                let literal = pattern.literal().unwrap_or_default();
                prop_assert!(text.contains(literal), "{literal:?}");
            }
        }

        #[test]
        fn remembered_it_matches_the_same(source in r"[ab.?*+|()]{0,8}", text in "[ab]{0,20}") {
            let wanted = Pattern::new(&source).is_ok_and(|pattern| pattern.is_in(&text));
            prop_assert_eq!(is_in(&source, &text), wanted);
            prop_assert_eq!(is_in(&source, &text), wanted);
        }
    }
}
