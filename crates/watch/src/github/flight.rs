//! A call under way: its place, its permit, and the proof who asks.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use http::HeaderValue;
use serde_json::json;
use tokio::sync::SemaphorePermit;
use tracing::{info, warn};

use super::Github;
use super::app::{App, Grant, Lent};
use super::calls::{ANSWER_BYTES, ending};
use super::clock::Clock;
use super::governor::{Ending, Permit, Turn, Wait, Why, Wish};
use super::setup::{Proof, Setup, bearer};
use super::told::Told;
use super::transport::{JSON, Sent, Silence};

/// How far our idea of the server's clock may be off before a statement is not believed.
const CLOCK_NOISE: TimeDelta = TimeDelta::seconds(30);

/// A call under way. Dropped, it gives its permit back.
pub(super) struct Flight<'a> {
    github: &'a Github,
    pub(super) setup: Arc<Setup>,
    permit: Option<Permit>,
    clock: Clock,
    begun: Duration,
    /// The token of an installation it asks with, where others asked with it before.
    lent_before: Option<String>,
    _place: SemaphorePermit<'a>,
}

impl Github {
    /// A place and a permit.
    pub(super) async fn depart(&self, wish: Wish, clock: Clock) -> Result<Flight<'_>, Wait> {
        let closed = |_| Wait { until: clock.now(), why: Why::Busy };
        let place = self.inner.places.acquire().await.map_err(closed)?;
        let mut desk = self.desk();
        let permit = desk.governor.ask(wish, clock.now())?;
        let setup = Arc::clone(&desk.setup);
        drop(desk);
        Ok(Flight {
            github: self,
            setup,
            permit: Some(permit),
            clock,
            begun: clock.passed(),
            lent_before: None,
            _place: place,
        })
    }
}

impl Flight<'_> {
    /// Gives the permit back with how it went.
    pub(super) fn land(&mut self, ending: Ending, told: &Told) {
        if let Some(permit) = self.permit.take() {
            // One that was good before has ended early: that says nothing of the app, which asks for another.
            let ended = ending == Ending::Rejected && self.forget_lent(&permit);
            let ending = if ended { Ending::Dropped } else { ending };
            let took = self.clock.passed().saturating_sub(self.begun);
            let turn = self.github.desk().governor.done(permit, ending, told, took, self.clock.now());
            match turn {
                Some(Turn::Refused(alarm)) => warn!("{alarm}"),
                Some(Turn::Accepted(label)) => info!("GitHub accepts {label} again"),
                None => {}
            }
        }
    }

    /// What proves who asks; `None` when nobody in particular does. An error has landed: `None` is one of the proof, so
    /// that another one may be tried.
    pub(super) async fn authorization(&mut self) -> Result<Option<HeaderValue>, Option<Silence>> {
        let setup = Arc::clone(&self.setup);
        let place = self.permit.as_ref().map_or(0, |permit| permit.token);
        match setup.bearers.get(place).map(|bearer| &bearer.proof) {
            None => Ok(None),
            Some(Proof::Token(value)) => Ok(Some(value.clone())),
            Some(Proof::App(app, lent)) => {
                // Others who need the token meanwhile wait for this one.
                let mut lent = lent.lock().await;
                let now = self.clock.now();
                match lent.as_ref().filter(|lent| lent.holds(now)) {
                    Some(lent) => self.lent_before = Some(lent.token.clone()),
                    None => *lent = Some(self.borrow(app).await?),
                }
                Ok(lent.as_ref().and_then(|lent| bearer(&lent.token)))
            }
        }
    }

    /// Forgets the token it asked with, if that was lent before; says whether it was.
    fn forget_lent(&mut self, permit: &Permit) -> bool {
        let Some(token) = self.lent_before.take() else { return false };
        if let Some(Proof::App(_, lent)) = self.setup.bearers.get(permit.token).map(|bearer| &bearer.proof)
            // Where it is locked, somebody is asking for another already.
            && let Ok(mut lent) = lent.try_lock()
            && lent.as_ref().is_some_and(|lent| lent.token == token)
        {
            *lent = None;
        }
        true
    }

    /// Exchanges a statement for a token.
    async fn borrow(&mut self, app: &App) -> Result<Lent, Option<Silence>> {
        let setup = Arc::clone(&self.setup);
        for _ in 0..2 {
            let skew = self.github.desk().governor.skew();
            let Some(statement) = app.statement(self.clock.now() + skew) else { break };
            let sent = Sent {
                route: &app.route(),
                accept: JSON,
                etag: None,
                authorization: bearer(&statement),
                post: Some(json!({}).to_string()),
                cap: ANSWER_BYTES,
            };
            let reply = match setup.transport.send(sent).await {
                Ok(reply) => reply,
                Err(silence) => {
                    self.land(Ending::Trouble, &Told::default());
                    return Err(Some(silence));
                }
            };
            let (told, now) = (Told::by(&reply.headers), self.clock.now());
            let server_now = told.date.unwrap_or(now + skew);
            if reply.status.is_success()
                && let Ok(grant) = serde_json::from_slice::<Grant>(&reply.body)
            {
                return Ok(grant.lent(server_now, now));
            }
            let off = (server_now - (now + skew)).abs();
            let ending = match ending(&reply, &told, true) {
                Ending::Rejected if off > CLOCK_NOISE => {
                    self.github.desk().governor.learn_clock(&told, now);
                    continue; // our clock was wrong, not our key
                }
                Ending::Trouble => {
                    self.land(Ending::Trouble, &Told::default());
                    return Err(Some(Silence::Broken(format!("GitHub answers {}", reply.status.as_u16()))));
                }
                // The app or its installation is gone.
                Ending::Answered { .. } => Ending::Rejected,
                ending => ending,
            };
            // Its numbers are those of the app, not of the installation.
            self.land(ending, &Told { retry_after: told.retry_after, ..Told::default() });
            return Err(None);
        }
        self.land(Ending::Rejected, &Told::default());
        Err(None)
    }
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        self.land(Ending::Dropped, &Told::default());
    }
}
