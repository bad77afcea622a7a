//! What rankings owe: no event claims what was never so, and no clear overtaking near the top stays untold.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::publisher::Publisher;
use super::{CATALOGS, stands_in};

/// What is told was seen within this time: two daily looks, late ones among them.
const LATELY: TimeDelta = TimeDelta::days(5);

/// So many are told of at the top.
const TOP: usize = 10;

/// The least and the most of something.
type Range = (u64, u64);

/// What counts as clear: more than noise, and more than any rule about small gaps.
fn is_clearly_above(one: Range, other: Range) -> bool {
    one.0 > other.1 + 60 + other.1 / 20
}

/// Stars or forks of a project over the month.
struct Counted<'a> {
    publisher: &'a Publisher,
    forks: bool,
}

impl Counted<'_> {
    /// The least and the most it had within this time; at any time, where it could not always be seen.
    fn range(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Range {
        let stars = &self.publisher.stars_over_time;
        let (from, to) = if self.publisher.is_always_there() { (from, to) } else { (stars[0].0, to) };
        // What it had when the time began counts too.
        let first = stars.iter().rposition(|(at, _)| *at <= from).unwrap_or_default();
        let during = stars[first..].iter().take_while(|(at, _)| *at <= to).map(|(_, stars)| *stars);
        let (least, most) =
            during.fold((u64::MAX, 0), |(least, most), stars| (least.min(stars), most.max(stars)));
        if self.forks { (least / 9, most / 9) } else { (least, most) }
    }
}

/// What is wrong, one line each.
pub(super) fn wrong(
    publishers: &[Publisher],
    events: &[Value],
    start: DateTime<Utc>,
    end: DateTime<Utc>,
) -> Vec<String> {
    let mut names = HashMap::new();
    for (number, publisher) in publishers.iter().enumerate() {
        names.insert(format!("project {number}"), number);
        names.extend(publisher.names.iter().map(|name| (name.clone(), number)));
    }
    let mut wrong = Vec::new();
    for event in events {
        let claims = claims(publishers, &names, event);
        wrong.extend(claims.err().map(|why| format!("{why}: {event}")));
    }
    for catalog in 0..CATALOGS {
        missing(publishers, events, catalog, (start, end), &mut wrong);
    }
    wrong
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_default()
}

fn at(event: &Value) -> DateTime<Utc> {
    text(event, "at").parse().expect("a moment")
}

/// Whether what an event claims can have been so.
fn claims(
    publishers: &[Publisher],
    names: &HashMap<String, usize>,
    event: &Value,
) -> Result<(), &'static str> {
    let counted = |name: &str| {
        let number = names.get(name).ok_or("about nobody")?;
        Ok::<_, &'static str>(Counted {
            publisher: &publishers[*number],
            forks: text(event, "metric") == "forks",
        })
    };
    match text(event, "kind") {
        "ranks_moved" => {
            let at = at(event);
            for mover in event["movers"].as_array().into_iter().flatten() {
                let now = counted(text(mover, "name"))?.range(at - LATELY, at);
                for passed in mover["overtook"].as_array().into_iter().flatten() {
                    let passed = counted(passed.as_str().unwrap_or_default())?.range(at - LATELY, at);
                    if now.1 <= passed.0 {
                        return Err("nobody was overtaken");
                    }
                }
                if mover["overtook"].as_array().is_none_or(Vec::is_empty)
                    && mover["from"].as_u64() >= mover["to"].as_u64()
                {
                    return Err("a mover that moved past nobody");
                }
            }
        }
        kind @ ("entered_top" | "left_top")
            if text(event, "scope").is_empty() && event["catalog"].is_string() =>
        {
            let at = at(event);
            let own = counted(text(event, "name"))?.range(at - LATELY, at);
            let catalog: usize =
                text(event, "catalog").trim_start_matches("list").parse().map_err(|_| "nowhere")?;
            let others = publishers
                .iter()
                .enumerate()
                .filter(|(number, other)| stands_in(*number, catalog) && other.listed <= at);
            let others = others.map(|(_, publisher)| {
                Counted { publisher, forks: text(event, "metric") == "forks" }.range(at - LATELY, at)
            });
            // One of them is itself.
            let (mut surely_above, mut perhaps_above) = (0, 0);
            for other in others {
                surely_above += usize::from(other.0 > own.1);
                perhaps_above += usize::from(other.1 >= own.0);
            }
            if kind == "entered_top" && surely_above >= TOP {
                return Err("it is not among the first");
            }
            if kind == "left_top" && perhaps_above <= TOP {
                return Err("it is among the first");
            }
        }
        _ => {}
    }
    Ok(())
}

/// Whoever clearly overtook somebody, and stands clearly near the top in the end, was named, or the other was.
fn missing(
    publishers: &[Publisher],
    events: &[Value],
    catalog: usize,
    (start, end): (DateTime<Utc>, DateTime<Utc>),
    wrong: &mut Vec<String>,
) {
    for forks in [false, true] {
        let metric = if forks { "forks" } else { "stars" };
        let listed: Vec<(usize, Range, Range)> = publishers
            .iter()
            .enumerate()
            .filter(|(number, publisher)| stands_in(*number, catalog) && publisher.is_always_there())
            .map(|(number, publisher)| {
                let counted = Counted { publisher, forks };
                (number, counted.range(start, start + LATELY / 2), counted.range(end - LATELY, end))
            })
            .collect();
        let id = format!("list{catalog}");
        let told = events.iter().filter(|event| {
            text(event, "kind") == "ranks_moved"
                && text(event, "catalog") == id
                && text(event, "scope").is_empty()
                && text(event, "metric") == metric
        });
        let movers: Vec<&str> = told
            .flat_map(|event| event["movers"].as_array().into_iter().flatten())
            .map(|mover| text(mover, "name"))
            .collect();
        let everybody = || publishers.iter().enumerate().filter(|(number, _)| stands_in(*number, catalog));
        for (one, first, last) in &listed {
            let above = everybody()
                .filter(|(_, publisher)| Counted { publisher, forks }.range(end - LATELY, end).1 >= last.0);
            if above.count() > TOP {
                continue;
            }
            for (other, its_first, its_last) in &listed {
                if is_clearly_above(*its_first, *first) && is_clearly_above(*last, *its_last) {
                    let named = [one, other]
                        .iter()
                        .any(|number| movers.contains(&format!("project {number}").as_str()));
                    if !named {
                        wrong.push(format!("missing: {metric} of project {one} overtook {other} in {id}"));
                    }
                }
            }
        }
    }
}
