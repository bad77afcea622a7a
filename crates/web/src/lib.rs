//! The site, the feeds and the health pages over HTTP; the only crate that names axum.
//!
//! [`Site`] answers requests: pages, feeds, JSON, health. Everything it shows is a view of the journal, rendered once
//! per change and kept compressed. [`Site::serve`] runs it on a socket; [`write_site`] writes the same pages and feeds as
//! files. What other parts of the program answer over HTTP comes in as [`Route`] values, what they know about
//! themselves as [`StatusFacts`].
//!
//! From a request to its answer: `site` looks whether the answer is kept and right (`cache`), else `address` reads
//! what is asked, `library` asks the store, `render` and `feed` make the text, `rendered` compresses it, `answer`
//! adds validators and sends it. Questions people ask have their own way (`api`): they are answered anew each time.
//! Our own WebSub hub sees the feeds through [`Topics`].

mod address;
mod after;
mod answer;
mod api;
mod asked;
mod assets;
mod bots;
mod cache;
mod facts;
mod feed;
mod files;
mod frame;
mod health;
mod hub;
mod library;
mod links;
mod metrics;
mod numbers;
mod page;
mod render;
mod rendered;
mod routes;
mod row;
mod serve;
mod settings;
mod sheet;
mod site;
mod standings;
mod status;
mod subscribe;
mod topics;
mod trouble;

pub use files::{SiteReport, write_site};
pub use hub::Announcer;
pub use metrics::{Family, METRICS_MEDIA, Metrics};
pub use routes::{Route, RouteAnswer};
pub use serve::serve;
pub use settings::Settings;
pub use site::Site;
pub use status::{
    BotState, BotWay, BudgetState, HubState, Lead, LeadBot, LoopState, Off, ProjectsState, StatusFacts,
    StatusSource,
};
pub use topics::Topics;

#[cfg(test)]
mod tests;
