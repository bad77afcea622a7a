//! Opening, and replacing, what lies in the folder of a store.

use std::path::Path;
use std::sync::Mutex;

use chrono::{DateTime, Utc};
use whimbrel_news::Epoch;

use crate::disk::behind;
use crate::disk::beside::{self, Beside, Present};
use crate::disk::careful::{self, Depth};
use crate::disk::documents::Documents;
use crate::disk::files;
use crate::disk::folder::{Folder, Format};
use crate::disk::high_water::{HighWater, Mark};
use crate::disk::ladder;
use crate::disk::lock::Lock;
use crate::engine::Engine as _;
use crate::engine::sled::Sled;
use crate::heads::Heads;
use crate::lanes::file::SubscriptionFile;
use crate::moving::import;
use crate::outcome::{OpenStep, Opened, StoreError};
use crate::store::{Home, Store};
use crate::types::{Progress, Settings};
use crate::upgrade;

impl Store {
    /// Opens the store in the folder of the settings (relative to `base`), making it when there is none.
    ///
    /// A database that does not open, or is not as it was written, is moved aside and replaced by the best there
    /// is: itself without its snapshot file, the newest good backup, an empty store. What was done stands in
    /// [`Opened::steps`] and is to be said aloud. A folder that may not be read or written, a full disk, a newer
    /// format and a folder in use are refused, and left as they are.
    pub fn open(settings: &Settings, base: &Path, now: DateTime<Utc>) -> Result<Opened<Self>, StoreError> {
        let site = Site::take(settings, base)?;
        let mut steps = Vec::new();
        let (state, engine) = ladder::climb(&site.folder, settings, &site.water, now, &mut steps)?;
        site.open(state, engine, steps, Lanes::FromFile, now)
    }

    /// Replaces everything by an export (gzipped or not): events keep their numbers, new ones begin a new life.
    ///
    /// The file is read to its end before anything is replaced; one that is foreign, cut short or damaged is
    /// refused. The former database is moved aside. Nobody else may have the store open.
    pub fn import(
        settings: &Settings,
        base: &Path,
        file: &Path,
        now: DateTime<Utc>,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Opened<Self>, StoreError> {
        let site = Site::take(settings, base)?;
        let before = match site.folder.format()? {
            Format::State(state) => Some(state),
            Format::Missing | Format::Unreadable => site.folder.states()?.pop(),
        }
        .filter(|state| site.folder.state(*state).exists());
        // The mark knows what was promised; without one the database is asked, if it can still answer.
        let floor = site.water.mark().or_else(|| {
            let heads = careful::open(&site.folder, before?, settings, Depth::Ends, |_| true).ok()??.1;
            Some(Mark { epoch: heads.epoch, seq: heads.seq })
        });
        let (state, engine) = fill(&site.folder, settings, file, floor, Present::MovesAside, now, progress)?;
        site.folder.switch_to(state)?;
        let mut steps = vec![OpenStep::FromBackup(file.to_owned())];
        if let Some(before) = before {
            steps.insert(0, OpenStep::SetAside(site.folder.set_aside(before, "replaced", now)?));
        }
        site.open(state, engine, steps, Lanes::FromState, now)
    }
}

/// Where the lanes of a state that is not the former one come from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lanes {
    /// From the file beside the database, which is newer than any backup.
    FromFile,
    /// From the state itself, unless it has none.
    FromState,
}

/// The folder, taken.
struct Site {
    folder: Folder,
    settings: Settings,
    lock: Lock,
    water: HighWater,
}

impl Site {
    fn take(settings: &Settings, base: &Path) -> Result<Self, StoreError> {
        let folder = Folder::make(base.join(&settings.path))?;
        let lock = Lock::take(folder.root())?;
        folder.format()?; // a newer one is refused before anything is touched
        files::sweep(folder.root())?;
        files::sweep(&folder.backups())?;
        let water = HighWater::open(folder.root())?;
        Ok(Self { folder, settings: settings.clone(), lock, water })
    }

    /// The last steps every way in has in common.
    fn open(
        mut self,
        state: u32,
        engine: Sled,
        mut steps: Vec<OpenStep>,
        lanes: Lanes,
        now: DateTime<Utc>,
    ) -> Result<Opened<Store>, StoreError> {
        if self.folder.is_older()? {
            // Before anything is written that an older program would not understand.
            self.folder.switch_to(state)?;
        }
        let mut heads = Heads::read(&engine)?.ok_or_else(|| crate::rows::damaged("there are no heads"))?;
        let here = Mark { epoch: heads.epoch, seq: heads.seq };
        if let Some(mark) = self.water.mark().filter(|mark| *mark > here) {
            // Numbers were promised that this database does not know: it came back older than it was.
            heads = behind::note(&engine)?;
            heads.epoch = new_epoch(Some(mark), heads.epoch, now);
            heads.seq = heads.seq.max(mark.seq);
            import::finish(&engine, heads)?;
        }
        let mark = Mark { epoch: heads.epoch, seq: heads.seq };
        let replaced = |step: &OpenStep| matches!(step, OpenStep::FromBackup(_) | OpenStep::Rebuilt);
        let reborn =
            self.water.mark().is_some_and(|before| before.epoch < heads.epoch) || steps.iter().any(replaced);
        self.water.raise(mark)?;
        // What an interrupted restore left behind.
        for other in self.folder.states()? {
            if other > state {
                self.folder.discard(other)?;
            } else if other < state {
                steps.push(OpenStep::SetAside(self.folder.set_aside(other, "replaced", now)?));
            }
        }
        if reborn {
            steps.push(OpenStep::NewEpoch(heads.epoch));
        }
        let documents = Documents::in_folder(self.folder.documents());
        let subscriptions = SubscriptionFile::in_folder(self.folder.root());
        let home = Home {
            folder: self.folder,
            settings: self.settings,
            mark: Mutex::new(self.water),
            subscriptions: Mutex::new(subscriptions),
            _lock: self.lock,
        };
        let store = Store::over(Box::new(engine), documents, heads, Some(home))?;
        store.inner.upgrade(upgrade::STRIDE, usize::MAX)?;
        if let Some(count) = store.inner.complete()?.filter(|count| *count > 0) {
            steps.push(OpenStep::Projects(count));
        }
        if steps.iter().any(|step| matches!(step, OpenStep::FromBackup(_))) {
            steps.extend(Some(store.projects_scheduled()).filter(|count| *count > 0).map(OpenStep::Spread));
        }
        if reborn {
            store.inner.restore_lanes(lanes == Lanes::FromFile)?;
        }
        let settled = store.inner.settle_lanes()?;
        steps.extend(Some(settled).filter(|count| *count > 0).map(OpenStep::LanesAtHead));
        store.inner.begin_subscriptions();
        store.inner.documents.sweep(|id| store.inner.needs_document(id))?;
        Ok(Opened { store, steps })
    }
}

/// Makes the next state folder and fills it from an export, with the files that lie beside it. Nothing points to it yet.
pub(crate) fn fill(
    folder: &Folder,
    settings: &Settings,
    file: &Path,
    mark: Option<Mark>,
    present: Present,
    now: DateTime<Utc>,
    progress: &mut dyn FnMut(Progress),
) -> Result<(u32, Sled), StoreError> {
    let documents = Documents::in_folder(folder.documents());
    let mut files = Beside::new();
    let made = make(folder, settings, |engine| {
        let (heads, beside) = import::load_file(file, engine, &documents, now, progress)?;
        files = beside;
        let seq = heads.seq.max(mark.map_or(0, |mark| mark.seq));
        Ok(Heads { epoch: new_epoch(mark, heads.epoch, now), seq, ..heads })
    })?;
    beside::write(folder.root(), &files, present, now)?;
    Ok(made)
}

/// Makes the next state folder, empty; numbers go on above the mark.
pub(crate) fn empty(
    folder: &Folder,
    settings: &Settings,
    mark: Option<Mark>,
    now: DateTime<Utc>,
) -> Result<(u32, Sled), StoreError> {
    make(folder, settings, |_| {
        Ok(Heads::first(new_epoch(mark, Epoch(0), now), mark.map_or(0, |mark| mark.seq)))
    })
}

/// Makes the next state folder durable with all its names, before anything points to it.
fn make(
    folder: &Folder,
    settings: &Settings,
    content: impl FnOnce(&Sled) -> Result<Heads, StoreError>,
) -> Result<(u32, Sled), StoreError> {
    let state = folder.states()?.last().map_or(1, |last| last + 1);
    let path = folder.state(state);
    let made = (|| {
        let engine = Sled::open(&path, settings.cache_mib)?;
        import::finish(&engine, content(&engine)?)?;
        engine.sync()?;
        files::sync_tree(&path)?;
        files::sync_folder(folder.root())?;
        Ok(engine)
    })();
    match made {
        Ok(engine) => Ok((state, engine)),
        Err(error) => {
            let _ = folder.discard(state); // it never was in use, and the first error is the one to tell
            Err(error)
        }
    }
}

/// A life above all that were, and unlike those of other stores: it begins with the clock.
fn new_epoch(mark: Option<Mark>, known: Epoch, now: DateTime<Utc>) -> Epoch {
    let above = known.0.max(mark.map_or(0, |mark| mark.epoch.0)).saturating_add(1);
    Epoch(above.max(now.timestamp_millis().max(1).cast_unsigned()))
}
