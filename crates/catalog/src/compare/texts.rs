//! What counts as the same words: letters and digits, nothing else.

use super::figures::without_figures;

/// The letters and digits of a text in lower case: what is left when punctuation, emoji, badges, blanks and case are
/// taken away.
pub(crate) fn letters(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase)
}

/// True when two texts differ in nothing a reader would call a change.
pub(crate) fn same_letters(one: &str, other: &str) -> bool {
    one == other || letters(one).eq(letters(other))
}

/// A number for the letters and digits of a text; 0 when it has none.
///
/// FNV-1a, because the number is stored: it has to be the same on every machine and in every later version.
pub(crate) fn fingerprint(text: &str) -> u64 {
    mark(letters(text))
}

fn mark(letters: impl Iterator<Item = char>) -> u64 {
    let mut hash = Fnv::default();
    let mut empty = true;
    let mut utf8 = [0; 4];
    for c in letters {
        empty = false;
        hash.write(c.encode_utf8(&mut utf8).as_bytes());
    }
    if empty { 0 } else { hash.0.max(1) }
}

/// The letters and digits of a name, with the `+` and `#` that belong to a word: `C`, `C++` and `C#` are three
/// things, while `HTML+CSS` is spelled `HTML & CSS` as well.
pub(crate) fn name_letters(name: &str) -> impl Iterator<Item = char> + '_ {
    let is_sign = |c: char| matches!(c, '+' | '#');
    let mut in_word = false;
    let mut in_signs = false;
    let kept = name.char_indices().filter(move |&(at, c)| {
        if is_sign(c) && in_word {
            let rest = name[at..].trim_start_matches(is_sign);
            in_signs = name.len() - rest.len() - at >= 2 || !rest.starts_with(char::is_alphanumeric);
        } else if !is_sign(c) {
            in_signs = false;
        }
        in_word = c.is_alphanumeric();
        in_word || in_signs
    });
    kept.flat_map(|(_, c)| c.to_lowercase())
}

/// The first of them.
pub(crate) fn first_letter(name: &str) -> Option<char> {
    // no sign comes before it
    name.chars().find(|c| c.is_alphanumeric())?.to_lowercase().next()
}

/// A number for a name, good for one comparison and never stored; 0 when the name has no letters.
pub(crate) fn name_mark(name: &str) -> u64 {
    // nearly all names are as plain as this, and read several times faster
    if name.bytes().all(|b| b.is_ascii() && !matches!(b, b'+' | b'#')) {
        return mark(name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()));
    }
    mark(name_letters(name))
}

/// True when two names are spelled alike, figures aside.
pub(crate) fn same_name(one: &str, other: &str) -> bool {
    one == other
        || name_letters(one).eq(name_letters(other))
        || name_letters(&without_figures(one)).eq(name_letters(&without_figures(other)))
}

/// True when two descriptions say the same, figures aside.
pub(crate) fn reads_same(one: &str, other: &str) -> bool {
    same_letters(one, other) || letters(&without_figures(one)).eq(letters(&without_figures(other)))
}

/// FNV-1a over 64 bits.
pub(crate) struct Fnv(pub(crate) u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Fnv {
    pub(crate) fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

/// How alike two texts are, from 0 to 1: the share of neighbouring letters they have in common (Dice's coefficient
/// over pairs, which serves every script, also those without blanks between words).
///
/// Two texts without letters are alike; one without any is like no other.
pub(crate) fn similarity(one: &str, other: &str) -> f64 {
    let (ours, theirs) = (pairs(one), pairs(other));
    if ours.is_empty() && theirs.is_empty() {
        return if same_letters(one, other) { 1.0 } else { 0.0 };
    }
    let mut common = 0_usize;
    let (mut i, mut j) = (0, 0);
    while i < ours.len() && j < theirs.len() {
        match ours[i].cmp(&theirs[j]) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                common += 1;
                i += 1;
                j += 1;
            }
        }
    }
    2.0 * common as f64 / (ours.len() + theirs.len()) as f64
}

/// Longer texts are judged by their beginning, so that no document makes the comparison slow.
const LETTERS_COMPARED: usize = 600;

fn pairs(text: &str) -> Vec<(char, char)> {
    let mut pairs = Vec::with_capacity(text.len().min(LETTERS_COMPARED));
    let mut last = None;
    for c in letters(text).take(LETTERS_COMPARED) {
        if let Some(last) = last {
            pairs.push((last, c));
        }
        last = Some(c);
    }
    pairs.sort_unstable();
    pairs
}

/// True when all letters of the shorter text stand together in the longer one.
pub(crate) fn extends(one: &str, other: &str) -> bool {
    let collect = |text: &str| {
        let mut collected = String::with_capacity(text.len());
        collected.extend(letters(text));
        collected
    };
    let (one, other) = (collect(one), collect(other));
    one.contains(&other) || other.contains(&one)
}

/// True when `text` says that the thing was formerly called `name`.
pub(crate) fn formerly(text: &str, name: &str) -> bool {
    const WORDS: [&str; 6] =
        ["formerly", "previously", "successor", "renamedfrom", "replaces", "replacementfor"];
    let name: String = letters(name).take(LETTERS_COMPARED).collect();
    if name.is_empty() {
        return false;
    }
    let text: String = letters(text).take(LETTERS_SEARCHED).collect();
    WORDS.iter().any(|word| {
        text.match_indices(word).any(|(at, _)| {
            let rest = &text[at + word.len()..];
            // `formerly X`, `formerly known as X`, `successor of the X`
            rest[..rest.floor_char_boundary(16 + name.len())].contains(&name)
        })
    })
}

/// A former name that is told of behind so many letters is told of in passing.
const LETTERS_SEARCHED: usize = 4_000;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn letters_and_digits_decide() {
        for (one, other, same) in [
            ("Fast, small – and *safe*.", "fast small and safe", true),
            ("✨ A cache", "A cache", true),
            ("A cache", "A caches", false),
            ("HTTP/2 server", "HTTP/3 server", false),
            ("Größe", "GRÖSSE", false),
            ("ÉTÉ", "été", true),
            ("缓存。", "缓存", true),
            ("", "—", true),
        ] {
            assert_eq!(same_letters(one, other), same, "{one} / {other}");
            assert_eq!(fingerprint(one) == fingerprint(other), same, "{one} / {other}");
        }
        assert_eq!(fingerprint("🚀 – "), 0);
        assert_eq!(fingerprint("a"), 0xaf63_dc4c_8601_ec8c, "stored numbers must never change");
    }

    #[test]
    fn alike_is_a_share() {
        assert!((similarity("a small cache", "a small cache!") - 1.0).abs() < 1e-9);
        assert!(similarity("a small cache", "a smaller cache") > 0.8);
        assert!(similarity("a small cache", "message broker") < 0.3);
        assert!((similarity("", "…") - 1.0).abs() < 1e-9);
        assert!(similarity("", "text") < 1e-9);
        assert!(similarity("x", "y") < 1e-9);
    }

    #[test]
    fn former_names_are_found() {
        assert!(formerly("Chat server (formerly known as Heron).", "Heron"));
        assert!(formerly("Formerly *heron*", "Heron"));
        assert!(!formerly("Chat server for herons", "Heron"));
        assert!(!formerly("formerly good", ""));
        assert!(formerly("formerly known as größer", "Größer"));
        assert!(!formerly("formerly a part of the good old Heron", "Heron"));
    }

    #[test]
    fn a_text_full_of_former_names_is_read_quickly() {
        let text = "formerly ".repeat(200_000);
        let start = std::time::Instant::now();
        assert!(!(0..64).any(|_| formerly(&text, "Heron")));
        assert!(start.elapsed().as_secs() < 5);
    }

    #[test]
    fn signs_belong_to_names() {
        for (one, other, same) in [
            ("C", "C++", false),
            ("C", "C#", false),
            ("F#", "F", false),
            ("C++11", "C11", false),
            ("*C++*", "c++", true),
            ("HTML+CSS", "HTML & CSS", true),
            ("#general", "General", true),
            ("a + b", "A b", true),
            ("Foo ★ 12", "Foo ★ 13", true),
        ] {
            assert_eq!(same_name(one, other), same, "{one} / {other}");
        }
        assert_eq!(name_mark("+ #"), 0);
    }

    proptest! {
        /// The short ways say what the long one says.
        #[test]
        fn plain_names_are_read_the_same(name in "[a-cX-Z0+# ,ßİéμ🚀]{0,6}|\\PC{0,20}") {
            prop_assert_eq!(name_mark(&name), mark(name_letters(&name)));
            prop_assert_eq!(first_letter(&name), name_letters(&name).next());
        }
    }
}
