//! Long lists, page by page.

use crate::action::Action;
use crate::reply::Button;

/// A page of a list.
pub(crate) struct Pages {
    /// Which, from 0.
    pub(crate) page: usize,
    /// How many there are, at least one.
    pub(crate) count: usize,
    each: usize,
}

impl Pages {
    /// The page nearest to the one that is wanted.
    pub(crate) fn new(total: usize, each: usize, wanted: u16) -> Self {
        let count = total.div_ceil(each.max(1)).max(1);
        Self { page: usize::from(wanted).min(count - 1), count, each: each.max(1) }
    }

    /// What stands on it.
    pub(crate) fn of<'a, T>(&self, all: &'a [T]) -> &'a [T] {
        let from = (self.page * self.each).min(all.len());
        &all[from..(from + self.each).min(all.len())]
    }

    /// `‹ 2/5 ›`; nothing where there is one page.
    pub(crate) fn row(&self, to: impl Fn(u16) -> Action) -> Vec<Button> {
        if self.count < 2 {
            return Vec::new();
        }
        let mut row = Vec::new();
        if self.page > 0 {
            row.push(Button::new("‹", to(self.page as u16 - 1)));
        }
        row.push(Button::new(&format!("{}/{}", self.page + 1, self.count), Action::Nothing));
        if self.page + 1 < self.count {
            row.push(Button::new("›", to(self.page as u16 + 1)));
        }
        row
    }
}
