//! What GitHub says about each of our tokens, for somebody who wants to know whether all is well.

use chrono::{DateTime, Utc};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde_json::Value;

use super::calls::{ANSWER_BYTES, Get, Refusal};
use super::setup::Proof;
use super::transport::{JSON, Reply, Sent, Silence};
use super::{Github, Keep};

/// One way to ask GitHub, and how it went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Examined {
    /// Whose way, for people: a token, the key of an app, or anybody's.
    pub who: String,
    /// What was learned.
    pub answer: Result<Standing, Trouble>,
    /// What time it is there.
    pub date: Option<DateTime<Utc>>,
}

/// What GitHub says to whoever it knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// The account of a token.
    pub login: Option<String>,
    /// Questions an hour.
    pub limit: u64,
    /// Questions left of them.
    pub remaining: u64,
    /// Rights a token has; it needs none.
    pub rights: Vec<String>,
}

/// Why nothing was learned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// It does not know the token any more.
    Refused,
    /// It cannot be asked: the reason.
    Away(String),
}

impl Github {
    /// Asks with every token by itself. It costs one question each.
    pub async fn examine(&self, now: DateTime<Utc>) -> Vec<Examined> {
        let setup = std::sync::Arc::clone(&self.desk().setup);
        if setup.is_anonymous() {
            return vec![examined("nobody in particular".to_owned(), self.limits(None).await, None)];
        }
        let mut all = Vec::new();
        for bearer in &setup.bearers {
            let who = bearer.label.clone();
            all.push(match &bearer.proof {
                Proof::Token(value) => {
                    let user = self.plainly("/user", Some(value)).await;
                    match user {
                        Ok(user) if user.status == StatusCode::UNAUTHORIZED => examined(who, Ok(user), None),
                        Ok(user) => examined(who, self.limits(Some(value)).await, Some(&user)),
                        Err(silence) => examined(who, Err(silence), None),
                    }
                }
                Proof::App(..) => {
                    let get = Get {
                        route: "/rate_limit",
                        accept: JSON,
                        etag: None,
                        cap: ANSWER_BYTES,
                        keep: Keep::Nothing,
                    };
                    match self.get(get, self.clock(now)).await {
                        Ok(reply) => examined(who, Ok(reply), None),
                        Err(Refusal::Silence(silence)) => examined(who, Err(silence), None),
                        // The statement of the app, or the token it was lent, was refused.
                        Err(_) => Examined { who, answer: Err(Trouble::Refused), date: None },
                    }
                }
            });
        }
        all
    }

    async fn limits(&self, authorization: Option<&HeaderValue>) -> Result<Reply, Silence> {
        self.plainly("/rate_limit", authorization).await
    }

    async fn plainly(&self, route: &str, authorization: Option<&HeaderValue>) -> Result<Reply, Silence> {
        let setup = std::sync::Arc::clone(&self.desk().setup);
        let authorization = authorization.cloned();
        let sent = Sent { route, accept: JSON, etag: None, authorization, post: None, cap: ANSWER_BYTES };
        setup.transport.send(sent).await
    }
}

fn examined(who: String, limits: Result<Reply, Silence>, user: Option<&Reply>) -> Examined {
    let reply = match limits {
        Ok(reply) => reply,
        Err(silence) => return Examined { who, answer: Err(Trouble::Away(away(silence))), date: None },
    };
    let date = date(&reply.headers);
    let read = |reply: &Reply| serde_json::from_slice::<Value>(&reply.body).unwrap_or_default();
    let answer = match reply.status.as_u16() {
        401 => Err(Trouble::Refused),
        200..=299 => {
            let core = read(&reply)["resources"]["core"].clone();
            let text = |name: &str| {
                user.and_then(|user| user.headers.get(name)).and_then(|value| value.to_str().ok())
            };
            let rights = text("x-oauth-scopes").unwrap_or_default();
            Ok(Standing {
                login: user.and_then(|user| read(user)["login"].as_str().map(str::to_owned)),
                limit: core["limit"].as_u64().unwrap_or_default(),
                remaining: core["remaining"].as_u64().unwrap_or_default(),
                rights: rights
                    .split(',')
                    .map(|right| right.trim().to_owned())
                    .filter(|it| !it.is_empty())
                    .collect(),
            })
        }
        // An Enterprise may have no limits, and says so by not knowing the question.
        404 => Ok(Standing::default()),
        status => Err(Trouble::Away(format!("it answered with {status}"))),
    };
    Examined { who, answer, date }
}

fn away(silence: Silence) -> String {
    match silence {
        Silence::Away(reason) | Silence::Broken(reason) => reason,
        Silence::Late => "no answer in time".to_owned(),
        Silence::TooLarge => "an answer without end".to_owned(),
    }
}

fn date(headers: &HeaderMap) -> Option<DateTime<Utc>> {
    let text = headers.get(header::DATE)?.to_str().ok()?;
    DateTime::parse_from_rfc2822(text).ok().map(|date| date.to_utc())
}
