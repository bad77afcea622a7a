//! Columns that fit a width: what does not fit side by side goes on its own line, and what is too long is cut.

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};
use whimbrel_lookup::Item;

/// Columns between two columns.
const GAP: usize = 2;

/// A text beside the others is worth its place from this width on.
const WORTH: usize = 24;

/// The widest name beside other columns.
const NAME: usize = 36;

/// The widest column of words, where there is little room.
const WORDS: usize = 22;

/// Columns a text takes.
pub(super) fn columns(text: &str) -> usize {
    text.width()
}

/// The text in at most so many columns, cut with `…`.
pub(super) fn cut(text: &str, most: usize) -> String {
    if columns(text) <= most {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut used = 1;
    for letter in text.chars() {
        used += letter.width().unwrap_or(0);
        if used > most {
            break;
        }
        kept.push(letter);
    }
    format!("{}…", kept.trim_end())
}

/// The text filled up with blanks, on the left for numbers.
pub(super) fn padded(text: &str, width: usize, right: bool) -> String {
    let blanks = " ".repeat(width.saturating_sub(columns(text)));
    if right { format!("{blanks}{text}") } else { format!("{text}{blanks}") }
}

/// The text in lines of at most so many columns, broken at blanks where there are some.
pub(super) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().expect("there is always a line");
        let used = columns(line);
        if used == 0 {
            *line = cut(word, width);
        } else if used + 1 + columns(word) <= width {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(cut(word, width));
        }
    }
    lines
}

/// The labels of the facts of these items, in the order they come first.
pub(super) fn labels(items: &[Item]) -> Vec<&str> {
    let mut labels: Vec<&str> = Vec::new();
    for fact in items.iter().flat_map(|item| &item.facts) {
        if !labels.contains(&fact.label.as_str()) {
            labels.push(&fact.label);
        }
    }
    labels
}

/// A list as rows of cells: what stands in a heading, and the lines below it.
pub(super) struct Table {
    /// Names of the columns, padded; empty where nothing has a label.
    pub(super) heading: String,
    /// Rows, each of one or more lines; the first one has the name.
    pub(super) rows: Vec<Vec<String>>,
}

/// Items side by side with their facts; words are cut before the columns are given up.
pub(super) fn table(items: &[Item], width: usize) -> Table {
    [usize::MAX, WORDS]
        .into_iter()
        .find_map(|most| beside(items, width, most))
        .unwrap_or_else(|| blocks(items, width))
}

/// Items in columns, those of words no wider than `most`. `None` where they do not fit.
fn beside(items: &[Item], width: usize, most: usize) -> Option<Table> {
    let labels = labels(items);
    let ranks = items.iter().filter_map(|item| item.rank).max().map_or(0, |rank| rank.to_string().len());
    let name = items.iter().map(|item| columns(&item.name)).max().unwrap_or(0);
    let name = if labels.is_empty() { name.min(width) } else { name.min(NAME) };
    let cell = |item: &Item, label: &str| item.fact(label).map_or_else(String::new, |fact| fact.text.clone());
    let right =
        |label: &str| items.iter().all(|item| item.fact(label).is_none_or(|fact| fact.number.is_some()));
    let widest = |label: &str| items.iter().map(|item| columns(&cell(item, label))).max().unwrap_or(0);
    let width_of = |label: &str| if right(label) { widest(label) } else { widest(label).min(most) };
    let widths: Vec<usize> = labels.iter().map(|label| width_of(label).max(columns(label))).collect();
    let lead = if ranks > 0 { ranks + GAP } else { 0 };
    let beside = lead + name + widths.iter().map(|width| width + GAP).sum::<usize>();
    if beside > width {
        return None;
    }
    let room = width - beside;
    let has_text = items.iter().any(|item| !item.text.is_empty());
    let text_beside = has_text && room >= WORTH + GAP;
    let line = |rank: &str, called: &str, cells: &dyn Fn(usize) -> String| {
        let mut line = if lead > 0 {
            format!("{}{}", padded(rank, ranks, true), " ".repeat(GAP))
        } else {
            String::new()
        };
        line.push_str(&padded(&cut(called, name), name, false));
        for (at, width) in widths.iter().enumerate() {
            line.push_str(&" ".repeat(GAP));
            line.push_str(&padded(&cut(&cells(at), *width), *width, right(labels[at])));
        }
        line
    };
    let heading = if labels.is_empty() {
        String::new()
    } else {
        line("", "", &|at| labels[at].to_owned()).trim_end().to_owned()
    };
    let rows = items.iter().map(|item| {
        let rank = item.rank.map_or_else(String::new, |rank| rank.to_string());
        let mut first = line(&rank, &item.name, &|at| cell(item, labels[at]));
        let mut rest = Vec::new();
        if text_beside {
            first.push_str(&" ".repeat(GAP));
            first.push_str(&cut(&item.text, room - GAP));
        } else if !item.text.is_empty() {
            rest.push(format!("{}{}", " ".repeat(lead + 2), cut(&item.text, width.saturating_sub(lead + 2))));
        }
        std::iter::once(first.trim_end().to_owned()).chain(rest).collect()
    });
    Some(Table { heading, rows: rows.collect() })
}

/// Items one below the other, where there is no room for columns.
fn blocks(items: &[Item], width: usize) -> Table {
    let rows = items.iter().map(|item| {
        let rank = item.rank.map_or_else(String::new, |rank| format!("{rank}. "));
        let mut lines = vec![cut(&format!("{rank}{}", item.name), width)];
        let facts: Vec<String> =
            item.facts.iter().map(|fact| format!("{} {}", fact.label, fact.text)).collect();
        let inner = width.saturating_sub(4);
        for text in [facts.join(" · "), item.text.clone()] {
            if !text.is_empty() {
                lines.extend(wrapped(&text, inner).into_iter().take(3).map(|line| format!("    {line}")));
            }
        }
        lines
    });
    Table { heading: String::new(), rows: rows.collect() }
}

/// Things compared: a row for each fact, a column for each thing. `None` where they do not fit.
pub(super) fn side_by_side(items: &[Item], width: usize) -> Option<Table> {
    let labels = labels(items);
    let first = labels.iter().map(|label| columns(label)).max()?;
    let each = width.checked_sub(first)? / items.len().max(1);
    let each = each.checked_sub(GAP).filter(|each| *each >= 10)?;
    let cell = |item: &Item, label: &str| item.fact(label).map_or_else(String::new, |fact| fact.text.clone());
    let widths: Vec<usize> = items
        .iter()
        .map(|item| {
            let cells = labels.iter().map(|label| columns(&cell(item, label)));
            cells.chain([columns(&item.name)]).max().unwrap_or(0).min(each)
        })
        .collect();
    let line = |label: &str, cells: &dyn Fn(&Item) -> String| {
        let mut line = padded(label, first, false);
        for (item, width) in items.iter().zip(&widths) {
            line.push_str(&" ".repeat(GAP));
            line.push_str(&padded(&cut(&cells(item), *width), *width, true));
        }
        line.trim_end().to_owned()
    };
    let heading = line("", &|item| item.name.clone());
    let rows = labels.iter().map(|label| vec![line(label, &|item| cell(item, label))]).collect();
    Some(Table { heading, rows })
}

#[cfg(test)]
mod tests {
    use whimbrel_lookup::Fact;

    use super::*;

    fn item(rank: u32, name: &str, stars: &str, text: &str) -> Item {
        let fact =
            Fact { label: "Stars".to_owned(), text: stars.to_owned(), number: Some(1), ..Fact::default() };
        Item {
            rank: Some(rank),
            name: name.to_owned(),
            text: text.to_owned(),
            facts: vec![fact],
            ..Item::default()
        }
    }

    fn lines(table: &Table) -> Vec<&str> {
        std::iter::once(table.heading.as_str())
            .chain(table.rows.iter().flatten().map(String::as_str))
            .collect()
    }

    #[test]
    fn columns_fit_every_width() {
        let items = [item(9, "etcd", "50,000", "A store for what matters most"), item(10, "数据库", "7", "")];
        let wide = table(&items, 60);
        assert_eq!(
            lines(&wide),
            ["             Stars", " 9  etcd    50,000  A store for what matters most", "10  数据库       7",]
        );
        let narrow = table(&items, 30);
        assert_eq!(narrow.rows[0], [" 9  etcd    50,000", "      A store for what matter…"]);
        let tiny = table(&items, 14);
        assert_eq!(tiny.rows[0][..2], ["9. etcd", "    Stars"]);
        for width in 1..80 {
            for line in lines(&table(&items, width)) {
                assert!(columns(line) <= width.max(12), "{width}: `{line}`");
            }
        }
    }

    #[test]
    fn long_texts_are_cut_between_letters() {
        assert_eq!(cut("abc", 3), "abc");
        assert_eq!(cut("abcd", 3), "ab…");
        assert_eq!(cut("数据库", 4), "数…");
        assert_eq!(wrapped("a bb ccc dddd", 4), ["a bb", "ccc", "dddd"]);
    }

    #[test]
    fn compared_things_are_columns() {
        let items = [item(1, "etcd", "50,000", ""), item(2, "consul", "7", "")];
        let side = side_by_side(&items, 40).unwrap();
        assert_eq!(lines(&side), ["         etcd  consul", "Stars  50,000       7"]);
        assert!(side_by_side(&items, 20).is_none());
    }
}
