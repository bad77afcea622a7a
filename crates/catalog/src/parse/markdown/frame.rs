//! What is open at a place of a document: lists, items, tables, headings and the like, the innermost last.
//!
//! Nothing here calls itself: what is open lies on one stack of limited depth, so no document can exhaust the
//! program's own.

use super::heading::Where;
use super::line::Line;
use super::reader::Reader;
use super::skip::TOO_DEEP;
use super::table::Table;
use crate::parse::build::{RankingId, SectionId};

/// What stands deeper is reported and not read; real documents stay below ten.
const MAX_DEPTH: usize = 64;

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
    /// Puts a frame on the stack.
    pub(super) fn open(&mut self, frame: Frame<'a>) {
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

    /// Closes the innermost frame and understands what stood in it.
    pub(super) fn close_top(&mut self) {
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
