//! The whole store as lines of JSON: the backup, and the way to any other engine.

use std::borrow::Cow;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest as _, Sha256};
use whimbrel_catalog::{CatalogId, EntryKey, Tombstone};
use whimbrel_project::{ProjectId, StarHistory};

use crate::disk::beside;
use crate::disk::documents::Documents;
use crate::keys::{Key, Kind, hex};
use crate::lanes::rows::{self as lanes, Mark};
use crate::moving::frozen::Frozen;
use crate::moving::lines::{DOCUMENT_PART, Footer, Header, Line, NAME, VERSION};
use crate::outcome::StoreError;
use crate::projects::by_number::ByNumber;
use crate::projects::form::{self, Found};
use crate::projects::rows::{self as projects, Census};
use crate::rows;
use crate::store::{Inner, Store};
use crate::types::{CatalogMeta, DocumentId, Progress};

/// Lines between two reports of progress.
const REPORT: u64 = 1024;

impl Store {
    /// Writes everything as lines of JSON, as it stands at this moment; recording goes on meanwhile.
    ///
    /// Memory stays small however large the store is. Errors of `out` come back under the path `export`.
    pub fn export(&self, out: &mut dyn Write, progress: &mut dyn FnMut(Progress)) -> Result<(), StoreError> {
        self.export_to(out, Path::new("export"), progress)
    }

    pub(crate) fn export_to(
        &self,
        out: &mut dyn Write,
        path: &Path,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<(), StoreError> {
        let looks_written = self.write_looks();
        let frozen = self.inner.freeze();
        // A store that cannot be written to can still be saved.
        let _ = looks_written;
        let mut writer = Writer { out, path: path.to_owned(), sha: Sha256::new(), lines: 0, progress };
        let heads = frozen.heads;
        let lanes = Mark::read(&*self.inner.engine)?.unwrap_or_default();
        writer.line(&Line::Header(Header {
            format: NAME.to_owned(),
            version: VERSION,
            epoch: heads.epoch,
            seq: heads.seq,
            history: heads.history,
            floor: heads.floor,
            projects: Census::read(&*self.inner.engine)?.unwrap_or_default().newest,
            lanes: lanes.newest_lane,
            letters: lanes.newest_letter,
        }))?;
        all_projects(&frozen, &self.inner, &mut writer)?;
        state(&frozen, &mut writer)?;
        documents(&frozen, &self.inner.documents, &mut writer)?;
        frozen.walk(Key::of(Kind::Event).range(), |_, version, body| {
            let events = rows::events(version, &body)?;
            events.into_iter().try_for_each(|event| writer.line(&Line::Event(Cow::Owned(event))))
        })?;
        frozen.walk(Key::of(Kind::History).range(), |_, version, body| {
            writer.line(&Line::Replayed(Cow::Owned(rows::json(version, &body, "an event")?)))
        })?;
        all_lanes(&frozen, &mut writer)?;
        drop(frozen);
        if let Some(home) = &self.inner.home {
            for (name, text) in beside::read(home.folder.root())? {
                writer.line(&Line::Beside { name, text })?;
            }
        }
        writer.close()
    }
}

/// Projects, most with their stars, then what else belongs to them, each with its number; then links in trouble.
fn all_projects(frozen: &Frozen<'_>, inner: &Inner, writer: &mut Writer<'_>) -> Result<(), StoreError> {
    let mut scan = ByNumber::default();
    let line = |writer: &mut Writer<'_>, Found { revision, project, stars }: Found| {
        let project = inner.as_known(revision, project);
        let id = project.id;
        writer.line(&Line::Project(Cow::Owned(project)))?;
        stars.map_or(Ok(()), |stars| writer.line(&stars_line(id, &stars)))
    };
    frozen.walk(Key::of(Kind::Project).range(), |key, version, payload| {
        scan.meet(key, version, &payload)?.into_iter().try_for_each(|found| line(writer, found))
    })?;
    scan.rest().try_for_each(|found| line(writer, found))?;
    frozen.walk(Key::of(Kind::Alias).range(), |_, version, payload| {
        writer.line(&Line::Alias(Cow::Owned(projects::alias(version, &payload)?)))
    })?;
    frozen.walk(Key::of(Kind::Stars).range(), |key, version, payload| {
        let project = ProjectId(key.last_chunk::<4>().map_or(0, |bytes| u32::from_be_bytes(*bytes)));
        writer.line(&stars_line(project, &form::read_stars(version, &payload)?))
    })?;
    frozen.walk(Key::of(Kind::Ranks).range(), |_, version, payload| {
        writer.line(&Line::Ranks(Cow::Owned(projects::read_ranked(version, &payload)?)))
    })?;
    frozen.walk(Key::of(Kind::Link).range(), |_, version, payload| {
        writer.line(&Line::Link(Cow::Owned(rows::json(version, &payload, "a link")?)))
    })
}

/// What is wanted in lanes, and what could not be told. How far lanes are belongs to one life of a store.
fn all_lanes(frozen: &Frozen<'_>, writer: &mut Writer<'_>) -> Result<(), StoreError> {
    frozen.walk(Key::of(Kind::Lane).range(), |_, version, body| {
        writer.line(&Line::Lane(Cow::Owned(lanes::asked(version, &body)?)))
    })?;
    frozen.walk(Key::of(Kind::DeadLetter).range(), |_, version, body| {
        writer.line(&Line::DeadLetter(Cow::Owned(lanes::letter(version, &body)?)))
    })
}

fn stars_line(project: ProjectId, stars: &StarHistory) -> Line<'static> {
    Line::Stars { project, packed64: BASE64_STANDARD.encode(stars.encode()) }
}

/// Catalogs, then what belongs to them. Rows but the catalogs' own do not name their catalog, so it is told by the
/// catalog's range.
fn state(frozen: &Frozen<'_>, writer: &mut Writer<'_>) -> Result<(), StoreError> {
    let mut ids: Vec<CatalogId> = Vec::new();
    frozen.walk(Key::of(Kind::Catalog).range(), |_, version, payload| {
        let meta: CatalogMeta = rows::json(version, rows::unstamp(&payload)?.1, "a catalog")?;
        ids.push(meta.id.clone());
        writer.line(&Line::Catalog(Cow::Owned(meta)))
    })?;
    for kind in [Kind::Entry, Kind::Shape, Kind::Settling, Kind::Tombstone] {
        for id in &ids {
            let catalog = || Cow::Borrowed(id);
            frozen.walk(Key::of(kind).catalog(id).range(), |_, version, payload| {
                writer.line(&match kind {
                    Kind::Entry => {
                        let entry = rows::entry(version, rows::unstamp(&payload)?.1)?;
                        Line::Entry { catalog: catalog(), entry: Cow::Owned(entry) }
                    }
                    Kind::Shape => {
                        let shape = rows::json(version, rows::unstamp(&payload)?.1, "a shape")?;
                        Line::Shape { catalog: catalog(), shape: Cow::Owned(shape) }
                    }
                    Kind::Settling => {
                        let settling = rows::json(version, &payload, "what is settling")?;
                        Line::Settling { catalog: catalog(), settling: Cow::Owned(settling) }
                    }
                    _ => {
                        let (key, tombstone): (EntryKey, Tombstone) =
                            rows::json(version, &payload, "a tombstone")?;
                        Line::Tombstone {
                            catalog: catalog(),
                            key: Cow::Owned(key),
                            tombstone: Cow::Owned(tombstone),
                        }
                    }
                })
            })?;
        }
    }
    Ok(())
}

/// Every document that a catalog needs, once, in lines of a bounded length.
fn documents(frozen: &Frozen<'_>, documents: &Documents, writer: &mut Writer<'_>) -> Result<(), StoreError> {
    let mut last = None;
    frozen.walk(Key::of(Kind::Document).range(), |_, version, body| {
        let id: DocumentId = rows::json(version, &body, "a document's name")?;
        if last.as_ref() == Some(&id) {
            return Ok(());
        }
        match documents.packed(&id)? {
            Some(packed) => {
                let parts = packed.len().div_ceil(DOCUMENT_PART) as u32;
                for (part, bytes) in (0..).zip(packed.chunks(DOCUMENT_PART)) {
                    writer.line(&Line::Document {
                        id: id.clone(),
                        part,
                        parts,
                        gz64: BASE64_STANDARD.encode(bytes),
                    })?;
                }
            }
            // Its catalog reads the source again; the rest is worth keeping.
            None => {
                tracing::warn!(document = %id.0, "a document's file is gone and is left out of the export");
            }
        }
        last = Some(id);
        Ok(())
    })
}

/// Lines on their way out, counted and summed.
struct Writer<'a> {
    out: &'a mut dyn Write,
    path: PathBuf,
    sha: Sha256,
    lines: u64,
    progress: &'a mut dyn FnMut(Progress),
}

impl Writer<'_> {
    fn line(&mut self, line: &Line<'_>) -> Result<(), StoreError> {
        let mut text = rows::json_bytes(line)?;
        text.push(b'\n');
        self.sha.update(&text);
        self.write(&text)?;
        self.lines += 1;
        if self.lines.is_multiple_of(REPORT) {
            (self.progress)(Progress { done: self.lines, total: None });
        }
        Ok(())
    }

    fn close(mut self) -> Result<(), StoreError> {
        let footer = Footer { lines: self.lines, sha256: hex(&std::mem::take(&mut self.sha).finalize()) };
        let mut text = rows::json_bytes(&Line::Footer(footer))?;
        text.push(b'\n');
        self.write(&text)?;
        self.out.flush().map_err(|source| self.failed(source))?;
        (self.progress)(Progress { done: self.lines, total: Some(self.lines) });
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        self.out.write_all(bytes).map_err(|source| self.failed(source))
    }

    fn failed(&self, source: io::Error) -> StoreError {
        StoreError::Io { path: self.path.clone(), source }
    }
}
