//! What could be meant by the letters typed so far.

use std::collections::BTreeSet;

use whimbrel_fanout::Cadence;
use whimbrel_lookup::{Among, Named, Subject};
use whimbrel_news::wording::line;
use whimbrel_news::{Kind, Zone};

use crate::catalogue::Field;
use crate::commands::Commands;
use crate::known::Catalogs;

/// What services show and take at most, in characters.
const MAX_CHARS: usize = 100;

/// Times people ask for.
const PERIODS: [&str; 8] =
    ["today", "yesterday", "7d", "30d", "this week", "last week", "this month", "last month"];

const RHYTHMS: [&str; 8] = [
    "instant",
    "hourly",
    "daily 09:00",
    "daily 18:00",
    "weekly mon 09:00",
    "weekly fri 17:00",
    "monthly 1 09:00",
    "monthly last 09:00",
];

/// A choice: what is shown, and what it stands for.
pub type Choice = (String, String);

impl Commands {
    /// What could be meant in a field, the likeliest first, at most so many: what is shown, and what it stands for.
    pub async fn complete(&self, field: Field, typed: &str, limit: usize) -> Vec<Choice> {
        let typed = line(typed, MAX_CHARS);
        let wanted = typed.to_lowercase();
        let found = match field {
            Field::Zone => zones(&wanted, limit),
            Field::Cadence => rhythms(&typed, &wanted),
            Field::Kind => kinds(&typed, &wanted),
            Field::Period => periods(&typed, &wanted),
            Field::Catalog => {
                let every = ("Everything".to_owned(), "everything".to_owned());
                let every = std::iter::once(every).filter(|_| "everything".starts_with(&wanted));
                every.chain(self.catalogs(&wanted).await).collect()
            }
            Field::Any => {
                let mut all = self.catalogs(&wanted).await;
                all.extend(self.names(Field::Project, &typed, limit));
                all
            }
            Field::Projects => self.several(&typed, limit),
            Field::Section | Field::Project => self.names(field, &typed, limit),
        };
        found.into_iter().filter(|(_, value)| value.chars().count() <= MAX_CHARS).take(limit).collect()
    }

    async fn catalogs(&self, wanted: &str) -> Vec<Choice> {
        let read = self.blocking(|inner| Catalogs::read(&inner.store)).await.unwrap_or_default();
        best(read.0.into_iter().map(|known| (known.title, known.id.to_string())), wanted)
    }

    /// The last of several names with commas between.
    fn several(&self, typed: &str, limit: usize) -> Vec<Choice> {
        let (before, last) = typed
            .rsplit_once(',')
            .map_or((String::new(), typed), |(before, last)| (format!("{before}, "), last));
        let known: Vec<&str> = before.split(',').map(str::trim).collect();
        let names = self.names(Field::Project, last.trim(), limit).into_iter();
        let names = names.filter(|(_, value)| !known.contains(&value.as_str()));
        names.map(|(name, value)| (format!("{before}{name}"), format!("{before}{value}"))).collect()
    }

    /// Names of the index. It follows the store by itself.
    fn names(&self, field: Field, typed: &str, limit: usize) -> Vec<Choice> {
        let among = if field == Field::Project { Among::Projects } else { Among::Sections(None) };
        let found = self.inner.lookup.index().complete(typed, among, limit);
        let choice = |named: Named| match named.subject {
            // Without its scheme: nobody types that.
            Subject::Entry(_, key) => (line(&named.name, MAX_CHARS), key.address().to_owned()),
            _ => (line(&named.name, MAX_CHARS), named.name),
        };
        let mut seen = BTreeSet::new();
        found.into_iter().map(choice).filter(|(_, value)| seen.insert(value.clone())).collect()
    }
}

fn zones(wanted: &str, limit: usize) -> Vec<Choice> {
    let wanted = wanted.replace(' ', "_");
    let all = Zone::all().map(Zone::name).filter(|name| name.contains('/') || *name == "UTC");
    let all = all.map(|name| (name.replace('_', " "), name.to_owned()));
    best(all, &wanted).into_iter().take(limit).collect()
}

fn rhythms(typed: &str, wanted: &str) -> Vec<Choice> {
    let own = Cadence::read(typed, Zone::UTC).ok().map(|_| (typed.to_owned(), typed.to_owned()));
    let known = RHYTHMS.iter().filter(|text| text.starts_with(wanted) && **text != typed);
    own.into_iter().chain(known.map(|text| ((*text).to_owned(), (*text).to_owned()))).collect()
}

/// What is typed stands first: most times have no name.
fn periods(typed: &str, wanted: &str) -> Vec<Choice> {
    let own = (!typed.is_empty()).then(|| (typed.to_owned(), typed.to_owned()));
    let known = PERIODS.iter().filter(|text| text.starts_with(wanted) && **text != typed);
    own.into_iter().chain(known.map(|text| ((*text).to_owned(), (*text).to_owned()))).collect()
}

/// The last of several kinds with commas between.
fn kinds(typed: &str, wanted: &str) -> Vec<Choice> {
    let before = typed.rfind(',').map_or("", |comma| &typed[..=comma]);
    let last = wanted.rsplit(',').next().unwrap_or_default().trim();
    let all = Kind::ALL.map(|kind| (kind.title().to_owned(), kind.as_str().to_owned()));
    best(all, last)
        .into_iter()
        .map(|(_, kind)| (format!("{before}{kind}"), format!("{before}{kind}")))
        .collect()
}

/// Those with these letters in what is shown or chosen: first where a word begins with them.
fn best(all: impl IntoIterator<Item = Choice>, wanted: &str) -> Vec<Choice> {
    let rank = |text: &str| {
        let text = text.to_lowercase();
        let begins = |at: usize| text[..at].chars().next_back().is_none_or(|c| !c.is_alphanumeric());
        text.find(wanted).map(|at| u8::from(!begins(at)))
    };
    let mut found: Vec<(u8, Choice)> = all
        .into_iter()
        .filter_map(|choice| {
            let rank = rank(&choice.0).into_iter().chain(rank(&choice.1)).min()?;
            Some((rank, choice))
        })
        .collect();
    found.sort_by_key(|(rank, _)| *rank);
    found.into_iter().map(|(_, choice)| choice).collect()
}
