//! Embeds: every limit, and the sum over all of a message.

use serde_json::{Map, Value};

use super::form::{Form, Length, join};

const TITLE: usize = 256;
const DESCRIPTION: usize = 4096;
const FIELDS: usize = 25;
const VALUE: usize = 1024;
const FOOTER: usize = 2048;
const MOST: usize = 10;
const SUM: usize = 6000;
const COLOUR: i64 = 0xff_ffff;

/// The embeds of a form, and the names of uploads they show.
pub(super) fn read(form: &mut Form, object: &Map<String, Value>) -> (Vec<Value>, Vec<String>) {
    let list = form.list("", object, "embeds", MOST);
    let (mut sum, mut shown) = (0, Vec::new());
    for (number, embed) in list.iter().enumerate() {
        let place = format!("embeds.{number}");
        if let Some(embed) = form.object(&place, embed) {
            sum += one(form, &place, embed, &mut shown);
        }
    }
    if sum > SUM {
        let message = format!("Embed size exceeds maximum size of {SUM}");
        form.bad("embeds", "MAX_EMBED_SIZE_EXCEEDED", &message);
    }
    (list.to_vec(), shown)
}

/// Checks one embed; hands back how much it adds to the sum.
fn one(form: &mut Form, place: &str, embed: &Map<String, Value>, shown: &mut Vec<String>) -> usize {
    let known = [
        "title",
        "type",
        "description",
        "url",
        "timestamp",
        "color",
        "footer",
        "image",
        "thumbnail",
        "author",
        "fields",
        "video",
        "provider",
    ];
    form.known(place, embed, &known);
    let mut sum = 0;
    let mut count = |text: Option<&str>| sum += text.map_or(0, |text| text.chars().count());
    count(form.text(place, embed, "title", up_to(TITLE)));
    count(form.text(place, embed, "description", up_to(DESCRIPTION)));
    form.url(place, embed, "url", false);
    form.number(place, embed, "color", 0..=COLOUR);
    if let Some(Value::String(moment)) = embed.get("timestamp")
        && chrono::DateTime::parse_from_rfc3339(moment).is_err()
    {
        let message = format!("Could not parse {moment}. Should be ISO8601.");
        form.bad(&join(place, "timestamp"), "DATE_TIME_TYPE_PARSE", &message);
    }
    for (name, text, most) in [("footer", "text", FOOTER), ("author", "name", TITLE)] {
        let place = join(place, name);
        let Some(part) = embed.get(name).filter(|part| !part.is_null()) else { continue };
        let Some(part) = form.object(&place, part) else { continue };
        form.known(&place, part, &[text, "url", "icon_url", "proxy_icon_url"]);
        count(needed(form, &place, part, text, most));
        form.url(&place, part, "url", false);
        form.url(&place, part, "icon_url", true);
    }
    for name in ["image", "thumbnail"] {
        let place = join(place, name);
        let Some(part) = embed.get(name).filter(|part| !part.is_null()) else { continue };
        let Some(part) = form.object(&place, part) else { continue };
        let url = form.url(&place, part, "url", true);
        shown.extend(url.and_then(|url| url.strip_prefix("attachment://")).map(str::to_owned));
    }
    for (number, field) in form.list(place, embed, "fields", FIELDS).iter().enumerate() {
        let place = join(place, format_args!("fields.{number}"));
        let Some(field) = form.object(&place, field) else { continue };
        form.known(&place, field, &["name", "value", "inline"]);
        count(needed(form, &place, field, "name", TITLE));
        count(needed(form, &place, field, "value", VALUE));
        form.flag(&place, field, "inline");
    }
    let says = ["title", "description", "fields", "image", "thumbnail", "author", "footer"];
    let empty = |value: &Value| value.is_null() || value == "" || value == &Value::Array(vec![]);
    if says.iter().all(|name| embed.get(*name).is_none_or(empty)) {
        form.required(&join(place, "description"));
    }
    sum
}

fn needed<'a>(
    form: &mut Form,
    place: &str,
    object: &'a Map<String, Value>,
    name: &str,
    most: usize,
) -> Option<&'a str> {
    let text = form.text(place, object, name, up_to(most));
    if text.is_none_or(str::is_empty) {
        form.required(&join(place, name));
    }
    text
}

fn up_to(most: usize) -> Length {
    Length { least: 0, most }
}
