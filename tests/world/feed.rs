//! Feeds as readers see them.

use feed_rs::model::Feed;

/// Reads a feed of any format, and fails with its text when it is none.
pub fn read(text: &str) -> Feed {
    feed_rs::parser::parse(text.as_bytes()).unwrap_or_else(|error| panic!("{error} in\n{text}"))
}

/// The titles of a feed's items, newest first.
pub fn titles(text: &str) -> Vec<String> {
    read(text)
        .entries
        .into_iter()
        .map(|entry| entry.title.map(|title| title.content).unwrap_or_default())
        .collect()
}

/// The ids of a feed's items, newest first.
pub fn ids(text: &str) -> Vec<String> {
    read(text).entries.into_iter().map(|entry| entry.id).collect()
}
