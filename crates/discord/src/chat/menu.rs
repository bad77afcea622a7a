//! The commands Discord shows while somebody types, made from the one table of commands.

use reqwest::Method;
use secrecy::SecretString;
use serde_json::{Value, json};
use serenity::model::permissions::Permissions;
use whimbrel_commands::{
    By, Command, CommandHelp, Field, Form, Opt, OptKind, OptionHelp, OptionKind, Question,
};

use super::{Trouble, good};
use crate::send::Discord;

/// Discord's words for a command that is typed, and for one that is chosen on a message.
const TYPED: u8 = 1;
const ON_MESSAGE: u8 = 3;
/// Discord's words for kinds of options.
const TEXT: u8 = 3;
const NUMBER: u8 = 4;
const YES_OR_NO: u8 = 5;

/// What is chosen on a message with a link.
pub(super) const WHAT_IS_THIS: &str = "What is this?";
/// The option of every question that lets all read its answer.
pub(super) const PUBLIC: &str = "public";

/// Sees to it that exactly our commands are offered. What is right already is left alone: there are only so many
/// changes a day.
pub(super) async fn offer(discord: &Discord, token: &SecretString, application: u64) -> Result<(), Trouble> {
    let path = format!("/applications/{application}/commands");
    let offered = good(discord.call(Method::GET, &path, Some(token), None).await)?;
    let wanted = commands();
    if is_same(&offered.json, &wanted) {
        return Ok(());
    }
    good(discord.call(Method::PUT, &path, Some(token), Some((&wanted, &[]))).await)?;
    tracing::info!("the commands are offered at Discord");
    Ok(())
}

/// All commands, as they are told to Discord.
pub(super) fn commands() -> Value {
    let chosen = json!({
        "type": ON_MESSAGE,
        "name": WHAT_IS_THIS,
        "integration_types": [0],
        "contexts": [0, 1],
    });
    let typed = Command::questions().map(question).chain(Command::catalogue().iter().map(command));
    typed.chain([chosen]).collect()
}

fn question(form: &Form) -> Value {
    let public =
        json!({ "type": YES_OR_NO, "name": PUBLIC, "description": "Everybody here may read the answer" });
    json!({
        "type": TYPED,
        "name": form.name,
        "description": form.description,
        "options": form.options.iter().map(asked).chain([public]).collect::<Value>(),
        "integration_types": [0],
        "contexts": [0, 1],
    })
}

fn asked(known: &Opt) -> Value {
    let mut option = json!({ "type": TEXT, "name": known.name, "description": known.description });
    match known.kind {
        OptKind::Count => {
            option["type"] = json!(NUMBER);
            option["min_value"] = json!(1);
            option["max_value"] = json!(Question::MOST_RANKS);
        }
        OptKind::Measure => {
            let choice = |by: By| json!({ "name": by.as_str(), "value": by.as_str() });
            option["choices"] = By::ALL.map(choice).into_iter().collect();
        }
        _ if Field::of(known).is_some() => option["autocomplete"] = json!(true),
        _ => {}
    }
    if known.required {
        option["required"] = json!(true);
    }
    option
}

fn command(help: &CommandHelp) -> Value {
    // Only a first fence, which a server's owner may move: who may change something is asked again at each question.
    let needed = help.changes.then(|| Permissions::MANAGE_CHANNELS.bits().to_string());
    json!({
        "type": TYPED,
        "name": help.name,
        "description": help.description,
        "options": help.options.iter().map(option).collect::<Value>(),
        "default_member_permissions": needed,
        "integration_types": [0],
        "contexts": [0, 1],
    })
}

fn option(help: &OptionHelp) -> Value {
    let mut option = json!({ "type": TEXT, "name": help.name, "description": help.description });
    match help.kind {
        OptionKind::Text => {}
        OptionKind::Number => {
            option["type"] = json!(NUMBER);
            option["min_value"] = json!(1);
        }
        OptionKind::Completed(_) => option["autocomplete"] = json!(true),
    }
    option
}

/// Whether what is offered is what is wanted. Discord adds fields of its own, keeps no order of commands, and leaves out
/// what is false or empty.
fn is_same(offered: &Value, wanted: &Value) -> bool {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let (offered, wanted) = (list(offered), list(wanted));
    offered.len() == wanted.len()
        && wanted.iter().all(|wanted| {
            offered.iter().any(|offered| offered["name"] == wanted["name"] && holds(offered, wanted))
        })
}

/// Whether each field of `wanted` stands in `offered`; lists of options have to be as long.
fn holds(offered: &Value, wanted: &Value) -> bool {
    match (offered, wanted) {
        (Value::Object(offered), Value::Object(wanted)) => {
            let strays = ["autocomplete", "min_value", "max_value", "choices", "required"];
            wanted.iter().all(|(name, wanted)| holds(offered.get(name).unwrap_or(&Value::Null), wanted))
                && strays
                    .iter()
                    .all(|name| wanted.contains_key(*name) || offered.get(*name).is_none_or(is_nothing))
        }
        (Value::Array(offered), Value::Array(wanted)) => {
            offered.len() == wanted.len() && offered.iter().zip(wanted).all(|(one, other)| holds(one, other))
        }
        // Numbers come back as 1.0.
        (Value::Number(offered), Value::Number(wanted)) => offered.as_f64() == wanted.as_f64(),
        (offered, wanted) => offered == wanted || is_nothing(offered) && is_nothing(wanted),
    }
}

fn is_nothing(value: &Value) -> bool {
    value.is_null() || *value == false || value.as_array().is_some_and(Vec::is_empty)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As Discord tells them back.
    fn told_back() -> Value {
        let mut list = commands();
        for (number, command) in list.as_array_mut().unwrap().iter_mut().enumerate() {
            command["id"] = json!(number.to_string());
            command["version"] = json!("7");
            command["nsfw"] = json!(false);
            if command["options"] == json!([]) {
                command.as_object_mut().unwrap().remove("options");
            }
            for option in command["options"].as_array_mut().into_iter().flatten() {
                option["required"] = json!(option["required"] == true);
                if option["type"] == NUMBER {
                    option["min_value"] = json!(1.0);
                }
            }
        }
        list.as_array_mut().unwrap().reverse();
        list
    }

    #[test]
    fn what_is_offered_already_is_recognised() {
        assert!(is_same(&told_back(), &commands()));
        assert!(!is_same(&json!([]), &commands()));
        assert!(!is_same(&Value::Null, &commands()));
    }

    #[test]
    fn every_difference_is_seen() {
        fn of<'a>(list: &'a mut Value, name: &str) -> &'a mut Value {
            let named = |command: &&mut Value| command["name"] == name;
            list.as_array_mut().unwrap().iter_mut().find(named).unwrap()
        }
        let changes: [fn(&mut Value); 9] = [
            |list| of(list, "top")["description"] = json!("Something else"),
            |list| of(list, "pause")["default_member_permissions"] = json!("8"),
            |list| of(list, "show")["options"][0]["required"] = json!(false),
            |list| of(list, "top")["options"][2]["choices"] = json!([]),
            |list| of(list, WHAT_IS_THIS)["contexts"] = json!([0]),
            |list| list[0]["name"] = json!("sing"),
            |list| list[0]["contexts"] = json!([0]),
            |list| of(list, "subscribe")["options"][0]["autocomplete"] = json!(false),
            |list| of(list, "help")["options"][0]["autocomplete"] = json!(true),
        ];
        for (number, change) in changes.iter().enumerate() {
            let mut list = told_back();
            change(&mut list);
            assert!(!is_same(&list, &commands()), "{number}");
        }
    }
}
