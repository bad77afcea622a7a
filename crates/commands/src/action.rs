//! What a button does, in at most 64 bytes: the button says all of it, nobody has to remember a dialogue.

use std::fmt;

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use whimbrel_catalog::CatalogId;
use whimbrel_fanout::{At, Destination, Quiet};

use crate::kept::Words;
use crate::topics::Topics;

/// Pages of an answer that can be turned to.
pub(crate) const LAST_PAGE: u16 = 100;

/// What a button does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Says what can be asked.
    Help,
    /// Shows a page of catalogs to subscribe to.
    Catalogs(u16),
    /// Shows topics to choose from.
    Topics(Chosen, Topics),
    /// Shows rhythms to choose from, for a new subscription.
    Rhythms(Chosen, Topics),
    /// Makes a subscription.
    Subscribe(Chosen, Topics, Pick),
    /// Shows a page of the subscriptions of the place.
    List(u16),
    /// Shows a subscription.
    Show(Ref),
    /// Shows rhythms to choose from, for this subscription.
    Rhythm(Ref),
    /// Takes another rhythm.
    SetRhythm(Ref, Pick),
    /// Shows the days of its rhythm.
    Days(Ref),
    /// Takes another day: of the week, Monday is 1; of the month.
    SetDay(Ref, u8),
    /// Shows the hours of a day.
    Hours(Ref),
    /// Takes another hour.
    SetHour(Ref, u8),
    /// Ends a subscription.
    End(Ref),
    /// Shows regions of the world.
    Regions,
    /// Shows a page of the time zones of a region, by its place among the regions.
    Zones(u8, u16),
    /// Takes another time zone.
    SetZone(Tz),
    /// Shows quiet hours to choose from.
    Quiet,
    /// Takes other quiet hours, or none.
    SetQuiet(Option<Quiet>),
    /// Silence for a while.
    Pause,
    /// The end of the silence.
    Resume,
    /// Shows how the place is set up.
    Settings,
    /// Shows what would be told now.
    Digest,
    /// Shows how things are.
    Status,
    /// Asks whether everything shall be forgotten.
    Forget,
    /// Forgets everything.
    ForgetNow,
    /// Leaves everything as it is.
    Keep,
    /// Takes back a change.
    Undo(UndoMark),
    /// Answers a question, in a message of its own.
    Ask(Words),
    /// Shows another page of an answer, from 1.
    Turn(u16, Words),
    /// Shows rhythms to choose from, for news of what a question is about.
    Follow(Words),
    /// Makes a subscription to what a question is about.
    FollowAt(Pick, Words),
    /// Follows the catalog somebody proposed.
    Accept(u64),
    /// Does not.
    Decline(u64),
    /// Does nothing: the number of a page.
    Nothing,
}

/// What a subscription is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chosen {
    /// All catalogs, also those that come later.
    Everything,
    /// One catalog.
    Catalog(CatalogMark),
}

/// A catalog in a button: forty bits of a hash of its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CatalogMark(u64);

/// A subscription in a button: its number, and a mark by which a number that was given again is noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Ref {
    /// Its number at the place.
    pub number: u32,
    /// A hash of what it wants.
    pub mark: u32,
}

/// A change that can be taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct UndoMark(u64);

/// A rhythm, at its usual time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Pick {
    Instant,
    Hourly,
    Daily,
    Weekly,
    Monthly,
}

/// A pressed button, and the place it is about where that is not the chat the button stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Press {
    /// The other place; see [`Place::remote`](crate::Place::remote). Whoever pressed must have rights there.
    pub about: Option<Destination>,
    /// What to do.
    pub action: Action,
}

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

    /// The question it is about, if it is one of those.
    pub fn words(&self) -> Option<&Words> {
        match self {
            Self::Ask(words) | Self::Turn(_, words) | Self::Follow(words) | Self::FollowAt(_, words) => {
                Some(words)
            }
            _ => None,
        }
    }

    /// Whether it changes what a place gets, or is a step on the way to that.
    pub fn changes(&self) -> bool {
        match self {
            Self::Catalogs(_)
            | Self::Topics(..)
            | Self::Rhythms(..)
            | Self::Subscribe(..)
            | Self::Rhythm(_)
            | Self::SetRhythm(..)
            | Self::Days(_)
            | Self::SetDay(..)
            | Self::Hours(_)
            | Self::SetHour(..)
            | Self::End(_)
            | Self::Regions
            | Self::Zones(..)
            | Self::SetZone(_)
            | Self::Quiet
            | Self::SetQuiet(_)
            | Self::Pause
            | Self::Resume
            | Self::Forget
            | Self::ForgetNow
            | Self::Keep
            | Self::Undo(_)
            | Self::Follow(_)
            | Self::FollowAt(..)
            | Self::Accept(_)
            | Self::Decline(_) => true,
            Self::Help
            | Self::List(_)
            | Self::Show(_)
            | Self::Settings
            | Self::Digest
            | Self::Status
            | Self::Ask(_)
            | Self::Turn(..)
            | Self::Nothing => false,
        }
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

impl CatalogMark {
    /// The mark of a catalog.
    pub fn of(id: &CatalogId) -> Self {
        Self(hash(&[id.as_str()]) >> 24)
    }
}

impl Ref {
    /// Marks a subscription by its number and what it wants.
    pub fn new(number: u32, filter: &str) -> Self {
        Self { number, mark: (hash(&[filter]) >> 32) as u32 }
    }
}

impl UndoMark {
    /// A mark that nobody can guess who does not know all of this.
    pub(crate) fn of(parts: &[&str]) -> Self {
        Self(hash(parts))
    }
}

impl Pick {
    /// Every rhythm, the most frequent first.
    pub const ALL: [Self; 5] = [Self::Instant, Self::Hourly, Self::Daily, Self::Weekly, Self::Monthly];

    fn parse(letter: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|pick| pick.to_string() == letter)
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

/// The first 64 bits of a hash over these parts.
pub(crate) fn hash(parts: &[&str]) -> u64 {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part);
    }
    digest.finalize().iter().take(8).fold(0, |value, byte| value << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use chrono_tz::TZ_VARIANTS;
    use proptest::prelude::*;

    use super::*;
    use crate::topics::Topic;

    fn chosen() -> impl Strategy<Value = Chosen> {
        prop_oneof![
            Just(Chosen::Everything),
            "[a-z0-9][a-z0-9._-]{0,63}"
                .prop_map(|id| Chosen::Catalog(CatalogMark::of(&CatalogId::new(&id).unwrap()))),
        ]
    }

    fn topics() -> impl Strategy<Value = Topics> {
        (0..1u16 << Topic::ALL.len()).prop_map(|bits| Topics::from_bits(bits).unwrap())
    }

    fn pick() -> impl Strategy<Value = Pick> {
        prop::sample::select(Pick::ALL.to_vec())
    }

    fn subscription() -> impl Strategy<Value = Ref> {
        (any::<u32>(), any::<u32>()).prop_map(|(number, mark)| Ref { number, mark })
    }

    fn quiet() -> impl Strategy<Value = Option<Quiet>> {
        (0..24u8, 0..60u8, 0..24u8, 0..60u8)
            .prop_map(|(a, b, c, d)| Quiet::new(At::new(a, b).unwrap(), At::new(c, d).unwrap()))
    }

    fn action() -> impl Strategy<Value = Action> {
        let plain = vec![
            Action::Help,
            Action::Regions,
            Action::Quiet,
            Action::Pause,
            Action::Resume,
            Action::Settings,
            Action::Digest,
            Action::Status,
            Action::Forget,
            Action::ForgetNow,
            Action::Keep,
            Action::Nothing,
        ];
        prop_oneof![
            prop::sample::select(plain),
            any::<u16>().prop_map(Action::Catalogs),
            any::<u16>().prop_map(Action::List),
            (chosen(), topics()).prop_map(|(chosen, topics)| Action::Topics(chosen, topics)),
            (chosen(), topics()).prop_map(|(chosen, topics)| Action::Rhythms(chosen, topics)),
            (chosen(), topics(), pick()).prop_map(|(a, b, c)| Action::Subscribe(a, b, c)),
            subscription().prop_map(Action::Show),
            subscription().prop_map(Action::Rhythm),
            (subscription(), pick()).prop_map(|(which, pick)| Action::SetRhythm(which, pick)),
            subscription().prop_map(Action::Days),
            (subscription(), 1..=31u8).prop_map(|(which, day)| Action::SetDay(which, day)),
            subscription().prop_map(Action::Hours),
            (subscription(), 0..24u8).prop_map(|(which, hour)| Action::SetHour(which, hour)),
            subscription().prop_map(Action::End),
            (any::<u8>(), any::<u16>()).prop_map(|(region, page)| Action::Zones(region, page)),
            prop::sample::select(TZ_VARIANTS.to_vec()).prop_map(Action::SetZone),
            quiet().prop_map(Action::SetQuiet),
            any::<u64>().prop_map(|mark| Action::Undo(UndoMark(mark))),
            any::<u64>().prop_map(Action::Accept),
            any::<u64>().prop_map(Action::Decline),
        ]
    }

    /// Those about questions stand in the chat they were asked in.
    fn asking() -> impl Strategy<Value = Action> {
        let words = "/\\PC{0,80}".prop_map(|text| Words::of(&text));
        (0..4, 1..=LAST_PAGE, pick(), words).prop_map(|(which, page, pick, words)| match which {
            0 => Action::Ask(words),
            1 => Action::Turn(page, words),
            2 => Action::Follow(words),
            _ => Action::FollowAt(pick, words),
        })
    }

    fn elsewhere() -> impl Strategy<Value = Option<Destination>> {
        prop_oneof![
            Just(None),
            // Channels, which have no topics.
            any::<i64>().prop_map(|chat| Some(Destination::Telegram { chat, topic: None })),
            any::<u64>().prop_map(|channel| Some(Destination::Discord { channel })),
            // Forums as they are numbered today.
            (-1_009_999_999_999..=-1i64, any::<i32>())
                .prop_map(|(chat, topic)| Some(Destination::Telegram { chat, topic: Some(topic) })),
        ]
    }

    proptest! {
        #[test]
        fn every_press_fits_a_button_and_reads_back(about in elsewhere(), action in action()) {
            let press = Press { about, action };
            let text = press.to_string();
            prop_assert!(text.len() <= 64, "{} bytes: {}", text.len(), text);
            prop_assert!(text.is_ascii());
            prop_assert_eq!(Press::parse(&text), Some(press));
        }

        #[test]
        fn every_question_fits_a_button_and_reads_back(action in asking()) {
            let text = action.to_string();
            prop_assert!(text.len() <= 64, "{} bytes: {}", text.len(), text);
            prop_assert_eq!(Action::parse(&text), Some(action));
        }

        #[test]
        fn no_text_is_a_trap(text in "[@a-zA-Z0-9.:;*-]{0,70}|\\PC{0,20}") {
            if let Some(press) = Press::parse(&text) {
                prop_assert_eq!(Press::parse(&press.to_string()), Some(press));
            }
        }
    }

    #[test]
    fn what_no_button_says_is_no_action() {
        for text in [
            "",
            ".",
            "h.",
            "h.1",
            "c",
            "c.x",
            "c.70000",
            "k.*",
            "k.*.ffff",
            "k.x.1",
            "m.*.1.z",
            "m.10000000000.1.d",
            "D.1.1.0",
            "D.1.1.32",
            "O.1.1.24",
            "Z.Mars/Base",
            "Q.7:00-7:00",
            "Q.25:00-1:00",
            "u.",
            "u.xyz",
            "x.1.100000000",
            "@",
            "@;h",
            "@t;h",
            "@x1;h",
            "@t1h",
            "@é;h",
            "a.",
            "a.#xyz",
            "j.0.top",
            "j.101.top",
            "j.top",
            "B.z.top",
        ] {
            assert_eq!(Press::parse(text), None, "{text}");
        }
    }

    #[test]
    fn three_hundred_catalogs_have_marks_of_their_own() {
        let marks: std::collections::HashSet<_> =
            (0..300).map(|n| CatalogMark::of(&CatalogId::new(&format!("awesome-{n}")).unwrap())).collect();
        assert_eq!(marks.len(), 300);
    }

    #[test]
    fn a_mark_tells_subscriptions_of_one_number_apart() {
        assert_ne!(Ref::new(3, "catalog:a"), Ref::new(3, "catalog:b"));
    }
}
