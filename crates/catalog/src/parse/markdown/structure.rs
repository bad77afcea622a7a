//! What opens and closes: headings, lists, items, tables, `<details>`.
//!
//! Markdown closes what it opens; HTML may leave things open, and then what follows closes them.

use super::frame::{Frame, Item, State, What};
use super::reader::Reader;
use super::skip::TOO_DEEP;
use super::table::Table;

/// What stands in further columns counts to the last one.
const MAX_COLUMNS: usize = 64;

impl Reader<'_> {
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
}
