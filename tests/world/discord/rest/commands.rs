//! Commands of the application: everybody's, and those of one guild.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::super::answer::Answer;
use super::super::form::{Form, Length, join};
use super::super::refusal::Refusal;
use super::Ask;

const OPTIONS: usize = 25;
const CHARACTERS: usize = 8000;
const NAME: Length = Length { least: 1, most: 32 };
const DESCRIPTION: Length = Length { least: 1, most: 100 };
/// By kind: what is typed, what is chosen on a person, what is chosen on a message.
const MOST: [(u64, usize); 3] = [(1, 100), (2, 15), (3, 15)];

fn check(ask: &Ask<'_>, app: u64, guild: Option<u64>) -> Result<(), Refusal> {
    if app != ask.all.state.application {
        return Err(Refusal::new(10002));
    }
    let state = &ask.all.state;
    let there = |id| state.guilds.get(&id).is_some_and(|it| it.members.contains_key(&state.bot));
    if guild.is_some_and(|id| !there(id)) { Err(Refusal::new(50001)) } else { Ok(()) }
}

pub(super) fn list(ask: &mut Ask<'_>, app: u64, guild: Option<u64>) -> Result<Answer, Refusal> {
    check(ask, app, guild)?;
    let list = ask.all.state.commands.get(&guild).cloned().unwrap_or_default();
    Ok(Answer::ok(&Value::Array(list)))
}

/// Replaces all commands.
pub(super) fn put(ask: &mut Ask<'_>, app: u64, guild: Option<u64>) -> Result<Answer, Refusal> {
    check(ask, app, guild)?;
    let Value::Array(list) = ask.body.json.clone() else {
        return Err(Refusal::at("", "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType"));
    };
    let mut form = Form::default();
    let mut names = BTreeSet::new();
    for (number, command) in list.iter().enumerate() {
        let place = number.to_string();
        read(&mut form, &place, command, guild);
        if !names.insert((command["type"].as_u64().unwrap_or(1), command["name"].to_string())) {
            let message = "Application command names must be unique";
            form.bad(&join(&place, "name"), "APPLICATION_COMMANDS_DUPLICATE_NAME", message);
        }
    }
    for (kind, most) in MOST {
        if names.iter().filter(|name| name.0 == kind).count() > most {
            let message = format!("Must be {most} or fewer in length.");
            form.bad("", "BASE_TYPE_MAX_LENGTH", &message);
        }
    }
    finish(ask, &mut form)?;
    let old = ask.all.state.commands.get(&guild).cloned().unwrap_or_default();
    let made = list.iter().filter(|command| !old.iter().any(|old| same(old, command))).count();
    count(ask, guild, made)?;
    let whole = list.iter().map(|command| {
        let id = old.iter().find(|old| same(old, command)).map(|old| old["id"].clone());
        finished(ask, command, guild, id)
    });
    let whole: Vec<Value> = whole.collect();
    ask.all.state.commands.insert(guild, whole.clone());
    Ok(Answer::ok(&Value::Array(whole)))
}

/// Makes a command, or replaces the one of that name.
pub(super) fn make(ask: &mut Ask<'_>, app: u64, guild: Option<u64>) -> Result<Answer, Refusal> {
    check(ask, app, guild)?;
    let command = Value::Object(ask.object()?);
    let mut form = Form::default();
    read(&mut form, "", &command, guild);
    finish(ask, &mut form)?;
    let list = ask.all.state.commands.entry(guild).or_default();
    let old = list.iter().position(|old| same(old, &command)).map(|place| list.remove(place));
    let kind = command["type"].as_u64().unwrap_or(1);
    let most = MOST.iter().find(|(of, _)| *of == kind).map_or(1, |(_, most)| *most);
    if list.iter().filter(|it| it["type"] == kind).count() >= most {
        let message = format!("Maximum number of application commands reached ({most}).");
        return Err(Refusal::at("", "APPLICATION_COMMANDS_MAX", &message));
    }
    if old.is_none() {
        count(ask, guild, 1)?;
    }
    let status = if old.is_some() { 200 } else { 201 };
    let whole = finished(ask, &command, guild, old.map(|old| old["id"].clone()));
    ask.all.state.commands.entry(guild).or_default().push(whole.clone());
    Ok(Answer::json(status, &whole))
}

fn place(ask: &Ask<'_>, guild: Option<u64>, id: u64) -> Result<usize, Refusal> {
    let id = id.to_string();
    let list = ask.all.state.commands.get(&guild);
    let place = list.and_then(|list| list.iter().position(|command| command["id"] == id.as_str()));
    place.ok_or_else(|| Refusal::new(10063))
}

pub(super) fn get(ask: &mut Ask<'_>, app: u64, guild: Option<u64>, id: u64) -> Result<Answer, Refusal> {
    check(ask, app, guild)?;
    let place = place(ask, guild, id)?;
    Ok(Answer::ok(&ask.all.state.commands[&guild][place]))
}

pub(super) fn edit(ask: &mut Ask<'_>, app: u64, guild: Option<u64>, id: u64) -> Result<Answer, Refusal> {
    check(ask, app, guild)?;
    let place = place(ask, guild, id)?;
    let mut command = ask.all.state.commands[&guild][place].clone();
    for (name, value) in ask.object()? {
        command[name.as_str()] = value;
    }
    let mut form = Form::default();
    read(&mut form, "", &command, guild);
    finish(ask, &mut form)?;
    let whole = finished(ask, &command, guild, Some(id.to_string().into()));
    ask.all.state.commands.entry(guild).or_default()[place] = whole.clone();
    Ok(Answer::ok(&whole))
}

pub(super) fn delete(ask: &mut Ask<'_>, app: u64, guild: Option<u64>, id: u64) -> Result<Answer, Refusal> {
    check(ask, app, guild)?;
    let place = place(ask, guild, id)?;
    ask.all.state.commands.entry(guild).or_default().remove(place);
    Ok(Answer::done())
}

fn same(old: &Value, new: &Value) -> bool {
    old["name"] == new["name"] && old["type"].as_u64() == Some(new["type"].as_u64().unwrap_or(1))
}

fn count(ask: &mut Ask<'_>, guild: Option<u64>, made: usize) -> Result<(), Refusal> {
    let most = ask.all.limits.commands_a_day;
    if ask.all.ledger.make(guild, made, most, ask.now) { Ok(()) } else { Err(Refusal::new(30034)) }
}

fn finish(ask: &mut Ask<'_>, form: &mut Form) -> Result<(), Refusal> {
    for field in std::mem::take(&mut form.unknown) {
        ask.all.journal.object(format!("nobody reads the field {field}"));
    }
    form.done()
}

fn finished(ask: &mut Ask<'_>, command: &Value, guild: Option<u64>, id: Option<Value>) -> Value {
    let mut whole = json!({ "type": 1, "description": "", "options": [], "default_member_permissions": null,
        "nsfw": false, "dm_permission": true, "contexts": null, "integration_types": [0],
        "name_localizations": null, "description_localizations": null });
    for (name, value) in command.as_object().into_iter().flatten() {
        whole[name.as_str()] = value.clone();
    }
    let number = ask.all.state.ids.next(ask.now);
    whole["id"] = id.unwrap_or_else(|| number.to_string().into());
    whole["version"] = number.to_string().into();
    whole["application_id"] = ask.all.state.application.to_string().into();
    if let Some(guild) = guild {
        whole["guild_id"] = guild.to_string().into();
    }
    whole
}

fn read(form: &mut Form, place: &str, command: &Value, guild: Option<u64>) {
    let Some(command) = form.object(place, command) else { return };
    let known = [
        "id",
        "type",
        "name",
        "name_localizations",
        "description",
        "description_localizations",
        "options",
        "default_member_permissions",
        "dm_permission",
        "default_permission",
        "integration_types",
        "contexts",
        "nsfw",
        "handler",
        "version",
        "application_id",
        "guild_id",
    ];
    form.known(place, command, &known);
    let kind = form.number(place, command, "type", 1..=3).unwrap_or(1);
    name(form, place, command, kind == 1);
    let mut sum = characters(command);
    if kind == 1 {
        described(form, place, command);
    } else if command.get("description").is_some_and(|text| text != "") {
        let message = "Context menu commands cannot have description";
        form.bad(&join(place, "description"), "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION", message);
    }
    match command.get("default_member_permissions") {
        None | Some(Value::Null) => {}
        Some(Value::String(bits)) if bits.parse::<u64>().is_ok() => {}
        Some(_) => {
            let message = "Permissions must be a string of digits";
            form.bad(&join(place, "default_member_permissions"), "STRING_TYPE_CONVERT", message);
        }
    }
    for (field, most) in [("integration_types", 1), ("contexts", 2)] {
        let list = form.list(place, command, field, 3);
        if list.iter().any(|it| it.as_u64().is_none_or(|it| it > most)) {
            form.bad(&join(place, field), "BASE_TYPE_CHOICES", "Value must be one of those known.");
        }
        if guild.is_some() && !list.is_empty() {
            form.unknown.push(format!("{} of a guild's command", join(place, field)));
        }
    }
    options(form, place, command, 0, &mut sum);
    if sum > CHARACTERS {
        let message = format!("Command exceeds maximum size ({CHARACTERS})");
        form.bad(place, "APPLICATION_COMMAND_TOO_LARGE", &message);
    }
}

fn options(form: &mut Form, place: &str, of: &Map<String, Value>, depth: usize, sum: &mut usize) {
    let list = form.list(place, of, "options", OPTIONS);
    let (mut names, mut optional) = (BTreeSet::new(), false);
    for (number, option) in list.iter().enumerate() {
        let place = join(place, format_args!("options.{number}"));
        let Some(option) = form.object(&place, option) else { continue };
        let known = [
            "type",
            "name",
            "name_localizations",
            "description",
            "description_localizations",
            "required",
            "choices",
            "options",
            "channel_types",
            "min_value",
            "max_value",
            "min_length",
            "max_length",
            "autocomplete",
        ];
        form.known(&place, option, &known);
        *sum += characters(option);
        name(form, &place, option, true);
        described(form, &place, option);
        let kind = form.number(&place, option, "type", 1..=11);
        if kind.is_none() {
            form.required(&join(&place, "type"));
        }
        if option.get("name").is_some_and(|name| !names.insert(name.to_string())) {
            let message = "Option name already exists";
            let at = join(&place, "name");
            form.bad(&at, "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", message);
        }
        let required = form.flag(&place, option, "required");
        if required && optional {
            let message = "Required options must be placed before non-required options";
            form.bad(&place, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message);
        }
        optional |= !required;
        let inner = matches!(kind, Some(1 | 2));
        if inner && (depth > 1 || kind == Some(2) && depth > 0) {
            let message = "Sub-command option depth exceeds maximum";
            form.bad(&place, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message);
        }
        choices(form, &place, option, sum);
        if inner {
            options(form, &place, option, depth + 1, sum);
        }
    }
    let kinds: BTreeSet<bool> =
        list.iter().map(|option| matches!(option["type"].as_u64(), Some(1 | 2))).collect();
    if kinds.len() > 1 {
        let message =
            "Sub-command and sub-command group option types are mutually exclusive to all other types";
        form.bad(&join(place, "options"), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message);
    }
}

fn choices(form: &mut Form, place: &str, option: &Map<String, Value>, sum: &mut usize) {
    let list = form.list(place, option, "choices", OPTIONS);
    for (number, choice) in list.iter().enumerate() {
        let place = join(place, format_args!("choices.{number}"));
        let Some(choice) = form.object(&place, choice) else { continue };
        choice_checked(form, &place, choice);
        *sum += characters(choice);
    }
    if form.flag(place, option, "autocomplete") && !list.is_empty() {
        let message = "Choices and autocomplete are mutually exclusive";
        form.bad(place, "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_CHOICES", message);
    }
}

/// A choice: a name people see, and a value.
pub(super) fn choice_checked(form: &mut Form, place: &str, choice: &Map<String, Value>) {
    form.known(place, choice, &["name", "name_localizations", "value"]);
    form.text(place, choice, "name", DESCRIPTION);
    for field in ["name", "value"] {
        if choice.get(field).is_none_or(Value::is_null) {
            form.required(&join(place, field));
        }
    }
    if choice.get("value").is_some_and(Value::is_string) {
        form.text(place, choice, "value", Length { least: 1, most: 100 });
    }
}

fn name(form: &mut Form, place: &str, of: &Map<String, Value>, typed: bool) {
    let name = form.text(place, of, "name", NAME);
    let at = join(place, "name");
    let Some(name) = name else {
        form.required(&at);
        return;
    };
    let proper = |c: char| {
        c.is_alphanumeric() && !c.is_uppercase() || "-_'".contains(c) || matches!(c, '\u{900}'..='\u{97f}')
    };
    if typed && !name.chars().all(proper) {
        let message = "Command name is invalid";
        form.bad(&at, "APPLICATION_COMMAND_INVALID_NAME", message);
    }
}

fn described(form: &mut Form, place: &str, of: &Map<String, Value>) {
    if form.text(place, of, "description", DESCRIPTION).is_none() {
        form.required(&join(place, "description"));
    }
}

fn characters(of: &Map<String, Value>) -> usize {
    let count = |name: &str| of.get(name).and_then(Value::as_str).map_or(0, |text| text.chars().count());
    count("name") + count("description") + count("value")
}
