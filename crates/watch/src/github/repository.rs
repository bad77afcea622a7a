//! A repository as GraphQL describes it, turned into what we see.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use whimbrel_project::{Facts, Glimpse, Seen, SeenRelease, SeenTag};

/// The answer to one project of a batch. What may be missing is missing without an error.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Repository {
    id: String,
    name_with_owner: String,
    is_archived: bool,
    archived_at: Option<DateTime<Utc>>,
    is_disabled: bool,
    is_fork: bool,
    license_info: Option<License>,
    primary_language: Option<Language>,
    description: Option<String>,
    homepage_url: Option<String>,
    stargazer_count: Option<u64>,
    fork_count: Option<u64>,
    pushed_at: Option<DateTime<Utc>>,
    created_at: Option<DateTime<Utc>>,
    pub(crate) releases: Option<List<Release>>,
    further: Option<List<Passing>>,
    refs: Option<List<Tag>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct License {
    #[serde(default)]
    spdx_id: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Language {
    name: String,
}

/// A page of a connection.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct List<T> {
    #[serde(default)]
    pub(crate) total_count: Option<u32>,
    #[serde(default)]
    pub(crate) page_info: Option<PageInfo>,
    #[serde(default = "Vec::new")]
    pub(crate) nodes: Vec<Option<T>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PageInfo {
    #[serde(default)]
    pub(crate) has_next_page: bool,
    #[serde(default)]
    pub(crate) end_cursor: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Release {
    id: String,
    tag_name: String,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    url: String,
    created_at: DateTime<Utc>,
    #[serde(default)]
    published_at: Option<DateTime<Utc>>,
    #[serde(default)]
    updated_at: Option<DateTime<Utc>>,
    #[serde(default)]
    is_draft: bool,
    #[serde(default)]
    is_prerelease: bool,
}

/// A release in passing, on the way further down.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Passing {
    id: String,
    created_at: DateTime<Utc>,
    #[serde(default)]
    published_at: Option<DateTime<Utc>>,
    #[serde(default)]
    is_draft: bool,
}

#[derive(Debug, Deserialize)]
struct Tag {
    name: String,
    #[serde(default)]
    target: Option<Pointed>,
}

/// A commit, or a tag that is a thing of its own and points at one.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Pointed {
    #[serde(default)]
    committed_date: Option<DateTime<Utc>>,
    #[serde(default)]
    tagger: Option<Tagger>,
    #[serde(default)]
    target: Option<Box<Pointed>>,
}

#[derive(Debug, Deserialize)]
struct Tagger {
    #[serde(default)]
    date: Option<DateTime<Utc>>,
}

impl Repository {
    /// What we see of it; `None` when it is no repository.
    pub(crate) fn seen(self) -> Option<Seen> {
        if self.id.is_empty() || !self.name_with_owner.contains('/') {
            return None;
        }
        let (releases_total, releases) = match self.releases {
            Some(list) => {
                (list.total_count, Some(list.all().into_iter().map(Release::seen).collect::<Vec<_>>()))
            }
            None => (None, None),
        };
        let (tags_total, tags) = match self.refs {
            Some(list) => (list.total_count, Some(list.all().into_iter().map(Tag::seen).collect::<Vec<_>>())),
            None => (None, None),
        };
        let all = |given: Option<usize>, total: Option<u32>| {
            given.zip(total).map(|(given, total)| given >= total as usize)
        };
        let complete = match all(releases.as_ref().map(Vec::len), releases_total) {
            Some(true) if releases_total == Some(0) => all(tags.as_ref().map(Vec::len), tags_total),
            answer => answer,
        };
        Some(Seen {
            node: self.id,
            full_name: self.name_with_owner,
            facts: Facts {
                description: filled(self.description),
                homepage: filled(self.homepage_url),
                language: self.primary_language.map(|language| language.name),
                license: self.license_info.map(|license| license.spdx_id.unwrap_or_else(|| NO_ID.to_owned())),
                stars: self.stargazer_count,
                forks: self.fork_count,
                archived: self.is_archived,
                archived_at: self.archived_at,
                disabled: self.is_disabled,
                fork: self.is_fork,
                pushed_at: self.pushed_at,
                created_at: self.created_at,
            },
            releases,
            releases_total,
            tags,
            tags_total,
            complete: complete.unwrap_or(false),
            unread: false,
            further: self.further.into_iter().flat_map(List::all).filter_map(Passing::seen).collect(),
            wholly: false,
        })
    }
}

/// A licence GitHub has no id for.
pub(crate) const NO_ID: &str = "NOASSERTION";

/// A text that says something.
pub(crate) fn filled(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}

impl<T> List<T> {
    pub(crate) fn all(self) -> Vec<T> {
        self.nodes.into_iter().flatten().collect()
    }

    /// Where the next page begins, when there is one.
    pub(crate) fn next(&self) -> Option<String> {
        self.page_info.as_ref().filter(|info| info.has_next_page)?.end_cursor.clone()
    }
}

impl Release {
    pub(crate) fn seen(self) -> SeenRelease {
        SeenRelease {
            id: self.id,
            tag: self.tag_name,
            title: self.name.unwrap_or_default(),
            url: self.url,
            created: self.created_at,
            published: self.published_at,
            updated: self.updated_at,
            draft: self.is_draft,
            prerelease: self.is_prerelease,
            notes_html: String::new(),
        }
    }
}

impl Passing {
    /// Nothing for one that is not published.
    fn seen(self) -> Option<Glimpse> {
        let published = self.published_at.filter(|_| !self.is_draft)?;
        Some(Glimpse { id: self.id, created: self.created_at, published })
    }
}

impl Tag {
    fn seen(self) -> SeenTag {
        let (tagged, committed) = match self.target {
            None => (None, None),
            Some(Pointed { committed_date: Some(date), .. }) => (None, Some(date)),
            Some(Pointed { tagger, target, .. }) => {
                (tagger.and_then(|tagger| tagger.date), target.and_then(|target| target.committed_date))
            }
        };
        SeenTag { name: self.name, committed, tagged }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repository_is_seen_as_it_is_and_what_is_missing_stays_unknown() {
        let whole = r#"{"__typename":"Repository","id":"R_1","nameWithOwner":"Owner/Repo","isArchived":true,
            "archivedAt":"2026-01-01T00:00:00Z","isDisabled":false,"isFork":false,"licenseInfo":{"spdxId":"MIT"},
            "primaryLanguage":{"name":"Rust"},"description":" ","homepageUrl":"","stargazerCount":12,"forkCount":0,
            "pushedAt":null,"createdAt":"2020-01-01T00:00:00Z",
            "releases":{"totalCount":1,"pageInfo":{"hasNextPage":false,"endCursor":"c"},"nodes":[null,
              {"id":"RE_1","tagName":"v1","name":null,"url":"https://github.com/Owner/Repo/releases/tag/v1",
               "createdAt":"2026-01-01T00:00:00Z","publishedAt":null,"updatedAt":"2026-01-02T00:00:00Z",
               "isDraft":false,"isPrerelease":true}]}}"#;
        let seen = serde_json::from_str::<Repository>(whole).unwrap().seen().unwrap();
        assert_eq!((seen.node.as_str(), seen.full_name.as_str(), seen.complete), ("R_1", "Owner/Repo", true));
        assert_eq!((seen.facts.description, seen.facts.homepage, seen.facts.forks), (None, None, Some(0)));
        assert_eq!((seen.facts.license.as_deref(), seen.facts.archived), (Some("MIT"), true));
        let releases = seen.releases.unwrap();
        assert_eq!((releases.len(), releases[0].title.as_str(), releases[0].prerelease), (1, "", true));
        assert_eq!((seen.tags, seen.tags_total, seen.releases_total), (None, None, Some(1)));

        let bare = r#"{"id":"R_1","nameWithOwner":"o/r","licenseInfo":{},"releases":null}"#;
        let seen = serde_json::from_str::<Repository>(bare).unwrap().seen().unwrap();
        assert_eq!((seen.releases, seen.complete, seen.facts.stars), (None, false, None));
        assert_eq!(seen.facts.license.as_deref(), Some("NOASSERTION"));
        assert!(serde_json::from_str::<Repository>(r#"{"__typename":"User"}"#).unwrap().seen().is_none());
    }

    #[test]
    fn tags_have_the_dates_of_their_commits() {
        let tags = r#"{"id":"R_1","nameWithOwner":"o/r","releases":{"totalCount":0,"nodes":[]},"refs":{"totalCount":4,"nodes":[
            {"name":"v3","target":{"committedDate":"2026-01-03T00:00:00Z"}},
            {"name":"v2","target":{"tagger":{"date":"2026-01-05T00:00:00+02:00"},"target":{"committedDate":"2026-01-02T00:00:00Z"}}},
            {"name":"v1","target":{"tagger":null,"target":{}}},
            {"name":"v0","target":null}]}}"#;
        let seen = serde_json::from_str::<Repository>(tags).unwrap().seen().unwrap();
        let date = |text: &str| Some(text.parse::<DateTime<Utc>>().unwrap());
        let tags = seen.tags.unwrap();
        assert_eq!((tags[0].committed, tags[0].tagged), (date("2026-01-03T00:00:00Z"), None));
        assert_eq!(
            (tags[1].committed, tags[1].tagged),
            (date("2026-01-02T00:00:00Z"), date("2026-01-04T22:00:00Z"))
        );
        assert_eq!((tags[2].committed, tags[3].tagged), (None, None));
        assert_eq!((seen.complete, seen.tags_total), (true, Some(4)));
    }
}
