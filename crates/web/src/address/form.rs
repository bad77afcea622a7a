//! In which form something is wanted.

use whimbrel_feeds::Format;

use crate::rendered::Media;

/// In which form it is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Form {
    /// A page for people.
    Page,
    /// A feed.
    Feed(Format),
    /// Events in their own JSON form.
    Events,
}

impl Form {
    /// The three formats of feeds.
    pub(crate) const FEEDS: [Self; 3] =
        [Self::Feed(Format::Rss), Self::Feed(Format::Atom), Self::Feed(Format::Json)];

    /// The file of this form in the folder of a listing; a page is the folder itself.
    pub(crate) fn file(self) -> &'static str {
        match self {
            Self::Page => "",
            Self::Feed(Format::Rss) => "feed.rss",
            Self::Feed(Format::Atom) => "feed.atom",
            Self::Feed(Format::Json) => "feed.json",
            Self::Events => "events.json",
        }
    }

    pub(crate) fn media(self) -> Media {
        match self {
            Self::Page => Media::Html,
            Self::Feed(format) => Media::Feed(format),
            Self::Events => Media::Json,
        }
    }

    pub(super) fn of(file: &str) -> Option<Self> {
        [Self::Page].into_iter().chain(Self::FEEDS).find(|form| form.file() == file)
    }
}
