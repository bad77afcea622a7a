//! `whimbrel diff`: the changes between two documents, every difference as if it had stood.

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::bail;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use whimbrel_catalog::{CatalogId, Comparison, Hold, Known, compare};
use whimbrel_news::{Dated, Epoch, Event, EventId, Kind, News};

use crate::check::documents;
use crate::cli::{DiffArgs, Format};
use crate::screen::{Paint, count, harmless};
use crate::tell::line;

/// Reads both documents, compares them, prints what differs.
pub(crate) fn diff(args: &DiffArgs) -> anyhow::Result<ExitCode> {
    if args.old == args.new && args.old == Path::new("-") {
        bail!("both documents cannot come from standard input: name a file for one of them");
    }
    let before = documents::read(&args.old)?.snapshot;
    let after = documents::read(&args.new)?.snapshot;
    let Comparison { changes, hold } = compare(&before, &after, &Known::default());
    let catalog = catalog_of(if args.new == Path::new("-") { &args.old } else { &args.new });
    let events: Vec<Event> =
        (1..).zip(&changes).map(|(seq, change)| undated(seq, &catalog, News::from_change(change))).collect();
    let mut out = io::BufWriter::new(io::stdout().lock());
    match args.format {
        Format::Json => write_json(&mut out, hold.as_ref(), &events)?,
        Format::Text => {
            let names = format!("{} → {}", documents::shown(&args.old), documents::shown(&args.new));
            write_text(&mut out, &names, hold.as_ref(), &events, Paint::stdout())?;
        }
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

/// An event of no store: numbered, but neither its time nor its epoch means anything.
fn undated(seq: u64, catalog: &CatalogId, news: News) -> Event {
    let never = DateTime::<Utc>::UNIX_EPOCH;
    let id = EventId { epoch: Epoch(0), history: false, seq };
    Dated::new(never, news).numbered(id, never, Some(catalog.clone()))
}

/// A catalog named as the file is.
pub(crate) fn catalog_of(file: &Path) -> CatalogId {
    let stem = file.file_stem().map(|stem| stem.to_string_lossy().to_lowercase()).unwrap_or_default();
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c);
    let id: String = stem.chars().map(|c| if allowed(c) { c } else { '-' }).collect();
    let id: String = id.trim_start_matches(['.', '_', '-']).chars().take(64).collect();
    CatalogId::new(&id).unwrap_or_else(|_| CatalogId::new("catalog").expect("a word of letters is an id"))
}

fn write_json(out: &mut impl Write, hold: Option<&Hold>, events: &[Event]) -> io::Result<()> {
    let events = events.iter().map(timeless).collect::<Result<Vec<_>, _>>()?;
    let object = json!({
        "held": hold.is_some(),
        "reason": hold.map(|hold| hold.reason),
        "detail": hold.map(|hold| &hold.detail),
        "events": events,
    });
    serde_json::to_writer(&mut *out, &object)?;
    out.write_all(b"\n")
}

/// The one JSON form of events, without what only a store can give.
fn timeless(event: &Event) -> serde_json::Result<Value> {
    let mut value = serde_json::to_value(event)?;
    if let Some(fields) = value.as_object_mut() {
        for field in ["epoch", "at", "recorded"] {
            fields.remove(field);
        }
    }
    Ok(value)
}

fn write_text(
    out: &mut impl Write,
    names: &str,
    hold: Option<&Hold>,
    events: &[Event],
    paint: Paint,
) -> io::Result<()> {
    writeln!(out, "{}: {}", paint.strong(harmless(names)), count(events.len(), "change", "changes"))?;
    if let Some(hold) = hold {
        writeln!(out, "{}", paint.warn(format!("would be held back first: {}", hold.detail)))?;
    }
    for kind in Kind::ALL {
        let group: Vec<&Event> = events.iter().filter(|event| event.kind() == kind).collect();
        if group.is_empty() {
            continue;
        }
        writeln!(out, "\n{} ({})", paint.strong(kind.title()), group.len())?;
        for event in group {
            writeln!(out, "  {}", line(event, paint))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_catalog_is_named_as_its_file() {
        for (file, id) in [
            ("lists/Awesome Go.md", "awesome-go"),
            ("a_b.1.org", "a_b.1"),
            ("-", "catalog"),
            ("../ß.md", "catalog"),
        ] {
            assert_eq!(catalog_of(Path::new(file)).as_str(), id, "{file}");
        }
    }
}
