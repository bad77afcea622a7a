//! Trouble with the service: told when it begins, when it becomes another, and when it is over.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use super::call::Failure;

/// The first pause after trouble …
const FIRST: Duration = Duration::from_secs(1);
/// … which doubles up to this.
const LONGEST: Duration = Duration::from_mins(1);
/// Another program with our token: it is waited for as long as it may take to end a poll.
const OTHER: Duration = Duration::from_secs(5);
/// With a token that is refused we ask once in this time. Lanes that have something to tell try twice a minute, which
/// together stays below what makes a service suspicious.
const TOKEN: Duration = Duration::from_secs(61);

/// What is wrong now, for whoever asks. Clones are the same one.
#[derive(Clone, Default)]
pub(super) struct Told(Arc<Mutex<Option<String>>>);

impl Told {
    pub(super) fn now(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, what: Option<String>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = what;
    }
}

/// What is wrong, and how long it is best left alone.
pub(super) struct Trouble {
    kind: Option<&'static str>,
    pause: Duration,
    told: Told,
    /// Changes with the token.
    tokens: watch::Receiver<u64>,
}

impl Trouble {
    pub(super) fn new(told: Told, tokens: watch::Receiver<u64>) -> Self {
        told.set(None);
        Self { kind: None, pause: Duration::ZERO, told, tokens }
    }

    /// Tells of a failure and waits until another try is worth it. A new token always is; `true` when it came.
    pub(super) async fn rest(&mut self, failure: Failure) -> bool {
        let (kind, what) = match &failure {
            Failure::Later { .. } => ("later", "Telegram cannot be asked what people write"),
            Failure::Conflict(_) => {
                ("conflict", "another program asks Telegram for this bot's messages: only one may")
            }
            Failure::Unauthorized(_) => {
                ("token", "Telegram refuses the token of the bot: get another from @BotFather and set it")
            }
            Failure::Refused(_) => ("refused", "Telegram refuses to tell what people write"),
        };
        self.tell(kind, &format!("{what} ({failure})"));
        self.pause = self.pause.saturating_mul(2).clamp(FIRST, LONGEST);
        let pause = match failure {
            Failure::Later { wait: Some(wait), .. } => wait.max(FIRST),
            Failure::Conflict(_) => self.pause.max(OTHER),
            Failure::Unauthorized(_) => TOKEN,
            _ => self.pause,
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => false,
            () = self.renewed() => true,
        }
    }

    /// Tells of something that needs no pause.
    pub(super) fn tell(&mut self, kind: &'static str, what: &str) {
        self.told.set(Some(what.to_owned()));
        if self.kind.replace(kind) == Some(kind) {
            return;
        }
        if kind == "token" {
            // Nobody but the operator can mend it.
            tracing::error!("{what}; it is tried again until it works");
        } else {
            tracing::warn!("{what}; it is tried again until it works");
        }
    }

    /// Whether another program is in the way.
    pub(super) fn is_conflict(&self) -> bool {
        self.kind == Some("conflict")
    }

    /// It works.
    pub(super) fn over(&mut self) {
        if self.kind.take().is_some() {
            tracing::info!("Telegram tells again what people write");
            self.told.set(None);
        }
        self.pause = Duration::ZERO;
    }

    /// Waits for another token.
    pub(super) async fn renewed(&mut self) {
        if self.tokens.changed().await.is_err() {
            // Nobody is left who could set one.
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::*;

    fn refused() -> Failure {
        Failure::Unauthorized("Unauthorized".to_owned())
    }

    #[tokio::test(start_paused = true)]
    async fn a_refused_token_is_shown_at_most_once_a_minute_and_another_at_once() {
        let (tokens, follow) = watch::channel(0);
        let told = Told::default();
        let mut trouble = Trouble::new(told.clone(), follow);
        let begun = Instant::now();
        for _ in 0..10 {
            assert!(!trouble.rest(refused()).await);
        }
        assert!(begun.elapsed() >= Duration::from_mins(10), "{:?}", begun.elapsed());
        assert!(told.now().is_some_and(|told| told.contains("refuses the token")), "{:?}", told.now());
        let before = Instant::now();
        tokens.send_modify(|count| *count += 1);
        assert!(trouble.rest(refused()).await, "a new token came");
        assert_eq!(before.elapsed(), Duration::ZERO);
        trouble.over();
        assert_eq!(told.now(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn pauses_grow_and_a_wait_that_was_asked_for_is_kept() {
        let (_tokens, follow) = watch::channel(0);
        let mut trouble = Trouble::new(Told::default(), follow);
        let mut pause = async |failure: Failure| {
            let before = Instant::now();
            trouble.rest(failure).await;
            before.elapsed().as_secs()
        };
        let later = |wait| Failure::Later { reason: "x".to_owned(), wait };
        let mut pauses = Vec::new();
        for _ in 0..8 {
            pauses.push(pause(later(None)).await);
        }
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 60, 60]);
        assert_eq!(pause(later(Some(Duration::from_secs(7)))).await, 7);
    }
}
