//! `whimbrel replay`: what the engine would have said over a file's whole git history, with commit times, settling
//! and guard as they would have acted.

pub(crate) mod moment;

use std::io::{self, BufWriter, Write};
use std::ops::ControlFlow;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use chrono::{NaiveDate, Utc};
use whimbrel_catalog::CatalogId;
use whimbrel_news::{Dated, Epoch, Event, EventId};
use whimbrel_watch::{Heard, ReplayOptions, ReplaySummary, Replayed};

use crate::cli::{Common, Format, ReplayArgs};
use crate::config::{self, Environment};
use crate::progress::Bar;
use crate::screen::{Paint, count};
use crate::tell::line;

/// Reads every version in order and prints what would have been told about each.
pub(crate) fn replay(args: &ReplayArgs, common: &Common) -> anyhow::Result<ExitCode> {
    let settings = config::load(common.config.as_deref(), &Environment::of_process())?.config.watch;
    let now = Utc::now();
    let moment = |text: &Option<String>| text.as_deref().map(|text| moment::read(text, now)).transpose();
    let options = ReplayOptions {
        branch: args.branch.clone(),
        since: moment(&args.since)?,
        until: moment(&args.until)?,
        settle: !args.no_settle,
        rules: settings.rules,
        max_bytes: settings.max_bytes,
        ..ReplayOptions::default()
    };
    let catalog = crate::diff::catalog_of(Path::new(&args.path));
    let out = BufWriter::new(io::stdout().lock());
    let mut teller = Teller { out, catalog, format: args.format, paint: Paint::stdout(), told: 0, day: None };
    let mut written = Ok(());
    let bar = Bar::new("versions");
    let summary = whimbrel_watch::replay(&args.repository, &args.path, &options, now, |heard| {
        match heard {
            Heard::News(replayed) => written = teller.tell(*replayed),
            Heard::Progress { done, all } => bar.at(done as u64, Some(all as u64)),
        }
        // Without a reader there is nobody to go on for.
        if written.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    bar.done();
    let summary =
        summary.with_context(|| format!("replaying {} of {}", args.path, args.repository.display()))?;
    written?;
    teller.end(&summary)?;
    for (commit, reason) in &summary.unreadable {
        eprintln!("whimbrel: commit {} was passed over: {reason}", short(commit));
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints what would have been told.
struct Teller<W> {
    out: W,
    catalog: CatalogId,
    format: Format,
    paint: Paint,
    told: u64,
    day: Option<NaiveDate>,
}

impl<W: Write> Teller<W> {
    fn tell(&mut self, replayed: Replayed) -> io::Result<()> {
        let Replayed { at, told, commit, news } = replayed;
        self.told += 1;
        let id = EventId { epoch: Epoch(0), history: true, seq: self.told };
        let event = Dated::new(at, news).numbered(id, told, Some(self.catalog.clone()));
        match self.format {
            Format::Json => self.json(&event, &commit),
            Format::Text => self.text(&event, &commit),
        }
    }

    /// The one JSON form of events, with the commit; `recorded` is when it would have been told.
    fn json(&mut self, event: &Event, commit: &str) -> io::Result<()> {
        let mut value = serde_json::to_value(event)?;
        if let Some(fields) = value.as_object_mut() {
            fields.remove("epoch");
            fields.remove("history");
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

    fn end(&mut self, summary: &ReplaySummary) -> io::Result<()> {
        if self.format == Format::Text {
            let told = count(summary.events, "event", "events");
            writeln!(self.out, "{told} from {}", count(summary.versions, "version", "versions"))?;
        }
        self.out.flush()
    }
}

/// As much of a commit's name as people read.
fn short(commit: &str) -> &str {
    commit.get(..8).unwrap_or(commit)
}
