//! What each address means. Addresses are promises: they are added to and never changed.

use std::fmt::Write as _;

use chrono::TimeDelta;
use http::uri::PathAndQuery;
use http::{StatusCode, Uri};
use url::form_urlencoded;
use whimbrel_catalog::CatalogId;
use whimbrel_feeds::Format;
use whimbrel_news::digest::{DigestPage, Time};
use whimbrel_news::{Filter, Kind, Period, Span, slug};

use crate::after::After;
use crate::rendered::Media;
use crate::sheet::{Sheet, first_asked, is_tracking};
use crate::subscribe::Wish;

/// The parameters a listing understands.
const PARAMETERS: &str = "catalog, kind, section, project, q and after";
/// Longer search texts are no search texts.
pub(crate) const LONGEST_WORDS: usize = 200;
/// Chats link to digests with the filters people made there.
const LONGEST_FILTER: usize = 1_000;
/// Nobody reads the digest of more than a year and a day.
const LONGEST_TIME: TimeDelta = TimeDelta::days(367);
/// More values of one parameter than anybody types.
const MOST_VALUES: usize = 50;

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
    /// The ranking of a catalog.
    Ranking(CatalogId),
    /// A page of its own.
    Sheet(Sheet),
    /// How the program is doing, as a page or as JSON.
    Status(Form),
    /// Whether it can answer.
    Ready,
    /// The same thing under its right address, relative to this one.
    Elsewhere(String),
}

/// In which form it is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Form {
    /// A page for people.
    Page,
    /// A feed.
    Feed(Format),
    /// Events in their own JSON form.
    Events,
}

impl Form {
    /// The three formats of feeds.
    pub(crate) const FEEDS: [Self; 3] =
        [Self::Feed(Format::Rss), Self::Feed(Format::Atom), Self::Feed(Format::Json)];

    /// The file of this form in the folder of a listing; a page is the folder itself.
    pub(crate) fn file(self) -> &'static str {
        match self {
            Self::Page => "",
            Self::Feed(Format::Rss) => "feed.rss",
            Self::Feed(Format::Atom) => "feed.atom",
            Self::Feed(Format::Json) => "feed.json",
            Self::Events => "events.json",
        }
    }

    pub(crate) fn media(self) -> Media {
        match self {
            Self::Page => Media::Html,
            Self::Feed(format) => Media::Feed(format),
            Self::Events => Media::Json,
        }
    }

    fn of(file: &str) -> Option<Self> {
        [Self::Page].into_iter().chain(Self::FEEDS).find(|form| form.file() == file)
    }
}

/// The folder of a digest, without the leading slash.
pub(crate) fn digest_folder(period: Period) -> String {
    format!("digest/{period}/")
}

/// The folder of one digest, without the leading slash.
pub(crate) fn digest_page_folder(span: Span) -> String {
    DigestPage { time: Time::Span(span), filter: None }.path()
}

/// Which news.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Listing {
    /// The part of the journal the path names.
    pub(crate) base: Base,
    /// What the query asks of it.
    pub(crate) narrow: Narrow,
    /// Only what is older than this.
    pub(crate) after: Option<After>,
}

/// The part of the journal a path names.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Base {
    /// Everything.
    #[default]
    All,
    /// One catalog.
    Catalog(CatalogId),
    /// A section of a catalog, by its slug, with all below it.
    Section(CatalogId, String),
    /// One kind.
    Kind(Kind),
    /// One project, by its slug.
    Project(String),
}

/// Further conditions; several values of one are alternatives.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Narrow {
    pub(crate) catalogs: Vec<CatalogId>,
    pub(crate) kinds: Vec<Kind>,
    /// Headings, headings joined by ` / `, or slugs.
    pub(crate) sections: Vec<String>,
    /// `owner/repo`, keys or addresses.
    pub(crate) projects: Vec<String>,
    /// A typed filter; plain words must all occur.
    pub(crate) words: String,
}

/// Why there is nothing to answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wrong {
    pub(crate) status: StatusCode,
    /// What is wrong and what would be right, for people.
    pub(crate) text: String,
}

impl Wrong {
    pub(crate) fn missing(text: impl Into<String>) -> Self {
        Self { status: StatusCode::NOT_FOUND, text: text.into() }
    }

    pub(crate) fn query(text: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, text: text.into() }
    }
}

impl Base {
    /// Its folder, without the leading slash.
    pub(crate) fn folder(&self) -> String {
        match self {
            Self::All => String::new(),
            Self::Catalog(id) => format!("c/{}/", slug::catalog(id)),
            Self::Section(id, section) => format!("c/{}/s/{section}/", slug::catalog(id)),
            Self::Kind(kind) => format!("k/{kind}/"),
            Self::Project(project) => format!("p/{project}/"),
        }
    }
}

impl Listing {
    /// The beginning of the listing of a part of the journal.
    pub(crate) fn of(base: Base) -> Self {
        Self { base, ..Self::default() }
    }

    /// The same listing from its beginning.
    pub(crate) fn first(&self) -> Self {
        Self { after: None, ..self.clone() }
    }

    /// The same listing, further down.
    pub(crate) fn from(&self, after: After) -> Self {
        Self { after: Some(after), ..self.clone() }
    }

    /// Its address in this form, without the leading slash; the same listing always has the same one.
    pub(crate) fn address(&self, form: Form) -> String {
        let mut address = self.base.folder();
        address.push_str(form.file());
        let mut query = form_urlencoded::Serializer::new(String::new());
        for id in &self.narrow.catalogs {
            query.append_pair("catalog", id.as_str());
        }
        for kind in &self.narrow.kinds {
            query.append_pair("kind", kind.as_str());
        }
        for section in &self.narrow.sections {
            query.append_pair("section", section);
        }
        for project in &self.narrow.projects {
            query.append_pair("project", project);
        }
        if !self.narrow.words.is_empty() {
            query.append_pair("q", &self.narrow.words);
        }
        if let Some(after) = &self.after {
            query.append_pair("after", &after.to_string());
        }
        let query = query.finish();
        if !query.is_empty() {
            let _ = write!(address, "?{query}");
        }
        address
    }
}

impl Narrow {
    /// The condition it makes.
    pub(crate) fn filter(&self) -> Filter {
        fn any(filters: Vec<Filter>) -> Filter {
            if filters.is_empty() { Filter::default() } else { Filter::any(filters) }
        }
        Filter::all([
            any(self.catalogs.iter().cloned().map(Filter::catalog).collect()),
            any(self.kinds.iter().copied().map(Filter::kind).collect()),
            any(self.sections.iter().map(|section| Filter::section(section)).collect()),
            any(self.projects.iter().map(|project| Filter::project(project)).collect()),
            // It was parsed before it was let in.
            Filter::parse(&self.words).unwrap_or_else(|_| Filter::nothing()),
        ])
    }

    /// True when it lets everything through.
    pub(crate) fn is_open(&self) -> bool {
        *self == Self::default()
    }
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
    match parts.as_slice() {
        ["events.json"] => Ok(Address::Listing(read_query(query, known, LONGEST_WORDS)?, Form::Events)),
        ["opml.xml"] => Ok(Address::Opml(read_query(query, known, LONGEST_WORDS)?.first())),
        ["subscribe"] => {
            let query = query.map(|query| format!("?{query}")).unwrap_or_default();
            Ok(Address::Elsewhere(format!("./subscribe/{query}")))
        }
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
        ["c", id, "rankings", ""] => match first_asked(query) {
            None => Ok(Address::Ranking(catalog(id)?)),
            Some(other) => Err(unknown_parameter(&other, "none")),
        },
        ["c", _, "rankings"] => Ok(Address::Elsewhere("./rankings/".to_owned())),
        ["c", id, file] => listing(Base::Catalog(catalog(id)?), file),
        ["c", id, "s", section, file] if is_slug(section) => {
            listing(Base::Section(catalog(id)?, (*section).to_owned()), file)
        }
        ["k", kind, file] => {
            let read: Kind = kind.parse().map_err(|_| unknown_kind(kind, StatusCode::NOT_FOUND))?;
            if read.as_str() == *kind { listing(Base::Kind(read), file) } else { Err(nothing_here()) }
        }
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

/// What the answer to a request is kept under. Where a query asks for nothing it is left out: else everybody could have
/// the same picture drawn again under as many names as they like.
pub(crate) fn key(uri: &Uri) -> &str {
    match uri.query() {
        Some(query) if !is_asked(uri.path(), query) => uri.path(),
        _ => uri.path_and_query().map_or_else(|| uri.path(), PathAndQuery::as_str),
    }
}

/// True where the query can make a difference to what `parse` makes of this path.
fn is_asked(path: &str, query: &str) -> bool {
    let parts: Vec<&str> = path.strip_prefix('/').unwrap_or(path).split('/').collect();
    match parts.as_slice() {
        ["sitemap.xml" | "robots.txt" | "card.png" | "status" | "status.json"]
        | ["c" | "p", _, "card.png"]
        | ["digest", _, _] => false,
        // These refuse to be asked for anything, and a refusal is never kept.
        ["c", _, "rankings", ""] => first_asked(Some(query)).is_some(),
        [name, ""] if Sheet::named(name).is_some() => first_asked(Some(query)).is_some(),
        _ => true,
    }
}

fn nothing_here() -> Wrong {
    Wrong::missing(
        "There is nothing at this address. The news, all catalogs and all feeds are on the first page.",
    )
}

pub(crate) fn read_query(
    query: Option<&str>,
    known: &dyn Fn(&str) -> Option<CatalogId>,
    longest: usize,
) -> Result<Listing, Wrong> {
    let mut listing = Listing::default();
    let Some(query) = query else { return Ok(listing) };
    let narrow = &mut listing.narrow;
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let value = value.trim();
        match &*name {
            "catalog" | "kind" | "section" | "project" | "q" | "after" if value.is_empty() => {}
            "catalog" => {
                for value in list(value) {
                    let id = known(value)
                        .ok_or_else(|| Wrong { status: StatusCode::BAD_REQUEST, ..no_catalog(value) })?;
                    push(&mut narrow.catalogs, id);
                }
            }
            "kind" => {
                for value in list(value) {
                    let kind = value.parse().map_err(|_| unknown_kind(value, StatusCode::BAD_REQUEST))?;
                    push(&mut narrow.kinds, kind);
                }
            }
            // Headings may hold commas, so several sections are several parameters.
            "section" => push(&mut narrow.sections, value.to_owned()),
            "project" => list(value).for_each(|value| push(&mut narrow.projects, value.to_owned())),
            "q" => {
                if !narrow.words.is_empty() {
                    narrow.words.push(' ');
                }
                narrow.words.push_str(value);
            }
            "after" => {
                listing.after = Some(value.parse().map_err(|()| {
                    Wrong::query("`after` is no place in the journal: follow the link `older` of a page instead of writing one.")
                })?);
            }
            other if is_tracking(other) => {}
            other => {
                return Err(unknown_parameter(other, PARAMETERS));
            }
        }
    }
    let too_many = [narrow.catalogs.len(), narrow.kinds.len(), narrow.sections.len(), narrow.projects.len()]
        .into_iter()
        .max();
    if too_many > Some(MOST_VALUES) {
        return Err(Wrong::query(format!("At most {MOST_VALUES} values of one parameter can be asked for.")));
    }
    let texts = narrow.sections.iter().chain(&narrow.projects).chain([&narrow.words]);
    if texts.map(String::len).max() > Some(longest) {
        return Err(Wrong::query(format!("A search text can be at most {longest} bytes long.")));
    }
    if let Err(error) = Filter::parse(&narrow.words) {
        return Err(Wrong::query(format!("The words cannot be understood: {error}.")));
    }
    narrow.catalogs.sort();
    narrow.kinds.sort();
    narrow.sections.sort();
    narrow.projects.sort();
    Ok(listing)
}

fn unknown_parameter(name: &str, known: &str) -> Wrong {
    Wrong::query(format!("The parameter `{}` is not known here; known are {known}.", short(name)))
}

/// Values of one parameter, with commas between them.
fn list(value: &str) -> impl Iterator<Item = &str> {
    value.split(',').map(str::trim).filter(|value| !value.is_empty())
}

fn no_catalog(name: &str) -> Wrong {
    let name = short(name);
    Wrong::missing(format!("No catalog `{name}` is followed here; the first page lists those that are."))
}

fn push<T: PartialEq>(values: &mut Vec<T>, value: T) {
    if !values.contains(&value) {
        values.push(value);
    }
}

fn unknown_kind(word: &str, status: StatusCode) -> Wrong {
    let names = Kind::ALL.map(Kind::as_str).join(", ");
    Wrong { status, text: format!("`{}` is no kind of news; known are {names}.", short(word)) }
}

/// Only what can be a slug reaches the store.
fn is_slug(text: &str) -> bool {
    (1..=slug::MAX_BYTES + 16).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._~-".contains(&byte))
        && !text.starts_with('.')
}

/// Enough of a stranger's text to recognise it.
fn short(text: &str) -> String {
    text.chars().take(60).collect()
}
