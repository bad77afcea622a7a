//! What only the whole document tells: its title, its layout, and which linked headings are entries.

use super::reader::{Found, Reader};
use super::sense;
use crate::model::Entry;
use crate::parse::build::{SectionId, Spot};
use crate::parse::text;
use crate::report::{Layout, Reading};

/// Turns what was found into the reading of the document.
pub(super) fn settle(mut reader: Reader<'_>) -> Reading {
    let title = reader.headings.title();
    let is_entry = linked_headings(&mut reader, title);
    let Reader { mut builder, mut entries, mut found, absent, .. } = reader;
    if let Some(title) = title {
        builder.title_is(title);
    }
    if !found.is_sorted_by_key(|found| found.at.line) {
        let mut both: Vec<_> = found.into_iter().zip(entries).collect();
        both.sort_by_key(|(found, _)| found.at.line);
        (found, entries) = both.into_iter().unzip();
    }
    if names_in_links(&found) {
        for (entry, found) in entries.iter_mut().zip(&found) {
            part(entry, found);
        }
    }
    builder.adopt(entries, found.iter().map(|found| found.at));
    let mut absent: Vec<_> =
        absent.into_iter().filter(|absent| absent.under.is_none_or(|heading| !is_entry[heading])).collect();
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
            let at = Spot { section, line, layout: Layout::Heading, ranking: None };
            reader.keep(heading.parts, at);
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
        matches!(found.at.layout, Layout::Bullet | Layout::NestedBullet | Layout::Numbered)
            && !found.told_behind
    });
    let (mut all, mut dashed) = (0_usize, 0_usize);
    for item in items {
        all += 1;
        dashed += usize::from(item.dash.is_some());
    }
    dashed * 2 > all
}

/// Where the name ends in a link that is a whole sentence, such as "X is a …"; short names are left alone.
fn sentence(name: &str) -> Option<(usize, usize)> {
    const LONG: usize = 40;
    if name.len() <= LONG {
        return None;
    }
    let found = [" is a ", " is an ", " is the "].iter().filter_map(|verb| name.find(verb)).min();
    found.filter(|&at| at <= LONG).map(|at| (at, 1))
}

/// Parts the words of a link into name and description.
fn part(entry: &mut Entry, found: &Found) {
    let Some((at, length)) = found.dash.or_else(|| sentence(&entry.name)) else { return };
    let name = text::name(&entry.name[..at]);
    if !name.is_empty() {
        let mut description = text::description(&entry.name[at + length..]);
        sense::join(&mut description, &entry.description, found.new_sentence);
        (entry.name, entry.description) = (name, description);
    }
}
