//! Buttons under a message, checked as the service checks them.

use serde_json::{Value, json};

use super::answer::Refusal;
use super::chat::Kind;

/// The most bytes a button may carry back.
const DATA_BYTES: usize = 64;
/// The most buttons under one message.
const BUTTONS: usize = 100;

/// The markup as it is kept; nothing where there are no buttons.
pub(super) fn read(markup: Option<Value>, kind: Kind) -> Result<Option<Value>, Refusal> {
    let Some(markup) = markup else { return Ok(None) };
    let Value::Object(fields) = &markup else { return Err(Refusal::bad("object expected as reply markup")) };
    let Some(rows) = fields.get("inline_keyboard") else {
        // Keyboards in place of letters are no part of the message.
        let known =
            ["keyboard", "remove_keyboard", "force_reply"].iter().any(|name| fields.contains_key(*name));
        if kind == Kind::Channel && known {
            return Err(Refusal::bad("inline keyboard expected"));
        }
        return if known || fields.is_empty() {
            Ok(None)
        } else {
            Err(Refusal::bad("can't parse reply markup"))
        };
    };
    let rows = rows.as_array().ok_or_else(|| {
        Refusal::bad("can't parse inline keyboard: Field \"inline_keyboard\" must be of type Array")
    })?;
    let (mut kept, mut count) = (Vec::new(), 0);
    for row in rows {
        let row =
            row.as_array().ok_or_else(|| Refusal::bad("can't parse inline keyboard: expected an Array"))?;
        count += row.len();
        let buttons = row.iter().map(button).collect::<Result<Vec<Value>, Refusal>>()?;
        if !buttons.is_empty() {
            kept.push(Value::Array(buttons));
        }
    }
    if count > BUTTONS {
        return Err(Refusal::bad("REPLY_MARKUP_TOO_LONG"));
    }
    Ok((!kept.is_empty()).then(|| json!({ "inline_keyboard": kept })))
}

fn button(value: &Value) -> Result<Value, Refusal> {
    let bad = |text: &str| Refusal::bad(format!("can't parse inline keyboard button: {text}"));
    let Value::Object(fields) = value else { return Err(bad("Expected an Object")) };
    let Some(label) = fields.get("text").and_then(Value::as_str) else {
        return Err(bad("Field \"text\" must be of type String"));
    };
    if label.trim().is_empty() {
        return Err(Refusal::bad("BUTTON_TEXT_INVALID"));
    }
    let actions = [
        "callback_data",
        "url",
        "switch_inline_query",
        "switch_inline_query_current_chat",
        "copy_text",
        "web_app",
        "login_url",
        "switch_inline_query_chosen_chat",
        "callback_game",
        "pay",
    ];
    let given: Vec<&str> = actions.into_iter().filter(|name| fields.contains_key(*name)).collect();
    let [action] = given[..] else {
        return Err(if given.is_empty() {
            bad("Text buttons are unallowed in the inline keyboard")
        } else {
            bad("exactly one of the optional fields must be used")
        });
    };
    let said = fields[action].as_str();
    match action {
        "callback_data" => {
            let bytes = said.ok_or_else(|| bad("Field \"callback_data\" must be of type String"))?.len();
            if bytes == 0 || bytes > DATA_BYTES {
                return Err(Refusal::bad("BUTTON_DATA_INVALID"));
            }
        }
        "url" => {
            let url = said.ok_or_else(|| bad("Field \"url\" must be of type String"))?;
            let parsed =
                url::Url::parse(url).ok().filter(|url| matches!(url.scheme(), "http" | "https" | "tg"));
            if !parsed
                .is_some_and(|url| url.scheme() == "tg" || url.host_str().is_some_and(|h| h.contains('.')))
            {
                return Err(Refusal::bad("inline keyboard button URL is invalid: Wrong HTTP URL"));
            }
        }
        "copy_text" => {
            let units = value["copy_text"]["text"].as_str().map_or(0, |text| text.chars().count());
            if units == 0 || units > 256 {
                return Err(Refusal::bad("BUTTON_COPY_TEXT_INVALID"));
            }
        }
        _ => {}
    }
    Ok(value.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buttons_are_checked() {
        let with = |button: Value| json!({ "inline_keyboard": [[button]] });
        for (markup, error) in [
            (with(json!({ "text": "x", "callback_data": "é".repeat(33) })), "BUTTON_DATA_INVALID"),
            (with(json!({ "text": "x", "callback_data": "" })), "BUTTON_DATA_INVALID"),
            (
                with(json!({ "text": "x" })),
                "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
            ),
            (with(json!({ "text": " ", "callback_data": "a" })), "BUTTON_TEXT_INVALID"),
            (
                with(json!({ "text": "x", "url": "localhost" })),
                "inline keyboard button URL is invalid: Wrong HTTP URL",
            ),
            (json!([]), "object expected as reply markup"),
        ] {
            assert_eq!(read(Some(markup), Kind::Private).unwrap_err().text, error);
        }
        let good = with(json!({ "text": "x", "callback_data": "x".repeat(64) }));
        assert_eq!(read(Some(good.clone()), Kind::Channel).unwrap(), Some(good));
        assert_eq!(read(Some(json!({ "inline_keyboard": [] })), Kind::Group).unwrap(), None);
    }
}
