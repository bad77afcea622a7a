//! How text is taken apart for searching: the same way when it is put in and when it is asked for.
//!
//! A name becomes forms: folded, and without what people leave out or type otherwise, so that `Node.js`, `node js` and
//! `nodejs` are one. A text becomes words. Scripts written without blanks have no words to go by: two signs that stand
//! side by side count as one, so that any piece of such text finds it.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;
use whimbrel_news::fold;

/// Nobody types more than this to find something; what follows in a name does not tell it apart.
const MAX_FORM: usize = 96;

/// A name of more words is a sentence, and found by its words.
const MAX_TAILS: usize = 12;

/// Text behind this many bytes is not searched.
const MAX_TEXT: usize = 4_096;

/// The shortest part of a word that is a word of its own.
const MIN_PART: usize = 2;

/// A part of a text that a name could be said to begin with.
struct Piece<'a> {
    begin: usize,
    text: &'a str,
    /// Nothing stands between it and the one before.
    glued: bool,
    /// A sign of a script without blanks.
    dense: bool,
}

/// The form of a name, for comparing; empty only when there is nothing in it.
pub(super) fn form(name: &str) -> String {
    let folded = fold(clip(name, 4 * MAX_FORM));
    let mut form = String::with_capacity(folded.len());
    for c in folded.chars() {
        let after_sign = form.ends_with(|c: char| c.is_alphanumeric() || is_suffix(c));
        if c.is_alphanumeric() || (after_sign && (c == '/' || is_suffix(c))) {
            form.push(c);
        }
    }
    form.truncate(form.trim_end_matches('/').len());
    if form.is_empty() {
        form.extend(folded.chars().filter(|c| !c.is_whitespace()));
    }
    form.truncate(clip(&form, MAX_FORM).len());
    form
}

/// The forms of what is left of a name when it is begun at a later word.
pub(super) fn tails(name: &str) -> Vec<String> {
    let text = composed(clip(name, 4 * MAX_FORM));
    let begins = pieces(&text).into_iter().skip(1).map(|piece| piece.begin);
    begins.take(MAX_TAILS).map(|begin| form(&text[begin..])).collect()
}

/// The words of a text, those within words included, as it is put into the index.
pub(super) fn words(text: &str, mut take: impl FnMut(String)) {
    let text = composed(clip(text, MAX_TEXT));
    for run in runs(&pieces(&text)) {
        if run[0].dense {
            for pair in run.windows(2) {
                take(fold(&joined(&text, pair)));
            }
            // So that the last sign is found by itself, as the others are by the pair they begin.
            take(fold(run[run.len() - 1].text));
        } else {
            take(word(&joined(&text, run)));
            for part in run.iter().filter(|part| run.len() > 1 && part.text.len() >= MIN_PART) {
                take(word(part.text));
            }
        }
    }
}

/// The words of a question, each once, and whether one of them can be the beginning of a longer one.
pub(super) fn asked_words(text: &str) -> Vec<(String, bool)> {
    let text = composed(clip(text, MAX_FORM * 4));
    let pieces = pieces(&text);
    let open = pieces.last().is_some_and(|last| last.begin + last.text.len() == text.len());
    let mut asked: Vec<(String, bool)> = Vec::new();
    let mut take = |word: String, open: bool| {
        if !word.is_empty() && !asked.iter().any(|(known, _)| *known == word) {
            asked.push((word, open));
        }
    };
    for run in runs(&pieces) {
        let last = open && run[run.len() - 1].begin == pieces[pieces.len() - 1].begin;
        match run {
            [sign] if sign.dense => take(fold(sign.text), true),
            signs if signs[0].dense => {
                for pair in signs.windows(2) {
                    take(fold(&joined(&text, pair)), false);
                }
            }
            parts => take(word(&joined(&text, parts)), last),
        }
    }
    asked
}

/// A word as it is compared: without the `s` that most of the difference between one and many is.
fn word(text: &str) -> String {
    let mut word = fold(text);
    if word.len() > 3 && word.is_ascii() && word.ends_with('s') && !word.ends_with("ss") {
        word.pop();
    }
    word
}

/// Pieces with nothing between them, dense ones apart from others.
fn runs<'p, 'a>(pieces: &'p [Piece<'a>]) -> impl Iterator<Item = &'p [Piece<'a>]> {
    pieces.chunk_by(|before, piece| piece.glued && piece.dense == before.dense)
}

/// The text of pieces that stand side by side.
fn joined<'t>(text: &'t str, pieces: &[Piece<'_>]) -> std::borrow::Cow<'t, str> {
    let (first, last) = (&pieces[0], &pieces[pieces.len() - 1]);
    text[first.begin..last.begin + last.text.len()].into()
}

/// Takes a text apart at blanks and punctuation, where a capital begins a word, and at every dense sign.
fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces: Vec<Piece<'_>> = Vec::new();
    let mut open: Option<(usize, bool, bool)> = None; // where it began, glued, dense
    let mut before = ' ';
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|(_, next)| *next);
        if is_combining_mark(c) && open.is_some() {
            continue;
        }
        let letter = c.is_alphanumeric();
        let goes_on = match open {
            None => false,
            Some((.., dense)) => {
                let capital = c.is_uppercase()
                    && (before.is_lowercase()
                        || (before.is_uppercase() && next.is_some_and(char::is_lowercase)));
                (letter && !dense && !is_dense(c) && !capital) || (!dense && is_suffix(c))
            }
        };
        before = c;
        if goes_on {
            continue;
        }
        let ended = open.take();
        if let Some((begin, glued, dense)) = ended {
            pieces.push(Piece { begin, text: &text[begin..at], glued, dense });
        }
        if letter {
            open = Some((at, ended.is_some(), is_dense(c)));
        }
    }
    if let Some((begin, glued, dense)) = open {
        pieces.push(Piece { begin, text: &text[begin..], glued, dense });
    }
    pieces
}

/// What makes another name of a letter: `C++`, `C#`.
fn is_suffix(c: char) -> bool {
    matches!(c, '+' | '#')
}

/// A sign of a script that is written without blanks between words, or in which few signs say much.
fn is_dense(c: char) -> bool {
    matches!(u32::from(c),
        0x0E00..=0x0EFF       // Thai, Lao
        | 0x1000..=0x109F     // Myanmar
        | 0x1780..=0x17FF     // Khmer
        | 0x2E80..=0x9FFF     // Han, Hiragana, Katakana
        | 0xAC00..=0xD7A3     // Hangul
        | 0xF900..=0xFAFF | 0x2_0000..=0x3_FFFF) // Han that came later
}

/// Letters together with their marks, and one form of those that have several.
fn composed(text: &str) -> std::borrow::Cow<'_, str> {
    if text.is_ascii() { text.into() } else { text.nfkc().collect::<String>().into() }
}

/// At most so many bytes of a text, cut between letters.
fn clip(text: &str, most: usize) -> &str {
    if text.len() <= most {
        return text;
    }
    let end = (0..=most).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    &text[..end]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all_words(text: &str) -> Vec<String> {
        let mut found = Vec::new();
        words(text, |word| found.push(word));
        found
    }

    #[test]
    fn names_that_people_take_for_the_same() {
        for (name, wanted) in [
            ("Node.js", "nodejs"),
            ("node js", "nodejs"),
            ("etcd-io/etcd", "etcdio/etcd"),
            ("/etcd/", "etcd"),
            ("Données CLÉ", "donneescle"),
            ("C++", "c++"),
            ("C#", "c#"),
            ("# heading", "heading"),
            ("数据库 工具", "数据库工具"),
            ("???", "???"),
            (" ", ""),
        ] {
            assert_eq!(form(name), wanted, "{name}");
        }
        assert_eq!(form(&"é".repeat(5_000)).len(), MAX_FORM);
    }

    #[test]
    fn a_name_can_be_begun_at_any_word() {
        assert_eq!(tails("Awesome Go-Web"), ["goweb", "web"]);
        assert_eq!(tails("TensorFlow"), ["flow"]);
        assert_eq!(tails("HTTPServer2"), ["server2"]);
        assert_eq!(tails("数据库"), ["据库", "库"]);
        assert_eq!(tails("etcd"), [""; 0]);
    }

    #[test]
    fn words_are_what_stands_between() {
        assert_eq!(all_words("Key-value stores, fast"), ["key", "value", "store", "fast"]);
        assert_eq!(all_words("TensorFlow"), ["tensorflow", "tensor", "flow"]);
        assert_eq!(all_words("for C++ and C#"), ["for", "c++", "and", "c#"]);
        assert_eq!(all_words("一个数据库"), ["一个", "个数", "数据", "据库", "库"]);
        assert_eq!(all_words("用Go写"), ["用", "go", "写"]);
        assert_eq!(all_words("हिन्दी में"), [fold("हिन्दी"), fold("में")]);
    }

    #[test]
    fn a_question_is_taken_apart_alike() {
        let asked = |text: &str| asked_words(text);
        let word = |text: &str, open: bool| (text.to_owned(), open);
        assert_eq!(asked("Key Val"), [word("key", false), word("val", true)]);
        assert_eq!(asked("key val "), [word("key", false), word("val", false)]);
        assert_eq!(asked("数据库"), [word("数据", false), word("据库", false)]);
        assert_eq!(asked("库"), [word("库", true)]);
        assert_eq!(asked("TensorFlow"), [word("tensorflow", true)]);
        assert_eq!(asked("go go"), [word("go", false)]);
        assert_eq!(asked("?!"), []);
    }

    proptest! {
        #[test]
        fn any_text_is_taken_apart(text in "\\PC*") {
            let form = form(&text);
            prop_assert!(form.len() <= MAX_FORM);
            for tail in tails(&text) {
                prop_assert!(tail.len() <= MAX_FORM);
            }
            words(&text, |_| {});
            asked_words(&text);
        }

        #[test]
        fn every_word_of_a_text_is_asked_for_as_it_stands(text in "[a-zA-Z数据库 é.+-]{0,40}") {
            let (words, asked) = (all_words(&text), asked_words(&text));
            for (word, open) in asked {
                let found = words.iter().any(|known| *known == word || (open && known.starts_with(&word)));
                prop_assert!(found, "{} in {:?}", word, words);
            }
        }
    }
}
