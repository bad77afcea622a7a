//! Channels: opening direct ones, changing and closing others.

use serde_json::Value;

use super::super::answer::Answer;
use super::super::form::{Form, Length, snowflake};
use super::super::permissions::{MANAGE_CHANNELS, MANAGE_THREADS};
use super::super::refusal::Refusal;
use super::Ask;

/// Events of channels and threads are told to sessions that asked for guilds.
const GUILDS: u64 = 1;

pub(super) fn open_direct(ask: &mut Ask<'_>) -> Result<Answer, Refusal> {
    let object = ask.object()?;
    let Some(person) = object.get("recipient_id").and_then(snowflake) else {
        return Err(Refusal::at("recipient_id", "BASE_TYPE_REQUIRED", "This field is required"));
    };
    let known = ask.all.state.users.get(&person).is_some_and(|user| !user.bot);
    if !known {
        return Err(Refusal::new(50033));
    }
    let id = ask.all.state.direct(person, ask.now);
    let channel = &ask.all.state.channels[&id];
    Ok(Answer::ok(&channel.json(&ask.all.state)))
}

pub(super) fn edit(ask: &mut Ask<'_>, id: u64) -> Result<Answer, Refusal> {
    let object = ask.object()?;
    let (channel, rights) = ask.channel(id)?;
    let bot = ask.all.state.bot;
    let mut form = Form::default();
    let name = form.text("", &object, "name", Length { least: 1, most: 100 });
    let tags = form.list("", &object, "applied_tags", 5);
    form.done()?;
    let needed = if channel.is_thread() { MANAGE_THREADS } else { MANAGE_CHANNELS };
    let own = channel.is_thread() && channel.owner == Some(bot);
    let locks = object.contains_key("locked");
    if rights & needed == 0 && (!own || locks) {
        return Err(Refusal::new(50013));
    }
    let opens = object.get("archived") == Some(&Value::Bool(false));
    if channel.thread.as_ref().is_some_and(|thread| thread.archived) && !opens && !locks {
        return Err(Refusal::new(50083));
    }
    let changed = ask.all.state.channels.get_mut(&id).ok_or_else(|| Refusal::new(10003))?;
    if let Some(name) = name {
        name.clone_into(&mut changed.name);
    }
    if let Some(thread) = &mut changed.thread {
        if let Some(archived) = object.get("archived").and_then(Value::as_bool) {
            thread.archived = archived;
        }
        if let Some(locked) = object.get("locked").and_then(Value::as_bool) {
            thread.locked = locked;
        }
        if object.contains_key("applied_tags") {
            thread.tags = tags.iter().filter_map(snowflake).collect();
        }
    }
    let channel = &ask.all.state.channels[&id];
    let event = if channel.is_thread() { "THREAD_UPDATE" } else { "CHANNEL_UPDATE" };
    let (guild, json) = (channel.guild, channel.json(&ask.all.state));
    ask.all.gateway.dispatch(guild, GUILDS, event, &json);
    Ok(Answer::ok(&json))
}

pub(super) fn delete(ask: &mut Ask<'_>, id: u64) -> Result<Answer, Refusal> {
    let (channel, rights) = ask.channel(id)?;
    let needed = if channel.is_thread() { MANAGE_THREADS } else { MANAGE_CHANNELS };
    if channel.guild.is_some() && rights & needed == 0 {
        return Err(Refusal::new(50013));
    }
    let json = channel.json(&ask.all.state);
    ask.all.close(id);
    Ok(Answer::ok(&json))
}
