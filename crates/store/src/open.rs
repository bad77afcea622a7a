//! Opening the folder of a store.

use std::path::Path;

use chrono::{DateTime, Utc};
use whimbrel_news::Epoch;

use crate::documents::Documents;
use crate::engine::Engine as _;
use crate::engine::sled::Sled;
use crate::files;
use crate::lock::Lock;
use crate::rows::Heads;
use crate::store::Store;
use crate::types::{OpenStep, Opened, Settings, StoreError};

impl Store {
    /// Opens the store in the folder of the settings (relative to `base`), making it when there is none.
    pub fn open(settings: &Settings, base: &Path, now: DateTime<Utc>) -> Result<Opened<Self>, StoreError> {
        let folder = base.join(&settings.path);
        files::make_folder(&folder)?;
        let lock = Lock::take(&folder)?;
        let state = folder.join("state-1");
        let created = !state.exists();
        let engine = Sled::open(&state, settings.cache_mib)?;
        if created {
            engine.sync()?;
            files::sync_tree(&state)?;
            files::sync_folder(&folder)?;
        }
        let documents = Documents::in_folder(folder.join("documents"));
        let first = Heads::first(Epoch(now.timestamp().max(1).cast_unsigned()), 0);
        let store = Self::over(Box::new(engine), documents, first, Some(lock))?;
        store.inner.documents.sweep(|id| store.inner.needs_document(id))?;
        Ok(Opened { store, steps: if created { vec![OpenStep::Created] } else { Vec::new() } })
    }
}
