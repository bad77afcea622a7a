//! From typed text to a filter, with errors that say where and what would be right.

use std::iter::Peekable;
use std::str::CharIndices;

use whimbrel_catalog::CatalogId;

use super::fact::Fact;
use super::pattern::EDGE;
use super::{Expr, Filter, FilterError, Term, spelling};
use crate::kind::Kind;

/// Words that join conditions; in quotes they are searched for.
pub(super) const KEYWORDS: [&str; 3] = ["and", "or", "not"];

/// What opens and closes a phrase; telephones type the curved ones by themselves.
pub(super) const QUOTES: [char; 4] = ['"', '“', '”', '„'];

/// The conditions with a name about where an event belongs; the others are about [facts](Fact::NAMES).
const PLACES: [&str; 4] = ["catalog", "kind", "section", "project"];

/// Deeper nesting is a slip or an attack, and would only use up the stack.
const MAX_DEPTH: usize = 50;

/// Longer filters are a slip or an attack; a list of a hundred projects fits.
const MAX_CHARS: usize = 8_000;

/// Each word or phrase is looked for in everything an event says: more would make one filter slow enough to be a burden.
const MAX_WORDS: usize = 200;

/// A pattern is tried at each letter of what an event says.
const MAX_PATTERNS: usize = 3;

/// What people type now.
pub(super) fn parse(text: &str) -> Result<Filter, FilterError> {
    let filter = read(text, Slashes::Patterns)?;
    if filter.patterns() > MAX_PATTERNS {
        return Err(error(0, format!("a filter has at most {MAX_PATTERNS} patterns between slashes")));
    }
    let words = |tokens: &[Token]| tokens.iter().filter(|token| matches!(token.what, What::Text(_))).count();
    match words(&tokens(text, Slashes::Patterns)?) {
        words if words > MAX_WORDS => {
            Err(error(MAX_WORDS, format!("a filter looks for at most {MAX_WORDS} words")))
        }
        _ => Ok(filter),
    }
}

/// What was taken once: the store may hold more words than are taken now, and words between slashes from before there
/// were patterns.
pub(super) fn kept(text: &str) -> Result<Filter, FilterError> {
    read(text, Slashes::Patterns).or_else(|_| read(text, Slashes::Words))
}

/// What stands between slashes.
#[derive(Clone, Copy, PartialEq)]
enum Slashes {
    Patterns,
    /// Words like all others.
    Words,
}

fn read(text: &str, slashes: Slashes) -> Result<Filter, FilterError> {
    if text.chars().nth(MAX_CHARS).is_some() {
        return Err(error(MAX_CHARS, format!("a filter has at most {MAX_CHARS} characters")));
    }
    let tokens = tokens(text, slashes)?.into_iter().peekable();
    let mut parser = Parser { tokens, end: text.chars().count() };
    if parser.tokens.peek().is_none() {
        return Ok(Filter::default());
    }
    let filter = parser.any(0)?;
    match parser.tokens.next() {
        None => Ok(filter),
        Some(token) => Err(error(token.at, "this `)` closes nothing: take it away, or add a `(` before")),
    }
}

/// A condition with a name; the error says what would be right.
pub(super) fn named(name: &str, value: &str) -> Result<Filter, String> {
    match name {
        "catalog" => CatalogId::new(&value.to_ascii_lowercase()).map(Filter::catalog),
        "kind" => value.parse::<Kind>().map(Filter::kind).map_err(|unknown| unknown.to_string()),
        "section" | "project" => {
            let filter = if name == "section" { Filter::section(value) } else { Filter::project(value) };
            if filter.is_everything() { Err(format!("`{value}` names no {name}")) } else { Ok(filter) }
        }
        _ => {
            if let Some(fact) = Fact::parse(name, value) {
                return fact.map(|fact| Filter(Expr::Term(Term::Fact(fact))));
            }
            let terms: Vec<_> = names().collect();
            Err(match spelling::nearest(name, &terms) {
                Some(term) => format!("there is no condition `{name}:`; did you mean `{term}:`?"),
                None => format!(
                    "there is no condition `{name}:`; known are {}: (put it in quotes to search for it as it stands)",
                    terms.join(":, ")
                ),
            })
        }
    }
}

/// The conditions with a name.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    PLACES.into_iter().chain(Fact::NAMES)
}

/// Whether commas belong to the value of this condition: they stand in headings and in large numbers.
pub(super) fn is_one_value(name: &str) -> bool {
    matches!(name, "section" | "stars")
}

/// The name of the condition a word without quotes would be read as, known or not.
pub(super) fn term_name(word: &str) -> Option<&str> {
    let (name, value) = word.split_once(':')?;
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_alphabetic() || c == '_');
    // An address is a word to look for.
    (is_name && !value.starts_with("//")).then_some(name)
}

struct Token {
    at: usize,
    what: What,
}

#[derive(PartialEq)]
enum What {
    Open,
    Close,
    Minus,
    Keyword(&'static str),
    /// A word or phrase to look for.
    Text(String),
    /// What stands between slashes.
    Pattern(String),
    /// `name:value`; only a value without quotes is parted at commas.
    Named {
        name: String,
        value: String,
        value_at: usize,
        quoted: bool,
    },
}

struct Parser {
    tokens: Peekable<std::vec::IntoIter<Token>>,
    /// Characters of the whole, for errors at the end.
    end: usize,
}

impl Parser {
    /// `a b or c d`
    fn any(&mut self, depth: usize) -> Result<Filter, FilterError> {
        let mut filters = vec![self.all(depth)?];
        while self.tokens.next_if(|token| token.what == What::Keyword("or")).is_some() {
            filters.push(self.all(depth)?);
        }
        Ok(Filter::any(filters))
    }

    /// `a b`, `a and b`
    fn all(&mut self, depth: usize) -> Result<Filter, FilterError> {
        let mut filters = vec![self.one(depth)?];
        loop {
            match self.tokens.peek().map(|token| &token.what) {
                None | Some(What::Close | What::Keyword("or")) => return Ok(Filter::all(filters)),
                Some(What::Keyword("and")) => {
                    self.tokens.next();
                }
                Some(_) => {}
            }
            filters.push(self.one(depth)?);
        }
    }

    /// `a`, `-a`, `(a or b)`
    fn one(&mut self, depth: usize) -> Result<Filter, FilterError> {
        let Some(Token { at, what }) = self.tokens.next() else {
            return Err(error(
                self.end,
                "something is missing at the end: a word or a condition such as `kind:added`",
            ));
        };
        if depth > MAX_DEPTH {
            return Err(error(at, format!("conditions can be nested {MAX_DEPTH} deep, not deeper")));
        }
        match what {
            What::Minus | What::Keyword("not") => Ok(self.one(depth + 1)?.not()),
            What::Keyword(word) => Err(error(
                at,
                format!("`{word}` needs a condition on both sides; put it in quotes to search for the word"),
            )),
            What::Close => Err(error(at, "a condition is missing before this `)`")),
            What::Open => {
                if self.tokens.next_if(|token| token.what == What::Close).is_some() {
                    return Ok(Filter::default());
                }
                let filter = self.any(depth + 1)?;
                match self.tokens.next() {
                    // `any` stops only at `)` and at the end.
                    Some(_) => Ok(filter),
                    None => Err(error(at, "this `(` is never closed: add a `)`")),
                }
            }
            What::Text(text) => match Filter::text(&text) {
                // Accents without a letter, for one.
                none if none.is_everything() => Err(error(at, "there is nothing here to search for")),
                filter => Ok(filter),
            },
            What::Pattern(pattern) => Filter::pattern(&pattern).map_err(|message| error(at, message)),
            What::Named { name, value, value_at, quoted } => {
                let values: Vec<&str> =
                    if quoted || is_one_value(&name) { vec![&value] } else { value.split(',').collect() };
                let mut filters = Vec::new();
                for value in values {
                    if value.trim().is_empty() {
                        return Err(error(
                            value_at,
                            format!("`{name}:` needs a value, such as {}", example(&name)),
                        ));
                    }
                    let one = named(&name, value).map_err(|message| {
                        let known = names().any(|known| known == name);
                        error(if known { value_at } else { at }, message)
                    })?;
                    filters.push(one);
                }
                Ok(Filter::any(filters))
            }
        }
    }
}

fn example(name: &str) -> &'static str {
    match name {
        "catalog" => "`catalog:awesome-go`",
        "kind" => "`kind:added`",
        "section" => "`section:\"Key-Value Stores\"`",
        "project" => "`project:etcd-io/etcd`",
        "level" => "`level:>=minor`",
        "prerelease" | "nightly" => "`no`",
        "language" => "`language:rust`",
        "license" => "`license:mit`",
        "stars" => "`stars:>=100`",
        _ => "`kind:added`; to search for a word with a colon, put it in quotes",
    }
}

fn tokens(text: &str, slashes: Slashes) -> Result<Vec<Token>, FilterError> {
    let mut tokens = Vec::new();
    // The place of a character as people count, beside its byte offset.
    let mut chars = text.char_indices().peekable();
    let mut at = 0;
    while let Some(&(_, c)) = chars.peek() {
        let start = at;
        let what = match c {
            c if c.is_whitespace() => {
                chars.next();
                at += 1;
                continue;
            }
            '(' | ')' | '-' => {
                chars.next();
                at += 1;
                match c {
                    '(' => What::Open,
                    ')' => What::Close,
                    _ => What::Minus,
                }
            }
            EDGE if slashes == Slashes::Patterns
                && let Some(pattern) = chars.peek().and_then(|(from, _)| pattern_in(&text[*from..])) =>
            {
                let taken = pattern.chars().count() + 2;
                chars.by_ref().take(taken).for_each(drop);
                at += taken;
                What::Pattern(pattern.to_owned())
            }
            c if QUOTES.contains(&c) => {
                let phrase = quoted(&mut chars, &mut at)?;
                if phrase.trim().is_empty() {
                    return Err(error(start, "there is nothing between these quotes"));
                }
                What::Text(phrase)
            }
            _ => {
                let word = bare(&mut chars, &mut at);
                if let Some(name) = term_name(&word) {
                    let value_at = start + name.chars().count() + 1;
                    let name = name.to_lowercase();
                    let rest = &word[name_end(&word)..];
                    let opens = chars.peek().is_some_and(|(_, c)| QUOTES.contains(c));
                    if rest.is_empty() && opens {
                        What::Named { name, value: quoted(&mut chars, &mut at)?, value_at, quoted: true }
                    } else {
                        What::Named { name, value: rest.to_owned(), value_at, quoted: false }
                    }
                } else {
                    let keyword = KEYWORDS.into_iter().find(|keyword| word.eq_ignore_ascii_case(keyword));
                    keyword.map_or(What::Text(word), What::Keyword)
                }
            }
        };
        tokens.push(Token { at: start, what });
    }
    Ok(tokens)
}

/// What stands between the slash that the text begins with and the next one that ends a word. A slash behind a backslash
/// ends nothing, and blanks beside the slashes make them signs between words. `None` where there is no such slash: then it
/// is a word like any other.
pub fn pattern_in(text: &str) -> Option<&str> {
    if !text.starts_with(EDGE) {
        return None;
    }
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((index, c)) = chars.next() {
        match c {
            '\\' => {
                chars.next();
            }
            EDGE if index > 1 && chars.peek().is_none_or(|(_, c)| c.is_whitespace() || *c == ')') => {
                let inside = &text[1..index];
                let framed = inside.starts_with(char::is_whitespace) || inside.ends_with(char::is_whitespace);
                return (!framed).then_some(inside);
            }
            _ => {}
        }
    }
    None
}

/// The byte after the first colon.
fn name_end(word: &str) -> usize {
    word.find(':').map_or(word.len(), |colon| colon + 1)
}

/// A word up to a blank, a parenthesis or a quote.
fn bare(chars: &mut Peekable<CharIndices<'_>>, at: &mut usize) -> String {
    let mut word = String::new();
    while let Some((_, c)) =
        chars.next_if(|(_, c)| !c.is_whitespace() && !"()".contains(*c) && !QUOTES.contains(c))
    {
        word.push(c);
        *at += 1;
    }
    word
}

/// A phrase in quotes; `\"` is a quote and `\\` a backslash.
fn quoted(chars: &mut Peekable<CharIndices<'_>>, at: &mut usize) -> Result<String, FilterError> {
    let start = *at;
    let curved = chars.next().is_some_and(|(_, c)| c != '"');
    *at += 1;
    let mut phrase = String::new();
    while let Some((_, c)) = chars.next() {
        *at += 1;
        match c {
            '"' => return Ok(phrase),
            '“' | '”' if curved => return Ok(phrase),
            '\\' => {
                let next = chars.next_if(|(_, c)| matches!(c, '"' | '\\'));
                *at += usize::from(next.is_some());
                phrase.push(next.map_or('\\', |(_, c)| c));
            }
            c => phrase.push(c),
        }
    }
    Err(error(start, "this quote is never closed: add a `\"`"))
}

fn error(at: usize, message: impl Into<String>) -> FilterError {
    FilterError { at, message: message.into() }
}
