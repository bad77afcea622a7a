//! The pages of their own, the ways between pages, and what others are told of them.

use super::world::{World, added};

#[tokio::test]
async fn all_catalogs_have_a_page_with_their_numbers_and_troubles() {
    let page = World::usual().get("/catalogs/").await.text();
    for part in
        ["2 catalogs with 4 entries.", "href=\"../c/raft/\">Consensus, gathered</a>", "../c/shells/feed.atom"]
    {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(!page.contains("in trouble"));
    let mut troubled = World::usual();
    troubled.change("raft", |meta| meta.stale = true);
    assert!(troubled.get("/catalogs/").await.text().contains("in trouble"));
    assert!(World::empty().get("/catalogs/").await.text().contains("No catalog is followed yet."));
}

#[tokio::test]
async fn what_is_kept_of_people_is_said() {
    let page = World::usual().get("/about/").await.text();
    for part in
        ["Marsh News watches", "id=\"privacy\"", "/forget", "until you are told there what was decided"]
    {
        assert!(page.contains(part), "{part}: {page}");
    }
}

#[tokio::test]
async fn every_page_leads_to_all_parts_and_says_which_it_is() {
    let world = World::usual();
    for (address, here) in [
        ("/", Some("News")),
        ("/catalogs/", Some("Catalogs")),
        ("/c/raft/", Some("Catalogs")),
        ("/digest/daily/", Some("Digests")),
        ("/status", Some("Status")),
        ("/about/", Some("About")),
        ("/k/added/", None),
        ("/nowhere", None),
    ] {
        let page = world.get(address).await.text();
        let marked =
            page.split_once("aria-current=\"page\">").map(|(_, rest)| rest.split('<').next().unwrap());
        assert_eq!(marked, here, "{address}");
        for way in ["News", "Catalogs", "Rankings", "Search", "Digests", "Subscribe", "Status", "About"] {
            assert!(page.contains(&format!(">{way}</a>")), "{address} leads to {way}");
        }
    }
}

#[tokio::test]
async fn a_page_has_one_address_and_asks_for_nothing_else() {
    let world = World::usual();
    for (address, canonical) in [
        ("/?utm_source=x", "https://news.example.org/"),
        ("/catalogs/?ref=elsewhere", "https://news.example.org/catalogs/"),
        ("/c/raft/", "https://news.example.org/c/raft/"),
        ("/?q=rust&kind=added", "https://news.example.org/?kind=added&#38;q=rust"),
    ] {
        let page = world.get(address).await.text();
        assert!(
            page.contains(&format!("<link rel=\"canonical\" href=\"{canonical}\">")),
            "{address}: {page}"
        );
        assert!(page.contains(&format!("<meta property=\"og:url\" content=\"{canonical}\">")), "{address}");
    }
    let moved = world.get("/about").await;
    assert_eq!((moved.status.as_u16(), moved.header("location")), (308, "./about/"));
    let wrong = world.get("/about/?q=1").await;
    assert_eq!(wrong.status.as_u16(), 400);
    assert!(wrong.text().contains("known are none"));
}

#[tokio::test]
async fn the_first_page_stays_small_with_many_catalogs() {
    let mut world = World::empty();
    for n in 0..60 {
        let sections: Vec<Vec<String>> = (0..4).map(|s| vec![format!("Section {s} of {n}")]).collect();
        let sections: Vec<Vec<&str>> =
            sections.iter().map(|path| path.iter().map(String::as_str).collect()).collect();
        let sections: Vec<&[&str]> = sections.iter().map(Vec::as_slice).collect();
        world.follow(&format!("list-{n}"), &format!("A list with a title of usual length, {n}"), &sections);
    }
    for n in 0..60 {
        let url = format!("https://github.com/somebody/something-{n}");
        world.tell(&format!("list-{n}"), vec![added(&format!("something {n}"), &url, &["Section 1"])]);
    }
    for address in ["/", "/catalogs/", "/c/list-1/"] {
        let page = world.get(address).await;
        assert!(page.body.len() < 50_000, "{address} has {} bytes", page.body.len());
    }
    assert!(world.get("/").await.text().contains(">All catalogs</a>"));
}
