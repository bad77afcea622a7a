//! All projects of a catalog with what they are ranked by, kept for a while: rankings are asked for again and again, and
//! reading a list of thousands takes longer than an answer should.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use whimbrel_catalog::{CatalogId, EntryKey, Metric, SectionPath};
use whimbrel_project::{Project, ProjectId, RankState, ranks};
use whimbrel_store::{Store, StoreError};

/// Entries read at a time.
const STRIDE: usize = 1_000;

/// All projects are read where there are no more than these; else those with most stars and forks stand for them.
const EVERYBODY: usize = 20_000;

/// Boards kept.
const KEPT: usize = 64;

/// A board is read again after this time …
const FRESH: Duration = Duration::from_secs(30);

/// … or after so many times what reading it took, if that is longer.
const WORTH: u32 = 200;

/// A project on a board.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) id: ProjectId,
    pub(crate) stars: Option<u64>,
    pub(crate) forks: Option<u64>,
    /// The second of its last push.
    pub(crate) pushed: Option<i64>,
}

/// A list of projects.
#[derive(Clone, Debug, Default)]
pub(crate) struct Board {
    pub(crate) rows: Vec<Row>,
    /// The rows of each section, and of those that only hold others.
    sections: HashMap<SectionPath, Vec<u32>>,
    /// Only those near the top are on it.
    pub(crate) partial: bool,
}

/// Boards by catalog; `None` for everything.
#[derive(Clone, Default)]
pub(crate) struct Boards {
    kept: Arc<Mutex<HashMap<Option<CatalogId>, Kept>>>,
}

struct Kept {
    board: Arc<Board>,
    read: Instant,
    took: Duration,
}

impl Boards {
    pub(crate) fn of(&self, store: &Store, catalog: Option<&CatalogId>) -> Result<Arc<Board>, StoreError> {
        let key = catalog.cloned();
        if let Some(kept) = self.kept().get(&key)
            && kept.read.elapsed() < FRESH.max(kept.took * WORTH)
        {
            return Ok(Arc::clone(&kept.board));
        }
        let begun = Instant::now();
        let board = match catalog {
            Some(id) => Board::of(store, id)?,
            None => Board::everybody(store)?,
        };
        let board = Arc::new(board);
        let mut kept = self.kept();
        if kept.len() >= KEPT {
            let oldest = kept.iter().min_by_key(|(_, one)| one.read).map(|(key, _)| key.clone());
            if let Some(oldest) = oldest {
                kept.remove(&oldest);
            }
        }
        kept.insert(key, Kept { board: Arc::clone(&board), read: Instant::now(), took: begun.elapsed() });
        Ok(board)
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, HashMap<Option<CatalogId>, Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Board {
    fn of(store: &Store, catalog: &CatalogId) -> Result<Self, StoreError> {
        let mut board = Self::default();
        let mut places: HashMap<ProjectId, u32> = HashMap::new();
        let mut after: Option<EntryKey> = None;
        loop {
            let page = store.projects_of(catalog, after.as_ref(), STRIDE)?;
            for (key, id) in &page {
                let place = match places.get(id) {
                    Some(place) => *place,
                    None => match store.project(*id)? {
                        Some(project) => {
                            let place = board.rows.len() as u32;
                            board.rows.push(Row::of(&project));
                            places.insert(*id, place);
                            place
                        }
                        None => continue,
                    },
                };
                for listed in store.entry(catalog, key)?.map(|entry| entry.places).unwrap_or_default() {
                    board.put(&listed.section, place);
                }
            }
            match page.last() {
                Some((key, _)) if page.len() == STRIDE => after = Some(key.clone()),
                _ => return Ok(board),
            }
        }
    }

    fn put(&mut self, section: &SectionPath, place: u32) {
        for depth in 1..=section.parts().len() {
            let rows = self.sections.entry(SectionPath::new(&section.parts()[..depth])).or_default();
            if !rows.contains(&place) {
                rows.push(place);
            }
        }
    }

    fn everybody(store: &Store) -> Result<Self, StoreError> {
        let mut board = Self::default();
        if store.project_count()? > EVERYBODY {
            board.partial = true;
            let mut ids = Vec::new();
            for metric in [Metric::Stars, Metric::Forks] {
                let state = store.rank_state(&ranks::scope(&metric, None, &[]))?;
                ids.extend(state.iter().flat_map(RankState::order));
            }
            ids.sort_unstable();
            ids.dedup();
            board.rows = store.projects_by(&ids)?.iter().map(Row::of).collect();
            return Ok(board);
        }
        let mut after = None;
        loop {
            let page = store.projects(after, STRIDE)?;
            after = page.last().map(|project| project.id);
            for project in &page {
                if !store.listings(project.id)?.is_empty() {
                    board.rows.push(Row::of(project));
                }
            }
            if page.len() < STRIDE {
                return Ok(board);
            }
        }
    }

    /// The rows of a section and what lies below it; all without one.
    pub(crate) fn within(&self, section: Option<&SectionPath>) -> Vec<Row> {
        match section {
            None => self.rows.clone(),
            Some(section) => {
                let rows = self.sections.get(section).map(Vec::as_slice).unwrap_or_default();
                rows.iter().map(|place| self.rows[*place as usize]).collect()
            }
        }
    }

    /// The rank of a project by stars, from 1, and of how many.
    pub(crate) fn rank(&self, id: ProjectId, section: Option<&SectionPath>) -> Option<(u32, usize)> {
        let order = ranks::order(self.within(section).into_iter().map(|row| (row.id, row.stars)));
        let place = order.iter().position(|(one, _)| *one == id)?;
        Some((place as u32 + 1, order.len()))
    }
}

impl Row {
    fn of(project: &Project) -> Self {
        let facts = &project.facts;
        Self {
            id: project.id,
            stars: facts.stars,
            forks: facts.forks,
            pushed: facts.pushed_at.map(|at| at.timestamp()),
        }
    }
}
