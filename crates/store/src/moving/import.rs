//! Taking an export back: checked to its last byte before anything is replaced.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use chrono::{DateTime, Utc};
use flate2::bufread::MultiGzDecoder;
use sha2::{Digest as _, Sha256};
use whimbrel_news::Epoch;

use crate::disk::beside::Beside;
use crate::disk::documents::Documents;
use crate::engine::Engine;
use crate::engine::memory::Memory;
use crate::heads::Heads;
use crate::keys::hex;
use crate::moving::lines::{Line, NAME, VERSION};
use crate::moving::load::{Loader, Trouble};
use crate::outcome::StoreError;
use crate::store::Store;
use crate::types::Progress;

/// No line of ours is longer; a file without line ends must not fill the memory.
const LONGEST_LINE: u64 = 256 * 1024 * 1024;

/// What gzipped files begin with.
const GZIP: [u8; 2] = [0x1F, 0x8B];

/// Bytes between two reports of progress.
const REPORT: u64 = 1024 * 1024;

impl Store {
    /// An export (gzipped or not) as a store that lives as long as its handles: for simulations and for a look into
    /// a backup. It begins a new life, as every import does.
    pub fn import_in_memory(from: impl Read) -> Result<Self, StoreError> {
        let engine = Memory::default();
        let documents = Documents::in_memory();
        let name = Path::new("import");
        let (heads, _) = load(from, None, name, &engine, &documents, None, &mut |_| {})?;
        let heads = Heads { epoch: Epoch(heads.epoch.0 + 1), ..heads };
        finish(&engine, heads)?;
        let store = Self::over(Box::new(engine), documents, heads, None)?;
        store.inner.settle_lanes()?;
        Ok(store)
    }
}

/// Opens an export file and loads it; the files beside the database are handed back.
pub(crate) fn load_file(
    path: &Path,
    engine: &dyn Engine,
    documents: &Documents,
    now: DateTime<Utc>,
    progress: &mut dyn FnMut(Progress),
) -> Result<(Heads, Beside), StoreError> {
    let io = |source| StoreError::Io { path: path.to_owned(), source };
    let file = File::open(path).map_err(io)?;
    let size = file.metadata().map_err(io)?.len();
    load(file, Some(size), path, engine, documents, Some(now), progress)
}

/// The newest number in an export, by its first line; `None` when that cannot be read.
pub(crate) fn seq_of(path: &Path) -> Option<u64> {
    let mut first = Vec::new();
    let mut file = BufReader::new(File::open(path).ok()?);
    let gzipped = file.fill_buf().ok()?.starts_with(&GZIP);
    let mut reader: Box<dyn BufRead> =
        if gzipped { Box::new(BufReader::new(MultiGzDecoder::new(file))) } else { Box::new(file) };
    (&mut reader).take(4096).read_until(b'\n', &mut first).ok()?;
    match serde_json::from_slice(&first).ok()? {
        Line::Header(header) if header.format == NAME && header.version <= VERSION => Some(header.seq),
        _ => None,
    }
}

/// Writes the heads: only now the engine counts as a store.
pub(crate) fn finish(engine: &dyn Engine, heads: Heads) -> Result<(), StoreError> {
    engine.apply(&[(Heads::key().as_bytes().to_vec(), Some(heads.encode()))].into())?;
    engine.sync()
}

/// Loads an export into an empty engine, without heads. The heads are handed back for the caller to finish with;
/// when it fails, the engine holds rubbish and is to be thrown away.
fn load(
    from: impl Read,
    size: Option<u64>,
    name: &Path,
    engine: &dyn Engine,
    documents: &Documents,
    now: Option<DateTime<Utc>>,
    progress: &mut dyn FnMut(Progress),
) -> Result<(Heads, Beside), StoreError> {
    let bad = |problem: String| StoreError::BadImport { path: name.to_owned(), problem };
    let mut counted = BufReader::new(Counted { from, bytes: 0 });
    let gzipped = counted.fill_buf().map_err(|error| bad(error.to_string()))?.starts_with(&GZIP);
    let mut lines = Lines { sha: Sha256::new(), count: 0, text: Vec::new(), told: 0, now };
    let result = if gzipped {
        let mut reader = BufReader::new(MultiGzDecoder::new(counted));
        let mut told = |reader: &BufReader<MultiGzDecoder<BufReader<Counted<_>>>>| {
            reader.get_ref().get_ref().get_ref().bytes
        };
        lines.load(&mut reader, &mut told, size, engine, documents, progress)
    } else {
        lines.load(&mut counted, &mut |reader| reader.get_ref().bytes, size, engine, documents, progress)
    };
    result.map_err(|error| match error {
        Trouble::Bad(problem) => bad(problem),
        Trouble::Store(error) => error,
    })
}

/// The lines of a file, counted and summed.
struct Lines {
    sha: Sha256,
    count: u64,
    text: Vec<u8>,
    told: u64,
    /// When this happens; projects are looked at again from then on.
    now: Option<DateTime<Utc>>,
}

impl Lines {
    fn load<R: BufRead>(
        &mut self,
        reader: &mut R,
        position: &mut dyn FnMut(&R) -> u64,
        size: Option<u64>,
        engine: &dyn Engine,
        documents: &Documents,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<(Heads, Beside), Trouble> {
        let Line::Header(header) = self.next(reader)? else {
            return Err(Trouble::Bad("it does not begin as an export of whimbrel does".to_owned()));
        };
        let mut loader = Loader::new(&header, engine, documents, self.now)?;
        loop {
            match self.next(reader)? {
                Line::Footer(footer) => {
                    let sha = hex(&self.sha.clone().finalize());
                    if footer.lines != self.count || footer.sha256 != sha {
                        return Err(Trouble::Bad("it is damaged: its checksum does not fit".to_owned()));
                    }
                    break;
                }
                line => {
                    loader.take(line).map_err(|trouble| self.place(trouble))?;
                    self.sha.update(&self.text);
                    self.count += 1;
                }
            }
            let done = position(reader);
            if done >= self.told + REPORT {
                self.told = done;
                progress(Progress { done, total: size });
            }
        }
        let mut rest = [0];
        if reader.read(&mut rest).map_or(1, |read| read) > 0 {
            return Err(Trouble::Bad("something follows after its end".to_owned()));
        }
        let loaded = loader.close()?;
        progress(Progress { done: position(reader), total: size });
        Ok(loaded)
    }

    /// The next line. The header is summed here, the others once they are taken: the footer is not part of the sum.
    fn next<R: BufRead>(&mut self, reader: &mut R) -> Result<Line<'static>, Trouble> {
        self.text.clear();
        let read = reader.take(LONGEST_LINE).read_until(b'\n', &mut self.text);
        if let Err(error) = read {
            return Err(self.place(Trouble::Bad(format!("it is damaged: {error}"))));
        }
        if self.text.last() != Some(&b'\n') {
            return Err(self.place(Trouble::Bad(if self.text.is_empty() && self.count == 0 {
                "it is empty".to_owned()
            } else {
                "it ends too early, or is no export of whimbrel".to_owned()
            })));
        }
        let line: Line<'static> = serde_json::from_slice(&self.text).map_err(|error| {
            self.place(Trouble::Bad(if self.count == 0 {
                "it does not begin as an export of whimbrel does".to_owned()
            } else {
                format!("it is damaged: {error}")
            }))
        })?;
        if matches!(line, Line::Header(_)) {
            if self.count > 0 {
                return Err(self.place(Trouble::Bad("a second export begins in it".to_owned())));
            }
            self.sha.update(&self.text);
            self.count += 1;
        }
        Ok(line)
    }

    fn place(&self, trouble: Trouble) -> Trouble {
        match trouble {
            Trouble::Bad(problem) => Trouble::Bad(format!("{problem} (line {})", self.count + 1)),
            trouble @ Trouble::Store(_) => trouble,
        }
    }
}

/// Counts the bytes of the file that were read.
struct Counted<R> {
    from: R,
    bytes: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let read = self.from.read(into)?;
        self.bytes += read as u64;
        Ok(read)
    }
}
