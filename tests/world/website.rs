//! A pretend web server: pages that change, validators, redirects, and everything a server can do wrong.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use axum::{Extension, Router};
use bytes::Bytes;

use crate::server::{Asked, Server, build, etag, stalled};

/// What stands at an address.
#[derive(Clone, Debug)]
pub enum Page {
    /// A document with an ETag made from its text; answered with 304 where nothing changed.
    Document(String),
    /// The same without any validator.
    Plain(String),
    /// The same as a packed answer.
    Packed(String),
    /// This status with this text.
    Status(u16, String),
    /// A redirect with this status.
    Redirect(u16, String),
    /// A page for people, as servers in trouble show, with status 200.
    ErrorPage,
    /// This many bytes without a length in front.
    Huge(usize),
    /// A few bytes a packed answer of this size unpacks to.
    Bomb(usize),
    /// These bytes, said to be packed in this way.
    PackedAs(&'static str, Bytes),
    /// Headers, then nothing more.
    Silent,
}

/// What stands at which path.
type Pages = Arc<Mutex<BTreeMap<String, Page>>>;

/// A running pretend server.
pub struct Website {
    server: Server,
    pages: Pages,
}

impl Website {
    /// Starts it on a free port of this machine.
    pub fn start() -> Self {
        let pages = Pages::default();
        let served = Arc::clone(&pages);
        let server = Server::start(|_| Router::new().fallback(answer).with_state(served));
        Self { server, pages }
    }

    /// The address of a path.
    pub fn url(&self, path: &str) -> String {
        self.server.url(path)
    }

    /// Puts something at a path.
    pub fn put(&self, path: &str, page: Page) {
        locked(&self.pages).insert(path.to_owned(), page);
    }

    /// Takes away what stands at a path.
    pub fn remove(&self, path: &str) {
        locked(&self.pages).remove(path);
    }

    /// Every request so far, oldest first.
    pub fn asked(&self) -> Vec<Asked> {
        self.server.asked()
    }
}

fn locked(pages: &Pages) -> MutexGuard<'_, BTreeMap<String, Page>> {
    pages.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn answer(State(pages): State<Pages>, Extension(asked): Extension<Asked>) -> Response {
    let page = locked(&pages).get(&asked.path).cloned();
    match page {
        None => build(404, &[], "nothing here"),
        Some(Page::Document(text)) => document(&asked, text),
        Some(Page::Plain(text)) => build(200, &[("content-type", "text/markdown")], text),
        Some(Page::Packed(text)) => build(200, &[("content-encoding", "gzip")], pack(text.as_bytes())),
        Some(Page::Status(status, text)) => build(status, &[], text),
        Some(Page::Redirect(status, to)) => build(status, &[("location", &to)], ""),
        Some(Page::ErrorPage) => build(
            200,
            &[("content-type", "text/html")],
            "<!DOCTYPE html>\n<html><head><title>Sorry</title></head><body><h1>We will be right back</h1></body></html>",
        ),
        Some(Page::Huge(size)) => {
            const PIECE: usize = 64 * 1024;
            let piece = Bytes::from(vec![b'x'; PIECE]);
            let pieces = futures::stream::iter(
                (0..size.div_ceil(PIECE)).map(move |_| Ok::<_, std::io::Error>(piece.clone())),
            );
            build(200, &[], Body::from_stream(pieces))
        }
        Some(Page::Bomb(size)) => build(200, &[("content-encoding", "gzip")], pack(&vec![b' '; size])),
        Some(Page::PackedAs(packing, bytes)) => build(200, &[("content-encoding", packing)], bytes),
        Some(Page::Silent) => build(200, &[], stalled("# A list\n")),
    }
}

fn document(asked: &Asked, text: String) -> Response {
    let etag = etag(&text);
    if asked.headers.get("if-none-match") == Some(&etag) {
        return build(304, &[("etag", &etag)], "");
    }
    build(200, &[("etag", &etag), ("content-type", "text/markdown; charset=utf-8")], text)
}

fn pack(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(bytes).expect("memory takes everything");
    packer.finish().expect("memory takes everything")
}
