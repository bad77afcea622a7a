//! The service's own idea of HTML: few tags, every one of them closed, and errors that name the byte.

use super::text::Entity;

/// Tags that are known.
const TAGS: [&str; 16] = [
    "a",
    "b",
    "strong",
    "i",
    "em",
    "s",
    "strike",
    "del",
    "u",
    "ins",
    "tg-spoiler",
    "tg-emoji",
    "span",
    "pre",
    "code",
    "blockquote",
];

/// A tag that waits for its end.
struct Open {
    tag: String,
    argument: String,
    offset: usize,
    byte: usize,
}

/// Takes a text apart into what is read and the entities in it; lengths are UTF-16 units. Errors are the service's.
pub(super) fn parse(html: &str) -> Result<(String, Vec<Entity>), String> {
    let mut reader = Reader { html: html.as_bytes(), at: 0 };
    let (mut text, mut units) = (Vec::with_capacity(html.len()), 0);
    let (mut entities, mut open) = (Vec::new(), Vec::<Open>::new());
    while let Some(byte) = reader.peek() {
        match byte {
            b'<' if reader.html.get(reader.at + 1) == Some(&b'/') => {
                close(&mut reader, &mut open, &mut entities, &text, units)?;
            }
            b'<' => {
                let (tag, argument) = reader.start_tag()?;
                open.push(Open { tag, argument, offset: units, byte: text.len() });
            }
            b'&' => {
                let character = reader.reference()?;
                reader.at += usize::from(character.is_none());
                let character = character.unwrap_or('&');
                units += character.len_utf16();
                text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            }
            byte => {
                // A first byte of a character counts; one of four bytes is a surrogate pair.
                units += usize::from(byte & 0xc0 != 0x80) + usize::from(byte >= 0xf0);
                text.push(byte);
                reader.at += 1;
            }
        }
    }
    if let Some(open) = open.last() {
        return Err(format!("Can't find end tag corresponding to start tag \"{}\"", open.tag));
    }
    entities.sort_by_key(|entity: &Entity| (entity.offset, std::cmp::Reverse(entity.length)));
    let text = String::from_utf8(text).expect("it was cut at characters only");
    Ok((text, entities))
}

struct Reader<'a> {
    html: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.html.get(self.at).copied()
    }

    fn skip(&mut self, wanted: impl Fn(u8) -> bool) -> &str {
        let from = self.at;
        while self.peek().is_some_and(&wanted) {
            self.at += 1;
        }
        std::str::from_utf8(&self.html[from..self.at]).unwrap_or_default()
    }

    /// A start tag with what its attributes come to.
    fn start_tag(&mut self) -> Result<(String, String), String> {
        let begin = self.at;
        self.at += 1;
        let tag = self.skip(|byte| !space(byte) && byte != b'>').to_lowercase();
        if self.peek().is_none() {
            return Err(format!("Unclosed start tag at byte offset {begin}"));
        }
        if !TAGS.contains(&tag.as_str()) {
            return Err(format!("Unsupported start tag \"{tag}\" at byte offset {begin}"));
        }
        let mut argument = String::new();
        loop {
            self.skip(space);
            if self.peek() == Some(b'>') {
                self.at += 1;
                break;
            }
            let quote = tag == "blockquote";
            let name = self.skip(|byte| !space(byte) && byte != b'=' && !(quote && byte == b'>')).to_owned();
            if name.is_empty() {
                let unclosed = self.peek().is_none();
                return Err(if unclosed {
                    format!("Unclosed start tag \"{tag}\" at byte offset {begin}")
                } else {
                    format!("Empty attribute name in the tag \"{tag}\" at byte offset {begin}")
                });
            }
            self.skip(space);
            if quote && name == "expandable" && self.peek() != Some(b'=') {
                name.clone_into(&mut argument);
                continue;
            }
            if self.peek() != Some(b'=') {
                return Err(format!(
                    "Expected equal sign in declaration of an attribute of the tag \"{tag}\" at byte offset {begin}"
                ));
            }
            self.at += 1;
            self.skip(space);
            let value = self.value(&tag, begin)?;
            let kept = match (tag.as_str(), name.as_str()) {
                ("a", "href") | ("tg-emoji", "emoji-id") => Some(value.as_str()),
                ("code", "class") => value.strip_prefix("language-"),
                ("span", "class") => value.strip_prefix("tg-"),
                ("blockquote", "expandable") => Some("expandable"),
                _ => None,
            };
            if let Some(kept) = kept {
                kept.clone_into(&mut argument);
            }
        }
        if tag == "span" && argument != "spoiler" {
            return Err(format!("Tag \"span\" must have class \"tg-spoiler\" at byte offset {begin}"));
        }
        Ok((tag, argument))
    }

    /// An attribute's value: in quotes, or a word.
    fn value(&mut self, tag: &str, begin: usize) -> Result<String, String> {
        let value = match self.peek() {
            None => return Err(format!("Unclosed start tag \"{tag}\" at byte offset {begin}")),
            Some(end @ (b'"' | b'\'')) => {
                self.at += 1;
                let mut value = Vec::new();
                while let Some(byte) = self.peek().filter(|byte| *byte != end) {
                    let decoded = if byte == b'&' { self.reference()? } else { None };
                    if let Some(character) = decoded {
                        value.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                    } else {
                        value.push(byte);
                        self.at += 1;
                    }
                }
                self.at += usize::from(self.peek().is_some());
                String::from_utf8(value).expect("it was cut at characters only")
            }
            Some(_) => {
                let token = self.at;
                let value = self
                    .skip(|byte| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'-')
                    .to_lowercase();
                if self.peek().is_some_and(|byte| !space(byte) && byte != b'>') {
                    return Err(format!("Unexpected end of name token at byte offset {token}"));
                }
                value
            }
        };
        if self.peek().is_none() {
            return Err(format!("Unclosed start tag at byte offset {begin}"));
        }
        Ok(value)
    }

    /// What a reference such as `&lt;` stands for; nothing, and nothing read, where it stands for itself.
    fn reference(&mut self) -> Result<Option<char>, String> {
        let rest = &self.html[self.at + 1..];
        let (code, length) = match rest {
            [b'#', b'x', digits @ ..] => number(digits, 16, 2),
            [b'#', digits @ ..] => number(digits, 10, 1),
            _ => {
                let length = rest.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
                let code = match &rest[..length] {
                    b"lt" => '<',
                    b"gt" => '>',
                    b"amp" => '&',
                    b"quot" => '"',
                    _ => return Ok(None),
                };
                (u32::from(code), length)
            }
        };
        if code == 0 || code >= 0x10_ffff || length >= 9 {
            return Ok(None);
        }
        let Some(character) = char::from_u32(code) else {
            return Err("Text contains invalid Unicode characters after decoding HTML entities, check for \
                        unmatched surrogate code units"
                .to_owned());
        };
        self.at += 1 + length + usize::from(rest.get(length) == Some(&b';'));
        Ok(Some(character))
    }
}

fn number(digits: &[u8], radix: u32, before: usize) -> (u32, usize) {
    let (mut code, mut length) = (0_u32, before);
    for digit in digits.iter().map_while(|byte| char::from(*byte).to_digit(radix)) {
        code = code.saturating_mul(radix).saturating_add(digit);
        length += 1;
    }
    (code, length)
}

/// An end tag; an entity without text is none.
fn close(
    reader: &mut Reader<'_>,
    open: &mut Vec<Open>,
    entities: &mut Vec<Entity>,
    text: &[u8],
    units: usize,
) -> Result<(), String> {
    let begin = reader.at;
    let Some(last) = open.pop() else {
        return Err(format!("Unexpected end tag at byte offset {begin}"));
    };
    reader.at += 2;
    let tag = reader.skip(|byte| !space(byte) && byte != b'>').to_lowercase();
    reader.skip(space);
    if reader.peek() != Some(b'>') {
        return Err(format!("Unclosed end tag at byte offset {begin}"));
    }
    reader.at += 1;
    if !tag.is_empty() && tag != last.tag {
        return Err(format!(
            "Unmatched end tag at byte offset {begin}, expected \"</{}>\", found \"</{tag}>\"",
            last.tag
        ));
    }
    if units == last.offset {
        return Ok(());
    }
    let mut entity = Entity { offset: last.offset, length: units - last.offset, ..Entity::default() };
    match last.tag.as_str() {
        "b" | "strong" => entity.kind = "bold",
        "i" | "em" => entity.kind = "italic",
        "s" | "strike" | "del" => entity.kind = "strikethrough",
        "u" | "ins" => entity.kind = "underline",
        "tg-spoiler" | "span" => entity.kind = "spoiler",
        "blockquote" if last.argument == "expandable" => entity.kind = "expandable_blockquote",
        "blockquote" => entity.kind = "blockquote",
        "tg-emoji" => {
            if last.argument.parse::<i64>().unwrap_or(0) == 0 {
                return Err("Invalid custom emoji identifier specified".to_owned());
            }
            (entity.kind, entity.argument) = ("custom_emoji", last.argument);
        }
        "a" => {
            let shown = String::from_utf8_lossy(&text[last.byte..]);
            let url = if last.argument.is_empty() { shown.as_ref() } else { last.argument.as_str() };
            let Some(url) = checked_link(url) else { return Ok(()) };
            (entity.kind, entity.argument) = ("text_link", url);
        }
        // Code in a block, or a block in code, is one block of that language.
        "pre" | "code" => {
            let (kind, other) = if last.tag == "pre" { ("pre", "code") } else { ("code", "pre") };
            let language = last.argument;
            if let Some(inner) = entities.last_mut().filter(|inner| {
                let same = inner.offset == entity.offset && inner.length == entity.length;
                inner.kind == other && same && !(inner.argument.is_empty() && language.is_empty())
            }) {
                inner.kind = "pre";
                if !language.is_empty() {
                    inner.argument = language;
                }
                return Ok(());
            }
            (entity.kind, entity.argument) = (kind, language);
        }
        _ => {}
    }
    entities.push(entity);
    Ok(())
}

/// An address the service makes a link of. Others vanish without a word.
fn checked_link(url: &str) -> Option<String> {
    let url = url.trim();
    let parsed = url::Url::parse(url).or_else(|_| url::Url::parse(&format!("http://{url}"))).ok()?;
    match parsed.scheme() {
        "http" | "https" => {
            let host = parsed.host_str()?;
            (host.contains('.') || host == "localhost").then(|| parsed.to_string())
        }
        "tg" | "ton" | "tonsite" => Some(url.to_owned()),
        _ => None,
    }
}

fn space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | 0 | 11)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_name_the_byte() {
        let long = "Text contains invalid Unicode characters after decoding HTML entities, check for unmatched \
                    surrogate code units";
        for (html, error) in [
            ("a < b", "Unsupported start tag \"\" at byte offset 2"),
            ("é<br>", "Unsupported start tag \"br\" at byte offset 2"),
            ("<H1>x</H1>", "Unsupported start tag \"h1\" at byte offset 0"),
            ("<b", "Unclosed start tag at byte offset 0"),
            ("<b>x", "Can't find end tag corresponding to start tag \"b\""),
            ("</b>", "Unexpected end tag at byte offset 0"),
            ("<b><i>x</b></i>", "Unmatched end tag at byte offset 7, expected \"</i>\", found \"</b>\""),
            ("<b>x</b", "Unclosed end tag at byte offset 4"),
            (
                "<a href>x</a>",
                "Expected equal sign in declaration of an attribute of the tag \"a\" at byte offset 0",
            ),
            ("<a href=\"x", "Unclosed start tag at byte offset 0"),
            ("<a href=x/y>z</a>", "Unexpected end of name token at byte offset 8"),
            ("<a =x>z</a>", "Empty attribute name in the tag \"a\" at byte offset 0"),
            ("<span class=\"x\">z</span>", "Tag \"span\" must have class \"tg-spoiler\" at byte offset 0"),
            ("<tg-emoji>x</tg-emoji>", "Invalid custom emoji identifier specified"),
            ("&#xD83D;", long),
        ] {
            assert_eq!(parse(html).expect_err(html), error, "{html}");
        }
    }

    #[test]
    fn what_is_read_and_what_is_marked() {
        for (html, text, marked) in [
            ("a & b &amp; &lt;&gt;&quot; &nbsp; &copy;", "a & b & <>\" &nbsp; &copy;", ""),
            ("&#65;&#x1F600;&amp", "A😀&", ""),
            ("<b>x</b><b></b>", "x", "bold 0+1 "),
            ("😀<I>y</i>", "😀y", "italic 2+1 "),
            ("<a href='https://a.b/?x=1&amp;y'>z</a>", "z", "text_link 0+1 https://a.b/?x=1&y"),
            ("<a href=\"javascript:alert(1)\">z</a>", "z", ""),
            ("<a>example.org</a>", "example.org", "text_link 0+11 http://example.org/"),
            ("<pre><code class=\"language-rust\">fn</code></pre>", "fn", "pre 0+2 rust"),
            ("<blockquote expandable>q</blockquote>", "q", "expandable_blockquote 0+1 expandable"),
            (
                "<tg-spoiler>s</tg-spoiler><span class=\"tg-spoiler\">t</span>",
                "st",
                "spoiler 0+1 |spoiler 1+1 ",
            ),
            ("<b>x</>", "x", "bold 0+1 "),
        ] {
            let (read, entities) = parse(html).expect(html);
            let told: Vec<String> = entities
                .iter()
                .map(|entity| {
                    let shown =
                        if entity.kind == "expandable_blockquote" { "expandable" } else { &entity.argument };
                    format!("{} {}+{} {shown}", entity.kind, entity.offset, entity.length)
                })
                .collect();
            assert_eq!((read.as_str(), told.join("|").as_str()), (text, marked), "{html}");
        }
    }
}
