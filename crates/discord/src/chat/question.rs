//! What somebody did in Discord, as a question of ours.

use serenity::model::application::{
    CommandData, CommandDataOptionValue, CommandInteraction, ComponentInteraction, Interaction,
};
use serenity::model::channel::{ChannelType, MessageFlags, PartialChannel};
use serenity::model::guild::Member;
use serenity::model::id::{ChannelId, GuildId};
use serenity::model::permissions::Permissions;
use serenity::model::user::User;
use whimbrel_commands::{Asked, Command, Field, Mistake, OptionKind, Place, What, Who};
use whimbrel_fanout::Destination;

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
    let options: Vec<(&str, String)> = command
        .data
        .options
        .iter()
        .filter_map(|option| Some((option.name.as_str(), value(&option.value)?)))
        .collect();
    let options: Vec<(&str, &str)> = options.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let asked = Command::called(&command.data.name, &options).map(|called| Asked {
        place,
        who,
        what: What::Called(called),
    });
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
