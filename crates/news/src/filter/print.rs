//! From a filter to text that reads back as the same filter.

use std::fmt;

use super::fact::Fact;
use super::parse::{KEYWORDS, QUOTES, term_name};
use super::pattern::EDGE;
use super::{Expr, Filter, Term, Words};

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Expr::Everything => Ok(()),
            Expr::Nothing => f.write_str("-()"),
            expr => write(expr, f),
        }
    }
}

fn write(expr: &Expr, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match expr {
        Expr::Everything => f.write_str("()"),
        Expr::Nothing => f.write_str("-()"),
        Expr::All(parts) => {
            for (index, part) in parts.iter().enumerate() {
                f.write_str(if index > 0 { " " } else { "" })?;
                // Side by side binds tighter than `or`.
                if matches!(part, Expr::Any(_)) { grouped(part, f)? } else { write(part, f)? }
            }
            Ok(())
        }
        Expr::Any(parts) => {
            for (index, part) in parts.iter().enumerate() {
                f.write_str(if index > 0 { " or " } else { "" })?;
                write(part, f)?;
            }
            Ok(())
        }
        Expr::Not(inner) => {
            f.write_str("-")?;
            if matches!(**inner, Expr::Term(_)) { write(inner, f) } else { grouped(inner, f) }
        }
        Expr::Term(term) => match term {
            Term::Catalog(id) => write!(f, "catalog:{id}"),
            Term::Kind(kind) => write!(f, "kind:{kind}"),
            Term::Section(words) => {
                write!(f, "section:{}", Quoted(&words.typed, is_bare_value(&words.typed)))
            }
            Term::Project(words) => {
                write!(f, "project:{}", Quoted(&words.typed, is_bare_value(&words.typed)))
            }
            Term::Fact(fact) => write!(f, "{fact}"),
            Term::Pattern(pattern) => write!(f, "{EDGE}{}{EDGE}", pattern.typed()),
            Term::Text(words) => write!(f, "{}", Quoted(&words.typed, is_bare_word(&words.typed))),
        },
    }
}

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let yes = |yes: &bool| if *yes { "yes" } else { "no" };
        let quoted = |words: &Words| Quoted(&words.typed, is_bare_value(&words.typed)).to_string();
        match self {
            Self::Level(how, level) => write!(f, "level:{how}{level}"),
            Self::Stars(how, stars) => write!(f, "stars:{how}{stars}"),
            Self::Prerelease(wanted) => write!(f, "prerelease:{}", yes(wanted)),
            Self::Nightly(wanted) => write!(f, "nightly:{}", yes(wanted)),
            Self::Language(words) => write!(f, "language:{}", quoted(words)),
            Self::License(words) => write!(f, "license:{}", quoted(words)),
        }
    }
}

fn grouped(expr: &Expr, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str("(")?;
    write(expr, f)?;
    f.write_str(")")
}

/// A text, in quotes unless it may stand bare.
struct Quoted<'a>(&'a str, bool);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.1 {
            return f.write_str(self.0);
        }
        write!(f, "\"{}\"", self.0.replace('\\', "\\\\").replace('"', "\\\""))
    }
}

/// Whether it reads as one word without quotes.
fn is_bare_word(text: &str) -> bool {
    is_plain(text)
        && !text.starts_with(['-', EDGE])
        && !KEYWORDS.iter().any(|keyword| text.eq_ignore_ascii_case(keyword))
        && term_name(text).is_none()
}

/// Whether it reads as one value without quotes; there commas part values, and `name://…` is an address.
fn is_bare_value(text: &str) -> bool {
    is_plain(text) && !text.contains(',') && !text.starts_with("//")
}

fn is_plain(text: &str) -> bool {
    !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || "()".contains(c) || QUOTES.contains(&c))
}
