//! What a repository says about itself.

use super::super::super::ids;
use super::super::super::licenses;
use super::super::super::notes;
use super::super::page;
use super::{Object, Resolver, Value, git, release};

pub(super) fn repository(field: &str) -> Option<Resolver> {
    Some(match field {
        "id" => |scope, object, _| Value::Owned(scope.repo(object).node_id()),
        "databaseId" => |scope, object, _| Value::Number(scope.repo(object).id),
        "name" => |scope, object, _| Value::Text(scope.repo(object).name()),
        "nameWithOwner" => |scope, object, _| Value::Text(&scope.repo(object).full_name),
        "owner" => |scope, object, _| Value::Object(scope.owner_of(scope.repo(object).owner)),
        "url" => |scope, object, _| Value::Owned(scope.repo(object).html_url()),
        "resourcePath" => |scope, object, _| Value::Owned(format!("/{}", scope.repo(object).full_name)),
        "description" => |scope, object, _| Value::text(scope.repo(object).description.as_deref()),
        "descriptionHTML" => |scope, object, _| {
            let text = scope.repo(object).description.as_deref().unwrap_or_default();
            Value::Owned(format!("<div>{}</div>", notes::escape(text)))
        },
        "homepageUrl" => |scope, object, _| Value::text(scope.repo(object).homepage.as_deref()),
        "isArchived" => |scope, object, _| Value::Flag(scope.repo(object).archived.is_some()),
        "archivedAt" => |scope, object, _| Value::time(scope.repo(object).archived),
        "isDisabled" => |scope, object, _| Value::Flag(scope.repo(object).disabled),
        "isEmpty" => |scope, object, _| Value::Flag(scope.repo(object).empty),
        "isLocked" | "isMirror" | "isTemplate" => |_, _, _| Value::Flag(false),
        "isPrivate" => |scope, object, _| Value::Flag(scope.repo(object).private),
        "visibility" => |_, _, _| Value::Text("PUBLIC"),
        "isFork" => |scope, object, _| Value::Flag(scope.repo(object).fork),
        "stargazerCount" => |scope, object, _| Value::Number(scope.repo(object).stars),
        "forkCount" => |scope, object, _| Value::Number(scope.repo(object).forks),
        "pushedAt" => |scope, object, _| Value::Time(scope.repo(object).pushed),
        "updatedAt" => |scope, object, _| Value::Time(scope.repo(object).updated),
        "createdAt" => |scope, object, _| Value::Time(scope.repo(object).created),
        "primaryLanguage" => |scope, object, _| {
            let Object::Repository(repo) = object else { return Value::Null };
            Value::object(scope.repo(object).language.is_some().then_some(Object::Language(*repo)))
        },
        "licenseInfo" => |scope, object, _| {
            let Object::Repository(repo) = object else { return Value::Null };
            Value::object(scope.repo(object).license.is_some().then_some(Object::License(*repo)))
        },
        "stargazers" => |_, object, _| {
            let Object::Repository(repo) = object else { return Value::Null };
            Value::Object(Object::Stargazers(*repo))
        },
        "repositoryTopics" => |scope, object, arguments| {
            let Object::Repository(repo) = object else { return Value::Null };
            let all: Vec<usize> = (0..scope.repo(object).topics.len()).collect();
            let page = page::cut(*repo, &all, false, arguments, |index| format!("{index:06}"));
            Value::Object(Object::Topics(Box::new(page)))
        },
        "releases" => release::releases,
        "latestRelease" => release::latest,
        "release" => release::by_tag,
        "refs" => git::refs,
        "ref" => git::by_name,
        "defaultBranchRef" => git::default_branch,
        "object" => git::object,
        _ => return None,
    })
}

pub(super) fn language(field: &str) -> Option<Resolver> {
    Some(match field {
        "name" => |scope, object, _| Value::text(scope.repo(object).language.as_deref()),
        "id" => |scope, object, _| {
            let name = scope.repo(object).language.as_deref().unwrap_or_default();
            Value::Owned(ids::git_node_id("L", 0, name))
        },
        _ => return None,
    })
}

pub(super) fn license(field: &str) -> Option<Resolver> {
    Some(match field {
        "spdxId" => |scope, object, _| Value::text(scope.repo(object).license.as_deref()),
        "key" => |scope, object, _| {
            Value::Owned(licenses::key(scope.repo(object).license.as_deref().unwrap_or_default()))
        },
        "name" => |scope, object, _| {
            Value::Owned(licenses::name(scope.repo(object).license.as_deref().unwrap_or_default()))
        },
        "id" => |scope, object, _| {
            Value::Owned(licenses::node_id(scope.repo(object).license.as_deref().unwrap_or_default()))
        },
        _ => return None,
    })
}

pub(super) fn stargazers(field: &str) -> Option<Resolver> {
    Some(match field {
        "totalCount" => |scope, object, _| Value::Number(scope.repo(object).stars),
        _ => return None,
    })
}

pub(super) fn topics(field: &str) -> Option<Resolver> {
    Some(match field {
        "totalCount" => |scope, object, _| Value::Number(scope.repo(object).topics.len() as u64),
        "pageInfo" => |_, object, _| {
            let Object::Topics(page) = object else { return Value::Null };
            Value::Object(Object::PageInfo(page.clone()))
        },
        "nodes" => |_, object, _| {
            let Object::Topics(page) = object else { return Value::Null };
            Value::Objects(
                page.items.iter().map(|index| Ok(Object::RepositoryTopic(page.repo, *index))).collect(),
            )
        },
        _ => return None,
    })
}

pub(super) fn repository_topic(field: &str) -> Option<Resolver> {
    Some(match field {
        "topic" => |_, object, _| {
            let Object::RepositoryTopic(repo, index) = object else { return Value::Null };
            Value::Object(Object::Topic(*repo, *index))
        },
        _ => return None,
    })
}

pub(super) fn topic(field: &str) -> Option<Resolver> {
    Some(match field {
        "name" => |scope, object, _| {
            let Object::Topic(_, index) = object else { return Value::Null };
            Value::text(scope.repo(object).topics.get(*index).map(String::as_str))
        },
        _ => return None,
    })
}
