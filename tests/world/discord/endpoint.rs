//! Which request is meant by a verb and a path, and whose bucket it takes from.

use super::limits::Rate;

/// A request, by what it is about. Numbers are ids in the order of the path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Endpoint {
    Gateway,
    GatewayBot,
    Application,
    Authorization,
    Me,
    MyGuilds,
    User(u64),
    OpenDirect,
    Guild(u64),
    GuildChannels(u64),
    GuildRoles(u64),
    Member(u64, u64),
    ActiveThreads(u64),
    Channel(u64),
    EditChannel(u64),
    DeleteChannel(u64),
    Messages(u64),
    CreateMessage(u64),
    Message(u64, u64),
    EditMessage(u64, u64),
    DeleteMessage(u64, u64),
    Typing(u64),
    StartThread(u64),
    ThreadFrom(u64, u64),
    ChannelWebhooks(u64),
    MakeWebhook(u64),
    Webhook(u64, Option<String>),
    DeleteWebhook(u64, Option<String>),
    Execute(u64, String),
    /// By a webhook, or a follow-up of an interaction; `@original` is its first answer.
    Followed(u64, String, String),
    EditFollowed(u64, String, String),
    DeleteFollowed(u64, String, String),
    Commands(u64, Option<u64>),
    PutCommands(u64, Option<u64>),
    MakeCommand(u64, Option<u64>),
    Command(u64, Option<u64>, u64),
    EditCommand(u64, Option<u64>, u64),
    DeleteCommand(u64, Option<u64>, u64),
    Callback(u64, String),
}

const VERBS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

impl Endpoint {
    /// The request with this verb and path; where there is none, whether another verb would have been right.
    pub(super) fn find(verb: &str, path: &str) -> Result<Self, bool> {
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        find(verb, &parts).ok_or_else(|| VERBS.iter().any(|verb| find(verb, &parts).is_some()))
    }

    /// Whether the bot's token is needed: a webhook and an interaction have tokens of their own.
    pub(super) fn needs_token(&self) -> bool {
        !matches!(
            self,
            Self::Gateway
                | Self::Webhook(_, Some(_))
                | Self::DeleteWebhook(_, Some(_))
                | Self::Execute(..)
                | Self::Followed(..)
                | Self::EditFollowed(..)
                | Self::DeleteFollowed(..)
                | Self::Callback(..)
        )
    }

    /// The route's name, the place it is counted for, and its limit.
    pub(super) fn bucket(&self) -> (&'static str, String, Rate) {
        let other = |name, id: u64| (name, id.to_string(), Rate::Other);
        match self {
            Self::Callback(..) => ("callback", String::new(), Rate::Free),
            Self::CreateMessage(channel) => ("create message", channel.to_string(), Rate::Messages),
            Self::EditMessage(channel, _) => ("edit message", channel.to_string(), Rate::Edits),
            Self::DeleteMessage(channel, _) => ("delete message", channel.to_string(), Rate::Edits),
            Self::StartThread(channel) => ("start thread", channel.to_string(), Rate::Messages),
            Self::Execute(id, token) => ("execute webhook", format!("{id}/{token}"), Rate::Webhooks),
            Self::Followed(id, token, _) | Self::EditFollowed(id, token, _) => {
                ("webhook message", format!("{id}/{token}"), Rate::Webhooks)
            }
            Self::DeleteFollowed(id, token, _) => {
                ("delete webhook message", format!("{id}/{token}"), Rate::Webhooks)
            }
            Self::Channel(id) => other("channel", *id),
            Self::EditChannel(id) | Self::DeleteChannel(id) => other("change channel", *id),
            Self::Messages(id) | Self::Message(id, _) => other("read messages", *id),
            Self::ThreadFrom(id, _) => other("thread from message", *id),
            Self::Typing(id) => other("typing", *id),
            Self::ChannelWebhooks(id) | Self::MakeWebhook(id) => other("webhooks of channel", *id),
            Self::Webhook(id, _) | Self::DeleteWebhook(id, _) => other("webhook", *id),
            Self::Guild(id) | Self::GuildChannels(id) | Self::GuildRoles(id) | Self::ActiveThreads(id) => {
                other("guild", *id)
            }
            Self::Member(id, _) => other("member", *id),
            Self::Commands(..) | Self::Command(..) => other("commands", 0),
            Self::PutCommands(..) | Self::MakeCommand(..) => other("make commands", 0),
            Self::EditCommand(..) | Self::DeleteCommand(..) => other("change commands", 0),
            Self::OpenDirect => other("open direct", 0),
            Self::Gateway | Self::GatewayBot => other("gateway", 0),
            Self::Application | Self::Authorization => other("application", 0),
            Self::Me | Self::MyGuilds | Self::User(_) => other("users", 0),
        }
    }
}

fn find(verb: &str, parts: &[&str]) -> Option<Endpoint> {
    use Endpoint as E;
    let id = |text: &str| text.parse::<u64>().ok();
    let text = |text: &str| text.to_owned();
    Some(match (verb, parts) {
        ("GET", ["gateway"]) => E::Gateway,
        ("GET", ["gateway", "bot"]) => E::GatewayBot,
        ("GET", ["applications", "@me"]) => E::Application,
        ("GET", ["oauth2", "applications", "@me"]) => E::Authorization,
        ("GET", ["users", "@me"]) => E::Me,
        ("GET", ["users", "@me", "guilds"]) => E::MyGuilds,
        ("POST", ["users", "@me", "channels"]) => E::OpenDirect,
        ("GET", ["users", user]) => E::User(id(user)?),
        ("GET", ["guilds", guild]) => E::Guild(id(guild)?),
        ("GET", ["guilds", guild, "channels"]) => E::GuildChannels(id(guild)?),
        ("GET", ["guilds", guild, "roles"]) => E::GuildRoles(id(guild)?),
        ("GET", ["guilds", guild, "members", member]) => E::Member(id(guild)?, id(member)?),
        ("GET", ["guilds", guild, "threads", "active"]) => E::ActiveThreads(id(guild)?),
        ("GET", ["channels", channel]) => E::Channel(id(channel)?),
        ("PATCH", ["channels", channel]) => E::EditChannel(id(channel)?),
        ("DELETE", ["channels", channel]) => E::DeleteChannel(id(channel)?),
        ("GET", ["channels", channel, "messages"]) => E::Messages(id(channel)?),
        ("POST", ["channels", channel, "messages"]) => E::CreateMessage(id(channel)?),
        ("GET", ["channels", channel, "messages", message]) => E::Message(id(channel)?, id(message)?),
        ("PATCH", ["channels", channel, "messages", message]) => E::EditMessage(id(channel)?, id(message)?),
        ("DELETE", ["channels", channel, "messages", message]) => {
            E::DeleteMessage(id(channel)?, id(message)?)
        }
        ("POST", ["channels", channel, "typing"]) => E::Typing(id(channel)?),
        ("POST", ["channels", channel, "threads"]) => E::StartThread(id(channel)?),
        ("POST", ["channels", channel, "messages", message, "threads"]) => {
            E::ThreadFrom(id(channel)?, id(message)?)
        }
        ("GET", ["channels", channel, "webhooks"]) => E::ChannelWebhooks(id(channel)?),
        ("POST", ["channels", channel, "webhooks"]) => E::MakeWebhook(id(channel)?),
        ("GET", ["webhooks", hook]) => E::Webhook(id(hook)?, None),
        ("GET", ["webhooks", hook, token]) => E::Webhook(id(hook)?, Some(text(token))),
        ("DELETE", ["webhooks", hook]) => E::DeleteWebhook(id(hook)?, None),
        ("DELETE", ["webhooks", hook, token]) => E::DeleteWebhook(id(hook)?, Some(text(token))),
        ("POST", ["webhooks", hook, token]) => E::Execute(id(hook)?, text(token)),
        ("GET", ["webhooks", hook, token, "messages", it]) => E::Followed(id(hook)?, text(token), text(it)),
        ("PATCH", ["webhooks", hook, token, "messages", it]) => {
            E::EditFollowed(id(hook)?, text(token), text(it))
        }
        ("DELETE", ["webhooks", hook, token, "messages", it]) => {
            E::DeleteFollowed(id(hook)?, text(token), text(it))
        }
        (_, ["applications", app, "commands", rest @ ..]) => command(verb, id(app)?, None, rest)?,
        (_, ["applications", app, "guilds", guild, "commands", rest @ ..]) => {
            command(verb, id(app)?, Some(id(guild)?), rest)?
        }
        ("POST", ["interactions", it, token, "callback"]) => E::Callback(id(it)?, text(token)),
        _ => return None,
    })
}

fn command(verb: &str, app: u64, guild: Option<u64>, rest: &[&str]) -> Option<Endpoint> {
    use Endpoint as E;
    let id = |text: &str| text.parse::<u64>().ok();
    Some(match (verb, rest) {
        ("GET", []) => E::Commands(app, guild),
        ("PUT", []) => E::PutCommands(app, guild),
        ("POST", []) => E::MakeCommand(app, guild),
        ("GET", [it]) => E::Command(app, guild, id(it)?),
        ("PATCH", [it]) => E::EditCommand(app, guild, id(it)?),
        ("DELETE", [it]) => E::DeleteCommand(app, guild, id(it)?),
        _ => return None,
    })
}
