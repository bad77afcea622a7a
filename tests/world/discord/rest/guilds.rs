//! Guilds, people and the application itself.

use serde_json::{Value, json};

use super::super::answer::Answer;
use super::super::permissions::in_guild;
use super::super::refusal::Refusal;
use super::super::signed;
use super::super::state::Guild;
use super::Ask;

/// The guild, if the bot is in it.
fn find<'a>(ask: &'a Ask<'_>, id: u64) -> Result<&'a Guild, Refusal> {
    let state = &ask.all.state;
    let guild = state.guilds.get(&id).ok_or_else(|| Refusal::new(10004))?;
    if guild.members.contains_key(&state.bot) { Ok(guild) } else { Err(Refusal::new(50001)) }
}

pub(super) fn application(ask: &Ask<'_>) -> Value {
    let state = &ask.all.state;
    let owner = state.users.get(&state.owner).map(super::super::state::User::json);
    json!({ "id": state.application.to_string(), "name": "whimbrel", "icon": null, "description": "",
        "bot_public": true, "bot_require_code_grant": false, "summary": "", "team": null, "owner": owner,
        "verify_key": signed::public_key(), "flags": 0, "hook": true,
        "bot": state.users.get(&state.bot).map(super::super::state::User::json),
        "interactions_endpoint_url": ask.all.endpoint.as_ref().map(|endpoint| &endpoint.url),
        "approximate_guild_count": state.guilds.len() })
}

pub(super) fn user(ask: &Ask<'_>, id: u64) -> Result<Answer, Refusal> {
    let user = ask.all.state.users.get(&id).ok_or_else(|| Refusal::new(10013))?;
    Ok(Answer::ok(&user.json()))
}

pub(super) fn mine(ask: &Ask<'_>) -> Answer {
    let state = &ask.all.state;
    let mine = state.guilds.values().filter_map(|guild| {
        let rights = in_guild(guild, state.bot)?;
        Some(json!({ "id": guild.id.to_string(), "name": guild.name, "icon": null, "owner": false,
            "permissions": rights.to_string(), "features": [] }))
    });
    Answer::ok(&mine.collect())
}

pub(super) fn guild(ask: &Ask<'_>, id: u64) -> Result<Answer, Refusal> {
    let mut json = find(ask, id)?.json();
    if ask.asks_for("with_counts") {
        json["approximate_member_count"] = json!(find(ask, id)?.members.len());
    }
    Ok(Answer::ok(&json))
}

pub(super) fn channels(ask: &Ask<'_>, id: u64) -> Result<Answer, Refusal> {
    find(ask, id)?;
    let state = &ask.all.state;
    let inside = state.channels.values().filter(|it| it.guild == Some(id) && !it.is_thread());
    Ok(Answer::ok(&inside.map(|channel| channel.json(state)).collect()))
}

pub(super) fn threads(ask: &Ask<'_>, id: u64) -> Result<Answer, Refusal> {
    find(ask, id)?;
    let state = &ask.all.state;
    let open = state
        .channels
        .values()
        .filter(|it| it.guild == Some(id) && it.thread.as_ref().is_some_and(|thread| !thread.archived));
    let threads: Vec<_> = open.map(|channel| channel.json(state)).collect();
    Ok(Answer::ok(&json!({ "threads": threads, "members": [] })))
}

pub(super) fn roles(ask: &Ask<'_>, id: u64) -> Result<Answer, Refusal> {
    let guild = find(ask, id)?.json();
    Ok(Answer::ok(&guild["roles"]))
}

pub(super) fn member(ask: &Ask<'_>, guild: u64, user: u64) -> Result<Answer, Refusal> {
    let guild = find(ask, guild)?;
    if !ask.all.state.users.contains_key(&user) {
        return Err(Refusal::new(10013));
    }
    if !guild.members.contains_key(&user) {
        return Err(Refusal::new(10007));
    }
    Ok(Answer::ok(&ask.all.state.member_json(guild, user)))
}
