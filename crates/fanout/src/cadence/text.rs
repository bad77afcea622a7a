//! Cadences as people type them, and what to tell people who mistyped.

use std::fmt;
use std::str::FromStr;

use chrono::Weekday;
use whimbrel_news::Zone;

use super::Cadence;
use super::clock::At;
use super::cron::CronError;
use super::quiet::Quiet;
use super::rhythm::Rhythm;

/// Longer texts are refused unread.
const LONGEST: usize = 300;

const RHYTHMS: [&str; 6] = ["instant", "hourly", "daily", "weekly", "monthly", "cron"];

const DAYS: [&str; 14] = [
    "mon",
    "tue",
    "wed",
    "thu",
    "fri",
    "sat",
    "sun",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

/// Why a text is no cadence, and what would be one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadCadence {
    /// It does not begin with a rhythm.
    #[error("`{found}` is no rhythm: write instant, hourly, daily, weekly, monthly or cron{}", meant(.nearest.as_deref()))]
    Rhythm {
        /// What stands there.
        found: String,
        /// The rhythm that looks most like it.
        nearest: Option<String>,
    },
    /// No day of the week.
    #[error("`{found}` is no day of the week{}", or_else(.nearest.as_deref(), "write mon, tue, wed, thu, fri, sat or sun"))]
    Weekday {
        /// What stands there.
        found: String,
        /// The day that looks most like it.
        nearest: Option<String>,
    },
    /// No day of the month.
    #[error("`{0}` is no day of the month: write 1 to 31; 31 is the last of every month")]
    MonthDay(String),
    /// No time of day.
    #[error("`{0}` is no time of day: write it like 09:00 or 18:30")]
    Time(String),
    /// No time zone.
    #[error("`{found}` is no time zone{}", or_else(.nearest.as_deref(), "zones are named like Europe/Berlin or America/New_York"))]
    Zone {
        /// What stands there.
        found: String,
        /// The zone that looks most like it.
        nearest: Option<String>,
    },
    /// Quiet hours that are no range of times.
    #[error("`{0}` are no quiet hours: write them like `quiet 22:00-07:00`")]
    Quiet(String),
    /// Quiet hours that never end.
    #[error("quiet hours from {0} to {0} would never end")]
    AlwaysQuiet(At),
    /// A cron line that cannot be read.
    #[error(transparent)]
    Cron(#[from] CronError),
    /// Something is left over.
    #[error("`{0}` is one word too many")]
    TooMuch(String),
    /// Nobody types this much.
    #[error("a cadence is a few words, such as `weekly mon 09:00 Europe/Berlin`; this is too long")]
    TooLong,
}

impl Cadence {
    /// Reads a cadence; where the text names no zone, it is in this one.
    pub fn read(text: &str, zone: Zone) -> Result<Self, BadCadence> {
        if text.len() > LONGEST {
            return Err(BadCadence::TooLong);
        }
        let mut words = Words(text.trim());
        let rhythm = rhythm(&mut words)?;
        let mut cadence = Self { rhythm, zone, quiet: None };
        let mut named = false;
        while let Some(word) = words.next() {
            if word.eq_ignore_ascii_case("quiet") && cadence.quiet.is_none() {
                cadence.quiet = Some(quiet(words.next().unwrap_or_default())?);
            } else if named {
                return Err(BadCadence::TooMuch(word.to_owned()));
            } else {
                cadence.zone = read_zone(word)?;
                named = true;
            }
        }
        Ok(cadence)
    }
}

/// Reads the name of a time zone, whatever its capitals.
pub fn read_zone(text: &str) -> Result<Zone, BadCadence> {
    Zone::named(text).ok_or_else(|| BadCadence::Zone { found: shown(text), nearest: nearest_zone(text) })
}

impl FromStr for Cadence {
    type Err = BadCadence;

    fn from_str(text: &str) -> Result<Self, BadCadence> {
        Self::read(text, Zone::UTC)
    }
}

impl TryFrom<String> for Cadence {
    type Error = BadCadence;

    fn try_from(text: String) -> Result<Self, BadCadence> {
        text.parse()
    }
}

impl From<Cadence> for String {
    fn from(cadence: Cadence) -> Self {
        cadence.to_string()
    }
}

impl fmt::Display for Cadence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.rhythm)?;
        if self.zone != Zone::UTC || self.rhythm.names_a_time() || self.quiet.is_some() {
            write!(f, " {}", self.zone.name())?;
        }
        self.quiet.map_or(Ok(()), |quiet| write!(f, " quiet {quiet}"))
    }
}

/// Words from the front, with the means to look before taking.
struct Words<'a>(&'a str);

impl<'a> Words<'a> {
    fn peek(&self) -> Option<&'a str> {
        self.0.split_whitespace().next()
    }

    fn next(&mut self) -> Option<&'a str> {
        let word = self.peek()?;
        self.0 = self.0.trim_start().get(word.len()..).unwrap_or_default();
        Some(word)
    }

    /// Takes the next word if it can be read as this.
    fn take<T>(&mut self, read: impl Fn(&str) -> Option<T>) -> Option<T> {
        let found = read(self.peek()?)?;
        self.next();
        Some(found)
    }

    /// What stands in quotes, of whatever kind a keyboard makes; else the next five words, or one that begins
    /// with an `@`.
    fn line(&mut self) -> String {
        const QUOTES: [char; 8] = ['"', '\'', '`', '“', '”', '„', '«', '»'];
        let rest = self.0.trim_start();
        if let Some(inner) = rest.strip_prefix(QUOTES) {
            let end = inner.find(QUOTES).unwrap_or(inner.len());
            self.0 = inner[end..].strip_prefix(QUOTES).unwrap_or_default();
            return inner[..end].to_owned();
        }
        let fields = if rest.starts_with('@') { 1 } else { 5 };
        let words: Vec<&str> = std::iter::from_fn(|| self.next()).take(fields).collect();
        words.join(" ")
    }
}

fn rhythm(words: &mut Words<'_>) -> Result<Rhythm, BadCadence> {
    let word = words.next().unwrap_or_default();
    Ok(match word.to_lowercase().as_str() {
        "instant" => Rhythm::Instant,
        "hourly" => Rhythm::Hourly,
        "daily" => Rhythm::Daily { at: time_if_any(words)? },
        "weekly" => {
            let day = match words.peek() {
                Some(word)
                    if is_a_word(word)
                        && !word.eq_ignore_ascii_case("quiet")
                        && Zone::named(word).is_none() =>
                {
                    words.next();
                    weekday(word)?
                }
                _ => Weekday::Mon,
            };
            Rhythm::Weekly { day, at: time_if_any(words)? }
        }
        "monthly" => {
            let day = match words.peek() {
                Some(word) if word.starts_with(|c: char| c.is_ascii_digit()) && !word.contains(':') => {
                    words.next();
                    month_day(word).ok_or_else(|| BadCadence::MonthDay(shown(word)))?
                }
                Some(word) if word.eq_ignore_ascii_case("last") => {
                    words.next();
                    31
                }
                _ => 1,
            };
            Rhythm::Monthly { day, at: time_if_any(words)? }
        }
        "cron" => Rhythm::Cron(words.line().parse()?),
        _ => {
            let nearest = nearest(word, RHYTHMS.into_iter());
            return Err(BadCadence::Rhythm { found: shown(word), nearest: nearest.map(str::to_owned) });
        }
    })
}

/// The time of day, where a number stands next.
fn time_if_any(words: &mut Words<'_>) -> Result<At, BadCadence> {
    words.take(|word| word.eq_ignore_ascii_case("at").then_some(()));
    match words.peek() {
        Some(word) if word.starts_with(|c: char| c.is_ascii_digit()) => {
            words.next();
            time(word).ok_or_else(|| BadCadence::Time(shown(word)))
        }
        _ => Ok(At::NINE),
    }
}

/// `9`, `9:00`, `09:00`.
fn time(text: &str) -> Option<At> {
    let (hour, minute) = text.split_once(':').unwrap_or((text, "00"));
    let digits = |text: &str, least: usize| {
        let right = (least..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        right.then(|| text.parse().ok()).flatten()
    };
    At::new(digits(hour, 1)?, digits(minute, 2)?)
}

fn month_day(text: &str) -> Option<u8> {
    let digits = text.trim_end_matches(|c: char| "stndrh.".contains(c));
    digits.parse().ok().filter(|day| (1..=31).contains(day))
}

fn weekday(text: &str) -> Result<Weekday, BadCadence> {
    let read = |text: &str| text.parse::<Weekday>().ok();
    let plural = || text.strip_suffix(['s', 'S']).and_then(read);
    read(text).or_else(plural).ok_or_else(|| {
        let near = nearest(text, DAYS.into_iter()).and_then(|name| name.get(..3)).map(str::to_owned);
        BadCadence::Weekday { found: shown(text), nearest: near }
    })
}

fn quiet(text: &str) -> Result<Quiet, BadCadence> {
    let wrong = || BadCadence::Quiet(shown(text));
    let (from, to) = text.split_once(['-', '–', '—']).ok_or_else(wrong)?;
    let (from, to) = (time(from).ok_or_else(wrong)?, time(to).ok_or_else(wrong)?);
    Quiet::new(from, to).ok_or(BadCadence::AlwaysQuiet(from))
}

fn is_a_word(text: &str) -> bool {
    !text.contains('/') && !text.starts_with(|c: char| c.is_ascii_digit()) && !text.eq_ignore_ascii_case("at")
}

/// The zone people most likely meant: by its city where they named only that, else by its letters.
fn nearest_zone(text: &str) -> Option<String> {
    let wanted = text.to_lowercase().replace(' ', "_");
    let city = |zone: &str| zone.rsplit('/').next().unwrap_or(zone).to_lowercase();
    let names = || Zone::all().map(Zone::name);
    let by_city = || names().filter(|name| name.contains('/')).find(|name| city(name) == wanted);
    let by_letters = || {
        let close = |name: &'static str| {
            let whole = strsim::jaro_winkler(&wanted, &name.to_lowercase());
            let part =
                strsim::jaro_winkler(&wanted, &city(name)) * f64::from(u8::from(!wanted.contains('/')));
            (whole.max(part), name)
        };
        let best = names().map(close).max_by(|one, other| one.0.total_cmp(&other.0))?;
        (best.0 >= 0.85).then_some(best.1)
    };
    by_city().or_else(by_letters).map(str::to_owned)
}

fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    let close = known.map(|name| (strsim::jaro_winkler(&word, name), name));
    let best = close.max_by(|one, other| one.0.total_cmp(&other.0))?;
    (best.0 >= 0.75).then_some(best.1)
}

fn meant(nearest: Option<&str>) -> String {
    nearest.map(|nearest| format!("; did you mean `{nearest}`?")).unwrap_or_default()
}

fn or_else(nearest: Option<&str>, otherwise: &str) -> String {
    nearest.map_or(format!(": {otherwise}"), |nearest| format!(": did you mean `{nearest}`?"))
}

/// At most a line's worth of what was typed, for the error.
fn shown(text: &str) -> String {
    text.chars().take(40).collect()
}
