//! Rows of buttons and selects, text inputs of modals, and the newer layouts.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::form::{Form, Length, join};

const ROWS: usize = 5;
const IN_A_ROW: usize = 5;
const OPTIONS: usize = 25;
/// Components of the newer layouts, in all.
const LAYOUT: usize = 40;
const ID: Length = Length { least: 1, most: 100 };

/// The components of a message.
pub(super) fn read(form: &mut Form, object: &Map<String, Value>, layout: bool) -> Vec<Value> {
    let mut seen = BTreeSet::new();
    let list = form.list("", object, "components", if layout { LAYOUT } else { ROWS });
    if layout {
        let mut count = 0;
        for (number, component) in list.iter().enumerate() {
            walk(form, &format!("components.{number}"), component, &mut seen, &mut count);
        }
        if count > LAYOUT {
            let message = format!("The maximum number of components is {LAYOUT}");
            form.bad("components", "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", &message);
        }
    } else {
        for (number, row) in list.iter().enumerate() {
            read_row(form, &format!("components.{number}"), row, &mut seen);
        }
    }
    list.to_vec()
}

/// The rows of a modal, each with one text input.
pub(super) fn modal(form: &mut Form, object: &Map<String, Value>) {
    let list = form.list("data", object, "components", ROWS);
    if list.is_empty() {
        form.required("data.components");
    }
    for (number, row) in list.iter().enumerate() {
        let place = format!("data.components.{number}");
        let inner = row["components"].as_array().map_or(&[][..], Vec::as_slice);
        let place = join(&place, "components.0");
        let [Value::Object(input)] = inner else {
            form.bad(&place, "BASE_TYPE_BAD_LENGTH", "Must be 1 in length.");
            continue;
        };
        kind(form, &place, input, &[4]);
        need(form, &place, input, "custom_id", ID);
        need(form, &place, input, "label", Length { least: 1, most: 45 });
        form.text(&place, input, "placeholder", Length { least: 0, most: 100 });
        form.text(&place, input, "value", Length { least: 0, most: 4000 });
    }
}

fn read_row(form: &mut Form, place: &str, row: &Value, seen: &mut BTreeSet<String>) {
    let Some(row) = form.object(place, row) else { return };
    if !kind(form, place, row, &[1]) {
        return;
    }
    let inner = form.list(place, row, "components", IN_A_ROW);
    if inner.is_empty() {
        form.bad(&join(place, "components"), "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.");
    }
    let wide = inner.iter().any(|it| it["type"].as_u64().is_some_and(|kind| kind != 2));
    if wide && inner.len() > 1 {
        let message = "The specified component exceeds the maximum width";
        form.bad(&join(place, "components"), "COMPONENT_LAYOUT_WIDTH_EXCEEDED", message);
    }
    for (number, component) in inner.iter().enumerate() {
        let place = join(place, format_args!("components.{number}"));
        let Some(component) = form.object(&place, component) else { continue };
        if kind(form, &place, component, &[2, 3, 5, 6, 7, 8]) {
            control(form, &place, component, seen);
        }
    }
}

/// A button or a select.
fn control(form: &mut Form, place: &str, it: &Map<String, Value>, seen: &mut BTreeSet<String>) {
    if let Some(id) = it.get("custom_id").and_then(Value::as_str)
        && !seen.insert(id.to_owned())
    {
        let message = "Component custom id cannot be duplicated";
        form.bad(&join(place, "custom_id"), "COMPONENT_CUSTOM_ID_DUPLICATED", message);
    }
    if it["type"] == 2 { button(form, place, it) } else { select(form, place, it) }
}

fn button(form: &mut Form, place: &str, it: &Map<String, Value>) {
    form.known(
        place,
        it,
        &["type", "style", "label", "emoji", "custom_id", "url", "disabled", "sku_id", "id"],
    );
    let style = form.number(place, it, "style", 1..=6);
    if style.is_none() {
        form.required(&join(place, "style"));
    }
    let label = form.text(place, it, "label", Length { least: 0, most: 80 });
    if label.is_none_or(str::is_empty) && it.get("emoji").is_none_or(Value::is_null) {
        form.required(&join(place, "label"));
    }
    let (id, url) = (it.get("custom_id"), it.get("url"));
    if style == Some(5) {
        form.text(place, it, "url", Length { least: 1, most: 512 });
        form.url(place, it, "url", false);
        if url.is_none() {
            let message = "A url is required";
            form.bad(&join(place, "url"), "BUTTON_COMPONENT_URL_REQUIRED", message);
        }
        if id.is_some() {
            let message = "A custom id and url cannot both be specified";
            form.bad(place, "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", message);
        }
    } else {
        form.text(place, it, "custom_id", ID);
        if id.is_none() {
            let message = "A custom id is required";
            form.bad(&join(place, "custom_id"), "BUTTON_COMPONENT_CUSTOM_ID_REQUIRED", message);
        }
        if url.is_some() {
            let message = "A url cannot be specified for this style";
            form.bad(&join(place, "url"), "BUTTON_COMPONENT_INVALID_URL", message);
        }
    }
}

fn select(form: &mut Form, place: &str, it: &Map<String, Value>) {
    let known = [
        "type",
        "custom_id",
        "options",
        "placeholder",
        "min_values",
        "max_values",
        "disabled",
        "channel_types",
        "default_values",
        "id",
        "required",
    ];
    form.known(place, it, &known);
    need(form, place, it, "custom_id", ID);
    form.text(place, it, "placeholder", Length { least: 0, most: 150 });
    let least = form.number(place, it, "min_values", 0..=25);
    let most = form.number(place, it, "max_values", 1..=25);
    if it["type"] != 3 {
        return;
    }
    let options = form.list(place, it, "options", OPTIONS);
    let at = join(place, "options");
    if options.is_empty() {
        form.bad(&at, "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 25 in length.");
    }
    let mut values = BTreeSet::new();
    for (number, option) in options.iter().enumerate() {
        let at = join(&at, number);
        let Some(option) = form.object(&at, option) else { continue };
        form.known(&at, option, &["label", "value", "description", "emoji", "default"]);
        need(form, &at, option, "label", ID);
        need(form, &at, option, "value", ID);
        form.text(&at, option, "description", Length { least: 0, most: 100 });
        if let Some(value) = option.get("value").and_then(Value::as_str)
            && !values.insert(value)
        {
            let message = "The specified option value is already used";
            form.bad(&join(&at, "value"), "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", message);
        }
    }
    let count = i64::try_from(options.len()).unwrap_or(i64::MAX);
    let chosen = options.iter().filter(|option| option["default"] == true).count();
    if most.is_some_and(|most| most > count) || least.is_some_and(|least| least > most.unwrap_or(1)) {
        let message = "The maximum number of values is more than the number of options";
        form.bad(&join(place, "max_values"), "SELECT_COMPONENT_MAX_VALUES_EXCEEDED", message);
    }
    if chosen > usize::try_from(most.unwrap_or(1)).unwrap_or(1) {
        let message = "More options are chosen than may be";
        form.bad(&at, "SELECT_COMPONENT_TOO_MANY_DEFAULT_VALUES", message);
    }
}

/// A component of the newer layouts with all that is in it.
fn walk(form: &mut Form, place: &str, it: &Value, seen: &mut BTreeSet<String>, count: &mut usize) {
    *count += 1;
    let Some(it) = form.object(place, it) else { return };
    if !kind(form, place, it, &[1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 17]) {
        return;
    }
    match it["type"].as_u64() {
        Some(2 | 3 | 5..=8) => control(form, place, it, seen),
        Some(10) => need(form, place, it, "content", Length { least: 1, most: 4000 }),
        _ => {}
    }
    for (number, inner) in form.list(place, it, "components", LAYOUT).iter().enumerate() {
        walk(form, &join(place, format_args!("components.{number}")), inner, seen, count);
    }
    if let Some(accessory) = it.get("accessory") {
        walk(form, &join(place, "accessory"), accessory, seen, count);
    }
}

fn need(form: &mut Form, place: &str, it: &Map<String, Value>, name: &str, length: Length) {
    if it.get(name).is_none_or(Value::is_null) {
        form.required(&join(place, name));
    } else {
        form.text(place, it, name, length);
    }
}

fn kind(form: &mut Form, place: &str, it: &Map<String, Value>, kinds: &[u64]) -> bool {
    let known = it.get("type").and_then(Value::as_u64).is_some_and(|kind| kinds.contains(&kind));
    if !known {
        let list = kinds.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        form.bad(&join(place, "type"), "BASE_TYPE_CHOICES", &format!("Value must be one of {{{list}}}."));
    }
    known
}
