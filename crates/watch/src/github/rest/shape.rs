//! A repository and its releases as REST describes them, turned into what we see.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use whimbrel_project::{Facts, Seen, SeenRelease};

use crate::github::repository::{NO_ID, filled};

/// A repository as REST describes it.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct About {
    node_id: String,
    pub(super) full_name: String,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    homepage: Option<String>,
    #[serde(default)]
    language: Option<String>,
    #[serde(default)]
    license: Option<License>,
    #[serde(default)]
    stargazers_count: Option<u64>,
    #[serde(default)]
    forks_count: Option<u64>,
    #[serde(default)]
    archived: bool,
    #[serde(default)]
    disabled: bool,
    #[serde(default)]
    fork: bool,
    #[serde(default)]
    pushed_at: Option<DateTime<Utc>>,
    #[serde(default)]
    created_at: Option<DateTime<Utc>>,
}

#[derive(Clone, Debug, Deserialize)]
struct License {
    #[serde(default)]
    spdx_id: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Release {
    node_id: String,
    tag_name: String,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    html_url: String,
    created_at: DateTime<Utc>,
    #[serde(default)]
    published_at: Option<DateTime<Utc>>,
    #[serde(default)]
    updated_at: Option<DateTime<Utc>>,
    #[serde(default)]
    draft: bool,
    #[serde(default)]
    prerelease: bool,
    #[serde(default)]
    body_html: Option<String>,
}

impl About {
    pub(super) fn seen(self, releases: Option<Vec<SeenRelease>>, is_last_page: bool) -> Seen {
        let complete = releases.is_some() && is_last_page;
        let total = releases.as_ref().filter(|_| complete).map(|releases| releases.len() as u32);
        Seen {
            node: self.node_id,
            full_name: self.full_name,
            facts: Facts {
                description: filled(self.description),
                homepage: filled(self.homepage),
                language: filled(self.language),
                license: self.license.map(|license| license.spdx_id.unwrap_or_else(|| NO_ID.to_owned())),
                stars: self.stargazers_count,
                forks: self.forks_count,
                archived: self.archived,
                archived_at: None,
                disabled: self.disabled,
                fork: self.fork,
                pushed_at: self.pushed_at,
                created_at: self.created_at,
            },
            releases_total: total,
            releases,
            tags: None,
            tags_total: None,
            complete,
            unread: false,
            further: Vec::new(),
            wholly: false,
        }
    }
}

impl Release {
    pub(super) fn seen(self) -> SeenRelease {
        SeenRelease {
            id: self.node_id,
            tag: self.tag_name,
            title: self.name.unwrap_or_default(),
            url: self.html_url,
            created: self.created_at,
            published: self.published_at,
            updated: self.updated_at,
            draft: self.draft,
            prerelease: self.prerelease,
            notes_html: self.body_html.unwrap_or_default(),
        }
    }
}
