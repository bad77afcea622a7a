//! Beginning and ending subscriptions: whoever strangers named is asked whether it is so.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use ring::rand::{SecureRandom as _, SystemRandom};
use url::Url;
use whimbrel_store::{HubKey, HubRequest, HubSubscription};

use crate::asking::allow;
use crate::courier::{Call, Heard, Unheard};
use crate::held::Pending;
use crate::hub::{Done, Inner, Wiring};
use crate::lease;
use crate::signature::hex;
use crate::street::Street;

/// Questions under way at the same time.
const AT_A_TIME: usize = 8;

/// A host that does not answer is asked again after each of these.
const AGAIN: [TimeDelta; 2] = [TimeDelta::minutes(1), TimeDelta::minutes(10)];

/// Bytes of an answer that are read: the challenge is shorter.
const READ: usize = 256;

/// A question that is to be asked.
pub(crate) struct Question {
    key: HubKey,
    number: u64,
    to: Url,
    challenge: String,
}

/// What was answered to it.
pub(crate) struct Confirmed {
    key: HubKey,
    number: u64,
    verdict: Verdict,
}

enum Verdict {
    Yes,
    No(String),
    /// Nobody answered: it may go well later.
    Later(String),
}

/// Chooses whom to ask now.
pub(crate) fn choose(street: &mut Street, now: DateTime<Utc>) -> Vec<Question> {
    let due = |pending: &Pending| !pending.is_flying && pending.row.due <= now;
    let due: Vec<HubKey> =
        street.requests.iter().filter(|(_, pending)| due(pending)).map(|(key, _)| key.clone()).collect();
    let mut questions = Vec::new();
    for key in due {
        if street.confirming >= AT_A_TIME {
            break;
        }
        let Some((place, tries)) =
            street.requests.get(&key).map(|pending| (pending.place.clone(), pending.row.tries))
        else {
            continue;
        };
        // The first question was allowed when it was asked for.
        if tries > 0 && allow(street, &key, &place, now).is_err() {
            deny(street, &key, "its host was asked too often");
            continue;
        }
        let Some(pending) = street.requests.get_mut(&key) else { continue };
        let Some(challenge) = challenge() else { continue };
        pending.is_flying = true;
        street.confirming += 1;
        let to = question(&pending.url, &pending.row, &challenge);
        questions.push(Question { key, number: pending.number, to, challenge });
    }
    questions
}

/// What nobody can guess, never used twice.
fn challenge() -> Option<String> {
    let mut bytes = [0; 24];
    SystemRandom::new().fill(&mut bytes).ok()?;
    Some(hex("", &bytes))
}

/// The address of the question: the callback with what is asked behind its own query.
fn question(callback: &Url, row: &HubRequest, challenge: &str) -> Url {
    let mut to = callback.clone();
    let mode = if row.lease_secs.is_some() { "subscribe" } else { "unsubscribe" };
    let mut query = to.query_pairs_mut();
    query
        .append_pair("hub.mode", mode)
        .append_pair("hub.topic", &row.asked)
        .append_pair("hub.challenge", challenge);
    if let Some(secs) = row.lease_secs {
        query.append_pair("hub.lease_seconds", &secs.to_string());
    }
    drop(query);
    to
}

/// Asks.
pub(crate) async fn ask(inner: Arc<Inner>, wiring: Arc<Wiring>, question: Question) {
    let Question { key, number, to, challenge } = question;
    let answer = wiring.courier.carry(Call { to, post: None, read: READ }).await;
    let verdict = judge(answer, challenge.as_bytes());
    inner.finish([Done::Confirmed(Confirmed { key, number, verdict })]);
}

fn judge(answer: Result<Heard, Unheard>, challenge: &[u8]) -> Verdict {
    match answer {
        Ok(Heard { status: 200..=299, body }) if body == challenge => Verdict::Yes,
        Ok(Heard { status: 200..=299, .. }) => Verdict::No("it did not repeat the challenge".to_owned()),
        Ok(Heard { status: status @ (408 | 429 | 500..=599), .. }) => {
            Verdict::Later(format!("it answered {status}"))
        }
        Ok(Heard { status, .. }) => Verdict::No(format!("it answered {status}")),
        Err(Unheard::Forbidden) => Verdict::No("it leads into a private network".to_owned()),
        Err(Unheard::Silent(reason)) => Verdict::Later(reason),
    }
}

/// Takes in an answer.
pub(crate) fn settle(street: &mut Street, confirmed: Confirmed, wiring: &Wiring, now: DateTime<Utc>) {
    street.confirming -= 1;
    let Confirmed { key, number, verdict } = confirmed;
    // Somebody may have asked for something else meanwhile: that is confirmed by itself.
    let Some(pending) = street.requests.get_mut(&key).filter(|pending| pending.number == number) else {
        return;
    };
    pending.is_flying = false;
    match verdict {
        Verdict::Yes => {
            let Some(Pending { row, place, .. }) = street.requests.remove(&key) else { return };
            street.settled.insert(key);
            street.count.confirmed += 1;
            let host = place.host;
            tracing::debug!(
                host,
                feed = row.key.topic,
                "a request for `{}` was confirmed by {host}",
                row.key.topic
            );
            grant(street, row, wiring, now);
        }
        Verdict::No(reason) => deny(street, &key, &reason),
        Verdict::Later(reason) => {
            let Some(rest) = AGAIN.get(pending.row.tries as usize) else {
                return deny(street, &key, &reason);
            };
            pending.row.tries += 1;
            pending.row.due = now + *rest;
            street.asked.insert(key);
        }
    }
}

/// Does what was confirmed.
fn grant(street: &mut Street, row: HubRequest, wiring: &Wiring, now: DateTime<Utc>) {
    let number = street.number(&row.key);
    match (row.lease_secs, number) {
        (None, Some(number)) => street.end(number),
        (None, None) => {}
        (Some(secs), Some(number)) => street.change(number, |held| {
            held.row.until = now + lease::length(secs);
            held.row.secret = row.secret;
        }),
        (Some(secs), None) => {
            let Some(topic) = wiring.feeds.known(&row.key.topic) else { return };
            let told = street.matched;
            let row = HubSubscription {
                key: row.key,
                secret: row.secret,
                since: now,
                until: now + lease::length(secs),
                told,
                waiting: None,
                failures: 0,
            };
            street.add(row, topic.changes);
        }
    }
}

fn deny(street: &mut Street, key: &HubKey, reason: &str) {
    if let Some(pending) = street.requests.remove(key) {
        let host = pending.place.host;
        tracing::debug!(host, reason, "a request was not confirmed by {host}: {reason}");
    }
    street.settled.insert(key.clone());
    street.count.denied += 1;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(lease_secs: Option<u32>) -> HubRequest {
        HubRequest {
            key: HubKey { topic: "feed.atom".into(), callback: String::new() },
            asked: "https://news.example/feed.atom?q=a b&x".into(),
            lease_secs,
            secret: None,
            due: DateTime::UNIX_EPOCH,
            tries: 0,
        }
    }

    #[test]
    fn questions_keep_the_query_of_the_callback() {
        for (callback, lease, asked) in [
            (
                "https://r.example/a?b=%20c&d",
                Some(60),
                "https://r.example/a?b=%20c&d&hub.mode=subscribe&hub.topic=https%3A%2F%2Fnews.example%2Ffeed.atom%3Fq%3Da+b%26x&hub.challenge=xyz&hub.lease_seconds=60",
            ),
            (
                "https://r.example",
                None,
                "https://r.example/?hub.mode=unsubscribe&hub.topic=https%3A%2F%2Fnews.example%2Ffeed.atom%3Fq%3Da+b%26x&hub.challenge=xyz",
            ),
        ] {
            assert_eq!(question(&callback.parse().unwrap(), &request(lease), "xyz").as_str(), asked);
        }
    }

    #[test]
    fn only_the_challenge_itself_is_a_yes() {
        let heard = |status, body: &str| judge(Ok(Heard { status, body: body.into() }), b"abc");
        assert!(matches!(heard(200, "abc"), Verdict::Yes));
        assert!(matches!(heard(204, "abc"), Verdict::Yes));
        for (status, body) in [
            (200, ""),
            (200, "abcd"),
            (200, "ab"),
            (200, "ABC"),
            (200, "abc\n"),
            (302, "abc"),
            (404, "abc"),
            (410, "abc"),
        ] {
            assert!(matches!(heard(status, body), Verdict::No(_)), "{status} {body}");
        }
        for status in [408, 429, 500, 503] {
            assert!(matches!(heard(status, "abc"), Verdict::Later(_)), "{status}");
        }
        assert!(matches!(judge(Err(Unheard::Forbidden), b""), Verdict::No(_)));
        assert_ne!(challenge(), challenge());
    }
}
