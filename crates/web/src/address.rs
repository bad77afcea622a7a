//! What each address means. Addresses are promises: they are added to and never changed.

mod form;
mod key;
mod listing;
mod query;
mod wrong;

use chrono::TimeDelta;
use http::StatusCode;
use whimbrel_catalog::CatalogId;
use whimbrel_news::digest::{DigestPage, Time};
use whimbrel_news::{Filter, Kind, Period, Span, slug};

pub(crate) use self::form::Form;
pub(crate) use self::key::key;
pub(crate) use self::listing::{Base, Listing};
pub(crate) use self::query::{LONGEST_WORDS, read_query};
pub(crate) use self::wrong::Wrong;
use self::wrong::{no_catalog, nothing_here, unknown_kind, unknown_parameter};
use crate::sheet::{Sheet, first_asked};
use crate::standings::Measure;
use crate::subscribe::{Wish, builder};

/// Chats link to digests with the filters people made there.
const LONGEST_FILTER: usize = 1_000;
/// Nobody reads the digest of more than a year and a day.
const LONGEST_TIME: TimeDelta = TimeDelta::days(367);

/// What is asked for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Address {
    /// News, as a page, a feed or JSON.
    Listing(Listing, Form),
    /// The digests of a period, as a page or a feed.
    Digest(Period, Form),
    /// All of one digest.
    OneDigest(DigestPage),
    /// All feeds as OPML, or the one of a choice.
    Opml(Listing),
    /// The page on which a choice of news is made.
    Subscribe(Box<Wish>),
    /// The picture that stands for a page.
    Card(Base),
    /// The list of all pages.
    Sitemap,
    /// What is asked of programs that read all of it.
    Robots,
    /// The ranking of a catalog, or over everything, by a measure.
    Ranking(Option<CatalogId>, Measure),
    /// The past of a project, by its slug.
    History(String),
    /// A page of its own.
    Sheet(Sheet),
    /// How the program is doing, as a page or as JSON.
    Status(Form),
    /// Whether it can answer.
    Ready,
    /// The same thing under its right address, relative to this one.
    Elsewhere(String),
}

/// The folder of a digest, without the leading slash.
pub(crate) fn digest_folder(period: Period) -> String {
    format!("digest/{period}/")
}

/// The folder of one digest, without the leading slash.
pub(crate) fn digest_page_folder(span: Span) -> String {
    DigestPage { time: Time::Span(span), filter: None }.path()
}

/// Reads a path and a query. `known` gives the catalog a slug belongs to.
pub(crate) fn parse(
    path: &str,
    query: Option<&str>,
    known: &dyn Fn(&str) -> Option<CatalogId>,
) -> Result<Address, Wrong> {
    let parts: Vec<&str> = path.strip_prefix('/').unwrap_or(path).split('/').collect();
    let catalog = |slug: &str| known(slug).ok_or_else(|| no_catalog(slug));
    let listing = |base: Base, file: &str| {
        let form = Form::of(file).ok_or_else(nothing_here)?;
        let mut listing = read_query(query, known, LONGEST_WORDS)?;
        listing.base = base;
        Ok(Address::Listing(listing, form))
    };
    let ranking = |catalog: Option<CatalogId>, by: Measure| match first_asked(query) {
        None => Ok(Address::Ranking(catalog, by)),
        Some(other) => Err(unknown_parameter(&other, "none")),
    };
    match parts.as_slice() {
        ["events.json"] => Ok(Address::Listing(read_query(query, known, LONGEST_WORDS)?, Form::Events)),
        ["opml.xml"] => Ok(Address::Opml(read_query(query, known, LONGEST_WORDS)?.first())),
        ["subscribe"] => {
            let query = query.map(|query| format!("?{query}")).unwrap_or_default();
            Ok(Address::Elsewhere(format!("./subscribe/{query}")))
        }
        // A site kept as files has pages of the sections of catalogs; here they are chosen.
        ["subscribe", id, ""] => {
            let query = Listing::of(Base::Catalog(catalog(id)?));
            Ok(Address::Elsewhere(format!("../../{}", builder(&query))))
        }
        ["status", ""] => Ok(Address::Elsewhere("../status".to_owned())),
        ["subscribe", ""] => Ok(Address::Subscribe(Box::new(Wish::read(query, known)?))),
        ["sitemap.xml"] => Ok(Address::Sitemap),
        ["robots.txt"] => Ok(Address::Robots),
        ["card.png"] => Ok(Address::Card(Base::All)),
        ["c", id, "card.png"] => Ok(Address::Card(Base::Catalog(catalog(id)?))),
        ["p", project, "card.png"] if is_slug(project) => {
            Ok(Address::Card(Base::Project((*project).to_owned())))
        }
        ["readyz"] => Ok(Address::Ready),
        ["status"] => Ok(Address::Status(Form::Page)),
        ["status.json"] => Ok(Address::Status(Form::Events)),
        // A site kept as files has its search there; here the same question is answered elsewhere.
        ["search", ""] => {
            let query = query.map(|query| format!("?{query}")).unwrap_or_default();
            Ok(Address::Elsewhere(format!("../ask{query}")))
        }
        ["search"] => Ok(Address::Elsewhere("./search/".to_owned())),
        [name] if Sheet::named(name).is_some() => Ok(Address::Elsewhere(format!("./{name}/"))),
        [name, ""] if let Some(sheet) = Sheet::named(name) => match first_asked(query) {
            None => Ok(Address::Sheet(sheet)),
            Some(other) => Err(unknown_parameter(&other, "none")),
        },
        [file] => listing(Base::All, file),
        ["c", id, "rankings", ""] => ranking(Some(catalog(id)?), Measure::Stars),
        ["c", id, "rankings", by, ""] if let Some(by) = Measure::named(by) => ranking(Some(catalog(id)?), by),
        ["rankings", by, ""] if let Some(by) = Measure::named(by) => ranking(None, by),
        ["c", _, "rankings"] => Ok(Address::Elsewhere("./rankings/".to_owned())),
        ["c", _, "rankings", by] | ["rankings", by] if Measure::named(by).is_some() => {
            Ok(Address::Elsewhere(format!("./{by}/")))
        }
        ["c", id, file] => listing(Base::Catalog(catalog(id)?), file),
        ["c", id, "s", section, file] if is_slug(section) => {
            listing(Base::Section(catalog(id)?, (*section).to_owned()), file)
        }
        ["k", kind, file] => {
            let read: Kind = kind.parse().map_err(|_| unknown_kind(kind, StatusCode::NOT_FOUND))?;
            if read.as_str() == *kind { listing(Base::Kind(read), file) } else { Err(nothing_here()) }
        }
        ["p", project, "history", ""] if is_slug(project) => match first_asked(query) {
            None => Ok(Address::History((*project).to_owned())),
            Some(other) => Err(unknown_parameter(&other, "none")),
        },
        ["p", _, "history"] => Ok(Address::Elsewhere("./history/".to_owned())),
        ["p", project, file] if is_slug(project) => listing(Base::Project((*project).to_owned()), file),
        ["digest", period, name] if Time::of_address(period, name).is_some() => {
            let query = query.map(|query| format!("?{query}")).unwrap_or_default();
            Ok(Address::Elsewhere(format!("./{name}/{query}")))
        }
        ["digest", period, file] => {
            let period = Period::ALL
                .into_iter()
                .find(|known| known.as_str() == *period)
                .ok_or_else(|| Wrong::missing("There are two digests: daily and weekly."))?;
            Ok(Address::Digest(period, Form::of(file).ok_or_else(nothing_here)?))
        }
        ["digest", period, key, ""] => {
            let time =
                Time::of_address(period, key).filter(|time| time.up_to() - time.after() <= LONGEST_TIME);
            let time = time.ok_or_else(|| {
                Wrong::missing(
                    "There is no digest of this name: they are called daily/2026-11-20 or weekly/2026-w47.",
                )
            })?;
            let filter = read_query(query, known, LONGEST_FILTER)?.narrow.filter();
            let filter = (filter != Filter::default()).then_some(filter);
            Ok(Address::OneDigest(DigestPage { time, filter }))
        }
        // A folder without its slash: every link on the page would be off by one step.
        ["c" | "k" | "p" | "digest", name] | ["c", _, "s", name] if !name.is_empty() => {
            let query = query.map(|query| format!("?{query}")).unwrap_or_default();
            // `./` keeps a name with a colon from being read as the scheme of another site.
            Ok(Address::Elsewhere(format!("./{name}/{query}")))
        }
        _ => Err(nothing_here()),
    }
}

/// Only what can be a slug reaches the store.
fn is_slug(text: &str) -> bool {
    (1..=slug::MAX_BYTES + 16).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._~-".contains(&byte))
        && !text.starts_with('.')
}
