//! What docs are known by, as bytes: a letter for the kind, then what tells them apart.

use whimbrel_catalog::{CatalogId, EntryKey, SectionPath};
use whimbrel_project::ProjectId;

use super::found::Among;
use super::gather::Thing;

/// Stands between the headings of a section; no heading has one in it.
const BETWEEN: char = '\0';

/// What a doc is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Id {
    /// A catalog.
    Catalog(CatalogId),
    /// A section of one.
    Section(CatalogId, SectionPath),
    /// A listed thing.
    Thing(Thing),
}

impl Id {
    pub(super) fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Catalog(id) => format!("c{id}").into_bytes(),
            Self::Section(id, path) => {
                let mut bytes = Self::below(id);
                let parts: Vec<String> = path.parts().iter().map(|part| part.replace(BETWEEN, " ")).collect();
                bytes.extend(parts.join("\0").into_bytes());
                bytes
            }
            Self::Thing(Thing::Entry(key)) => format!("e{key}").into_bytes(),
            Self::Thing(Thing::Project(id)) => [&b"p"[..], &id.0.to_be_bytes()].concat(),
        }
    }

    /// What the ids of all sections of a catalog begin with.
    pub(super) fn below(id: &CatalogId) -> Vec<u8> {
        format!("s{id}{BETWEEN}").into_bytes()
    }

    /// The id of these bytes; `None` for bytes that are none.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let (kind, rest) = bytes.split_first()?;
        let text = || std::str::from_utf8(rest).ok();
        match kind {
            b'c' => CatalogId::new(text()?).ok().map(Self::Catalog),
            b's' => {
                let (id, path) = text()?.split_once(BETWEEN)?;
                Some(Self::Section(CatalogId::new(id).ok()?, SectionPath::new(path.split(BETWEEN))))
            }
            b'e' => Some(Self::Thing(Thing::Entry(EntryKey::from_stored(text()?)))),
            b'p' => {
                let number = u32::from_be_bytes(rest.try_into().ok()?);
                Some(Self::Thing(Thing::Project(ProjectId(number))))
            }
            _ => None,
        }
    }

    /// Catalogs and sections are kept apart from what they list: there are few of them.
    pub(super) fn is_heading(bytes: &[u8]) -> bool {
        matches!(bytes.first(), Some(b'c' | b's'))
    }
}

/// Whether something of this id may be named.
pub(super) fn is_among(bytes: &[u8], what: &Among) -> bool {
    match (what, bytes.first()) {
        (Among::Everything, _) | (Among::Catalogs, Some(b'c')) | (Among::Projects, Some(b'e' | b'p')) => true,
        (Among::Sections(of), Some(b's')) => {
            let within = |id: &CatalogId| {
                bytes[1..].starts_with(id.as_str().as_bytes()) && bytes.get(1 + id.as_str().len()) == Some(&0)
            };
            of.as_ref().is_none_or(within)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_as_they_were_written() {
        let catalog = CatalogId::new("tools").unwrap();
        for id in [
            Id::Catalog(catalog.clone()),
            Id::Section(catalog.clone(), SectionPath::new(["Databases", "Key-Value / Others"])),
            Id::Thing(Thing::Entry(EntryKey::from_stored("example.org/a\tname"))),
            Id::Thing(Thing::Project(ProjectId(7_000_000))),
        ] {
            assert_eq!(Id::read(&id.bytes()), Some(id));
        }
        assert_eq!(Id::read(b""), None);
        assert_eq!(Id::read(b"p12"), None);
        let section = Id::Section(catalog.clone(), SectionPath::new(["A"])).bytes();
        assert!(section.starts_with(&Id::below(&catalog)));
        assert!(is_among(&section, &Among::Sections(Some(catalog))));
        assert!(!is_among(&section, &Among::Sections(CatalogId::new("tool").ok())));
    }
}
