//! From a typed line to a command.

use chrono::{NaiveDate, TimeDelta};
use whimbrel_fanout::cadence::read_zone;
use whimbrel_lookup::Question;
use whimbrel_news::Filter;

use super::{Command, LONGEST, Since, Which, Wish, Wishes, checked};
use crate::mistake::Mistake;
use crate::tokens::{is_word, name, tokens, unquoted};

const RHYTHMS: [&str; 6] = ["instant", "hourly", "daily", "weekly", "monthly", "cron"];

const SETTINGS: [&str; 3] = ["rhythm", "zone", "quiet"];

/// The rhythm of who names only a zone.
const USUAL: &str = "weekly mon 09:00";

/// The chat a typed line is about, where its first word names another one: `@name`, or the number of a channel; with the
/// line without it. The adapter finds out what it is, and whether the one who asks may.
pub fn elsewhere(text: &str) -> Option<(String, String)> {
    let (command, rest) = text.trim().split_once(char::is_whitespace)?;
    let rest = rest.trim_start();
    let (chat, rest) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let is_name = chat.len() > 1 && chat.starts_with('@');
    let is_number =
        chat.starts_with("-100") && chat.len() > 6 && chat[1..].bytes().all(|byte| byte.is_ascii_digit());
    // `@name` may well be a thing somebody looks for.
    let name = command.strip_prefix('/').map(|name| name.split('@').next().unwrap_or(name).to_lowercase())?;
    let is_command = Command::catalogue().iter().any(|help| help.name == name);
    (is_command && (is_name || is_number))
        .then(|| (chat.to_owned(), format!("{command} {}", rest.trim_start()).trim_end().to_owned()))
}

pub(super) fn command(text: &str) -> Result<Command, Mistake> {
    if text.chars().nth(LONGEST).is_some() {
        return Err(Mistake::TooLong(LONGEST));
    }
    let line = text.trim().strip_prefix('/').ok_or(Mistake::NoCommand)?;
    let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let word = word.split_once('@').map_or(word, |(word, _)| word).to_lowercase();
    let rest = rest.trim();
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let nothing_after = |command: Command| {
        if rest.is_empty() {
            Ok(command)
        } else {
            Err(Mistake::TooMuch { command: command.name(), word: shown(rest) })
        }
    };
    match word.as_str() {
        "start" => Ok(Command::Start(some(rest))),
        "help" => Ok(Command::Help(some(rest.trim_start_matches('/')))),
        "subscribe" if rest.is_empty() => Ok(Command::Subscribe(None)),
        "subscribe" => Ok(Command::Subscribe(Some(wish(rest)?))),
        "unsubscribe" if rest.is_empty() => Ok(Command::Unsubscribe(None)),
        "unsubscribe" => Ok(Command::Unsubscribe(Some(which(rest)?))),
        "subscriptions" => nothing_after(Command::Subscriptions),
        "pause" => nothing_after(Command::Pause),
        "resume" => nothing_after(Command::Resume),
        "digest" if rest.eq_ignore_ascii_case("now") => Ok(Command::Digest),
        "digest" => nothing_after(Command::Digest),
        "settings" => Ok(Command::Settings(settings(rest)?)),
        "why" => Ok(Command::Why(rest.to_owned())),
        "status" => nothing_after(Command::Status),
        "forget" => nothing_after(Command::Forget),
        _ => Err(unknown(&word)),
    }
}

pub(super) fn called(name: &str, options: &[(&str, &str)]) -> Result<Command, Mistake> {
    let help = Command::catalogue().iter().find(|help| help.name == name).ok_or_else(|| unknown(name))?;
    if let Some((option, _)) =
        options.iter().find(|(option, _)| help.options.iter().all(|known| known.name != *option))
    {
        return Err(Mistake::Option { command: help.name, option: shown(option) });
    }
    if options.iter().map(|(_, value)| value.chars().count()).sum::<usize>() > LONGEST {
        return Err(Mistake::TooLong(LONGEST));
    }
    let get = |wanted: &str| {
        let found = options.iter().find(|(option, _)| *option == wanted);
        found.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    };
    let zone = get("zone").map(read_zone).transpose()?;
    let cadence = get("rhythm").map(checked).transpose()?;
    let number = get("number").map(number).transpose()?;
    Ok(match help.name {
        "subscribe" => {
            let section = get("section").map(|section| Filter::section(section).to_string());
            let project = get("project").map(|project| Filter::project(project).to_string());
            let kind = get("kind").map(|kinds| format!("kind:{}", kinds.replace(", ", ",")));
            let parts =
                [get("catalog").map(str::to_owned), section, project, kind, get("filter").map(grouped)];
            let what = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
            let since = get("since").map(since).transpose()?;
            let wish = Wish { what, cadence, zone, since };
            Command::Subscribe((wish != Wish::default()).then_some(wish))
        }
        "unsubscribe" => Command::Unsubscribe(number.map(Which::Number)),
        "settings" => {
            let quiet = get("quiet").map(quiet).transpose()?;
            Command::Settings(Wishes { zone, quiet, cadence, number })
        }
        "why" => Command::Why(get("about").unwrap_or_default().to_owned()),
        "help" => Command::Help(get("about").map(|about| about.trim_start_matches('/').to_owned())),
        // Without options: what is typed is the name alone.
        _ => return command(&format!("/{name}")),
    })
}

/// So that `or` joins nothing with what stands before.
fn grouped(filter: &str) -> String {
    let joins = tokens(filter).into_iter().any(|token| token.eq_ignore_ascii_case("or"));
    if joins { format!("({filter})") } else { filter.to_owned() }
}

/// `awesome-go kind:released weekly mon 09:00 Europe/Berlin since:7d`: conditions first, then the rhythm; conditions
/// with a name may also follow it.
fn wish(text: &str) -> Result<Wish, Mistake> {
    let mut wish = Wish::default();
    let mut words = Vec::new();
    for token in tokens(text) {
        match token.split_at_checked(6) {
            Some((name, value)) if name.eq_ignore_ascii_case("since:") => wish.since = Some(since(value)?),
            _ => words.push(token),
        }
    }
    let begins = words.iter().position(|word| RHYTHMS.iter().any(|rhythm| rhythm.eq_ignore_ascii_case(word)));
    let (head, tail) = words.split_at(begins.unwrap_or(words.len()));
    let mut what = Vec::new();
    for word in head {
        if is_word(word) {
            slip(word)?;
        }
        match read_zone(word) {
            Ok(zone) if word.contains('/') => wish.zone = Some(zone),
            _ => what.push(*word),
        }
    }
    let (conditions, rhythm): (Vec<&str>, Vec<&str>) = tail.iter().partition(|word| name(word).is_some());
    what.extend(conditions);
    wish.what = what.join(" ");
    if !rhythm.is_empty() {
        wish.cadence = Some(checked(&rhythm.join(" "))?);
    } else if wish.zone.is_some() {
        wish.cadence = Some(USUAL.to_owned());
    }
    Ok(wish)
}

/// Words among the conditions that were meant as a rhythm.
fn slip(word: &str) -> Result<(), Mistake> {
    let is_time = word.split_once(':').is_some_and(|(hour, minute)| {
        let digits =
            |text: &str| !text.is_empty() && text.len() <= 2 && text.bytes().all(|b| b.is_ascii_digit());
        digits(hour) && digits(minute)
    });
    if is_time {
        return Err(Mistake::LoneTime(word.to_owned()));
    }
    let lower = word.to_lowercase();
    if RHYTHMS[..5].iter().any(|rhythm| strsim::damerau_levenshtein(&lower, rhythm) == 1) {
        checked(&lower)?;
    }
    Ok(())
}

fn which(text: &str) -> Result<Which, Mistake> {
    if text.eq_ignore_ascii_case("all") { Ok(Which::All) } else { number(text).map(Which::Number) }
}

fn number(text: &str) -> Result<u32, Mistake> {
    let bare = text.trim_start_matches('#');
    bare.parse().ok().filter(|number| *number > 0).ok_or_else(|| Mistake::Number(shown(text)))
}

fn since(text: &str) -> Result<Since, Mistake> {
    let wrong = || Mistake::Since(shown(text));
    if let Ok(day) = text.parse::<NaiveDate>() {
        return Ok(Since::Day(day));
    }
    let unit = text.chars().last().ok_or_else(wrong)?;
    let hours = match unit.to_ascii_lowercase() {
        'h' => 1,
        'd' => 24,
        'w' => 24 * 7,
        _ => return Err(wrong()),
    };
    let count: i64 = text[..text.len() - unit.len_utf8()].parse().map_err(|_| wrong())?;
    let ago = count.checked_mul(hours).filter(|hours| (1..=366 * 24).contains(hours)).ok_or_else(wrong)?;
    Ok(Since::Ago(TimeDelta::hours(ago)))
}

/// `zone Europe/Berlin`, `quiet 22-7`, `rhythm daily 9:00`, `rhythm 3 daily 9:00`.
fn settings(text: &str) -> Result<Wishes, Mistake> {
    let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let rest = rest.trim();
    let mut wishes = Wishes::default();
    match word.to_lowercase().as_str() {
        "" => {}
        "zone" | "timezone" => wishes.zone = Some(read_zone(&rest.replace(' ', "_"))?),
        "quiet" => wishes.quiet = Some(quiet(rest)?),
        "rhythm" => {
            let (first, cadence) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
            if first.trim_start_matches('#').starts_with(|c: char| c.is_ascii_digit()) {
                wishes.number = Some(number(first)?);
                wishes.cadence = Some(checked(cadence)?);
            } else {
                wishes.cadence = Some(checked(rest)?);
            }
        }
        // What stands there may be the value of a setting that goes without saying.
        lower if RHYTHMS.contains(&lower) => wishes.cadence = Some(checked(text)?),
        _ if word.contains('/') => wishes.zone = Some(read_zone(text)?),
        lower => {
            let close = SETTINGS.iter().map(|name| (strsim::jaro_winkler(lower, name), *name));
            let best = close.max_by(|one, other| one.0.total_cmp(&other.0));
            let nearest = best.filter(|best| best.0 >= 0.75).map(|best| format!("`{}`", best.1));
            return Err(Mistake::Setting { word: shown(word), nearest });
        }
    }
    Ok(wishes)
}

/// `22:00-07:00`, `22-7`, `off`.
fn quiet(text: &str) -> Result<String, Mistake> {
    if ["off", "none", "no"].iter().any(|off| text.eq_ignore_ascii_case(off)) {
        return Ok("off".to_owned());
    }
    let joined: String = text.split_whitespace().collect();
    checked(&format!("instant quiet {joined}"))?;
    Ok(joined)
}

fn unknown(word: &str) -> Mistake {
    let commands = Command::catalogue().iter().map(|help| help.name);
    let names = commands.chain(Question::forms().iter().map(|form| form.name));
    let close = names.map(|name| (strsim::jaro_winkler(word, name), name));
    let best = close.max_by(|one, other| one.0.total_cmp(&other.0));
    Mistake::Unknown { word: shown(word), nearest: best.filter(|best| best.0 >= 0.8).map(|best| best.1) }
}

/// At most a line's worth of what was typed.
fn shown(text: &str) -> String {
    unquoted(text).chars().take(40).collect()
}
