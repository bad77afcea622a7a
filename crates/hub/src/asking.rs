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

/// Where nobody knows who asked, all are one.
const NOBODY: IpAddr = IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED);

/// One request of a client; the error says to wait.
pub(crate) fn admit(street: &mut Street, client: Option<IpAddr>, now: DateTime<Utc>) -> Result<(), Answer> {
    let client = client.unwrap_or(NOBODY);
    let waiting = street.requests.values().filter(|pending| pending.client == Some(client)).count();
    if waiting >= WAITING_OF_CLIENT {
        let text =
            format!("{waiting} requests from your address wait to be confirmed; try again when they are.");
        return Err(Answer::again(429, text, TimeDelta::minutes(1)));
    }
    let taken = street.limits.clients.take(&client.to_string(), OF_CLIENT_AN_HOUR, now);
    taken.map_err(|wait| {
        Answer::again(429, format!("{OF_CLIENT_AN_HOUR} requests an hour are taken from one address."), wait)
    })
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
    let place = place(&wish.callback);
    let is_known = street.number(&key).is_some();
    if !is_known && wish.lease_secs.is_none() && !street.requests.contains_key(&key) {
        return Err(Answer::of(404, "This callback has no subscription to this feed, or it has ended."));
    }
    let is_by_choice = matches!(topic.changes, Changes::Choice(_));
    let full = [
        (street.len() >= ALL, 503, "This hub holds as many subscriptions as it can."),
        (
            is_by_choice && !street.has_topic(&topic.path) && street.choices() >= CHOICES,
            503,
            "This hub sends as many feeds with a query as it can; those of fixed addresses are still free.",
        ),
        (
            street.of_host(&place.host) >= TO_ONE_HOST,
            429,
            "The host of the callback has as many subscriptions as one host can have.",
        ),
        (
            street.of_circle(&place.circle) >= TO_ONE_CIRCLE,
            429,
            "The domain of the callback has as many subscriptions as one domain can have.",
        ),
    ];
    if let Some((_, status, text)) = full.into_iter().find(|(is_full, ..)| *is_full && !is_known) {
        return Err(Answer::of(status, text));
    }
    let others = street.requests.iter().filter(|(other, _)| **other != key);
    let (all, here) = others.fold((0, 0), |(all, here), (_, pending)| {
        (all + 1, here + usize::from(pending.place.host == place.host))
    });
    if all >= WAITING || here >= WAITING_AT_HOST {
        let text = "Too many requests wait to be confirmed by this host; try again when they are.".to_owned();
        return Err(Answer::again(429, text, TimeDelta::minutes(1)));
    }
    allow(street, &key, &place, now).map_err(|wait| {
        Answer::again(
            429,
            "The host of the callback was asked to confirm things very often.".to_owned(),
            wait,
        )
    })?;
    let row = HubRequest {
        key: key.clone(),
        asked: wish.topic,
        lease_secs: wish.lease_secs,
        secret: wish.secret,
        due: now,
        tries: 0,
    };
    let number = street.next_number();
    let client = Some(client.unwrap_or(NOBODY));
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
    let wait = limits.circles.wait(&place.circle, CIRCLE_AN_HOUR, now);
    if wait > TimeDelta::zero() {
        return Err(wait);
    }
    limits.hosts.take(&place.host, STRANGE_AN_HOUR, now)?;
    limits.circles.take(&place.circle, CIRCLE_AN_HOUR, now)
}
