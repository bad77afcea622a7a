//! From written words to a time.

use chrono::{Datelike as _, Days, Months, NaiveDate, Weekday};

use super::{Unit, When, YEARS, around, before};

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// Words that join others.
const JOINTS: [&str; 14] = [
    "last", "past", "previous", "this", "current", "since", "from", "to", "until", "in", "on", "the", "of",
    "ago",
];

/// Whether a word can be part of a time.
pub(super) fn is_known(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit())
        || word == "today"
        || word == "yesterday"
        || JOINTS.contains(&word)
        || unit(word).is_some()
        || month(word).is_some()
        || weekday(word).is_some()
}

/// Reads words in small letters.
pub(super) fn when(words: &[&str], today: NaiveDate) -> Option<When> {
    match words {
        ["in" | "on" | "of", rest @ ..] => when(rest, today),
        ["the", rest @ ..] => relative(rest).or_else(|| when(rest, today)),
        ["since", rest @ ..] => since(rest, today),
        ["from", rest @ ..] => match rest.iter().position(|word| ["to", "until", "-"].contains(word)) {
            Some(at) => between(&rest[..at], &rest[at + 1..], today),
            None => since(rest, today),
        },
        words => relative(words).or_else(|| named(words, today)).or_else(|| apart(words, today)),
    }
}

/// Two times with `..` or `to` between them.
fn apart(words: &[&str], today: NaiveDate) -> Option<When> {
    if let [one] = words {
        let (from, to) = one.split_once("..")?;
        return between(&[from], &[to], today);
    }
    let at = words.iter().position(|word| ["to", "until", "-", "..", "–"].contains(word))?;
    between(&words[..at], &words[at + 1..], today)
}

/// What is counted from now on: it stays what it is when it is asked again.
fn relative(words: &[&str]) -> Option<When> {
    Some(match words {
        ["today"] | ["this" | "current", "day"] => When::Today,
        ["yesterday"] | ["last" | "previous", "day"] => When::Yesterday,
        ["this" | "current", word] => When::This(long(word)?),
        ["last" | "previous", word] if long(word).is_some() => When::Previous(long(word)?),
        ["last" | "past" | "previous", rest @ ..] | [rest @ .., "ago"] => amount(rest)?,
        words => amount(words)?,
    })
}

/// `week`, `month`, `year`, which can be this one or the last.
fn long(word: &str) -> Option<Unit> {
    match word {
        "week" => Some(Unit::Week),
        "month" => Some(Unit::Month),
        "year" => Some(Unit::Year),
        _ => None,
    }
}

/// `7d`, `7 days`, `week`.
fn amount(words: &[&str]) -> Option<When> {
    let (count, unit) = match words {
        [one] => {
            let digits = one.bytes().take_while(u8::is_ascii_digit).count();
            let (count, name) = one.split_at(digits);
            // A bare number is no time, and `d` alone is no word.
            let count = if count.is_empty() && name.len() > 2 { 1 } else { count.parse().ok()? };
            (count, unit(name)?)
        }
        ["a" | "one" | "an", name] => (1, unit(name)?),
        [count, name] => (count.parse().ok()?, unit(name)?),
        _ => return None,
    };
    (1..=unit.most()).contains(&count).then_some(When::Last(count, unit))
}

fn unit(word: &str) -> Option<Unit> {
    Some(match word {
        "h" | "hour" | "hours" => Unit::Hour,
        "d" | "day" | "days" => Unit::Day,
        "w" | "week" | "weeks" => Unit::Week,
        "m" | "mo" | "month" | "months" => Unit::Month,
        "y" | "year" | "years" => Unit::Year,
        _ => return None,
    })
}

/// `2026-11-20`, `2026-11`, `2026-w47`, `2026`, `June`, `June 2025`, `15 June`, `June 15 2025`, `monday`.
fn named(words: &[&str], today: NaiveDate) -> Option<When> {
    let year_of = |text: &str| text.parse().ok().filter(|year| text.len() == 4 && YEARS.contains(year));
    match words {
        [one] => {
            if let Ok(day) = one.parse::<NaiveDate>() {
                return YEARS.contains(&day.year()).then_some(When::Day(day));
            }
            if let Some(year) = year_of(one) {
                return Some(When::Year(year));
            }
            if let Some((year, rest)) = one.split_once('-') {
                let year = year_of(year)?;
                if let Some(week) = rest.strip_prefix('w') {
                    let week = week.parse().ok().filter(|_| week.len() <= 2)?;
                    return NaiveDate::from_isoywd_opt(year, week, Weekday::Mon)
                        .map(|_| When::Week(year, week));
                }
                let month = rest.parse().ok().filter(|_| rest.len() <= 2 && !rest.starts_with('+'))?;
                return (1..=12).contains(&month).then_some(When::Month(year, month));
            }
            if let Some(month) = month(one) {
                let year = if month > today.month() { today.year() - 1 } else { today.year() };
                return Some(When::Month(year, month));
            }
            let weekday = weekday(one)?;
            let back = today.weekday().days_since(weekday);
            today.checked_sub_days(Days::new(back.into())).map(When::Day)
        }
        [one, two] => match (month(one), month(two)) {
            (Some(month), None) => match year_of(two) {
                Some(year) => Some(When::Month(year, month)),
                None => day_of(two, month, None, today),
            },
            (None, Some(month)) => match year_of(one) {
                Some(year) => Some(When::Month(year, month)),
                None => day_of(one, month, None, today),
            },
            _ => None,
        },
        [one, two, three] => {
            let year = year_of(three)?;
            let (day, month) = match (month(one), month(two)) {
                (Some(month), None) => (two, month),
                (None, Some(month)) => (one, month),
                _ => return None,
            };
            day_of(day, month, Some(year), today)
        }
        _ => None,
    }
}

/// A day of a month; without a year the one that was last.
fn day_of(day: &str, month: u32, year: Option<i32>, today: NaiveDate) -> Option<When> {
    let bare = day.trim_end_matches(',');
    let bare = ["st", "nd", "rd", "th"].iter().find_map(|end| bare.strip_suffix(end)).unwrap_or(bare);
    let day = bare.parse().ok()?;
    let of = |year| NaiveDate::from_ymd_opt(year, month, day);
    let found = match year {
        Some(year) => of(year),
        None => of(today.year()).filter(|day| *day <= today).or_else(|| of(today.year() - 1)),
    };
    found.map(When::Day)
}

/// From the first day of a time up to now.
fn since(words: &[&str], today: NaiveDate) -> Option<When> {
    let words = match words {
        ["the", rest @ ..] => rest,
        words => words,
    };
    let when = relative(words).or_else(|| named(words, today))?;
    match when {
        When::Last(..) => Some(when),
        when => first(when, today).map(When::Since),
    }
}

fn between(from: &[&str], to: &[&str], today: NaiveDate) -> Option<When> {
    let read = |words: &[&str]| relative(words).or_else(|| named(words, today));
    let (from, to) = (first(read(from)?, today)?, last(read(to)?, today)?);
    (from <= to).then_some(When::Days(from, to))
}

/// The first day of a time.
fn first(when: When, today: NaiveDate) -> Option<NaiveDate> {
    Some(ends(when, today)?.0)
}

/// The last day of a time.
fn last(when: When, today: NaiveDate) -> Option<NaiveDate> {
    Some(ends(when, today)?.1)
}

fn ends(when: When, today: NaiveDate) -> Option<(NaiveDate, NaiveDate)> {
    Some(match when {
        When::Last(count, Unit::Day) => {
            let day = today.checked_sub_days(Days::new(count.into()))?;
            (day, day)
        }
        When::Last(count, Unit::Week) => {
            let day = today.checked_sub_days(Days::new(u64::from(count) * 7))?;
            (day, day)
        }
        When::Last(count, Unit::Month) => {
            let day = today.checked_sub_months(Months::new(count))?;
            (day, day)
        }
        When::Last(..) => return None,
        When::Today => (today, today),
        When::Yesterday => (before(today), before(today)),
        When::This(unit) => around(unit, today),
        When::Previous(unit) => around(unit, before(around(unit, today).0)),
        When::Day(day) | When::Since(day) => (day, day),
        When::Week(year, week) => around(Unit::Week, NaiveDate::from_isoywd_opt(year, week, Weekday::Mon)?),
        When::Month(year, month) => around(Unit::Month, NaiveDate::from_ymd_opt(year, month, 1)?),
        When::Year(year) => around(Unit::Year, NaiveDate::from_ymd_opt(year, 1, 1)?),
        When::Days(first, last) => (first, last),
    })
}

/// The number of a month, by its name or at least three letters of it.
fn month(word: &str) -> Option<u32> {
    begins(&MONTHS, word).map(|at| at as u32 + 1)
}

fn weekday(word: &str) -> Option<Weekday> {
    begins(&WEEKDAYS, word).and_then(|at| Weekday::try_from(at as u8).ok())
}

fn begins(names: &[&str], word: &str) -> Option<usize> {
    let word = word.trim_end_matches(['.', ',']);
    names.iter().position(|name| word.len() >= 3 && name.starts_with(word))
}
