//! Spans in the JSON form of OTLP: names in hexadecimal digits, whole numbers of 64 bits as texts.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::Settings;
use crate::span::{Ended, Side, Worth};

/// A message with these spans.
pub(crate) fn message(settings: &Settings, spans: &[Ended]) -> Vec<u8> {
    let about = |key: &str, text: &str| json!({ "key": key, "value": { "stringValue": text } });
    let message = json!({ "resourceSpans": [{
        "resource": { "attributes": [
            about("service.name", &settings.service),
            about("service.version", settings.version),
        ] },
        "scopeSpans": [{
            "scope": { "name": "whimbrel", "version": settings.version },
            "spans": spans.iter().map(span).collect::<Vec<_>>(),
        }],
    }] });
    message.to_string().into_bytes()
}

fn span(ended: &Ended) -> Value {
    let Ended { span, until } = ended;
    let kind = match span.said.side {
        Side::Internal => 1,
        Side::Server => 2,
        Side::Client => 3,
    };
    let attributes = span.said.attributes.iter().map(|(key, worth)| {
        let value = match worth {
            Worth::Text(text) => json!({ "stringValue": text }),
            Worth::Number(number) => json!({ "intValue": number.to_string() }),
            Worth::Fraction(number) => json!({ "doubleValue": number }),
            Worth::Truth(truth) => json!({ "boolValue": truth }),
        };
        json!({ "key": key, "value": value })
    });
    let mut value = json!({
        "traceId": span.trace.to_string(),
        "spanId": span.id.to_string(),
        "name": span.name,
        "kind": kind,
        "startTimeUnixNano": nanos(span.at),
        "endTimeUnixNano": nanos(*until),
        "attributes": attributes.collect::<Vec<_>>(),
    });
    if let Some(parent) = span.parent {
        value["parentSpanId"] = parent.to_string().into();
    }
    if let Some(error) = &span.said.error {
        value["status"] = json!({ "code": 2, "message": error });
    }
    value
}

fn nanos(at: SystemTime) -> String {
    at.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos().to_string()
}
