//! Feeds: what the crate `feeds` writes, filled from the journal; and events in their own JSON form.

use chrono::{DateTime, Utc};
use serde::Serialize;
use whimbrel_catalog::{CatalogId, EntryKey};
use whimbrel_feeds::{CatalogName, Feed, Format, Head, Outline, OutlineGroup, feed_id};
use whimbrel_news::{Digest, Event, Group, Period, Span, slug};

use crate::address::{Base, Form, Listing, digest_folder, digest_page_folder};
use crate::bots;
use crate::library::Found;
use crate::render::home::showing;
use crate::render::listing::Name;
use crate::render::{Failed, Scene};
use crate::row::Titles;
use crate::settings::Settings;

/// The feed of a listing.
pub(crate) fn listing(
    scene: &Scene<'_>,
    listing: &Listing,
    format: Format,
    name: &Name,
    found: &Found,
) -> String {
    let form = Form::Feed(format);
    let site = &scene.settings.title;
    let (title, description) = match (showing(scene, listing), &listing.base) {
        (None, Base::All) => (site.clone(), "What changes in the catalogs followed here.".to_owned()),
        (None, _) => (format!("{} · {site}", name.title), format!("News about: {}.", name.title)),
        (Some(parts), _) => {
            let parts = parts.join(", ");
            (format!("{}: {parts} · {site}", name.title), format!("A choice of news: {parts}."))
        }
    };
    let first = listing.first();
    let page = first.address(Form::Page);
    let head = Head {
        title,
        description,
        home: absolute(scene, &page),
        self_url: absolute(scene, &listing.address(form)),
        hubs: if scene.files { Vec::new() } else { hubs(scene.settings, listing) },
        id: id_of(&page),
        language: "en".to_owned(),
        // Files hold the newest news alone: what is older is on the pages for people.
        older: found
            .older
            .filter(|_| !scene.files)
            .map(|older| absolute(scene, &listing.from(older).address(form))),
        previous: None,
        first: listing.after.map(|_| absolute(scene, &first.address(form))),
        last: None,
    };
    let mut feed = Feed::from_events(head, &found.events, &|id| catalog_name(scene, id));
    for (item, event) in feed.items.iter_mut().zip(&found.events) {
        let subject = event.news.subject().filter(|subject| !subject.key.is_empty());
        let ask = subject.map(|subject| bots::show(&EntryKey::from_stored(&subject.key)));
        if let Some(ask) =
            ask.and_then(|question| bots::ask_since(&scene.facts.status.leads, event.recorded, &question))
        {
            item.lead_on(&ask.text, &ask.href);
        }
    }
    feed.write(format)
}

/// The feed of the digests of a period, and when the newest of them was last added to.
pub(crate) fn digests(
    scene: &Scene<'_>,
    period: Period,
    format: Format,
    digests: &[Digest],
) -> (String, Option<DateTime<Utc>>) {
    let folder = digest_folder(period);
    let head = Head {
        title: format!(
            "{} digest · {}",
            if period == Period::Daily { "Daily" } else { "Weekly" },
            scene.settings.title
        ),
        description: format!("What changed in the catalogs followed here, one item {}.", per(period)),
        home: absolute(scene, &folder),
        self_url: absolute(scene, &format!("{folder}{}", Form::Feed(format).file())),
        hubs: scene.settings.own_hub().into_iter().filter(|_| !scene.files).collect(),
        id: id_of(&folder),
        language: "en".to_owned(),
        ..Head::default()
    };
    let page = |span| absolute(scene, &digest_page_folder(span));
    // By the bot that was known when it began: it grows, and leads to one place all the while.
    let way = |span: Span| {
        let ask = bots::ask_since(&scene.facts.status.leads, span.start(), &bots::new_in(span))?;
        Some((ask.text, ask.href))
    };
    let feed = Feed::from_digests(head, digests, &|id| catalog_name(scene, id), &page, &way);
    (feed.write(format), digests.first().and_then(|digest| digest.updated))
}

/// `a day`, `a week`.
pub(crate) fn per(period: Period) -> &'static str {
    match period {
        Period::Daily => "a day",
        Period::Weekly => "a week",
    }
}

/// All feeds, or the one of a choice.
pub(crate) fn opml(scene: &Scene<'_>, listing: &Listing) -> String {
    let site = &scene.settings.title;
    if let Some(parts) = showing(scene, listing) {
        let outline = Outline {
            title: format!("{site}: {}", parts.join(", ")),
            xml_url: absolute(scene, &listing.address(Form::Feed(Format::Atom))),
            html_url: absolute(scene, &listing.address(Form::Page)),
        };
        return whimbrel_feeds::opml(site, &[OutlineGroup { title: None, outlines: vec![outline] }]);
    }
    let outline = |title: &str, folder: &str| Outline {
        title: title.to_owned(),
        xml_url: absolute(scene, &format!("{folder}{}", Form::Feed(Format::Atom).file())),
        html_url: absolute(scene, folder),
    };
    let catalogs = scene.facts.catalogs.iter();
    let kinds = Group::ALL.into_iter().flat_map(Group::kinds);
    let groups = [
        OutlineGroup { title: None, outlines: vec![outline(&scene.settings.title, "")] },
        OutlineGroup {
            title: Some("Digests".to_owned()),
            outlines: vec![
                outline("Daily digest", &digest_folder(Period::Daily)),
                outline("Weekly digest", &digest_folder(Period::Weekly)),
            ],
        },
        OutlineGroup {
            title: Some("Catalogs".to_owned()),
            outlines: catalogs
                .map(|meta| outline(&meta.title, &Base::Catalog(meta.id.clone()).folder()))
                .collect(),
        },
        OutlineGroup {
            title: Some("Kinds of news".to_owned()),
            outlines: kinds.map(|kind| outline(kind.title(), &Base::Kind(kind).folder())).collect(),
        },
    ];
    whimbrel_feeds::opml(&scene.settings.title, &groups)
}

/// Events in their own JSON form.
pub(crate) fn events(scene: &Scene<'_>, listing: &Listing, found: &Found) -> Result<String, Failed> {
    #[derive(Serialize)]
    struct Body<'a> {
        events: &'a [Event],
        /// Where older events are.
        #[serde(skip_serializing_if = "Option::is_none")]
        next: Option<String>,
    }
    let next = found.older.filter(|_| !scene.files);
    let next = next.map(|older| absolute(scene, &listing.from(older).address(Form::Events)));
    Ok(serde_json::to_string(&Body { events: &found.events, next })? + "\n")
}

/// The hubs of a listing, from its beginning: another's, which is told of those with an address of their own, and ours,
/// which knows all. Of files nobody tells either: a reader that waited for them would hear nothing.
fn hubs(settings: &Settings, listing: &Listing) -> Vec<String> {
    if listing.after.is_some() {
        return Vec::new();
    }
    let other = settings.named_hub().filter(|_| listing.narrow.is_open()).map(ToOwned::to_owned);
    other.into_iter().chain(settings.own_hub()).collect()
}

/// What tells a reader of a feed the hubs it can ask instead, as the header `Link` has it; the second is for the feed of the
/// digests of a period.
pub(crate) fn link_header(settings: &Settings, listing: &Listing, format: Format) -> Option<String> {
    link(settings, &hubs(settings, listing), &listing.address(Form::Feed(format)))
}

pub(crate) fn digests_link_header(settings: &Settings, period: Period, format: Format) -> Option<String> {
    let hubs: Vec<String> = settings.own_hub().into_iter().collect();
    link(settings, &hubs, &format!("{}{}", digest_folder(period), Form::Feed(format).file()))
}

fn link(settings: &Settings, hubs: &[String], path: &str) -> Option<String> {
    let links = hubs.iter().map(|hub| format!("<{hub}>; rel=\"hub\""));
    let own = format!("<{}/{path}>; rel=\"self\"", settings.base());
    (!hubs.is_empty()).then(|| links.chain([own]).collect::<Vec<_>>().join(", "))
}

fn absolute(scene: &Scene<'_>, address: &str) -> String {
    format!("{}/{address}", scene.settings.base())
}

/// The identity of the feed of the page at this address; it names no host, so that a site can move.
fn id_of(page: &str) -> String {
    feed_id(&format!("/{}", page.trim_end_matches('/')))
}

fn catalog_name(scene: &Scene<'_>, id: &CatalogId) -> CatalogName {
    // One that is no longer followed has no page.
    let page = || absolute(scene, &format!("c/{}/", slug::catalog(id)));
    let url = if scene.facts.is_followed(id) { page() } else { String::new() };
    CatalogName { title: scene.facts.title(id).to_owned(), url }
}
