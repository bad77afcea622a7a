//! Projects: the repositories behind the entries, what is known about each, who lists it, and when it is due.
//!
//! A project is known by its number. Keys (the addresses it has, or once had) and GitHub's node id lead to the
//! number; listings say which entries of which catalogs lie in it, and are kept by whatever writes and deletes
//! entries. A project that nobody lists any more stays, with its history, but is not due.

pub(crate) mod by_number;
mod digest;
pub(crate) mod form;
pub(crate) mod index;
pub(crate) mod leads;
pub(crate) mod listings;
mod merge;
pub(crate) mod plan;
mod read;
mod record;
pub(crate) mod rows;
pub(crate) mod schedule;
pub(crate) mod spread;
pub(crate) mod types;
