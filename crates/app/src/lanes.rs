//! `whimbrel lanes`: where news goes, what waits there, and what could not be delivered.

use std::fmt::Write as _;
use std::process::ExitCode;

use anyhow::bail;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use whimbrel_fanout::{Destination, Fanout, LaneReport, LaneState};

use crate::cli::{Common, Format, LanesArgs, LanesDo};
use crate::config::{self, Environment, Loaded};
use crate::control::{Request, client};
use crate::keep;
use crate::screen::{Paint, count};

/// More lanes are not listed one by one; counts tell the rest.
const LISTED: usize = 1_000;

/// How news goes out, as plain data.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Report {
    /// The newest event.
    head: u64,
    /// Events up to here were shown to all lanes.
    matched: u64,
    /// Lanes in all.
    lanes: usize,
    /// Places in all.
    destinations: usize,
    /// Lanes with something waiting.
    waiting: usize,
    /// Lanes that are silent because somebody wants it.
    paused: usize,
    /// Lanes whose place refused us.
    parked: usize,
    /// Lanes whose last try failed.
    retrying: usize,
    /// Services that are left alone for now, and why.
    resting: Vec<String>,
    /// The first lanes.
    listed: Vec<Listed>,
    /// What could not be delivered.
    letters: Vec<Letter>,
}

/// A lane, for people.
#[derive(Debug, Serialize, Deserialize)]
struct Listed {
    lane: String,
    to: String,
    cadence: String,
    filters: Vec<String>,
    state: String,
    waiting: u64,
    next: Option<DateTime<Utc>>,
}

/// A dead letter, for people.
#[derive(Debug, Serialize, Deserialize)]
struct Letter {
    number: u64,
    at: DateTime<Utc>,
    to: String,
    reason: String,
}

/// Shows it, or sends and strikes off dead letters.
pub(crate) fn lanes(args: &LanesArgs, common: &Common) -> anyhow::Result<ExitCode> {
    let loaded = config::load(common.config.as_deref(), &Environment::of_process())?;
    let request = match args.what {
        None => Request::Lanes,
        Some(LanesDo::Resend { number }) => Request::Resend(number),
        Some(LanesDo::Discard { number }) => Request::Discard(number),
    };
    let mut answer = Vec::new();
    match client::running(&loaded.store_folder()) {
        Some(running) => running.ask(&request, &mut answer, &|_, _| {})?,
        None if args.what.is_some() => {
            bail!("nobody is there to send anything: start `whimbrel` first, then ask again");
        }
        None => answer = serde_json::to_vec(&report_of_store(&loaded)?)?,
    }
    if args.what.is_some() {
        println!("{}", String::from_utf8_lossy(&answer));
        return Ok(ExitCode::SUCCESS);
    }
    match args.format {
        Format::Json => println!("{}", String::from_utf8_lossy(&answer)),
        Format::Text => print!("{}", text(&serde_json::from_slice(&answer)?, Paint::stdout())),
    }
    Ok(ExitCode::SUCCESS)
}

/// Where news goes, as far as it is listed, and whether a running program said so.
pub(crate) fn places(loaded: &Loaded) -> anyhow::Result<(bool, Vec<Destination>)> {
    let (running, report) = match client::running(&loaded.store_folder()) {
        Some(running) => {
            let mut answer = Vec::new();
            running.ask(&Request::Lanes, &mut answer, &|_, _| {})?;
            (true, serde_json::from_slice(&answer)?)
        }
        None => (false, report_of_store(loaded)?),
    };
    let places = report.listed.iter().filter_map(|lane| lane.to.parse().ok()).collect();
    Ok((running, places))
}

/// How everything is where nobody runs.
fn report_of_store(loaded: &Loaded) -> anyhow::Result<Report> {
    let store = keep::open_existing(loaded)?;
    let settings = loaded.config.fanout.for_fanout(None);
    let pace =
        whimbrel_fanout::Pace::new(whimbrel_fanout::Limits::telegram(), whimbrel_fanout::Limits::discord());
    report(&Fanout::open(store, Vec::new(), pace, settings, now())?)
}

/// How everything is.
pub(crate) fn report(fanout: &Fanout) -> anyhow::Result<Report> {
    let status = fanout.status();
    let listed = fanout.lanes(None, LISTED)?.into_iter().map(listed).collect();
    let letters = fanout.dead_letters()?.into_iter().map(|letter| Letter {
        number: letter.number,
        at: letter.at,
        to: letter.destination,
        reason: letter.reason,
    });
    let resting = status.services.iter().filter_map(|service| {
        let rest = service.rest.as_ref()?;
        Some(format!("{}: {} (tried again at {})", service.service, rest.reason, minute(rest.until)))
    });
    Ok(Report {
        head: status.head,
        matched: status.matched,
        lanes: status.lanes,
        destinations: status.destinations,
        waiting: status.waiting,
        paused: status.paused,
        parked: status.parked,
        retrying: status.retrying,
        resting: resting.collect(),
        listed,
        letters: letters.collect(),
    })
}

fn listed(lane: LaneReport) -> Listed {
    let state = match &lane.state {
        LaneState::Idle => "nothing waits".to_owned(),
        LaneState::Waiting => "waits for its time".to_owned(),
        LaneState::UnderWay => "messages are under way".to_owned(),
        LaneState::Retrying(retry) => {
            format!("failed {}: {}", count(retry.failures as usize, "time", "times"), retry.reason)
        }
        LaneState::Paused(since) => format!("paused since {}", minute(*since)),
        LaneState::Parked(parked) => format!("refused since {}: {}", minute(parked.at), parked.reason),
    };
    Listed {
        lane: lane.lane.to_string(),
        to: lane.destination,
        cadence: lane.cadence,
        filters: lane.filters.iter().map(ToString::to_string).collect(),
        state,
        waiting: lane.waiting.unwrap_or_default(),
        next: lane.due,
    }
}

fn text(report: &Report, paint: Paint) -> String {
    let mut text = String::new();
    let places = count(report.destinations, "place", "places");
    let _ = writeln!(
        text,
        "{} to {places}; {} waiting, {} paused, {} refused, {} being tried again.",
        paint.strong(count(report.lanes, "lane", "lanes")),
        report.waiting,
        report.paused,
        report.parked,
        report.retrying,
    );
    if report.matched < report.head {
        let _ = writeln!(
            text,
            "{} not yet shown to them.",
            count((report.head - report.matched) as usize, "event", "events")
        );
    }
    for rest in &report.resting {
        let _ = writeln!(text, "Left alone for now: {rest}");
    }
    for lane in &report.listed {
        let wants: Vec<&str> =
            lane.filters.iter().map(|filter| if filter.is_empty() { "everything" } else { filter }).collect();
        let next = lane.next.map_or_else(String::new, |next| format!(", next {}", minute(next)));
        let _ = writeln!(
            text,
            "  {:>5}  {}  {}  {}\n         {}{next}",
            lane.lane,
            paint.strong(&lane.to),
            lane.cadence,
            wants.join(" | "),
            paint.faint(&lane.state),
        );
    }
    if report.lanes > report.listed.len() {
        let _ = writeln!(text, "  … and {} more", report.lanes - report.listed.len());
    }
    if report.lanes == 0 {
        let _ = writeln!(text, "Nobody subscribed yet: ask a bot with /subscribe, or add a [[destination]].");
    }
    for letter in &report.letters {
        let _ = writeln!(
            text,
            "Could not be delivered: number {} to {} at {}: {}\n  whimbrel lanes resend {}, or whimbrel lanes discard {}",
            letter.number,
            letter.to,
            minute(letter.at),
            letter.reason,
            letter.number,
            letter.number,
        );
    }
    text
}

fn minute(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M UTC").to_string()
}

/// A command is an edge: it reads the clock.
fn now() -> DateTime<Utc> {
    Utc::now()
}
