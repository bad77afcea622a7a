//! Answers to what people do: the first within three seconds, more for a quarter of an hour.

use serde_json::{Map, Value, json};

use super::super::answer::Answer;
use super::super::components;
use super::super::draft::{Draft, Way};
use super::super::form::{Form, Length};
use super::super::interaction::{COMMAND, COMPONENT, FIRST, Interaction, LATER, MODAL, Stage, TYPING};
use super::super::permissions::ALL;
use super::super::refusal::Refusal;
use super::super::state::{EPHEMERAL, Message};
use super::{Ask, Author, commands, messages};

const CHOICES: usize = 25;

/// The first answer, by its own request.
pub(super) fn callback(ask: &mut Ask<'_>, id: u64, token: &str) -> Result<Answer, Refusal> {
    let object = ask.object()?;
    let message = respond(ask, id, token, &object)?;
    if !ask.asks_for("with_response") {
        return Ok(Answer::done());
    }
    let kind = ask.all.interactions[&id].kind;
    let mut told = json!({ "interaction": { "id": id.to_string(), "type": kind },
        "resource": { "type": object.get("type") } });
    if let Some(message) = message {
        told["interaction"]["response_message_id"] = message["id"].clone();
        told["resource"]["message"] = message;
    }
    Ok(Answer::ok(&told))
}

/// Takes the first answer, whichever way it came. Hands back the message it made.
pub(in super::super) fn respond(
    ask: &mut Ask<'_>,
    id: u64,
    token: &str,
    object: &Map<String, Value>,
) -> Result<Option<Value>, Refusal> {
    let unknown = || Refusal::new(10062);
    let found = ask.all.interactions.get(&id).filter(|it| it.token == token);
    let it = found.ok_or_else(unknown)?.clone();
    if it.stage != Stage::Waiting {
        return Err(Refusal::new(40060));
    }
    if ask.now - it.created > FIRST {
        ask.all.journal.object("the first answer to a person took more than three seconds");
        return Err(unknown());
    }
    let mut form = Form::default();
    form.known("", object, &["type", "data"]);
    let kind = form.number("", object, "type", 1..=12);
    let allowed: &[i64] = match it.kind {
        COMMAND => &[4, 5, 9],
        COMPONENT => &[4, 5, 6, 7, 9],
        TYPING => &[8],
        MODAL => &[4, 5, 6, 7],
        _ => &[],
    };
    let kind = kind.filter(|kind| allowed.contains(kind));
    if kind.is_none() {
        form.bad("type", "BASE_TYPE_CHOICES", "Value must be one of those that fit the interaction.");
    }
    form.done()?;
    let empty = Map::new();
    let data = object.get("data").and_then(Value::as_object).unwrap_or(&empty);
    let flags = data.get("flags").and_then(Value::as_u64).unwrap_or(0);
    let mut changed = it.clone();
    changed.ephemeral = flags & EPHEMERAL != 0;
    changed.stage = Stage::Answered;
    changed.took = Some(it.started.elapsed());
    let mut made = None;
    match kind {
        Some(4) => {
            let draft = Draft::new(data, &ask.body, Way::Interaction).map_err(within)?;
            let author = author(ask);
            let only_for = changed.ephemeral.then_some(it.user);
            let message = messages::post(ask, it.channel, &author, draft, only_for);
            changed.original = ask.noted.message;
            made = Some(message);
        }
        Some(5) => {
            changed.stage = Stage::Deferred;
            let message = thinking(ask, &changed);
            changed.original = Some(message.id);
            made = Some(messages::put(ask, message));
        }
        Some(6) => {
            changed.stage = Stage::Deferred;
            changed.original = it.source;
        }
        Some(7) => {
            let at = (it.channel, it.source.ok_or_else(unknown)?);
            let hidden = ask.all.state.message(at.0, at.1).is_some_and(|it| it.only_for.is_some());
            let mut inner = Ask {
                all: &mut *ask.all,
                now: ask.now,
                api: ask.api,
                query: ask.query.clone(),
                body: super::Body { json: Value::Object(data.clone()), files: ask.body.files.clone() },
                bot: ask.bot,
                noted: &mut *ask.noted,
            };
            let author = author(&inner);
            messages::edit_of_webhook(&mut inner, at, &author).map_err(within)?;
            changed.original = it.source;
            changed.ephemeral = hidden;
        }
        Some(8) => changed.choices = choices(data)?,
        _ => changed.modal = Some(modal(data)?),
    }
    ask.all.interactions.insert(id, changed);
    Ok(made)
}

/// The form's mistakes stand within `data`.
fn within(refusal: Refusal) -> Refusal {
    refusal.inside("data")
}

fn author(ask: &Ask<'_>) -> Author {
    // Answers need no rights in the channel, and count as the application's webhook.
    Author { webhook: Some(ask.all.state.application), ..Author::bot(ask, ALL) }
}

/// What people see while the answer is put off.
fn thinking(ask: &mut Ask<'_>, it: &Interaction) -> Message {
    let author = author(ask);
    Message {
        id: ask.all.state.ids.next(ask.now),
        channel: it.channel,
        author: author.name,
        author_id: author.id,
        webhook: author.webhook,
        content: String::new(),
        embeds: Vec::new(),
        components: Vec::new(),
        files: Vec::new(),
        flags: if it.ephemeral { EPHEMERAL } else { 0 },
        nonce: None,
        at: ask.now,
        edited: None,
        pinged: Vec::new(),
        only_for: it.ephemeral.then_some(it.user),
        loading: true,
    }
}

fn choices(data: &Map<String, Value>) -> Result<Vec<(String, Value)>, Refusal> {
    let mut form = Form::default();
    let list = form.list("data", data, "choices", CHOICES);
    for (number, choice) in list.iter().enumerate() {
        let place = format!("data.choices.{number}");
        if let Some(choice) = form.object(&place, choice) {
            commands::choice_checked(&mut form, &place, choice);
        }
    }
    form.done()?;
    let pair = |it: &Value| (it["name"].as_str().unwrap_or_default().to_owned(), it["value"].clone());
    Ok(list.iter().map(pair).collect())
}

fn modal(data: &Map<String, Value>) -> Result<Value, Refusal> {
    let mut form = Form::default();
    for (name, most) in [("title", 45), ("custom_id", 100)] {
        if form.text("data", data, name, Length { least: 1, most }).is_none() {
            form.required(&format!("data.{name}"));
        }
    }
    components::modal(&mut form, data);
    form.done()?;
    Ok(Value::Object(data.clone()))
}

/// The interaction this token is of, once it was answered and as long as its token is good.
fn find(ask: &Ask<'_>, token: &str) -> Result<Interaction, Refusal> {
    let it = ask.all.interactions.values().find(|it| it.token == token);
    let it = it.ok_or_else(|| Refusal::new(50027))?;
    if ask.now - it.created > LATER {
        return Err(Refusal::new(50027));
    }
    if it.stage == Stage::Waiting { Err(Refusal::new(10015)) } else { Ok(it.clone()) }
}

/// Another message after the first answer; after one that was put off, the answer itself.
pub(super) fn follow_up(ask: &mut Ask<'_>, token: &str) -> Result<Answer, Refusal> {
    let it = find(ask, token)?;
    let loading = |id: &u64| ask.all.state.message(it.channel, *id).is_some_and(|it| it.loading);
    let author = author(ask);
    if let Some(original) = it.original.filter(loading) {
        settle(ask, it.id);
        return messages::edit_of_webhook(ask, (it.channel, original), &author);
    }
    let draft = Draft::new(&ask.object()?, &ask.body, Way::Interaction)?;
    let only_for = (draft.flags & EPHEMERAL != 0).then_some(it.user);
    let message = messages::post(ask, it.channel, &author, draft, only_for);
    settle(ask, it.id);
    Ok(Answer::ok(&message))
}

fn settle(ask: &mut Ask<'_>, id: u64) {
    if let Some(it) = ask.all.interactions.get_mut(&id) {
        it.stage = Stage::Answered;
    }
}

/// Where a message of an interaction stands, and who wrote it.
pub(super) fn place(ask: &mut Ask<'_>, token: &str, message: &str) -> Result<((u64, u64), Author), Refusal> {
    let it = find(ask, token)?;
    let number = match message {
        "@original" => it.original.ok_or_else(|| Refusal::new(10008))?,
        other => other.parse().map_err(|_| Refusal::new(10008))?,
    };
    let application = ask.all.state.application;
    let own = ask.all.state.message(it.channel, number);
    let own = own.is_some_and(|found| found.webhook == Some(application) || it.source == Some(number));
    if !own {
        return Err(Refusal::new(10008));
    }
    settle(ask, it.id);
    Ok(((it.channel, number), author(ask)))
}
