//! Follows the structure of a document, whether it is written in Markdown or in HTML, and finds what it lists.
//!
//! Nothing here calls itself: open lists, items, tables and the like lie on one stack of limited depth, so no
//! document can exhaust the program's own.

use pulldown_cmark::CowStr;

use super::heading::{Headings, Where};
use super::line::Line;
use super::place::Places;
use super::sense;
use super::table::Table;
use crate::model::Entry;
use crate::parse::build::{Builder, RankingId, SectionId, Spot};

/// What stands deeper is reported and not read; real documents stay below ten.
const MAX_DEPTH: usize = 64;

/// Why it is not read.
const TOO_DEEP: &str = "nested too deeply";

/// What stands in further columns counts to the last one.
const MAX_COLUMNS: usize = 64;

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
    pub(super) frames: Vec<Frame<'a>>,
    /// Frames that were too deep to be opened.
    overflow: usize,
    /// The last line reported as a whole.
    told: u32,
    /// What stands outside of items, cells and headings.
    pub(super) loose: Box<Line<'a>>,
    pub(super) loose_is_html: bool,
    /// Lines to use again; boxed, since frames are moved about for every item.
    pub(super) pool: Vec<Box<Line<'a>>>,
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
pub(super) struct Frame<'a> {
    /// Opened by HTML, where nothing has to be closed.
    pub(super) html: bool,
    pub(super) what: What<'a>,
}

#[derive(Debug)]
pub(super) enum What<'a> {
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
pub(super) struct List {
    pub(super) numbered: bool,
    pub(super) section: SectionId,
    pub(super) ranking: Option<RankingId>,
    pub(super) under_entry: bool,
    /// The entry everything here belongs to.
    pub(super) owner: Option<usize>,
}

#[derive(Debug)]
pub(super) struct Item<'a> {
    pub(super) line: Box<Line<'a>>,
    pub(super) state: State,
    /// Its words, if it is no entry.
    pub(super) words: String,
    /// The section its nested items stand in, if it is no entry.
    pub(super) inner: Option<SectionId>,
    /// Entries were found in it.
    pub(super) holds: bool,
}

#[derive(Debug)]
pub(super) enum State {
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
            entries: Vec::with_capacity(source.len() / 120),
            found: Vec::with_capacity(source.len() / 120),
            absent: Vec::new(),
            frames: Vec::new(),
            overflow: 0,
            told: 0,
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
        if let Some(Frame { what: What::Table(table), .. }) = self.frames.last_mut() {
            table.in_cell = true;
            if table.cells.len() < MAX_COLUMNS {
                table.cells.push(line);
            } else {
                self.pool.push(line);
            }
            return;
        }
        self.pool.push(line);
        if self.overflow > 0 {
            self.skip_line(offset, TOO_DEEP);
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

    /// The same, once for a line on which several such things stand side by side.
    pub(super) fn skip_line(&mut self, offset: usize, reason: &'static str) {
        let line = self.places.line(offset);
        if line != self.told {
            self.told = line;
            self.skip(offset, reason);
        }
    }

    /// The same, for what was taken out of the source beforehand.
    pub(super) fn skip_text(&mut self, offset: usize, text: &str, reason: &'static str) {
        let line = self.places.line(offset);
        let end = text[offset..].char_indices().nth(200).map_or(text.len(), |(length, _)| offset + length);
        self.builder.skip(line, &text[offset..end], reason);
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

    // ---- the stack ----

    fn open(&mut self, frame: Frame<'a>) {
        if self.frames.len() < MAX_DEPTH {
            self.frames.push(frame);
        } else {
            self.too_deep(frame);
        }
    }

    #[cold]
    fn too_deep(&mut self, frame: Frame<'a>) {
        self.overflow += usize::from(!frame.html);
        match frame.what {
            What::Item(Item { line, .. }) | What::Heading(_, line) | What::Summary(line) => {
                self.skip_line(line.offset, TOO_DEEP);
                self.pool.push(line);
            }
            What::Table(table) => self.skip_line(table.offset, TOO_DEEP),
            What::List(_) | What::Details(_) => {}
        }
    }

    #[inline]
    pub(super) fn fresh(&mut self, offset: usize) -> Box<Line<'a>> {
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
    pub(super) fn list_here(&self) -> List {
        match self.frames.last() {
            Some(Frame { what: What::List(list), .. }) => *list,
            _ => self.context().0,
        }
    }

    /// Where something stands: the list it is part of, or what the headings say.
    pub(super) fn context(&self) -> (List, Option<Where>) {
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
}

/// One sign that stands for a bullet.
pub(super) fn is_bullet(lead: &str) -> bool {
    let lead = lead.trim_matches(|c: char| c.is_whitespace() || c == '\u{a0}');
    let mut chars = lead.chars();
    let sign = matches!(
        chars.next(),
        Some('-' | '*' | '+' | '•' | '·' | '▪' | '‣' | '◦' | '●' | '○' | '–' | '—' | '►' | '▸')
    );
    sign && chars.next().is_none()
}

/// True for a line that would list something if it were not hidden.
fn looks_like_item(line: &str) -> bool {
    let line = line.trim_start();
    let Some(rest) = line.strip_prefix(['-', '*', '+']) else { return false };
    rest.starts_with([' ', '[']) && rest.contains("](http")
}
