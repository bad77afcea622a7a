//! The pretend Telegram keeps the service's rules: each is asked for here, so that a bot that gets along with it will
//! get along with the real one.

mod asking;
mod chats;
mod clients;
mod faults;
mod limits;
mod people;
mod texts;
mod updates;
mod webhooks;

use serde_json::{Value, json};
use whimbrel_world::telegram::Telegram;

/// An answer, read whole.
struct Answer {
    status: u16,
    retry_after: Option<u64>,
    body: Value,
}

impl Answer {
    /// What came out, where it went well.
    fn result(&self) -> &Value {
        assert!(self.status == 200 && self.body["ok"] == true, "{} {}", self.status, self.body);
        &self.body["result"]
    }

    /// The service's words, where it refused; the codes agree.
    fn refusal(&self) -> &str {
        assert!(
            self.body["ok"] == false && self.body["error_code"] == self.status,
            "{} {}",
            self.status,
            self.body
        );
        self.body["description"].as_str().unwrap_or_default()
    }
}

/// Calls a method with JSON.
async fn call(telegram: &Telegram, method: &str, ask: Value) -> Answer {
    let url = format!("{}/bot{}/{method}", telegram.api_url(), telegram.token());
    read(reqwest::Client::new().post(url).header("content-type", "application/json").body(ask.to_string()))
        .await
}

/// Sends words to a chat.
async fn send(telegram: &Telegram, chat: i64, text: &str) -> Answer {
    call(telegram, "sendMessage", json!({ "chat_id": chat, "text": text })).await
}

async fn read(request: reqwest::RequestBuilder) -> Answer {
    let answer = request.send().await.expect("the stand-in answers");
    let retry_after = answer.headers().get("retry-after").and_then(|value| value.to_str().ok()?.parse().ok());
    let status = answer.status().as_u16();
    let text = answer.text().await.expect("the answer is whole");
    let body = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    Answer { status, retry_after, body }
}

fn at(text: &str) -> chrono::DateTime<chrono::Utc> {
    text.parse().expect("a moment")
}

/// A picture without anything on it.
fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    bytes.extend(width.to_be_bytes());
    bytes.extend(height.to_be_bytes());
    bytes.extend([8, 0, 0, 0, 0]);
    bytes
}
