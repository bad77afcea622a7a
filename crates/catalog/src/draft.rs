//! Snapshots written as a few lines of text, for tests of everything that compares.
//!
//! ```text
//! # Title
//! ## Databases / Embedded
//! sled | github.com/spacejam/sled | a small database | stars=8.1k
//! - an item without a link
//! @stars github.com/spacejam/sled github.com/etcd-io/etcd
//! ```
//!
//! An address that was listed above gets a further place. `@stars` ranks by that figure under the current section.

use crate::change::Metric;
use crate::key::EntryKey;
use crate::model::{Entry, Figure, Link, Linkless, Place, Ranking, SectionPath, Snapshot};

/// The snapshot these lines describe.
pub(crate) fn draft(text: &str) -> Snapshot {
    let mut snapshot = Snapshot::default();
    let mut section = SectionPath::default();
    for (number, line) in text.lines().enumerate() {
        let line_number = number as u32 + 1;
        let line = line.trim();
        if let Some(title) = line.strip_prefix("# ") {
            snapshot.title = Some(title.to_owned());
        } else if let Some(path) = line.strip_prefix("## ") {
            section = SectionPath::new(path.split(" / "));
        } else if let Some(name) = line.strip_prefix("- ") {
            hold(&mut snapshot, &section);
            let item = Linkless { name: name.to_owned(), section: section.clone(), line: line_number };
            snapshot.linkless.push(item);
        } else if let Some(ranked) = line.strip_prefix('@') {
            let mut words = ranked.split_whitespace();
            let metric = metric(words.next().expect("a metric stands behind the @"));
            let order = words.map(key).collect();
            snapshot.rankings.push(Ranking { metric, section: section.clone(), order });
        } else if !line.is_empty() {
            hold(&mut snapshot, &section);
            let place = Place { section: section.clone(), line: line_number };
            put(&mut snapshot, line, place);
        }
    }
    snapshot
}

/// The key of an address without its scheme.
pub(crate) fn key(address: &str) -> EntryKey {
    EntryKey::from_url(&with_scheme(address)).expect("tests use outside addresses")
}

fn with_scheme(address: &str) -> String {
    if address.contains("://") { address.to_owned() } else { format!("https://{address}") }
}

fn hold(snapshot: &mut Snapshot, section: &SectionPath) {
    if !snapshot.sections.contains(section) {
        snapshot.sections.push(section.clone());
    }
}

fn put(snapshot: &mut Snapshot, line: &str, place: Place) {
    let mut cells = line.split('|').map(str::trim);
    let name = cells.next().unwrap_or_default().to_owned();
    let url = with_scheme(cells.next().expect("an entry has an address"));
    let key = key(&url);
    if let Some(known) = snapshot.entries.iter_mut().find(|entry| entry.key == key) {
        known.places.push(place);
        return;
    }
    let description = cells.next().unwrap_or_default().to_owned();
    let mut entry = Entry {
        key,
        name,
        url,
        description,
        marks: Vec::new(),
        links: Vec::new(),
        figures: Vec::new(),
        places: vec![place],
    };
    for more in cells.flat_map(str::split_whitespace) {
        match more.split_once('=') {
            Some(("link", url)) => entry.links.push(Link { name: "more".to_owned(), url: with_scheme(url) }),
            Some((name, shown)) => {
                let value = value(shown);
                entry.figures.push(Figure { metric: metric(name), shown: shown.to_owned(), value });
            }
            None => entry.marks.push(more.to_owned()),
        }
    }
    snapshot.entries.push(entry);
}

fn metric(name: &str) -> Metric {
    match name {
        "stars" => Metric::Stars,
        "forks" => Metric::Forks,
        "updated" => Metric::Updated,
        other => Metric::Other(other.to_owned()),
    }
}

fn value(shown: &str) -> f64 {
    match shown.strip_suffix('k') {
        Some(thousands) => thousands.parse::<f64>().expect("a number stands before the k") * 1000.0,
        None => shown.parse().expect("a figure is a number"),
    }
}
