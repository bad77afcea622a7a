//! What looks like an entry and is not taken: reported with its line and the reason.

use super::reader::Reader;

/// Why what stands deeper than the stack goes is not read.
pub(super) const TOO_DEEP: &str = "nested too deeply";

impl Reader<'_> {
    /// Reports what stands at this offset of the source.
    pub(super) fn skip(&mut self, offset: usize, reason: &'static str) {
        let (line, text) = (self.places.line(offset), self.places.text(offset));
        self.builder.skip(line, text, reason);
    }

    /// The same, once for a line on which several such things stand side by side.
    pub(super) fn skip_line(&mut self, offset: usize, reason: &'static str) {
        let line = self.places.line(offset);
        if line != self.told {
            self.told = line;
            self.skip(offset, reason);
        }
    }

    /// The same, for what was taken out of the source beforehand.
    pub(super) fn skip_text(&mut self, offset: usize, text: &str, reason: &'static str) {
        let line = self.places.line(offset);
        let end = text[offset..].char_indices().nth(200).map_or(text.len(), |(length, _)| offset + length);
        self.builder.skip(line, &text[offset..end], reason);
    }

    /// Text that is not shown as such: a line that would list something is reported.
    pub(super) fn hidden(&mut self, text: &str, offset: usize, reason: &'static str) {
        if memchr::memmem::find(text.as_bytes(), b"](http").is_none() {
            return;
        }
        let mut at = offset;
        for line in text.split_inclusive('\n') {
            if looks_like_item(line) {
                self.skip(at, reason);
            }
            at += line.len();
        }
    }
}

/// True for a line that would list something if it were not hidden.
fn looks_like_item(line: &str) -> bool {
    let line = line.trim_start();
    let Some(rest) = line.strip_prefix(['-', '*', '+']) else { return false };
    rest.starts_with([' ', '[']) && rest.contains("](http")
}
