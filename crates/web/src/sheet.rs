//! Pages that are neither news nor digests: each has one address, and takes nothing from a query.

use url::form_urlencoded;

/// Such a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sheet {
    /// All catalogs.
    Catalogs,
    /// Rankings over everything.
    Rankings,
    /// What this site is and what it keeps.
    About,
}

impl Sheet {
    /// All of them.
    pub(crate) const ALL: [Self; 3] = [Self::Catalogs, Self::Rankings, Self::About];

    /// Its folder, without the leading slash.
    pub(crate) fn folder(self) -> &'static str {
        match self {
            Self::Catalogs => "catalogs/",
            Self::Rankings => "rankings/",
            Self::About => "about/",
        }
    }

    /// The page with this name, as the first part of an address has it.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sheet| sheet.folder().trim_end_matches('/') == name)
    }
}

/// The first parameter of a query that asks for something. What others hang on the links they pass on, to see where
/// readers come from, asks for nothing here, and a reader who follows such a link is not at fault.
pub(crate) fn first_asked(query: Option<&str>) -> Option<String> {
    form_urlencoded::parse(query?.as_bytes())
        .map(|(name, _)| name.into_owned())
        .find(|name| !is_tracking(name))
}

/// True for the name of a parameter that asks for nothing.
pub(crate) fn is_tracking(name: &str) -> bool {
    ["utm_", "mc_"].iter().any(|start| name.starts_with(start))
        || ["fbclid", "gclid", "ref", "source"].contains(&name)
}
