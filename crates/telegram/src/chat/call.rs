//! Calls that are no news: what came of them, told apart as far as it matters here.

use std::time::Duration;

use serde_json::Value;

use crate::send::{Answer, Telegram};
use crate::verdict;

/// Why a call gave nothing.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub(crate) enum Failure {
    /// It may work later.
    #[error("{reason}")]
    Later {
        reason: String,
        /// We were told to wait so long.
        wait: Option<Duration>,
    },
    /// Somebody else fetches the updates of this bot.
    #[error("{0}")]
    Conflict(String),
    /// Our token is refused.
    #[error("{0}")]
    Unauthorized(String),
    /// It is refused.
    #[error("{0}")]
    Refused(String),
}

/// Calls a method. Where nothing is said, `patience` is what messages have.
pub(crate) async fn call(
    telegram: &Telegram,
    method: &str,
    fields: &Value,
    patience: Option<Duration>,
) -> Result<Value, Failure> {
    let patience = patience.unwrap_or_else(|| telegram.patience());
    match telegram.ask(method, fields, patience).await {
        Ok(answer) => outcome(answer),
        Err(reason) => Err(Failure::Later { reason, wait: None }),
    }
}

fn outcome(answer: Answer) -> Result<Value, Failure> {
    let Answer { status, retry_after, envelope } = answer;
    let Some(envelope) = envelope else {
        let reason = format!("an answer that cannot be read, status {status}");
        return Err(Failure::Later { reason, wait: None });
    };
    if envelope.ok && (200..300).contains(&status) {
        return Ok(envelope.result);
    }
    let code = if envelope.error_code == 0 { status } else { envelope.error_code };
    let reason = verdict::reason(&envelope.description, code);
    Err(match code {
        409 => Failure::Conflict(reason),
        401 | 404 => Failure::Unauthorized(reason),
        400 | 403 => Failure::Refused(reason),
        _ => {
            let wait = envelope.parameters.retry_after.or(retry_after).map(Duration::from_secs);
            Failure::Later { reason, wait }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_told_apart() {
        let of = |status, body: &str| {
            outcome(Answer { status, retry_after: None, envelope: serde_json::from_str(body).ok() })
        };
        let refusal =
            |code: u16| of(code, &format!(r#"{{"ok":false,"error_code":{code},"description":"x"}}"#));
        let later = |wait| Err(Failure::Later { reason: "x".to_owned(), wait });
        assert_eq!(of(200, r#"{"ok":true,"result":[1]}"#), Ok(serde_json::json!([1])));
        assert_eq!(refusal(409), Err(Failure::Conflict("x".to_owned())));
        assert_eq!(refusal(401), Err(Failure::Unauthorized("x".to_owned())));
        assert_eq!(refusal(404), Err(Failure::Unauthorized("x".to_owned())));
        assert_eq!(refusal(400), Err(Failure::Refused("x".to_owned())));
        assert_eq!(refusal(500), later(None));
        let wait = r#"{"ok":false,"error_code":429,"description":"x","parameters":{"retry_after":3}}"#;
        assert_eq!(of(429, wait), later(Some(Duration::from_secs(3))));
        assert!(matches!(of(502, "<html>"), Err(Failure::Later { .. })));
    }
}
