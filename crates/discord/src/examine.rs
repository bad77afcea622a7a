//! What Discord says about us, for somebody who wants to know whether all is well. Nothing is changed by asking.

use reqwest::Method;
use secrecy::ExposeSecret as _;
use serde_json::Value;
use serenity::model::Permissions;
use whimbrel_fanout::Destination;

use crate::send::Discord;

/// What a bot needs in a channel to tell news there, and what an invitation asks for.
pub const NEEDED: Permissions = Permissions::VIEW_CHANNEL
    .union(Permissions::SEND_MESSAGES)
    .union(Permissions::SEND_MESSAGES_IN_THREADS)
    .union(Permissions::EMBED_LINKS)
    .union(Permissions::ATTACH_FILES);

/// What these rights are called in Discord's settings.
const NAMES: [(Permissions, &str); 5] = [
    (Permissions::VIEW_CHANNEL, "View Channels"),
    (Permissions::SEND_MESSAGES, "Send Messages"),
    (Permissions::SEND_MESSAGES_IN_THREADS, "Send Messages in Threads"),
    (Permissions::EMBED_LINKS, "Embed Links"),
    (Permissions::ATTACH_FILES, "Attach Files"),
];

/// The bot, as Discord knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Me {
    /// Its name.
    pub name: String,
    /// What to open to invite it, with the rights it needs.
    pub invitation: String,
    /// Servers it is in, where that was told.
    pub servers: Option<u64>,
    number: String,
}

/// Why something is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// The token is refused.
    Token(String),
    /// Discord cannot be asked.
    Away(String),
}

/// How we stand in a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// We may write there; what it is called.
    Writes(String),
    /// These rights are missing; what it is called.
    Lacks(String, Vec<String>),
    /// Discord does not let us see it: its words.
    Unseen(String),
}

/// What to open to invite an application's bot.
pub fn invitation(application: &str) -> String {
    format!(
        "https://discord.com/oauth2/authorize?client_id={application}&scope=bot+applications.commands&permissions={}",
        NEEDED.bits()
    )
}

impl Discord {
    /// Who we are; `None` without a token.
    pub async fn who(&self) -> Option<Result<Me, Unknown>> {
        self.token()?;
        Some(match self.look("/users/@me").await {
            Ok(Ok(me)) => {
                let application = match self.look("/applications/@me").await {
                    Ok(Ok(application)) => application,
                    _ => Value::Null,
                };
                // Bots made long ago have another number than their application.
                let number = me["id"].as_str().unwrap_or_default().to_owned();
                let id = application["id"].as_str().unwrap_or(&number);
                Ok(Me {
                    name: me["username"].as_str().unwrap_or_default().to_owned(),
                    invitation: invitation(id),
                    servers: application["approximate_guild_count"].as_u64(),
                    number,
                })
            }
            Ok(Err(reason)) => Err(Unknown::Away(reason)),
            Err(unknown) => Err(unknown),
        })
    }

    /// Whether we may write in a place.
    pub async fn stands(&self, me: &Me, to: &Destination) -> Result<Standing, Unknown> {
        let Destination::Discord { channel } = to else {
            return Ok(Standing::Unseen(format!("{to} is no channel of Discord")));
        };
        let channel = match self.look(&format!("/channels/{channel}")).await? {
            Ok(channel) => channel,
            Err(reason) => return Ok(Standing::Unseen(reason)),
        };
        let title = channel["name"].as_str().unwrap_or("a private chat").to_owned();
        let Some(guild) = channel["guild_id"].as_str() else { return Ok(Standing::Writes(title)) };
        let is_thread = matches!(channel["type"].as_u64(), Some(10..=12));
        let parent = channel["parent_id"].as_str().filter(|_| is_thread);
        let above = match parent {
            // A thread has the rights of its channel.
            Some(parent) => self.look(&format!("/channels/{parent}")).await?.unwrap_or_default(),
            None => channel.clone(),
        };
        let guild_roles = match self.look(&format!("/guilds/{guild}/roles")).await? {
            Ok(roles) => roles,
            Err(reason) => return Ok(Standing::Unseen(reason)),
        };
        let member = match self.look(&format!("/guilds/{guild}/members/{}", me.number)).await? {
            Ok(member) => member,
            Err(reason) => return Ok(Standing::Unseen(reason)),
        };
        let may = rights(guild, &me.number, &guild_roles, &member, &above["permission_overwrites"]);
        let needed = if is_thread {
            NEEDED.difference(Permissions::SEND_MESSAGES)
        } else {
            NEEDED.difference(Permissions::SEND_MESSAGES_IN_THREADS)
        };
        let missing = needed.difference(may);
        let named =
            |(right, name): &(Permissions, &str)| missing.contains(*right).then(|| (*name).to_owned());
        Ok(if missing.is_empty() {
            Standing::Writes(title)
        } else {
            Standing::Lacks(title, NAMES.iter().filter_map(named).collect())
        })
    }

    /// Whether a webhook of the configuration is there; what it is called. `None` for a name nobody configured.
    pub async fn webhook(&self, name: &str) -> Option<Result<Standing, Unknown>> {
        let address = self.webhook_address(name)?;
        let answer = self.plainly(address.expose_secret().trim_end_matches('/')).await;
        Some(if answer.is_good() {
            Ok(Standing::Writes(answer.json["name"].as_str().unwrap_or(name).to_owned()))
        } else if answer.status == 0 || answer.status >= 500 || answer.status == 429 {
            Err(Unknown::Away(answer.reason()))
        } else {
            Ok(Standing::Unseen(answer.reason()))
        })
    }

    /// An answer, a refusal in its words, or nothing at all.
    async fn look(&self, path: &str) -> Result<Result<Value, String>, Unknown> {
        let token = self.token();
        let answer = self.call(Method::GET, path, token.as_ref(), None).await;
        match answer.status {
            401 => Err(Unknown::Token(answer.reason())),
            0 | 429 | 500.. => Err(Unknown::Away(answer.reason())),
            _ if answer.is_good() => Ok(Ok(answer.json)),
            _ => Ok(Err(answer.reason())),
        }
    }
}

/// What a member may do in a channel: the roles, then what the channel says of everybody, of roles, of the member.
fn rights(guild: &str, me: &str, roles: &Value, member: &Value, overwrites: &Value) -> Permissions {
    let bits = |value: &Value| {
        let number = value.as_str().and_then(|text| text.parse().ok()).unwrap_or_default();
        Permissions::from_bits_truncate(number)
    };
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let mine: Vec<Value> = list(&member["roles"]);
    let has = |id: &Value| id.as_str() == Some(guild) || mine.contains(id);
    let whole = list(roles)
        .iter()
        .filter(|role| has(&role["id"]))
        .fold(Permissions::empty(), |all, role| all | bits(&role["permissions"]));
    if whole.contains(Permissions::ADMINISTRATOR) {
        return Permissions::all();
    }
    let mut may = whole;
    let steps: [&dyn Fn(&Value) -> bool; 3] =
        [&|id| id.as_str() == Some(guild), &|id| mine.contains(id), &|id| id.as_str() == Some(me)];
    for concerns in steps {
        let of_it = || list(overwrites).into_iter().filter(|one| concerns(&one["id"]));
        let denied = of_it().fold(Permissions::empty(), |all, one| all | bits(&one["deny"]));
        let allowed = of_it().fold(Permissions::empty(), |all, one| all | bits(&one["allow"]));
        may = may.difference(denied) | allowed;
    }
    if may.contains(Permissions::VIEW_CHANNEL) { may } else { Permissions::empty() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_invitation_is_the_one_of_the_readme() {
        assert!(
            invitation("1").ends_with("client_id=1&scope=bot+applications.commands&permissions=274877959168")
        );
    }

    #[test]
    fn a_channel_overrides_roles_and_a_member_overrides_both() {
        let roles = json!([
            { "id": "1", "permissions": (Permissions::VIEW_CHANNEL | Permissions::SEND_MESSAGES).bits().to_string() },
            { "id": "2", "permissions": Permissions::EMBED_LINKS.bits().to_string() },
            { "id": "3", "permissions": Permissions::ADMINISTRATOR.bits().to_string() },
        ]);
        let of =
            |mine: Value, overwrites: Value| rights("1", "9", &roles, &json!({ "roles": mine }), &overwrites);
        let send = Permissions::SEND_MESSAGES.bits().to_string();
        let view = Permissions::VIEW_CHANNEL.bits().to_string();
        let no = json!({ "id": "1", "deny": send, "allow": "0" });
        let yes = json!({ "id": "2", "deny": "0", "allow": send });
        assert_eq!(of(json!([]), json!([])), Permissions::VIEW_CHANNEL | Permissions::SEND_MESSAGES);
        assert!(!of(json!(["2"]), json!([no])).contains(Permissions::SEND_MESSAGES));
        assert!(of(json!(["2"]), json!([yes, no])).contains(Permissions::SEND_MESSAGES));
        let me = json!({ "id": "9", "deny": send, "allow": "0" });
        assert!(!of(json!(["2"]), json!([no, yes, me])).contains(Permissions::SEND_MESSAGES));
        let hidden = json!({ "id": "1", "deny": view, "allow": "0" });
        assert_eq!(of(json!(["2"]), json!([hidden])), Permissions::empty());
        assert_eq!(of(json!(["3"]), json!([hidden])), Permissions::all());
    }
}
