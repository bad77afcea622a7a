//! Follows a document, whether it is written in Markdown or in HTML, and finds what it lists.
//!
//! Here are its state and the text that is collected; [`structure`](super::structure) opens and closes what text
//! stands in, [`find`](super::find) says what it means, [`skip`](super::skip) reports what it does not.

use pulldown_cmark::CowStr;

use super::frame::{Frame, What};
use super::heading::Headings;
use super::line::Line;
use super::place::Places;
use super::sense;
use crate::model::Entry;
use crate::parse::build::{Builder, SectionId, Spot};

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
    pub(super) overflow: usize,
    /// The last line reported as a whole.
    pub(super) told: u32,
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
    pub(super) fn is_loose(&self) -> bool {
        match self.frames.last().map(|frame| &frame.what) {
            Some(What::Item(_) | What::Heading(..) | What::Summary(_)) => false,
            Some(What::Table(table)) => !table.in_cell,
            _ => true,
        }
    }

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

    /// An empty line for what begins here.
    #[inline]
    pub(super) fn fresh(&mut self, offset: usize) -> Box<Line<'a>> {
        let mut line = self.pool.pop().unwrap_or_default();
        line.reset(offset);
        line
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
