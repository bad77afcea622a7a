//! What answers each field: a function for a kind of object and the name of a field.
//!
//! Objects are numbers into the state, so answering copies nothing that is large.

mod file;
mod git;
mod query;
mod release;
mod repository;

use chrono::{DateTime, Utc};

use super::super::faults::Fault;
use super::super::limits::Budget;
use super::super::state::{Commit, Release, Repo, State};
use super::error::Trouble;
use super::kind::Kind;
use super::page::Page;
use super::plan::Arguments;

/// What can be seen while a query is answered.
pub(super) struct Scope<'a> {
    pub(super) state: &'a State,
    pub(super) budget: Budget,
    pub(super) cost: u32,
    pub(super) nodes: u64,
    /// Who asks, an index into the owners.
    pub(super) viewer: usize,
    /// What goes wrong with the question.
    pub(super) fault: Option<&'a Fault>,
}

/// Something fields can be asked of.
#[derive(Clone, Debug)]
pub(super) enum Object {
    Query,
    RateLimit,
    Repository(usize),
    Owner { owner: usize, organization: bool },
    Language(usize),
    License(usize),
    Stargazers(usize),
    Topics(Box<Page>),
    RepositoryTopic(usize, usize),
    Topic(usize, usize),
    Releases(Box<Page>),
    ReleaseEdge(usize, usize),
    Release(usize, usize),
    Refs(Box<Page>),
    RefEdge(usize, RefName),
    Ref(usize, RefName),
    PageInfo(Box<Page>),
    Commit(usize, Commit),
    Tag(usize, usize),
    Blob { repo: usize, version: usize, path: String },
    Tree { repo: usize, version: usize, path: String },
    TreeEntry { repo: usize, version: usize, path: String },
    Actor(DateTime<Utc>),
}

/// Which ref of a repository: a tag or a branch by its place among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RefName {
    Tag(usize),
    Branch(usize),
}

impl Object {
    pub(super) fn kind(&self) -> Kind {
        match self {
            Self::Query => Kind::Query,
            Self::RateLimit => Kind::RateLimit,
            Self::Repository(_) => Kind::Repository,
            Self::Owner { organization: true, .. } => Kind::Organization,
            Self::Owner { .. } => Kind::User,
            Self::Language(_) => Kind::Language,
            Self::License(_) => Kind::License,
            Self::Stargazers(_) => Kind::StargazerConnection,
            Self::Topics(_) => Kind::RepositoryTopicConnection,
            Self::RepositoryTopic(..) => Kind::RepositoryTopic,
            Self::Topic(..) => Kind::Topic,
            Self::Releases(_) => Kind::ReleaseConnection,
            Self::ReleaseEdge(..) => Kind::ReleaseEdge,
            Self::Release(..) => Kind::Release,
            Self::Refs(_) => Kind::RefConnection,
            Self::RefEdge(..) => Kind::RefEdge,
            Self::Ref(..) => Kind::Ref,
            Self::PageInfo(_) => Kind::PageInfo,
            Self::Commit(..) => Kind::Commit,
            Self::Tag(..) => Kind::Tag,
            Self::Blob { .. } => Kind::Blob,
            Self::Tree { .. } => Kind::Tree,
            Self::TreeEntry { .. } => Kind::TreeEntry,
            Self::Actor(_) => Kind::GitActor,
        }
    }
}

/// What a field answers.
pub(super) enum Value<'a> {
    Null,
    Flag(bool),
    Number(u64),
    Text(&'a str),
    Owned(String),
    Time(DateTime<Utc>),
    Object(Object),
    Objects(Vec<Result<Object, Trouble>>),
    Trouble(Trouble),
}

impl<'a> Value<'a> {
    fn text(text: Option<&'a str>) -> Self {
        text.map_or(Self::Null, Self::Text)
    }

    fn time(time: Option<DateTime<Utc>>) -> Self {
        time.map_or(Self::Null, Self::Time)
    }

    fn object(object: Option<Object>) -> Self {
        object.map_or(Self::Null, Self::Object)
    }
}

/// Answers a field of an object.
pub(super) type Resolver = for<'a> fn(&Scope<'a>, &Object, &Arguments) -> Value<'a>;

/// Who answers this field; nobody where the stand-in does not know it.
pub(super) fn resolver(kind: Kind, field: &str) -> Option<Resolver> {
    if field == "__typename" {
        return Some(|_, object, _| Value::Text(object.kind().name()));
    }
    match kind {
        Kind::Query => query::query(field),
        Kind::RateLimit => query::rate_limit(field),
        Kind::User | Kind::Organization => query::owner(kind, field),
        Kind::Repository => repository::repository(field),
        Kind::Language => repository::language(field),
        Kind::License => repository::license(field),
        Kind::StargazerConnection => repository::stargazers(field),
        Kind::RepositoryTopicConnection => repository::topics(field),
        Kind::RepositoryTopic => repository::repository_topic(field),
        Kind::Topic => repository::topic(field),
        Kind::ReleaseConnection => release::connection(field),
        Kind::ReleaseEdge => release::edge(field),
        Kind::Release => release::release(field),
        Kind::RefConnection => git::connection(field),
        Kind::RefEdge => git::edge(field),
        Kind::Ref => git::reference(field),
        Kind::Commit => git::commit(field),
        Kind::Tag => git::tag(field),
        Kind::Blob => file::blob(field),
        Kind::Tree => file::tree(field),
        Kind::TreeEntry => file::tree_entry(field),
        Kind::GitActor => git::actor(field),
        Kind::PageInfo => query::page_info(field),
    }
}

impl<'a> Scope<'a> {
    fn repo(&self, object: &Object) -> &'a Repo {
        let index = match object {
            Object::Repository(repo)
            | Object::Language(repo)
            | Object::License(repo)
            | Object::Stargazers(repo)
            | Object::RepositoryTopic(repo, _)
            | Object::Topic(repo, _)
            | Object::ReleaseEdge(repo, _)
            | Object::Release(repo, _)
            | Object::RefEdge(repo, _)
            | Object::Ref(repo, _)
            | Object::Commit(repo, _)
            | Object::Tag(repo, _)
            | Object::Blob { repo, .. }
            | Object::Tree { repo, .. }
            | Object::TreeEntry { repo, .. } => *repo,
            Object::Topics(page) | Object::Releases(page) | Object::Refs(page) | Object::PageInfo(page) => {
                page.repo
            }
            Object::Query | Object::RateLimit | Object::Owner { .. } | Object::Actor(_) => {
                unreachable!("the plan asks fields of their own kind only")
            }
        };
        &self.state.repos[index]
    }

    fn release(&self, object: &Object) -> &'a Release {
        match object {
            Object::Release(repo, index) => &self.state.repos[*repo].releases[*index],
            _ => unreachable!("the plan asks fields of their own kind only"),
        }
    }

    /// Whether a repository may be shown, and why not. One that is private is as if it were not there, by its id too.
    pub(super) fn visible(repo: &Repo, missing: impl FnOnce() -> Trouble) -> Result<(), Trouble> {
        match (repo.private, repo.blocked) {
            (true, _) => Err(missing()),
            (false, Some(why)) => Err(Trouble::forbidden(why)),
            (false, None) => Ok(()),
        }
    }

    fn owner_of(&self, login: usize) -> Object {
        Object::Owner { owner: login, organization: self.state.owners[login].organization }
    }
}
