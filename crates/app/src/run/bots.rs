//! The loop that learns who the bots are, for what is kept by readers.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use tokio::sync::watch;
use whimbrel_telegram::Bot;
use whimbrel_web::LeadBot;

use super::Setup;
use super::loops::Pulse;
use crate::leads::Leads;
use crate::screen::reasons;

/// When it could not be written down it is tried again.
const AGAIN: Duration = Duration::from_mins(1);

/// Makes the loop.
pub(crate) fn learning(
    leads: Arc<Leads>,
    bot: Option<Bot>,
    configured: watch::Receiver<Arc<Setup>>,
) -> impl Fn(Pulse) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    move |mut pulse| {
        let (leads, bot, configured) = (Arc::clone(&leads), bot.clone(), configured.clone());
        Box::pin(async move { pulse.alongside(learn(leads, bot, configured)).await })
    }
}

async fn learn(leads: Arc<Leads>, bot: Option<Bot>, mut configured: watch::Receiver<Arc<Setup>>) {
    loop {
        let is_on = configured.borrow_and_update().config.telegram.token().is_some();
        let bot = bot.as_ref().filter(|_| is_on);
        let name = bot.and_then(Bot::name);
        // One that has not said who it is yet is the one it was.
        let noted = match (bot, &name) {
            (Some(_), None) => Ok(()),
            _ => note(&leads, name.as_deref()).await,
        };
        if let Err(error) = &noted {
            tracing::warn!("items of feeds do not lead to the bot yet: {}", reasons(error));
        }
        tokio::select! {
            () = another(bot, name.as_deref()) => {}
            changed = configured.changed() => if changed.is_err() {
                // Nobody is left who could change it.
                std::future::pending::<()>().await;
            },
            () = tokio::time::sleep(AGAIN), if noted.is_err() => {}
        }
    }
}

/// Waits until the bot has another name than this.
async fn another(bot: Option<&Bot>, name: Option<&str>) {
    match bot {
        Some(bot) => drop(bot.other_name(name).await),
        None => std::future::pending().await,
    }
}

/// From now on items lead to the bot of this name.
pub(crate) async fn note(leads: &Arc<Leads>, name: Option<&str>) -> anyhow::Result<()> {
    let leads = Arc::clone(leads);
    let bot = name.map(|name| LeadBot { service: "Telegram".to_owned(), chat: super::site::chat(name) });
    tokio::task::spawn_blocking(move || leads.note(bot.as_ref(), Utc::now)).await?
}
