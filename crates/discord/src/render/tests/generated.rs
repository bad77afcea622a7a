//! A hundred thousand texts that strangers could have written.

use std::cell::{Cell, RefCell};

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
fn a_hundred_thousand_texts_neither_ping_nor_break() {
    let (texts, count) = (RefCell::new(Texts(20_261_120)), Cell::new(0_u32));
    let words = |_| {
        count.set(count.get() + 1);
        texts.borrow_mut().next()
    };
    for round in 0.. {
        if count.get() >= 100_000 {
            break;
        }
        let news = events(2, &words);
        let content = if round % 2 == 0 { Content::News(news) } else { digest_of(&news) };
        let style = if round % 4 < 2 { Style::Rich } else { Style::Plain };
        check(&render(&bundle(content), style, &[]));
    }
}
