//! How much the service takes: sliding windows for each chat and for all together, on the stand-in's clock.
//!
//! The real numbers are nowhere written down and change; these are what its FAQ advises, and every one can be set.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use rustc_hash::FxHashMap;

/// Requests that left the client before it could hear of a refusal are forgiven for this long.
const CROSSED: Duration = Duration::from_millis(25);

/// So many messages within so much time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Messages …
    pub messages: u32,
    /// … within this.
    pub within: Duration,
}

impl Window {
    /// So many messages within so many seconds.
    pub const fn new(messages: u32, secs: u64) -> Self {
        Self { messages, within: Duration::from_secs(secs) }
    }
}

/// How much the service takes.
#[derive(Clone, Debug)]
pub struct Limits {
    /// To all chats together.
    pub overall: Vec<Window>,
    /// To one person: short bursts pass.
    pub private: Vec<Window>,
    /// To one group or supergroup.
    pub group: Vec<Window>,
    /// To one channel.
    pub channel: Vec<Window>,
    /// Calls of `setWebhook`.
    pub webhook: Vec<Window>,
    /// Whether edits count as messages.
    pub edits: bool,
    /// A second conflict within this time is answered late by as much; zero answers at once.
    pub conflict_pause: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            overall: vec![Window::new(30, 1)],
            private: vec![Window::new(3, 1), Window::new(30, 30)],
            group: vec![Window::new(3, 1), Window::new(20, 60)],
            channel: vec![Window::new(3, 1), Window::new(20, 60)],
            webhook: vec![Window::new(1, 1)],
            edits: false,
            conflict_pause: Duration::from_secs(3),
        }
    }
}

impl Limits {
    /// Takes everything at any pace.
    pub fn none() -> Self {
        let none = Vec::new;
        Self {
            overall: none(),
            private: none(),
            group: none(),
            channel: none(),
            webhook: none(),
            ..Self::default()
        }
    }
}

/// What is counted apart.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Scope {
    /// Messages to everybody.
    Overall,
    /// Messages to a chat.
    Chat(i64),
    /// Calls of a method that is about no chat, in lower case.
    Method(String),
}

#[derive(Default)]
struct Account {
    sent: VecDeque<DateTime<Utc>>,
    told: Option<(DateTime<Utc>, Instant)>,
}

/// What everybody sent lately.
#[derive(Default)]
pub(super) struct Ledger {
    accounts: FxHashMap<Scope, Account>,
}

/// A request that is too much: how long to wait, and of what the client had been told so already.
pub(super) struct TooMuch {
    pub(super) wait: Duration,
    pub(super) told: Option<Scope>,
}

impl Ledger {
    /// Counts so many messages against all of these, or against none where one is exceeded.
    pub(super) fn take(
        &mut self,
        scopes: &[(Scope, &[Window])],
        messages: u32,
        now: DateTime<Utc>,
    ) -> Result<(), TooMuch> {
        for (scope, windows) in scopes {
            self.may(scope, now)?;
            let account = self.accounts.entry(scope.clone()).or_default();
            let wait = windows.iter().filter_map(|window| account.wait(*window, messages, now)).max();
            if let Some(wait) = wait {
                // What is said is whole seconds, and what was said holds.
                let said = TimeDelta::seconds((wait + TimeDelta::milliseconds(999)).num_seconds().max(1));
                account.told = Some((now + said, Instant::now()));
                return Err(TooMuch { wait: said.to_std().unwrap_or_default(), told: None });
            }
        }
        for (scope, windows) in scopes {
            let most = windows.iter().map(|window| window.messages as usize).max().unwrap_or(0);
            let account = self.accounts.entry(scope.clone()).or_default();
            account.sent.extend(std::iter::repeat_n(now, messages as usize));
            while account.sent.len() > most {
                account.sent.pop_front();
            }
        }
        Ok(())
    }

    /// Refuses while the client was told to wait.
    pub(super) fn may(&self, scope: &Scope, now: DateTime<Utc>) -> Result<(), TooMuch> {
        let told = self.accounts.get(scope).and_then(|account| account.told);
        let Some((until, at)) = told.filter(|(until, _)| now < *until) else { return Ok(()) };
        let wait = (until - now).to_std().unwrap_or_default();
        let told = (at.elapsed() > CROSSED).then(|| scope.clone());
        Err(TooMuch { wait, told })
    }

    /// The client is told to wait by other means than a window.
    pub(super) fn tell(&mut self, scope: Scope, until: DateTime<Utc>) {
        self.accounts.entry(scope).or_default().told = Some((until, Instant::now()));
    }

    /// Everything is forgotten, for a change of limits.
    pub(super) fn forget(&mut self) {
        self.accounts.clear();
    }
}

impl Account {
    /// How long until so many more fit into the window.
    fn wait(&self, window: Window, messages: u32, now: DateTime<Utc>) -> Option<TimeDelta> {
        let within = TimeDelta::from_std(window.within).unwrap_or(TimeDelta::MAX);
        let over = self.sent.len() + messages as usize;
        let over = over.checked_sub(window.messages as usize + 1)?;
        // An album larger than the window waits for an empty one.
        let blocking = *self.sent.get(over).or(self.sent.back())?;
        let wait = blocking + within - now;
        (wait > TimeDelta::zero()).then_some(wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_slide() {
        let start = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let at = |millis: i64| start + TimeDelta::milliseconds(millis);
        let windows = [Window::new(3, 1), Window::new(5, 10)];
        let mut ledger = Ledger::default();
        let mut take = |messages: u32, millis: i64| {
            ledger
                .take(&[(Scope::Chat(1), &windows)], messages, at(millis))
                .map_err(|much| much.wait.as_millis())
        };
        assert_eq!([take(1, 0), take(1, 100), take(1, 200)], [Ok(()); 3]);
        assert_eq!(take(1, 300), Err(1000));
        assert_eq!(take(1, 1200), Err(100), "what was said holds");
        assert_eq!([take(1, 1300), take(1, 1400)], [Ok(()); 2]);
        assert_eq!(take(1, 3000), Err(7000), "until the first is ten seconds old");
        assert_eq!(take(2, 10_100), Ok(()));
    }
}
