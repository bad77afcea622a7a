//! A thousand filters made to be slow, on an event that says a megabyte: each is refused, or answered at once.

use std::time::{Duration, Instant};

use super::*;

const MEGABYTE: usize = 1 << 20;

/// What asking may take, twenty times over: a hang is told apart from a busy machine.
const HANG: Duration = Duration::from_secs(1);

/// The same numbers at every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % end as u64).unwrap()
    }
}

/// What makes engines of patterns, and careless readers, slow.
const PIECES: [&str; 36] = [
    "(a+)+$",
    "(a|a)*b",
    "(.*)*x",
    "([a-z]+)*\\1",
    "a{1,1000}{1,1000}",
    "^(?=(a*)*)b",
    "(?R)",
    "\\p{L}+",
    "a",
    "aaaab",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab",
    "\"a a\"",
    "or",
    "not",
    "-",
    "--",
    "(",
    ")",
    "((",
    "))",
    "()",
    "\"",
    "“",
    "section:\"a / a / a\"",
    "section:a",
    "project:a/a",
    "project:~",
    "kind:added",
    "stars:>=1",
    "level:>=minor",
    "catalog:a,a,a",
    "\u{fdfa}",
    "a\u{301}\u{301}\u{301}",
    "İ",
    "\u{200d}",
    ",",
];

fn hostile(number: usize) -> String {
    let mut dice = Dice(number as u64 + 1);
    let several =
        |many: usize, piece: &mut dyn FnMut(usize) -> String| (0..many).map(piece).collect::<String>();
    let many = |piece: &str, most: usize| piece.repeat((8_000 / piece.chars().count()).min(most));
    match number % 10 {
        0 => several(300 + dice.below(2_000), &mut |n| format!("a{n:x} or ")) + "a",
        1 => several(300 + dice.below(2_000), &mut |n| format!("-{n:x}b ")),
        2 => "(".repeat(dice.below(4_000)) + "a" + &")".repeat(dice.below(4_000)),
        3 => "-".repeat(dice.below(8_000)) + "a",
        4 => many("a", 10_000 - dice.below(4_000)) + "b",
        5 => format!("\"{}\"", many(PIECES[31], 1 + dice.below(8_000))),
        6 => several(200, &mut |n| format!("{}{n} or ", "a".repeat(33))) + "b",
        7 => format!("section:\"{}\"", many("a / ", 1 + dice.below(2_000))),
        8 => many(&format!("({} or ", PIECES[dice.below(PIECES.len())]), 1 + dice.below(4_000)),
        _ => several(1 + dice.below(400), &mut |_| format!("{} ", PIECES[dice.below(PIECES.len())])),
    }
}

#[test]
fn a_thousand_hostile_filters_are_refused_or_answered_at_once() {
    let mut long = event(Kind::Added);
    let News::Added { subject, description, .. } = &mut long.news else { unreachable!() };
    *description = "a".repeat(MEGABYTE);
    subject.section_path = vec!["a".to_owned(); 40];
    let (mut refused, mut slowest) = (0, (Duration::ZERO, String::new()));
    for number in 0..1_000 {
        let text = hostile(number);
        let start = Instant::now();
        match Filter::parse(&text) {
            // As somebody's feed asks it: about an event nobody else has asked about.
            Ok(filter) => {
                filter.matches(&long);
            }
            Err(error) => {
                assert!(!error.message.is_empty() && error.message.len() < 500, "{error}");
                refused += 1;
            }
        }
        slowest = slowest.max((start.elapsed(), text.chars().take(60).collect()));
        assert!(slowest.0 < HANG, "filter {number}: {slowest:?}");
    }
    println!("{refused} refused; the slowest took {:?}: {}", slowest.0, slowest.1);
    assert!((200..800).contains(&refused), "{refused}: both ends are seen");
}
