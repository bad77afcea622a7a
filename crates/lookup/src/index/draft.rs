//! What a doc comes to when it is put into the index.

use std::collections::BTreeMap;
use std::hash::{Hash as _, Hasher as _};

use rustc_hash::FxHasher;

use super::found::Subject;
use super::gather::{Doc, Thing};
use super::id::Id;
use super::places::Places;
use super::segment::Draft;
use super::text;

/// Longer names are shown whole where the store is read; for completion this is enough.
const MAX_NAME: usize = 160;

/// More words than this say nothing that the first did not.
const MAX_WORDS: usize = 256;

/// Nobody is listed in more places.
const MAX_PLACES: usize = 1_000;

/// The id of a doc.
pub(super) fn id_of(doc: &Doc) -> Id {
    match &doc.subject {
        Subject::Catalog(id) => Id::Catalog(id.clone()),
        Subject::Section(id, path) => Id::Section(id.clone(), path.clone()),
        Subject::Entry(_, key) => Id::Thing(Thing::Entry(key.clone())),
        Subject::Project(id) => Id::Thing(Thing::Project(*id)),
    }
}

/// A doc as it is put in.
pub(super) fn of(doc: &Doc, places: &mut Places) -> Draft {
    let (mut forms, mut tails, mut words) = (Vec::new(), Vec::new(), BTreeMap::new());
    let mut names: Vec<&String> = std::iter::once(&doc.name).chain(&doc.names).collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        forms.push(text::form(name));
        tails.extend(text::tails(name));
        text::words(name, |word| take(&mut words, word, true));
    }
    for said in doc.descriptions.iter().chain(&doc.marks) {
        text::words(said, |word| take(&mut words, word, false));
    }
    forms.sort_unstable();
    forms.dedup();
    tails.retain(|tail| forms.binary_search(tail).is_err());
    tails.sort_unstable();
    tails.dedup();
    let end = (0..=MAX_NAME.min(doc.name.len())).rev().find(|at| doc.name.is_char_boundary(*at));
    let mut draft = Draft {
        id: id_of(doc).bytes(),
        name: doc.name[..end.unwrap_or(0)].to_owned(),
        forms,
        tails,
        words,
        places: doc.places.iter().take(MAX_PLACES).map(|place| places.number(place)).collect(),
        weight: doc.weight,
        print: 0,
    };
    draft.print = print(&draft);
    draft
}

fn take(words: &mut BTreeMap<String, bool>, word: String, in_name: bool) {
    if word.is_empty() {
        return;
    }
    if let Some(known) = words.get_mut(&word) {
        *known |= in_name;
    } else if words.len() < MAX_WORDS {
        words.insert(word, in_name);
    }
}

fn print(draft: &Draft) -> u32 {
    let mut hasher = FxHasher::default();
    (&draft.name, &draft.forms, &draft.tails, &draft.words, &draft.places, draft.weight).hash(&mut hasher);
    (hasher.finish() >> 32) as u32
}
