//! Which releases are news: every one that became visible since the last look, once.
//!
//! An id or a tag that is known is no news, whatever happened to it in between; what lies below the floor was there
//! before we came. What is left is new: it settles for a while, is told alone, or, when a publisher puts up many old
//! ones at once, in one line with them.
//!
//! GitHub orders releases by the dates of their commits and hands them out by the page, so that one published today
//! may stand on a later page. The total tells: when it grew by more than the page shows, older pages are read. While
//! they cannot be, what is new waits for them, since an earlier release may stand there; but not for ever. What
//! this cannot see is one published below the page while, between the same two looks, another below it was taken away:
//! that is found by the looks that reach further down, and told then.

use chrono::{DateTime, TimeDelta, Utc};

use super::item::{Item, Shape};
use super::known::{Fold, KnownReleases, MOST_MARKS, Mark, Shelf, Waiting, fingerprint};
use crate::packed::{moment, secs};
use crate::rules::Rules;
use crate::seen::Seen;

/// What is to be told of the releases.
#[derive(Debug, Default)]
pub(crate) struct Verdict<'a> {
    /// New ones, oldest first.
    pub(crate) released: Vec<Item<'a>>,
    /// Prereleases that are called finished now, oldest first.
    pub(crate) promoted: Vec<Item<'a>>,
    /// Old ones that came together.
    pub(crate) backfilled: Option<Fold>,
    /// Older pages may hold something new.
    pub(crate) page_on: bool,
    /// When something will have settled.
    pub(crate) settled_at: Option<DateTime<Utc>>,
}

/// Clocks differ, but not by a day: what was published so long before the first look is not new.
const SKEW: TimeDelta = TimeDelta::days(1);

/// More do not wait but are told at once: a row is short.
const MOST_WAITING: usize = 40;

/// News waits so long for older pages that cannot be read …
const LONGEST_WAIT: TimeDelta = TimeDelta::days(1);

/// … and they are asked for again after this time.
const ASK_AGAIN: TimeDelta = TimeDelta::minutes(10);

/// A bulk of old releases is complete when none came for so many settle times …
const QUIET: i32 = 3;

/// … or when it has been going on for so many.
const LONGEST_BULK: i32 = 12;

/// Old releases told within this time count together.
const TOGETHER: TimeDelta = TimeDelta::days(1);

impl KnownReleases {
    /// Takes in what a look saw.
    pub(crate) fn look<'a>(&mut self, seen: &'a Seen, now: DateTime<Utc>, rules: &Rules) -> Verdict<'a> {
        let Some((shape, mut items)) = Item::all(seen, now) else { return Verdict::default() };
        items.sort_by(|a, b| (a.published, a.created, a.tag).cmp(&(b.published, b.created, b.tag)));
        let total = match shape {
            Shape::Releases => seen.releases_total,
            Shape::Tags => seen.tags_total,
        };
        if shape == Shape::Tags && self.releases.is_none() {
            self.releases = Some(Shelf { total: Some(0), published: now, created: None });
        }
        let Some(shelf) = (match shape {
            Shape::Releases => self.releases,
            Shape::Tags => self.tags,
        }) else {
            self.first_sight(shape, &items, total, seen.complete, now);
            return Verdict::default();
        };
        let mut verdict = Verdict::default();
        let unknown = self.has_unknown(seen, &items, &shelf);
        let sorted = self.sort_out(items, &shelf, seen.complete, &mut verdict);
        let grown = match (total, shelf.total) {
            (Some(total), Some(known)) => {
                total.saturating_add(sorted.gone) > known.saturating_add(sorted.found)
            }
            _ => false,
        };
        let blank = sorted.is_empty && total.unwrap_or(0) == 0;
        let (unknown, wholly) =
            (shape == Shape::Releases && unknown, shape == Shape::Releases && seen.wholly);
        // Something says that there is more to find; or all is read for once, and most likely there is not.
        let wanted = sorted.lost || !sorted.known || grown || unknown;
        verdict.page_on = !seen.complete && !blank && (wanted || wholly);
        let accounted = if verdict.page_on {
            let accounted = |known: u32| known.saturating_add(sorted.found).saturating_sub(sorted.gone);
            total.zip(shelf.total).map(|(total, known)| total.min(accounted(known)))
        } else {
            total
        };
        let shelf = Shelf { total: accounted.or(shelf.total), ..shelf };
        match shape {
            Shape::Releases => self.releases = Some(shelf),
            Shape::Tags => self.tags = Some(shelf),
        }
        self.tell(sorted, seen.unread && verdict.page_on && wanted, now, rules, &mut verdict);
        verdict
    }

    /// Everything is known from now on, and nothing is news.
    fn first_sight(
        &mut self,
        shape: Shape,
        items: &[Item<'_>],
        total: Option<u32>,
        complete: bool,
        now: DateTime<Utc>,
    ) {
        for item in items {
            self.take(item);
        }
        let oldest = items.iter().map(|item| item.created).min();
        let created = if complete { None } else { oldest };
        let shelf = Some(Shelf { total, published: now, created });
        match shape {
            Shape::Releases => self.releases = shelf,
            Shape::Tags => self.tags = shelf,
        }
    }

    /// Remembers a release and its version.
    fn take(&mut self, item: &Item<'_>) {
        let mark = item.mark();
        self.waiting.retain(|waiting| waiting.id != mark.id);
        if let (Some(version), false) = (&item.read.version, item.nightly) {
            self.note(item.read.package.as_deref(), version);
        }
        self.remember(mark);
    }

    /// Parts the known from the new.
    fn sort_out<'a>(
        &mut self,
        items: Vec<Item<'a>>,
        shelf: &Shelf,
        complete: bool,
        verdict: &mut Verdict<'a>,
    ) -> Sorted<'a> {
        let mut sorted = Sorted { is_empty: items.is_empty(), ..Sorted::default() };
        sorted.newest = items.iter().map(|item| item.created).max();
        let oldest = items.iter().map(|item| item.created).min();
        let ids: Vec<u64> = items.iter().map(|item| fingerprint(&item.id)).collect();
        // what waits and is not here was taken back, if this page is where it would stand
        let covered = |created: DateTime<Utc>| complete || oldest.is_some_and(|oldest| oldest < created);
        self.waiting.retain(|waiting| {
            let here = ids.contains(&waiting.id);
            sorted.lost |= !here && !covered(waiting.created);
            sorted.gone += u32::from(!here && covered(waiting.created));
            here || !covered(waiting.created)
        });
        for mark in self.marks.iter_mut().filter(|mark| !mark.gone) {
            mark.gone = covered(mark.created) && !ids.contains(&mark.id);
            sorted.gone += u32::from(mark.gone);
        }
        for (item, id) in items.into_iter().zip(ids) {
            let tag = fingerprint(item.tag);
            if let Some(at) = self.with_id(id) {
                sorted.known = true;
                sorted.found += u32::from(self.marks[at].gone);
                self.marks[at] = Mark { prerelease: self.marks[at].prerelease, ..item.mark() };
                self.promote(at, item, verdict);
                continue;
            }
            let waits = self.waiting.iter().any(|waiting| waiting.id == id);
            if !waits && self.is_below(item.created, item.published, item.dated, shelf) {
                sorted.known = true;
                if self.marks.len() < MOST_MARKS {
                    self.take(&item);
                }
                continue;
            }
            sorted.found += u32::from(!waits);
            if let Some(at) = self.with_tag(tag) {
                // made again under the same tag, or a tag that became a release
                sorted.gone += u32::from(!self.marks[at].gone);
                self.marks[at] = Mark { prerelease: self.marks[at].prerelease, ..item.mark() };
                self.promote(at, item, verdict);
            } else {
                sorted.new.push(item);
            }
        }
        sorted
    }

    /// It was there all the time and has only come back into sight.
    fn is_below(&self, created: DateTime<Utc>, published: DateTime<Utc>, dated: bool, shelf: &Shelf) -> bool {
        let before_us = dated && published <= shelf.published - SKEW;
        let further_down =
            shelf.created.is_some_and(|floor| created <= floor && (!dated || published <= shelf.published));
        before_us || further_down || self.forgotten.is_some_and(|forgotten| published <= forgotten)
    }

    /// Whether somebody stands further down who is neither known nor among what was read.
    fn has_unknown(&self, seen: &Seen, items: &[Item<'_>], shelf: &Shelf) -> bool {
        seen.further.iter().any(|one| {
            let id = fingerprint(&one.id);
            self.with_id(id).is_none()
                && !self.is_below(one.created, one.published, true, shelf)
                && !items.iter().any(|item| item.id == one.id)
        })
    }

    /// A prerelease that is one no more. What was told as finished once cannot be promoted.
    fn promote<'a>(&mut self, at: usize, item: Item<'a>, verdict: &mut Verdict<'a>) {
        let Mark { prerelease, .. } = &mut self.marks[at];
        if *prerelease && !item.prerelease && !item.id.starts_with("tag:") {
            *prerelease = false;
            if let (Some(version), false) = (&item.read.version, item.nightly) {
                self.note(item.read.package.as_deref(), version);
            }
            verdict.promoted.push(item);
        }
    }

    /// What of the new is told now, what waits, what is folded. Where older pages are `missing`, it waits for them.
    fn tell<'a>(
        &mut self,
        sorted: Sorted<'a>,
        missing: bool,
        now: DateTime<Utc>,
        rules: &Rules,
        verdict: &mut Verdict<'a>,
    ) {
        let settle = TimeDelta::seconds(i64::try_from(rules.settle_secs).unwrap_or(i64::MAX / 1000));
        verdict.promoted.retain(|item| rules.nightlies || !item.nightly);
        let bulk = self.is_bulk(&sorted, now, rules);
        for item in sorted.new {
            let id = fingerprint(&item.id);
            let old = is_old(&item, now, rules);
            let waits = self.waiting.iter().find(|waiting| waiting.id == id).map(|waiting| waiting.first);
            let first = waits.unwrap_or(now);
            let since = if item.dated { first.min(item.published) } else { first };
            let due = if missing { after(first, LONGEST_WAIT) } else { after(since, settle) };
            if item.nightly && !rules.nightlies {
                self.take(&item);
            } else if bulk && old && !is_ahead(&item, sorted.newest, rules) {
                self.fold(&item, now);
                self.take(&item);
            } else if now >= due || (waits.is_none() && self.waiting.len() >= MOST_WAITING) {
                if old {
                    self.count_old(1, now);
                }
                self.take(&item);
                verdict.released.push(item);
            } else if waits.is_none() {
                // to the second, as it is kept
                let first = moment(secs(now));
                self.waiting.push(Waiting { id, created: moment(secs(item.created)), first });
            }
        }
        if let Some(fold) = &self.fold {
            let due = after(fold.last, settle * QUIET).min(after(fold.since, settle * LONGEST_BULK));
            if now >= due {
                verdict.backfilled = self.fold.take();
                self.count_old(rules.backfill_count, now);
            } else {
                verdict.settled_at = Some(due);
            }
        }
        let settled = self.waiting.iter().map(|waiting| after(waiting.first, settle)).min();
        let settled = settled.map(|at| if missing { at.max(after(now, ASK_AGAIN)) } else { at });
        verdict.settled_at = settled.into_iter().chain(verdict.settled_at).min();
    }

    /// So many old releases, now and lately, that they are told in one line.
    fn is_bulk(&self, sorted: &Sorted<'_>, now: DateTime<Utc>, rules: &Rules) -> bool {
        let told = |item: &&Item<'_>| rules.nightlies || !item.nightly;
        let old = sorted.new.iter().filter(told).filter(|item| is_old(item, now, rules)).count();
        let lately = self.old_told.filter(|(_, last)| now.signed_duration_since(*last) < TOGETHER);
        let lately = lately.map_or(0, |(count, _)| count as usize);
        old > 0 && (self.fold.is_some() || old + lately >= rules.backfill_count.max(1) as usize)
    }

    fn count_old(&mut self, count: u32, now: DateTime<Utc>) {
        let lately = self.old_told.filter(|(_, last)| now.signed_duration_since(*last) < TOGETHER);
        self.old_told = Some((lately.map_or(0, |(count, _)| count).saturating_add(count), now));
    }

    fn fold(&mut self, item: &Item<'_>, now: DateTime<Utc>) {
        let last = item.published.min(now);
        let this = || (shortened(item.tag), item.created);
        let fold = self.fold.get_or_insert_with(|| Fold {
            count: 0,
            oldest: this(),
            newest: this(),
            since: now,
            last,
        });
        fold.count = fold.count.saturating_add(1);
        fold.last = fold.last.max(last);
        if item.created < fold.oldest.1 {
            fold.oldest = this();
        }
        if item.created >= fold.newest.1 {
            fold.newest = this();
        }
    }
}

/// What a look saw, sorted out.
#[derive(Debug, Default)]
struct Sorted<'a> {
    /// Neither id nor tag is known.
    new: Vec<Item<'a>>,
    /// How many ids were not there at the last look.
    found: u32,
    /// How many that were there at the last look were taken away.
    gone: u32,
    /// Something known was among them: what is older is known as well, unless the totals say otherwise.
    known: bool,
    /// Something that waits may stand on an older page.
    lost: bool,
    /// Nothing was there at all.
    is_empty: bool,
    /// The date of the newest commit of all.
    newest: Option<DateTime<Utc>>,
}

/// Old when it came: its commit was, or it has been there for long.
fn is_old(item: &Item<'_>, now: DateTime<Utc>, rules: &Rules) -> bool {
    let came = if item.dated { item.published } else { now };
    let age = TimeDelta::days(i64::from(rules.backfill_age_days));
    let late = TimeDelta::days(i64::from(rules.late_days));
    came.signed_duration_since(item.created) >= age || now.signed_duration_since(item.published) >= late
}

/// The newest of all, published when it was made: news however late we are.
fn is_ahead(item: &Item<'_>, newest: Option<DateTime<Utc>>, rules: &Rules) -> bool {
    let age = TimeDelta::days(i64::from(rules.backfill_age_days));
    newest == Some(item.created) && item.dated && item.published.signed_duration_since(item.created) < age
}

fn after(at: DateTime<Utc>, time: TimeDelta) -> DateTime<Utc> {
    at.checked_add_signed(time).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// A tag that fits a row; all but a few do.
fn shortened(tag: &str) -> String {
    const LONGEST: usize = 100;
    tag[..tag.floor_char_boundary(LONGEST)].to_owned()
}
