//! Pages for people: the answer to a question, and what programs can ask.

use askama::Template;
use axum::response::Response;
use http::StatusCode;
use http::request::Parts;
use url::form_urlencoded;
use whimbrel_charts::{Chart, Line, Up};
use whimbrel_lookup::{Answer, Plot, Question};
use whimbrel_news::Zone;

use super::{Api, Refused, Way, now, read};
use crate::bots;
use crate::frame::{Frame, Tab};
use crate::links::Links;
use crate::page::{ApiPage, AskPage, Endpoint, SideBySide, quoted};
use crate::row::Linked;
use crate::trouble::plain;

pub(super) const HTML: &str = "text/html; charset=utf-8";

/// The page that answers a question.
pub(crate) fn address(links: &Links, question: &str, page: u32) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("q", question);
    if page > 1 {
        query.append_pair("page", &page.to_string());
    }
    links.file(&format!("ask?{}", query.finish()))
}

impl Api {
    /// The page of an answer; without a question it says what can be asked.
    pub(super) async fn page(self, request: Parts) -> Response {
        let pairs = form_urlencoded::parse(request.uri.query().unwrap_or_default().as_bytes());
        let typed = pairs
            .filter(|(name, _)| name == "q")
            .last()
            .map(|(_, text)| text.trim().to_owned())
            .unwrap_or_default();
        let answered = if typed.is_empty() {
            None
        } else {
            // What else stands in the address of a page does no harm.
            let asked = read(request.uri.query(), Way::Page);
            Some(match asked {
                Ok(asked) => self.answer(&request, asked).await,
                Err(refused) => Err(refused),
            })
        };
        self.told(&typed, answered)
    }

    fn told(&self, typed: &str, answered: Option<Result<Answer, Refused>>) -> Response {
        let links = Links::from("/ask", false);
        let (answer, refused) = match answered {
            None => (None, None),
            Some(Ok(answer)) => (Some(answer), None),
            Some(Err(refused)) => (None, Some(refused)),
        };
        let (status, wrong) = match (&refused, &answer) {
            (Some(refused), _) => {
                let (status, text) = refused.told();
                (status, Some(text))
            }
            (None, Some(answer)) if answer.missing => (StatusCode::NOT_FOUND, None),
            _ => (StatusCode::OK, None),
        };
        let paging = answer.as_ref().and_then(|answer| answer.paging);
        let beside = |page: u32| answer.as_ref().map(|answer| address(&links, &answer.question, page));
        let newer = paging.filter(|paging| paging.page > 1).and_then(|paging| beside(paging.page - 1));
        let older = paging.filter(|paging| paging.more).and_then(|paging| beside(paging.page + 1));
        let charts = answer
            .iter()
            .flat_map(|answer| answer.charts.iter().enumerate())
            .filter_map(|(at, plot)| draw(at, plot));
        let title = answer.as_ref().map_or_else(|| "Search".to_owned(), |answer| quoted(&answer.title));
        let page = AskPage {
            frame: self.frame(&title, &links, Tab::Search),
            typed,
            charts: charts.collect(),
            side_by_side: answer
                .as_ref()
                .filter(|answer| answer.question.starts_with("/compare") && !answer.missing)
                .map(|answer| SideBySide::of(answer, |item| Some(address(&links, item.ask.as_deref()?, 1)))),
            own: answer.as_ref().and_then(|answer| {
                let page = answer.links.page.as_deref().filter(|page| !page.starts_with("/ask"));
                Some(links.file(page?.strip_prefix('/')?))
            }),
            heading: title,
            answer: answer.as_ref(),
            wrong,
            bot: answer.as_ref().and_then(|answer| self.bot(answer)),
            newer,
            older,
            forms: Question::forms(),
        };
        let mut response = match page.render() {
            Ok(text) => plain(status, HTML, text),
            Err(error) => {
                tracing::error!(%error, "a page could not be made: {error}");
                plain(StatusCode::INTERNAL_SERVER_ERROR, HTML, String::new())
            }
        };
        if let Some(refused) = refused {
            refused.mark(&mut response);
        }
        response
    }

    /// Where a bot answers the same.
    pub(super) fn bot(&self, answer: &Answer) -> Option<Linked> {
        let question = Question::parse(&answer.question, now(), Zone::UTC).ok()?;
        bots::ask(&(self.inner.bots)(), &question).filter(|_| !answer.missing)
    }

    /// What programs can ask, for people.
    pub(super) fn viewer(&self) -> Response {
        let links = Links::from("/api/", false);
        let endpoint = |form: &whimbrel_lookup::Form| Endpoint {
            path: format!("/api/{}", form.name),
            description: form.description.to_owned(),
            parameters: form
                .options
                .iter()
                .map(|option| (option.name.to_owned(), option.required, option.description.to_owned()))
                .collect(),
            example: form.example.to_owned(),
        };
        let page = ApiPage {
            frame: self.frame("Questions for programs", &links, Tab::None),
            endpoints: Question::forms().iter().map(endpoint).collect(),
        };
        match page.render() {
            Ok(text) => plain(StatusCode::OK, HTML, text),
            Err(_) => plain(StatusCode::INTERNAL_SERVER_ERROR, HTML, String::new()),
        }
    }

    pub(super) fn frame<'a>(&'a self, name: &str, links: &Links, tab: Tab) -> Frame<'a> {
        Frame { narrowed: true, ..Frame::new(&self.inner.settings, name, links, tab) }
    }
}

pub(super) fn draw(at: usize, plot: &Plot) -> Option<(String, String)> {
    let points: Vec<Vec<_>> = plot
        .lines
        .iter()
        .map(|line| line.points.iter().map(|point| (point.at, point.value)).collect())
        .collect();
    let lines: Vec<Line<'_>> =
        plot.lines.iter().zip(&points).map(|(line, points)| Line { name: &line.name, points }).collect();
    let up = if plot.ranks { Up::Rank } else { Up::More };
    let id = format!("chart-{at}");
    let chart = Chart { title: &plot.title, id: &id, up, lines: &lines, until: now() };
    Some((chart.svg()?, format!("{}: {}", plot.title, chart.description()?)))
}
