use chrono::TimeDelta;
use proptest::prelude::*;

use super::*;

fn at(day: i64) -> DateTime<Utc> {
    "2026-06-01T00:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::days(day)
}

fn chart<'a>(lines: &'a [Line<'a>], up: Up) -> Chart<'a> {
    Chart { title: "Stars of etcd", id: "stars", up, lines, until: at(90) }
}

/// Every coordinate the line of this class goes through.
fn way(svg: &str, class: &str) -> Vec<(f64, f64)> {
    let path =
        svg.split(&format!("line {class}\" fill=\"none\" d=\"")).nth(1).unwrap().split('"').next().unwrap();
    path.split(['M', 'L'])
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (x, y) = pair.split_once(' ').unwrap();
            (x.parse().unwrap(), y.parse().unwrap())
        })
        .collect()
}

#[test]
fn more_is_higher_and_later_is_further_right() {
    let points = [(at(0), 100), (at(30), 150), (at(60), 140)];
    let svg = chart(&[Line { name: "stars", points: &points }], Up::More).svg().unwrap();
    let way = way(&svg, "line-1");
    assert_eq!(way.len(), 4, "three observations, and the last value up to today: {way:?}");
    assert!(way.windows(2).all(|pair| pair[0].0 < pair[1].0));
    assert!(way[1].1 < way[2].1 && way[2].1 < way[0].1, "{way:?}");
    assert!((way[2].1 - way[3].1).abs() < f64::EPSILON, "{way:?}");
}

#[test]
fn the_first_rank_is_at_the_top() {
    let points = [(at(0), 9), (at(30), 1)];
    let way = way(&chart(&[Line { name: "etcd", points: &points }], Up::Rank).svg().unwrap(), "line-1");
    assert!(way[1].1 < way[0].1, "{way:?}");
}

#[test]
fn it_is_told_to_those_who_cannot_see_it() {
    let points = [(at(0), 46_800), (at(60), 48_120)];
    let lines = [Line { name: "stars", points: &points }];
    let drawn = chart(&lines, Up::More);
    assert_eq!(drawn.description().unwrap(), "from 46,800 on 1 June 2026 to 48,120 on 31 July 2026.");
    let svg = drawn.svg().unwrap();
    assert!(svg.contains(r#"role="img" aria-labelledby="stars-title stars-text""#));
    assert!(svg.contains(r#"<title id="stars-title">Stars of etcd</title>"#));
}

#[test]
fn nothing_to_draw_draws_nothing_and_one_point_is_a_dot() {
    assert_eq!(chart(&[], Up::More).svg(), None);
    assert_eq!(chart(&[Line { name: "x", points: &[] }], Up::More).svg(), None);
    let mut drawn = chart(&[Line { name: "x", points: &[(at(90), 5)] }], Up::More).svg().unwrap();
    assert!(drawn.contains("<circle"));
    drawn = chart(&[Line { name: "x", points: &[(at(0), 5)] }], Up::More).svg().unwrap();
    assert_eq!(way(&drawn, "line-1").len(), 2, "a value that stood since is a line");
}

#[test]
fn several_lines_have_a_legend() {
    let (one, other) = ([(at(0), 1), (at(9), 4)], [(at(3), 2), (at(9), 3)]);
    let lines = [Line { name: "a & b", points: &one }, Line { name: &"long ".repeat(40), points: &other }];
    let svg = chart(&lines, Up::Rank).svg().unwrap();
    assert!(svg.contains("a &amp; b") && svg.contains('…') && svg.contains("line line-2"));
}

proptest! {
    #[test]
    fn any_data_give_a_small_well_formed_picture(
        title in any::<String>(),
        name in any::<String>(),
        values in proptest::collection::vec((0i64..4_000_000_000, any::<u64>()), 0..1500),
        rank: bool,
    ) {
        let mut points: Vec<_> = values
            .into_iter()
            .map(|(seconds, value)| (DateTime::from_timestamp(seconds, 0).unwrap(), value >> 1))
            .collect();
        points.sort();
        let lines = [Line { name: &name, points: &points }, Line { name: "b", points: &points }];
        let up = if rank { Up::Rank } else { Up::More };
        if let Some(svg) = (Chart { title: &title, id: "c", up, lines: &lines, until: at(0) }).svg() {
            let mut reader = quick_xml::Reader::from_str(&svg);
            loop {
                match reader.read_event() {
                    Ok(quick_xml::events::Event::Eof) => break,
                    Ok(_) => {}
                    Err(error) => prop_assert!(false, "{error}: {svg}"),
                }
            }
            prop_assert!(svg.len() < 32_000, "{} bytes", svg.len());
            prop_assert!(!svg.contains("NaN") && !svg.contains("inf"));
        }
    }
}
