//! Writing for people: aligned columns, and colour only where somebody can see it.

use std::fmt::Display;
use std::io::{self, IsTerminal};

/// How text is painted. Everything is plain where the output is no terminal or `NO_COLOR` is set.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Paint {
    on: bool,
}

impl Paint {
    /// For what goes to standard output.
    pub(crate) fn stdout() -> Self {
        let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        let able = std::env::var_os("TERM").is_none_or(|term| term != "dumb");
        Self { on: wanted && able && io::stdout().is_terminal() }
    }

    /// Without any colour.
    #[cfg(test)]
    pub(crate) fn plain() -> Self {
        Self { on: false }
    }

    /// A heading.
    pub(crate) fn strong(self, text: impl Display) -> String {
        self.wrap("1", text)
    }

    /// Something less important.
    pub(crate) fn faint(self, text: impl Display) -> String {
        self.wrap("2", text)
    }

    /// Something gained.
    pub(crate) fn good(self, text: impl Display) -> String {
        self.wrap("32", text)
    }

    /// Something lost.
    pub(crate) fn bad(self, text: impl Display) -> String {
        self.wrap("31", text)
    }

    /// Something to look at.
    pub(crate) fn warn(self, text: impl Display) -> String {
        self.wrap("33", text)
    }

    fn wrap(self, code: &str, text: impl Display) -> String {
        if self.on { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_string() }
    }
}

/// `1 listing`, `2 listings`.
pub(crate) fn count(number: usize, one: &str, many: &str) -> String {
    format!("{} {}", grouped(number as u64), if number == 1 { one } else { many })
}

/// `12,345`: digits in groups of three.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Text that cannot move a terminal's cursor: control characters become `\u{…}`.
pub(crate) fn harmless(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_control() { safe.extend(letter.escape_unicode()) } else { safe.push(letter) }
    }
    safe
}

/// The whole of an error as one text. A reason that was already said, as part of an outer one, is not said again.
pub(crate) fn reasons(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if !text.contains(&cause) {
            if !text.is_empty() {
                text.push_str(": ");
            }
            text.push_str(&cause);
        }
    }
    text
}

/// True when the output ended because nobody reads it any more.
pub(crate) fn reader_left(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause.downcast_ref::<io::Error>().is_some_and(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        for (number, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(number), text);
        }
        assert_eq!(count(1, "entry", "entries"), "1 entry");
        assert_eq!(count(2_000, "entry", "entries"), "2,000 entries");
    }

    #[test]
    fn control_characters_cannot_reach_the_terminal() {
        assert_eq!(harmless("a\x1b[31mb\u{7}"), "a\\u{1b}[31mb\\u{7}");
        assert_eq!(harmless("Früh & <b>"), "Früh & <b>");
    }

    #[test]
    fn every_reason_is_said_once() {
        let denied = || io::Error::from_raw_os_error(13);
        let store = whimbrel_store::StoreError::Io { path: "/birds".into(), source: denied() };
        let said = reasons(&anyhow::Error::new(store).context("starting"));
        assert!(
            said.starts_with("starting: /birds: ") && said.contains("let this user write there"),
            "{said}"
        );
        assert_eq!(said.matches("os error 13").count(), 1, "{said}");
        let plain = reasons(&anyhow::Error::new(denied()).context("reading birds.md"));
        assert!(plain.starts_with("reading birds.md: ") && plain.ends_with("(os error 13)"), "{plain}");
    }

    #[test]
    fn plain_paint_adds_nothing() {
        assert_eq!(Paint::plain().strong("x"), "x");
        assert_eq!(Paint { on: true }.bad("x"), "\x1b[31mx\x1b[0m");
    }
}
