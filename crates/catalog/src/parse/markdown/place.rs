//! Lines of the source, counted as reading goes on.

/// Tells lines from offsets.
#[derive(Debug)]
pub(super) struct Places<'a> {
    source: &'a str,
    offset: usize,
    line: u32,
    /// The next end of a line at or behind `offset`.
    next: Option<usize>,
}

impl<'a> Places<'a> {
    pub(super) fn new(source: &'a str) -> Self {
        Self { source, offset: 0, line: 1, next: memchr::memchr(b'\n', source.as_bytes()) }
    }

    /// The one-based line of an offset. Cheap for offsets near the last one.
    #[inline]
    pub(super) fn line(&mut self, offset: usize) -> u32 {
        let bytes = self.source.as_bytes();
        let offset = offset.min(bytes.len());
        if offset < self.offset {
            self.line -= memchr::memchr_iter(b'\n', &bytes[offset..self.offset]).count() as u32;
            self.next = memchr::memchr(b'\n', &bytes[offset..]).map(|end| offset + end);
        }
        while let Some(end) = self.next.filter(|&end| end < offset) {
            self.line += 1;
            self.next = memchr::memchr(b'\n', &bytes[end + 1..]).map(|further| end + 1 + further);
        }
        self.offset = offset;
        self.line
    }

    /// The line an offset stands in, as it is written.
    pub(super) fn text(&self, offset: usize) -> &'a str {
        let bytes = self.source.as_bytes();
        let offset = offset.min(bytes.len());
        let start = memchr::memrchr(b'\n', &bytes[..offset]).map_or(0, |at| at + 1);
        let end = memchr::memchr(b'\n', &bytes[offset..]).map_or(bytes.len(), |at| offset + at);
        self.source[start..end].trim()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_forth_and_back() {
        let mut places = Places::new("a\nbé\r\n\nc");
        for (offset, line, text) in [(0, 1, "a"), (8, 4, "c"), (2, 2, "bé"), (3, 2, "bé"), (99, 4, "c")] {
            assert_eq!((places.line(offset), places.text(offset)), (line, text), "{offset}");
        }
    }
}
