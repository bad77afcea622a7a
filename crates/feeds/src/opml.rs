//! OPML 2.0: the list of our feeds, to be taken into a reader at once.

use std::fmt::Write as _;

use crate::xml::escape;

/// Feeds that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutlineGroup {
    /// Their heading; without one they stand at the top.
    pub title: Option<String>,
    /// The feeds.
    pub outlines: Vec<Outline>,
}

/// One feed in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outline {
    /// Its title.
    pub title: String,
    /// Where it is served.
    pub xml_url: String,
    /// The page that shows the same.
    pub html_url: String,
}

/// The list as text.
pub fn opml(title: &str, groups: &[OutlineGroup]) -> String {
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<opml version=\"2.0\">\n<head><title>{}</title></head>\n<body>\n",
        escape(title)
    );
    for OutlineGroup { title, outlines } in groups {
        if outlines.is_empty() {
            continue;
        }
        if let Some(title) = title {
            let title = escape(title);
            push(&mut xml, format_args!("<outline text=\"{title}\" title=\"{title}\">\n"));
        }
        for Outline { title, xml_url, html_url } in outlines {
            let (title, xml_url, html_url) = (escape(title), escape(xml_url), escape(html_url));
            // The type is `rss` for feeds of any format.
            push(
                &mut xml,
                format_args!(
                    "<outline type=\"rss\" text=\"{title}\" title=\"{title}\" xmlUrl=\"{xml_url}\" htmlUrl=\"{html_url}\"/>\n"
                ),
            );
        }
        if title.is_some() {
            xml.push_str("</outline>\n");
        }
    }
    // A body without any outline is not allowed.
    if groups.iter().all(|group| group.outlines.is_empty()) {
        xml.push_str("<outline text=\"No feeds yet\"/>\n");
    }
    xml.push_str("</body>\n</opml>\n");
    xml
}

fn push(xml: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = xml.write_fmt(text);
}
