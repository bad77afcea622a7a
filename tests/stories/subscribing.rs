//! Somebody clicks a choice of news together and takes it along, with and without a script.

use fantoccini::Locator;
use whimbrel_commands::Command;
use whimbrel_world::browser::{Browser, Scheme};
use whimbrel_world::feed;
use whimbrel_world::site::Shown;

#[tokio::test]
async fn a_choice_is_clicked_together_and_its_feed_is_read() -> anyhow::Result<()> {
    let site = Shown::start().await?;
    let browser = Browser::start().await?;
    let page = &browser.client;
    for (width, scripts) in [(1280, true), (360, false)] {
        browser.view(width, 900, Scheme::Light).await?;
        browser.scripts(scripts).await?;
        page.goto(&format!("{}/", site.url)).await?;
        page.find(Locator::LinkText("Subscribe")).await?.click().await?;
        page.wait().for_element(Locator::Css("form.choose")).await?;
        page.find(Locator::Css("input[name=catalog][value=distributed]")).await?.click().await?;
        page.find(Locator::Css("input[name=kind][value=moved]")).await?.click().await?;
        page.find(Locator::Css("#rhythm option[value=weekly]")).await?.click().await?;
        page.find(Locator::Css("form.choose button[type=submit]")).await?.click().await?;

        // With one catalog chosen its sections can be chosen.
        let section =
            page.wait().for_element(Locator::Css("#section option[value='consensus~libraries']")).await?;
        section.click().await?;
        page.find(Locator::Css("form.choose button[type=submit]")).await?.click().await?;
        page.wait()
            .for_element(Locator::Css("#section option[value='consensus~libraries'][selected]"))
            .await?;

        let line = page.find(Locator::Css("code[data-copy='line for chats']")).await?.text().await?;
        assert_eq!(line, "/subscribe catalog:distributed kind:moved section:consensus~libraries weekly");
        let fields = page.find(Locator::Css("code[data-copy='command for Discord']")).await?.text().await?;
        assert_eq!(
            fields,
            "/subscribe catalog: distributed section: consensus~libraries kind: moved rhythm: weekly"
        );
        let Ok(Command::Subscribe(Some(wish))) = Command::parse(&line) else { panic!("{line}") };
        assert_eq!(wish.cadence.as_deref(), Some("weekly"));
        for format in ["RSS", "Atom", "JSON Feed"] {
            let place = format!("code[data-copy='address of the {format} feed']");
            let address = page.find(Locator::Css(&place)).await?.text().await?;
            let read = feed::read(&reqwest::get(&address).await?.error_for_status()?.text().await?);
            assert!(!read.entries.is_empty(), "{address}");
            let kinds: Vec<_> =
                read.entries.iter().flat_map(|entry| &entry.categories).map(|c| c.term.clone()).collect();
            assert!(
                kinds.iter().any(|kind| kind == "moved") && !kinds.iter().any(|kind| kind == "added"),
                "{kinds:?}"
            );
        }
        // Only with a script there is something to press that copies.
        assert_eq!(page.find_all(Locator::Css("button.copy")).await?.is_empty(), !scripts);
        browser.scripts(true).await?;
        assert_eq!(browser.sticking_out().await?, Vec::<String>::new());
        browser.picture(if scripts { "choice-made-desk" } else { "choice-made-phone" }, width, 3000).await?;
    }
    assert_eq!(browser.complaints().await?, Vec::<String>::new());
    browser.close().await?;
    site.stop().await
}
