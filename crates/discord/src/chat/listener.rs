//! Whoever is asked: the same for what comes over the gateway and for what Discord calls us for.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use serenity::model::application::Interaction;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use whimbrel_commands::{Admission, Asked, Commands};

use super::{question, respond};
use crate::send::Discord;

/// So many questions are answered at once; more is no conversation.
const MOST: usize = 500;

/// So many of them are told that it is too much for the moment: whoever goes on all the same waits for a word longer than
/// others for an answer.
const REFUSED: usize = 32;

/// Answers what people ask, each question by itself. With it ends whatever it still answers.
pub(super) struct Listener {
    discord: Arc<Discord>,
    commands: Commands,
    clock: fn() -> DateTime<Utc>,
    answers: Mutex<JoinSet<()>>,
    refusals: Arc<Semaphore>,
}

impl Listener {
    pub(super) fn new(discord: Arc<Discord>, commands: Commands, clock: fn() -> DateTime<Utc>) -> Self {
        let refusals = Arc::new(Semaphore::new(REFUSED));
        Self { discord, commands, clock, answers: Mutex::default(), refusals }
    }

    /// Hears a question as Discord tells it; it is answered while others are heard.
    pub(super) fn hears(&self, asked: &str) {
        let Ok(asked) = serde_json::from_str(asked) else {
            tracing::debug!("somebody did something at Discord that cannot be read");
            return;
        };
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        while answers.try_join_next().is_some() {}
        if answers.len() >= MOST {
            tracing::warn!("more is asked at Discord than can be answered");
            return;
        }
        let (discord, commands, now) = (Arc::clone(&self.discord), self.commands.clone(), (self.clock)());
        match asked {
            Interaction::Autocomplete(typing) => {
                answers.spawn(async move {
                    let Some((field, typed)) = question::typing(&typing.data) else { return };
                    let choices = commands.complete(field, typed, respond::CHOICES).await;
                    respond::propose(&discord, typing.id.get(), &typing.token, &choices).await;
                });
            }
            other => {
                let Some(question) = question::read(other) else { return };
                let admission = question.asked.as_ref().map(|asked| (admitted(&commands, asked, now), asked));
                let (refusal, turn) = match admission {
                    Ok((Admission::Answer, _)) | Err(_) => (None, None),
                    // Silence would be shown as a bot that did not respond.
                    Ok((Admission::Refusal | Admission::Silence, asked)) => {
                        let Ok(turn) = Arc::clone(&self.refusals).try_acquire_owned() else {
                            tracing::debug!("somebody asks more at Discord than they can be refused");
                            return;
                        };
                        (Some(Commands::refusal(&asked.what)), Some(turn))
                    }
                };
                answers.spawn(async move {
                    respond::answer(&discord, question, refusal, &commands, now).await;
                    drop(turn);
                });
            }
        }
    }
}

fn admitted(commands: &Commands, asked: &Asked, now: DateTime<Utc>) -> Admission {
    let among = (!asked.place.private).then_some(&asked.place.destination);
    commands.admit(&asked.who.id, among, &asked.what, now)
}
