//! The site as its readers meet it: requests in, answers out, on a store in memory.

mod addresses;
mod asking;
mod digests;
mod hub;
mod pages;
mod paging;
mod passed_on;
mod pasts;
mod projects;
mod rankings;
mod sheets;
#[cfg(test)]
mod static_site;
mod subscribing;
mod validators;
mod world;
