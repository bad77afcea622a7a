//! Release notes as GitHub renders them: enough Markdown for what release notes are made of.

use std::fmt::Write as _;

use super::state::Release;

/// The notes of a release as HTML.
pub(super) fn html(release: &Release) -> String {
    release.notes_html.clone().unwrap_or_else(|| render(&release.notes))
}

/// Text within HTML.
pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn render(markdown: &str) -> String {
    let mut out = String::new();
    let mut listing = false;
    for line in markdown.lines().map(str::trim) {
        let item = line.strip_prefix("- ").or_else(|| line.strip_prefix("* "));
        if item.is_some() != listing {
            out.push_str(if listing { "</ul>\n" } else { "<ul>\n" });
            listing = item.is_some();
        }
        let level = line.bytes().take_while(|byte| *byte == b'#').count();
        // Writing to a String cannot fail.
        let _ = match item {
            Some(item) => writeln!(out, "<li>{}</li>", inline(item)),
            None if (1..=6).contains(&level) => {
                writeln!(out, "<h{level}>{}</h{level}>", inline(line[level..].trim()))
            }
            None if line.is_empty() => Ok(()),
            None => writeln!(out, "<p>{}</p>", inline(line)),
        };
    }
    if listing {
        out.push_str("</ul>\n");
    }
    out
}

/// Code, strong text and bare addresses.
fn inline(text: &str) -> String {
    let mut out = String::new();
    for (index, piece) in text.split('`').enumerate() {
        if index % 2 == 1 {
            let _ = write!(out, "<code>{}</code>", escape(piece));
            continue;
        }
        for (index, piece) in piece.split("**").enumerate() {
            let linked: Vec<String> = piece.split(' ').map(linked).collect();
            let text = linked.join(" ");
            if index % 2 == 1 {
                let _ = write!(out, "<strong>{text}</strong>");
            } else {
                out.push_str(&text);
            }
        }
    }
    out
}

fn linked(word: &str) -> String {
    let text = escape(word);
    if word.starts_with("https://") {
        format!("<a href=\"{text}\" rel=\"nofollow\">{text}</a>")
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_are_rendered() {
        let notes = "## What's changed\n\nFixes `a < b` and **more**.\n- one\n- see https://example.org/x\n";
        let expected = "<h2>What's changed</h2>\n<p>Fixes <code>a &lt; b</code> and <strong>more</strong>.</p>\n\
            <ul>\n<li>one</li>\n<li>see <a href=\"https://example.org/x\" rel=\"nofollow\">https://example.org/x</a></li>\n</ul>\n";
        assert_eq!(render(notes), expected);
    }
}
