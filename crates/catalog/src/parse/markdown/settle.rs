//! What only the whole document tells: its title, its layout, and which linked headings are entries.

use super::reader::{Found, Reader};
use super::sense;
use crate::parse::build::{Builder, Listing, SectionId};
use crate::parse::text;
use crate::report::{Layout, Reading};

/// Turns what was found into the reading of the document.
pub(super) fn settle(mut reader: Reader<'_>) -> Reading {
    let title = reader.headings.title();
    let entries = linked_headings(&mut reader, title);
    let Reader { mut builder, mut found, absent, .. } = reader;
    if let Some(title) = title {
        builder.title_is(title);
    }
    if !found.is_sorted_by_key(|found| found.line) {
        found.sort_by_key(|found| found.line);
    }
    let named_in_link = names_in_links(&found);
    for found in found {
        add(&mut builder, found, named_in_link);
    }
    let mut absent: Vec<_> =
        absent.into_iter().filter(|absent| absent.under.is_none_or(|heading| !entries[heading])).collect();
    absent.sort_by_key(|absent| absent.line);
    for absent in absent {
        builder.linkless(absent.section, absent.name, absent.line);
    }
    builder.finish()
}

/// Linked headings without entries below them are entries. Says for each whether it is one.
fn linked_headings(reader: &mut Reader<'_>, title: Option<SectionId>) -> Vec<bool> {
    let linked = std::mem::take(&mut reader.headings.linked);
    let mut entries: Vec<bool> = Vec::with_capacity(linked.len());
    let mut sections: Vec<SectionId> = Vec::with_capacity(linked.len());
    for heading in linked {
        let is_title = title == Some(heading.own);
        let is_entry = !heading.holds && !is_title;
        // an entry is no category: what stands below it belongs to the section the entry is in
        let section = match heading.under {
            Some(under) if entries[under] => sections[under],
            _ => heading.above,
        };
        sections.push(section);
        entries.push(is_entry);
        if is_entry {
            let line = reader.places.line(heading.offset);
            let (parts, layout) = (heading.parts, Layout::Heading);
            reader.found.push(Found { parts, figures: Vec::new(), section, ranking: None, line, layout });
        } else {
            reader.skip(heading.offset, if is_title { "title" } else { "section heading" });
        }
    }
    entries
}

/// True when the document writes name and description into the link: most items without text behind the link have
/// a dash in it.
fn names_in_links(found: &[Found]) -> bool {
    let items = found.iter().filter(|found| {
        matches!(found.layout, Layout::Bullet | Layout::NestedBullet | Layout::Numbered)
            && !found.parts.told_behind
    });
    let (mut all, mut dashed) = (0_usize, 0_usize);
    for item in items {
        all += 1;
        dashed += usize::from(item.parts.dash.is_some());
    }
    dashed * 2 > all
}

/// Where the name ends in a link that is a whole sentence, such as "X is a …"; short names are left alone.
fn sentence(name: &str) -> Option<usize> {
    const LONG: usize = 40;
    let found = [" is a ", " is an ", " is the "].iter().filter_map(|verb| name.find(verb)).min();
    found.filter(|&at| name.len() > LONG && at <= LONG)
}

fn add(builder: &mut Builder, found: Found, named_in_link: bool) {
    let Found { parts, figures, section, ranking, line, layout } = found;
    let mut parts = *parts;
    let parting = parts.dash.or_else(|| sentence(&parts.name).map(|at| (at, 1)));
    if named_in_link && let Some((at, length)) = parting {
        let mut description = text::description(&parts.name[at + length..]);
        let told = std::mem::take(&mut parts.description);
        sense::join(&mut description, &told, parts.new_sentence);
        let name = text::name(&parts.name[..at]);
        if !name.is_empty() {
            (parts.name, parts.description) = (name, description);
        }
    }
    let listing = Listing {
        key: parts.key,
        name: parts.name,
        url: parts.url,
        description: parts.description,
        marks: parts.marks,
        links: parts.links,
        figures,
        section,
        line,
        layout,
    };
    match ranking {
        Some(ranking) => builder.add_ranked(ranking, listing),
        None => builder.add(listing),
    }
}
