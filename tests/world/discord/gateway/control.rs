//! What a story does to the gateway.

use std::time::Duration;

use serde_json::json;

use super::super::Discord;
use super::Order;

/// The gateway of a stand-in.
pub struct GatewayHandle(pub(in super::super) Discord);

impl GatewayHandle {
    /// Connections made from now on are asked for a sign of life this often.
    pub fn heartbeat(&self, every: Duration) {
        self.0.shared.lock().gateway.heartbeat = every;
    }

    /// Recommends this many shards.
    pub fn shards(&self, shards: u64) {
        self.0.shared.lock().gateway.shards = shards;
    }

    /// How many sessions are on a connection.
    pub fn connected(&self) -> usize {
        self.0.shared.lock().gateway.sessions.iter().filter(|session| session.line.is_some()).count()
    }

    /// What was heard from applications, oldest first: `identify`, `resume`, `heartbeat`, `other`.
    pub fn heard(&self) -> Vec<String> {
        self.0.shared.lock().gateway.heard.clone()
    }

    /// How often this was heard.
    pub fn heard_of(&self, what: &str) -> usize {
        self.0.shared.lock().gateway.heard.iter().filter(|heard| *heard == what).count()
    }

    /// Asks every connection to come again (opcode 7).
    pub fn reconnects(&self) {
        self.all(|| Order::Send(json!({ "op": 7, "d": null }).to_string()));
    }

    /// Declares every session invalid (opcode 9), for good or to be resumed.
    pub fn invalidates(&self, resumable: bool) {
        if !resumable {
            self.0.shared.lock().gateway.sessions.iter_mut().for_each(|session| session.id.clear());
        }
        self.all(|| Order::Send(json!({ "op": 9, "d": resumable }).to_string()));
    }

    /// Closes every connection with this code.
    pub fn closes(&self, code: u16) {
        self.all(|| Order::Close(code));
    }

    /// Every connection stays, and nothing comes over it any more: no events, no acknowledgements.
    pub fn goes_silent(&self) {
        self.all(|| Order::Silent);
    }

    /// Every connection breaks off.
    pub fn breaks(&self) {
        self.all(|| Order::Break);
    }

    /// Takes no connections, or takes them again.
    pub fn refuses(&self, refuses: bool) {
        self.0.shared.lock().gateway.closed = refuses;
    }

    /// Waits until this many sessions are on a connection.
    pub async fn is_connected(&self, sessions: usize) {
        crate::eventually("sessions at the gateway", || async {
            (self.connected() == sessions).then_some(())
        })
        .await;
    }

    fn all(&self, order: impl Fn() -> Order) {
        let all = self.0.shared.lock();
        for line in &all.gateway.lines {
            // A connection that is gone hears nothing.
            let _ = line.orders.send(order());
        }
    }
}
