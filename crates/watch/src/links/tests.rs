//! Links of a small catalog, asked at a server that changes its mind.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use whimbrel_catalog::{CatalogId, Entry, EntryKey, Place, SectionPath};
use whimbrel_news::Kind;
use whimbrel_store::{CatalogMeta, Record};

use super::*;
use crate::source::serve::{Served, answer};

struct World {
    store: Store,
    checker: LinkChecker,
    server: Served,
    pages: Arc<Mutex<BTreeMap<String, u16>>>,
    now: DateTime<Utc>,
}

impl World {
    /// A catalog in two sections with these pages, all of which work.
    async fn new(pages: &[&str]) -> Self {
        let statuses: BTreeMap<_, _> = pages.iter().map(|page| ((*page).to_owned(), 200)).collect();
        let statuses = Arc::new(Mutex::new(statuses));
        let its = Arc::clone(&statuses);
        let server = Served::new(move |asked| {
            let status = its.lock().unwrap().get(asked.target.trim_start_matches('/')).copied();
            answer(status.unwrap_or(404), &[], "")
        })
        .await;
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let store = Store::in_memory().unwrap();
        let mut meta = CatalogMeta::unseen(CatalogId::new("tools").unwrap(), "tools.md".to_owned(), now);
        meta.entries = pages.len() as u32 + 1;
        meta.next_due = Some(now);
        let mut record = Record::of(meta);
        let repository = "https://github.com/etcd-io/etcd".to_owned();
        let urls = pages.iter().map(|page| format!("{}/{page}", server.base)).chain([repository]);
        record.put = urls.map(|url| entry(&url)).collect();
        store.record(&[record], now).unwrap();
        let watch = Settings { allow_private_addresses: true, ..Settings::default() };
        let settings =
            LinkSettings { check: true, host_every: Span::from_millis(0), ..LinkSettings::default() };
        let checker = LinkChecker::new(store.clone(), settings, &watch).unwrap();
        Self { store, checker, server, pages: statuses, now }
    }

    fn answers(&self, page: &str, status: u16) {
        self.pages.lock().unwrap().insert(page.to_owned(), status);
    }

    /// So many hours with a step each minute of ten; hands back how often each page was asked by HEAD.
    async fn hours(&mut self, hours: u32) -> BTreeMap<String, usize> {
        for _ in 0..hours * 6 {
            self.now += TimeDelta::minutes(10);
            self.checker.poll_due(self.now).await.unwrap();
        }
        let mut asked = BTreeMap::new();
        for one in self.server.asked() {
            *asked.entry(one.target.trim_start_matches('/').to_owned()).or_default() += 1;
        }
        asked
    }

    /// What was told, with its sections.
    fn told(&self) -> Vec<(Kind, String, Vec<String>)> {
        let events = self.store.events_after(0, 100).unwrap();
        let told = events.into_iter().map(|event| {
            let sections = event.catalogs.iter().map(|listed| listed.section.clone()).collect();
            (event.kind(), event.news.subject().unwrap().name.clone(), sections)
        });
        told.collect()
    }
}

fn entry(url: &str) -> Entry {
    let place = |section: &str| Place { section: SectionPath::new([section]), line: 1 };
    Entry {
        key: EntryKey::from_url(url).unwrap(),
        name: url.rsplit('/').next().unwrap().to_owned(),
        url: url.to_owned(),
        description: String::new(),
        marks: vec![],
        links: vec![],
        figures: vec![],
        places: vec![place("A"), place("B")],
    }
}

#[tokio::test]
async fn every_link_is_asked_once_in_its_time_and_repositories_are_not() {
    let mut world = World::new(&["one", "two", "three"]).await;
    let asked = world.hours(7 * 24).await;
    assert_eq!(asked.keys().map(String::as_str).collect::<Vec<_>>(), ["one", "three", "two"]);
    assert!(asked.values().all(|times| (1..=2).contains(times)), "{asked:?}");
    assert_eq!(world.told(), []);
}

#[tokio::test]
async fn a_dead_link_is_told_once_it_was_found_dead_twice_and_again_when_it_works() {
    let mut world = World::new(&["one", "two"]).await;
    world.answers("two", 404);
    world.answers("one", 503);
    world.hours(9 * 24).await;
    let sections = || vec!["A".to_owned(), "B".to_owned()];
    assert_eq!(
        world.told(),
        [(Kind::LinkDead, "two".to_owned(), sections())],
        "a busy server is no dead link"
    );
    world.answers("two", 200);
    world.hours(8 * 24).await;
    assert_eq!(world.told()[1..], [(Kind::LinkBack, "two".to_owned(), sections())]);
    assert_eq!(world.store.link_troubles(None, 9).unwrap(), []);
}

#[tokio::test]
async fn a_page_that_knows_no_head_is_no_dead_link() {
    // HEAD and GET are told apart by nothing but the method, which this server refuses.
    let mut world = World::new(&["one"]).await;
    world.answers("one", 405);
    world.hours(9 * 24).await;
    assert_eq!(world.told(), []);
}

#[tokio::test]
async fn nothing_is_asked_unless_it_is_switched_on() {
    let mut world = World::new(&["one"]).await;
    world.checker.reconfigure(LinkSettings::default(), &Settings::default()).unwrap();
    assert_eq!(world.hours(9 * 24).await, BTreeMap::new());
}

#[tokio::test]
async fn no_link_leads_into_a_private_network() {
    let mut world = World::new(&["one"]).await;
    world.answers("one", 404);
    let settings = LinkSettings { check: true, ..LinkSettings::default() };
    world.checker.reconfigure(settings, &Settings::default()).unwrap();
    assert_eq!(world.hours(9 * 24).await, BTreeMap::new());
    assert_eq!(world.told(), []);
}

#[tokio::test]
async fn one_host_is_asked_no_faster_than_it_likes() {
    let mut world = World::new(&["one", "two", "three", "four"]).await;
    let settings =
        LinkSettings { check: true, every: Span::from_secs(3600), host_every: Span::from_secs(3600 * 24) };
    let watch = Settings { allow_private_addresses: true, ..Settings::default() };
    world.checker.reconfigure(settings, &watch).unwrap();
    let asked = world.hours(48).await;
    assert!((1..=2).contains(&asked.values().sum::<usize>()), "{asked:?}");
}

#[tokio::test]
async fn one_link_in_two_spellings_is_told_dead_once() {
    let mut world = World::new(&["one", "two"]).await;
    world.answers("one", 404);
    world.answers("one/", 200);
    let mut meta = CatalogMeta::unseen(CatalogId::new("other").unwrap(), "other.md".to_owned(), world.now);
    meta.entries = 1;
    meta.next_due = Some(world.now);
    let mut record = Record::of(meta);
    record.put = vec![entry(&format!("{}/one/", world.server.base))];
    world.store.record(&[record], world.now).unwrap();
    world.hours(30 * 24).await;
    let kinds: Vec<_> = world.told().into_iter().map(|(kind, ..)| kind).collect();
    assert_eq!(kinds, [Kind::LinkDead]);
}

/// Entries of these addresses in a catalog of their own, and a checker that leaves each host alone for so long.
fn checking(urls: &[String], every: u64, host_every: u64, now: DateTime<Utc>) -> LinkChecker {
    let store = Store::in_memory().unwrap();
    let mut meta = CatalogMeta::unseen(CatalogId::new("tools").unwrap(), "tools.md".to_owned(), now);
    meta.entries = urls.len() as u32;
    meta.next_due = Some(now);
    let mut record = Record::of(meta);
    record.put = urls.iter().map(|url| entry(url)).collect();
    store.record(&[record], now).unwrap();
    let (every, host_every) = (Span::from_secs(every), Span::from_secs(host_every));
    let watch = Settings { allow_private_addresses: true, ..Settings::default() };
    LinkChecker::new(store, LinkSettings { check: true, every, host_every }, &watch).unwrap()
}

#[tokio::test]
async fn a_host_with_very_many_links_does_not_keep_others_waiting() {
    let server = Served::new(|_| answer(200, &[], "")).await;
    let other = server.base.replace("127.0.0.1", "localhost");
    let mut urls: Vec<String> = (0..2_000).map(|number| format!("{}/{number}", server.base)).collect();
    urls.push(format!("{other}/alone"));
    let mut now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
    let checker = checking(&urls, 3_600, 600, now);
    for _ in 0..24 {
        now += TimeDelta::minutes(5);
        checker.poll_due(now).await.unwrap();
    }
    let asked = server.asked();
    assert!(asked.iter().any(|one| one.target == "/alone"), "{} questions", asked.len());
    let many = asked.iter().filter(|one| one.target != "/alone").count();
    assert!((6..=13).contains(&many), "two hours hold twelve times ten minutes: {many}");
}

#[tokio::test]
async fn every_request_counts_for_the_host_it_goes_to() {
    let base = Arc::new(Mutex::new(String::new()));
    let its = Arc::clone(&base);
    let server = Served::new(move |asked| match asked.target.as_str() {
        "/there" => answer(302, &[("location", &format!("{}/here", its.lock().unwrap()))], ""),
        "/gone" => answer(404, &[], ""),
        _ => answer(200, &[], ""),
    })
    .await;
    *base.lock().unwrap() = server.base.clone();
    let other = server.base.replace("127.0.0.1", "localhost");
    // A page that is gone needs HEAD and GET at 127.0.0.1, and a redirect leads there as well.
    let urls = [format!("{}/gone", server.base), format!("{other}/there")];
    let mut now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
    let checker = checking(&urls, 600, 1_200, now);
    let mut turns = Vec::new();
    for _ in 0..12 {
        now += TimeDelta::minutes(5);
        checker.poll_due(now).await.unwrap();
        let hosts: Vec<String> =
            server.asked().iter().map(|one| one.header("host").unwrap().to_owned()).collect();
        turns.push(hosts.iter().filter(|host| host.starts_with("127.0.0.1")).count());
    }
    assert!(turns.iter().all(|asked| *asked <= 1), "{turns:?}");
    let apart = turns.windows(4).all(|window| window.iter().sum::<usize>() <= 1);
    assert!(apart, "twenty minutes lie between two requests to one host: {turns:?}");
    assert!(turns.iter().sum::<usize>() >= 2, "{turns:?}");
}
