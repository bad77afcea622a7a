//! An answer as it is kept: rendered once, compressed once, with the validators HTTP wants.

use std::io::{Read, Write};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use http::HeaderValue;
use sha2::{Digest, Sha256};
use whimbrel_feeds::Format;

/// The kinds of bodies the site serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Media {
    /// A page.
    Html,
    /// A feed.
    Feed(Format),
    /// Any other JSON.
    Json,
    /// OPML 2.0.
    Opml,
    /// The style.
    Css,
    /// The script.
    Script,
    /// The mark.
    Svg,
    /// The picture of a page.
    Png,
    /// The list of pages.
    Xml,
    /// What is asked of those who read all of it.
    Text,
}

impl Media {
    /// The value of `Content-Type`.
    pub(crate) fn content_type(self) -> &'static str {
        match self {
            Self::Html => "text/html; charset=utf-8",
            Self::Feed(format) => format.content_type(),
            Self::Json => "application/json; charset=utf-8",
            Self::Opml => "text/x-opml; charset=utf-8",
            Self::Css => "text/css; charset=utf-8",
            Self::Script => "text/javascript; charset=utf-8",
            Self::Svg => "image/svg+xml",
            Self::Png => "image/png",
            Self::Xml => "application/xml; charset=utf-8",
            Self::Text => "text/plain; charset=utf-8",
        }
    }

    /// The value of `Cache-Control`: feeds are polled, pages are looked at.
    pub(crate) fn cache_control(self) -> &'static str {
        match self {
            Self::Html => "public, max-age=10",
            Self::Feed(_) => "public, max-age=300",
            Self::Json | Self::Opml => "public, max-age=60",
            Self::Png | Self::Xml | Self::Text => "public, max-age=3600",
            // Their names change with their content.
            Self::Css | Self::Script | Self::Svg => "public, max-age=31536000, immutable",
        }
    }
}

/// A body with its validators. Only the compressed bytes are kept: nearly every client takes them, and inflating a
/// page for the others costs less than a fifth of a millisecond.
#[derive(Debug)]
pub(crate) struct Rendered {
    pub(crate) media: Media,
    pub(crate) gzip: Bytes,
    pub(crate) gzip_length: HeaderValue,
    pub(crate) gzip_etag: HeaderValue,
    pub(crate) plain_length: usize,
    pub(crate) plain_etag: HeaderValue,
    pub(crate) modified: DateTime<Utc>,
    pub(crate) modified_header: HeaderValue,
    /// The value of `Link`.
    pub(crate) link: Option<HeaderValue>,
}

impl Rendered {
    /// Compresses a body. `modified` is the time of the newest thing in it.
    pub(crate) fn new(media: Media, body: &[u8], modified: DateTime<Utc>) -> Self {
        let hash = hex(&Sha256::digest(body)[..12]);
        let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 4), Compression::default());
        let gzip = encoder
            .write_all(body)
            .and_then(|()| encoder.finish())
            .expect("writing into memory does not fail");
        Self {
            media,
            gzip_length: HeaderValue::from(gzip.len()),
            gzip: Bytes::from(gzip),
            gzip_etag: header(&format!("\"{hash}-gz\"")),
            plain_length: body.len(),
            plain_etag: header(&format!("\"{hash}\"")),
            modified,
            link: None,
            modified_header: header(&modified.format("%a, %d %b %Y %H:%M:%S GMT").to_string()),
        }
    }

    /// The same with this value of `Link`; one that cannot be a header is left out.
    pub(crate) fn linking(self, link: Option<String>) -> Self {
        Self { link: link.and_then(|link| HeaderValue::from_str(&link).ok()), ..self }
    }

    /// The body without compression.
    pub(crate) fn plain(&self) -> Vec<u8> {
        let mut body = Vec::with_capacity(self.plain_length);
        GzDecoder::new(&self.gzip[..]).read_to_end(&mut body).expect("it was compressed by `new`");
        body
    }

    /// Bytes of memory it holds, roughly.
    pub(crate) fn weight(&self) -> usize {
        self.gzip.len() + 512
    }
}

/// Lower-case hexadecimal digits of some bytes.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn header(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).expect("digits, letters and ASCII signs of our own")
}
