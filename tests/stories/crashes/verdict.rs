//! What arrived, compared with what ought to have.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use chrono::{DateTime, Utc};

use super::model::{self, List};
use super::places::{Arrived, Place, Street};

/// What came of it.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Messages that arrived.
    pub(super) messages: usize,
    /// Entries that were told, at all places together.
    pub(super) told: usize,
    /// Messages told twice, by the kill that was the cause.
    pub(super) repeated: BTreeMap<usize, usize>,
    /// What ought not to be.
    pub(super) wrong: Vec<String>,
}

impl Tally {
    /// The most messages that one kill repeated.
    pub(super) fn most_repeated(&self) -> usize {
        self.repeated.values().copied().max().unwrap_or(0)
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let repeated: usize = self.repeated.values().sum();
        write!(
            f,
            "{} messages told {} entries, {repeated} messages came twice, at most {} for one kill, {} things are wrong",
            self.messages,
            self.told,
            self.most_repeated(),
            self.wrong.len()
        )
    }
}

/// Compares what arrived everywhere with what the list owed. `journal` has the numbers of events by name.
pub(super) fn verdict(
    street: &Street,
    list: &List,
    silent: usize,
    journal: &BTreeMap<String, u64>,
    killed: &[DateTime<Utc>],
) -> Tally {
    let mut tally = Tally::default();
    for (place, arrived) in street.places.iter().zip(street.arrived()) {
        let told = tally.read(place, &arrived, killed);
        let owed: BTreeSet<u32> = list.owed(place.taste, silent).into_iter().collect();
        let heard: BTreeSet<u32> = told.iter().copied().collect();
        let to = &place.to;
        for lost in owed.difference(&heard) {
            tally.wrong.push(format!("{to} never heard of {lost}"));
        }
        for invented in heard.difference(&owed) {
            tally.wrong.push(format!("{to} heard of {invented}, which it did not ask for"));
        }
        let numbers: Vec<_> = told.iter().map(|name| journal.get(&model::name(*name as usize))).collect();
        for (number, name) in numbers.windows(2).zip(told.windows(2)) {
            if number[0] >= number[1] {
                tally.wrong.push(format!("{to} heard of {} before {}: {number:?}", name[0], name[1]));
            }
        }
    }
    tally
}

impl Tally {
    /// Reads what arrived at a place; hands back what it heard of for the first time, in order.
    fn read(&mut self, place: &Place, arrived: &[Arrived], killed: &[DateTime<Utc>]) -> Vec<u32> {
        let (mut told, mut known) = (Vec::new(), BTreeSet::new());
        let mut last: BTreeMap<&str, DateTime<Utc>> = BTreeMap::new();
        for message in arrived {
            self.messages += 1;
            let before = last.insert(&message.text, message.at);
            let new = message.names.iter().filter(|name| known.insert(**name)).count();
            if new == message.names.len() {
                told.extend(&message.names);
                self.told += new;
                continue;
            }
            // The kill after a message came is why it came again.
            let cause = before.map(|before| killed.partition_point(|killed| *killed < before));
            match cause.filter(|cause| killed.get(*cause).is_some_and(|killed| *killed < message.at)) {
                Some(kill) if !place.knows_again => *self.repeated.entry(kill).or_default() += 1,
                Some(_) => self.wrong.push(format!("{} had been told: {}", place.to, message.text)),
                None => self.wrong.push(format!("{} was told for no reason: {}", place.to, message.text)),
            }
        }
        told
    }
}
