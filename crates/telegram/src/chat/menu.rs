//! The commands people are offered while they type.

use serde_json::{Value, json};
use whimbrel_commands::Command;

use super::Bot;
use super::call::{Failure, call};

/// Who is offered all commands, and who only those that change nothing.
const SCOPES: [(&str, bool); 3] =
    [("all_private_chats", true), ("all_group_chats", false), ("all_chat_administrators", true)];

impl Bot {
    /// Writes down what is offered, where it is something else so far.
    pub(super) async fn offer(&self) -> Result<(), Failure> {
        for (scope, all) in SCOPES {
            let (scope, wanted) = (json!({ "type": scope }), offered(all));
            let telegram = &self.0.telegram;
            if call(telegram, "getMyCommands", &json!({ "scope": scope }), None).await? != wanted {
                let fields = json!({ "scope": scope, "commands": wanted });
                call(telegram, "setMyCommands", &fields, None).await?;
            }
        }
        Ok(())
    }
}

/// Questions first: they are for everybody, and asked most.
fn offered(all: bool) -> Value {
    let commands = Command::catalogue().iter().filter(|help| all || !help.changes);
    let commands = commands.map(|help| (help.name, help.description));
    Command::questions()
        .map(|form| (form.name, form.description))
        .chain(commands)
        .map(|(name, description)| json!({ "command": name, "description": description }))
        .collect()
}
