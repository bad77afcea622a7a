//! The index as readers see it: a few segments, what is gone of them, and how many of them there should be.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use whimbrel_catalog::CatalogId;
use whimbrel_news::Epoch;

use super::bits::Bits;
use super::id::Id;
use super::places::Places;
use super::segment::{Draft, Segment, merge};

/// Segments of about one size that are merged into one.
const TOGETHER: usize = 4;

/// Docs of a segment that is not merged any further: a merge takes about a second.
const LARGE: usize = 1 << 18;

/// A segment without those of its docs that are gone.
#[derive(Clone)]
pub(super) struct Part {
    pub(super) segment: Arc<Segment>,
    pub(super) gone: Arc<Bits>,
    /// How many are left.
    pub(super) left: usize,
    /// It has catalogs and sections, or what they list.
    pub(super) headings: bool,
}

/// What can be found. Clones share what does not differ.
#[derive(Clone, Default)]
pub(super) struct View {
    pub(super) parts: Vec<Part>,
    pub(super) places: Places,
    /// Catalogs, and since when each is followed.
    pub(super) followed: BTreeMap<CatalogId, DateTime<Utc>>,
    /// The store was read once.
    pub(super) ready: bool,
    /// The life of the store it was read from.
    pub(super) epoch: Option<Epoch>,
    /// What was touched up to here is in it.
    pub(super) revision: u64,
}

impl Part {
    fn of(segment: Segment, headings: bool) -> Self {
        let (gone, left) = (Arc::new(Bits::none(segment.len())), segment.len());
        Self { segment: Arc::new(segment), gone, left, headings }
    }

    /// Whether a doc is still there.
    pub(super) fn has(&self, doc: u32) -> bool {
        !self.gone.has(doc)
    }

    /// Parts of one rank are of about one size.
    fn rank(&self) -> u32 {
        self.left.max(1).ilog(TOGETHER)
    }
}

impl View {
    /// How many docs there are.
    pub(super) fn len(&self) -> usize {
        self.parts.iter().map(|part| part.left).sum()
    }

    /// Where the doc of this id is.
    pub(super) fn seat(&self, id: &[u8]) -> Option<(usize, u32)> {
        let headings = Id::is_heading(id);
        self.parts.iter().enumerate().find_map(|(at, part)| {
            let doc = (part.headings == headings).then(|| part.segment.doc(id)).flatten()?;
            part.has(doc).then_some((at, doc))
        })
    }

    /// Takes a doc out.
    pub(super) fn remove(&mut self, (at, doc): (usize, u32)) {
        if let Some(part) = self.parts.get_mut(at)
            && Arc::make_mut(&mut part.gone).add(doc)
        {
            part.left -= 1;
        }
    }

    /// Puts docs in that are not there yet.
    pub(super) fn add(&mut self, drafts: Vec<Draft>) {
        let (headings, things): (Vec<_>, Vec<_>) =
            drafts.into_iter().partition(|draft| Id::is_heading(&draft.id));
        for (drafts, headings) in [(headings, true), (things, false)] {
            if !drafts.is_empty() {
                self.parts.push(Part::of(Segment::of(drafts), headings));
            }
        }
    }

    /// Makes few large parts of many small ones; says whether there was anything to do.
    pub(super) fn tidy(&mut self) -> bool {
        let before = self.parts.len();
        self.parts.retain(|part| part.left > 0);
        let mut done = self.parts.len() < before;
        while let Some(together) = self.crowd() {
            let headings = self.parts[together[0]].headings;
            let chosen: Vec<(&Segment, &Bits)> =
                together.iter().map(|at| (&*self.parts[*at].segment, &*self.parts[*at].gone)).collect();
            let merged = Part::of(merge(&chosen), headings);
            for at in together.iter().rev() {
                self.parts.remove(*at);
            }
            self.parts.push(merged);
            done = true;
        }
        done
    }

    /// Parts that should be one, by rising number; or one of which half is gone.
    fn crowd(&self) -> Option<Vec<usize>> {
        let half_gone = |part: &Part| part.left * 2 < part.segment.len();
        if let Some(at) = self.parts.iter().position(half_gone) {
            return Some(vec![at]);
        }
        for headings in [true, false] {
            let of_rank = |rank| {
                let parts = self.parts.iter().enumerate();
                parts.filter(move |(_, part)| part.headings == headings && part.rank() == rank)
            };
            for rank in 0..LARGE.ilog(TOGETHER) {
                let crowd: Vec<usize> = of_rank(rank).map(|(at, _)| at).take(TOGETHER).collect();
                if crowd.len() >= TOGETHER {
                    return Some(crowd);
                }
            }
        }
        None
    }

    /// Bytes of memory, and those of them that are the text of names and ids.
    pub(super) fn bytes(&self) -> (usize, usize) {
        let parts = self.parts.iter().map(|part| {
            let (all, text) = part.segment.bytes();
            (all + part.gone.bytes() + size_of::<Part>(), text)
        });
        let (all, text) = parts.fold((0, 0), |(all, text), (more, more_text)| (all + more, text + more_text));
        (all + self.places.bytes(), text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(n: usize) -> Draft {
        let name = format!("name {n}");
        Draft { id: format!("e{n}").into_bytes(), forms: vec![format!("name{n}")], name, ..Draft::default() }
    }

    #[test]
    fn many_small_changes_make_few_parts() {
        let mut view = View::default();
        for n in 0..3_000 {
            view.add(vec![draft(n)]);
            if n % 3 == 0
                && let Some(seat) = view.seat(format!("e{}", n / 2).as_bytes())
            {
                view.remove(seat);
            }
            view.tidy();
        }
        assert!(view.parts.len() <= 20, "{} parts", view.parts.len());
        let left = (0..3_000).filter(|n| view.seat(format!("e{n}").as_bytes()).is_some()).count();
        assert_eq!(left, view.len());
        assert!((1_900..2_100).contains(&left), "{left}");
        let (at, doc) = view.seat(b"e2999").expect("it is there");
        assert_eq!(view.parts[at].segment.name(doc), "name 2999");
        assert_eq!(view.parts[at].segment.forms.exact("name2999").collect::<Vec<_>>(), [doc]);
    }
}
