//! A check as strict as the strictest reader: well-formed XML with nothing but the characters XML has.

use quick_xml::Reader;
use quick_xml::events::Event;

use crate::Format;
use crate::xml::is_char;

/// Fails on a document that any reader could refuse for its form.
pub(super) fn assert_strict(format: Format, document: &str) {
    if format == Format::Json {
        let json: serde_json::Value = serde_json::from_str(document).expect("it is JSON");
        assert!(json["items"].is_array());
    } else {
        assert_xml(document);
    }
}

/// Fails on what is not well-formed XML 1.0.
pub(super) fn assert_xml(document: &str) {
    if let Some(c) = document.chars().find(|c| !is_char(*c)) {
        panic!("{c:?} cannot stand in XML: {document}");
    }
    let mut reader = Reader::from_str(document);
    let config = reader.config_mut();
    config.check_end_names = true;
    config.check_comments = true;
    config.allow_dangling_amp = false;
    let (mut depth, mut roots) = (0, 0);
    loop {
        let event = reader.read_event().unwrap_or_else(|error| panic!("{error} in {document}"));
        match &event {
            Event::Start(tag) | Event::Empty(tag) => {
                roots += u32::from(depth == 0);
                depth += u32::from(matches!(event, Event::Start(_)));
                for attribute in tag.attributes().with_checks(true) {
                    let attribute = attribute.unwrap_or_else(|error| panic!("{error} in {document}"));
                    assert!(!attribute.value.contains('<'), "a bare `<` in an attribute: {document}");
                    quick_xml::escape::unescape(&attribute.value)
                        .unwrap_or_else(|error| panic!("{error} in {document}"));
                }
            }
            Event::End(_) => depth -= 1,
            Event::GeneralRef(name) => {
                let known = matches!(&**name, "amp" | "lt" | "gt" | "quot" | "apos");
                let number = name.resolve_char_ref().unwrap_or_else(|error| panic!("{error} in {document}"));
                assert!(known || number.is_some_and(is_char), "{name:?} is no reference of XML: {document}");
            }
            Event::Text(text) => {
                let blank = text.chars().all(char::is_whitespace);
                assert!(depth > 0 || blank, "text outside of the root: {document}");
                let forbidden = text.contains("]]>");
                assert!(!forbidden, "`]]>` in text: {document}");
            }
            Event::CData(_) => assert!(depth > 0, "CDATA outside of the root: {document}"),
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!((depth, roots), (0, 1), "one root, closed: {document}");
}

#[test]
fn the_check_finds_what_is_wrong() {
    for broken in [
        "<a>\u{b}</a>",
        "<a>&nbsp;</a>",
        "<a>& b</a>",
        "<a>]]></a>",
        "<a><b></a></b>",
        "<a>",
        "<a/><b/>",
        "<a b=\"<\"/>",
        "<a b=\"&x;\"/>",
        "<a b=\"1\" b=\"2\"/>",
        "<a>&#8;</a>",
        "x<a/>",
        "",
    ] {
        assert!(std::panic::catch_unwind(|| assert_xml(broken)).is_err(), "{broken:?} was let through");
    }
    assert_xml("<?xml version=\"1.0\"?>\n<a b=\"&lt;\">&amp;&#9;<![CDATA[<&]]></a>\n");
}
