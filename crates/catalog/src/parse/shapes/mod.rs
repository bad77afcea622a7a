//! Finds the entries of a structured document, whatever its shape.
//!
//! An object with an address is an entry; its name, category and the rest come from its fields. Lists and objects
//! that hold entries are sections: named by their own name, else by the key they stand under, unless that key is a
//! mere wrapper (`projects`, `items` …). So a flat list, a map of categories, a map of names and a landscape of three
//! levels are all read by the same walk.

use std::borrow::Cow;

use super::build::SectionId;
use super::data::{Node, Value};
use super::fields::{Fields, Kind, is_outside, kind, one_line};
use super::records::{Records, Within};
use crate::report::{Layout, Reading};

/// Reads the trees of a document; `text` is its source.
pub(super) fn read(trees: &[Node<'_>], text: &str, layout: Layout) -> Reading {
    let mut walk = Walk { records: Records::new(layout) };
    for tree in trees {
        walk.visit(tree, SectionId::ROOT, None, Within::Document);
    }
    walk.records.finish(text)
}

struct Walk {
    records: Records,
}

/// A list or an object that stands under a key and holds entries.
struct Group<'n> {
    key: &'n str,
    value: &'n Node<'n>,
    kind: Kind,
    /// Something in it could be the address of an entry.
    holds: bool,
}

impl Walk {
    fn visit(&mut self, node: &Node<'_>, section: SectionId, key: Option<&str>, within: Within) {
        match &node.value {
            Value::Text(text) if within == Within::List => {
                let mut fields = Fields::default();
                fields.put(&Kind::Unknown, "", text);
                self.records.take(&fields, section, None, node.line);
            }
            Value::List(list) => {
                for item in list {
                    self.visit(item, section, None, Within::List);
                }
            }
            Value::Map(_) => self.object(node, section, key, within),
            Value::Text(_) | Value::Null => {}
        }
    }

    fn object(&mut self, node: &Node<'_>, section: SectionId, key: Option<&str>, within: Within) {
        if self.names_with_addresses(node, section, key, within) {
            return;
        }
        // An object of nothing but objects is a map of names; its keys are names even if they read like fields.
        let is_map = node.pairs().iter().all(|(_, value)| matches!(value.value, Value::Map(_)));
        let fields = if is_map { Fields::default() } else { Fields::of(node) };
        let groups = self.groups(node, &fields, is_map, within);
        if groups.is_empty() {
            self.records.leaf(&fields, section, key, within, node.line);
            return;
        }
        let is_entry = fields.has_address() && within != Within::Document;
        let is_parent = groups.iter().all(|group| group.kind == Kind::Nested);
        let inner = if within == Within::Document {
            if let Some(title) = fields.name() {
                self.records.builder.title(title);
            }
            section
        } else if is_entry && is_parent {
            self.records.take(&fields, section, key, node.line);
            section
        } else {
            if is_entry {
                self.records.skip(node.line, "address of a section");
            }
            let category = fields.sections.first().map(|(_, category)| category.as_str());
            let name = fields.name().or(category).or(key);
            name.map_or(section, |name| self.child(section, name))
        };
        for group in groups {
            self.group(&group, inner);
        }
    }

    /// The parts of an object that hold entries.
    fn groups<'n>(
        &mut self,
        node: &'n Node<'n>,
        fields: &Fields,
        is_map: bool,
        within: Within,
    ) -> Vec<Group<'n>> {
        let at_top = within == Within::Document;
        let all = node.pairs().iter().filter(|(_, value)| value.is_group());
        let group = |(key, value): &'n (Cow<'n, str>, Node<'n>)| Group {
            key,
            value,
            kind: kind(key),
            holds: holds_addresses(value),
        };
        let all: Vec<_> = all.map(group).collect();
        let is_catalog = |group: &Group<'_>| group.kind == Kind::Children && group.holds;
        let catalogs = all.iter().filter(|group| is_catalog(group)).count();
        let mut groups = Vec::new();
        for group in all {
            let holds = group.holds;
            let others_hold = catalogs > usize::from(is_catalog(&group));
            if at_top && others_hold && is_definition(&group) {
                self.define(group.value);
                continue;
            }
            let belongs = match group.kind {
                Kind::Children => {
                    holds || (!fields.has_address() && group.value.children().any(Node::is_group))
                }
                Kind::Nested => holds,
                Kind::Aside => false,
                Kind::Address(..) if !is_map => false,
                _ => holds && (at_top || !fields.has_address()),
            };
            if belongs {
                groups.push(group);
            } else if holds && group.kind == Kind::Aside && at_top {
                self.records.skip(group.value.line, "about the document, not an entry");
            } else if group.kind == Kind::Unknown
                && group
                    .value
                    .children()
                    .any(|item| matches!(item.value, Value::Map(_)) && holds_addresses(item))
            {
                self.records.skip(group.value.line, "a list below an entry");
            }
        }
        groups
    }

    fn group(&mut self, group: &Group<'_>, section: SectionId) {
        let is_wrapper = matches!(group.kind, Kind::Children | Kind::Nested | Kind::Links | Kind::Section(_));
        if matches!(group.value.value, Value::List(_)) {
            let section = if is_wrapper { section } else { self.child(section, group.key) };
            self.visit(group.value, section, None, Within::Map);
        } else {
            self.visit(group.value, section, (!is_wrapper).then_some(group.key), Within::Map);
        }
    }

    /// Takes an object whose values are all addresses: its keys are their names.
    fn names_with_addresses(
        &mut self,
        node: &Node<'_>,
        section: SectionId,
        key: Option<&str>,
        within: Within,
    ) -> bool {
        let is_entry = |name: &str, node: &Node<'_>| {
            kind(name) == Kind::Unknown && holds_addresses(node) && !node.is_group()
        };
        let pairs = node.pairs();
        let enough = if within == Within::Document { 2 } else { 1 };
        if pairs.len() < enough || !pairs.iter().all(|(name, node)| is_entry(name, node)) {
            return false;
        }
        let section = key.map_or(section, |key| self.child(section, key));
        for (name, node) in pairs {
            let mut fields = Fields::default();
            fields.put(&Kind::Unknown, "", node.text().unwrap_or_default());
            self.records.take(&fields, section, Some(name), node.line);
        }
        true
    }

    /// The section of this name; one without a name is the section around it.
    fn child(&mut self, section: SectionId, name: &str) -> SectionId {
        let name = one_line(name);
        if name.is_empty() { section } else { self.records.builder.child(section, &name) }
    }

    /// Learns the titles of categories.
    fn define(&mut self, definitions: &Node<'_>) {
        for definition in definitions.children() {
            let fields = Fields::of(definition);
            let is_id =
                |key: &str| matches!(kind(key), Kind::Section(_)) || matches!(key, "id" | "key" | "slug");
            let id = definition.pairs().iter().find(|(key, _)| is_id(key)).and_then(|(_, id)| id.text());
            if let (Some(id), Some(title)) = (id, fields.name()) {
                self.records.titles.insert(id.to_owned(), title.to_owned());
            }
            if fields.has_address() {
                self.records.skip(definition.line, "a definition, not an entry");
            }
        }
    }
}

/// A list that says what categories or labels are called, and lists nothing itself.
fn is_definition(group: &Group<'_>) -> bool {
    let by_name = matches!(group.kind, Kind::Section(_) | Kind::Mark)
        || matches!(group.key, "groups" | "sections" | "topics");
    by_name
        && matches!(group.value.value, Value::List(_))
        && !group.value.children().any(|item| item.children().any(Node::is_group))
}

/// True when something in a value could be the address of an entry.
fn holds_addresses(node: &Node<'_>) -> bool {
    match &node.value {
        Value::Null => false,
        Value::Text(text) => text.contains("://") && is_outside(text),
        Value::List(list) => list.iter().any(holds_addresses),
        Value::Map(pairs) => pairs.iter().any(|(key, value)| match kind(key) {
            Kind::Aside => false,
            Kind::Address(..) => value.text().is_some() || value.is_group(),
            _ => holds_addresses(value),
        }),
    }
}

#[cfg(test)]
mod tests;
