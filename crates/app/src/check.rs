//! `whimbrel check`: what is understood of a document, and what is not.
//!
//! Reading documents is told apart from reporting them: [`documents`] finds and reads, [`json`] and [`text`] show.

pub(crate) mod documents;
mod json;
mod text;

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use whimbrel_catalog::Reading;

use crate::cli::{CheckArgs, FAILED, Format};
use crate::screen::Paint;

pub(crate) use self::text::layout_name;

/// Reports each document in turn. One that cannot be read is said and does not stop the others.
pub(crate) fn check(args: &CheckArgs) -> anyhow::Result<ExitCode> {
    let out = io::stdout().lock();
    let mut report = Reporter { out: io::BufWriter::new(out), args, paint: Paint::stdout() };
    let mut failed = false;
    for given in &args.files {
        for found in documents::below(given) {
            failed |= !report.document(&found)?;
        }
    }
    report.out.flush()?;
    Ok(if failed { ExitCode::from(FAILED) } else { ExitCode::SUCCESS })
}

struct Reporter<'a, W: Write> {
    out: W,
    args: &'a CheckArgs,
    paint: Paint,
}

impl<W: Write> Reporter<'_, W> {
    /// True when the document could be read.
    fn document(&mut self, found: &Result<documents::Found, documents::Unreadable>) -> io::Result<bool> {
        match found.as_ref().map_err(Clone::clone).and_then(documents::Found::read) {
            Ok((file, reading)) => self.understood(&file, &reading).map(|()| true),
            Err(problem) => self.refused(&problem).map(|()| false),
        }
    }

    fn understood(&mut self, file: &Path, reading: &Reading) -> io::Result<()> {
        match self.args.format {
            Format::Json => json::write(&mut self.out, file, reading),
            Format::Text => text::write(&mut self.out, file, reading, self.args.lines, self.paint),
        }
    }

    fn refused(&mut self, problem: &documents::Unreadable) -> io::Result<()> {
        if self.args.format == Format::Json {
            json::write_refusal(&mut self.out, &problem.file, &problem.reason)?;
        }
        self.out.flush()?; // keeps both streams in the order things happened
        eprintln!("whimbrel: {problem}");
        Ok(())
    }
}
