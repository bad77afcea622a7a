//! Everything there is at GitHub: owners, repositories, releases and tags, as plain data.
//!
//! Repositories are numbered from nought without gaps, so a database id is an index and looking one up costs nothing,
//! however many there are.

use chrono::{DateTime, Utc};
use rustc_hash::FxHashMap;

use super::git::Git;
use super::ids::{self, FIRST_OWNER, FIRST_RELEASE, FIRST_REPOSITORY, Node, Oid};

/// A person or an organization.
pub(super) struct Owner {
    pub(super) id: u64,
    pub(super) login: String,
    pub(super) organization: bool,
}

impl Owner {
    pub(super) fn node_id(&self) -> String {
        ids::node_id(if self.organization { Node::Organization(self.id) } else { Node::User(self.id) })
    }
}

/// Why a repository is shown to nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Block {
    /// A copyright notice: status 451.
    Dmca,
    /// Against the terms: status 403.
    Terms,
    /// Kept by an organization whose members sign on elsewhere first: status 403.
    SignOn,
}

/// A published, drafted or foreseen release.
#[derive(Clone, Debug)]
pub struct Release {
    /// The database id.
    pub id: u64,
    /// The tag's name.
    pub tag: String,
    /// Its title; the tag where there is none.
    pub title: Option<String>,
    /// The notes, Markdown.
    pub notes: String,
    /// The notes as GitHub would render them, for whoever wants to be rude; made from the notes otherwise.
    pub notes_html: Option<String>,
    /// Not published yet.
    pub draft: bool,
    /// Marked as not ready for everybody.
    pub prerelease: bool,
    /// The date of the tagged commit, or of the draft where there is no tag yet.
    pub created: DateTime<Utc>,
    /// When it was published.
    pub published: Option<DateTime<Utc>>,
    /// When it was last edited.
    pub updated: DateTime<Utc>,
}

/// A commit as tags know it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Commit {
    pub(super) oid: Oid,
    pub(super) at: DateTime<Utc>,
}

/// A tag; annotated ones are objects of their own and know when they were made.
#[derive(Clone, Debug)]
pub(super) struct Tag {
    pub(super) name: String,
    pub(super) commit: Commit,
    pub(super) annotated: Option<DateTime<Utc>>,
}

/// A repository.
pub(super) struct Repo {
    pub(super) id: u64,
    pub(super) owner: usize,
    pub(super) full_name: String,
    pub(super) description: Option<String>,
    pub(super) homepage: Option<String>,
    pub(super) language: Option<String>,
    /// The SPDX id, or `NOASSERTION` for a licence GitHub does not know.
    pub(super) license: Option<String>,
    pub(super) topics: Vec<String>,
    pub(super) stars: u64,
    pub(super) forks: u64,
    pub(super) fork: bool,
    pub(super) archived: Option<DateTime<Utc>>,
    pub(super) disabled: bool,
    pub(super) private: bool,
    pub(super) deleted: bool,
    pub(super) empty: bool,
    pub(super) blocked: Option<Block>,
    pub(super) created: DateTime<Utc>,
    pub(super) pushed: DateTime<Utc>,
    pub(super) updated: DateTime<Utc>,
    pub(super) git: Option<Box<Git>>,
    /// By the date of the tagged commit, oldest first.
    pub(super) releases: Vec<Release>,
    /// By the date of the tagged commit, oldest first.
    pub(super) tags: Vec<Tag>,
    /// How many commits were made up, so that no two are the same.
    pub(super) commits: u64,
}

impl Repo {
    pub(super) fn name(&self) -> &str {
        self.full_name.split_once('/').map_or("", |(_, name)| name)
    }

    pub(super) fn node_id(&self) -> String {
        ids::node_id(Node::Repository(self.id))
    }

    pub(super) fn html_url(&self) -> String {
        format!("https://github.com/{}", self.full_name)
    }

    pub(super) fn tag(&self, name: &str) -> Option<&Tag> {
        self.tags.iter().find(|tag| tag.name == name)
    }

    /// The newest by the date of the tagged commit that is neither a draft nor a prerelease.
    pub(super) fn latest(&self) -> Option<usize> {
        self.releases.iter().rposition(|release| !release.draft && !release.prerelease)
    }

    /// A new commit without content.
    pub(super) fn make_commit(&mut self, at: DateTime<Utc>) -> Commit {
        self.commits += 1;
        Commit { oid: ids::made_up_oid(self.id, "commit", self.commits), at }
    }

    /// Puts releases and tags back in order after a change, and releases at the date of their tag's commit.
    pub(super) fn sort(&mut self) {
        for release in &mut self.releases {
            if let Some(tag) = self.tags.iter().find(|tag| tag.name == release.tag) {
                release.created = tag.commit.at;
            }
        }
        self.releases.sort_by_key(|release| (release.created, release.id));
        self.tags.sort_by(|a, b| a.commit.at.cmp(&b.commit.at).then_with(|| a.name.cmp(&b.name)));
    }
}

/// What a name leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// The repository that has the name.
    Here(usize),
    /// The repository that had the name; it has another one now.
    Renamed(usize),
}

/// Everything there is.
#[derive(Default)]
pub(super) struct State {
    pub(super) repos: Vec<Repo>,
    pub(super) owners: Vec<Owner>,
    logins: FxHashMap<String, usize>,
    names: FxHashMap<String, usize>,
    redirects: FxHashMap<String, usize>,
    releases: u64,
}

impl State {
    /// The repository with this name, made when there is none; never the one that had the name before.
    pub(super) fn repository(&mut self, full_name: &str, now: DateTime<Utc>) -> usize {
        let lower = full_name.to_lowercase();
        if let Some(&index) = self.names.get(&lower) {
            return index;
        }
        let (login, name) =
            full_name.split_once('/').unwrap_or_else(|| panic!("`{full_name}` is no OWNER/NAME"));
        assert!(
            !login.is_empty() && !name.is_empty() && !name.contains('/'),
            "`{full_name}` is no OWNER/NAME"
        );
        let index = self.repos.len();
        let repo = Repo {
            id: FIRST_REPOSITORY + index as u64,
            owner: self.owner(login),
            full_name: full_name.to_owned(),
            description: None,
            homepage: None,
            language: None,
            license: None,
            topics: Vec::new(),
            stars: 0,
            forks: 0,
            fork: false,
            archived: None,
            disabled: false,
            private: false,
            deleted: false,
            empty: false,
            blocked: None,
            created: now,
            pushed: now,
            updated: now,
            git: None,
            releases: Vec::new(),
            tags: Vec::new(),
            commits: 0,
        };
        self.repos.push(repo);
        self.redirects.remove(&lower);
        self.names.insert(lower, index);
        index
    }

    /// Who has this login, made when there is nobody.
    pub(super) fn owner(&mut self, login: &str) -> usize {
        let next = self.owners.len();
        let index = *self.logins.entry(login.to_lowercase()).or_insert(next);
        if index == next {
            self.owners.push(Owner {
                id: FIRST_OWNER + next as u64,
                login: login.to_owned(),
                organization: next.is_multiple_of(2),
            });
        }
        index
    }

    /// The person with this login, made when there is nobody.
    pub(super) fn user(&mut self, login: &str) -> usize {
        let index = self.owner(login);
        self.owners[index].organization = false;
        index
    }

    /// The owner with this database id.
    pub(super) fn owner_by_id(&self, id: u64) -> Option<usize> {
        let index = id.checked_sub(FIRST_OWNER)? as usize;
        (index < self.owners.len()).then_some(index)
    }

    /// The repository with this database id, unless it is deleted.
    pub(super) fn by_id(&self, id: u64) -> Option<usize> {
        let index = id.checked_sub(FIRST_REPOSITORY)? as usize;
        self.repos.get(index).filter(|repo| !repo.deleted)?;
        Some(index)
    }

    /// What a name leads to.
    pub(super) fn find(&self, owner: &str, name: &str) -> Option<Found> {
        let lower = format!("{owner}/{name}").to_lowercase();
        if let Some(&index) = self.names.get(&lower) {
            return Some(Found::Here(index));
        }
        let index = *self.redirects.get(&lower)?;
        (!self.repos[index].deleted).then_some(Found::Renamed(index))
    }

    /// Gives a repository another name; the old one leads to it until somebody else takes it.
    pub(super) fn rename(&mut self, index: usize, full_name: &str) {
        let lower = full_name.to_lowercase();
        let taken = self.names.get(&lower).is_some_and(|other| *other != index);
        assert!(!taken, "`{full_name}` belongs to another repository");
        let login = full_name.split_once('/').map_or(full_name, |(login, _)| login);
        let owner = self.owner(login);
        let old = std::mem::replace(&mut self.repos[index].full_name, full_name.to_owned()).to_lowercase();
        self.repos[index].owner = owner;
        if self.names.remove(&old).is_some() {
            self.redirects.insert(old, index);
            self.redirects.remove(&lower);
            self.names.insert(lower, index);
        }
    }

    /// Deletes a repository; its name is free.
    pub(super) fn delete(&mut self, index: usize) {
        let repo = &mut self.repos[index];
        repo.deleted = true;
        self.names.remove(&repo.full_name.to_lowercase());
    }

    /// Restores a deleted repository under its name.
    pub(super) fn restore(&mut self, index: usize) {
        let lower = self.repos[index].full_name.to_lowercase();
        let other = self.names.insert(lower, index);
        assert!(other.is_none_or(|other| other == index), "its name belongs to another repository");
        self.repos[index].deleted = false;
    }

    /// The next release's database id.
    pub(super) fn next_release(&mut self) -> u64 {
        self.releases += 1;
        FIRST_RELEASE + self.releases - 1
    }
}
