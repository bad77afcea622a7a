//! A digest in one message: headline numbers, then what fits, ranked and folded, with a way to all of it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use whimbrel_fanout::{Bundle, Style};
use whimbrel_news::wording::{self, ToldDigest, ToldGroup};
use whimbrel_news::{CatalogId, Digest};

use super::news::dropped;
use super::pack::{Block, measure, pack};
use super::words::{Line, Mark};
use super::{ENTITIES, TEXT_UNITS};

/// The most lines below one heading. A message is for reading.
const MAX_LINES: usize = 12;
/// Characters of a line.
const LINE_CHARS: usize = 160;
/// Catalogs whose last reading is told one by one.
const READ_ONE_BY_ONE: usize = 3;

/// What there is to say about a digest apart from its news.
pub(super) struct About<'a> {
    pub(super) label: &'a str,
    pub(super) catch_up: bool,
    pub(super) read: &'a BTreeMap<CatalogId, DateTime<Utc>>,
}

/// One message, however much there is to tell.
pub(super) fn messages(bundle: &Bundle, digest: &Digest, about: &About<'_>, style: Style) -> Vec<Vec<Line>> {
    let title_of = |id: &CatalogId| bundle.title(id).to_owned();
    let told = wording::tell_digest_of(about.label, digest, &title_of);
    if digest.is_empty() && bundle.dropped == 0 {
        return vec![vec![Line::of(&format!("{}: nothing new.", about.label))]];
    }
    // The longest form that fits: fewer and fewer lines below each heading, then fewer headings.
    let with_lines = (1..=MAX_LINES).rev().map(|lines| (lines, told.groups.len()));
    let with_groups = (0..told.groups.len()).rev().map(|groups| (1, groups));
    for (lines, groups) in with_lines.chain(with_groups) {
        let blocks = blocks(bundle, &told, about, (lines, groups));
        let breaks = 2 * blocks.len().saturating_sub(1);
        let (units, marks) = blocks
            .iter()
            .map(|block| measure(block, style))
            .fold((0, 0), |sum, of| (sum.0 + of.0, sum.1 + of.1));
        if units + breaks <= TEXT_UNITS && marks <= ENTITIES {
            return pack(blocks, style);
        }
    }
    // Headings alone always fit; should they not, what does not fit goes into a second message.
    pack(blocks(bundle, &told, about, (1, 0)), style)
}

/// Every part of the message, with so many lines below each heading and so many headings.
fn blocks(
    bundle: &Bundle,
    told: &ToldDigest,
    about: &About<'_>,
    (lines, groups): (usize, usize),
) -> Vec<Block> {
    let mut head = vec![Line::marked(about.label, Mark::Bold)];
    if about.catch_up {
        head.push(Line::marked("What happened while nothing could be told here", Mark::Italic));
    }
    head.push(Line::of(&told.summary));
    head.extend(dropped(bundle));
    let mut blocks = vec![head];
    let mut catalog = None;
    for told in &told.groups[..groups] {
        let mut block = Vec::new();
        if catalog != Some(&told.catalog_title) {
            catalog = Some(&told.catalog_title);
            block.push(Line::marked(&told.catalog_title, Mark::Bold));
        }
        block.extend(group(bundle, told, lines));
        blocks.push(block);
    }
    let left = told.groups[groups..].iter().map(|group| group.lines.len() + group.more).sum::<usize>();
    if left > 0 {
        blocks.push(vec![more(bundle, left)]);
    }
    let mut foot = Vec::new();
    if let Some(page) = &bundle.links.digest {
        foot.push(Line::default().then("All of it on one page", Mark::None, Some(page)));
    }
    foot.extend(read(bundle, about.read));
    blocks.push(foot);
    blocks.retain(|block| block.iter().any(|line| !line.is_empty()));
    blocks
}

fn group(bundle: &Bundle, told: &ToldGroup, most: usize) -> Block {
    let mut block = vec![Line::marked(&told.title, Mark::Italic)];
    // "and 1 more" would take the line it saves.
    let shown =
        if told.lines.len() + told.more <= most + 1 && told.more == 0 { told.lines.len() } else { most };
    for brief in told.lines.iter().take(shown) {
        let rest = LINE_CHARS.saturating_sub(brief.name.chars().count());
        let line = Line::of("• ").then(&brief.name, Mark::None, brief.url.as_deref());
        block.push(line.then(&brief.rest_within(rest.max(40)), Mark::None, None));
    }
    let left = told.lines.len().saturating_sub(shown) + told.more;
    if left > 0 {
        block.push(more(bundle, left));
    }
    block
}

/// `… and 14 more`, leading to where they are.
fn more(bundle: &Bundle, left: usize) -> Line {
    let text = format!("and {} more", wording::number(left as u64));
    Line::of("… ").then(&text, Mark::None, bundle.links.digest.as_deref())
}

/// When the catalogs were last read: a few by name, of many the oldest.
fn read(bundle: &Bundle, read: &BTreeMap<CatalogId, DateTime<Utc>>) -> Option<Line> {
    let at = |at: &DateTime<Utc>| at.format("%-d %b %H:%M").to_string();
    let oldest = read.values().min()?;
    let text = if read.len() <= READ_ONE_BY_ONE {
        let one = |(id, moment): (&CatalogId, &DateTime<Utc>)| {
            format!("{} {}", wording::line(bundle.title(id), 60), at(moment))
        };
        format!("Last read: {} (UTC)", read.iter().map(one).collect::<Vec<_>>().join(", "))
    } else {
        format!("{} catalogs, every one read since {} (UTC)", read.len(), at(oldest))
    };
    Some(Line::marked(&text, Mark::Italic))
}
