//! The whole store on its way out and in: exports, imports, backups, and the frozen moment they show.

pub(crate) mod backup;
mod export;
pub(crate) mod frozen;
pub(crate) mod import;
pub(crate) mod lines;
mod load;
