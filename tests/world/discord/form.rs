//! Forms, read field by field; every mistake is kept with its place, as the service lists them.

use serde_json::{Map, Value, json};

use super::refusal::Refusal;

/// The mistakes of a form.
#[derive(Default)]
pub(super) struct Form {
    errors: Value,
    /// Fields nobody knows.
    pub(super) unknown: Vec<String>,
}

/// How long a text may be, in code points.
#[derive(Clone, Copy)]
pub(super) struct Length {
    pub(super) least: usize,
    pub(super) most: usize,
}

impl Form {
    pub(super) fn bad(&mut self, place: &str, code: &str, message: &str) {
        let mut at = &mut self.errors;
        for part in place.split('.').filter(|part| !part.is_empty()) {
            at = inside(at).entry(part.to_owned()).or_insert(Value::Null);
        }
        let list = inside(at).entry("_errors".to_owned()).or_insert_with(|| json!([]));
        if let Value::Array(list) = list {
            list.push(json!({ "code": code, "message": message }));
        }
    }

    pub(super) fn refusal(&self) -> Refusal {
        Refusal::form(self.errors.clone())
    }

    /// Refuses a form with mistakes.
    pub(super) fn done(&self) -> Result<(), Refusal> {
        if self.errors.is_null() { Ok(()) } else { Err(self.refusal()) }
    }

    /// Notes fields nobody knows.
    pub(super) fn known(&mut self, place: &str, object: &Map<String, Value>, known: &[&str]) {
        for name in object.keys().filter(|name| !known.contains(&name.as_str())) {
            self.unknown.push(join(place, name));
        }
    }

    pub(super) fn required(&mut self, place: &str) {
        self.bad(place, "BASE_TYPE_REQUIRED", "This field is required");
    }

    /// An object, if there is something and it is one.
    pub(super) fn object<'a>(&mut self, place: &str, value: &'a Value) -> Option<&'a Map<String, Value>> {
        if !value.is_object() {
            self.bad(place, "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType");
        }
        value.as_object()
    }

    /// A list with at most so many elements; nothing where it is absent.
    pub(super) fn list<'a>(
        &mut self,
        place: &str,
        object: &'a Map<String, Value>,
        name: &str,
        most: usize,
    ) -> &'a [Value] {
        let place = join(place, name);
        match object.get(name) {
            None | Some(Value::Null) => &[],
            Some(Value::Array(list)) => {
                if list.len() > most {
                    let message = format!("Must be {most} or fewer in length.");
                    self.bad(&place, "BASE_TYPE_MAX_LENGTH", &message);
                }
                list
            }
            Some(_) => {
                self.bad(&place, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType");
                &[]
            }
        }
    }

    /// A text of a proper length, trimmed; nothing where it is absent, or no text.
    pub(super) fn text<'a>(
        &mut self,
        place: &str,
        object: &'a Map<String, Value>,
        name: &str,
        length: Length,
    ) -> Option<&'a str> {
        let place = join(place, name);
        let text = match object.get(name)? {
            Value::Null => return None,
            Value::String(text) => text.trim(),
            other => {
                let message = format!("Could not interpret \"{other}\" as string.");
                self.bad(&place, "STRING_TYPE_CONVERT", &message);
                return None;
            }
        };
        let Length { least, most } = length;
        let count = text.chars().count();
        if count == 0 && least > 0 {
            self.required(&place);
        } else if count > most && least > 0 {
            let message = format!("Must be between {least} and {most} in length.");
            self.bad(&place, "BASE_TYPE_BAD_LENGTH", &message);
        } else if count > most {
            self.bad(&place, "BASE_TYPE_MAX_LENGTH", &format!("Must be {most} or fewer in length."));
        } else if count < least {
            self.bad(&place, "BASE_TYPE_MIN_LENGTH", &format!("Must be {least} or more in length."));
        }
        Some(text)
    }

    /// An address of the web, or of something uploaded where that is possible.
    pub(super) fn url<'a>(
        &mut self,
        place: &str,
        object: &'a Map<String, Value>,
        name: &str,
        uploads: bool,
    ) -> Option<&'a str> {
        let text = self.text(place, object, name, Length { least: 0, most: 2048 })?;
        let place = join(place, name);
        match url::Url::parse(text) {
            Ok(url) if matches!(url.scheme(), "http" | "https") => {}
            Ok(url) if uploads && url.scheme() == "attachment" => {}
            Ok(url) => {
                let message = format!(
                    "Scheme \"{}\" is not supported. Scheme must be one of ('http', 'https').",
                    url.scheme()
                );
                self.bad(&place, "URL_TYPE_INVALID_SCHEME", &message);
            }
            Err(_) => self.bad(&place, "URL_TYPE_INVALID_URL", "Not a well formed URL."),
        }
        Some(text)
    }

    /// A whole number in this range.
    pub(super) fn number(
        &mut self,
        place: &str,
        object: &Map<String, Value>,
        name: &str,
        range: std::ops::RangeInclusive<i64>,
    ) -> Option<i64> {
        let place = join(place, name);
        let value = object.get(name).filter(|value| !value.is_null())?;
        let Some(number) = value.as_i64() else {
            self.bad(&place, "NUMBER_TYPE_COERCE", &format!("Value \"{value}\" is not int."));
            return None;
        };
        if number > *range.end() {
            let message = format!("int value should be less than or equal to {}.", range.end());
            self.bad(&place, "NUMBER_TYPE_MAX", &message);
        } else if number < *range.start() {
            let message = format!("int value should be greater than or equal to {}.", range.start());
            self.bad(&place, "NUMBER_TYPE_MIN", &message);
        }
        Some(number)
    }

    /// Yes or no; no where it is absent.
    pub(super) fn flag(&mut self, place: &str, object: &Map<String, Value>, name: &str) -> bool {
        match object.get(name) {
            None | Some(Value::Null) => false,
            Some(Value::Bool(flag)) => *flag,
            Some(other) => {
                let message = format!("Must be either true or false, got {other}.");
                self.bad(&join(place, name), "BOOLEAN_TYPE_CONVERT", &message);
                false
            }
        }
    }
}

/// The place of a field within another.
pub(super) fn join(place: &str, name: impl std::fmt::Display) -> String {
    if place.is_empty() { name.to_string() } else { format!("{place}.{name}") }
}

/// An id as the API writes it: a number in quotes; numbers are understood too.
pub(super) fn snowflake(value: &Value) -> Option<u64> {
    value.as_str().map_or_else(|| value.as_u64(), |text| text.parse().ok())
}

fn inside(value: &mut Value) -> &mut Map<String, Value> {
    if !value.is_object() {
        *value = json!({});
    }
    match value {
        Value::Object(object) => object,
        _ => unreachable!("it was just made one"),
    }
}
