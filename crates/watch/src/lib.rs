//! Reads catalogs where they live and records what changed; the only crate that names octocrab and gix.

mod cadence;
pub mod config;
mod engine;
mod first_sight;
mod follower;
pub mod notify;
mod reading;
pub mod replay;
pub mod source;
pub mod span;
mod state;
#[cfg(test)]
mod stories;
mod visit;

pub use config::{Backfill, CatalogConfig, Earlier, GithubSettings, Settings};
pub use engine::{Round, Watcher};
pub use notify::Edits;
pub use replay::{Heard, ReplayOptions, ReplaySummary, Replayed, replay};
pub use source::{Cursor, Document, LookError, LookErrorKind, Sight, Sources, Spec, SpecError, Version};
pub use span::Span;
