//! Sends what ended to the collector, a message at a time, and holds up nobody when that does not work.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use reqwest::Client;
use tokio::sync::Mutex;
use tracing::{info, warn};

use crate::Settings;
use crate::collector::{Answer, client};
use crate::otlp::message;
use crate::queue::Queue;
use crate::span::Ended;

/// The first pause after a message that did not get through …
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// … which doubles up to this. A collector's own wish counts between the two.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

/// The way to a collector.
#[derive(Debug)]
pub struct Exporter {
    settings: Settings,
    client: Client,
    queue: Arc<Queue>,
    sending: Mutex<Sending>,
    sent: AtomicU64,
}

/// What is on its way.
#[derive(Debug, Default)]
struct Sending {
    /// The message that goes next: kept until it was taken, or never will be.
    message: Vec<Ended>,
    /// How many spans were lost when trouble began, once that was said.
    trouble: Option<u64>,
    /// It was said that some spans are not wanted.
    choosy: bool,
    failures: u32,
}

/// What comes after an attempt.
#[derive(Debug, PartialEq, Eq)]
enum Next {
    /// There may be more to send.
    On,
    /// There is nothing to send.
    Rest,
    /// It is tried again after this.
    Pause(Duration),
}

impl Exporter {
    pub(crate) fn new(settings: Settings, queue: Arc<Queue>) -> reqwest::Result<Self> {
        let (client, sending, sent) = (client()?, Mutex::default(), AtomicU64::new(0));
        Ok(Self { settings, client, queue, sending, sent })
    }

    /// Sends without end. It may be dropped at any time, and run again; a message that was under way then goes twice.
    pub async fn run(&self) -> Infallible {
        loop {
            let _ = tokio::time::timeout(self.settings.every, self.queue.enough()).await;
            loop {
                match self.send().await {
                    Next::On => {}
                    Next::Rest => break,
                    Next::Pause(time) => tokio::time::sleep(time).await,
                }
            }
        }
    }

    /// Sends what is left, as far as that works at once and within this time.
    pub async fn finish(&self, within: Duration) {
        let all = async { while self.send().await == Next::On {} };
        let _ = tokio::time::timeout(within, all).await;
    }

    /// Spans that were taken.
    pub fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    /// Spans that were not, and never will be.
    pub fn lost(&self) -> u64 {
        self.queue.lost()
    }

    async fn send(&self) -> Next {
        let mut sending = self.sending.lock().await;
        if sending.message.is_empty() {
            sending.message = self.queue.take();
        }
        if sending.message.is_empty() {
            return Next::Rest;
        }
        let body = message(&self.settings, &sending.message);
        let count = sending.message.len() as u64;
        match self.settings.collector.post(&self.client, body).await {
            Answer::Taken { rejected } => {
                let rejected = rejected.min(count);
                self.sent.fetch_add(count - rejected, Ordering::Relaxed);
                self.queue.lose(rejected);
                sending.message = Vec::new();
                sending.failures = 0;
                self.works(&mut sending);
                if rejected > 0 && !std::mem::replace(&mut sending.choosy, true) {
                    let collector = &self.settings.collector;
                    warn!(
                        "the collector at {collector} does not want some of our spans: these are lost, as it says in its own log"
                    );
                }
                Next::On
            }
            Answer::Never(why) => {
                self.queue.lose(count);
                sending.message = Vec::new();
                sending.failures = 0;
                self.fails(&mut sending, &why, count);
                Next::On
            }
            Answer::Later { why, after } => {
                self.fails(&mut sending, &why, 0);
                let pause = pause(sending.failures, after);
                sending.failures = sending.failures.saturating_add(1);
                Next::Pause(pause)
            }
        }
    }

    /// Says once that something is wrong; `already` were just lost by it.
    fn fails(&self, sending: &mut Sending, why: &str, already: u64) {
        if sending.trouble.is_some() {
            return;
        }
        let collector = &self.settings.collector;
        warn!(
            "the collector at {collector} does not take our spans: {why}; what it could still take waits, more will be lost, \
             nothing else is held up, and it is tried again"
        );
        sending.trouble = Some(self.lost().saturating_sub(already));
    }

    fn works(&self, sending: &mut Sending) {
        if let Some(before) = sending.trouble.take() {
            let lost = self.lost().saturating_sub(before);
            info!("the collector at {} takes our spans again; {lost} were lost", self.settings.collector);
        }
    }
}

/// How long to wait after so many failures in a row, and what the collector wishes.
fn pause(failures: u32, wished: Option<Duration>) -> Duration {
    let usual = FIRST_PAUSE.saturating_mul(1 << failures.min(6));
    wished.unwrap_or(usual).clamp(FIRST_PAUSE, LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_no_collector_has_us_ask_without_end() {
        let pauses: Vec<u64> = (0..8).map(|failures| pause(failures, None).as_secs()).collect();
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 60, 60]);
        for (wished, waited) in [(0, 1), (7, 7), (3_600, 60)] {
            assert_eq!(pause(3, Some(Duration::from_secs(wished))).as_secs(), waited);
        }
    }
}
