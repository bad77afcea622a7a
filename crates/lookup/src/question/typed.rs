//! From typed text to a question.

use chrono::{DateTime, Utc};
use whimbrel_news::Zone;

use super::words::{Word, clean, joined, words};
use super::{By, Misread, Question, Top, Within, forms};
use crate::when::When;

/// The moment and place something is asked at.
#[derive(Clone, Copy)]
pub(super) struct Clock {
    pub(super) now: DateTime<Utc>,
    pub(super) zone: Zone,
}

pub(super) fn question(text: &str, now: DateTime<Utc>, zone: Zone) -> Result<Question, Misread> {
    if text.chars().nth(Question::LONGEST).is_some() {
        return Err(Misread::TooLong(Question::LONGEST));
    }
    let text = text.trim();
    let clock = Clock { now, zone };
    let Some(name) = name(text) else {
        return free(text);
    };
    let known = forms::known(&name).ok_or_else(|| Misread::Unknown(clean(&name), forms::nearest(&name)))?;
    let rest = text.split_once(char::is_whitespace).map_or("", |(_, rest)| rest);
    command(known, rest, clock)
}

/// The name of the command a text begins with, in small letters and without the bot's.
pub(super) fn name(text: &str) -> Option<String> {
    let line = text.trim().strip_prefix('/')?;
    let word = line.split(char::is_whitespace).next().unwrap_or(line);
    let name = word.split('@').next().unwrap_or(word);
    // A path or an address that begins with a slash is no command.
    (!name.is_empty() && !name.contains('/')).then(|| name.to_lowercase())
}

/// What is neither command nor option: a link is shown, the rest is looked for.
fn free(text: &str) -> Result<Question, Misread> {
    let words = words(text);
    if words.is_empty() || text == "/" {
        return Err(Misread::Empty);
    }
    if let Some(link) = words.iter().find(|word| is_link(&word.text)) {
        return Ok(Question::Show { project: link.text.clone() });
    }
    find(words)
}

fn is_link(word: &str) -> bool {
    let lower = word.to_lowercase();
    ["https://", "http://", "github.com/", "www."]
        .iter()
        .any(|start| lower.starts_with(start) && lower.len() > start.len())
}

pub(super) fn command(name: &'static str, rest: &str, clock: Clock) -> Result<Question, Misread> {
    let mut rest = words(rest);
    let named = |words: &[Word]| {
        let name_of = joined(words);
        if name_of.is_empty() { Err(Misread::Needs(name)) } else { Ok(name_of) }
    };
    Ok(match name {
        "find" => find(rest)?,
        "show" => Question::Show { project: named(&rest)? },
        "history" => Question::History { project: named(&rest)? },
        "suggest" => Question::Suggest { source: named(&rest)? },
        "why" => Question::Why { about: joined(&rest) },
        "compare" => compare(&rest)?,
        "catalogs" => match rest.first() {
            Some(word) => return Err(Misread::TooMuch(name, word.text.clone())),
            None => Question::Catalogs,
        },
        "top" => Question::Top(top(rest, clock)?),
        "new" => {
            let when = period(&mut rest, clock);
            Question::New { within: within(rest), when }
        }
        "releases" => {
            let when = period(&mut rest, clock);
            Question::Releases { within: within(rest), when }
        }
        "movers" => {
            let when = period(&mut rest, clock);
            Question::Movers { within: within(rest), when }
        }
        "random" => Question::Random { within: within(rest) },
        _ => Question::Feed { of: Box::new(of(rest, clock)?) },
    })
}

fn find(words: Vec<Word>) -> Result<Question, Misread> {
    let mut within = Within::default();
    let words = conditions(words, &mut within);
    let words = joined(&words);
    if words.is_empty() { Err(Misread::Needs("find")) } else { Ok(Question::Find { words, within }) }
}

/// Names apart, with or without `vs` between them.
pub(super) fn compare(words: &[Word]) -> Result<Question, Misread> {
    let mut projects: Vec<String> = Vec::new();
    for word in words {
        if word.plain().is_some_and(|word| is_between(&word)) {
            continue;
        }
        let names = if word.quoted { vec![word.text.as_str()] } else { word.text.split(',').collect() };
        for name in names.into_iter().filter(|name| !name.is_empty()) {
            if !projects.iter().any(|known| known == name) {
                projects.push(name.to_owned());
            }
        }
    }
    match projects.len() {
        0 | 1 => Err(Misread::Needs("compare")),
        many if many > Question::MOST_COMPARED => Err(Misread::TooMany),
        _ => Ok(Question::Compare { projects }),
    }
}

/// Whether a word stands between things that are compared.
pub(super) fn is_between(word: &str) -> bool {
    matches!(word, "vs" | "vs." | "versus" | "and" | "with" | "to" | "&" | "or")
}

/// `/feed /top awesome-go`, `/feed top awesome-go`, `/feed awesome-go`: of news where no question is named.
fn of(mut words: Vec<Word>, clock: Clock) -> Result<Question, Misread> {
    let Some(first) = words.first() else {
        return Ok(Question::New { within: Within::default(), when: None });
    };
    let slashed = first.plain().and_then(|word| name(&word));
    let bare = first.plain().and_then(|word| forms::known(&word));
    let known = match slashed {
        Some(name) => {
            Some(forms::known(&name).ok_or_else(|| Misread::Unknown(name.clone(), forms::nearest(&name)))?)
        }
        None => bare,
    };
    match known {
        Some("feed") => {
            words.remove(0);
            of(words, clock)
        }
        Some(name) => {
            words.remove(0);
            let rest: Vec<String> = words.iter().map(retyped).collect();
            command(name, &rest.join(" "), clock)
        }
        None => {
            let when = period(&mut words, clock);
            Ok(Question::New { within: within(words), when })
        }
    }
}

/// A word as it was typed.
fn retyped(word: &Word) -> String {
    if !word.quoted {
        return word.text.clone();
    }
    for name in ["catalog", "section"] {
        if let Some(value) = word.named(name) {
            return format!("{name}:\"{value}\"");
        }
    }
    format!("\"{}\"", word.text)
}

fn top(mut words: Vec<Word>, clock: Clock) -> Result<Top, Misread> {
    let mut top = Top::default();
    if let Some(at) = words.iter().position(|word| word.plain().as_deref() == Some("by")) {
        let measure = words.get(at + 1).map(|word| word.text.clone()).ok_or(Misread::Needs("top"))?;
        top.by = By::named(&measure).ok_or(Misread::By(measure))?;
        words.drain(at..=at + 1);
    } else if let Some(at) =
        words.iter().position(|word| word.plain().is_some_and(|word| By::named(&word).is_some()))
    {
        top.by = By::named(&words.remove(at).text).unwrap_or_default();
    }
    top.when = period(&mut words, clock);
    let number = |word: &Word| !word.quoted && word.text.bytes().all(|byte| byte.is_ascii_digit());
    if let Some(at) = words.iter().position(number) {
        top.count = Some(count(&words.remove(at).text)?);
        if top.when.is_none() {
            top.when = period(&mut words, clock);
        }
    }
    top.within = within(words);
    Ok(top)
}

pub(super) fn count(text: &str) -> Result<u32, Misread> {
    let count = text.parse().ok().filter(|count| (1..=Question::MOST_RANKS).contains(count));
    count.ok_or_else(|| Misread::Count(clean(text)))
}

/// Takes the time from the end of the words: the longest end that is one.
fn period(words: &mut Vec<Word>, clock: Clock) -> Option<When> {
    let begin = words.iter().rposition(|word| word.quoted).map_or(0, |at| at + 1);
    for at in begin..words.len() {
        if let Ok(when) = When::parse(&joined(&words[at..]), clock.now, clock.zone) {
            words.truncate(at);
            return Some(when);
        }
    }
    None
}

/// A catalog, then the words of a section.
fn within(words: Vec<Word>) -> Within {
    let mut within = Within::default();
    let words = conditions(words, &mut within);
    let mut words = words.as_slice();
    if within.catalog.is_none()
        && within.section.is_none()
        && let [first, rest @ ..] = words
    {
        within.catalog = Some(first.text.clone());
        words = rest;
    }
    if within.section.is_none() && !words.is_empty() {
        within.section = Some(joined(words));
    }
    within
}

/// Takes `catalog:` and `section:` out of the words.
fn conditions(words: Vec<Word>, within: &mut Within) -> Vec<Word> {
    let mut rest = Vec::new();
    for word in words {
        let some = |value: &str| Some(clean(value)).filter(|value| !value.is_empty());
        if let Some(value) = word.named("catalog") {
            within.catalog = some(value);
        } else if let Some(value) = word.named("section") {
            within.section = some(value);
        } else {
            rest.push(word);
        }
    }
    rest
}
