//! Which news: a part of the journal, and what is asked of it.

use std::fmt::Write as _;

use url::form_urlencoded;
use whimbrel_catalog::CatalogId;
use whimbrel_news::{Filter, Kind, slug};

use super::Form;
use crate::after::After;

/// Which news.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Listing {
    /// The part of the journal the path names.
    pub(crate) base: Base,
    /// What the query asks of it.
    pub(crate) narrow: Narrow,
    /// Only what is older than this.
    pub(crate) after: Option<After>,
}

/// The part of the journal a path names.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Base {
    /// Everything.
    #[default]
    All,
    /// One catalog.
    Catalog(CatalogId),
    /// A section of a catalog, by its slug, with all below it.
    Section(CatalogId, String),
    /// One kind.
    Kind(Kind),
    /// One project, by its slug.
    Project(String),
}

/// Further conditions; several values of one are alternatives.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Narrow {
    pub(crate) catalogs: Vec<CatalogId>,
    pub(crate) kinds: Vec<Kind>,
    /// Headings, headings joined by ` / `, or slugs.
    pub(crate) sections: Vec<String>,
    /// `owner/repo`, keys or addresses.
    pub(crate) projects: Vec<String>,
    /// A typed filter; plain words must all occur.
    pub(crate) words: String,
}

impl Base {
    /// Its folder, without the leading slash.
    pub(crate) fn folder(&self) -> String {
        match self {
            Self::All => String::new(),
            Self::Catalog(id) => format!("c/{}/", slug::catalog(id)),
            Self::Section(id, section) => format!("c/{}/s/{section}/", slug::catalog(id)),
            Self::Kind(kind) => format!("k/{kind}/"),
            Self::Project(project) => format!("p/{project}/"),
        }
    }
}

impl Listing {
    /// The beginning of the listing of a part of the journal.
    pub(crate) fn of(base: Base) -> Self {
        Self { base, ..Self::default() }
    }

    /// The same listing from its beginning.
    pub(crate) fn first(&self) -> Self {
        Self { after: None, ..self.clone() }
    }

    /// The same listing, further down.
    pub(crate) fn from(&self, after: After) -> Self {
        Self { after: Some(after), ..self.clone() }
    }

    /// Its address in this form, without the leading slash; the same listing always has the same one.
    pub(crate) fn address(&self, form: Form) -> String {
        let mut address = self.base.folder();
        address.push_str(form.file());
        let mut query = form_urlencoded::Serializer::new(String::new());
        for id in &self.narrow.catalogs {
            query.append_pair("catalog", id.as_str());
        }
        for kind in &self.narrow.kinds {
            query.append_pair("kind", kind.as_str());
        }
        for section in &self.narrow.sections {
            query.append_pair("section", section);
        }
        for project in &self.narrow.projects {
            query.append_pair("project", project);
        }
        if !self.narrow.words.is_empty() {
            query.append_pair("q", &self.narrow.words);
        }
        if let Some(after) = &self.after {
            query.append_pair("after", &after.to_string());
        }
        let query = query.finish();
        if !query.is_empty() {
            let _ = write!(address, "?{query}");
        }
        address
    }
}

impl Narrow {
    /// The condition it makes.
    pub(crate) fn filter(&self) -> Filter {
        fn any(filters: Vec<Filter>) -> Filter {
            if filters.is_empty() { Filter::default() } else { Filter::any(filters) }
        }
        Filter::all([
            any(self.catalogs.iter().cloned().map(Filter::catalog).collect()),
            any(self.kinds.iter().copied().map(Filter::kind).collect()),
            any(self.sections.iter().map(|section| Filter::section(section)).collect()),
            any(self.projects.iter().map(|project| Filter::project(project)).collect()),
            // It was parsed before it was let in.
            Filter::parse(&self.words).unwrap_or_else(|_| Filter::nothing()),
        ])
    }

    /// True when it lets everything through.
    pub(crate) fn is_open(&self) -> bool {
        *self == Self::default()
    }
}
