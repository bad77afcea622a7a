//! The list of all pages for those who look through sites, and what is asked of them.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use whimbrel_news::{Group, Period, slug};

use super::{Failed, Scene, history, rankings};
use crate::address::{Base, digest_folder, digest_page_folder};
use crate::api::compare;
use crate::row::machine;
use crate::sheet::Sheet;
use crate::standings::Measure;

/// Pages named in all: those who read such lists take no more of one.
const PAGES: usize = 50_000;

/// Projects named: who wants all of them finds them by the pages of their sections.
const PROJECTS: usize = 5_000;

/// Digests of each period named.
const DIGESTS: usize = 30;

/// As XML.
pub(super) fn text(scene: &Scene<'_>) -> Result<String, Failed> {
    let mut pages: Vec<(String, Option<String>)> = vec![(String::new(), None)];
    pages.extend(Sheet::ALL.map(|sheet| (sheet.folder().to_owned(), None)));
    let others = Measure::ALL.into_iter().filter(|by| *by != Measure::Stars);
    pages.extend(others.map(|by| (rankings::folder(None, by), None)));
    pages.push(("subscribe/".to_owned(), None));
    if !scene.files {
        pages.push((compare::FOLDER.to_owned(), None));
    }
    // Of the most numerous what is too much is left out, so they stand last.
    let mut sections: Vec<String> = Vec::new();
    for meta in &scene.facts.catalogs {
        let base = Base::Catalog(meta.id.clone());
        pages.push((base.folder(), meta.last_change.map(machine)));
        pages.push((rankings::folder(Some(&meta.id), Measure::Stars), None));
        let own = scene.library.sections(&meta.id)?;
        let own = own.iter().filter(|path| !path.is_root()).map(|path| slug::section(path.parts()));
        let own: BTreeSet<String> = own.collect();
        sections.extend(own.into_iter().map(|section| Base::Section(meta.id.clone(), section).folder()));
    }
    pages.extend(Group::ALL.into_iter().flat_map(Group::kinds).map(|kind| (Base::Kind(kind).folder(), None)));
    for period in Period::ALL {
        pages.push((digest_folder(period), None));
        let digests = scene.library.digests(period, scene.now, DIGESTS)?;
        pages.extend(digests.iter().map(|digest| (digest_page_folder(digest.span), None)));
    }
    pages.extend(sections.into_iter().map(|folder| (folder, None)));
    let (projects, _) = scene.library.looked_at(PROJECTS)?;
    let of = |key: &whimbrel_catalog::EntryKey| Base::Project(slug::project(key.as_str())).folder();
    pages.extend(projects.iter().map(|key| (of(key), None)));
    let past = |key: &whimbrel_catalog::EntryKey| history::folder(&slug::project(key.as_str()));
    pages.extend(projects.iter().map(|key| (past(key), None)));
    Ok(list(&scene.settings.base(), pages))
}

/// The list of these pages, with when each changed where that is known.
fn list(base: &str, pages: Vec<(String, Option<String>)>) -> String {
    let mut xml = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n",
    );
    for (path, changed) in pages.into_iter().take(PAGES) {
        // Slugs hold nothing XML would take for markup, the address somebody configured could.
        let address = format!("{base}/{path}").replace('&', "&amp;").replace('<', "&lt;");
        let changed = changed.map(|at| format!("<lastmod>{at}</lastmod>")).unwrap_or_default();
        // Writing to a string does not fail.
        let _ = writeln!(xml, "<url><loc>{address}</loc>{changed}</url>");
    }
    xml.push_str("</urlset>\n");
    xml
}

/// As text: answers to questions are made anew each time and lead on without end.
pub(super) fn robots(scene: &Scene<'_>) -> String {
    format!(
        "User-agent: *\nDisallow: /ask\nDisallow: /api/\nDisallow: /compare/?\nDisallow: /subscribe/?\nSitemap: {}/sitemap.xml\n",
        scene.settings.base()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_never_longer_than_its_readers_take() {
        for (given, named) in [(0, 0), (3, 3), (50_000, 50_000), (50_001, 50_000), (70_000, 50_000)] {
            let xml = list("https://news.example.org", (0..given).map(|n| (format!("{n}/"), None)).collect());
            assert_eq!(xml.matches("<loc>").count(), named, "{given}");
            assert!(xml.ends_with("</urlset>\n"), "{given}");
        }
    }
}
