//! Sending feeds: each at its own pace, so that whoever is slow or gone keeps nobody waiting.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use futures::stream::{FuturesUnordered, StreamExt as _};
use tracing::field::Empty;
use tracing::{Instrument as _, info_span};
use url::Url;
use whimbrel_store::HubSecret;

use crate::courier::{Call, Heard, Post, Unheard};
use crate::feeds::{Changes, Content};
use crate::held::Line;
use crate::hub::{Done, Inner, Wiring};
use crate::signature::sign;
use crate::street::{Street, count_down};

/// Calls under way at the same time: to those who answer, and to those who were slow or failed the last time.
const SLOTS: [usize; 2] = [48, 16];

/// Calls under way to one host.
const TO_ONE_HOST: usize = 4;

/// Whoever takes longer to answer waits among the slow the next time.
const SLOW: Duration = Duration::from_secs(2);

/// Further attempts that one host gets in an hour, whatever is sent there.
const RETRIES_AN_HOUR: u32 = 12;

/// What changes within this time is sent as one.
const GAP: TimeDelta = TimeDelta::seconds(10);

/// After a failure it is tried again this much later, then after twice the time, up to the longest.
const FIRST_REST: TimeDelta = TimeDelta::minutes(1);
pub(crate) const LONGEST_REST: TimeDelta = TimeDelta::hours(1);

/// A feed that goes to some subscribers.
pub(crate) struct Batch {
    path: String,
    to: Vec<To>,
}

/// One of them.
struct To {
    number: u64,
    url: Url,
    secret: Option<HubSecret>,
    line: Line,
    host: String,
}

/// What became of it.
pub(crate) struct Sent {
    number: u64,
    line: Line,
    host: String,
    outcome: Outcome,
    /// The feed held everything up to this event …
    upto: u64,
    /// … as of this moment.
    written: DateTime<Utc>,
    took: Duration,
}

enum Outcome {
    Accepted,
    /// The callback says that nobody is there any more.
    Gone,
    /// There is no such feed any more.
    NoFeed,
    /// The subscriber did not take it.
    Failed(String),
    /// We could not write it.
    Ours(String),
}

/// Chooses what is sent now; ends what is over.
pub(crate) fn choose(street: &mut Street, now: DateTime<Utc>) -> Vec<Batch> {
    let mut chosen: BTreeMap<String, Vec<To>> = BTreeMap::new();
    for line in [Line::Quick, Line::Slow] {
        let mut after = None;
        while let Some(found) = street.due(line, after, now) {
            let (_, number) = found;
            after = Some(found);
            let Some(held) = street.get(number) else { continue };
            if held.row.until <= now {
                tracing::debug!(host = held.place.host, "a subscription at {} has ended", held.place.host);
                street.count.expired += 1;
                street.end(number);
                continue;
            }
            if street.flying[line as usize] >= SLOTS[line as usize] {
                break;
            }
            let host = held.place.host.clone();
            if street.flying_to.get(&host).is_some_and(|flying| *flying >= TO_ONE_HOST) {
                continue;
            }
            let retries = held.row.failures > 0;
            let to = To {
                number,
                url: held.url.clone(),
                secret: held.row.secret.clone(),
                line,
                host: host.clone(),
            };
            let path = held.row.key.topic.clone();
            if retries && let Err(wait) = street.limits.hosts.take(&host, RETRIES_AN_HOUR, now) {
                street.change(number, |held| {
                    if let Some(waiting) = &mut held.row.waiting {
                        waiting.due = now + wait;
                    }
                });
                continue;
            }
            street.flying[line as usize] += 1;
            *street.flying_to.entry(host).or_default() += 1;
            street.change(number, |held| held.is_flying = true);
            chosen.entry(path).or_default().push(to);
        }
    }
    chosen.into_iter().map(|(path, to)| Batch { path, to }).collect()
}

/// Writes a feed once and sends it to all of these.
pub(crate) async fn send(inner: Arc<Inner>, wiring: Arc<Wiring>, batch: Batch, now: DateTime<Utc>) {
    let place = inner.writing.acquire().await;
    // Taken before it is written: what comes in meanwhile is sent once more.
    let upto = inner.store.head();
    let feeds = Arc::clone(&wiring.feeds);
    let path = batch.path.clone();
    let written = tokio::task::spawn_blocking(move || feeds.write(&path, now)).await;
    drop(place);
    let sent = |to: &To, outcome, took| Sent {
        number: to.number,
        line: to.line,
        host: to.host.clone(),
        outcome,
        upto,
        written: now,
        took,
    };
    let content = match written.map_err(anyhow::Error::from).and_then(|written| written) {
        Ok(Some(content)) => content,
        Ok(None) => {
            return inner
                .finish(batch.to.iter().map(|to| Done::Sent(sent(to, Outcome::NoFeed, Duration::ZERO))));
        }
        Err(error) => {
            let reason = format!("{error:#}");
            let ours = |to: &To| Done::Sent(sent(to, Outcome::Ours(reason.clone()), Duration::ZERO));
            return inner.finish(batch.to.iter().map(ours));
        }
    };
    let mut calls: FuturesUnordered<_> = batch
        .to
        .iter()
        .map(|to| {
            let (begun, answer) = (Instant::now(), wiring.courier.carry(call(to, &content)));
            async move {
                let service = "websub";
                let span = info_span!(target: "span", "send", otel.kind = "client", service, error = Empty);
                let outcome = judge(answer.instrument(span.clone()).await);
                match &outcome {
                    Outcome::Gone => drop(span.record("error", "gone")),
                    Outcome::Failed(_) => drop(span.record("error", "later")),
                    _ => {}
                }
                Done::Sent(sent(to, outcome, begun.elapsed()))
            }
        })
        .collect();
    while let Some(done) = calls.next().await {
        inner.finish([done]);
    }
}

fn call(to: &To, content: &Content) -> Call {
    let mut headers = vec![("content-type", content.media.to_owned()), ("link", content.link.clone())];
    headers.extend(to.secret.as_ref().map(|secret| ("x-hub-signature", sign(secret, &content.body))));
    Call { to: to.url.clone(), post: Some(Post { headers, body: content.body.clone() }), read: 0 }
}

fn judge(answer: Result<Heard, Unheard>) -> Outcome {
    match answer {
        Ok(Heard { status: 200..=299, .. }) => Outcome::Accepted,
        Ok(Heard { status: 410, .. }) => Outcome::Gone,
        Ok(Heard { status, .. }) => Outcome::Failed(format!("it answered {status}")),
        Err(Unheard::Forbidden) => Outcome::Failed("it leads into a private network".to_owned()),
        Err(Unheard::Silent(reason)) => Outcome::Failed(reason),
    }
}

/// Takes in what became of one.
pub(crate) fn settle(street: &mut Street, sent: Sent, now: DateTime<Utc>) {
    street.flying[sent.line as usize] -= 1;
    count_down(&mut street.flying_to, &sent.host);
    // It may have ended meanwhile.
    let Some(held) = street.get(sent.number) else { return };
    let host = sent.host;
    let changes = street.changes(&held.row.key.topic).cloned();
    match sent.outcome {
        Outcome::Accepted => street.count.delivered += 1,
        Outcome::Gone => {
            tracing::debug!(host, "a subscriber at {host} is gone: its subscription has ended");
            street.count.gone += 1;
            return street.end(sent.number);
        }
        Outcome::Failed(reason) => {
            street.count.failed += 1;
            tracing::debug!(host, reason, "a feed could not be sent to {host} ({reason}); it is tried again");
            return street.change(sent.number, |held| {
                held.is_flying = false;
                held.row.failures = held.row.failures.saturating_add(1);
                let rest = rest_after(held.row.failures);
                if let Some(waiting) = &mut held.row.waiting {
                    waiting.due = now + rest;
                }
            });
        }
        Outcome::Ours(reason) => {
            tracing::error!(reason, "a feed cannot be written for its subscribers: {reason}");
            return street.change(sent.number, |held| {
                held.is_flying = false;
                if let Some(waiting) = &mut held.row.waiting {
                    waiting.due = now + FIRST_REST;
                }
            });
        }
        Outcome::NoFeed => {}
    }
    street.change(sent.number, |held| {
        (held.is_flying, held.is_slow) = (false, sent.took > SLOW);
        held.rests_until = now + GAP;
        held.row.failures = 0;
        held.row.told = held.row.told.max(sent.upto);
        held.row.waiting = held.row.waiting.and_then(|mut waiting| {
            let later = match changes {
                Some(Changes::AfterEach(period)) => {
                    let over = period.around(sent.written).start();
                    (waiting.recorded >= over).then(|| period.around(waiting.recorded).end())
                }
                _ => (waiting.newest > sent.upto).then_some(held.rests_until),
            };
            waiting.due = later?;
            Some(waiting)
        });
    });
}

/// How long to rest after so many failures in a row.
fn rest_after(failures: u32) -> TimeDelta {
    let doubled = 1 << failures.saturating_sub(1).min(16);
    (FIRST_REST * doubled).min(LONGEST_REST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rests_grow_to_an_hour_and_do_not_end() {
        let rests: Vec<i64> = (1..=9).map(|failures| rest_after(failures).num_minutes()).collect();
        assert_eq!(rests, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
        assert_eq!(rest_after(u32::MAX), LONGEST_REST);
    }
}
