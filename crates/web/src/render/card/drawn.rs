//! Drawing them.

use std::cmp::Reverse;

use whimbrel_charts::{Card, CardPart, CardRow};
use whimbrel_news::wording::{MAX_LINE, line};

use crate::address::{Base, Listing, Wrong};
use crate::render::{Failed, Scene, listing, title};
use crate::row::{count, number};
use crate::standings::{Measure, Standings};

/// Places drawn.
const PLACES: usize = 5;

/// The picture as PNG.
pub(super) fn png(scene: &Scene<'_>, base: &Base) -> Result<Vec<u8>, Failed> {
    let site = &scene.settings.title;
    match base {
        Base::All => {
            let catalogs = &scene.facts.catalogs;
            let entries = catalogs.iter().map(|meta| meta.entries).sum();
            let text = format!(
                "What changes in {} with {}",
                count(catalogs.len() as u32, "catalog", "catalogs"),
                count(entries, "entry", "entries")
            );
            let mut largest: Vec<_> = catalogs.iter().collect();
            largest.sort_by_key(|meta| Reverse(meta.entries));
            let most = largest.first().map_or(1, |meta| meta.entries.max(1));
            let shown: Vec<_> = largest.iter().map(|meta| number(u64::from(meta.entries))).collect();
            let rows: Vec<_> = largest
                .iter()
                .zip(&shown)
                .take(PLACES)
                .map(|(meta, shown)| CardRow {
                    name: &meta.title,
                    shown,
                    share: meta.entries as f32 / most as f32,
                })
                .collect();
            let part = if rows.is_empty() { CardPart::Words } else { CardPart::Ranking(&rows) };
            drawn(&Card { site: "", title: site, instead: "", text: &text, part })
        }
        Base::Catalog(id) => {
            let name = title(scene, id);
            let entries = scene.facts.catalog(id).map_or(0, |meta| meta.entries);
            let standings = scene.library.standings(Some(id), Measure::Stars, scene.now)?;
            let by = if standings.measure.is_empty() {
                String::new()
            } else {
                format!(", by {}", standings.measure)
            };
            let text = format!("{}{by}", count(entries, "entry", "entries"));
            ranked(
                &Card { site, title: name, instead: id.as_str(), text: &text, part: CardPart::Words },
                &standings,
            )
        }
        Base::Project(_) => project(scene, base),
        Base::Section(..) | Base::Kind(_) => Err(Wrong::missing("There is no picture of this.").into()),
    }
}

fn ranked(card: &Card<'_>, standings: &Standings) -> Result<Vec<u8>, Failed> {
    let most = standings.places.first().map_or(1.0, |place| place.number).max(1.0);
    let rows: Vec<_> = standings
        .places
        .iter()
        .take(PLACES)
        .map(|place| CardRow { name: &place.name, shown: &place.value, share: (place.number / most) as f32 })
        .collect();
    let part = if rows.is_empty() { CardPart::Words } else { CardPart::Ranking(&rows) };
    drawn(&Card { part, ..card.clone() })
}

fn project(scene: &Scene<'_>, base: &Base) -> Result<Vec<u8>, Failed> {
    let whole = Listing::of(base.clone());
    let found = scene.library.find(&whole, 1)?;
    let name = listing::name(scene, &whole, &found)?;
    let followed = match &name.project {
        Some(key) => scene.library.followed(key, 0)?,
        None => None,
    };
    let key = name.project.as_ref().map(ToString::to_string).unwrap_or_default();
    let described = followed.as_ref().and_then(|followed| followed.project.facts.description.clone());
    let text = match (described, name.project.as_ref()) {
        (Some(text), _) => line(&text, MAX_LINE),
        (None, Some(key)) => {
            let places = scene.library.places(key)?;
            places.first().map(|(_, entry)| line(&entry.description, MAX_LINE)).unwrap_or_default()
        }
        (None, None) => String::new(),
    };
    let points: Vec<_> =
        followed.iter().flat_map(|followed| followed.stars.rows()).map(|row| (row.at, row.stars)).collect();
    let stars = followed.as_ref().and_then(|followed| followed.project.facts.stars);
    let text = match stars.filter(|_| points.len() < 2) {
        Some(stars) if text.is_empty() => format!("★ {}", number(stars)),
        Some(stars) => format!("★ {} · {text}", number(stars)),
        None => text,
    };
    let part = if points.len() > 1 { CardPart::Line(&points, scene.now) } else { CardPart::Words };
    drawn(&Card { site: &scene.settings.title, title: &name.heading, instead: &key, text: &text, part })
}

fn drawn(card: &Card<'_>) -> Result<Vec<u8>, Failed> {
    card.png().ok_or_else(|| anyhow::anyhow!("the picture of `{}` could not be drawn", card.title).into())
}
