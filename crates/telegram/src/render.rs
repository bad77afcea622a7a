//! News as messages: pure, within every limit of the service.
//!
//! Words are cut and counted before marks are put around them, in UTF-16 units as the service counts them, so no
//! message is refused for its length or for a tag that lost its end.

mod digest;
mod news;
mod pack;
mod reply;
mod words;

pub use self::reply::answer;
pub(crate) use self::reply::reply;

use teloxide::payloads::{SendMessage, SendMessageSetters as _};
use teloxide::types::{ChatId, LinkPreviewOptions, ParseMode};
use whimbrel_fanout::{Bundle, Content, Part, Style, Upload};

use whimbrel_news::wording::clip;

use self::words::Line;

/// The longest text of a message, in UTF-16 units after parsing.
pub const TEXT_UNITS: usize = 4096;

/// The service marks no more parts of a text than this; further links would silently be plain words.
pub const ENTITIES: usize = 100;

/// The longest text under a picture, in UTF-16 units after parsing.
pub const CAPTION_UNITS: usize = 1024;

/// So many characters never take more units than a caption may have.
const CAPTION_CHARS: usize = CAPTION_UNITS / 2;

/// The messages a bundle comes to, as few as fit. The same bundle always gives the same.
pub fn render(bundle: &Bundle, style: Style) -> Vec<Part> {
    let (messages, preview) = match &bundle.content {
        Content::News(events) => news::messages(bundle, events, style),
        Content::Digest { digest, label, catch_up, read, .. } => {
            let about = digest::About { label, catch_up: *catch_up, read };
            (digest::messages(bundle, digest, &about, style), None)
        }
    };
    let mut parts: Vec<Part> = messages.iter().map(|lines| part(lines, preview.as_deref(), style)).collect();
    if let (Style::Rich, Some(picture)) = (style, &bundle.picture) {
        illustrate(&mut parts, messages.last(), picture);
    }
    parts
}

/// A plain message of our own, for whoever runs the program.
pub fn notice(text: &str) -> Part {
    part(&[Line::of(&clip(text, TEXT_UNITS / 2))], None, Style::Plain)
}

/// Puts the picture to the words where they fit under one, else behind them.
fn illustrate(parts: &mut Vec<Part>, words: Option<&Vec<Line>>, picture: &Upload) {
    let units = words.map_or(0, |lines| lines.iter().map(|line| line.units(Style::Rich) + 1).sum());
    match parts.as_mut_slice() {
        [only] if units <= CAPTION_UNITS => only.uploads.push(picture.clone()),
        _ => {
            let mut alone = part(&[Line::of(&clip(&picture.alt, CAPTION_CHARS))], None, Style::Rich);
            alone.uploads.push(picture.clone());
            parts.push(alone);
        }
    }
}

/// A message as the service wants it, without the chat.
fn part(lines: &[Line], preview: Option<&str>, style: Style) -> Part {
    let text = match style {
        Style::Rich => lines.iter().map(Line::html).collect::<Vec<_>>().join("\n"),
        Style::Plain => lines.iter().map(Line::plain).collect::<Vec<_>>().join("\n"),
    };
    let shown = LinkPreviewOptions {
        is_disabled: preview.is_none(),
        url: preview.map(str::to_owned),
        prefer_small_media: preview.is_some(),
        prefer_large_media: false,
        show_above_text: false,
    };
    let mut message = SendMessage::new(ChatId(0), text).link_preview_options(shown);
    if style == Style::Rich {
        message.parse_mode = Some(ParseMode::Html);
    }
    let mut body = serde_json::to_value(&message).expect("its fields are texts, numbers and flags");
    if let Some(fields) = body.as_object_mut() {
        fields.remove("chat_id");
    }
    Part { body: body.to_string(), uploads: Vec::new() }
}

#[cfg(test)]
mod tests;
