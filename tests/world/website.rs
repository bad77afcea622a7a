//! A pretend web server: pages that change, validators, redirects, and everything a server can do wrong.

use std::collections::BTreeMap;
use std::io::Write;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use bytes::Bytes;
use futures::StreamExt;

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
    /// Headers, then nothing more.
    Silent,
}

/// One request as it came in.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The path with its query.
    pub path: String,
    /// Header lines, names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The status it was answered with.
    pub status: u16,
}

#[derive(Default)]
struct Inner {
    pages: BTreeMap<String, Page>,
    asked: Vec<Asked>,
}

/// A running pretend server.
#[derive(Clone)]
pub struct Website {
    address: SocketAddr,
    inner: Arc<Mutex<Inner>>,
}

impl Website {
    /// Starts it on a free port of this machine.
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let website = Self { address: listener.local_addr().expect("it listens"), inner: Arc::default() };
        let router = Router::new().fallback(answer).with_state(website.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        website
    }

    /// The address of a path.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Puts something at a path.
    pub fn put(&self, path: &str, page: Page) {
        self.inner().pages.insert(path.to_owned(), page);
    }

    /// Takes away what stands at a path.
    pub fn remove(&self, path: &str) {
        self.inner().pages.remove(path);
    }

    /// Every request so far, oldest first.
    pub fn asked(&self) -> Vec<Asked> {
        self.inner().asked.clone()
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn answer(State(website): State<Website>, request: Request) -> Response {
    let path = request.uri().path_and_query().map(ToString::to_string).unwrap_or_default();
    let headers: BTreeMap<String, String> = request
        .headers()
        .iter()
        .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    let page = website.inner().pages.get(&path).cloned();
    let response = match page {
        None => build(404, &[], "nothing here"),
        Some(Page::Document(text)) => document(&headers, text),
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
        Some(Page::Silent) => {
            let first =
                futures::stream::once(async { Ok::<_, std::io::Error>(Bytes::from_static(b"# A list\n")) });
            build(200, &[], Body::from_stream(first.chain(futures::stream::pending())))
        }
    };
    website.inner().asked.push(Asked { path, headers, status: response.status().as_u16() });
    response
}

fn document(headers: &BTreeMap<String, String>, text: String) -> Response {
    let etag = etag(&text);
    if headers.get("if-none-match") == Some(&etag) {
        return build(304, &[("etag", &etag)], "");
    }
    build(200, &[("etag", &etag), ("content-type", "text/markdown; charset=utf-8")], text)
}

/// A strong validator made from the text.
pub(crate) fn etag(text: &str) -> String {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    format!("\"{:016x}\"", hasher.finish())
}

pub(crate) fn build(status: u16, headers: &[(&str, &str)], body: impl Into<Body>) -> Response {
    let mut response = Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    response.body(body.into()).expect("the headers are written by hand")
}

fn pack(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(bytes).expect("memory takes everything");
    packer.finish().expect("memory takes everything")
}
