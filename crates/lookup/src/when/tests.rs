use proptest::prelude::*;

use super::*;

fn berlin() -> Zone {
    Zone::named("Europe/Berlin").unwrap()
}

/// A Friday.
fn now() -> DateTime<Utc> {
    "2026-11-20T12:00:00Z".parse().unwrap()
}

#[test]
fn people_write_times_in_many_ways() {
    for (text, printed, from, to) in [
        ("7d", "7d", "2026-11-13T12:00", "2026-11-20T12:00"),
        ("7 days", "7d", "2026-11-13T12:00", "2026-11-20T12:00"),
        ("the last 7 days", "7d", "2026-11-13T12:00", "2026-11-20T12:00"),
        ("past week", "1w", "2026-11-13T12:00", "2026-11-20T12:00"),
        ("week", "1w", "2026-11-13T12:00", "2026-11-20T12:00"),
        ("24h", "24h", "2026-11-19T12:00", "2026-11-20T12:00"),
        ("3 months", "3mo", "2026-08-20T12:00", "2026-11-20T12:00"),
        ("1y", "1y", "2025-11-20T12:00", "2026-11-20T12:00"),
        ("today", "today", "2026-11-20T00:00", "2026-11-21T00:00"),
        ("Yesterday", "yesterday", "2026-11-19T00:00", "2026-11-20T00:00"),
        ("this week", "this week", "2026-11-16T00:00", "2026-11-23T00:00"),
        ("last week", "last week", "2026-11-09T00:00", "2026-11-16T00:00"),
        ("in the last month", "last month", "2026-10-01T00:00", "2026-11-01T00:00"),
        ("last year", "last year", "2025-01-01T00:00", "2026-01-01T00:00"),
        ("2026-11-02", "2026-11-02", "2026-11-02T00:00", "2026-11-03T00:00"),
        ("on monday", "2026-11-16", "2026-11-16T00:00", "2026-11-17T00:00"),
        ("friday", "2026-11-20", "2026-11-20T00:00", "2026-11-21T00:00"),
        ("2026-11", "2026-11", "2026-11-01T00:00", "2026-12-01T00:00"),
        ("2026-W47", "2026-w47", "2026-11-16T00:00", "2026-11-23T00:00"),
        ("2025", "2025", "2025-01-01T00:00", "2026-01-01T00:00"),
        ("in June", "2026-06", "2026-06-01T00:00", "2026-07-01T00:00"),
        ("Dec.", "2025-12", "2025-12-01T00:00", "2026-01-01T00:00"),
        ("june 2024", "2024-06", "2024-06-01T00:00", "2024-07-01T00:00"),
        ("3rd June", "2026-06-03", "2026-06-03T00:00", "2026-06-04T00:00"),
        ("December 24", "2025-12-24", "2025-12-24T00:00", "2025-12-25T00:00"),
        ("June 3, 2024", "2024-06-03", "2024-06-03T00:00", "2024-06-04T00:00"),
        ("since June", "since 2026-06-01", "2026-06-01T00:00", "2026-11-20T12:00"),
        ("since 2026-11-02", "since 2026-11-02", "2026-11-02T00:00", "2026-11-20T12:00"),
        ("since last week", "since 2026-11-09", "2026-11-09T00:00", "2026-11-20T12:00"),
        ("since the last 3 days", "3d", "2026-11-17T12:00", "2026-11-20T12:00"),
        ("2026-11-01..2026-11-15", "2026-11-01..2026-11-15", "2026-11-01T00:00", "2026-11-16T00:00"),
        ("from June to August", "2026-06-01..2026-08-31", "2026-06-01T00:00", "2026-09-01T00:00"),
        ("1 May to 3 May", "2026-05-01..2026-05-03", "2026-05-01T00:00", "2026-05-04T00:00"),
    ] {
        let when = When::parse(text, now(), Zone::UTC).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(when.to_string(), printed, "{text}");
        let bounds = when.bounds(now(), Zone::UTC);
        let minute = |at: DateTime<Utc>| at.format("%Y-%m-%dT%H:%M").to_string();
        assert_eq!((minute(bounds.from).as_str(), minute(bounds.to).as_str()), (from, to), "{text}");
    }
}

#[test]
fn what_is_no_time_is_refused() {
    for text in [
        "",
        "d",
        "10",
        "0d",
        "99999d",
        "awesome-go",
        "fortnight",
        "2026-13",
        "2026-w54",
        "1066",
        "since",
        "from",
        "since 25h ago ago",
        "30 February",
        "2026-11-15..2026-11-01",
        "last",
        "this hour",
        "in in",
        "+5 days x",
    ] {
        assert_eq!(When::parse(text, now(), Zone::UTC), Err(NoTime(text.trim().to_owned())), "{text}");
    }
}

#[test]
fn days_begin_where_people_live() {
    let late: DateTime<Utc> = "2026-11-20T23:30:00Z".parse().unwrap();
    let bounds = When::Today.bounds(late, berlin());
    assert_eq!(bounds.from, "2026-11-20T23:00:00Z".parse::<DateTime<Utc>>().unwrap());
    assert!(bounds.contains(late) && !bounds.contains(bounds.to));
    // Clocks in Cairo skip midnight when summer time begins.
    let spring = When::Day(NaiveDate::from_ymd_opt(2026, 4, 24).unwrap());
    let bounds = spring.bounds(late, Zone::named("Africa/Cairo").unwrap());
    assert_eq!(bounds.from, "2026-04-23T22:00:00Z".parse::<DateTime<Utc>>().unwrap());
    assert_eq!(bounds.to - bounds.from, TimeDelta::hours(23));
}

#[test]
fn growth_is_counted_over_whole_days() {
    for (text, days) in [("7d", 7), ("24h", 1), ("1h", 1), ("since June", 172), ("today", 1)] {
        assert_eq!(When::parse(text, now(), Zone::UTC).unwrap().days_back(now(), Zone::UTC), days, "{text}");
    }
}

/// Any time that can be asked for.
pub(crate) fn any_when() -> impl Strategy<Value = When> {
    let unit = prop::sample::select(vec![Unit::Hour, Unit::Day, Unit::Week, Unit::Month, Unit::Year]);
    let long = prop::sample::select(vec![Unit::Week, Unit::Month, Unit::Year]);
    let day = (0..80_000u64).prop_map(|days| NaiveDate::from_ymd_opt(1970, 1, 1).unwrap() + Days::new(days));
    prop_oneof![
        (1..20u32, unit).prop_map(|(count, unit)| When::Last(count, unit)),
        Just(When::Today),
        Just(When::Yesterday),
        long.clone().prop_map(When::This),
        long.prop_map(When::Previous),
        day.clone().prop_map(When::Day),
        (1970..2200, 1..53u32).prop_map(|(year, week)| When::Week(year, week)),
        (1970..2200, 1..13u32).prop_map(|(year, month)| When::Month(year, month)),
        (1970..2200).prop_map(When::Year),
        day.clone().prop_map(When::Since),
        (day, 0..400u64).prop_map(|(day, more)| When::Days(day, day + Days::new(more))),
    ]
}

proptest! {
    #[test]
    fn what_is_printed_reads_back(when in any_when()) {
        prop_assert_eq!(When::parse(&when.to_string(), now(), Zone::UTC), Ok(when));
    }

    #[test]
    fn no_text_is_too_strange(text in "\\PC{0,40}", seconds in 0..7_000_000_000i64) {
        let now = DateTime::from_timestamp(seconds, 0).unwrap();
        if let Ok(when) = When::parse(&text, now, berlin()) {
            let bounds = when.bounds(now, berlin());
            prop_assert!(bounds.from <= bounds.to);
            prop_assert!(!when.label().is_empty());
        }
    }

    #[test]
    fn no_words_of_times_are_too_strange(
        words in prop::collection::vec(
            prop::sample::select(vec!["last", "since", "from", "to", "7", "2026", "june", "w", "days", "..", "ago", "monday"]),
            0..6,
        )
    ) {
        let _ = When::parse(&words.join(" "), now(), berlin());
    }
}
