//! Text made comparable: without capitals and accents, as people type it.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// The text in small letters, without accents, with blanks of any kind and number as one space.
///
/// Two texts that fold alike are the same to somebody who searches: `Données  CLÉ` and `donnees cle`.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        let before = folded.len();
        if before > 0 {
            folded.push(' ');
        }
        let blank = folded.len();
        if word.is_ascii() {
            folded.extend(word.chars().map(|c| c.to_ascii_lowercase()));
        } else {
            let plain = word.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase);
            // Lowering can bring marks of its own (`İ`), and compatibility forms can bring blanks.
            for c in plain.filter(|c| !is_combining_mark(*c) && !c.is_whitespace()) {
                match undecomposed(c) {
                    Some(letters) => folded.push_str(letters),
                    None => folded.push(c),
                }
            }
        }
        // Of a word that is nothing but marks no blank stays either.
        if folded.len() == blank {
            folded.truncate(before);
        }
    }
    folded
}

/// Letters that carry their accent inside, so that Unicode does not take it off.
fn undecomposed(c: char) -> Option<&'static str> {
    Some(match c {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'ł' => "l",
        'đ' => "d",
        'ı' => "i",
        'þ' => "th",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_folds_alike() {
        for (text, folded) in [
            ("", ""),
            ("  Key-Value \t Stores\u{a0}", "key-value stores"),
            ("Données CLÉ", "donnees cle"),
            ("ﬁne Straße Łódź İzmir Ærø", "fine strasse lodz izmir aero"),
            ("数据库", "数据库"),
            ("①②", "12"),
            ("one \u{1752} two \u{301}", "one two"),
        ] {
            assert_eq!(fold(text), folded);
        }
    }

    proptest! {
        #[test]
        fn folding_twice_is_folding_once(text in "\\PC*") {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }
    }
}
