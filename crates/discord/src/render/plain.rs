//! Words only, for what was refused when it was dressed: no embeds, no links, no emphasis.

use whimbrel_fanout::{Bundle, Content};
use whimbrel_news::wording::tell_digest_of;

use super::escape::{escape, units};
use super::{Draft, dropped, news};

/// The service takes 2,000.
const CONTENT: usize = 2_000;
/// A line is no longer than this.
const LINE: usize = 300;

pub(super) fn drafts(bundle: &Bundle) -> Vec<Draft> {
    let mut lines: Vec<String> = match &bundle.content {
        Content::News(events) => events.iter().map(|event| news::told(bundle, event).title).collect(),
        Content::Digest { digest, label, .. } => {
            let told = tell_digest_of(label, digest, &|id| bundle.title(id).to_owned());
            let mut lines = vec![told.title, told.summary];
            for group in told.groups {
                lines.push(format!("{}: {}", group.catalog_title, group.title));
                lines.extend(group.lines.iter().map(|brief| format!("• {}", brief.text())));
                if group.more > 0 {
                    lines.push(format!("and {} more", group.more));
                }
            }
            fold(lines)
        }
    };
    lines.extend(dropped(bundle));
    lines.retain(|line| !line.is_empty());
    let mut drafts: Vec<Draft> = Vec::new();
    let mut used = 0;
    for line in lines.iter().map(|line| escape(line, LINE)).filter(|line| !line.trim().is_empty()) {
        let cost = units(&line) + 1;
        match drafts.last_mut() {
            Some(last) if used + cost <= CONTENT => {
                last.content.push('\n');
                last.content.push_str(&line);
                used += cost;
            }
            _ => {
                drafts.push(Draft { content: line, embeds: Vec::new() });
                used = cost;
            }
        }
    }
    drafts
}

/// A digest is one message: lines beyond it are counted.
fn fold(lines: Vec<String>) -> Vec<String> {
    let mut used = 60;
    let fits = lines
        .iter()
        .take_while(|line| {
            used += units(&escape(line, LINE)) + 1;
            used <= CONTENT
        })
        .count();
    let left = lines.len() - fits;
    let mut lines = lines;
    if left > 0 {
        lines.truncate(fits);
        lines.push(format!("and {left} more lines"));
    }
    lines
}
