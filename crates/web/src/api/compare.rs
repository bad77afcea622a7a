//! The page that shows projects side by side: `/compare/?a=…&b=…`, up to five of them.

use askama::Template;
use axum::response::Response;
use http::StatusCode;
use http::request::Parts;
use url::form_urlencoded;
use whimbrel_catalog::EntryKey;
use whimbrel_lookup::{Answer, Item, Question};
use whimbrel_news::Zone;
use whimbrel_news::slug;

use super::show::{HTML, draw};
use super::{Api, Asked, ITEMS, Refused, now};
use crate::address::Base;
use crate::frame::{Frame, Tab};
use crate::links::Links;
use crate::numbers;
use crate::page::{ComparePage, Numbers, SideBySide, quoted};
use crate::render::history;
use crate::row::Linked;
use crate::trouble::plain;

/// The folder of the page, without the leading slash.
pub(crate) const FOLDER: &str = "compare/";

/// As many characters as a name has at most.
const LONGEST: usize = 200;

/// What fields of names are called.
const LABELS: [&str; Question::MOST_COMPARED] = ["One project", "Another", "A third", "A fourth", "A fifth"];

/// Fields offered though nothing is compared yet.
const FIELDS: usize = 2;

impl Api {
    /// The page; without two names it asks for them. What else stands in the address does no harm.
    pub(super) async fn compare(self, request: Parts) -> Response {
        let names = names(request.uri.query());
        let answered = if names.len() < FIELDS {
            None
        } else {
            let question = Question::Compare { projects: names.clone() };
            let asked = Asked { question, page: 1, size: ITEMS, zone: Zone::UTC };
            Some(self.answer(&request, asked).await)
        };
        self.side_by_side(&names, answered)
    }

    fn side_by_side(&self, names: &[String], answered: Option<Result<Answer, Refused>>) -> Response {
        let links = Links::from(&format!("/{FOLDER}"), false);
        let (answer, refused) = match answered {
            None => (None, None),
            Some(Ok(answer)) => (Some(answer), None),
            Some(Err(refused)) => (None, Some(refused)),
        };
        let missing = answer.as_ref().filter(|answer| answer.missing);
        let (status, wrong) = match (&refused, missing) {
            (Some(refused), _) => {
                let (status, text) = refused.told();
                (status, Some(text))
            }
            (None, Some(answer)) => (StatusCode::NOT_FOUND, Some(quoted(&answer.text.join(" ")))),
            (None, None) => (StatusCode::OK, None),
        };
        let meant = missing.iter().flat_map(|answer| &answer.hints).filter_map(|hint| {
            let question = Question::parse(&hint.ask, now(), Zone::UTC).ok()?;
            Some(Linked {
                text: hint.text.clone(),
                href: links.file(question.page().trim_start_matches('/')),
            })
        });
        let meant = meant.collect();
        let shown = answer.as_ref().filter(|answer| !answer.missing);
        let heading = shown.map_or_else(|| "Compare projects".to_owned(), |answer| quoted(&answer.title));
        let charts = shown.into_iter().flat_map(|answer| answer.charts.iter().enumerate());
        let frame = self.frame(&heading, &links, Tab::Rankings);
        let page = ComparePage {
            frame: Frame { narrowed: names.len() >= FIELDS, ..frame.at(&canonical(shown)) }
                .about("What is known of each, side by side, and how their stars grew."),
            fields: fields(names),
            wrong,
            meant,
            side_by_side: shown.map(|answer| SideBySide::of(answer, |item| page_of(item, &links))),
            ways: shown.map(|answer| pasts(answer, &links)).unwrap_or_default(),
            bot: shown.and_then(|answer| self.bot(answer)),
            charts: charts.filter_map(|(at, plot)| draw(at, plot)).collect(),
            numbers: shown.and_then(counted),
            answer: shown,
            heading,
        };
        let mut response = match page.render() {
            Ok(text) => plain(status, HTML, text),
            Err(error) => {
                tracing::error!(%error, "a comparison could not be written as a page: {error}");
                plain(StatusCode::INTERNAL_SERVER_ERROR, HTML, String::new())
            }
        };
        if let Some(refused) = refused {
            refused.mark(&mut response);
        }
        response
    }
}

/// A folder without its slash: every link on the page would be off by one step.
pub(super) fn moved(request: &Parts) -> Response {
    let query = request.uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    super::elsewhere(&format!("./{FOLDER}{query}"))
}

/// The names in a query, in the order of their letters, each once.
fn names(query: Option<&str>) -> Vec<String> {
    let pairs: Vec<_> = form_urlencoded::parse(query.unwrap_or_default().as_bytes()).collect();
    let mut names: Vec<String> = Vec::new();
    for letter in Question::COMPARED {
        let given = pairs.iter().rev().find(|(name, _)| name == letter).map(|(_, value)| value.trim());
        let name: String = given.unwrap_or_default().chars().take(LONGEST).collect();
        if !name.is_empty() && !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// A field for each name, and one more.
fn fields(names: &[String]) -> Vec<(&'static str, String, String)> {
    let many = (names.len() + 1).clamp(FIELDS, Question::MOST_COMPARED);
    let field = |at: usize| {
        (Question::COMPARED[at], LABELS[at].to_owned(), names.get(at).cloned().unwrap_or_default())
    };
    (0..many).map(field).collect()
}

/// The one address of a comparison, in whichever order and by whichever names it was asked for.
fn canonical(answer: Option<&Answer>) -> String {
    let page = answer.and_then(|answer| answer.links.page.as_deref()).unwrap_or_default();
    let mut names = names(page.split_once('?').map(|(_, query)| query));
    names.sort_by_key(|name| name.to_lowercase());
    if names.is_empty() {
        return FOLDER.to_owned();
    }
    Question::Compare { projects: names }.page().trim_start_matches('/').to_owned()
}

/// The name in addresses of the thing an item is about.
fn slug_of(item: &Item) -> Option<String> {
    let key = item.url.as_deref().and_then(EntryKey::from_url)?;
    Some(slug::project(key.as_str()))
}

fn page_of(item: &Item, links: &Links) -> Option<String> {
    Some(links.page(&Base::Project(slug_of(item)?).folder()))
}

fn pasts(answer: &Answer, links: &Links) -> Vec<Linked> {
    let past = |item: &Item| {
        let href = links.page(&history::folder(&slug_of(item)?));
        Some(Linked { text: format!("History of {}", item.name), href })
    };
    answer.items().filter_map(past).collect()
}

/// The numbers behind the chart.
fn counted(answer: &Answer) -> Option<Numbers> {
    let plot = answer.charts.iter().find(|plot| !plot.ranks)?;
    let lines: Vec<numbers::Line<'_>> = plot
        .lines
        .iter()
        .map(|line| (line.name.as_str(), line.points.iter().map(|point| (point.at, point.value)).collect()))
        .collect();
    numbers::table(&lines, now())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_in_the_order_of_their_letters() {
        for (query, wanted) in [
            ("", vec![]),
            ("b=x&a=y", vec!["y", "x"]),
            ("a=&b=+x+&c=x&utm_source=z", vec!["x"]),
            ("a=1&b=2&c=3&d=4&e=5&f=6", vec!["1", "2", "3", "4", "5"]),
        ] {
            assert_eq!(names(Some(query)), wanted, "{query}");
        }
        assert_eq!(names(Some(&format!("a={}", "é".repeat(900))))[0].chars().count(), LONGEST);
    }

    #[test]
    fn a_comparison_has_one_address() {
        let of = |names: &[&str]| {
            let projects = names.iter().map(|name| (*name).to_owned()).collect();
            let mut answer = Answer::default();
            answer.links.page = Some(Question::Compare { projects }.page());
            canonical(Some(&answer))
        };
        assert_eq!(of(&["etcd-io/etcd", "A/b"]), "compare/?a=A/b&b=etcd-io/etcd");
        assert_eq!(of(&["A/b", "etcd-io/etcd"]), "compare/?a=A/b&b=etcd-io/etcd");
        assert_eq!(canonical(None), "compare/");
    }
}
