//! Older news of a site kept as files: pages that never change once they are full.

use whimbrel_store::Cursor;

use super::Writer;
use crate::address::{Base, Listing};
use crate::after::After;
use crate::links::Links;
use crate::page::Pager;
use crate::render::{self, Failed, PAGE};

impl Writer<'_> {
    /// The older pages of a listing.
    pub(super) fn older(&mut self, base: &Base) -> Result<(), Failed> {
        let counted = self.count(base)?;
        let listing = Listing::of(base.clone());
        let total = counted.live_pages() + counted.history_pages();
        for number in 0..total {
            // One row from the oldest live page up, one from the oldest history up; the older row lies below.
            let (history, n) = match number.checked_sub(counted.live_pages()) {
                None => (false, number),
                Some(n) => (true, n),
            };
            let places = if history { &counted.history } else { &counted.live };
            let end = (places.len().saturating_sub(n * PAGE)).min(places.len());
            let start = end.saturating_sub(PAGE);
            let above = if start > 0 {
                Some(places[start - 1])
            } else if history {
                counted.live.last().copied()
            } else {
                None
            };
            let after = above.map(|cursor| After { cursor, history: u64::MAX });
            let mut found = self.scene.library.find(&Listing { after, ..listing.clone() }, end - start)?;
            found.events.retain(|event| event.history == history);
            let links = Links::from(&format!("/{}page/1/", base.folder()), true);
            let at = |history: bool, n: usize| links.page(&folder_of(base, history, n));
            let pager = Pager {
                newest: Some(links.page(&base.folder())),
                newer: if n + 1 < if history { counted.history_pages() } else { counted.live_pages() } {
                    Some(at(history, n + 1))
                } else if history && counted.live_pages() > 0 {
                    Some(at(false, 0))
                } else {
                    None
                },
                older: if n > 0 {
                    Some(at(history, n - 1))
                } else if !history && counted.history_pages() > 0 {
                    Some(at(true, counted.history_pages() - 1))
                } else {
                    None
                },
            };
            let text = render::page(&self.scene, &listing, &found, pager, true)?;
            self.page(&folder_of(base, history, n), &found, &text)?;
        }
        Ok(())
    }

    /// The way from the newest page of a listing to its older ones.
    pub(super) fn first_older(&self, base: &Base) -> Result<Option<String>, Failed> {
        if !matches!(base, Base::All | Base::Catalog(_)) {
            return Ok(None);
        }
        let counted = self.count(base)?;
        if counted.live.len() + counted.history.len() <= PAGE {
            return Ok(None);
        }
        let links = Links::from(&format!("/{}", base.folder()), true);
        let (history, pages) = match counted.live_pages() {
            0 => (true, counted.history_pages()),
            pages => (false, pages),
        };
        Ok(pages.checked_sub(1).map(|n| links.page(&folder_of(base, history, n))))
    }

    /// The places of all events of a listing, newest first.
    fn count(&self, base: &Base) -> Result<Counted, Failed> {
        let mut counted = Counted::default();
        self.each_event(base, |event| {
            let place = Cursor { id: event.id(), at: event.at };
            if event.history { &mut counted.history } else { &mut counted.live }.push(place);
        })?;
        Ok(counted)
    }
}

/// Where every event of a listing stands, newest first.
#[derive(Default)]
struct Counted {
    live: Vec<Cursor>,
    history: Vec<Cursor>,
}

impl Counted {
    /// Full pages alone: what is newer than they are is on the first page.
    fn live_pages(&self) -> usize {
        self.live.len() / PAGE
    }

    fn history_pages(&self) -> usize {
        self.history.len().div_ceil(PAGE)
    }
}

/// The folder of an older page; they are numbered from 1, the oldest.
fn folder_of(base: &Base, history: bool, n: usize) -> String {
    format!("{}{}/{}/", base.folder(), if history { "history" } else { "page" }, n + 1)
}
