//! The one way lanes are written: steps are made one after another on the rows as they stand, those of many callers
//! are one commit, and what is known in memory follows before anybody hears that it is done.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use tokio::sync::oneshot;
use whimbrel_store::{DeadLetter, Lane, LaneCommit, LaneId, Store, StoreError};

use super::Core;

/// Steps in one commit. A lane's rows are read and written in about 20 µs.
const BATCH: usize = 512;

/// Lanes as they will stand once the steps so far are written.
pub(crate) struct Draft<'a> {
    store: &'a Store,
    lanes: BTreeMap<LaneId, Option<Lane>>,
    written: BTreeSet<LaneId>,
    dead: Vec<DeadLetter>,
    buried: Vec<u64>,
    erase: bool,
    matched: Option<u64>,
    newest_lane: u64,
    newest_letter: u64,
}

impl Draft<'_> {
    /// A lane as it stands.
    pub(crate) fn lane(&mut self, id: LaneId) -> Result<Option<&Lane>, StoreError> {
        self.load(id)?;
        Ok(self.lanes.get(&id).and_then(Option::as_ref))
    }

    /// A lane that is about to be changed.
    pub(crate) fn change(&mut self, id: LaneId) -> Result<Option<&mut Lane>, StoreError> {
        self.load(id)?;
        self.written.insert(id);
        Ok(self.lanes.get_mut(&id).and_then(Option::as_mut))
    }

    /// Lanes that the steps so far write.
    pub(crate) fn written(&self) -> Vec<LaneId> {
        self.written.iter().copied().collect()
    }

    /// A number that no lane has had.
    pub(crate) fn number(&mut self) -> LaneId {
        self.newest_lane += 1;
        LaneId(self.newest_lane)
    }

    /// Adds a lane.
    pub(crate) fn add(&mut self, lane: Lane) {
        self.written.insert(lane.id);
        self.lanes.insert(lane.id, Some(lane));
    }

    /// Removes a lane.
    pub(crate) fn remove(&mut self, id: LaneId) {
        self.written.insert(id);
        self.lanes.insert(id, None);
    }

    /// Keeps what cannot be told; hands back its number.
    pub(crate) fn bury(&mut self, letter: impl FnOnce(u64) -> DeadLetter) -> u64 {
        self.newest_letter += 1;
        self.dead.push(letter(self.newest_letter));
        self.newest_letter
    }

    /// Strikes off a dead letter.
    pub(crate) fn strike_off(&mut self, number: u64) {
        self.buried.push(number);
    }

    /// Somebody wants to be forgotten: no trace of what is removed may stay.
    pub(crate) fn erase(&mut self) {
        self.erase = true;
    }

    /// The matcher has come so far, and every lane knows what waits for it.
    pub(crate) fn matched(&mut self, seq: u64) {
        self.matched = self.matched.max(Some(seq));
    }

    fn load(&mut self, id: LaneId) -> Result<(), StoreError> {
        if !self.lanes.contains_key(&id) {
            self.lanes.insert(id, self.store.lane(id)?);
        }
        Ok(())
    }
}

/// A step, and the way to tell its caller what became of it.
type Step = Box<dyn FnOnce(&mut Draft<'_>) -> Result<(), StoreError> + Send>;

struct Waiting {
    step: Step,
    now: DateTime<Utc>,
    done: oneshot::Sender<Result<(), Arc<StoreError>>>,
}

/// Steps on their way.
#[derive(Default)]
pub(crate) struct Ledger {
    queue: Mutex<Vec<Waiting>>,
    /// One caller writes for all who wait.
    writer: tokio::sync::Mutex<()>,
}

/// The newest numbers given.
#[derive(Clone, Copy, Default)]
pub(crate) struct Numbers {
    pub(crate) lane: u64,
    pub(crate) letter: u64,
}

impl Core {
    /// Makes a step. When this returns, it is durable and lanes in memory follow; a step that fails leaves nothing.
    /// Once a caller stops waiting, the step may or may not be made.
    pub(crate) async fn step<R: Send + 'static>(
        self: &Arc<Self>,
        now: DateTime<Utc>,
        step: impl FnOnce(&mut Draft<'_>) -> Result<R, StoreError> + Send + 'static,
    ) -> Result<R, StoreError> {
        let (sender, mut done) = oneshot::channel();
        let result = Arc::new(Mutex::new(None));
        let into = Arc::clone(&result);
        let step: Step = Box::new(move |draft| {
            *into.lock().unwrap_or_else(PoisonError::into_inner) = Some(step(draft)?);
            Ok(())
        });
        self.ledger.push(Waiting { step, now, done: sender });
        let written = tokio::select! {
            biased;
            written = &mut done => written,
            _writer = self.ledger.writer.lock() => {
                // Whoever has the pen writes until their own step is among the written.
                loop {
                    if let Ok(written) = done.try_recv() {
                        break Ok(written);
                    }
                    let batch = self.ledger.take();
                    if batch.is_empty() {
                        break (&mut done).await;
                    }
                    let core = Arc::clone(self);
                    let span = tracing::Span::current();
                    let writing = move || span.in_scope(|| core.write(batch));
                    let written = tokio::task::spawn_blocking(writing).await;
                    if written.is_err() {
                        return Err(StoreError::Stopped("a step of the lanes panicked".to_owned()));
                    }
                }
            }
        };
        match written {
            Ok(Ok(())) => {}
            Ok(Err(error)) => return Err(again(&error)),
            Err(_) => return Err(StoreError::Stopped("a step of the lanes was lost".to_owned())),
        }
        let result = result.lock().unwrap_or_else(PoisonError::into_inner).take();
        result.ok_or_else(|| StoreError::Stopped("a step of the lanes was lost".to_owned()))
    }

    /// Makes the steps of a batch and writes them as one commit.
    fn write(&self, batch: Vec<Waiting>) {
        let numbers = *self.numbers.lock().unwrap_or_else(PoisonError::into_inner);
        let mut draft = Draft {
            store: &self.store,
            lanes: BTreeMap::new(),
            written: BTreeSet::new(),
            dead: Vec::new(),
            buried: Vec::new(),
            erase: false,
            matched: None,
            newest_lane: numbers.lane,
            newest_letter: numbers.letter,
        };
        let mut made = Vec::new();
        let mut now = None;
        for Waiting { step, now: at, done } in batch {
            now = now.max(Some(at));
            // A step reads before it writes; one that fails has written nothing.
            match step(&mut draft) {
                Ok(()) => made.push(done),
                Err(error) => drop(done.send(Err(Arc::new(error)))),
            }
        }
        let result = self.commit(draft, now.unwrap_or_default()).map_err(Arc::new);
        for done in made {
            // A caller that went away does not want to know.
            let _ = done.send(result.clone());
        }
    }

    fn commit(&self, draft: Draft<'_>, now: DateTime<Utc>) -> Result<(), StoreError> {
        let Draft { mut lanes, written, dead, buried, erase, matched, newest_lane, newest_letter, .. } =
            draft;
        let mut commit = LaneCommit { matched, dead, buried, erase, ..LaneCommit::default() };
        for id in written {
            match lanes.remove(&id).flatten() {
                Some(lane) => commit.lanes.push(lane),
                None => commit.removed.push(id),
            }
        }
        if !commit.is_empty() {
            self.store.record_lanes(&commit)?;
        }
        *self.numbers.lock().unwrap_or_else(PoisonError::into_inner) =
            Numbers { lane: newest_lane, letter: newest_letter };
        let mut street = self.street();
        for id in &commit.removed {
            street.remove(*id);
        }
        for lane in &commit.lanes {
            match super::read(lane) {
                Ok((destination, cadence)) => street.refresh(lane, &destination, &cadence, now),
                Err(problem) => {
                    tracing::error!(lane = %lane.id, problem, "lane {} cannot be read and is left alone", lane.id);
                }
            }
        }
        drop(street);
        self.woken.notify_waiters();
        Ok(())
    }
}

impl Ledger {
    fn push(&self, waiting: Waiting) {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).push(waiting);
    }

    fn take(&self) -> Vec<Waiting> {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let count = queue.len().min(BATCH);
        queue.drain(..count).collect()
    }
}

/// The error again, for one more who waits.
fn again(error: &StoreError) -> StoreError {
    match error {
        StoreError::Damaged(problem) => StoreError::Damaged(problem.clone()),
        other => StoreError::Stopped(other.to_string()),
    }
}
