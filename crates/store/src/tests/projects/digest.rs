//! Digests with what no event says.

use whimbrel_news::digest::DigestPage;
use whimbrel_news::{Dated, Filter, News, Subject};

use super::*;

fn subject(text: &str) -> Subject {
    Subject { name: text.rsplit('/').next().unwrap().to_owned(), key: text.to_owned(), ..Subject::default() }
}

fn added(text: &str) -> Dated {
    let news = News::Added {
        subject: subject(text),
        description: String::new(),
        in_place_of: None,
        returned: false,
        facts: whimbrel_news::Facts::default(),
    };
    Dated::new(at(10), news)
}

/// Lets a catalog list these addresses and tell it.
fn list_aloud(store: &Store, catalog: &str, keys: &[&str], now: i64) {
    let mut record = record(meta(catalog));
    record.put = keys.iter().map(|key| entry(key, "S")).collect();
    record.news = keys.iter().map(|key| added(key)).collect();
    store.record(&[record], at(now)).unwrap();
}

#[test]
fn a_digest_knows_who_else_lists_an_entry_and_what_grew() {
    on_both(|store| {
        let (risen, still) = ("github.com/owner/risen", "github.com/owner/still");
        list(store, "a", &[risen], 1);
        list_aloud(store, "b", &[risen, still, "example.org/page"], 100);
        for (number, rows) in [(1, vec![(20, 500), (60, 510), (90, 540), (300, 900)]), (2, vec![(90, 7)])] {
            let project = store.project(ProjectId(number)).unwrap().unwrap();
            let record = ProjectRecord { history: Some(stars(&rows)), ..looked(project, 500) };
            store.record_projects(&[record], &[], at(120)).unwrap();
        }
        let page = DigestPage::new(at(50), at(200), None);
        let (digest, is_all) = store.digest(&page, 1_000).unwrap();
        assert!(is_all);
        assert_eq!(digest.counts.into_values().collect::<Vec<_>>(), [3]);
        let also: Vec<_> = digest.also.into_iter().collect();
        assert_eq!(also, [(risen.to_owned(), vec![id("a"), id("b")])]);
        let [grown] = digest.growth.as_slice() else { panic!("{:?}", digest.growth) };
        assert_eq!(
            (grown.name.as_str(), grown.project.as_str(), grown.gained()),
            ("risen", "owner/risen", 40)
        );
        assert_eq!(grown.points, [(at(50), 500), (at(60), 510), (at(90), 540)]);

        assert!(store.digest(&DigestPage::new(at(101), at(200), None), 1_000).unwrap().0.is_empty());
        assert!(!store.digest(&page, 3).unwrap().1);
    });
}

#[test]
fn a_digest_has_the_news_its_filter_lets_through() {
    on_both(|store| {
        list_aloud(store, "a", &["github.com/owner/one"], 100);
        list_aloud(store, "b", &["github.com/owner/two"], 100);
        let count = |filter: &str| {
            let filter = Filter::parse(filter).unwrap();
            let page = DigestPage::new(at(50), at(200), Some(&filter));
            store.digest(&page, 1_000).unwrap().0.counts.values().sum::<usize>()
        };
        assert_eq!(["", "catalog:a", "kind:removed", "kind:added", "two"].map(count), [2, 1, 0, 2, 1]);
    });
}
