//! Refs, commits and tags.

use chrono::{DateTime, Utc};

use super::super::super::git::Version;
use super::super::super::ids;
use super::super::super::state::{Commit, Repo, Tag};
use super::super::page;
use super::{Arguments, Object, RefName, Resolver, Scope, Value, file};

const TAGS: &str = "refs/tags/";
const HEADS: &str = "refs/heads/";

/// Tags or branches: by name unless asked by the date of the commit.
pub(super) fn refs<'a>(scope: &Scope<'a>, object: &Object, arguments: &Arguments) -> Value<'a> {
    let Object::Repository(index) = object else { return Value::Null };
    let repo = scope.repo(object);
    let prefix = arguments.text("refPrefix").unwrap_or_default();
    let names: Vec<(&str, DateTime<Utc>)> = if prefix == TAGS {
        repo.tags.iter().map(|tag| (tag.name.as_str(), tag.commit.at)).collect()
    } else if prefix == HEADS {
        branches(repo).into_iter().map(|(name, commit)| (name, commit.at)).collect()
    } else {
        Vec::new()
    };
    let part = arguments.text("query").unwrap_or_default();
    let mut all: Vec<usize> = (0..names.len()).filter(|index| names[*index].0.contains(part)).collect();
    let (field, descending) = arguments.order().unwrap_or(("ALPHABETICAL", false));
    let place = |index: usize| {
        let (name, at) = names[index];
        if field == "TAG_COMMIT_DATE" { format!("{:020}{name}", at.timestamp()) } else { name.to_owned() }
    };
    all.sort_by_cached_key(|index| place(*index));
    if descending {
        all.reverse();
    }
    let mut page = page::cut(*index, &all, descending, arguments, place);
    page.tags = prefix == TAGS;
    Value::Object(Object::Refs(Box::new(page)))
}

/// Every branch with its newest commit. A repository nothing was pushed to by name has one with its last push.
fn branches(repo: &Repo) -> Vec<(&str, Commit)> {
    match &repo.git {
        Some(git) => {
            git.branches.iter().map(|(name, head)| (name.as_str(), commit_of(&git.versions[*head]))).collect()
        }
        None if repo.empty => Vec::new(),
        None => {
            let oid = ids::made_up_oid(repo.id, "commit", repo.commits);
            vec![(repo.default_branch(), Commit { oid, at: repo.pushed })]
        }
    }
}

fn commit_of(version: &Version) -> Commit {
    Commit { oid: version.oid, at: version.at }
}

pub(super) fn default_branch<'a>(scope: &Scope<'a>, object: &Object, _: &Arguments) -> Value<'a> {
    let Object::Repository(repo) = object else { return Value::Null };
    let name = scope.repo(object).default_branch();
    let found = branches(scope.repo(object)).iter().position(|(known, _)| *known == name);
    Value::object(found.map(|index| Object::Ref(*repo, RefName::Branch(index))))
}

pub(super) fn by_name<'a>(scope: &Scope<'a>, object: &Object, arguments: &Arguments) -> Value<'a> {
    let Object::Repository(index) = object else { return Value::Null };
    let repo = scope.repo(object);
    let name = arguments.text("qualifiedName").unwrap_or_default();
    let tag = || {
        let tag = name.strip_prefix(TAGS).unwrap_or(name);
        repo.tags.iter().position(|known| known.name == tag).map(RefName::Tag)
    };
    let branch = || {
        let branch = name.strip_prefix(HEADS).unwrap_or(name);
        branches(repo).iter().position(|(known, _)| *known == branch).map(RefName::Branch)
    };
    let found = if name.starts_with(TAGS) { tag() } else { branch().or_else(tag) };
    Value::object(found.map(|found| Object::Ref(*index, found)))
}

/// What an expression names: a commit, or after a colon a file or folder in it.
pub(super) fn object<'a>(scope: &Scope<'a>, object: &Object, arguments: &Arguments) -> Value<'a> {
    let Object::Repository(index) = object else { return Value::Null };
    let repo = scope.repo(object);
    let expression = arguments.text("expression").or_else(|| arguments.text("oid")).unwrap_or_default();
    let (name, path) =
        expression.split_once(':').map_or((expression, None), |(name, path)| (name, Some(path)));
    let Some(version) = repo.resolve(Some(name)) else { return Value::Null };
    let Some(path) = path else {
        let found = repo.git.as_ref().map(|git| commit_of(&git.versions[version]));
        return Value::object(found.map(|commit| Object::Commit(*index, commit)));
    };
    let path = path.trim_matches('/').to_owned();
    Value::object(file::thing(repo, *index, version, path))
}

pub(super) fn connection(field: &str) -> Option<Resolver> {
    fn name(tags: bool, index: usize) -> RefName {
        if tags { RefName::Tag(index) } else { RefName::Branch(index) }
    }
    Some(match field {
        "totalCount" => |_, object, _| {
            let Object::Refs(page) = object else { return Value::Null };
            Value::Number(page.total as u64)
        },
        "pageInfo" => |_, object, _| {
            let Object::Refs(page) = object else { return Value::Null };
            Value::Object(Object::PageInfo(page.clone()))
        },
        "nodes" => |_, object, _| {
            let Object::Refs(page) = object else { return Value::Null };
            let found = page.items.iter().map(|index| Ok(Object::Ref(page.repo, name(page.tags, *index))));
            Value::Objects(found.collect())
        },
        "edges" => |_, object, _| {
            let Object::Refs(page) = object else { return Value::Null };
            let found =
                page.items.iter().map(|index| Ok(Object::RefEdge(page.repo, name(page.tags, *index))));
            Value::Objects(found.collect())
        },
        _ => return None,
    })
}

pub(super) fn edge(field: &str) -> Option<Resolver> {
    Some(match field {
        "node" => |_, object, _| {
            let Object::RefEdge(repo, name) = object else { return Value::Null };
            Value::Object(Object::Ref(*repo, *name))
        },
        _ => return None,
    })
}

fn ref_name<'a>(scope: &Scope<'a>, object: &Object) -> &'a str {
    let repo = scope.repo(object);
    match object {
        Object::Ref(_, RefName::Tag(index)) => &repo.tags[*index].name,
        Object::Ref(_, RefName::Branch(index)) => branches(repo).get(*index).map_or("", |(name, _)| name),
        _ => "",
    }
}

pub(super) fn reference(field: &str) -> Option<Resolver> {
    Some(match field {
        "id" => |scope, object, _| {
            Value::Owned(ids::git_node_id("REF", scope.repo(object).id, ref_name(scope, object)))
        },
        "name" => |scope, object, _| Value::Text(ref_name(scope, object)),
        "prefix" => |_, object, _| {
            Value::Text(if matches!(object, Object::Ref(_, RefName::Tag(_))) { TAGS } else { HEADS })
        },
        "target" => |scope, object, _| {
            let Object::Ref(repo, name) = object else { return Value::Null };
            let known = scope.repo(object);
            Value::object(match name {
                RefName::Tag(index) if known.tags[*index].annotated.is_some() => {
                    Some(Object::Tag(*repo, *index))
                }
                RefName::Tag(index) => Some(Object::Commit(*repo, known.tags[*index].commit)),
                RefName::Branch(index) => {
                    branches(known).get(*index).map(|(_, commit)| Object::Commit(*repo, *commit))
                }
            })
        },
        "repository" => |_, object, _| {
            let Object::Ref(repo, _) = object else { return Value::Null };
            Value::Object(Object::Repository(*repo))
        },
        _ => return None,
    })
}

/// The ref of a release's tag.
pub(super) fn tag_of(scope: &Scope<'_>, object: &Object) -> Option<Object> {
    let Object::Release(repo, _) = object else { return None };
    let name = &scope.release(object).tag;
    let found = scope.repo(object).tags.iter().position(|tag| tag.name == *name)?;
    Some(Object::Ref(*repo, RefName::Tag(found)))
}

pub(super) fn commit(field: &str) -> Option<Resolver> {
    fn known(object: &Object) -> Commit {
        match object {
            Object::Commit(_, commit) => *commit,
            _ => unreachable!("the plan asks fields of their own kind only"),
        }
    }
    fn message<'a>(scope: &Scope<'a>, object: &Object) -> &'a str {
        let git = scope.repo(object).git.as_ref();
        let version =
            git.and_then(|git| git.versions.iter().find(|version| version.oid == known(object).oid));
        version.map_or("Make it better", |version| &version.message)
    }
    Some(match field {
        "id" => |scope, object, _| {
            Value::Owned(ids::git_node_id("C", scope.repo(object).id, &ids::hex(&known(object).oid)))
        },
        "oid" => |_, object, _| Value::Owned(ids::hex(&known(object).oid)),
        "abbreviatedOid" => |_, object, _| Value::Owned(ids::hex(&known(object).oid[..4])[..7].to_owned()),
        "committedDate" | "authoredDate" => |_, object, _| Value::Time(known(object).at),
        "message" => |scope, object, _| Value::Text(message(scope, object)),
        "messageHeadline" => {
            |scope, object, _| Value::Text(message(scope, object).lines().next().unwrap_or_default())
        }
        "url" | "commitUrl" => |scope, object, _| {
            Value::Owned(format!("{}/commit/{}", scope.repo(object).html_url(), ids::hex(&known(object).oid)))
        },
        _ => return None,
    })
}

pub(super) fn tag(field: &str) -> Option<Resolver> {
    fn known<'a>(scope: &Scope<'a>, object: &Object) -> &'a Tag {
        match object {
            Object::Tag(repo, index) => &scope.state.repos[*repo].tags[*index],
            _ => unreachable!("the plan asks fields of their own kind only"),
        }
    }
    fn oid(scope: &Scope<'_>, object: &Object) -> String {
        let made = known(scope, object).annotated.map_or(0, |at| at.timestamp() as u64);
        ids::hex(&ids::made_up_oid(scope.repo(object).id, &known(scope, object).name, made))
    }
    Some(match field {
        "id" => |scope, object, _| {
            Value::Owned(ids::git_node_id("TA", scope.repo(object).id, &oid(scope, object)))
        },
        "oid" => |scope, object, _| Value::Owned(oid(scope, object)),
        "name" => |scope, object, _| Value::Text(&known(scope, object).name),
        "message" => |scope, object, _| Value::Owned(format!("Version {}\n", known(scope, object).name)),
        "tagger" => |scope, object, _| Value::object(known(scope, object).annotated.map(Object::Actor)),
        "target" => |scope, object, _| {
            let Object::Tag(repo, _) = object else { return Value::Null };
            Value::Object(Object::Commit(*repo, known(scope, object).commit))
        },
        _ => return None,
    })
}

pub(super) fn actor(field: &str) -> Option<Resolver> {
    Some(match field {
        // `GitTimestamp` carries the zone of the one who tagged.
        "date" => |_, object, _| {
            let Object::Actor(at) = object else { return Value::Null };
            Value::Owned(at.format("%Y-%m-%dT%H:%M:%S+00:00").to_string())
        },
        "name" => |_, _, _| Value::Text("A Maintainer"),
        "email" => |_, _, _| Value::Text("maintainer@example.org"),
        _ => return None,
    })
}
