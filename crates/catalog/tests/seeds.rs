//! Real catalogs, read from the folder that `WHIMBREL_SEEDS` names; without it these tests pass quietly.

use std::path::PathBuf;

use whimbrel_catalog::{Entry, Hint, Metric, Reading, parse};

fn seed(name: &str) -> Option<Reading> {
    let folder = PathBuf::from(std::env::var_os("WHIMBREL_SEEDS")?);
    let bytes = std::fs::read(folder.join(name)).expect("the seed is in the folder");
    Some(parse(&bytes, Hint { name: Some(name), format: None }).expect("the seed is readable"))
}

fn entry<'a>(reading: &'a Reading, key: &str) -> &'a Entry {
    let found = reading.snapshot.entries.iter().find(|entry| entry.key.as_str() == key);
    found.unwrap_or_else(|| panic!("{key} is listed"))
}

fn counts(reading: &Reading) -> (usize, usize, usize, usize) {
    let snapshot = &reading.snapshot;
    let of_sections = reading.report.sections.iter().map(|section| section.1).sum::<usize>();
    assert_eq!(of_sections, snapshot.listings(), "sections add up to the listings");
    assert_eq!(reading.report.layouts.values().sum::<usize>(), snapshot.listings(), "layouts add up");
    (snapshot.listings(), snapshot.entries.len(), snapshot.linkless.len(), reading.report.skipped.len())
}

#[test]
fn a_ranked_list() {
    let Some(reading) = seed("000_d99bc6d37556f03a.txt") else { return };
    assert_eq!(counts(&reading), (48, 48, 0, 0));
    let orders: Vec<_> =
        reading.snapshot.rankings.iter().map(|r| (r.metric.clone(), r.order.len())).collect();
    assert_eq!(orders, [(Metric::Stars, 48), (Metric::Forks, 48), (Metric::Updated, 48)]);
    assert!(reading.snapshot.rankings.iter().all(|ranking| ranking.section.is_root()));
    assert_eq!(reading.report.unknown, [2, 2, 2]);
    assert!(reading.report.duplicates.is_empty());

    let kit = entry(&reading, "github.com/go-kit/kit");
    let stars = kit.figure(&Metric::Stars).expect("its stars are known");
    assert_eq!((stars.shown.as_str(), stars.value), ("24.8k", 24_800.0));
    for (key, name) in
        [("github.com/coreos/etcd/raft", "coreos/etcd"), ("github.com/dotchain/dot", "dotchain/dot")]
    {
        let broken = entry(&reading, key);
        assert_eq!((broken.name.as_str(), broken.figures.len()), (name, 0));
    }
}

#[test]
fn name_and_text_inside_the_link() {
    let Some(reading) = seed("001_6886f81e3b0d82db.txt") else { return };
    assert_eq!(counts(&reading), (11, 11, 0, 0));
    assert_eq!(reading.report.sections.len(), 8);
    assert!(reading.snapshot.entries.iter().all(|entry| entry.marks.len() == 1));
    let micro = entry(&reading, "github.com/asim/go-micro");
    assert_eq!((micro.name.as_str(), micro.marks[0].as_str(), micro.places[0].line), ("etcd", "Golang", 34));
    assert_eq!(entry(&reading, "github.com/travisjeffery/jocko").name, "Jocko");
}

#[test]
fn language_in_front_of_the_link() {
    let Some(reading) = seed("002_0a76ac725a1596de.txt") else { return };
    assert_eq!(counts(&reading), (133, 131, 0, 0));
    let twice: Vec<_> =
        reading.report.duplicates.iter().map(|(key, lines)| (key.as_str(), lines.len())).collect();
    assert_eq!(twice, [("github.com/filodb/filodb", 2), ("github.com/ceresdb/ceresdb", 2)]);
    let couch = entry(&reading, "github.com/apache/couchdb");
    assert_eq!(couch.name, "CouchDB");
    assert!(couch.description.ends_with("conflict detection."), "text behind the link is kept");
    assert_eq!(entry(&reading, "github.com/ydb-platform/ydb").name, "YDB");
}

#[test]
fn home_pages_remarks_and_mojibake() {
    let Some(reading) = seed("003_bad2ef7ea120cdae.txt") else { return };
    assert_eq!(counts(&reading), (80, 80, 1, 0));
    let linkless = &reading.snapshot.linkless[0];
    assert_eq!((linkless.name.as_str(), linkless.line), ("capnproto/capnproto-rust", 43));
    assert_eq!(linkless.section.to_string(), "RPC / Structured data serialization");

    let playground =
        reading.snapshot.entries.iter().find(|entry| entry.name == "Playground").expect("is listed");
    let parent = entry(&reading, "github.com/haraldng/omnipaxos");
    assert_eq!(playground.section(), parent.section());
    assert_eq!(parent.links[0].url, "https://omnipaxos.com/");
    assert!(!parent.description.contains("http"));

    let rkyv = entry(&reading, "github.com/rkyv/rkyv");
    assert_eq!(rkyv.name, "rkyv/rkyv");
    let raft = entry(&reading, "github.com/maemual/raft-zh_cn");
    assert!(raft.description.starts_with("Raft \u{2030}"), "nothing is repaired by guessing");
}

#[test]
fn side_links_and_two_spellings() {
    let Some(reading) = seed("004_7c31f77d9d0e4e50.txt") else { return };
    assert_eq!(counts(&reading), (267, 265, 0, 1));
    assert_eq!(reading.report.duplicates.len(), 2);
    assert_eq!(
        (reading.report.skipped[0].line, reading.report.skipped[0].reason.as_str()),
        (3, "link in running text")
    );
    let akka = entry(&reading, "github.com/akka/akka");
    assert_eq!(
        akka.links.iter().map(|link| link.name.as_str()).collect::<Vec<_>>(),
        ["Web", "Reddit", "Reddit"]
    );
    assert!(akka.description.ends_with("on the JVM."));
    assert!(reading.snapshot.entries.iter().any(|entry| entry.name.contains(" - ")), "titles are not split");
}
