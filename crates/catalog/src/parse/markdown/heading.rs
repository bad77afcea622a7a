//! Headings: the sections they open, the ones that hold no entries, views of one list, and linked headings that
//! are entries themselves.

use super::line::{Line, Look};
use super::sense::{self, Parts, Sense};
use crate::change::Metric;
use crate::parse::build::{Builder, SectionId};
use crate::parse::text;

/// The headings above the place that is being read.
#[derive(Debug, Default)]
pub(super) struct Headings {
    stack: Vec<Heading>,
    /// All linked headings so far.
    pub(super) linked: Vec<Linked>,
    top: Option<Top>,
    counted: usize,
}

#[derive(Debug)]
struct Heading {
    level: u8,
    section: SectionId,
    above: SectionId,
    kind: Kind,
    /// Its place in `linked`.
    linked: Option<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Plain,
    /// A table of contents: spoils what stands directly under it.
    Contents,
    /// About the list and not part of it, with all its sub-headings.
    Apart,
    /// A further order of the list above it.
    View(Metric),
    /// A further order, if a table with such a column follows.
    PerhapsView(Metric),
}

/// A heading that is a link.
#[derive(Debug)]
pub(super) struct Linked {
    pub(super) parts: Parts,
    pub(super) offset: usize,
    /// The section it stands in.
    pub(super) above: SectionId,
    /// The section it is, if entries stand below it.
    pub(super) own: SectionId,
    /// The linked heading it stands under.
    pub(super) under: Option<usize>,
    /// Entries stand below it.
    pub(super) holds: bool,
}

#[derive(Clone, Copy, Debug)]
struct Top {
    level: u8,
    section: SectionId,
    alone: bool,
    first: bool,
}

/// Where a table or list stands.
#[derive(Clone, Debug)]
pub(super) struct Where {
    /// The section.
    pub(super) section: SectionId,
    /// What the list is ordered by, if the headings say so.
    pub(super) view: Option<Metric>,
    /// What it is ordered by if it shows that metric, and the section it then belongs to.
    pub(super) perhaps: Option<(Metric, SectionId)>,
}

impl Headings {
    /// A heading was read.
    pub(super) fn add(&mut self, level: u8, line: &Line<'_>, builder: &mut Builder) {
        let name = visible_words(line);
        if name.is_empty() {
            return; // a logo
        }
        while self.stack.last().is_some_and(|heading| heading.level >= level) {
            self.stack.pop();
        }
        let above = self.section();
        let inside_apart = self.stack.iter().any(|heading| heading.kind == Kind::Apart);
        let kind = if inside_apart { Kind::Apart } else { kind(&name) };
        let section = if matches!(kind, Kind::View(_)) { above } else { builder.child(above, &name) };
        let under = self.stack.iter().rev().find_map(|heading| heading.linked);
        let linked = (kind == Kind::Plain).then(|| link_of(line)).flatten().map(|parts| Linked {
            parts,
            offset: line.offset,
            above,
            own: section,
            under,
            holds: false,
        });
        let linked = linked.map(|linked| {
            self.linked.push(linked);
            self.linked.len() - 1
        });
        // a licence or contents heading beside the title is no second title, but it can stand beside sections
        let competes =
            !matches!(kind, Kind::View(_)) && (level > 1 || !matches!(kind, Kind::Apart | Kind::Contents));
        if competes {
            self.note_top(level, section);
        }
        self.counted += 1;
        self.stack.push(Heading { level, section, above, kind, linked });
    }

    /// True before the first heading.
    pub(super) fn is_before_first(&self) -> bool {
        self.counted == 0 && self.stack.is_empty()
    }

    /// The section that is being read.
    pub(super) fn section(&self) -> SectionId {
        self.stack.last().map_or(SectionId::ROOT, |heading| heading.section)
    }

    /// The same, with what the headings say about order.
    pub(super) fn place(&self) -> Where {
        let view = self.stack.iter().rev().find_map(|heading| match &heading.kind {
            Kind::View(metric) => Some(metric.clone()),
            _ => None,
        });
        let perhaps = self.stack.last().and_then(|heading| match &heading.kind {
            Kind::PerhapsView(metric) => Some((metric.clone(), heading.above)),
            _ => None,
        });
        Where { section: self.section(), view, perhaps }
    }

    /// Why nothing that stands here is an entry.
    pub(super) fn spoiled(&self) -> Option<&'static str> {
        match self.stack.last()?.kind {
            Kind::Contents => Some("contents"),
            Kind::Apart => Some("licence or contributing section"),
            _ => None,
        }
    }

    /// An entry was found here: the linked headings above it are sections.
    pub(super) fn found(&mut self) {
        if !self.linked.is_empty() {
            for heading in &self.stack {
                if let Some(linked) = heading.linked {
                    self.linked[linked].holds = true;
                }
            }
        }
    }

    /// The innermost linked heading, if nothing below it made it a section.
    pub(super) fn open_link(&self) -> Option<usize> {
        let linked = self.stack.last()?.linked?;
        (!self.linked[linked].holds).then_some(linked)
    }

    /// A paragraph stands below a linked heading.
    pub(super) fn describe(&mut self, linked: usize, line: &Line<'_>) {
        let entry = &mut self.linked[linked].parts.entry;
        if entry.description.is_empty() {
            entry.description = text::description(&line.text);
        }
        let free = sense::MAX_LINKS.saturating_sub(entry.links.len());
        entry.links.extend(sense::all_links(line).into_iter().take(free));
    }

    /// The document's title: its first heading, if no other one is of as high a level.
    pub(super) fn title(&self) -> Option<SectionId> {
        self.top.filter(|top| top.alone && top.first).map(|top| top.section)
    }

    fn note_top(&mut self, level: u8, section: SectionId) {
        let first = self.counted == 0;
        match &mut self.top {
            Some(top) if level > top.level => {}
            Some(top) if level == top.level => top.alone = false,
            top => *top = Some(Top { level, section, alone: true, first }),
        }
    }
}

/// The words of a heading: links to places in the document are left out where other words stand beside them.
fn visible_words(line: &Line<'_>) -> String {
    let mut words = String::new();
    let mut at = 0;
    for span in line.spans.iter().filter(|span| span.url.starts_with('#')) {
        words.push_str(&line.text[at..span.start.max(at)]);
        at = span.end.max(at);
    }
    words.push_str(&line.text[at..]);
    let words = text::label(&words);
    if words.chars().any(char::is_alphanumeric) {
        return words;
    }
    let all = text::label(&line.text);
    if !all.is_empty() {
        return all;
    }
    // a title drawn as a picture
    let alt = line.spans.iter().find_map(|span| match &span.look {
        Look::Picture(picture) if !picture.badge => Some(text::label(&picture.alt)),
        _ => None,
    });
    alt.unwrap_or_default()
}

/// What a heading that is a link says; `None` when the link is only a part of its words.
fn link_of(line: &Line<'_>) -> Option<Parts> {
    let span = line.spans.iter().find(|span| span.look == Look::Words && sense::is_outside(&span.url))?;
    let before = &line.text[..span.start];
    let number = |c: char| c.is_ascii_digit() || matches!(c, '.' | ')' | '(');
    if !text::only_markers(before.trim_matches(number)) {
        return None;
    }
    let after = text::skip_markers(&line.text[span.end..]);
    let described = after.is_empty()
        || text::separator(after).is_some()
        || line.spans.iter().any(|other| other.start == line.text.len() - after.len());
    match sense::understand(line) {
        Sense::Entry(parts) if described && !parts.vague => Some(parts),
        _ => None,
    }
}

fn kind(name: &str) -> Kind {
    // longer headings are none of these
    const MOST_WORDS: usize = 8;
    let name = name.to_lowercase();
    let mut words = [""; MOST_WORDS + 1];
    let mut count = 0;
    let split = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    for (slot, word) in words.iter_mut().zip(split) {
        *slot = word;
        count += 1;
    }
    if count > MOST_WORDS {
        return Kind::Plain;
    }
    let words = &words[..count];
    if let Some(metric) = view(words) {
        return metric;
    }
    let first = words.first().copied().unwrap_or_default();
    match words {
        [
            "contents"
            | "toc"
            | "index"
            | "目录"
            | "目次"
            | "目錄"
            | "索引"
            | "índice"
            | "sommaire"
            | "inhalt"
            | "inhaltsverzeichnis"
            | "содержание"
            | "оглавление"
            | "sumário"
            | "navigation",
        ]
        | ["table", "of", "content" | "contents"]
        | ["quick", "links" | "navigation"]
        | ["table", "des", "matières"] => Kind::Contents,
        [
            "license" | "licence" | "licenses" | "licensing" | "copyright" | "legend" | "donate" | "donation"
            | "donations" | "credits" | "credit" | "acknowledgements" | "acknowledgments" | "acknowledgement"
            | "thanks" | "stargazers" | "maintainers" | "maintainer" | "authors" | "author" | "disclaimer"
            | "许可" | "许可证" | "协议" | "版权" | "贡献" | "贡献者" | "致谢" | "赞助" | "图例"
            | "ライセンス" | "貢献" | "лицензия",
        ]
        | ["special", "thanks"]
        | ["code", "of", "conduct"]
        | ["star", "history"]
        | ["stargazers", "over", "time"]
        | ["thanks", "to", ..]
        | ["how", "to", "contribute", ..]
        | ["core", "team"]
        | ["license" | "licence" | "copyright", "and" | "info" | "information" | "notice", ..] => Kind::Apart,
        _ if words.len() <= 4
            && words
                .iter()
                .any(|word| matches!(*word, "sponsors" | "sponsor" | "sponsorship" | "backers")) =>
        {
            Kind::Apart
        }
        // "Contributing to open source" may well be a section of a list
        _ if words.len() <= 4
            && matches!(
                first,
                "contributing"
                    | "contribute"
                    | "contributors"
                    | "contributions"
                    | "contribution"
                    | "contributor"
            )
            && !words.contains(&"source") =>
        {
            Kind::Apart
        }
        _ if name.ends_with("参与者") || name.ends_with("贡献者") || name.starts_with("贡献指南") => {
            Kind::Apart
        }
        _ => Kind::Plain,
    }
}

/// Headings such as "Ranked by Stars".
fn view(words: &[&str]) -> Option<Kind> {
    match words {
        ["ranked" | "sorted" | "ordered" | "ranking" | "rank" | "sort" | "order", "by", by @ ..]
            if !by.is_empty() =>
        {
            Some(Kind::View(metric(by).unwrap_or_else(|| Metric::Other(by.join(" ")))))
        }
        ["by" | "top" | "most" | "recently" | "latest", by @ ..] => {
            let found = metric(by).or_else(|| metric(&[words[0], by.first()?]));
            found.map(Kind::PerhapsView)
        }
        _ => metric(words).map(Kind::PerhapsView),
    }
}

fn metric(words: &[&str]) -> Option<Metric> {
    match words {
        ["starred"] => Some(Metric::Stars),
        ["forked"] => Some(Metric::Forks),
        [] => None,
        _ => text::metric_of(&words.join(" ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_of_headings() {
        for name in ["Contents", "Table of Contents", "Index", "目录"] {
            assert_eq!(kind(name), Kind::Contents, "{name}");
        }
        for name in [
            "License",
            "Contributing",
            "Contributors ✨",
            "How to contribute?",
            "Our Sponsors",
            "本项目的参与者",
        ] {
            assert_eq!(kind(name), Kind::Apart, "{name}");
        }
        for name in [
            "Contributing to Open Source",
            "License Management",
            "Index Structures",
            "Databases",
            "Star Schemas",
        ] {
            assert_eq!(kind(name), Kind::Plain, "{name}");
        }
        assert_eq!(kind("Ranked by Last Updated"), Kind::View(Metric::Updated));
        assert_eq!(kind("Sorted by Downloads"), Kind::View(Metric::Other("downloads".to_owned())));
        assert_eq!(kind("Most Stars"), Kind::PerhapsView(Metric::Stars));
        assert_eq!(kind("Forks"), Kind::PerhapsView(Metric::Forks));
    }
}
