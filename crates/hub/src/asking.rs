//! What strangers may ask for, and how often: nobody shall be annoyed by way of us, and nobody fill what is everybody's.

use std::net::IpAddr;

use chrono::{DateTime, TimeDelta, Utc};
use whimbrel_store::{HubKey, HubRequest};

use crate::feeds::{Changes, Topic};
use crate::form::Wish;
use crate::held::Pending;
use crate::hub::Answer;
use crate::place::{Place, place};
use crate::street::Street;

/// Subscriptions of all …
const ALL: usize = 10_000;
/// … to one host …
const TO_ONE_HOST: usize = 200;
/// … and to one circle of hosts.
const TO_ONE_CIRCLE: usize = 1_000;

/// Feeds by a condition that are sent: each event is tried with each of them.
const CHOICES: usize = 1_000;

/// Requests that wait to be confirmed: of all, to one host, of one client.
const WAITING: usize = 1_000;
const WAITING_AT_HOST: usize = 20;
const WAITING_OF_CLIENT: usize = 20;

/// Requests of one client in an hour.
const OF_CLIENT_AN_HOUR: u32 = 240;

/// Questions in an hour to a host that has never confirmed anything, to its circle, to a host that has, and about a
/// subscription it has already.
const STRANGE_AN_HOUR: u32 = 6;
const CIRCLE_AN_HOUR: u32 = 30;
const KNOWN_AN_HOUR: u32 = 120;
const RENEWALS_AN_HOUR: u32 = 6;

/// Between two steps of the hub, in which what has ended is taken out.
const STEP: TimeDelta = TimeDelta::seconds(2);

/// What a callback was asked is known by then: it answered, or counts as silent.
const ANSWERED: TimeDelta = TimeDelta::seconds(11);

/// Where nobody knows who asked, all are one.
const NOBODY: IpAddr = IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED);

/// One request of a client; the error says to wait.
pub(crate) fn admit(street: &mut Street, client: Option<IpAddr>, now: DateTime<Utc>) -> Result<(), Answer> {
    let client = client.unwrap_or(NOBODY);
    let waiting = street.requests.values().filter(|pending| pending.client == Some(client));
    let waiting: Vec<TimeDelta> = waiting.map(|pending| answered(pending, now)).collect();
    if waiting.len() >= WAITING_OF_CLIENT {
        let count = waiting.len();
        let text =
            format!("{count} requests from your address wait to be confirmed; try again when they are.");
        let next = waiting.into_iter().min().unwrap_or_default();
        return Err(later(street, client, text, next, now));
    }
    let taken = street.limits.clients.take(&client.to_string(), OF_CLIENT_AN_HOUR, now);
    taken.map_err(|wait| {
        Answer::again(429, format!("{OF_CLIENT_AN_HOUR} requests an hour are taken from one address."), wait)
    })
}

/// A refusal that ends after this time, if whoever asks may ask again by then.
fn later(
    street: &mut Street,
    client: IpAddr,
    text: impl Into<String>,
    wait: TimeDelta,
    now: DateTime<Utc>,
) -> Answer {
    let own = street.limits.clients.wait(&client.to_string(), OF_CLIENT_AN_HOUR, now);
    Answer::again(429, text.into(), wait.max(own))
}

/// How long it takes until it is known what came of a request.
fn answered(pending: &Pending, now: DateTime<Utc>) -> TimeDelta {
    (pending.row.due - now).max(TimeDelta::zero()) + ANSWERED
}

/// Takes a request, which is written down before anybody is told.
pub(crate) fn take(
    street: &mut Street,
    wish: Wish,
    topic: &Topic,
    client: Option<IpAddr>,
    now: DateTime<Utc>,
) -> Result<(), Answer> {
    let key = HubKey { topic: topic.path.clone(), callback: wish.callback.to_string() };
    let (place, client) = (place(&wish.callback), client.unwrap_or(NOBODY));
    let is_known = street.number(&key).is_some();
    if !is_known && wish.lease_secs.is_none() && !street.requests.contains_key(&key) {
        return Err(Answer::of(404, "This callback has no subscription to this feed, or it has ended."));
    }
    let is_by_choice = matches!(topic.changes, Changes::Choice(_));
    let full = [
        (street.len() >= ALL, "This hub holds as many subscriptions as it can."),
        (
            is_by_choice && !street.has_topic(&topic.path) && street.choices() >= CHOICES,
            "This hub sends as many feeds with a query as it can; those of fixed addresses are still free.",
        ),
    ];
    if let Some((_, text)) = full.into_iter().find(|(is_full, _)| *is_full && !is_known) {
        return Err(Answer::of(503, text));
    }
    let of_host = |other: &Place| other.host == place.host;
    let host_is_full = street.of_host(&place.host) >= TO_ONE_HOST;
    let circle_is_full = street.of_circle(&place.circle) >= TO_ONE_CIRCLE;
    if !is_known && (host_is_full || circle_is_full) {
        let name = if host_is_full { "host" } else { "domain" };
        let text = format!("The {name} of the callback has as many subscriptions as one {name} can have.");
        let end = street.first_end(
            |other| {
                if host_is_full { of_host(other) } else { other.circle == place.circle }
            },
        );
        let wait = end.map_or(TimeDelta::zero(), |end| (end - now).max(TimeDelta::zero())) + STEP;
        return Err(later(street, client, text, wait, now));
    }
    let others = || street.requests.iter().filter(|(other, _)| **other != key).map(|(_, pending)| pending);
    let here = || others().filter(|pending| of_host(&pending.place));
    let next = if others().count() >= WAITING {
        others().map(|pending| answered(pending, now)).min()
    } else if here().count() >= WAITING_AT_HOST {
        here().map(|pending| answered(pending, now)).min()
    } else {
        None
    };
    if let Some(wait) = next {
        let text = "Too many requests wait to be confirmed by this host; try again when they are.";
        return Err(later(street, client, text, wait, now));
    }
    if let Err(wait) = allow(street, &key, &place, now) {
        let text = "The host of the callback was asked to confirm things very often.";
        return Err(later(street, client, text, wait, now));
    }
    let row = HubRequest {
        key: key.clone(),
        asked: wish.topic,
        lease_secs: wish.lease_secs,
        secret: wish.secret,
        due: now,
        tries: 0,
    };
    let number = street.next_number();
    let client = Some(client);
    street
        .requests
        .insert(key.clone(), Pending { row, url: wish.callback, place, number, is_flying: false, client });
    street.asked.insert(key);
    Ok(())
}

/// One question to a host; the error is how long to wait.
pub(crate) fn allow(
    street: &mut Street,
    key: &HubKey,
    place: &Place,
    now: DateTime<Utc>,
) -> Result<(), TimeDelta> {
    let (subscription, is_known) = (street.number(key), street.of_host(&place.host) > 0);
    let limits = &mut street.limits;
    if let Some(number) = subscription {
        return limits.hosts.take(&format!("#{number}"), RENEWALS_AN_HOUR, now);
    }
    if is_known {
        return limits.hosts.take(&place.host, KNOWN_AN_HOUR, now);
    }
    let circle = limits.circles.wait(&place.circle, CIRCLE_AN_HOUR, now);
    let wait = circle.max(limits.hosts.wait(&place.host, STRANGE_AN_HOUR, now));
    if wait > TimeDelta::zero() {
        return Err(wait);
    }
    limits.hosts.take(&place.host, STRANGE_AN_HOUR, now)?;
    limits.circles.take(&place.circle, CIRCLE_AN_HOUR, now)
}
