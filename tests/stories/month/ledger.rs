//! What the journal owes a project: worked out from what its publisher did, by the rules alone.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

/// Every kind a project's news can have.
const KNOWN: [&str; 10] = [
    "released",
    "release_promoted",
    "releases_backfilled",
    "archived",
    "unarchived",
    "project_renamed",
    "gone",
    "back",
    "license_changed",
    "milestone",
];

/// What could be seen for so long was seen: a day between two looks, a tenth more, and a day without network.
const SURE: TimeDelta = TimeDelta::days(3);

/// What was published longer ago than this when it is first seen is an old release, and may be told with others.
const OLD: TimeDelta = TimeDelta::days(7);

/// What nothing on the first page told of is found within this time: a week until all are read further down, more than
/// that for one look in it that never was.
const FOUND: TimeDelta = TimeDelta::days(16);

/// What happens so soon after a project was listed may be part of the first sight.
const EARLY: TimeDelta = TimeDelta::hours(2);

/// Promotions are seen among so many.
const NEWEST: usize = 10;

/// A release or tag that became visible.
struct Shown {
    created: DateTime<Utc>,
    published: DateTime<Utc>,
    /// Visible since, while it is.
    since: Option<DateTime<Utc>>,
    /// It must have been told.
    sure: bool,
    /// It was made once, so it stands among the others in its order.
    once: bool,
    /// It was there at first sight.
    silent: bool,
    /// It may have been there at first sight.
    early: bool,
    /// Old, and published together with others.
    bulk: bool,
}

/// A change of state: its kind, what it says, and whether it must have been told.
struct State {
    kind: &'static str,
    what: String,
    sure: bool,
}

/// Stars or forks over the month.
#[derive(Clone, Copy)]
struct Count {
    first: u64,
    /// The most it was when it was seen first.
    sighted: u64,
    peak: u64,
    last: u64,
}

/// Everything owed to one project.
#[derive(Default)]
pub(super) struct Ledger {
    listed: DateTime<Utc>,
    /// It was seen for the first time by then.
    sighted: DateTime<Utc>,
    away: Option<(DateTime<Utc>, DateTime<Utc>)>,
    shown: BTreeMap<String, Shown>,
    /// Dates of commit and publication of everything that stands in the list.
    dates: Vec<(DateTime<Utc>, DateTime<Utc>)>,
    /// What was taken away: date of its commit, moment.
    withdrawn: Vec<(DateTime<Utc>, DateTime<Utc>)>,
    /// Tag, date of its commit, moment.
    promoted: Vec<(String, DateTime<Utc>, DateTime<Utc>)>,
    states: Vec<State>,
    counts: HashMap<&'static str, Count>,
}

impl Ledger {
    /// For a project that is listed from then on, can be seen by then, and is away for a while.
    pub(super) fn new(
        listed: DateTime<Utc>,
        visible: DateTime<Utc>,
        away: Option<(DateTime<Utc>, DateTime<Utc>)>,
    ) -> Self {
        Self { listed, sighted: visible + EARLY, away, ..Self::default() }
    }

    /// Something stands in the list that is never told, such as a nightly build.
    pub(super) fn stands(&mut self, created: DateTime<Utc>, published: DateTime<Utc>) {
        self.dates.push((created, published));
    }

    pub(super) fn published(&mut self, tag: &str, created: DateTime<Utc>, at: DateTime<Utc>, bulk: bool) {
        self.stands(created, at);
        let (silent, early) = (at <= self.listed, at > self.listed && at < self.sighted);
        self.shown
            .entry(tag.to_owned())
            .and_modify(|shown| (shown.since, shown.once) = (Some(at), false))
            .or_insert(Shown {
                created,
                published: at,
                since: Some(at),
                sure: false,
                once: true,
                silent,
                early,
                bulk,
            });
    }

    pub(super) fn withdrawn(&mut self, tag: &str, at: DateTime<Utc>) {
        self.withdrawn.extend(self.shown.get(tag).map(|shown| (shown.created, at)));
        let since = self.shown.get_mut(tag).and_then(|shown| shown.since.take());
        let sure = since.is_some_and(|since| self.was_seen(since, at));
        self.shown.entry(tag.to_owned()).and_modify(|shown| shown.sure |= sure);
    }

    pub(super) fn promoted(&mut self, tag: &str, created: DateTime<Utc>, at: DateTime<Utc>) {
        self.promoted.push((tag.to_owned(), created, at));
    }

    pub(super) fn state(&mut self, kind: &'static str, what: &str, sure: bool) {
        self.states.push(State { kind, what: what.to_owned(), sure });
    }

    pub(super) fn count(&mut self, metric: &'static str, value: u64, at: DateTime<Utc>) {
        let fresh = Count { first: value, sighted: value, peak: value, last: value };
        let count = self.counts.entry(metric).or_insert(fresh);
        (count.peak, count.last) = (count.peak.max(value), value);
        if at <= self.listed {
            *count = fresh;
        } else if at < self.sighted {
            count.sighted = count.sighted.max(value);
        }
    }

    /// How long the project is away in all, if it ever is.
    pub(super) fn absence(&self) -> Option<TimeDelta> {
        self.away.map(|(gone, back)| back - gone)
    }

    /// Whether what was visible from here to there must have been seen.
    fn was_seen(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> bool {
        let from = from.max(self.sighted);
        match self.away {
            Some((gone, back)) if from < back && gone < to => {
                gone.min(to) - from >= SURE || to - back.max(from) >= SURE
            }
            _ => to - from >= SURE,
        }
    }

    /// What is wrong with what was told, one line each.
    pub(super) fn compare(&self, told: &[&Value], end: DateTime<Utc>) -> Vec<String> {
        let mut wrong = Vec::new();
        self.compare_releases(told, end, &mut wrong);
        self.compare_promotions(told, end, &mut wrong);
        self.compare_states(told, &mut wrong);
        for metric in ["stars", "forks"] {
            self.compare_count(metric, told, &mut wrong);
        }
        let others = told.iter().filter(|event| !KNOWN.contains(&text(event, "kind")));
        wrong.extend(others.map(|event| format!("false: {event}")));
        wrong
    }

    fn compare_releases(&self, told: &[&Value], end: DateTime<Utc>, wrong: &mut Vec<String>) {
        let (mut seen, mut alone, mut latest) = (HashSet::new(), 0, None);
        for event in of_kind(told, "released") {
            let tag = text(event, "tag");
            if !seen.insert(tag) {
                wrong.push(format!("double: {tag}"));
            }
            match self.shown.get(tag) {
                None => wrong.push(format!("false: {tag}")),
                Some(shown) if shown.silent => wrong.push(format!("there at first sight: {tag}")),
                Some(shown) if shown.bulk => alone += 1,
                Some(shown) if shown.once => {
                    let published = text(event, "published").parse::<DateTime<Utc>>().ok();
                    if published != Some(shown.published) {
                        wrong.push(format!("{tag} of {} told as of {published:?}", shown.published));
                    }
                    if latest > Some(shown.published) && !self.is_masked(shown) {
                        wrong.push(format!("out of order: {tag} of {} after {latest:?}", shown.published));
                    }
                    latest = latest.max(Some(shown.published));
                }
                Some(_) => {}
            }
        }
        for (tag, shown) in &self.shown {
            let sure = shown.sure || shown.since.is_some_and(|since| self.was_seen(since, end));
            let hidden = end - shown.published < FOUND && self.is_masked(shown);
            let owed =
                sure && !hidden && !shown.silent && !shown.early && !shown.bulk && !self.may_be_old(shown);
            if owed && !seen.contains(tag.as_str()) {
                wrong.push(format!("missing: {tag} of {}", shown.published));
            }
        }
        let (more, surely): (Vec<&Shown>, _) = self.shown.values().partition(|shown| self.may_be_old(shown));
        // What came so shortly before the project went away may never have been seen.
        let (bulk, more) = (surely.into_iter().filter(|shown| shown.bulk).count() as u64, more.len() as u64);
        let folded: u64 =
            of_kind(told, "releases_backfilled").filter_map(|event| event["count"].as_u64()).sum();
        if !(bulk..=bulk + more).contains(&(folded + alone)) {
            wrong.push(format!("{bulk} old releases told as {folded} and {alone}"));
        }
        if alone > 0 && folded == 0 {
            wrong.push(format!("{alone} old releases told one by one"));
        }
    }

    /// Whether it was published shortly before the project went away, and may be seen only when that is long ago.
    fn may_be_old(&self, shown: &Shown) -> bool {
        self.away.is_some_and(|(gone, back)| {
            shown.published < gone && gone - shown.published < SURE && back + SURE - shown.published > OLD
        })
    }

    /// Whether something of this commit stood on the first page then.
    fn is_among_newest(&self, created: DateTime<Utc>, at: DateTime<Utc>) -> bool {
        let is_above = |date: &&(DateTime<Utc>, DateTime<Utc>)| date.0 > created && date.1 < at + SURE;
        self.dates.iter().filter(is_above).count() < NEWEST
    }

    /// Whether nothing on the first page, nor the total, told of it: it came below the page while another below it was
    /// taken away. It is found when the total differs again, or by a look that reaches further down.
    fn is_masked(&self, shown: &Shown) -> bool {
        let beside = |(created, at): &(DateTime<Utc>, DateTime<Utc>)| {
            (*at - shown.published).abs() < SURE && !self.is_among_newest(*created, *at)
        };
        !self.is_among_newest(shown.created, shown.published) && self.withdrawn.iter().any(beside)
    }

    fn compare_promotions(&self, told: &[&Value], end: DateTime<Utc>, wrong: &mut Vec<String>) {
        let mut times: HashMap<&str, usize> = HashMap::new();
        for event in of_kind(told, "release_promoted") {
            *times.entry(text(event, "tag")).or_default() += 1;
        }
        for (tag, created, at) in &self.promoted {
            let before = self.shown.get(tag).map_or(self.listed, |shown| shown.published);
            let sure =
                self.is_among_newest(*created, *at) && self.was_seen(before, *at) && self.was_seen(*at, end);
            match times.remove(tag.as_str()) {
                None if sure => wrong.push(format!("missing: promotion of {tag} at {at}")),
                Some(2..) => wrong.push(format!("double: promotion of {tag}")),
                _ => {}
            }
        }
        wrong.extend(times.keys().map(|tag| format!("false: promotion of {tag}")));
    }

    fn compare_states(&self, told: &[&Value], wrong: &mut Vec<String>) {
        let mut owed: BTreeMap<(&str, &str), (usize, usize)> = BTreeMap::new();
        for state in &self.states {
            let (sure, may) = owed.entry((state.kind, &state.what)).or_default();
            *sure += usize::from(state.sure);
            *may += 1;
        }
        let mut times: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        for event in told {
            let kind = text(event, "kind");
            let what = match kind {
                "archived" | "unarchived" | "gone" | "back" => "",
                "project_renamed" => text(event, "project"),
                "license_changed" => text(event, "license"),
                _ => continue,
            };
            *times.entry((kind, what)).or_default() += 1;
        }
        for (state, (sure, may)) in &owed {
            let times = times.remove(state).unwrap_or_default();
            if times < *sure || times > *may {
                wrong.push(format!("{state:?} told {times} times, owed {sure} to {may}"));
            }
        }
        wrong.extend(times.keys().map(|state| format!("false: {state:?}")));
        let count = |kind| of_kind(told, kind).count();
        if count("back") > count("gone") || count("unarchived") > count("archived") {
            wrong.push("back without having left".to_owned());
        }
    }

    fn compare_count(&self, metric: &'static str, told: &[&Value], wrong: &mut Vec<String>) {
        let Some(Count { first, sighted, peak, last }) = self.counts.get(metric).copied() else { return };
        let mut latest = first;
        for event in of_kind(told, "milestone").filter(|event| text(event, "metric") == metric) {
            let value = event["value"].as_u64().unwrap_or_default();
            if value <= latest || value > peak || round_below(value) != value {
                wrong.push(format!("false: {value} {metric} between {first} and {peak}"));
            }
            latest = value;
        }
        if round_below(last) > latest.max(round_below(sighted)) {
            wrong.push(format!("missing: {} {metric} of {last}", round_below(last)));
        }
    }
}

/// The largest round number up to this: 1, 2.5 and 5 thousand, and ten times as many, and so on.
fn round_below(value: u64) -> u64 {
    let mut largest = 0;
    for power in 0..8 {
        for step in [1_000, 2_500, 5_000] {
            let round = step * 10_u64.pow(power);
            largest = if round <= value { largest.max(round) } else { largest };
        }
    }
    largest
}

fn of_kind<'a>(told: &'a [&'a Value], kind: &'a str) -> impl Iterator<Item = &'a Value> {
    told.iter().copied().filter(move |event| text(event, "kind") == kind)
}

fn text<'a>(event: &'a Value, field: &str) -> &'a str {
    event[field].as_str().unwrap_or_default()
}
