//! Whoever suggested a list is told what became of it: what is to be told is written down with the decision, and told
//! until it is accepted, refused, or too old.

use std::collections::hash_map::DefaultHasher;
use std::collections::{HashSet, VecDeque};
use std::hash::{Hash as _, Hasher as _};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use whimbrel_commands::{Listener, Proposal, Reply};
use whimbrel_fanout::{Destination, Nonce, SendError};

use super::{Suggestions, parts};
use crate::accepted::{Decided, Waiting};
use crate::run::loops::Pulse;

/// The first pause after a try that failed …
const FIRST_PAUSE: Duration = Duration::from_secs(10);
/// … which doubles up to this.
const LONGEST_PAUSE: Duration = Duration::from_hours(1);

/// Who cannot be told for so long need not know any more.
const WORTH_TELLING: TimeDelta = TimeDelta::days(7);

/// Makes the loop.
pub(crate) fn telling(
    suggestions: Arc<Suggestions>,
) -> impl Fn(Pulse) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    move |mut pulse| {
        let suggestions = Arc::clone(&suggestions);
        Box::pin(async move {
            pulse
                .alongside(async move {
                    let (mut pause, mut unwritten) = (FIRST_PAUSE, HashSet::new());
                    loop {
                        if suggestions.tell_all(&mut unwritten, Utc::now()).await {
                            pause = FIRST_PAUSE;
                            suggestions.decided.notified().await;
                        } else {
                            // What is decided meanwhile is told without waiting for that.
                            let decided = tokio::time::timeout(pause, suggestions.decided.notified()).await;
                            pause = if decided.is_ok() { pause } else { (pause * 2).min(LONGEST_PAUSE) };
                        }
                    }
                })
                .await;
        })
    }
}

/// What became of one message.
enum Told {
    /// It arrived, for all who asked there.
    Arrived,
    /// It never will.
    Over,
    /// It goes there now.
    Moved(Listener),
    /// It is tried again.
    Later,
}

impl Suggestions {
    /// Tells all there is to tell; `false` where some of it is to be tried again. What was told and could not be written
    /// down as told is not told again as long as the program runs.
    async fn tell_all(&self, unwritten: &mut HashSet<u64>, now: DateTime<Utc>) -> bool {
        let open = self.write(move |waiting| {
            waiting.retain(|one| {
                one.decided.is_none_or(|decided| !one.tell.is_empty() && now - decided.at < WORTH_TELLING)
            });
            waiting.clone()
        });
        let open = match open.await {
            Ok(open) => open,
            Err(reason) => {
                tracing::error!(reason, "what was decided about suggestions cannot be read ({reason})");
                return false;
            }
        };
        let mut all = true;
        for Waiting { proposal, tell, decided, .. } in open {
            let Some(decided) = decided else { continue };
            let (mut open, mut seen) = (VecDeque::from(tell), Vec::new());
            while let Some(to) = open.pop_front() {
                let nonce = nonce(&proposal, decided, &to.at);
                let told = if unwritten.contains(&nonce) {
                    Told::Arrived
                } else if !seen.contains(&to) {
                    seen.push(to.clone());
                    let words = proposal.answered(decided.accepted, to.person.is_none());
                    self.tell(&to, nonce, &words).await
                } else {
                    // It was sent from one place to another and back.
                    Told::Later
                };
                let arrived = matches!(told, Told::Arrived);
                let next = match told {
                    Told::Arrived => {
                        unwritten.insert(nonce);
                        open.retain(|other| other.at != to.at);
                        None
                    }
                    Told::Over => None,
                    Told::Moved(to) => Some(to),
                    Told::Later => {
                        all = false;
                        continue;
                    }
                };
                let (mark, was) = (proposal.mark(), to.clone());
                let written = self.write(move |waiting| {
                    let of = |one: &Waiting| one.proposal.mark() == mark && one.decided == Some(decided);
                    let one = waiting.iter_mut().find(|one| of(one) && one.tell.contains(&was));
                    // Who asked meanwhile to be forgotten is not written down again.
                    let next = one.and_then(|one| {
                        one.tell.retain(|to| !(arrived && to.at == was.at));
                        replace(&mut one.tell, &was, next)
                    });
                    waiting.retain(|one| !of(one) || !one.tell.is_empty());
                    next
                });
                match written.await {
                    Ok(next) => {
                        unwritten.remove(&nonce);
                        open.extend(next);
                    }
                    Err(reason) => {
                        tracing::error!(
                            reason,
                            "that somebody was told what was decided is not written down ({reason})"
                        );
                        all = false;
                    }
                }
            }
        }
        all
    }

    async fn tell(&self, to: &Listener, nonce: u64, words: &Reply) -> Told {
        for (number, part) in (0..).zip(parts(&to.at, words)) {
            match self.teller.one(&to.at, &part, Nonce(nonce.wrapping_add(number))).await {
                Ok(()) => {}
                Err(SendError::Moved { to: at }) => return Told::Moved(Listener { at, ..to.clone() }),
                Err(SendError::Refused { .. }) if let Some(person) = &to.person => {
                    return self.in_own_chat(person).await;
                }
                // The place is gone, or wants nothing of us: that is their answer.
                Err(SendError::Refused { reason, .. } | SendError::Content { reason }) => {
                    tracing::debug!(reason, "whoever suggested a list cannot be told what became of it");
                    return Told::Over;
                }
                Err(SendError::Retry { .. } | SendError::Unauthorized { .. }) => return Told::Later,
            }
        }
        Told::Arrived
    }
}

impl Suggestions {
    /// Begins a chat of our own with somebody, for what the place they asked in does not take.
    async fn in_own_chat(&self, person: &str) -> Told {
        let number = person.strip_prefix("discord:").and_then(|number| number.parse().ok());
        let (Some(number), Some(discord)) = (number, &self.discord) else { return Told::Over };
        match discord.direct(number).await {
            Ok(at) => Told::Moved(Listener { at, person: None }),
            Err(SendError::Retry { .. } | SendError::Unauthorized { .. }) => Told::Later,
            Err(error) => {
                tracing::debug!(%error, "whoever suggested a list cannot be told what became of it ({error})");
                Told::Over
            }
        }
    }
}

/// Puts somebody elsewhere, or nowhere; hands back where.
fn replace(tell: &mut Vec<Listener>, was: &Listener, next: Option<Listener>) -> Option<Listener> {
    tell.retain(|to| to != was);
    tell.extend(next.clone());
    next
}

/// What a message is known by: the same at every try, so that a service that knows messages again shows it once.
fn nonce(proposal: &Proposal, decided: Decided, to: &Destination) -> u64 {
    let mut hasher = DefaultHasher::new();
    (proposal.mark(), decided.accepted, decided.at, to).hash(&mut hasher);
    hasher.finish()
}
