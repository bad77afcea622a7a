//! The index: what can be found, and finding it.
//!
//! Names and words lie in finite state transducers (`fst`), and typos are found by walking one together with an
//! automaton of everything near what was typed (`levenshtein_automata`, which counts a swap of neighbours as one typo).
//! With a million made-up names: 4.3 bytes a name, and all that are one typo away in 0.03 ms. Others that were looked
//! at: `nucleo-matcher` compares every name with every question, which took 78 ms, and takes what was typed for letters
//! of the name in their order, so that it had 26 of 100 names with a slip among its first five. `tantivy` is an engine
//! with storage and commits of its own, forty crates more where these are two; nothing here needs what it adds.
//!
//! From the outside in: `Index` hands out a `view` and puts a new one in its place; `search` finds docs in a view, `hit`
//! reads from the store what is shown of them; `writer` makes views of what `gather` reads from the store, by way of
//! `draft` and `text`; a view is a few `segment`s.

mod bits;
mod draft;
pub(crate) mod found;
mod gather;
mod hit;
mod id;
mod places;
mod search;
mod segment;
mod text;
mod view;
mod weight;
mod writer;

#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use whimbrel_catalog::EntryKey;
use whimbrel_store::{Store, StoreError};

use self::found::{Among, Asked, Hit, Match, Named, Scope};
use self::gather::Thing;
use self::id::Id;
use self::search::{Found, Search};
use self::view::View;

/// Nobody reads further.
const MOST: usize = 10_000;

/// Everything that can be found. A cheap handle: clones are the same index.
///
/// It holds names, and which words lead to what; what else is shown of a hit is read from the store when it is found.
///
/// [`Index::rebuild`] and [`Index::follow`] read the store and block; one of them works at a time. [`Index::find`] and
/// [`Index::random`] read some rows of the store. [`Index::complete`] and [`Index::nearest`] only compute. Readers never
/// wait for writers: they see the index as it was before or after a change.
#[derive(Clone, Default)]
pub struct Index {
    inner: Arc<Inner>,
}

#[derive(Default)]
struct Inner {
    shown: RwLock<Shown>,
    writing: Mutex<()>,
}

#[derive(Clone, Default)]
struct Shown {
    view: Arc<View>,
    /// Where the view was read from.
    store: Option<Store>,
}

/// What an index takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// Bytes of memory in all.
    pub bytes: usize,
    /// Those of them that are the text of names and addresses.
    pub text_bytes: usize,
}

impl Index {
    /// An index of nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads the whole store, page by page. Questions are answered from what was known before until it is done.
    pub fn rebuild(&self, store: &Store) -> Result<(), StoreError> {
        let _one = self.alone();
        self.show(writer::read_all(store)?, store);
        Ok(())
    }

    /// Takes in what the store wrote since, and says how many rows that were. Before the first [`Index::rebuild`] it does
    /// nothing; a store that began another life is read anew.
    pub fn follow(&self, store: &Store) -> Result<usize, StoreError> {
        self.follow_by(store, writer::STRIDE)
    }

    /// The same, so many rows read at a time.
    fn follow_by(&self, store: &Store, stride: usize) -> Result<usize, StoreError> {
        let _one = self.alone();
        let mut view = self.shown().view;
        if !view.ready {
            return Ok(0);
        }
        if view.epoch != Some(store.epoch()) {
            self.show(writer::read_all(store)?, store);
            return Ok(self.len());
        }
        let mut taken = 0;
        if view.revision == store.revision() {
            return Ok(taken);
        }
        while let Some((next, rows)) = writer::read_touched(store, &view, stride)? {
            taken += rows;
            self.show(next, store);
            view = self.shown().view;
            // What was taken in is seen before this, which can take a second.
            let mut tidied = View::clone(&view);
            if tidied.tidy() {
                self.show(tidied, store);
                view = self.shown().view;
            }
        }
        Ok(taken)
    }

    /// Whether the store was read once: before, nothing is found.
    pub fn is_ready(&self) -> bool {
        self.shown().view.ready
    }

    /// How many things can be found: catalogs, sections and listed things together.
    pub fn len(&self) -> usize {
        self.shown().view.len()
    }

    /// Whether nothing can be found.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How much memory it takes.
    pub fn size(&self) -> Size {
        let (bytes, text_bytes) = self.shown().view.bytes();
        Size { bytes, text_bytes }
    }

    /// What was meant, the best first; without any words what many know.
    pub fn find(&self, asked: &Asked<'_>) -> Vec<Hit> {
        let Shown { view, store } = self.shown();
        let enough = asked.offset.saturating_add(asked.limit).min(MOST);
        let mut search = Search::new(&view, &asked.scope, &Among::Everything, enough);
        let words = asked.words.trim();
        let form = text::form(words);
        let address = store.as_ref().and_then(|store| at_address(store, words));
        if form.is_empty() {
            search.heaviest();
        } else {
            address
                .iter()
                .flatten()
                .take_while(|id| {
                    search.id(id);
                    search.is_empty()
                })
                .for_each(drop);
            if address.is_none() || search.is_empty() {
                by_words(&mut search, words, &form);
            }
        }
        let found = search.done().into_iter().skip(asked.offset);
        found.map(|found| hit::of(&view, store.as_ref(), found)).collect()
    }

    /// Names that begin so, or have a word that does, the best first; then those that nearly do.
    #[allow(clippy::needless_pass_by_value)] // a question is made to be asked
    pub fn complete(&self, typed: &str, what: Among, limit: usize) -> Vec<Named> {
        let view = self.shown().view;
        let scope = Scope::default();
        let mut search = Search::new(&view, &scope, &what, limit.min(MOST));
        let form = text::form(typed);
        if form.is_empty() {
            search.heaviest();
        } else {
            search.exact(&form);
            search.starting(&form);
            search.later(&form);
            if search.is_empty() {
                search.starting_near(&form);
            }
        }
        search.done().into_iter().map(|found| hit::named(&view, found)).collect()
    }

    /// Names that could have been meant, the nearest first.
    #[allow(clippy::needless_pass_by_value)] // a question is made to be asked
    pub fn nearest(&self, typed: &str, what: Among, limit: usize) -> Vec<Named> {
        let view = self.shown().view;
        let scope = Scope::default();
        let mut search = Search::new(&view, &scope, &what, limit.min(MOST));
        let form = text::form(typed);
        search.exact(&form);
        search.near(&form, 1);
        search.starting(&form);
        search.later(&form);
        search.near(&form, 2);
        search.starting_near(&form);
        search.done().into_iter().map(|found| hit::named(&view, found)).collect()
    }

    /// A listed thing, as chance has it: the same for the same `dice` as long as nothing changes.
    pub fn random(&self, scope: &Scope, dice: u64) -> Option<Hit> {
        let Shown { view, store } = self.shown();
        let search = Search::new(&view, scope, &Among::Projects, 1);
        let chosen = dice.checked_rem(search.all().count() as u64)?;
        let (part, doc) = search.all().nth(chosen as usize)?;
        Some(hit::of(&view, store.as_ref(), Found { how: Match::Exact, fit: 0, part, doc }))
    }

    fn alone(&self) -> MutexGuard<'_, ()> {
        self.inner.writing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn shown(&self) -> Shown {
        self.inner.shown.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn show(&self, view: View, store: &Store) {
        let shown = Shown { view: Arc::new(view), store: Some(store.clone()) };
        *self.inner.shown.write().unwrap_or_else(PoisonError::into_inner) = shown;
    }
}

/// Name first, then words, then what could have been meant.
fn by_words(search: &mut Search<'_>, words: &str, form: &str) {
    search.exact(form);
    search.starting(form);
    search.later(form);
    let words = search::Word::all(words);
    search.words(&words);
    search.near(form, 1);
    if search.is_empty() {
        search.near(form, 2);
    }
    if search.is_empty() {
        search.most(&words);
    }
    search.mended(words);
}

/// The ids of what an address leads to, the nearest first, when this is one.
fn at_address(store: &Store, words: &str) -> Option<Vec<Vec<u8>>> {
    let bare = !words.contains(char::is_whitespace) && words.contains('/') && words.contains('.');
    let key = EntryKey::from_url(words)
        .or_else(|| bare.then(|| EntryKey::from_url(&format!("https://{words}"))).flatten())?;
    let itself = Thing::of(store, &key).ok()?;
    let around = store.project_named(&key).ok().flatten().map(Thing::Project);
    Some([Some(itself), around].into_iter().flatten().map(|thing| Id::Thing(thing).bytes()).collect())
}
