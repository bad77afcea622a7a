//! A span as it is taken down, and the names spans have.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Instant, SystemTime};

use tracing::field::{Field, Visit};

/// Longer texts are cut, bytes: what an attribute says is a word or a name.
const LONGEST: usize = 128;

/// More attributes than any span of ours has.
const MOST: usize = 16;

/// What spans of one piece of work have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TraceId(pub(crate) u128);

/// A span's own name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SpanId(pub(crate) u64);

/// Where a span stands towards others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Side {
    /// Work of our own.
    #[default]
    Internal,
    /// An answer to somebody.
    Server,
    /// A question to somebody.
    Client,
}

/// What an attribute says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Worth {
    Text(String),
    Number(i64),
    Fraction(f64),
    Truth(bool),
}

/// A span under way.
#[derive(Debug)]
pub(crate) struct Open {
    pub(crate) trace: TraceId,
    pub(crate) id: SpanId,
    pub(crate) parent: Option<SpanId>,
    pub(crate) name: &'static str,
    pub(crate) at: SystemTime,
    /// The same by a clock that nobody turns, for its length.
    pub(crate) since: Instant,
    pub(crate) said: Said,
}

/// A span that has ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) span: Open,
    pub(crate) until: SystemTime,
}

/// What a span says of itself.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Said {
    pub(crate) side: Side,
    pub(crate) attributes: Vec<(&'static str, Worth)>,
    /// It went wrong, and how.
    pub(crate) error: Option<String>,
}

impl Said {
    fn note(&mut self, field: &Field, worth: Worth) {
        match (field.name(), worth) {
            ("otel.kind", Worth::Text(side)) => {
                self.side = match side.as_str() {
                    "server" => Side::Server,
                    "client" => Side::Client,
                    _ => Side::Internal,
                };
            }
            ("error", Worth::Text(error)) => self.error = Some(error),
            (name, worth) => match self.attributes.iter().position(|(known, _)| *known == name) {
                Some(place) => self.attributes[place].1 = worth,
                None if self.attributes.len() < MOST => self.attributes.push((name, worth)),
                None => {}
            },
        }
    }
}

impl Visit for Said {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.note(field, Worth::Fraction(value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.note(field, Worth::Number(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.note(field, Worth::Number(i64::try_from(value).unwrap_or(i64::MAX)));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.note(field, Worth::Truth(value));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.note(field, Worth::Text(value[..value.floor_char_boundary(LONGEST)].to_owned()));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let mut text = format!("{value:?}");
        text.truncate(text.floor_char_boundary(LONGEST));
        self.note(field, Worth::Text(text));
    }
}

/// Makes names that no other span has: random at the start, and none twice after that.
#[derive(Debug)]
pub(crate) struct Names {
    seed: u64,
    given: AtomicU64,
}

impl Names {
    pub(crate) fn new() -> Self {
        // Its keys come from the system's random source; names are no secrets, so that is random enough.
        Self { seed: RandomState::new().hash_one(0), given: AtomicU64::new(0) }
    }

    pub(crate) fn trace(&self) -> TraceId {
        TraceId(u128::from(self.next()) << 64 | u128::from(self.next()))
    }

    pub(crate) fn span(&self) -> SpanId {
        SpanId(self.next())
    }

    /// Splitmix: a different number for each turn, and none of them is like the one before.
    fn next(&self) -> u64 {
        let turn = self.given.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
        let mut mixed = self.seed.wrapping_add(turn);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)).max(1) // zero is no name
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Display for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_name_is_given_twice() {
        let (names, others) = (Names::new(), Names::new());
        let given: HashSet<_> =
            (0..10_000).flat_map(|_| [names.span().to_string(), others.span().to_string()]).collect();
        assert_eq!(given.len(), 20_000);
        assert!(given.iter().all(|name| name.len() == 16 && !name.trim_matches('0').is_empty()));
        assert_eq!(names.trace().to_string().len(), 32);
    }
}
