//! All that the answers say, in one place: short, kind, plain English.

use chrono::{DateTime, Datelike, Utc, Weekday};
use whimbrel_fanout::{
    Cadence, Destination, LaneState, Quiet, Rhythm, SubscribeError, Subscription, Verdict,
};
use whimbrel_lookup::Fact;
use whimbrel_news::wording::line;
use whimbrel_news::{Filter, FilterError, Zone};

use crate::action::Pick;
use crate::topics::Topics;

pub(crate) const EVERYTHING: &str = "Everything";
pub(crate) const WELCOME: &str = "I follow lists of projects and tell you what is new: new entries, releases, who overtook whom, what was archived.";
pub(crate) const WELCOME_HOW: &str =
    "Choose what you want to hear of, and how often. Once a week is a good start.";
pub(crate) const WHICH_CATALOG: &str = "What do you want news of?";
pub(crate) const WHICH_CATALOG_TYPED: &str = "Press one, or type it:";
pub(crate) const WHICH_TOPICS: &str = "Which news? The ticked ones come.";
pub(crate) const USUAL_TOPICS: &str =
    "These are the usual ones. Told at once, only the most important of them come.";
pub(crate) const NO_TOPICS: &str = "Tick at least one.";
pub(crate) const WHICH_RHYTHM: &str = "How often?";
pub(crate) const NO_CATALOGS: &str = "No catalog is followed yet; what comes later is part of everything.";
pub(crate) const NOTHING_HERE: &str = "Nothing is subscribed to here yet.";
pub(crate) const NOT_THERE: &str = "That subscription is not here any more.";
pub(crate) const CATALOG_GONE: &str = "That catalog is not followed any more.";
pub(crate) const OLD_BUTTON: &str = "This button is too old to be understood. /help says what there is.";
pub(crate) const TOO_LATE: &str = "That is too long ago to be undone.";
pub(crate) const MAY_NOT: &str = "Only admins may change what comes here.";
pub(crate) const TROUBLE: &str =
    "Something went wrong on my side and is written down. Nothing was changed; please try again.";
pub(crate) const SUBSCRIBED: &str = "Subscribed";
pub(crate) const ENDED: &str = "Ended";
pub(crate) const UNDONE: &str = "Undone";
pub(crate) const CHANGED: &str = "Changed";
pub(crate) const PAUSED: &str =
    "Silence from now on. What happens meanwhile is kept, and comes as one digest when you resume.";
pub(crate) const RESUMED: &str = "The silence is over. What was kept comes now, or with the next digest.";
pub(crate) const WAS_PAUSED: &str = "It is silent here already.";
pub(crate) const WAS_NOT_PAUSED: &str = "It was not paused.";
pub(crate) const PREVIEW: &str = "If the digest came now, it would say:";
pub(crate) const PREVIEW_EMPTY: &str = "If the digest came now, it would have nothing to say.";
pub(crate) const PREVIEW_AT_ONCE: &str = "This comes at once, piece by piece. As a digest it would say now:";
pub(crate) const PREVIEW_WHICH: &str = "Which digest?";
pub(crate) const PREVIEW_WHICH_WHY: &str = "Each rhythm here has a digest of its own. Press the one to see:";
pub(crate) const KEPT: &str = "Everything stays as it is.";
pub(crate) const WHICH_REGION: &str = "Where in the world?";
pub(crate) const WHICH_REGION_TYPED: &str = "Press a region, or type the zone:";
pub(crate) const WHICH_QUIET: &str =
    "When shall nothing come? What falls into these hours comes at their end.";
pub(crate) const WHICH_DAY: &str = "On which day?";
pub(crate) const WHICH_HOUR: &str = "At which time of day?";
pub(crate) const FROM_CONFIGURATION: &str = "It stands in the program's configuration and comes back when the program starts again, unless it is taken out there.";
pub(crate) const NO_EVENT: &str = "Nothing has happened yet.";

pub(crate) const FOLLOW: &str = "Subscribe to this";
pub(crate) const DID_YOU_MEAN: &str = "Did you mean:";
pub(crate) const SUBSCRIBE: &str = "Subscribe";
pub(crate) const QUESTION_GONE: &str =
    "That was too long ago, I do not remember the question. Please ask it again.";
pub(crate) const TOO_MUCH: &str =
    "That is a lot of questions at once. Give me a minute, then I answer again.";
pub(crate) const NOT_FOLLOWABLE: &str = "There is nothing to subscribe to here.";

pub(crate) const SUGGEST_ADDRESS: &str = "Please send the address of the list, such as:";
pub(crate) const SUGGEST_YOURSELF: &str =
    "This link suggests a list to whoever runs me. If you want that too, please send me this line:";
pub(crate) const SUGGESTED: &str = "Thank you! I have put it before whoever runs me.";
pub(crate) const SUGGESTED_BEFORE: &str =
    "Thank you! Somebody suggested it before you; it waits to be accepted.";
pub(crate) const SUGGESTED_TOLD: &str = "I tell you in our own chat what they decide.";
pub(crate) const SUGGESTED_TOLD_HERE: &str =
    "I tell here what they decide, without your name; where I may not write here, in our own chat.";
pub(crate) const SUGGESTED_SEEN: &str = "Once they accept it, /catalogs shows it.";
pub(crate) const SUGGESTED_ENOUGH: &str =
    "You have suggested several lists already, thank you. Please come back tomorrow with more.";
pub(crate) const SUGGESTED_NOTHING: &str =
    "I can read it, but find no list of things with links there. Is it the address of the list itself?";
pub(crate) const SOMEBODY_SUGGESTS: &str = "Somebody suggests to follow this list:";
pub(crate) const NOT_YOURS: &str = "Only whoever runs me decides that, where they are asked.";
pub(crate) const DECIDED: &str = "That is decided already.";
pub(crate) const ACCEPTED: &str =
    "I read it within a minute. To stop, take it out of suggested.toml beside my data.";
pub(crate) const DECLINED: &str = "It is not followed.";

pub(crate) fn answered(name: &str, accepted: bool, alone: bool) -> String {
    let which = if alone { "you suggested" } else { "that was suggested here" };
    if accepted {
        format!("Good news: the list {which} is followed from now on: {name}. Thank you!")
    } else {
        format!(
            "Whoever runs me decided not to follow the list {which}: {name}. Thank you for the idea all the same."
        )
    }
}

pub(crate) fn suggested_unread(reason: &str) -> String {
    let end = if reason.ends_with(['.', '?', '!']) { "" } else { "." };
    format!("I could not read that: {reason}{end}")
}

/// `… and 12 more.`
pub(crate) fn more(count: usize) -> String {
    format!("… and {count} more.")
}

/// What is known, in a few words.
pub(crate) fn fact(fact: &Fact) -> String {
    let text = fact.text.as_str();
    let counted = |one: &str, many: &str| {
        let is_one = fact.number.map_or(text == "1", |number| number == 1);
        format!("{text} {}", if is_one { one } else { many })
    };
    match fact.label.as_str() {
        // Who types an id can also type the title; a title says what kind of news it is; no forks are no news.
        "Id" | "Kind" => String::new(),
        "Forks" if fact.number == Some(0) => String::new(),
        "Stars" => format!("★ {text}"),
        "Forks" => counted("fork", "forks"),
        "Gained" => counted("star", "stars"),
        "Entries" => counted("entry", "entries"),
        "Sections" => counted("section", "sections"),
        "Places" => format!("listed in {}", counted("place", "places")),
        "Rank in catalog" => format!("{text} in the catalog"),
        "Rank in section" => format!("{text} in the section"),
        "" | "In" | "Is" | "Quality" | "Language" | "Licence" | "Rank" | "When" | "State" => text.to_owned(),
        "Event" => format!("event {text}"),
        label if fact.at.is_some() => format!("{} {text}", lower(label)),
        label => format!("{}: {text}", lower(label)),
    }
}

pub(crate) fn no_catalog(named: &str, nearest: Option<&str>) -> String {
    let named = line(named, 60);
    match nearest {
        Some(nearest) => format!(
            "There is no catalog `{named}`: did you mean `{nearest}`? To look for the word itself, put it in quotes."
        ),
        None => format!("There is no catalog `{named}`. /subscribe shows all of them."),
    }
}

pub(crate) fn bad_filter(typed: &str, error: &FilterError) -> String {
    format!("In `{}`: {error}", line(typed, 200))
}

/// `the usual news`, `new entries, releases and milestones`
pub(crate) fn topics(topics: Topics) -> String {
    if topics == Topics::usual() {
        return "the usual news".to_owned();
    }
    let names: Vec<_> = topics.each().map(|topic| lower(topic.title())).collect();
    match names.as_slice() {
        [] => "nothing".to_owned(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

fn lower(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}

pub(crate) fn pick(pick: Pick) -> &'static str {
    match pick {
        Pick::Instant => "At once",
        Pick::Hourly => "Hourly",
        Pick::Daily => "Daily",
        Pick::Weekly => "Weekly",
        Pick::Monthly => "Monthly",
    }
}

pub(crate) fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Mon => "Monday",
        Weekday::Tue => "Tuesday",
        Weekday::Wed => "Wednesday",
        Weekday::Thu => "Thursday",
        Weekday::Fri => "Friday",
        Weekday::Sat => "Saturday",
        Weekday::Sun => "Sunday",
    }
}

/// `the 1st`, `the last day`
pub(crate) fn month_day(day: u8) -> String {
    let end = match (day % 10, day) {
        (_, 31) => return "the last day".to_owned(),
        (1, 1 | 21) => "st",
        (2, 2 | 22) => "nd",
        (3, 3 | 23) => "rd",
        _ => "th",
    };
    format!("the {day}{end}")
}

/// `Weekly on Monday at 09:00 (Europe/Berlin), quiet from 22:00 to 07:00`
pub(crate) fn cadence(cadence: &Cadence) -> String {
    let zone = cadence.zone.name();
    let rhythm = match &cadence.rhythm {
        Rhythm::Instant => "At once".to_owned(),
        Rhythm::Hourly => "Hourly".to_owned(),
        Rhythm::Daily { at } => format!("Daily at {at} ({zone})"),
        Rhythm::Weekly { day, at } => format!("Weekly on {} at {at} ({zone})", weekday(*day)),
        Rhythm::Monthly { day, at } => format!("Monthly on {} at {at} ({zone})", month_day(*day)),
        Rhythm::Cron(cron) => format!("By the cron line {cron} ({zone})"),
    };
    let Some(quiet) = cadence.quiet else { return rhythm };
    let named = matches!(cadence.rhythm, Rhythm::Instant | Rhythm::Hourly);
    let zone = if named { format!(" ({zone})") } else { String::new() };
    format!("{rhythm}, quiet from {} to {}{zone}", quiet.from(), quiet.to())
}

/// `Mon 23 Nov`, with what is not plain from the rhythm.
pub(crate) fn moment(at: DateTime<Utc>, now: DateTime<Utc>, zone: Zone, with_time: bool) -> String {
    let local = at.with_timezone(&zone);
    let year = if local.year() == now.with_timezone(&zone).year() { "" } else { " %Y" };
    let time = if with_time { ", %H:%M" } else { "" };
    local.format(&format!("%a %-d %b{year}{time}")).to_string()
}

/// The rhythm of a subscription and what comes of it: `Weekly on Monday at 09:00 (UTC), next: Mon 23 Nov.`
pub(crate) fn rhythm(subscription: &Subscription, now: DateTime<Utc>) -> String {
    let cadence = &subscription.cadence;
    let told = self::cadence(cadence);
    let next = |at: DateTime<Utc>| {
        let usual = match cadence.rhythm {
            Rhythm::Daily { at } | Rhythm::Weekly { at, .. } | Rhythm::Monthly { at, .. } => {
                Some(at.to_string())
            }
            _ => None,
        };
        let shown = at.with_timezone(&cadence.zone).format("%H:%M").to_string();
        moment(at, now, cadence.zone, usual.as_deref() != Some(shown.as_str()))
    };
    match &subscription.state {
        LaneState::Paused(since) => {
            format!("{told}. Paused since {}.", moment(*since, now, cadence.zone, false))
        }
        LaneState::Parked(parked) => format!("{told}. On hold: {}.", reason(&parked.reason)),
        LaneState::Retrying(retry) => {
            format!(
                "{told}. The last try failed ({}); the next is {}.",
                reason(&retry.reason),
                next(retry.at)
            )
        }
        LaneState::UnderWay => format!("{told}. News is under way."),
        LaneState::Idle | LaneState::Waiting => match subscription.next {
            _ if cadence.is_instant() && subscription.next.is_none() => format!("{told}."),
            Some(at) if at > now => format!("{told}, next: {}.", next(at)),
            Some(_) => format!("{told}. Something is about to come."),
            None => format!("{told}, next: {}.", next(cadence.next(now))),
        },
    }
}

fn reason(text: &str) -> String {
    line(text, 120).trim_end_matches('.').to_owned()
}

pub(crate) fn refused(error: &SubscribeError) -> String {
    match error {
        SubscribeError::Already(number) => format!("That is subscription {number} already."),
        SubscribeError::Nothing => "Nothing would ever meet these conditions.".to_owned(),
        SubscribeError::TooMany(count) => {
            format!("There are {count} subscriptions here already. End some, or join several with `or`.")
        }
        SubscribeError::TooManyPatterns(most) => {
            format!(
                "A place has at most {most} patterns between slashes. Use words, or join several with `|`."
            )
        }
        SubscribeError::Unknown(number) => {
            format!("There is no subscription {number} here. /subscriptions lists them.")
        }
        SubscribeError::NoService(_) => "This service is not set up to send news.".to_owned(),
        SubscribeError::Store(_) => TROUBLE.to_owned(),
    }
}

pub(crate) fn forget(count: usize, place: &str) -> String {
    let what = match count {
        0 => String::new(),
        1 => "its subscription, ".to_owned(),
        count => format!("its {count} subscriptions, "),
    };
    format!(
        "Shall I forget this {place}: {what}what waits for it and all else I keep about it? This cannot be undone."
    )
}

pub(crate) fn forgotten(count: usize) -> String {
    match count {
        0 => "Nothing is kept about this place any more.".to_owned(),
        1 => "The subscription is gone. Nothing is kept about this place any more.".to_owned(),
        count => format!("{count} subscriptions are gone. Nothing is kept about this place any more."),
    }
}

pub(crate) fn since(at: DateTime<Utc>, now: DateTime<Utc>, zone: Zone) -> String {
    format!("A first digest comes right away, with all since {}.", moment(at, now, zone, false))
}

/// What became of an event in a subscription.
pub(crate) fn verdict(verdict: &Verdict, now: DateTime<Utc>, zone: Zone) -> String {
    let at = |at: DateTime<Utc>| moment(at, now, zone, true);
    match verdict {
        Verdict::Before => "not told: it happened before you subscribed".to_owned(),
        Verdict::Filtered(filter) => format!("not told: it does not meet {}", missed(filter)),
        Verdict::Unusual(kind) => {
            format!("not told: news of this kind comes at this rhythm only if the filter says kind:{kind}")
        }
        Verdict::NotMatched => "about to be looked at: it was only just written down".to_owned(),
        Verdict::Waits { due } => format!("waits until {}", at(*due)),
        Verdict::UnderWay => "on its way".to_owned(),
        Verdict::Retrying(retry) => {
            format!("waits: the last try failed ({}), the next is {}", reason(&retry.reason), at(retry.at))
        }
        Verdict::Resting(rest) => format!("waits until {}: {}", at(rest.until), reason(&rest.reason)),
        Verdict::Paused(since) => format!("waits: paused since {}", at(*since)),
        Verdict::Parked(parked) => {
            format!("waits: messages were refused since {} ({})", at(parked.at), reason(&parked.reason))
        }
        Verdict::Dead(number) => {
            format!("could not be told: the service refused the message (letter {number})")
        }
        Verdict::Told { by: None } => "told".to_owned(),
        Verdict::Told { by: Some(by) } => format!("told, on {} at the latest", at(*by)),
    }
}

fn missed(filter: &Filter) -> String {
    line(&filter.to_string(), 120)
}

pub(crate) const HISTORY: &str =
    "It was found in the past of a catalog when that was first followed: such news is shown, never sent.";

pub(crate) fn no_event(about: &str) -> String {
    format!("I know no news about `{about}`.")
}

pub(crate) fn clock(zone: Zone) -> String {
    format!("Times are those of {}; you can change that afterwards.", zone.name())
}

/// `Time zone Europe/Berlin, quiet from 22:00 to 07:00.`
pub(crate) fn habits(zone: Zone, quiet: Option<Quiet>) -> String {
    let quiet = quiet.map_or_else(
        || "no quiet hours".to_owned(),
        |quiet| format!("quiet from {} to {}", quiet.from(), quiet.to()),
    );
    format!("Time zone {}, {quiet}.", zone.name())
}

/// How people call the place news goes to.
pub(crate) fn place(destination: &Destination) -> &'static str {
    match destination {
        Destination::Telegram { topic: Some(_), .. } => "topic",
        Destination::Telegram { .. } => "chat",
        Destination::Discord { .. } | Destination::Webhook { .. } => "channel",
    }
}
