//! Errors as GitHub's GraphQL words them.

use serde_json::{Value, json};

use super::super::rest::SIGN_ON;
use super::super::state::Block;

/// What went wrong with a field or a whole query.
#[derive(Clone, Debug)]
pub(super) struct Trouble {
    /// `NOT_FOUND`, `FORBIDDEN` …; none where the query itself was no good.
    pub(super) kind: Option<&'static str>,
    pub(super) message: String,
    pub(super) at: Option<(usize, usize)>,
    /// What a well-behaved client would not have asked.
    pub(super) violation: bool,
}

impl Trouble {
    pub(super) fn new(kind: &'static str, message: impl Into<String>) -> Self {
        Self { kind: Some(kind), message: message.into(), at: None, violation: false }
    }

    fn of_query(kind: Option<&'static str>, message: String, at: (usize, usize)) -> Self {
        Self { kind, message, at: Some(at), violation: true }
    }

    pub(super) fn no_such_node(id: &str) -> Self {
        Self::new("NOT_FOUND", format!("Could not resolve to a node with the global id of '{id}'"))
    }

    pub(super) fn no_such_repository(owner: &str, name: &str) -> Self {
        Self::new("NOT_FOUND", format!("Could not resolve to a Repository with the name '{owner}/{name}'."))
    }

    pub(super) fn forbidden(why: Block) -> Self {
        let message = if why == Block::SignOn { SIGN_ON } else { "Repository access blocked" };
        Self::new("FORBIDDEN", message)
    }

    pub(super) fn not_answered(object: &str, field: &str, at: (usize, usize)) -> Self {
        let message = format!(
            "`{object}.{field}` is a field of GitHub's schema that this stand-in does not answer: \
             add it to tests/world/github/graphql/fields"
        );
        Self::of_query(Some("NOT_ANSWERED"), message, at)
    }

    pub(super) fn too_many_ids(asked: u64, at: (usize, usize)) -> Self {
        let message = format!("You may not provide more than 100 node ids; you provided {asked}.");
        Self::of_query(Some("ARGUMENT_LIMIT"), message, at)
    }

    pub(super) fn no_bounds(connection: &str, at: (usize, usize)) -> Self {
        let message = format!(
            "You must provide a `first` or `last` value to properly paginate the `{connection}` connection."
        );
        Self::of_query(Some("MISSING_PAGINATION_BOUNDARIES"), message, at)
    }

    pub(super) fn both_bounds(connection: &str, at: (usize, usize)) -> Self {
        let message = format!(
            "Passing both `first` and `last` to paginate the `{connection}` connection is not supported."
        );
        Self::of_query(Some("UNPROCESSABLE"), message, at)
    }

    pub(super) fn below_zero(connection: &str, word: &str, at: (usize, usize)) -> Self {
        let message = format!("`{word}` on the `{connection}` connection cannot be less than zero.");
        Self::of_query(Some("INVALID_CURSOR_ARGUMENTS"), message, at)
    }

    pub(super) fn beyond_hundred(connection: &str, word: &str, asked: u64, at: (usize, usize)) -> Self {
        let message = format!(
            "Requesting {asked} records on the `{connection}` connection exceeds the `{word}` limit of 100 records."
        );
        Self::of_query(Some("EXCESSIVE_PAGINATION"), message, at)
    }

    pub(super) fn too_many_nodes(nodes: u64) -> Self {
        let message = format!(
            "This query requests up to {nodes} possible nodes which exceeds the maximum limit of 500,000."
        );
        Self::of_query(Some("MAX_NODE_LIMIT_EXCEEDED"), message, (1, 1))
    }

    /// As it stands in `errors`.
    pub(super) fn json(&self, path: &[Value]) -> Value {
        let mut error = json!({ "message": self.message });
        if let Some(kind) = self.kind {
            error["type"] = kind.into();
        }
        if !path.is_empty() {
            error["path"] = path.into();
        }
        if let Some((line, column)) = self.at {
            error["locations"] = json!([{ "line": line, "column": column }]);
        }
        error
    }
}

/// What the library that checks queries says, in GitHub's words where programs look for them.
pub(super) fn invalid(message: &str, line: usize, column: usize) -> Value {
    let locations = json!([{ "line": line, "column": column }]);
    // "type `T` does not have a field `f`"
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    if let [object, field] = quoted.as_slice()
        && message.contains("does not have a field")
    {
        return json!({
            "path": ["query", field],
            "extensions": { "code": "undefinedField", "typeName": object, "fieldName": field },
            "locations": locations,
            "message": format!("Field '{field}' doesn't exist on type '{object}'"),
        });
    }
    json!({ "message": message, "locations": locations, "extensions": { "code": "invalidQuery" } })
}
