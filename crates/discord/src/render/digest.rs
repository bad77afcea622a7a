//! A digest: one message, however much there is; what does not fit is counted.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use whimbrel_fanout::{Bundle, Upload};
use whimbrel_news::CatalogId;
use whimbrel_news::wording::{Brief, ToldDigest, ToldGroup, line};

use super::escape::{address, escape, link, units, visible};
use super::pack::{DESCRIPTION, EMBEDS, FOOTER, MESSAGE, TITLE};
use super::{Draft, Embed, dropped};

/// The name of a thing in a line.
const NAME: usize = 80;
/// What follows the name.
const REST: usize = 160;
/// A heading above lines.
const HEADING: usize = 120;
/// Catalogs with an embed of their own; the head has one too.
const CATALOGS: usize = EMBEDS - 1;
/// Catalogs whose last reading is told.
const READINGS: usize = 3;

/// Lines of one heading, ready to be shown.
struct Group {
    heading: String,
    lines: Vec<String>,
    /// How many lines are shown.
    shown: usize,
    /// How many more there are than there are lines.
    more: usize,
}

/// What stands below one title.
struct Block {
    title: String,
    groups: Vec<Group>,
    used: usize,
}

pub(super) fn drafts(
    bundle: &Bundle,
    told: &ToldDigest,
    catch_up: bool,
    read: &BTreeMap<CatalogId, DateTime<Utc>>,
    chart: Option<&Upload>,
) -> Vec<Draft> {
    let url = bundle.links.digest.as_deref().and_then(address);
    let caught = if catch_up { "While you were away · " } else { "" };
    let title = escape(&format!("{caught}{}", told.title), TITLE);
    if told.groups.is_empty() && bundle.dropped == 0 && chart.is_none() {
        return vec![Draft { content: title, embeds: Vec::new() }];
    }
    let mut head = Embed {
        title,
        url: url.clone(),
        description: escape(&told.summary, 600),
        footer: readings(bundle, read),
        image: chart.map(|chart| chart.name.clone()),
    };
    if let Some(words) = dropped(bundle) {
        if !head.description.is_empty() {
            head.description.push('\n');
        }
        head.description.push_str(&words);
    }
    let mut blocks = blocks(&told.groups);
    let left = blocks.split_off(blocks.len().min(CATALOGS));
    if !left.is_empty() {
        let words = format!("\nThere is news of {} further catalogs.", left.len());
        head.description.push_str(&words);
    }
    let more = url.as_deref();
    fill(&mut blocks, MESSAGE - head.units(), more);
    let mut embeds = vec![head];
    embeds.extend(blocks.into_iter().map(|block| block.build(more)));
    vec![Draft { content: String::new(), embeds }]
}

/// When each catalog was last read.
fn readings(bundle: &Bundle, read: &BTreeMap<CatalogId, DateTime<Utc>>) -> String {
    let moment = |at: &DateTime<Utc>| at.format("%-d %b %Y, %H:%M UTC").to_string();
    let named = |(id, at): (&CatalogId, &DateTime<Utc>)| {
        format!("{}: {}", line(&visible(bundle.title(id), id.as_str()), 60), moment(at))
    };
    let mut text = match read.len() {
        0 => return String::new(),
        1 => format!("Last read {}", read.values().map(moment).collect::<String>()),
        _ => format!("Last read: {}", read.iter().take(READINGS).map(named).collect::<Vec<_>>().join(" · ")),
    };
    if read.len() > READINGS {
        text = format!("{text} and {} more", read.len() - READINGS);
    }
    line(&text, FOOTER)
}

fn blocks(groups: &[ToldGroup]) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut last: Option<&Option<CatalogId>> = None;
    for group in groups {
        if last != Some(&group.catalog) {
            let title = escape(&visible(&group.catalog_title, "News"), TITLE);
            blocks.push(Block { used: 0, groups: Vec::new(), title });
        }
        last = Some(&group.catalog);
        let lines = group.lines.iter().map(shown).collect();
        let heading = format!("**{}**", escape(&group.title, HEADING));
        if let Some(block) = blocks.last_mut() {
            block.groups.push(Group { heading, lines, shown: 0, more: group.more });
        }
    }
    blocks
}

fn shown(brief: &Brief) -> String {
    let rest = escape(&brief.rest_within(REST), REST);
    if brief.name.is_empty() {
        return format!("• {rest}");
    }
    format!("• {}{rest}", link(&brief.name, brief.url.as_deref(), NAME))
}

/// Says how many more there are.
fn and_more(count: usize, url: Option<&str>) -> String {
    let words = format!("and {} more", whimbrel_news::wording::number(count as u64));
    link(&words, url, HEADING)
}

/// Shows as much as there is room for, every heading in its turn, so that none takes it all.
fn fill(blocks: &mut [Block], mut room: usize, url: Option<&str>) {
    // The words about what is left out have their place from the beginning.
    let reserve = units(&and_more(9_999_999, url)) + 2;
    for block in &mut *blocks {
        let title = units(&block.title) + reserve;
        block.used = reserve;
        room = room.saturating_sub(title);
    }
    loop {
        let mut grew = false;
        for block in &mut *blocks {
            for group in &mut block.groups {
                let Some(next) = group.lines.get(group.shown) else { continue };
                let mut cost = units(next) + 1;
                if group.shown == 0 {
                    cost += units(&group.heading) + 1 + reserve;
                }
                if cost <= room && block.used + cost <= DESCRIPTION {
                    room -= cost;
                    block.used += cost;
                    group.shown += 1;
                    grew = true;
                }
            }
        }
        if !grew {
            return;
        }
    }
}

impl Block {
    fn build(self, url: Option<&str>) -> Embed {
        let mut lines = Vec::new();
        let mut left = 0;
        for group in self.groups {
            let missing = group.lines.len() - group.shown + group.more;
            if group.shown == 0 {
                left += missing;
                continue;
            }
            lines.push(group.heading);
            lines.extend(group.lines.into_iter().take(group.shown));
            if missing > 0 {
                lines.push(and_more(missing, url));
            }
        }
        if left > 0 {
            lines.push(and_more(left, url));
        }
        Embed { title: self.title, description: lines.join("\n"), ..Embed::default() }
    }
}
