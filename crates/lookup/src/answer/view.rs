//! The part of the journal a question is about: its page, its feed, and the filter that subscribes to it.

use url::form_urlencoded;
use whimbrel_catalog::{CatalogId, EntryKey, SectionPath};
use whimbrel_news::{Filter, Kind, slug};

use crate::answer::Links;
use crate::question::Question;

/// A part of the journal.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct View {
    pub(crate) base: Base,
    pub(crate) kinds: Vec<Kind>,
    pub(crate) words: String,
}

/// What it is about.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Base {
    #[default]
    All,
    Catalog(CatalogId),
    Section(CatalogId, SectionPath),
    Project(EntryKey),
}

impl View {
    pub(crate) fn of(base: Base, kinds: &[Kind]) -> Self {
        Self { base, kinds: kinds.to_vec(), words: String::new() }
    }

    /// The address of a file in its folder, such as `feed.atom`; of its page without one.
    pub(crate) fn address(&self, file: &str) -> String {
        let folder = match &self.base {
            Base::All => match self.kinds.as_slice() {
                [kind] if self.words.is_empty() => return format!("/k/{kind}/{file}"),
                _ => "/".to_owned(),
            },
            Base::Catalog(id) => format!("/c/{}/", slug::catalog(id)),
            Base::Section(id, path) => format!("/c/{}/s/{}/", slug::catalog(id), slug::section(path.parts())),
            Base::Project(key) => format!("/p/{}/", slug::project(key.as_str())),
        };
        let mut query = form_urlencoded::Serializer::new(String::new());
        for kind in &self.kinds {
            query.append_pair("kind", kind.as_str());
        }
        if !self.words.is_empty() {
            query.append_pair("q", &Filter::words(&self.words).to_string());
        }
        let query = query.finish();
        let mark = if query.is_empty() { "" } else { "?" };
        format!("{folder}{file}{mark}{query}")
    }

    pub(crate) fn filter(&self) -> Filter {
        let base =
            match &self.base {
                Base::All => Filter::default(),
                Base::Catalog(id) => Filter::catalog(id.clone()),
                Base::Section(id, path) => {
                    Filter::catalog(id.clone()).and(Filter::section(&path.parts().join(" / ")))
                }
                Base::Project(key) => {
                    let name = key.repository().filter(|(host, ..)| *host == "github.com");
                    Filter::project(&name.map_or_else(
                        || key.as_str().to_owned(),
                        |(_, owner, name)| format!("{owner}/{name}"),
                    ))
                }
            };
        let kinds = self.kinds.iter().copied().map(Filter::kind);
        let kinds = if self.kinds.is_empty() { Filter::default() } else { Filter::any(kinds) };
        base.and(kinds).and(Filter::words(&self.words))
    }

    /// Where to read on; `page` is the one that shows the same.
    pub(crate) fn links(&self, page: String) -> Links {
        Links {
            page: Some(page),
            feed: Some(self.address("feed.atom")),
            subscribe: Some(self.filter().to_string()),
        }
    }
}

/// The page of the answer to any question; what is compared has one of its own.
pub(crate) fn page_of(question: &Question) -> String {
    let Question::Compare { projects } = question else { return asked(&question.to_string()) };
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (letter, name) in Question::COMPARED.into_iter().zip(projects) {
        query.append_pair(letter, name);
    }
    // A slash needs no disguise there, and names are easier to read with it.
    format!("/compare/?{}", query.finish().replace("%2F", "/"))
}

/// The page that answers what is typed.
pub(crate) fn asked(typed: &str) -> String {
    format!("/ask?{}", form_urlencoded::Serializer::new(String::new()).append_pair("q", typed).finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_filters_say_the_same() {
        let id = CatalogId::new("awesome-go").unwrap();
        let path = SectionPath::new(["Databases", "Key-Value"]);
        let key = EntryKey::from_url("https://github.com/etcd-io/etcd").unwrap();
        for (base, kinds, address, filter) in [
            (Base::All, vec![], "/feed.atom", ""),
            (Base::All, vec![Kind::Added], "/k/added/feed.atom", "kind:added"),
            (
                Base::All,
                vec![Kind::Released, Kind::ReleasePromoted],
                "/feed.atom?kind=released&kind=release_promoted",
                "kind:released or kind:release_promoted",
            ),
            (
                Base::Catalog(id.clone()),
                vec![Kind::Added],
                "/c/awesome-go/feed.atom?kind=added",
                "catalog:awesome-go kind:added",
            ),
            (
                Base::Section(id, path),
                vec![],
                "/c/awesome-go/s/databases~key-value/feed.atom",
                "catalog:awesome-go section:\"Databases / Key-Value\"",
            ),
            (Base::Project(key), vec![], "/p/github.com~etcd-io~etcd/feed.atom", "project:etcd-io/etcd"),
        ] {
            let view = View::of(base, &kinds);
            assert_eq!(
                (view.address("feed.atom").as_str(), view.filter().to_string().as_str()),
                (address, filter)
            );
            assert_eq!(Filter::parse(&view.filter().to_string()), Ok(view.filter()));
        }
        let words = View { words: "raft or -x".to_owned(), ..View::default() };
        assert_eq!(words.address(""), "/?q=raft+%22or%22+%22-x%22");
    }
}
