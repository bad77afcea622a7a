use proptest::prelude::*;

use super::*;

const BASE: &str = "https://github.com/owner/repo/releases/tag/v1";

fn html(notes: &str) -> String {
    Notes::read(notes, BASE, "").html
}

fn text(notes: &str) -> String {
    Notes::read(notes, BASE, "").excerpt
}

#[test]
fn only_what_is_allowed_stays() {
    let rel = r#"rel="noopener noreferrer nofollow""#;
    for (notes, expected) in [
        ("<p>a &amp; b</p>", "<p>a &amp; b</p>".to_owned()),
        (r#"<p class="x" style="y" id="z" onclick="w">a</p>"#, "<p>a</p>".to_owned()),
        ("a<script>b</script><style>c</style>", "a".to_owned()),
        ("<section><center>a</center></section>", "a".to_owned()),
        (r##"<a href="#x" class="y">a</a>"##, format!(r#"<a href="{BASE}#x" {rel}>a</a>"#)),
        (
            r#"<a href="/owner/repo/issues/1">a</a>"#,
            format!(r#"<a href="https://github.com/owner/repo/issues/1" {rel}>a</a>"#),
        ),
        (r#"<a href="javascript:b">a</a>"#, format!("<a {rel}>a</a>")),
        (r#"<a href=" mailto:a@b.example">a</a>"#, format!(r#"<a href="mailto:a@b.example" {rel}>a</a>"#)),
        (
            r#"<img src="https://a.example/b.png" alt="c" width="9">"#,
            r#"<img src="https://a.example/b.png" alt="c">"#.to_owned(),
        ),
        (r#"a<img src="http://a.example/b.png" alt="c">"#, "a".to_owned()),
        (r#"a<img src="data:image/png;base64,AA">"#, "a".to_owned()),
        (r#"a<img srcset="https://a.example/b.png">"#, "a".to_owned()),
        ("<ul><li>a<li>b", "<ul><li>a</li><li>b</li></ul>".to_owned()),
        ("a<", "a&lt;".to_owned()),
        ("<p>a<!-- b --></p>", "<p>a</p>".to_owned()),
    ] {
        assert_eq!(html(notes), expected, "{notes}");
    }
}

#[test]
fn plain_text_has_lines() {
    for (notes, expected) in [
        ("<h2>What's   new</h2>\n<ul>\n<li>one</li>\n<li><p>two</p></li>\n</ul>", "What's new\n- one\n- two"),
        ("<p>a<br>b</p><p>c</p>", "a\nb\nc"),
        ("<pre><code>a\n  b\n</code></pre>c", "a\nb\nc"),
        ("<p>a <b>b</b>c &lt;d&gt; &amp;amp;</p>", "a bc <d> &amp;"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("<ul><li>a<ul><li>b</li></ul></li></ul>", "- a\n- b"),
        ("<ul><li></li></ul>", ""),
        ("", ""),
    ] {
        assert_eq!(text(notes), expected, "{notes}");
    }
}

#[test]
fn the_excerpt_ends_at_a_sensible_place() {
    for (text, expected) in [
        ("short", "short"),
        ("one two three four", "one two …"),
        ("one line\nsecond", "one line\n…"),
        ("A bit. Then more words", "A bit. …"),
        ("abcdefghijklmnop", "abcdefghij …"),
        ("éééééééééééééééé", "éééééééééé …"),
    ] {
        assert_eq!(excerpt(text, 12), expected, "{text}");
    }
}

#[test]
fn long_notes_are_cut_cleanly() {
    for (notes, most, expected) in [
        ("<p>one two three</p>", 18, "<p>one two…</p>"),
        ("<p>one two three</p>", 20, "<p>one two three</p>"),
        ("<ul><li>one</li><li>two</li></ul>", 26, "<ul><li>one</li></ul>"),
        ("<p>abc&amp;def</p>", 16, "<p>abc…</p>"),
        ("<b><b><b><b>deep</b></b></b></b>", 20, "<b><b>…</b></b>"),
    ] {
        let cut = cut(notes, most);
        assert_eq!(cut, expected, "{notes}");
        assert!(cut.len() <= most, "{cut}");
    }
    let long = html(&"<p>word &amp; word</p><ul><li><a href=/x>link</a></li></ul>".repeat(900));
    assert!((HTML_BYTES - 200..=HTML_BYTES).contains(&long.len()), "{}", long.len());
    assert_eq!(safe(&long, BASE), long, "what was cut is still well-formed");
}

#[test]
fn hostile_notes_take_no_time() {
    for notes in
        ["<b>", "<div>", "<table>", "<a href=x>", "<ul><li>", "<", "&", "&a", "&#38;", "<p>é", "</p>", "<p "]
    {
        let read = Notes::read(&notes.repeat(READ_BYTES / notes.len() + 9), BASE, "");
        assert!(read.html.len() <= HTML_BYTES && read.excerpt.chars().count() <= EXCERPT_CHARS);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn safe_stays_safe_and_short(
        notes in "(<[a-z]{1,5}( (href|src|class|on[a-z]+)=\"[^\"]{0,9}\")?>|</[a-z]{1,3}>|&[a-z]{2,4};|\\PC{0,9}|<(ul|li|p|b|td|script|img)|>){0,40}",
        most in 0_usize..400,
    ) {
        let all = Notes::read(&notes, BASE, &notes);
        prop_assert_eq!(&safe(&all.html, BASE), &all.html);
        prop_assert!(!all.html.contains("<script") && !all.html.contains(" on"));
        let short = cut(&all.html, most);
        prop_assert!(short.len() <= most.max("…".len()));
        prop_assert!(excerpt(&all.excerpt, most.max(9)).chars().count() <= most.max(9));
    }
}
