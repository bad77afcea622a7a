//! Who would be pinged by a message.

use serde_json::{Map, Value};

use super::form::{Form, snowflake};
use super::permissions::MENTION_EVERYONE;
use super::state::{Channel, State};

/// What a message allows to be pinged.
#[derive(Clone, Debug)]
pub(super) struct Allowed {
    /// Whether the message says so itself; without a word everything is allowed.
    pub(super) said: bool,
    everyone: bool,
    users: Which,
    roles: Which,
}

#[derive(Clone, Debug)]
enum Which {
    All,
    These(Vec<u64>),
}

impl Which {
    fn has(&self, id: u64) -> bool {
        match self {
            Self::All => true,
            Self::These(these) => these.contains(&id),
        }
    }
}

/// What a form allows.
pub(super) fn read(form: &mut Form, object: &Map<String, Value>) -> Allowed {
    let Some(allowed) = object.get("allowed_mentions").filter(|it| !it.is_null()) else {
        return Allowed { said: false, everyone: true, users: Which::All, roles: Which::All };
    };
    let place = "allowed_mentions";
    let none = Which::These(Vec::new());
    let mut read = Allowed { said: true, everyone: false, users: none.clone(), roles: none };
    let Some(allowed) = form.object(place, allowed) else { return read };
    form.known(place, allowed, &["parse", "users", "roles", "replied_user"]);
    let parse = form.list(place, allowed, "parse", 3);
    for (name, which) in [("users", &mut read.users), ("roles", &mut read.roles)] {
        let list = form.list(place, allowed, name, 100);
        let all = parse.iter().any(|kind| kind == name);
        if all && !list.is_empty() {
            let message = format!("parse:[\"{name}\"] and {name}: [ids...] are mutually exclusive.");
            form.bad(place, "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", &message);
        }
        *which = if all { Which::All } else { Which::These(list.iter().filter_map(snowflake).collect()) };
    }
    for (number, kind) in parse.iter().enumerate() {
        if !matches!(kind.as_str(), Some("users" | "roles" | "everyone")) {
            let message = "Value must be one of ('users', 'everyone', 'roles').";
            form.bad(&format!("{place}.parse.{number}"), "BASE_TYPE_CHOICES", message);
        }
    }
    read.everyone = parse.iter().any(|kind| kind == "everyone");
    read
}

/// Who is pinged by a text in a channel. Embeds ping nobody.
pub(super) fn pinged(
    text: &str,
    allowed: &Allowed,
    state: &State,
    channel: &Channel,
    rights: u64,
) -> Vec<String> {
    let mut pinged = Vec::new();
    for word in ["everyone", "here"] {
        if allowed.everyone && rights & MENTION_EVERYONE != 0 && text.contains(&format!("@{word}")) {
            pinged.push(word.to_owned());
        }
    }
    let guild = channel.guild.and_then(|guild| state.guilds.get(&guild));
    for piece in text.split("<@").skip(1) {
        let Some((inside, _)) = piece.split_once('>') else { continue };
        if let Some(role) = inside.strip_prefix('&').and_then(|id| id.parse().ok()) {
            let role = guild.and_then(|guild| guild.roles.get(&role)).filter(|_| allowed.roles.has(role));
            let may = |it: &&super::state::Role| it.mentionable || rights & MENTION_EVERYONE != 0;
            pinged.extend(role.filter(may).map(|role| format!("@{}", role.name)));
        } else if let Ok(user) = inside.trim_start_matches('!').parse() {
            let user = state.users.get(&user).filter(|_| allowed.users.has(user));
            pinged.extend(user.map(|user| user.name.clone()));
        }
    }
    pinged
}
