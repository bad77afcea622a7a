//! What somebody did in Discord, as a question of ours.

use serenity::model::application::{
    CommandData, CommandDataOption, CommandDataOptionValue, CommandInteraction, ComponentInteraction,
    Interaction, ResolvedTarget,
};
use serenity::model::channel::{ChannelType, Message, MessageFlags, PartialChannel};
use serenity::model::guild::Member;
use serenity::model::id::{ChannelId, GuildId};
use serenity::model::permissions::Permissions;
use serenity::model::user::User;
use whimbrel_commands::{Asked, Command, Field, Mistake, OptionKind, Place, What, Who};
use whimbrel_fanout::Destination;

use super::menu::PUBLIC;

/// Somebody waits for an answer.
pub(super) struct Question {
    /// The interaction's number.
    pub(super) id: u64,
    /// Our own.
    pub(super) application: u64,
    /// Lets whoever has it answer, for a quarter of an hour.
    pub(super) token: String,
    /// What is asked, or what is wrong with it.
    pub(super) asked: Result<Asked, Mistake>,
    /// A button was pressed …
    pub(super) pressed: bool,
    /// … in a message that only who pressed it sees.
    pub(super) in_hidden: bool,
    /// Rights that we need to write there and do not have.
    pub(super) lacking: Vec<&'static str>,
}

/// Where something was done, and by whom.
struct Scene<'a> {
    channel: ChannelId,
    about: Option<&'a PartialChannel>,
    guild: Option<GuildId>,
    member: Option<&'a Member>,
    user: &'a User,
    locale: &'a str,
    ours: Option<Permissions>,
}

/// The question in what somebody did; `None` for what is none of ours.
pub(super) fn read(interaction: Interaction) -> Option<Question> {
    match interaction {
        Interaction::Command(command) => Some(called(command)),
        Interaction::Component(press) => Some(pressed(press)),
        _ => None,
    }
}

/// The field somebody types into, and what stands there so far.
pub(super) fn typing(data: &CommandData) -> Option<(Field, &str)> {
    let typed = data.autocomplete()?;
    if let Some(form) = Command::questions().find(|form| form.name == data.name) {
        let option = form.options.iter().find(|option| option.name == typed.name)?;
        return Field::of(option).map(|field| (field, typed.value));
    }
    let help = Command::catalogue().iter().find(|help| help.name == data.name)?;
    let option = help.options.iter().find(|option| option.name == typed.name)?;
    match option.kind {
        OptionKind::Completed(field) => Some((field, typed.value)),
        OptionKind::Text | OptionKind::Number => None,
    }
}

fn called(command: CommandInteraction) -> Question {
    let scene = Scene {
        channel: command.channel_id,
        about: command.channel.as_ref(),
        guild: command.guild_id,
        member: command.member.as_deref(),
        user: &command.user,
        locale: &command.locale,
        ours: command.app_permissions,
    };
    let (place, who, lacking) = (scene.place(), scene.who(), scene.lacking());
    let asked = wanted(&command.data).map(|what| Asked { place, who, what });
    Question {
        id: command.id.get(),
        application: command.application_id.get(),
        token: command.token,
        asked,
        pressed: false,
        in_hidden: false,
        lacking,
    }
}

/// What a command asks for.
fn wanted(data: &CommandData) -> Result<What, Mistake> {
    if let Some(ResolvedTarget::Message(message)) = data.target() {
        let link = link(message).ok_or(Mistake::NoLink)?;
        let options = vec![("project".to_owned(), link)];
        return Ok(What::Asked { name: "show".to_owned(), options, public: false });
    }
    let named = |option: &CommandDataOption| Some((option.name.clone(), value(&option.value)?));
    let mut options: Vec<(String, String)> = data.options.iter().filter_map(named).collect();
    if Command::questions().any(|form| form.name == data.name) {
        let public = options.iter().any(|(name, value)| name == PUBLIC && value == "true");
        options.retain(|(name, _)| name != PUBLIC);
        return Ok(What::Asked { name: data.name.clone(), options, public });
    }
    let options: Vec<(&str, &str)> =
        options.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    Command::called(&data.name, &options).map(What::Called)
}

/// The first link of a message: in what was written, else in what hangs on it.
fn link(message: &Message) -> Option<String> {
    let written = [Some(message.content.as_str())].into_iter();
    let shown = message.embeds.iter().flat_map(|embed| [embed.url.as_deref(), embed.description.as_deref()]);
    written.chain(shown).flatten().find_map(|text| {
        let begin = ["https://", "http://"].iter().filter_map(|scheme| text.find(scheme)).min()?;
        let ends = |c: char| c.is_whitespace() || matches!(c, '>' | '<' | ')' | ']' | '|' | '"' | '`');
        let link = text[begin..].split(ends).next()?;
        Some(link.trim_end_matches(['.', ',', ';', '!', '?', '*']).to_owned())
    })
}

fn pressed(press: ComponentInteraction) -> Question {
    let scene = Scene {
        channel: press.channel_id,
        about: press.channel.as_ref(),
        guild: press.guild_id,
        member: press.member.as_ref(),
        user: &press.user,
        locale: &press.locale,
        ours: press.app_permissions,
    };
    let (place, who, lacking) = (scene.place(), scene.who(), scene.lacking());
    let flags = press.message.flags.unwrap_or_default();
    Question {
        id: press.id.get(),
        application: press.application_id.get(),
        token: press.token,
        asked: Ok(Asked { place, who, what: What::Pressed(press.data.custom_id) }),
        pressed: true,
        in_hidden: flags.contains(MessageFlags::EPHEMERAL),
        lacking,
    }
}

fn value(value: &CommandDataOptionValue) -> Option<String> {
    match value {
        CommandDataOptionValue::String(text) => Some(text.clone()),
        CommandDataOptionValue::Integer(number) => Some(number.to_string()),
        CommandDataOptionValue::Boolean(is) => Some(is.to_string()),
        _ => None,
    }
}

impl Scene<'_> {
    fn place(&self) -> Place {
        Place {
            destination: Destination::Discord { channel: self.channel.get() },
            title: self.about.and_then(|channel| channel.name.clone()),
            private: self.guild.is_none(),
            remote: false,
        }
    }

    fn who(&self) -> Who {
        let rights = self.member.and_then(|member| member.permissions).unwrap_or_default();
        let enough = Permissions::MANAGE_GUILD | Permissions::MANAGE_CHANNELS | Permissions::ADMINISTRATOR;
        Who {
            id: format!("discord:{}", self.user.id),
            may_change: self.guild.is_none() || rights.intersects(enough),
            language: Some(self.locale.to_owned()).filter(|locale| !locale.is_empty()),
        }
    }

    /// Rights we need to write there later and do not have, as Discord calls them.
    fn lacking(&self) -> Vec<&'static str> {
        let Some(ours) = self.ours.filter(|_| self.guild.is_some()) else { return Vec::new() };
        if ours.contains(Permissions::ADMINISTRATOR) {
            return Vec::new();
        }
        let is_thread = self.about.is_some_and(|channel| {
            let threads = [ChannelType::PublicThread, ChannelType::PrivateThread, ChannelType::NewsThread];
            threads.contains(&channel.kind)
        });
        let write = if is_thread {
            (Permissions::SEND_MESSAGES_IN_THREADS, "Send Messages in Threads")
        } else {
            (Permissions::SEND_MESSAGES, "Send Messages")
        };
        let needed =
            [(Permissions::VIEW_CHANNEL, "View Channel"), write, (Permissions::EMBED_LINKS, "Embed Links")];
        needed.iter().filter(|(right, _)| !ours.contains(*right)).map(|(_, name)| *name).collect()
    }
}

#[cfg(test)]
#[path = "../../../../tests/world/mangled.rs"]
mod mangled;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn mangled_interactions_never_panic() {
        let user =
            json!({ "id": "500000000000000001", "username": "ada", "discriminator": "0", "avatar": null });
        let channel = json!({ "id": "500000000000000002", "type": 0, "name": "general", "permissions": "2048",
            "guild_id": "500000000000000003" });
        let any = |kind: u8, data: serde_json::Value| {
            json!({ "id": "500000000000000004", "application_id": "500000000000000005", "type": kind, "data": data,
                "token": "t", "version": 1, "locale": "en-US", "guild_locale": "en-US", "entitlements": [],
                "channel_id": "500000000000000002", "app_permissions": "274877959168", "channel": channel,
                "guild_id": "500000000000000003", "attachment_size_limit": 10_485_760, "context": 0,
                "guild": { "id": "500000000000000003", "locale": "en-US", "features": [] },
                "authorizing_integration_owners": { "0": "500000000000000003" },
                "member": { "user": user, "roles": [], "joined_at": "2026-01-01T00:00:00Z", "deaf": false,
                    "mute": false, "flags": 0, "permissions": "16" } })
        };
        let message = json!({ "id": "500000000000000009", "channel_id": "500000000000000002", "author": user,
            "content": "https://github.com/etcd-io/etcd", "timestamp": "2026-01-01T00:00:00Z", "edited_timestamp": null,
            "tts": false, "mention_everyone": false, "mentions": [], "mention_roles": [], "attachments": [],
            "embeds": [], "pinned": false, "type": 0 });
        let option = |name: &str| json!({ "name": name, "type": 3, "value": "awesome-go", "focused": true });
        let mut press = any(3, json!({ "custom_id": "c.0", "component_type": 2 }));
        press["message"] = message.clone();
        let samples = [
            any(
                2,
                json!({ "id": "1", "name": "subscribe", "type": 1, "options": [
                { "name": "catalog", "type": 3, "value": "awesome-go" }, { "name": "rhythm", "type": 3, "value": "daily" }] }),
            ),
            any(4, json!({ "id": "1", "name": "subscribe", "type": 1, "options": [option("catalog")] })),
            any(
                2,
                json!({ "id": "1", "name": "What is this?", "type": 3, "target_id": "500000000000000009",
                "resolved": { "messages": { "500000000000000009": message } } }),
            ),
            press,
        ];
        let mut heard = [0; 4];
        for case in 0..mangled::cases(8_000) {
            let bytes = mangled::mangled(case, &samples);
            let Ok(interaction) = serde_json::from_slice::<Interaction>(&bytes) else { continue };
            match interaction {
                Interaction::Autocomplete(data) => heard[0] += usize::from(typing(&data.data).is_some()),
                other => {
                    let Some(question) = read(other) else { continue };
                    heard[1 + usize::from(question.pressed)] += 1;
                    if let Ok(asked) = question.asked {
                        asked.what.changes();
                    }
                }
            }
        }
        assert!(heard[..3].iter().all(|count| *count > 20), "{heard:?}: many are nearly right");
    }
}
