//! From an address to the text that is served there.

pub(crate) mod card;
mod digest;
pub(crate) mod history;
pub(crate) mod home;
pub(crate) mod listing;
pub(crate) mod offer;
mod project;
pub(crate) mod rankings;
mod sheet;
mod sitemap;
mod status;
mod subscribe;

use askama::Template;
use chrono::{DateTime, Utc};
use whimbrel_catalog::CatalogId;
use whimbrel_news::digest::DigestPage;
use whimbrel_news::wording::{MAX_TITLE, line};
use whimbrel_news::{EventId, Period};

use crate::address::{Base, Form, Listing, Wrong};
use crate::facts::Facts;
use crate::feed;
use crate::frame::{Frame, Tab};
use crate::library::{Found, Library};
use crate::links::Links;
use crate::page::{Pager, Problem, Trouble};
use crate::row::{Moment, Titles, count};
use crate::settings::Settings;
use crate::sheet::Sheet;
use crate::standings::Measure;
use crate::subscribe::Wish;

/// Digests on one page.
const DIGESTS: usize = 30;
/// News on one page.
pub(crate) const PAGE: usize = 50;

/// Everything a text is made from.
pub(crate) struct Scene<'a> {
    pub(crate) library: &'a Library,
    pub(crate) settings: &'a Settings,
    pub(crate) facts: &'a Facts,
    pub(crate) now: DateTime<Utc>,
    /// The text will be a file: links name `index.html`, and nothing needs a server.
    pub(crate) files: bool,
}

/// A text and what it was made from.
pub(crate) struct Text {
    pub(crate) body: Vec<u8>,
    /// The time of the newest thing in it.
    pub(crate) modified: DateTime<Utc>,
    /// The newest event in it.
    pub(crate) newest: Option<EventId>,
}

/// Why there is no text.
#[derive(Debug)]
pub(crate) enum Failed {
    /// The request cannot be answered.
    Wrong(Wrong),
    /// We could not do our part.
    Ours(anyhow::Error),
}

impl From<Wrong> for Failed {
    fn from(wrong: Wrong) -> Self {
        Self::Wrong(wrong)
    }
}

impl<E: Into<anyhow::Error>> From<E> for Failed {
    fn from(error: E) -> Self {
        Self::Ours(error.into())
    }
}

/// The text of a listing.
pub(crate) fn listing(scene: &Scene<'_>, listing: &Listing, form: Form) -> Result<Text, Failed> {
    let found = scene.library.find(listing, PAGE)?;
    let newest = found.events.first().map(whimbrel_news::Event::id);
    let body = match form {
        Form::Page => page(scene, listing, &found, pager(listing, &found), listing.after.is_some())?,
        Form::Feed(format) => {
            let name = listing::name(scene, listing, &found)?;
            feed::listing(scene, listing, format, &name, &found)
        }
        Form::Events => {
            listing::name(scene, listing, &found)?;
            feed::events(scene, listing, &found)?
        }
    };
    // A first page also shows the state of the program, which is as of now.
    let as_of_now = form == Form::Page && listing.after.is_none();
    let modified = if as_of_now { scene.now } else { modified(scene, &found) };
    Ok(Text { body: body.into_bytes(), modified, newest })
}

/// The text of the digests of a period.
pub(crate) fn digest(scene: &Scene<'_>, period: Period, form: Form) -> Result<Text, Failed> {
    let digests = scene.library.digests(period, scene.now, DIGESTS)?;
    let (body, updated) = match form {
        Form::Feed(format) => feed::digests(scene, period, format, &digests),
        Form::Page => {
            (digest::page(scene, period, &digests)?, digests.first().and_then(|digest| digest.updated))
        }
        Form::Events => return Err(Wrong::missing("Digests have no JSON form but their feed.").into()),
    };
    Ok(Text { body: body.into_bytes(), modified: updated.unwrap_or_else(|| beginning(scene)), newest: None })
}

/// All of one digest, and whether there is anything in it.
pub(crate) struct OneDigest {
    pub(crate) text: Text,
    pub(crate) is_empty: bool,
}

/// The text of the page with all of one digest.
pub(crate) fn one_digest(scene: &Scene<'_>, page: &DigestPage) -> Result<OneDigest, Failed> {
    let (digest, is_all) = scene.library.digest(page)?;
    let body = digest::one(scene, page, &digest, is_all)?;
    let modified = digest.updated.unwrap_or_else(|| beginning(scene));
    Ok(OneDigest {
        text: Text { body: body.into_bytes(), modified, newest: None },
        is_empty: digest.is_empty(),
    })
}

/// The text of a page of its own.
pub(crate) fn sheet(scene: &Scene<'_>, sheet: Sheet) -> Result<Text, Failed> {
    Ok(Text { body: sheet::page(scene, sheet)?.into_bytes(), modified: scene.now, newest: None })
}

/// The text of the ranking of a catalog by a measure, or of that over everything.
pub(crate) fn ranking(scene: &Scene<'_>, catalog: Option<&CatalogId>, by: Measure) -> Result<Text, Failed> {
    let text = match catalog {
        Some(id) => rankings::page(scene, id, by)?,
        None => rankings::overview(scene, by)?,
    };
    Ok(Text { body: text.into_bytes(), modified: scene.now, newest: None })
}

/// The text of the past of a project.
pub(crate) fn history(scene: &Scene<'_>, project: &str) -> Result<Text, Failed> {
    Ok(Text { body: history::page(scene, project)?.into_bytes(), modified: scene.now, newest: None })
}

/// The picture that stands for a page.
pub(crate) fn card(scene: &Scene<'_>, base: &Base) -> Result<Text, Failed> {
    Ok(Text { body: card::png(scene, base)?, modified: scene.now, newest: None })
}

/// The list of all pages.
pub(crate) fn sitemap(scene: &Scene<'_>) -> Result<Text, Failed> {
    Ok(Text { body: sitemap::text(scene)?.into_bytes(), modified: beginning(scene), newest: None })
}

/// What is asked of programs that read all of it.
pub(crate) fn robots(scene: &Scene<'_>) -> Text {
    Text { body: sitemap::robots(scene).into_bytes(), modified: beginning(scene), newest: None }
}

/// The text of the page that subscribes; in files, of the feeds there are.
pub(crate) fn subscribe(scene: &Scene<'_>, wish: &Wish) -> Result<Text, Failed> {
    let text = if scene.files { offer::page(scene)? } else { subscribe::page(scene, wish)? };
    Ok(Text { body: text.into_bytes(), modified: scene.now, newest: None })
}

/// The text about the program itself.
pub(crate) fn status(scene: &Scene<'_>, form: Form) -> Result<Text, Failed> {
    let body = match form {
        Form::Page => status::page(scene)?,
        Form::Feed(_) | Form::Events => status::json(scene)?,
    };
    Ok(Text { body: body.into_bytes(), modified: scene.now, newest: None })
}

/// The text of the list of all feeds.
pub(crate) fn opml(scene: &Scene<'_>, listing: &Listing) -> Text {
    Text { body: feed::opml(scene, listing).into_bytes(), modified: beginning(scene), newest: None }
}

/// A page that says what went wrong.
pub(crate) fn trouble(settings: &Settings, path: &str, code: u16, heading: &str, text: &str) -> String {
    let links = Links::from(path, false);
    let frame = Frame::new(settings, heading, &links, Tab::None);
    Trouble { frame, code, heading, text }.render().unwrap_or_else(|_| text.to_owned())
}

/// When the newest event was written down; its own time may lie far back.
fn modified(scene: &Scene<'_>, found: &Found) -> DateTime<Utc> {
    found.events.iter().map(|event| event.recorded).max().unwrap_or_else(|| beginning(scene))
}

/// When the first of what is shown was there.
fn beginning(scene: &Scene<'_>) -> DateTime<Utc> {
    scene.facts.catalogs.iter().map(|meta| meta.followed).max().unwrap_or(DateTime::UNIX_EPOCH)
}

/// The page of a listing, with these ways to its neighbours; `older` when it is not the first.
pub(crate) fn page(
    scene: &Scene<'_>,
    listing: &Listing,
    found: &Found,
    pager: Pager,
    older: bool,
) -> Result<String, Failed> {
    if listing.base == Base::All && !older {
        Ok(home::page(scene, listing, found, pager)?)
    } else {
        listing::page(scene, listing, found, pager, older)
    }
}

/// The links to other pages of a served listing.
fn pager(listing: &Listing, found: &Found) -> Pager {
    let links = Links::from(&format!("/{}", listing.base.folder()), false);
    Pager {
        newest: listing.after.map(|_| links.page(&listing.first().address(Form::Page))),
        newer: None,
        older: found.older.map(|older| links.page(&listing.from(older).address(Form::Page))),
    }
}

/// What everybody should know about a catalog that is not well.
fn problems<'a>(
    facts: &'a Facts,
    catalogs: impl Iterator<Item = &'a whimbrel_store::CatalogMeta>,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    for meta in catalogs {
        if let Some(error) = &meta.last_error {
            let since = meta.last_success.map_or_else(
                || "It was never read.".to_owned(),
                |at| format!("Last read on {}.", Moment::from(at).human),
            );
            let next = facts
                .next_look(meta)
                .map(|at| format!(" Next try: {}.", Moment::from(at).human))
                .unwrap_or_default();
            let failures = count(meta.failures, "failed look", "failed looks");
            problems.push(Problem {
                tone: if meta.stale { "bad" } else { "warm" },
                title: format!("{}: {failures}", meta.title),
                text: format!("{} {since}{next}", sentence(error)),
            });
        } else if meta.stale {
            problems.push(Problem {
                tone: "bad",
                title: format!("{}: out of reach", meta.title),
                text: "What is shown here may be old.".to_owned(),
            });
        }
        if !meta.unread.is_empty() {
            let what: Vec<String> = meta.unread.iter().map(|unread| sentence(unread)).collect();
            problems.push(Problem {
                tone: "warm",
                title: format!("{}: not all of it can be read", meta.title),
                text: format!("{} What was last read of it still stands.", what.join(" ")),
            });
        }
        if let Some(reason) = &meta.held {
            problems.push(Problem {
                tone: "warm",
                title: format!("{}: changes are held back", meta.title),
                text: format!("{} They are told once they have stood long enough.", sentence(reason)),
            });
        }
    }
    problems
}

/// The text with a full stop.
fn sentence(text: &str) -> String {
    let text = line(text, MAX_TITLE);
    if text.ends_with(['.', '!', '?']) { text } else { format!("{text}.") }
}

/// The title of a catalog.
fn title<'a>(scene: &'a Scene<'_>, id: &'a CatalogId) -> &'a str {
    scene.facts.title(id)
}
