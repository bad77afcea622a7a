//! Releases of a project: which are known, which are new, and what each of them is.

mod known;

pub use known::KnownReleases;
