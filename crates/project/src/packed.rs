//! Lists of small things of one width as one word in JSON: a row keeps hundreds of them and has to stay short.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use chrono::{DateTime, Utc};
use serde::{Deserialize as _, Deserializer, Serializer, de};

/// A thing that takes so many bytes, whatever it holds.
pub(crate) trait Packed: Sized {
    /// How many.
    const WIDTH: usize;

    /// Appends exactly that many.
    fn pack(&self, to: &mut Vec<u8>);

    /// Reads it from exactly that many.
    fn unpack(from: &[u8]) -> Self;
}

/// Writes a list as one word.
pub(crate) fn serialize<T: Packed, S: Serializer>(list: &[T], serializer: S) -> Result<S::Ok, S::Error> {
    let mut bytes = Vec::with_capacity(list.len() * T::WIDTH);
    for thing in list {
        thing.pack(&mut bytes);
    }
    serializer.serialize_str(&BASE64.encode(bytes))
}

/// Reads it back.
pub(crate) fn deserialize<'de, T: Packed, D: Deserializer<'de>>(from: D) -> Result<Vec<T>, D::Error> {
    let word = String::deserialize(from)?;
    let bytes = BASE64.decode(word).map_err(de::Error::custom)?;
    if bytes.len() % T::WIDTH != 0 {
        return Err(de::Error::custom("a packed list ends in the middle of a thing"));
    }
    Ok(bytes.chunks_exact(T::WIDTH).map(T::unpack).collect())
}

/// Appends the lower bytes of a number.
pub(crate) fn put(to: &mut Vec<u8>, number: u64, bytes: usize) {
    to.extend_from_slice(&number.to_le_bytes()[..bytes]);
}

/// Takes a number of so many bytes off the front.
pub(crate) fn take(from: &mut &[u8], bytes: usize) -> u64 {
    let mut number = [0; 8];
    let (head, rest) = from.split_at(bytes.min(from.len()));
    number[..head.len()].copy_from_slice(head);
    *from = rest;
    u64::from_le_bytes(number)
}

/// A moment as seconds since 1970 in four bytes: enough until 2106, and what lies outside is moved to the edge.
pub(crate) fn secs(at: DateTime<Utc>) -> u32 {
    at.timestamp().clamp(0, i64::from(u32::MAX)) as u32
}

/// The moment of such seconds.
pub(crate) fn moment(secs: u32) -> DateTime<Utc> {
    DateTime::from_timestamp(i64::from(secs), 0).unwrap_or_default()
}
