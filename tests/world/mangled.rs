//! Bytes and JSON that are nearly right: parsers of what strangers send are tried with it. Crates below this one take
//! the file by its path.

#![allow(unreachable_pub, reason = "where it is taken by its path nothing outside needs it")]

use serde_json::{Map, Value, json};

/// A stream of numbers, the same for the same seed.
#[derive(Clone, Debug)]
pub struct Luck(u64);

impl Luck {
    /// The stream of a case.
    pub fn of(case: u64) -> Self {
        Self(case.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// The next number below `end`, which must not be 0.
    pub fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % end
    }
}

/// How many cases are tried: `usual`, or what `WHIMBREL_FUZZ` says.
pub fn cases(usual: u64) -> u64 {
    std::env::var("WHIMBREL_FUZZ").ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// One of these with up to four wounds: values exchanged, doubled, taken away, of other types, too large, too deep;
/// then, now and then, bytes of its text cut, flipped or inserted.
pub fn mangled(case: u64, samples: &[Value]) -> Vec<u8> {
    let mut luck = Luck::of(case);
    let mut value = samples[luck.below(samples.len())].clone();
    let other = samples[luck.below(samples.len())].clone();
    for _ in 0..=luck.below(4) {
        wound(&mut luck, &mut value, &other);
    }
    let mut bytes = value.to_string().into_bytes();
    if luck.below(4) == 0 {
        scratch(&mut luck, &mut bytes);
    }
    bytes
}

/// Bytes of a text cut, flipped or inserted.
pub fn scratch(luck: &mut Luck, bytes: &mut Vec<u8>) {
    for _ in 0..=luck.below(3) {
        let at = luck.below(bytes.len() + 1);
        match luck.below(4) {
            0 => bytes.truncate(at),
            1 if at < bytes.len() => bytes[at] ^= 1 << luck.below(8),
            2 => drop(bytes.drain(at..(at + luck.below(30)).min(bytes.len()))),
            _ => {
                let piece =
                    [&b"\xff"[..], b"\0", b"{", b"[[[[", b"\"", b"\\u0000", b"1e999", b"-", b"\xf0\x9f"];
                bytes.splice(at..at, piece[luck.below(piece.len())].iter().copied());
            }
        }
    }
}

fn wound(luck: &mut Luck, value: &mut Value, other: &Value) {
    match value {
        Value::Object(map) if !map.is_empty() && luck.below(12) > 0 => in_map(luck, map, other),
        Value::Array(list) if !list.is_empty() && luck.below(12) > 0 => {
            let at = luck.below(list.len());
            match luck.below(6) {
                0 => drop(list.remove(at)),
                1 => {
                    let again = list[at].clone();
                    let times = [1, 2, 20][luck.below(3)];
                    list.extend(std::iter::repeat_n(again, times));
                }
                _ => wound(luck, &mut list[at], other),
            }
        }
        leaf => *leaf = strange(luck, leaf, other),
    }
}

fn in_map(luck: &mut Luck, map: &mut Map<String, Value>, other: &Value) {
    let keys: Vec<String> = map.keys().cloned().collect();
    let key = &keys[luck.below(keys.len())];
    match luck.below(10) {
        0 => drop(map.remove(key)),
        1 => {
            let taken = map.remove(key).unwrap_or_default();
            map.insert(keys[luck.below(keys.len())].clone(), taken);
        }
        2 => {
            map.insert("type".to_owned(), json!(luck.below(30)));
        }
        _ => wound(luck, map.entry(key.clone()).or_insert(Value::Null), other),
    }
}

fn strange(luck: &mut Luck, was: &Value, other: &Value) -> Value {
    match luck.below(20) {
        0 => Value::Null,
        1 => json!(true),
        2 => json!(0),
        3 => json!(-1),
        4 => json!(i64::MIN),
        5 => json!(u64::MAX),
        6 => json!(1.5e300),
        7 => json!(""),
        8 => json!("x".repeat(3_000)),
        9 => json!("\u{202e}\u{0}\u{feff}💥e\u{301}</b>@everyone"),
        10 => json!([]),
        11 => json!({}),
        12 => (0..40).fold(Value::Null, |deep, _| json!([deep])),
        13 => (0..40).fold(Value::Null, |deep, _| json!({ "target": deep })),
        14 => json!("9999-12-31T23:59:60Z"),
        15 => json!("-292277-01-01T00:00:00Z"),
        16 => other.clone(),
        17 => json!([was, was]),
        18 => match was {
            Value::String(text) => json!(format!("{text}{text}")),
            Value::Number(number) => json!(number.to_string()),
            other => other.clone(),
        },
        _ => json!("123456789012345678901234567890"),
    }
}
