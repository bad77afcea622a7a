//! The words in which GitHub refuses, and what it tells about limits.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use super::answer::Answer;
use super::faults::Fault;
use super::limits::{Asker, Budget, Ledger, Limits, Refusal, Resource};
use super::tokens::Identity;

/// How long a client is told to wait, and whether only until the hour ends.
pub(super) struct Wait {
    pub(super) long: Duration,
    pub(super) hour: bool,
}

/// Whoever is told of a secondary limit without a time waits this long.
const UNSAID: Duration = Duration::from_mins(1);

const SECONDARY: &str = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again. \
    If you reach out to GitHub Support for help, please include the request ID.";

/// The answer to whoever is over a limit.
pub(super) fn of_limit(refused: &Refusal, who: &Identity, resource: Resource, too_many: bool) -> Answer {
    let status = if too_many { 429 } else { 403 };
    match refused {
        Refusal::Primary => primary(status, &who.account, resource),
        Refusal::Secondary { retry_after, .. } => {
            let secs = retry_after.as_secs() + u64::from(retry_after.subsec_nanos() > 0);
            Answer::error(status, SECONDARY).with("retry-after", secs.to_string())
        }
    }
}

fn primary(status: u16, account: &str, resource: Resource) -> Answer {
    let message = format!("API rate limit exceeded for {account}.");
    match resource {
        Resource::Core => Answer::error(status, &message),
        // GraphQL refuses politely.
        Resource::Graphql => {
            Answer::json(200, &json!({ "errors": [{ "type": "RATE_LIMITED", "message": message }] }))
        }
    }
}

/// The answer a fault stands for, where it stands for a whole one.
pub(super) fn of_fault(fault: &Fault, resource: Resource) -> Option<(Answer, Option<Wait>)> {
    let secs = |long: &Duration| long.as_secs().to_string();
    let wait = |long: &Duration| Some(Wait { long: *long, hour: false });
    Some(match fault {
        Fault::PrimaryLimit(long) => {
            (primary(403, "user ID 1", resource), Some(Wait { long: *long, hour: true }))
        }
        Fault::SecondaryLimit(long) => {
            (Answer::error(403, SECONDARY).with("retry-after", secs(long)), wait(long))
        }
        Fault::SecondaryLimitSilent => (Answer::error(403, SECONDARY), wait(&UNSAID)),
        Fault::TooManyRequests(long) => {
            (Answer::error(429, SECONDARY).with("retry-after", secs(long)), wait(long))
        }
        Fault::NotFound => (Answer::not_found(), None),
        Fault::Status(status) => (page(*status), None),
        Fault::Unavailable(long) => (page(503).with("retry-after", secs(long)), wait(long)),
        Fault::Errors => {
            let message = "Something went wrong while executing your query.";
            (Answer::json(200, &json!({ "data": null, "errors": [{ "message": message }] })), None)
        }
        _ => return None,
    })
}

/// A page for people, as servers in trouble show.
fn page(status: u16) -> Answer {
    let text = format!(
        "<!DOCTYPE html>\n<html><head><title>Unicorn! &middot; GitHub</title></head><body><h1>{status}</h1></body></html>"
    );
    Answer::text(status, "text/html; charset=utf-8", text)
}

/// A query GitHub gave up on.
pub(super) fn given_up() -> Answer {
    let message = "Something went wrong while executing your query. This may be the result of a timeout, or it could be \
        a GitHub bug. Please include the request ID when reporting this issue.";
    Answer::json(502, &json!({ "data": null, "errors": [{ "message": message }] }))
}

/// What is left of the hour, as every answer tells it.
pub(super) fn with_limits(answer: Answer, budget: Budget, resource: Resource, skew: TimeDelta) -> Answer {
    answer
        .with("x-ratelimit-limit", budget.limit.to_string())
        .with("x-ratelimit-remaining", budget.remaining().to_string())
        .with("x-ratelimit-used", budget.used.to_string())
        .with("x-ratelimit-reset", (budget.reset + skew).timestamp().to_string())
        .with("x-ratelimit-resource", resource.name())
}

/// `GET /rate_limit`, which costs nothing.
pub(super) fn rate_limit(
    ledger: &mut Ledger,
    asker: Asker<'_>,
    limits: &Limits,
    now: DateTime<Utc>,
) -> Answer {
    let mut told = |resource| {
        let budget = ledger.budget(Asker { resource, ..asker }, limits, now);
        json!({
            "limit": budget.limit,
            "used": budget.used,
            "remaining": budget.remaining(),
            "reset": budget.reset.timestamp(),
            "resource": resource.name(),
        })
    };
    let (core, graphql) = (told(Resource::Core), told(Resource::Graphql));
    let search = json!({ "limit": 30, "used": 0, "remaining": 30, "reset": now.timestamp() + 60, "resource": "search" });
    Answer::json(
        200,
        &json!({ "resources": { "core": core, "graphql": graphql, "search": search }, "rate": core }),
    )
}
