//! Somebody has the page of the running program open in a browser while a list is edited.

use fantoccini::Locator;
use whimbrel_world::browser::{Browser, Scheme};
use whimbrel_world::{World, catalog_of};

const CURLEW: (&str, &str) = ("curlew", "https://github.com/example/curlew");
const GODWIT: (&str, &str) = ("godwit", "https://github.com/example/godwit");
const PLOVER: (&str, &str) = ("plover", "https://github.com/example/plover");

/// The kinds of the news that is shown, newest first.
const BADGES: &str = "return [...document.querySelectorAll('article.event .badge')].map(e => e.textContent)";

/// The names in the news that is shown, newest first.
const NAMES: &str = "return [...document.querySelectorAll('article.event h3')].map(e => e.textContent)";

#[tokio::test]
async fn a_reader_sees_an_edit_filters_it_and_follows_its_feed() -> anyhow::Result<()> {
    let mut world = World::new();
    world.write("birds.md", catalog_of("Birds", [CURLEW, GODWIT]));
    world.write("boats.md", catalog_of("Boats", [("dory", "https://github.com/example/dory")]));
    world.follow("birds", "birds.md");
    world.follow("boats", "boats.md");
    world.start().await;
    world.is_ready().await;
    let browser = Browser::start().await?;
    let page = &browser.client;

    // The catalogs are there, and that they are followed from here on.
    browser.view(1280, 900, Scheme::Light).await?;
    page.goto(&world.url("/")).await?;
    let mut names = browser.texts(NAMES).await?;
    names.sort();
    assert_eq!(names, ["Birds", "Boats"]);
    assert_eq!(browser.texts(BADGES).await?, ["followed", "followed"]);

    // The list is edited: after a reload the new entry stands first and leads to its project.
    world.write("birds.md", catalog_of("Birds", [CURLEW, GODWIT, PLOVER]));
    world.hears("plover").await;
    page.refresh().await?;
    let first = page.wait().for_element(Locator::Css("article.event h3 a")).await?;
    assert_eq!(first.text().await?, "plover");
    assert_eq!(first.attr("href").await?.as_deref(), Some(PLOVER.1));
    assert_eq!(browser.texts(BADGES).await?, ["new", "followed", "followed"]);

    // A choice is made with the form, without any script of ours.
    page.find(Locator::Css("#catalog option[value=birds]")).await?.click().await?;
    page.find(Locator::Css("#kind option[value=added]")).await?.click().await?;
    page.find(Locator::Css("#q")).await?.send_keys("plover").await?;
    page.find(Locator::Css("form.filter button")).await?.click().await?;
    page.wait().for_element(Locator::Css("#q[value=plover]")).await?;
    assert_eq!(page.current_url().await?.query(), Some("catalog=birds&kind=added&q=plover"));
    assert_eq!(browser.texts(NAMES).await?, ["plover"]);
    browser.picture("choice-desk-light", 1280, 1400).await?;

    // The feed of that choice holds the same.
    page.find(Locator::LinkText("JSON Feed")).await?.click().await?;
    page.wait().for_element(Locator::Css("pre")).await?;
    assert!(page.current_url().await?.path().ends_with("/feed.json"));
    let feed = page.find(Locator::Css("pre")).await?.text().await?;
    let titles = whimbrel_world::feed::titles(&feed);
    assert!(titles.len() == 1 && titles[0].contains("plover"), "{titles:?}");

    // On a phone nothing has to be pushed aside, by night the ground is dark.
    for address in ["/", "/c/birds/", "/c/birds/s/tools/", "/p/github.com~example~plover/"] {
        browser.view(360, 800, Scheme::Light).await?;
        page.goto(&world.url(address)).await?;
        assert_eq!(browser.sticking_out().await?, Vec::<String>::new(), "{address}");
        let day = browser.brightness().await?;
        browser.view(360, 800, Scheme::Dark).await?;
        let night = browser.brightness().await?;
        assert!(day > 200.0 && night < 60.0, "{address}: {day} by day, {night} by night");
    }

    assert_eq!(browser.complaints().await?, Vec::<String>::new());
    let requested = browser.requested().await?;
    assert!(requested.iter().any(|address| address.contains("/assets/")), "the log is kept: {requested:?}");
    let home = world.url("/");
    let elsewhere: Vec<_> = requested.iter().filter(|address| !address.starts_with(&home)).collect();
    assert!(elsewhere.is_empty(), "{elsewhere:?}");

    // What the browser would have complained of is heard: a page that is not there.
    page.goto(&world.url("/nowhere")).await?;
    assert_eq!(browser.complaints().await?.len(), 1);
    browser.close().await?;
    world.stop().await;
    Ok(())
}
