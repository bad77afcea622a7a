//! Rankings of our own counting and of a document's, with who rose and who fell.

use chrono::TimeDelta;
use whimbrel_catalog::{CatalogId, EntryKey, Figure, Metric, Mover, Place, SectionPath};
use whimbrel_news::News;
use whimbrel_project::{Standing, StarHistory};
use whimbrel_store::{ProjectRecord, Record};

use super::world::World;

/// A project was looked at every week for two months; its stars went from one number to another.
fn counted(world: &World, key: &str, from: u64, to: u64) {
    let id = world.store.project_named(&EntryKey::from_stored(key)).unwrap().unwrap();
    let mut project = world.store.project(id).unwrap().unwrap();
    let mut history = StarHistory::default();
    for week in 0..=8u64 {
        let at = world.now - TimeDelta::weeks(8 - week as i64);
        history.observe(at, from + (to - from) * week / 8, 3 + week * (to % 7));
    }
    project.node = Some(format!("R_{id}"));
    project.facts.stars = Some(to);
    project.facts.forks = history.rows().last().map(|row| row.forks);
    project.facts.pushed_at = Some(world.now - TimeDelta::days((to % 10) as i64 + i64::from(to == 500)));
    project.facts.archived = to == 500;
    project.standing = Standing::Here;
    let record =
        ProjectRecord { project, aliases: vec![], history: Some(history), news: vec![], due: world.now };
    world.store.record_projects(&[record], &[], world.now).unwrap();
}

fn world() -> World {
    let mut world = World::usual();
    world.now = std::time::SystemTime::now().into();
    for (key, from, to) in [
        ("github.com/raft/entry-0", 400, 500),
        ("github.com/raft/entry-1", 300, 9_000),
        ("github.com/raft/entry-2", 8_000, 8_100),
    ] {
        counted(&world, key, from, to);
    }
    world
}

/// The text of a page without its markup.
fn words(page: &str) -> String {
    let mut inside = false;
    let text: String = page
        .chars()
        .map(|c| match c {
            '<' => {
                inside = true;
                ' '
            }
            '>' => {
                inside = false;
                ' '
            }
            c if inside || c.is_whitespace() => ' ',
            c => c,
        })
        .collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn a_ranking_tells_who_rose_and_who_fell() {
    let world = world();
    let page = world.get("/c/raft/rankings/").await.text();
    let told = words(&page);
    for row in
        ["1 ▲ up 1 raft/entry-1 9,000 +", "2 ▼ down 1 raft/entry-2 8,100 +", "3 = no move raft/entry-0 500 +"]
    {
        assert!(told.contains(row), "{row}: {told}");
    }
    assert_eq!(page.matches("<svg class=\"spark\"").count(), 3);
    assert!(page.contains("aria-label=\"Stars of raft/entry-1: from 300 to 9,000\""), "{page}");
    let none = world.get("/c/shells/rankings/").await.text();
    assert!(none.contains("No ranking yet."));
    assert_eq!(world.get("/c/nowhere/rankings/").await.status.as_u16(), 404);
    let moved = world.get("/c/raft/rankings").await;
    assert_eq!((moved.status.as_u16(), moved.header("location")), (308, "./rankings/"));
}

#[tokio::test]
async fn a_catalog_shows_its_top_what_is_new_and_how_its_projects_are() {
    let world = world();
    let page = words(&world.get("/c/raft/").await.text());
    for part in [
        "Top by stars 1 raft/entry-1 9,000",
        "The whole ranking",
        "New in it openraft 20 Nov 2026",
        "Projects 3 Archived 1",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let all = words(&world.get("/rankings/").await.text());
    assert!(all.contains("By catalog Consensus, gathered By stars 1 raft/entry-1 9,000"), "{all}");
    assert!(all.contains(
        "All catalogs, by stars Rank Moved Name Stars In 30 days In 90 days 1 ▲ up 1 raft/entry-1 9,000"
    ));
    assert!(words(&World::usual().get("/rankings/").await.text()).contains("No ranking yet."));
}

#[tokio::test]
async fn things_are_ranked_by_each_measure_and_each_leads_to_the_others() {
    let world = world();
    let first = |page: &str| {
        let row = page.split_once("<tbody>").map_or("", |(_, rows)| rows.split("</tr>").next().unwrap());
        words(row)
    };
    for (by, row) in [
        ("forks/", "1 = no move raft/entry-1 43 +"),
        ("growth-7/", "1 = no move raft/entry-1 +1,"),
        ("growth-30/", "1 = no move raft/entry-1 +4,"),
        ("activity/", "1 raft/entry-1 "),
    ] {
        for base in ["/rankings/", "/c/raft/rankings/"] {
            let page = world.get(&format!("{base}{by}")).await;
            assert_eq!(page.status.as_u16(), 200, "{base}{by}");
            let page = page.text();
            assert!(first(&page).starts_with(row), "{base}{by}: {}", first(&page));
            assert_eq!(page.matches("<svg class=\"spark\"").count(), 3, "{base}{by}");
            let canonical = format!("<link rel=\"canonical\" href=\"https://news.example.org{base}{by}\">");
            assert!(page.contains(&canonical), "{page}");
            let tabs = page.split_once("<nav class=\"tabs\"").unwrap().1.split("</nav>").next().unwrap();
            assert_eq!((tabs.matches("<a ").count(), tabs.matches("aria-current").count()), (7, 1), "{tabs}");
            for tab in tabs.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()) {
                let url = url::Url::parse(&format!("https://e.org{base}{by}")).unwrap().join(tab).unwrap();
                assert_eq!(world.get(url.path()).await.status.as_u16(), 200, "{tab}");
            }
        }
    }
    let year = words(&world.get("/rankings/growth-365/").await.text());
    assert!(year.contains("Nobody is known to have grown in this time."), "{year}");
    for (address, status) in
        [("/rankings/growth-8/", 404), ("/rankings/forks/?x=1", 400), ("/rankings/forks", 308)]
    {
        assert_eq!(world.get(address).await.status.as_u16(), status, "{address}");
    }
    assert!(world.get("/sitemap.xml").await.text().contains("/rankings/growth-30/</loc>"));
    // What a document prints is ranked by that alone.
    let (printed, _) = printed(None);
    let page = printed.get("/c/raft/rankings/").await.text();
    assert!(!page.contains("class=\"tabs\""), "{page}");
}

#[tokio::test]
async fn what_bots_answer_leads_to_the_page_with_the_same_ranking() {
    let world = world();
    for by in ["", "&by=forks", "&by=activity", "&by=growth", "&by=growth&period=30d"] {
        for catalog in ["", "&catalog=raft"] {
            let answer = world.get(&format!("/api/top?count=5{catalog}{by}")).await.json();
            let page = answer["links"]["page"].as_str().unwrap();
            assert!(page.contains("/rankings/"), "{page}");
            let shown = world.get(page).await;
            assert_eq!(shown.status.as_u16(), 200, "{page}");
            let shown = shown.text();
            let rows = shown.split_once("<tbody>").unwrap().1.split_once("</tbody>").unwrap().0;
            let rows: Vec<String> = rows.split("</tr>").map(words).filter(|row| !row.is_empty()).collect();
            let items = answer["parts"][0]["items"].as_array().unwrap();
            assert_eq!(rows.len(), items.len(), "{page}");
            for (row, item) in rows.iter().zip(items) {
                assert!(row.contains(item["name"].as_str().unwrap()), "{page}: {row} {item}");
            }
        }
    }
}

#[tokio::test]
async fn files_have_the_rankings_by_each_measure() {
    let world = world();
    let folder = tempfile::tempdir().unwrap();
    crate::write_site(&world.store, &world.settings, &world.status, world.now, folder.path()).unwrap();
    let seen = super::static_site::follow(folder.path());
    for page in ["rankings/activity/index.html", "c/raft/rankings/growth-30/index.html"] {
        assert!(seen.contains(page), "{page}: {seen:?}");
    }
}

/// A catalog whose document prints stars, the third entry most; all in one list, or each in its own.
fn printed(list: Option<&[&str]>) -> (World, Vec<String>) {
    let mut world = World::usual();
    world.now = std::time::SystemTime::now().into();
    let id = CatalogId::new("raft").unwrap();
    let mut put = world.store.entries(&id, None, 10).unwrap();
    for (n, entry) in put.iter_mut().enumerate() {
        let value = 1000.0 * (n + 1) as f64;
        entry.figures = vec![Figure { metric: Metric::Stars, shown: format!("{}.0k", n + 1), value }];
        if let Some(list) = list {
            entry.places = vec![Place { section: SectionPath::new(list), line: n as u32 + 1 }];
        }
    }
    let urls = put.iter().map(|entry| entry.url.clone()).collect();
    let meta = world.store.catalog(&id).unwrap().unwrap();
    world.store.record(&[Record { put, ..Record::of(meta) }], world.now).unwrap();
    (world, urls)
}

/// Somebody moved in the ranking of a list by stars.
fn moved(url: &str, from: u32, to: u32, list: &[&str]) -> News {
    let mover = Mover { name: "raft entry".into(), url: url.into(), from, to, overtook: vec![] };
    News::RanksMoved {
        metric: Metric::Stars,
        scope: list.join(" / "),
        scope_path: list.iter().map(ToString::to_string).collect(),
        movers: vec![mover],
    }
}

#[tokio::test]
async fn a_table_that_ranks_is_shown_as_it_ranks() {
    let (mut world, urls) = printed(None);
    world.tell("raft", vec![moved(&urls[2], 3, 1, &[])]);
    let page = words(&world.get("/c/raft/rankings/").await.text());
    assert!(page.contains("as the list itself prints them"), "{page}");
    assert!(page.contains("1 ▲ up 2 raft entry 2 3.0k 2 – move not known raft entry 1 2.0k 3"), "{page}");
}

#[tokio::test]
async fn moves_are_those_of_the_list_that_is_shown() {
    let (mut world, urls) = printed(None);
    world.tell("raft", vec![moved(&urls[2], 3, 1, &[]), moved(&urls[2], 40, 1, &["Talks"])]);
    let page = words(&world.get("/c/raft/rankings/").await.text());
    assert!(page.contains("1 ▲ up 2 raft entry 2 3.0k"), "the whole catalog: {page}");

    let list = ["Libraries", "Rust & Go"];
    let (mut world, urls) = printed(Some(&list));
    world.tell("raft", vec![moved(&urls[2], 50, 1, &[]), moved(&urls[2], 2, 1, &list)]);
    let page = words(&world.get("/c/raft/rankings/").await.text());
    assert!(page.contains("1 ▲ up 1 raft entry 2 3.0k"), "its only list: {page}");
}
