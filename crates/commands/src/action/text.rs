//! Actions as the text of a button, and back.

use std::fmt;

use whimbrel_fanout::{At, Destination, Quiet};

use super::{Action, CatalogMark, Chosen, LAST_PAGE, Pick, Press, Ref, UndoMark};
use crate::kept::Words;
use crate::topics::Topics;

impl Action {
    /// Reads an action; `None` for what no button of ours says.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some((letter @ ("a" | "j" | "b" | "B"), rest)) = text.split_once('.') {
            return Self::asking(letter, rest);
        }
        let mut parts = Parts(text.split('.'));
        let action = match parts.next()? {
            "h" => Self::Help,
            "c" => Self::Catalogs(parts.number()?),
            "k" => Self::Topics(parts.chosen()?, parts.topics()?),
            "w" => Self::Rhythms(parts.chosen()?, parts.topics()?),
            "m" => Self::Subscribe(parts.chosen()?, parts.topics()?, parts.pick()?),
            "l" => Self::List(parts.number()?),
            "s" => Self::Show(parts.subscription()?),
            "r" => Self::Rhythm(parts.subscription()?),
            "R" => Self::SetRhythm(parts.subscription()?, parts.pick()?),
            "d" => Self::Days(parts.subscription()?),
            "D" => Self::SetDay(parts.subscription()?, parts.number().filter(|day| (1..=31).contains(day))?),
            "o" => Self::Hours(parts.subscription()?),
            "O" => Self::SetHour(parts.subscription()?, parts.number().filter(|hour| *hour < 24)?),
            "x" => Self::End(parts.subscription()?),
            "z" => Self::Regions,
            "y" => Self::Zones(parts.number()?, parts.number()?),
            "Z" => Self::SetZone(parts.next()?.parse().ok()?),
            "q" => Self::Quiet,
            "Q" => match parts.next()? {
                "-" => Self::SetQuiet(None),
                hours => Self::SetQuiet(Some(quiet(hours)?)),
            },
            "p" => Self::Pause,
            "P" => Self::Resume,
            "e" => Self::Settings,
            "g" => Self::Digest,
            "G" => Self::Preview(parts.subscription()?),
            "t" => Self::Status,
            "f" => Self::Forget,
            "F" => Self::ForgetNow,
            "v" => Self::Keep,
            "u" => Self::Undo(UndoMark(parts.hex()?)),
            "A" => Self::Accept(parts.hex()?),
            "N" => Self::Decline(parts.hex()?),
            "n" => Self::Nothing,
            _ => return None,
        };
        parts.next().is_none().then_some(action)
    }

    /// Those that end in a question, which may have any letters in it.
    fn asking(letter: &str, rest: &str) -> Option<Self> {
        Some(match letter {
            "a" => Self::Ask(Words::parse(rest)?),
            "b" => Self::Follow(Words::parse(rest)?),
            "j" => {
                let (page, words) = rest.split_once('.')?;
                let page = page.parse().ok().filter(|page| (1..=LAST_PAGE).contains(page))?;
                Self::Turn(page, Words::parse(words)?)
            }
            _ => {
                let (pick, words) = rest.split_once('.')?;
                Self::FollowAt(Pick::parse(pick)?, Words::parse(words)?)
            }
        })
    }
}

impl Pick {
    fn parse(letter: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|pick| pick.to_string() == letter)
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Help => f.write_str("h"),
            Self::Catalogs(page) => write!(f, "c.{page}"),
            Self::Topics(chosen, topics) => write!(f, "k.{chosen}.{:x}", topics.to_bits()),
            Self::Rhythms(chosen, topics) => write!(f, "w.{chosen}.{:x}", topics.to_bits()),
            Self::Subscribe(chosen, topics, pick) => write!(f, "m.{chosen}.{:x}.{pick}", topics.to_bits()),
            Self::List(page) => write!(f, "l.{page}"),
            Self::Show(which) => write!(f, "s.{which}"),
            Self::Rhythm(which) => write!(f, "r.{which}"),
            Self::SetRhythm(which, pick) => write!(f, "R.{which}.{pick}"),
            Self::Days(which) => write!(f, "d.{which}"),
            Self::SetDay(which, day) => write!(f, "D.{which}.{day}"),
            Self::Hours(which) => write!(f, "o.{which}"),
            Self::SetHour(which, hour) => write!(f, "O.{which}.{hour}"),
            Self::End(which) => write!(f, "x.{which}"),
            Self::Regions => f.write_str("z"),
            Self::Zones(region, page) => write!(f, "y.{region}.{page}"),
            Self::SetZone(zone) => write!(f, "Z.{}", zone.name()),
            Self::Quiet => f.write_str("q"),
            Self::SetQuiet(None) => f.write_str("Q.-"),
            Self::SetQuiet(Some(quiet)) => write!(f, "Q.{quiet}"),
            Self::Pause => f.write_str("p"),
            Self::Resume => f.write_str("P"),
            Self::Settings => f.write_str("e"),
            Self::Digest => f.write_str("g"),
            Self::Preview(which) => write!(f, "G.{which}"),
            Self::Status => f.write_str("t"),
            Self::Forget => f.write_str("f"),
            Self::ForgetNow => f.write_str("F"),
            Self::Keep => f.write_str("v"),
            Self::Undo(UndoMark(mark)) => write!(f, "u.{mark:x}"),
            Self::Ask(words) => write!(f, "a.{words}"),
            Self::Turn(page, words) => write!(f, "j.{page}.{words}"),
            Self::Follow(words) => write!(f, "b.{words}"),
            Self::FollowAt(pick, words) => write!(f, "B.{pick}.{words}"),
            Self::Accept(mark) => write!(f, "A.{mark:x}"),
            Self::Decline(mark) => write!(f, "N.{mark:x}"),
            Self::Nothing => f.write_str("n"),
        }
    }
}

impl Press {
    /// Reads what a button of ours says; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let Some(rest) = text.strip_prefix('@') else {
            return Some(Self { about: None, action: Action::parse(text)? });
        };
        let (place, action) = rest.split_once(';')?;
        let about = match place.split_at_checked(1)? {
            ("t", chat) => format!("telegram:{chat}"),
            ("d", channel) => format!("discord:{channel}"),
            _ => return None,
        };
        Some(Self { about: Some(about.parse().ok()?), action: Action::parse(action)? })
    }
}

impl fmt::Display for Press {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.about {
            Some(Destination::Telegram { chat, topic: None }) => write!(f, "@t{chat};")?,
            Some(Destination::Telegram { chat, topic: Some(topic) }) => write!(f, "@t{chat}:{topic};")?,
            Some(Destination::Discord { channel }) => write!(f, "@d{channel};")?,
            // A webhook belongs to the configuration: nobody asks about it from elsewhere.
            Some(Destination::Webhook { .. }) | None => {}
        }
        write!(f, "{}", self.action)
    }
}

impl fmt::Display for Pick {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Instant => "i",
            Self::Hourly => "h",
            Self::Daily => "d",
            Self::Weekly => "w",
            Self::Monthly => "m",
        })
    }
}

impl fmt::Display for Chosen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everything => f.write_str("*"),
            Self::Catalog(CatalogMark(mark)) => write!(f, "{mark:x}"),
        }
    }
}

impl fmt::Display for Ref {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:x}", self.number, self.mark)
    }
}

/// The parts of an action, from the front.
struct Parts<'a>(std::str::Split<'a, char>);

impl<'a> Parts<'a> {
    fn next(&mut self) -> Option<&'a str> {
        self.0.next()
    }

    fn number<T: std::str::FromStr>(&mut self) -> Option<T> {
        self.next()?.parse().ok()
    }

    fn hex(&mut self) -> Option<u64> {
        u64::from_str_radix(self.next()?, 16).ok()
    }

    fn chosen(&mut self) -> Option<Chosen> {
        match self.next()? {
            "*" => Some(Chosen::Everything),
            mark => {
                let mark = u64::from_str_radix(mark, 16).ok().filter(|mark| mark >> 40 == 0)?;
                Some(Chosen::Catalog(CatalogMark(mark)))
            }
        }
    }

    fn topics(&mut self) -> Option<Topics> {
        Topics::from_bits(self.hex()?.try_into().ok()?)
    }

    fn pick(&mut self) -> Option<Pick> {
        Pick::parse(self.next()?)
    }

    fn subscription(&mut self) -> Option<Ref> {
        Some(Ref { number: self.number()?, mark: self.hex()?.try_into().ok()? })
    }
}

fn quiet(text: &str) -> Option<Quiet> {
    let (from, to) = text.split_once('-')?;
    Quiet::new(time(from)?, time(to)?)
}

fn time(text: &str) -> Option<At> {
    let (hour, minute) = text.split_once(':')?;
    At::new(hour.parse().ok()?, minute.parse().ok()?)
}
