//! What people look up: questions, and an index over everything the store knows by name.
//!
//! [`Question`] is what can be asked, read from typed text or from named options; [`Lookup`] answers it with an
//! [`Answer`], plain data that every channel shows in its own way. [`Index`] finds catalogs, sections
//! and listed things by what people type: names first, then words of descriptions, then what could have been meant. It
//! is filled from the store and follows it; nothing else writes to it.

mod answer;
mod index;
mod lookup;
mod question;
mod when;

pub use answer::rankings::Rankings;
pub use answer::{Answer, Fact, Hint, Item, Links, Paging, Part, Plot, PlotLine, Point};
pub use index::found::{Among, Asked, Hit, Match, Named, Scope, Subject};
pub use index::{Index, Size};
pub use lookup::{Asking, Lookup};
pub use question::{By, Form, Misread, Opt, OptKind, Question, Top, Within};
pub use when::{Bounds, NoTime, Unit, When};
