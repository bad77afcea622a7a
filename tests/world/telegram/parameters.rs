//! What a request brings: in its address, as JSON, as a form, or as a form with files.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::Value;

use super::answer::Refusal;

/// A file that came along.
#[derive(Clone, Debug)]
pub(super) struct File {
    pub(super) name: String,
    pub(super) bytes: Bytes,
}

/// Everything a request brings, by name.
#[derive(Clone, Debug, Default)]
pub(super) struct Parameters {
    pub(super) values: BTreeMap<String, Value>,
    pub(super) files: BTreeMap<String, File>,
}

impl Parameters {
    /// Reads them all; the body's win over the address's.
    pub(super) fn read(query: Option<&str>, kind: Option<&str>, body: &Bytes) -> Result<Self, Refusal> {
        let mut read = Self::default();
        read.form(query.unwrap_or_default().as_bytes());
        let kind = kind.unwrap_or_default();
        let essence = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match essence.as_str() {
            "application/json" if !body.is_empty() => {
                let object: Value =
                    serde_json::from_slice(body).map_err(|_| Refusal::bad("can't parse JSON object"))?;
                let Value::Object(object) = object else {
                    return Err(Refusal::bad("expected a JSON object"));
                };
                read.values.extend(object.into_iter().filter(|(_, value)| !value.is_null()));
            }
            "application/x-www-form-urlencoded" => read.form(body),
            "multipart/form-data" => {
                let boundary = kind.split(';').find_map(|part| part.trim().strip_prefix("boundary="));
                let boundary = boundary.map(|text| text.trim_matches('"')).filter(|text| !text.is_empty());
                let boundary = boundary.ok_or_else(|| Refusal::bad("boundary not found"))?;
                read.multipart(body, boundary).ok_or_else(|| Refusal::bad("can't parse multipart"))?;
            }
            _ => {}
        }
        Ok(read)
    }

    fn form(&mut self, text: &[u8]) {
        for (name, value) in url::form_urlencoded::parse(text) {
            self.values.insert(name.into_owned(), value.into_owned().into());
        }
    }

    fn multipart(&mut self, body: &Bytes, boundary: &str) -> Option<()> {
        let line = format!("--{boundary}");
        let mut at = find(body, line.as_bytes(), 0)? + line.len();
        while !body[at..].starts_with(b"--") {
            let end_of_head = find(body, b"\r\n\r\n", at)?;
            let head = String::from_utf8_lossy(&body[at..end_of_head]).into_owned();
            let end = find(body, format!("\r\n{line}").as_bytes(), end_of_head)?;
            let content = body.slice(end_of_head + 4..end.max(end_of_head + 4));
            let disposition =
                head.lines().find(|line| line.to_ascii_lowercase().starts_with("content-disposition"))?;
            let name = quoted(disposition, "name")?;
            match quoted(disposition, "filename") {
                Some(file) => {
                    self.files.insert(name, File { name: file, bytes: content });
                }
                None => {
                    self.values.insert(name, String::from_utf8(content.to_vec()).ok()?.into());
                }
            }
            at = end + 2 + line.len();
        }
        Some(())
    }

    /// A text; numbers and flags are texts too.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        Some(match self.values.get(name)? {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        })
    }

    /// A whole number; nothing where there is none.
    pub(super) fn number(&self, name: &str) -> Result<Option<i64>, Refusal> {
        let Some(text) = self.text(name).filter(|text| !text.is_empty()) else { return Ok(None) };
        text.trim().parse().map(Some).map_err(|_| Refusal::bad(format!("{name} must be a number")))
    }

    /// A flag.
    pub(super) fn flag(&self, name: &str) -> bool {
        match self.values.get(name) {
            Some(Value::Bool(flag)) => *flag,
            Some(Value::String(text)) => matches!(text.to_ascii_lowercase().as_str(), "true" | "yes" | "1"),
            Some(Value::Number(number)) => number.as_i64() == Some(1),
            _ => false,
        }
    }

    /// A JSON value, which forms bring as a text.
    pub(super) fn json(&self, name: &str) -> Result<Option<Value>, Refusal> {
        match self.values.get(name) {
            None => Ok(None),
            Some(Value::String(text)) if text.is_empty() => Ok(None),
            Some(Value::String(text)) => serde_json::from_str(text)
                .map(Some)
                .map_err(|_| Refusal::bad(format!("can't parse {name} JSON object"))),
            Some(value) => Ok(Some(value.clone())),
        }
    }

    /// Names that this method does not have.
    pub(super) fn unknown(&self, known: &[&str]) -> Vec<String> {
        self.values.keys().filter(|name| !known.contains(&name.as_str())).cloned().collect()
    }
}

fn find(body: &[u8], wanted: &[u8], from: usize) -> Option<usize> {
    let finder = body.get(from..)?.windows(wanted.len());
    finder.enumerate().find(|(_, window)| *window == wanted).map(|(at, _)| from + at)
}

/// `name="value"` in a header line.
fn quoted(line: &str, name: &str) -> Option<String> {
    let value = line.split(';').find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='))?;
    Some(value.trim().trim_matches('"').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_of_asking_brings_the_same() {
        let multipart = "--x\r\nContent-Disposition: form-data; name=\"chat_id\"\r\n\r\n7\r\n\
                         --x\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\n\r\n\
                         --x\r\ncontent-disposition: form-data; name=\"f\"; filename=\"a.png\"\r\n\r\n\r\n-y\r\n--x--\r\n";
        for (query, kind, body) in [
            (Some("chat_id=7&text="), "", ""),
            (Some("chat_id=9"), "application/x-www-form-urlencoded", "chat_id=7&text="),
            (None, "application/json; charset=utf-8", "{\"chat_id\":7,\"text\":\"\",\"x\":null}"),
            (None, "multipart/form-data; boundary=\"x\"", multipart),
        ] {
            let read = Parameters::read(query, Some(kind), &Bytes::from(body)).expect(kind);
            assert_eq!(
                (read.number("chat_id"), read.text("text")),
                (Ok(Some(7)), Some(String::new())),
                "{kind}"
            );
            assert_eq!(read.unknown(&["chat_id"]), ["text"]);
            if kind.starts_with("multipart") {
                assert_eq!(
                    (read.files["f"].name.as_str(), &read.files["f"].bytes[..]),
                    ("a.png", &b"\r\n-y"[..])
                );
            }
        }
        for (kind, body) in
            [("application/json", "[]"), ("application/json", "{"), ("multipart/form-data", "")]
        {
            assert!(Parameters::read(None, Some(kind), &Bytes::from(body)).is_err());
        }
    }
}
