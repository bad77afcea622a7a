//! Messages: making, changing, reading and taking them away.

use chrono::TimeDelta;
use serde_json::Value;

use super::super::answer::Answer;
use super::super::draft::{Draft, Way};
use super::super::mentions;
use super::super::permissions::{
    ATTACH_FILES, EMBED_LINKS, MANAGE_CHANNELS, MANAGE_MESSAGES, MANAGE_THREADS, READ_MESSAGE_HISTORY,
    SEND_MESSAGES, SEND_MESSAGES_IN_THREADS,
};
use super::super::refusal::Refusal;
use super::super::shared::Remembered;
use super::super::state::{Channel, DM, EPHEMERAL, FORUM, Message, VOICE};
use super::Ask;

/// Events of messages are told to sessions that asked for these.
const IN_GUILDS: u64 = 1 << 9;
const IN_DIRECT: u64 = 1 << 12;

/// Who writes.
#[derive(Clone, Debug)]
pub(in super::super) struct Author {
    pub(in super::super) id: u64,
    pub(in super::super) name: String,
    pub(in super::super) webhook: Option<u64>,
    /// What they may do there.
    pub(in super::super) rights: u64,
}

impl Author {
    pub(in super::super) fn bot(ask: &Ask<'_>, rights: u64) -> Self {
        let id = ask.all.state.bot;
        let name = ask.all.state.users.get(&id).map(|user| user.name.clone()).unwrap_or_default();
        Self { id, name, webhook: None, rights }
    }
}

pub(super) fn create(ask: &mut Ask<'_>, id: u64) -> Result<Answer, Refusal> {
    let (channel, rights) = ask.channel(id)?;
    may_write(ask, channel, rights)?;
    let object = ask.object()?;
    let draft = Draft::new(&object, &ask.body, Way::Bot)?;
    may_show(&draft, rights)?;
    let author = Author::bot(ask, rights);
    if let Some(known) = remembered(ask, &draft, author.id, id) {
        return Ok(Answer::ok(&known));
    }
    slow_mode(ask, id, rights)?;
    let message = post(ask, id, &author, draft, None);
    Ok(Answer::ok(&message))
}

/// Whether the bot may write in the channel.
fn may_write(ask: &Ask<'_>, channel: &Channel, rights: u64) -> Result<(), Refusal> {
    let state = &ask.all.state;
    if channel.kind == DM {
        let person = channel.recipient.unwrap_or(0);
        let closed = state.users.get(&person).is_none_or(|user| user.closed);
        let shared = state
            .guilds
            .values()
            .any(|guild| guild.members.contains_key(&person) && guild.members.contains_key(&state.bot));
        return if closed || !shared { Err(Refusal::new(50007)) } else { Ok(()) };
    }
    if matches!(channel.kind, FORUM | VOICE) {
        return Err(Refusal::new(50008));
    }
    let needed = if channel.is_thread() { SEND_MESSAGES_IN_THREADS } else { SEND_MESSAGES };
    if rights & needed == 0 {
        return Err(Refusal::new(50013));
    }
    let locked = channel.thread.as_ref().is_some_and(|thread| thread.locked);
    if locked && rights & MANAGE_THREADS == 0 {
        return Err(Refusal::new(160_005));
    }
    Ok(())
}

/// Whether the bot may send what the message has beside its text.
pub(super) fn may_show(draft: &Draft, rights: u64) -> Result<(), Refusal> {
    let embeds = !draft.embeds.is_empty() && rights & EMBED_LINKS == 0;
    let files = !draft.files.is_empty() && rights & ATTACH_FILES == 0;
    if embeds || files { Err(Refusal::new(50013)) } else { Ok(()) }
}

/// The message that was made with this nonce a short while ago.
fn remembered(ask: &mut Ask<'_>, draft: &Draft, author: u64, channel: u64) -> Option<Value> {
    let nonce = draft.nonce.clone().filter(|_| draft.enforce)?;
    let known = ask.all.nonces.get(&(author, nonce))?.clone();
    let long = TimeDelta::from_std(ask.all.limits.nonce).unwrap_or_default();
    if ask.now - known.at >= long {
        return None;
    }
    let message = ask.all.state.message(known.channel, known.message)?.clone();
    if known.channel != channel || message.content != draft.content || message.embeds != draft.embeds {
        ask.all.journal.object("the nonce of another message: this one would be lost");
    }
    ask.noted.message = Some(message.id);
    ask.noted.repeated = true;
    Some(message.json(&ask.all.state))
}

fn slow_mode(ask: &Ask<'_>, id: u64, rights: u64) -> Result<(), Refusal> {
    let (channel, _) = ask.channel(id)?;
    if channel.slow == 0 || rights & (MANAGE_MESSAGES | MANAGE_CHANNELS) != 0 {
        return Ok(());
    }
    let bot = ask.all.state.bot;
    let last = channel.messages.values().rev().find(|it| it.author_id == bot && it.webhook.is_none());
    let Some(last) = last else { return Ok(()) };
    let wait = last.at + TimeDelta::seconds(i64::from(channel.slow)) - ask.now;
    if wait <= TimeDelta::zero() {
        return Ok(());
    }
    let retry_after = wait.num_milliseconds() as f64 / 1000.0;
    Err(Refusal::new(20016).after(retry_after))
}

/// Puts a message into a channel; hands it back as the API shows it. Only one person sees it where one is named.
pub(super) fn post(
    ask: &mut Ask<'_>,
    id: u64,
    author: &Author,
    draft: Draft,
    only_for: Option<u64>,
) -> Value {
    let state = &mut ask.all.state;
    let number = state.ids.next(ask.now);
    let empty = Channel::default();
    let channel = state.channels.get(&id).unwrap_or(&empty);
    let pinged = mentions::pinged(&draft.content, &draft.allowed, state, channel, author.rights);
    if !draft.allowed.said && !pinged.is_empty() {
        ask.all.journal.object(format!("without allowed_mentions, {} pinged", pinged.join(", ")));
    }
    for remark in &draft.remarks {
        ask.all.journal.object(remark.clone());
    }
    let message = Message {
        id: number,
        channel: id,
        author: draft.username.unwrap_or_else(|| author.name.clone()),
        author_id: author.id,
        webhook: author.webhook,
        content: draft.content,
        embeds: draft.embeds,
        components: draft.components,
        files: draft.files,
        flags: if only_for.is_some() { draft.flags | EPHEMERAL } else { draft.flags & !EPHEMERAL },
        nonce: draft.nonce,
        at: ask.now,
        edited: None,
        pinged: pinged.clone(),
        only_for,
        loading: false,
    };
    if let (Some(nonce), true) = (&message.nonce, draft.enforce) {
        let remembered = Remembered { channel: id, message: number, at: ask.now };
        ask.all.nonces.insert((author.id, nonce.clone()), remembered);
    }
    ask.noted.message = Some(number);
    ask.noted.pinged = pinged;
    put(ask, message)
}

/// Puts a message that is made into its channel and tells it to the gateway.
pub(super) fn put(ask: &mut Ask<'_>, message: Message) -> Value {
    let state = &mut ask.all.state;
    let (id, hidden) = (message.channel, message.only_for.is_some());
    let mut json = message.json(state);
    state.arrived.push((id, message.id));
    let Some(channel) = state.channels.get_mut(&id) else { return json };
    if let Some(thread) = &mut channel.thread {
        thread.archived = false;
    }
    let guild = channel.guild;
    channel.messages.insert(message.id, message);
    if !hidden && ask.all.gateway.is_up() {
        let plain = json.clone();
        if let Some(guild) = guild {
            json["guild_id"] = guild.to_string().into();
        }
        let intent = if guild.is_some() { IN_GUILDS } else { IN_DIRECT };
        ask.all.gateway.dispatch(guild, intent, "MESSAGE_CREATE", &json);
        return plain;
    }
    json
}

pub(super) fn list(ask: &mut Ask<'_>, id: u64) -> Result<Answer, Refusal> {
    let (channel, rights) = ask.channel(id)?;
    if rights & READ_MESSAGE_HISTORY == 0 {
        return Err(Refusal::new(50013));
    }
    let limit = ask.query.get("limit").map_or(Ok(50), |limit| limit.parse::<usize>());
    let Ok(limit @ 1..=100) = limit else {
        return Err(Refusal::at(
            "limit",
            "NUMBER_TYPE_MAX",
            "int value should be less than or equal to 100.",
        ));
    };
    let edge = |name: &str| ask.query.get(name).and_then(|id| id.parse::<u64>().ok());
    let (before, after) = (edge("before").unwrap_or(u64::MAX), edge("after").unwrap_or(0));
    let seen = channel.messages.values().rev().filter(|it| it.only_for.is_none());
    let within = seen.filter(|it| it.id < before && it.id > after).take(limit);
    Ok(Answer::ok(&within.map(|message| message.json(&ask.all.state)).collect()))
}

pub(super) fn get(ask: &mut Ask<'_>, id: u64, message: u64) -> Result<Answer, Refusal> {
    ask.channel(id)?;
    let seen = ask.all.state.message(id, message).filter(|message| message.only_for.is_none());
    let message = seen.ok_or_else(|| Refusal::new(10008))?;
    Ok(Answer::ok(&message.json(&ask.all.state)))
}

pub(super) fn edit(ask: &mut Ask<'_>, id: u64, number: u64) -> Result<Answer, Refusal> {
    let (channel, rights) = ask.channel(id)?;
    let message = channel.messages.get(&number).filter(|message| message.only_for.is_none());
    let message = message.ok_or_else(|| Refusal::new(10008))?;
    if message.author_id != ask.all.state.bot {
        return Err(Refusal::new(50005));
    }
    if channel.thread.as_ref().is_some_and(|thread| thread.archived) {
        return Err(Refusal::new(50083));
    }
    let draft = Draft::read(&ask.object()?, &ask.body, Way::Bot)?;
    may_show(&draft, rights)?;
    let author = Author::bot(ask, rights);
    change(ask, (id, number), &draft, &author)
}

/// Changes what the draft mentions.
fn change(ask: &mut Ask<'_>, at: (u64, u64), draft: &Draft, author: &Author) -> Result<Answer, Refusal> {
    let old = ask.all.state.message(at.0, at.1).cloned();
    let mut message = old.ok_or_else(|| Refusal::new(10008))?;
    for remark in &draft.remarks {
        ask.all.journal.object(remark.clone());
    }
    if draft.changes("attachments") {
        let kept = ask.body.json["attachments"].as_array().cloned().unwrap_or_default();
        let ids: Vec<u64> = kept.iter().filter_map(|it| super::super::form::snowflake(&it["id"])).collect();
        let mut number = message.id;
        message.files.retain(|_| {
            number += 1;
            ids.contains(&(number - 1))
        });
    }
    message.files.extend(draft.files.iter().cloned());
    if draft.changes("content") || message.loading {
        // A change pings nobody, but for the first words of an answer that was put off.
        if message.loading {
            let empty = Channel::default();
            let channel = ask.all.state.channels.get(&at.0).unwrap_or(&empty);
            let state = &ask.all.state;
            message.pinged = mentions::pinged(&draft.content, &draft.allowed, state, channel, author.rights);
            ask.noted.pinged.clone_from(&message.pinged);
        }
        message.content.clone_from(&draft.content);
    }
    if draft.changes("embeds") {
        message.embeds.clone_from(&draft.embeds);
    }
    if draft.changes("components") {
        message.components.clone_from(&draft.components);
    }
    let says = !message.content.is_empty() || !message.embeds.is_empty() || !message.files.is_empty();
    if !says && message.components.is_empty() {
        return Err(Refusal::new(50006));
    }
    message.edited = (!message.loading).then_some(ask.now);
    message.loading = false;
    ask.noted.message = Some(message.id);
    let json = message.json(&ask.all.state);
    if let Some(channel) = ask.all.state.channels.get_mut(&at.0) {
        channel.messages.insert(message.id, message);
    }
    Ok(Answer::ok(&json))
}

pub(super) fn delete(ask: &mut Ask<'_>, id: u64, number: u64) -> Result<Answer, Refusal> {
    let (channel, rights) = ask.channel(id)?;
    let message = channel.messages.get(&number).ok_or_else(|| Refusal::new(10008))?;
    if message.author_id != ask.all.state.bot && rights & MANAGE_MESSAGES == 0 {
        return Err(Refusal::new(50013));
    }
    remove(ask, (id, number))
}

/// Takes a message away.
pub(super) fn remove(ask: &mut Ask<'_>, at: (u64, u64)) -> Result<Answer, Refusal> {
    let channel = ask.all.state.channels.get_mut(&at.0).ok_or_else(|| Refusal::new(10003))?;
    channel.messages.remove(&at.1).ok_or_else(|| Refusal::new(10008))?;
    Ok(Answer::done())
}

pub(super) fn of_webhook(ask: &mut Ask<'_>, at: (u64, u64)) -> Result<Answer, Refusal> {
    let message = ask.all.state.message(at.0, at.1).ok_or_else(|| Refusal::new(10008))?;
    Ok(Answer::ok(&message.json(&ask.all.state)))
}

pub(super) fn edit_of_webhook(ask: &mut Ask<'_>, at: (u64, u64), author: &Author) -> Result<Answer, Refusal> {
    let way = if author.webhook == Some(ask.all.state.application) { Way::Interaction } else { Way::Webhook };
    let draft = Draft::read(&ask.object()?, &ask.body, way)?;
    change(ask, at, &draft, author)
}
