//! What the service says about us, for somebody who wants to know whether all is well. Nothing is changed by asking.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use whimbrel_fanout::Destination;

use crate::chat::{Failure, call, may_post};
use crate::send::Telegram;

/// The bot, as the service knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Me {
    /// Its name, without `@`.
    pub name: String,
    /// It can be added to groups.
    pub joins_groups: bool,
    /// Where updates are delivered to; empty where they are fetched.
    pub hook: String,
    /// Updates that wait.
    pub waiting: u64,
    /// Why the last delivery failed.
    pub failing: Option<String>,
    number: i64,
}

/// Why something is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// The token is refused.
    Token(String),
    /// The service cannot be asked.
    Away(String),
}

/// How we stand in a chat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// We may write there; what it is called.
    Writes(String),
    /// We may not; what it is called, and what kind of chat it is.
    Mute(String, String),
    /// The service does not let us see it: its words.
    Unseen(String),
}

impl Telegram {
    /// Who we are, and how updates reach us.
    pub async fn who(&self) -> Result<Me, Unknown> {
        let me = call(self, "getMe", &json!({}), None).await.map_err(unknown)?;
        let hook = call(self, "getWebhookInfo", &json!({}), None).await.map_err(unknown)?;
        let text = |value: &Value, name: &str| value[name].as_str().unwrap_or_default().to_owned();
        Ok(Me {
            name: text(&me, "username"),
            joins_groups: me["can_join_groups"].as_bool().unwrap_or(true),
            hook: text(&hook, "url"),
            waiting: hook["pending_update_count"].as_u64().unwrap_or_default(),
            failing: hook["last_error_message"].as_str().map(|text| crate::verdict::reason(text, 0)),
            number: me["id"].as_i64().unwrap_or_default(),
        })
    }

    /// Whether we may write in a place.
    pub async fn stands(&self, me: &Me, to: &Destination) -> Result<Standing, Unknown> {
        let Destination::Telegram { chat, .. } = *to else {
            return Ok(Standing::Unseen(format!("{to} is not on Telegram")));
        };
        let found = match call(self, "getChat", &json!({ "chat_id": chat }), None).await {
            Ok(found) => found,
            Err(Failure::Refused(reason)) => return Ok(Standing::Unseen(reason)),
            Err(failure) => return Err(unknown(failure)),
        };
        let named = |name: &str| found[name].as_str().map(str::to_owned);
        let title = named("title").or_else(|| named("first_name")).unwrap_or_else(|| chat.to_string());
        let kind = named("type").unwrap_or_default();
        if kind == "private" {
            return Ok(Standing::Writes(title));
        }
        let may = may_post(self, chat, me.number, kind == "channel").await.map_err(unknown)?;
        Ok(if may { Standing::Writes(title) } else { Standing::Mute(title, kind) })
    }

    /// What time it is there, as the last answer said.
    pub fn date(&self) -> Option<DateTime<Utc>> {
        self.last_date()
    }
}

fn unknown(failure: Failure) -> Unknown {
    match failure {
        Failure::Unauthorized(reason) => Unknown::Token(reason),
        Failure::Later { reason, .. } | Failure::Conflict(reason) | Failure::Refused(reason) => {
            Unknown::Away(reason)
        }
    }
}
