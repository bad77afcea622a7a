//! Single calls: a permit from the governor, the answer judged, the permit handed back. A call whose token is refused
//! or used up is made again with the next one, until the governor has none.

use http::{StatusCode, header};
use serde_json::{Value, json};

use super::answer::{Envelope, Meaning, short};
use super::clock::Clock;
use super::governor::{Ending, Wait, Wish};
use super::told::{Resource, Told};
use super::transport::{JSON, Reply, Sent, Silence};
use super::{Github, Keep};

/// The largest answer that is read, but for documents of catalogs: a batch of a hundred projects is well below one MB.
pub(crate) const ANSWER_BYTES: usize = 16 << 20;

/// A question by REST.
#[derive(Clone, Copy)]
pub(crate) struct Get<'a> {
    pub(crate) route: &'a str,
    pub(crate) accept: &'static str,
    pub(crate) etag: Option<&'a str>,
    pub(crate) cap: usize,
    /// What it leaves to others.
    pub(crate) keep: Keep,
}

/// Why a question has no answer.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// It was not asked, or GitHub refused for reasons of limits.
    Wait(Wait),
    /// Nothing came back.
    Silence(Silence),
    /// It redirects to another place.
    Elsewhere,
    /// It redirects in a circle.
    Circle,
}

/// Why a question by GraphQL has no answer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NoAnswer {
    /// It was not asked, or GitHub refused for reasons of limits.
    Wait(Wait),
    /// GitHub does not manage so much, or is not well.
    TooMuch(String),
    /// GitHub cannot be reached.
    Away(String),
    /// GitHub does not want this question.
    Refused(String),
}

impl Github {
    /// Asks by REST; answers of every status are answers, but those about limits and tokens.
    pub(crate) async fn get(&self, get: Get<'_>, clock: Clock) -> Result<Reply, Refusal> {
        let wish = Wish { resource: Resource::Core, points: 1, keep: get.keep };
        loop {
            let mut flight = self.depart(wish, clock).await.map_err(Refusal::Wait)?;
            let authorization = match flight.authorization().await {
                Ok(authorization) => authorization,
                Err(Some(silence)) => return Err(Refusal::Silence(silence)),
                Err(None) => continue,
            };
            let known = authorization.is_some();
            let Get { route, accept, etag, cap, .. } = get;
            let sent = Sent { route, accept, etag, authorization, post: None, cap };
            let reply = match flight.setup.transport.send(sent).await {
                Ok(reply) => reply,
                Err(silence) => {
                    flight.land(Ending::Trouble, &Told::default());
                    return Err(Refusal::Silence(silence));
                }
            };
            let told = Told::by(&reply.headers);
            let ending = ending(&reply, &told, known);
            flight.land(ending, &told);
            match ending {
                // The governor knows now whether another token may ask, or until when nobody may.
                Ending::Primary | Ending::Secondary | Ending::Rejected => {}
                Ending::Answered { .. } | Ending::Trouble | Ending::Dropped => return Ok(reply),
            }
        }
    }

    /// Asks by GraphQL.
    pub(crate) async fn query(
        &self,
        query: &str,
        variables: &Value,
        points: u32,
        keep: Keep,
        clock: Clock,
    ) -> Result<Envelope, NoAnswer> {
        let wish = Wish { resource: Resource::Graphql, points, keep };
        let body = json!({ "query": query, "variables": variables }).to_string();
        loop {
            let mut flight = self.depart(wish, clock).await.map_err(NoAnswer::Wait)?;
            let authorization = match flight.authorization().await {
                Ok(authorization) => authorization,
                Err(Some(silence)) => return Err(NoAnswer::of(silence)),
                Err(None) => continue,
            };
            let post = Some(body.clone());
            let sent =
                Sent { route: "/graphql", accept: JSON, etag: None, authorization, post, cap: ANSWER_BYTES };
            let reply = match flight.setup.transport.send(sent).await {
                Ok(reply) => reply,
                Err(silence) => {
                    flight.land(Ending::Trouble, &Told::default());
                    return Err(NoAnswer::of(silence));
                }
            };
            let told = Told::by(&reply.headers);
            let envelope = Envelope::read(&reply.body);
            let told = envelope.as_ref().map_or(told.clone(), |envelope| told.and(&envelope.rate_limit()));
            let limited = envelope.as_ref().and_then(Envelope::limited);
            let ending = match (reply.status, &envelope, limited) {
                (StatusCode::UNAUTHORIZED, ..) => Ending::Rejected,
                (_, _, Some(Meaning::Secondary)) => Ending::Secondary,
                // GitHub says this of secondary limits too.
                (_, _, Some(_)) if told.left().is_some_and(|left| left > 0) => Ending::Secondary,
                (_, _, Some(_)) => Ending::Primary,
                (StatusCode::FORBIDDEN | StatusCode::TOO_MANY_REQUESTS, ..) => {
                    match ending(&reply, &told, true) {
                        Ending::Answered { .. } if reply.status == StatusCode::TOO_MANY_REQUESTS => {
                            Ending::Secondary
                        }
                        ending => ending,
                    }
                }
                (status, Some(envelope), None) if status.is_success() => {
                    Ending::Answered { cost: envelope.rate_limit().cost }
                }
                (status, ..) if status.is_client_error() => Ending::Answered { cost: None },
                // A server that names a time wants to be left alone by everybody.
                (status, ..) if status.is_server_error() && wished(&reply) => Ending::Secondary,
                _ => Ending::Trouble,
            };
            flight.land(ending, &told);
            let status = reply.status.as_u16();
            return match (ending, envelope) {
                // What came before the limit was met is kept.
                (Ending::Primary | Ending::Secondary, Some(envelope)) if envelope.failed().is_none() => {
                    Ok(envelope)
                }
                (Ending::Rejected | Ending::Primary | Ending::Secondary, _) => continue,
                (Ending::Answered { .. }, Some(envelope)) if reply.status.is_success() => {
                    match envelope.failed() {
                        None => Ok(envelope),
                        Some(Meaning::TooMuch) => {
                            Err(NoAnswer::TooMuch("GitHub does not manage so much".to_owned()))
                        }
                        Some(Meaning::Other(why) | Meaning::Forbidden(why)) => Err(NoAnswer::Refused(why)),
                        Some(Meaning::NotFound | Meaning::Primary | Meaning::Secondary) => {
                            Err(NoAnswer::Refused("GitHub answers nothing".to_owned()))
                        }
                    }
                }
                (Ending::Answered { .. }, envelope) => {
                    let said = envelope.and_then(|envelope| envelope.failed());
                    let why = match said {
                        Some(Meaning::Other(why) | Meaning::Forbidden(why)) => why,
                        _ => short(""),
                    };
                    Err(NoAnswer::Refused(format!("GitHub answers {status}: {why}")))
                }
                (Ending::Trouble | Ending::Dropped, _) if reply.status.is_success() => {
                    Err(NoAnswer::TooMuch("GitHub's answer was not understood".to_owned()))
                }
                (Ending::Trouble | Ending::Dropped, _) => {
                    Err(NoAnswer::TooMuch(format!("GitHub answers {status}")))
                }
            };
        }
    }
}

impl NoAnswer {
    fn of(silence: Silence) -> Self {
        match silence {
            Silence::Away(why) => Self::Away(why),
            Silence::Broken(why) => Self::TooMuch(format!("the answer broke off ({why})")),
            Silence::Late => Self::TooMuch("no answer in time".to_owned()),
            Silence::TooLarge => Self::TooMuch("the answer is too large".to_owned()),
        }
    }
}

/// How a request by REST ended.
pub(super) fn ending(reply: &Reply, told: &Told, known: bool) -> Ending {
    let says_limit = || String::from_utf8_lossy(&reply.body).to_lowercase().contains("rate limit");
    match reply.status {
        StatusCode::UNAUTHORIZED if known => Ending::Rejected,
        StatusCode::FORBIDDEN | StatusCode::TOO_MANY_REQUESTS if told.remaining == Some(0) => Ending::Primary,
        StatusCode::TOO_MANY_REQUESTS => Ending::Secondary,
        StatusCode::FORBIDDEN if wished(reply) || says_limit() => Ending::Secondary,
        status if status.is_server_error() && wished(reply) => Ending::Secondary,
        status if status.is_server_error() => Ending::Trouble,
        // GitHub does not count what it did not have to say, if it knows who asked.
        StatusCode::NOT_MODIFIED if known => Ending::Answered { cost: Some(0) },
        _ => Ending::Answered { cost: None },
    }
}

/// Whether the answer says when to come back.
fn wished(reply: &Reply) -> bool {
    reply.headers.contains_key(header::RETRY_AFTER)
}
