//! What Discord itself offers people to type, and refuses to send.

use serde_json::{Map, Value, json};

use super::super::permissions::USE_COMMANDS;
use super::super::shared::Everything;
use super::super::state::DM;

/// Somebody, and the channel they look at.
type At = (u64, u64);

/// Commands that are typed, and those that are chosen on a message.
const TYPED: u64 = 1;
const ON_MESSAGE: u64 = 3;

const SUBCOMMAND: u64 = 1;
const GROUP: u64 = 2;

/// The commands of a kind that can be used by somebody in a channel.
fn commands(all: &Everything, (user, channel): At, kind: u64) -> Vec<Value> {
    let Some(place) = all.state.channels.get(&channel) else { return Vec::new() };
    let rights = all.state.may(place, user);
    let direct = place.kind == DM;
    let context = u64::from(direct);
    let global = all.state.commands.get(&None).into_iter().flatten();
    let own = place.guild.and_then(|guild| all.state.commands.get(&Some(guild))).into_iter().flatten();
    let usable = |command: &&Value| {
        let needed = command["default_member_permissions"].as_str().and_then(|bits| bits.parse::<u64>().ok());
        // "0" is for administrators, who have every right.
        let may = direct
            || rights & USE_COMMANDS != 0
                && needed.is_none_or(|bits| rights & bits == bits && (bits != 0 || rights & 1 << 3 != 0));
        let here = command["contexts"].as_array().is_none_or(|list| list.iter().any(|it| *it == context));
        may && here && command["type"] == kind && !(direct && command["dm_permission"] == false)
    };
    own.chain(global).filter(usable).cloned().collect()
}

/// What is sent when a command is chosen on a message; or why it cannot be.
pub(super) fn on_message(all: &Everything, at: At, command: &str, message: u64) -> Result<Value, String> {
    let found = commands(all, at, ON_MESSAGE).into_iter().find(|it| it["name"] == command);
    let found = found.ok_or("it is not offered")?;
    let target = all.state.message(at.1, message).ok_or("there is no such message")?;
    let id = message.to_string();
    Ok(json!({ "id": found["id"], "name": command, "type": ON_MESSAGE, "target_id": id,
        "resolved": { "messages": { id: target.json(&all.state) } } }))
}

pub(super) fn all(all: &Everything, user: u64, channel: u64) -> Vec<String> {
    let mut names = Vec::new();
    for command in commands(all, (user, channel), TYPED) {
        spell(&format!("/{}", command["name"].as_str().unwrap_or_default()), &command, &mut names);
    }
    names
}

fn spell(so_far: &str, of: &Value, names: &mut Vec<String>) {
    let inner = of["options"].as_array().into_iter().flatten();
    let inner: Vec<&Value> =
        inner.filter(|it| it["type"].as_u64().is_some_and(|kind| kind <= GROUP)).collect();
    if inner.is_empty() {
        names.push(so_far.to_owned());
    }
    for it in inner {
        spell(&format!("{so_far} {}", it["name"].as_str().unwrap_or_default()), it, names);
    }
}

/// What is sent for a command with these options; or why it cannot be.
pub(super) fn data(all: &Everything, at: At, command: &str, options: &Value) -> Result<Value, String> {
    build(all, at, command, options, None)
}

/// What is sent while somebody types into an option.
pub(super) fn typing(
    all: &Everything,
    at: At,
    command: &str,
    typed: (&str, &str),
    others: &Value,
) -> Result<Value, String> {
    let mut options = others.clone();
    options[typed.0] = json!(typed.1);
    build(all, at, command, &options, Some(typed.0))
}

fn build(
    all: &Everything,
    at: At,
    command: &str,
    options: &Value,
    typing: Option<&str>,
) -> Result<Value, String> {
    let mut words = command.trim_start_matches('/').split_whitespace();
    let name = words.next().unwrap_or_default();
    let offered = commands(all, at, TYPED);
    let found = offered.iter().find(|it| it["name"] == name).ok_or("it is not offered")?;
    let (mut of, mut path) = (found, Vec::new());
    for word in words {
        of = option(of, word).ok_or_else(|| format!("it has no subcommand {word}"))?;
        path.push((of["type"].clone(), word));
    }
    if of["options"].as_array().into_iter().flatten().any(|it| matches!(it["type"].as_u64(), Some(1 | 2))) {
        return Err("a subcommand has to be chosen".to_owned());
    }
    let none = Map::new();
    let options = options.as_object().unwrap_or(&none);
    let mut resolved = json!({});
    let mut given = Vec::new();
    for (name, value) in options {
        let known = option(of, name).ok_or_else(|| format!("it has no option {name}"))?;
        let focused = typing == Some(name.as_str());
        if focused && known["autocomplete"] != true {
            return Err(format!("{name} proposes nothing"));
        }
        if !focused {
            fits(known, value)?;
        }
        resolve(all, known, value, &mut resolved);
        let mut option = json!({ "type": known["type"], "name": name, "value": value });
        if focused {
            option["focused"] = json!(true);
        }
        given.push(option);
    }
    let needed = of["options"].as_array().into_iter().flatten().filter(|it| it["required"] == true);
    for option in needed.filter(|_| typing.is_none()) {
        let name = option["name"].as_str().unwrap_or_default();
        if !options.contains_key(name) {
            return Err(format!("the option {name} is required"));
        }
    }
    for (kind, word) in path.iter().rev() {
        debug_assert!(kind.as_u64().is_some_and(|kind| kind == SUBCOMMAND || kind == GROUP));
        given = vec![json!({ "type": kind, "name": word, "options": given })];
    }
    let mut data =
        json!({ "id": found["id"], "name": name, "type": 1, "options": given, "resolved": resolved });
    if let Some(guild) = found.get("guild_id") {
        data["guild_id"] = guild.clone();
    }
    Ok(data)
}

fn option<'a>(of: &'a Value, name: &str) -> Option<&'a Value> {
    of["options"].as_array()?.iter().find(|option| option["name"] == name)
}

/// Whether the value could have been typed.
fn fits(option: &Value, value: &Value) -> Result<(), String> {
    let name = &option["name"];
    let right = match option["type"].as_u64() {
        Some(3) => value.is_string(),
        Some(4) => value.is_i64(),
        Some(5) => value.is_boolean(),
        Some(10) => value.is_number(),
        _ => value.as_str().is_some_and(|id| id.parse::<u64>().is_ok()),
    };
    if !right {
        return Err(format!("{value} is not what {name} takes"));
    }
    let choices = option["choices"].as_array().filter(|choices| !choices.is_empty());
    if choices.is_some_and(|choices| !choices.iter().any(|choice| choice["value"] == *value)) {
        return Err(format!("{value} is none of the choices of {name}"));
    }
    let length = value.as_str().map(|text| text.chars().count() as u64);
    let most = option["max_length"].as_u64().unwrap_or(6000);
    let least = option["min_length"].as_u64().unwrap_or(0);
    if length.is_some_and(|length| length > most || length < least) {
        return Err(format!("{name} takes {least} to {most} characters"));
    }
    let number = value.as_f64();
    let beyond = |edge: &str, out: fn(f64, f64) -> bool| {
        option[edge].as_f64().zip(number).is_some_and(|(edge, number)| out(number, edge))
    };
    if beyond("max_value", |number, edge| number > edge) || beyond("min_value", |number, edge| number < edge)
    {
        return Err(format!("{value} is out of the range of {name}"));
    }
    Ok(())
}

/// What is known of things that are named by their ids.
fn resolve(all: &Everything, option: &Value, value: &Value, resolved: &mut Value) {
    let Some(id) = value.as_str().and_then(|id| id.parse::<u64>().ok()) else { return };
    match option["type"].as_u64() {
        Some(6) => {
            if let Some(user) = all.state.users.get(&id) {
                resolved["users"][id.to_string()] = user.json();
            }
        }
        Some(7) => {
            if let Some(channel) = all.state.channels.get(&id) {
                let mut json = channel.json(&all.state);
                json["permissions"] = json!(all.state.may(channel, all.state.bot).to_string());
                resolved["channels"][id.to_string()] = json;
            }
        }
        _ => {}
    }
}
