//! The search of a site kept as files: a page, and everything listed in a script beside it, because a page that was
//! opened as a file may run a script but not read a file.

use std::path::Path;

use askama::Template;
use serde::Serialize;
use whimbrel_catalog::Entry;
use whimbrel_news::slug;
use whimbrel_news::wording::{MAX_TITLE, line};

use super::folder::Folder;
use crate::address::Base;
use crate::frame::{Frame, Tab};
use crate::links::{Links, SEARCH, outside};
use crate::page::SearchPage;
use crate::render::{Failed, Scene};

/// Entries that can be found; with more of them a browser loads for too long.
pub(super) const MOST: usize = 10_000;

/// What is said about an entry is cut here: words further on are seldom looked for.
const TEXT: usize = 120;

/// What the script holds.
#[derive(Serialize)]
struct Index {
    /// Titles and pages.
    catalogs: Vec<(String, String)>,
    /// Names, where they lead, what is said about them, the place of their catalog, and their pages.
    entries: Vec<(String, String, String, usize, String)>,
}

/// Writes page and script, after all other pages; true when not everything fits.
pub(super) fn write(scene: &Scene<'_>, folder: &mut Folder) -> Result<bool, Failed> {
    let links = Links::from(&format!("/{SEARCH}"), true);
    let mut index = Index { catalogs: Vec::new(), entries: Vec::new() };
    let mut more = false;
    for meta in &scene.facts.catalogs {
        let at = index.catalogs.len();
        index.catalogs.push((meta.title.clone(), links.page(&Base::Catalog(meta.id.clone()).folder())));
        scene.library.each_entry(&meta.id, |entry| {
            more |= index.entries.len() == MOST;
            if !more {
                index.entries.push(row(entry, at, folder, &links));
            }
            !more
        })?;
    }
    let text = format!("window.whimbrel = {};\n", serde_json::to_string(&index)?);
    folder.put(Path::new(&format!("{SEARCH}index.js")), text.as_bytes())?;
    let page = SearchPage {
        frame: Frame::new(scene.settings, "Search", &links, Tab::Search)
            .at(SEARCH)
            .about("Finds what is listed by name and description."),
        more,
    };
    folder.put(Path::new(&format!("{SEARCH}index.html")), page.render()?.as_bytes())?;
    Ok(more)
}

fn row(
    entry: &Entry,
    catalog: usize,
    folder: &Folder,
    links: &Links,
) -> (String, String, String, usize, String) {
    let page = Base::Project(slug::project(entry.key.as_str())).folder();
    let page = if folder.has(&format!("{page}index.html")) { links.page(&page) } else { String::new() };
    let url = outside(&entry.url).unwrap_or_default();
    (line(&entry.name, MAX_TITLE), url, line(&entry.description, TEXT), catalog, page)
}
