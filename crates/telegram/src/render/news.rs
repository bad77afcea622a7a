//! Events one by one: each with a headline that leads to the thing itself, and as much of it as there is room for.

use whimbrel_fanout::{Bundle, Style};
use whimbrel_news::{Event, tell, wording};

use super::pack::{Block, pack};
use super::words::{Line, Mark};

/// Characters of what is told below a headline: of one that stands alone, and of each of several.
const ALONE_CHARS: usize = 1_500;
const AMONG_CHARS: usize = 300;
/// A beginning shorter than this says nothing.
const WORTH_CHARS: usize = 40;
/// So many may be told at length.
const AT_LENGTH: usize = 3;

/// The messages, and the address whose preview belongs below them.
pub(super) fn messages(bundle: &Bundle, events: &[Event], style: Style) -> (Vec<Vec<Line>>, Option<String>) {
    let chars = if events.len() <= AT_LENGTH { ALONE_CHARS } else { AMONG_CHARS };
    let mut blocks = Vec::new();
    if let Some(lost) = dropped(bundle) {
        blocks.push(vec![lost]);
    }
    blocks.extend(events.iter().map(|event| block(bundle, event, chars)));
    let preview = match events {
        [only] if style == Style::Rich => tell(only, "").link.filter(|link| link.starts_with("https://")),
        _ => None,
    };
    (pack(blocks, style), preview)
}

/// What is said where older news is gone.
pub(super) fn dropped(bundle: &Bundle) -> Option<Line> {
    let lost = bundle.dropped;
    let what = if lost == 1 { "older event was" } else { "older events were" };
    (lost > 0).then(|| {
        Line::marked(
            &format!("{} {what} waiting too long and cannot be told any more.", wording::number(lost)),
            Mark::Italic,
        )
    })
}

fn block(bundle: &Bundle, event: &Event, chars: usize) -> Block {
    let ids = event.catalog_ids();
    let titles: Vec<String> = ids.iter().map(|id| wording::line(bundle.title(id), 100)).collect();
    let told = tell(event, titles.first().map_or("", String::as_str));
    let mut block = vec![Line::default().then(&told.title, Mark::Bold, told.link.as_deref())];
    let mut room = chars;
    for line in &told.lines {
        let chars = line.chars().count();
        if chars > room && room < WORTH_CHARS {
            break;
        }
        let shown = wording::clip(line, room);
        room = room.saturating_sub(shown.chars().count());
        block.push(Line::of(&shown));
    }
    if !titles.is_empty() {
        let more = titles.len().saturating_sub(3);
        let named = titles[..titles.len() - more].join(", ");
        let places = if more > 0 { format!("{named} and {more} more") } else { named };
        block.push(Line::marked(&places, Mark::Italic));
    }
    block
}
