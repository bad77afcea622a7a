//! The pages of their own: all catalogs, what this site is.

use askama::Template;

use super::{Failed, Scene, rankings};
use crate::address::{Base, Form, Listing};
use crate::frame::{Frame, Tab};
use crate::links::{Links, outside};
use crate::page::{AboutPage, CatalogLine, CatalogsPage};
use crate::row::{Linked, Moment, count, number};
use crate::sheet::Sheet;
use crate::standings::Measure;

/// The page.
pub(super) fn page(scene: &Scene<'_>, sheet: Sheet) -> Result<String, Failed> {
    let links = Links::from(&format!("/{}", sheet.folder()), scene.files);
    Ok(match sheet {
        Sheet::Catalogs => catalogs(scene, &links)?,
        Sheet::Rankings => rankings::overview(scene, Measure::Stars)?,
        Sheet::About => about(scene, &links)?,
    })
}

fn catalogs(scene: &Scene<'_>, links: &Links) -> Result<String, askama::Error> {
    let all = &scene.facts.catalogs;
    let entries = all.iter().map(|meta| meta.entries).sum();
    let line = |meta: &whimbrel_store::CatalogMeta| {
        let listing = Listing::of(Base::Catalog(meta.id.clone()));
        CatalogLine {
            link: Linked { text: meta.title.clone(), href: links.page(&listing.base.folder()) },
            entries: number(u64::from(meta.entries)),
            sections: number(u64::from(meta.sections)),
            changed: meta.last_change.map(Moment::from),
            seen: meta.last_success.map(Moment::from),
            trouble: meta.stale || meta.last_error.is_some() || meta.held.is_some(),
            feed: links.file(&listing.address(Form::FEEDS[1])),
        }
    };
    let intro = format!(
        "{} with {}.",
        count(all.len() as u32, "catalog", "catalogs"),
        count(entries, "entry", "entries")
    );
    CatalogsPage {
        frame: Frame::new(scene.settings, "Catalogs", links, Tab::Catalogs)
            .at(Sheet::Catalogs.folder())
            .about(&format!("Followed here: {intro}")),
        intro,
        catalogs: all.iter().map(line).collect(),
    }
    .render()
}

fn about(scene: &Scene<'_>, links: &Links) -> Result<String, askama::Error> {
    let site = &scene.settings.title;
    AboutPage {
        frame: Frame::new(scene.settings, "About", links, Tab::About)
            .at(Sheet::About.folder())
            .about(&format!("What {site} tells, how to follow it, and what is kept of you.")),
        source: outside(env!("CARGO_PKG_REPOSITORY")),
    }
    .render()
}
