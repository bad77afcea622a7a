//! Places by number: thousands of things stand in a few dozen sections.

use std::collections::HashMap;
use std::sync::Arc;

use whimbrel_catalog::{CatalogId, SectionPath};

use super::bits::Bits;
use super::found::Scope;

/// A section of a catalog.
pub(super) type Place = (CatalogId, SectionPath);

/// Places that something is or was listed at. Numbers are given once; a clone shares what the other has.
#[derive(Clone, Default)]
pub(super) struct Places {
    inner: Arc<Inner>,
}

#[derive(Clone, Default)]
struct Inner {
    places: Vec<Place>,
    numbers: HashMap<Place, u32>,
}

impl Places {
    /// The number of a place, a new one if need be.
    pub(super) fn number(&mut self, place: &Place) -> u32 {
        if let Some(number) = self.inner.numbers.get(place) {
            return *number;
        }
        let inner = Arc::make_mut(&mut self.inner);
        let number = inner.places.len() as u32;
        inner.places.push(place.clone());
        inner.numbers.insert(place.clone(), number);
        number
    }

    /// The catalog of a place.
    pub(super) fn catalog(&self, number: u32) -> Option<&CatalogId> {
        self.inner.places.get(number as usize).map(|(catalog, _)| catalog)
    }

    /// The place of a number.
    pub(super) fn get(&self, number: u32) -> Option<Place> {
        self.inner.places.get(number as usize).cloned()
    }

    /// Whether something is or was listed by this catalog.
    pub(super) fn knows(&self, id: &CatalogId) -> bool {
        self.inner.places.iter().any(|(catalog, _)| catalog == id)
    }

    /// The numbers of the places within a scope; `None` for everywhere.
    pub(super) fn within(&self, scope: &Scope) -> Option<Bits> {
        let Scope { catalog: wanted, section: above } = scope;
        if wanted.is_none() && above.is_none() {
            return None;
        }
        let mut within = Bits::none(self.inner.places.len());
        for ((catalog, section), number) in self.inner.places.iter().zip(0..) {
            if wanted.as_ref().is_none_or(|wanted| wanted == catalog)
                && above.as_ref().is_none_or(|above| section.parts().starts_with(above.parts()))
            {
                within.add(number);
            }
        }
        Some(within)
    }

    /// About so many bytes of memory.
    pub(super) fn bytes(&self) -> usize {
        let texts = self.inner.places.iter().flat_map(|(_, section)| section.parts());
        self.inner.places.len() * (2 * size_of::<Place>() + 16)
            + texts.map(|text| text.len() + 16).sum::<usize>()
    }
}
