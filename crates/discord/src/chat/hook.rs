//! What people ask, where Discord calls us for it instead of telling it at the gateway. Each call is signed, and Discord
//! forges some on purpose: whoever takes one of those is not called any more.

use std::collections::{HashSet, VecDeque};

use chrono::{DateTime, TimeDelta, Utc};
use ring::signature::{ED25519, UnparsedPublicKey};
use serde::Deserialize;

/// The largest call that is read: far more than a message with all its buttons.
pub const HOOK_BYTES: usize = 1 << 20;

/// A call is as old as the network is slow, or the clocks are wrong.
const OLDEST: TimeDelta = TimeDelta::minutes(5);
/// So many calls are remembered; within ten minutes more do not come.
const REMEMBERED: usize = 10_000;

/// What became of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Called {
    /// Discord asked whether anybody is here: the answer is `{"type":1}`.
    Ping,
    /// It is heard, now or before; the answer goes another way.
    Taken,
    /// Discord did not sign it, or not lately.
    Forged,
    /// It is no call.
    Malformed,
    /// There is no key to check it with.
    Off,
}

/// The key of an application, with which its calls are checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Key([u8; 32]);

impl Key {
    /// Reads the key as Discord shows it.
    pub(crate) fn read(text: &str) -> Option<Self> {
        unhex(text.trim()).map(Self)
    }

    /// Whether Discord signed this lately.
    pub(super) fn admits(&self, signature: &[u8], time: &[u8], body: &[u8], now: DateTime<Utc>) -> bool {
        let signature = std::str::from_utf8(signature).ok().and_then(unhex::<64>);
        let at = std::str::from_utf8(time).ok().and_then(|time| time.parse().ok());
        let at = at.and_then(|seconds| DateTime::from_timestamp(seconds, 0));
        let (Some(signature), Some(at)) = (signature, at) else { return false };
        let signed = [time, body].concat();
        // The time it takes tells nothing: a key that is public and what the caller sent are all there is to it.
        UnparsedPublicKey::new(&ED25519, &self.0).verify(&signed, &signature).is_ok()
            && (now - at).abs() <= OLDEST
    }
}

/// What stands on a call.
#[derive(Deserialize)]
pub(super) struct Call {
    #[serde(rename = "type")]
    pub(super) kind: u8,
    #[serde(default)]
    pub(super) id: String,
}

/// Discord's word for asking whether anybody is here.
pub(super) const PING: u8 = 1;

/// The calls of the last while.
#[derive(Default)]
pub(super) struct Seen {
    known: HashSet<String>,
    order: VecDeque<(DateTime<Utc>, String)>,
}

impl Seen {
    /// Whether it came for the first time. Older ones are refused for their age.
    pub(super) fn is_first(&mut self, id: &str, now: DateTime<Utc>) -> bool {
        let old = |(at, _): &(DateTime<Utc>, String)| now - *at > OLDEST * 2;
        while self.order.front().is_some_and(old) || self.order.len() >= REMEMBERED {
            let Some((_, id)) = self.order.pop_front() else { break };
            self.known.remove(&id);
        }
        let first = self.known.insert(id.to_owned());
        if first {
            self.order.push_back((now, id.to_owned()));
        }
        first
    }
}

/// Exactly so many bytes, in hexadecimal.
fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.as_bytes();
    if digits.len() != 2 * N {
        return None;
    }
    let digit = |digit: u8| char::from(digit).to_digit(16);
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = u8::try_from(digit(pair[0])? * 16 + digit(pair[1])?).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod forged;

#[cfg(test)]
mod tests {
    use ring::signature::{Ed25519KeyPair, KeyPair};

    use super::*;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
    }

    #[test]
    fn only_what_was_signed_lately_is_admitted() {
        let pair = Ed25519KeyPair::from_seed_unchecked(&[5; 32]).unwrap();
        let key = Key::read(&hex(pair.public_key().as_ref())).unwrap();
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let sign = |text: &str| hex(pair.sign(text.as_bytes()).as_ref());
        let good = sign("1800000000{}");
        let other = Ed25519KeyPair::from_seed_unchecked(&[6; 32]).unwrap();
        let forged = hex(other.sign(b"1800000000{}").as_ref());
        for (signature, time, body, admitted) in [
            (good.as_str(), "1800000000", "{}", true),
            (&good.to_uppercase(), "1800000000", "{}", true),
            (&good, "1800000000", "{ }", false),
            (&good, "1800000001", "{}", false),
            (&good, "01800000000", "{}", false),
            (&good[..64], "1800000000", "{}", false),
            (&"z".repeat(128), "1800000000", "{}", false),
            (&"é".repeat(64), "1800000000", "{}", false),
            ("", "1800000000", "{}", false),
            (&forged, "1800000000", "{}", false),
            (&sign("1799999700{}"), "1799999700", "{}", true),
            (&sign("1799999699{}"), "1799999699", "{}", false),
            (&sign("1800000300{}"), "1800000300", "{}", true),
            (&sign("1800000301{}"), "1800000301", "{}", false),
            (&sign("9223372036854775807{}"), "9223372036854775807", "{}", false),
            (&sign("soon{}"), "soon", "{}", false),
            (&sign("{}"), "", "{}", false),
        ] {
            let seen = key.admits(signature.as_bytes(), time.as_bytes(), body.as_bytes(), now);
            assert_eq!(seen, admitted, "{signature} {time} {body}");
        }
    }

    #[test]
    fn keys_are_sixty_four_digits() {
        for (text, good) in [("ab".repeat(32), true), ("ab".repeat(31), false), ("xy".repeat(32), false)] {
            assert_eq!(Key::read(&text).is_some(), good, "{text}");
        }
    }

    #[test]
    fn a_call_counts_once_and_is_forgotten_when_it_is_too_old_anyway() {
        let (mut seen, start) = (Seen::default(), DateTime::UNIX_EPOCH);
        assert!(seen.is_first("1", start) && !seen.is_first("1", start + OLDEST * 2));
        for number in 2..=2 * REMEMBERED {
            assert!(seen.is_first(&number.to_string(), start + OLDEST));
        }
        assert_eq!((seen.known.len(), seen.order.len()), (REMEMBERED, REMEMBERED));
        assert!(seen.is_first("x", start + OLDEST * 4));
        assert_eq!(seen.known.len(), 1);
    }
}
