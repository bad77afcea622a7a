//! What people mean when they name a catalog, a section or a project.

use whimbrel_catalog::{CatalogId, Entry, EntryKey, SectionPath};
use whimbrel_news::{fold, slug};
use whimbrel_project::Project;
use whimbrel_store::{CatalogMeta, Store, StoreError};

use super::view::Base;
use crate::answer::{Answer, Hint};
use crate::index::Index;
use crate::index::found::{Among, Asked, Hit, Match, Named, Scope, Subject};
use crate::question::{Question, Within};

/// Names offered instead of one that is not known.
const NEAREST: usize = 4;

/// Hits looked at to find what a name means.
const MEANT: usize = 12;

/// Everything that can be named.
pub(crate) struct Names<'a> {
    store: &'a Store,
    index: &'a Index,
    pub(crate) catalogs: Vec<CatalogMeta>,
}

/// A part of what is known.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Part {
    pub(crate) catalog: Option<CatalogId>,
    pub(crate) section: Option<SectionPath>,
    /// What people call it; empty for everything.
    pub(crate) title: String,
}

/// One thing that was named.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Thing {
    Project(Box<Project>),
    Entry(CatalogId, Box<Entry>),
    Catalog(Box<CatalogMeta>),
}

/// Why nothing could be said.
#[derive(Debug)]
pub(crate) enum Failed {
    /// What was named is not known.
    Missing(Box<Answer>),
    Store(StoreError),
}

impl From<StoreError> for Failed {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Part {
    pub(crate) fn base(&self) -> Base {
        match (&self.catalog, &self.section) {
            (None, _) => Base::All,
            (Some(id), None) => Base::Catalog(id.clone()),
            (Some(id), Some(path)) => Base::Section(id.clone(), path.clone()),
        }
    }

    pub(crate) fn scope(&self) -> Scope {
        Scope { catalog: self.catalog.clone(), section: self.section.clone() }
    }

    /// ` in Awesome Go`, or nothing for everything.
    pub(crate) fn label(&self) -> String {
        if self.title.is_empty() { String::new() } else { format!(" in {}", self.title) }
    }
}

impl Thing {
    /// The key news of it stands under; none for a catalog.
    pub(crate) fn key(&self) -> Option<&EntryKey> {
        match self {
            Self::Project(project) => Some(&project.key),
            Self::Entry(_, entry) => Some(&entry.key),
            Self::Catalog(_) => None,
        }
    }

    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Project(project) => &project.full_name,
            Self::Entry(_, entry) => &entry.name,
            Self::Catalog(meta) => &meta.title,
        }
    }

    pub(crate) fn base(&self) -> Base {
        match self {
            Self::Project(project) => Base::Project(project.key.clone()),
            Self::Entry(_, entry) => Base::Project(entry.key.clone()),
            Self::Catalog(meta) => Base::Catalog(meta.id.clone()),
        }
    }
}

impl<'a> Names<'a> {
    pub(crate) fn read(store: &'a Store, index: &'a Index) -> Result<Self, StoreError> {
        Ok(Self { store, index, catalogs: store.catalogs()? })
    }

    /// What a catalog is called.
    pub(crate) fn title<'b>(&'b self, id: &'b CatalogId) -> &'b str {
        self.catalogs.iter().find(|meta| meta.id == *id).map_or(id.as_str(), |meta| &meta.title)
    }

    /// A catalog by its id, its slug or its title.
    pub(crate) fn catalog(&self, name: &str) -> Option<&CatalogMeta> {
        let folded = fold(name);
        let by_id = |meta: &&CatalogMeta| meta.id.as_str() == folded || slug::catalog(&meta.id) == folded;
        let by_title = |meta: &&CatalogMeta| fold(&meta.title) == folded;
        self.catalogs.iter().find(by_id).or_else(|| self.catalogs.iter().find(by_title))
    }

    /// The part somebody named. The words of a section may be the rest of a catalog's title, and a section may be named
    /// without its catalog.
    pub(crate) fn part(&self, within: &Within) -> Result<Part, Failed> {
        let Some(name) = &within.catalog else {
            let Some(section) = &within.section else { return Ok(Part::default()) };
            return self.anywhere(section).ok_or_else(|| self.no_part(section));
        };
        if let Some(meta) = self.catalog(name) {
            return self.of(meta, within.section.as_deref());
        }
        let rest: Vec<&str> = within.section.iter().flat_map(|section| section.split(' ')).collect();
        for taken in (1..=rest.len()).rev() {
            let title = format!("{name} {}", rest[..taken].join(" "));
            if let Some(meta) = self.catalog(&title) {
                let section = rest[taken..].join(" ");
                return self.of(meta, Some(section.as_str()).filter(|section| !section.is_empty()));
            }
        }
        let whole =
            within.section.as_ref().map_or_else(|| name.clone(), |section| format!("{name} {section}"));
        if let Some(part) = self.anywhere(&whole) {
            return Ok(part);
        }
        Err(self.no_part(&whole))
    }

    fn of(&self, meta: &CatalogMeta, section: Option<&str>) -> Result<Part, Failed> {
        let mut part = Part { catalog: Some(meta.id.clone()), section: None, title: meta.title.clone() };
        if let Some(name) = section {
            let path = self.section(&meta.id, name)?.ok_or_else(|| self.no_section(meta, name))?;
            part.title = format!("{} / {}", meta.title, path.parts().join(" / "));
            part.section = Some(path);
        }
        Ok(part)
    }

    /// A section of a catalog: by its path, its slug, its heading, or the beginning of it.
    fn section(&self, id: &CatalogId, name: &str) -> Result<Option<SectionPath>, StoreError> {
        let wanted = fold(&name.replace(['/', '>', '›'], " "));
        let paths = self.sections(id)?;
        let last = |path: &SectionPath| path.parts().last().map(|heading| fold(heading)).unwrap_or_default();
        let whole = |path: &SectionPath| fold(&path.parts().join(" ").replace('/', " "));
        let tests: [&dyn Fn(&SectionPath) -> bool; 5] = [
            &|path| whole(path) == wanted,
            &|path| slug::section(path.parts()) == name.to_lowercase(),
            &|path| last(path) == wanted,
            &|path| last(path).starts_with(&wanted),
            &|path| wanted.split(' ').all(|word| last(path).contains(word)),
        ];
        Ok(tests.iter().find_map(|is| paths.iter().find(|path| is(path)).cloned()))
    }

    /// All sections of a catalog in the order of the document, and those that only hold others.
    fn sections(&self, id: &CatalogId) -> Result<Vec<SectionPath>, StoreError> {
        let mut paths: Vec<SectionPath> = Vec::new();
        for path in self.store.shape(id)?.map(|shape| shape.sections).unwrap_or_default() {
            for depth in 1..=path.parts().len() {
                let above = SectionPath::new(&path.parts()[..depth]);
                if !paths.contains(&above) {
                    paths.push(above);
                }
            }
        }
        Ok(paths)
    }

    fn anywhere(&self, name: &str) -> Option<Part> {
        let found = self.index.complete(name, Among::Sections(None), MEANT);
        let wanted = fold(name);
        let is_heading = |named: &&Named| match &named.subject {
            Subject::Section(_, path) => {
                path.parts().last().is_some_and(|heading| fold(heading) == wanted)
                    || fold(&named.name) == wanted
            }
            _ => false,
        };
        let Some(Named { subject: Subject::Section(id, path), .. }) = found.iter().find(is_heading) else {
            return None;
        };
        let title = format!("{} / {}", self.title(id), path.parts().join(" / "));
        Some(Part { catalog: Some(id.clone()), section: Some(path.clone()), title })
    }

    /// The thing somebody named: a link, `owner/repo`, or a name. Others of that name are hints.
    pub(crate) fn thing(&self, name: &str) -> Result<(Thing, Vec<Hit>), Failed> {
        if let Some(key) = address(name)
            && let Some(thing) = self.at(&key)?
        {
            return Ok((thing, Vec::new()));
        }
        let hits = self.index.find(&Asked { words: name, limit: MEANT, ..Asked::default() });
        let things: Vec<Hit> =
            hits.into_iter().filter(|hit| !matches!(hit.subject, Subject::Section(..))).collect();
        let exact = things.iter().filter(|hit| hit.how == Match::Exact).count();
        let near = things.iter().filter(|hit| hit.how <= Match::Name).count();
        if exact > 0 || near == 1 {
            let mut things = things.into_iter();
            let first = things.next();
            let others: Vec<Hit> = things.filter(|hit| hit.how == Match::Exact).collect();
            if let Some(thing) = first.map(|hit| self.of_subject(&hit.subject)).transpose()?.flatten() {
                return Ok((thing, others));
            }
            return Err(self.no_thing(name, &others));
        }
        if let Some(meta) = self.catalog(name) {
            return Ok((Thing::Catalog(Box::new(meta.clone())), Vec::new()));
        }
        Err(self.no_thing(name, &things))
    }

    /// What a found subject is now; it may be gone.
    pub(crate) fn of_subject(&self, subject: &Subject) -> Result<Option<Thing>, StoreError> {
        Ok(match subject {
            Subject::Project(id) => self.store.project(*id)?.map(|project| Thing::Project(Box::new(project))),
            Subject::Entry(id, key) => {
                self.store.entry(id, key)?.map(|entry| Thing::Entry(id.clone(), Box::new(entry)))
            }
            Subject::Catalog(id) | Subject::Section(id, _) => self
                .catalogs
                .iter()
                .find(|meta| meta.id == *id)
                .map(|meta| Thing::Catalog(Box::new(meta.clone()))),
        })
    }

    fn at(&self, key: &EntryKey) -> Result<Option<Thing>, StoreError> {
        if let Some(id) = self.store.project_named(key)?
            && let Some(project) = self.store.project(id)?
        {
            return Ok(Some(Thing::Project(Box::new(project))));
        }
        for meta in &self.catalogs {
            if let Some(entry) = self.store.entry(&meta.id, key)? {
                return Ok(Some(Thing::Entry(meta.id.clone(), Box::new(entry))));
            }
        }
        Ok(None)
    }

    fn no_part(&self, name: &str) -> Failed {
        let mut hints = self.hints(name, Among::Catalogs);
        hints.extend(self.hints(name, Among::Sections(None)));
        hints.truncate(NEAREST);
        let text = format!("No catalog or section `{name}` is followed here.");
        Failed::missing(&text, hints)
    }

    fn no_section(&self, meta: &CatalogMeta, name: &str) -> Failed {
        let hints = self.hints(name, Among::Sections(Some(meta.id.clone())));
        let mut text = format!("{} has no section `{name}`.", meta.title);
        if hints.is_empty()
            && let Ok(paths) = self.sections(&meta.id)
            && !paths.is_empty()
        {
            let names: Vec<String> = paths.iter().take(12).map(|path| path.parts().join(" / ")).collect();
            text = format!("{text} It begins with: {}.", names.join(", "));
        }
        Failed::missing(&text, hints)
    }

    fn no_thing(&self, name: &str, hits: &[Hit]) -> Failed {
        let mut hints: Vec<Hint> =
            hits.iter().filter_map(|hit| hint(&hit.subject, &hit.name)).take(NEAREST).collect();
        if hints.is_empty() {
            hints = self.hints(name, Among::Projects);
        }
        let text = if hints.is_empty() { "Nothing called" } else { "Nothing is called just" };
        let listed = if hints.is_empty() { " is listed in the catalogs followed here." } else { "." };
        Failed::missing(&format!("{text} `{name}`{listed}"), hints)
    }

    fn hints(&self, name: &str, among: Among) -> Vec<Hint> {
        let found = self.index.nearest(name, among, NEAREST);
        found.iter().filter_map(|named| hint(&named.subject, &named.name)).collect()
    }
}

impl Failed {
    pub(crate) fn missing(text: &str, hints: Vec<Hint>) -> Self {
        let answer = Answer { missing: true, hints, ..Answer::titled("Not known") };
        Self::Missing(Box::new(answer.say(text)))
    }
}

/// The question that shows what was found.
pub(crate) fn shows(subject: &Subject, name: &str) -> Question {
    let top = |within| Question::Top(crate::question::Top { within, ..crate::question::Top::default() });
    match subject {
        Subject::Catalog(id) => top(Within::catalog(id.as_str())),
        Subject::Section(id, path) => top(Within {
            catalog: Some(id.to_string()),
            section: Some(path.parts().join(" / ").replace('"', " ")),
        }),
        Subject::Entry(_, key) => Question::Show { project: format!("https://{}", key.address()) },
        Subject::Project(_) => Question::Show { project: name.to_owned() },
    }
}

fn hint(subject: &Subject, name: &str) -> Option<Hint> {
    (!name.is_empty()).then(|| Hint { text: name.to_owned(), ask: shows(subject, name).to_string() })
}

/// The key of what is written as a link or as `owner/repo`.
pub(crate) fn address(name: &str) -> Option<EntryKey> {
    let name = name.trim().trim_matches(|c| matches!(c, '<' | '>' | '(' | ')'));
    if name.contains(' ') {
        return None;
    }
    if name.contains("://") {
        return EntryKey::from_url(name);
    }
    let first = name.split('/').next().unwrap_or_default();
    if first.contains('.') && name.contains('/') {
        return EntryKey::from_url(&format!("https://{name}"));
    }
    let is_repository = name.matches('/').count() == 1 && !name.starts_with('/') && !name.ends_with('/');
    is_repository.then(|| EntryKey::from_url(&format!("https://github.com/{name}"))).flatten()
}
