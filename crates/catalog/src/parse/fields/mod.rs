//! What the fields of one object or row of a structured catalog say together.

mod kind;

pub(super) use self::kind::{Kind, Short, kind};
use super::data::{Node, Value};
use super::text;
use crate::key::{EntryKey, name_from_url};
use crate::model::{Figure, Link};

/// Rank of a field that is known to be an address only by its value.
const BY_VALUE: u8 = 100;

/// What the fields of one object or row say.
#[derive(Clone, Debug, Default)]
pub(super) struct Fields {
    name: Option<(u8, String)>,
    addresses: Vec<(u8, String, String)>,
    /// An address field was filled, but leads nowhere outside.
    pub(super) has_unusable_address: bool,
    description: Option<(u8, String)>,
    pub(super) sections: Vec<(u8, String)>,
    pub(super) marks: Vec<String>,
    pub(super) figures: Vec<Figure>,
    pub(super) is_ranked: bool,
    links: Vec<Link>,
    /// A date says that whoever wrote the document could not reach the project.
    is_unreachable: bool,
}

impl Fields {
    /// What the plain values of an object say, lists of them and further links included.
    pub(super) fn of(object: &Node<'_>) -> Self {
        let mut fields = Self::default();
        for (key, node) in object.pairs() {
            let kind = kind(key);
            match &node.value {
                Value::Null => {}
                Value::Text(text) => fields.put(&kind, key, text),
                Value::List(list) => {
                    let is_plain =
                        matches!(kind, Kind::Mark | Kind::Section(_) | Kind::Address(..) | Kind::Links);
                    for text in list.iter().filter(|_| is_plain).filter_map(Node::text) {
                        fields.put(&kind, key, text);
                    }
                    if kind == Kind::Links {
                        for link in list {
                            fields.put_link(link);
                        }
                    }
                }
                Value::Map(pairs) => match kind {
                    // A repository as manifests write it: its type and its address.
                    Kind::Address(..) => {
                        let inner = Self::of(node);
                        fields.addresses.extend(
                            inner
                                .addresses
                                .into_iter()
                                .map(|(_, _, url)| (rank(&kind), key.to_string(), url)),
                        );
                    }
                    Kind::Links => pairs.iter().for_each(|(label, node)| {
                        let url = node.text().filter(|text| is_outside(text));
                        if let Some(url) = url.and_then(|url| complete(url, Short::Host)) {
                            fields.links.push(Link { name: words(label), url });
                        }
                    }),
                    _ => {}
                },
            }
        }
        fields.settle();
        fields
    }

    /// Takes a value; `label` is the field's name as it is written.
    pub(super) fn put(&mut self, kind: &Kind, label: &str, value: &str) {
        let value = one_line(value);
        if value.is_empty() {
            return;
        }
        match kind {
            Kind::Name(rank) => {
                let bare = text::name(&value);
                keep_lowest(&mut self.name, *rank, if bare.is_empty() { value } else { bare });
            }
            Kind::Description(rank) => keep_lowest(&mut self.description, *rank, value),
            Kind::Address(rank, short) => match complete(&value, *short) {
                Some(url) => self.addresses.push((*rank, label.to_owned(), url)),
                None => self.has_unusable_address = true,
            },
            Kind::Section(level) => self.sections.push((*level, value)),
            Kind::Mark => {
                let marks = value.split([',', ';', '|']).map(str::trim).filter(|mark| !mark.is_empty());
                self.marks.extend(marks.map(str::to_owned));
            }
            Kind::Figure(_) if text::is_unset_date(&value) => self.is_unreachable = true,
            Kind::Figure(metric) => {
                if let Some(number) = text::value(&value) {
                    self.figures.push(Figure { metric: metric.clone(), shown: value, value: number });
                }
            }
            Kind::Rank => self.is_ranked = true,
            Kind::Unknown | Kind::Links | Kind::Nested | Kind::Children => {
                let is_link =
                    (value.starts_with("https://") || value.starts_with("http://")) && is_outside(&value);
                if is_link && !value.starts_with("https://api.github.com/") {
                    self.addresses.push((BY_VALUE, label.to_owned(), value));
                }
            }
            Kind::Aside => {}
        }
    }

    /// A further link written as an object: its name and its address.
    fn put_link(&mut self, link: &Node<'_>) {
        let inner = Self::of(link);
        if let Some((_, label, url)) = inner.addresses.first() {
            let name = inner.name.map_or_else(|| words(label), |(_, name)| name);
            self.links.push(Link { name, url: url.clone() });
        }
    }

    /// To be called when all values are in: brings addresses into their order and drops values that stand for
    /// nothing.
    pub(super) fn settle(&mut self) {
        self.addresses.sort_by_key(|(rank, ..)| *rank); // stable: the document's order within a rank
        if self.is_unreachable {
            self.figures.retain(|figure| figure.value != 0.0);
        }
    }

    /// True when there is an address an entry could be known by.
    pub(super) fn has_address(&self) -> bool {
        !self.addresses.is_empty()
    }

    /// The name, if there is one.
    pub(super) fn name(&self) -> Option<&str> {
        self.name.as_ref().map(|(_, name)| name.as_str())
    }

    /// The description, empty when there is none.
    pub(super) fn description(&self) -> &str {
        self.description.as_ref().map_or("", |(_, description)| description)
    }

    /// Key, name, address and further links of the entry; `fallback` names it when it does not name itself.
    pub(super) fn identity(&self, fallback: Option<&str>) -> Option<(EntryKey, String, String, Vec<Link>)> {
        let ((_, _, url), rest) = self.addresses.split_first()?;
        let key = EntryKey::from_url(url)?;
        let fallback = fallback.map(one_line).filter(|name| !name.is_empty());
        let name = self.name().map(str::to_owned).or(fallback).or_else(|| name_from_url(url))?;
        let mut links = Vec::new();
        let further = rest.iter().map(|(_, label, url)| Link { name: words(label), url: url.clone() });
        for link in further.chain(self.links.iter().cloned()) {
            let is_for_programs = link.url.starts_with("https://api.github.com/");
            if link.url != *url && !is_for_programs && !links.contains(&link) {
                links.push(link);
            }
        }
        Some((key, name, url.clone(), links))
    }
}

fn rank(kind: &Kind) -> u8 {
    match kind {
        Kind::Address(rank, _) => *rank,
        _ => BY_VALUE,
    }
}

fn keep_lowest(slot: &mut Option<(u8, String)>, rank: u8, value: String) {
    if slot.as_ref().is_none_or(|(known, _)| rank < *known) {
        *slot = Some((rank, value));
    }
}

/// A field's name as words: `repo_url` reads "repo url".
fn words(label: &str) -> String {
    one_line(&label.replace(['_', '-'], " "))
}

/// A text on one line, blanks and control characters folded.
pub(super) fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

/// True for an address that gives a key.
pub(super) fn is_outside(text: &str) -> bool {
    EntryKey::from_url(text).is_some()
}

/// An address from what a field holds: the address itself, `owner/repo`, or a host without its scheme.
fn complete(value: &str, short: Short) -> Option<String> {
    if is_outside(value) {
        let scheme = if value.starts_with("//") { "https:" } else { "" };
        return Some(format!("{scheme}{value}"));
    }
    if value.contains([' ', ':', '\\', '@']) || value.starts_with(['/', '#', '.', '?']) {
        return None;
    }
    let is_word =
        |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    if let Short::Repository(host) = short
        && let Some((owner, name)) = value.trim_end_matches('/').split_once('/')
        && is_word(owner)
        && !owner.contains('.')
        && name.split('/').all(is_word)
    {
        return Some(format!("https://{host}/{owner}/{name}"));
    }
    let host = value.split(['/', '?', '#']).next().unwrap_or_default();
    let (front, top) = host.rsplit_once('.')?;
    let is_host = is_word(front) && top.len() >= 2 && top.chars().all(char::is_alphabetic);
    let url = format!("https://{value}");
    (is_host && is_outside(&url)).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::Metric;

    #[test]
    fn short_addresses_are_completed() {
        let github = Short::Repository("github.com");
        let table = [
            ("https://a.example/x", Short::Host, Some("https://a.example/x")),
            ("//a.example/x", github, Some("https://a.example/x")),
            ("a.example/x", Short::Host, Some("https://a.example/x")),
            ("www.a.example", Short::Host, Some("https://www.a.example")),
            ("owner/repo", Short::Host, None),
            ("owner/repo.rs", github, Some("https://github.com/owner/repo.rs")),
            ("a.example/repo", github, Some("https://a.example/repo")),
            ("group/sub/tool", Short::Repository("gitlab.com"), Some("https://gitlab.com/group/sub/tool")),
            ("#part", Short::Host, None),
            ("docs/guide.md", Short::Host, None),
            ("n/a", Short::Host, None),
            ("-", github, None),
            ("mailto:a@b.example", Short::Host, None),
            ("1.5", Short::Host, None),
        ];
        for (value, short, expected) in table {
            assert_eq!(complete(value, short).as_deref(), expected, "{value}");
        }
    }

    #[test]
    fn zeros_beside_a_date_that_never_was_are_unknown() {
        let mut fields = Fields::default();
        for (name, value) in [("stars", "0"), ("Last Updated", "0001-01-01T00:00:00Z"), ("forks", "12")] {
            fields.put(&kind(name), name, value);
        }
        fields.settle();
        let left: Vec<_> =
            fields.figures.iter().map(|figure| (&figure.metric, figure.value as u32)).collect();
        assert_eq!(left, [(&Metric::Forks, 12)]);
    }
}
