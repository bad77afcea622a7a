//! Sending answers: at their pace, once more where it helps, in plain words where marks are refused.

use std::time::Duration;

use chrono::Utc;
use serde_json::{Value, json};
use whimbrel_commands::{How, Reply};
use whimbrel_fanout::{Bundle, Channel as _, Class, Destination, Nonce, Part, SendError, Sent, Style};

use super::Bot;
use super::call::{Failure, call};
use crate::render;
use crate::verdict::{failed, judge};

/// How often an answer is tried.
const TRIES: u32 = 4;
/// The first pause between tries, which doubles.
const PAUSE: Duration = Duration::from_millis(500);
/// What the service says when there is nothing to change: it was pressed twice.
const SAME: &str = "message is not modified";

impl Bot {
    /// Sends an answer; `message` is the one whose button was pressed. Nobody is there to be told that it failed.
    pub(super) async fn say(&self, to: &Destination, message: Option<i32>, reply: &Reply) {
        if let Err(error) = self.put(to, message, reply).await {
            tracing::info!("an answer could not be sent to {to}: {error}");
        }
    }

    /// Says what became of a press: its button turns until then.
    pub(super) async fn answer_press(&self, query: &str, notice: Option<&str>) {
        let mut fields = json!({ "callback_query_id": query });
        if let Some(notice) = notice {
            fields["text"] = notice.into();
        }
        match call(&self.0.telegram, "answerCallbackQuery", &fields, None).await {
            Ok(_) => {}
            // Too late, mostly: the program was down.
            Err(Failure::Refused(reason)) => tracing::debug!("a press was not answered: {reason}"),
            Err(failure) => tracing::info!("a press was not answered: {failure}"),
        }
    }

    async fn put(&self, to: &Destination, message: Option<i32>, reply: &Reply) -> Result<(), SendError> {
        let mut to = to.clone();
        if reply.how != How::Nothing {
            let rich = render::reply(reply, Style::Rich);
            // In place of words come words.
            let in_place = reply.how == How::Edit && message.is_some();
            if reply.picture.is_some() && !in_place {
                return self.send_seen(&mut to, reply, &rich).await;
            }
            let edited = match (reply.how, message, rich.as_slice()) {
                (How::Edit, Some(message), [only]) => self.edit(&mut to, message, only).await?,
                _ => false,
            };
            if !edited {
                self.send_all(&mut to, reply, &rich).await?;
            }
        }
        match &reply.bundle {
            Some(bundle) => self.send_bundle(&mut to, bundle).await,
            None => Ok(()),
        }
    }

    async fn send_all(&self, to: &mut Destination, reply: &Reply, rich: &[Value]) -> Result<(), SendError> {
        for fields in rich {
            match self.send_part(to, &part(fields)).await {
                Err(SendError::Content { reason }) => {
                    tracing::warn!("Telegram refused an answer ({reason}); it is said in plain words");
                    for fields in render::reply(reply, Style::Plain) {
                        self.send_part(to, &part(&fields)).await?;
                    }
                    return Ok(());
                }
                other => other?,
            }
        }
        Ok(())
    }

    /// A picture with the words below it.
    async fn send_seen(&self, to: &mut Destination, reply: &Reply, rich: &[Value]) -> Result<(), SendError> {
        for part in render::answer(reply) {
            match self.send_part(to, &part).await {
                // The words alone are better than nothing.
                Err(SendError::Content { reason }) => {
                    tracing::warn!("Telegram refused a picture ({reason}); the words go without it");
                    return self.send_all(to, reply, rich).await;
                }
                other => other?,
            }
        }
        Ok(())
    }

    async fn send_bundle(&self, to: &mut Destination, bundle: &Bundle) -> Result<(), SendError> {
        let parts = self.0.telegram.render(to, bundle, Style::Rich);
        for part in &parts {
            match self.send_part(to, part).await {
                Err(SendError::Content { .. }) => {
                    for part in self.0.telegram.render(to, bundle, Style::Plain) {
                        self.send_part(to, &part).await?;
                    }
                    return Ok(());
                }
                other => other?,
            }
        }
        Ok(())
    }

    async fn send_part(&self, to: &mut Destination, part: &Part) -> Result<(), SendError> {
        let telegram = self.0.telegram.clone();
        self.insist(to, |to| {
            let (telegram, part) = (telegram.clone(), part.clone());
            async move { telegram.send(&to, &part, Nonce(0)).await }
        })
        .await
    }

    /// Changes a message; `false` where it cannot be changed, so that a new one is needed.
    async fn edit(&self, to: &mut Destination, message: i32, fields: &Value) -> Result<bool, SendError> {
        let telegram = self.0.telegram.clone();
        let edited = self
            .insist(to, |to| {
                let (telegram, mut fields) = (telegram.clone(), fields.clone());
                async move {
                    if let Destination::Telegram { chat, .. } = to {
                        fields["chat_id"] = chat.into();
                    }
                    fields["message_id"] = message.into();
                    let patience = telegram.patience();
                    match telegram.ask("editMessageText", &fields, patience).await {
                        Ok(answer) => done(judge(&to, answer.status, answer.retry_after, answer.envelope)),
                        Err(reason) => failed(SendError::Retry { reason }),
                    }
                }
            })
            .await;
        match edited {
            Ok(()) => Ok(true),
            Err(SendError::Content { reason }) => {
                tracing::debug!("a message could not be changed ({reason}), a new one is sent");
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }

    /// Tries until it is done or refused, a few times; follows a chat that moved.
    async fn insist<F: Future<Output = Sent>>(
        &self,
        to: &mut Destination,
        attempt: impl Fn(Destination) -> F,
    ) -> Result<(), SendError> {
        let mut pause = PAUSE;
        for tried in 1.. {
            let permit = self.0.pace.permit(to, Class::Reply).await;
            let sent = attempt(to.clone()).await;
            permit.answered(&sent);
            match sent.result {
                Ok(_) => return Ok(()),
                Err(SendError::Moved { to: new }) if tried < TRIES => {
                    self.moved(to, &new).await;
                    *to = new;
                }
                Err(SendError::Retry { .. }) if tried < TRIES => {
                    // Where we were told to wait, the pace does.
                    if sent.learned.wait.is_none() {
                        tokio::time::sleep(pause).await;
                        pause *= 2;
                    }
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// A chat has another number: what is subscribed to there goes along.
    pub(super) async fn moved(&self, from: &Destination, to: &Destination) {
        // Nobody can ask there any more that they be forgotten.
        let (commands, old) = (self.0.commands.clone(), from.clone());
        let forgotten = tokio::task::spawn_blocking(move || commands.forget_beside(&old)).await;
        if let Ok(Err(error)) = forgotten {
            tracing::warn!("what was asked in {from} is not forgotten: {error}");
        }
        match self.0.fanout.moved(from, to, Utc::now()).await {
            Ok(()) => tracing::info!("{from} is {to} now"),
            Err(error) => tracing::error!("{from} is {to} now, which could not be written down: {error}"),
        }
    }
}

fn part(fields: &Value) -> Part {
    Part { body: fields.to_string(), uploads: Vec::new() }
}

/// Nothing to change is as good as changed.
fn done(sent: Sent) -> Sent {
    match sent.result {
        Err(SendError::Content { reason }) if reason.contains(SAME) => {
            Sent { result: Ok(String::new()), learned: sent.learned }
        }
        result => Sent { result, learned: sent.learned },
    }
}
