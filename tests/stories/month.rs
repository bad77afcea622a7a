//! A month of projects: publishers do what publishers do, GitHub has its bad days, and in the end the
//! journal holds every event there had to be, once, and no other.
//!
//! Time is the test's own: the watchers are told what time it is, and the stand-in's clock and limits follow. What
//! must have come is worked out from the script alone (`ledger`), without asking the code under test.
//!
//! Not proven here: releases published below the newest ten while another below them is taken away between the same two
//! looks; promotions below the newest ten; the order of plain and annotated tags of the same project.
//!
//! The small month runs with all other tests. The large one is run by hand; its size and its seed can be chosen:
//!
//! ```text
//! WHIMBREL_MONTH="5000 2" cargo test -p whimbrel-world --test stories -- --ignored --nocapture month_of_thousands
//! ```

mod ledger;
mod publisher;
mod ranks;
mod trouble;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;
use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use whimbrel_world::github::{Call, Github, Journal};

use self::publisher::Publisher;
use crate::side::{Side, TOKEN, start};

const CATALOGS: usize = 4;
const STEP: TimeDelta = TimeDelta::minutes(60);

/// Publishers rest at the end, so that whatever they did can be seen.
const REST: TimeDelta = TimeDelta::days(4);

#[tokio::test]
async fn a_month_of_projects_is_told_once_and_whole() {
    month(60, 1).await;
}

#[tokio::test]
#[ignore = "takes long: by hand"]
async fn month_of_thousands() {
    let chosen = std::env::var("WHIMBREL_MONTH").unwrap_or_else(|_| "5000 2".to_owned());
    let chosen =
        chosen.split_once(' ').and_then(|(count, seed)| Some((count.parse().ok()?, seed.parse().ok()?)));
    let (projects, seed) = chosen.expect("WHIMBREL_MONTH is how many projects, and a seed: `5000 2`");
    month(projects, seed).await;
}

async fn month(projects: usize, seed: u64) {
    let began = std::time::Instant::now();
    let folder = tempfile::tempdir().expect("a folder");
    let github = Github::start();
    github.token(TOKEN);
    github.clock().set(start());
    let end = start() + TimeDelta::days(30);
    let mut publishers = publisher::crowd(&github, projects, start(), end, seed);
    let mut listed = 0;
    let mut side = open(folder.path(), &github, start());
    let mut looks = 0;
    let mut now = start();
    while now < end + REST {
        let count = publishers.iter().filter(|publisher| publisher.listed <= now).count();
        if count != listed {
            list(folder.path(), &publishers, now);
            listed = count;
        }
        looks += side.step(&github, now, now + STEP).await;
        if now < end {
            for publisher in &mut publishers {
                publisher.act(&github, now, now + STEP);
            }
        }
        now += STEP;
        github.clock().set(now);
        trouble::set(&github, now - start()).await;
        side.turns_to(trouble::address(&github, now - start()), now);
        // Killed without a word: nothing is flushed, nothing is said goodbye to.
        if [TimeDelta::hours(24 * 9 + 7), TimeDelta::hours(24 * 22 + 3)].contains(&(now - start())) {
            drop(side);
            side = open(folder.path(), &github, now);
        }
    }
    let journal = github.journal();
    let refused = journal.calls.iter().filter(|call| call.limited && !call.fault).count();
    let events = side.events();
    let mut wrong = compare(&publishers, &events, end + REST);
    wrong.extend(ranks::wrong(&publishers, &events, start(), end + REST));
    println!(
        "{projects} projects, {looks} looks, {} requests ({} a day), {} events, {} wrong, refused {refused}, {:.0} s",
        journal.calls.len(),
        journal.calls.len() as i64 / (end + REST - start()).num_days(),
        events.len(),
        wrong.len(),
        began.elapsed().as_secs_f64(),
    );
    for line in days(&journal, start()) {
        println!("{line}");
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(refused, 0, "nothing is asked that may not be asked");
    github.expects_no_violations();
}

/// What was asked day by day.
fn days(journal: &Journal, start: DateTime<Utc>) -> Vec<String> {
    let mut days: BTreeMap<i64, Vec<&Call>> = BTreeMap::new();
    for call in &journal.calls {
        days.entry((call.at - start).num_days()).or_default().push(call);
    }
    let line = |(day, calls): (i64, Vec<&Call>)| {
        let batches: Vec<_> = calls.iter().filter(|call| call.roots > 0 && call.path == "/graphql").collect();
        let roots: u64 = batches.iter().map(|call| call.roots).sum();
        let whole = batches.iter().map(|call| call.roots).max().unwrap_or_default();
        let failed = calls.iter().filter(|call| call.status != Some(200)).count();
        let (count, asked) = (calls.len(), batches.len());
        format!(
            "day {day:2}: {count} requests, {failed} without success; {roots} ids of projects and of notes in {asked}, at most {whole}"
        )
    };
    days.into_iter().map(line).collect()
}

fn open(folder: &Path, github: &Github, now: DateTime<Utc>) -> Side {
    let catalog = |number: usize| json!({ "id": format!("list{number}"), "source": format!("list{number}.md"), "hold_secs": 0 });
    Side::open(folder, github, &[TOKEN], (0..CATALOGS).map(catalog), now)
}

/// Whether the project with this number stands in this catalog: every one in one, every tenth in two.
fn stands_in(number: usize, catalog: usize) -> bool {
    number % CATALOGS == catalog || (number.is_multiple_of(10) && (number + 1) % CATALOGS == catalog)
}

/// Writes the catalogs as of this moment.
fn list(folder: &Path, publishers: &[Publisher], now: DateTime<Utc>) {
    for catalog in 0..CATALOGS {
        let mut text = format!("# Catalog {catalog}\n");
        for (number, publisher) in publishers.iter().enumerate() {
            if number.is_multiple_of(CATALOGS * 25) {
                let _ = write!(text, "\n## Part {}\n\n", number / CATALOGS / 25);
            }
            if stands_in(number, catalog) && publisher.listed <= now {
                let _ = writeln!(
                    text,
                    "- [project {number}](https://github.com/{}) - Useful.",
                    publisher.first_name
                );
            }
        }
        std::fs::write(folder.join(format!("list{catalog}.md")), text).expect("a catalog");
    }
}

/// What is wrong with the journal, one line each.
fn compare(publishers: &[Publisher], events: &[Value], end: DateTime<Utc>) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut of_names = HashMap::new();
    for (number, publisher) in publishers.iter().enumerate() {
        for name in &publisher.names {
            of_names.insert(format!("github.com/{}", name.to_lowercase()), number);
        }
    }
    let mut told: Vec<Vec<&Value>> = vec![Vec::new(); publishers.len()];
    let mut rankings = BTreeSet::new();
    for event in events {
        let kind = event["kind"].as_str().unwrap_or_default();
        match kind {
            "ranks_moved" => {
                let day = event["at"].as_str().unwrap_or_default().get(..10).unwrap_or_default();
                let ranking = format!("{} {} {} {day}", event["catalog"], event["scope"], event["metric"]);
                if !rankings.insert(ranking.clone()) {
                    wrong.push(format!("twice in a day: {ranking}"));
                }
            }
            "entered_top" | "left_top" | "followed" | "added" => {}
            _ => match event["key"].as_str().and_then(|key| of_names.get(key)) {
                Some(number) => told[*number].push(event),
                None => wrong.push(format!("about nobody: {event}")),
            },
        }
    }
    for (publisher, told) in publishers.iter().zip(&told) {
        let found = publisher.ledger.compare(told, end);
        wrong.extend(
            found.into_iter().map(|what| format!("{} {}: {what}", publisher.first_name, publisher.about())),
        );
    }
    wrong
}
