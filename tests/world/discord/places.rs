//! Guilds and channels, as stories make and look at them.

use serde_json::json;

use super::people::Person;
use super::state::{Channel, FORUM, Member, Message, Role, TEXT};
use super::{Discord, reads};

/// A guild.
#[derive(Clone)]
pub struct Guild {
    pub(super) discord: Discord,
    id: u64,
}

/// A channel: of a guild, a thread, a forum, or with one person.
#[derive(Clone)]
pub struct Place {
    discord: Discord,
    id: u64,
}

/// A webhook.
#[derive(Clone)]
pub struct Hook {
    discord: Discord,
    id: u64,
}

impl Discord {
    /// The guild with this name, made when there is none: with the bot in it and a channel `general`.
    pub fn guild(&self, name: &str) -> Guild {
        let now = self.shared.clock.now();
        let id = self.shared.lock().state.guild(name, now);
        Guild { discord: self.clone(), id }
    }

    /// The channel with this id.
    pub fn place(&self, id: u64) -> Place {
        Place { discord: self.clone(), id }
    }
}

#[allow(clippy::return_self_not_must_use, reason = "it is done either way")]
impl Guild {
    /// Its id.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// The text channel with this name, made when there is none.
    pub fn channel(&self, name: &str) -> Place {
        self.place(name, TEXT)
    }

    /// The forum with this name and these tags, made when there is none.
    pub fn forum(&self, name: &str, tags: &[&str]) -> Place {
        let place = self.place(name, FORUM);
        let now = self.discord.shared.clock.now();
        let mut all = self.discord.shared.lock();
        for tag in tags {
            let id = all.state.ids.next(now);
            if let Some(forum) = all.state.channels.get_mut(&place.id) {
                forum.tags.push((id, (*tag).to_owned()));
            }
        }
        drop(all);
        place
    }

    fn place(&self, name: &str, kind: u8) -> Place {
        let now = self.discord.shared.clock.now();
        let id = self.discord.shared.lock().state.channel(self.id, name, kind, now);
        self.discord.place(id)
    }

    /// The member with this name, made when there is none, looking at the channel `general`.
    pub fn member(&self, name: &str) -> Person {
        let now = self.discord.shared.clock.now();
        let mut all = self.discord.shared.lock();
        let user = all.state.person(name, now);
        let channel = all.state.channel(self.id, "general", TEXT, now);
        if let Some(guild) = all.state.guilds.get_mut(&self.id) {
            guild.members.entry(user).or_default();
        }
        drop(all);
        Person::new(self.discord.clone(), user, channel)
    }

    /// Gives a member a role with these rights, made when there is none of that name. Hands back the role's id.
    pub fn role(&self, name: &str, rights: u64, to: &Person) -> u64 {
        let now = self.discord.shared.clock.now();
        let mut all = self.discord.shared.lock();
        let fresh = all.state.ids.next(now);
        let Some(guild) = all.state.guilds.get_mut(&self.id) else { return 0 };
        let known = guild.roles.iter().find(|(_, role)| role.name == name).map(|(id, _)| *id);
        let id = known.unwrap_or(fresh);
        guild.roles.insert(id, Role { name: name.to_owned(), permissions: rights, mentionable: false });
        guild.members.entry(to.id()).or_insert_with(Member::default).roles.push(id);
        id
    }

    /// Gives everybody, the bot too, exactly these rights.
    pub fn everybody_may(&self, rights: u64) -> &Self {
        let mut all = self.discord.shared.lock();
        let everyone = all.state.guilds.get_mut(&self.id).and_then(|it| it.roles.get_mut(&self.id));
        if let Some(role) = everyone {
            role.permissions = rights;
        }
        drop(all);
        self
    }

    /// Sends the bot away.
    pub fn kicks_bot(&self) {
        let mut all = self.discord.shared.lock();
        let bot = all.state.bot;
        if let Some(guild) = all.state.guilds.get_mut(&self.id) {
            guild.members.remove(&bot);
        }
        let told = json!({ "id": self.id.to_string() });
        all.gateway.dispatch(Some(self.id), 1, "GUILD_DELETE", &told);
    }

    /// Takes the bot in.
    pub fn invites_bot(&self) {
        let mut all = self.discord.shared.lock();
        let bot = all.state.bot;
        let Some(guild) = all.state.guilds.get_mut(&self.id) else { return };
        guild.members.entry(bot).or_default();
        let told = all.state.guilds.get(&self.id).map(|guild| all.state.guild_whole(guild));
        all.gateway.dispatch(Some(self.id), 1, "GUILD_CREATE", &told.unwrap_or_default());
    }

    /// Every post and thread of the guild.
    pub fn threads(&self) -> Vec<Place> {
        let all = self.discord.shared.lock();
        let of = all.state.channels.values().filter(|it| it.guild == Some(self.id) && it.is_thread());
        of.map(|thread| self.discord.place(thread.id)).collect()
    }
}

#[allow(clippy::return_self_not_must_use, reason = "it is done either way")]
impl Place {
    /// Its id.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// Its name.
    pub fn name(&self) -> String {
        self.discord.shared.lock().state.channels.get(&self.id).map_or_else(String::new, |it| it.name.clone())
    }

    /// What everybody sees there, oldest first.
    pub fn messages(&self) -> Vec<Message> {
        let all = self.discord.shared.lock();
        let messages = all.state.channels.get(&self.id).map(|channel| channel.messages.values());
        messages.into_iter().flatten().filter(|it| it.only_for.is_none()).cloned().collect()
    }

    /// The messages as they read.
    pub fn reads(&self) -> Vec<String> {
        self.messages().iter().map(reads).collect()
    }

    /// Names of the tags of a post.
    pub fn tags(&self) -> Vec<String> {
        let all = self.discord.shared.lock();
        let Some(post) = all.state.channels.get(&self.id) else { return Vec::new() };
        let forum = post.parent.and_then(|parent| all.state.channels.get(&parent));
        let name = |tag: &u64| forum?.tags.iter().find(|(id, _)| id == tag).map(|(_, name)| name.clone());
        post.thread.iter().flat_map(|thread| &thread.tags).filter_map(name).collect()
    }

    /// Takes these rights from everybody, the bot too.
    pub fn denies(&self, rights: u64) -> &Self {
        self.change(|channel| {
            let everybody = channel.guild.unwrap_or(0);
            channel.overwrites.entry(everybody).or_default().1 |= rights;
        })
    }

    /// Gives everybody these rights.
    pub fn allows(&self, rights: u64) -> &Self {
        self.change(|channel| {
            let everybody = channel.guild.unwrap_or(0);
            let bits = channel.overwrites.entry(everybody).or_default();
            (bits.0, bits.1) = (bits.0 | rights, bits.1 & !rights);
        })
    }

    /// Lets nobody write twice within so many seconds.
    pub fn slow(&self, seconds: u32) -> &Self {
        self.change(|channel| channel.slow = seconds)
    }

    /// Takes only posts with a tag.
    pub fn needs_tag(&self) -> &Self {
        self.change(|channel| channel.needs_tag = true)
    }

    /// Archives a thread.
    pub fn archives(&self) -> &Self {
        self.change(|channel| channel.thread.iter_mut().for_each(|thread| thread.archived = true))
    }

    /// Whether it is an archived thread.
    pub fn is_archived(&self) -> bool {
        let all = self.discord.shared.lock();
        all.state.channels.get(&self.id).and_then(|it| it.thread.as_ref()).is_some_and(|it| it.archived)
    }

    /// Locks a thread.
    pub fn locks(&self) -> &Self {
        self.change(|channel| channel.thread.iter_mut().for_each(|thread| thread.locked = true))
    }

    /// Is gone.
    pub fn closes(&self) {
        self.discord.shared.lock().close(self.id);
    }

    /// Somebody makes a webhook for it.
    pub fn webhook(&self, name: &str) -> Hook {
        let now = self.discord.shared.clock.now();
        let id = self.discord.shared.lock().webhook(self.id, name, now);
        Hook { discord: self.discord.clone(), id }
    }

    fn change(&self, change: impl FnOnce(&mut Channel)) -> &Self {
        if let Some(channel) = self.discord.shared.lock().state.channels.get_mut(&self.id) {
            change(channel);
        }
        self
    }
}

impl Hook {
    /// Its id.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// Its address, which is a secret.
    pub fn url(&self) -> String {
        let all = self.discord.shared.lock();
        let token = all.state.webhooks.get(&self.id).map(|hook| hook.token.clone());
        format!("{}/api/webhooks/{}/{}", self.discord.shared.api(), self.id, token.unwrap_or_default())
    }

    /// Somebody takes it away.
    pub fn goes(&self) {
        self.discord.shared.lock().state.webhooks.remove(&self.id);
    }
}
