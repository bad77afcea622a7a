//! Releases: pages of them, the latest, and what one says.

use super::super::super::ids::{self, Node};
use super::super::super::notes;
use super::super::page;
use super::{Arguments, Object, Resolver, Scope, Value, git};

/// Releases as everybody sees them, drafts left out: newest first unless asked otherwise.
pub(super) fn releases<'a>(scope: &Scope<'a>, object: &Object, arguments: &Arguments) -> Value<'a> {
    let Object::Repository(repo) = object else { return Value::Null };
    let releases = &scope.repo(object).releases;
    let mut all: Vec<usize> = (0..releases.len()).filter(|index| !releases[*index].draft).collect();
    let (field, descending) = arguments.order().unwrap_or(("CREATED_AT", true));
    let page = if field == "NAME" {
        let name = |index: usize| {
            let release = &releases[index];
            format!("{}\0{:012}", release.title.as_ref().unwrap_or(&release.tag), release.id)
        };
        all.sort_by_cached_key(|index| name(*index));
        if descending {
            all.reverse();
        }
        page::cut(*repo, &all, descending, arguments, name)
    } else {
        // They are kept in this order.
        if descending {
            all.reverse();
        }
        let place =
            |index: usize| format!("{:020}{:012}", releases[index].created.timestamp(), releases[index].id);
        page::cut(*repo, &all, descending, arguments, place)
    };
    Value::Object(Object::Releases(Box::new(page)))
}

pub(super) fn latest<'a>(scope: &Scope<'a>, object: &Object, _: &Arguments) -> Value<'a> {
    let Object::Repository(repo) = object else { return Value::Null };
    Value::object(scope.repo(object).latest().map(|index| Object::Release(*repo, index)))
}

pub(super) fn by_tag<'a>(scope: &Scope<'a>, object: &Object, arguments: &Arguments) -> Value<'a> {
    let Object::Repository(repo) = object else { return Value::Null };
    let tag = arguments.text("tagName").unwrap_or_default();
    let found = scope.repo(object).releases.iter().rposition(|release| release.tag == tag && !release.draft);
    Value::object(found.map(|index| Object::Release(*repo, index)))
}

pub(super) fn connection(field: &str) -> Option<Resolver> {
    Some(match field {
        "totalCount" => |_, object, _| {
            let Object::Releases(page) = object else { return Value::Null };
            Value::Number(page.total as u64)
        },
        "pageInfo" => |_, object, _| {
            let Object::Releases(page) = object else { return Value::Null };
            Value::Object(Object::PageInfo(page.clone()))
        },
        "nodes" => |_, object, _| {
            let Object::Releases(page) = object else { return Value::Null };
            Value::Objects(page.items.iter().map(|index| Ok(Object::Release(page.repo, *index))).collect())
        },
        "edges" => |_, object, _| {
            let Object::Releases(page) = object else { return Value::Null };
            Value::Objects(
                page.items.iter().map(|index| Ok(Object::ReleaseEdge(page.repo, *index))).collect(),
            )
        },
        _ => return None,
    })
}

pub(super) fn edge(field: &str) -> Option<Resolver> {
    Some(match field {
        "node" => |_, object, _| {
            let Object::ReleaseEdge(repo, index) = object else { return Value::Null };
            Value::Object(Object::Release(*repo, *index))
        },
        _ => return None,
    })
}

pub(super) fn release(field: &str) -> Option<Resolver> {
    Some(match field {
        "id" => |scope, object, _| {
            let (repository, release) = (scope.repo(object).id, scope.release(object).id);
            Value::Owned(ids::node_id(Node::Release { repository, release }))
        },
        "databaseId" => |scope, object, _| Value::Number(scope.release(object).id),
        "tagName" => |scope, object, _| Value::Text(&scope.release(object).tag),
        "name" => |scope, object, _| Value::text(scope.release(object).title.as_deref()),
        "url" => |scope, object, _| {
            let (repo, tag) = (scope.repo(object), &scope.release(object).tag);
            Value::Owned(format!("{}/releases/tag/{tag}", repo.html_url()))
        },
        "resourcePath" => |scope, object, _| {
            let (repo, tag) = (scope.repo(object), &scope.release(object).tag);
            Value::Owned(format!("/{}/releases/tag/{tag}", repo.full_name))
        },
        "createdAt" => |scope, object, _| Value::Time(scope.release(object).created),
        "publishedAt" => |scope, object, _| Value::time(scope.release(object).published),
        "updatedAt" => |scope, object, _| Value::Time(scope.release(object).updated),
        "isDraft" => |scope, object, _| Value::Flag(scope.release(object).draft),
        "isPrerelease" => |scope, object, _| Value::Flag(scope.release(object).prerelease),
        "isLatest" => |scope, object, _| {
            let Object::Release(_, index) = object else { return Value::Null };
            Value::Flag(scope.repo(object).latest() == Some(*index))
        },
        "description" => |scope, object, _| Value::Text(&scope.release(object).notes),
        "descriptionHTML" => |scope, object, _| Value::Owned(notes::html(scope.release(object))),
        "author" => |scope, object, _| {
            Value::Object(Object::Owner { owner: scope.repo(object).owner, organization: false })
        },
        "repository" => |_, object, _| {
            let Object::Release(repo, _) = object else { return Value::Null };
            Value::Object(Object::Repository(*repo))
        },
        "tag" => |scope, object, _| Value::object(git::tag_of(scope, object)),
        "tagCommit" => |scope, object, _| {
            let Object::Release(repo, _) = object else { return Value::Null };
            let tag = scope.repo(object).tag(&scope.release(object).tag);
            Value::object(tag.map(|tag| Object::Commit(*repo, tag.commit)))
        },
        _ => return None,
    })
}
