//! The words an event is told in: plain text, no markup, the same for feeds, pages and messages.
