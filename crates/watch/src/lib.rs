//! Reads catalogs where they live and records what changed; the only crate that names octocrab and gix.

mod blocking;
mod cadence;
mod catalogs;
pub mod config;
pub mod github;
pub mod links;
pub mod notify;
pub mod outside;
pub mod projects;
pub mod replay;
pub mod source;
pub mod span;

pub use catalogs::{Round, Watcher};
pub use config::{Backfill, CatalogConfig, Earlier, Settings};
pub use github::{Github, GithubSettings};
pub use links::{LinkChecker, LinkRound, LinkSettings};
pub use notify::Edits;
pub use outside::{Outside, Unreached};
pub use projects::{Arrivals, ProjectRound, ProjectWatcher};
pub use replay::{Heard, ReplayOptions, ReplaySummary, Replayed, replay};
pub use source::{
    Cursor, Document, LookError, LookErrorKind, Sight, Sources, Spec, SpecError, Unread, Version,
};
pub use span::Span;
