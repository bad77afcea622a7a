//! People ask and get answers: updates are fetched, read, answered by [`Commands`], and the answers sent.
//!
//! What is asked, and what is true then, is decided there; here it is found out who asks, where, and whether they may.

mod answer;
mod call;
mod heard;
mod menu;
mod poll;
mod rights;
mod say;
mod turns;
mod words;

use std::sync::{Arc, OnceLock};

use whimbrel_commands::Commands;
use whimbrel_fanout::{Fanout, Pace};

use self::rights::Rights;
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
    /// Its number, once the service has said it.
    id: OnceLock<i64>,
}

impl Bot {
    /// A bot that answers by these commands, at the pace that broadcasts keep to as well.
    pub fn new(telegram: Telegram, commands: Commands, fanout: Fanout, pace: Pace) -> Self {
        let (rights, id) = (Rights::default(), OnceLock::new());
        Self(Arc::new(Inner { telegram, commands, fanout, pace, rights, id }))
    }
}
