//! The loop in which people are heard at Telegram, and the address it may deliver to instead.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use http::StatusCode;
use tokio::sync::watch;
use whimbrel_telegram::{Bot, Delivered, HOOK_BYTES};
use whimbrel_web::{Route, RouteAnswer};

use super::Setup;
use super::loops::Pulse;
use crate::config::TELEGRAM_HOOK;

/// Deliveries with a wrong secret are complained about this often: anybody can send them.
const COMPLAINTS_EVERY: Duration = Duration::from_hours(1);

/// Makes the loop. It changes between asking and being called with the configuration.
pub(crate) fn listening(
    bot: Bot,
    configured: watch::Receiver<Arc<Setup>>,
) -> impl Fn(Pulse) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    move |mut pulse| {
        let (bot, mut configured) = (bot.clone(), configured.clone());
        Box::pin(async move {
            pulse
                .alongside(async move {
                    loop {
                        let wanted = configured.borrow_and_update().config.clone();
                        let hook = wanted.telegram.hook(wanted.web.public_url.as_deref());
                        tokio::select! {
                            () = bot.listen(hook) => {}
                            () = another(&mut configured, &wanted) => {}
                        }
                    }
                })
                .await;
        })
    }
}

/// Waits until Telegram is to call us elsewhere, or no more, or now.
async fn another(configured: &mut watch::Receiver<Arc<Setup>>, known: &crate::config::Config) {
    let differs = |setup: &Arc<Setup>| {
        let (one, other) = (&setup.config, known);
        one.telegram.webhook != other.telegram.webhook
            || one.telegram.webhook
                && (one.telegram != other.telegram || one.web.public_url != other.web.public_url)
    };
    if configured.wait_for(differs).await.is_err() {
        // Nobody is left who could change it.
        std::future::pending::<()>().await;
    }
}

/// The address Telegram delivers to.
pub(crate) fn hooks(bot: Bot) -> Route {
    let complaint = Arc::new(Complaint::default());
    Route::post(TELEGRAM_HOOK, HOOK_BYTES, move |headers, body| {
        let (bot, complaint) = (bot.clone(), Arc::clone(&complaint));
        async move {
            let secret = headers.get("x-telegram-bot-api-secret-token").map(http::HeaderValue::as_bytes);
            let status = match bot.hear(secret, &body).await {
                Delivered::Taken => StatusCode::OK,
                Delivered::Later => StatusCode::SERVICE_UNAVAILABLE,
                Delivered::Malformed => StatusCode::BAD_REQUEST,
                Delivered::Off => StatusCode::NOT_FOUND,
                Delivered::Refused => {
                    complaint
                        .make(&format!("somebody called {TELEGRAM_HOOK} without the secret Telegram shows"));
                    StatusCode::UNAUTHORIZED
                }
            };
            // A body could be taken for a call of a method.
            RouteAnswer::new(status, "text/plain; charset=utf-8", "")
        }
    })
}

/// Something anybody could make happen any time.
#[derive(Default)]
pub(super) struct Complaint(Mutex<Option<Instant>>);

impl Complaint {
    /// Says it, if it was not said lately.
    pub(super) fn make(&self, what: &str) {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if last.is_none_or(|at| at.elapsed() >= COMPLAINTS_EVERY) {
            *last = Some(Instant::now());
            tracing::warn!("{what} (said once an hour)");
        }
    }
}
