//! A filter as a few bytes that answer for it: a hundred thousand of them lie in memory where as many trees would not.
//!
//! The bytes are a filter's parts in their order, each with a sign in front; a group says how long it is, so that its
//! rest can be passed over once it is decided. They are made here and read here, and never kept: what is kept is text.

use super::fact::{Compare, Fact, is_language, is_license};
use super::matching::{self, Prepared};
use super::{Expr, Filter, Term, pattern};
use crate::event::Level;
use crate::kind::Kind;

/// What a part is.
mod sign {
    pub(super) const EVERYTHING: u8 = 0;
    pub(super) const NOTHING: u8 = 1;
    pub(super) const ALL: u8 = 2;
    /// The same, where one of the parts keeps unfinished releases out.
    pub(super) const ALL_FINISHED: u8 = 3;
    pub(super) const ANY: u8 = 4;
    pub(super) const NOT: u8 = 5;
    pub(super) const CATALOG: u8 = 6;
    pub(super) const KIND: u8 = 7;
    pub(super) const SECTION: u8 = 8;
    /// A section that may also be named by its slug.
    pub(super) const SECTION_OR_SLUG: u8 = 9;
    pub(super) const PROJECT: u8 = 10;
    pub(super) const TEXT: u8 = 11;
    pub(super) const LEVEL: u8 = 12;
    pub(super) const PRERELEASE: u8 = 13;
    pub(super) const NIGHTLY: u8 = 14;
    pub(super) const LANGUAGE: u8 = 15;
    pub(super) const LICENSE: u8 = 16;
    pub(super) const STARS: u8 = 17;
    pub(super) const PATTERN: u8 = 18;
}

const COMPARES: [Compare; 5] =
    [Compare::Equal, Compare::Above, Compare::AtLeast, Compare::Below, Compare::AtMost];

impl Filter {
    /// The filter as bytes. Equal bytes match the same events; filters that differ only in how they are typed give
    /// equal ones.
    pub fn pack(&self) -> Vec<u8> {
        let mut bytes = vec![u8::from(self.names_kinds())];
        pack(&self.0, &mut bytes);
        bytes
    }
}

/// A filter read from the bytes of [`Filter::pack`]. Of other bytes it makes what it can, without harm.
#[derive(Clone, Copy, Debug)]
pub struct Packed<'a>(&'a [u8]);

impl<'a> Packed<'a> {
    /// The filter these bytes are.
    pub fn of(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// Whether the event meets it, as [`Filter::matches_prepared`] says.
    pub fn matches(self, event: &Prepared<'_>) -> bool {
        let mut rest = self.0.get(1..).unwrap_or_default();
        meets(&mut rest, event, false).unwrap_or(false)
    }

    /// As [`Filter::names_kinds`].
    pub fn names_kinds(self) -> bool {
        self.0.first() == Some(&1)
    }
}

fn pack(expr: &Expr, into: &mut Vec<u8>) {
    match expr {
        Expr::Everything => into.push(sign::EVERYTHING),
        Expr::Nothing => into.push(sign::NOTHING),
        Expr::All(parts) => {
            let finished = parts.iter().any(matching::excludes_unfinished);
            group(if finished { sign::ALL_FINISHED } else { sign::ALL }, parts, into);
        }
        Expr::Any(parts) => group(sign::ANY, parts, into),
        Expr::Not(inner) => {
            into.push(sign::NOT);
            pack(inner, into);
        }
        Expr::Term(term) => match term {
            Term::Catalog(id) => text(sign::CATALOG, id.as_str(), into),
            Term::Kind(kind) => into.extend([sign::KIND, *kind as u8]),
            Term::Section(words) => {
                // No slug has other letters; and of those that have its letters alone, folding changes nothing.
                let slug = words.typed == words.folded;
                text(if slug { sign::SECTION_OR_SLUG } else { sign::SECTION }, &words.folded, into);
            }
            Term::Project(words) => text(sign::PROJECT, &words.folded, into),
            Term::Text(words) => text(sign::TEXT, &words.folded, into),
            Term::Pattern(pattern) => text(sign::PATTERN, pattern.typed(), into),
            Term::Fact(fact) => match fact {
                Fact::Level(how, level) => into.extend([sign::LEVEL, *how as u8, *level as u8]),
                Fact::Prerelease(wanted) => into.extend([sign::PRERELEASE, u8::from(*wanted)]),
                Fact::Nightly(wanted) => into.extend([sign::NIGHTLY, u8::from(*wanted)]),
                Fact::Language(words) => text(sign::LANGUAGE, &words.folded, into),
                Fact::License(words) => text(sign::LICENSE, &words.folded, into),
                Fact::Stars(how, stars) => {
                    into.extend([sign::STARS, *how as u8]);
                    number(*stars, into);
                }
            },
        },
    }
}

fn group(sign: u8, parts: &[Expr], into: &mut Vec<u8>) {
    let mut body = Vec::new();
    for part in parts {
        pack(part, &mut body);
    }
    into.push(sign);
    number(body.len() as u64, into);
    into.extend(body);
}

fn text(sign: u8, text: &str, into: &mut Vec<u8>) {
    into.push(sign);
    number(text.len() as u64, into);
    into.extend(text.as_bytes());
}

/// Seven bits a byte, the lowest first; the eighth says that more follow.
fn number(mut number: u64, into: &mut Vec<u8>) {
    while number >= 0x80 {
        into.push(number as u8 | 0x80);
        number >>= 7;
    }
    into.push(number as u8);
}

/// Whether the event meets the part that `rest` begins with, which is taken off. `None` for what is no filter.
fn meets(rest: &mut &[u8], event: &Prepared<'_>, finished: bool) -> Option<bool> {
    let of = event.event();
    Some(match take(rest)? {
        sign::EVERYTHING => true,
        sign::NOTHING => false,
        sign @ (sign::ALL | sign::ALL_FINISHED) => {
            let mut parts = take_bytes(rest)?;
            let finished = finished || sign == sign::ALL_FINISHED && of.kind() == Kind::ReleasePromoted;
            let mut all = true;
            while all && !parts.is_empty() {
                all = meets(&mut parts, event, finished)?;
            }
            all
        }
        sign::ANY => {
            let mut parts = take_bytes(rest)?;
            let mut any = false;
            while !any && !parts.is_empty() {
                any = meets(&mut parts, event, finished)?;
            }
            any
        }
        sign::NOT => !meets(rest, event, finished)?,
        sign::CATALOG => of.is_of_named(take_text(rest)?),
        sign::KIND => matching::is_kind(of, *Kind::ALL.get(usize::from(take(rest)?))?, finished),
        sign::SECTION => event.stands_in(take_text(rest)?, None),
        sign::SECTION_OR_SLUG => {
            let words = take_text(rest)?;
            event.stands_in(words, Some(words))
        }
        sign::PROJECT => event.is_about(take_text(rest)?),
        sign::TEXT => event.text().contains(take_text(rest)?),
        sign::PATTERN => pattern::is_in(take_text(rest)?, event.text()),
        sign::LEVEL => {
            let how = *COMPARES.get(usize::from(take(rest)?))?;
            Fact::Level(how, *Level::ALL.get(usize::from(take(rest)?))?).holds(of)
        }
        sign::PRERELEASE => Fact::Prerelease(take(rest)? == 1).holds(of),
        sign::NIGHTLY => Fact::Nightly(take(rest)? == 1).holds(of),
        sign::LANGUAGE => is_language(of, take_text(rest)?),
        sign::LICENSE => is_license(of, take_text(rest)?),
        sign::STARS => {
            let how = *COMPARES.get(usize::from(take(rest)?))?;
            Fact::Stars(how, take_number(rest)?).holds(of)
        }
        _ => return None,
    })
}

fn take(rest: &mut &[u8]) -> Option<u8> {
    let (first, after) = rest.split_first()?;
    *rest = after;
    Some(*first)
}

fn take_number(rest: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..u64::BITS).step_by(7) {
        let byte = take(rest)?;
        number |= u64::from(byte & 0x7F) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

fn take_bytes<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = usize::try_from(take_number(rest)?).ok()?;
    let (taken, after) = rest.split_at_checked(length)?;
    *rest = after;
    Some(taken)
}

fn take_text<'a>(rest: &mut &'a [u8]) -> Option<&'a str> {
    std::str::from_utf8(take_bytes(rest)?).ok()
}
