//! An address taken apart, tidied and put together as a key: the long way, for everything that is not plain.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::forge::{self, Forge};
use super::{query, site};

/// Schemes whose addresses lead to a thing outside the document.
const SCHEMES: [&str; 6] = ["https", "http", "ftp", "git", "ssh", "git+https"];

/// The parts of an address, decoded.
pub(super) struct Address<'a> {
    host: Cow<'a, str>,
    port: Option<u16>,
    parts: Vec<Cow<'a, str>>,
    query: &'a str,
    fragment: &'a str,
}

impl<'a> Address<'a> {
    /// Takes an address apart; `None` for what leads nowhere outside.
    pub(super) fn read(url: &'a str) -> Option<Self> {
        let rest = after_scheme(url.trim_matches(|c| c <= ' '))?;
        let authority_end = rest.find(['/', '\\', '?', '#']).unwrap_or(rest.len());
        let (authority, rest) = rest.split_at(authority_end);
        let (rest, fragment) = rest.split_once('#').unwrap_or((rest, ""));
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));

        let authority = authority.rsplit('@').next().unwrap_or_default();
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, port),
            _ => (authority, ""),
        };
        let port = match port {
            "" => None,
            digits => {
                Some(digits.parse::<u16>().ok().filter(|_| digits.bytes().all(|b| b.is_ascii_digit()))?)
            }
        };
        let host = settle_host(host)?;

        let mut parts: Vec<Cow<'a, str>> = Vec::with_capacity(8);
        for part in path.split('/') {
            let part = decode(part, Within::Path);
            match part.as_ref() {
                "" | "." => {}
                ".." => drop(parts.pop()),
                _ => parts.push(part),
            }
        }
        Some(Self { host, port: port.filter(|port| !matches!(port, 80 | 443)), parts, query, fragment })
    }

    /// The host, in the form keys have it.
    pub(super) fn host(&self) -> &str {
        &self.host
    }

    /// The last part of the path, decoded.
    pub(super) fn last_part(&self) -> Option<&str> {
        self.parts.last().map(AsRef::as_ref)
    }

    /// Owner and name of the repository as the address spells them.
    pub(super) fn project(&self) -> Option<String> {
        let forge = Forge::of(&self.host)?;
        let mut parts = self.parts.clone();
        let length = forge.tidy(&mut parts)?;
        Some(parts[..length].join("/"))
    }

    /// The key of the address.
    pub(super) fn into_key(mut self) -> String {
        let mut keep_fragment = true;
        let mut identifying: Option<(&'static str, String)> = None;
        if let Some(forge) = Forge::of(&self.host) {
            keep_fragment = false;
            forge::lower(forge, &mut self.parts);
        } else {
            while self.parts.last().is_some_and(|part| is_index(part)) {
                self.parts.pop();
            }
            identifying = site::tidy(&mut self.host, &mut self.parts);
        }

        let mut key = String::with_capacity(self.host.len() + 64);
        key.push_str(&self.host);
        if let Some(port) = self.port {
            let _ = write!(key, ":{port}");
        }
        for part in &self.parts {
            key.push('/');
            key.push_str(part);
        }
        query::append(&mut key, &self.host, self.query, identifying);
        if keep_fragment {
            let fragment = decode(self.fragment, Within::Fragment);
            if !is_top(&fragment) {
                key.push('#');
                key.push_str(&fragment);
            }
        }
        key
    }
}

/// What follows `scheme://` or a leading `//`.
fn after_scheme(url: &str) -> Option<&str> {
    let rest = if let Some(rest) = url.strip_prefix("//") {
        rest
    } else {
        let (scheme, rest) = url.split_once(':')?;
        if !SCHEMES.iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
            return None;
        }
        rest.strip_prefix("//")?
    };
    Some(rest.trim_start_matches('/'))
}

/// The host in lower case and ASCII, without `www.` and dots at its ends; `None` when it is no host.
fn settle_host(host: &str) -> Option<Cow<'_, str>> {
    let mut host = Cow::Borrowed(host.trim_matches('.'));
    let top = host.rsplit('.').next().unwrap_or_default();
    let is_plain = host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
        && !top.starts_with(|c: char| c.is_ascii_digit());
    if !is_plain || host.to_ascii_lowercase().contains("xn--") {
        host = Cow::Owned(url::Host::parse(&host).ok()?.to_string());
    } else if host.bytes().any(|b| b.is_ascii_uppercase()) {
        host = Cow::Owned(host.to_ascii_lowercase());
    }
    loop {
        let settled = host.trim_matches('.');
        let settled = settled.strip_prefix("www.").filter(|rest| rest.contains('.')).unwrap_or(settled);
        if settled.len() == host.len() {
            break;
        }
        host = Cow::Owned(settled.to_owned());
    }
    (!host.is_empty()).then(|| site::alias(host))
}

/// `index.html`, which is what a folder shows anyway.
fn is_index(part: &str) -> bool {
    part.eq_ignore_ascii_case("index.html") || part.eq_ignore_ascii_case("index.htm")
}

/// A fragment that points at the whole page: the top, the README, or some words of the text to highlight.
fn is_top(fragment: &str) -> bool {
    let whole = ["", "readme", "top"];
    whole.iter().any(|name| fragment.eq_ignore_ascii_case(name)) || fragment.starts_with(":~:")
}

/// Which part of an address is decoded: each has its own separators, which must stay encoded.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Within {
    /// A part of the path.
    Path,
    /// The name of a parameter.
    Name,
    /// The value of a parameter.
    Value,
    /// What follows `#`.
    Fragment,
}

impl Within {
    fn stays_encoded(self, c: char) -> bool {
        match self {
            _ if c.is_control() => true,
            Self::Path | Self::Fragment => matches!(c, '/' | '?' | '#' | '%'),
            Self::Name => matches!(c, '#' | '%' | '&' | '+' | '='),
            Self::Value => matches!(c, '#' | '%' | '&' | '+'),
        }
    }

    /// Blanks are written with a plus in queries.
    fn plus_is_blank(self) -> bool {
        matches!(self, Self::Name | Self::Value)
    }
}

/// Percent-decodes what can be decoded without becoming ambiguous, once and for all: decoding the result again
/// changes nothing. Blanks at the ends are typing errors and go.
pub(super) fn decode(text: &str, within: Within) -> Cow<'_, str> {
    let text = text.trim_matches(' ');
    let is_settled = |c: char| !(c == '%' || c.is_control() || (c == '+' && within.plus_is_blank()));
    if text.chars().all(is_settled) {
        return Cow::Borrowed(text);
    }
    let mut decoded = String::with_capacity(text.len());
    let mut run = Vec::new(); // bytes of the percent escapes that stand side by side
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        if c == '%'
            && let Some(byte) = escaped_byte(&text.as_bytes()[at + 1..])
        {
            run.push(byte);
            chars.next();
            chars.next();
            continue;
        }
        if matches!(c, '\t' | '\n' | '\r') {
            continue; // browsers drop these wherever they stand
        }
        flush(&mut run, &mut decoded, within);
        match c {
            '+' if within.plus_is_blank() => decoded.push(' '),
            '%' => decoded.push_str("%25"),
            c if c.is_control() => escape(&mut decoded, c.encode_utf8(&mut [0; 4]).as_bytes()),
            c => decoded.push(c),
        }
    }
    flush(&mut run, &mut decoded, within);
    let trimmed = decoded.trim_matches(' ');
    if trimmed.len() == decoded.len() { Cow::Owned(decoded) } else { Cow::Owned(trimmed.to_owned()) }
}

fn escaped_byte(after: &[u8]) -> Option<u8> {
    let digit = |at: usize| after.get(at).and_then(|&b| char::from(b).to_digit(16));
    u8::try_from(digit(0)? * 16 + digit(1)?).ok()
}

/// Writes the bytes of a run of escapes: text where they are text, escapes where they are not or must stay.
fn flush(run: &mut Vec<u8>, decoded: &mut String, within: Within) {
    for chunk in run.utf8_chunks() {
        for c in chunk.valid().chars() {
            if within.stays_encoded(c) {
                escape(decoded, c.encode_utf8(&mut [0; 4]).as_bytes());
            } else {
                decoded.push(c);
            }
        }
        escape(decoded, chunk.invalid());
    }
    run.clear();
}

fn escape(decoded: &mut String, bytes: &[u8]) {
    for byte in bytes {
        let _ = write!(decoded, "%{byte:02X}");
    }
}
