//! What items, tables, summaries and lines of text mean: entries, items without address, sections, or why not.

use super::frame::{Frame, Item, List, State, What};
use super::heading::Where;
use super::line::{Line, Look};
use super::reader::{Absent, Found, Reader, is_bullet};
use super::sense::{self, Parts, Sense};
use super::table::Table;
use crate::model::{Entry, Link};
use crate::parse::build::{RankingId, SectionId, Spot};
use crate::parse::text;
use crate::report::Layout;

/// A paragraph of this many letters that names a section is prose.
const MAX_SECTION: usize = 100;

impl<'a> Reader<'a> {
    /// Understands the text of the innermost item, before something nested in it or its end.
    pub(super) fn settle_item(&mut self) {
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
    pub(super) fn name_inner_section(&mut self) {
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

    pub(super) fn close_item(&mut self, item: Item<'a>) {
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

    pub(super) fn close_table(&mut self, table: Table<'a>, html: bool) {
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

    pub(super) fn close_summary(&mut self, line: &Line<'a>) {
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
    pub(super) fn flush(&mut self) {
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

fn is_worded(span: &super::line::Span<'_>) -> bool {
    sense::is_outside(&span.url) && !matches!(span.look, Look::Picture(_))
}
