//! Somebody opens the site in a browser: on a desk and on a phone, by day and by night. The news is made up, so that
//! every kind of it is seen; `reader` tells the same of the real program.

use fantoccini::Locator;
use whimbrel_world::browser::{Browser, Scheme};
use whimbrel_world::site::{Shown, now, status};

/// Texts whose contrast with the ground they stand on is below what WCAG AA asks of body text.
const FAINT: &str = r"
    const channel = v => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
    const parse = c => (c.match(/[\d.]+/g) || []).map(Number);
    const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
    const ground = e => {
        for (; e; e = e.parentElement) {
            const c = parse(getComputedStyle(e).backgroundColor);
            if (c.length === 3 || c[3] === 1) return c;
        }
        return [255, 255, 255];
    };
    const own = e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
    return [...document.querySelectorAll('body *')].filter(own).map(e => {
        const [a, b] = [light(parse(getComputedStyle(e).color)), light(ground(e))].sort((a, b) => b - a);
        return [e, (a + 0.05) / (b + 0.05)];
    }).filter(([, ratio]) => ratio < 4.5)
      .map(([e, ratio]) => ratio.toFixed(2) + ' ' + e.tagName + '.' + e.className + ' ' + e.textContent.slice(0, 30))";

#[tokio::test]
async fn a_reader_pages_through_news_into_a_project_and_its_catalog() -> anyhow::Result<()> {
    let site = Shown::start().await?;
    let browser = Browser::start().await?;
    let page = &browser.client;

    browser.view(1280, 900, Scheme::Light).await?;
    page.goto(&format!("{}/", site.url)).await?;
    assert!(page.title().await?.contains("Latest news"));
    assert!(!page.find_all(Locator::Css("article.event")).await?.is_empty());

    page.find(Locator::Css(".pager a[rel=next]")).await?.click().await?;
    assert!(page.find(Locator::Css("h1")).await?.text().await?.contains("All news"));
    page.find(Locator::Css(".pager a[rel=first]")).await?.click().await?;
    page.find(Locator::Css("article .meta > a")).await?.click().await?;
    assert!(page.current_url().await?.path().starts_with("/p/"));
    page.find(Locator::Css(".places a")).await?.click().await?;
    assert!(page.current_url().await?.path().starts_with("/c/"));

    browser.close().await?;
    site.stop().await
}

/// Every page there is, by the name of its picture.
const PAGES: [(&str, &str); 27] = [
    ("home", "/"),
    ("catalog", "/c/distributed/"),
    ("section", "/c/distributed/s/consensus/"),
    ("project", "/p/github.com~etcd-io~etcd/"),
    ("history", "/p/github.com~etcd-io~etcd/history/"),
    ("compare", "/compare/"),
    ("sides", "/compare/?a=etcd-io/etcd&b=databendlabs/openraft&c=tikv/raft-rs"),
    ("kind", "/k/moved/"),
    ("digest", "/digest/weekly/"),
    ("one-digest", "/digest/weekly/2026-w46/"),
    ("catalogs", "/catalogs/"),
    ("rankings", "/rankings/"),
    ("ranking", "/c/distributed/rankings/"),
    ("ranking-forks", "/c/distributed/rankings/forks/"),
    ("ranking-growth", "/c/distributed/rankings/growth-30/"),
    ("rankings-growth", "/rankings/growth-7/"),
    ("rankings-activity", "/rankings/activity/"),
    ("rankings-none", "/rankings/growth-365/"),
    ("search", "/ask"),
    ("found", "/ask?q=raft"),
    ("compared", "/ask?q=/compare+etcd-io/etcd+tikv/raft-rs"),
    ("subscribe", "/subscribe/?catalog=distributed&kind=added&rhythm=weekly"),
    ("status", "/status"),
    ("about", "/about/"),
    ("api", "/api/"),
    ("trouble", "/nowhere"),
    ("nothing", "/?q=nobody+says+this"),
];

/// The size of the page without its charts.
const SIZE: &str = "const page = document.documentElement.cloneNode(true);
    page.querySelectorAll('svg').forEach(e => e.remove());
    return new TextEncoder().encode(page.outerHTML).length";

#[tokio::test]
async fn every_page_fits_a_phone_and_is_usable_by_day_and_night() -> anyhow::Result<()> {
    let site = Shown::start().await?;
    let browser = Browser::start().await?;
    let none = Vec::<String>::new();
    for (width, device) in [(1280, "desk"), (360, "phone")] {
        // By night there are no scripts, so that both are seen on both screens.
        for (scheme, scripts) in [(Scheme::Light, true), (Scheme::Dark, false)] {
            browser.view(width, 800, scheme).await?;
            for (name, address) in PAGES {
                browser.scripts(scripts).await?;
                browser.client.goto(&format!("{}{address}", site.url)).await?;
                browser.scripts(true).await?;
                let place = format!("{name} on a {device}, {scheme:?}");
                assert_eq!(browser.sticking_out().await?, none, "{place}");
                assert_eq!(browser.texts(FAINT).await?, none, "{place}");
                assert_eq!(browser.barriers().await?, none, "{place}");
                assert!(browser.number(SIZE).await? <= 50_000.0, "{place}");
                let scheme = format!("{scheme:?}").to_lowercase();
                browser.picture(&format!("{name}-{device}-{scheme}"), width, 3000).await?;
            }
        }
    }
    let complaints = browser.complaints().await?;
    let other: Vec<_> = complaints.iter().filter(|complaint| !complaint.contains("/nowhere")).collect();
    assert!(other.is_empty(), "{other:?}");
    let requested = browser.requested().await?;
    assert!(requested.iter().any(|address| address.contains("/assets/")), "the log is kept: {requested:?}");
    let elsewhere: Vec<_> = requested.iter().filter(|address| !address.starts_with(&site.url)).collect();
    assert!(elsewhere.is_empty(), "{elsewhere:?}");
    browser.close().await?;
    site.stop().await
}

#[tokio::test]
async fn what_keeps_people_out_is_found() -> anyhow::Result<()> {
    let browser = Browser::start().await?;
    browser.view(360, 800, Scheme::Light).await?;
    let page = "<html><body><h1>a</h1><h3>b</h3><img src=x><input><a href=x></a><svg></svg>\
        <div id=a></div><p id=a aria-labelledby=z></p><table><tr><th>c</table><button>d</button>";
    browser.client.goto(&format!("data:text/html,{page}")).await?;
    let found = browser.barriers().await?.join("\n");
    for part in [
        "the language of the page",
        "the window has no title",
        "0 times main",
        "does not lead to the content",
        "nobody can tell what this is called: <a",
        "a field without a label",
        "a picture without words",
        "a drawing without words",
        "aria-labelledby refers to nothing",
        "twice the id a",
        "after a heading of level 1",
        "a heading of a table for nobody",
    ] {
        assert!(found.contains(part), "{part}:\n{found}");
    }
    browser.close().await
}

#[tokio::test]
async fn a_project_is_compared_with_another_and_each_leads_to_its_past() -> anyhow::Result<()> {
    let site = Shown::start().await?;
    let browser = Browser::start().await?;
    let page = &browser.client;
    for (width, scripts) in [(1280, true), (360, false)] {
        browser.view(width, 900, Scheme::Light).await?;
        browser.scripts(scripts).await?;
        page.goto(&format!("{}/p/github.com~etcd-io~etcd/", site.url)).await?;
        page.find(Locator::LinkText("Compare with…")).await?.click().await?;
        let other = page.wait().for_element(Locator::Css("#b")).await?;
        assert_eq!(
            page.find(Locator::Css("#a")).await?.prop("value").await?.as_deref(),
            Some("etcd-io/etcd")
        );
        if scripts {
            // The name that is offered is filled in, and the page stays.
            other.send_keys("raft-r").await?;
            page.wait().for_element(Locator::Css("[role=option]")).await?.click().await?;
            assert_eq!(other.prop("value").await?.as_deref(), Some("tikv/raft-rs"));
        } else {
            other.send_keys("raft-rs").await?;
        }
        page.find(Locator::Css("form.compare button")).await?.click().await?;
        page.wait().for_element(Locator::Css("table.sides")).await?;
        assert_eq!(page.find(Locator::Css("h1")).await?.text().await?, "etcd-io/etcd and tikv/raft-rs");
        page.find(Locator::LinkText("History of tikv/raft-rs")).await?.click().await?;
        page.wait().for_element(Locator::Css(".past li")).await?;
        assert!(page.current_url().await?.path().ends_with("/p/github.com~tikv~raft-rs/history/"));
        browser.scripts(true).await?;
    }
    assert_eq!(browser.complaints().await?, Vec::<String>::new());
    browser.close().await?;
    site.stop().await
}

#[tokio::test]
async fn rankings_have_arrows_and_lines_that_say_what_they_show() -> anyhow::Result<()> {
    let site = Shown::start().await?;
    let browser = Browser::start().await?;
    let page = &browser.client;
    browser.view(1280, 900, Scheme::Light).await?;
    page.goto(&format!("{}/c/distributed/", site.url)).await?;
    page.find(Locator::LinkText("The whole ranking")).await?.click().await?;
    let lines =
        browser.texts("return [...document.querySelectorAll('.ranking svg')].map(e => e.ariaLabel)").await?;
    assert_eq!(lines.len(), 8);
    assert!(lines[0].starts_with("Stars of ") && lines[0].contains(": from "), "{lines:?}");
    let rose = browser
        .texts("return [...document.querySelectorAll('.ranking .up')].map(e => e.textContent)")
        .await?;
    let fell = browser
        .texts("return [...document.querySelectorAll('.ranking .down')].map(e => e.textContent)")
        .await?;
    assert!(rose.iter().any(|text| text.contains("▲up")) && fell.iter().any(|text| text.contains("▼down")));
    page.find(Locator::Css(".ranking tbody a")).await?.click().await?;
    page.wait().for_element(Locator::Css("svg.chart[role=img]")).await?;
    assert!(page.current_url().await?.path().starts_with("/p/"));

    // The same as pictures, for those to whom a link is passed on.
    for (name, folder) in
        [("all", ""), ("catalog", "c/distributed/"), ("project", "p/github.com~etcd-io~etcd/")]
    {
        page.goto(&format!("{}/{folder}card.png", site.url)).await?;
        assert!((browser.number("return document.images[0].naturalWidth").await? - 1200.0).abs() < 0.5);
        browser.picture(&format!("card-{name}"), 1280, 700).await?;
    }
    browser.close().await?;
    site.stop().await
}

#[tokio::test]
async fn files_in_a_folder_are_a_site_without_a_server() -> anyhow::Result<()> {
    let site = Shown::start().await?;
    let folder = tempfile::tempdir()?;
    let settings = whimbrel_web::Settings::default();
    whimbrel_web::write_site(&site.store, &settings, &status(), now(), folder.path())?;
    let browser = Browser::start().await?;
    let page = &browser.client;
    browser.view(1280, 900, Scheme::Light).await?;
    page.goto(&format!("file://{}/index.html", folder.path().display())).await?;
    assert_eq!(
        browser.texts("return [getComputedStyle(document.body).backgroundColor]").await?,
        ["rgb(250, 249, 245)"],
        "the style was found"
    );
    assert!(page.find_all(Locator::Css("form")).await?.is_empty(), "nobody would answer a form");
    for (link, ending) in [
        (".pager a[rel=next]", "/page/1/index.html"),
        ("a.brand", "/index.html"),
        (".card h3 a", "/c/distributed/index.html"),
        (".places a", "/c/distributed/s/consensus~stores/index.html"),
        ("article .meta > a", "/p/github.com~etcd-io~etcd/index.html"),
    ] {
        page.find(Locator::Css(link)).await?.click().await?;
        let address = page.current_url().await?;
        assert!(address.path().ends_with(ending), "{link} leads to {address}");
        assert!(!page.find_all(Locator::Css("article.event")).await?.is_empty(), "{address} shows news");
    }
    for (width, scheme) in [(1280, Scheme::Light), (360, Scheme::Dark)] {
        browser.view(width, 800, scheme).await?;
        for (name, file) in [
            ("files-subscribe", "subscribe/index.html"),
            ("files-sections", "subscribe/distributed/index.html"),
            ("files-status", "status/index.html"),
            ("files-ranking", "c/distributed/rankings/growth-7/index.html"),
            ("files-history", "p/github.com~etcd-io~etcd/history/index.html"),
        ] {
            page.goto(&format!("file://{}/{file}", folder.path().display())).await?;
            assert_eq!(browser.sticking_out().await?, Vec::<String>::new(), "{name}");
            assert_eq!(browser.texts(FAINT).await?, Vec::<String>::new(), "{name}");
            assert_eq!(browser.barriers().await?, Vec::<String>::new(), "{name}");
            assert!(browser.number(SIZE).await? <= 50_000.0, "{name}");
            let scheme = format!("{scheme:?}").to_lowercase();
            browser.picture(&format!("{name}-{width}-{scheme}"), width, 3000).await?;
        }
    }
    assert_eq!(browser.complaints().await?, Vec::<String>::new());
    browser.close().await?;
    site.stop().await
}
