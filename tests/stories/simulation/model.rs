//! What must have been told, worked out from the script of a life alone, without asking the code under test.

use std::collections::BTreeMap;

use super::town::Message;

/// What a place wants to hear of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Taste {
    /// As the filters of its subscriptions are typed.
    pub(super) filters: &'static [&'static str],
    pub(super) cadence: &'static str,
    /// Whether it wants to hear of this.
    pub(super) wants: fn(&Fact) -> bool,
}

/// Something that happened to a list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Fact {
    /// `added` or `removed`.
    pub(super) kind: &'static str,
    pub(super) name: String,
    /// Which list.
    pub(super) list: usize,
}

impl Fact {
    /// As it stands in a message.
    pub(super) fn line(&self) -> String {
        format!("{} {}", self.kind, self.name)
    }

    fn is_apple(&self) -> bool {
        self.name.starts_with("apple")
    }

    fn is_added(&self) -> bool {
        self.kind == "added"
    }
}

/// All tastes there are. Instant lanes are not told of removals unless they ask for them.
pub(super) const TASTES: [Taste; 12] = [
    Taste { filters: &[""], cadence: "instant", wants: Fact::is_added },
    Taste { filters: &["apple"], cadence: "instant", wants: |fact| fact.is_added() && fact.is_apple() },
    Taste {
        filters: &["catalog:list1"],
        cadence: "instant",
        wants: |fact| fact.is_added() && fact.list == 1,
    },
    Taste { filters: &["kind:added,removed"], cadence: "instant", wants: |_| true },
    Taste {
        filters: &["apple", "catalog:list0 kind:removed"],
        cadence: "instant",
        wants: |fact| fact.is_added() && fact.is_apple() || !fact.is_added() && fact.list == 0,
    },
    Taste { filters: &["-apple"], cadence: "instant", wants: |fact| fact.is_added() && !fact.is_apple() },
    Taste { filters: &["kind:removed"], cadence: "instant", wants: |fact| !fact.is_added() },
    Taste { filters: &[""], cadence: "hourly", wants: |_| true },
    Taste {
        filters: &["apple", "catalog:list2"],
        cadence: "daily 09:00 Europe/Berlin",
        wants: |fact| fact.is_apple() || fact.list == 2,
    },
    Taste { filters: &["kind:added"], cadence: "daily 02:30 America/New_York", wants: Fact::is_added },
    Taste { filters: &[""], cadence: "weekly mon 09:00 UTC", wants: |_| true },
    Taste { filters: &["pear"], cadence: "cron 15 */6 * * * Asia/Kolkata", wants: |fact| !fact.is_apple() },
];

/// A place that is subscribed.
pub(super) struct Place {
    pub(super) taste: Taste,
    /// Events up to this one came before it.
    pub(super) after: u64,
}

/// What could not be told because its content was refused: from this event to that one, at this place.
pub(super) type Letter = (usize, u64, u64);

/// What is known of a life at some moment.
pub(super) struct Known<'a> {
    pub(super) places: &'a [Place],
    pub(super) messages: &'a [Message],
    /// The number of every fact in the journal, by its line.
    pub(super) journal: &'a BTreeMap<String, u64>,
    pub(super) facts: &'a [Fact],
    pub(super) letters: &'a [Letter],
    /// How many messages may have come twice.
    pub(super) repeats: usize,
    /// Nothing waits any more.
    pub(super) is_over: bool,
}

/// What is wrong.
pub(super) fn wrong(known: &Known<'_>) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut repeated = 0;
    for (number, place) in known.places.iter().enumerate() {
        let mut account = Account {
            number,
            place,
            known,
            told: BTreeMap::new(),
            newest: 0,
            until: i64::MIN,
            in_doubt: Vec::new(),
        };
        for message in known.messages.iter().filter(|message| message.place == number) {
            repeated += usize::from(account.read(message, &mut wrong));
        }
        if known.is_over {
            account.close(&mut wrong);
        }
    }
    if repeated > known.repeats {
        wrong.push(format!("{repeated} messages came twice, {} may have", known.repeats));
    }
    wrong
}

/// What a place was told.
struct Account<'a> {
    number: usize,
    place: &'a Place,
    known: &'a Known<'a>,
    /// What it was told, and whether the last message that did so is in doubt.
    told: BTreeMap<&'a str, bool>,
    /// The newest event it was told.
    newest: u64,
    /// The end of the newest period it was told without doubt.
    until: i64,
    /// Periods it was told in messages that are in doubt.
    in_doubt: Vec<(i64, i64)>,
}

impl<'a> Account<'a> {
    /// Reads a message; whether it tells again what is in doubt. What a message told of which nobody heard that it was
    /// accepted comes in the same message or, when its place moved or put us out meanwhile, with what came since.
    fn read(&mut self, message: &'a Message, wrong: &mut Vec<String>) -> bool {
        let mut lines = message.body.lines();
        let head: Vec<&str> = lines.next().unwrap_or_default().split(' ').collect();
        let number = self.number;
        if !head.contains(&"dropped=0") {
            wrong.push(format!("place {number} was told that events were dropped: {head:?}"));
        }
        if let [what @ ("digest" | "catch-up"), from, to, ..] = head[..] {
            let (from, to): (i64, i64) = (from.parse().unwrap_or(i64::MIN), to.parse().unwrap_or(i64::MIN));
            if from < self.until || to <= from {
                wrong.push(format!("place {number}: {what} from {from} to {to} after one to {}", self.until));
            }
            // What is told again begins no later than what it repeats.
            if let Some(cut) = self.in_doubt.iter().find(|doubt| (doubt.0 + 1..doubt.1).contains(&from)) {
                wrong.push(format!("place {number}: {what} from {from} to {to} after one of {cut:?}"));
            }
            if message.is_in_doubt {
                self.in_doubt.push((from, to));
            } else {
                self.until = to;
            }
            if what == "digest" && self.place.taste.cadence == "instant" {
                wrong.push(format!("place {number} wanted no digest"));
            }
        } else if self.place.taste.cadence != "instant" {
            wrong.push(format!("place {number} wanted digests: {head:?}"));
        }
        let (mut newest, mut tells_again) = (self.newest, false);
        let mut here: BTreeMap<&str, u64> = BTreeMap::new();
        for line in lines {
            let Some(seq) = self.known.journal.get(line) else {
                wrong.push(format!("place {number} heard of `{line}`, of which nothing is recorded"));
                continue;
            };
            match self.told.get(line) {
                Some(true) => tells_again = true,
                Some(false) => wrong.push(format!("place {number} heard twice of `{line}`")),
                None if *seq <= self.newest => wrong.push(format!("place {number} heard late of `{line}`")),
                None => {}
            }
            if head[0] == "news" && here.values().any(|before| before >= seq) {
                wrong.push(format!("place {number} heard of `{line}` after what came later"));
            }
            if here.insert(line, *seq).is_some() {
                wrong.push(format!("place {number} heard twice of `{line}` at once"));
            }
            if !self.owed().any(|fact| fact.line() == line) {
                wrong.push(format!("place {number} did not want to hear of `{line}`"));
            }
            // Within a digest the order is its own.
            newest = newest.max(*seq);
            if head[0] == "news" {
                self.newest = newest;
            }
        }
        self.newest = newest;
        self.told.extend(here.into_keys().map(|line| (line, message.is_in_doubt)));
        tells_again
    }

    fn owed(&self) -> impl Iterator<Item = &'a Fact> {
        let (place, known) = (self.place, self.known);
        let is_after = |fact: &Fact| known.journal.get(&fact.line()).is_some_and(|seq| *seq > place.after);
        known.facts.iter().filter(move |fact| (place.taste.wants)(fact) && is_after(fact))
    }

    /// Everything was told, or lies with the dead letters.
    fn close(&self, wrong: &mut Vec<String>) {
        for fact in self.owed().filter(|fact| !self.told.contains_key(fact.line().as_str())) {
            let seq = self.known.journal[&fact.line()];
            let is_dead = |letter: &&Letter| letter.0 == self.number && (letter.1..=letter.2).contains(&seq);
            if self.known.letters.iter().find(is_dead).is_none() {
                wrong.push(format!("place {} never heard of `{}` ({seq})", self.number, fact.line()));
            }
        }
    }
}
