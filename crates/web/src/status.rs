//! What the program tells the site about itself: values, so that the site knows nothing of the parts behind them.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use whimbrel_catalog::CatalogId;

/// The state of the program at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize)]
pub struct StatusFacts {
    /// What could run and does not.
    pub off: Vec<Off>,
    /// When a catalog is looked at next, where that is known better than the store knows it.
    pub next_looks: BTreeMap<CatalogId, DateTime<Utc>>,
    /// The loops of the program.
    pub loops: Vec<LoopState>,
    /// How the listed projects are followed; `None` when nobody follows them.
    pub projects: Option<ProjectsState>,
    /// What services still allow us to ask.
    pub budgets: Vec<BudgetState>,
    /// How our own WebSub hub is doing; `None` when it is off.
    pub hub: Option<HubState>,
    /// The bots that are switched on.
    #[serde(skip)]
    pub bots: Vec<BotState>,
    /// Where items of feeds lead, from when on, in the order of time.
    #[serde(skip)]
    pub leads: Vec<Lead>,
    /// What is wrong, or missing and would help: one sentence each.
    pub remarks: Vec<String>,
}

/// A bot that listens to people.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BotState {
    /// Where, for people: `Telegram`.
    pub service: String,
    /// What it is called there, without `@`, once that is known.
    pub name: Option<String>,
    /// How people get to it, once that is known.
    pub way: Option<BotWay>,
    /// It hears people at the moment.
    pub listens: bool,
}

/// How people get to a bot.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum BotWay {
    /// By the address of a conversation with it. It takes `?text=` along, which then waits to be sent, or `?start=`, which
    /// is sent when a button is pressed.
    Chat(String),
    /// By the address that invites it to a place of theirs.
    Invitation(String),
}

/// From a moment on, items of feeds lead to this bot. Readers keep items, and show one whose text changes as new: what was
/// recorded before goes on to lead where it led.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Lead {
    /// News recorded from this moment on.
    pub since: DateTime<Utc>,
    /// The bot; none where it was switched off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bot: Option<LeadBot>,
}

/// A bot that can be asked by following a link.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct LeadBot {
    /// Where, for people: `Telegram`.
    pub service: String,
    /// The address of a conversation with it, as [`BotWay::Chat`] has it.
    pub chat: String,
}

/// How our own WebSub hub is doing. Counts begin with the program.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize)]
pub struct HubState {
    /// Confirmed subscriptions.
    pub subscriptions: usize,
    /// Of those, with a change that was not sent yet.
    pub waiting: usize,
    /// Of those, whose last delivery failed.
    pub failing: usize,
    /// Requests that wait to be confirmed.
    pub unconfirmed: usize,
    /// Deliveries that were accepted.
    pub delivered: u64,
    /// Deliveries that failed and are tried again.
    pub failed: u64,
}

/// How the listed projects are followed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize)]
pub struct ProjectsState {
    /// Projects that are looked at now and then.
    pub followed: usize,
    /// When some were last looked at.
    pub last_look: Option<DateTime<Utc>>,
    /// When some are next looked at.
    pub next_look: Option<DateTime<Utc>>,
    /// Nothing is asked before this moment, because the service said so or is away.
    pub waiting_until: Option<DateTime<Utc>>,
}

/// What is left of one limit of a service.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct BudgetState {
    /// Whose limit it is, for people: never a token itself.
    pub who: String,
    /// What it limits.
    pub what: String,
    /// Points in its period.
    pub limit: u32,
    /// Points left.
    pub remaining: u32,
    /// Points that are never used.
    pub reserve: u32,
    /// When the period ends.
    pub reset: DateTime<Utc>,
    /// Nothing is asked before this moment.
    pub waiting_until: Option<DateTime<Utc>>,
}

/// A part of the program that is switched off.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Off {
    /// What is off and what that means, in a few words: `GitHub token`.
    pub what: String,
    /// How to switch it on, one sentence.
    pub how: String,
}

/// A loop of the program and whether it still makes progress.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct LoopState {
    /// Its name.
    pub name: String,
    /// It reported progress within its time.
    pub alive: bool,
    /// When it last reported.
    pub last_progress: Option<DateTime<Utc>>,
}

/// Asked about once a second while somebody reads, and now and then for an answer to a question.
pub type StatusSource = Arc<dyn Fn() -> StatusFacts + Send + Sync>;
