//! What is wrong with a configuration, said so that it can be mended: the file, the line, the nearest known key.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// A configuration that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ConfigError {
    /// The file cannot be read.
    Unreadable {
        /// The file.
        file: PathBuf,
        /// Why.
        reason: String,
    },
    /// A place in the file is wrong.
    Wrong(Box<Wrong>),
    /// A value from outside the file is wrong: an environment variable or a file with a secret.
    Outside {
        /// Where it came from.
        origin: String,
        /// What is wrong with it.
        message: String,
    },
}

/// A wrong place in a configuration file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wrong {
    file: PathBuf,
    line: usize,
    column: usize,
    width: usize,
    text: String,
    message: String,
}

impl ConfigError {
    /// The error of a place given in bytes.
    pub(crate) fn at(file: &Path, source: &str, span: Option<Range<usize>>, message: &str) -> Self {
        let span = span.unwrap_or_default();
        let start = span.start.min(source.len());
        let before = &source.as_bytes()[..start];
        let line_start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |place| place + 1);
        let text = source.get(line_start..).unwrap_or_default().lines().next().unwrap_or_default();
        let column = source.get(line_start..start).map_or(0, |lead| lead.chars().count());
        let inside = source.get(start..span.end.min(source.len())).unwrap_or_default();
        let width = inside.lines().next().unwrap_or_default().chars().count().max(1);
        let (text, column, width) =
            match secret_key(source.get(..line_start).unwrap_or_default(), text, message) {
                Some(key) => (format!("{key} = …"), 0, key.chars().count()),
                None => (text.to_owned(), column, width),
            };
        Self::Wrong(Box::new(Wrong {
            file: file.to_owned(),
            line: before.split(|byte| *byte == b'\n').count(),
            column,
            width,
            text,
            message: with_nearest(message),
        }))
    }

    /// The error of a value that stands in no file.
    pub(crate) fn outside(origin: impl Into<String>, message: &str) -> Self {
        Self::Outside { origin: origin.into(), message: with_nearest(message) }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { file, reason } => write!(f, "{}: {reason}", file.display()),
            Self::Outside { origin, message } => write!(f, "{origin}: {message}"),
            Self::Wrong(wrong) => {
                let Wrong { file, line, column, width, text, message } = &**wrong;
                let margin = line.to_string().len();
                writeln!(f, "{}, line {line}: {message}", file.display())?;
                writeln!(f, "{:margin$} |", "")?;
                writeln!(f, "{line} | {text}")?;
                write!(f, "{:margin$} | {:column$}{}", "", "", "^".repeat(*width))
            }
        }
    }
}

impl std::error::Error for ConfigError {}

/// The key, when its line holds a secret that must not be shown: its own, or one of a list that began before it. A key
/// nobody knows may be a secret mistyped.
fn secret_key<'a>(before: &'a str, line: &'a str, message: &str) -> Option<&'a str> {
    let own = key_of(line);
    let key = own.or_else(|| {
        let is_section = line.trim_start().starts_with('[');
        before.lines().rev().find_map(key_of).filter(|_| !is_section)
    })?;
    let name = key.to_lowercase();
    let is_secret = ["token", "secret", "password", "webhook"].iter().any(|word| name.contains(word));
    (is_secret || (own.is_some() && message.starts_with("unknown field"))).then_some(key)
}

/// The key a line begins with.
fn key_of(line: &str) -> Option<&str> {
    let key = line.split_once('=')?.0.trim();
    let is_bare = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ' ');
    (!key.is_empty() && key.chars().all(is_bare)).then_some(key)
}

/// Keys that stood in another place once, and where they are now.
const MOVED: [(&str, &str); 1] =
    [("github", "it is a section of its own, [github] in the file and WHIMBREL_GITHUB__… outside")];

/// Turns serde's list of everything that would have been allowed into the one name that was probably meant.
fn with_nearest(message: &str) -> String {
    let Some((what, rest)) = ["unknown field", "unknown variant"].iter().find_map(|what| {
        message
            .strip_prefix(what)
            .map(|rest| (if *what == "unknown field" { "unknown key" } else { "unknown value" }, rest))
    }) else {
        return message.trim().replace('\n', "; ");
    };
    let mut quoted = rest.split('`').skip(1).step_by(2);
    let given = quoted.next().unwrap_or_default();
    let known: Vec<&str> = quoted.collect();
    if let Some((_, now)) = MOVED.iter().find(|(key, _)| *key == given && !known.contains(key)) {
        return format!("{what} `{given}`: {now}");
    }
    match nearest(given, &known) {
        Some(meant) => format!("{what} `{given}`: did you mean `{meant}`?"),
        None if known.is_empty() => format!("{what} `{given}`: nothing is expected here"),
        None => format!("{what} `{given}`: known are {}", known.join(", ")),
    }
}

/// The known name nearest to what was typed, if one is near at all.
pub(crate) fn nearest<'a>(given: &str, known: &[&'a str]) -> Option<&'a str> {
    let likeness = |name: &str| strsim::jaro_winkler(&given.to_lowercase(), name);
    known
        .iter()
        .map(|name| (likeness(name), *name))
        .filter(|(likeness, _)| *likeness >= 0.75)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_is_shown_with_a_caret() {
        let source = "[store]\npath = \"x\"\ncaché = 1\n";
        let error = ConfigError::at(
            Path::new("w.toml"),
            source,
            Some(19..25),
            "unknown field `caché`, expected `cache_mib`",
        );
        assert_eq!(
            error.to_string(),
            "w.toml, line 3: unknown key `caché`: did you mean `cache_mib`?\n  |\n3 | caché = …\n  | ^^^^^"
        );
    }

    #[test]
    fn secrets_are_not_shown() {
        let source = "[github]\ntoken = \"sesame\nx = 1";
        let error = ConfigError::at(Path::new("w"), source, Some(17..24), "invalid string").to_string();
        assert!(error.contains("token = …") && !error.contains("sesame"), "{error}");
        for source in ["tokens = [\n  \"a\",\n  \"ses=ame\n]", "tokens = [\"a\",\n  'sesame', sesame\n]"] {
            let at = source.find("ses").unwrap();
            let error = ConfigError::at(Path::new("w"), source, Some(at..at + 3), "no").to_string();
            assert!(error.contains("tokens = …") && !error.contains("ame"), "{error}");
        }
        let section = ConfigError::at(
            Path::new("w"),
            "token = 'x'\n[sectoin]",
            Some(12..21),
            "unknown field `sectoin`",
        );
        assert!(section.to_string().contains("[sectoin]"), "{section}");
    }

    #[test]
    fn places_outside_the_text_do_no_harm() {
        for span in [None, Some(0..0), Some(90..99), Some(90..91)] {
            assert!(ConfigError::at(Path::new("w"), "é\nb", span, "no").to_string().contains("no"));
        }
    }

    #[test]
    fn the_nearest_key_is_named_only_when_it_is_near() {
        let known = ["path", "cache_mib", "journal_days"];
        for (given, meant) in [
            ("pth", Some("path")),
            ("journal_day", Some("journal_days")),
            ("CACHE", Some("cache_mib")),
            ("zzz", None),
        ] {
            assert_eq!(nearest(given, &known), meant, "{given}");
        }
        assert_eq!(
            with_nearest("unknown field `zzz`, expected `path` or `top`"),
            "unknown key `zzz`: known are path, top"
        );
        assert_eq!(
            with_nearest("invalid type: string, expected u64\n"),
            "invalid type: string, expected u64"
        );
    }
}
