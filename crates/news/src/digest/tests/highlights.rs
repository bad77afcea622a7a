//! What a digest says besides its events: movers, growth, who else lists a new entry.

use super::*;
use crate::event::{Facts, Subject};
use crate::wording::{Room, tell_digest, tell_digest_within, tell_read};

fn mover(name: &str, from: u32, to: u32) -> Mover {
    Mover { name: name.to_owned(), url: format!("https://github.com/x/{name}"), from, to, overtook: vec![] }
}

fn ranks(metric: Metric, scope: &[&str], movers: Vec<Mover>) -> Change {
    Change::RanksMoved { metric, scope: SectionPath::new(scope.iter().copied()), movers }
}

fn known(name: &str, catalog: &str, stars: u64) -> Event {
    let subject = Subject {
        name: name.to_owned(),
        url: format!("https://github.com/x/{name}"),
        key: format!("github.com/x/{name}"),
        section: "A".to_owned(),
        section_path: vec!["A".to_owned()],
    };
    let facts = Facts {
        stars: Some(stars),
        language: Some("Rust".to_owned()),
        license: Some("MIT".to_owned()),
        ..Facts::default()
    };
    let news = News::Added {
        subject,
        description: "A store.".to_owned(),
        in_place_of: None,
        returned: false,
        facts,
    };
    Event {
        catalog: CatalogId::new(catalog).ok(),
        ..event(news, u32::from(catalog.as_bytes()[0]) - 90 + 3 * (4 - name.len() as u32))
    }
}

#[test]
fn the_largest_moves_come_first_whatever_ranking_they_are_in() {
    let digest = Digest::fold(
        week(),
        &events([
            ranks(Metric::Stars, &[], vec![mover("a", 9, 4), mover("b", 3, 2), mover("c", 4, 11)]),
            ranks(Metric::Forks, &["Tools"], vec![mover("d", 40, 20), mover("a", 30, 29), mover("e", 5, 6)]),
        ]),
    );
    let moves = digest.movers(2, 2);
    let told: Vec<_> =
        moves.iter().map(|a| (a.mover.name.as_str(), a.mover.from, a.mover.to, a.ranking())).collect();
    let (stars, forks) = ("by stars".to_owned(), "Tools, by forks".to_owned());
    assert_eq!(
        told,
        [("d", 40, 20, forks.clone()), ("a", 9, 4, stars.clone()), ("c", 4, 11, stars), ("e", 5, 6, forks)]
    );
    assert_eq!((moves[0].instead(), moves[0].catalog().map(CatalogId::as_str)), ("x/d", Some("systems")));
    assert_eq!(digest.movers(9, 9).len(), 5, "who moved in two rankings is there once");
}

#[test]
fn of_many_movers_both_directions_are_told() {
    let movers =
        (1..=60).map(|index| mover(&format!("m{index}"), 200 + index, if index > 50 { 270 } else { 100 }));
    let digest = Digest::fold(week(), &events([ranks(Metric::Stars, &[], movers.collect())]));
    let told = tell_digest(&digest, &|id| id.to_string());
    let [group] = told.groups.as_slice() else { panic!("{:?}", told.groups) };
    let text: Vec<_> = group.lines.iter().map(crate::wording::Brief::text).collect();
    assert_eq!((text.len(), group.more), (20, 40));
    assert_eq!((text[0].as_str(), text[13].as_str()), ("m50 rose: 250 → 100", "m37 rose: 237 → 100"));
    assert_eq!((text[14].as_str(), text[19].as_str()), ("m51 fell: 251 → 270", "m56 fell: 256 → 270"));
    let whole = tell_digest_within(Room::PAGE, "now", &digest, &|id| id.to_string());
    assert_eq!((whole.groups[0].lines.len(), whole.groups[0].more), (60, 0));
}

#[test]
fn a_new_entry_says_what_is_known_and_who_else_lists_it() {
    let mut digest =
        Digest::fold(week(), &[known("both", "a", 1_204), known("both", "b", 1_204), known("one", "a", 1)]);
    let lines = |digest: &Digest| -> Vec<String> {
        let told = tell_digest(digest, &|id| format!("list {id}"));
        told.groups.iter().flat_map(|group| group.lines.iter().map(crate::wording::Brief::text)).collect()
    };
    assert_eq!(
        lines(&digest),
        [
            "both — A store. · Rust · 1,204 stars · also in list b",
            "one — A store. · Rust · 1 star",
            "both — A store. · Rust · 1,204 stars · also in list a",
        ]
    );
    let told = tell_digest(&digest, &|id| format!("list {id}"));
    let line = &told.groups[0].lines[0];
    assert_eq!(line.rest_within(999), line.rest);
    let mut long = line.clone();
    long.rest = format!(" — {}{}", "words ".repeat(40), " · Rust · 1,204 stars · also in list b");
    assert!(long.rest_within(100).ends_with("words… · Rust · 1,204 stars · also in list b"), "{long:?}");
    assert!(long.rest_within(100).chars().count() <= 100);
    assert!(long.rest_within(30).chars().count() <= 30);
    let lists = ["a", "c", "d"].map(|id| CatalogId::new(id).unwrap());
    digest.also.insert("github.com/x/one".to_owned(), lists.to_vec());
    assert_eq!(lines(&digest)[1], "one — A store. · Rust · 1 star · also in list c and list d");
}

#[test]
fn subjects_begin_with_those_that_released() {
    let release =
        News::Released { project: crate::event::tests::project(), release: crate::event::tests::release() };
    let mut all = vec![known("x", "a", 1), known("x", "b", 1)];
    all.push(Event { catalog: None, ..event(release, 5) });
    let digest = Digest::fold(week(), &all);
    let keys: Vec<_> = digest.subjects().iter().map(|subject| subject.key.as_str()).collect();
    assert_eq!(keys, ["github.com/etcd-io/etcd", "github.com/x/x"]);
}

#[test]
fn it_says_when_each_catalog_was_last_read() {
    let at = |hours| start() + TimeDelta::hours(hours);
    let read = [("b", at(2)), ("a", at(30)), ("c", at(2))].map(|(id, at)| (CatalogId::new(id).unwrap(), at));
    let told = tell_read(&read.into(), &|id| format!("List {id}"));
    let text: Vec<_> = told.iter().map(crate::wording::Brief::text).collect();
    assert_eq!(
        text,
        [
            "List b — last read 16 November 2026, 02:00 UTC",
            "List c — last read 16 November 2026, 02:00 UTC",
            "List a — last read 17 November 2026, 06:00 UTC",
        ]
    );
}
