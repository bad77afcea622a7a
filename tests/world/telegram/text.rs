//! What becomes of a text on its way: cleaned, trimmed, measured in UTF-16 units, its entities along with it.

use serde_json::{Value, json};

use super::answer::Refusal;
use super::html;
use super::parameters::Parameters;

/// The longest text of a message, and of a caption, in UTF-16 units after parsing.
pub(super) const TEXT_UNITS: usize = 4096;
pub(super) const CAPTION_UNITS: usize = 1024;

/// A marked part of a text. Offsets and lengths are UTF-16 units.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entity {
    /// `bold`, `text_link`, `pre`, `bot_command` …
    pub kind: &'static str,
    /// Where it begins.
    pub offset: usize,
    /// How long it is.
    pub length: usize,
    /// The address of a link, the language of a block.
    pub argument: String,
}

/// A text as people read it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Formatted {
    /// The words.
    pub text: String,
    /// What is marked in them.
    pub entities: Vec<Entity>,
}

const KINDS: [&str; 16] = [
    "bold",
    "italic",
    "underline",
    "strikethrough",
    "spoiler",
    "blockquote",
    "expandable_blockquote",
    "code",
    "pre",
    "text_link",
    "bot_command",
    "mention",
    "hashtag",
    "url",
    "email",
    "custom_emoji",
];

impl Entity {
    fn json(&self) -> Value {
        let mut value = json!({ "type": self.kind, "offset": self.offset, "length": self.length });
        match self.kind {
            "text_link" => value["url"] = self.argument.as_str().into(),
            "pre" if !self.argument.is_empty() => value["language"] = self.argument.as_str().into(),
            "custom_emoji" => value["custom_emoji_id"] = self.argument.as_str().into(),
            _ => {}
        }
        value
    }
}

impl Formatted {
    /// What a person types: commands in it are marked.
    pub(super) fn typed(text: &str) -> Self {
        let mut units = 0;
        let mut entities = Vec::new();
        for word in text.split_inclusive(char::is_whitespace) {
            let shown = word.trim_end();
            let name = shown.strip_prefix('/').map(|rest| rest.split('@').next().unwrap_or_default());
            let is_name = |name: &str| {
                !name.is_empty()
                    && name.len() <= 64
                    && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
            };
            let kind = if name.is_some_and(is_name) {
                "bot_command"
            } else if shown.strip_prefix('@').is_some_and(is_name) {
                "mention"
            } else {
                ""
            };
            if !kind.is_empty() {
                let length = length(shown);
                entities.push(Entity { kind, offset: units, length, argument: String::new() });
            }
            units += length(word);
        }
        Self { text: text.to_owned(), entities }
    }

    /// The entities as the API tells them.
    pub(super) fn entities_json(&self) -> Value {
        self.entities.iter().map(Entity::json).collect()
    }

    /// The text with marks people can read in a test: `*bold*`, `_italic_`, `` `code` ``, `[words](address)`.
    pub fn shown(&self) -> String {
        let units: Vec<u16> = self.text.encode_utf16().collect();
        let mut marks: Vec<(usize, u8, usize, String)> = Vec::new();
        for (order, entity) in self.entities.iter().enumerate() {
            let (before, after) = match entity.kind {
                "bold" => ("*", "*".to_owned()),
                "italic" => ("_", "_".to_owned()),
                "underline" => ("__", "__".to_owned()),
                "strikethrough" => ("~", "~".to_owned()),
                "spoiler" => ("||", "||".to_owned()),
                "code" => ("`", "`".to_owned()),
                "pre" => ("```", "```".to_owned()),
                "blockquote" | "expandable_blockquote" => ("> ", String::new()),
                "text_link" => ("[", format!("]({})", entity.argument)),
                _ => continue,
            };
            marks.push((entity.offset, 1, order, before.to_owned()));
            marks.push((entity.offset + entity.length, 0, usize::MAX - order, after));
        }
        marks.sort();
        let (mut shown, mut at) = (String::new(), 0);
        for (offset, _, _, mark) in marks {
            shown.push_str(&String::from_utf16_lossy(&units[at..offset]));
            shown.push_str(&mark);
            at = offset;
        }
        shown.push_str(&String::from_utf16_lossy(&units[at..]));
        shown
    }

    /// The text and entities after the service's cleaning: control characters are spaces, direction overrides are gone,
    /// spaces at both ends are gone, and so are entities without text.
    fn cleaned(self) -> Self {
        // For each unit before, how many stand before it afterwards.
        let mut map = Vec::with_capacity(self.text.len() + 1);
        let (mut text, mut units) = (String::with_capacity(self.text.len()), 0);
        for character in self.text.chars() {
            map.extend(std::iter::repeat_n(units, character.len_utf16()));
            let kept = match character {
                '\n' => Some('\n'),
                '\r' | '\u{2028}'..='\u{202e}' | '\u{333}' | '\u{33f}' | '\u{30a}' => None,
                '\0'..='\u{1f}' => Some(' '),
                other => Some(other),
            };
            if let Some(kept) = kept {
                text.push(kept);
                units += kept.len_utf16();
            }
        }
        map.push(units);
        let trimmed = text.trim_end_matches([' ', '\n']);
        let begin = trimmed.len() - trimmed.trim_start_matches([' ', '\n']).len();
        let (first, last) = (length(&trimmed[..begin]), length(trimmed));
        let place = |unit: usize| map.get(unit).map_or(last, |unit| *unit).clamp(first, last) - first;
        let entities = self.entities.into_iter().filter_map(|entity| {
            let (from, to) = (place(entity.offset), place(entity.offset + entity.length));
            (from < to).then_some(Entity { offset: from, length: to - from, ..entity })
        });
        Self { entities: entities.collect(), text: trimmed[begin..].to_owned() }
    }

    /// Whether nothing of it can be seen.
    fn is_blank(&self) -> bool {
        let unseen = |c: char| {
            c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}')
        };
        self.text.chars().all(unseen)
    }
}

/// How long a text is for the service.
pub(super) fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

/// The text a request brings under this name, with `parse_mode` or the entities of that name.
pub(super) fn read(ask: &Parameters, name: &str, entities: &str) -> Result<Formatted, Refusal> {
    read_from(
        &ask.text(name).unwrap_or_default(),
        ask.text("parse_mode").as_deref(),
        ask.json(entities)?.as_ref(),
    )
}

/// The same from its pieces, as media groups have them.
pub(super) fn read_from(
    text: &str,
    mode: Option<&str>,
    marked: Option<&Value>,
) -> Result<Formatted, Refusal> {
    let formatted = match mode.map(str::to_ascii_lowercase).as_deref() {
        None | Some("" | "none") => Formatted { text: text.to_owned(), entities: entities(text, marked)? },
        Some("html") => {
            let (text, entities) =
                html::parse(text).map_err(|error| Refusal::bad(format!("Can't parse entities: {error}")))?;
            Formatted { text, entities }
        }
        Some("markdown" | "markdownv2") => {
            return Err(Refusal::bad("the stand-in reads parse_mode HTML only"));
        }
        Some(_) => return Err(Refusal::bad("unsupported parse_mode")),
    };
    Ok(formatted.cleaned())
}

/// A text that has to be there and to fit.
pub(super) fn required(formatted: Formatted) -> Result<Formatted, Refusal> {
    if formatted.is_blank() {
        return Err(Refusal::bad("text must be non-empty"));
    }
    if length(&formatted.text) > TEXT_UNITS {
        return Err(Refusal::bad("message is too long"));
    }
    Ok(formatted)
}

/// A caption, which may be empty.
pub(super) fn caption(formatted: Formatted) -> Result<Formatted, Refusal> {
    if length(&formatted.text) > CAPTION_UNITS {
        return Err(Refusal::bad("message caption is too long"));
    }
    Ok(formatted)
}

fn entities(text: &str, marked: Option<&Value>) -> Result<Vec<Entity>, Refusal> {
    let Some(marked) = marked else { return Ok(Vec::new()) };
    let all = length(text);
    let list = marked.as_array().ok_or_else(|| Refusal::bad("expected an Array of MessageEntity"))?;
    list.iter()
        .map(|value| {
            let number = |name: &str| value[name].as_u64().and_then(|number| usize::try_from(number).ok());
            let kind = KINDS.iter().find(|kind| value["type"] == **kind);
            let (Some(kind), Some(offset), Some(length)) = (kind, number("offset"), number("length")) else {
                return Err(Refusal::bad("can't parse MessageEntity: unsupported type or field"));
            };
            if offset + length > all || length == 0 {
                return Err(Refusal::bad("ENTITY_BOUNDS_INVALID"));
            }
            let argument =
                ["url", "language", "custom_emoji_id"].iter().find_map(|name| value[*name].as_str());
            Ok(Entity { kind, offset, length, argument: argument.unwrap_or_default().to_owned() })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cleaned_and_their_marks_move_along() {
        let read = |html: &str| read_from(html, Some("HTML"), None).map(|formatted| formatted.shown());
        assert_eq!(read(" \n<b> x\u{202e}y </b>\t").unwrap(), "*xy*");
        assert_eq!(read("a\r\nb\u{1}c").unwrap(), "a\nb c");
        assert_eq!(
            read("<b>a<i>b</i></b> <a href=\"https://x.y\">z</a>").unwrap(),
            "*a_b_* [z](https://x.y/)"
        );
        for blank in ["", " \n", "<b></b>", "\u{200b}\u{202e}"] {
            let formatted = read_from(blank, Some("html"), None).unwrap();
            assert_eq!(required(formatted).unwrap_err().text, "text must be non-empty", "{blank:?}");
        }
    }

    #[test]
    fn lengths_are_utf16_units_of_what_is_read() {
        let fits = "<b>😀</b>".repeat(2048);
        assert!(required(read_from(&fits, Some("HTML"), None).unwrap()).is_ok());
        let over = format!("{fits}x");
        assert_eq!(
            required(read_from(&over, Some("HTML"), None).unwrap()).unwrap_err().text,
            "message is too long"
        );
        let long = read_from(&"x".repeat(1025), None, None).unwrap();
        assert_eq!(caption(long).unwrap_err().text, "message caption is too long");
    }

    #[test]
    fn commands_and_mentions_of_a_typed_text_are_marked() {
        let marks: Vec<(&str, usize, usize)> = Formatted::typed("😀 /start@whimbrel_bot @ada a/b")
            .entities
            .iter()
            .map(|entity| (entity.kind, entity.offset, entity.length))
            .collect();
        assert_eq!(marks, [("bot_command", 3, 19), ("mention", 23, 4)]);
    }
}
