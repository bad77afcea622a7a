//! Webhooks: addresses that take messages for one channel.

use super::super::answer::Answer;
use super::super::draft::{Draft, Way};
use super::super::form::{Form, Length, snowflake};
use super::super::permissions::{ALL, MANAGE_WEBHOOKS, MENTION_EVERYONE};
use super::super::refusal::Refusal;
use super::super::state::{FORUM, TEXT, Webhook};
use super::{Ask, Author, messages, threads};

pub(super) fn of_channel(ask: &mut Ask<'_>, id: u64) -> Result<Answer, Refusal> {
    let (_, rights) = ask.channel(id)?;
    if rights & MANAGE_WEBHOOKS == 0 {
        return Err(Refusal::new(50013));
    }
    let hooks = ask.all.state.webhooks.values().filter(|hook| hook.channel == id);
    Ok(Answer::ok(&hooks.map(|hook| hook.json(&ask.all.state, ask.api)).collect()))
}

pub(super) fn make(ask: &mut Ask<'_>, id: u64) -> Result<Answer, Refusal> {
    let object = ask.object()?;
    let (channel, rights) = ask.channel(id)?;
    if rights & MANAGE_WEBHOOKS == 0 {
        return Err(Refusal::new(50013));
    }
    if !matches!(channel.kind, TEXT | FORUM) {
        return Err(Refusal::new(50024));
    }
    let mut form = Form::default();
    let name = form.text("", &object, "name", Length { least: 1, most: 80 });
    if object.get("name").is_none() {
        form.required("name");
    }
    let lower = name.unwrap_or_default().to_lowercase();
    if lower.contains("clyde") || lower.contains("discord") {
        let message = "Username cannot contain \"discord\"";
        form.bad("name", "USERNAME_INVALID_CONTAINS", message);
    }
    form.done()?;
    let hook = ask.all.webhook(id, name.unwrap_or_default(), ask.now);
    Ok(Answer::ok(&ask.all.state.webhooks[&hook].json(&ask.all.state, ask.api)))
}

/// The webhook, if it is there and the token is its own.
fn find(ask: &Ask<'_>, id: u64, token: Option<&str>) -> Result<Webhook, Refusal> {
    let hook = ask.all.state.webhooks.get(&id).ok_or_else(|| Refusal::new(10015))?;
    match token {
        Some(token) if token != hook.token => Err(Refusal::new(50027)),
        None => {
            let (_, rights) = ask.channel(hook.channel)?;
            if rights & MANAGE_WEBHOOKS == 0 { Err(Refusal::new(50013)) } else { Ok(hook.clone()) }
        }
        Some(_) => Ok(hook.clone()),
    }
}

pub(super) fn get(ask: &mut Ask<'_>, id: u64, token: Option<&str>) -> Result<Answer, Refusal> {
    let hook = find(ask, id, token)?;
    Ok(Answer::ok(&hook.json(&ask.all.state, ask.api)))
}

pub(super) fn delete(ask: &mut Ask<'_>, id: u64, token: Option<&str>) -> Result<Answer, Refusal> {
    find(ask, id, token)?;
    ask.all.state.webhooks.remove(&id);
    Ok(Answer::done())
}

pub(super) fn execute(ask: &mut Ask<'_>, id: u64, token: &str) -> Result<Answer, Refusal> {
    let hook = find(ask, id, Some(token))?;
    let object = ask.object()?;
    let draft = Draft::new(&object, &ask.body, Way::Webhook)?;
    let channel = ask.all.state.channels.get(&hook.channel).ok_or_else(|| Refusal::new(10003))?;
    let forum = channel.kind == FORUM;
    let (known, needs_tag) = (channel.tags.clone(), channel.needs_tag);
    let thread = ask.query.get("thread_id").and_then(|id| id.parse::<u64>().ok());
    let mut form = Form::default();
    let name = form.text("", &object, "thread_name", Length { least: 1, most: 100 });
    let tags: Vec<u64> = form.list("", &object, "applied_tags", 5).iter().filter_map(snowflake).collect();
    if tags.iter().any(|tag| !known.iter().any(|(id, _)| id == tag)) {
        form.bad("applied_tags", "FORUM_TAG_UNKNOWN", "Unknown forum tag");
    }
    form.done()?;
    // A webhook may ping everybody.
    let author = Author { id, name: hook.name.clone(), webhook: Some(id), rights: ALL | MENTION_EVERYONE };
    let message = match (forum, thread, name) {
        (true, None, None) => return Err(Refusal::new(220_001)),
        (_, Some(_), Some(_)) => return Err(Refusal::new(220_002)),
        (false, None, Some(_)) => return Err(Refusal::new(220_003)),
        (true, None, Some(name)) => {
            if needs_tag && tags.is_empty() {
                return Err(Refusal::new(40067));
            }
            threads::open_post(ask, hook.channel, name, tags, &author, draft).1
        }
        (_, Some(thread), None) => {
            let inside = ask.all.state.channels.get(&thread);
            if inside.is_none_or(|inside| inside.parent != Some(hook.channel)) {
                return Err(Refusal::new(10003));
            }
            messages::post(ask, thread, &author, draft, None)
        }
        (false, None, None) => messages::post(ask, hook.channel, &author, draft, None),
    };
    Ok(if ask.asks_for("wait") { Answer::ok(&message) } else { Answer::done() })
}

/// Where a message of a webhook stands, and who wrote it.
pub(super) fn place(
    ask: &Ask<'_>,
    id: u64,
    token: &str,
    message: &str,
) -> Result<((u64, u64), Author), Refusal> {
    let hook = find(ask, id, Some(token))?;
    let number = message.parse().map_err(|_| Refusal::new(10008))?;
    let thread = ask.query.get("thread_id").and_then(|id| id.parse::<u64>().ok());
    let channel = thread.unwrap_or(hook.channel);
    let found = ask.all.state.message(channel, number).filter(|it| it.webhook == Some(id));
    found.ok_or_else(|| Refusal::new(10008))?;
    let author = Author { id, name: hook.name, webhook: Some(id), rights: ALL };
    Ok(((channel, number), author))
}
