//! The moments at which a lane flushes.

use chrono::{DateTime, Datelike, Duration, NaiveDate, Utc};

use super::Cadence;
use super::clock::{first, last, wall};

/// How long news settles before an instant lane tells it, unless the settings say otherwise: 10 seconds.
pub const SETTLE: Duration = Duration::seconds(10);

/// Moments of years outside are treated as the nearest inside: nobody waits for them, and no arithmetic on the
/// years between can leave the calendar.
const YEARS: std::ops::RangeInclusive<i32> = 1..=9_998;

/// Where the clock skips the end of quiet hours, the moment after the skip can lie in the next ones: two nights in a
/// row, as in Samoa, which left out a whole day.
const NIGHTS: usize = 2;

impl Cadence {
    /// The first moment after `after` at which a lane flushes; for an instant one, [`SETTLE`] later, unless hours
    /// are quiet then. Where there is none any more, the end of the calendar.
    pub fn next(&self, after: DateTime<Utc>) -> DateTime<Utc> {
        let after = inside(after);
        if self.is_instant() {
            return self.out_of_quiet(after + SETTLE);
        }
        // What fell due since quiet hours began is still to come.
        let mut began = after;
        for _ in 0..NIGHTS {
            let Some((from, _)) = self.quiet_around(began) else { break };
            began = from - Duration::nanoseconds(1);
        }
        let mut seen = wall(self.zone, began);
        while let Some(next) = self.rhythm.after(seen) {
            let due = self.out_of_quiet(first(self.zone, next));
            if due > after {
                return due;
            }
            seen = next;
        }
        DateTime::<Utc>::MAX_UTC
    }

    /// The period a digest due at `due` covers: after the first, up to and including the second. For an instant lane
    /// the time in which the news settled, or was held back by quiet hours.
    pub fn period_before(&self, due: DateTime<Utc>) -> (DateTime<Utc>, DateTime<Utc>) {
        let due = inside(due);
        if self.is_instant() {
            let from = self.quiet_around(due - SETTLE).map_or(due - SETTLE, |(from, _)| from);
            return (from.min(due - SETTLE), due);
        }
        // A clock that was set back showed later times before: it may have been as late as this.
        let shown = wall(self.zone, due);
        let mut seen = shown + (last(self.zone, shown) - first(self.zone, shown)) + Duration::nanoseconds(1);
        while let Some(before) = self.rhythm.before(seen) {
            let flush = self.out_of_quiet(first(self.zone, before));
            if flush < due {
                return (flush, due);
            }
            seen = before;
        }
        (DateTime::<Utc>::MIN_UTC, due)
    }

    /// The moment itself, or the end of the quiet hours it lies in.
    pub fn out_of_quiet(&self, at: DateTime<Utc>) -> DateTime<Utc> {
        let step = |at, _| self.quiet_around(at).map_or(at, |(_, to)| to);
        (0..NIGHTS).fold(at, step)
    }

    /// The quiet hours around a moment: their beginning and their end.
    fn quiet_around(&self, at: DateTime<Utc>) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        let (from, to) = self.quiet?.around(wall(self.zone, at))?;
        let end = first(self.zone, to);
        // The clock was set back over the end: it comes a second time.
        let end = if end > at { end } else { last(self.zone, to) };
        // Hours that the clock skipped whole have no end of their own.
        (end > at).then(|| (first(self.zone, from).min(at), end))
    }
}

fn inside(at: DateTime<Utc>) -> DateTime<Utc> {
    let edge = |year| {
        NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or_default().and_time(chrono::NaiveTime::MIN).and_utc()
    };
    if at.year() < *YEARS.start() {
        edge(*YEARS.start())
    } else if at.year() > *YEARS.end() {
        edge(*YEARS.end() + 1)
    } else {
        at
    }
}
