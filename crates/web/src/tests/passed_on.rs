//! What others see of pages: their pictures, and the list of them.

use super::world::World;
use crate::write_site;

/// Without pictures there are none to look at.
const ARE_DRAWN: bool = crate::render::card::ARE_DRAWN;

/// Width and height as a PNG says them.
fn size(png: &[u8]) -> (u32, u32) {
    assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
    let number = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
    (number(16), number(20))
}

#[tokio::test]
async fn a_link_that_is_passed_on_has_a_picture() {
    let world = World::usual();
    if !ARE_DRAWN {
        assert!(!world.get("/").await.text().contains("og:image"));
        assert_eq!(world.get("/card.png").await.status.as_u16(), 404);
        return;
    }
    for (page, picture) in [
        ("/", "card.png"),
        ("/c/raft/", "c/raft/card.png"),
        ("/c/raft/s/talks/", "c/raft/card.png"),
        ("/c/raft/rankings/", "c/raft/card.png"),
        ("/p/github.com~raft~entry-1/", "p/github.com~raft~entry-1/card.png"),
        ("/digest/weekly/", "card.png"),
        ("/about/", "card.png"),
    ] {
        let text = world.get(page).await.text();
        let tag = format!("<meta property=\"og:image\" content=\"https://news.example.org/{picture}\">");
        assert!(text.contains(&tag), "{page}: {text}");
        let answer = world.get(&format!("/{picture}")).await;
        assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "image/png"), "{picture}");
        assert_eq!(size(&answer.body), (1200, 630), "{picture}");
    }
    for missing in ["/c/nowhere/card.png", "/p/github.com~no~body/card.png", "/k/added/card.png"] {
        assert_eq!(world.get(missing).await.status.as_u16(), 404, "{missing}");
    }
}

#[tokio::test]
async fn a_site_that_does_not_know_its_address_names_none() {
    let mut world = World::usual();
    world.settings.public_url = None;
    world.serve_again();
    let page = world.get("/c/raft/").await.text();
    assert!(!page.contains("canonical") && !page.contains("og:"), "{page}");
}

#[tokio::test]
async fn every_page_of_the_list_is_there_served_and_as_file() {
    let mut world = World::usual();
    world.now = std::time::SystemTime::now().into();
    let folder = tempfile::tempdir().unwrap();
    write_site(&world.store, &world.settings, &world.status, world.now, folder.path()).unwrap();
    let list = world.get("/sitemap.xml").await;
    assert_eq!(list.header("content-type"), "application/xml; charset=utf-8");
    let list = list.text();
    // Only a server compares what somebody names.
    let served = "<url><loc>https://news.example.org/compare/</loc></url>\n";
    assert_eq!(list.replace(served, ""), std::fs::read_to_string(folder.path().join("sitemap.xml")).unwrap());
    let pages: Vec<_> = list.split("<loc>").skip(1).map(|part| part.split('<').next().unwrap()).collect();
    assert!(pages.len() > 30, "{pages:?}");
    for page in pages {
        let path = page.strip_prefix("https://news.example.org").unwrap();
        assert_eq!(world.get(path).await.status.as_u16(), 200, "{path}");
        let file = folder.path().join(path.trim_start_matches('/')).join("index.html");
        assert!(file.is_file() || path == "/compare/", "{path}");
    }
    for picture in ["card.png", "c/raft/card.png"].into_iter().filter(|_| ARE_DRAWN) {
        assert_eq!(size(&std::fs::read(folder.path().join(picture)).unwrap()), (1200, 630));
    }
    let robots = world.get("/robots.txt").await.text();
    assert!(
        robots.contains("Disallow: /ask\n")
            && robots.ends_with("Sitemap: https://news.example.org/sitemap.xml\n")
    );
}
