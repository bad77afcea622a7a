//! From the documents of a version to one snapshot, and the form in which they are kept.

use std::collections::HashMap;
use std::path::Path;

use serde::{Deserialize, Serialize};
use whimbrel_catalog::{
    Entry, EntryKey, Format, Hint, Linkless, Place, Ranking, SectionPath, Snapshot, parse,
};

use crate::source::{Document, LookError, Unread, Version};

/// A version as far as it can be read.
pub(crate) struct Reading {
    read: Vec<(Document, Snapshot)>,
    unread: Vec<Unread>,
    format: Option<Format>,
}

impl Reading {
    /// Reads a version; an error when nothing of it can be read.
    pub(crate) fn of(version: Version, format: Option<Format>) -> Result<Self, LookError> {
        let Version { documents, unread, .. } = version;
        let alone = documents.len() + unread.len() == 1;
        let mut reading = Self { read: Vec::with_capacity(documents.len()), unread, format };
        for document in documents {
            match snapshot(&document, format) {
                Ok(snapshot) => reading.read.push((document, snapshot)),
                Err(error) if alone => return Err(LookError::unreadable(error)),
                Err(error) => {
                    let why = format!("{}: {error}", document.name);
                    reading.unread.push(Unread { name: document.name, why });
                }
            }
        }
        match reading.unread.first() {
            Some(unread) if reading.read.is_empty() => Err(LookError::unreadable(unread.why.clone())),
            _ => Ok(reading),
        }
    }

    /// What is there and could not be read.
    pub(crate) fn unread(&self) -> &[Unread] {
        &self.unread
    }

    /// Takes the last known documents for those that could not be read: nobody knows that anything of them is gone.
    pub(crate) fn complete(&mut self, last: Vec<Document>) {
        for document in last {
            let missing = self.unread.iter().any(|unread| unread.covers(&document.name))
                && self.read.iter().all(|(other, _)| other.name != document.name);
            if let Some(snapshot) = missing.then(|| snapshot(&document, self.format).ok()).flatten() {
                self.read.push((document, snapshot));
            }
        }
        self.read.sort_by(|(one, _), (other, _)| Path::new(&one.name).cmp(Path::new(&other.name)));
    }

    /// What it says as one catalog, and the documents that say it.
    pub(crate) fn whole(self) -> (Snapshot, Vec<Document>) {
        let (documents, snapshots): (Vec<_>, Vec<_>) = self.read.into_iter().unzip();
        (join_all(&documents, snapshots), documents)
    }
}

/// Reads the documents of a version, all of them. Several are one catalog: their sections stand under the document's
/// title.
pub(crate) fn read(documents: &[Document], format: Option<Format>) -> Result<Snapshot, LookError> {
    let read = documents.iter().map(|document| {
        snapshot(document, format).map_err(|error| {
            let alone = documents.len() == 1;
            LookError::unreadable(if alone { error } else { format!("{}: {error}", document.name) })
        })
    });
    Ok(join_all(documents, read.collect::<Result<_, _>>()?))
}

fn snapshot(document: &Document, format: Option<Format>) -> Result<Snapshot, String> {
    let hint = Hint { name: Some(&document.name), format };
    parse(&document.bytes, hint).map(|reading| reading.snapshot).map_err(|error| error.to_string())
}

fn join_all(documents: &[Document], mut snapshots: Vec<Snapshot>) -> Snapshot {
    if snapshots.len() == 1 {
        return snapshots.pop().unwrap_or_default();
    }
    merge(documents.iter().map(|document| document.name.as_str()).zip(snapshots).collect())
}

/// One catalog of several documents. An address listed in two of them is one entry with the places of both.
fn merge(read: Vec<(&str, Snapshot)>) -> Snapshot {
    let headings = headings(&read);
    let mut whole = Snapshot::default();
    let mut known: HashMap<EntryKey, usize> = HashMap::new();
    for ((_, part), heading) in read.into_iter().zip(headings) {
        let below = |section: &SectionPath| {
            SectionPath::new(
                std::iter::once(heading.as_str()).chain(section.parts().iter().map(AsRef::as_ref)),
            )
        };
        whole.sections.extend(part.sections.iter().map(below));
        for mut entry in part.entries {
            for place in &mut entry.places {
                *place = Place { section: below(&place.section), line: place.line };
            }
            if let Some(at) = known.get(&entry.key) {
                join(&mut whole.entries[*at], entry);
            } else {
                known.insert(entry.key.clone(), whole.entries.len());
                whole.entries.push(entry);
            }
        }
        whole
            .linkless
            .extend(part.linkless.into_iter().map(|item| Linkless { section: below(&item.section), ..item }));
        whole.rankings.extend(
            part.rankings.into_iter().map(|ranking| Ranking { section: below(&ranking.section), ..ranking }),
        );
    }
    whole
}

/// What each document's sections stand under: its title; its name where it has none or shares it.
fn headings(read: &[(&str, Snapshot)]) -> Vec<String> {
    let mut titles: HashMap<&str, usize> = HashMap::new();
    for (_, snapshot) in read {
        *titles.entry(snapshot.title.as_deref().unwrap_or_default()).or_default() += 1;
    }
    read.iter()
        .map(|(name, snapshot)| {
            let stem = name.rsplit_once('.').map_or(*name, |(stem, _)| stem);
            match snapshot.title.as_deref().filter(|title| !title.is_empty()) {
                None => stem.to_owned(),
                Some(title) if titles[title] > 1 => format!("{title} ({stem})"),
                Some(title) => title.to_owned(),
            }
        })
        .collect()
}

fn join(entry: &mut Entry, other: Entry) {
    entry.places.extend(other.places);
    if entry.description.is_empty() {
        entry.description = other.description;
    }
    for mark in other.marks {
        if !entry.marks.contains(&mark) {
            entry.marks.push(mark);
        }
    }
    for link in other.links {
        if !entry.links.contains(&link) {
            entry.links.push(link);
        }
    }
    for figure in other.figures {
        if entry.figure(&figure.metric).is_none() {
            entry.figures.push(figure);
        }
    }
}

/// The first line of a kept version.
#[derive(Serialize, Deserialize)]
struct Contents {
    /// Version of this form.
    whimbrel_documents: u32,
    /// Names and lengths, in order.
    documents: Vec<(String, usize)>,
}

/// The documents of a version as one string of bytes: a line that lists names and lengths, then all bytes.
pub(crate) fn pack(documents: &[Document]) -> Vec<u8> {
    let listed = documents.iter().map(|document| (document.name.clone(), document.bytes.len())).collect();
    let contents = Contents { whimbrel_documents: 1, documents: listed };
    // Names and numbers always have a JSON form; were it missing, `unpack` would say that there is nothing.
    let mut packed = serde_json::to_vec(&contents).unwrap_or_default();
    packed.push(b'\n');
    for document in documents {
        packed.extend_from_slice(&document.bytes);
    }
    packed
}

/// The documents of a kept version; `None` for bytes that are none.
pub(crate) fn unpack(packed: &[u8]) -> Option<Vec<Document>> {
    let end = packed.iter().position(|byte| *byte == b'\n')?;
    let contents: Contents = serde_json::from_slice(&packed[..end]).ok()?;
    let mut rest = &packed[end + 1..];
    let mut documents = Vec::with_capacity(contents.documents.len());
    for (name, length) in contents.documents {
        let (bytes, after) = rest.split_at_checked(length)?;
        documents.push(Document { name, bytes: bytes.to_vec() });
        rest = after;
    }
    rest.is_empty().then_some(documents)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(name: &str, text: &str) -> Document {
        Document { name: name.into(), bytes: text.into() }
    }

    #[test]
    fn kept_documents_come_back_as_they_were() {
        for documents in [
            vec![],
            vec![document("a.md", "- [x](https://x.example)\n")],
            vec![document("a\n\"b\".md", "\0\n{}"), document("", ""), document("c.yaml", "x: 1")],
        ] {
            assert_eq!(unpack(&pack(&documents)), Some(documents));
        }
        for broken in [&b""[..], b"x", b"{}\n", b"{\"whimbrel_documents\":1,\"documents\":[[\"a\",9]]}\nxx"] {
            assert_eq!(unpack(broken), None);
        }
    }

    #[test]
    fn several_documents_are_one_catalog() {
        let first = "# Queues\n\n## Fast\n\n- [Nats](https://github.com/nats-io/nats-server) - messages\n";
        let second = "# Stores\n\n## Small\n\n- [Nats](https://github.com/nats-io/nats-server) - keeps too\n- [Sled](https://github.com/spacejam/sled) - trees\n";
        let whole = read(&[document("a.md", first), document("b.md", second)], None).unwrap();
        let names: Vec<&str> = whole.entries.iter().map(|entry| entry.name.as_str()).collect();
        assert_eq!(names, ["Nats", "Sled"]);
        let places: Vec<String> =
            whole.entries[0].places.iter().map(|place| place.section.to_string()).collect();
        assert_eq!(places, ["Queues / Fast", "Stores / Small"]);
        assert_eq!(whole.entries[0].description, "messages");
        assert_eq!(read(&[document("a.md", first)], None).unwrap().entries[0].section().to_string(), "Fast");
    }

    #[test]
    fn documents_without_an_own_title_go_by_their_name() {
        let text = |title: &str| format!("# {title}\n\n- [A](https://a.example) - a\n");
        let documents = [
            document("one.md", &text("List")),
            document("two.md", &text("List")),
            document("deep/three.md", "- [B](https://b.example) - b\n"),
        ];
        let whole = read(&documents, None).unwrap();
        let sections: Vec<String> = whole
            .entries
            .iter()
            .flat_map(|entry| &entry.places)
            .map(|place| place.section.to_string())
            .collect();
        assert_eq!(sections, ["List (one)", "List (two)", "deep/three"]);
    }

    #[test]
    fn one_unreadable_document_is_named() {
        let good = document("good.md", "- [A](https://a.example) - a\n");
        let bad = Document { name: "bad.md".into(), bytes: b"- [B](https://b.example) \xc3\x28\n".into() };
        let error = read(&[good, bad], None).unwrap_err();
        assert!(error.message.contains("bad.md"), "{error}");
    }
}
