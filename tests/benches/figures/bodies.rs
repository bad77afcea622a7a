//! Bodies that are made to fill somebody's memory: how soon the program leaves them, and what they cost it until then.

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use chrono::Utc;
use flate2::Compression;
use flate2::write::GzEncoder;
use whimbrel_watch::{Cursor, Github, GithubSettings, LookErrorKind, Settings, Sources, Spec};
use whimbrel_world::website::{Page, Website};
use whimbrel_world::{World, catalog_of, eventually};

use super::report::{Limit, Report};

/// What a document may be large, bytes.
const CAP: usize = 4 << 20;

/// What comes out of the bombs, and what an endless body would have sent at the end of this bench.
const BOMB: usize = 256 << 20;

/// How often each is tried.
const TRIES: usize = 21;

const FINCH: (&str, &str) = ("finch", "https://github.com/example/finch");

/// Adds the figures of this group.
pub(crate) fn measure(report: &mut Report) {
    let website = Website::start();
    let bodies = bodies();
    let runtime = tokio::runtime::Runtime::new().expect("threads can be started");
    for (name, what, page) in &bodies {
        website.put(&format!("/{name}.md"), page.clone());
        let asked_for = ["gzip", "endless"].contains(name);
        let took = runtime.block_on(refused(&website.url(&format!("/{name}.md")), asked_for));
        let (least, most) = (took[0], took[TRIES - 1]);
        let note = format!("cap of 4 MB; median of {TRIES}, {least:.1} to {most:.1} ms");
        report.add(&format!("{what}: refused after"), "ms", took[TRIES / 2], Limit::AtMost(50.0), note);
    }
    let over = runtime.block_on(over_the_cap(&website, &bodies));
    let note = "peak of the whole program's resident memory over that before, less the cap of 4 MB; all four, three times";
    report.add("such bodies: memory above the cap", "MB", over, Limit::AtMost(4.0), note);
}

/// Each with a name, and what it is in words. What is no gzip would be a bomb if somebody unpacked it.
fn bodies() -> [(&'static str, &'static str, Page); 4] {
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    let spaces = vec![b' '; 1 << 20];
    for _ in 0..BOMB >> 20 {
        packer.write_all(&spaces).expect("memory takes everything");
    }
    let bomb = Bytes::from(packer.finish().expect("memory takes everything"));
    [
        ("gzip", "256 MB packed as gzip", Page::PackedAs("gzip", bomb.clone())),
        ("endless", "256 MB without a length", Page::Huge(BOMB)),
        ("br", "something packed as br, which nobody asked for", Page::PackedAs("br", bomb.clone())),
        ("zstd", "something packed as zstd, which nobody asked for", Page::PackedAs("zstd", bomb)),
    ]
}

/// How long refusals take, in milliseconds, sorted: of what is too large, or of what nobody `asked_for`.
async fn refused(url: &str, asked_for: bool) -> Vec<f64> {
    let settings = Settings { allow_private_addresses: true, max_bytes: CAP, ..Settings::default() };
    let nowhere = GithubSettings { api_url: "http://127.0.0.1:9".to_owned(), ..GithubSettings::default() };
    let github = Github::new(&nowhere, &settings, Path::new("."), Utc::now()).expect("an address");
    let sources = Sources::new(Arc::new(settings), github).expect("a client can be made");
    let spec = Spec::Web(url.parse().expect("an address"));
    let mut took = Vec::new();
    for _ in 0..TRIES {
        let begun = Instant::now();
        let error = sources.look(&spec, &Cursor::new(), Utc::now()).await.expect_err("it is no document");
        took.push(begun.elapsed().as_secs_f64() * 1e3);
        let is_right = match error.kind {
            LookErrorKind::TooLarge => asked_for,
            LookErrorKind::Trouble { .. } => !asked_for,
            _ => false,
        };
        assert!(is_right, "{error}");
    }
    took.sort_by(f64::total_cmp);
    took
}

/// What the program needs more than before and more than the cap while it refuses them, in megabytes.
async fn over_the_cap(website: &Website, bodies: &[(&str, &str, Page)]) -> f64 {
    let mut world = World::new();
    world.hurry(); // with the same cap
    let places: Vec<_> =
        bodies.iter().map(|(name, _, page)| (name, format!("/{name}-later.md"), page)).collect();
    for (name, path, _) in &places {
        website.put(path, Page::Document(catalog_of("Birds", [FINCH])));
        world.follow(name, &website.url(path));
    }
    world.start().await;
    world.is_ready().await;
    let asked = |path: &str| website.asked().iter().filter(|asked| asked.path == path).count();
    // Conversations of looks that find nothing are a part of what it needs anyway.
    eventually("some calm looks", || async { (asked(&places[0].1) > 5).then_some(()) }).await;
    world.process().forget_peak();
    let before = world.process().peak_kib();
    let mut until = Vec::new();
    for (_, path, page) in &places {
        website.put(path, (*page).clone());
        until.push((path, asked(path) + 3));
    }
    eventually("three looks at each", || async {
        until.iter().all(|(path, times)| asked(path) >= *times).then_some(())
    })
    .await;
    let peak = world.process().peak_kib();
    world.stop().await;
    (peak.saturating_sub(before) as f64 * 1024.0 - CAP as f64).max(0.0) / 1e6
}
