//! An answer as messages: the same limits and escapes as news.

use serde_json::{Value, json};
use whimbrel_commands::{Block, Button, Reply, Span};
use whimbrel_fanout::{Part, Style};
use whimbrel_news::wording::clip;

use super::pack::pack;
use super::words::{Line, Mark};
use super::{CAPTION_CHARS, CAPTION_UNITS};

/// The fields of the messages an answer comes to, without the chat; its buttons stand below the last. Nothing where it
/// says nothing.
pub(crate) fn reply(reply: &Reply, style: Style) -> Vec<Value> {
    let mut messages: Vec<Value> =
        pack(blocks(&reply.blocks), style).iter().map(|lines| message(lines, style)).collect();
    if let (Some(last), false) = (messages.last_mut(), reply.buttons.is_empty()) {
        let row = |row: &Vec<Button>| row.iter().map(button).collect::<Vec<_>>();
        last["reply_markup"] =
            json!({ "inline_keyboard": reply.buttons.iter().map(row).collect::<Vec<_>>() });
    }
    messages
}

/// The parts of an answer with a picture: the words below it where they fit there, else after it.
pub fn answer(said: &Reply) -> Vec<Part> {
    let lines = pack(blocks(&said.blocks), Style::Rich);
    let units: usize = lines.iter().flatten().map(|line| line.units(Style::Rich) + 1).sum();
    let part = |body: &Value| Part { body: body.to_string(), uploads: Vec::new() };
    let mut parts: Vec<Part> = reply(said, Style::Rich).iter().map(part).collect();
    if let Some(picture) = &said.picture {
        match parts.as_mut_slice() {
            [only] if units <= CAPTION_UNITS => only.uploads.push(picture.clone()),
            _ => {
                let mut alone = part(&message(&[Line::of(&clip(&picture.alt, CAPTION_CHARS))], Style::Rich));
                alone.uploads.push(picture.clone());
                parts.insert(0, alone);
            }
        }
    }
    parts
}

fn message(lines: &[Line], style: Style) -> Value {
    let dress = |line: &Line| if style == Style::Rich { line.html() } else { line.plain() };
    let text = lines.iter().map(dress).collect::<Vec<_>>().join("\n");
    let mut message = json!({ "text": text, "link_preview_options": { "is_disabled": true } });
    if style == Style::Rich {
        message["parse_mode"] = "HTML".into();
    }
    message
}

fn button(button: &Button) -> Value {
    json!({ "text": button.label, "callback_data": button.action })
}

/// What belongs together, so that it is not torn apart: a heading with what follows, a list.
fn blocks(said: &[Block]) -> Vec<Vec<Line>> {
    let mut blocks: Vec<Vec<Line>> = Vec::new();
    let mut before: Option<&Block> = None;
    for block in said {
        let apart = matches!(
            (before, block),
            (None, _) | (_, Block::Heading(_)) | (Some(Block::Item(_) | Block::Code(_)), Block::Line(_))
        );
        before = Some(block);
        let line = line(block);
        match blocks.last_mut() {
            Some(last) if !apart => last.push(line),
            _ => blocks.push(vec![line]),
        }
    }
    blocks
}

fn line(block: &Block) -> Line {
    match block {
        Block::Heading(text) => Line::marked(text, Mark::Bold),
        Block::Code(text) => Line::marked(text, Mark::Code),
        Block::Line(said) => spans(Line::default(), said),
        Block::Item(said) => spans(Line::of("• "), said),
    }
}

fn spans(line: Line, said: &[Span]) -> Line {
    said.iter().fold(line, |line, span| match span {
        Span::Text(text) => line.then(text, Mark::None, None),
        Span::Strong(text) => line.then(text, Mark::Bold, None),
        Span::Code(text) => line.then(text, Mark::Code, None),
        Span::Link { text, url } => line.then(text, Mark::None, Some(url)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_dressed_and_escaped() {
        let said = Reply::default()
            .heading("A <b>")
            .say("one & two")
            .item(vec![Span::text("see "), Span::Link { text: "x".into(), url: "https://a.b".into() }])
            .item(vec![Span::strong("@all")])
            .spans(vec![Span::text("type "), Span::code("/subscribe @news")])
            .code("/help");
        let rich = reply(&said, Style::Rich);
        assert_eq!(rich.len(), 1);
        assert_eq!(
            rich[0]["text"],
            "<b>A &lt;b&gt;</b>\none &amp; two\n• see <a href=\"https://a.b/\">x</a>\n• <b>@\u{2060}all</b>\n\n\
             type <code>/subscribe @news</code>\n<code>/help</code>"
        );
        assert_eq!(rich[0]["parse_mode"], "HTML");
        let plain = reply(&said, Style::Plain);
        assert!(plain[0].get("parse_mode").is_none());
        assert!(plain[0]["text"].as_str().unwrap().starts_with("A <b>\none & two\n• see x https://a.b/"));
        assert_eq!(reply(&Reply::default(), Style::Rich), Vec::<Value>::new());
    }

    #[test]
    fn words_stand_below_a_picture_where_they_fit() {
        let picture =
            whimbrel_fanout::Upload { name: "chart.png".into(), alt: "Stars".into(), png: vec![1, 2, 3] };
        for (letters, counts) in [(900, vec![1]), (1_200, vec![1, 0])] {
            let said = Reply { picture: Some(picture.clone()), ..Reply::default() };
            let said = said.say(&"<".repeat(400)).say(&"<".repeat(400)).say(&"<".repeat(letters - 800));
            let parts = answer(&said.row([Button { label: "Go".into(), action: "h".into() }]));
            assert_eq!(parts.iter().map(|part| part.uploads.len()).collect::<Vec<_>>(), counts, "{letters}");
            assert!(parts.last().is_some_and(|part| part.body.contains("callback_data")));
        }
    }

    #[test]
    fn long_answers_have_their_buttons_at_the_end() {
        let button = Button { label: "Go".into(), action: "h".into() };
        let said = (0..20).fold(Reply::default(), |said, _| said.heading(&"<".repeat(400)));
        let messages = reply(&said.row([button]), Style::Rich);
        assert_eq!(messages.len(), 2);
        let keyboards = messages.iter().map(|message| message.get("reply_markup").is_some());
        assert_eq!(keyboards.collect::<Vec<_>>(), [false, true]);
    }
}
