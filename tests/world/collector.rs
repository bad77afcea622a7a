//! A pretend collector of spans. It is strict: whatever the OTLP specification does not allow, in its JSON form over HTTP,
//! is written down, and told to who asks for the spans.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::State;
use axum::response::Response;
use axum::{Extension, Router};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value};

use crate::server::{Asked, Fault, Server, build};

/// A span as it came.
#[derive(Clone, Debug)]
pub struct Span {
    /// What the spans of one piece of work share.
    pub trace: String,
    /// Its own name.
    pub id: String,
    /// The span it is a part of.
    pub parent: Option<String>,
    /// What was done.
    pub name: String,
    /// 1 is internal, 2 a server's, 3 a client's.
    pub kind: u64,
    /// When it began.
    pub from: DateTime<Utc>,
    /// When it ended.
    pub to: DateTime<Utc>,
    /// What is said of it; numbers as texts.
    pub attributes: BTreeMap<String, String>,
    /// What went wrong.
    pub error: Option<String>,
}

/// A running collector.
pub struct Collector {
    server: Server,
    desk: Arc<Mutex<Desk>>,
}

#[derive(Default)]
struct Desk {
    spans: Vec<Span>,
    known: BTreeSet<String>,
    /// Whole messages: one whose answer nobody waited for may come again as it was, and no otherwise.
    messages: BTreeSet<Vec<u8>>,
    wrong: Vec<String>,
    status: Option<u16>,
}

impl Collector {
    /// Starts it on a free port of this machine.
    pub fn start() -> Self {
        let desk = Arc::<Mutex<Desk>>::default();
        let its = Arc::clone(&desk);
        let server = Server::start(|_| Router::new().fallback(answer).with_state(its));
        Self { server, desk }
    }

    /// What the configuration has to say.
    pub fn url(&self) -> String {
        self.server.url("")
    }

    /// The spans it took, oldest first. Fails where anything was not as the specification has it.
    pub fn spans(&self) -> Vec<Span> {
        let desk = locked(&self.desk);
        assert!(desk.wrong.is_empty(), "not OTLP:\n{}", desk.wrong.join("\n"));
        desk.spans.clone()
    }

    /// Every request so far, also those that went wrong.
    pub fn asked(&self) -> Vec<Asked> {
        self.server.asked()
    }

    /// From now on it takes nothing and answers with this status.
    pub fn answers(&self, status: u16) {
        locked(&self.desk).status = Some(status);
    }

    /// From now on every request goes wrong.
    pub fn fails(&self, fault: Fault) {
        self.server.misbehave(move |_| Some(fault));
    }

    /// From now on nothing goes wrong any more.
    pub fn heals(&self) {
        locked(&self.desk).status = None;
        self.server.behave();
    }
}

fn locked(desk: &Mutex<Desk>) -> MutexGuard<'_, Desk> {
    desk.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn answer(State(desk): State<Arc<Mutex<Desk>>>, Extension(asked): Extension<Asked>) -> Response {
    let mut desk = locked(&desk);
    if let Some(status) = desk.status {
        return build(status, &[("content-type", "application/json")], r#"{"message":"not now"}"#);
    }
    match read(&asked) {
        Ok(spans) => {
            let spans = if desk.messages.insert(asked.body.to_vec()) { spans } else { Vec::new() };
            for span in spans {
                if desk.known.insert(format!("{} {}", span.trace, span.id)) {
                    desk.spans.push(span);
                } else {
                    desk.wrong.push(format!("this span came before: {span:?}"));
                }
            }
            build(200, &[("content-type", "application/json")], "{}")
        }
        Err(wrong) => {
            desk.wrong.push(format!("{wrong}, in {}", String::from_utf8_lossy(&asked.body)));
            build(400, &[("content-type", "application/json")], r#"{"message":"wrong"}"#)
        }
    }
}

fn read(asked: &Asked) -> Result<Vec<Span>, String> {
    expect(asked.method == "POST" && asked.path == "/v1/traces", "spans are posted to /v1/traces")?;
    expect(asked.headers.get("content-type").is_some_and(|it| it == "application/json"), "it is not JSON")?;
    let message: Value = serde_json::from_slice(&asked.body).map_err(|error| error.to_string())?;
    let mut spans = Vec::new();
    for of_resource in list(object(&message, &["resourceSpans"])?, "resourceSpans")? {
        let of_resource = object(of_resource, &["resource", "scopeSpans"])?;
        let resource = object(&of_resource["resource"], &["attributes"])?;
        let about = attributes(resource)?;
        expect(
            about.get("service.name").is_some_and(|name| !name.is_empty()),
            "nobody knows whose they are",
        )?;
        for of_scope in list(of_resource, "scopeSpans")? {
            let of_scope = object(of_scope, &["scope", "spans"])?;
            object(&of_scope["scope"], &["name", "version"])?;
            for span in list(of_scope, "spans")? {
                spans.push(read_span(span)?);
            }
        }
    }
    Ok(spans)
}

fn read_span(value: &Value) -> Result<Span, String> {
    const KEYS: [&str; 9] = [
        "traceId",
        "spanId",
        "parentSpanId",
        "name",
        "kind",
        "startTimeUnixNano",
        "endTimeUnixNano",
        "attributes",
        "status",
    ];
    let span = object(value, &KEYS)?;
    let id = |key: &str, digits: usize| {
        let id = span.get(key).and_then(Value::as_str).ok_or_else(|| format!("no {key}"))?;
        let is_hex = id.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
        let is_one = id.len() == digits && is_hex && id.bytes().any(|byte| byte != b'0');
        expect(is_one, &format!("`{id}` is no {key}")).map(|()| id.to_owned())
    };
    // Whole numbers of 64 bits are texts: as JSON numbers they lose their last digits.
    let moment = |key: &str| {
        let nanos = span.get(key).and_then(Value::as_str).and_then(|text| text.parse::<i64>().ok());
        let at = nanos.map(DateTime::from_timestamp_nanos).ok_or_else(|| format!("no {key}"))?;
        let is_near = (Utc::now() - at).abs() < TimeDelta::hours(1);
        expect(is_near, &format!("{key} is far away: {at}")).map(|()| at)
    };
    let (from, to) = (moment("startTimeUnixNano")?, moment("endTimeUnixNano")?);
    expect(from <= to, "it ended before it began")?;
    let kind = span.get("kind").and_then(Value::as_u64).unwrap_or_default();
    expect((1..=5).contains(&kind), "no kind")?;
    let name = span.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
    expect(!name.is_empty(), "no name")?;
    let error = match span.get("status") {
        None => None,
        Some(status) => {
            let status = object(status, &["code", "message"])?;
            expect(status["code"] == 2, "a status is there for errors")?;
            Some(status["message"].as_str().unwrap_or_default().to_owned())
        }
    };
    Ok(Span {
        trace: id("traceId", 32)?,
        id: id("spanId", 16)?,
        parent: span.contains_key("parentSpanId").then(|| id("parentSpanId", 16)).transpose()?,
        name,
        kind,
        from,
        to,
        attributes: attributes(span)?,
        error,
    })
}

fn attributes(of: &Map<String, Value>) -> Result<BTreeMap<String, String>, String> {
    let mut found = BTreeMap::new();
    for attribute in list(of, "attributes")? {
        let attribute = object(attribute, &["key", "value"])?;
        let key = attribute["key"].as_str().filter(|key| !key.is_empty()).ok_or("an attribute has no key")?;
        let value = object(&attribute["value"], &["stringValue", "intValue", "doubleValue", "boolValue"])?;
        expect(value.len() == 1, "an attribute has one value")?;
        let text = match value.iter().next() {
            Some((kind, Value::String(text))) if kind == "stringValue" => text.clone(),
            Some((kind, Value::String(text))) if kind == "intValue" && text.parse::<i64>().is_ok() => {
                text.clone()
            }
            Some((kind, Value::Bool(truth))) if kind == "boolValue" => truth.to_string(),
            Some((kind, Value::Number(number))) if kind == "doubleValue" => number.to_string(),
            other => return Err(format!("no value: {other:?}")),
        };
        expect(text.len() <= 128, "longer than any word")?;
        expect(found.insert(key.to_owned(), text).is_none(), &format!("`{key}` is said twice"))?;
    }
    Ok(found)
}

/// An object without other keys.
fn object<'a>(value: &'a Value, keys: &[&str]) -> Result<&'a Map<String, Value>, String> {
    let object = value.as_object().ok_or_else(|| format!("no object: {value}"))?;
    match object.keys().find(|key| !keys.contains(&key.as_str())) {
        Some(key) => Err(format!("there is no `{key}`")),
        None => Ok(object),
    }
}

fn list<'a>(of: &'a Map<String, Value>, key: &str) -> Result<&'a Vec<Value>, String> {
    of.get(key).and_then(Value::as_array).ok_or_else(|| format!("no {key}"))
}

fn expect(it: bool, why: &str) -> Result<(), String> {
    if it { Ok(()) } else { Err(why.to_owned()) }
}
