//! Typed text as words. What stands in quotes is one word, and never means anything but a name.

/// A word as somebody typed it, without its quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) text: String,
    /// Part of it stood in quotes.
    pub(super) quoted: bool,
    /// Bytes before the quotes, or all.
    bare: usize,
}

impl Word {
    /// The condition it is: `section:"Key-Value Stores"`.
    pub(super) fn named(&self, name: &str) -> Option<&str> {
        let (before, value) = self.text.split_once(':')?;
        (before.len() < self.bare && before.eq_ignore_ascii_case(name)).then_some(value)
    }

    /// The word in small letters, where it may mean something.
    pub(super) fn plain(&self) -> Option<String> {
        (!self.quoted).then(|| self.text.to_lowercase())
    }
}

/// The words of a text. A quote that is never closed goes to the end.
pub(super) fn words(text: &str) -> Vec<Word> {
    let mut found = Vec::new();
    let mut word: Option<Word> = None;
    let mut inside = false;
    for c in text.chars() {
        if is_quote(c) {
            inside = !inside;
            let word = word.get_or_insert_with(empty);
            if !word.quoted {
                (word.quoted, word.bare) = (true, word.text.len());
            }
        } else if inside || !c.is_whitespace() {
            word.get_or_insert_with(empty).text.push(c);
        } else {
            found.extend(word.take());
        }
    }
    found.extend(word);
    for word in &mut found {
        let text = clean(&word.text);
        word.bare = if word.quoted { word.bare } else { text.len() };
        word.text = text;
    }
    found.retain(|word| !word.text.is_empty());
    found
}

fn empty() -> Word {
    Word { text: String::new(), quoted: false, bare: 0 }
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '“' | '”' | '„')
}

/// A name without what cannot stand in one: quotes and control characters, blanks at its ends or side by side.
pub(super) fn clean(text: &str) -> String {
    let kept: String = text.chars().map(|c| if c.is_control() || is_quote(c) { ' ' } else { c }).collect();
    kept.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The words as one text.
pub(super) fn joined(words: &[Word]) -> String {
    words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_hold_names_together() {
        let read = |text| words(text).into_iter().map(|word| (word.text, word.quoted)).collect::<Vec<_>>();
        let plain = |text: &str| (text.to_owned(), false);
        let quoted = |text: &str| (text.to_owned(), true);
        assert_eq!(read("  a  b\tc "), [plain("a"), plain("b"), plain("c")]);
        assert_eq!(read("“Key-Value  Stores” \"7d"), [quoted("Key-Value Stores"), quoted("7d")]);
        assert_eq!(read("\"\" \u{7} x"), [plain("x")]);
        let section = words("Section:\"A b\" \"section:c\" section:d");
        let values: Vec<_> = section.iter().map(|word| word.named("section")).collect();
        assert_eq!(values, [Some("A b"), None, Some("d")]);
    }
}
