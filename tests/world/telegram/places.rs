//! Groups, supergroups, forums and channels, and what happens in them.

use serde_json::{Value, json};

use super::Telegram;
use super::chat::{GENERAL, Kind, Member, Role, Topic};
use super::message::{Message, Seen};
use super::people::Person;
use super::text::Formatted;
use super::updates;

/// A group, supergroup or channel. The bot is not in it before it is added.
#[derive(Clone)]
pub struct Place {
    telegram: Telegram,
    id: i64,
}

impl Telegram {
    /// A new group of this person.
    pub fn group(&self, title: &str, creator: &Person) -> Place {
        self.place(Kind::Group, title, creator)
    }

    /// A new supergroup of this person.
    pub fn supergroup(&self, title: &str, creator: &Person) -> Place {
        self.place(Kind::Supergroup, title, creator)
    }

    /// A new supergroup with topics, of this person.
    pub fn forum(&self, title: &str, creator: &Person) -> Place {
        let place = self.place(Kind::Supergroup, title, creator);
        let mut all = self.shared.lock();
        let chat = all.state.at(place.id);
        chat.forum = true;
        let general = Topic { name: "General".to_owned(), closed: false, deleted: false };
        chat.topics.insert(GENERAL, general);
        drop(all);
        place
    }

    /// A new channel of this person.
    pub fn channel(&self, title: &str, creator: &Person) -> Place {
        self.place(Kind::Channel, title, creator)
    }

    fn place(&self, kind: Kind, title: &str, creator: &Person) -> Place {
        let mut all = self.shared.lock();
        let id = all.state.chat(kind, title);
        all.state.at(id).members.insert(creator.id(), Member { role: Role::Creator, anonymous: false });
        drop(all);
        Place { telegram: self.clone(), id }
    }

    /// What stands in a chat, oldest first.
    pub(super) fn seen(&self, chat: i64) -> Vec<Seen> {
        let all = self.shared.lock();
        let bot = all.state.bot.id;
        let messages = all.state.chats.get(&chat).map(|chat| chat.messages.values());
        let spoken = messages.into_iter().flatten().filter(|message| message.service.is_none());
        spoken.map(|message| Seen::of(message, bot)).collect()
    }
}

#[allow(clippy::return_self_not_must_use, reason = "what was changed is changed either way")]
impl Place {
    /// Its id: negative.
    pub fn id(&self) -> i64 {
        self.id
    }

    /// Gives it a public name, without `@`.
    pub fn username(self, name: &str) -> Self {
        self.telegram.shared.lock().state.at(self.id).username = Some(name.to_owned());
        self
    }

    /// Somebody joins.
    pub fn joins(&self, person: &Person) -> &Self {
        self.sets(person, Role::Member, false)
    }

    /// Somebody becomes an admin.
    pub fn promotes(&self, person: &Person) -> &Self {
        self.sets(person, Role::Admin, false)
    }

    /// Somebody becomes an admin who writes in the group's name.
    pub fn promotes_anonymous(&self, person: &Person) -> &Self {
        self.sets(person, Role::Admin, true)
    }

    /// The one who made it writes in the group's name from now on, or no more.
    pub fn creator_is_anonymous(&self, anonymous: bool) -> &Self {
        let mut all = self.telegram.shared.lock();
        for member in all.state.at(self.id).members.values_mut().filter(|member| member.role == Role::Creator)
        {
            member.anonymous = anonymous;
        }
        drop(all);
        self
    }

    /// Somebody is an ordinary member again.
    pub fn demotes(&self, person: &Person) -> &Self {
        self.sets(person, Role::Member, false)
    }

    /// Somebody leaves.
    pub fn leaves(&self, person: &Person) -> &Self {
        self.sets(person, Role::Left, false)
    }

    fn sets(&self, person: &Person, role: Role, anonymous: bool) -> &Self {
        let mut all = self.telegram.shared.lock();
        all.state.at(self.id).members.insert(person.id(), Member { role, anonymous });
        drop(all);
        self
    }

    /// The creator adds the bot; in a channel it can only be added as an admin.
    pub fn adds_bot(&self) -> &Self {
        let channel = self.telegram.shared.lock().state.at(self.id).kind == Kind::Channel;
        self.bot(if channel { Role::Admin } else { Role::Member });
        let now = self.telegram.shared.clock.now();
        let mut all = self.telegram.shared.lock();
        if !channel {
            let bot = all.state.bot_json();
            self.service(&mut all, json!({ "new_chat_members": [bot] }), now);
        }
        drop(all);
        self
    }

    /// The creator makes the bot an admin.
    pub fn promotes_bot(&self) -> &Self {
        self.bot(Role::Admin)
    }

    /// The creator takes a right from the bot, such as `can_post_messages`, `can_manage_topics`,
    /// or `can_send_messages` as long as it is no admin.
    pub fn takes_right(&self, right: &str) -> &Self {
        self.telegram.shared.lock().state.at(self.id).lacks.insert(right.to_owned());
        self
    }

    /// The creator makes the bot an ordinary member.
    pub fn demotes_bot(&self) -> &Self {
        self.bot(Role::Member)
    }

    /// The bot may read and not write.
    pub fn mutes_bot(&self) -> &Self {
        self.bot(Role::Muted)
    }

    /// The bot is removed and may not come back.
    pub fn kicks_bot(&self) -> &Self {
        self.bot(Role::Kicked)
    }

    /// The bot is removed.
    pub fn removes_bot(&self) -> &Self {
        self.bot(Role::Left)
    }

    fn bot(&self, role: Role) -> &Self {
        let now = self.telegram.shared.clock.now();
        let mut all = self.telegram.shared.lock();
        let creator = all.state.at(self.id).members.iter().find(|(_, member)| member.role == Role::Creator);
        let creator = creator.map_or(0, |(id, _)| *id);
        all.bot_becomes(self.id, role, creator, now);
        drop(all);
        self
    }

    /// It is deleted.
    pub fn deletes(&self) {
        self.telegram.shared.lock().state.at(self.id).deleted = true;
    }

    /// Becomes a supergroup with another id, as groups do when they grow. The supergroup.
    pub fn upgrades(&self) -> Self {
        let now = self.telegram.shared.clock.now();
        let mut all = self.telegram.shared.lock();
        let old = all.state.at(self.id);
        assert!(old.kind == Kind::Group, "only groups become supergroups");
        let (title, members, bot) = (old.title.clone(), old.members.clone(), old.bot);
        let id = all.state.chat(Kind::Supergroup, &title);
        all.state.at(id).members = members;
        if !matches!(bot, Role::Left | Role::Kicked) {
            // Who is in the one joins the other; nobody leaves the former.
            let creator = all.state.at(id).members.keys().next().copied().unwrap_or(0);
            all.bot_becomes(id, bot, creator, now);
        }
        let upgraded = Self { telegram: self.telegram.clone(), id };
        self.service(&mut all, json!({ "migrate_to_chat_id": id }), now);
        upgraded.service(&mut all, json!({ "migrate_from_chat_id": self.id }), now);
        all.state.at(self.id).migrated_to = Some(id);
        drop(all);
        upgraded
    }

    /// The creator begins a topic. Its number.
    pub fn topic(&self, name: &str) -> i32 {
        let now = self.telegram.shared.clock.now();
        let mut all = self.telegram.shared.lock();
        let creator = all.state.at(self.id).members.iter().find(|(_, member)| member.role == Role::Creator);
        let creator = creator.map_or(0, |(id, _)| *id);
        all.topic(self.id, name, creator, now)
    }

    /// The name of a topic.
    pub fn topic_name(&self, topic: i32) -> Option<String> {
        self.telegram.shared.lock().state.at(self.id).topics.get(&topic).map(|topic| topic.name.clone())
    }

    /// A topic takes messages from admins only.
    pub fn closes_topic(&self, topic: i32) {
        if let Some(topic) = self.telegram.shared.lock().state.at(self.id).topics.get_mut(&topic) {
            topic.closed = true;
        }
    }

    /// A topic and everything in it is gone.
    pub fn deletes_topic(&self, topic: i32) {
        let mut all = self.telegram.shared.lock();
        let chat = all.state.at(self.id);
        if let Some(topic) = chat.topics.get_mut(&topic) {
            topic.deleted = true;
        }
        chat.messages.retain(|_, message| message.topic != Some(topic));
    }

    /// What stands there, oldest first.
    pub fn sees(&self) -> Vec<Seen> {
        self.telegram.seen(self.id)
    }

    /// The commands somebody is offered there.
    pub fn offered_to(&self, person: &Person, language: &str) -> Vec<(String, String)> {
        let mut all = self.telegram.shared.lock();
        let (id, user) = (self.id, person.id());
        let admin = all.state.at(id).members.get(&user).is_some_and(|member| member.role.is_admin());
        let mut scopes = vec![format!("chat_member {id} {user}")];
        if admin {
            scopes.push(format!("chat_administrators {id}"));
        }
        scopes.push(format!("chat {id}"));
        if admin {
            scopes.push("all_chat_administrators".to_owned());
        }
        scopes.extend(["all_group_chats".to_owned(), "default".to_owned()]);
        all.commands.offered(&scopes, language)
    }

    /// A message of the service itself; bots hear of those always.
    fn service(
        &self,
        all: &mut super::shared::Everything,
        service: Value,
        now: chrono::DateTime<chrono::Utc>,
    ) {
        let id = all.state.next_message(self.id);
        let creator = all.state.at(self.id).members.keys().next().copied();
        let message =
            Message { service: Some(service), ..Message::new(id, creator, now, Formatted::default()) };
        all.state.at(self.id).messages.insert(id, message);
        let content = all.state.message_json(self.id, id);
        updates::tell(all, "message", content, self.id, now);
    }
}
