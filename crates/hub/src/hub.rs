//! The handle everybody holds, and the one step the loop around it takes.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::{Notify, Semaphore};
use whimbrel_store::{Store, StoreError};

use crate::asking;
use crate::confirming::{self, Confirmed, Question};
use crate::courier::Courier;
use crate::feeds::{Changes, Feeds};
use crate::form::{self, Asked, Wish};
use crate::reading::left;
use crate::sending::{self, Batch, LONGEST_REST, Sent};
use crate::status::HubStatus;
use crate::street::Street;
use crate::walk::walk;

/// How often it is seen whether something happened; that costs next to nothing.
const GLANCE: Duration = Duration::from_secs(1);

/// While it is off it waits to be switched on, which wakes it; whoever steps shows meanwhile that it lives.
const OFF: Duration = Duration::from_secs(30);

/// After a trouble with the store it is tried again this much later.
const TROUBLE: Duration = Duration::from_secs(10);

/// Feeds written at the same time: subscribers must not take the machine from the engine.
const WRITERS: usize = 2;

/// A clock that was set back further than this was not only put right.
const SET_BACK: TimeDelta = TimeDelta::minutes(1);

/// The hub. A cheap handle: clones are the same hub.
#[derive(Clone)]
pub struct Hub {
    inner: Arc<Inner>,
}

/// What the hub works with while it is switched on.
#[derive(Clone)]
pub struct Wiring {
    /// The feeds.
    pub feeds: Arc<dyn Feeds>,
    /// The way to subscribers.
    pub courier: Arc<dyn Courier>,
}

/// What somebody who asks is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// A sentence for people.
    pub text: String,
    /// When it may be asked again.
    pub again: Option<Duration>,
}

/// What all handles share.
pub(crate) struct Inner {
    pub(crate) store: Store,
    street: Mutex<Street>,
    wiring: RwLock<Option<Arc<Wiring>>>,
    /// What became of calls, until the next step takes it in. A crash before that repeats the call.
    done: Mutex<Vec<Done>>,
    woken: Notify,
    status: Mutex<HubStatus>,
    /// Those who ask take turns: each waits for the disk.
    asking: Semaphore,
    pub(crate) writing: Semaphore,
}

/// What became of a call.
pub(crate) enum Done {
    Sent(Sent),
    Confirmed(Confirmed),
}

/// What is to be done now.
#[derive(Default)]
struct Work {
    questions: Vec<Question>,
    batches: Vec<Batch>,
}

impl Answer {
    pub(crate) fn of(status: u16, text: impl Into<String>) -> Self {
        Self { status, text: text.into(), again: None }
    }

    pub(crate) fn again(status: u16, text: String, wait: TimeDelta) -> Self {
        Self { status, text, again: wait.to_std().ok() }
    }
}

impl Hub {
    /// The hub over a store, as it was left; it blocks. It does nothing before [`Hub::wire`].
    pub fn open(store: Store) -> Result<Self, StoreError> {
        let street = left(&store)?;
        let inner = Inner {
            store,
            street: Mutex::new(street),
            wiring: RwLock::default(),
            done: Mutex::default(),
            woken: Notify::new(),
            status: Mutex::default(),
            asking: Semaphore::new(1),
            writing: Semaphore::new(WRITERS),
        };
        inner.show(&mut inner.street());
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Switches the hub on with these feeds and this way to subscribers, or off. What is kept stays.
    pub fn wire(&self, wiring: Option<Wiring>) {
        *self.inner.wiring.write().unwrap_or_else(PoisonError::into_inner) = wiring.map(Arc::new);
        self.inner.street().is_rewired = true;
        self.inner.woken.notify_one();
    }

    /// Answers somebody who sent this form. `client` is whose limits count.
    pub async fn ask(&self, body: &[u8], client: Option<IpAddr>, now: DateTime<Utc>) -> Answer {
        let Some(wiring) = self.inner.wiring() else {
            return Answer::of(404, "There is no hub here. Readers find what is new by asking for the feed.");
        };
        let wish = match form::read(body) {
            Ok(Asked::Of(wish)) => *wish,
            Ok(Asked::Published) => {
                let text = "This hub sees by itself what changes in its feeds: nothing has to be published.";
                return Answer::of(202, text);
            }
            Err(text) => return self.inner.refused(Answer::of(400, text)),
        };
        let Ok(_turn) = self.inner.asking.acquire().await else {
            return Answer::of(503, "The program ends.");
        };
        let inner = Arc::clone(&self.inner);
        let taken = tokio::task::spawn_blocking(move || inner.take(wish, &wiring, client, now)).await;
        match taken {
            Ok(Ok(())) => {
                self.inner.woken.notify_one();
                Answer::of(202, "Taken. The callback is asked to confirm it in a moment.")
            }
            Ok(Err(answer)) => self.inner.refused(answer),
            Err(_) => Answer::of(500, "The request could not be taken. The log of the program says why."),
        }
    }

    /// Takes in what happened, writes it down, and begins what is due. Hands back how long to rest until the next step.
    pub async fn step(&self, now: DateTime<Utc>) -> Duration {
        let Some(wiring) = self.inner.wiring() else { return OFF };
        let (inner, its) = (Arc::clone(&self.inner), Arc::clone(&wiring));
        let work = match tokio::task::spawn_blocking(move || inner.work(&its, now)).await {
            Ok(Ok(work)) => work,
            Ok(Err(error)) => {
                tracing::error!(%error, "what the hub is to send cannot be written down, so nothing is sent: {error}");
                return TROUBLE;
            }
            Err(broken) => match broken.try_into_panic() {
                // The loop is to be seen as broken, and started again.
                Ok(panic) => std::panic::resume_unwind(panic),
                // The program is ending.
                Err(_) => return TROUBLE,
            },
        };
        for question in work.questions {
            tokio::spawn(confirming::ask(Arc::clone(&self.inner), Arc::clone(&wiring), question));
        }
        for batch in work.batches {
            tokio::spawn(sending::send(Arc::clone(&self.inner), Arc::clone(&wiring), batch, now));
        }
        GLANCE
    }

    /// Waits until there is something to take in.
    pub async fn woken(&self) {
        self.inner.woken.notified().await;
    }

    /// Nothing is under way, and nothing is to be taken in.
    #[cfg(test)]
    pub(crate) fn is_idle(&self) -> bool {
        let street = self.inner.street();
        let done = self.inner.done.lock().unwrap_or_else(PoisonError::into_inner);
        street.flying == [0, 0] && street.confirming == 0 && done.is_empty()
    }

    /// How it is doing.
    pub fn status(&self) -> HubStatus {
        let on = self.inner.wiring().is_some();
        HubStatus { on, ..*self.inner.status() }
    }
}

impl Inner {
    /// What became of calls.
    pub(crate) fn finish(&self, done: impl IntoIterator<Item = Done>) {
        self.done.lock().unwrap_or_else(PoisonError::into_inner).extend(done);
        self.woken.notify_one();
    }

    /// Takes a request, or says why not.
    fn take(
        &self,
        wish: Wish,
        wiring: &Wiring,
        client: Option<IpAddr>,
        now: DateTime<Utc>,
    ) -> Result<(), Answer> {
        let callback = &wish.callback;
        if !wiring.courier.may(callback) {
            return Err(Answer::of(
                400,
                "hub.callback leads into a private network, where this hub does not go.",
            ));
        }
        if wiring.feeds.is_ours(callback) {
            return Err(Answer::of(
                400,
                "hub.callback is an address of this site, where nobody waits for feeds.",
            ));
        }
        asking::admit(&mut self.street(), client, now)?;
        let topic = wiring.feeds.topic(&wish.topic).map_err(|text| Answer::of(404, text))?;
        if wish.lease_secs.is_some() {
            match wiring.feeds.write(&topic.path, now) {
                Ok(Some(_)) => {}
                Ok(None) => return Err(Answer::of(404, "There is no feed at the address in hub.topic.")),
                Err(error) => {
                    tracing::error!("a feed somebody subscribes to cannot be written: {error:#}");
                    return Err(Answer::of(503, "The feed cannot be read just now; try again in a minute."));
                }
            }
        }
        let mut street = self.street();
        let key = whimbrel_store::HubKey { topic: topic.path.clone(), callback: callback.to_string() };
        asking::take(&mut street, wish, &topic, client, now)?;
        let written = self.write(&mut street);
        if let Err(error) = &written {
            tracing::error!(%error, "a request to the hub cannot be written down: {error}");
            street.requests.remove(&key);
        }
        self.show(&mut street);
        written.map_err(|_| {
            Answer::of(503, "The request cannot be written down just now; try again in a minute.")
        })
    }

    /// One step, as far as it blocks.
    fn work(&self, wiring: &Wiring, now: DateTime<Utc>) -> Result<Work, StoreError> {
        let done = std::mem::take(&mut *self.done.lock().unwrap_or_else(PoisonError::into_inner));
        let mut street = self.street();
        if std::mem::take(&mut street.is_rewired) {
            street.read_topics(&*wiring.feeds);
        }
        for done in done {
            match done {
                Done::Sent(sent) => sending::settle(&mut street, sent, now),
                Done::Confirmed(confirmed) => confirming::settle(&mut street, confirmed, wiring, now),
            }
        }
        set_back(&mut street, now);
        let walked = walk(&mut street, &self.store, &*wiring.feeds, now);
        // Nothing leaves that is not written down: whose turn it is must be known to a start after a crash.
        self.write(&mut street)?;
        walked?;
        let (questions, batches) = (confirming::choose(&mut street, now), sending::choose(&mut street, now));
        self.show(&mut street);
        Ok(Work { questions, batches })
    }

    /// Writes down what is new; what cannot be written is tried again with the next.
    fn write(&self, street: &mut Street) -> Result<(), StoreError> {
        let Some(commit) = street.unwritten() else { return Ok(()) };
        self.store.record_hub(&commit)?;
        street.is_written();
        Ok(())
    }

    fn refused(&self, answer: Answer) -> Answer {
        let mut street = self.street();
        street.count.refused += 1;
        self.show(&mut street);
        answer
    }

    /// Makes the figures known.
    fn show(&self, street: &mut Street) {
        let counted = HubStatus {
            subscriptions: street.len(),
            waiting: street.waiting(),
            failing: street.failing(),
            unconfirmed: street.requests.len(),
            ..street.count
        };
        street.count = counted;
        *self.status() = counted;
    }

    fn wiring(&self) -> Option<Arc<Wiring>> {
        self.wiring.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn street(&self) -> MutexGuard<'_, Street> {
        self.street.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn status(&self) -> MutexGuard<'_, HubStatus> {
        self.status.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// When the clock was set back, what waits is not kept waiting until it has caught up.
fn set_back(street: &mut Street, now: DateTime<Utc>) {
    let last = street.last_step.replace(now);
    if last.is_none_or(|last| last - now < SET_BACK) {
        return;
    }
    for number in street.all() {
        let Some(held) = street.get(number) else { continue };
        if matches!(street.changes(&held.row.key.topic), Some(Changes::AfterEach(_))) {
            continue;
        }
        street.change(number, |held| {
            held.rests_until = held.rests_until.min(now);
            if let Some(waiting) =
                held.row.waiting.as_mut().filter(|waiting| waiting.due - now > LONGEST_REST)
            {
                waiting.due = now;
            }
        });
    }
    for pending in street.requests.values_mut() {
        pending.row.due = pending.row.due.min(now + TimeDelta::minutes(10));
    }
}
