//! The short way for plain addresses, which most are: the key is a piece of the address, copied once.

use super::forge::Forge;
use super::site;

/// The key of an address that needs no decoding and no site rule; `None` sends it the long way.
pub(super) fn key(url: &str) -> Option<Box<str>> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    let rest = rest.strip_prefix("www.").unwrap_or(rest);
    let bytes = rest.as_bytes();

    let host_end = bytes.iter().position(|&byte| !is_host(byte)).unwrap_or(bytes.len());
    let host = &rest[..host_end];
    if !matches!(bytes.get(host_end), None | Some(b'/')) || !is_settled_host(host) {
        return None;
    }

    // One pass over the path: where each part starts, and whether a slash or dot stands where it must not.
    let mut slashes = 0;
    let mut before = 0_u8;
    for &byte in &bytes[host_end..] {
        if !is_path(byte) || (before == b'/' && matches!(byte, b'/' | b'.')) {
            return None;
        }
        slashes += usize::from(byte == b'/');
        before = byte;
    }
    let end = rest.len() - usize::from(before == b'/');
    let parts = slashes - usize::from(before == b'/');
    let key = &rest[..end];

    if Forge::of(host).is_some() {
        let needs_care = parts > 2 || ends_in(key, ".git") || ends_in(key, "/-");
        if needs_care {
            return None;
        }
        let mut key: Box<str> = key.into();
        key.make_ascii_lowercase();
        return Some(key);
    }
    let needs_care = site::is_special(host) || ends_in(key, "/index.html") || ends_in(key, "/index.htm");
    (!needs_care).then(|| key.into())
}

/// A host in the form keys have it: two labels at least, no further `www.`, no digits-only end (an IP address),
/// no encoded international name.
fn is_settled_host(host: &str) -> bool {
    let Some((front, top)) = host.rsplit_once('.') else { return false };
    !front.is_empty()
        && !front.starts_with('.')
        && !host.starts_with("www.")
        && top.as_bytes().first().is_some_and(u8::is_ascii_lowercase)
        && !host.contains("xn--")
}

/// What may stand in a plain host or path, looked up: every address of every document passes here byte by byte.
const HOST: u8 = 1;
const PATH: u8 = 2;
const CLASS: [u8; 256] = {
    let mut class = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        class[byte] = match byte as u8 {
            b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' => HOST | PATH,
            b'A'..=b'Z' | b'_' | b'~' | b'/' | b'@' | b'+' | b'!' | b',' | b'=' | b':' | b'(' | b')' => PATH,
            _ => 0,
        };
        byte += 1;
    }
    class
};

fn is_host(byte: u8) -> bool {
    CLASS[usize::from(byte)] & HOST != 0
}

fn is_path(byte: u8) -> bool {
    CLASS[usize::from(byte)] & PATH != 0
}

fn ends_in(key: &str, ending: &str) -> bool {
    let (key, ending) = (key.as_bytes(), ending.as_bytes());
    key.len() >= ending.len() && key[key.len() - ending.len()..].eq_ignore_ascii_case(ending)
}
