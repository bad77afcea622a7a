//! What the services say they take.

use std::time::Duration;

/// So many messages within any stretch of so much time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Messages …
    pub messages: u32,
    /// … within this.
    pub within: Duration,
}

/// What a service takes until its answers say otherwise. An empty list is no limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// From us altogether. A tenth of it can always be had for replies.
    pub overall: Vec<Window>,
    /// One person's chat.
    pub private: Vec<Window>,
    /// One group, channel or webhook.
    pub group: Vec<Window>,
}

impl Window {
    /// So many messages within so many seconds.
    pub const fn new(messages: u32, secs: u64) -> Self {
        Self { messages, within: Duration::from_secs(secs) }
    }
}

impl Limits {
    /// 30 a second; to one chat one a second, with short bursts; to a group or channel 20 a minute besides.
    pub fn telegram() -> Self {
        Self {
            overall: vec![Window::new(30, 1)],
            private: vec![Window::new(3, 3)],
            group: vec![Window::new(3, 3), Window::new(20, 60)],
        }
    }

    /// The same for a bot that Telegram lets send so many a second altogether.
    pub fn telegram_at(per_second: u32) -> Self {
        Self { overall: vec![Window::new(per_second, 1)], ..Self::telegram() }
    }

    /// 50 a second; to one channel what its headers say, 5 in 5 seconds before they have said anything.
    pub fn discord() -> Self {
        let channel = vec![Window::new(5, 5)];
        Self { overall: vec![Window::new(50, 1)], private: channel.clone(), group: channel }
    }

    /// No limits but those the answers tell of.
    pub fn none() -> Self {
        Self { overall: Vec::new(), private: Vec::new(), group: Vec::new() }
    }
}
