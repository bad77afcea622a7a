//! Putting blocks of lines into as few messages as fit, cut at sensible places.

use whimbrel_fanout::Style;

use super::words::Line;
use super::{ENTITIES, TEXT_UNITS};

/// Lines that belong together.
pub(super) type Block = Vec<Line>;

/// What a message holds so far.
#[derive(Default)]
struct Open {
    lines: Vec<Line>,
    units: usize,
    entities: usize,
}

impl Open {
    /// Whether these lines fit behind what is there, an empty line between.
    fn takes(&self, lines: &[Line], style: Style) -> bool {
        let between = if self.lines.is_empty() { 0 } else { 2 };
        let (units, entities) = measure(lines, style);
        self.units + between + units <= TEXT_UNITS && self.entities + entities <= ENTITIES
    }

    fn add(&mut self, lines: &[Line], style: Style) {
        if !self.lines.is_empty() {
            self.lines.push(Line::default());
            self.units += 2;
        }
        let (units, entities) = measure(lines, style);
        self.lines.extend_from_slice(lines);
        self.units += units;
        self.entities += entities;
    }
}

/// The units of lines with the breaks between them, and their marked parts.
pub(super) fn measure(lines: &[Line], style: Style) -> (usize, usize) {
    let units: usize = lines.iter().map(|line| line.units(style)).sum();
    (units + lines.len().saturating_sub(1), lines.iter().map(Line::entities).sum())
}

/// Messages of these blocks in their order. A block is kept whole where it fits into a message of its own; a longer
/// one is cut between lines.
pub(super) fn pack(blocks: Vec<Block>, style: Style) -> Vec<Vec<Line>> {
    let mut messages = Vec::new();
    let mut open = Open::default();
    for block in blocks {
        for piece in pieces(block, style) {
            if !open.takes(&piece, style) && !open.lines.is_empty() {
                messages.push(std::mem::take(&mut open).lines);
            }
            open.add(&piece, style);
        }
    }
    if !open.lines.is_empty() {
        messages.push(open.lines);
    }
    messages
}

/// A block in pieces that fit into a message each.
fn pieces(block: Block, style: Style) -> Vec<Block> {
    let mut pieces = vec![Block::new()];
    for line in block.into_iter().filter(|line| !line.is_empty()) {
        let line = line.cut(TEXT_UNITS, style);
        let last = pieces.last_mut().expect("there is one at least");
        last.push(line);
        let (units, entities) = measure(last, style);
        if (units > TEXT_UNITS || entities > ENTITIES) && last.len() > 1 {
            let line = last.pop().expect("it was just put there");
            pieces.push(vec![line]);
        }
    }
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::words::Mark;

    fn block(lines: usize, letters: usize) -> Block {
        (0..lines).map(|_| Line::of(&"x".repeat(letters))).collect()
    }

    #[test]
    fn blocks_stay_whole_where_they_can() {
        for (blocks, lines) in [
            (vec![], vec![]),
            (vec![block(1, 10), block(2, 10)], vec![4]),
            // 2,000 + 2 + 2,095 is one too many.
            (vec![block(1, 2000), block(1, 2094)], vec![3]),
            (vec![block(1, 2000), block(1, 2095)], vec![1, 1]),
            (vec![block(1, 10), block(3, 2000)], vec![4, 1]),
            (vec![block(1, 9000)], vec![1]),
        ] {
            let packed = pack(blocks, Style::Rich);
            assert_eq!(packed.iter().map(Vec::len).collect::<Vec<_>>(), lines);
            for message in packed {
                assert!(measure(&message, Style::Rich).0 <= TEXT_UNITS);
            }
        }
    }

    #[test]
    fn no_message_has_more_marks_than_the_service_keeps() {
        let blocks = (0..150).map(|_| vec![Line::marked("x", Mark::Bold)]).collect();
        let packed = pack(blocks, Style::Rich);
        assert_eq!(packed.iter().map(|lines| measure(lines, Style::Rich).1).collect::<Vec<_>>(), [100, 50]);
    }
}
