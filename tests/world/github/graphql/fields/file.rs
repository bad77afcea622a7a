//! Files and folders of a commit.

use super::super::super::git::Blob;
use super::super::super::ids;
use super::super::super::state::Repo;
use super::{Object, Resolver, Scope, Value};

/// The file or folder at a path.
pub(super) fn thing(repo: &Repo, index: usize, version: usize, path: String) -> Option<Object> {
    let files = &repo.git.as_ref()?.versions.get(version)?.files;
    if files.contains_key(&path) {
        return Some(Object::Blob { repo: index, version, path });
    }
    let within = format!("{path}/");
    let exists = path.is_empty() || files.keys().any(|known| known.starts_with(&within));
    exists.then_some(Object::Tree { repo: index, version, path })
}

fn place(object: &Object) -> (usize, &str) {
    match object {
        Object::Blob { version, path, .. }
        | Object::Tree { version, path, .. }
        | Object::TreeEntry { version, path, .. } => (*version, path),
        _ => unreachable!("the plan asks fields of their own kind only"),
    }
}

pub(super) fn blob(field: &str) -> Option<Resolver> {
    /// GitHub hands out this much of a text.
    const SHOWN: usize = 512_000;
    fn known<'a>(scope: &Scope<'a>, object: &Object) -> Option<&'a Blob> {
        let (version, path) = place(object);
        scope.repo(object).git.as_ref()?.versions.get(version)?.files.get(path)
    }
    fn text<'a>(scope: &Scope<'a>, object: &Object) -> Option<&'a str> {
        std::str::from_utf8(&known(scope, object)?.bytes).ok()
    }
    Some(match field {
        "id" => |scope, object, _| {
            let oid = known(scope, object).map(|blob| ids::hex(&blob.oid)).unwrap_or_default();
            Value::Owned(ids::git_node_id("B", scope.repo(object).id, &oid))
        },
        "oid" => |scope, object, _| {
            known(scope, object).map_or(Value::Null, |blob| Value::Owned(ids::hex(&blob.oid)))
        },
        "byteSize" => {
            |scope, object, _| Value::Number(known(scope, object).map_or(0, |blob| blob.bytes.len() as u64))
        }
        "isBinary" => |scope, object, _| Value::Flag(text(scope, object).is_none()),
        "isTruncated" => {
            |scope, object, _| Value::Flag(text(scope, object).is_some_and(|text| text.len() > SHOWN))
        }
        "text" => |scope, object, _| {
            let text = text(scope, object);
            Value::text(text.map(|text| &text[..text.floor_char_boundary(SHOWN)]))
        },
        _ => return None,
    })
}

/// The names in a folder, folders once.
fn entries(repo: &Repo, version: usize, path: &str) -> Vec<String> {
    let Some(version) = repo.git.as_ref().and_then(|git| git.versions.get(version)) else {
        return Vec::new();
    };
    let within = if path.is_empty() { String::new() } else { format!("{path}/") };
    let names = version.files.keys().filter_map(|known| known.strip_prefix(&within)?.split('/').next());
    let mut names: Vec<String> = names.map(|name| format!("{within}{name}")).collect();
    names.dedup();
    names
}

pub(super) fn tree(field: &str) -> Option<Resolver> {
    Some(match field {
        "oid" => |scope, object, _| {
            let (version, path) = place(object);
            Value::Owned(ids::hex(&ids::made_up_oid(scope.repo(object).id, path, version as u64)))
        },
        "entries" => |scope, object, _| {
            let Object::Tree { repo, version, path } = object else { return Value::Null };
            let names = entries(scope.repo(object), *version, path).into_iter();
            let found = names.map(|path| Ok(Object::TreeEntry { repo: *repo, version: *version, path }));
            Value::Objects(found.collect())
        },
        _ => return None,
    })
}

pub(super) fn tree_entry(field: &str) -> Option<Resolver> {
    fn known(scope: &Scope<'_>, object: &Object) -> Option<Object> {
        let Object::TreeEntry { repo, version, path } = object else { return None };
        thing(scope.repo(object), *repo, *version, path.clone())
    }
    Some(match field {
        "name" => {
            |_, object, _| Value::Owned(place(object).1.rsplit('/').next().unwrap_or_default().to_owned())
        }
        "path" => |_, object, _| Value::Owned(place(object).1.to_owned()),
        "type" => |scope, object, _| {
            Value::Text(if matches!(known(scope, object), Some(Object::Blob { .. })) {
                "blob"
            } else {
                "tree"
            })
        },
        "object" => |scope, object, _| Value::object(known(scope, object)),
        _ => return None,
    })
}
