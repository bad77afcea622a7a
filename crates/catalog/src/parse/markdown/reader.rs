//! Follows the structure of a document, whether it is written in Markdown or in HTML, and finds what it lists.
//!
//! Nothing here calls itself: open lists, items, tables and the like lie on one stack of limited depth, so no
//! document can exhaust the program's own.

use pulldown_cmark::CowStr;

use super::heading::{Headings, Where};
use super::line::{Line, Look};
use super::place::Places;
use super::sense::{self, Parts, Sense};
use super::table::Table;
use crate::model::{Entry, Link};
use crate::parse::build::{Builder, RankingId, SectionId, Spot};
use crate::parse::text;
use crate::report::Layout;

/// Deeper structure is ignored; real documents stay below ten.
const MAX_DEPTH: usize = 64;

/// A paragraph of this many letters that names a section is prose.
const MAX_SECTION: usize = 100;

/// Finds entries in a stream of structure and text.
pub(super) struct Reader<'a> {
    pub(super) places: Places<'a>,
    pub(super) builder: Builder,
    pub(super) headings: Headings,
    /// What the document lists, as found, and what is known about each.
    pub(super) entries: Vec<Entry>,
    pub(super) found: Vec<Found>,
    /// Items without an address, as found.
    pub(super) absent: Vec<Absent>,
    frames: Vec<Frame<'a>>,
    /// Frames that were too deep to be opened.
    overflow: usize,
    /// What stands outside of items, cells and headings.
    loose: Box<Line<'a>>,
    loose_is_html: bool,
    /// Lines to use again; boxed, since frames are moved about for every item.
    pool: Vec<Box<Line<'a>>>,
}

/// What is known about a listing besides what it says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    pub(super) at: Spot,
    pub(super) told_behind: bool,
    pub(super) new_sentence: bool,
    pub(super) dash: Option<(usize, usize)>,
}

/// An item without an address.
#[derive(Debug)]
pub(super) struct Absent {
    pub(super) name: String,
    pub(super) section: SectionId,
    pub(super) line: u32,
    /// The linked heading it stands under: if that is an entry, this is a remark about it.
    pub(super) under: Option<usize>,
}

#[derive(Debug)]
struct Frame<'a> {
    /// Opened by HTML, where nothing has to be closed.
    html: bool,
    what: What<'a>,
}

#[derive(Debug)]
enum What<'a> {
    Heading(u8, Box<Line<'a>>),
    List(List),
    Item(Item<'a>),
    Table(Box<Table<'a>>),
    /// The entry its summary names, if it does.
    Details(Option<usize>),
    Summary(Box<Line<'a>>),
}

/// Where items stand.
#[derive(Clone, Copy, Debug)]
struct List {
    numbered: bool,
    section: SectionId,
    ranking: Option<RankingId>,
    under_entry: bool,
    /// The entry everything here belongs to.
    owner: Option<usize>,
}

#[derive(Debug)]
struct Item<'a> {
    line: Box<Line<'a>>,
    state: State,
    /// Its words, if it is no entry.
    words: String,
    /// The section its nested items stand in, if it is no entry.
    inner: Option<SectionId>,
    /// Entries were found in it.
    holds: bool,
}

#[derive(Debug)]
enum State {
    Open,
    Entry,
    /// Its name, and where it begins.
    Linkless(Option<String>, usize),
    /// Why it is no entry.
    Not(&'static str, usize),
    Done,
}

impl<'a> Reader<'a> {
    pub(super) fn new(source: &'a str) -> Self {
        Self {
            places: Places::new(source),
            builder: Builder::new(),
            headings: Headings::default(),
            // an entry and its text take about this much; a larger guess costs nothing before it is used
            // an entry and its text take about this much
            entries: Vec::with_capacity(source.len() / 120),
            found: Vec::with_capacity(source.len() / 120),
            absent: Vec::new(),
            frames: Vec::new(),
            overflow: 0,
            loose: Box::default(),
            loose_is_html: false,
            pool: Vec::new(),
        }
    }

    /// The text that is being collected.
    #[inline]
    pub(super) fn line(&mut self) -> &mut Line<'a> {
        match self.frames.last_mut().map(|frame| &mut frame.what) {
            Some(What::Item(item)) => &mut item.line,
            Some(What::Heading(_, line) | What::Summary(line)) => line,
            Some(What::Table(table)) if table.in_cell && !table.cells.is_empty() => {
                let last = table.cells.len() - 1;
                &mut table.cells[last]
            }
            _ => &mut self.loose,
        }
    }

    #[inline]
    fn is_loose(&self) -> bool {
        match self.frames.last().map(|frame| &frame.what) {
            Some(What::Item(_) | What::Heading(..) | What::Summary(_)) => false,
            Some(What::Table(table)) => !table.in_cell,
            _ => true,
        }
    }

    // ---- text ----

    /// A paragraph, or anything else that stands apart, begins.
    pub(super) fn block(&mut self, offset: usize, html: bool) {
        if self.is_loose() {
            self.flush();
            self.loose.reset(offset);
            self.loose_is_html = html;
        } else {
            self.line().line_break();
        }
    }

    /// A line of the source ends inside a paragraph.
    pub(super) fn soft_break(&mut self) {
        self.line().line_break();
    }

    /// A line of the page ends.
    pub(super) fn hard_break(&mut self, offset: usize, html: bool) {
        self.block(offset, html);
    }

    #[inline]
    pub(super) fn link_open(&mut self, url: CowStr<'a>, offset: usize) {
        if sense::is_outside(&url) {
            self.perhaps_next_item(offset);
        }
        self.line().link_open(url, offset);
    }

    /// `-[name](address)` behind a line of an item or a paragraph is an item, though a blank is missing.
    fn perhaps_next_item(&mut self, offset: usize) {
        let loose = self.is_loose();
        let line = self.line();
        let at = line.last_break;
        let lead = &line.text[at..];
        if at == 0 || lead.len() > 12 {
            return;
        }
        let bullet = if loose { is_bullet(lead) } else { matches!(lead, "-" | "*" | "+" | "•") };
        if !bullet {
            return;
        }
        if loose {
            line.text.truncate(at);
            self.flush();
            self.loose.reset(offset);
            self.loose.push("- ");
        } else if let Some(Frame { html, what: What::Item(item) }) = self.frames.last_mut() {
            let html = *html;
            item.line.text.truncate(at);
            self.close_top();
            self.item_open(offset, html);
        }
    }

    // ---- structure ----

    pub(super) fn heading_open(&mut self, level: u8, offset: usize, html: bool) {
        if !html {
            // a heading ends whatever HTML left open
            while self
                .frames
                .last()
                .is_some_and(|frame| frame.html && !matches!(frame.what, What::Details(_)))
            {
                self.close_top();
            }
        }
        self.flush();
        let line = self.fresh(offset);
        self.open(Frame { html, what: What::Heading(level, line) });
    }

    pub(super) fn list_open(&mut self, numbered: bool, html: bool) {
        while self
            .frames
            .last()
            .is_some_and(|frame| frame.html && matches!(frame.what, What::Heading(..) | What::Summary(_)))
        {
            self.close_top();
        }
        self.flush();
        self.settle_item();
        self.name_inner_section();
        let (mut list, place) = self.context();
        list.numbered = numbered;
        if let Some(metric) = place.and_then(|place| place.view)
            && list.owner.is_none()
        {
            list.ranking = Some(self.builder.ranking(metric, list.section));
        }
        self.open(Frame { html, what: What::List(list) });
    }

    #[inline]
    pub(super) fn item_open(&mut self, offset: usize, html: bool) {
        if html {
            match self.frames.last() {
                Some(Frame { html: true, what: What::Item(_) }) => self.close_top(),
                Some(Frame { what: What::List(_), .. }) => {}
                _ => self.list_open(false, true),
            }
        }
        let line = self.fresh(offset);
        self.open(Frame {
            html,
            what: What::Item(Item {
                line,
                state: State::Open,
                words: String::new(),
                inner: None,
                holds: false,
            }),
        });
    }

    pub(super) fn table_open(&mut self, offset: usize, html: bool) {
        self.flush();
        self.settle_item();
        self.open(Frame { html, what: What::Table(Box::new(Table::new(offset))) });
    }

    pub(super) fn row_open(&mut self, head: bool) {
        self.row_close();
        if let Some(Frame { what: What::Table(table), .. }) = self.frames.last_mut() {
            table.in_head = head;
        }
    }

    pub(super) fn row_close(&mut self) {
        if let Some(Frame { what: What::Table(table), .. }) = self.frames.last_mut() {
            table.in_cell = false;
            if !table.cells.is_empty() {
                table.row_close(&mut self.pool);
            }
        }
    }

    pub(super) fn cell_open(&mut self, offset: usize) {
        let line = self.fresh(offset);
        match self.frames.last_mut() {
            Some(Frame { what: What::Table(table), .. }) => {
                table.in_cell = true;
                table.cells.push(line);
            }
            _ => self.pool.push(line),
        }
    }

    pub(super) fn cell_close(&mut self) {
        if let Some(Frame { what: What::Table(table), .. }) = self.frames.last_mut() {
            table.in_cell = false;
        }
    }

    /// An HTML cell of a header makes its row the header.
    pub(super) fn head_cell(&mut self) {
        if let Some(Frame { what: What::Table(table), .. }) = self.frames.last_mut() {
            table.in_head = true;
        }
    }

    pub(super) fn details_open(&mut self) {
        self.flush();
        self.settle_item();
        self.open(Frame { html: true, what: What::Details(None) });
    }

    pub(super) fn summary_open(&mut self, offset: usize) {
        self.flush();
        let line = self.fresh(offset);
        self.open(Frame { html: true, what: What::Summary(line) });
    }

    /// Closes what Markdown opened last; what HTML left open in it is closed too.
    pub(super) fn close(&mut self) {
        if self.overflow > 0 {
            self.overflow -= 1;
            return;
        }
        while let Some(frame) = self.frames.last() {
            let html = frame.html;
            self.close_top();
            if !html {
                break;
            }
        }
    }

    /// Closes what HTML opened, if it is still open and Markdown opened nothing since.
    pub(super) fn close_html(&mut self, name: &str) {
        if self.overflow > 0 {
            return;
        }
        let mine = |frame: &Frame<'_>| match &frame.what {
            What::Heading(..) => matches!(name, "h1" | "h2" | "h3" | "h4" | "h5" | "h6"),
            What::List(_) => matches!(name, "ul" | "ol" | "dl"),
            What::Item(_) => matches!(name, "li" | "dt" | "dd"),
            What::Table(_) => name == "table",
            What::Details(_) => name == "details",
            What::Summary(_) => name == "summary",
        };
        let open = self.frames.iter().rev().take_while(|frame| frame.html).position(mine);
        for _ in 0..open.map_or(0, |depth| depth + 1) {
            self.close_top();
        }
    }

    /// The document ends.
    pub(super) fn end(&mut self) {
        while !self.frames.is_empty() {
            self.close_top();
        }
        self.flush();
    }

    /// Reports what stands at this offset of the source.
    pub(super) fn skip(&mut self, offset: usize, reason: &'static str) {
        let (line, text) = (self.places.line(offset), self.places.text(offset));
        self.builder.skip(line, text, reason);
    }

    /// Text that is not shown as such: a line that would list something is reported.
    pub(super) fn hidden(&mut self, text: &str, offset: usize, reason: &'static str) {
        if memchr::memmem::find(text.as_bytes(), b"](http").is_none() {
            return;
        }
        let mut at = offset;
        for line in text.split_inclusive('\n') {
            if looks_like_item(line) {
                self.skip(at, reason);
            }
            at += line.len();
        }
    }

    // ---- what it means ----

    fn open(&mut self, frame: Frame<'a>) {
        if self.frames.len() < MAX_DEPTH {
            self.frames.push(frame);
        } else if !frame.html {
            self.overflow += 1;
        }
    }

    #[inline]
    fn fresh(&mut self, offset: usize) -> Box<Line<'a>> {
        let mut line = self.pool.pop().unwrap_or_default();
        line.reset(offset);
        line
    }

    fn close_top(&mut self) {
        if self.is_loose() {
            self.flush();
        }
        if let Some(Frame { what: What::Item(_), .. }) = self.frames.last() {
            self.settle_item();
        }
        let Some(Frame { html, what }) = self.frames.pop() else { return };
        match what {
            What::Heading(level, mut line) => {
                line.complete();
                self.headings.add(level, &line, &mut self.builder);
                self.pool.push(line);
            }
            What::List(_) | What::Details(_) => {}
            What::Item(item) => self.close_item(item),
            What::Table(mut table) => {
                if !table.cells.is_empty() {
                    table.row_close(&mut self.pool);
                }
                self.close_table(*table, html);
            }
            What::Summary(mut line) => {
                line.complete();
                self.close_summary(&line);
                self.pool.push(line);
            }
        }
    }

    /// The list that is read, for what stands directly in it.
    fn list_here(&self) -> List {
        match self.frames.last() {
            Some(Frame { what: What::List(list), .. }) => *list,
            _ => self.context().0,
        }
    }

    /// Where something stands: the list it is part of, or what the headings say.
    fn context(&self) -> (List, Option<Where>) {
        for (depth, frame) in self.frames.iter().enumerate().rev() {
            match &frame.what {
                What::Item(item) => {
                    let above = self.frames[..depth].iter().rev().find_map(|frame| match frame.what {
                        What::List(list) => Some(list),
                        _ => None,
                    });
                    let Some(mut list) = above else { continue };
                    list.under_entry |= matches!(item.state, State::Entry);
                    list.section = item.inner.unwrap_or(list.section);
                    return (list, None);
                }
                What::List(list) => return (*list, None),
                What::Details(Some(owner)) => {
                    let section = self.headings.section();
                    let list = List {
                        numbered: false,
                        section,
                        ranking: None,
                        under_entry: true,
                        owner: Some(*owner),
                    };
                    return (list, None);
                }
                _ => {}
            }
        }
        let place = self.headings.place();
        let list =
            List { numbered: false, section: place.section, ranking: None, under_entry: false, owner: None };
        (list, Some(place))
    }

    /// Understands the text of the innermost item, before something nested in it or its end.
    fn settle_item(&mut self) {
        let Some(frame) = self.frames.pop_if(|frame| matches!(frame.what, What::Item(_))) else { return };
        let Frame { html, what: What::Item(mut item) } = frame else { return };
        item.line.complete();
        let list = self.list_here();
        if matches!(item.state, State::Open) {
            item.state = self.understand_item(&item.line, list, html);
            item.words = match &item.state {
                State::Linkless(Some(name), _) => name.clone(),
                State::Linkless(None, _) | State::Not(..) => {
                    let words = text::label(&item.line.text);
                    if words.len() <= MAX_SECTION { words } else { String::new() }
                }
                _ => String::new(),
            };
        } else {
            self.remark(&item.line, list.owner);
        }
        let offset = item.line.offset;
        item.line.reset(offset);
        self.frames.push(Frame { html, what: What::Item(item) });
    }

    /// An item without an address that has items of its own is their section.
    fn name_inner_section(&mut self) {
        let Some(Frame { what: What::Item(item), .. }) = self.frames.last() else { return };
        if item.inner.is_some() || item.words.is_empty() {
            return;
        }
        let list = self.list_here();
        if let Some(Frame { what: What::Item(item), .. }) = self.frames.last_mut() {
            item.inner = Some(self.builder.child(list.section, &item.words));
        }
    }

    fn understand_item(&mut self, line: &Line<'a>, list: List, html: bool) -> State {
        if let Some(owner) = list.owner {
            self.give(owner, line);
            return State::Done;
        }
        if let Some(reason) = self.headings.spoiled() {
            if line.spans.iter().any(|span| !span.url.is_empty()) {
                self.skip(line.offset, reason);
            }
            return State::Done;
        }
        match sense::understand(line) {
            Sense::Entry(parts) => {
                let layout = match list {
                    _ if html => Layout::Html,
                    List { under_entry: true, .. } => Layout::NestedBullet,
                    List { numbered: true, .. } => Layout::Numbered,
                    _ => Layout::Bullet,
                };
                self.list(parts, list.section, list.ranking, line.offset, layout);
                State::Entry
            }
            Sense::Linkless(name) => State::Linkless(Some(name), line.offset),
            Sense::Nothing => State::Linkless(None, line.offset),
            Sense::Not(reason) => State::Not(reason, line.offset),
        }
    }

    /// Text of an item behind what is nested in it.
    fn remark(&mut self, line: &Line<'a>, owner: Option<usize>) {
        if let Some(owner) = owner {
            self.give(owner, line);
        } else if let Some(span) = line.spans.iter().find(|span| is_worded(span)) {
            self.skip(span.offset, "link in running text");
        }
    }

    fn close_item(&mut self, item: Item<'a>) {
        let list = self.list_here();
        let holds = item.holds || matches!(item.state, State::Entry);
        match item.state {
            State::Linkless(Some(name), offset) if !holds && !list.under_entry => {
                let line = self.places.line(offset);
                let under = self.headings.open_link();
                self.absent.push(Absent { name, section: list.section, line, under });
            }
            State::Not(reason, offset) if !holds => self.skip(offset, reason),
            _ => {}
        }
        let above = self.frames.iter_mut().rev().find_map(|frame| match &mut frame.what {
            What::Item(above) => Some(above),
            _ => None,
        });
        if let Some(above) = above {
            above.holds |= holds;
        }
        self.pool.push(item.line);
    }

    fn close_table(&mut self, table: Table<'a>, html: bool) {
        let (list, place) = self.context();
        if let Some(owner) = list.owner {
            for row in table.rows {
                let Entry { url, name, .. } = row.parts.entry;
                self.give_link(owner, Link { name, url });
            }
            return;
        }
        let refused = match self.headings.spoiled() {
            Some(reason) => Some(reason),
            // contributors, sponsors and pictures are laid out in such tables, entries are not
            None if html && !table.is_headed() => Some("table without a header"),
            None => None,
        };
        if let Some(reason) = refused {
            for row in &table.rows {
                self.skip(row.offset, reason);
            }
            return;
        }
        let place = place.unwrap_or(Where { section: list.section, view: None, perhaps: None });
        let by = table.ranks_by();
        let (section, metric) = match (place.view, place.perhaps) {
            (Some(metric), _) => (list.section, Some(metric)),
            (None, Some((metric, above))) if table.shows(&metric) => (above, Some(metric)),
            _ => (list.section, by),
        };
        let layout = if metric.is_some() { Layout::RankedTable } else { Layout::Table };
        let ranking =
            metric.filter(|_| !table.rows.is_empty()).map(|metric| self.builder.ranking(metric, section));
        let holds = !table.rows.is_empty();
        for row in table.rows {
            self.list(row.parts, section, ranking, row.offset, layout);
        }
        for (reason, offset) in table.not {
            self.skip(offset, reason);
        }
        if holds {
            for (name, offset) in table.linkless {
                let line = self.places.line(offset);
                self.absent.push(Absent { name, section, line, under: None });
            }
        }
    }

    fn close_summary(&mut self, line: &Line<'a>) {
        let list = self.list_here();
        if let Some(owner) = list.owner {
            self.give(owner, line);
            return;
        }
        let linked = line.spans.iter().any(|span| span.look == Look::Words);
        if !linked || self.headings.spoiled().is_some() {
            return;
        }
        if let Sense::Entry(parts) = sense::understand(line) {
            let entry = self.found.len();
            self.list(parts, list.section, list.ranking, line.offset, Layout::Details);
            if let Some(Frame { what: What::Details(owner), .. }) = self.frames.last_mut() {
                *owner = Some(entry);
            }
        }
    }

    fn list(
        &mut self,
        parts: Parts,
        section: SectionId,
        ranking: Option<RankingId>,
        offset: usize,
        layout: Layout,
    ) {
        self.headings.found();
        let at = Spot { section, line: self.places.line(offset), layout, ranking };
        self.keep(parts, at);
    }

    pub(super) fn keep(&mut self, parts: Parts, at: Spot) {
        let Parts { entry, told_behind, new_sentence, dash, .. } = parts;
        self.entries.push(entry);
        self.found.push(Found { at, told_behind, new_sentence, dash });
    }

    /// The links of a line belong to an entry above it.
    fn give(&mut self, owner: usize, line: &Line<'_>) {
        for link in sense::all_links(line) {
            self.give_link(owner, link);
        }
    }

    fn give_link(&mut self, owner: usize, link: Link) {
        let entry = &mut self.entries[owner];
        if entry.links.len() < sense::MAX_LINKS && link.url != entry.url {
            entry.links.push(link);
        }
    }

    /// Understands what stands outside of items, cells and headings.
    fn flush(&mut self) {
        if self.loose.text.is_empty() && !self.loose.has_links() {
            return;
        }
        let next = self.fresh(self.loose.offset);
        let mut line = std::mem::replace(&mut self.loose, next);
        line.complete();
        self.understand_loose(&line);
        self.pool.push(line);
    }

    fn understand_loose(&mut self, line: &Line<'a>) {
        let list = self.list_here();
        if let Some(owner) = list.owner {
            self.give(owner, line);
            return;
        }
        if let Some(linked) = self.headings.open_link() {
            self.headings.describe(linked, line);
            return;
        }
        let Some(first) = line.spans.iter().find(|span| is_worded(span)) else {
            if let Some(span) = line.spans.iter().find(|span| sense::is_outside(&span.url)) {
                self.skip(span.offset, "badge");
            }
            return;
        };
        if let Some(reason) = self.headings.spoiled() {
            self.skip(first.offset, reason);
            return;
        }
        let lead = &line.text[..first.start];
        let behind = text::skip_markers(&line.text[first.end..]);
        let is_item = if self.loose_is_html {
            let bold = line.strong.iter().any(|range| range.0 <= first.start && range.1 >= first.end)
                || line.strong.iter().any(|range| range.0 == first.start && range.1 == first.end);
            let marked = text::only_markers(lead) && lead.chars().any(|c| !c.is_whitespace());
            marked && !self.headings.is_before_first() && (bold || text::separator(behind).is_some())
        } else {
            is_bullet(lead)
        };
        match sense::understand(line) {
            Sense::Entry(parts) if is_item => {
                let layout = if self.loose_is_html { Layout::Html } else { Layout::Bullet };
                self.list(parts, list.section, list.ranking, first.offset, layout);
            }
            _ => self.skip(first.offset, "link in running text"),
        }
    }
}

/// One sign that stands for a bullet.
fn is_bullet(lead: &str) -> bool {
    let lead = lead.trim_matches(|c: char| c.is_whitespace() || c == '\u{a0}');
    let mut chars = lead.chars();
    let sign = matches!(
        chars.next(),
        Some('-' | '*' | '+' | '•' | '·' | '▪' | '‣' | '◦' | '●' | '○' | '–' | '—' | '►' | '▸')
    );
    sign && chars.next().is_none()
}

fn is_worded(span: &super::line::Span<'_>) -> bool {
    sense::is_outside(&span.url) && !matches!(span.look, Look::Picture(_))
}

/// True for a line that would list something if it were not hidden.
fn looks_like_item(line: &str) -> bool {
    let line = line.trim_start();
    let Some(rest) = line.strip_prefix(['-', '*', '+']) else { return false };
    rest.starts_with([' ', '[']) && rest.contains("](http")
}
