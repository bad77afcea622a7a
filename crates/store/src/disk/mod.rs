//! The folder of a store: what lies in it, how it is opened, and how a damaged one is saved.

pub(crate) mod behind;
pub(crate) mod beside;
pub(crate) mod careful;
pub(crate) mod documents;
pub(crate) mod files;
pub(crate) mod folder;
pub(crate) mod high_water;
pub(crate) mod kept;
pub(crate) mod ladder;
pub(crate) mod lock;
pub(crate) mod open;
