//! `/api/complete?q=…`: names while somebody types.

use std::time::Instant;

use axum::response::Response;
use http::StatusCode;
use http::request::Parts;
use serde::Serialize;
use url::form_urlencoded;
use whimbrel_lookup::{Among, Named, Question, Subject};
use whimbrel_news::slug;

use super::{Api, Refused, json_text, limit};
use crate::address::Base;

/// More than fit below a box help nobody.
const NAMES: usize = 8;

/// Nobody types a longer name.
const LONGEST: usize = 200;

/// Names that begin so.
#[derive(Serialize)]
struct Names {
    names: Vec<Offer>,
}

/// A name, what has it, and the page about that.
#[derive(Serialize)]
struct Offer {
    name: String,
    what: &'static str,
    /// Begins with a slash, like the addresses in answers.
    page: String,
}

impl Api {
    /// Names that begin with what was typed, or have a word that does; they only have to be computed.
    pub(super) fn complete(&self, request: &Parts) -> Response {
        if let Err(rest) = self.inner.names.take(limit::who(request), Instant::now()) {
            return Refused::TooMany(rest).response();
        }
        let pairs = form_urlencoded::parse(request.uri.query().unwrap_or_default().as_bytes());
        let typed = pairs.filter(|(name, _)| name == "q").last().map(|(_, text)| text.trim().to_owned());
        let typed: String = typed.unwrap_or_default().chars().take(LONGEST).collect();
        let found = if typed.is_empty() {
            Vec::new()
        } else {
            self.inner.lookup.index().complete(&typed, Among::Everything, NAMES)
        };
        let names = Names { names: found.into_iter().map(offer).collect() };
        json_text(StatusCode::OK, serde_json::to_string(&names).unwrap_or_default())
    }
}

fn offer(named: Named) -> Offer {
    let (what, page) = match &named.subject {
        Subject::Catalog(id) => ("catalog", Base::Catalog(id.clone()).folder()),
        Subject::Section(id, section) => {
            ("section", Base::Section(id.clone(), slug::section(section.parts())).folder())
        }
        Subject::Entry(_, key) => ("entry", Base::Project(slug::project(key.as_str())).folder()),
        Subject::Project(_) => {
            let question = Question::Show { project: named.name.clone() }.to_string();
            let query = form_urlencoded::Serializer::new(String::new()).append_pair("q", &question).finish();
            ("project", format!("ask?{query}"))
        }
    };
    Offer { name: named.name, what, page: format!("/{page}") }
}
