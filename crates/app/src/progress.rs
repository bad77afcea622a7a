//! Progress of long work, on standard error and only where somebody watches.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar; invisible where standard error is no terminal.
pub(crate) struct Bar(ProgressBar);

impl Bar {
    /// A bar over so many of something; 0 when the number is not known.
    pub(crate) fn new(what: &str, all: u64) -> Self {
        // `stderr()` draws nothing where standard error is no terminal.
        let bar = ProgressBar::with_draw_target(Some(all), ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template("{bar:40} {pos}/{len} {msg}  {eta} left");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_message(what.to_owned());
        Self(bar)
    }

    /// One more is done.
    pub(crate) fn one_more(&self) {
        self.0.inc(1);
    }

    /// So many are done, of so many.
    pub(crate) fn at(&self, done: u64, all: u64) {
        if all > 0 {
            self.0.set_length(all);
        }
        self.0.set_position(done);
    }

    /// Says a line on standard error without breaking the bar.
    pub(crate) fn say(&self, line: &str) {
        self.0.suspend(|| eprintln!("{line}"));
    }

    /// Takes the bar away.
    pub(crate) fn done(self) {
        self.0.finish_and_clear();
    }
}
