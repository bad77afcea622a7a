//! The lines of an export on their way into an empty engine.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use chrono::{DateTime, Utc};
use whimbrel_catalog::CatalogId;
use whimbrel_news::Event;
use whimbrel_project::{Project, StarHistory};

use crate::disk::beside::{self, Beside};
use crate::disk::documents::{self, Documents};
use crate::engine::Engine;
use crate::heads::Heads;
use crate::journal::{Journal, append_history_event, put_commit};
use crate::lanes::rows::{self as lanes, Mark};
use crate::links::put_trouble;
use crate::moving::lines::{Header, Line, NAME, VERSION};
use crate::outcome::StoreError;
use crate::projects::form;
use crate::projects::rows::{self as projects, Census};
use crate::projects::spread::Spread;
use crate::record::Moves;
use crate::state::{Follow, bury, put_entry, put_meta, put_settling, put_shape};
use crate::txn::Txn;
use crate::types::{Commit, DocumentId};

/// Rows written to the new engine at a time.
const BATCH: usize = 200;

/// Numbers above this are no numbers of ours.
const FAR: u64 = 1 << 62;

/// Nor are these numbers of projects.
const MANY: u32 = 1 << 26;

/// What goes wrong in an import: the file, or the new store.
pub(crate) enum Trouble {
    Bad(String),
    Store(StoreError),
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// The rows on their way into the new engine.
pub(crate) struct Loader<'a> {
    engine: &'a dyn Engine,
    documents: &'a Documents,
    txn: Txn<'a>,
    heads: Heads,
    journal: Journal,
    commit: Option<Commit>,
    document: Option<(DocumentId, u32, Vec<u8>)>,
    /// Since when each catalog is followed.
    followed: BTreeMap<CatalogId, DateTime<Utc>>,
    plan: Spread,
    /// Files that lie beside the database.
    beside: Beside,
}

impl<'a> Loader<'a> {
    /// Begins with the first line.
    pub(crate) fn new(
        header: &Header,
        engine: &'a dyn Engine,
        documents: &'a Documents,
        now: Option<DateTime<Utc>>,
    ) -> Result<Self, Trouble> {
        if header.format != NAME {
            return Err(Trouble::Bad(format!("it is `{}`, not `{NAME}`", header.format)));
        }
        if header.version > VERSION {
            let found = header.version;
            return Err(Trouble::Bad(format!(
                "a newer whimbrel wrote it (version {found}, known is {VERSION})"
            )));
        }
        // Numbers go on from here; no store has ever come near the end of them.
        let numbers = [header.epoch.0, header.seq, header.history, header.lanes, header.letters];
        let far = numbers.into_iter().any(|number| number > FAR);
        if far || header.floor > header.seq || header.projects > MANY {
            return Err(Trouble::Bad("its first line cannot be true".to_owned()));
        }
        let heads =
            Heads { floor: header.floor, history: header.history, ..Heads::first(header.epoch, header.seq) };
        let (txn, journal) = (Txn::new(engine), Journal::new(0));
        let mut txn = txn;
        Census { newest: header.projects, ..Census::default() }.write(&mut txn)?;
        if header.lanes > 0 || header.letters > 0 {
            // Of no life yet: the start that follows sets all lanes to the head.
            let (newest_lane, newest_letter) = (header.lanes, header.letters);
            Mark { newest_lane, newest_letter, ..Mark::default() }.write(&mut txn)?;
        }
        let (followed, plan) = (BTreeMap::new(), Spread::new(now, header.projects));
        let beside = Beside::new();
        Ok(Self {
            engine,
            documents,
            txn,
            heads,
            journal,
            commit: None,
            document: None,
            followed,
            plan,
            beside,
        })
    }

    /// Takes any further line but the last.
    pub(crate) fn take(&mut self, line: Line<'static>) -> Result<(), Trouble> {
        let (txn, heads) = (&mut self.txn, &mut self.heads);
        if self.document.is_some() && !matches!(line, Line::Document { .. }) {
            return Err(Trouble::Bad("a document is not complete".to_owned()));
        }
        match line {
            Line::Project(project) => self.take_project(&project)?,
            Line::Alias(alias) => {
                let Some((_, project)) = projects::get(txn, alias.project)? else {
                    return Err(Trouble::Bad(format!("there is no project {}", alias.project)));
                };
                projects::put_alias(txn, heads, &project, &alias.key)?;
            }
            Line::Stars { project, packed64 } => {
                let bad = || Trouble::Bad(format!("the stars of project {project} are damaged"));
                let packed = BASE64_STANDARD.decode(&packed64).map_err(|_| bad())?;
                if !form::put_stars(txn, project, &StarHistory::decode(&packed).ok_or_else(bad)?)? {
                    return Err(Trouble::Bad(format!("there is no project {project}")));
                }
            }
            Line::Ranks(ranked) => projects::put_ranked(txn, &ranked)?,
            Line::Link(trouble) => put_trouble(txn, &trouble)?,
            Line::Catalog(meta) => {
                self.followed.insert(meta.id.clone(), meta.followed);
                if put_meta(txn, heads, &meta, Follow::Yes, &mut Moves::default())? {
                    return Err(Trouble::Bad(format!("catalog `{}` comes twice", meta.id)));
                }
            }
            Line::Entry { catalog, entry } => {
                let followed = self.followed.get(&*catalog).copied().unwrap_or_default();
                put_entry(txn, heads, &catalog, &entry, false, followed)?;
            }
            Line::Shape { catalog, shape } => put_shape(txn, heads, &catalog, &shape)?,
            Line::Settling { catalog, settling } => put_settling(txn, &catalog, &settling)?,
            Line::Tombstone { catalog, key, tombstone } => bury(txn, &catalog, &key, &tombstone)?,
            Line::Document { id, part, parts, gz64 } => self.take_document(id, part, parts, &gz64)?,
            Line::Event(event) => self.take_event(&event)?,
            Line::Replayed(event) => {
                if event.seq > heads.history || !event.history {
                    return Err(Trouble::Bad(format!("replayed event {} does not fit here", event.seq)));
                }
                append_history_event(txn, &event)?;
            }
            Line::Lane(asked) => {
                lanes::put(txn, &asked.into_owned().at_head(0))?;
            }
            Line::DeadLetter(letter) => lanes::put_letter(txn, &letter)?,
            Line::Beside { name, text } => {
                if !beside::is_known(&name) || self.beside.insert(name, text).is_some() {
                    return Err(Trouble::Bad("it has a file that is none of ours, or one twice".to_owned()));
                }
            }
            Line::Header(_) | Line::Footer(_) => {}
        }
        if self.txn.len() >= BATCH { Ok(self.write()?) } else { Ok(()) }
    }

    fn take_project(&mut self, project: &Project) -> Result<(), Trouble> {
        if !projects::restore(&mut self.txn, &mut self.heads, project)? {
            return Err(Trouble::Bad(format!("project {} does not fit here", project.id)));
        }
        self.plan.meet(project);
        Ok(())
    }

    fn take_event(&mut self, event: &Event) -> Result<(), Trouble> {
        if event.seq <= self.heads.newest || event.seq > self.heads.seq || event.history {
            return Err(Trouble::Bad(format!("event {} does not fit here", event.seq)));
        }
        self.heads.newest = event.seq;
        self.heads.events += 1;
        self.journal.append_event(&mut self.txn, event)?;
        // Which events one commit recorded follows from their time.
        match &mut self.commit {
            Some(commit) if commit.recorded == event.recorded => commit.last = event.seq,
            commit => {
                if let Some(done) =
                    commit.replace(Commit { recorded: event.recorded, first: event.seq, last: event.seq })
                {
                    put_commit(&mut self.txn, &done)?;
                }
            }
        }
        Ok(())
    }

    fn take_document(&mut self, id: DocumentId, part: u32, parts: u32, gz64: &str) -> Result<(), Trouble> {
        let bad = || Trouble::Bad(format!("document {} is damaged", id.0));
        let (open, expected, mut packed) =
            self.document.take().unwrap_or_else(|| (id.clone(), 0, Vec::new()));
        if open != id || part != expected || part >= parts {
            return Err(bad());
        }
        packed.extend(BASE64_STANDARD.decode(gz64).map_err(|_| bad())?);
        if part + 1 < parts {
            self.document = Some((id, part + 1, packed));
            return Ok(());
        }
        documents::unpack(&id, &packed).map_err(|_| bad())?;
        Ok(self.documents.put_packed(&id, &packed)?)
    }

    /// Applies what was gathered, still without heads.
    fn write(&mut self) -> Result<(), StoreError> {
        self.journal.write(&mut self.txn)?;
        let mut sealed = std::mem::replace(&mut self.txn, Txn::new(self.engine)).seal(self.heads, false)?;
        sealed.changes.remove(Heads::key().as_bytes());
        self.plan.follow(sealed.turns);
        self.heads = sealed.heads;
        self.engine.prepare(&sealed.changes)?;
        self.engine.apply(&sealed.changes)
    }

    /// Everything is there: hands back the heads, which are not written yet.
    pub(crate) fn close(mut self) -> Result<(Heads, Beside), Trouble> {
        if self.document.is_some() {
            return Err(Trouble::Bad("a document is not complete".to_owned()));
        }
        if let Some(commit) = self.commit.take() {
            put_commit(&mut self.txn, &commit)?;
        }
        self.write()?;
        self.plan.write(&mut self.txn)?;
        self.write()?;
        Ok((self.heads, self.beside))
    }
}
