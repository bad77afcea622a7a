mod facts;
mod hostile;
mod needs;
mod patterns;

use chrono::{TimeZone as _, Utc};
use proptest::prelude::*;
use whimbrel_catalog::Metric;

use super::*;
use crate::event::{Dated, Facts, Level, Subject};
use crate::{EventId, News};

fn event(kind: Kind) -> Event {
    let subject = Subject {
        name: "etcd".to_owned(),
        url: "https://github.com/etcd-io/etcd".to_owned(),
        key: "github.com/etcd-io/etcd".to_owned(),
        section: "Databases / Key-Value Stores".to_owned(),
        section_path: vec!["Databases".to_owned(), "🗝️ Key-Value Stores".to_owned()],
    };
    let description = "A Résumé of the distributed consensus.".to_owned();
    let news = match kind {
        Kind::Added => {
            News::Added { subject, description, in_place_of: None, returned: false, facts: Facts::default() }
        }
        Kind::Moved => News::Moved {
            subject,
            description,
            old_section: "C++".to_owned(),
            old_section_path: vec!["C++".to_owned()],
        },
        Kind::Followed => News::Followed { entries: 1, listings: 1, sections: 1 },
        other => unreachable!("{other} is not needed here"),
    };
    let id: EventId = "1-1".parse().unwrap();
    let at = Utc.timestamp_opt(0, 0).unwrap();
    Dated::new(at, news).numbered(id, at, CatalogId::new("awesome-go").ok())
}

#[test]
fn what_matches_and_what_does_not() {
    let added = event(Kind::Added);
    for (text, matches) in [
        ("", true),
        ("()", true),
        ("-()", false),
        ("catalog:awesome-go", true),
        ("catalog:Awesome-Go,other", true),
        ("catalog:other", false),
        ("kind:added", true),
        ("kind:removed,added", true),
        ("kind:removed", false),
        ("-kind:removed", true),
        ("not kind:removed", true),
        ("NOT kind:added", false),
        ("section:databases", true),
        ("section:\"key-value stores\"", true),
        ("section:\"Key Value Stores\"", true),
        ("section:\"Databases / Key-Value Stores\"", true),
        ("section:\"Key-Value Stores / Databases\"", false),
        ("section:key", false),
        ("section:stores", false),
        ("project:etcd-io/etcd", true),
        ("project:etcd", true),
        ("project:ETCD-IO/etcd", true),
        ("project:tcd", false),
        ("project:etcd-io", false),
        ("project:https://github.com/etcd-io/etcd/", true),
        ("project:github.com~etcd-io~etcd", true),
        ("resume", true),
        ("RÉSUMÉ", true),
        ("\"of  the distributed\"", true),
        ("“of the distributed”", true),
        ("\"the of\"", false),
        ("the of", true),
        ("\"consensus etcd\"", false),
        ("https://github.com/etcd-io", true),
        ("raft", false),
        ("raft or etcd", true),
        ("raft or etcd kind:removed", false),
        ("(raft or etcd) kind:added", true),
        ("etcd and -raft", true),
        ("etcd -consensus", false),
        ("-(raft or consensus)", false),
        ("- raft", true),
    ] {
        assert_eq!(Filter::parse(text).unwrap().matches(&added), matches, "{text}");
    }
}

#[test]
fn a_heading_may_hold_the_sign_between_headings() {
    let mut event = event(Kind::Added);
    let News::Added { subject, .. } = &mut event.news else { unreachable!("it was added") };
    subject.section_path = vec!["Networks".to_owned(), "TCP / IP".to_owned()];
    for section in ["tcp / ip", "Networks / TCP / IP", "networks~tcp-ip--422c90cb7b"] {
        assert!(Filter::section(section).matches(&event), "{section}");
    }
}

#[test]
fn a_moved_entry_is_news_of_both_sections() {
    let moved = event(Kind::Moved);
    for (text, matches) in [("section:c++", true), ("section:c", false), ("section:databases", true)] {
        assert_eq!(Filter::parse(text).unwrap().matches(&moved), matches, "{text}");
    }
    assert!(!Filter::section("databases").matches(&event(Kind::Followed)), "a catalog's news has no section");
    assert!(Filter::section("databases").not().matches(&event(Kind::Followed)));
}

#[test]
fn errors_say_where_and_what_would_be_right() {
    for (text, at, says) in [
        ("kind:relesed", 5, "did you mean `released`?"),
        ("kind:added,xyzzy", 5, "known are added, removed"),
        ("size:100", 0, "known are catalog:, kind:, section:, project:, level:"),
        ("ok sektion:x", 3, "did you mean `section:`?"),
        ("kind:", 5, "`kind:` needs a value, such as `kind:added`"),
        ("kind:added,", 5, "needs a value"),
        ("catalog:a/b", 8, "is no catalog id"),
        ("é \"open", 2, "this quote is never closed"),
        ("section:\"open", 8, "this quote is never closed"),
        ("section:\" \"", 8, "needs a value"),
        ("a (b", 2, "this `(` is never closed"),
        ("a) b", 1, "closes nothing"),
        ("( )) b", 3, "closes nothing"),
        ("a or", 4, "missing at the end"),
        ("a or or b", 5, "`or` needs a condition on both sides"),
        ("and a", 0, "`and` needs a condition"),
        ("(a or )", 6, "missing before this `)`"),
        ("a -", 3, "missing at the end"),
        ("\"\"", 0, "nothing between these quotes"),
        ("a \u{301}", 2, "nothing here to search for"),
        ("section:\u{301}", 8, "names no section"),
    ] {
        let error = Filter::parse(text).expect_err(text);
        assert_eq!(error.at, at, "{text}: {error}");
        assert!(error.message.contains(says), "{text}: {error}");
    }
    let shown = Filter::parse("kind:x").unwrap_err().to_string();
    assert!(shown.ends_with("(at character 6)"), "people count from one: {shown}");
}

#[test]
fn attacks_are_refused_with_a_word() {
    assert!(Filter::parse(&"(".repeat(5_000)).unwrap_err().message.contains("nested"));
    assert!(Filter::parse(&"-".repeat(5_000)).unwrap_err().message.contains("nested"));
    assert!(Filter::parse(&"a ".repeat(50_000)).unwrap_err().message.contains("at most"));
}

#[test]
fn the_text_form_is_what_people_would_type() {
    for (typed, printed) in [
        ("  catalog:awesome-go   kind:Added ", "catalog:awesome-go kind:added"),
        ("kind:added,released", "kind:added or kind:released"),
        ("kind:added,released x", "(kind:added or kind:released) x"),
        ("a and (b and c)", "a b c"),
        ("a or (b or c) or d e", "a or b or c or d e"),
        ("not not a", "a"),
        ("not (a b)", "-(a b)"),
        ("section:Databases", "section:Databases"),
        ("section:“Key Value”", "section:\"Key Value\""),
        ("section:\"//\" language:\"//x\"", "section:\"//\" language:\"//x\""),
        (r#""say \"so\" \\ now""#, r#""say \"so\" \\ now""#),
        ("\"or\" \"-x\" \"a:b\" \"(\" \"plain\"", "\"or\" \"-x\" \"a:b\" \"(\" plain"),
        ("c++ a-b 12:30 https://x.org", "c++ a-b 12:30 https://x.org"),
        ("() a", "a"),
        ("a or ()", ""),
        ("a -()", "-()"),
    ] {
        assert_eq!(Filter::parse(typed).unwrap().to_string(), printed, "{typed}");
    }
}

#[test]
fn a_web_query_is_a_filter() {
    let filter = |pairs: &[(&'static str, &'static str)]| Filter::from_query(pairs.iter().copied());
    assert_eq!(filter(&[]).unwrap(), Filter::default());
    assert_eq!(filter(&[("kind", ""), ("page", "2")]).unwrap(), Filter::default());
    assert_eq!(
        filter(&[("q", "raft or etcd"), ("kind", "added"), ("kind", "moved, removed"), ("catalog", "go")])
            .unwrap()
            .to_string(),
        "catalog:go (kind:added or kind:moved or kind:removed) (raft or etcd)"
    );
    assert_eq!(
        filter(&[("section", "Load, Balance"), ("project", "a/b")]).unwrap().to_string(),
        "section:\"Load, Balance\" project:a/b"
    );
    assert!(filter(&[("kind", "adde")]).unwrap_err().message.contains("`added`"));
    assert_eq!(Filter::words("or kind:x -y").to_string(), "\"or\" \"kind:x\" \"-y\"");
}

#[test]
fn a_filter_knows_whether_it_speaks_of_kinds() {
    for (text, names) in [("a or -(b kind:added)", true), ("kind", false), ("", false)] {
        assert_eq!(Filter::parse(text).unwrap().names_kinds(), names, "{text}");
    }
}

#[test]
fn filters_typed_otherwise_are_the_same_bytes() {
    let pack = |text: &str| Filter::parse(text).unwrap().pack();
    assert_eq!(pack("language:Rust RAFT"), pack("language:rust  raft"));
    assert_ne!(pack("language:rust raft"), pack("language:rust or raft"));
    // As a slug the one names a section that the other does not.
    assert_ne!(pack("section:key_value"), pack("section:Key_Value"));
}

fn filters() -> impl Strategy<Value = Filter> {
    let leaf = prop_oneof![
        "[a-z][a-z0-9._-]{0,9}".prop_map(|id| Filter::catalog(CatalogId::new(&id).unwrap())),
        prop::sample::select(Kind::ALL.to_vec()).prop_map(Filter::kind),
        "\\PC{0,12}|[-a:,\"“”\\\\ ()]{0,6}|and|OR|not".prop_map(|text| Filter::text(&text)),
        "\\PC{0,12}|[-a:,\"“”\\\\ ()]{0,6}".prop_map(|text| Filter::section(&text)),
        "\\PC{0,12}|[-a:,\"“”\\\\ ()]{0,6}".prop_map(|text| Filter::project(&text)),
        (prop::sample::select(vec!["", "=", "<", ">", "<=", ">="]), any::<u64>(), 0..4usize).prop_map(
            |(sign, stars, level)| match level {
                0 => Filter::parse(&format!("stars:{sign}{stars}")).unwrap(),
                level => Filter::parse(&format!("level:{sign}{}", Level::ALL[level])).unwrap(),
            }
        ),
        prop::sample::select(vec!["prerelease:yes", "prerelease:no", "nightly:yes", "nightly:no"])
            .prop_map(|text| Filter::parse(text).unwrap()),
        ("license|language", "\\PC{0,12}|[-a:,\"“”\\\\ ()]{0,6}").prop_map(|(name, text)| {
            Filter::from_query([(name.as_str(), text.as_str())]).unwrap_or_default()
        }),
        r"[ab/ )(.?*+\\-]{0,8}|\PC{0,6}".prop_map(|text| patterns::typed(&text).unwrap_or_default()),
        Just(Filter::nothing()),
        Just(Filter::default()),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Filter::all),
            prop::collection::vec(inner.clone(), 0..4).prop_map(Filter::any),
            inner.prop_map(Filter::not),
        ]
    })
}

proptest! {
    #[test]
    fn a_printed_filter_reads_back_as_it_was(filter in filters()) {
        let text = filter.to_string();
        prop_assert_eq!(Filter::try_from(text.clone()), Ok(filter), "{}", text);
    }

    #[test]
    fn no_input_is_too_strange(text in "\\PC*|[-a:,\"“”\\\\ ()kindorstaevl<>=0-9]*|[/a \\\\()*-]*|(stars|level|language|license|nightly):[<>=]{0,2}\\PC{0,4}") {
        if let Ok(filter) = Filter::parse(&text) {
            let again = Filter::parse(&filter.to_string());
            prop_assert_eq!(again, Ok(filter));
        }
    }

    #[test]
    fn packed_any_filter_matches_the_same(filter in filters()) {
        let bytes = filter.pack();
        for event in crate::event::tests::events() {
            let prepared = Prepared::new(&event);
            prop_assert_eq!(Packed::of(&bytes).matches(&prepared), filter.matches(&event), "{}", filter);
        }
    }

    #[test]
    fn bytes_that_are_no_filter_do_no_harm(bytes in prop::collection::vec(0..20u8, 0..40)) {
        let _ = Packed::of(&bytes).matches(&Prepared::new(&event(Kind::Added)));
    }

    #[test]
    fn not_is_the_opposite(filter in filters()) {
        for event in crate::event::tests::events() {
            prop_assert_ne!(filter.matches(&event), filter.clone().not().matches(&event));
        }
    }
}
