use whimbrel_lookup::{Hint, Links, Part};

use super::*;

fn fact(label: &str, text: &str, number: Option<i64>) -> Fact {
    Fact { label: label.to_owned(), text: text.to_owned(), number, ..Fact::default() }
}

fn told(answer: &Answer, site: Option<&str>) -> Reply {
    let reply = Telling { answer, site }.reply(Words::of);
    crate::tests::check(&reply);
    reply
}

fn labels(reply: &Reply) -> Vec<Vec<&str>> {
    reply.buttons.iter().map(|row| row.iter().map(|button| button.label.as_str()).collect()).collect()
}

#[test]
fn a_card_reads_from_top_to_bottom() {
    let address = Fact {
        url: Some("https://github.com/etcd-io/etcd".to_owned()),
        ..fact("Address", "https://github.com/etcd-io/etcd", None)
    };
    let ranks = [fact("Rank in catalog", "3 of 2,400", Some(3)), fact("Rank in section", "1 of 40", Some(1))];
    let listed = Item { name: "Awesome Go / Databases".to_owned(), facts: ranks.into(), ..Item::default() };
    let answer = Answer {
        question: "/show etcd-io/etcd".to_owned(),
        title: "etcd-io/etcd".to_owned(),
        text: vec!["A store for what matters most.".to_owned()],
        facts: vec![
            fact("Stars", "50,312", Some(50_312)),
            fact("Stars in 7 days", "+120", Some(120)),
            fact("Stars in 30 days", "−3", Some(-3)),
            fact("Forks", "9,870", Some(9_870)),
            fact("Language", "Go", None),
            Fact { at: Some(chrono::DateTime::UNIX_EPOCH), ..fact("Last push", "20 November 2026", None) },
            address,
        ],
        parts: vec![Part { title: "Listed in".to_owned(), items: vec![listed] }],
        links: Links {
            page: Some("/p/x/".to_owned()),
            feed: Some("/p/x/feed.atom".to_owned()),
            subscribe: Some("project:etcd-io/etcd".to_owned()),
        },
        hints: vec![Hint { text: "History".to_owned(), ask: "/history etcd-io/etcd".to_owned() }],
        ..Answer::default()
    };
    let reply = told(&answer, Some("https://news.example.org"));
    assert_eq!(
        reply.plain(),
        "etcd-io/etcd\n\
         A store for what matters most.\n\
         ★ 50,312 (+120 in 7 days, −3 in 30 days) · 9,870 forks · Go · last push 20 November 2026\n\
         github.com/etcd-io/etcd\n\
         Listed in\n\
         Awesome Go / Databases · 3 of 2,400 in the catalog · 1 of 40 in the section\n\
         On the page · As a feed"
    );
    assert_eq!(labels(&reply), [vec!["History"], vec!["Subscribe to this"]]);
    assert_eq!(reply.button("Subscribe to this").unwrap().action, "b.show etcd-io/etcd");
    assert!(!told(&answer, None).plain().contains("On the page"));
}

fn list(count: usize) -> Answer {
    let item = |number: usize| Item {
        rank: None,
        name: format!("thing-{number}"),
        url: Some(format!("https://example.org/{number}")),
        text: "what it is for ".repeat(20),
        facts: vec![fact("Stars", "1", Some(1))],
        ask: Some(format!("/show thing-{number}")),
    };
    Answer {
        question: "/find thing".to_owned(),
        title: "Found".to_owned(),
        parts: vec![Part { title: String::new(), items: (0..count).map(item).collect() }],
        paging: Some(Paging { page: 2, pages: None, more: true }),
        links: Links { subscribe: Some("thing".to_owned()), ..Links::default() },
        ..Answer::default()
    }
}

#[test]
fn things_of_a_list_can_be_pressed_and_pages_turned() {
    let reply = told(&list(8), None);
    assert_eq!(
        labels(&reply),
        [vec!["1", "2", "3", "4"], vec!["5", "6", "7", "8"], vec!["‹", "2", "›"], vec!["Subscribe to this"]]
    );
    assert_eq!(reply.button("8").unwrap().action, "a.show thing-7");
    assert_eq!(reply.button("›").unwrap().action, "j.3.find thing");
    let mut more = list(8);
    more.hints = (0..9).map(|n| Hint { text: n.to_string(), ask: format!("/show {n}") }).collect();
    let crowded = told(&more, None);
    assert_eq!(crowded.buttons.len(), MAX_ROWS);
    assert!(crowded.button("Subscribe").is_some() && crowded.button("›").is_some());
}

#[test]
fn what_is_no_filter_cannot_be_subscribed_to() {
    let mut answer = list(2);
    answer.links.subscribe = Some("nothing:like-it".to_owned());
    assert!(Filter::parse("nothing:like-it").is_err());
    assert_eq!(labels(&told(&answer, None)), [vec!["1", "2"], vec!["‹", "2", "›"]]);
}

#[test]
fn an_answer_is_never_longer_than_a_message() {
    let mut answer = list(0);
    let names = (0..200).map(|n| Item { name: format!("{n} ").repeat(60), ..Item::default() });
    answer.parts = vec![
        Part { title: "One".to_owned(), items: names.clone().collect() },
        Part { title: "Other".to_owned(), items: names.collect() },
    ];
    answer.text = vec!["🐦".repeat(2_000)];
    let plain = told(&answer, None).plain();
    assert!(plain.contains("and ") && plain.ends_with(" more."), "{plain}");
}
