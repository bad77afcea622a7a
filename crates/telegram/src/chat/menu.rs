//! The commands people are offered while they type.

use serde_json::{Value, json};
use whimbrel_commands::{Command, Language};

use super::Bot;
use super::call::{Failure, call};

/// Who is offered all commands, and who only those that change nothing.
const SCOPES: [(&str, bool); 3] =
    [("all_private_chats", true), ("all_group_chats", false), ("all_chat_administrators", true)];

impl Bot {
    /// Writes down what is offered, where it is something else so far.
    pub(super) async fn offer(&self) -> Result<(), Failure> {
        let languages = || Language::ALL.into_iter().map(Some).chain([None]);
        for (scope, all, language) in SCOPES
            .into_iter()
            .flat_map(|(scope, all)| languages().map(move |language| (scope, all, language)))
        {
            // Without a code it is for everybody whose language is none of these.
            let code = language.map_or("", |language| language.code);
            let mut fields = json!({ "scope": { "type": scope }, "language_code": code });
            let (telegram, wanted) = (&self.0.telegram, offered(all, language));
            if call(telegram, "getMyCommands", &fields, None).await? != wanted {
                fields["commands"] = wanted;
                call(telegram, "setMyCommands", &fields, None).await?;
            }
        }
        Ok(())
    }
}

/// Questions first: they are for everybody, and asked most.
fn offered(all: bool, language: Option<Language>) -> Value {
    let commands = Command::catalogue().iter().filter(|help| all || !help.changes);
    let commands = commands.map(|help| (help.name, help.description));
    Command::questions()
        .map(|form| (form.name, form.description))
        .chain(commands)
        .map(|(name, english)| {
            let described = language.and_then(|language| language.describes(name));
            json!({ "command": name, "description": described.unwrap_or(english) })
        })
        .collect()
}
