//! What people do that wants an answer: a command, a press, a choice, a letter typed into a field.

use std::time::Instant;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::shared::Everything;
use super::state::DM;

/// The first answer has to come within this.
pub(super) const FIRST: TimeDelta = TimeDelta::seconds(3);
/// Later ones within this.
pub(super) const LATER: TimeDelta = TimeDelta::minutes(15);

pub(super) const COMMAND: u8 = 2;
pub(super) const COMPONENT: u8 = 3;
pub(super) const TYPING: u8 = 4;
pub(super) const MODAL: u8 = 5;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Stage {
    Waiting,
    /// It is being thought about.
    Deferred,
    Answered,
}

#[derive(Clone, Debug)]
pub(super) struct Interaction {
    pub(super) id: u64,
    pub(super) token: String,
    pub(super) kind: u8,
    pub(super) user: u64,
    pub(super) channel: u64,
    pub(super) created: DateTime<Utc>,
    pub(super) started: Instant,
    /// How long the first answer took, in real time.
    pub(super) took: Option<std::time::Duration>,
    pub(super) stage: Stage,
    /// Fixed by the first answer.
    pub(super) ephemeral: bool,
    /// The message that is its first answer.
    pub(super) original: Option<u64>,
    /// The message that was pressed.
    pub(super) source: Option<u64>,
    pub(super) choices: Vec<(String, Value)>,
    pub(super) modal: Option<Value>,
}

impl Everything {
    /// Makes an interaction; hands back its id and what is sent to the application.
    pub(super) fn interaction(
        &mut self,
        (kind, user, channel): (u8, u64, u64),
        data: &Value,
        source: Option<u64>,
        now: DateTime<Utc>,
    ) -> (u64, Value) {
        let id = self.state.ids.next(now);
        // As long as real ones, and as unlike anything that is read aloud.
        let token = format!("aW50ZXJhY3Rpb246{:x}{:048x}", id, id.rotate_left(17));
        let made = Interaction {
            id,
            token,
            kind,
            user,
            channel,
            created: now,
            started: Instant::now(),
            took: None,
            stage: Stage::Waiting,
            ephemeral: false,
            original: None,
            source,
            choices: Vec::new(),
            modal: None,
        };
        let told = self.told(&made, data);
        self.interactions.insert(id, made);
        (id, told)
    }

    fn told(&self, made: &Interaction, data: &Value) -> Value {
        let state = &self.state;
        let channel = &state.channels[&made.channel];
        let mut json = json!({ "id": made.id.to_string(), "application_id": state.application.to_string(),
            "type": made.kind, "data": data, "token": made.token, "version": 1, "locale": "en-US",
            "channel_id": made.channel.to_string(), "entitlements": [], "attachment_size_limit": 10_485_760,
            "app_permissions": state.may(channel, state.bot).to_string(),
            "authorizing_integration_owners": { "0": channel.guild.unwrap_or(0).to_string() },
            "context": u8::from(channel.kind == DM) });
        json["channel"] = channel.json(state);
        json["channel"]["permissions"] = json!(state.may(channel, made.user).to_string());
        match channel.guild.and_then(|guild| state.guilds.get(&guild)) {
            Some(guild) => {
                let mut member = state.member_json(guild, made.user);
                member["permissions"] = json!(state.may(channel, made.user).to_string());
                json["member"] = member;
                json["guild_id"] = json!(guild.id.to_string());
                json["guild_locale"] = json!("en-US");
                json["guild"] = json!({ "id": guild.id.to_string(), "locale": "en-US", "features": [] });
            }
            None => json["user"] = state.users.get(&made.user).map(super::state::User::json).into(),
        }
        if let Some(message) = made.source.and_then(|id| state.message(made.channel, id)) {
            json["message"] = message.json(state);
        }
        json
    }
}
