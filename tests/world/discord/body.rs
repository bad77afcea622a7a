//! What was sent with a request: JSON, or JSON with files beside it.

use bytes::Bytes;
use serde_json::{Map, Value};

use super::refusal::Refusal;

/// Larger requests are refused.
pub(super) const MOST_BYTES: usize = 25 << 20;

/// A body, read.
#[derive(Debug, Default)]
pub(super) struct Body {
    /// The document; null where nothing was sent.
    pub(super) json: Value,
    /// Number in the form, name and bytes of every file.
    pub(super) files: Vec<(u64, String, Bytes)>,
}

impl Body {
    /// Reads a body of this type.
    pub(super) fn read(kind: &str, body: &Bytes) -> Result<Self, Refusal> {
        if body.len() > MOST_BYTES {
            return Err(Refusal::new(40005));
        }
        if body.is_empty() {
            return Ok(Self::default());
        }
        if let Some(boundary) = kind.strip_prefix("multipart/form-data").and_then(boundary) {
            return multipart(body, &boundary).unwrap_or_else(|| Err(Refusal::new(50109)));
        }
        if !kind.starts_with("application/json") {
            let message = "Expected \"Content-Type\" header to be one of {'application/json'}.";
            return Err(Refusal::at("", "CONTENT_TYPE_INVALID", message));
        }
        Ok(Self { json: document(body)?, files: Vec::new() })
    }

    /// The document's fields.
    pub(super) fn object(&self) -> Result<&Map<String, Value>, Refusal> {
        let wrong = || Refusal::at("", "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType");
        self.json.as_object().ok_or_else(wrong)
    }
}

fn document(bytes: &[u8]) -> Result<Value, Refusal> {
    serde_json::from_slice(bytes).map_err(|_| Refusal::new(50109))
}

fn boundary(rest: &str) -> Option<String> {
    let at = rest.find("boundary=")? + "boundary=".len();
    Some(rest[at..].split(';').next()?.trim_matches('"').to_owned())
}

/// None where it is no such form at all.
fn multipart(body: &Bytes, boundary: &str) -> Option<Result<Body, Refusal>> {
    let mark = format!("--{boundary}");
    let mut read = Body::default();
    let mut at = find(body, mark.as_bytes(), 0)? + mark.len();
    loop {
        if body[at..].starts_with(b"--") {
            return Some(Ok(read));
        }
        at += 2;
        let head_end = find(body, b"\r\n\r\n", at)?;
        let head = String::from_utf8_lossy(&body[at..head_end]).into_owned();
        let end = find(body, format!("\r\n{mark}").as_bytes(), head_end)?;
        let content = body.slice(head_end + 4..end.max(head_end + 4));
        let name = quoted(&head, " name=\"")?;
        if name == "payload_json" {
            match document(&content) {
                Ok(json) => read.json = json,
                Err(refusal) => return Some(Err(refusal)),
            }
        } else {
            let number = name.strip_prefix("files[").and_then(|it| it.strip_suffix(']'));
            let number = number.and_then(|it| it.parse().ok()).unwrap_or(read.files.len() as u64);
            let file = quoted(&head, "filename=\"").unwrap_or_else(|| "file".to_owned());
            read.files.push((number, file, content));
        }
        at = end + 2 + mark.len();
    }
}

fn quoted(head: &str, before: &str) -> Option<String> {
    let rest = &head[head.find(before)? + before.len()..];
    Some(rest[..rest.find('"')?].to_owned())
}

fn find(body: &[u8], what: &[u8], from: usize) -> Option<usize> {
    let found = body.get(from..)?.windows(what.len()).position(|window| window == what)?;
    Some(from + found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_with_files_is_read() {
        let body = "--x\r\nContent-Disposition: form-data; name=\"payload_json\"\r\nContent-Type: application/json\
            \r\n\r\n{\"content\":\"a\"}\r\n--x\r\nContent-Disposition: form-data; name=\"files[3]\"; \
            filename=\"a.png\"\r\n\r\n\r\n\x01--y\r\n--x--\r\n";
        let read = Body::read("multipart/form-data; boundary=x", &Bytes::from(body)).unwrap();
        assert_eq!(read.json["content"], "a");
        assert_eq!(read.files, [(3, "a.png".to_owned(), Bytes::from("\r\n\x01--y"))]);
        for broken in ["", "--x", "--x\r\n", "--x\r\nContent-Disposition: form-data\r\n\r\n\r\n--x--"] {
            let read = Body::read("multipart/form-data; boundary=x", &Bytes::from(broken));
            assert_eq!(read.is_ok(), broken.is_empty(), "{broken:?}");
        }
    }
}
