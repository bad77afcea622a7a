//! What is followed, and what people mean when they name it.

use whimbrel_catalog::CatalogId;
use whimbrel_news::wording::line;
use whimbrel_news::{Filter, FilterError};
use whimbrel_store::{Store, StoreError};

use crate::action::{CatalogMark, Chosen};
use crate::reply::Span;
use crate::tokens::{is_word, name, tokens, unquoted};
use crate::topics::Topics;
use crate::words;

/// The longest title of a catalog in an answer, in characters.
const MAX_TITLE: usize = 60;

/// The longest filter in a line, in characters.
const MAX_FILTER: usize = 120;

/// Words for all catalogs.
const EVERYTHING: [&str; 3] = ["everything", "all", "*"];

/// A followed catalog.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Known {
    pub(crate) id: CatalogId,
    /// One short line; the id where the title shows nothing.
    pub(crate) title: String,
}

/// All followed catalogs, by id.
#[derive(Clone, Debug, Default)]
pub(crate) struct Catalogs(pub(crate) Vec<Known>);

/// Why something that was named is not known.
#[derive(Debug, PartialEq, thiserror::Error)]
pub(crate) enum Unknown {
    #[error("{}", words::no_catalog(.0, .1.as_deref()))]
    Catalog(String, Option<String>),
    #[error("{}", words::bad_filter(.0, .1))]
    Filter(String, FilterError),
}

impl Catalogs {
    /// As the store has them.
    pub(crate) fn read(store: &Store) -> Result<Self, StoreError> {
        let known = |meta: whimbrel_store::CatalogMeta| {
            let title = line(&meta.title, MAX_TITLE);
            let shows = title.chars().any(char::is_alphanumeric);
            let title = if shows { title } else { meta.id.to_string() };
            Known { id: meta.id, title }
        };
        Ok(Self(store.catalogs()?.into_iter().map(known).collect()))
    }

    /// The catalog of a button; it may be gone.
    pub(crate) fn marked(&self, mark: CatalogMark) -> Option<&Known> {
        self.0.iter().find(|known| CatalogMark::of(&known.id) == mark)
    }

    /// What a catalog is called.
    pub(crate) fn title<'a>(&'a self, id: &'a CatalogId) -> &'a str {
        self.0.iter().find(|known| known.id == *id).map_or(id.as_str(), |known| &known.title)
    }

    /// The catalog of this id or title, whatever its capitals.
    pub(crate) fn named(&self, text: &str) -> Option<&Known> {
        let text = text.trim().to_lowercase();
        let by_id = self.0.iter().find(|known| known.id.as_str() == text);
        by_id.or_else(|| self.0.iter().find(|known| known.title.to_lowercase() == text))
    }

    /// The id of the catalog that was probably meant.
    fn nearest(&self, text: &str) -> Option<String> {
        let text = text.to_lowercase();
        let likeness = |known: &Known| {
            let title = known.title.to_lowercase().replace(' ', "-");
            strsim::jaro_winkler(&text, known.id.as_str()).max(strsim::jaro_winkler(&text, &title))
        };
        let best = self.0.iter().map(|known| (likeness(known), known)).max_by(|a, b| a.0.total_cmp(&b.0))?;
        (best.0 >= 0.88).then(|| best.1.id.to_string())
    }

    /// Reads what somebody wants: catalogs by their names, then conditions. A word like `owner/repo` is a project.
    pub(crate) fn wanted(&self, what: &str) -> Result<Filter, Unknown> {
        let words = tokens(what);
        let mut rest = words.as_slice();
        let mut chosen = Vec::new();
        if let [first, after @ ..] = rest
            && EVERYTHING.iter().any(|all| first.eq_ignore_ascii_case(all))
        {
            rest = after;
        } else {
            while let [first, after @ ..] = rest {
                let names: Vec<_> = unquoted(first).split(',').filter(|name| !name.is_empty()).collect();
                let found: Option<Vec<_>> = names.iter().map(|name| self.named(name)).collect();
                let Some(found) = found.filter(|found| !found.is_empty() && name(first).is_none()) else {
                    break;
                };
                chosen.extend(found.into_iter().map(|known| Filter::catalog(known.id.clone())));
                rest = after;
            }
            if let ([first, ..], true) = (rest, chosen.is_empty())
                && is_word(first)
                && !first.contains('/')
                && let Some(nearest) = self.nearest(first)
            {
                return Err(Unknown::Catalog((*first).to_owned(), Some(nearest)));
            }
        }
        for word in
            rest.iter().filter(|word| name(word).is_some_and(|name| name.eq_ignore_ascii_case("catalog")))
        {
            let values =
                word.split_once(':').map(|(_, values)| values.trim_end_matches(')')).unwrap_or_default();
            for id in unquoted(values).split(',').filter(|id| !id.is_empty()) {
                if self.0.iter().all(|known| !known.id.as_str().eq_ignore_ascii_case(id)) {
                    return Err(Unknown::Catalog(id.to_owned(), self.nearest(id)));
                }
            }
        }
        let typed: Vec<String> = rest.iter().map(|word| condition(word)).collect();
        let typed = typed.join(" ");
        let conditions = Filter::parse(&typed).map_err(|error| Unknown::Filter(typed, error))?;
        let catalogs = if chosen.is_empty() { Filter::default() } else { Filter::any(chosen) };
        Ok(catalogs.and(conditions))
    }

    /// What a button chose; `None` when the catalog is gone.
    pub(crate) fn filter(&self, chosen: Chosen, topics: Topics) -> Option<Filter> {
        let catalog = match chosen {
            Chosen::Everything => Filter::default(),
            Chosen::Catalog(mark) => Filter::catalog(self.marked(mark)?.id.clone()),
        };
        Some(catalog.and(topics.filter()))
    }

    /// A filter for people: in words where buttons could have made it, else as it is typed.
    pub(crate) fn describe(&self, filter: &Filter) -> Vec<Span> {
        let needs = filter.needs();
        let topics = if filter.names_kinds() { Topics::of(needs.kinds) } else { Some(Topics::usual()) };
        let (catalog, title) = match needs.catalogs.as_deref() {
            None => (Filter::default(), words::EVERYTHING),
            Some([id]) => (Filter::catalog(id.clone()), self.title(id)),
            Some(_) => (Filter::nothing(), ""),
        };
        match topics.filter(|topics| catalog.clone().and(topics.filter()) == *filter) {
            Some(topics) => vec![Span::strong(title), Span::text(format!(" · {}", words::topics(topics)))],
            None => vec![Span::Code(line(&filter.to_string(), MAX_FILTER))],
        }
    }

    /// The same in one short line.
    pub(crate) fn brief(&self, filter: &Filter) -> String {
        match self.describe(filter).as_slice() {
            [Span::Strong(title), ..] => title.clone(),
            spans => spans.iter().map(Span::as_str).collect(),
        }
    }
}

/// A typed word as a condition.
fn condition(word: &str) -> String {
    let steps = word.split('/').collect::<Vec<_>>();
    let is_repo = steps.len() == 2
        && steps.iter().all(|step| {
            !step.is_empty() && step.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
        });
    if is_word(word) && (is_repo || word.starts_with("https://") || word.starts_with("http://")) {
        Filter::project(word).to_string()
    } else {
        word.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catalogs() -> Catalogs {
        let known =
            |id: &str, title: &str| Known { id: CatalogId::new(id).unwrap(), title: title.to_owned() };
        Catalogs(vec![
            known("awesome-go", "Awesome Go"),
            known("awesome-rust", "Awesome Rust"),
            known("databases", "Databases & Co"),
        ])
    }

    #[test]
    fn people_name_catalogs_projects_and_conditions() {
        for (what, wanted) in [
            ("", ""),
            ("everything", ""),
            ("everything kind:added", "kind:added"),
            ("Awesome-Go", "catalog:awesome-go"),
            ("\"awesome go\" raft", "catalog:awesome-go raft"),
            (
                "awesome-go awesome-rust kind:released",
                "(catalog:awesome-go or catalog:awesome-rust) kind:released",
            ),
            ("awesome-go,databases", "catalog:awesome-go or catalog:databases"),
            ("catalog:awesome-go -nightly", "catalog:awesome-go -nightly"),
            ("etcd-io/etcd kind:released", "project:etcd-io/etcd kind:released"),
            ("raft", "raft"),
        ] {
            assert_eq!(
                catalogs().wanted(what).map(|filter| filter.to_string()),
                Ok(wanted.to_owned()),
                "{what}"
            );
        }
    }

    #[test]
    fn who_names_what_is_not_there_is_told_what_is_near() {
        for (what, wanted) in [
            (
                "awesom-go",
                "There is no catalog `awesom-go`: did you mean `awesome-go`? To look for the word itself, put it in quotes.",
            ),
            ("raft -catalog:xyzzy", "There is no catalog `xyzzy`. /subscribe shows all of them."),
            (
                "(catalog:databse or raft)",
                "There is no catalog `databse`: did you mean `databases`? To look for the word itself, put it in quotes.",
            ),
            (
                "awesome-go kind:relased",
                "In `kind:relased`: `relased` is no kind of news: did you mean `released`? (at character 6)",
            ),
        ] {
            let error = catalogs().wanted(what).unwrap_err();
            assert_eq!(error.to_string(), wanted, "{what}");
        }
    }

    #[test]
    fn filters_are_said_in_words_where_buttons_could_make_them() {
        for (filter, wanted) in [
            ("", "Everything · the usual news"),
            ("catalog:awesome-go", "Awesome Go · the usual news"),
            ("catalog:awesome-go kind:milestone", "Awesome Go · milestones"),
            ("catalog:awesome-go raft", "catalog:awesome-go raft"),
            ("catalog:awesome-go or catalog:databases", "catalog:awesome-go or catalog:databases"),
            ("kind:released", "kind:released"),
            ("catalog:gone", "gone · the usual news"),
        ] {
            let spans = catalogs().describe(&filter.parse().unwrap());
            assert_eq!(spans.iter().map(Span::as_str).collect::<String>(), wanted, "{filter}");
        }
    }
}
