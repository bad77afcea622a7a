//! Answers to questions.

use askama::Template;

use crate::frame::Frame;
use crate::row::Linked;

/// The answer to a question.
#[derive(Template)]
#[template(path = "ask.html")]
pub(crate) struct AskPage<'a> {
    pub(crate) frame: Frame<'a>,
    pub(crate) heading: String,
    /// The question as it was typed.
    pub(crate) typed: &'a str,
    pub(crate) answer: Option<&'a whimbrel_lookup::Answer>,
    /// What is wrong with the question.
    pub(crate) wrong: Option<String>,
    /// Things that are to be compared, as a table.
    pub(crate) side_by_side: Option<SideBySide<'a>>,
    /// Charts as SVG, each with what it shows in words.
    pub(crate) charts: Vec<(String, String)>,
    /// The page of its own that shows the same.
    pub(crate) own: Option<String>,
    /// Where a bot answers the same.
    pub(crate) bot: Option<Linked>,
    pub(crate) newer: Option<String>,
    pub(crate) older: Option<String>,
    pub(crate) forms: &'static [whimbrel_lookup::Form],
}

/// Things and what is known of each, label by label.
pub(crate) struct SideBySide<'a> {
    /// Their names, and where these lead.
    pub(crate) heads: Vec<(&'a str, Option<String>)>,
    /// The label, and for each thing its name and what is known.
    pub(crate) rows: Vec<(&'a str, Vec<(&'a str, &'a str)>)>,
}

impl<'a> SideBySide<'a> {
    /// The things of an answer, in its order; `leads` says where a name leads.
    pub(crate) fn of(
        answer: &'a whimbrel_lookup::Answer,
        leads: impl Fn(&whimbrel_lookup::Item) -> Option<String>,
    ) -> Self {
        let items: Vec<_> = answer.items().collect();
        let mut labels: Vec<&str> = Vec::new();
        for fact in items.iter().flat_map(|item| &item.facts) {
            if !labels.contains(&fact.label.as_str()) {
                labels.push(&fact.label);
            }
        }
        let about = ("About", items.iter().map(|item| (item.name.as_str(), item.text.as_str())).collect());
        let known = labels.into_iter().map(|label| {
            let of = |item: &&'a whimbrel_lookup::Item| {
                (item.name.as_str(), item.fact(label).map_or("–", |fact| fact.text.as_str()))
            };
            (label, items.iter().map(of).collect())
        });
        let heads = items.iter().map(|item| (item.name.as_str(), leads(item))).collect();
        Self { rows: std::iter::once(about).chain(known).collect(), heads }
    }
}

/// A text in which names stand between backticks, as people write it.
pub(crate) fn quoted(text: &str) -> String {
    let mut parts = text.split('`');
    let mut whole = parts.next().unwrap_or_default().to_owned();
    for (at, part) in parts.enumerate() {
        whole.push(if at % 2 == 0 { '“' } else { '”' });
        whole.push_str(part);
    }
    whole
}

impl AskPage<'_> {
    /// The page of another question.
    pub(crate) fn ask(&self, question: &str) -> String {
        crate::api::address(&self.frame.links, question, 1)
    }

    /// A link of an answer, which may be one of the site's own pages.
    pub(crate) fn link(&self, url: &str) -> String {
        match url.strip_prefix('/') {
            Some(own) => self.frame.links.file(own),
            None => url.to_owned(),
        }
    }
}

/// What programs can ask.
#[derive(Template)]
#[template(path = "api.html")]
pub(crate) struct ApiPage<'a> {
    pub(crate) frame: Frame<'a>,
    pub(crate) endpoints: Vec<Endpoint>,
}

/// An address programs ask.
pub(crate) struct Endpoint {
    pub(crate) path: String,
    pub(crate) description: String,
    /// Name, whether it must be there, what it says.
    pub(crate) parameters: Vec<(String, bool, String)>,
    pub(crate) example: String,
}
