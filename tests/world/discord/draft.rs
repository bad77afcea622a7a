//! A message as it is sent or changed, checked against every limit.

use std::collections::BTreeSet;

use bytes::Bytes;
use serde_json::{Map, Value};

use super::body::Body;
use super::form::{Form, Length, join, snowflake};
use super::mentions::{self, Allowed};
use super::refusal::Refusal;
use super::{components, embed};

const CONTENT: usize = 2000;
const FILES: usize = 10;
const NONCE: usize = 25;
/// SUPPRESS_EMBEDS, EPHEMERAL, SUPPRESS_NOTIFICATIONS, IS_COMPONENTS_V2: the flags a sender may set.
const SETTABLE: u64 = 1 << 2 | 1 << 6 | 1 << 12 | LAYOUT;
const LAYOUT: u64 = 1 << 15;

/// How a message comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Bot,
    Webhook,
    Interaction,
    /// The first message of a forum's post.
    Post,
}

/// A message before it is one.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) content: String,
    pub(super) embeds: Vec<Value>,
    pub(super) components: Vec<Value>,
    pub(super) files: Vec<(String, Bytes)>,
    pub(super) flags: u64,
    pub(super) nonce: Option<String>,
    pub(super) enforce: bool,
    pub(super) allowed: Allowed,
    /// The name a webhook shows for once.
    pub(super) username: Option<String>,
    given: BTreeSet<String>,
    /// What is allowed but a careful client does not do.
    pub(super) remarks: Vec<String>,
}

impl Draft {
    /// Reads a new message.
    pub(super) fn new(object: &Map<String, Value>, body: &Body, way: Way) -> Result<Self, Refusal> {
        let draft = Self::read(object, body, way)?;
        let says = !draft.content.is_empty() || !draft.embeds.is_empty() || !draft.files.is_empty();
        if says || !draft.components.is_empty() { Ok(draft) } else { Err(Refusal::new(50006)) }
    }

    /// Reads a change of a message; what is not mentioned stays.
    pub(super) fn read(object: &Map<String, Value>, body: &Body, way: Way) -> Result<Self, Refusal> {
        let mut form = Form::default();
        form.known("", object, known(way));
        let content = form.text("", object, "content", Length { least: 0, most: CONTENT });
        let flags = form.number("", object, "flags", 0..=i64::MAX).unwrap_or(0) as u64;
        if flags & !SETTABLE != 0 {
            form.bad("flags", "MESSAGE_FLAGS_INVALID", "Invalid message flags");
        }
        let layout = flags & LAYOUT != 0;
        let (embeds, shown) = embed::read(&mut form, object);
        if layout && (content.is_some_and(|it| !it.is_empty()) || !embeds.is_empty()) {
            let message =
                "The 'content' and 'embeds' fields cannot be used when using MessageFlags.IS_COMPONENTS_V2";
            form.bad("content", "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", message);
        }
        let components = components::read(&mut form, object, layout);
        let allowed = mentions::read(&mut form, object);
        let nonce = read_nonce(&mut form, object);
        form.flag("", object, "tts");
        let enforce = form.flag("", object, "enforce_nonce");
        let username = form.text("", object, "username", Length { least: 1, most: 80 });
        let files = files(&mut form, object, body);
        form.done()?;
        let mut remarks: Vec<_> =
            form.unknown.iter().map(|field| format!("nobody reads the field {field}")).collect();
        for name in shown.iter().filter(|name| !files.iter().any(|(file, _)| file == *name)) {
            remarks.push(format!("an embed shows {name}, which was not sent"));
        }
        if enforce && nonce.is_none() {
            remarks.push("enforce_nonce without a nonce".to_owned());
        }
        Ok(Self {
            content: content.unwrap_or_default().to_owned(),
            embeds,
            components,
            files,
            flags,
            nonce,
            enforce,
            allowed,
            username: username.map(str::to_owned),
            given: object.keys().cloned().collect(),
            remarks,
        })
    }

    /// Whether a change mentions this field.
    pub(super) fn changes(&self, field: &str) -> bool {
        self.given.contains(field)
    }
}

fn known(way: Way) -> &'static [&'static str] {
    match way {
        Way::Bot => &[
            "content",
            "nonce",
            "tts",
            "embeds",
            "allowed_mentions",
            "message_reference",
            "components",
            "sticker_ids",
            "attachments",
            "flags",
            "enforce_nonce",
            "poll",
        ],
        Way::Post => {
            &[
                "content",
                "embeds",
                "allowed_mentions",
                "components",
                "sticker_ids",
                "attachments",
                "flags",
                // Read by nobody, but libraries send them.
                "tts",
                "enforce_nonce",
            ]
        }
        Way::Webhook => &[
            "content",
            "username",
            "avatar_url",
            "tts",
            "embeds",
            "allowed_mentions",
            "components",
            "attachments",
            "flags",
            "thread_name",
            "applied_tags",
            "poll",
        ],
        Way::Interaction => {
            &["content", "tts", "embeds", "allowed_mentions", "components", "attachments", "flags", "poll"]
        }
    }
}

fn read_nonce(form: &mut Form, object: &Map<String, Value>) -> Option<String> {
    let nonce = object.get("nonce").filter(|nonce| !nonce.is_null())?;
    if let Some(number) = nonce.as_i64() {
        return Some(number.to_string());
    }
    form.text("", object, "nonce", Length { least: 0, most: NONCE }).map(str::to_owned)
}

/// The files that were sent, with the names they are kept under.
fn files(form: &mut Form, object: &Map<String, Value>, body: &Body) -> Vec<(String, Bytes)> {
    let list = form.list("", object, "attachments", FILES);
    if body.files.len() > FILES {
        form.bad("attachments", "BASE_TYPE_MAX_LENGTH", &format!("Must be {FILES} or fewer in length."));
    }
    for (number, it) in list.iter().enumerate() {
        let place = format!("attachments.{number}");
        let Some(it) = form.object(&place, it) else { continue };
        let known = [
            "id",
            "filename",
            "description",
            "title",
            "content_type",
            "size",
            "url",
            "duration_secs",
            "waveform",
            "is_remix",
        ];
        form.known(&place, it, &known);
        form.text(&place, it, "description", Length { least: 0, most: 1024 });
        let id = it.get("id").and_then(snowflake);
        if id.is_none_or(|id| id < FILES as u64 && !body.files.iter().any(|file| file.0 == id)) {
            let message = "Attachment data not found";
            form.bad(&join(&place, "id"), "ATTACHMENT_NOT_FOUND", message);
        }
    }
    let name = |(number, name, bytes): &(u64, String, Bytes)| {
        let said = list.iter().find(|it| it.get("id").and_then(snowflake) == Some(*number));
        let said = said.and_then(|it| it["filename"].as_str()).unwrap_or(name);
        (said.to_owned(), bytes.clone())
    };
    body.files.iter().map(name).collect()
}
