//! A request, with pictures beside the message where it has some.

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::multipart::{Form, Part as Piece};
use reqwest::{Client, Method, RequestBuilder};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};
use whimbrel_fanout::{Part, Upload};

pub(super) fn build(
    http: &Client,
    method: Method,
    url: &str,
    token: Option<&SecretString>,
    message: Option<(&Map<String, Value>, &Part)>,
) -> RequestBuilder {
    let body = message.map(|(body, part)| (Value::Object(body.clone()).to_string(), part.uploads.as_slice()));
    written(http, method, url, token, body)
}

/// A request with JSON that is written already.
pub(super) fn written(
    http: &Client,
    method: Method,
    url: &str,
    token: Option<&SecretString>,
    body: Option<(String, &[Upload])>,
) -> RequestBuilder {
    let mut request = http.request(method, url);
    if let Some(token) = token
        && let Ok(mut line) = HeaderValue::from_str(&format!("Bot {}", token.expose_secret()))
    {
        line.set_sensitive(true);
        request = request.header(AUTHORIZATION, line);
    }
    let Some((body, uploads)) = body else { return request };
    if uploads.is_empty() {
        return request.header(CONTENT_TYPE, "application/json").body(body);
    }
    let mut form = Form::new().text("payload_json", body);
    for (number, upload) in uploads.iter().enumerate() {
        let piece = Piece::bytes(upload.png.clone()).file_name(upload.name.clone());
        form = form.part(format!("files[{number}]"), piece);
    }
    request.multipart(form)
}
