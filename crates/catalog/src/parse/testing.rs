//! What the tests of the structured formats share: a reading as lines of text, and damaged documents.

use std::fmt::Write as _;

use super::{Format, Hint, ParseError, parse};
use crate::report::Reading;

/// A reading in lines: the title, the entries, the items without link, the rankings, what was not taken.
pub(super) fn shown(reading: &Reading) -> String {
    let snapshot = &reading.snapshot;
    let mut lines = Vec::new();
    if let Some(title) = &snapshot.title {
        lines.push(format!("title {title}"));
    }
    for entry in &snapshot.entries {
        let key = entry.key.as_str().replace('\t', "~");
        let mut line = format!("{} = {key}", entry.name);
        for place in &entry.places {
            let _ = write!(line, " @{}[{}]", place.line, place.section);
        }
        if !entry.description.is_empty() {
            let _ = write!(line, " - {}", entry.description);
        }
        if !entry.marks.is_empty() {
            let _ = write!(line, " ({})", entry.marks.join("|"));
        }
        for link in &entry.links {
            let _ = write!(line, " +{}:{}", link.name, link.url);
        }
        for figure in &entry.figures {
            let _ = write!(line, " {:?}={}", figure.metric, figure.value);
        }
        lines.push(line);
    }
    for item in &snapshot.linkless {
        lines.push(format!("linkless {} @{}[{}]", item.name, item.line, item.section));
    }
    for (ranking, unknown) in snapshot.rankings.iter().zip(&reading.report.unknown) {
        let order: Vec<_> =
            ranking.order.iter().map(|key| key.as_str().rsplit('/').next().unwrap_or_default()).collect();
        lines.push(format!(
            "ranking {:?} [{}] {} unknown {unknown}",
            ranking.metric,
            ranking.section,
            order.join(" ")
        ));
    }
    for skipped in &reading.report.skipped {
        lines.push(format!("skipped @{} {}: {}", skipped.line, skipped.text, skipped.reason));
    }
    lines.join("\n")
}

/// Reads a document in this format and shows it.
pub(super) fn read(format: Format, text: &str) -> String {
    match parse(text.as_bytes(), Hint { name: None, format: Some(format) }) {
        Ok(reading) => shown(&reading),
        Err(error) => format!("{error}"),
    }
}

/// Damages documents in many ways, the same ones in each run, and reads every result. What is read must hold
/// together; what is refused must say so in a sentence.
pub(super) fn survive_damage(format: Format, documents: &[&str], times: usize) {
    let mut random = Random(0x5eed_0000 + documents.len() as u64);
    let mut refused = 0;
    for turn in 0..times {
        let document = documents[turn % documents.len()];
        let mut bytes = document.as_bytes().to_vec();
        for _ in 0..=random.below(4) {
            damage(&mut bytes, document.as_bytes(), &mut random);
        }
        match parse(&bytes, Hint { name: None, format: Some(format) }) {
            Ok(reading) => check(&reading),
            Err(error) => {
                refused +=
                    usize::from(!matches!(error, ParseError::NotText { .. } | ParseError::Binary { .. }));
                assert!(!error.to_string().contains('\n'));
            }
        }
    }
    assert!(refused < times, "some of the damaged documents can still be read");
}

fn check(reading: &Reading) {
    for entry in &reading.snapshot.entries {
        assert!(!entry.name.is_empty());
        assert!(!entry.places.is_empty());
        assert!(!entry.description.contains('\n'));
        assert!(entry.places.iter().all(|place| place.line > 0));
    }
    let placed: usize = reading.report.layouts.values().sum();
    assert_eq!(placed, reading.snapshot.listings());
}

fn damage(bytes: &mut Vec<u8>, original: &[u8], random: &mut Random) {
    const PIECES: [&[u8]; 24] = [
        b"\"",
        b"'",
        b"[",
        b"]",
        b"{",
        b"}",
        b":",
        b",",
        b"- ",
        b"\n",
        b"  ",
        b"\t",
        b"&a ",
        b"*a",
        b"<<: ",
        b"#",
        b"|",
        b"\\",
        b"https://",
        b"\xc3\xa9",
        b"\xff",
        b"[[",
        b"](",
        b"---\n",
    ];
    let at = random.below(bytes.len() + 1);
    let length = random.below(20).min(bytes.len() - at);
    match random.below(7) {
        0 => drop(bytes.drain(at..at + length)),
        1 => bytes.truncate(at.max(1)),
        2 => drop(bytes.splice(at..at, PIECES[random.below(PIECES.len())].iter().copied())),
        3 => {
            let from = random.below(original.len());
            let to = (from + random.below(60)).min(original.len());
            bytes.splice(at..at, original[from..to].iter().copied());
        }
        4 if at < bytes.len() => bytes[at] = bytes[at].wrapping_add(random.below(256) as u8),
        5 => {
            let repeated = bytes[at..at + length].repeat(random.below(30));
            bytes.splice(at..at, repeated);
        }
        _ => drop(bytes.splice(at..at + length, PIECES[random.below(PIECES.len())].iter().copied())),
    }
}

/// A sequence of numbers that looks random and is the same in each run.
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }
}
