//! Which of two equally good answers comes first: what many know, and what is alive.
//!
//! A weight is made of facts alone, not of the present time, so that nothing has to be weighed again as time passes. It
//! is coarse: a few stars more do not change it, and then nothing has to be written.

use chrono::{DateTime, Datelike as _, Utc};

/// Steps between a number of stars and the double of it.
const PER_DOUBLING: f64 = 8.0;

/// What a year of activity is worth: as much as half as many stars again.
const PER_YEAR: i32 = 4;

/// The year from which on activity counts.
const FIRST_YEAR: i32 = 2007;

/// What it costs to be put away: three quarters of the stars.
const PUT_AWAY: u16 = 16;

/// What each further catalog is worth, and how many count.
const PER_CATALOG: u16 = 6;
const MOST_CATALOGS: usize = 8;

/// Facts about a listed thing.
pub(super) struct Weighed {
    pub(super) stars: Option<u64>,
    pub(super) pushed: Option<DateTime<Utc>>,
    pub(super) put_away: bool,
    pub(super) catalogs: usize,
}

/// The weight of a listed thing.
pub(super) fn of_thing(facts: &Weighed) -> u16 {
    let stars = doublings(facts.stars.unwrap_or_default());
    let years = facts.pushed.map_or(0, |pushed| (pushed.year() - FIRST_YEAR).clamp(0, 100) * PER_YEAR);
    let others = facts.catalogs.clamp(1, MOST_CATALOGS) as u16 - 1;
    let away = if facts.put_away { PUT_AWAY } else { 0 };
    (stars + years as u16 + others * PER_CATALOG).saturating_sub(away)
}

/// The weight of a catalog: heavier than what it lists, unless that is widely known.
pub(super) fn of_catalog(entries: u32) -> u16 {
    160 + doublings(u64::from(entries)) / 2
}

/// The weight of a section: as a thing that some know; the higher it stands, the more.
pub(super) fn of_section(depth: usize) -> u16 {
    120 - depth.min(10) as u16
}

fn doublings(number: u64) -> u16 {
    ((number as f64 + 1.0).log2() * PER_DOUBLING).round() as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weight(stars: Option<u64>, year: Option<i32>, put_away: bool, catalogs: usize) -> u16 {
        let pushed = year.and_then(|year| {
            chrono::NaiveDate::from_ymd_opt(year, 6, 1)
                .map(|day| day.and_time(chrono::NaiveTime::MIN).and_utc())
        });
        of_thing(&Weighed { stars, pushed, put_away, catalogs })
    }

    #[test]
    fn what_weighs_more() {
        let usual = weight(Some(1_000), Some(2026), false, 1);
        assert!(weight(Some(4_000), Some(2026), false, 1) > usual);
        assert!(weight(Some(1_000), Some(2015), false, 1) < usual);
        assert!(weight(Some(1_000), Some(2026), true, 1) < usual);
        assert!(weight(Some(1_000), Some(2026), false, 3) > usual);
        assert_eq!(weight(Some(1_010), Some(2026), false, 1), usual, "a few more make no difference");
        assert_eq!(weight(None, None, true, 0), 0);
        assert!(weight(Some(u64::MAX), Some(9_999), false, 99) < 1_000);
        assert!(of_section(1) > of_section(2) && of_catalog(1_000) > of_section(1));
    }
}
