//! Which format a text is in.

use super::{Format, Hint};

/// What the configuration says, else what the name's ending says, else Markdown.
pub(super) fn format(_text: &str, hint: Hint<'_>) -> Format {
    let ending =
        hint.name.and_then(|name| name.rsplit_once('.')).map(|(_, ending)| ending.to_ascii_lowercase());
    hint.format.unwrap_or(match ending.as_deref() {
        Some("org") => Format::Org,
        Some("yaml" | "yml") => Format::Yaml,
        Some("json") => Format::Json,
        Some("csv") => Format::Csv,
        _ => Format::Markdown,
    })
}
