//! What a digest's picture costs. Goal: 100 ms.

use chrono::{DateTime, TimeDelta, Utc};
use whimbrel_charts::{DigestPicture, Growth, Mover};

fn main() {
    divan::main();
}

/// As full as a picture gets.
#[divan::bench]
fn full(bencher: divan::Bencher<'_, '_>) {
    let begin: DateTime<Utc> = "2026-11-16T00:00:00Z".parse().expect("it is a moment");
    let name = "A name of usual length in a catalog";
    let mover = |place: u32| Mover { name, instead: "", ranking: "by stars", from: 30 - place, to: place };
    let movers: Vec<_> = (1..=8).map(mover).collect();
    let points: Vec<_> =
        (0..168).map(|hour| (begin + TimeDelta::hours(hour), 46_800 + hour.unsigned_abs() * 7)).collect();
    let growth = [Growth { name, instead: "", points: &points }; 6];
    let until = begin + TimeDelta::days(7);
    let picture =
        DigestPicture {
            title: "Week 47 of 2026 (16–22 November)", movers: &movers, growth: &growth, until
        };
    assert!(picture.png().is_some_and(|png| png.len() <= 200_000));
    bencher.bench(|| picture.png());
}
