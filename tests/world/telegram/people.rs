//! People: they type, press buttons and read what they see.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::Telegram;
use super::chat::{Kind, Role};
use super::message::{Action, Message, Seen, Toast};
use super::methods::{CallbackQuery, InlineQuery};
use super::places::Place;
use super::shared::Everything;
use super::state::ANONYMOUS;
use super::text::Formatted;
use super::updates;

/// Somebody with an account and, once they wrote to it, a private chat with the bot.
#[derive(Clone)]
pub struct Person {
    telegram: Telegram,
    id: i64,
}

impl Telegram {
    /// The person of this name, made when there is nobody.
    pub fn person(&self, name: &str) -> Person {
        let id = self.shared.lock().state.person(name);
        Person { telegram: self.clone(), id }
    }
}

#[allow(clippy::return_self_not_must_use, reason = "what was changed is changed either way")]
impl Person {
    /// Their id, which is their private chat's too.
    pub fn id(&self) -> i64 {
        self.id
    }

    /// Their program is in this language.
    pub fn language(self, code: &str) -> Self {
        if let Some(human) = self.telegram.shared.lock().state.people.get_mut(&self.id) {
            human.language = Some(code.to_owned());
        }
        self
    }

    /// Types this to the bot. A bot that was blocked is not any more.
    pub fn says(&self, text: &str) -> i32 {
        self.telegram.shared.lock().state.private(self.id);
        self.unblocks();
        self.write(self.id, None, text)
    }

    /// Types this in a group or channel.
    pub fn says_in(&self, place: &Place, text: &str) -> i32 {
        self.write(place.id(), None, text)
    }

    /// Types this in a topic of a forum.
    pub fn says_in_topic(&self, place: &Place, topic: i32, text: &str) -> i32 {
        self.write(place.id(), Some(topic), text)
    }

    /// Forwards the newest message of a channel to the bot.
    pub fn forwards(&self, channel: &Place) -> i32 {
        let now = self.telegram.shared.clock.now();
        let mut all = self.telegram.shared.lock();
        all.state.private(self.id);
        let place = all.state.at(channel.id());
        assert!(
            place.kind == Kind::Channel,
            "what was written elsewhere comes with the name of who wrote it"
        );
        let shown = place.messages.values().next_back().expect("something stands in the channel");
        let origin = json!({
            "type": "channel", "chat": place.json(), "message_id": shown.id, "date": shown.at.timestamp(),
        });
        let (formatted, id) = (shown.formatted.clone(), all.state.next_message(self.id));
        let message = Message { origin: Some(origin), ..Message::new(id, Some(self.id), now, formatted) };
        all.state.add(self.id, message);
        let content = all.state.message_json(self.id, id);
        updates::tell(&mut all, "message", content, self.id, now);
        id
    }

    /// Presses the newest button with these words on it in the private chat.
    pub fn presses(&self, label: &str) {
        self.press(self.id, label);
    }

    /// Presses the newest button with these words on it in a group or channel.
    pub fn presses_in(&self, place: &Place, label: &str) {
        self.press(place.id(), label);
    }

    /// What stands in the private chat, oldest first.
    pub fn sees(&self) -> Vec<Seen> {
        self.telegram.seen(self.id)
    }

    /// The newest message of the bot in the private chat.
    pub fn sees_last(&self) -> Option<Seen> {
        self.sees().into_iter().rfind(|seen| seen.by_bot)
    }

    /// Waits until the newest message of the bot in the private chat has this in it.
    pub async fn waits_for(&self, words: &str) -> Seen {
        crate::eventually(&format!("`{words}` in the chat, which reads {:?}", self.sees_last()), || async {
            self.sees_last().filter(|seen| seen.to_string().contains(words))
        })
        .await
    }

    /// What appeared over chats after they pressed buttons, oldest first; nothing for those without an answer.
    pub fn toasts(&self) -> Vec<Option<Toast>> {
        let all = self.telegram.shared.lock();
        all.queries.values().filter(|query| query.by == self.id).map(|query| query.answer.clone()).collect()
    }

    /// The commands they are offered in the private chat.
    pub fn offered(&self) -> Vec<(String, String)> {
        let all = self.telegram.shared.lock();
        let language =
            all.state.people.get(&self.id).and_then(|human| human.language.clone()).unwrap_or_default();
        let scopes = [format!("chat {}", self.id), "all_private_chats".to_owned(), "default".to_owned()];
        all.commands.offered(&scopes, &language)
    }

    /// Types `@bot query` somewhere; the number to look up the answer with.
    pub fn asks_inline(&self, query: &str, offset: &str) -> String {
        let now = self.telegram.shared.clock.now();
        let mut all = self.telegram.shared.lock();
        let id = all.state.number().to_string();
        let from = all.state.user_json(self.id);
        let content =
            json!({ "id": id, "from": from, "query": query, "offset": offset, "chat_type": "sender" });
        all.inline.insert(id.clone(), InlineQuery { at: now, results: None });
        updates::tell(&mut all, "inline_query", content, self.id, now);
        id
    }

    /// What the bot answered to a query; nothing as long as it did not.
    pub fn inline_results(&self, query: &str) -> Option<Vec<Value>> {
        self.telegram.shared.lock().inline.get(query).and_then(|query| query.results.clone())
    }

    /// Blocks the bot.
    pub fn blocks(&self) {
        self.stands(Role::Kicked);
    }

    /// Blocks it no more.
    pub fn unblocks(&self) {
        self.stands(Role::Member);
    }

    /// Deletes their account.
    pub fn deactivates(&self) {
        if let Some(human) = self.telegram.shared.lock().state.people.get_mut(&self.id) {
            human.deactivated = true;
        }
    }

    fn stands(&self, role: Role) {
        let now = self.telegram.shared.clock.now();
        let mut all = self.telegram.shared.lock();
        if all.state.private(self.id).bot != role {
            all.bot_becomes(self.id, role, self.id, now);
        }
    }

    fn write(&self, chat: i64, topic: Option<i32>, text: &str) -> i32 {
        let now = self.telegram.shared.clock.now();
        let mut all = self.telegram.shared.lock();
        all.says(self.id, chat, topic, text, now)
    }

    fn press(&self, chat: i64, label: &str) {
        let now = self.telegram.shared.clock.now();
        let mut all = self.telegram.shared.lock();
        let found = all.state.at(chat).messages.values().rev().find_map(|message| {
            let buttons = message.buttons().into_iter().flatten();
            let button = buttons.filter(|button| button.label == label).collect::<Vec<_>>().pop()?;
            Some((message.id, button.action))
        });
        let Some((message, action)) = found else {
            let shown: Vec<String> = all
                .state
                .at(chat)
                .messages
                .values()
                .rev()
                .take(3)
                .map(|m| format!("{:?}", m.buttons()))
                .collect();
            panic!("nothing here says `{label}`; the newest messages have {shown:#?}");
        };
        let Action::Data(data) = action else { panic!("`{label}` is no button for the bot: {action:?}") };
        let id = all.state.number().to_string();
        let content = json!({
            "id": id, "from": all.state.user_json(self.id), "message": all.state.message_json(chat, message),
            "chat_instance": chat.to_string(), "data": data,
        });
        all.queries.insert(id, CallbackQuery { by: self.id, at: now, answer: None });
        updates::tell(&mut all, "callback_query", content, chat, now);
    }
}

impl Everything {
    /// Somebody writes something; the bot hears of it where the service would tell it.
    pub(super) fn says(
        &mut self,
        by: i64,
        chat: i64,
        topic: Option<i32>,
        text: &str,
        now: DateTime<Utc>,
    ) -> i32 {
        let id = self.state.next_message(chat);
        let place = self.state.at(chat);
        let kind = place.kind;
        let anonymous = place.members.get(&by).is_some_and(|member| member.anonymous);
        if kind != Kind::Private {
            let role = place.members.get(&by).map_or(Role::Left, |member| member.role);
            assert!(role.is_in() && role != Role::Muted, "they may not write there: {role:?}");
            assert!(kind != Kind::Channel || role.is_admin(), "only admins write in channels");
        }
        let from = match kind {
            Kind::Channel => None,
            _ if anonymous => Some(ANONYMOUS),
            _ => Some(by),
        };
        let message = Message { topic, ..Message::new(id, from, now, Formatted::typed(text)) };
        let heard = self.hears(chat, &message);
        self.state.add(chat, message);
        if heard {
            let content = self.state.message_json(chat, id);
            let kind = if kind == Kind::Channel { "channel_post" } else { "message" };
            updates::tell(self, kind, content, chat, now);
        }
        id
    }

    /// Whether the bot is told of a message: in groups it hears what is meant for it, unless it is an admin.
    fn hears(&mut self, chat: i64, message: &Message) -> bool {
        let (name, reads_all) = (self.state.bot.username.clone(), self.state.bot.reads_all);
        let place = self.state.at(chat);
        if !place.bot.is_in() {
            return false;
        }
        let text = &message.formatted.text;
        let command = text.strip_prefix('/').map(|rest| rest.split_whitespace().next().unwrap_or_default());
        let meant = command.is_some_and(|command| match command.split_once('@') {
            Some((_, to)) => to.eq_ignore_ascii_case(&name),
            None => true,
        });
        let mentioned = text.contains(&format!("@{name}"));
        match place.kind {
            Kind::Private => true,
            Kind::Channel => place.bot.is_admin(),
            Kind::Group | Kind::Supergroup => reads_all || place.bot.is_admin() || meant || mentioned,
        }
    }

    /// The bot's role in a chat changes, and it is told so.
    pub(super) fn bot_becomes(&mut self, chat: i64, role: Role, by: i64, now: DateTime<Utc>) {
        let bot = self.state.bot.id;
        let Some(place) = self.state.chats.get(&chat) else { return };
        let old = self.state.member_json(place, bot);
        self.state.at(chat).bot = role;
        let place = &self.state.chats[&chat];
        let content = json!({
            "chat": place.json(), "from": self.state.user_json(by), "date": now.timestamp(),
            "old_chat_member": old, "new_chat_member": self.state.member_json(place, bot),
        });
        updates::tell(self, "my_chat_member", content, chat, now);
    }
}
