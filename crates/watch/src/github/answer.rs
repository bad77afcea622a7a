//! What GraphQL answers, read so that one dead repository never takes its batch along: `data` and `errors` are both
//! kept, every project is read on its own, and each kind of error has its own consequence.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::told::RateLimit;

/// An answer as it came.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Envelope {
    #[serde(default)]
    data: Option<HashMap<String, Option<Box<RawValue>>>>,
    #[serde(default)]
    errors: Vec<Problem>,
    /// Refusals outside GraphQL say only this.
    #[serde(default)]
    message: Option<String>,
}

/// One of its errors.
#[derive(Debug, Default, Deserialize)]
struct Problem {
    #[serde(default, rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    path: Option<Vec<Step>>,
    #[serde(default)]
    message: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Step {
    Index(usize),
    Field(String),
}

/// What an error means for us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// There is no such thing, or it is hidden from us.
    NotFound,
    /// It is there and may not be read.
    Forbidden(String),
    /// The hour's points are used up.
    Primary,
    /// GitHub wants to be left alone.
    Secondary,
    /// The question was too much: more in one answer than it manages, or is willing to.
    TooMuch,
    /// Anything else.
    Other(String),
}

/// Which part of an answer: the field, and the place in it when it is a list.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    pub(crate) field: &'a str,
    pub(crate) index: Option<usize>,
}

/// One part of an answer.
#[derive(Debug, PartialEq)]
pub(crate) enum Part<T> {
    /// It is there, whole as far as it matters.
    Here(T),
    /// There is no such thing.
    NotFound,
    /// It may not be read.
    Forbidden(String),
    /// It would have been there in a smaller question.
    TooMuch,
    /// It is not there for another reason.
    Failed(String),
}

impl Envelope {
    /// Reads an answer; `None` when it is none.
    pub(crate) fn read(body: &[u8]) -> Option<Self> {
        let envelope: Self = serde_json::from_slice(body).ok()?;
        let says_something =
            envelope.data.is_some() || !envelope.errors.is_empty() || envelope.message.is_some();
        says_something.then_some(envelope)
    }

    /// GraphQL's own account of the limit.
    pub(crate) fn rate_limit(&self) -> RateLimit {
        let raw = self.data.as_ref().and_then(|data| data.get("rateLimit")?.as_deref());
        raw.and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default()
    }

    /// An error that is about limits, wherever it stands.
    pub(crate) fn limited(&self) -> Option<Meaning> {
        let meanings = || self.errors.iter().map(Problem::meaning).chain(self.said());
        meanings()
            .find(|meaning| *meaning == Meaning::Secondary)
            .or_else(|| meanings().find(|meaning| *meaning == Meaning::Primary))
    }

    /// Why there is no data at all; `None` when there is some.
    pub(crate) fn failed(&self) -> Option<Meaning> {
        if self.data.as_ref().is_some_and(|data| data.values().any(Option::is_some)) {
            return None;
        }
        // Every project of the batch being gone is an answer about each of them, none about the batch.
        if self.data.is_some() && self.errors.iter().all(|problem| problem.path.is_some()) {
            return None;
        }
        let whole = self.errors.iter().map(Problem::meaning).chain(self.said()).next();
        Some(whole.unwrap_or_else(|| Meaning::Other("it holds nothing".to_owned())))
    }

    fn said(&self) -> impl Iterator<Item = Meaning> {
        self.message.iter().map(|message| meaning(None, message))
    }

    /// The things of a list, to be read one by one.
    pub(crate) fn list(&self, field: &str) -> Vec<Option<&RawValue>> {
        let raw = self.data.as_ref().and_then(|data| data.get(field)?.as_deref());
        raw.and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default()
    }

    /// The thing in a field.
    pub(crate) fn field(&self, field: &str) -> Option<&RawValue> {
        self.data.as_ref()?.get(field)?.as_deref().filter(|raw| raw.get() != "null")
    }

    /// Reads one part. A part with an error inside is read without what is missing, unless a smaller question would
    /// bring it.
    pub(crate) fn part<'a, T: Deserialize<'a>>(
        &self,
        place: Place<'_>,
        raw: Option<&'a RawValue>,
    ) -> Part<T> {
        let mut meanings = self.errors.iter().filter(|problem| problem.is_about(place)).map(Problem::meaning);
        let Some(raw) = raw else {
            return match meanings.next() {
                Some(Meaning::NotFound) => Part::NotFound,
                Some(Meaning::Forbidden(why)) => Part::Forbidden(why),
                Some(Meaning::TooMuch | Meaning::Primary | Meaning::Secondary) => Part::TooMuch,
                Some(Meaning::Other(why)) => Part::Failed(why),
                None if self.errors.iter().any(|problem| problem.path.is_none()) => Part::TooMuch,
                None => Part::Failed("GitHub's answer leaves it out".to_owned()),
            };
        };
        let whole = |meaning| !matches!(meaning, Meaning::TooMuch | Meaning::Primary | Meaning::Secondary);
        if !meanings.all(whole) {
            return Part::TooMuch;
        }
        match serde_json::from_str(raw.get()) {
            Ok(thing) => Part::Here(thing),
            Err(error) => Part::Failed(format!("GitHub's answer was not understood ({error})")),
        }
    }
}

impl Problem {
    fn meaning(&self) -> Meaning {
        meaning(self.kind.as_deref(), self.message.as_deref().unwrap_or_default())
    }

    fn is_about(&self, place: Place<'_>) -> bool {
        let Some(path) = &self.path else { return false };
        let field = matches!(path.first(), Some(Step::Field(name)) if name == place.field);
        // An error of a whole list is one of everything in it.
        field
            && match (path.get(1), place.index) {
                (Some(Step::Index(index)), Some(wanted)) => *index == wanted,
                _ => true,
            }
    }
}

/// GitHub names some kinds of errors, and says others in words only.
fn meaning(kind: Option<&str>, message: &str) -> Meaning {
    let said = message.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| said.contains(word));
    if says(&["secondary rate limit", "abuse detection", "submitted too quickly"]) {
        return Meaning::Secondary;
    }
    match kind.unwrap_or_default() {
        "RATE_LIMITED" | "RATE_LIMIT" => Meaning::Primary,
        "NOT_FOUND" => Meaning::NotFound,
        "FORBIDDEN" | "INSUFFICIENT_SCOPES" | "UNPROCESSABLE" => Meaning::Forbidden(short(message)),
        "RESOURCE_LIMITS_EXCEEDED"
        | "MAX_NODE_LIMIT_EXCEEDED"
        | "ARGUMENT_LIMIT"
        | "EXCESSIVE_PAGINATION"
        | "LOADING"
        | "TIMEOUT"
        | "SERVICE_UNAVAILABLE" => Meaning::TooMuch,
        _ if says(&["rate limit"]) => Meaning::Primary,
        _ if says(&["timeout", "timed out", "something went wrong", "resource limits", "took too long"]) => {
            Meaning::TooMuch
        }
        _ => Meaning::Other(short(message)),
    }
}

/// A message for a log line: one line, not the whole page some errors are.
pub(crate) fn short(message: &str) -> String {
    let line: String = message.chars().map(|c| if c.is_control() { ' ' } else { c }).take(200).collect();
    if line.trim().is_empty() { "GitHub gives no reason".to_owned() } else { line.trim().to_owned() }
}

#[cfg(test)]
#[path = "../../../../tests/world/mangled.rs"]
mod mangled;

#[cfg(test)]
mod tests {
    use super::*;

    fn part(answer: &str, index: usize) -> Part<u32> {
        let envelope = Envelope::read(answer.as_bytes()).unwrap();
        let list = envelope.list("nodes");
        let place = Place { field: "nodes", index: Some(index) };
        envelope.part(place, list.get(index).copied().flatten())
    }

    #[test]
    fn one_dead_project_leaves_the_others_alone() {
        let answer = r#"{"data":{"rateLimit":{"cost":1,"limit":5000,"remaining":4999,"used":1,"resetAt":"2026-05-01T13:00:00Z"},
            "nodes":[1,null,3,null,null,"x",7,null]},
            "errors":[{"type":"NOT_FOUND","path":["nodes",1],"message":"Could not resolve to a node"},
            {"type":"FORBIDDEN","path":["nodes",3],"message":"Resource protected by organization SAML enforcement."},
            {"type":"RESOURCE_LIMITS_EXCEEDED","path":["nodes",4],"message":"Resource limits for this query exceeded."},
            {"path":["nodes",6,"releases"],"message":"Something went wrong"},
            {"type":"NOT_FOUND","path":["nodes",0,"licenseInfo"],"message":"no such licence"}]}"#;
        assert_eq!(part(answer, 0), Part::Here(1));
        assert_eq!(part(answer, 1), Part::NotFound);
        assert_eq!(part(answer, 2), Part::Here(3));
        assert!(matches!(part(answer, 3), Part::Forbidden(why) if why.contains("SAML")));
        assert_eq!(part(answer, 4), Part::TooMuch);
        assert!(matches!(part(answer, 5), Part::Failed(_)));
        assert_eq!(part(answer, 6), Part::TooMuch);
        assert!(matches!(part(answer, 7), Part::Failed(_)), "null without an error");
        assert!(matches!(part(answer, 99), Part::Failed(_)));
        let envelope = Envelope::read(answer.as_bytes()).unwrap();
        assert_eq!(
            (envelope.rate_limit().cost, envelope.limited(), envelope.failed()),
            (Some(1), None, None)
        );
    }

    #[test]
    fn each_kind_of_refusal_is_told_from_the_others() {
        let of = |text: &str| Envelope::read(text.as_bytes()).unwrap();
        for (answer, limited, failed) in [
            (
                r#"{"data":null,"errors":[{"type":"RATE_LIMITED","message":"API rate limit exceeded for user ID 1."}]}"#,
                Some(Meaning::Primary),
                Some(Meaning::Primary),
            ),
            (
                r#"{"message":"You have exceeded a secondary rate limit. Please wait a few minutes."}"#,
                Some(Meaning::Secondary),
                Some(Meaning::Secondary),
            ),
            (
                r#"{"errors":[{"type":"RATE_LIMITED","message":"You have exceeded a secondary rate limit"}]}"#,
                Some(Meaning::Secondary),
                Some(Meaning::Secondary),
            ),
            (
                r#"{"errors":[{"type":"ARGUMENT_LIMIT","path":["nodes"],"message":"You may not provide more than 100 node ids"}]}"#,
                None,
                Some(Meaning::TooMuch),
            ),
            (
                r#"{"data":null,"errors":[{"message":"Something went wrong while executing your query. This may be the result of a timeout"}]}"#,
                None,
                Some(Meaning::TooMuch),
            ),
            (
                r#"{"errors":[{"path":["query"],"message":"Field 'x' doesn't exist on type 'Repository'"}]}"#,
                None,
                Some(Meaning::Other("Field 'x' doesn't exist on type 'Repository'".into())),
            ),
            (
                r#"{"data":{"p0":null},"errors":[{"type":"NOT_FOUND","path":["p0"],"message":"gone"}]}"#,
                None,
                None,
            ),
            (r#"{"data":{}}"#, None, None),
        ] {
            let envelope = of(answer);
            assert_eq!((envelope.limited(), envelope.failed()), (limited, failed), "{answer}");
        }
        for none in ["", "{", "[]", "{}", "null", "<html>", r#"{"data":null}"#, r#"{"data":7}"#] {
            assert!(Envelope::read(none.as_bytes()).is_none(), "{none}");
        }
    }

    #[test]
    fn partial_data_is_kept_and_the_rest_asked_for_again() {
        let answer = r#"{"data":{"nodes":[1,null]},"errors":[{"type":"RESOURCE_LIMITS_EXCEEDED","message":"enough"}]}"#;
        assert_eq!((part(answer, 0), part(answer, 1)), (Part::Here(1), Part::TooMuch));
    }

    #[test]
    fn mangled_answers_never_panic() {
        use crate::github::repository::Repository;

        let release = serde_json::json!({ "id": "RE_1", "databaseId": 1, "tagName": "v1.2.3", "name": "One", "url": "https://x.y/1",
            "createdAt": "2026-05-01T13:00:00Z", "publishedAt": "2026-05-01T13:00:00Z", "updatedAt": null,
            "isDraft": false, "isPrerelease": true, "descriptionHTML": "<p>CVE-2026-1234 &amp; more</p>" });
        let tag = serde_json::json!({ "name": "v1", "target": { "__typename": "Tag", "tagger": { "date": "2026-05-01T13:00:00Z" },
            "target": { "committedDate": "2026-05-01T13:00:00Z" } } });
        let repository = serde_json::json!({ "id": "R_1", "nameWithOwner": "o/r", "isArchived": false, "archivedAt": null,
            "isDisabled": false, "isFork": false, "licenseInfo": { "spdxId": "MIT" }, "primaryLanguage": { "name": "Rust" },
            "description": "It works.", "homepageUrl": "https://x.y", "stargazerCount": 1200, "forkCount": 30,
            "pushedAt": "2026-05-01T13:00:00Z", "createdAt": "2020-05-01T13:00:00Z",
            "releases": { "totalCount": 1, "pageInfo": { "hasNextPage": true, "endCursor": "x" }, "nodes": [release] },
            "further": { "nodes": [release] },
            "refs": { "totalCount": 1, "nodes": [tag] } });
        let samples = [
            serde_json::json!({ "data": { "rateLimit": { "cost": 1, "limit": 5000, "remaining": 4999, "used": 1,
                "resetAt": "2026-05-01T13:00:00Z" }, "nodes": [repository, null, repository] },
                "errors": [{ "type": "NOT_FOUND", "path": ["nodes", 1], "message": "Could not resolve to a node" }] }),
            serde_json::json!({ "message": "You have exceeded a secondary rate limit." }),
        ];
        let (mut read, mut seen) = (0, 0);
        for case in 0..mangled::cases(8_000) {
            let Some(envelope) = Envelope::read(&mangled::mangled(case, &samples)) else { continue };
            read += 1;
            let _ = (envelope.rate_limit(), envelope.limited(), envelope.failed());
            for (index, node) in envelope.list("nodes").into_iter().enumerate().take(50) {
                let place = Place { field: "nodes", index: Some(index) };
                if let Part::Here(repository) = envelope.part::<Repository>(place, node) {
                    seen += usize::from(repository.seen().is_some());
                }
            }
        }
        assert!(read > 1_000 && seen > 500, "{read}, {seen}: many are nearly right");
    }
}
