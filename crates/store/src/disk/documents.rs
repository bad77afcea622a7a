//! Documents as compressed files beside the database, named by the checksum of their bytes.
//!
//! sled keeps no large values (it never gives their space back). A file is written aside, synced and renamed, so it
//! is there whole or not at all. Which documents are needed stands in the database; a file nobody needs is removed
//! once the commit that let it go is durable.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use sha2::{Digest as _, Sha256};

use crate::disk::files;
use crate::keys::hex;
use crate::outcome::StoreError;
use crate::rows::damaged;
use crate::types::DocumentId;

/// The documents of a store.
pub(crate) struct Documents {
    place: Place,
    held: Mutex<Held>,
}

/// The same documents for another store.
impl Clone for Documents {
    fn clone(&self) -> Self {
        Self { place: self.place.clone(), held: Mutex::default() }
    }
}

#[derive(Clone)]
enum Place {
    Folder(PathBuf),
    Memory(Arc<Mutex<BTreeMap<DocumentId, Vec<u8>>>>),
}

/// Documents that must stay although no row needs them.
#[derive(Default)]
struct Held {
    /// Put, and not yet named by a commit; how often, as catalogs may have the same document.
    fresh: BTreeMap<DocumentId, u32>,
    /// While an export reads its one moment of the store, nothing is removed; what was let go waits here.
    exports: u32,
    let_go: BTreeSet<DocumentId>,
}

impl Documents {
    /// Documents in this folder, which is made when the first one comes.
    pub(crate) fn in_folder(folder: PathBuf) -> Self {
        Self { place: Place::Folder(folder), held: Mutex::default() }
    }

    /// Documents that live as long as the store.
    pub(crate) fn in_memory() -> Self {
        Self { place: Place::Memory(Arc::default()), held: Mutex::default() }
    }

    /// Keeps these bytes, at least until a commit names them and lets them go again.
    pub(crate) fn put(&self, bytes: &[u8]) -> Result<DocumentId, StoreError> {
        let id = DocumentId(hex(&Sha256::digest(bytes)));
        *self.held().fresh.entry(id.clone()).or_default() += 1;
        // A file that rotted under the right name is written again.
        if self.get(&id).ok().flatten().is_none() {
            let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
            let packed = gzip.write_all(bytes).and_then(|()| gzip.finish());
            self.put_packed(
                &id,
                &packed.map_err(|error| damaged(&format!("a document cannot be packed: {error}")))?,
            )?;
        }
        Ok(id)
    }

    /// The bytes of a document, checked against its name.
    pub(crate) fn get(&self, id: &DocumentId) -> Result<Option<Vec<u8>>, StoreError> {
        self.packed(id)?.map(|packed| unpack(id, &packed)).transpose()
    }

    /// A document as it is kept, gzipped.
    pub(crate) fn packed(&self, id: &DocumentId) -> Result<Option<Vec<u8>>, StoreError> {
        match &self.place {
            Place::Memory(documents) => {
                Ok(documents.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned())
            }
            Place::Folder(_) => {
                let path = self.path(id)?;
                match fs::read(&path) {
                    Ok(packed) => Ok(Some(packed)),
                    Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
                    Err(source) => Err(StoreError::Io { path, source }),
                }
            }
        }
    }

    /// Keeps a document that comes gzipped.
    pub(crate) fn put_packed(&self, id: &DocumentId, packed: &[u8]) -> Result<(), StoreError> {
        match &self.place {
            Place::Memory(documents) => {
                documents.lock().unwrap_or_else(PoisonError::into_inner).insert(id.clone(), packed.to_vec());
                Ok(())
            }
            Place::Folder(_) => files::write_whole(&self.path(id)?, packed),
        }
    }

    /// A commit has named these, once for each catalog that has them new: from now on its rows hold them.
    pub(crate) fn named(&self, ids: &[DocumentId]) {
        let mut held = self.held();
        for id in ids {
            if let Some(count) = held.fresh.get_mut(id) {
                *count -= 1;
                if *count == 0 {
                    held.fresh.remove(id);
                }
            }
        }
    }

    /// Removes what was let go by a durable commit, unless `needed` says that another row holds it.
    ///
    /// Rows are asked as they were applied, which may be ahead of the disk: another catalog's commit may just have
    /// let go of the same document. So `sync` makes that durable before the file goes.
    pub(crate) fn let_go(
        &self,
        ids: BTreeSet<DocumentId>,
        needed: impl Fn(&DocumentId) -> Result<bool, StoreError>,
        sync: impl FnOnce() -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut held = self.held();
        held.let_go.extend(ids);
        if held.exports > 0 {
            return Ok(());
        }
        let mut going = Vec::new();
        for id in std::mem::take(&mut held.let_go) {
            if !held.fresh.contains_key(&id) && !needed(&id)? {
                going.push(id);
            }
        }
        if !going.is_empty() {
            sync()?;
        }
        going.iter().try_for_each(|id| self.remove(id))
    }

    /// From now on nothing is removed, until [`Documents::thaw`].
    pub(crate) fn freeze(&self) {
        self.held().exports += 1;
    }

    /// The end of [`Documents::freeze`]. What was let go meanwhile goes with the next removal.
    pub(crate) fn thaw(&self) {
        let mut held = self.held();
        held.exports = held.exports.saturating_sub(1);
    }

    /// Removes files that no row needs: leftovers of a process that died between file and commit.
    pub(crate) fn sweep(
        &self,
        needed: impl Fn(&DocumentId) -> Result<bool, StoreError>,
    ) -> Result<(), StoreError> {
        let Place::Folder(folder) = &self.place else { return Ok(()) };
        for shelf in files::list(folder)? {
            for path in files::list(&shelf)? {
                let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
                let id = name.strip_suffix(".gz").map(|id| DocumentId(id.to_owned()));
                // Whatever else somebody laid there is not ours to remove.
                let leftover = match id {
                    Some(id) if is_checksum(&id.0) => !needed(&id)?,
                    _ => name.ends_with(files::UNFINISHED),
                };
                if leftover {
                    files::remove(&path)?;
                }
            }
        }
        Ok(())
    }

    fn remove(&self, id: &DocumentId) -> Result<(), StoreError> {
        match &self.place {
            Place::Memory(documents) => {
                documents.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
                Ok(())
            }
            Place::Folder(_) => files::remove(&self.path(id)?),
        }
    }

    fn path(&self, id: &DocumentId) -> Result<PathBuf, StoreError> {
        match &self.place {
            Place::Folder(folder) if is_checksum(&id.0) => {
                Ok(folder.join(&id.0[..2]).join(format!("{}.gz", id.0)))
            }
            _ => Err(damaged(&format!("`{}` is no name of a document", id.0))),
        }
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The bytes of a gzipped document, checked against its name.
pub(crate) fn unpack(id: &DocumentId, packed: &[u8]) -> Result<Vec<u8>, StoreError> {
    let mut bytes = Vec::new();
    let read = GzDecoder::new(packed).read_to_end(&mut bytes);
    if read.is_err() || hex(&Sha256::digest(&bytes)) != id.0 {
        return Err(damaged(&format!("document {} is not what was kept", id.0)));
    }
    Ok(bytes)
}

fn is_checksum(name: &str) -> bool {
    name.len() == 64 && name.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}
