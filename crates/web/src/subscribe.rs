//! What somebody clicks together on the page that subscribes: a choice of news, and a rhythm for chats.

use url::form_urlencoded::{self, Serializer};
use whimbrel_catalog::CatalogId;
use whimbrel_news::{Filter, Kind, Level};

use crate::address::{Base, LONGEST_WORDS, Listing, Wrong, read_query};

/// Rhythms as chats know them, each with what it means.
pub(crate) const RHYTHMS: [(&str, &str); 5] = [
    ("instant", "as it happens"),
    ("hourly", "once an hour"),
    ("daily", "once a day"),
    ("weekly", "once a week"),
    ("monthly", "once a month"),
];

/// Levels of releases that can be asked for.
pub(crate) const LEVELS: [Level; 2] = [Level::Minor, Level::Major];

/// A choice that is being made.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Wish {
    /// The choice as a listing: the conditions stand among its words.
    pub(crate) listing: Listing,
    /// The words as they were typed.
    pub(crate) words: String,
    /// Releases below this level are not wanted.
    pub(crate) level: Option<Level>,
    /// Releases that are not finished are not wanted.
    pub(crate) finished: bool,
    /// Only projects with so many stars.
    pub(crate) stars: Option<u64>,
    /// Only projects in this language; may be empty.
    pub(crate) language: String,
    /// How often a chat is told.
    pub(crate) rhythm: &'static str,
}

impl Default for Wish {
    fn default() -> Self {
        Self {
            listing: Listing::default(),
            words: String::new(),
            level: None,
            finished: false,
            stars: None,
            language: String::new(),
            rhythm: RHYTHMS[0].0,
        }
    }
}

impl Wish {
    /// Reads what the form of the page sends; empty fields ask for nothing.
    pub(crate) fn read(
        query: Option<&str>,
        known: &dyn Fn(&str) -> Option<CatalogId>,
    ) -> Result<Self, Wrong> {
        let mut wish = Self::default();
        let mut rest = Serializer::new(String::new());
        for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
            let value = value.trim();
            match &*name {
                "level" | "finished" | "stars" | "language" | "rhythm" if value.is_empty() => {}
                "level" => {
                    let level = LEVELS.into_iter().find(|level| level.as_str() == value);
                    wish.level = Some(level.ok_or_else(|| wrong("level", "minor or major"))?);
                }
                "finished" => wish.finished = value == "yes",
                "stars" => {
                    wish.stars = Some(value.parse().map_err(|_| wrong("stars", "a whole number"))?)
                        .filter(|stars| *stars > 0);
                }
                "language" => value.clone_into(&mut wish.language),
                "rhythm" => {
                    let rhythm = RHYTHMS.into_iter().find(|(rhythm, _)| *rhythm == value);
                    let names = RHYTHMS.map(|(rhythm, _)| rhythm).join(", ");
                    wish.rhythm = rhythm.ok_or_else(|| wrong("rhythm", &format!("one of {names}")))?.0;
                }
                "after" => {}
                name => {
                    rest.append_pair(name, value);
                }
            }
        }
        wish.listing = read_query(Some(&rest.finish()), known, LONGEST_WORDS)?;
        let narrow = &mut wish.listing.narrow;
        wish.words.clone_from(&narrow.words);
        let conditions = conditions(&narrow.kinds, wish.level, wish.finished, wish.stars, &wish.language);
        // An alternative somebody typed must not swallow the conditions.
        if !conditions.is_empty()
            && Filter::parse(&narrow.words).is_ok_and(|words| words.to_string().contains(" or "))
        {
            narrow.words = format!("({})", narrow.words);
        }
        for condition in conditions {
            if !narrow.words.is_empty() {
                narrow.words.push(' ');
            }
            narrow.words.push_str(&condition);
        }
        if narrow.words.len() > LONGEST_WORDS {
            return Err(Wrong::query(
                "Words and conditions together are too long for an address: leave some out.",
            ));
        }
        if let Err(error) = Filter::parse(&narrow.words) {
            return Err(Wrong::query(format!("The words cannot be understood: {error}.")));
        }
        Ok(wish)
    }

    /// The choice of exactly this listing, as it happens.
    pub(crate) fn of(listing: &Listing) -> Self {
        Self { listing: folded(listing), ..Self::default() }
    }

    /// What is typed into a chat to get the same there.
    pub(crate) fn line(&self) -> String {
        let filter = self.listing.narrow.filter();
        let filter = if filter.is_everything() { "everything".to_owned() } else { filter.to_string() };
        format!("/subscribe {filter} {}", self.rhythm)
    }

    /// The same as a service wants it that has a field for each part: what fits no field is the filter.
    pub(crate) fn fields(&self) -> String {
        let mut rest = self.listing.narrow.clone();
        let mut parts = Vec::new();
        let one = |name: &str, values: &mut Vec<String>| match values.as_slice() {
            [_] => values.pop().map(|value| format!("{name}: {value}")),
            _ => None,
        };
        let mut catalogs: Vec<String> =
            std::mem::take(&mut rest.catalogs).iter().map(ToString::to_string).collect();
        parts.extend(one("catalog", &mut catalogs));
        parts.extend(one("section", &mut rest.sections));
        parts.extend(one("project", &mut rest.projects));
        if !rest.kinds.is_empty() {
            let kinds: Vec<&str> = rest.kinds.iter().map(|kind| kind.as_str()).collect();
            parts.push(format!("kind: {}", kinds.join(",")));
            rest.kinds.clear();
        }
        if !catalogs.is_empty() {
            rest.catalogs.clone_from(&self.listing.narrow.catalogs);
        }
        if !rest.is_open() {
            parts.push(format!("filter: {}", rest.filter()));
        }
        if parts.is_empty() {
            parts.push("catalog: everything".to_owned());
        }
        format!("/subscribe {} rhythm: {}", parts.join(" "), self.rhythm)
    }
}

fn wrong(name: &str, right: &str) -> Wrong {
    Wrong::query(format!("`{name}` has to be {right}."))
}

/// What is asked of releases and projects, as filters spell it.
fn conditions(
    kinds: &[Kind],
    level: Option<Level>,
    finished: bool,
    stars: Option<u64>,
    language: &str,
) -> Vec<String> {
    let is_release = |kind: &Kind| matches!(kind, Kind::Released | Kind::ReleasePromoted);
    let only_releases = !kinds.is_empty() && kinds.iter().all(is_release);
    let mut conditions = Vec::new();
    match level {
        Some(level) if only_releases => conditions.push(format!("level:>={}", level.as_str())),
        // What is no release has no level, and is wanted as well.
        Some(level) => {
            conditions.push(format!("(-kind:released,release_promoted or level:>={})", level.as_str()));
        }
        None => {}
    }
    if finished && level.is_none() {
        conditions.push(if only_releases { "prerelease:no".into() } else { "-prerelease:yes".into() });
    }
    conditions.extend(stars.map(|stars| format!("stars:>={stars}")));
    if !language.is_empty() {
        conditions.push(format!("language:\"{}\"", language.replace('"', "")));
    }
    conditions
}

/// The address at which a listing is clicked together further, without the leading slash.
pub(crate) fn builder(listing: &Listing) -> String {
    format!("subscribe/{}", folded(listing).address(crate::address::Form::Page))
}

/// The same listing as a choice from everything.
fn folded(listing: &Listing) -> Listing {
    let mut whole = listing.first();
    let narrow = &mut whole.narrow;
    match std::mem::take(&mut whole.base) {
        Base::All => {}
        Base::Catalog(id) => narrow.catalogs = vec![id],
        Base::Section(id, section) => {
            narrow.catalogs = vec![id];
            narrow.sections = vec![section];
        }
        Base::Kind(kind) => narrow.kinds = vec![kind],
        Base::Project(project) => narrow.projects = vec![project],
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Result<Wish, Wrong> {
        Wish::read(Some(query), &|name| (name == "raft").then(|| CatalogId::new("raft").unwrap()))
    }

    #[test]
    fn what_is_clicked_becomes_a_line_for_chats() {
        for (query, line) in [
            ("", "/subscribe everything instant"),
            ("catalog=&q=&level=&stars=&language=&section=", "/subscribe everything instant"),
            ("catalog=raft&rhythm=weekly", "/subscribe catalog:raft weekly"),
            ("kind=released&level=minor", "/subscribe kind:released level:>=minor instant"),
            ("kind=released&finished=yes", "/subscribe kind:released prerelease:no instant"),
            (
                "level=major&rhythm=daily",
                "/subscribe -(kind:released or kind:release_promoted) or level:>=major daily",
            ),
            ("stars=1000&language=Rust", "/subscribe stars:>=1000 language:Rust instant"),
            ("language=Jupyter+Notebook", "/subscribe language:\"Jupyter Notebook\" instant"),
            ("q=a+or+b&stars=5", "/subscribe (a or b) stars:>=5 instant"),
            ("stars=0", "/subscribe everything instant"),
        ] {
            assert_eq!(read(query).unwrap().line(), line, "{query}");
        }
    }

    #[test]
    fn each_part_has_its_field_where_there_is_one() {
        for (query, fields) in [
            ("", "catalog: everything rhythm: instant"),
            (
                "catalog=raft&section=talks&kind=added&kind=removed&rhythm=weekly",
                "catalog: raft section: talks kind: added,removed rhythm: weekly",
            ),
            ("section=a&section=b&stars=5", "filter: (section:a or section:b) stars:>=5 rhythm: instant"),
            ("project=etcd-io/etcd", "project: etcd-io/etcd rhythm: instant"),
        ] {
            assert_eq!(read(query).unwrap().fields(), format!("/subscribe {fields}"), "{query}");
        }
    }

    #[test]
    fn mistakes_say_what_would_be_right() {
        for (query, part) in [
            ("level=huge", "minor or major"),
            ("stars=many", "a whole number"),
            ("rhythm=sometimes", "one of instant, hourly"),
            ("catalog=nowhere", "No catalog `nowhere`"),
            ("q=(", "cannot be understood"),
            ("colour=red", "`colour` is not known"),
        ] {
            let wrong = read(query).unwrap_err();
            assert!(wrong.text.contains(part), "{query}: {}", wrong.text);
        }
        let long = format!("q={}&stars=1000", "x".repeat(195));
        assert!(read(&long).unwrap_err().text.contains("too long"));
    }

    #[test]
    fn a_page_leads_to_its_own_choice() {
        let id = CatalogId::new("raft").unwrap();
        for (base, address) in [
            (Base::All, "subscribe/"),
            (Base::Catalog(id.clone()), "subscribe/?catalog=raft"),
            (Base::Section(id, "tools".into()), "subscribe/?catalog=raft&section=tools"),
            (Base::Kind(Kind::Added), "subscribe/?kind=added"),
            (Base::Project("github.com~a~b".into()), "subscribe/?project=github.com%7Ea%7Eb"),
        ] {
            assert_eq!(builder(&Listing::of(base)), address);
        }
    }
}
