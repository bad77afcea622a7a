//! Chats of our own with people.

use std::time::Instant;

use reqwest::Method;
use serde_json::json;
use whimbrel_fanout::{Destination, SendError};

use super::{Discord, resting};

impl Discord {
    /// Our own chat with the person of this number, begun if there is none yet.
    pub async fn direct(&self, person: u64) -> Result<Destination, SendError> {
        let Some(token) = self.token() else {
            return Err(SendError::Unauthorized { reason: "there is no token of Discord".to_owned() });
        };
        if self.guard.is_closed(Instant::now()) {
            return Err(resting());
        }
        let wanted = json!({ "recipient_id": person.to_string() });
        let answer = self.call(Method::POST, "/users/@me/channels", Some(&token), Some((&wanted, &[]))).await;
        let number: String = answer.sent().result?;
        let reason = || SendError::Retry { reason: "Discord does not say which chat it is".to_owned() };
        Ok(Destination::Discord { channel: number.parse().map_err(|_| reason())? })
    }
}
