//! RSS, Atom, JSON Feed and OPML as text; the only crate that names rss.
