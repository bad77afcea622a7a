//! What each request does, once it is known who asks and that the limits allow it.

mod channels;
mod commands;
mod guilds;
mod interactions;
mod messages;
mod threads;
mod webhooks;

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::answer::Answer;
use super::body::Body;
use super::endpoint::Endpoint;
use super::refusal::Refusal;
use super::shared::Everything;
use super::state::Channel;

pub(super) use interactions::respond;
use messages::Author;

/// What the journal keeps of what was done.
#[derive(Debug, Default)]
pub(super) struct Noted {
    pub(super) message: Option<u64>,
    pub(super) repeated: bool,
    pub(super) pinged: Vec<String>,
}

/// A request, and everything it may look at and change.
pub(super) struct Ask<'a> {
    pub(super) all: &'a mut Everything,
    pub(super) now: DateTime<Utc>,
    pub(super) api: &'a str,
    pub(super) query: HashMap<String, String>,
    pub(super) body: Body,
    pub(super) bot: bool,
    pub(super) noted: &'a mut Noted,
}

impl Ask<'_> {
    /// The channel, if it is there and the bot sees it, and what the bot may do there.
    fn channel(&self, id: u64) -> Result<(&Channel, u64), Refusal> {
        let state = &self.all.state;
        let channel = state.channels.get(&id).ok_or_else(|| Refusal::new(10003))?;
        let rights = state.may(channel, state.bot);
        if rights == 0 { Err(Refusal::new(50001)) } else { Ok((channel, rights)) }
    }

    /// The document's fields, taken out of the body.
    fn object(&self) -> Result<Map<String, Value>, Refusal> {
        self.body.object().cloned()
    }

    /// A switch in the query.
    fn asks_for(&self, name: &str) -> bool {
        self.query.get(name).is_some_and(|value| value.eq_ignore_ascii_case("true") || value == "1")
    }
}

/// Does what is asked for.
pub(super) fn answer(ask: &mut Ask<'_>, endpoint: &Endpoint) -> Result<Answer, Refusal> {
    match endpoint {
        Endpoint::Gateway => Ok(Answer::ok(&json!({ "url": gateway(ask) }))),
        Endpoint::GatewayBot => {
            let now = ask.now;
            let url = gateway(ask);
            Ok(Answer::ok(&ask.all.gateway.recommended(&url, &ask.all.limits, now)))
        }
        Endpoint::Application | Endpoint::Authorization => Ok(Answer::ok(&guilds::application(ask))),
        Endpoint::Me => guilds::user(ask, ask.all.state.bot),
        Endpoint::User(id) => guilds::user(ask, *id),
        Endpoint::MyGuilds => Ok(guilds::mine(ask)),
        Endpoint::Guild(id) => guilds::guild(ask, *id),
        Endpoint::GuildChannels(id) => guilds::channels(ask, *id),
        Endpoint::GuildRoles(id) => guilds::roles(ask, *id),
        Endpoint::Member(guild, user) => guilds::member(ask, *guild, *user),
        Endpoint::ActiveThreads(id) => guilds::threads(ask, *id),
        Endpoint::OpenDirect => channels::open_direct(ask),
        Endpoint::Channel(id) => {
            let (channel, _) = ask.channel(*id)?;
            Ok(Answer::ok(&channel.json(&ask.all.state)))
        }
        Endpoint::EditChannel(id) => channels::edit(ask, *id),
        Endpoint::DeleteChannel(id) => channels::delete(ask, *id),
        Endpoint::Typing(id) => ask.channel(*id).map(|_| Answer::done()),
        Endpoint::Messages(channel) => messages::list(ask, *channel),
        Endpoint::CreateMessage(channel) => messages::create(ask, *channel),
        Endpoint::Message(channel, message) => messages::get(ask, *channel, *message),
        Endpoint::EditMessage(channel, message) => messages::edit(ask, *channel, *message),
        Endpoint::DeleteMessage(channel, message) => messages::delete(ask, *channel, *message),
        Endpoint::StartThread(channel) => threads::start(ask, *channel),
        Endpoint::ThreadFrom(channel, message) => threads::from_message(ask, *channel, *message),
        Endpoint::ChannelWebhooks(channel) => webhooks::of_channel(ask, *channel),
        Endpoint::MakeWebhook(channel) => webhooks::make(ask, *channel),
        Endpoint::Webhook(id, token) => webhooks::get(ask, *id, token.as_deref()),
        Endpoint::DeleteWebhook(id, token) => webhooks::delete(ask, *id, token.as_deref()),
        Endpoint::Execute(id, token) if *id == ask.all.state.application => {
            interactions::follow_up(ask, token)
        }
        Endpoint::Execute(id, token) => webhooks::execute(ask, *id, token),
        Endpoint::Followed(id, token, message)
        | Endpoint::EditFollowed(id, token, message)
        | Endpoint::DeleteFollowed(id, token, message) => {
            let (place, author) = if *id == ask.all.state.application {
                interactions::place(ask, token, message)?
            } else {
                webhooks::place(ask, *id, token, message)?
            };
            match endpoint {
                Endpoint::Followed(..) => messages::of_webhook(ask, place),
                Endpoint::EditFollowed(..) => messages::edit_of_webhook(ask, place, &author),
                _ => messages::remove(ask, place),
            }
        }
        Endpoint::Commands(app, guild) => commands::list(ask, *app, *guild),
        Endpoint::PutCommands(app, guild) => commands::put(ask, *app, *guild),
        Endpoint::MakeCommand(app, guild) => commands::make(ask, *app, *guild),
        Endpoint::Command(app, guild, id) => commands::get(ask, *app, *guild, *id),
        Endpoint::EditCommand(app, guild, id) => commands::edit(ask, *app, *guild, *id),
        Endpoint::DeleteCommand(app, guild, id) => commands::delete(ask, *app, *guild, *id),
        Endpoint::Callback(id, token) => interactions::callback(ask, *id, token),
    }
}

fn gateway(ask: &Ask<'_>) -> String {
    ask.api.replacen("http", "ws", 1)
}
