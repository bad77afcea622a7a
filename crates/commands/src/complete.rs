//! What could be meant by the letters typed so far.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use chrono_tz::{TZ_VARIANTS, Tz};
use memchr::memmem;
use whimbrel_catalog::CatalogId;
use whimbrel_fanout::Cadence;
use whimbrel_news::Kind;
use whimbrel_news::wording::line;
use whimbrel_store::{Store, StoreError, Touched};

use crate::catalogue::Field;
use crate::commands::Commands;
use crate::known::Catalogs;

/// What services show and take at most, in characters.
const MAX_CHARS: usize = 100;

/// Rows read from the store at a time.
const STRIDE: usize = 1_000;

/// Names that are looked at for one answer.
const MOST: usize = 400;

const RHYTHMS: [&str; 8] = [
    "instant",
    "hourly",
    "daily 09:00",
    "daily 18:00",
    "weekly mon 09:00",
    "weekly fri 17:00",
    "monthly 1 09:00",
    "monthly last 09:00",
];

/// A choice: what is shown, and what it stands for.
pub type Choice = (String, String);

/// The names of everything listed, in memory: about eighty bytes an entry, from the first question on.
#[derive(Default)]
pub(crate) struct Names {
    known: Mutex<Arc<Index>>,
    reading: tokio::sync::Mutex<()>,
}

#[derive(Clone, Default)]
struct Index {
    revision: u64,
    blocks: BTreeMap<CatalogId, Arc<Block>>,
}

/// The names of a catalog.
#[derive(Default)]
struct Block {
    projects: Lines,
    sections: Lines,
}

/// Lines to search in: each as it is compared, and as it is chosen.
#[derive(Default)]
struct Lines {
    folded: String,
    /// Where each line begins in `folded`.
    begins: Vec<u32>,
    shown: Vec<Box<str>>,
}

impl Commands {
    /// What could be meant in a field, the likeliest first, at most so many: what is shown, and what it stands for.
    /// Entries that came after the last question may be missing; the next one knows them.
    pub async fn complete(&self, field: Field, typed: &str, limit: usize) -> Vec<Choice> {
        let typed = line(typed, MAX_CHARS);
        let wanted = typed.to_lowercase();
        let found = match field {
            Field::Zone => zones(&wanted, limit),
            Field::Cadence => rhythms(&typed, &wanted),
            Field::Kind => kinds(&typed, &wanted),
            Field::Catalog => self
                .blocking(|inner| Catalogs::read(&inner.store))
                .await
                .map(|catalogs| {
                    let every = ("Everything".to_owned(), "everything".to_owned());
                    let all = catalogs.0.into_iter().map(|known| (known.title, known.id.to_string()));
                    let every = std::iter::once(every).filter(|_| "everything".starts_with(&wanted));
                    every.chain(best(all, &wanted)).collect()
                })
                .unwrap_or_default(),
            Field::Section | Field::Project => self.names(field, &wanted, limit).await,
        };
        found.into_iter().filter(|(_, value)| value.chars().count() <= MAX_CHARS).take(limit).collect()
    }

    /// Reads the names that changed since they were last read.
    pub async fn refresh(&self) -> Result<(), StoreError> {
        let _one = self.inner.names.reading.lock().await;
        self.blocking(|inner| {
            let before = inner.names.index();
            let after = read(&inner.store, &before)?;
            *inner.names.known.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(after);
            Ok(())
        })
        .await
    }

    async fn names(&self, field: Field, wanted: &str, limit: usize) -> Vec<Choice> {
        if self.inner.names.index().revision == 0 {
            if let Err(error) = self.refresh().await {
                tracing::warn!(%error, "names for completion could not be read ({error})");
            }
        } else if self.inner.names.reading.try_lock().is_ok() {
            let commands = self.clone();
            // For the next letter.
            tokio::spawn(async move {
                if let Err(error) = commands.refresh().await {
                    tracing::warn!(%error, "names for completion could not be read ({error})");
                }
            });
        }
        let index = self.inner.names.index();
        let (mut first, mut others, mut seen) = (Vec::new(), Vec::new(), BTreeSet::new());
        for block in index.blocks.values() {
            let lines = if field == Field::Project { &block.projects } else { &block.sections };
            lines.find(wanted, &mut |at_start, shown| {
                if seen.insert(shown.to_owned()) {
                    if at_start { first.push(shown.to_owned()) } else { others.push(shown.to_owned()) }
                }
                first.len() < limit && seen.len() < MOST
            });
        }
        first.into_iter().chain(others).take(limit).map(|shown| (line(&shown, MAX_CHARS), shown)).collect()
    }
}

impl Names {
    fn index(&self) -> Arc<Index> {
        Arc::clone(&self.known.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Lines {
    fn push(&mut self, searched: &str, shown: &str) {
        self.begins.push(self.folded.len() as u32);
        self.folded.push_str(&line(searched, 2 * MAX_CHARS).to_lowercase());
        self.folded.push('\n');
        self.shown.push(shown.into());
    }

    /// Hands out lines with this text in them, and whether a word begins with it, until it is told to stop.
    fn find(&self, wanted: &str, take: &mut impl FnMut(bool, &str) -> bool) {
        if wanted.is_empty() {
            let _ = self.shown.iter().all(|shown| take(true, shown));
            return;
        }
        let bytes = self.folded.as_bytes();
        let mut last = None;
        for hit in memmem::find_iter(bytes, wanted.as_bytes()) {
            let index = self.begins.partition_point(|begin| *begin as usize <= hit).saturating_sub(1);
            if last == Some(index) {
                continue;
            }
            last = Some(index);
            let Some(shown) = self.shown.get(index) else { continue };
            let at_start = hit.checked_sub(1).is_none_or(|before| !bytes[before].is_ascii_alphanumeric());
            if !take(at_start, shown) {
                return;
            }
        }
    }
}

/// The names as they are now: only catalogs that were touched are read again.
fn read(store: &Store, before: &Index) -> Result<Index, StoreError> {
    let mut index = before.clone();
    let mut touched = BTreeSet::new();
    loop {
        let rows = store.touched_since(index.revision, STRIDE)?;
        let Some((revision, _)) = rows.last() else { break };
        index.revision = *revision;
        touched.extend(rows.into_iter().filter_map(|(_, row)| match row {
            Touched::Catalog(id) | Touched::Shape(id) | Touched::Entry(id, _) => Some(id),
            Touched::Project(_) => None,
        }));
    }
    for id in touched {
        if store.catalog(&id)?.is_none() {
            index.blocks.remove(&id);
            continue;
        }
        let mut block = Block::default();
        for path in store.shape(&id)?.unwrap_or_default().sections {
            let path = path.parts().join(" / ");
            block.sections.push(&path, &path);
        }
        let mut after = None;
        loop {
            let entries = store.entries(&id, after.as_ref(), STRIDE)?;
            let Some(last) = entries.last() else { break };
            after = Some(last.key.clone());
            for entry in &entries {
                block.projects.push(&format!("{} {}", entry.name, entry.key), entry.key.as_str());
            }
        }
        index.blocks.insert(id, Arc::new(block));
    }
    Ok(index)
}

fn zones(wanted: &str, limit: usize) -> Vec<Choice> {
    let wanted = wanted.replace(' ', "_");
    let all =
        TZ_VARIANTS.iter().map(|zone: &Tz| zone.name()).filter(|name| name.contains('/') || *name == "UTC");
    let all = all.map(|name| (name.replace('_', " "), name.to_owned()));
    best(all, &wanted).into_iter().take(limit).collect()
}

fn rhythms(typed: &str, wanted: &str) -> Vec<Choice> {
    let own = Cadence::read(typed, Tz::UTC).ok().map(|_| (typed.to_owned(), typed.to_owned()));
    let known = RHYTHMS.iter().filter(|text| text.starts_with(wanted) && **text != typed);
    own.into_iter().chain(known.map(|text| ((*text).to_owned(), (*text).to_owned()))).collect()
}

/// The last of several kinds with commas between.
fn kinds(typed: &str, wanted: &str) -> Vec<Choice> {
    let before = typed.rfind(',').map_or("", |comma| &typed[..=comma]);
    let last = wanted.rsplit(',').next().unwrap_or_default().trim();
    let all = Kind::ALL.map(|kind| (kind.title().to_owned(), kind.as_str().to_owned()));
    best(all, last)
        .into_iter()
        .map(|(_, kind)| (format!("{before}{kind}"), format!("{before}{kind}")))
        .collect()
}

/// Those with these letters in what is shown or chosen: first where a word begins with them.
fn best(all: impl IntoIterator<Item = Choice>, wanted: &str) -> Vec<Choice> {
    let rank = |text: &str| {
        let text = text.to_lowercase();
        let begins = |at: usize| text[..at].chars().next_back().is_none_or(|c| !c.is_alphanumeric());
        text.find(wanted).map(|at| u8::from(!begins(at)))
    };
    let mut found: Vec<(u8, Choice)> = all
        .into_iter()
        .filter_map(|choice| {
            let rank = rank(&choice.0).into_iter().chain(rank(&choice.1)).min()?;
            Some((rank, choice))
        })
        .collect();
    found.sort_by_key(|(rank, _)| *rank);
    found.into_iter().map(|(_, choice)| choice).collect()
}
