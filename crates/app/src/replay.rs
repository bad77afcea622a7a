//! `whimbrel replay`: what the engine would have said over a file's whole git history, with commit times, settling
//! and guard as they would have acted.

mod engine;
mod moment;

use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

use anyhow::Context;
use chrono::{DateTime, Utc};
use whimbrel_catalog::{CatalogId, Hint, ParseError, Snapshot, parse};
use whimbrel_news::{Epoch, Event, EventId};
use whimbrel_watch::source::git::{History, Step};

use self::engine::{Engine, Told};
use crate::cli::{Common, Format, ReplayArgs};
use crate::config::{self, Environment};
use crate::progress;
use crate::screen::{Paint, count};
use crate::tell::line;

/// Versions read ahead of the one that is judged: parsing and judging go on two threads.
const AHEAD: usize = 8;

/// Reads every version in order and prints what would have been told about each.
pub(crate) fn replay(args: &ReplayArgs, common: &Common) -> anyhow::Result<ExitCode> {
    let settings = config::load(common.config.as_deref(), &Environment::of_process())?.config.watch;
    let mut rules = settings.rules;
    if args.no_settle {
        (rules.settle_added_secs, rules.settle_removed_secs) = (0, 0);
    }
    let now = Utc::now();
    let since = args.since.as_deref().map(|text| moment::read(text, now)).transpose()?;
    let until = args.until.as_deref().map(|text| moment::read(text, now)).transpose()?.unwrap_or(now);
    let history = History::open(&args.repository, &args.path, args.branch.as_deref())
        .with_context(|| format!("reading the history of {} in {}", args.path, args.repository.display()))?;
    let steps: Vec<Step> = history.steps().iter().filter(|step| step.at <= until).cloned().collect();

    let out = BufWriter::new(io::stdout().lock());
    let catalog = crate::diff::catalog_of(Path::new(&args.path));
    let mut teller =
        Teller { out, catalog, format: args.format, paint: Paint::stdout(), since, told: 0, day: None };
    let bar = progress::Bar::new("versions", steps.len() as u64);
    let mut unreadable = 0;
    let mut engine = Engine::new(rules);
    thread::scope(|scope| {
        let (hand_over, versions) = sync_channel(AHEAD);
        let listed = steps.clone();
        scope.spawn(move || {
            for step in listed {
                let read = history.read(&step, settings.max_bytes).map_err(|error| error.to_string());
                let read = read.and_then(|document| {
                    let hint = Hint { name: Some(&document.name), format: None };
                    parse(&document.bytes, hint).map_err(|error: ParseError| error.to_string())
                });
                if hand_over.send((step, read.map(|reading| reading.snapshot))).is_err() {
                    return; // nobody reads the output any more
                }
            }
        });
        judge(&mut engine, versions, &mut teller, &bar, &mut unreadable)
    })?;
    teller.tell(engine.pass(until))?;
    bar.done();
    teller.out.flush()?;
    if args.format == Format::Text {
        let told = count(teller.told as usize, "event", "events");
        let versions = count(steps.len(), "version", "versions");
        let lost = if unreadable == 0 { String::new() } else { format!(", {unreadable} of them unreadable") };
        writeln!(teller.out, "{told} from {versions}{lost}")?;
        teller.out.flush()?;
    }
    Ok(ExitCode::SUCCESS)
}

type Version = (Step, Result<Snapshot, String>);

fn judge(
    engine: &mut Engine,
    versions: Receiver<Version>,
    teller: &mut Teller<impl Write>,
    bar: &progress::Bar,
    unreadable: &mut usize,
) -> io::Result<()> {
    for (step, read) in versions {
        teller.tell(engine.pass(step.at))?;
        match read {
            Ok(snapshot) => teller.tell(engine.see(snapshot, step.at, &step.commit))?,
            Err(problem) => {
                *unreadable += 1;
                let commit = short(&step.commit);
                bar.say(&format!("whimbrel: commit {commit} ({}): {problem}; it is passed over", step.path));
            }
        }
        bar.one_more();
    }
    Ok(())
}

/// Prints what would have been told.
struct Teller<W> {
    out: W,
    catalog: CatalogId,
    format: Format,
    paint: Paint,
    since: Option<DateTime<Utc>>,
    told: u64,
    day: Option<chrono::NaiveDate>,
}

impl<W: Write> Teller<W> {
    fn tell(&mut self, told: Vec<Told>) -> io::Result<()> {
        for Told { news, commit } in told {
            if self.since.is_some_and(|since| news.at < since) {
                continue;
            }
            self.told += 1;
            let id = EventId { epoch: Epoch(0), history: true, seq: self.told };
            let at = news.at;
            let event = news.numbered(id, at, self.catalog.clone());
            match self.format {
                Format::Json => self.json(&event, &commit)?,
                Format::Text => self.text(&event, &commit)?,
            }
        }
        Ok(())
    }

    /// The one JSON form of events, with the commit, without what only a store can give.
    fn json(&mut self, event: &Event, commit: &str) -> io::Result<()> {
        let mut value = serde_json::to_value(event)?;
        if let Some(fields) = value.as_object_mut() {
            for field in ["epoch", "recorded", "history"] {
                fields.remove(field);
            }
            fields.insert("commit".to_owned(), commit.into());
        }
        serde_json::to_writer(&mut self.out, &value)?;
        self.out.write_all(b"\n")
    }

    fn text(&mut self, event: &Event, commit: &str) -> io::Result<()> {
        let day = event.at.date_naive();
        if self.day != Some(day) {
            writeln!(self.out, "{}", self.paint.strong(day.format("%-d %B %Y")))?;
            self.day = Some(day);
        }
        let when = format!("{} {}", event.at.format("%H:%M"), short(commit));
        writeln!(self.out, "  {} {}", self.paint.faint(when), line(event, self.paint))
    }
}

/// As much of a commit's name as people read.
fn short(commit: &str) -> &str {
    commit.get(..8).unwrap_or(commit)
}
