//! Reads catalogs where they live and records what changed; the only crate that names octocrab and gix.

pub mod config;
pub mod source;
pub mod span;

pub use config::{Backfill, CatalogConfig, Earlier, GithubSettings, Settings};
pub use source::{Cursor, Document, LookError, LookErrorKind, Sight, Sources, Spec, SpecError, Version};
pub use span::Span;
