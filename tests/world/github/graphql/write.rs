//! Going over the plan and writing the answer, straight into text: a batch of a hundred repositories is ten thousand
//! fields, and a simulated month asks for thousands of batches.

use std::fmt::Write as _;

use chrono::{DateTime, Datelike, Timelike, Utc};
use serde_json::Value as Json;

use super::fields::{Object, Scope, Value};
use super::plan::{Selection, Step};

/// The answer's data, and what went wrong on the way.
pub(super) struct Written {
    pub(super) data: String,
    pub(super) errors: Vec<Json>,
}

/// Answers the whole plan.
pub(super) fn write(scope: &Scope<'_>, plan: &Selection) -> Written {
    let mut writer = Writer { scope, out: String::with_capacity(4096), errors: Vec::new(), path: Vec::new() };
    writer.selection(plan, &Object::Query);
    Written { data: writer.out, errors: writer.errors }
}

struct Writer<'a, 'b> {
    scope: &'b Scope<'a>,
    out: String,
    errors: Vec<Json>,
    path: Vec<Json>,
}

impl Writer<'_, '_> {
    fn selection(&mut self, selection: &Selection, object: &Object) {
        let mut sign = '{';
        for step in &selection.0 {
            self.out.push(sign);
            sign = ',';
            // Names in GraphQL need no escaping.
            self.out.push('"');
            self.out.push_str(&step.key);
            self.out.push_str("\":");
            self.step(step, object);
        }
        self.out.push_str(if sign == '{' { "{}" } else { "}" });
    }

    fn step(&mut self, step: &Step, object: &Object) {
        match (step.resolver)(self.scope, object, &step.arguments) {
            Value::Null => self.out.push_str("null"),
            Value::Flag(flag) => self.out.push_str(if flag { "true" } else { "false" }),
            Value::Number(number) => {
                // Writing to a String cannot fail.
                let _ = write!(self.out, "{number}");
            }
            Value::Text(text) => quote(&mut self.out, text),
            Value::Owned(text) => quote(&mut self.out, &text),
            Value::Time(time) => moment(&mut self.out, time),
            Value::Object(found) => {
                self.path.push(step.key.as_str().into());
                self.below(step, &found);
                self.path.pop();
            }
            Value::Objects(found) => {
                self.path.push(step.key.as_str().into());
                self.out.push('[');
                for (index, found) in found.into_iter().enumerate() {
                    if index > 0 {
                        self.out.push(',');
                    }
                    self.path.push(index.into());
                    match found {
                        Ok(found) => self.below(step, &found),
                        Err(trouble) => self.trouble(step, trouble),
                    }
                    self.path.pop();
                }
                self.out.push(']');
                self.path.pop();
            }
            Value::Trouble(trouble) => {
                self.path.push(step.key.as_str().into());
                self.trouble(step, trouble);
                self.path.pop();
            }
        }
    }

    fn below(&mut self, step: &Step, object: &Object) {
        let kind = object.kind();
        match step.below.iter().find(|(known, _)| *known == kind) {
            Some((_, selection)) => self.selection(selection, object),
            None => self.out.push_str("{}"),
        }
    }

    fn trouble(&mut self, step: &Step, mut trouble: super::error::Trouble) {
        self.out.push_str("null");
        trouble.at = Some(step.at);
        self.errors.push(trouble.json(&self.path));
    }
}

/// A text in quotes, escaped.
fn quote(out: &mut String, text: &str) {
    out.push('"');
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|byte| byte < 0x20 || byte == b'"' || byte == b'\\') {
        out.push_str(&rest[..at]);
        match rest.as_bytes()[at] {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            other => {
                let _ = write!(out, "\\u{other:04x}");
            }
        }
        rest = &rest[at + 1..];
    }
    out.push_str(rest);
    out.push('"');
}

/// A moment as GitHub writes it.
fn moment(out: &mut String, time: DateTime<Utc>) {
    let date = time.date_naive();
    out.push('"');
    digits(out, date.year().unsigned_abs(), 4);
    for (sign, number) in [
        ('-', date.month()),
        ('-', date.day()),
        ('T', time.hour()),
        (':', time.minute()),
        (':', time.second()),
    ] {
        out.push(sign);
        digits(out, number, 2);
    }
    out.push_str("Z\"");
}

fn digits(out: &mut String, number: u32, width: u32) {
    for place in (0..width).rev() {
        out.push(char::from(b'0' + (number / 10_u32.pow(place) % 10) as u8));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_moments_are_json() {
        for text in ["", "plain", "a \"quote\" \\ and\nlines\r\t\u{1}", "日本語 🎉", "</script>"] {
            let mut out = String::new();
            quote(&mut out, text);
            assert_eq!(serde_json::from_str::<String>(&out).ok().as_deref(), Some(text), "{out}");
        }
        for time in ["1999-12-31T23:59:59Z", "2026-02-03T04:05:06Z"] {
            let mut out = String::new();
            moment(&mut out, time.parse().expect("a moment"));
            assert_eq!(out, format!("\"{time}\""));
        }
    }
}
