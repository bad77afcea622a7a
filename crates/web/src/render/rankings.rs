//! Rankings by each measure: over everything, and of one catalog; and the few lines of them that other pages show.

use askama::Template;
use chrono::{DateTime, Utc};
use whimbrel_catalog::CatalogId;
use whimbrel_charts::Spark;
use whimbrel_lookup::Rankings;
use whimbrel_news::wording::number;

use super::{Failed, Scene, title};
use crate::address::{Base, Listing};
use crate::frame::{FeedLinks, Frame, Tab};
use crate::links::Links;
use crate::page::{PlaceLine, Ranking, RankingPage, RankingsPage, ShortRanking, Step};
use crate::row::Linked;
use crate::sheet::Sheet;
use crate::standings::{Measure, PLACES, Place, Standings};

/// Places on the page over everything.
const OVERALL: usize = Rankings::OVERALL;

/// Places of a catalog by other measures than the usual one in a site kept as files: whoever has one has pages there.
const FILED: usize = 25;

/// Places of each catalog there.
const SHORT: usize = 3;

/// Catalogs there: with more of them the page would be too large.
const CATALOGS: usize = 40;

/// The folder of a ranking, without the leading slash: of a catalog, or over everything.
pub(crate) fn folder(catalog: Option<&CatalogId>, by: Measure) -> String {
    let of = catalog.map(|id| Base::Catalog(id.clone()).folder()).unwrap_or_default();
    format!("{of}{}{}", Sheet::Rankings.folder(), by.folder())
}

/// How many places of a ranking are shown.
pub(crate) fn most(scene: &Scene<'_>, catalog: Option<&CatalogId>, by: Measure) -> usize {
    match catalog {
        None => OVERALL,
        Some(_) if scene.files && by != Measure::Stars => FILED,
        Some(_) => PLACES,
    }
}

/// The page over everything.
pub(super) fn overview(scene: &Scene<'_>, by: Measure) -> Result<String, Failed> {
    let own = folder(None, by);
    let links = Links::from(&format!("/{own}"), scene.files);
    let all = scene.library.standings(None, by, scene.now)?;
    let mut catalogs = Vec::new();
    if by == Measure::Stars {
        for meta in scene.facts.catalogs.iter().take(CATALOGS) {
            let standings = scene.library.standings(Some(&meta.id), by, scene.now)?;
            catalogs.extend(short(scene, &meta.id, &standings, SHORT, &links));
        }
    }
    let left_out = by == Measure::Stars && scene.facts.catalogs.len() > CATALOGS;
    let name = if by == Measure::Stars { "Rankings".to_owned() } else { format!("Ranked by {}", by.text()) };
    Ok(RankingsPage {
        frame: Frame::new(scene.settings, &name, &links, Tab::Rankings).at(&own).about(&format!(
            "Who leads by {} among the projects listed here, who rises and who falls.",
            by.text()
        )),
        tabs: tabs(None, by, &links),
        overall: (!all.places.is_empty()).then(|| ranking(scene, &all, by, None, &links)),
        growing: matches!(by, Measure::Growth(_)),
        moves: moves(by),
        catalogs,
        more: left_out.then(|| links.page(Sheet::Catalogs.folder())),
    }
    .render()?)
}

/// The page of a catalog's ranking.
pub(super) fn page(scene: &Scene<'_>, id: &CatalogId, by: Measure) -> Result<String, Failed> {
    let own = folder(Some(id), by);
    let links = Links::from(&format!("/{own}"), scene.files);
    let standings = scene.library.standings(Some(id), by, scene.now)?;
    let catalog = Base::Catalog(id.clone());
    let title = title(scene, id);
    let name = match by {
        Measure::Stars => format!("Ranking of {title}"),
        by => format!("Ranking of {title} by {}", by.text()),
    };
    let feed = FeedLinks::of(title, &Listing::of(catalog.clone()), &links);
    Ok(RankingPage {
        frame: Frame {
            feeds: vec![feed],
            ..Frame::new(scene.settings, &name, &links, Tab::Rankings)
                .at(&own)
                .pictured(&catalog.folder())
                .about(&format!("Who leads in {title} by {}, who rises and who falls.", by.text()))
        },
        crumbs: vec![
            Linked { text: "Rankings".into(), href: links.page(&folder(None, by)) },
            Linked { text: title.to_owned(), href: links.page(&catalog.folder()) },
        ],
        catalog: title.to_owned(),
        // What a document prints has no other measures.
        tabs: if has_measures(scene, id)? { tabs(Some(id), by, &links) } else { Vec::new() },
        growing: matches!(by, Measure::Growth(_)),
        moves: moves(by),
        ranking: (!standings.places.is_empty()).then(|| ranking(scene, &standings, by, Some(id), &links)),
    }
    .render()?)
}

/// Whether a catalog is ranked by more than what its document prints.
pub(crate) fn has_measures(scene: &Scene<'_>, id: &CatalogId) -> Result<bool, Failed> {
    let usual = scene.library.standings(Some(id), Measure::Stars, scene.now)?;
    Ok(!usual.printed && !usual.places.is_empty())
}

/// The ways to the same by other measures.
fn tabs(catalog: Option<&CatalogId>, here: Measure, links: &Links) -> Vec<Step> {
    let step = |by: Measure| {
        let (before, text) = match by {
            Measure::Stars => ("", "Stars".to_owned()),
            Measure::Forks => ("", "Forks".to_owned()),
            Measure::Growth(7) => ("", "Growth in 7 days".to_owned()),
            Measure::Growth(_) => ("Growth in ", by.time()),
            Measure::Activity => ("", "Last push".to_owned()),
        };
        Step { before, text, href: links.page(&folder(catalog, by)), here: by == here }
    };
    Measure::ALL.into_iter().map(step).collect()
}

/// What the arrows tell; nothing where there are none.
fn moves(by: Measure) -> String {
    match by {
        Measure::Stars | Measure::Forks => {
            "Arrows tell how many places somebody rose or fell in 30 days".to_owned()
        }
        Measure::Growth(365) => "Arrows compare with the year before".to_owned(),
        Measure::Growth(days) => format!("Arrows compare with the {days} days before"),
        Measure::Activity => String::new(),
    }
}

/// The first places of a catalog by stars; nothing where it has no ranking.
pub(super) fn short(
    scene: &Scene<'_>,
    id: &CatalogId,
    standings: &Standings,
    most: usize,
    links: &Links,
) -> Option<ShortRanking> {
    let lines = (1..).zip(standings.places.iter().take(most));
    (!standings.places.is_empty()).then(|| ShortRanking {
        title: title(scene, id).to_owned(),
        href: links.page(&folder(Some(id), Measure::Stars)),
        measure: standings.measure.clone(),
        places: lines.map(|(rank, one)| line(scene, rank, one, Measure::Stars, links)).collect(),
    })
}

fn ranking(
    scene: &Scene<'_>,
    standings: &Standings,
    by: Measure,
    catalog: Option<&CatalogId>,
    links: &Links,
) -> Ranking {
    let shown = &standings.places[..standings.places.len().min(most(scene, catalog, by))];
    let mut letters = standings.measure.chars();
    let printed = letters.next().map(|first| first.to_uppercase().chain(letters).collect());
    Ranking {
        heading: match printed {
            Some(heading) if standings.printed => heading,
            _ => by.heading().to_owned(),
        },
        measure: standings.measure.clone(),
        printed: standings.printed,
        partial: standings.partial,
        moved: by != Measure::Activity,
        second: shown.iter().any(|place| place.second.is_some()).then(|| by.second()),
        drawn: shown.iter().any(|place| place.points.len() > 1).then_some(match by {
            Measure::Growth(365) => "In a year",
            _ => "In 90 days",
        }),
        places: (1..).zip(shown).map(|(rank, one)| line(scene, rank, one, by, links)).collect(),
    }
}

fn line(scene: &Scene<'_>, rank: u32, place: &Place, by: Measure, links: &Links) -> PlaceLine {
    PlaceLine {
        rank,
        name: place.name.clone(),
        page: links.page(&Base::Project(place.slug.clone()).folder()),
        value: place.value.clone(),
        rose: place.rose,
        second: place.second.clone(),
        spark: spark(by.counts(), &place.name, &place.points, scene.now),
    }
}

fn spark(what: &str, name: &str, points: &[(DateTime<Utc>, u64)], now: DateTime<Utc>) -> Option<String> {
    let ((_, first), (_, last)) = (points.first()?, points.last()?);
    let label = format!("{what} of {name}: from {} to {}", number(*first), number(*last));
    Spark { label: &label, points, until: now }.svg()
}
