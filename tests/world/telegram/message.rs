//! A message, as it is kept and as people see it.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::state::State;
use super::text::{Entity, Formatted};

/// A picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Photo {
    /// The name of its file.
    pub name: String,
    /// How wide it is, in pixels.
    pub width: u32,
    /// How high it is, in pixels.
    pub height: u32,
    /// The file.
    pub bytes: Bytes,
    pub(super) id: String,
}

/// What can be pressed under a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Button {
    /// What stands on it.
    pub label: String,
    /// What it does.
    pub action: Action,
}

/// What a button does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Tells the bot this.
    Data(String),
    /// Opens an address.
    Url(String),
    /// Begins an inline query in this chat, or in another one.
    Inline(String),
    /// Copies this.
    Copy(String),
}

/// What appears over the chat after a button was pressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toast {
    /// The words; none where the button only stops glowing.
    pub text: Option<String>,
    /// Whether it has to be closed by hand.
    pub alert: bool,
}

/// A message as it is kept.
#[derive(Clone, Debug)]
pub(super) struct Message {
    pub(super) id: i32,
    /// Who wrote it; nobody in a channel.
    pub(super) from: Option<i64>,
    /// Whether the bot wrote it, in a channel's name.
    pub(super) by_bot: bool,
    pub(super) topic: Option<i32>,
    pub(super) at: DateTime<Utc>,
    pub(super) edited: Option<DateTime<Utc>>,
    /// The text, or the caption of a picture.
    pub(super) formatted: Formatted,
    pub(super) photo: Option<Photo>,
    pub(super) album: Option<String>,
    pub(super) markup: Option<Value>,
    pub(super) preview: Option<Value>,
    pub(super) silent: bool,
    pub(super) reply_to: Option<i32>,
    pub(super) service: Option<Value>,
    /// Where it was forwarded from.
    pub(super) origin: Option<Value>,
}

impl Message {
    pub(super) fn new(id: i32, from: Option<i64>, at: DateTime<Utc>, formatted: Formatted) -> Self {
        Self {
            id,
            from,
            by_bot: false,
            topic: None,
            at,
            edited: None,
            formatted,
            photo: None,
            album: None,
            markup: None,
            preview: None,
            silent: false,
            reply_to: None,
            service: None,
            origin: None,
        }
    }

    /// As the API tells it, without the chat and who wrote it.
    pub(super) fn json(&self) -> Value {
        let mut value = json!({ "message_id": self.id, "date": State::date(self.at) });
        if let Some(edited) = self.edited {
            value["edit_date"] = State::date(edited).into();
        }
        if let Some(Value::Object(service)) = &self.service {
            for (name, content) in service {
                value[name] = content.clone();
            }
            return value;
        }
        if let Some(origin) = &self.origin {
            value["forward_origin"] = origin.clone();
        }
        let (text, entities) =
            if self.photo.is_some() { ("caption", "caption_entities") } else { ("text", "entities") };
        if self.photo.is_none() || !self.formatted.text.is_empty() {
            value[text] = self.formatted.text.as_str().into();
        }
        if !self.formatted.entities.is_empty() {
            value[entities] = self.formatted.entities_json();
        }
        if let Some(photo) = &self.photo {
            let size = |scale: u32| {
                json!({
                    "file_id": photo.id, "file_unique_id": format!("u{}", photo.id),
                    "file_size": photo.bytes.len(), "width": photo.width / scale, "height": photo.height / scale,
                })
            };
            value["photo"] = json!([size(4), size(1)]);
        }
        for (name, kept) in [("reply_markup", &self.markup), ("link_preview_options", &self.preview)] {
            if let Some(kept) = kept {
                value[name] = kept.clone();
            }
        }
        if let Some(album) = &self.album {
            value["media_group_id"] = album.as_str().into();
        }
        value
    }

    /// The buttons under it, row by row.
    pub(super) fn buttons(&self) -> Vec<Vec<Button>> {
        let rows = self.markup.as_ref().and_then(|markup| markup["inline_keyboard"].as_array());
        let button = |button: &Value| {
            let text = |name: &str| button[name].as_str().map(str::to_owned);
            let inline = || text("switch_inline_query").or_else(|| text("switch_inline_query_current_chat"));
            let copy = || button["copy_text"]["text"].as_str().map(str::to_owned);
            let action = text("callback_data")
                .map(Action::Data)
                .or_else(|| text("url").map(Action::Url))
                .or_else(|| inline().map(Action::Inline))
                .or_else(|| copy().map(Action::Copy));
            Some(Button { label: text("text")?, action: action? })
        };
        rows.into_iter()
            .flatten()
            .map(|row| row.as_array().into_iter().flatten().filter_map(button).collect())
            .collect()
    }
}

/// A message as people see it.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    /// Its number in the chat.
    pub id: i32,
    /// Whether the bot wrote it.
    pub by_bot: bool,
    /// The topic it stands in.
    pub topic: Option<i32>,
    /// When it was written.
    pub at: DateTime<Utc>,
    /// When it was last edited.
    pub edited: Option<DateTime<Utc>>,
    /// The words, without marks.
    pub text: String,
    /// What is marked in them.
    pub entities: Vec<Entity>,
    /// The words with marks: `*bold*`, `[words](address)`.
    pub shown: String,
    /// The picture, whose caption the words are.
    pub photo: Option<Photo>,
    /// The album it belongs to.
    pub album: Option<String>,
    /// What can be pressed, row by row.
    pub buttons: Vec<Vec<Button>>,
    /// The address whose preview is shown; nothing where the bot switched it off or leaves it to the service.
    pub preview: Option<String>,
    /// Whether the bot switched the preview off.
    pub no_preview: bool,
    /// Whether it came without a sound.
    pub silent: bool,
}

impl Seen {
    pub(super) fn of(message: &Message, bot: i64) -> Self {
        let preview = message.preview.as_ref();
        Self {
            id: message.id,
            by_bot: message.by_bot || message.from == Some(bot),
            topic: message.topic,
            at: message.at,
            edited: message.edited,
            text: message.formatted.text.clone(),
            entities: message.formatted.entities.clone(),
            shown: message.formatted.shown(),
            photo: message.photo.clone(),
            album: message.album.clone(),
            buttons: message.buttons(),
            preview: preview.and_then(|options| options["url"].as_str()).map(str::to_owned),
            no_preview: preview.is_some_and(|options| options["is_disabled"] == true),
            silent: message.silent,
        }
    }

    /// What stands on the buttons, row by row.
    pub fn labels(&self) -> Vec<Vec<&str>> {
        self.buttons.iter().map(|row| row.iter().map(|button| button.label.as_str()).collect()).collect()
    }
}

impl std::fmt::Display for Seen {
    /// The words with marks, a line for the picture, a line for each row of buttons.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(photo) = &self.photo {
            writeln!(f, "(picture {} {}×{})", photo.name, photo.width, photo.height)?;
        }
        f.write_str(&self.shown)?;
        for row in self.labels() {
            write!(f, "\n[{}]", row.join("] ["))?;
        }
        Ok(())
    }
}
