//! Rankings: over everything, and of one catalog; and the few lines of them that other pages show.

use askama::Template;
use chrono::{DateTime, Utc};
use whimbrel_catalog::CatalogId;
use whimbrel_charts::Spark;
use whimbrel_news::wording::number;

use super::{Failed, Scene, title};
use crate::address::{Base, Listing};
use crate::frame::{FeedLinks, Frame, Tab};
use crate::links::Links;
use crate::page::{PlaceLine, Ranking, RankingPage, RankingsPage, ShortRanking};
use crate::row::Linked;
use crate::sheet::Sheet;
use crate::standings::{Place, Standings};

/// Places on the page over everything.
const OVERALL: usize = 25;

/// Places of each catalog there.
const SHORT: usize = 3;

/// Catalogs there: with more of them the page would be too large.
const CATALOGS: usize = 40;

/// The folder of a catalog's ranking, without the leading slash.
pub(crate) fn folder(id: &CatalogId) -> String {
    format!("{}rankings/", Base::Catalog(id.clone()).folder())
}

/// The page over everything.
pub(super) fn overview(scene: &Scene<'_>, links: &Links) -> Result<String, Failed> {
    let all = scene.library.standings(None, scene.now)?;
    let mut counted = Standings::clone(&all);
    let mut catalogs = Vec::new();
    for meta in scene.facts.catalogs.iter().take(CATALOGS) {
        let standings = scene.library.standings(Some(&meta.id), scene.now)?;
        catalogs.extend(short(scene, &meta.id, &standings, SHORT, links));
        // Before the first daily ranking of everything the best of each catalog stand for it.
        if all.places.is_empty() && !standings.printed && !standings.places.is_empty() {
            counted.measure.clone_from(&standings.measure);
            // Who rose in one catalog did not rise as far, or at all, among all.
            let places = standings.places.iter().map(|place| Place { rose: None, ..place.clone() });
            counted.places.extend(places);
        }
    }
    if all.places.is_empty() {
        counted.places.sort_by(|a, b| b.number.total_cmp(&a.number).then_with(|| a.slug.cmp(&b.slug)));
        counted.places.dedup_by(|a, b| a.slug == b.slug);
    }
    let overall = (!counted.places.is_empty()).then(|| ranking(scene, &counted, OVERALL, links));
    let left_out = scene.facts.catalogs.len() > CATALOGS;
    Ok(RankingsPage {
        frame: Frame::new(scene.settings, "Rankings", links, Tab::Rankings)
            .at(Sheet::Rankings.folder())
            .about("Who stands where, who rises and who falls among the projects listed here."),
        overall,
        catalogs,
        more: left_out.then(|| links.page(Sheet::Catalogs.folder())),
    }
    .render()?)
}

/// The page of a catalog's ranking.
pub(super) fn page(scene: &Scene<'_>, id: &CatalogId) -> Result<String, Failed> {
    let folder = folder(id);
    let links = Links::from(&format!("/{folder}"), scene.files);
    let standings = scene.library.standings(Some(id), scene.now)?;
    let catalog = Base::Catalog(id.clone());
    let name = format!("Ranking of {}", title(scene, id));
    let feed = FeedLinks::of(title(scene, id), &Listing::of(catalog.clone()), &links);
    Ok(RankingPage {
        frame: Frame {
            feeds: vec![feed],
            ..Frame::new(scene.settings, &name, &links, Tab::Rankings)
                .at(&folder)
                .pictured(&catalog.folder())
                .about(&format!("Who stands where in {}, who rises and who falls.", title(scene, id)))
        },
        crumbs: vec![
            Linked { text: "Rankings".into(), href: links.page(Sheet::Rankings.folder()) },
            Linked { text: title(scene, id).to_owned(), href: links.page(&catalog.folder()) },
        ],
        catalog: title(scene, id).to_owned(),
        ranking: (!standings.places.is_empty()).then(|| ranking(scene, &standings, usize::MAX, &links)),
    }
    .render()?)
}

/// The first places of a catalog; nothing where it has no ranking.
pub(super) fn short(
    scene: &Scene<'_>,
    id: &CatalogId,
    standings: &Standings,
    most: usize,
    links: &Links,
) -> Option<ShortRanking> {
    (!standings.places.is_empty()).then(|| ShortRanking {
        title: title(scene, id).to_owned(),
        href: links.page(&folder(id)),
        measure: standings.measure.clone(),
        places: (1..)
            .zip(standings.places.iter().take(most))
            .map(|(rank, one)| line(scene, rank, one, links))
            .collect(),
    })
}

fn ranking(scene: &Scene<'_>, standings: &Standings, most: usize, links: &Links) -> Ranking {
    let shown = &standings.places[..standings.places.len().min(most)];
    let mut letters = standings.measure.chars();
    let heading = letters.next().map(|first| first.to_uppercase().chain(letters).collect());
    Ranking {
        heading: heading.unwrap_or_default(),
        measure: standings.measure.clone(),
        printed: standings.printed,
        grown: shown.iter().any(|place| place.gained.is_some()),
        drawn: shown.iter().any(|place| place.points.len() > 1),
        places: (1..).zip(shown).map(|(rank, one)| line(scene, rank, one, links)).collect(),
    }
}

fn line(scene: &Scene<'_>, rank: u32, place: &Place, links: &Links) -> PlaceLine {
    PlaceLine {
        rank,
        name: place.name.clone(),
        page: links.page(&Base::Project(place.slug.clone()).folder()),
        value: place.value.clone(),
        rose: place.rose,
        gained: place.gained.map(signed),
        spark: spark(&place.name, &place.points, scene.now),
    }
}

fn spark(name: &str, points: &[(DateTime<Utc>, u64)], now: DateTime<Utc>) -> Option<String> {
    let ((_, first), (_, last)) = (points.first()?, points.last()?);
    let label = format!("Stars of {name}: from {} to {}", number(*first), number(*last));
    Spark { label: &label, points, until: now }.svg()
}

fn signed(gained: i64) -> String {
    let sign = match gained {
        0 => "±",
        1.. => "+",
        _ => "−",
    };
    format!("{sign}{}", number(gained.unsigned_abs()))
}
