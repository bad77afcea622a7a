//! The web as it behaves: validators, redirects, limits, refusals.

use std::io::Write;

use chrono::{DateTime, TimeDelta, Utc};

use super::serve::{Served, answer};
use super::*;

fn now() -> DateTime<Utc> {
    "2026-05-01T12:00:00Z".parse().unwrap()
}

fn settings() -> Settings {
    Settings { allow_private_addresses: true, max_bytes: 1000, ..Settings::default() }
}

async fn look(url: &str, cursor: &Cursor, settings: Settings) -> Result<Sight, LookError> {
    let spec = Spec::Web(url.parse().unwrap());
    Sources::new(Arc::new(settings), Github::anybody()).unwrap().look(&spec, cursor, now()).await
}

fn text(sight: Sight) -> (String, Cursor) {
    let Sight::Versions { mut versions, cursor, more: false } = sight else { panic!("no version") };
    (String::from_utf8(versions.remove(0).documents.remove(0).bytes).unwrap(), cursor)
}

#[tokio::test]
async fn validators_go_back_and_304_is_unchanged() {
    let server = Served::new(|asked| match asked.header("if-none-match") {
        Some("\"v1\"") => answer(304, &[], ""),
        _ => answer(200, &[("etag", "\"v1\""), ("last-modified", "Fri, 01 May 2026 10:00:00 GMT")], "one"),
    })
    .await;
    let url = format!("{}/list.md", server.base);
    let (document, cursor) = text(look(&url, &Cursor::new(), settings()).await.unwrap());
    assert_eq!(document, "one");
    assert_eq!(look(&url, &cursor, settings()).await.unwrap(), Sight::Unchanged { cursor: None });
    let asked = server.asked();
    assert!(asked[0].header("user-agent").unwrap().starts_with("whimbrel/"));
    assert_eq!(asked[1].header("if-modified-since"), Some("Fri, 01 May 2026 10:00:00 GMT"));
}

#[tokio::test]
async fn the_same_bytes_under_another_etag_are_no_version() {
    let server =
        Served::new(|asked| answer(200, &[("etag", &format!("\"{}\"", asked.headers.len()))], "one")).await;
    let (_, cursor) = text(look(&server.base, &Cursor::new(), settings()).await.unwrap());
    assert!(matches!(
        look(&server.base, &cursor, settings()).await.unwrap(),
        Sight::Unchanged { cursor: Some(_) }
    ));
}

#[tokio::test]
async fn packed_answers_are_unpacked_and_the_limit_counts_what_comes_out() {
    let server = Served::new(|asked| {
        let length = if asked.target == "/bomb.md" { 1_000_000 } else { 900 };
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        packed.write_all(&vec![b'x'; length]).unwrap();
        answer(200, &[("content-encoding", "gzip")], packed.finish().unwrap())
    })
    .await;
    let (document, _) =
        text(look(&format!("{}/list.md", server.base), &Cursor::new(), settings()).await.unwrap());
    assert_eq!(document.len(), 900);
    assert!(server.asked()[0].header("accept-encoding").unwrap().contains("gzip"));
    let error = look(&format!("{}/bomb.md", server.base), &Cursor::new(), settings()).await.unwrap_err();
    assert_eq!(error.kind, LookErrorKind::TooLarge);
}

#[tokio::test]
async fn a_packing_nobody_asked_for_is_no_document() {
    let server = Served::new(|asked| {
        let packing = asked.target.trim_start_matches('/').to_owned();
        answer(200, &[("content-encoding", &packing)], "- [one](https://example.org/one)")
    })
    .await;
    for packing in ["br", "zstd", "deflate", "x-unknown", "gzip,%20gzip"] {
        let error =
            look(&format!("{}/{packing}", server.base), &Cursor::new(), settings()).await.unwrap_err();
        assert!(matches!(error.kind, LookErrorKind::Trouble { .. }), "{packing}: {error}");
    }
    let plain = look(&format!("{}/identity", server.base), &Cursor::new(), settings()).await;
    assert!(text(plain.unwrap()).0.starts_with("- [one]"));
}

/// What the other side could hand over before it was left: that much is held here at most.
#[tokio::test]
async fn bodies_without_an_end_are_left_at_the_limit() {
    use std::sync::atomic::{AtomicUsize, Ordering};

    const LIMIT: usize = 1 << 20;
    const HANGS: std::time::Duration = std::time::Duration::from_secs(20);
    /// Beyond the limit: what the system keeps on the way, at both ends.
    const MORE: usize = 16 << 20;
    static PLAIN: AtomicUsize = AtomicUsize::new(0);
    static PACKED: AtomicUsize = AtomicUsize::new(0);
    let server = Served::new(|asked| {
        let packed = asked.target == "/packed.md";
        // Sixteen kilobytes of gzip that are sixteen megabytes, again and again.
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        gzip.write_all(&vec![b' '; if packed { 16 << 20 } else { 1 }]).unwrap();
        let gzip = bytes::Bytes::from(gzip.finish().unwrap());
        let piece = if packed { gzip } else { bytes::Bytes::from(vec![b'-'; 64 << 10]) };
        let sent = if packed { &PACKED } else { &PLAIN };
        let pieces = futures::stream::repeat_with(move || {
            sent.fetch_add(piece.len(), Ordering::SeqCst);
            Ok::<_, std::io::Error>(piece.clone())
        });
        let headers: &[(&str, &str)] = if packed { &[("content-encoding", "gzip")] } else { &[] };
        answer(200, headers, axum::body::Body::from_stream(pieces))
    })
    .await;
    let settings = Settings { max_bytes: LIMIT, ..settings() };
    for name in ["plain.md", "packed.md"] {
        let began = std::time::Instant::now();
        let error =
            look(&format!("{}/{name}", server.base), &Cursor::new(), settings.clone()).await.unwrap_err();
        assert_eq!(error.kind, LookErrorKind::TooLarge, "{name}: {error}");
        // That it ends at all: how soon is a figure of the benches, and other tests share this machine.
        assert!(began.elapsed() < HANGS, "{name}: {:?}", began.elapsed());
    }
    let plain = PLAIN.load(Ordering::SeqCst);
    assert!((LIMIT..LIMIT + MORE).contains(&plain), "{plain} bytes left for us");
    assert!(PACKED.load(Ordering::SeqCst) < MORE, "of packed ones less");
}

#[tokio::test]
async fn permanent_redirects_are_remembered_and_circles_end() {
    let server = Served::new(|asked| match asked.target.as_str() {
        "/old.md" => answer(301, &[("location", "/new.md")], ""),
        "/new.md" => answer(200, &[], "one"),
        "/moment.md" => answer(302, &[("location", "/new.md")], ""),
        "/round.md" => answer(302, &[("location", "/round.md")], ""),
        _ => answer(302, &[], ""),
    })
    .await;
    let at = |path: &str| format!("{}{path}", server.base);
    let (_, cursor) = text(look(&at("/old.md"), &Cursor::new(), settings()).await.unwrap());
    assert_eq!(cursor["moved_to"], at("/new.md"));
    server.asked();
    look(&at("/old.md"), &cursor, settings()).await.unwrap();
    assert_eq!(server.asked().len(), 1, "the next look goes straight to the new place");

    let (_, cursor) = text(look(&at("/moment.md"), &Cursor::new(), settings()).await.unwrap());
    assert!(!cursor.contains_key("moved_to"));
    let error = look(&at("/round.md"), &Cursor::new(), settings()).await.unwrap_err();
    assert!(error.message.contains("redirects more than"), "{error}");
    let error = look(&at("/nowhere.md"), &Cursor::new(), settings()).await.unwrap_err();
    assert!(error.message.contains("nowhere"), "{error}");
}

#[tokio::test]
async fn refusals_are_told_apart_and_waits_are_honoured() {
    let server = Served::new(|asked| match asked.target.trim_end_matches("?key=sesame") {
        "/404" => answer(404, &[], ""),
        "/410" => answer(410, &[], ""),
        "/403" => answer(403, &[], ""),
        "/429" => answer(429, &[("retry-after", "90")], ""),
        "/503" => answer(503, &[("retry-after", "Fri, 01 May 2026 12:10:00 GMT")], ""),
        "/far" => answer(429, &[("retry-after", "99999999")], ""),
        _ => answer(500, &[], ""),
    })
    .await;
    let after = |minutes: i64, secs: i64| now() + TimeDelta::seconds(minutes * 60 + secs);
    for (path, kind) in [
        ("/404", LookErrorKind::NotFound),
        ("/410", LookErrorKind::NotFound),
        ("/403", LookErrorKind::Refused),
        ("/429", LookErrorKind::RateLimited { until: after(1, 30) }),
        ("/503", LookErrorKind::Trouble { until: Some(after(10, 0)) }),
        ("/far", LookErrorKind::RateLimited { until: now() + TimeDelta::days(1) }),
        ("/500", LookErrorKind::Trouble { until: None }),
    ] {
        let url = format!("{}{path}?key=sesame", server.base);
        let error = look(&url, &Cursor::new(), settings()).await.unwrap_err();
        assert_eq!(error.kind, kind, "{error}");
        assert!(!error.message.contains("sesame"), "{error}");
    }
}

#[tokio::test]
async fn private_networks_are_refused_by_number_and_by_name() {
    let server = Served::new(|_| answer(200, &[], "inside")).await;
    let port = server.base.rsplit(':').next().unwrap().to_owned();
    let strict = Settings { allow_private_addresses: false, ..settings() };
    for host in ["127.0.0.1", "[::1]", "localhost", "10.0.0.1", "169.254.169.254"] {
        let url = format!("https://{host}:{port}/list.md");
        let error = look(&url, &Cursor::new(), strict.clone()).await.unwrap_err();
        assert_eq!(error.kind, LookErrorKind::Refused, "{error}");
        assert!(error.message.contains("private network"), "{error}");
    }
    assert!(server.asked().is_empty());
}

#[tokio::test]
async fn nobody_there_is_said_without_the_query() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let error =
        look(&format!("http://{address}/list.md?key=sesame"), &Cursor::new(), settings()).await.unwrap_err();
    assert_eq!(error.kind, LookErrorKind::Trouble { until: None });
    assert!(error.message.contains("no connection") && !error.message.contains("sesame"), "{error}");
}
