//! `POST /graphql`: queries are read, checked against GitHub's own schema, priced, and answered from the state.

mod error;
mod fields;
mod kind;
mod page;
mod plan;
mod price;
mod schema;
mod write;

use apollo_compiler::executable::OperationType;
use apollo_compiler::request::coerce_variable_values;
use apollo_compiler::response::JsonMap;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use self::error::Trouble;
use self::price::Price;
use super::faults::Fault;
use super::limits::Budget;
use super::state::State;

/// A query that may be answered, and what it costs.
pub(super) struct Question {
    plan: plan::Selection,
    price: Price,
}

impl Question {
    /// Points it takes from the hour.
    pub(super) fn cost(&self) -> u32 {
        self.price.points()
    }

    /// Ids and names it asks for.
    pub(super) fn roots(&self) -> u64 {
        let nodes = self
            .plan
            .0
            .iter()
            .filter(|step| step.below.first().is_some_and(|(kind, _)| *kind != kind::Kind::RateLimit));
        nodes.map(|step| step.at_most).sum()
    }

    /// Ids in its lists.
    pub(super) fn listed(&self) -> u64 {
        self.plan.0.iter().map(|step| step.at_most).filter(|ids| *ids > 1).sum()
    }

    /// Objects it may lead to: what settles how long GitHub takes for it.
    pub(super) fn weight(&self) -> u64 {
        self.price.weight()
    }
}

/// A query that may not: the answer's body, and what a well-behaved client would not have asked.
pub(super) struct Refused {
    pub(super) body: Value,
    pub(super) violation: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    query: String,
    variables: Option<JsonMap>,
    operation_name: Option<String>,
}

/// Reads a request's body.
pub(super) fn read(body: &[u8]) -> Result<Question, Refused> {
    let body: Body = serde_json::from_slice(body).map_err(|error| {
        wrong("A query attribute must be specified and must be a string.", format!("GraphQL body: {error}"))
    })?;
    let document = schema::read(&body.query).map_err(|faults| {
        let errors: Vec<Value> =
            faults.iter().map(|fault| error::invalid(&fault.message, fault.line, fault.column)).collect();
        let violation = faults.first().map(|fault| format!("GraphQL: {}", fault.message));
        Refused { body: json!({ "errors": errors }), violation }
    })?;
    let operation = document
        .operations
        .get(body.operation_name.as_deref())
        .map_err(|error| wrong(&error.message().to_string(), "GraphQL: no such operation".to_owned()))?;
    if operation.operation_type != OperationType::Query {
        return Err(wrong("only queries are answered here", "GraphQL: a mutation".to_owned()));
    }
    let variables = body.variables.unwrap_or_default();
    let variables = coerce_variable_values(schema::schema(), operation, &variables)
        .map_err(|error| wrong(&error.message().to_string(), format!("GraphQL: {}", error.message())))?;
    let variables: Map<String, Value> = match serde_json::to_value(variables.into_inner()) {
        Ok(Value::Object(variables)) => variables,
        _ => Map::new(),
    };
    let plan =
        plan::plan(&document, &operation.selection_set, &variables).map_err(|trouble| refuse(&trouble))?;
    let price = price::price(&plan);
    if price.nodes > 500_000 {
        return Err(refuse(&Trouble::too_many_nodes(price.nodes)));
    }
    Ok(Question { plan, price })
}

/// Answers a question that is paid for.
pub(super) fn answer(
    question: &Question,
    state: &State,
    budget: Budget,
    viewer: usize,
    fault: Option<&Fault>,
) -> String {
    let (cost, nodes) = (question.price.points(), question.price.nodes);
    let scope = fields::Scope { state, budget, cost, nodes, viewer, fault };
    let written = write::write(&scope, &question.plan);
    if written.errors.is_empty() {
        return format!("{{\"data\":{}}}", written.data);
    }
    format!("{{\"data\":{},\"errors\":{}}}", written.data, Value::from(written.errors))
}

fn refuse(trouble: &Trouble) -> Refused {
    let violation = trouble.violation.then(|| format!("GraphQL: {}", trouble.message));
    Refused { body: json!({ "errors": [trouble.json(&[])] }), violation }
}

fn wrong(message: &str, violation: String) -> Refused {
    Refused { body: json!({ "errors": [{ "message": message }] }), violation: Some(violation) }
}
