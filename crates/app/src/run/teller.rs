//! Messages of our own: to one place, at the pace of its service, outside of all subscriptions.

use std::sync::Arc;

use chrono::Utc;
use whimbrel_fanout::{Channel, Class, Destination, Nonce, Pace, Part, SendError, Service};

use crate::screen::reasons;

/// Writes to places. Clones are the same.
#[derive(Clone)]
pub(crate) struct Teller {
    pub(crate) channels: Vec<Arc<dyn Channel>>,
    pub(crate) pace: Pace,
}

impl Teller {
    /// Sends parts in their order; the error says why one was not taken.
    pub(crate) async fn send(&self, to: &Destination, parts: &[Part]) -> Result<(), String> {
        for part in parts {
            let nonce = Nonce(Utc::now().timestamp_micros().unsigned_abs());
            match self.one(to, part, nonce).await {
                Ok(()) => {}
                Err(SendError::Moved { to }) => {
                    return Err(format!("it is called {to} now: change `to` in [admin]"));
                }
                Err(error) => return Err(reasons(&error.into())),
            }
        }
        Ok(())
    }

    /// Sends one part, known by this nonce where the service knows messages again.
    pub(crate) async fn one(&self, to: &Destination, part: &Part, nonce: Nonce) -> Result<(), SendError> {
        let service = to.service();
        let Some(channel) = self.channels.iter().find(|channel| channel.service() == service) else {
            return Err(SendError::Retry { reason: format!("{service} is not set up") });
        };
        let permit = self.pace.permit(to, Class::Reply).await;
        let sent = channel.send(to, part, nonce).await;
        permit.answered(&sent);
        sent.result.map(drop)
    }

    /// Sends a plain text.
    pub(crate) async fn say(&self, to: &Destination, text: &str) -> Result<(), String> {
        let part = match to.service() {
            Service::Telegram => whimbrel_telegram::render::notice(text),
            Service::Discord => whimbrel_discord::render::notice(text),
        };
        self.send(to, &[part]).await
    }
}
