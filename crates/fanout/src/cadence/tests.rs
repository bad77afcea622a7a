//! Tables of what people choose, and every change of the clock there was or will be from 2000 to 2037.

use std::collections::HashSet;

use chrono::{DateTime, Datelike, Duration, NaiveDate, Offset, TimeZone, Utc};
use proptest::prelude::*;
use whimbrel_news::Zone;

use super::clock::{first, wall};
use super::*;

fn cadence(text: &str) -> Cadence {
    text.parse().unwrap_or_else(|error| panic!("`{text}`: {error}"))
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// The next three flushes, on the wall clock, with what it is ahead of UTC.
fn next_three(text: &str, after: &str) -> Vec<String> {
    let cadence = cadence(text);
    let mut moment = at(after);
    std::iter::repeat_with(|| {
        moment = cadence.next(moment);
        moment.with_timezone(&cadence.zone).format("%a %F %R %:z").to_string()
    })
    .take(3)
    .collect()
}

/// Every moment from 2000 to 2037 at which a zone changes what it is ahead of UTC, with how far before and after.
fn changes(zone: Zone) -> Vec<(DateTime<Utc>, Duration, Duration)> {
    let ahead = |at: DateTime<Utc>| {
        let offset = zone.offset_from_utc_datetime(&at.naive_utc()).fix();
        Duration::seconds(offset.local_minus_utc().into())
    };
    let (mut day, end) = (at("2000-01-01T00:00:00Z"), at("2038-01-01T00:00:00Z"));
    let mut found = Vec::new();
    let mut now = ahead(day);
    while day < end {
        let next = day + Duration::days(1);
        let then = ahead(next);
        if now != then {
            let (mut before, mut since) = (day, next);
            while since - before > Duration::seconds(1) {
                let half = before + (since - before) / 2;
                if ahead(half) == now { before = half } else { since = half }
            }
            found.push((since, now, then));
        }
        (day, now) = (next, then);
    }
    found
}

#[test]
fn the_next_three() {
    let table: &[(&str, &str, [&str; 3])] = &[
        (
            "weekly mon 09:00 UTC",
            "2026-11-20T12:00:00Z",
            ["Mon 2026-11-23 09:00 +00:00", "Mon 2026-11-30 09:00 +00:00", "Mon 2026-12-07 09:00 +00:00"],
        ),
        (
            "daily 02:30 Europe/Berlin", // the spring of 2026 skips 02:00 to 03:00
            "2026-03-27T12:00:00Z",
            ["Sat 2026-03-28 02:30 +01:00", "Sun 2026-03-29 03:00 +02:00", "Mon 2026-03-30 02:30 +02:00"],
        ),
        (
            "daily 02:30 Europe/Berlin", // the autumn shows it twice
            "2026-10-24T12:00:00Z",
            ["Sun 2026-10-25 02:30 +02:00", "Mon 2026-10-26 02:30 +01:00", "Tue 2026-10-27 02:30 +01:00"],
        ),
        (
            "cron \"30 2 * * *\" Europe/Berlin",
            "2026-10-24T12:00:00Z",
            ["Sun 2026-10-25 02:30 +02:00", "Mon 2026-10-26 02:30 +01:00", "Tue 2026-10-27 02:30 +01:00"],
        ),
        (
            "cron \"0 9 * * 1\" America/New_York",
            "2026-11-20T12:00:00Z",
            ["Mon 2026-11-23 09:00 -05:00", "Mon 2026-11-30 09:00 -05:00", "Mon 2026-12-07 09:00 -05:00"],
        ),
        (
            "cron \"0 9 1 * 7\" UTC", // the first of the month, and every Sunday
            "2026-11-28T12:00:00Z",
            ["Sun 2026-11-29 09:00 +00:00", "Tue 2026-12-01 09:00 +00:00", "Sun 2026-12-06 09:00 +00:00"],
        ),
        (
            "cron \"*/20 8-9 * * 5-7\" UTC",
            "2026-11-20T09:25:00Z",
            ["Fri 2026-11-20 09:40 +00:00", "Sat 2026-11-21 08:00 +00:00", "Sat 2026-11-21 08:20 +00:00"],
        ),
        (
            "monthly 31 18:00 UTC",
            "2028-01-31T18:00:00Z",
            ["Tue 2028-02-29 18:00 +00:00", "Fri 2028-03-31 18:00 +00:00", "Sun 2028-04-30 18:00 +00:00"],
        ),
        (
            "cron \"0 0 29 2 *\" UTC", // 2100 is no leap year
            "2094-01-01T00:00:00Z",
            ["Wed 2096-02-29 00:00 +00:00", "Fri 2104-02-29 00:00 +00:00", "Wed 2108-02-29 00:00 +00:00"],
        ),
        (
            "hourly Asia/Kathmandu quiet 22:00-07:00",
            "2026-11-20T14:00:00Z",
            ["Fri 2026-11-20 20:00 +05:45", "Fri 2026-11-20 21:00 +05:45", "Sat 2026-11-21 07:00 +05:45"],
        ),
        (
            "hourly Australia/Lord_Howe", // its clock moves by half an hour
            "2026-10-03T14:00:00Z",
            ["Sun 2026-10-04 01:00 +10:30", "Sun 2026-10-04 02:30 +11:00", "Sun 2026-10-04 03:00 +11:00"],
        ),
        (
            "weekly fri 09:00 Pacific/Apia", // there was no such Friday
            "2011-12-29T00:00:00Z",
            ["Sat 2011-12-31 00:00 +14:00", "Fri 2012-01-06 09:00 +14:00", "Fri 2012-01-13 09:00 +14:00"],
        ),
        (
            "instant Europe/Berlin quiet 23:00-02:30", // the end of the quiet hours is skipped
            "2026-03-28T23:00:00Z",
            ["Sun 2026-03-29 03:00 +02:00", "Sun 2026-03-29 03:00 +02:00", "Sun 2026-03-29 03:00 +02:00"],
        ),
    ];
    for (text, after, expected) in table {
        assert_eq!(next_three(text, after), expected, "{text} after {after}");
    }
}

#[test]
fn every_change_of_every_clock_leaves_one_digest_for_each_period() {
    let mut seen = 0;
    let mut kinds = HashSet::new();
    for zone in Zone::all() {
        let changes = changes(zone);
        // Many zones are other names of the same clock.
        if !kinds.insert(changes.clone()) {
            continue;
        }
        for (change, before, after) in changes {
            seen += 1;
            // Times the clock skips or shows twice, those at both edges, and one far from them.
            let edge = (change + before.min(after)).naive_utc();
            let odd = (after - before).abs();
            for wanted in
                [edge, edge + odd / 2, edge + odd - Duration::minutes(1), edge + odd, edge + odd * 7]
            {
                let at = At::of(wanted.time());
                let day = wanted.date();
                for rhythm in [
                    Rhythm::Daily { at },
                    Rhythm::Weekly { day: day.weekday(), at },
                    Rhythm::Monthly { day: day.day() as u8, at },
                    Rhythm::Cron(
                        format!("{} {} * * *", wanted.format("%-M"), wanted.format("%-H")).parse().unwrap(),
                    ),
                ] {
                    let daily = matches!(rhythm, Rhythm::Daily { .. } | Rhythm::Cron(_));
                    let cadence = Cadence { rhythm, zone, quiet: None };
                    let dates = if daily {
                        vec![day.pred_opt().unwrap(), day, day.succ_opt().unwrap()]
                    } else {
                        vec![day]
                    };
                    // What should be: each date's wall time, placed by the rule, told once.
                    let mut due: Vec<_> =
                        dates.iter().map(|date| first(zone, date.and_time(at.time()))).collect();
                    due.dedup();
                    let mut told = Vec::new();
                    let mut moment = due[0] - Duration::seconds(1);
                    while moment < due[due.len() - 1] {
                        let next = cadence.next(moment);
                        let (from, to) = cadence.period_before(next);
                        assert!(from <= moment && to == next, "{cadence}: ({from}, {to}] after {moment}");
                        assert_eq!(cadence.next(from), next, "{cadence}: no gap between periods");
                        told.push(next);
                        moment = next;
                    }
                    assert_eq!(told, due, "{cadence} around {change}");
                }
            }
        }
    }
    assert!(seen > 5_000, "only {seen} changes of clocks were found");
}

#[test]
fn periods_join_and_none_is_lost_or_doubled_around_changes_with_quiet_hours() {
    for name in
        ["Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca"]
    {
        let zone = Zone::named(name).unwrap();
        for (change, ..) in changes(zone) {
            for text in ["hourly", "cron \"*/25 * * * *\"", "daily 02:10", "daily 23:30"] {
                for quiet in ["", "22:00-02:30", "02:15-02:45", "00:30-00:00", "02:00-03:00"] {
                    let quiet = if quiet.is_empty() { String::new() } else { format!(" quiet {quiet}") };
                    let cadence = cadence(&format!("{text} {}{quiet}", zone.name()));
                    let mut moment = cadence.next(change - Duration::days(1));
                    while moment < change + Duration::days(1) {
                        let next = cadence.next(moment);
                        assert!(next > moment);
                        assert_eq!(cadence.period_before(next), (moment, next), "{cadence}");
                        assert_eq!(cadence.out_of_quiet(next), next, "{cadence}: {next} is quiet");
                        let between = moment + (next - moment) / 2;
                        assert_eq!(cadence.next(between), next, "{cadence}: asked again at {between}");
                        assert!(
                            next - moment <= Duration::hours(49),
                            "{cadence}: silent from {moment} to {next}"
                        );
                        moment = next;
                    }
                }
            }
        }
    }
}

#[test]
fn what_people_type() {
    for (typed, kept) in [
        ("instant", "instant"),
        ("Hourly", "hourly"),
        ("hourly Asia/Tokyo", "hourly Asia/Tokyo"),
        ("daily", "daily 09:00 UTC"),
        ("daily at 7", "daily 07:00 UTC"),
        ("weekly", "weekly mon 09:00 UTC"),
        ("weekly Fridays 18:30", "weekly fri 18:30 UTC"),
        ("weekly 18:30 europe/paris", "weekly mon 18:30 Europe/Paris"),
        ("weekly sunday america/new_york quiet 22-7", "weekly sun 09:00 America/New_York quiet 22:00-07:00"),
        ("weekly quiet 22:00–07:00", "weekly mon 09:00 UTC quiet 22:00-07:00"),
        ("monthly", "monthly 1 09:00 UTC"),
        ("monthly last 8:15", "monthly 31 08:15 UTC"),
        ("monthly 2nd", "monthly 2 09:00 UTC"),
        ("cron \"0 9 * * 1\"", "cron \"0 9 * * 1\" UTC"),
        ("cron “0  9 * * mon-fri” Europe/Berlin", "cron \"0 9 * * mon-fri\" Europe/Berlin"),
        ("cron 0 9 * * 1 Europe/Berlin", "cron \"0 9 * * 1\" Europe/Berlin"),
        ("cron \"0 0 9 * * 1\"", "cron \"0 9 * * 1\" UTC"),
        ("cron @weekly", "cron \"0 0 * * 0\" UTC"),
    ] {
        assert_eq!(cadence(typed).to_string(), kept, "{typed}");
        assert_eq!(cadence(kept), cadence(typed));
    }
    assert_eq!(Cadence::default().to_string(), "weekly mon 09:00 UTC");
    let paris = Cadence::read("daily", Zone::named("Europe/Paris").unwrap()).unwrap();
    assert_eq!(paris.to_string(), "daily 09:00 Europe/Paris");
}

#[test]
fn errors_say_what_would_be_right() {
    for (typed, said) in [
        ("", "`` is no rhythm: write instant, hourly, daily, weekly, monthly or cron"),
        ("wekly", "did you mean `weekly`?"),
        ("weekly tuseday", "`tuseday` is no day of the week: did you mean `tue`?"),
        ("weekly xyz", "write mon, tue, wed, thu, fri, sat or sun"),
        ("daily 25:00", "`25:00` is no time of day: write it like 09:00 or 18:30"),
        ("daily 9:5", "`9:5` is no time of day"),
        ("monthly 32", "`32` is no day of the month: write 1 to 31"),
        ("daily Berlin", "`Berlin` is no time zone: did you mean `Europe/Berlin`?"),
        ("daily Europe/Berln", "did you mean `Europe/Berlin`?"),
        ("daily newyork", "did you mean `America/New_York`?"),
        ("daily 09:00 MESZ", "zones are named like Europe/Berlin"),
        ("daily UTC quiet", "`` are no quiet hours: write them like `quiet 22:00-07:00`"),
        ("daily quiet 9-9", "quiet hours from 09:00 to 09:00 would never end"),
        ("daily UTC UTC", "`UTC` is one word too many"),
        ("cron \"0 9 * *\"", "a cron line has five fields"),
        ("cron \"61 9 * * *\"", "`61` is no minute in a cron line: write 0 to 59"),
        ("cron \"0 9 * * 8\"", "`8` is no day of the week in a cron line: write 0 to 7"),
        ("cron \"0 9 30 2 *\"", "`0 9 30 2 *` never comes"),
    ] {
        let error = typed.parse::<Cadence>().unwrap_err().to_string();
        assert!(error.contains(said), "`{typed}` said: {error}");
    }
}

#[test]
fn hostile_cron_lines_end_in_an_answer() {
    for field in [
        "*/0",
        "/",
        "-",
        ",",
        "1-",
        "-1",
        "1--2",
        "5-1",
        "*/99999999999",
        "99999999999999999999",
        "1/2/3",
        "**",
        "?",
        "L",
        "W",
        "1#2",
        "0-59/0",
        "\u{1F600}",
        "٣",
        "*/*",
        "jan",
        "1,,2",
        "\0",
        "1-5-9",
        "@daily",
    ] {
        for place in 0..5 {
            let mut fields = ["*"; 5];
            fields[place] = field;
            if let Ok(cron) = fields.join(" ").parse::<Cron>() {
                assert!(cron.after(NaiveDate::MIN.and_hms_opt(0, 0, 0).unwrap()).is_some());
                assert!(cron.before(NaiveDate::MAX.and_hms_opt(0, 0, 0).unwrap()).is_some());
            }
        }
    }
    assert_eq!("* ".repeat(500).parse::<Cron>(), Err(CronError::TooLong));
}

#[test]
fn the_ends_of_the_calendar_are_ordinary_moments() {
    for text in [
        "instant quiet 1-0",
        "hourly",
        "daily",
        "weekly",
        "monthly 31",
        "cron \"0 0 29 2 1\"",
        "cron \"0 0 29 2 *\"",
    ] {
        let cadence = cadence(&format!("{text} Pacific/Kiritimati"));
        for moment in [
            DateTime::<Utc>::MIN_UTC,
            at("0001-01-01T00:00:00Z"),
            at("9999-01-01T00:00:00Z"),
            DateTime::<Utc>::MAX_UTC,
        ] {
            let next = cadence.next(moment);
            let (from, to) = cadence.period_before(moment);
            assert!(
                next > moment || next == DateTime::<Utc>::MAX_UTC || moment.year() >= 9_999,
                "{cadence}: {next}"
            );
            assert!(from < to);
        }
    }
}

#[test]
fn a_hundred_thousand_cadences_are_small() {
    assert!(size_of::<Cadence>() <= 24, "{} bytes", size_of::<Cadence>());
}

fn some_cadence() -> impl Strategy<Value = Cadence> {
    let time = (0_u8..24, 0_u8..60).prop_map(|(hour, minute)| At::new(hour, minute).unwrap());
    let part =
        prop_oneof![Just("*".to_owned()), Just("*/7".to_owned()), (1_u8..7).prop_map(|n| n.to_string())];
    let line = proptest::collection::vec(part, 5)
        .prop_filter_map("never comes", |fields| fields.join(" ").parse().ok());
    let day = (0_u8..7).prop_map(|day| Weekday::try_from(day).unwrap());
    let rhythm = prop_oneof![
        Just(Rhythm::Instant),
        Just(Rhythm::Hourly),
        time.clone().prop_map(|at| Rhythm::Daily { at }),
        (day, time.clone()).prop_map(|(day, at)| Rhythm::Weekly { day, at }),
        (1_u8..=31, time.clone()).prop_map(|(day, at)| Rhythm::Monthly { day, at }),
        line.prop_map(Rhythm::Cron),
    ];
    let zone = proptest::sample::select(Zone::all().collect::<Vec<_>>());
    let quiet =
        proptest::option::of((time.clone(), time)).prop_map(|both| both.and_then(|(a, b)| Quiet::new(a, b)));
    (rhythm, zone, quiet).prop_map(|(rhythm, zone, quiet)| Cadence { rhythm, zone, quiet })
}

proptest! {
    #[test]
    fn what_is_shown_reads_back(cadence in some_cadence()) {
        prop_assert_eq!(cadence.to_string().parse::<Cadence>(), Ok(cadence));
    }

    #[test]
    fn flushes_go_forward_and_periods_join(cadence in some_cadence(), secs in 946_684_800_i64..2_145_916_800) {
        let after = DateTime::from_timestamp(secs, 0).unwrap();
        let next = cadence.next(after);
        prop_assert!(next > after);
        prop_assert_eq!(cadence.out_of_quiet(next), next);
        if !cadence.is_instant() {
            let (from, to) = cadence.period_before(next);
            prop_assert!(from <= after && to == next, "({}, {}]", from, to);
            prop_assert_eq!(cadence.next(from), next);
            prop_assert_eq!(wall(cadence.zone, next).and_utc().timestamp_subsec_nanos(), 0);
        }
    }

    #[test]
    fn any_text_is_answered(text in "\\PC{0,60}", line in "[0-9*/,a-zL#? -]{0,40}") {
        let _ = text.parse::<Cadence>();
        let _ = format!("cron \"{line}\" {text}").parse::<Cadence>();
        let _ = line.parse::<Cron>();
    }
}
