//! Where a query begins: nodes by id, repositories by name, owners, and what it costs.

use super::super::super::faults::Fault;
use super::super::super::ids::{self, Node};
use super::super::super::state::Found;
use super::{Kind, Object, Resolver, Scope, Trouble, Value};

pub(super) fn query(field: &str) -> Option<Resolver> {
    Some(match field {
        "node" => |scope, _, arguments| match by_id(scope, arguments.text("id").unwrap_or_default()) {
            Ok(object) => Value::Object(object),
            Err(trouble) => Value::Trouble(trouble),
        },
        "nodes" => |scope, _, arguments| {
            let ids = arguments.list("ids").iter().map(|id| id.as_str().unwrap_or_default());
            let found = ids.enumerate().map(|(index, id)| {
                if scope.fault == Some(&Fault::PartialData) && index % 2 == 1 {
                    let message = "Resource limits for this query exceeded.";
                    return Err(Trouble::new("RESOURCE_LIMITS_EXCEEDED", message));
                }
                by_id(scope, id)
            });
            Value::Objects(found.collect())
        },
        "repository" => |scope, _, arguments| {
            let text = |name| arguments.text(name).unwrap_or_default();
            match by_name(scope, text("owner"), text("name"), arguments.flag("followRenames")) {
                Ok(object) => Value::Object(object),
                Err(trouble) => Value::Trouble(trouble),
            }
        },
        "rateLimit" => |_, _, _| Value::Object(Object::RateLimit),
        "viewer" => |scope, _, _| Value::Object(Object::Owner { owner: scope.viewer, organization: false }),
        _ => return None,
    })
}

fn by_id(scope: &Scope<'_>, id: &str) -> Result<Object, Trouble> {
    let (state, missing) = (scope.state, || Trouble::no_such_node(id));
    if scope.fault == Some(&Fault::NothingThere) {
        return Err(missing());
    }
    match ids::read_node_id(id).ok_or_else(missing)? {
        Node::Repository(repository) => {
            let index = state.by_id(repository).ok_or_else(missing)?;
            Scope::visible(&state.repos[index], missing)?;
            Ok(Object::Repository(index))
        }
        Node::Release { repository, release } => {
            let index = state.by_id(repository).ok_or_else(missing)?;
            Scope::visible(&state.repos[index], missing)?;
            let releases = &state.repos[index].releases;
            let found = releases.iter().position(|known| known.id == release && !known.draft);
            found.map(|release| Object::Release(index, release)).ok_or_else(missing)
        }
        Node::User(owner) | Node::Organization(owner) => {
            let owner = state.owner_by_id(owner).ok_or_else(missing)?;
            Ok(Object::Owner { owner, organization: state.owners[owner].organization })
        }
    }
}

fn by_name(scope: &Scope<'_>, owner: &str, name: &str, follow: Option<bool>) -> Result<Object, Trouble> {
    let (state, missing) = (scope.state, || Trouble::no_such_repository(owner, name));
    if scope.fault == Some(&Fault::NothingThere) {
        return Err(missing());
    }
    let index = match state.find(owner, name).ok_or_else(missing)? {
        Found::Here(index) => index,
        Found::Renamed(index) if follow != Some(false) => index,
        Found::Renamed(_) => return Err(missing()),
    };
    let repo = &state.repos[index];
    Scope::visible(repo, missing)?;
    Ok(Object::Repository(index))
}

pub(super) fn rate_limit(field: &str) -> Option<Resolver> {
    Some(match field {
        "limit" => |scope, _, _| Value::Number(u64::from(scope.budget.limit)),
        "cost" => |scope, _, _| Value::Number(u64::from(scope.cost)),
        "remaining" => |scope, _, _| Value::Number(u64::from(scope.budget.remaining())),
        "used" => |scope, _, _| Value::Number(u64::from(scope.budget.used)),
        "resetAt" => |scope, _, _| Value::Time(scope.budget.reset),
        "nodeCount" => |scope, _, _| Value::Number(scope.nodes),
        _ => return None,
    })
}

pub(super) fn owner(kind: Kind, field: &str) -> Option<Resolver> {
    fn owner<'a>(scope: &Scope<'a>, object: &Object) -> &'a super::super::super::state::Owner {
        match object {
            Object::Owner { owner, .. } => &scope.state.owners[*owner],
            _ => unreachable!("the plan asks fields of their own kind only"),
        }
    }
    Some(match field {
        "id" => |scope, object, _| Value::Owned(owner(scope, object).node_id()),
        "databaseId" => |scope, object, _| Value::Number(owner(scope, object).id),
        "login" => |scope, object, _| Value::Text(&owner(scope, object).login),
        "name" => |scope, object, _| Value::Text(&owner(scope, object).login),
        "url" => {
            |scope, object, _| Value::Owned(format!("https://github.com/{}", owner(scope, object).login))
        }
        "isVerified" if kind == Kind::Organization => |_, _, _| Value::Flag(false),
        _ => return None,
    })
}

pub(super) fn page_info(field: &str) -> Option<Resolver> {
    fn page(object: &Object) -> &super::Page {
        match object {
            Object::PageInfo(page) => page,
            _ => unreachable!("the plan asks fields of their own kind only"),
        }
    }
    let cursor: Resolver =
        |_, object, _| page(object).ends.clone().map_or(Value::Null, |(_, end)| Value::Owned(end));
    Some(match field {
        "hasNextPage" => |_, object, _| Value::Flag(page(object).next),
        "hasPreviousPage" => |_, object, _| Value::Flag(page(object).previous),
        "endCursor" => cursor,
        "startCursor" => {
            |_, object, _| page(object).ends.clone().map_or(Value::Null, |(start, _)| Value::Owned(start))
        }
        _ => return None,
    })
}
