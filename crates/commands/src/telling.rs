//! An answer to a question as a message: what is said, in which order, and what can be pressed. Pure.

use whimbrel_lookup::{Answer, Fact, Item, Paging};
use whimbrel_news::Filter;
use whimbrel_news::wording::line;

use crate::action::{Action, LAST_PAGE};
use crate::kept::Words;
use crate::reply::{Block, Button, MAX_ROWS, Reply, Span};
use crate::words;

/// Items on a page of an answer in a chat.
pub(crate) const ITEMS: usize = 8;

/// What an answer may say, in UTF-16 units, so that it is one message: services take 4,096, with marks and escapes.
const LONGEST: usize = 3_000;

/// What is said about one thing of a list, in characters.
const ABOUT: usize = 110;

/// What is said in a paragraph, in characters.
const PARAGRAPH: usize = 380;

/// Other questions that are offered.
const HINTS: usize = 4;

/// Numbers that stand side by side.
const NUMBERS: usize = 4;

/// An answer, and where its links lead.
pub(crate) struct Telling<'a> {
    pub(crate) answer: &'a Answer,
    /// The address of the site, without a slash at its end, where people can reach it.
    pub(crate) site: Option<&'a str>,
}

impl Telling<'_> {
    /// The message. `words` puts a question into a button.
    pub(crate) fn reply(&self, words: impl Fn(&str) -> Words) -> Reply {
        let answer = self.answer;
        let mut said = Said::default();
        if !answer.missing {
            said.add(Block::Heading(line(&answer.title, PARAGRAPH)));
        }
        for text in &answer.text {
            said.add(Block::Line(vec![Span::text(line(text, PARAGRAPH))]));
        }
        self.facts(&mut said);
        let numbered = self.parts(&mut said);
        if answer.missing && !answer.hints.is_empty() {
            said.add(Block::Line(vec![Span::text(words::DID_YOU_MEAN)]));
        }
        let links = self.links();
        if !links.is_empty() {
            said.add_last(Block::Line(links));
        }
        let mut reply = Reply { blocks: said.blocks, ..Reply::default() };
        self.press(&mut reply, &numbered, &words);
        reply
    }

    /// What is known of the one thing: counts in one paragraph, addresses below.
    fn facts(&self, said: &mut Said) {
        let (leading, plain): (Vec<&Fact>, Vec<&Fact>) =
            self.answer.facts.iter().partition(|fact| fact.url.is_some() || fact.label == "Subscribe");
        let told = together(&plain);
        if !told.is_empty() {
            said.add(Block::Line(vec![Span::text(told)]));
        }
        for fact in leading {
            said.add(Block::Line(self.leading(fact)));
        }
    }

    fn leading(&self, fact: &Fact) -> Vec<Span> {
        match fact.url.as_deref() {
            None => vec![Span::code(&fact.text)],
            Some(path) if path.starts_with('/') => match self.site {
                Some(site) => vec![link(&fact.label, &format!("{site}{path}"))],
                None => vec![Span::text(format!("{}: ", fact.label)), Span::code(path)],
            },
            Some(url) => {
                let shown = url.trim_start_matches("https://").trim_start_matches("http://");
                vec![link(shown.trim_end_matches('/'), url)]
            }
        }
    }

    /// The lists; things that can be asked about have numbers, and are handed back with them.
    fn parts(&self, said: &mut Said) -> Vec<(u32, String)> {
        let mut numbered: Vec<(u32, String)> = Vec::new();
        let is_list = self.is_list();
        for part in &self.answer.parts {
            if part.items.is_empty() || said.is_full() {
                continue;
            }
            if !part.title.is_empty() {
                said.add(Block::Heading(part.title.clone()));
            }
            for (place, item) in (1..).zip(&part.items) {
                let number = item.rank.or(is_list.then_some(place));
                let spans = self::item(item, number);
                let block = if number.is_some() { Block::Line(spans) } else { Block::Item(spans) };
                if !said.add(block) {
                    said.add_last(Block::Line(vec![Span::text(words::more(
                        part.items.len() + 1 - place as usize,
                    ))]));
                    break;
                }
                if let (true, Some(number), Some(ask)) = (is_list, number, &item.ask)
                    && numbered.iter().all(|(_, known)| known != ask)
                {
                    numbered.push((number, ask.clone()));
                }
            }
        }
        numbered
    }

    /// A list of things that can be asked about one by one.
    fn is_list(&self) -> bool {
        let [part] = self.answer.parts.as_slice() else { return false };
        part.title.is_empty()
            && part.items.len() <= 2 * NUMBERS
            && part.items.iter().any(|item| item.ask.is_some())
            && self.answer.facts.is_empty()
    }

    /// Where to read on.
    fn links(&self) -> Vec<Span> {
        let Some(site) = self.site.filter(|_| !self.answer.missing) else { return Vec::new() };
        let links = &self.answer.links;
        let named = [("On the page", &links.page), ("As a feed", &links.feed)];
        let mut spans = Vec::new();
        for (text, path) in named {
            if let Some(path) = path {
                if !spans.is_empty() {
                    spans.push(Span::text(" · "));
                }
                spans.push(link(text, &format!("{site}{path}")));
            }
        }
        spans
    }

    /// What can be pressed: the things of a list, pages, questions that may come next, a subscription.
    fn press(&self, reply: &mut Reply, numbered: &[(u32, String)], words: &impl Fn(&str) -> Words) {
        let answer = self.answer;
        // A long question is kept only where a button needs it.
        let this = || words(&answer.question);
        let ask = |label: &str, question: &str| Button::new(label, Action::Ask(words(question)));
        let numbers: Vec<Button> =
            numbered.iter().map(|(number, question)| ask(&number.to_string(), question)).collect();
        let mut rows: Vec<Vec<Button>> = numbers.chunks(NUMBERS).map(<[Button]>::to_vec).collect();
        let hints: Vec<Button> = answer
            .hints
            .iter()
            .filter(|hint| numbered.iter().all(|(_, known)| *known != hint.ask))
            .map(|hint| ask(&hint.text, &hint.ask))
            .fold(Vec::new(), |mut all: Vec<Button>, button| {
                if all.len() < HINTS && all.iter().all(|known| known.action != button.action) {
                    all.push(button);
                }
                all
            });
        rows.extend(hints.chunks(2).map(<[Button]>::to_vec));
        let mut pages = answer.paging.map(|paging| turning(paging, &this())).unwrap_or_default();
        // The words of a search need not be a filter.
        let filter = answer.links.subscribe.as_deref().filter(|_| !answer.missing);
        if filter.is_some_and(|filter| Filter::parse(filter).is_ok()) {
            let lonely = pages.is_empty() || rows.len() + 2 <= MAX_ROWS;
            let button = |label: &str| Button::new(label, Action::Follow(this()));
            if lonely {
                rows.push(std::mem::take(&mut pages));
                rows.push(vec![button(words::FOLLOW)]);
            } else {
                pages.push(button(words::SUBSCRIBE));
            }
        }
        rows.push(pages);
        rows.retain(|row| !row.is_empty());
        rows.truncate(MAX_ROWS);
        reply.buttons = rows;
    }
}

/// `‹ 2/5 ›`
fn turning(paging: Paging, words: &Words) -> Vec<Button> {
    let page = u16::try_from(paging.page).unwrap_or(LAST_PAGE).clamp(1, LAST_PAGE);
    let turn = |label: &str, page: u16| Button::new(label, Action::Turn(page, words.clone()));
    let mut row = Vec::new();
    if page > 1 {
        row.push(turn("‹", page - 1));
    }
    let of = paging.pages.map(|pages| format!("/{pages}")).unwrap_or_default();
    row.push(Button::new(&format!("{page}{of}"), Action::Nothing));
    if paging.more && page < LAST_PAGE {
        row.push(turn("›", page + 1));
    }
    row
}

/// What is said so far, and its length.
#[derive(Default)]
struct Said {
    blocks: Vec<Block>,
    units: usize,
}

impl Said {
    /// Says it where there is room.
    fn add(&mut self, block: Block) -> bool {
        let units = block.plain().encode_utf16().count() + 2;
        if self.units + units > LONGEST {
            // Nothing shorter comes after what was left out.
            self.units = LONGEST;
            return false;
        }
        self.units += units;
        self.blocks.push(block);
        true
    }

    /// Says it at the end, for which there is always room.
    fn add_last(&mut self, block: Block) {
        self.blocks.push(block);
    }

    fn is_full(&self) -> bool {
        self.units >= LONGEST
    }
}

/// A thing of a list: its name, what is known of it, what is said about it.
fn item(item: &Item, number: Option<u32>) -> Vec<Span> {
    let mut spans = Vec::new();
    if let Some(number) = number {
        spans.push(Span::text(format!("{number}. ")));
    }
    spans.push(match &item.url {
        Some(url) => link(&item.name, url),
        None => Span::strong(&item.name),
    });
    let facts = together(&item.facts.iter().collect::<Vec<_>>());
    if !facts.is_empty() {
        spans.push(Span::text(format!(" · {facts}")));
    }
    let about = line(&item.text, ABOUT);
    if !about.is_empty() {
        spans.push(Span::text(format!(": {about}")));
    }
    spans
}

fn link(text: &str, url: &str) -> Span {
    Span::Link { text: line(text, PARAGRAPH), url: url.to_owned() }
}

/// Facts on one line: `★ 50,312 (+120 in 7 days) · 9,870 forks · Go`
pub(crate) fn together(facts: &[&Fact]) -> String {
    let mut told: Vec<String> = Vec::new();
    let gained: Vec<String> = facts.iter().filter_map(|fact| gained(fact)).collect();
    for fact in facts {
        if gained_over(fact).is_some() {
            continue;
        }
        let text = words::fact(fact);
        match fact.label.as_str() {
            "Stars" if !gained.is_empty() => told.push(format!("{text} ({})", gained.join(", "))),
            _ if text.is_empty() => {}
            _ => told.push(text),
        }
    }
    told.join(" · ")
}

/// `7 days` of `Stars in 7 days`.
fn gained_over(fact: &Fact) -> Option<&str> {
    fact.label.strip_prefix("Stars in ")
}

fn gained(fact: &Fact) -> Option<String> {
    gained_over(fact).map(|over| format!("{} in {over}", fact.text))
}

#[cfg(test)]
mod tests;
