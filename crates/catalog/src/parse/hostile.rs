//! Documents made to be a burden: nested without end, or short texts that stand for long ones. Each is refused or read at
//! once, on a stack no larger than the threads that read catalogs have.

use std::fmt::Write as _;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

use super::{Format, Hint, parse};

/// Far beyond what any reader follows.
const LEVELS: usize = 100_000;

/// What reading may take of a processor, fifty milliseconds, twenty times over.
const HANG: Duration = Duration::from_secs(1);

/// The stack of a blocking thread.
const STACK: usize = 2 * 1024 * 1024;

fn documents() -> Vec<(Format, String)> {
    let around = |open: &str, close: &str| open.repeat(LEVELS) + "1" + &close.repeat(LEVELS);
    let mut laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for at in 1..30 {
        let nine = format!("*a{}, ", at - 1).repeat(9);
        let _ = writeln!(laughs, "a{at}: &a{at} [{nine}]");
    }
    let stairs: String = (0..1_000).map(|at| " ".repeat(at) + "a:\n").collect();
    let stars: String = (1..1_000).map(|at| "*".repeat(at) + " a\n").collect();
    vec![
        (Format::Json, around("[", "]")),
        (Format::Json, around("{\"a\":", "}")),
        (Format::Json, "[".repeat(LEVELS)),
        (Format::Json, format!("{{\"projects\":{}}}", around("[", "]"))),
        (Format::Yaml, around("[", "]")),
        (Format::Yaml, around("{a: ", "}")),
        (Format::Yaml, around("- ", "")),
        (Format::Yaml, around("? ", "")),
        (Format::Yaml, around("!a ", "")),
        (Format::Yaml, stairs),
        (Format::Yaml, laughs),
        (Format::Markdown, around("> ", "")),
        (Format::Markdown, around("- ", "")),
        (Format::Markdown, around("[", "]")),
        (Format::Markdown, around("[", "](a)")),
        (Format::Markdown, around("*", "*")),
        (Format::Markdown, around("<div>", "</div>")),
        (Format::Markdown, around("<ul><li>\n", "")),
        (Format::Markdown, around("<svg>", "")),
        (Format::Org, around("[[", "]]")),
        (Format::Org, "[[".repeat(LEVELS)),
        (Format::Org, stars),
        (Format::Csv, format!("name,url\n{}", "\"".repeat(LEVELS))),
        (Format::Csv, ",".repeat(LEVELS)),
    ]
}

/// The processor time of this thread: other programs have no part in it.
fn used() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or_default())
}

#[test]
fn documents_nested_a_hundred_thousand_deep_are_refused_or_read_at_once() {
    let reads = || {
        let mut refused = 0;
        for (format, text) in documents() {
            let hint = Hint { name: None, format: Some(format) };
            let began = used();
            let read = parse(text.as_bytes(), hint);
            let took = used().saturating_sub(began);
            let start: String = text.chars().take(20).collect();
            println!("{took:>10.1?} {format:?} {start:?} {:?}", read.as_ref().err());
            assert!(took < HANG, "{took:?} for {format:?} {start:?}");
            assert!(read.as_ref().is_ok_and(|read| read.snapshot.entries.is_empty()) || read.is_err());
            refused += usize::from(read.is_err());
        }
        refused
    };
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(reads).unwrap();
    assert!(thread.join().unwrap() >= 9, "what has depth of its own is refused");
}
