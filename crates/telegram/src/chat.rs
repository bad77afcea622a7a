//! People ask and get answers: updates are fetched, read, answered by [`Commands`], and the answers sent.
//!
//! What is asked, and what is true then, is decided there; here it is found out who asks, where, and whether they may.

mod answer;
mod call;
mod heard;
mod hook;
mod inline;
mod listen;
mod menu;
mod poll;
mod rights;
mod say;
mod seen;
mod trouble;
mod turns;
mod words;

use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex};

use tokio::sync::watch;
use whimbrel_commands::Commands;
use whimbrel_fanout::{Fanout, Pace};

pub(crate) use self::call::{Failure, call};
use self::hook::Door;
pub use self::hook::{Delivered, HOOK_BYTES, Webhook};
use self::rights::Rights;
pub(crate) use self::rights::may_post;
use self::seen::Seen;
use self::trouble::Told;
use self::turns::Turns;
use crate::send::Telegram;

/// The bot, as people see it. Clones are the same one.
#[derive(Clone)]
pub struct Bot(Arc<Inner>);

struct Inner {
    telegram: Telegram,
    commands: Commands,
    fanout: Fanout,
    pace: Pace,
    rights: Rights,
    /// Who it is, once the service has said it.
    me: watch::Sender<Option<Me>>,
    /// What is under way, however it came.
    turns: Turns,
    /// Updates that came.
    seen: Seen,
    /// Where the service delivers, while it does.
    door: Mutex<Option<Door>>,
    /// What is wrong, for the status.
    told: Told,
}

/// A bot's number and its name, without `@`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Me {
    id: i64,
    name: String,
}

impl Bot {
    /// A bot that answers by these commands, at the pace that broadcasts keep to as well.
    pub fn new(telegram: Telegram, commands: Commands, fanout: Fanout, pace: Pace) -> Self {
        Self(Arc::new(Inner {
            telegram,
            commands,
            fanout,
            pace,
            rights: Rights::default(),
            me: watch::Sender::default(),
            turns: Turns::default(),
            seen: Seen::default(),
            door: Mutex::default(),
            told: Told::default(),
        }))
    }

    /// Writes down in this file which updates were seen to, and knows what stands there. Blocks.
    pub fn keep_updates_in(&self, file: &Path) -> io::Result<()> {
        self.0.seen.keep_in(file)
    }

    /// Why people are not heard at the moment, in words.
    pub fn trouble(&self) -> Option<String> {
        self.0.told.now()
    }

    /// What it is called, without `@`, once the service has said it.
    pub fn name(&self) -> Option<String> {
        self.me().as_ref().map(|me| me.name.clone())
    }

    /// Waits until the service has said what it is called, and that is not this.
    pub async fn other_name(&self, known: Option<&str>) -> String {
        let other = |me: &Option<Me>| me.as_ref().is_some_and(|me| Some(me.name.as_str()) != known);
        let mut named = self.0.me.subscribe();
        let name = named.wait_for(other).await.ok().and_then(|me| me.as_ref().map(|me| me.name.clone()));
        match name {
            Some(name) => name,
            // The sender lives as long as the bot.
            None => std::future::pending().await,
        }
    }

    /// Does something that blocks on the runtime's threads for that.
    async fn blocking(&self, work: impl FnOnce(&Self) + Send + 'static) {
        let bot = self.clone();
        // It may have panicked: that is logged.
        let _ = tokio::task::spawn_blocking(move || work(&bot)).await;
    }

    fn me(&self) -> watch::Ref<'_, Option<Me>> {
        self.0.me.borrow()
    }
}
