//! Patterns between slashes.

use std::time::{Duration, Instant};

use super::*;

/// The filter of what stands between slashes, where it could be typed so.
pub(super) fn typed(pattern: &str) -> Option<Filter> {
    let text = format!("/{pattern}/");
    (pattern_in(&text) == Some(pattern)).then(|| Filter::parse(&text).ok()).flatten()
}

#[test]
fn what_patterns_match() {
    let added = event(Kind::Added);
    for (text, matches) in [
        ("/etcd/", true),
        ("/^etcd$/", true),
        ("/^cd$/", false),
        ("/RÉSUM[ée] of .* consensus/", true),
        ("/of the  distributed/", false),
        ("-/raft|paxos/", true),
        ("kind:added /e[tc]{2}d/", true),
        ("(/raft/ or /key-value/)", true),
        (r"/github\.com\/etcd-io/", true),
        ("/github.com/etcd-io/", true),
        // Without an end it is a word, and so it is in quotes.
        ("/etcd-io", true),
        ("/etcd.*", false),
        ("\"/etcd/\"", false),
        // An address has them.
        ("//", true),
        // Between blanks it parts words.
        ("etcd / \"key-value\" / raft", false),
        ("etcd / databases /", true),
    ] {
        let filter = Filter::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(filter.matches(&added), matches, "{text}");
        assert_eq!(Packed::of(&filter.pack()).matches(&Prepared::new(&added)), matches, "{text}");
        assert_eq!(Filter::parse(&filter.to_string()), Ok(filter), "{text}");
    }
}

#[test]
fn what_is_wrong_is_said_where_it_stands() {
    for (text, at, part) in [
        ("raft /(a/", 5, "in quotes it is searched for as it stands"),
        ("/a/ /b/ /c/ /d/", 0, "at most 3 patterns"),
        (&format!("/{}/", "a".repeat(300)), 0, "at most 200 characters"),
        ("/((a{90}){90}){90}/", 0, "no pattern that can be used"),
    ] {
        let error = Filter::parse(text).unwrap_err();
        assert!(error.at == at && error.message.contains(part), "{text}: {error}");
    }
}

#[test]
fn words_between_slashes_from_before_there_were_patterns_are_still_read() {
    for (kept, wanted) in [
        ("kind:added /[a/", "kind:added \"/[a/\""),
        ("/r/rust \"see docs/ now\"", "\"/r/rust\" \"see docs/ now\""),
        ("/x (a/ or b)", "\"/x\" (a/ or b)"),
        ("Databases / \"Key Value\" / Go", "Databases \"/\" \"Key Value\" \"/\" Go"),
    ] {
        assert_eq!(Filter::try_from(kept.to_owned()).unwrap().to_string(), wanted, "{kept}");
    }
}

const PIECES: [&str; 24] = [
    "(a+)+$",
    "(a|a)*b",
    "(.*)*x",
    "([a-z]+)*",
    "a{1,1000}",
    "(a{1,30}){1,30}",
    "^(a*)*b",
    "(?:a?){30}a{30}",
    "a",
    "aaaab",
    "[^b]*",
    "(",
    ")",
    "[",
    "]",
    "|",
    ".*",
    "\\b",
    "\\w+",
    "(?i)",
    "(?s).",
    "x*",
    "\u{fdfa}",
    "a\u{301}",
];

#[test]
fn a_thousand_hostile_patterns_are_refused_or_answered_at_once() {
    const HANG: Duration = Duration::from_secs(1);
    let mut long = event(Kind::Added);
    let News::Added { description, .. } = &mut long.news else { unreachable!() };
    *description = "a".repeat(1 << 20);
    // What an event says is brought into comparable form once, whoever asks.
    let prepared = Prepared::new(&long);
    prepared.text();
    let (mut refused, mut slowest) = (0, (Duration::ZERO, String::new()));
    let mut number = 7_usize;
    for _ in 0..1_000 {
        let mut pattern = String::new();
        for _ in 0..=number % 6 {
            number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            pattern.push_str(PIECES[(number >> 33) % PIECES.len()]);
        }
        let start = Instant::now();
        match Filter::pattern(&pattern) {
            Ok(filter) => {
                filter.matches_prepared(&prepared);
            }
            Err(_) => refused += 1,
        }
        slowest = slowest.max((start.elapsed(), pattern));
        // Twenty times what it may take in a program that is used.
        assert!(slowest.0 < HANG, "{slowest:?}");
    }
    println!("{refused} refused; the slowest took {:?}: {}", slowest.0, slowest.1);
    assert!((100..900).contains(&refused), "{refused}: both ends are seen");
}
