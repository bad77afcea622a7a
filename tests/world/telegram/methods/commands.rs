//! The commands a bot offers, by scope and language.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::super::answer::{Refusal, Reply};
use super::super::parameters::Parameters;
use super::super::shared::Everything;

/// Lists of commands, by scope and language; an empty language is for everybody.
#[derive(Default)]
pub(in super::super) struct Commands {
    lists: BTreeMap<(String, String), Vec<(String, String)>>,
}

impl Commands {
    /// The commands somebody is offered: of the first scope that has any, in their language or in everybody's.
    pub(in super::super) fn offered(&self, scopes: &[String], language: &str) -> Vec<(String, String)> {
        let mut wanted = scopes
            .iter()
            .flat_map(|scope| [(scope.clone(), language.to_owned()), (scope.clone(), String::new())]);
        wanted.find_map(|key| self.lists.get(&key)).cloned().unwrap_or_default()
    }
}

/// `setMyCommands`.
pub(super) fn set(all: &mut Everything, ask: &Parameters) -> Reply {
    let key = key(all, ask)?;
    let commands = ask.json("commands")?.ok_or_else(|| Refusal::bad("parameter commands is required"))?;
    let commands = commands.as_array().ok_or_else(|| Refusal::bad("expected an Array of BotCommand"))?;
    if commands.len() > 100 {
        return Err(Refusal::bad("BOT_COMMANDS_TOO_MUCH"));
    }
    let mut list = Vec::new();
    for command in commands {
        let name = command["command"].as_str().unwrap_or_default();
        let name = name.strip_prefix('/').unwrap_or(name).to_owned();
        let description = command["description"].as_str().unwrap_or_default().to_owned();
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if name.is_empty() || name.len() > 32 || !name.bytes().all(fits) {
            return Err(Refusal::bad("BOT_COMMAND_INVALID"));
        }
        if !(1..=256).contains(&description.trim().chars().count()) {
            return Err(Refusal::bad("BOT_COMMAND_DESCRIPTION_INVALID"));
        }
        list.push((name, description));
    }
    if list.is_empty() {
        all.commands.lists.remove(&key);
    } else {
        all.commands.lists.insert(key, list);
    }
    Ok(true.into())
}

/// `getMyCommands`.
pub(super) fn get(all: &mut Everything, ask: &Parameters) -> Reply {
    let list = all.commands.lists.get(&key(all, ask)?);
    let one =
        |(command, description): &(String, String)| json!({ "command": command, "description": description });
    Ok(list.into_iter().flatten().map(one).collect())
}

/// `deleteMyCommands`.
pub(super) fn delete(all: &mut Everything, ask: &Parameters) -> Reply {
    let key = key(all, ask)?;
    all.commands.lists.remove(&key);
    Ok(true.into())
}

/// The scope and language of a request.
fn key(all: &Everything, ask: &Parameters) -> Result<(String, String), Refusal> {
    let language = ask.text("language_code").unwrap_or_default();
    let two = language.len() == 2 && language.bytes().all(|byte| byte.is_ascii_lowercase());
    if !(language.is_empty() || two) {
        return Err(Refusal::bad("invalid language code specified"));
    }
    let scope = ask.json("scope")?.unwrap_or_else(|| json!({ "type": "default" }));
    let kind = scope["type"].as_str().unwrap_or_default();
    let named = match &scope["chat_id"] {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    };
    let scope = match kind {
        "default" | "all_private_chats" | "all_group_chats" | "all_chat_administrators" => kind.to_owned(),
        "chat" | "chat_administrators" | "chat_member" => {
            let chat = all.state.find(&named)?;
            chat.readable()?;
            match (kind, scope["user_id"].as_i64()) {
                ("chat_member", Some(user)) => format!("{kind} {} {user}", chat.id),
                ("chat_member", None) => return Err(Refusal::bad("can't parse BotCommandScope: no user_id")),
                _ => format!("{kind} {}", chat.id),
            }
        }
        _ => return Err(Refusal::bad("can't parse BotCommandScope: unsupported type specified")),
    };
    Ok((scope, language))
}
