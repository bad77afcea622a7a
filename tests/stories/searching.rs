//! Somebody looks for something on the site: with the keyboard, without any script, and in a site kept as files.

use fantoccini::Locator;
use fantoccini::key::Key;
use whimbrel_world::browser::{Browser, Scheme};
use whimbrel_world::site::{Shown, now, status};

/// The names of what was found, the best first.
const FOUND: &str = "return [...document.querySelectorAll('.answer .name')].map(e => e.textContent)";

/// The names that are offered below the box.
const OFFERED: &str =
    "return [...document.querySelectorAll('[role=option] span:first-child')].map(e => e.textContent)";

#[tokio::test]
async fn names_are_offered_while_typing_and_the_keyboard_chooses_one() -> anyhow::Result<()> {
    let site = Shown::start().await?;
    let browser = Browser::start().await?;
    let page = &browser.client;
    browser.view(1280, 900, Scheme::Light).await?;
    page.goto(&format!("{}/", site.url)).await?;
    page.find(Locator::LinkText("Search")).await?.click().await?;
    let input = page.wait().for_element(Locator::Css("input[role=combobox]")).await?;
    input.send_keys("raft").await?;
    page.wait().for_element(Locator::Css("[role=option]")).await?;
    let offered = browser.texts(OFFERED).await?;
    assert_eq!(offered, ["tikv/raft-rs"], "{offered:?}");
    assert_eq!(input.attr("aria-expanded").await?.as_deref(), Some("true"));
    browser.picture("names-desk-light", 1280, 900).await?;

    input.send_keys(&Key::Down.to_string()).await?;
    let active = input.attr("aria-activedescendant").await?.unwrap_or_default();
    let marked = page.find(Locator::Css("[role=option][aria-selected=true]")).await?;
    assert_eq!(marked.attr("id").await?.as_deref(), Some(active.as_str()));
    input.send_keys(&Key::Enter.to_string()).await?;
    page.wait().for_element(Locator::Css(".known")).await?;
    assert_eq!(page.find(Locator::Css("h1")).await?.text().await?, "tikv/raft-rs");
    assert_eq!(browser.complaints().await?, Vec::<String>::new());
    let elsewhere: Vec<_> =
        browser.requested().await?.into_iter().filter(|address| !address.starts_with(&site.url)).collect();
    assert_eq!(elsewhere, Vec::<String>::new());
    browser.close().await?;
    site.stop().await
}

#[tokio::test]
async fn without_a_script_the_same_is_found() -> anyhow::Result<()> {
    let site = Shown::start().await?;
    let browser = Browser::start().await?;
    let page = &browser.client;
    browser.view(360, 800, Scheme::Light).await?;
    browser.scripts(false).await?;
    page.goto(&format!("{}/ask", site.url)).await?;
    let input = page.find(Locator::Css("#q")).await?;
    assert_eq!(input.attr("role").await?, None, "the script did not run");
    input.send_keys("consensus").await?;
    page.find(Locator::Css("form.search button")).await?.click().await?;
    page.wait().for_element(Locator::Css(".answer .name")).await?;
    assert_eq!(page.current_url().await?.query(), Some("q=consensus"));
    browser.scripts(true).await?;
    let found = browser.texts(FOUND).await?;
    assert!(found.iter().any(|name| name == "tikv/raft-rs"), "{found:?}");
    browser.close().await?;
    site.stop().await
}

#[tokio::test]
async fn a_site_kept_as_files_is_searched_without_a_server() -> anyhow::Result<()> {
    let site = Shown::start().await?;
    let folder = tempfile::tempdir()?;
    let settings = whimbrel_web::Settings::default();
    whimbrel_web::write_site(&site.store, &settings, &status(), now(), folder.path())?;
    let browser = Browser::start().await?;
    let page = &browser.client;
    browser.view(360, 800, Scheme::Dark).await?;
    page.goto(&format!("file://{}/index.html", folder.path().display())).await?;
    page.find(Locator::LinkText("Search")).await?.click().await?;
    let input = page.wait().for_element(Locator::Css("form.search:not([hidden]) input")).await?;
    input.send_keys("raft RUST").await?;
    page.wait().for_element(Locator::Css(".answer .name")).await?;
    assert_eq!(browser.texts(FOUND).await?, ["openraft"]);
    browser.picture("search-of-files-phone-dark", 360, 800).await?;
    page.find(Locator::LinkText("all about it")).await?.click().await?;
    page.wait().for_element(Locator::Css(".places")).await?;
    assert!(page.current_url().await?.path().ends_with("/p/github.com~databendlabs~openraft/index.html"));
    assert_eq!(browser.complaints().await?, Vec::<String>::new());

    // Without a script the page says where else to look.
    browser.scripts(false).await?;
    page.goto(&format!("file://{}/search/index.html?q=raft", folder.path().display())).await?;
    let told = page.find(Locator::Css("noscript a")).await?;
    assert_eq!(told.text().await?, "The catalogs");
    assert!(!page.find(Locator::Css("form.search")).await?.is_displayed().await?);
    browser.close().await?;
    site.stop().await
}
