//! Every question is asked of a small world.

mod world;

use whimbrel_store::Store;

use self::world::{World, now};
use crate::{Answer, Asking, Index, Lookup, Question};

impl World {
    fn ask(&self, text: &str) -> Answer {
        self.page(text, 1, 10)
    }

    fn page(&self, text: &str, page: u32, size: usize) -> Answer {
        let question =
            Question::parse(text, now(), whimbrel_news::Zone::UTC).unwrap_or_else(|error| panic!("{error}"));
        let answer = self.lookup.answer(&Asking { page, size, ..Asking::new(&question, now()) }).unwrap();
        assert_eq!(answer.question, question.to_string());
        assert!(!answer.title.is_empty());
        // What is offered can be asked, and is known.
        let asks = answer
            .items()
            .filter_map(|item| item.ask.as_ref())
            .chain(answer.hints.iter().map(|hint| &hint.ask));
        for ask in asks {
            let next = Question::parse(ask, now(), whimbrel_news::Zone::UTC)
                .unwrap_or_else(|error| panic!("{ask}: {error}"));
            let next = self.lookup.answer(&Asking::new(&next, now())).unwrap();
            assert!(!next.missing, "{text} offers {ask}: {next:?}");
        }
        answer
    }
}

fn names(answer: &Answer) -> Vec<&str> {
    answer.items().map(|item| item.name.as_str()).collect()
}

fn of<'a>(answer: &'a Answer, part: &str) -> Vec<&'a str> {
    let found = answer.parts.iter().find(|one| one.title == part);
    found.map_or_else(Vec::new, |part| part.items.iter().map(|item| item.name.as_str()).collect())
}

#[test]
fn words_are_found_and_pages_turned() {
    let world = World::new();
    assert_eq!(names(&world.ask("etcd"))[0], "etcd-io/etcd");
    let first = world.page("/find g", 1, 2);
    let paging = first.paging.unwrap();
    assert_eq!((first.items().count(), paging.page, paging.more), (2, 1, true));
    let second = world.page("/find g", 2, 2);
    assert!(names(&second).iter().all(|name| !names(&first).contains(name)), "{second:?}");
    assert_eq!(names(&world.ask("/find etcd section:\"Web Frameworks\"")), Vec::<&str>::new());
    let nothing = world.ask("/find xyzzy");
    assert!(nothing.missing && nothing.text[0].contains("`xyzzy`"));
}

#[test]
fn a_card_says_what_it_is_and_where_it_stands() {
    let world = World::new();
    for name in [
        "etcd-io/etcd",
        "https://github.com/etcd-io/etcd/tree/main",
        "github.com/etcd-io/etcd",
        "etcd",
        "ETCD",
    ] {
        let card = world.ask(&format!("/show {name}"));
        assert_eq!(card.title, "etcd-io/etcd", "{name}");
        assert_eq!(card.text[0], "etcd-io/etcd in one line");
        assert_eq!(card.fact("Stars").unwrap().number, Some(50_000));
        assert_eq!(card.fact("Stars in 7 days").unwrap().text, "+100");
        assert_eq!(card.fact("Stars in 30 days").unwrap().number, Some(1_100));
        assert_eq!(card.fact("Licence").unwrap().text, "Apache-2.0");
        assert_eq!(
            of(&card, "Listed in"),
            ["Awesome Go / Databases / Key-Value Stores", "Databases of the World / Consistent"]
        );
        let place = card.items().next().unwrap();
        let ranks =
            ["Rank in catalog", "Rank in section"].map(|label| place.fact(label).unwrap().text.as_str());
        assert_eq!(ranks, ["2 of 4", "1 of 2"]);
        assert_eq!(of(&card, "Releases"), ["1.2.0"]);
        assert_eq!(card.charts[0].lines[0].points.len(), 3);
        assert_eq!(card.links.page.as_deref(), Some("/p/github.com~etcd-io~etcd/"));
        assert_eq!(card.links.subscribe.as_deref(), Some("project:etcd-io/etcd"));
    }
    let tour = world.ask("/show https://example.org/tour");
    assert_eq!((tour.title.as_str(), tour.text[0].as_str()), ("A Tour", "Learn it"));
    assert_eq!(of(&tour, "Listed in"), ["Awesome Go / Texts"]);
    assert_eq!(world.ask("/show awesome-go").fact("Entries").unwrap().number, Some(5));
    let missing = world.ask("/show https://github.com/nobody/nothing");
    assert!(missing.missing && missing.links.page.is_none(), "{missing:?}");
}

#[test]
fn the_best_by_each_measure() {
    let world = World::new();
    for (asked, wanted) in [
        ("/top awesome-go", vec!["gin-gonic/gin", "etcd-io/etcd", "labstack/echo", "dgraph-io/badger"]),
        ("/top \"Awesome Go\" 2", vec!["gin-gonic/gin", "etcd-io/etcd"]),
        ("/top Awesome Go Web", vec!["gin-gonic/gin", "labstack/echo"]),
        (
            "/top awesome-go by growth",
            vec!["gin-gonic/gin", "dgraph-io/badger", "etcd-io/etcd", "labstack/echo"],
        ),
        ("/top awesome-go by activity 1", vec!["dgraph-io/badger"]),
        ("/top key-value stores by forks", vec!["etcd-io/etcd", "dgraph-io/badger"]),
        ("/top awesome-go databases", vec!["etcd-io/etcd", "dgraph-io/badger"]),
        ("/top databases", vec!["etcd-io/etcd"]),
        ("/top", vec!["gin-gonic/gin", "etcd-io/etcd", "labstack/echo", "dgraph-io/badger"]),
    ] {
        let answer = world.ask(asked);
        assert_eq!(names(&answer), wanted, "{asked}");
        assert_eq!(
            answer.items().map(|item| item.rank.unwrap()).collect::<Vec<_>>(),
            (1..=wanted.len() as u32).collect::<Vec<_>>()
        );
    }
    let growth = world.ask("/top awesome-go by growth");
    assert_eq!(growth.title, "Top by growth in Awesome Go in the last 7 days");
    assert_eq!(growth.items().next().unwrap().fact("Gained").unwrap().text, "+1,000");
    let second = world.page("/top awesome-go", 2, 3);
    assert_eq!((names(&second), second.paging.unwrap().pages), (vec!["dgraph-io/badger"], Some(2)));
    let wrong = world.ask("/top awesome-gi");
    assert!(wrong.missing, "{wrong:?}");
    let section = world.ask("/top awesome-go Compilers");
    assert!(section.missing && section.text[0].contains("Databases / Key-Value Stores"), "{section:?}");
}

#[test]
fn rankings_lead_to_the_page_that_shows_the_same() {
    let world = World::new();
    for (asked, page) in [
        ("/top", "/rankings/"),
        ("/top 25", "/rankings/"),
        ("/top by growth", "/rankings/growth-7/"),
        ("/top awesome-go", "/c/awesome-go/rankings/"),
        ("/top awesome-go 100", "/c/awesome-go/rankings/"),
        ("/top awesome-go by forks 2", "/c/awesome-go/rankings/forks/"),
        ("/top awesome-go by activity", "/c/awesome-go/rankings/activity/"),
        ("/top awesome-go by growth", "/c/awesome-go/rankings/growth-7/"),
        ("/top awesome-go by growth 2w", ""),
        ("/top awesome-go by growth 30d", "/c/awesome-go/rankings/growth-30/"),
        ("/top awesome-go by growth 1w", "/c/awesome-go/rankings/growth-7/"),
        ("/top awesome-go by growth since 2026-11-01", ""),
        ("/top awesome-go by growth today", ""),
        ("/top awesome-go databases", ""),
    ] {
        let answer = world.ask(asked);
        let asking = answer.question.clone();
        let page = if page.is_empty() { crate::answer::view::asked(&asking) } else { page.to_owned() };
        assert_eq!(answer.links.page, Some(page), "{asked}");
    }
}

#[test]
fn news_of_a_time() {
    let world = World::new();
    for (asked, wanted) in [
        ("/new", vec!["gin", "etcd"]),
        ("/new awesome-go", vec!["gin", "etcd"]),
        ("/new awesome-go 7d", vec!["gin"]),
        ("/new last week", vec!["etcd"]),
        ("/new awesome-go databases", vec!["etcd"]),
        ("/new databases", vec![]),
        ("/new 2024", vec![]),
    ] {
        assert_eq!(names(&world.ask(asked)), wanted, "{asked}");
    }
    let first = world.page("/new", 1, 1);
    assert!(first.paging.unwrap().more && names(&first) == ["gin"]);
    assert_eq!(names(&world.page("/new", 2, 1)), ["etcd"]);
    let answer = world.ask("/new awesome-go 7d");
    assert_eq!(answer.title, "New in Awesome Go in the last 7 days");
    assert_eq!(answer.links.feed.as_deref(), Some("/c/awesome-go/feed.atom?kind=added"));
    assert_eq!(answer.items().next().unwrap().fact("In").unwrap().text, "Awesome Go / Web Frameworks");
}

#[test]
fn releases_of_a_catalog_or_a_project() {
    let world = World::new();
    assert_eq!(world.ask("/releases awesome-go").items().count(), 4);
    assert_eq!(names(&world.ask("/releases awesome-go web")), ["gin 1.2.0", "echo 1.2.0"]);
    for asked in ["/releases etcd", "/releases etcd-io/etcd 7d", "/releases https://github.com/etcd-io/etcd"]
    {
        let answer = world.ask(asked);
        assert!(answer.title.starts_with("Releases of etcd-io/etcd"), "{asked}: {answer:?}");
        assert_eq!(answer.items().count(), 1, "{asked}");
        assert_eq!(answer.items().next().unwrap().fact("Quality").unwrap().text, "minor");
    }
    assert_eq!(world.ask("/releases etcd yesterday").text, ["Nothing was told."]);
    assert!(world.ask("/releases nobody").missing);
}

#[test]
fn who_rose_and_who_gained() {
    let world = World::new();
    let answer = world.ask("/movers awesome-go");
    assert_eq!((of(&answer, "Rose"), of(&answer, "Fell")), (vec!["badger"], vec![]));
    assert_eq!(of(&answer, "Gained most stars")[..2], ["gin-gonic/gin", "dgraph-io/badger"]);
    let badger = answer.items().next().unwrap();
    assert_eq!(
        (badger.fact("Rank").unwrap().text.as_str(), badger.text.as_str()),
        ("2 → 1", "overtook etcd")
    );
    assert_eq!(world.ask("/movers databases 2024").text, ["Nobody moved."]);
}

#[test]
fn things_side_by_side() {
    let world = World::new();
    let answer = world.ask("/compare etcd vs badger vs etcd-io/etcd");
    assert_eq!(names(&answer), ["etcd-io/etcd", "dgraph-io/badger"]);
    let stars: Vec<_> = answer.items().map(|item| item.fact("Stars").unwrap().number).collect();
    assert_eq!(stars, [Some(50_000), Some(14_000)]);
    assert_eq!(answer.items().next().unwrap().fact("Newest release").unwrap().text, "1.2.0");
    assert_eq!(answer.charts[0].lines.len(), 2);
    let page = "/compare/?a=etcd-io/etcd&b=dgraph-io/badger";
    assert_eq!(answer.links.page.as_deref(), Some(page));
    let others = world.ask("/compare https://example.org/tour awesome-go");
    assert_eq!(others.links.page.as_deref(), Some("/compare/?a=https%3A//example.org/tour&b=awesome-go"));
    let missing = world.ask("/compare etcd bagder");
    assert!(missing.missing);
    assert_eq!(missing.hints[0].ask, "/compare etcd dgraph-io/badger");
}

#[test]
fn what_happened_to_one() {
    let world = World::new();
    let answer = world.ask("/history badger");
    let kinds: Vec<_> = answer.items().map(|item| item.fact("Kind").unwrap().text.as_str()).collect();
    assert_eq!(kinds, ["ranks_moved", "released"]);
    assert_eq!(answer.links.page.as_deref(), Some("/p/github.com~dgraph-io~badger/history/"));
    assert_eq!(world.ask("/history awesome-go").links.page.as_deref(), Some("/c/awesome-go/"));
    let ranks = answer.charts.iter().find(|chart| chart.ranks).unwrap();
    assert_eq!(ranks.lines[0].name, "Awesome Go / Databases / Key-Value Stores, by stars");
    assert_eq!(ranks.lines[0].points.iter().map(|point| point.value).collect::<Vec<_>>(), [2, 1]);
}

#[test]
fn short_answers() {
    let world = World::new();
    assert_eq!(names(&world.ask("/catalogs")), ["Awesome Go", "Databases of the World"]);
    assert_eq!(world.ask("/random databases").title, "etcd-io/etcd");
    assert!(world.ask("/random").hints[0].ask == "/random");
    let newest = world.ask("/why");
    assert_eq!(newest.fact("Kind").unwrap().text, "ranks_moved");
    let again = world.ask(&format!("/why {}", newest.fact("Event").unwrap().text));
    assert_eq!((again.title, again.text), (newest.title, newest.text));
    assert_eq!(world.ask("/why etcd").fact("Kind").unwrap().text, "added");
    assert!(world.ask("/why xyzzy").missing);
    for (asked, atom, subscribe) in [
        ("/feed", "/k/added/feed.atom", "/subscribe kind:added"),
        ("/feed etcd", "", ""),
        ("/feed show etcd", "/p/github.com~etcd-io~etcd/feed.atom", "/subscribe project:etcd-io/etcd"),
        (
            "/feed releases badger",
            "/p/github.com~dgraph-io~badger/feed.atom?kind=released&kind=release_promoted",
            "/subscribe project:dgraph-io/badger (kind:released or kind:release_promoted)",
        ),
        ("/feed find raft log", "/feed.atom?q=raft+log", "/subscribe raft log"),
    ] {
        let answer = world.ask(asked);
        assert_eq!(answer.missing, atom.is_empty(), "{asked}");
        if !answer.missing {
            assert_eq!(
                (answer.fact("Atom").unwrap().text.as_str(), answer.fact("Subscribe").unwrap().text.as_str()),
                (atom, subscribe)
            );
        }
    }
    let suggested = world.ask("/suggest https://github.com/avelino/awesome-go");
    assert_eq!(
        suggested.fact("Lines").unwrap().text,
        "[[catalog]] id = \"awesome-go\" source = \"github:avelino/awesome-go\""
    );
    assert_eq!(world.ask("/suggest https://github.com/lists/databases").text, ["It is followed already."]);
}

#[test]
fn an_empty_program_answers_too() {
    let store = Store::in_memory().unwrap();
    let lookup = Lookup::new(store, Index::new());
    for form in Question::forms() {
        let question = Question::parse(form.example, now(), whimbrel_news::Zone::UTC).unwrap();
        let answer = lookup.answer(&Asking::new(&question, now())).unwrap();
        assert!(!answer.text.is_empty() || !answer.facts.is_empty(), "{}: {answer:?}", form.example);
    }
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config::with_cases(16))]
    #[test]
    fn no_question_is_too_strange(texts in proptest::collection::vec("/?(top|new|find|show|why|compare|releases)? \\PC{0,30}", 20)) {
        let world = World::new();
        for text in texts {
            if let Ok(question) = Question::parse(&text, now(), whimbrel_news::Zone::UTC) {
                world.lookup.answer(&Asking::new(&question, now())).unwrap();
            }
        }
    }
}
