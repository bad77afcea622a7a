//! The loop in which people are heard at Discord, and the address it may call instead.

use std::pin::Pin;
use std::sync::Arc;

use http::{HeaderMap, HeaderValue, StatusCode};
use whimbrel_discord::{Bot, Called, HOOK_BYTES};
use whimbrel_web::{Route, RouteAnswer};

use super::loops::Pulse;
use super::telegram::Complaint;
use crate::config::DISCORD_HOOK;

/// Makes the loop.
pub(crate) fn listening(bot: Bot) -> impl Fn(Pulse) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    move |mut pulse| {
        let bot = bot.clone();
        Box::pin(async move { pulse.alongside(async move { bot.listen().await }).await })
    }
}

/// The address Discord calls.
pub(crate) fn hooks(bot: Bot) -> Route {
    let complaint = Arc::new(Complaint::default());
    Route::post(DISCORD_HOOK, HOOK_BYTES, move |headers: HeaderMap, body| {
        let (bot, complaint) = (bot.clone(), Arc::clone(&complaint));
        async move {
            let line = |name: &str| headers.get(name).map(HeaderValue::as_bytes);
            let status = match bot.hear(line("x-signature-ed25519"), line("x-signature-timestamp"), &body) {
                Called::Ping => {
                    return RouteAnswer::new(StatusCode::OK, "application/json", r#"{"type":1}"#);
                }
                Called::Taken => StatusCode::ACCEPTED,
                Called::Malformed => StatusCode::BAD_REQUEST,
                Called::Off => StatusCode::NOT_FOUND,
                Called::Forged => {
                    // Discord does so itself, to see whether anybody looks.
                    complaint
                        .make(&format!("somebody called {DISCORD_HOOK} without a signature of Discord's"));
                    StatusCode::UNAUTHORIZED
                }
            };
            RouteAnswer::new(status, "text/plain; charset=utf-8", "")
        }
    })
}
