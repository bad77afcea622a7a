//! The feeds there are, with their addresses: what a site kept as files has in place of the page that makes a choice.

use askama::Template;
use whimbrel_catalog::CatalogId;
use whimbrel_news::wording::{MAX_TITLE, line};
use whimbrel_news::{Group, Period, slug};

use super::subscribe::bot_line;
use super::{Failed, Scene, title};
use crate::address::{Base, Form, Listing, digest_folder};
use crate::frame::{FeedLinks, Frame, Tab};
use crate::links::Links;
use crate::page::{Offer, OfferGroup, OfferPage};
use crate::row::Linked;
use crate::subscribe::Wish;

/// Sections on a page: with more of them it would be too large.
const SECTIONS: usize = 80;

/// The folder of the page of a catalog's sections, without the leading slash.
pub(crate) fn folder(id: &CatalogId) -> String {
    format!("subscribe/{}/", slug::catalog(id))
}

/// The page of all but sections.
pub(super) fn page(scene: &Scene<'_>) -> Result<String, Failed> {
    let links = Links::from("/subscribe/", scene.files);
    let news = |name: &str, base: Base| offer(scene, name, &Listing::of(base), &links);
    let digest = |name: &str, period: Period| {
        let address = format!("{}/{}{}", scene.settings.base(), digest_folder(period), Form::FEEDS[1].file());
        (FeedLinks::of_digest(name, period, &links), Offer { address, line: None, more: None })
    };
    let everything = vec![
        news("All news", Base::All),
        digest("Daily digest", Period::Daily),
        digest("Weekly digest", Period::Weekly),
    ];
    let catalogs = scene.facts.catalogs.iter().map(|meta| {
        let (feed, offer) = news(title(scene, &meta.id), Base::Catalog(meta.id.clone()));
        let more = Linked { text: "its sections".into(), href: links.page(&folder(&meta.id)) };
        (feed, Offer { more: Some(more), ..offer })
    });
    let kinds = Group::ALL.into_iter().flat_map(Group::kinds);
    let kinds = kinds.map(|kind| news(kind.title(), Base::Kind(kind)));
    let group = |title: &str, offers| OfferGroup { title: title.to_owned(), offers };
    render(
        scene,
        &links,
        None,
        vec![
            group("Everything", everything),
            group("Catalogs", catalogs.collect()),
            group("Kinds of news", kinds.collect()),
        ],
    )
}

/// The page of the sections of a catalog.
pub(crate) fn sections(scene: &Scene<'_>, id: &CatalogId) -> Result<String, Failed> {
    let links = Links::from(&format!("/{}", folder(id)), scene.files);
    let all = scene.library.sections(id)?;
    let sections: Vec<_> = all.iter().filter(|path| !path.is_root()).collect();
    let whole = offer(scene, "All of it", &Listing::of(Base::Catalog(id.clone())), &links);
    let offers = sections.iter().take(SECTIONS).map(|path| {
        let base = Base::Section(id.clone(), slug::section(path.parts()));
        offer(scene, &line(&path.to_string(), MAX_TITLE), &Listing::of(base), &links)
    });
    let offers = std::iter::once(whole).chain(offers).collect();
    let group = OfferGroup { title: title(scene, id).to_owned(), offers };
    render(scene, &links, Some((id, sections.len().saturating_sub(SECTIONS))), vec![group])
}

/// A feed, its whole address, and how a chat gets the same.
fn offer(scene: &Scene<'_>, name: &str, listing: &Listing, links: &Links) -> (FeedLinks, Offer) {
    let address = format!("{}/{}", scene.settings.base(), listing.address(Form::FEEDS[1]));
    let line = bots(scene).then(|| Wish::of(listing).line());
    (FeedLinks::of(name, listing, links), Offer { address, line, more: None })
}

fn bots(scene: &Scene<'_>) -> bool {
    scene.facts.status.bots.iter().any(|bot| bot.listens)
}

fn render(
    scene: &Scene<'_>,
    links: &Links,
    catalog: Option<(&CatalogId, usize)>,
    groups: Vec<OfferGroup>,
) -> Result<String, Failed> {
    let everything = Wish::default().line();
    let bots = scene.facts.status.bots.iter().filter(|bot| bot.listens);
    let name = match catalog {
        Some((id, _)) => format!("Subscribe to {}", title(scene, id)),
        None => "Subscribe".to_owned(),
    };
    let own = catalog.map_or_else(|| "subscribe/".to_owned(), |(id, _)| folder(id));
    Ok(OfferPage {
        frame: Frame::new(scene.settings, &name, links, Tab::Subscribe)
            .at(&own)
            .about("Every feed there is, with its address, and how a chat gets the same."),
        crumbs: catalog
            .map(|_| Linked { text: "Subscribe".into(), href: links.page("subscribe/") })
            .into_iter()
            .collect(),
        heading: name,
        groups,
        // Each of them has a page with its feeds.
        left_out: catalog.filter(|(_, more)| *more > 0).map(|(id, more)| {
            let href = links.page(&Base::Catalog(id.clone()).folder());
            (more, Linked { text: title(scene, id).to_owned(), href })
        }),
        bots: bots.map(|bot| bot_line(bot, &everything)).collect(),
    }
    .render()?)
}
