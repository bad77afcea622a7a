//! What one look at a project brought, in our own words.

use chrono::{DateTime, Utc};

use crate::project::Facts;

/// How GitHub answered for one project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is there and looks like this.
    Here(Box<Seen>),
    /// There is no such repository, or it is hidden from us.
    NotFound,
    /// It exists but may not be read (blocked for legal reasons, single sign-on and the like); why.
    Blocked(String),
    /// The question was not answered; why.
    Failed(String),
}

/// A repository as of one look.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Its identity at GitHub.
    pub node: String,
    /// `Owner/Repo` as GitHub spells it.
    pub full_name: String,
    /// What it looks like.
    pub facts: Facts,
    /// Its newest releases by the date of their commits (GitHub offers no other order), or more of them when older
    /// pages were read as well; `None` when they were not asked for.
    pub releases: Option<Vec<SeenRelease>>,
    /// How many releases it has in all, where that is known.
    pub releases_total: Option<u32>,
    /// Its newest tags; `None` when they were not asked for, as those of a project that publishes releases are not.
    pub tags: Option<Vec<SeenTag>>,
    /// How many tags it has in all, where that is known.
    pub tags_total: Option<u32>,
    /// No older releases (or tags, where it publishes none) exist than those given.
    pub complete: bool,
    /// Older releases were asked for, and their page could not be read this time.
    pub unread: bool,
    /// Who is there further down the list of its releases, the newest included, where that was asked for; see
    /// [`reach`](crate::reach()).
    pub further: Vec<Glimpse>,
    /// All its releases are to be read this time.
    pub wholly: bool,
}

/// A published release, as far as it takes to know it again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glimpse {
    /// Its identity at GitHub.
    pub id: String,
    /// The date of its commit, whenever it was published.
    pub created: DateTime<Utc>,
    /// When it was published.
    pub published: DateTime<Utc>,
}

/// A release as of one look.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SeenRelease {
    /// Its identity at GitHub.
    pub id: String,
    /// The name of its tag.
    pub tag: String,
    /// Its title; empty when it has none.
    pub title: String,
    /// Its page.
    pub url: String,
    /// The date of its commit, whenever it was published.
    pub created: DateTime<Utc>,
    /// When it was published; drafts are not.
    pub published: Option<DateTime<Utc>>,
    /// When it was last edited.
    pub updated: Option<DateTime<Utc>>,
    /// It is not published yet.
    pub draft: bool,
    /// Its publisher calls it unfinished.
    pub prerelease: bool,
    /// Its notes as GitHub renders them, not yet made safe.
    pub notes_html: String,
}

/// A tag as of one look.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SeenTag {
    /// Its name.
    pub name: String,
    /// The date of its commit.
    pub committed: Option<DateTime<Utc>>,
    /// When it was made, where the tag itself says so.
    pub tagged: Option<DateTime<Utc>>,
}
