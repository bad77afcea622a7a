//! A hundred thousand texts that strangers could have written.

use super::*;

/// Pieces that mean something to somebody, and some that mean nothing.
const PIECES: [&str; 32] = [
    "@everyone",
    "@here",
    "<@1>",
    "<@&2>",
    "](https://evil.example)",
    "[",
    "]",
    "(",
    ")",
    "**",
    "__",
    "~~",
    "||",
    "`",
    "\\",
    ">",
    "</b>",
    "<a href=\"tg://x\">",
    "&lt;",
    "&",
    "\"",
    "\u{202e}",
    "\u{200b}",
    "\u{200d}",
    "🦀",
    "e\u{301}",
    "\0",
    "\n",
    " ",
    "http://x.y",
    "word",
    "ß",
];

/// Texts put together by dice that always fall the same way; now and then one of thousands of letters.
struct Texts(u64);

impl Texts {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }

    fn next(&mut self) -> String {
        let pieces = if self.roll(500) == 0 { 1_500 } else { self.roll(12) };
        (0..pieces).map(|_| PIECES[self.roll(PIECES.len() as u64) as usize]).collect()
    }
}

#[test]
fn a_hundred_thousand_texts_are_only_words() {
    let mut words = Texts(20_261_120);
    for round in 0..1_000 {
        let mut entry = |number| {
            let (name, description) = (words.next(), words.next());
            added(number, &name, "https://example.org/x", &description)
        };
        let events: Vec<Event> = (0..50).map(&mut entry).collect();
        let bundle = if round % 2 == 0 { bundle(Content::News(events)) } else { digest(&events) };
        let style = if round % 4 < 2 { Style::Rich } else { Style::Plain };
        let texts = texts(&bundle, style).concat();
        assert!(!texts.contains(['\u{202e}', '\0']), "{texts}");
    }
}
