//! Which format a text is in.

use super::{Format, Hint};

/// How many lines are looked at when the name says nothing.
const SAMPLE_LINES: usize = 60;

/// What the configuration says, else what the name's ending says, else what the text looks like; in doubt Markdown,
/// which takes any text.
pub(super) fn format(text: &str, hint: Hint<'_>) -> Format {
    hint.format.or_else(|| of_name(hint.name?)).unwrap_or_else(|| of_text(text))
}

fn of_name(name: &str) -> Option<Format> {
    let name = name.split(['?', '#']).next()?;
    let (_, ending) = name.rsplit_once('.')?;
    Some(match ending.to_ascii_lowercase().as_str() {
        "md" | "markdown" | "mdown" | "mkd" | "mdx" | "rmd" | "qmd" => Format::Markdown,
        "org" => Format::Org,
        "yaml" | "yml" => Format::Yaml,
        "json" => Format::Json,
        "csv" | "tsv" => Format::Csv,
        _ => return None,
    })
}

fn of_text(text: &str) -> Format {
    let trimmed = text.trim();
    if is_json(trimmed) {
        return Format::Json;
    }
    let lines: Vec<&str> =
        trimmed.lines().map(str::trim_end).filter(|line| !line.is_empty()).take(SAMPLE_LINES).collect();
    if is_org(&lines) {
        Format::Org
    } else if lines.iter().any(|line| line.contains("](") || line.starts_with("```")) {
        Format::Markdown
    } else if is_yaml(&lines) {
        Format::Yaml
    } else if lines.len() > 1 && super::csv::is_header(lines[0]) {
        Format::Csv
    } else {
        Format::Markdown
    }
}

/// An object or a list of objects. A Markdown link begins with a bracket, too, but goes on with words.
fn is_json(text: &str) -> bool {
    let next = |text: &str| text[1..].trim_start().chars().next();
    match text.chars().next() {
        Some('{') => text.ends_with('}') && matches!(next(text), Some('"' | '}')),
        Some('[') => {
            text.ends_with(']') && matches!(next(text), Some('{' | '[' | '"' | ']')) && !text.contains("](")
        }
        _ => false,
    }
}

/// A keyword line, or a link as only Org-mode writes it.
fn is_org(lines: &[&str]) -> bool {
    let is_keyword =
        |line: &str| line.strip_prefix("#+").is_some_and(|rest| rest.starts_with(char::is_alphabetic));
    let first = lines.first().copied().unwrap_or_default();
    is_keyword(first)
        || first.contains("-*- mode: org")
        || lines.iter().any(|line| {
            line.split_once("[[http").is_some_and(|(_, link)| link.contains("][") && !link.contains("]("))
        })
}

/// Nearly every line is a key or a dash. (Front matter is closed by `---` and followed by other lines.)
fn is_yaml(lines: &[&str]) -> bool {
    let is_comment = |line: &str| line.trim_start().starts_with('#');
    let is_key = |line: &str| {
        let line = line.trim_start();
        let line = line.strip_prefix("- ").unwrap_or(line);
        line.split_once(':').is_some_and(|(key, value)| {
            !key.is_empty()
                && key.chars().all(|c| c.is_alphanumeric() || "_-\"' ".contains(c))
                && (value.is_empty() || value.starts_with(' '))
        })
    };
    let body: Vec<_> = lines.iter().filter(|line| !is_comment(line) && **line != "---").collect();
    let keys = body.iter().filter(|line| is_key(line)).count();
    body.first().is_some_and(|line| is_key(line)) && keys >= 2 && keys * 10 >= body.len() * 7
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_of_the_name_says_it() {
        let table = [
            ("README.md", Format::Markdown),
            ("emacs.ORG", Format::Org),
            ("landscape.yml", Format::Yaml),
            ("projects.yaml", Format::Yaml),
            ("data.json?raw=true", Format::Json),
            ("list.tsv", Format::Csv),
        ];
        for (name, format) in table {
            assert_eq!(
                super::format("- [a](https://a.example)", Hint { name: Some(name), format: None }),
                format
            );
        }
        let hint = Hint { name: Some("x.json"), format: Some(Format::Org) };
        assert_eq!(super::format("", hint), Format::Org, "the configuration is right");
    }

    #[test]
    fn the_text_says_it_when_the_name_does_not() {
        let table = [
            ("{\"projects\": []}", Format::Json),
            ("[\n  {\"name\": \"x\"}\n]", Format::Json),
            ("[\"A talk\"](https://a.example) is fine", Format::Markdown),
            ("[![badge](https://b.example)](https://a.example)\n# List", Format::Markdown),
            ("#+TITLE: Lists\n* One\n", Format::Org),
            ("* One\n- [[https://a.example][A]] - text", Format::Org),
            ("- [[crate](https://b.example)] text", Format::Markdown),
            (
                "# tools we like\n- name: A\n  url: https://a.example\n- name: B\n  url: https://b.example\n",
                Format::Yaml,
            ),
            ("projects:\n  - name: A\n    github_id: a/a\n", Format::Yaml),
            ("---\ntitle: List\n---\n\n# List\n\n- [A](https://a.example)\n", Format::Markdown),
            ("name,url,description\nA,https://a.example,first\n", Format::Csv),
            ("Name;Homepage;Sterne\nA;https://a.example;3\n", Format::Csv),
            ("Some words, a url, and more\nnothing else\n", Format::Markdown),
            ("# List\n\n* https://a.example\n", Format::Markdown),
            ("- Note: this is text\n- Another: more\nand a line\nand a line\nand a line\n", Format::Markdown),
        ];
        for (text, format) in table {
            for name in [None, Some("seed.txt"), Some("README")] {
                assert_eq!(super::format(text, Hint { name, format: None }), format, "{text}");
            }
        }
    }
}
