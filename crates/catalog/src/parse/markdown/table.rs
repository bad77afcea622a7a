//! Tables: which column names the entry, which one describes it, which ones are figures, and whether it ranks.

use super::line::{Line, Look};
use super::sense::{self, Parts, Sense};
use crate::change::Metric;
use crate::model::Figure;
use crate::parse::text;

/// A table as it is being read.
#[derive(Debug)]
pub(super) struct Table<'a> {
    /// Where it begins in the source.
    pub(super) offset: usize,
    /// Its cells of the current row; the last one is being filled while `in_cell`.
    pub(super) cells: Vec<Box<Line<'a>>>,
    pub(super) in_cell: bool,
    pub(super) in_head: bool,
    columns: Vec<Role>,
    headed: bool,
    grid: bool,
    describing: Option<usize>,
    sorts: Vec<Sorted>,
    /// The rows that list something.
    pub(super) rows: Vec<Row>,
    /// Rows that name something and give no address.
    pub(super) linkless: Vec<(String, usize)>,
    /// Rows with links none of which is an entry, and why.
    pub(super) not: Vec<(&'static str, usize)>,
}

/// A row.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) parts: Parts,
    pub(super) offset: usize,
}

#[derive(Clone, Debug, PartialEq)]
enum Role {
    Rank,
    Measure(Metric),
    Description,
    Mark,
    /// Says something about the entry that is neither its name nor a description, such as its licence.
    Attribute(String),
    Other(String),
}

/// How the values of a column go down the rows.
#[derive(Debug)]
struct Sorted {
    column: usize,
    last: f64,
    falling: bool,
    known: usize,
    steps: usize,
}

impl<'a> Table<'a> {
    pub(super) fn new(offset: usize) -> Self {
        Self {
            offset,
            cells: Vec::new(),
            in_cell: false,
            in_head: false,
            columns: Vec::new(),
            headed: false,
            grid: true,
            describing: None,
            sorts: Vec::new(),
            rows: Vec::new(),
            linkless: Vec::new(),
            not: Vec::new(),
        }
    }

    /// True when it has a row of headers with words.
    pub(super) fn is_headed(&self) -> bool {
        self.headed && !self.grid
    }

    /// A row is complete; its cells are given back through `pool`.
    pub(super) fn row_close(&mut self, pool: &mut Vec<Box<Line<'a>>>) {
        self.cells.iter_mut().for_each(|cell| cell.complete());
        let linked = |cell: &Line<'_>| {
            cell.spans.iter().any(|span| span.look == Look::Words && sense::is_outside(&span.url))
        };
        if self.in_head && !self.headed {
            self.headed = true;
            self.columns = self.cells.iter().map(|cell| role(&cell.text)).collect();
            self.grid = self.cells.iter().all(|cell| cell.text.trim().is_empty())
                || self.cells.iter().any(|cell| linked(cell));
            self.describing = self.columns.iter().position(|role| *role == Role::Description);
            let measures = self.columns.iter().enumerate();
            self.sorts = measures
                .filter(|(_, role)| matches!(role, Role::Measure(_)))
                .map(|(column, _)| Sorted { column, last: f64::INFINITY, falling: true, known: 0, steps: 0 })
                .collect();
            if self.grid && self.cells.iter().any(|cell| linked(cell)) {
                self.read_row();
            }
        } else {
            self.read_row();
        }
        pool.append(&mut self.cells);
    }

    fn read_row(&mut self) {
        let offset = self.cells.first().map_or(self.offset, |cell| cell.offset);
        let names_itself = |cell: &Line<'_>| {
            let words =
                |span: &&super::line::Span<'_>| span.look == Look::Words && sense::is_outside(&span.url);
            cell.spans
                .iter()
                .find(words)
                .is_some_and(|span| !text::is_generic(&cell.text[span.start..span.end]))
        };
        if self.grid && self.cells.iter().filter(|cell| names_itself(cell)).count() > 1 {
            for cell in self.cells.iter().filter(|cell| names_itself(cell)) {
                if let Sense::Entry(parts) = sense::understand(cell) {
                    self.rows.push(Row { parts, offset });
                }
            }
            return;
        }
        let mut not = None;
        let mut found = None;
        for (column, cell) in self.cells.iter().enumerate().filter(|(_, cell)| !cell.spans.is_empty()) {
            match sense::understand(cell) {
                Sense::Entry(parts) if found.is_none() => found = Some((column, parts)),
                Sense::Not(reason) => not = not.or(Some(reason)),
                _ => {}
            }
        }
        let Some((column, mut parts)) = found else {
            match (not, self.first_words(None)) {
                (Some(reason), _) => self.not.push((reason, offset)),
                (None, Some(words)) => self.linkless.push((text::name(words), offset)),
                (None, None) => {}
            }
            return;
        };
        if parts.vague
            && let Some(words) = self.first_words(Some(column))
        {
            parts.entry.name = text::name(words);
        }
        self.describe(column, &mut parts);
        for (other, cell) in self.cells.iter().enumerate().filter(|(other, _)| *other != column) {
            let free = sense::MAX_LINKS.saturating_sub(parts.entry.links.len());
            parts.entry.links.extend(sense::all_links(cell).into_iter().take(free));
            if self.columns.get(other) == Some(&Role::Mark) {
                let mark = text::name(&cell.text);
                if !mark.is_empty() {
                    parts.entry.marks.push(mark);
                }
            }
        }
        parts.entry.figures = self.figures(column);
        self.rows.push(Row { parts, offset });
    }

    /// The text of the first cell that can be a name.
    fn first_words(&self, besides: Option<usize>) -> Option<&str> {
        let cells = self.cells.iter().map(|cell| cell.text.as_str()).enumerate();
        let mut cells = cells.filter(|(column, _)| Some(*column) != besides);
        let names = |&(column, text): &(usize, &str)| {
            let role = self.columns.get(column);
            !matches!(role, Some(Role::Rank | Role::Measure(_)))
                && text::value(text).is_none()
                && text.chars().any(char::is_alphanumeric)
        };
        cells.find(names).map(|(_, text)| text)
    }

    /// Takes the description from its column: the one called so, else the first one with words.
    fn describe(&mut self, own: usize, parts: &mut Parts) {
        if self.describing.is_none() {
            let wordy = |&(column, text): &(usize, &str)| {
                column > own
                    && matches!(self.columns.get(column), None | Some(Role::Other(_)))
                    && text.split_whitespace().count() >= 2
                    && text::value(text).is_none()
            };
            let mut cells = self.cells.iter().map(|cell| cell.text.as_str()).enumerate();
            self.describing = cells.find(wordy).map(|(column, _)| column);
        }
        let Some(cell) =
            self.describing.filter(|column| *column != own).and_then(|column| self.cells.get(column))
        else {
            return;
        };
        let said = text::description(&cell.text);
        let description = &mut parts.entry.description;
        if parts.vague || description.is_empty() {
            *description = said;
        } else {
            sense::join(description, &said, false);
        }
    }

    /// The numbers and dates of a row; none at all when the generator printed that it could not reach the project.
    fn figures(&mut self, own: usize) -> Vec<Figure> {
        let mut figures = Vec::new();
        let mut unset = false;
        for (column, cell) in self.cells.iter().enumerate() {
            let metric = match self.columns.get(column) {
                Some(Role::Measure(metric)) => metric.clone(),
                Some(Role::Other(header))
                    if column != own && Some(column) != self.describing && !header.is_empty() =>
                {
                    Metric::Other(header.clone())
                }
                _ => continue,
            };
            let shown = cell.text.trim();
            if text::is_unset_date(shown) {
                unset = true;
            } else if let Some(value) = text::value(shown) {
                figures.push((column, Figure { metric, shown: shown.to_owned(), value }));
            }
        }
        if unset {
            figures.retain(|(_, figure)| figure.value != 0.0);
        }
        for sort in &mut self.sorts {
            if let Some((_, figure)) = figures.iter().find(|(column, _)| *column == sort.column) {
                sort.falling &= figure.value <= sort.last;
                sort.steps += usize::from(figure.value < sort.last && sort.known > 0);
                sort.known += 1;
                sort.last = figure.value;
            }
        }
        figures.into_iter().map(|(_, figure)| figure).collect()
    }

    /// What the table ranks by, when it does: its rows fall by a metric, or it has a column of ranks.
    pub(super) fn ranks_by(&self) -> Option<Metric> {
        let numbered = self.columns.first() == Some(&Role::Rank) || self.columns.contains(&Role::Rank);
        let falls = self.sorts.iter().find(|sort| {
            // a few rows may stand in order by chance
            sort.falling && sort.steps >= 1 && (numbered || (sort.known >= 5 && sort.steps >= 3))
        });
        let metric = |column: usize| match &self.columns[column] {
            Role::Measure(metric) => Some(metric.clone()),
            _ => None,
        };
        match falls {
            Some(sort) => metric(sort.column),
            None if numbered && !self.rows.is_empty() => Some(
                self.sorts
                    .first()
                    .and_then(|sort| metric(sort.column))
                    .unwrap_or(Metric::Other("rank".to_owned())),
            ),
            None => None,
        }
    }

    /// True when a column shows this metric.
    pub(super) fn shows(&self, metric: &Metric) -> bool {
        self.columns.contains(&Role::Measure(metric.clone()))
    }
}

fn role(header: &str) -> Role {
    if text::is_rank_header(header) {
        return Role::Rank;
    }
    if let Some(metric) = text::metric_of(header) {
        return Role::Measure(metric);
    }
    let label = text::label(header).to_lowercase();
    match label.as_str() {
        "description" | "descriptions" | "about" | "summary" | "notes" | "note" | "details"
        | "what it does" | "desc" | "描述" | "说明" | "简介" | "介绍" | "説明" | "описание"
        | "beschreibung" | "descripción" => Role::Description,
        "language" | "lang" | "type" | "kind" | "语言" | "言語" => Role::Mark,
        "auth" | "https" | "cors" | "license" | "licence" | "platform" | "platforms" | "os" | "price"
        | "pricing" | "status" | "version" | "category" | "author" | "authors" | "owner" | "tags"
        | "link" | "links" | "url" | "website" | "github" | "repo" | "repository" | "activity"
        | "github activity" | "docs" | "demo" => Role::Attribute(label),
        _ => Role::Other(label),
    }
}
