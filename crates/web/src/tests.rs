//! The site as its readers meet it: requests in, answers out, on a store in memory.

mod addresses;
mod asking;
mod digests;
mod pages;
mod paging;
mod projects;
mod sheets;
mod static_site;
mod validators;
mod world;
