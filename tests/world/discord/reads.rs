//! A message as it reads: words without their dress, what hangs below, what can be pressed.

use std::fmt::Write as _;

use serde_json::Value;

use super::state::Message;

/// The message as somebody reads it, line by line: its text, its embeds behind a bar, its buttons and selects.
pub fn reads(message: &Message) -> String {
    if message.loading {
        return format!("{} is thinking …", message.author);
    }
    let mut text = plain(&message.content);
    let mut line = |words: &str| {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(words);
    };
    let mut urls: Vec<&str> = Vec::new();
    for embed in &message.embeds {
        // Embeds of one address are shown as one, which is the first.
        if let Some(url) = embed["url"].as_str() {
            if urls.contains(&url) {
                continue;
            }
            urls.push(url);
        }
        let mut parts = Vec::new();
        for words in [&embed["author"]["name"], &embed["title"], &embed["description"]] {
            parts.extend(words.as_str().map(plain));
        }
        for field in embed["fields"].as_array().into_iter().flatten() {
            let part = |name: &str| plain(field[name].as_str().unwrap_or_default());
            parts.push(format!("{}\n{}", part("name"), part("value")));
        }
        if let Some(image) = embed["image"]["url"].as_str() {
            parts.push(format!("<{}>", image.trim_start_matches("attachment://")));
        }
        parts.extend(embed["footer"]["text"].as_str().map(str::to_owned));
        for words in parts.iter().flat_map(|part| part.lines()) {
            line(&format!("│ {words}"));
        }
    }
    let shown = |name: &str| {
        message.embeds.iter().any(|it| it["image"]["url"] == format!("attachment://{name}").as_str())
    };
    for (name, _) in message.files.iter().filter(|(name, _)| !shown(name)) {
        line(&format!("<{name}>"));
    }
    for row in &message.components {
        let controls = row["components"].as_array().into_iter().flatten().map(control);
        line(&controls.collect::<Vec<_>>().join(" "));
    }
    text
}

fn control(it: &Value) -> String {
    let words = |name: &str| it[name].as_str().unwrap_or_default();
    if it["type"] == 2 {
        let emoji = it["emoji"]["name"].as_str().map(|emoji| format!("{emoji} ")).unwrap_or_default();
        let off = if it["disabled"] == true { " (off)" } else { "" };
        return format!("[{emoji}{}{off}]", words("label"));
    }
    let mut text = format!("({}:", words("placeholder"));
    for option in it["options"].as_array().into_iter().flatten() {
        let mark = if option["default"] == true { "*" } else { "" };
        // Writing to a text does not fail.
        let _ = write!(text, " {mark}{},", option["label"].as_str().unwrap_or_default());
    }
    format!("{})", text.trim_end_matches(','))
}

/// Markdown as it reads: escapes are the characters they stand for, links are their words, emphasis is gone.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        match c {
            '\\' if after.starts_with(|next: char| next.is_ascii_punctuation()) => {
                out.push_str(&after[..1]);
                rest = &after[1..];
            }
            '[' => {
                if let Some((words, left)) = link(rest) {
                    out.push_str(&plain(words));
                    rest = left;
                } else {
                    out.push(c);
                    rest = after;
                }
            }
            '*' => rest = after.trim_start_matches('*'),
            '`' => rest = after,
            '_' if after.starts_with('_') => rest = &after[1..],
            '~' if after.starts_with('~') => rest = &after[1..],
            '|' if after.starts_with('|') => {
                out.push('█');
                rest = &after[1..];
            }
            _ => {
                out.push(c);
                rest = after;
            }
        }
    }
    let heading = |line: &str| {
        let bare = line.strip_prefix("-#").unwrap_or(line).trim_start_matches('#');
        if bare.len() < line.len() && bare.starts_with(' ') { bare[1..].to_owned() } else { line.to_owned() }
    };
    out.lines().map(heading).collect::<Vec<_>>().join("\n")
}

/// The words of a link this text begins with, and what follows it.
fn link(text: &str) -> Option<(&str, &str)> {
    let mut escaped = false;
    let end = text.char_indices().skip(1).find(|(_, c)| {
        let ends = *c == ']' && !escaped;
        escaped = *c == '\\' && !escaped;
        ends
    });
    let (end, _) = end?;
    let target = text[end + 1..].strip_prefix('(')?;
    let close = target.find(')')?;
    let url = target[..close].trim_start_matches('<').trim_end_matches('>');
    let proper = url.starts_with("http://") || url.starts_with("https://");
    (proper && !url.contains(char::is_whitespace)).then(|| (&text[1..end], &target[close + 1..]))
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn markdown_reads_as_people_see_it() {
        for (written, read) in [
            ("a \\*b\\* **c**", "a *b* c"),
            ("[etcd](https://etcd.io) is *new*", "etcd is new"),
            ("[a\\]b](<https://x.y/(z>) c", "a]b c"),
            ("[no](javascript:x)", "[no](javascript:x)"),
            ("## Head\n-# small\n#no", "Head\nsmall\n#no"),
            ("||hidden||", "█hidden█"),
            ("\\|\\|shown\\|\\|", "||shown||"),
        ] {
            assert_eq!(plain(written), read, "{written}");
        }
    }
}
