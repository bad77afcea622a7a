//! CSV with a header.

use csv::{ReaderBuilder, StringRecord};

use super::ParseError;
use super::build::SectionId;
use super::fields::{self, Fields, Kind};
use super::records::{Records, Within};
use super::text;
use crate::change::Metric;
use crate::model::Figure;
use crate::report::{Layout, Reading};

const FORMAT: &str = "CSV";

/// Reads the text of a document.
pub(super) fn read(document: &str) -> Result<Reading, ParseError> {
    let (skipped_lines, body) = without_separator_line(document);
    let header_line = body.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter(header_line))
        .flexible(true)
        .has_headers(false)
        .from_reader(body.as_bytes());

    let mut columns: Vec<(Kind, String)> = Vec::new();
    let mut records = Records::new(Layout::Csv);
    let mut row = StringRecord::new();
    let mut has_addresses = false;
    let mut lines = Lines { text: body, at: 0, line: 1 + skipped_lines };
    while reader.read_record(&mut row).map_err(|error| broken(lines.line, error.to_string()))? {
        let line = lines.of(row.position().map_or(0, csv::Position::byte) as usize);
        if columns.is_empty() {
            columns = row.iter().map(|name| (fields::kind(name.trim()), name.trim().to_owned())).collect();
            continue;
        }
        if row.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let fields = fields_of(&row, &columns);
        has_addresses |= fields.has_address();
        records.leaf(&fields, SectionId::ROOT, None, Within::List, line);
    }
    if is_cut_off(document, lines.line) {
        return Err(broken(lines.line, "a quote is opened and never closed".to_owned()));
    }
    let is_known = columns.iter().any(|(kind, _)| matches!(kind, Kind::Address(..)));
    if !is_known && !has_addresses {
        return Err(broken(1, "no column of the header holds addresses, such as `url` or `link`".to_owned()));
    }
    Ok(records.finish(document))
}

/// True for a first line that names several columns, one of them an address, one of them a name.
pub(super) fn is_header(line: &str) -> bool {
    let kinds = header(line, delimiter(line));
    kinds.len() > 1
        && kinds.iter().any(|kind| matches!(kind, Kind::Address(..)))
        && kinds.iter().any(|kind| matches!(kind, Kind::Name(_)))
}

fn broken(line: u32, message: String) -> ParseError {
    ParseError::Broken { format: FORMAT, line: line as usize, message }
}

/// What spreadsheets put before the header to say how they separate: `sep=;`.
fn without_separator_line(text: &str) -> (u32, &str) {
    match text.split_once('\n') {
        Some((first, rest)) if first.trim_end().len() == 5 && first.starts_with("sep=") => (1, rest),
        _ => (0, text),
    }
}

/// The separator that makes most known columns out of the header.
fn delimiter(header_line: &str) -> u8 {
    let known = |separator: &u8| {
        header(header_line, *separator).iter().filter(|kind| **kind != Kind::Unknown).count()
    };
    let mut best = b',';
    for separator in [b';', b'\t', b'|'] {
        if known(&separator) > known(&best) {
            best = separator;
        }
    }
    best
}

fn header(line: &str, separator: u8) -> Vec<Kind> {
    line.split(char::from(separator)).map(|name| fields::kind(name.trim().trim_matches('"'))).collect()
}

fn fields_of(row: &StringRecord, columns: &[(Kind, String)]) -> Fields {
    let mut fields = Fields::default();
    for (cell, (kind, label)) in row.iter().zip(columns) {
        fields.put(kind, label, cell);
        if *kind == Kind::Unknown
            && let Some(value) = text::value(cell)
        {
            let metric = Metric::Other(label.to_lowercase());
            fields.figures.push(Figure { metric, shown: cell.trim().to_owned(), value });
        }
    }
    fields.settle();
    fields
}

/// Counts lines along the text. The reader's own count stands before the blank lines and line ends it skips.
struct Lines<'a> {
    text: &'a str,
    at: usize,
    line: u32,
}

impl Lines<'_> {
    /// The line of the first row at or after this byte, which is never before the last one asked for.
    fn of(&mut self, byte: usize) -> u32 {
        let rest = self.text.as_bytes().get(byte..).unwrap_or_default();
        let blanks = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let passed = self.text.as_bytes().get(self.at..byte + blanks).unwrap_or_default();
        self.line += passed.split(|byte| *byte == b'\n').skip(1).count() as u32;
        self.at = byte + blanks;
        self.line
    }
}

/// True when the last row runs on to the end of the text because its quote is never closed.
fn is_cut_off(text: &str, last_line: u32) -> bool {
    let has_odd_quote = text.split('"').count().is_multiple_of(2);
    has_odd_quote && text.trim_end().lines().count() > last_line as usize
}

#[cfg(test)]
mod tests;
