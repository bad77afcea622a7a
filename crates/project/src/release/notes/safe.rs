//! What of the HTML of notes may be shown: a list of allowed elements, links and pictures.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use ammonia::{Builder, UrlRelative};
use url::Url;

use crate::release::html::{Piece, pieces};

/// Elements that are kept; of others only what stands in them, and of scripts and styles nothing.
const ELEMENTS: [&str; 45] = [
    "a",
    "b",
    "blockquote",
    "br",
    "code",
    "dd",
    "del",
    "details",
    "div",
    "dl",
    "dt",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "ins",
    "kbd",
    "li",
    "mark",
    "ol",
    "p",
    "pre",
    "q",
    "s",
    "samp",
    "small",
    "span",
    "strong",
    "sub",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "ul",
];

/// Their attributes that are kept.
const ATTRIBUTES: [(&str, &[&str]); 5] = [
    ("a", &["href", "title"]),
    ("img", &["src", "alt", "title"]),
    ("ol", &["start"]),
    ("td", &["colspan", "rowspan"]),
    ("th", &["colspan", "rowspan"]),
];

/// The HTML with nothing else in it; addresses are relative to `base`.
pub(super) fn safe(html: &str, base: &str) -> String {
    let base = Url::parse(base).ok();
    let absolute = move |element: &str, attribute: &str, value: &str| -> Option<String> {
        let url = match &base {
            Some(base) => base.join(value.trim()).ok()?,
            None => Url::parse(value.trim()).ok()?,
        };
        let allowed: &[&str] =
            if (element, attribute) == ("a", "href") { &["https", "http", "mailto"] } else { &["https"] };
        allowed.contains(&url.scheme()).then(|| url.into())
    };
    let attributes: HashMap<&str, HashSet<&str>> =
        ATTRIBUTES.iter().map(|(element, names)| (*element, names.iter().copied().collect())).collect();
    let safe = Builder::empty()
        .tags(ELEMENTS.into())
        .clean_content_tags(
            ["script", "style", "svg", "math", "template", "title", "iframe", "noscript"].into(),
        )
        .tag_attributes(attributes)
        .url_schemes(["https", "http", "mailto"].into())
        .url_relative(UrlRelative::PassThrough)
        .link_rel(Some("noopener noreferrer nofollow"))
        .attribute_filter(move |element, attribute, value| match attribute {
            "href" | "src" => absolute(element, attribute, value).map(Cow::Owned),
            _ => Some(Cow::Borrowed(value)),
        })
        .clean(html)
        .to_string();
    // a picture whose address was refused is none
    let refused = |(piece, raw): &(Piece<'_>, &str)| *piece == Piece::Open("img") && !raw.contains(" src=");
    if pieces(&safe).any(|piece| refused(&piece)) {
        return pieces(&safe).filter(|piece| !refused(piece)).map(|(_, raw)| raw).collect();
    }
    safe
}
