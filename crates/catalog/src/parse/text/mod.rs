//! Names, marks, figures and descriptions: what all formats share about the words of an entry.

mod clean;
mod figure;
mod marker;
mod words;

pub(crate) use clean::{description, label, name, squeeze};
pub(crate) use figure::{is_rank_header, is_unset_date, metric_of, value};
pub(crate) use marker::{is_symbol, only_markers, skip_markers, trim_markers};
pub(crate) use words::{before_separator, is_generic, mark_in_front, separator, split_at_dash};
