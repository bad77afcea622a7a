//! Answers to pressed buttons and to inline queries.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::super::answer::{Refusal, Reply};
use super::super::message::Toast;
use super::super::parameters::Parameters;
use super::super::shared::Everything;
use super::super::{chat::Kind, markup, text};

/// Whoever pressed a button does not wait longer.
const PRESSED: TimeDelta = TimeDelta::seconds(15 * 60);
/// Whoever types does not wait longer.
const TYPED: TimeDelta = TimeDelta::seconds(10);

/// A button that was pressed.
#[derive(Clone, Debug)]
pub(in super::super) struct CallbackQuery {
    pub(in super::super) by: i64,
    pub(in super::super) at: DateTime<Utc>,
    pub(in super::super) answer: Option<Toast>,
}

/// A query somebody typed in any chat.
#[derive(Clone, Debug)]
pub(in super::super) struct InlineQuery {
    pub(in super::super) at: DateTime<Utc>,
    pub(in super::super) results: Option<Vec<Value>>,
}

const OLD: &str = "query is too old and response timeout expired or query ID is invalid";

/// `answerCallbackQuery`.
pub(super) fn callback(all: &mut Everything, ask: &Parameters, now: DateTime<Utc>) -> Reply {
    let id = ask.text("callback_query_id").unwrap_or_default();
    let text = ask.text("text").filter(|text| !text.is_empty());
    if text.as_ref().is_some_and(|text| text::length(text) > 200) {
        return Err(Refusal::bad("MESSAGE_TOO_LONG"));
    }
    let query = all.queries.get_mut(&id).filter(|query| now < query.at + PRESSED);
    let query = query.ok_or_else(|| Refusal::stale(OLD))?;
    if query.answer.replace(Toast { text, alert: ask.flag("show_alert") }).is_some() {
        all.journal.object("a pressed button was answered twice");
    }
    Ok(true.into())
}

/// `answerInlineQuery`.
pub(super) fn inline(all: &mut Everything, ask: &Parameters, now: DateTime<Utc>) -> Reply {
    let id = ask.text("inline_query_id").unwrap_or_default();
    let results = ask.json("results")?.ok_or_else(|| Refusal::bad("parameter results is required"))?;
    let results = results.as_array().ok_or_else(|| Refusal::bad("expected an Array of InlineQueryResult"))?;
    if results.len() > 50 {
        return Err(Refusal::bad("RESULTS_TOO_MUCH"));
    }
    if ask.text("next_offset").is_some_and(|offset| offset.len() > 64) {
        return Err(Refusal::bad("NEXT_OFFSET_INVALID"));
    }
    let mut seen = Vec::new();
    for result in results {
        let id = result["id"].as_str().unwrap_or_default();
        if id.is_empty() || id.len() > 64 {
            return Err(Refusal::bad("RESULT_ID_INVALID"));
        }
        if seen.contains(&id) {
            return Err(Refusal::bad("RESULT_ID_DUPLICATE"));
        }
        seen.push(id);
        if result["type"] != "article" {
            return Err(Refusal::bad("the stand-in takes articles only"));
        }
        if result["title"].as_str().unwrap_or_default().is_empty() {
            return Err(Refusal::bad(
                "can't parse inline query result: Field \"title\" must be of type String",
            ));
        }
        let content = &result["input_message_content"];
        let Some(words) = content["message_text"].as_str() else {
            return Err(Refusal::bad("can't parse inline query result: message content is not specified"));
        };
        let marked = content.get("entities");
        text::required(text::read_from(words, content["parse_mode"].as_str(), marked)?)?;
        markup::read(result.get("reply_markup").cloned(), Kind::Private)?;
    }
    let query = all.inline.get_mut(&id).filter(|query| now < query.at + TYPED);
    let query = query.ok_or_else(|| Refusal::stale(OLD))?;
    query.results = Some(results.clone());
    Ok(true.into())
}
