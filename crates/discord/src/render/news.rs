//! News event by event: a few each with its own embed, many as lines below their catalogs.

use std::collections::BTreeMap;

use whimbrel_fanout::Bundle;
use whimbrel_news::wording::{Told, tell};
use whimbrel_news::{CatalogId, Event};

use super::escape::{address, escape, link, units, visible};
use super::pack::{DESCRIPTION, FOOTER, TITLE, below, messages};
use super::{Draft, Embed, dropped};

/// So many events are shown in full.
const FEW: usize = 3;
/// What is said below a headline, in UTF-16 units.
const DETAILS: usize = 1_500;
/// A line of many.
const LINE: usize = 200;
/// What follows the headline in a line of many.
const DETAIL: usize = 160;

pub(super) fn drafts(bundle: &Bundle, events: &[Event]) -> Vec<Draft> {
    let mut embeds: Vec<Embed> = if events.len() <= FEW {
        events.iter().map(|event| whole(bundle, event)).collect()
    } else {
        by_catalog(bundle, events)
    };
    // Embeds of one address are shown as one: only the first of them leads there.
    let mut seen: Vec<String> = Vec::new();
    for embed in &mut embeds {
        if let Some(url) = embed.url.take_if(|url| seen.contains(url)) {
            let room = DESCRIPTION.saturating_sub(units(&embed.description) + 1);
            let line = link("Read more", Some(&url), 20);
            if units(&line) < room {
                embed.description = format!("{}\n{line}", embed.description);
            }
        } else if let Some(url) = &embed.url {
            seen.push(url.clone());
        }
    }
    if let Some(words) = dropped(bundle) {
        embeds.push(Embed { description: words, ..Embed::default() });
    }
    messages(embeds)
}

/// The event in words, with its catalog called as people call it.
pub(super) fn told(bundle: &Bundle, event: &Event) -> Told {
    tell(event, &names(bundle, event))
}

/// What people call the catalogs an event belongs to.
fn names(bundle: &Bundle, event: &Event) -> String {
    let names: Vec<&str> = event.catalog_ids().into_iter().map(|id| bundle.title(id)).collect();
    match names.as_slice() {
        [] => "the catalog".to_owned(),
        [one] => (*one).to_owned(),
        [first, rest @ ..] => format!("{first} and {} more", rest.len()),
    }
}

fn whole(bundle: &Bundle, event: &Event) -> Embed {
    let told = told(bundle, event);
    let lines: Vec<String> = told.lines.iter().map(|line| escape(line, DETAILS / 3)).collect();
    let mut description = String::new();
    for line in lines {
        if units(&description) + units(&line) < DETAILS {
            if !description.is_empty() {
                description.push('\n');
            }
            description.push_str(&line);
        }
    }
    let footer = names(bundle, event);
    Embed {
        title: escape(&visible(&told.title, "News"), TITLE),
        url: told.link.as_deref().and_then(address),
        description,
        footer: whimbrel_news::wording::line(&visible(&footer, ""), FOOTER),
        image: None,
    }
}

fn by_catalog(bundle: &Bundle, events: &[Event]) -> Vec<Embed> {
    let mut order: Vec<Option<&CatalogId>> = Vec::new();
    let mut lines: BTreeMap<Option<&CatalogId>, Vec<String>> = BTreeMap::new();
    for event in events {
        let catalog = event.catalog_ids().into_iter().next();
        if !order.contains(&catalog) {
            order.push(catalog);
        }
        let told = told(bundle, event);
        let mut line = format!("• {}", link(&told.title, told.link.as_deref(), LINE));
        if let Some(detail) = told.lines.first() {
            line.push_str("\n  ");
            line.push_str(&escape(detail, DETAIL));
        }
        lines.entry(catalog).or_default().push(line);
    }
    let embeds = order.into_iter().flat_map(|catalog| {
        let title = catalog.map_or("News", |id| bundle.title(id));
        below(&escape(&visible(title, "News"), TITLE), None, lines.remove(&catalog).unwrap_or_default())
    });
    embeds.collect()
}
