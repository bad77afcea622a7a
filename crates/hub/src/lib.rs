//! A WebSub hub of our own feeds (W3C Recommendation, 23 January 2018): who gets which of them sent, and sending it.
//!
//! Strangers ask ([`Hub::ask`]), confirm that they did, and from then on get the whole feed whenever it changes. What is
//! told is in the journal and nowhere else: the hub walks it once for all subscriptions ([`Hub::step`]) and notes durably
//! which of them have something waiting before anything is sent. After a crash a feed may come a second time; none is lost.
//!
//! Callbacks are addresses strangers choose. They are called through a [`Courier`], which must not reach into our own
//! network, and so seldom that nobody can be annoyed by way of us (`budget`). Feeds come in through [`Feeds`]: the hub
//! knows neither how they are written nor how HTTP is spoken.
//!
//! From the outside in: `hub` is the handle, whose steps are in `asking`, `confirming`, `walk` and `sending`; `street`
//! (of what is in `held`, as `reading` finds it) is everything it holds in memory; `form`, `lease`, `signature`, `budget` and
//! `place` are the rules.

mod asking;
mod budget;
mod confirming;
mod courier;
mod feeds;
mod form;
mod held;
mod hub;
mod lease;
mod place;
mod reading;
mod sending;
mod signature;
mod status;
mod street;
mod walk;

pub use courier::{Call, Courier, Heard, Unheard};
pub use feeds::{Changes, Choice, Content, Feeds, Topic};
pub use form::FORM_BYTES;
pub use hub::{Answer, Hub, Wiring};
pub use status::HubStatus;

#[cfg(test)]
mod tests;
