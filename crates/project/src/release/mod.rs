//! Releases of a project: which are known, which are new, and what each of them is.

mod html;
pub(crate) mod item;
pub(crate) mod judge;
pub(crate) mod known;
pub mod nightly;
pub mod notes;
pub(crate) mod recent;
pub mod security;
mod tell;
pub mod version;

pub use known::KnownReleases;
pub use notes::Notes;
pub use recent::Recent;
pub use version::{Tag, Version};
