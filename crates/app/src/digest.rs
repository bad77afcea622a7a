//! `whimbrel digest`: what a time comes to, as text, HTML, JSON or a picture. A running program is asked first; only
//! when nobody runs the store is opened here.

mod messages;
#[cfg(feature = "charts")]
pub(crate) mod picture;
mod told;

use std::fs;
use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::{Context, bail};
use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use whimbrel_catalog::CatalogId;
use whimbrel_news::Filter;
use whimbrel_news::digest::DigestPage;
use whimbrel_store::Store;

use crate::cli::{Common, DigestArgs};
use crate::config::{self, Environment, Loaded};
use crate::control::{Request, client};
use crate::keep;
use crate::replay::moment;

/// Events that go into one digest; the oldest of them.
const MOST_EVENTS: usize = 100_000;

/// A digest as it is asked for, here or over the socket.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Question {
    /// After this moment …
    from: DateTime<Utc>,
    /// … and up to this one.
    to: DateTime<Utc>,
    /// Of these catalogs; of all where none is named.
    catalogs: Vec<String>,
    /// What the news must meet; everything meets an empty one.
    filter: String,
    form: Form,
    /// The address of the site, if it has one.
    site: Option<String>,
}

/// What a digest is told as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Form {
    /// For people, in a terminal or a plain mail
    #[default]
    Text,
    /// For people, as a document of its own
    Html,
    /// For programs
    Json,
    /// The messages a chat on Telegram gets, in its HTML
    Telegram,
    /// The messages a channel on Discord gets, as its JSON
    Discord,
    /// The PNG; asked for by `--picture`.
    #[value(skip)]
    Picture,
}

/// Prints a digest.
pub(crate) fn digest(args: &DigestArgs, common: &Common) -> anyhow::Result<ExitCode> {
    let loaded = config::load(common.config.as_deref(), &Environment::of_process())?;
    let (from, to) = args.period;
    let question = Question {
        from,
        to,
        catalogs: args.catalogs.clone(),
        filter: args.filter.clone().unwrap_or_default(),
        form: args.format,
        site: loaded.config.web.public_url.as_ref().map(|url| url.trim_end_matches('/').to_owned()),
    };
    let source = Source::of(&loaded)?;
    let text = source.ask(&loaded, &question)?;
    io::stdout().lock().write_all(&text)?;
    if let Some(file) = &args.picture {
        let picture = source.ask(&loaded, &Question { form: Form::Picture, ..question })?;
        if picture.is_empty() {
            eprintln!("whimbrel: no rank moved and no star came in this time: there is nothing to draw");
        } else {
            fs::write(file, picture).with_context(|| format!("writing {}", file.display()))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Who has the store.
enum Source {
    Running,
    Here(Box<Store>),
}

impl Source {
    fn of(loaded: &Loaded) -> anyhow::Result<Self> {
        if client::running(&loaded.store_folder()).is_some() {
            return Ok(Self::Running);
        }
        Ok(Self::Here(Box::new(keep::open_existing(loaded)?)))
    }

    fn ask(&self, loaded: &Loaded, question: &Question) -> anyhow::Result<Vec<u8>> {
        match self {
            Self::Here(store) => answer(store, question),
            Self::Running => {
                let running = client::running(&loaded.store_folder())
                    .context("the running whimbrel stopped meanwhile")?;
                let mut bytes = Vec::new();
                running.ask(&Request::Digest(question.clone()), &mut bytes, &|_, _| {})?;
                Ok(bytes)
            }
        }
    }
}

/// The answer to a question; no bytes for a picture of nothing.
pub(crate) fn answer(store: &Store, question: &Question) -> anyhow::Result<Vec<u8>> {
    let known = store.catalogs()?;
    let mut catalogs = Vec::new();
    for name in &question.catalogs {
        let id = CatalogId::new(name).ok().filter(|id| known.iter().any(|meta| meta.id == *id));
        let Some(id) = id else {
            let ids: Vec<_> = known.iter().map(|meta| meta.id.as_str()).collect();
            bail!("no catalog `{name}` is followed: known are {}", ids.join(", "));
        };
        catalogs.push(Filter::catalog(id));
    }
    let wanted = Filter::parse(&question.filter)
        .map_err(|error| anyhow::anyhow!("the filter cannot be understood: {error}"))?;
    let of_catalogs = if catalogs.is_empty() { Filter::default() } else { Filter::any(catalogs) };
    let filter = Filter::all([of_catalogs, wanted]);
    // An address cannot hold every filter; the question can.
    let page = DigestPage::new(question.from, question.to, Some(&filter));
    let asked =
        DigestPage { time: page.time, filter: Some(filter).filter(|filter| *filter != Filter::default()) };
    let (digest, is_all) = store.digest(&asked, MOST_EVENTS)?;
    let told = told::Telling {
        digest: &digest,
        page: &page,
        is_all,
        catalogs: &known,
        site: question.site.as_deref(),
    };
    match question.form {
        Form::Text => Ok(told.text().into_bytes()),
        Form::Html => Ok(told.html().into_bytes()),
        Form::Json => told.json(),
        Form::Telegram => Ok(told.telegram().into_bytes()),
        Form::Discord => told.discord().map(String::into_bytes),
        #[cfg(feature = "charts")]
        Form::Picture => Ok(told.picture()),
        #[cfg(not(feature = "charts"))]
        Form::Picture => {
            bail!("this whimbrel was built without pictures: build it with the feature `charts`")
        }
    }
}

/// `day`, `week`, `month` up to now, or two moments with `..` between them; a last day counts whole.
pub(crate) fn period(text: &str) -> Result<(DateTime<Utc>, DateTime<Utc>), String> {
    period_until(text, Utc::now())
}

fn period_until(text: &str, now: DateTime<Utc>) -> Result<(DateTime<Utc>, DateTime<Utc>), String> {
    let last = |days| Ok((now - TimeDelta::days(days), now));
    match text {
        "day" => return last(1),
        "week" => return last(7),
        "month" => return last(30),
        _ => {}
    }
    let Some((from, to)) = text.split_once("..") else {
        return Err("use day, week, month, or two dates such as 2026-11-01..2026-11-30".to_owned());
    };
    let read = |text: &str| moment::read(text, now).map_err(|error| error.to_string());
    let end = match to.parse::<NaiveDate>() {
        Ok(day) => {
            let next = day.checked_add_days(Days::new(1)).unwrap_or(day);
            next.and_time(NaiveTime::MIN).and_utc()
        }
        Err(_) => read(to)?,
    };
    let begin = read(from)?;
    if begin < end { Ok((begin, end)) } else { Err("its end does not come after its beginning".to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_read() {
        let now: DateTime<Utc> = "2026-11-20T12:00:00Z".parse().unwrap();
        for (text, from, to) in [
            ("day", "2026-11-19T12:00:00Z", "2026-11-20T12:00:00Z"),
            ("week", "2026-11-13T12:00:00Z", "2026-11-20T12:00:00Z"),
            ("month", "2026-10-21T12:00:00Z", "2026-11-20T12:00:00Z"),
            ("2026-11-16..2026-11-22", "2026-11-16T00:00:00Z", "2026-11-23T00:00:00Z"),
            ("2d..2026-11-20T10:00:00Z", "2026-11-18T12:00:00Z", "2026-11-20T10:00:00Z"),
        ] {
            let moments = (from.parse().unwrap(), to.parse().unwrap());
            assert_eq!(period_until(text, now), Ok(moments), "{text}");
        }
        for wrong in ["fortnight", "2026-11-22..2026-11-16", "..", "2026-11-16..soon"] {
            assert!(period_until(wrong, now).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_store_without_news_says_so_in_a_line() {
        let store = Store::in_memory().unwrap();
        let ask = |form, catalogs: &[&str]| {
            let (from, to) =
                period_until("2026-11-16..2026-11-22", "2026-11-30T00:00:00Z".parse().unwrap()).unwrap();
            let catalogs = catalogs.iter().map(ToString::to_string).collect();
            answer(&store, &Question { from, to, catalogs, filter: String::new(), form, site: None })
        };
        let text = String::from_utf8(ask(Form::Text, &[]).unwrap()).unwrap();
        assert_eq!(text, "Week 47 of 2026 (16–22 November): nothing new\n");
        let json: serde_json::Value = serde_json::from_slice(&ask(Form::Json, &[]).unwrap()).unwrap();
        assert_eq!(
            (json["period"].as_str(), json["catalogs"].as_array().map(Vec::len)),
            (Some("weekly/2026-w47"), Some(0))
        );
        assert!(ask(Form::Html, &[]).unwrap().starts_with(b"<!DOCTYPE html>"));
        #[cfg(feature = "charts")]
        assert!(ask(Form::Picture, &[]).unwrap().is_empty());
        assert!(ask(Form::Text, &["nobody"]).unwrap_err().to_string().contains("`nobody`"));
    }
}
