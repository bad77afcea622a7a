//! Progress of long work, on standard error and only where somebody watches.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar; invisible where standard error is no terminal.
pub(crate) struct Bar(ProgressBar);

impl Bar {
    /// A bar over many of something; how many is told later, if ever.
    pub(crate) fn new(what: &str) -> Self {
        // `stderr()` draws nothing where standard error is no terminal.
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        bar.set_message(what.to_owned());
        bar.set_style(style("{spinner} {human_pos} {msg}"));
        Self(bar)
    }

    /// So many are done, of so many where that is known.
    pub(crate) fn at(&self, done: u64, all: Option<u64>) {
        if let Some(all) = all.filter(|all| self.0.length() != Some(*all)) {
            self.0.set_length(all);
            self.0.set_style(style("{bar:40} {human_pos} of {human_len} {msg}, {eta} left"));
        }
        self.0.set_position(done);
    }

    /// Takes the bar away.
    pub(crate) fn done(self) {
        self.0.finish_and_clear();
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
