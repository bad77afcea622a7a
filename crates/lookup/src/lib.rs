//! What people look up: an index over everything the store knows by name.
//!
//! [`Index`] finds catalogs, sections and listed things by what people type: names first, then words of descriptions,
//! then what could have been meant. It is filled from the store and follows it; nothing else writes to it.

mod index;

pub use index::Index;
pub use index::found::{Among, Asked, Hit, Match, Named, Scope, Subject};
