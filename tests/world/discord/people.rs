//! People: what they do, and what they see.

mod offered;

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::body::Body;
use super::interaction::{COMMAND, COMPONENT, FIRST, MODAL, Stage, TYPING};
use super::rest::{self, Ask, Noted};
use super::state::Message;
use super::{Discord, Place, reads, signed};

/// How often somebody looks whether there is an answer.
const GLANCE: Duration = Duration::from_millis(1);

/// Somebody, looking at a channel.
#[derive(Clone)]
pub struct Person {
    discord: Discord,
    user: u64,
    channel: u64,
}

/// Something somebody did that wants an answer.
pub struct Used {
    discord: Discord,
    id: u64,
}

impl Discord {
    /// Ids and tokens of what people did and nobody answered yet, oldest first.
    pub fn waiting(&self) -> Vec<(u64, String)> {
        let all = self.shared.lock();
        let waiting = all.interactions.values().filter(|it| it.stage == Stage::Waiting);
        waiting.map(|it| (it.id, it.token.clone())).collect()
    }
}

impl Person {
    pub(super) fn new(discord: Discord, user: u64, channel: u64) -> Self {
        Self { discord, user, channel }
    }

    /// Their id.
    pub fn id(&self) -> u64 {
        self.user
    }

    /// Looks at another channel.
    #[must_use]
    pub fn at(&self, place: &Place) -> Self {
        Self { channel: place.id(), ..self.clone() }
    }

    /// Looks at the messages exchanged with the bot alone.
    #[must_use]
    pub fn in_private(&self) -> Self {
        let now = self.discord.shared.clock.now();
        let channel = self.discord.shared.lock().state.direct(self.user, now);
        Self { channel, ..self.clone() }
    }

    /// The channel they look at.
    pub fn place(&self) -> Place {
        self.discord.place(self.channel)
    }

    /// Takes no direct messages any more, or takes them again.
    pub fn closes_private(&self, closed: bool) {
        if let Some(user) = self.discord.shared.lock().state.users.get_mut(&self.user) {
            user.closed = closed;
        }
    }

    /// The messages they see, oldest first, also those for their eyes only.
    pub fn messages(&self) -> Vec<Message> {
        let all = self.discord.shared.lock();
        let messages = all.state.channels.get(&self.channel).map(|channel| channel.messages.values());
        let seen = |it: &&Message| it.only_for.is_none_or(|only| only == self.user);
        messages.into_iter().flatten().filter(seen).cloned().collect()
    }

    /// The messages as they read.
    pub fn sees(&self) -> Vec<String> {
        self.messages().iter().map(reads).collect()
    }

    /// The names of commands they are offered, with their subcommands: `/subscribe add`.
    pub fn offered(&self) -> Vec<String> {
        offered::all(&self.discord.shared.lock(), self.user, self.channel)
    }

    /// Uses a command (`/subscribe add`) with these options, and waits for the first answer. Fails where it is not
    /// offered, or could not be typed like this.
    pub async fn uses(&self, command: &str, options: Value) -> Used {
        let data = offered::data(&self.discord.shared.lock(), (self.user, self.channel), command, &options);
        let data = data.unwrap_or_else(|why| panic!("{command} {options} cannot be used: {why}"));
        self.does(COMMAND, data, None).await
    }

    /// Chooses a command on the newest message they see that has this in it, and waits for the first answer.
    pub async fn chooses_on(&self, part: &str, command: &str) -> Used {
        let message = self.messages().into_iter().rfind(|message| reads(message).contains(part));
        let message = message.unwrap_or_else(|| panic!("no message has {part}: {:#?}", self.sees())).id;
        let data =
            offered::on_message(&self.discord.shared.lock(), (self.user, self.channel), command, message);
        let data = data.unwrap_or_else(|why| panic!("{command} cannot be chosen: {why}"));
        self.does(COMMAND, data, None).await
    }

    /// What is proposed when this much is typed into an option: the words people see.
    pub async fn types_into(&self, command: &str, option: &str, text: &str) -> Vec<String> {
        self.proposals(command, option, text, json!({})).await.into_iter().map(|(name, _)| name).collect()
    }

    /// What is proposed, in words and as values, where other options were filled in before.
    pub async fn proposals(
        &self,
        command: &str,
        option: &str,
        text: &str,
        others: Value,
    ) -> Vec<(String, Value)> {
        let used = self.types(command, (option, text), &others).await;
        let all = self.discord.shared.lock();
        all.interactions.get(&used.id).map(|it| it.choices.clone()).unwrap_or_default()
    }

    /// Types this much into an option and waits for what is proposed.
    pub async fn types(&self, command: &str, typed: (&str, &str), others: &Value) -> Used {
        let at = (self.user, self.channel);
        let data = offered::typing(&self.discord.shared.lock(), at, command, typed, others);
        let data = data.unwrap_or_else(|why| panic!("{command} {} cannot be typed into: {why}", typed.0));
        self.does(TYPING, data, None).await
    }

    /// Presses the newest button with this label.
    pub async fn presses(&self, label: &str) -> Used {
        let (message, button) = self.finds(&format!("button {label}"), |it| {
            it["type"] == 2 && it["label"] == label && it["disabled"] != true && it["style"] != 5
        });
        let data = json!({ "custom_id": button["custom_id"], "component_type": 2 });
        self.does(COMPONENT, data, Some(message)).await
    }

    /// Chooses in the newest select with this placeholder the options with these labels.
    pub async fn chooses(&self, select: &str, labels: &[&str]) -> Used {
        let (message, select) = self.finds(&format!("select {select}"), |it| {
            it["type"] == 3 && it["placeholder"] == select && it["disabled"] != true
        });
        let options = select["options"].as_array().cloned().unwrap_or_default();
        let value = |label: &&str| {
            let option = options.iter().find(|option| option["label"] == **label);
            option.unwrap_or_else(|| panic!("{label} is no option of {options:?}"))["value"].clone()
        };
        let values: Vec<Value> = labels.iter().map(value).collect();
        let (least, most) =
            (select["min_values"].as_u64().unwrap_or(1), select["max_values"].as_u64().unwrap_or(1));
        assert!((least..=most).contains(&(values.len() as u64)), "{least} to {most} may be chosen");
        let data = json!({ "custom_id": select["custom_id"], "component_type": 3, "values": values });
        self.does(COMPONENT, data, Some(message)).await
    }

    /// Fills in the form that was the answer to something, field by field, and sends it.
    pub async fn fills_in(&self, used: &Used, fields: &[(&str, &str)]) -> Used {
        let modal = self.discord.shared.lock().interactions.get(&used.id).and_then(|it| it.modal.clone());
        let modal = modal.expect("a form was the answer");
        let rows = modal["components"].as_array().cloned().unwrap_or_default();
        let rows = rows.iter().map(|row| {
            let input = &row["components"][0];
            let text = fields.iter().find(|(label, _)| input["label"] == *label).map_or("", |field| field.1);
            json!({ "type": 1, "components": [{ "type": 4, "custom_id": input["custom_id"], "value": text }] })
        });
        let data = json!({ "custom_id": modal["custom_id"], "components": rows.collect::<Vec<_>>() });
        self.does(MODAL, data, None).await
    }

    /// The newest control like this on a message they see.
    fn finds(&self, what: &str, is: impl Fn(&Value) -> bool) -> (u64, Value) {
        for message in self.messages().iter().rev() {
            let rows = message.components.iter().filter_map(|row| row["components"].as_array());
            if let Some(found) = rows.flatten().find(|it| is(it)) {
                return (message.id, found.clone());
            }
        }
        panic!("there is no {what} to be seen: {:#?}", self.sees());
    }

    async fn does(&self, kind: u8, data: Value, source: Option<u64>) -> Used {
        let shared = &self.discord.shared;
        let now = shared.clock.now();
        let (id, told, endpoint) = {
            let mut all = shared.lock();
            let at = (kind, self.user, self.channel);
            let (id, told) = all.interaction(at, &data, source, now);
            let endpoint = all.endpoint.clone();
            if endpoint.is_none() {
                let guild = all.state.channels.get(&self.channel).and_then(|channel| channel.guild);
                all.gateway.dispatch(guild, 0, "INTERACTION_CREATE", &told);
            }
            (id, told, endpoint)
        };
        let used = Used { discord: self.discord.clone(), id };
        if let Some(endpoint) = endpoint {
            let heard = signed::send(&endpoint.url, told.to_string(), now.timestamp(), None).await;
            used.hears(heard);
            if endpoint.twice {
                used.hears(signed::send(&endpoint.url, told.to_string(), now.timestamp(), None).await);
            }
        }
        used.waits().await;
        used
    }
}

impl Used {
    /// Takes what an application answered by HTTP.
    fn hears(&self, heard: Option<signed::Heard>) {
        let shared = Arc::clone(&self.discord.shared);
        let mut all = shared.lock();
        let Some(heard) = heard.filter(|heard| heard.status != 202) else { return };
        let token = all.interactions.get(&self.id).map(|it| it.token.clone()).unwrap_or_default();
        let body = Body::read(&heard.kind, &heard.body.into()).ok().filter(|body| body.json.is_object());
        let Some(body) = body.filter(|_| heard.status == 200) else {
            all.journal.object(format!("an interaction was answered with {}", heard.status));
            return;
        };
        let object = body.json.as_object().cloned().unwrap_or_default();
        let (now, mut noted) = (shared.clock.now(), Noted::default());
        let query = std::collections::HashMap::new();
        let mut ask =
            Ask { all: &mut all, now, api: shared.api(), query, body, bot: true, noted: &mut noted };
        if let Err(refusal) = rest::respond(&mut ask, self.id, &token, &object) {
            let why = refusal.json();
            all.journal.object(format!("an answer to an interaction was no good: {why}"));
        }
    }

    /// Waits for the first answer, no longer than people are made to.
    async fn waits(&self) {
        let first = FIRST.to_std().unwrap_or_default();
        loop {
            let started = {
                let all = self.discord.shared.lock();
                let Some(it) = all.interactions.get(&self.id) else { return };
                if it.stage != Stage::Waiting {
                    return;
                }
                it.started
            };
            if started.elapsed() > first {
                return;
            }
            tokio::time::sleep(GLANCE).await;
        }
    }

    /// Whether there was no answer in time.
    pub fn failed(&self) -> bool {
        self.discord.shared.lock().interactions.get(&self.id).is_none_or(|it| it.stage == Stage::Waiting)
    }

    /// How long the first answer took, in real time.
    pub fn took(&self) -> Option<Duration> {
        self.discord.shared.lock().interactions.get(&self.id)?.took
    }

    /// Whether only one person sees the answer.
    pub fn is_ephemeral(&self) -> bool {
        self.discord.shared.lock().interactions.get(&self.id).is_some_and(|it| it.ephemeral)
    }

    /// The token answers are sent with.
    pub fn token(&self) -> String {
        self.discord.shared.lock().interactions.get(&self.id).map_or_else(String::new, |it| it.token.clone())
    }

    /// Its id.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// The answer as it stands; waits for one that was put off. Fails where there was none.
    pub async fn answer(&self) -> Message {
        assert!(!self.failed(), "the application did not respond");
        crate::eventually("the answer that was put off", || async {
            let all = self.discord.shared.lock();
            let it = all.interactions.get(&self.id)?;
            let message = all.state.message(it.channel, it.original?)?;
            (!message.loading).then(|| message.clone())
        })
        .await
    }

    /// The answer as it reads.
    pub async fn reads(&self) -> String {
        reads(&self.answer().await)
    }
}
