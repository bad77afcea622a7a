//! Threads, and the posts of forums.

use serde_json::{Value, json};

use super::super::answer::Answer;
use super::super::draft::{Draft, Way};
use super::super::form::{Form, Length, snowflake};
use super::super::permissions::{CREATE_PUBLIC_THREADS, SEND_MESSAGES};
use super::super::refusal::Refusal;
use super::super::state::{FORUM, PUBLIC_THREAD, TEXT};
use super::{Ask, Author, messages};

const GUILDS: u64 = 1;
const TAGS: usize = 5;

pub(super) fn start(ask: &mut Ask<'_>, id: u64) -> Result<Answer, Refusal> {
    let object = ask.object()?;
    let (channel, rights) = ask.channel(id)?;
    let (kind, known, needs_tag) = (channel.kind, channel.tags.clone(), channel.needs_tag);
    let right = match kind {
        FORUM => SEND_MESSAGES,
        TEXT => CREATE_PUBLIC_THREADS,
        _ => return Err(Refusal::new(50024)),
    };
    if rights & right == 0 {
        return Err(Refusal::new(50013));
    }
    let mut form = Form::default();
    let mut fields = vec!["name", "auto_archive_duration", "rate_limit_per_user", "message", "applied_tags"];
    if kind != FORUM {
        fields.truncate(3);
        fields.extend(["type", "invitable"]);
    }
    form.known("", &object, &fields);
    let name = name(&mut form, &object);
    let tags = form.list("", &object, "applied_tags", TAGS);
    let tags: Vec<u64> = tags.iter().filter_map(snowflake).collect();
    if tags.iter().any(|tag| !known.iter().any(|(id, _)| id == tag)) {
        form.bad("applied_tags", "FORUM_TAG_UNKNOWN", "Unknown forum tag");
    }
    if kind == FORUM && object.get("message").is_none() {
        form.required("message");
    }
    form.done()?;
    for field in std::mem::take(&mut form.unknown) {
        ask.all.journal.object(format!("nobody reads the field {field}"));
    }
    full(ask, id)?;
    let thread = if kind == FORUM {
        if needs_tag && tags.is_empty() {
            return Err(Refusal::new(40067));
        }
        let message = object["message"].as_object().cloned().unwrap_or_default();
        let draft = Draft::new(&message, &ask.body, Way::Post)?;
        messages::may_show(&draft, rights)?;
        let author = Author::bot(ask, rights);
        let (thread, message) = open_post(ask, id, &name, tags, &author, draft);
        let mut json = ask.all.state.channels[&thread].json(&ask.all.state);
        json["message"] = message;
        return Ok(Answer::json(201, &json));
    } else {
        if object.get("type").and_then(Value::as_u64) != Some(u64::from(PUBLIC_THREAD)) {
            ask.all.journal.object("a thread without `type` 11 is a private one");
        }
        let number = ask.all.state.ids.next(ask.now);
        let bot = ask.all.state.bot;
        ask.all.state.thread(id, &name, Vec::new(), bot, number)
    };
    Ok(Answer::json(201, &told(ask, thread)))
}

/// Opens a post in a forum: a thread with its first message, which has the thread's own id.
pub(super) fn open_post(
    ask: &mut Ask<'_>,
    forum: u64,
    name: &str,
    tags: Vec<u64>,
    author: &Author,
    draft: Draft,
) -> (u64, Value) {
    let number = ask.all.state.ids.next(ask.now);
    let thread = ask.all.state.thread(forum, name, tags, author.id, number);
    told(ask, thread);
    let message = messages::post(ask, thread, author, draft, None);
    (thread, message)
}

pub(super) fn from_message(ask: &mut Ask<'_>, id: u64, message: u64) -> Result<Answer, Refusal> {
    let object = ask.object()?;
    let (channel, rights) = ask.channel(id)?;
    if !channel.messages.contains_key(&message) {
        return Err(Refusal::new(10008));
    }
    if channel.kind != TEXT {
        return Err(Refusal::new(50024));
    }
    if rights & CREATE_PUBLIC_THREADS == 0 {
        return Err(Refusal::new(50013));
    }
    let mut form = Form::default();
    let name = name(&mut form, &object);
    form.done()?;
    if ask.all.state.channels.contains_key(&message) {
        return Err(Refusal::new(160_004));
    }
    full(ask, id)?;
    let bot = ask.all.state.bot;
    let thread = ask.all.state.thread(id, &name, Vec::new(), bot, message);
    Ok(Answer::json(201, &told(ask, thread)))
}

fn name(form: &mut Form, object: &serde_json::Map<String, Value>) -> String {
    let name = form.text("", object, "name", Length { least: 1, most: 100 });
    if object.get("name").is_none() {
        form.required("name");
    }
    let archive = form.number("", object, "auto_archive_duration", 60..=10080);
    if archive.is_some_and(|minutes| ![60, 1440, 4320, 10080].contains(&minutes)) {
        let message = "Value must be one of (60, 1440, 4320, 10080).";
        form.bad("auto_archive_duration", "BASE_TYPE_CHOICES", message);
    }
    name.unwrap_or_default().to_owned()
}

/// A guild takes so many threads that are open, and no more.
fn full(ask: &Ask<'_>, id: u64) -> Result<(), Refusal> {
    let state = &ask.all.state;
    let Some(most) = state.most_threads else { return Ok(()) };
    let guild = state.channels.get(&id).and_then(|channel| channel.guild);
    let open = state
        .channels
        .values()
        .filter(|it| it.guild == guild && it.thread.as_ref().is_some_and(|thread| !thread.archived));
    if open.count() >= most { Err(Refusal::new(160_006)) } else { Ok(()) }
}

fn told(ask: &mut Ask<'_>, thread: u64) -> Value {
    let channel = &ask.all.state.channels[&thread];
    let (guild, mut json) = (channel.guild, channel.json(&ask.all.state));
    json["newly_created"] = json!(true);
    ask.all.gateway.dispatch(guild, GUILDS, "THREAD_CREATE", &json);
    json
}
