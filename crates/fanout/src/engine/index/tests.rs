//! The index finds the lanes that asking every filter finds, whatever came and went before.

use std::collections::{BTreeMap, BTreeSet};

use chrono::DateTime;
use whimbrel_news::{CatalogId, Dated, Event, Facts, News, Subject};

use super::*;

fn events() -> Vec<Event> {
    let at = DateTime::from_timestamp(1_795_000_000, 0).unwrap();
    let event = |seq: u64| {
        let subject = Subject {
            name: format!("tool{seq}"),
            url: format!("https://github.com/owner/tool{seq}"),
            key: format!("github.com/owner/tool{seq}"),
            section: format!("Text / Heading {seq}"),
            section_path: vec!["Text".to_owned(), format!("Heading {seq}")],
        };
        let facts = Facts { stars: Some(seq * 10), language: Some("Rust".to_owned()), ..Facts::default() };
        let description = format!("It says word{seq} of many.");
        let news = News::Added { subject, description, in_place_of: None, returned: false, facts };
        let catalog = CatalogId::new(&format!("list-{}", seq % 3)).unwrap();
        Dated::new(at, news).numbered(format!("1-{seq}").parse().unwrap(), at, Some(catalog))
    };
    (1..=12).map(event).collect()
}

fn filter(number: u64) -> Filter {
    let n = number / 9 % 14;
    let text = match number % 9 {
        0 => format!("project:owner/tool{n}"),
        1 => format!("word{n} kind:added"),
        2 => format!("catalog:list-{} stars:>={}", n % 4, n * 9),
        3 => format!("section:\"Heading {n}\" or section:\"heading {}\"", n + 1),
        4 => format!("stars:<{} language:rust", n * 10),
        5 => format!("kind:released stars:{n}"),
        6 => format!("-tool{n} catalog:list-1"),
        7 => format!("tool{n} or project:tool{} or nothing", n + 2),
        _ => String::new(),
    };
    Filter::parse(&text).unwrap()
}

#[test]
fn asking_those_that_could_match_finds_all_that_do() {
    let (mut index, mut users) = (Index::default(), BTreeMap::<u32, (Filter, FilterNo)>::new());
    let events = events();
    let mut dice = 11_u64;
    for round in 0..3_000_u64 {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let user = (dice >> 40) as u32 % 300;
        if let Some((_, number)) = users.remove(&user) {
            index.remove(number, user);
        } else {
            // Some for themselves, so that filters die and are swept out; some like many others.
            let filter = filter(dice >> 33);
            let filter = if dice >> 63 == 0 {
                filter
            } else {
                filter.and(Filter::parse(&format!("-n{round}")).unwrap())
            };
            let number = index.add(&filter, user);
            assert_eq!(index.number(&filter), Some(number));
            users.insert(user, (filter, number));
        }
        let event = &events[round as usize % events.len()];
        let mut found = Vec::new();
        index.matching(&Prepared::new(event), |user, names_kinds| found.push((user, names_kinds)));
        let wanted = users.iter().filter(|(_, (filter, _))| filter.matches(event));
        let wanted: BTreeSet<_> = wanted.map(|(user, (filter, _))| (*user, filter.names_kinds())).collect();
        assert_eq!(found.iter().copied().collect::<BTreeSet<_>>(), wanted, "in round {round}");
        assert_eq!(found.len(), wanted.len(), "each once");
    }
    assert!(index.entries.len() < 600, "{}: numbers are given again", index.entries.len());
    for (user, (_, number)) in users {
        index.remove(number, user);
    }
    assert!(index.numbers.is_empty() && index.shared.is_empty());
}
