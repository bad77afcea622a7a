//! A segment of docs that were just read.

use std::collections::BTreeMap;

use super::records::Record;
use super::{Lists, Numbers, Postings, Records, Segment, postings};

/// A doc that is to be put in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Draft {
    /// What it is known by.
    pub(crate) id: Vec<u8>,
    /// What it is called where it is shown.
    pub(crate) name: String,
    /// What its names come to.
    pub(crate) forms: Vec<String>,
    /// What they come to begun at later words.
    pub(crate) tails: Vec<String>,
    /// Its words, and whether they stand in its names.
    pub(crate) words: BTreeMap<String, bool>,
    /// The numbers of the places it is listed at.
    pub(crate) places: Vec<u32>,
    /// How much it weighs among others that are as good an answer.
    pub(crate) weight: u16,
    /// All this in short.
    pub(crate) print: u32,
}

impl Segment {
    /// A segment of these.
    pub(crate) fn of(mut drafts: Vec<Draft>) -> Self {
        drafts.sort_by(|a, b| (b.weight, &a.name, &a.id).cmp(&(a.weight, &b.name, &b.id)));
        let numbered = || drafts.iter().zip(0_u32..);
        let lists = |of: fn(&Draft) -> &Vec<String>| {
            let mut pairs: Vec<(&str, u32)> = numbered()
                .flat_map(|(draft, doc)| of(draft).iter().map(move |form| (form.as_str(), doc)))
                .collect();
            pairs.sort_unstable();
            pairs.dedup();
            Lists::of(pairs.into_iter())
        };
        let mut words: BTreeMap<&str, Vec<(u32, bool)>> = BTreeMap::new();
        for (draft, doc) in numbered() {
            for (word, in_name) in &draft.words {
                words.entry(word).or_default().push((doc, *in_name));
            }
        }
        let mut by_id: Vec<u32> = (0..drafts.len() as u32).collect();
        by_id.sort_unstable_by_key(|doc| &drafts[*doc as usize].id);
        let places: Vec<Vec<u8>> = drafts.iter().map(packed).collect();
        let records = drafts.iter().zip(&places).map(|(draft, places)| Record {
            id: &draft.id,
            places,
            name: draft.name.as_bytes(),
        });
        Self {
            weights: drafts.iter().map(|draft| draft.weight).collect(),
            prints: drafts.iter().map(|draft| draft.print).collect(),
            records: Records::of(records),
            by_id: Numbers::of(by_id.into_iter()),
            forms: lists(|draft| &draft.forms),
            tails: lists(|draft| &draft.tails),
            words: Postings::of(&words),
        }
    }
}

/// The numbers of the places of a draft.
fn packed(draft: &Draft) -> Vec<u8> {
    let mut bytes = Vec::new();
    for place in &draft.places {
        postings::put(&mut bytes, u64::from(*place));
    }
    bytes
}
