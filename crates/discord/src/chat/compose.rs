//! An answer as Discord's message: pure. Nobody is pinged by it, whatever it says.

use serde_json::{Value, json};
use whimbrel_commands::{Block, Button, Reply, Span};

use crate::render::{escape, link, units};

/// Only one person sees the message.
pub(super) const HIDDEN: u64 = 1 << 6;
/// Addresses in the text are not shown once more below it.
const NO_PREVIEWS: u64 = 1 << 2;

/// The service takes 2,000 as text …
const CONTENT: usize = 2_000;
/// … and 4,096 in an embed.
const DESCRIPTION: usize = 4_096;
/// What is said about a picture to those who cannot see it.
const ALT: usize = 1_000;
/// The longest piece of an answer: all of them are short, but for names strangers gave.
const SPAN: usize = 400;
/// A row of buttons, and a grey button.
const ROW: u8 = 1;
const BUTTON: u8 = 2;
const GREY: u8 = 2;

/// The message; `None` where the answer has no words and no buttons. Every field is there, so that it can also take the
/// place of another message.
pub(super) fn message(reply: &Reply) -> Option<Value> {
    if reply.blocks.is_empty() && reply.buttons.is_empty() {
        return None;
    }
    let lines: Vec<String> = reply.blocks.iter().map(block).collect();
    let text = lines.join("\n");
    let rows: Value = reply.buttons.iter().filter(|row| !row.is_empty()).map(|row| buttons(row)).collect();
    let mut message = json!({ "content": "", "embeds": [], "components": rows, "flags": 0,
        "attachments": [], "allowed_mentions": { "parse": [] } });
    if let Some(picture) = &reply.picture {
        // Beside a picture the words stand in its frame, where links have no previews.
        let shown = json!({ "url": format!("attachment://{}", picture.name) });
        message["embeds"] = json!([{ "description": fitting(&lines), "image": shown }]);
        let told: String = picture.alt.chars().take(ALT).collect();
        message["attachments"] = json!([{ "id": 0, "filename": picture.name, "description": told }]);
    } else if units(&text) <= CONTENT {
        message["content"] = json!(text);
        message["flags"] = json!(NO_PREVIEWS);
    } else {
        message["embeds"] = json!([{ "description": fitting(&lines) }]);
    }
    Some(message)
}

/// A short word for one person.
pub(super) fn notice(text: &str) -> Value {
    json!({ "content": escape(text, CONTENT), "flags": NO_PREVIEWS, "allowed_mentions": { "parse": [] } })
}

/// The message, seen by one person only.
pub(super) fn hidden(mut message: Value) -> Value {
    let flags = message["flags"].as_u64().unwrap_or(0);
    message["flags"] = json!(flags | HIDDEN);
    message
}

/// As many lines as an embed takes.
fn fitting(lines: &[String]) -> String {
    let mut text = String::new();
    for line in lines {
        if units(&text) + units(line) + 4 > DESCRIPTION {
            text.push_str("\n…");
            break;
        }
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(line);
    }
    text
}

fn block(block: &Block) -> String {
    match block {
        Block::Heading(text) => format!("**{}**", escape(text, SPAN)),
        Block::Line(spans) => line(spans),
        Block::Item(spans) => format!("• {}", line(spans)),
        Block::Code(text) => format!("```\n{}\n```", bare(text)),
    }
}

fn line(spans: &[Span]) -> String {
    spans.iter().map(span).collect()
}

fn span(span: &Span) -> String {
    match span {
        Span::Text(text) => escape(text, SPAN),
        Span::Strong(text) | Span::Code(text) if text.trim().is_empty() => text.clone(),
        Span::Strong(text) => format!("**{}**", escape(text, SPAN)),
        Span::Code(text) => format!("`{}`", bare(text)),
        Span::Link { text, url } => link(text, Some(url), SPAN),
    }
}

/// Text to be typed as it stands: nothing ends it before its end.
fn bare(text: &str) -> String {
    text.replace('`', "ˋ")
}

fn buttons(row: &[Button]) -> Value {
    let button = |button: &Button| json!({ "type": BUTTON, "style": GREY, "label": button.label, "custom_id": button.action });
    json!({ "type": ROW, "components": row.iter().map(button).collect::<Value>() })
}

#[cfg(test)]
mod tests {
    use whimbrel_commands::Action;

    use super::*;

    #[test]
    fn an_answer_is_text_with_buttons() {
        let reply = Reply::default()
            .heading("Subscribed")
            .spans(vec![Span::strong("a*b"), Span::text(" and "), Span::code("/why `x`")])
            .item(vec![Span::Link { text: "[etcd]".to_owned(), url: "https://etcd.io/a)b".to_owned() }])
            .code("/subscribe")
            .row([Button::new("Undo", Action::Help)]);
        let message = message(&reply).unwrap();
        let text = "**Subscribed**\n**a\\*b** and `/why ˋxˋ`\n• [\\[etcd\\]](https://etcd.io/a%29b)\n```\n/subscribe\n```";
        assert_eq!(message["content"], text);
        assert_eq!(message["flags"], NO_PREVIEWS);
        assert_eq!(message["allowed_mentions"], json!({ "parse": [] }));
        let button = json!({ "type": 2, "style": 2, "label": "Undo", "custom_id": "h" });
        assert_eq!(message["components"], json!([{ "type": 1, "components": [button] }]));
        assert_eq!(hidden(message)["flags"], NO_PREVIEWS | HIDDEN);
        assert_eq!(super::message(&Reply::default()), None);
    }

    #[test]
    fn words_stand_in_the_frame_of_a_picture() {
        let png = vec![1, 2, 3];
        let picture = whimbrel_fanout::Upload { name: "chart.png".into(), alt: "Stars".into(), png };
        let reply = Reply { picture: Some(picture), ..Reply::default().heading("etcd") };
        let message = message(&reply).unwrap();
        assert_eq!(message["content"], "");
        let image = json!({ "url": "attachment://chart.png" });
        assert_eq!(message["embeds"], json!([{ "description": "**etcd**", "image": image }]));
        assert_eq!(message["attachments"][0]["description"], "Stars");
    }

    #[test]
    fn a_long_answer_is_an_embed_and_a_longer_one_is_cut() {
        let mut reply = Reply::default();
        for _ in 0..30 {
            reply = reply.say(&"@everyone 🦀 ".repeat(10));
        }
        let long = message(&reply).unwrap();
        assert_eq!(long["content"], "");
        for _ in 0..300 {
            reply = reply.say("<@1> and so on");
        }
        let longer = message(&reply).unwrap();
        let text = longer["embeds"][0]["description"].as_str().unwrap();
        assert!(units(text) <= DESCRIPTION && text.ends_with("\n…"), "{}", units(text));
        assert!(!text.contains("@everyone"));
    }
}
