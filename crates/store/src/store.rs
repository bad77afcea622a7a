//! The handle everybody holds, and the one way a commit goes.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};

use whimbrel_news::Epoch;

use crate::disk::documents::Documents;
use crate::disk::folder::Folder;
use crate::disk::high_water::{HighWater, Mark};
use crate::disk::lock::Lock;
use crate::engine::Engine;
use crate::engine::memory::Memory;
use crate::group::Group;
use crate::heads::Heads;
use crate::lanes::file::SubscriptionFile;
use crate::looks::Looks;
use crate::moving::frozen::Past;
use crate::moving::import;
use crate::outcome::StoreError;
use crate::projects::plan;
use crate::projects::rows::Census;
use crate::projects::schedule::{Schedule, Turn};
use crate::txn::Txn;
use crate::types::{Settings, Stats};

/// The journal and the state. A cheap handle: clones are the same store.
///
/// All verbs block, some of them on the disk: async callers go through their runtime's blocking threads.
#[derive(Clone)]
pub struct Store {
    pub(crate) inner: Arc<Inner>,
}

/// What all handles share.
pub(crate) struct Inner {
    pub(crate) engine: Box<dyn Engine>,
    /// One commit is put together at a time; this is where it takes its numbers from.
    pub(crate) writer: Mutex<Heads>,
    /// Held for writing while a commit is applied, so that a verb that reads several rows sees one state.
    view: RwLock<()>,
    group: Group,
    told: Told,
    pub(crate) looks: Mutex<Looks>,
    pub(crate) schedule: Mutex<Schedule>,
    /// Projects of a lower revision are behind.
    pub(crate) behind: u64,
    pub(crate) documents: Documents,
    /// One reader of the past at a time, and what it has to be shown.
    pub(crate) freezing: Mutex<()>,
    pub(crate) past: Mutex<Option<Past>>,
    /// Told after every sync.
    listeners: Mutex<Vec<Listener>>,
    /// Where a store on disk lives; given back last, when nothing writes any more.
    pub(crate) home: Option<Home>,
}

type Listener = Box<dyn Fn() + Send + Sync>;

/// What a store on disk holds besides its engine.
pub(crate) struct Home {
    pub(crate) folder: Folder,
    pub(crate) settings: Settings,
    pub(crate) mark: Mutex<HighWater>,
    pub(crate) subscriptions: Mutex<SubscriptionFile>,
    pub(crate) _lock: Lock,
}

impl Home {
    /// The file of the subscriptions.
    pub(crate) fn subscriptions(&self) -> MutexGuard<'_, SubscriptionFile> {
        self.subscriptions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What may be told: the numbers of durable events. Applied ones that may still be lost are not shown to anyone.
struct Told {
    epoch: AtomicU64,
    seq: AtomicU64,
    history: AtomicU64,
    floor: AtomicU64,
    commits: AtomicU64,
}

impl Told {
    fn set(&self, heads: &Heads) {
        self.epoch.store(heads.epoch.0, Ordering::Release);
        self.history.store(heads.history, Ordering::Release);
        self.floor.store(heads.floor, Ordering::Release);
        self.seq.store(heads.seq, Ordering::Release);
    }
}

impl Store {
    /// An empty store that lives as long as its handles.
    pub fn in_memory() -> Result<Self, StoreError> {
        let (engine, heads) = (Memory::default(), Heads::first(Epoch(1), 0));
        import::finish(&engine, heads)?;
        Self::over(Box::new(engine), Documents::in_memory(), heads, None)
    }

    /// A store over an engine with these heads.
    pub(crate) fn over(
        engine: Box<dyn Engine>,
        documents: Documents,
        heads: Heads,
        home: Option<Home>,
    ) -> Result<Self, StoreError> {
        let told = Told {
            epoch: AtomicU64::new(0),
            seq: AtomicU64::new(0),
            history: AtomicU64::new(0),
            floor: AtomicU64::new(0),
            commits: AtomicU64::new(0),
        };
        told.set(&heads);
        let schedule = Mutex::new(plan::load(&*engine)?);
        let behind = Census::read(&*engine)?.unwrap_or_default().behind;
        let inner = Inner {
            engine,
            writer: Mutex::new(heads),
            view: RwLock::new(()),
            group: Group::default(),
            told,
            looks: Mutex::default(),
            schedule,
            behind,
            documents,
            freezing: Mutex::default(),
            past: Mutex::default(),
            listeners: Mutex::default(),
            home,
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Why nothing is written any more until the store is opened again; `None` as long as all is well.
    pub fn refusal(&self) -> Option<StoreError> {
        self.inner.refusal()
    }

    /// Has so much gone by that [`Store::ease`] is worth the while?
    pub fn is_laden(&self) -> bool {
        self.inner.engine.is_laden()
    }

    /// Lets go of memory for what was read or written and nobody needs now; takes half a second at most.
    pub fn ease(&self) -> Result<(), StoreError> {
        self.inner.engine.ease()
    }

    /// From now on calls this whenever something became durable, on the thread of whoever wrote it: it does no more than
    /// wake somebody up. Several commits may be one call.
    pub fn on_commit(&self, listener: impl Fn() + Send + Sync + 'static) {
        self.inner.listeners().push(Box::new(listener));
    }

    /// How often something became durable since the store was opened: whatever was read before it differs is to be read
    /// again.
    pub fn commits(&self) -> u64 {
        self.inner.told.commits.load(Ordering::Acquire)
    }

    /// The number of the newest live event; 0 before the first.
    pub fn head(&self) -> u64 {
        self.inner.told.seq.load(Ordering::Acquire)
    }

    /// Live events up to this number were dropped by retention; 0 when none was.
    pub fn floor(&self) -> u64 {
        self.inner.told.floor.load(Ordering::Acquire)
    }

    /// The number of the newest replayed event; 0 before the first.
    pub fn history_head(&self) -> u64 {
        self.inner.history_head()
    }

    /// Figures for health output and metrics.
    pub fn stats(&self) -> Result<Stats, StoreError> {
        let heads = *self.inner.alone();
        let (projects_scheduled, schedule_bytes) = {
            let schedule = self.inner.schedule();
            (schedule.len(), schedule.bytes())
        };
        Ok(Stats {
            epoch: self.epoch(),
            head: self.head(),
            events: heads.events,
            history: heads.history,
            rows: heads.rows,
            disk_bytes: self.inner.engine.size(),
            waiting_looks: self.inner.looks().len(),
            projects_scheduled,
            schedule_bytes,
        })
    }

    /// The life of this store: events are known by this and their number.
    pub fn epoch(&self) -> Epoch {
        Epoch(self.inner.told.epoch.load(Ordering::Acquire))
    }
}

impl Inner {
    /// The number of the newest replayed event that may be shown.
    pub(crate) fn history_head(&self) -> u64 {
        self.told.history.load(Ordering::Acquire)
    }

    fn refusal(&self) -> Option<StoreError> {
        self.group.check().err()
    }

    /// One state for several reads.
    pub(crate) fn reading(&self) -> RwLockReadGuard<'_, ()> {
        self.view.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The looks that wait for a commit.
    pub(crate) fn looks(&self) -> MutexGuard<'_, Looks> {
        self.looks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Nothing is written as long as this is held.
    pub(crate) fn alone(&self) -> MutexGuard<'_, Heads> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a commit together, applies it and waits until it is durable. When `build` fails, nothing happened.
    pub(crate) fn commit<R>(
        &self,
        build: impl FnOnce(&mut Txn<'_>, &mut Heads) -> Result<R, StoreError>,
    ) -> Result<R, StoreError> {
        let (result, ticket) = {
            let mut heads = self.alone();
            self.group.check()?;
            let mut next = *heads;
            let mut txn = Txn::new(&*self.engine);
            let result = build(&mut txn, &mut next)?;
            let sealed = txn.seal(next, self.past().is_some())?;
            if sealed.changes.is_empty() {
                self.turn(sealed.turns);
                return Ok(result);
            }
            let size =
                |(key, value): (&Vec<u8>, &Option<Vec<u8>>)| key.len() + value.as_ref().map_or(0, Vec::len);
            self.engine.room(sealed.changes.iter().map(size).sum())?;
            self.engine.prepare(&sealed.changes)?;
            if let Some(past) = self.past().as_mut() {
                past.keep(sealed.before);
            }
            {
                let _alone = self.view.write().unwrap_or_else(PoisonError::into_inner);
                // Half a commit may now stand in the engine's memory: nothing more is written over it.
                self.engine
                    .apply(&sealed.changes)
                    .inspect_err(|error| self.group.fail(&error.to_string()))?;
            }
            *heads = sealed.heads;
            self.turn(sealed.turns);
            (result, self.group.applied(sealed.heads))
        };
        self.group.wait(ticket, |heads| self.make_durable(&heads))?;
        Ok(result)
    }

    /// The schedule follows a commit before the next one can be put together.
    fn turn(&self, turns: Vec<Turn>) {
        if !turns.is_empty() {
            let mut schedule = self.schedule();
            for turn in turns {
                schedule.turn(turn);
            }
        }
    }

    /// First the rows, then the mark that says they must be there, then everybody may see the news.
    fn make_durable(&self, heads: &Heads) -> Result<(), StoreError> {
        self.engine.sync()?;
        if let Some(home) = &self.home {
            let mut mark = home.mark.lock().unwrap_or_else(PoisonError::into_inner);
            mark.raise(Mark { epoch: heads.epoch, seq: heads.seq })?;
        }
        self.told.set(heads);
        self.told.commits.fetch_add(1, Ordering::Release);
        for listener in self.listeners().iter() {
            listener();
        }
        Ok(())
    }

    fn listeners(&self) -> MutexGuard<'_, Vec<Listener>> {
        self.listeners.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
