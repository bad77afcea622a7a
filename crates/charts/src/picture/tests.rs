use chrono::TimeDelta;
use proptest::prelude::*;
use resvg::tiny_skia::{FilterQuality, Pixmap, PixmapPaint, Transform};

use super::*;

fn at(hour: i64) -> DateTime<Utc> {
    "2026-11-16T00:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::hours(hour)
}

fn mover(name: &str, from: u32, to: u32) -> Mover<'_> {
    Mover { name, instead: "owner/repo", ranking: "by stars", from, to }
}

fn picture<'a>(movers: &'a [Mover<'a>], growth: &'a [Growth<'a>]) -> DigestPicture<'a> {
    DigestPicture { title: "Week 47 of 2026 (16–22 November)", movers, growth, until: at(168) }
}

/// Keeps a picture for looking at, as it is and as a phone shows it, where `WHIMBREL_PICTURES` names a folder.
fn keep(name: &str, png: &[u8]) {
    let Some(folder) = std::env::var_os("WHIMBREL_PICTURES") else { return };
    let folder = std::path::Path::new(&folder);
    std::fs::write(folder.join(format!("{name}.png")), png).unwrap();
    let whole = Pixmap::decode_png(png).unwrap();
    let mut phone = Pixmap::new(360, whole.height() * 3 / 10).unwrap();
    let smooth = PixmapPaint { quality: FilterQuality::Bicubic, ..PixmapPaint::default() };
    // Halving first takes every pixel into account.
    let mut half = Pixmap::new(600, whole.height() / 2).unwrap();
    half.draw_pixmap(0, 0, whole.as_ref(), &smooth, Transform::from_scale(0.5, 0.5), None);
    phone.draw_pixmap(0, 0, half.as_ref(), &smooth, Transform::from_scale(0.6, 0.6), None);
    std::fs::write(folder.join(format!("{name}-phone.png")), phone.encode_png().unwrap()).unwrap();
}

/// A week of looks every six hours.
fn week(from: u64, step: impl Fn(u64) -> u64) -> Vec<(DateTime<Utc>, u64)> {
    (0..28).map(|look| (at(look * 6), from + step(look as u64))).collect()
}

#[test]
fn a_usual_week() {
    let movers = [
        mover("etcd", 12, 5),
        mover("badger", 31, 27),
        mover("TiKV: a distributed transactional key-value database", 9, 8),
        mover("bbolt", 1_204, 1_198),
        mover("rqlite", 5, 6),
        mover("ledisdb", 27, 39),
    ];
    let points = [
        week(46_800, |look| look * look * 2),
        week(1_500_000, |look| look * 11),
        week(312, |look| if look > 14 { 290 } else { look / 3 }),
        week(88_000, |_| 0),
    ];
    let names = ["etcd", "A project with a rather long name", "small-and-sudden", "steady"];
    let growth: Vec<_> =
        names.iter().zip(&points).map(|(name, points)| Growth { name, instead: "", points }).collect();
    let picture = picture(&movers, &growth);
    let png = picture.png().unwrap();
    keep("usual", &png);
    assert_eq!(picture.png().unwrap(), png, "the same data are the same bytes");
    assert!(png.len() <= 200_000, "{} bytes", png.len());
    let pixels = Pixmap::decode_png(&png).unwrap();
    assert_eq!(pixels.width(), 1200);
    assert!(pixels.height() < 2_000, "{}", pixels.height());
    assert_eq!(
        picture.alt().unwrap(),
        "Ranks: etcd from 12 to 5; badger from 31 to 27; TiKV: a distributed transactional key-value database from 9 \
         to 8; bbolt from 1,204 to 1,198; rqlite from 5 to 6; ledisdb from 27 to 39. Stars: etcd +1,458 to 48,258; A \
         project with a rather long name +297 to 1,500,297; small-and-sudden +290 to 602; steady 88,000."
    );
}

#[test]
fn every_letter_leaves_its_mark() {
    // Without a font the renderer leaves out all text and says nothing.
    let named = |name| picture(&[mover(name, 2, 1)], &[]).png().unwrap();
    assert_ne!(named("a"), named("b"));
    assert_eq!(named("日本"), named("owner/repo"));
}

#[test]
fn nothing_to_show_is_no_picture() {
    let still = [mover("still", 4, 4)];
    let unknown = [Growth { name: "unknown", instead: "", points: &[] }];
    let picture = picture(&still, &unknown);
    assert_eq!((picture.png(), picture.alt()), (None, None));
}

#[test]
fn hostile_and_foreign_names_stay_names() {
    let long = "W".repeat(5_000);
    let movers = [
        mover("</text><script>alert(1)</script>", 9, 3),
        Mover { ranking: "Databases / Key-value stores, by stars", ..mover("&amp; \"quotes' <b>", 8, 4) },
        mover("深度学习教程", 7, 5),
        mover("\u{202e}gnp.live", 4, 6),
        mover(&long, u32::MAX, 1),
        mover("🚀🚀🚀", 1, 2),
        Mover { instead: "", ..mover("한국어", 3, 90) },
        mover("Привет, мир — Ελληνικά", 2, 1),
    ];
    let (all, none) = (week(u64::MAX - 100, |look| look), week(0, |_| 0));
    let growth = [
        Growth { name: &long, instead: "", points: &all },
        Growth { name: "%s %n \u{0}", instead: "", points: &none },
        Growth { name: "one", instead: "", points: &all[..1] },
    ];
    let picture =
        DigestPicture { title: "<svg onload=x> ".repeat(30).as_str(), ..picture(&movers, &growth) }.png();
    let png = picture.unwrap();
    keep("hostile", &png);
    assert!(png.len() <= 200_000, "{} bytes", png.len());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_data_compose(
        title: String,
        name: String,
        instead: String,
        ranks: (u32, u32),
        values in proptest::collection::vec((-4_000_000_000i64..4_000_000_000, any::<u64>()), 0..60),
    ) {
        let mut points: Vec<_> =
            values.into_iter().map(|(at, stars)| (DateTime::from_timestamp(at, 0).unwrap(), stars)).collect();
        points.sort();
        let movers = [Mover { name: &name, instead: &instead, ranking: &title, from: ranks.0, to: ranks.1 }];
        let growth = [Growth { name: &name, instead: &instead, points: &points }];
        let picture = DigestPicture { title: &title, movers: &movers, growth: &growth, until: at(0) };
        let composed = draw::compose(&picture);
        prop_assert_eq!(composed.is_some(), picture.alt().is_some());
        if let Some((svg, height)) = composed {
            prop_assert!(height < 2_000);
            prop_assert!(!svg.contains("NaN") && !svg.contains("inf"), "{}", svg);
            let read = resvg::usvg::Tree::from_str(&svg, &resvg::usvg::Options::default());
            prop_assert!(read.is_ok(), "{:?}: {}", read.err(), svg);
        }
    }
}
