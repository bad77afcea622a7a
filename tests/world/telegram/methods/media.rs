//! Sending pictures, alone or as an album.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde_json::Value;

use super::super::answer::{Refusal, Reply};
use super::super::message::{Message, Photo};
use super::super::parameters::{File, Parameters};
use super::super::shared::Everything;
use super::super::text;

/// The largest picture.
const PHOTO_BYTES: usize = 10 << 20;
/// The largest sum of its sides, and the largest ratio of them.
const SIDES: u32 = 10_000;
const RATIO: u32 = 20;

/// `sendPhoto`.
pub(super) fn photo(all: &mut Everything, ask: &Parameters, now: DateTime<Utc>) -> Reply {
    let (chat, topic) = super::place(all, ask, "photos")?;
    let named = ask.text("photo").unwrap_or_default();
    let file = if named.is_empty() { ask.files.get("photo") } else { attached(ask, &named) };
    let photo = picture(all, file, &named)?;
    let formatted = text::caption(text::read(ask, "caption", "caption_entities")?)?;
    let markup = super::buttons(all, ask, chat)?;
    let reply_to = super::send::reply_to(all, ask, chat)?;
    super::take(all, chat, 1, now)?;
    let photo = keep(all, photo);
    let new = super::send::new(all, ask, chat, now, formatted);
    let id = all.state.add(chat, Message { topic, markup, reply_to, photo: Some(photo), ..new });
    Ok(all.state.message_json(chat, id))
}

/// `sendMediaGroup`.
pub(super) fn group(all: &mut Everything, ask: &Parameters, now: DateTime<Utc>) -> Reply {
    let (chat, topic) = super::place(all, ask, "photos")?;
    let media = ask.json("media")?.ok_or_else(|| Refusal::bad("parameter media is required"))?;
    let media = media.as_array().ok_or_else(|| Refusal::bad("expected an Array of InputMedia"))?;
    if media.is_empty() {
        return Err(Refusal::bad("there are no messages to send"));
    }
    if media.len() > 10 {
        return Err(Refusal::bad("too many messages to send as an album"));
    }
    let mut pictures = Vec::new();
    for item in media {
        pictures.push(input(all, ask, item)?);
    }
    let count = u32::try_from(media.len()).unwrap_or(u32::MAX);
    super::take(all, chat, count, now)?;
    let album = (media.len() > 1).then(|| all.state.number().to_string());
    let mut replies = Vec::new();
    for (photo, caption) in pictures {
        let photo = keep(all, photo);
        let new = super::send::new(all, ask, chat, now, caption);
        let id = all.state.add(chat, Message { topic, photo: Some(photo), album: album.clone(), ..new });
        replies.push(all.state.message_json(chat, id));
    }
    Ok(replies.into())
}

/// A picture of an album or an edit, with its caption.
pub(super) fn input(
    all: &Everything,
    ask: &Parameters,
    item: &Value,
) -> Result<(Photo, text::Formatted), Refusal> {
    if item["type"] != "photo" {
        return Err(Refusal::bad("the stand-in takes photos only"));
    }
    let named = item["media"].as_str().unwrap_or_default();
    let photo = picture(all, attached(ask, named), named)?;
    let caption = item["caption"].as_str().unwrap_or_default();
    let marked = item.get("caption_entities");
    let formatted = text::read_from(caption, item["parse_mode"].as_str(), marked)?;
    Ok((photo, text::caption(formatted)?))
}

/// Gives a picture its id.
pub(super) fn keep(all: &mut Everything, mut photo: Photo) -> Photo {
    if photo.id.is_empty() {
        photo.id = format!("photo-{}", all.state.number());
        all.state.files.insert(photo.id.clone(), photo.clone());
    }
    photo
}

fn attached<'a>(ask: &'a Parameters, named: &str) -> Option<&'a File> {
    ask.files.get(named.strip_prefix("attach://")?)
}

/// A picture that came along, or one that was sent before.
fn picture(all: &Everything, file: Option<&File>, named: &str) -> Result<Photo, Refusal> {
    let Some(file) = file else {
        if let Some(known) = all.state.files.get(named) {
            return Ok(known.clone());
        }
        return Err(match named {
            "" => Refusal::bad("there is no photo in the request"),
            url if url.starts_with("http") => Refusal::bad("failed to get HTTP URL content"),
            _ => Refusal::bad("wrong remote file identifier specified: Wrong string length"),
        });
    };
    if file.bytes.is_empty() {
        return Err(Refusal::bad("file must be non-empty"));
    }
    if file.bytes.len() > PHOTO_BYTES {
        return Err(Refusal::bad("file is too big"));
    }
    let (width, height) = size(&file.bytes).ok_or_else(|| Refusal::bad("IMAGE_PROCESS_FAILED"))?;
    let (long, short) = (width.max(height), width.min(height));
    if short == 0 || width.saturating_add(height) > SIDES || long > RATIO.saturating_mul(short) {
        return Err(Refusal::bad("PHOTO_INVALID_DIMENSIONS"));
    }
    Ok(Photo { name: file.name.clone(), width, height, bytes: file.bytes.clone(), id: String::new() })
}

/// The sides of a PNG or JPEG.
fn size(bytes: &Bytes) -> Option<(u32, u32)> {
    let number = |at: usize| Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") && bytes.get(12..16)? == b"IHDR" {
        return Some((number(16)?, number(20)?));
    }
    if !bytes.starts_with(&[0xff, 0xd8]) {
        return None;
    }
    let short = |at: usize| Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?));
    let mut at = 2;
    while *bytes.get(at)? == 0xff {
        let marker = *bytes.get(at + 1)?;
        // Frames say their size; tables and comments are skipped.
        if (0xc0..=0xcf).contains(&marker) && ![0xc4, 0xc8, 0xcc].contains(&marker) {
            return Some((u32::from(short(at + 7)?), u32::from(short(at + 5)?)));
        }
        at += 2 + usize::from(short(at + 2)?);
    }
    None
}
