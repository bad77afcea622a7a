//! What Discord says, and what it means for the message, the place and the pace.

use std::time::Duration;

use reqwest::header::HeaderMap;
use serde_json::Value;
use whimbrel_fanout::{Learned, Limit, Refusal, SendError, Sent};
use whimbrel_news::wording::line;

/// Longer answers are not read: a message as it stands is much shorter.
const LONGEST: usize = 1 << 20;
/// Longer waits are not believed.
const LONGEST_WAIT: f64 = 24.0 * 3600.0;
/// How long to wait where it is not said.
const UNTOLD: Duration = Duration::from_secs(5);

/// An answer, read.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    /// 0 where there was none.
    pub(crate) status: u16,
    /// Discord's own code; 0 where there is none.
    pub(crate) code: u64,
    pub(crate) json: Value,
    learned: Learned,
    shared: bool,
    /// What went wrong on the way.
    trouble: Option<String>,
}

impl Answer {
    pub(super) async fn read(response: reqwest::Response) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        match body(response).await {
            Ok(body) => Self::of(status, &headers, &body),
            // A message that was accepted is accepted, though its answer broke off. Its id is not known.
            Err(trouble) if (200..300).contains(&status) => {
                Self { trouble: Some(trouble), ..Self::of(status, &headers, b"") }
            }
            Err(trouble) => Self { trouble: Some(trouble), ..Self::of(status, &headers, b"") },
        }
    }

    /// No answer came.
    pub(super) fn lost(error: &reqwest::Error) -> Self {
        let what = if error.is_timeout() {
            "Discord did not answer in time"
        } else if error.is_connect() {
            "Discord is out of reach"
        } else {
            "the connection to Discord broke"
        };
        Self { trouble: Some(what.to_owned()), ..Self::default() }
    }

    fn of(status: u16, headers: &HeaderMap, body: &[u8]) -> Self {
        let json: Value = serde_json::from_slice(body).unwrap_or_default();
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let number = |name: &str| text(name).and_then(|text| text.parse::<f64>().ok());
        let scope = text("x-ratelimit-scope");
        let wait = json["retry_after"].as_f64().or_else(|| number("retry-after")).and_then(duration);
        let mut learned = Learned {
            remaining: text("x-ratelimit-remaining").and_then(|text| text.parse().ok()),
            reset_after: number("x-ratelimit-reset-after").and_then(duration),
            wait: None,
        };
        if status == 429 || status >= 500 && wait.is_some() {
            let whole = json["global"] == true || scope == Some("global") || !json.is_object();
            let limit = match status {
                500.. => Limit::Nobodys,
                _ if whole => Limit::Service,
                _ => Limit::Destination,
            };
            learned.wait = Some((limit, wait.unwrap_or(UNTOLD)));
        }
        let shared = scope == Some("shared");
        Self { status, code: json["code"].as_u64().unwrap_or(0), json, learned, shared, trouble: None }
    }

    /// Whether the message was accepted.
    pub(crate) fn is_good(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Whether Discord counts it against our address.
    pub(super) fn counts_as_wrong(&self) -> bool {
        matches!(self.status, 401 | 403) || self.status == 429 && !self.shared
    }

    pub(crate) fn sent(self) -> Sent {
        let result = self.result();
        Sent { result, learned: self.learned }
    }

    /// Of a message that has no nonce: one that was accepted is not to be sent again, also where its id is not known.
    pub(super) fn sent_once(self) -> Sent {
        let result =
            if self.is_good() { Ok(self.id().unwrap_or_default().to_owned()) } else { self.result() };
        Sent { result, learned: self.learned }
    }

    /// A webhook's own refusals: its address is its token.
    pub(super) fn sent_by_webhook(self) -> Sent {
        let gone = self.code == 50027 || self.status == 401 || self.status == 404 && self.json.is_object();
        if gone {
            let result = Err(SendError::Refused { refusal: Refusal::Gone, reason: self.reason() });
            return Sent { result, learned: self.learned };
        }
        self.sent_once()
    }

    /// The id of the message that was made.
    fn id(&self) -> Option<&str> {
        self.json["message"]["id"].as_str().or_else(|| self.json["id"].as_str())
    }

    fn result(&self) -> Result<String, SendError> {
        let reason = self.reason();
        if self.is_good() {
            // Without its id it may have been accepted or not: the nonce makes a second try harmless.
            return self.id().map(str::to_owned).ok_or(SendError::Retry { reason });
        }
        let refused = |refusal| Err(SendError::Refused { refusal, reason: reason.clone() });
        match (self.status, self.code) {
            (401, _) => Err(SendError::Unauthorized { reason }),
            (_, 10003 | 10004 | 10013 | 10015) => refused(Refusal::Gone),
            (_, 50007) => refused(Refusal::Blocked),
            // No right, not there, no place for messages, locked, a tag is needed and there is none to give.
            (_, 50001 | 50013 | 50008 | 50024 | 160_005 | 40067) => refused(Refusal::NoAccess),
            // A forum that is full, or a thread that is archived at this moment, may be otherwise later.
            (429 | 500..=599, _) | (_, 160_006 | 50083 | 130_000) => Err(SendError::Retry { reason }),
            (400 | 413, _) | (_, 200_000 | 200_001 | 240_000) => Err(SendError::Content { reason }),
            _ => Err(SendError::Retry { reason }),
        }
    }

    /// The service's words.
    pub(crate) fn reason(&self) -> String {
        if let Some(trouble) = &self.trouble {
            return trouble.clone();
        }
        let status = self.status;
        let Some(message) = self.json["message"].as_str() else {
            return format!("Discord answered with {status}");
        };
        let message = line(message, 200);
        match first_mistake(&self.json["errors"], "", 0) {
            Some((place, words)) => format!("{message} ({}): {place}: {words}", self.code),
            None if self.code == 0 => message,
            None => format!("{message} ({})", self.code),
        }
    }
}

/// Where the first mistake of a form is, and what it is.
fn first_mistake(errors: &Value, place: &str, depth: usize) -> Option<(String, String)> {
    if let Some(error) = errors["_errors"].get(0) {
        return Some((line(place, 100), line(error["message"].as_str().unwrap_or_default(), 200)));
    }
    let inside = errors.as_object().filter(|_| depth < 16)?;
    let join = |name: &str| if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") };
    inside.iter().find_map(|(name, inner)| first_mistake(inner, &join(name), depth + 1))
}

fn duration(seconds: f64) -> Option<Duration> {
    (seconds.is_finite() && seconds >= 0.0).then(|| Duration::from_secs_f64(seconds.min(LONGEST_WAIT)))
}

/// The answer's body, as far as it is of a sensible size.
async fn body(mut response: reqwest::Response) -> Result<Vec<u8>, String> {
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(piece)) if body.len() + piece.len() <= LONGEST => body.extend_from_slice(&piece),
            Ok(Some(_)) => return Err("Discord's answer is too long to be one".to_owned()),
            Ok(None) => return Ok(body),
            Err(_) => return Err("Discord's answer broke off".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
        lines.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    fn answer(status: u16, body: &Value) -> Sent {
        Answer::of(status, &headers(&[]), body.to_string().as_bytes()).sent()
    }

    #[test]
    fn refusals_are_told_apart() {
        for (status, code, expected) in [
            (401, 0, "unauthorized"),
            (403, 50001, "NoAccess"),
            (403, 50013, "NoAccess"),
            (403, 50007, "Blocked"),
            (404, 10003, "Gone"),
            (404, 10013, "Gone"),
            (404, 10015, "Gone"),
            (404, 0, "retry"),
            (400, 50035, "content"),
            (400, 50006, "content"),
            (400, 200_000, "content"),
            (400, 240_000, "content"),
            (413, 40005, "content"),
            (400, 160_005, "NoAccess"),
            (400, 160_006, "retry"),
            (400, 40067, "NoAccess"),
            (429, 20016, "retry"),
            (503, 130_000, "retry"),
            (502, 0, "retry"),
            (403, 40333, "retry"),
            (0, 0, "retry"),
        ] {
            let sent = answer(status, &json!({ "message": "Words", "code": code }));
            let said = match sent.result {
                Ok(_) => "accepted".to_owned(),
                Err(SendError::Retry { .. }) => "retry".to_owned(),
                Err(SendError::Refused { refusal, reason }) => {
                    assert_eq!(reason, format!("Words ({code})"));
                    format!("{refusal:?}")
                }
                Err(SendError::Content { .. }) => "content".to_owned(),
                Err(SendError::Unauthorized { .. }) => "unauthorized".to_owned(),
                Err(SendError::Moved { .. }) => "moved".to_owned(),
            };
            assert_eq!(said, expected, "{status} {code}");
        }
        let gone = Answer::of(401, &headers(&[]), br#"{"message":"Invalid Webhook Token","code":50027}"#);
        let gone = gone.sent_by_webhook().result;
        assert!(matches!(gone, Err(SendError::Refused { refusal: Refusal::Gone, .. })), "{gone:?}");
    }

    #[test]
    fn limits_are_learned() {
        let lines = [("x-ratelimit-remaining", "3"), ("x-ratelimit-reset-after", "1.250")];
        let sent = Answer::of(200, &headers(&lines), br#"{"id":"7"}"#).sent();
        assert_eq!(sent.result.unwrap(), "7");
        let reset_after = Some(Duration::from_millis(1250));
        assert_eq!(sent.learned, Learned { remaining: Some(3), reset_after, wait: None });
        let body = |global: bool| json!({ "message": "slow", "retry_after": 0.5, "global": global });
        let half = Duration::from_millis(500);
        assert_eq!(answer(429, &body(false)).learned.wait, Some((Limit::Destination, half)));
        assert_eq!(answer(429, &body(true)).learned.wait, Some((Limit::Service, half)));
        let guards = Answer::of(429, &headers(&[("retry-after", "600")]), b"<html>");
        assert_eq!(guards.learned.wait, Some((Limit::Service, Duration::from_mins(10))));
        let trouble = Answer::of(503, &headers(&[("retry-after", "7")]), b"<html>");
        assert_eq!(trouble.learned.wait, Some((Limit::Nobodys, Duration::from_secs(7))));
        let wild = Answer::of(429, &headers(&[("retry-after", "1e300")]), b"{}");
        assert_eq!(wild.learned.wait, Some((Limit::Destination, Duration::from_hours(24))));
        let nothing = Answer::of(429, &headers(&[("retry-after", "NaN")]), b"{}");
        assert_eq!(nothing.learned.wait, Some((Limit::Destination, UNTOLD)));
    }

    #[test]
    fn what_was_accepted_without_a_nonce_is_not_sent_again() {
        let broken = || Answer::of(200, &headers(&[]), b"{\"id\":\"7");
        assert!(matches!(broken().sent().result, Err(SendError::Retry { .. })));
        assert_eq!(broken().sent_once().result.unwrap(), "");
        assert_eq!(broken().sent_by_webhook().result.unwrap(), "");
    }

    #[test]
    fn mistakes_of_a_form_are_named() {
        let errors = json!({ "embeds": { "0": { "title": { "_errors": [{ "message": "Too long" }] } } } });
        let body = json!({ "message": "Invalid Form Body", "code": 50035, "errors": errors });
        let Err(SendError::Content { reason }) = answer(400, &body).result else { panic!("refused") };
        assert_eq!(reason, "Invalid Form Body (50035): embeds.0.title: Too long");
    }
}
