//! The index: what can be found, and finding it.

pub(crate) mod found;
mod gather;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use whimbrel_catalog::{CatalogId, EntryKey};
use whimbrel_news::fold;
use whimbrel_store::{Store, StoreError, Touched};

use self::found::{Among, Asked, Hit, Match, Named, Scope, Subject};
use self::gather::{Doc, Thing};

/// Rows read from the store at a time.
const STRIDE: usize = 512;

/// Everything that can be found. A cheap handle: clones are the same index.
///
/// [`Index::rebuild`] and [`Index::follow`] read the store and block; one of them works at a time. [`Index::find`] and
/// [`Index::random`] may read some rows. [`Index::complete`] and [`Index::nearest`] compute only. Readers never wait for
/// writers: they see the index as it was before or after a change.
#[derive(Clone, Default)]
pub struct Index {
    inner: Arc<Inner>,
}

#[derive(Default)]
struct Inner {
    shown: RwLock<Arc<Docs>>,
    writing: Mutex<()>,
}

/// Ids that docs are kept under.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Id {
    Heading(Subject),
    Thing(Thing),
}

#[derive(Clone, Default)]
struct Docs {
    revision: u64,
    ready: bool,
    all: BTreeMap<Id, Arc<Doc>>,
}

impl Index {
    /// An index of nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads the whole store, page by page. Questions are answered from what was known before until it is done.
    pub fn rebuild(&self, store: &Store) -> Result<(), StoreError> {
        let _one = self.inner.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut docs = Docs { revision: store.revision(), ready: true, all: BTreeMap::new() };
        for meta in store.catalogs()? {
            docs.take_headings(store, &meta.id)?;
            let mut after = None;
            loop {
                let page = store.entries(&meta.id, after.as_ref(), STRIDE)?;
                let Some(last) = page.last() else { break };
                after = Some(last.key.clone());
                for entry in page {
                    let thing = Thing::of(store, &entry.key)?;
                    docs.take_thing(store, &thing, Some(&meta.id))?;
                }
            }
        }
        self.show(docs);
        Ok(())
    }

    /// Takes in what the store wrote since, and says how many rows that were. Before the first [`Index::rebuild`] it does
    /// nothing.
    pub fn follow(&self, store: &Store) -> Result<usize, StoreError> {
        let _one = self.inner.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let shown = self.docs();
        if !shown.ready || shown.revision == store.revision() {
            return Ok(0);
        }
        let (mut docs, mut taken) = (Docs::clone(&shown), 0);
        loop {
            let rows = store.touched_since(docs.revision, STRIDE)?;
            let Some((revision, _)) = rows.last() else { break };
            docs.revision = *revision;
            taken += rows.len();
            for (_, row) in rows {
                match row {
                    Touched::Catalog(id) | Touched::Shape(id) => docs.take_headings(store, &id)?,
                    Touched::Entry(id, key) => {
                        let thing = Thing::of(store, &key)?;
                        docs.take_thing(store, &thing, Some(&id))?;
                    }
                    Touched::Project(id) => docs.take_thing(store, &Thing::Project(id), None)?,
                }
            }
        }
        self.show(docs);
        Ok(taken)
    }

    /// Whether the store was read once: before, nothing is found.
    pub fn is_ready(&self) -> bool {
        self.docs().ready
    }

    /// How many things can be found: catalogs, sections and listed things together.
    pub fn len(&self) -> usize {
        self.docs().all.len()
    }

    /// Whether nothing can be found.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What was meant, the best first.
    pub fn find(&self, asked: &Asked<'_>) -> Vec<Hit> {
        let (docs, wanted) = (self.docs(), fold(asked.words));
        let address = EntryKey::from_url(asked.words.trim());
        let mut found: Vec<(Match, &Doc)> = docs
            .of(&asked.scope)
            .filter_map(|doc| {
                let here = address
                    .as_ref()
                    .is_some_and(|key| doc.url.as_deref().and_then(EntryKey::from_url).as_ref() == Some(key));
                let how = if here { Some(Match::Exact) } else { doc.matches(&wanted) };
                how.map(|how| (how, doc))
            })
            .collect();
        found.sort_by(|(a, x), (b, y)| (a, y.stars, &x.name).cmp(&(b, x.stars, &y.name)));
        found.into_iter().skip(asked.offset).take(asked.limit).map(|(how, doc)| doc.hit(how)).collect()
    }

    /// Names that begin so, or have a word that does, the best first.
    #[allow(clippy::needless_pass_by_value)] // a question is made to be asked
    pub fn complete(&self, typed: &str, what: Among, limit: usize) -> Vec<Named> {
        let (docs, wanted) = (self.docs(), fold(typed));
        let mut found: Vec<(Match, &Doc)> = docs
            .among(&what)
            .filter_map(|doc| doc.matches(&wanted).filter(|how| *how <= Match::Name).map(|how| (how, doc)))
            .collect();
        found.sort_by(|(a, x), (b, y)| (a, y.stars, &x.name).cmp(&(b, x.stars, &y.name)));
        found.into_iter().take(limit).map(|(_, doc)| doc.named()).collect()
    }

    /// Names that could have been meant, the nearest first.
    pub fn nearest(&self, typed: &str, what: Among, limit: usize) -> Vec<Named> {
        self.complete(typed, what, limit)
    }

    /// A listed thing, as chance has it: the same for the same `dice` as long as nothing changes.
    pub fn random(&self, scope: &Scope, dice: u64) -> Option<Hit> {
        let docs = self.docs();
        let things = || docs.of(scope).filter(|doc| doc.is_thing());
        let count = things().count() as u64;
        let chosen = dice.checked_rem(count)?;
        things().nth(chosen as usize).map(|doc| doc.hit(Match::Exact))
    }

    fn docs(&self) -> Arc<Docs> {
        Arc::clone(&self.inner.shown.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn show(&self, docs: Docs) {
        *self.inner.shown.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(docs);
    }
}

impl Docs {
    fn take_headings(&mut self, store: &Store, id: &CatalogId) -> Result<(), StoreError> {
        self.all.retain(|at, _| match at {
            Id::Heading(Subject::Catalog(catalog) | Subject::Section(catalog, _)) => catalog != id,
            _ => true,
        });
        let Some(catalog) = gather::catalog(store, id)? else {
            let listed = |doc: &Doc| doc.places.iter().any(|(catalog, _)| catalog == id);
            let things: Vec<Thing> = self
                .all
                .iter()
                .filter_map(|(at, doc)| match at {
                    Id::Thing(thing) if listed(doc) => Some(thing.clone()),
                    _ => None,
                })
                .collect();
            for thing in things {
                self.take_thing(store, &thing, None)?;
            }
            return Ok(());
        };
        for doc in std::iter::once(catalog).chain(gather::sections(store, id)?) {
            self.all.insert(Id::Heading(doc.subject.clone()), Arc::new(doc));
        }
        Ok(())
    }

    fn take_thing(
        &mut self,
        store: &Store,
        thing: &Thing,
        also: Option<&CatalogId>,
    ) -> Result<(), StoreError> {
        let at = Id::Thing(thing.clone());
        let listed = self.all.get(&at).into_iter().flat_map(|doc| &doc.places).map(|(catalog, _)| catalog);
        let catalogs: BTreeSet<CatalogId> = listed.chain(also).cloned().collect();
        match gather::thing(store, thing, &catalogs)? {
            Some(doc) => self.all.insert(at, Arc::new(doc)),
            None => self.all.remove(&at),
        };
        Ok(())
    }

    fn of(&self, scope: &Scope) -> impl Iterator<Item = &Doc> {
        self.all.values().map(AsRef::as_ref).filter(|doc| doc.is_in(scope))
    }

    fn among(&self, what: &Among) -> impl Iterator<Item = &Doc> {
        self.all.values().map(AsRef::as_ref).filter(move |doc| match (what, &doc.subject) {
            (Among::Catalogs, Subject::Catalog(_)) | (Among::Everything, _) => true,
            (Among::Sections(of), Subject::Section(id, _)) => of.as_ref().is_none_or(|of| of == id),
            (Among::Projects, _) => doc.is_thing(),
            _ => false,
        })
    }
}

impl Doc {
    fn is_thing(&self) -> bool {
        matches!(self.subject, Subject::Entry(..) | Subject::Project(_))
    }

    fn is_in(&self, scope: &Scope) -> bool {
        let everywhere = scope.catalog.is_none() && scope.section.is_none();
        everywhere
            || self.places.iter().any(|(catalog, section)| {
                scope.catalog.as_ref().is_none_or(|wanted| wanted == catalog)
                    && scope.section.as_ref().is_none_or(|above| section.parts().starts_with(above.parts()))
            })
    }

    fn matches(&self, wanted: &str) -> Option<Match> {
        let names: Vec<String> = std::iter::once(&self.name).chain(&self.names).map(|n| fold(n)).collect();
        let text = fold(&self.texts.join(" "));
        let within = |text: &str| wanted.split(' ').all(|word| text.contains(word));
        if names.iter().any(|name| name == wanted) {
            Some(Match::Exact)
        } else if names.iter().any(|name| name.starts_with(wanted)) {
            Some(Match::Prefix)
        } else if names.iter().any(|name| within(name)) {
            Some(Match::Name)
        } else {
            within(&text).then_some(Match::Words)
        }
    }

    fn named(&self) -> Named {
        Named { subject: self.subject.clone(), name: self.name.clone() }
    }

    fn hit(&self, how: Match) -> Hit {
        Hit {
            subject: self.subject.clone(),
            name: self.name.clone(),
            description: self.texts.first().cloned().unwrap_or_default(),
            url: self.url.clone(),
            stars: self.stars,
            places: self.places.clone(),
            how,
        }
    }
}

#[cfg(test)]
mod tests;
