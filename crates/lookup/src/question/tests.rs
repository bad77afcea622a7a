use proptest::prelude::*;

use super::*;
use crate::when::tests::any_when;

/// A Friday.
fn now() -> DateTime<Utc> {
    "2026-11-20T12:00:00Z".parse().unwrap()
}

fn read(text: &str) -> Result<Question, Misread> {
    Question::parse(text, now(), Zone::UTC)
}

#[test]
fn people_ask_in_many_ways() {
    for (typed, printed) in [
        ("etcd", "/find etcd"),
        ("  key-value   store ", "/find key-value store"),
        ("top go libraries", "/find top go libraries"),
        ("https://github.com/etcd-io/etcd", "/show https://github.com/etcd-io/etcd"),
        ("look: http://example.org/x?y", "/show http://example.org/x?y"),
        ("github.com/etcd-io/etcd", "/show github.com/etcd-io/etcd"),
        ("/find@whimbrel_bot raft", "/find raft"),
        ("/SEARCH raft", "/find raft"),
        (
            "/find raft catalog:awesome-go section:\"Key Value\"",
            "/find raft catalog:\"awesome-go\" section:\"Key Value\"",
        ),
        ("/find \"catalog:x\"", "/find \"catalog:x\""),
        ("/show etcd", "/show etcd"),
        ("/top", "/top"),
        ("/top 5", "/top 5"),
        ("/top awesome-go", "/top awesome-go"),
        ("/top awesome-go by stars", "/top awesome-go"),
        ("/top awesome-go by growth 10", "/top awesome-go by growth 10"),
        ("/top 10 awesome-go growing", "/top awesome-go by growth 10"),
        ("/top awesome-go key value stores by forks", "/top awesome-go \"key value stores\" by forks"),
        ("/top awesome-go by growth 5 last 30 days", "/top awesome-go by growth 5 30d"),
        ("/top awesome-go by growth 30d 5", "/top awesome-go by growth 5 30d"),
        ("/top section:Databases", "/top section:\"Databases\""),
        ("/new", "/new"),
        ("/new last week", "/new last week"),
        ("/new awesome-go since June", "/new awesome-go since 2026-06-01"),
        ("/new awesome-go Databases 2026-11", "/new awesome-go Databases 2026-11"),
        ("/new \"last week\"", "/new \"last week\""),
        ("/new \"Awesome Go\" today", "/new \"Awesome Go\" today"),
        ("/releases etcd-io/etcd 7d", "/releases etcd-io/etcd 7d"),
        ("/movers yesterday", "/movers yesterday"),
        ("/compare etcd vs consul, zookeeper", "/compare etcd consul zookeeper"),
        ("/compare \"Key DB\" and etcd etcd", "/compare \"Key DB\" etcd"),
        ("/history etcd", "/history etcd"),
        ("/catalogs", "/catalogs"),
        ("/random", "/random"),
        ("/random awesome-go", "/random awesome-go"),
        ("/why", "/why"),
        ("/why 7-123", "/why 7-123"),
        ("/feed", "/feed /new"),
        ("/feed awesome-go", "/feed /new awesome-go"),
        ("/feed top awesome-go by growth", "/feed /top awesome-go by growth"),
        ("/feed /feed /releases etcd", "/feed /releases etcd"),
        ("/feed find \"catalog:x\"", "/feed /find \"catalog:x\""),
        ("/suggest https://github.com/avelino/awesome-go", "/suggest https://github.com/avelino/awesome-go"),
    ] {
        let question = read(typed).unwrap_or_else(|error| panic!("{typed}: {error}"));
        assert_eq!(question.to_string(), printed, "{typed}");
    }
}

#[test]
fn mistakes_say_what_would_be_right() {
    for (typed, said) in [
        ("", "Nothing is asked: try `/find key-value store`."),
        ("/", "Nothing is asked"),
        ("/fnd etcd", "There is no `/fnd`: did you mean `/find`?"),
        ("/xyzzy", "there are /find, /show"),
        ("/show", "`/show` needs to know what: try `/show etcd-io/etcd`."),
        ("/find catalog:x", "`/find` needs to know what"),
        ("/top by size", "`size` is no measure"),
        ("/top 500", "`500` is no count: it can be 1 to 100."),
        ("/compare etcd", "`/compare` needs to know what"),
        ("/compare a b c d e f", "At most 5 things"),
        ("/catalogs all", "`/catalogs` takes no `all`."),
        ("/feed /nwe", "There is no `/nwe`: did you mean `/new`"),
    ] {
        let error = read(typed).expect_err(typed).to_string();
        assert!(error.contains(said), "{typed}: {error}");
    }
    assert_eq!(read(&"x".repeat(1_001)), Err(Misread::TooLong(1_000)));
}

#[test]
fn options_ask_the_same_as_words() {
    for (name, options, typed) in [
        ("find", vec![("words", "raft"), ("catalog", "awesome-go")], "/find raft catalog:awesome-go"),
        ("show", vec![("project", " etcd ")], "/show etcd"),
        (
            "top",
            vec![
                ("catalog", "awesome-go"),
                ("section", "Key Value"),
                ("by", "growth"),
                ("count", "5"),
                ("period", "30d"),
            ],
            "/top awesome-go \"Key Value\" by growth 5 30d",
        ),
        ("top", vec![("catalog", ""), ("section", "Databases")], "/top section:Databases"),
        ("new", vec![("period", "last week")], "/new last week"),
        ("releases", vec![("of", "etcd-io/etcd")], "/releases etcd-io/etcd"),
        ("compare", vec![("projects", "etcd, consul")], "/compare etcd consul"),
        ("feed", vec![("question", "/top awesome-go")], "/feed /top awesome-go"),
        ("catalogs", vec![], "/catalogs"),
        ("why", vec![], "/why"),
    ] {
        let called = Question::called(name, &options, now(), Zone::UTC).unwrap();
        assert_eq!(called, read(typed).unwrap(), "{typed}");
    }
    let wrong =
        |name, options: &[(&str, &str)]| Question::called(name, options, now(), Zone::UTC).unwrap_err();
    assert_eq!(wrong("show", &[]), Misread::Needs("show"));
    assert_eq!(wrong("show", &[("size", "1")]), Misread::Option("show", "size".to_owned()));
    assert_eq!(wrong("shoe", &[]), Misread::Unknown("shoe".to_owned(), Some("show")));
    assert!(matches!(wrong("new", &[("period", "soon")]), Misread::When(_)));
}

#[test]
fn every_example_is_a_question() {
    for form in Question::forms() {
        assert_eq!(read(form.example).unwrap().name(), form.name);
        assert!(form.description.len() <= 100 && !form.description.ends_with('.'), "{}", form.name);
        assert!(Question::is_named(form.example) && !Question::is_named(&form.example[1..]));
    }
}

fn any_name() -> impl Strategy<Value = String> {
    let odd = "[\\PC&&[^\"“”„]]{1,12}"
        .prop_map(|text| words::clean(&text))
        .prop_filter("empty", |name| !name.is_empty());
    let known = prop::sample::select(vec![
        "awesome-go",
        "etcd-io/etcd",
        "stars",
        "by",
        "10",
        "last",
        "week",
        "7d",
        "vs",
        "find",
        "Key-Value Stores",
        "June",
        "catalog:x",
        "section:y",
        "2026",
        "since",
        "/top",
        "a,b",
    ]);
    prop_oneof![odd, known.prop_map(str::to_owned)]
}

fn any_within() -> impl Strategy<Value = Within> {
    (prop::option::of(any_name()), prop::option::of(any_name()))
        .prop_map(|(catalog, section)| Within { catalog, section })
}

fn any_question() -> impl Strategy<Value = Question> {
    let when = || prop::option::of(any_when());
    let by = prop::sample::select(By::ALL.to_vec());
    let top = (any_within(), by, prop::option::of(1..=100u32), when())
        .prop_map(|(within, by, count, when)| Question::Top(Top { within, by, count, when }));
    let distinct = |names: Vec<String>| {
        let mut kept: Vec<String> = Vec::new();
        for name in names {
            if !kept.contains(&name) {
                kept.push(name);
            }
        }
        (kept.len() > 1).then_some(Question::Compare { projects: kept })
    };
    let asked = prop_oneof![
        (any_name(), any_within()).prop_map(|(words, within)| Question::Find { words, within }),
        any_name().prop_map(|project| Question::Show { project }),
        top,
        (any_within(), when()).prop_map(|(within, when)| Question::New { within, when }),
        (any_within(), when()).prop_map(|(within, when)| Question::Releases { within, when }),
        (any_within(), when()).prop_map(|(within, when)| Question::Movers { within, when }),
        prop::collection::vec(any_name(), 2..=5).prop_filter_map("equal names", distinct),
        any_name().prop_map(|project| Question::History { project }),
        Just(Question::Catalogs),
        any_within().prop_map(|within| Question::Random { within }),
        any_name().prop_map(|about| Question::Why { about }),
        any_name().prop_map(|source| Question::Suggest { source }),
    ];
    let feed = |of: Question| Question::Feed { of: Box::new(of) };
    asked.prop_flat_map(move |question| prop_oneof![Just(question.clone()), Just(feed(question))])
}

proptest! {
    #[test]
    fn what_is_printed_reads_back(question in any_question()) {
        let printed = question.to_string();
        prop_assert_eq!(read(&printed), Ok(question), "{}", printed);
    }

    #[test]
    fn what_is_read_is_stable(text in "/?[a-z]{0,8} \\PC{0,40}") {
        if let Ok(question) = read(&text) {
            let printed = question.to_string();
            prop_assert_eq!(read(&printed), Ok(question), "{}", printed);
        }
    }
}
