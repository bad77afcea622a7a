//! The governor against a clock and a server made of numbers.

use proptest::prelude::*;

use super::*;

fn start() -> DateTime<Utc> {
    "2026-05-01T12:00:00Z".parse().unwrap()
}

fn secs(secs: i64) -> TimeDelta {
    TimeDelta::seconds(secs)
}

fn labels(count: usize) -> Vec<String> {
    (1..=count).map(|number| format!("token {number}")).collect()
}

fn governor(tokens: usize) -> Governor {
    Governor::new(&labels(tokens), 500, start())
}

fn graphql(points: u32) -> Wish {
    Wish { resource: Resource::Graphql, points, keep: Keep::Nothing }
}

fn rest() -> Wish {
    Wish { resource: Resource::Core, points: 1, keep: Keep::Nothing }
}

const FINE: Ending = Ending::Answered { cost: None };

/// What a server says whose clock runs ahead by `skew`.
fn told(limit: u32, remaining: u32, resets_in: i64, now: DateTime<Utc>, skew: TimeDelta) -> Told {
    Told {
        date: Some(now + skew),
        limit: Some(limit),
        remaining: Some(remaining),
        reset: Some(now + skew + secs(resets_in)),
        ..Told::default()
    }
}

/// Asks one thing after the other from `from` until `until`; every answer is `answer`'s. Returns when each was sent.
fn ask_on(
    governor: &mut Governor,
    wish: Wish,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
    mut answer: impl FnMut(DateTime<Utc>) -> (Ending, Told, Duration),
) -> Vec<DateTime<Utc>> {
    let (mut now, mut sent) = (from, Vec::new());
    while now < until {
        match governor.ask(wish, now) {
            Ok(permit) => {
                sent.push(now);
                let (ending, told, took) = answer(now);
                now += TimeDelta::from_std(took).unwrap();
                governor.done(permit, ending, &told, took, now);
            }
            Err(wait) => {
                assert!(wait.until > now, "{wait:?} at {now} would be asked again at once");
                now = wait.until;
            }
        }
    }
    sent
}

#[test]
fn without_any_header_the_documented_limits_are_counted_by_ourselves() {
    let silent = |_| (FINE, Told::default(), Duration::from_millis(100));
    let hour = (start(), start() + secs(3600));
    for (tokens, wish, most) in [(0, rest(), 54), (1, rest(), 4500), (1, graphql(1), 4500), (2, rest(), 9000)]
    {
        let sent = ask_on(&mut governor(tokens), wish, hour, silent);
        assert!(sent.len() <= most && sent.len() * 100 >= most * 97, "{tokens} {} of {most}", sent.len());
    }
    let wait = governor(0).ask(graphql(1), start()).unwrap_err();
    assert_eq!(wait.why, Why::NoToken);
}

#[test]
fn a_tenth_goes_at_once_and_the_rest_is_spread_over_the_hour() {
    let mut governor = governor(1);
    let sent = ask_on(&mut governor, graphql(1), (start(), start() + secs(3600)), |_| {
        (FINE, Told::default(), Duration::from_millis(10))
    });
    let within = |from: i64, to: i64| {
        sent.iter().filter(|at| **at >= start() + secs(from) && **at < start() + secs(to)).count()
    };
    assert!((500..520).contains(&within(0, 10)), "{}", within(0, 10));
    for minute in 1..60 {
        let count = within(minute * 60, minute * 60 + 60);
        assert!((60..=75).contains(&count), "minute {minute}: {count}");
    }
}

#[test]
fn what_others_used_is_left_out_and_the_reserve_is_never_touched() {
    let mut governor = governor(1);
    let permit = governor.ask(graphql(1), start()).unwrap();
    let now = start();
    governor.done(permit, FINE, &told(5000, 503, 600, now, secs(0)), Duration::ZERO, now);
    let mut left = 503;
    let sent = ask_on(&mut governor, graphql(1), (start(), start() + secs(600)), |now| {
        left -= 1;
        let resets_in = (start() + secs(600) - now).num_seconds();
        (FINE, told(5000, left, resets_in, now, secs(0)), Duration::ZERO)
    });
    assert_eq!((sent.len(), left), (3, 500));
    let over = governor.ask(graphql(1), start() + secs(601));
    assert!(over.is_ok(), "a new hour begins");
}

#[test]
fn what_is_told_of_an_hour_stands_above_what_was_assumed_of_it() {
    for (tokens, limit, left, room) in
        [(0, 5000, 4999, 4499), (1, 12_500, 12_499, 11_999), (1, 1000, 700, 600)]
    {
        let mut governor = governor(tokens);
        let permit = governor.ask(rest(), start()).unwrap();
        governor.done(permit, FINE, &told(limit, left, 3600, start(), secs(0)), Duration::ZERO, start());
        let budget = governor.budget(start()).remove(0);
        assert_eq!((budget.limit, budget.remaining - budget.reserve), (limit, room));
        assert_eq!(budget.waiting_until, None);
    }
}

#[test]
fn a_server_whose_clock_is_an_hour_off_neither_stops_nor_floods_us() {
    let run = |skew: i64, with_date: bool| {
        let mut governor = governor(1);
        let mut left = 5000;
        ask_on(&mut governor, rest(), (start(), start() + secs(3600)), |now| {
            left -= 1;
            let resets_in = (start() + secs(3600) - now).num_seconds();
            let mut told = told(5000, left, resets_in, now, secs(skew));
            told.date = told.date.filter(|_| with_date);
            (FINE, told, Duration::from_millis(20))
        })
        .len()
    };
    let straight = run(0, true);
    assert!((4300..=4500).contains(&straight), "{straight}");
    for skew in [3600, -3600, 86_400] {
        assert_eq!(run(skew, true), straight, "{skew}");
        // Without its clock there is no telling; what matters is that it neither stops nor floods.
        let blind = run(skew, false);
        assert!((2000..=4500).contains(&blind), "{skew}: {blind}");
    }
}

#[test]
fn our_own_clock_may_jump() {
    let mut governor = governor(1);
    let now = start();
    for _ in 0..400 {
        let permit = governor.ask(rest(), now).unwrap();
        governor.done(permit, FINE, &Told::default(), Duration::ZERO, now);
    }
    let back = now - secs(7200);
    let sent =
        ask_on(&mut governor, rest(), (back, back + secs(600)), |_| (FINE, Told::default(), Duration::ZERO));
    assert!((700..=900).contains(&sent.len()), "{}", sent.len());
    let ahead = now + secs(864_000);
    let sent =
        ask_on(&mut governor, rest(), (ahead, ahead + secs(60)), |_| (FINE, Told::default(), Duration::ZERO));
    assert!((500..=720).contains(&sent.len()), "{}", sent.len());
}

#[test]
fn four_requests_are_under_way_and_no_more() {
    let mut governor = governor(3);
    let permits: Vec<Permit> = (0..4).map(|_| governor.ask(graphql(1), start()).unwrap()).collect();
    let wait = governor.ask(rest(), start()).unwrap_err();
    assert_eq!(wait, Wait { until: start() + secs(1), why: Why::Busy });
    for permit in permits {
        governor.done(permit, Ending::Dropped, &Told::default(), Duration::ZERO, start());
        let _ = governor.ask(rest(), start()).unwrap();
    }
}

#[test]
fn slow_answers_slow_us_down() {
    for (millis, most) in [(100, 2000), (2000, 30), (11_000, 6), (50_000, 2)] {
        let mut governor = governor(1);
        let mut spent: Vec<(DateTime<Utc>, i64)> = Vec::new();
        let while_long = (start(), start() + secs(1200));
        ask_on(&mut governor, graphql(1), while_long, |now| {
            spent.push((now + TimeDelta::milliseconds(millis), millis));
            (FINE, Told::default(), Duration::from_millis(millis as u64))
        });
        for (end, _) in &spent {
            let minute = spent.iter().filter(|(at, _)| *at <= *end && *end - *at < secs(60));
            let (count, sum) = minute.fold((0, 0), |(count, sum), (_, millis)| (count + 1, sum + millis));
            assert!(
                sum <= 45_000.max(millis) && count <= most,
                "{millis}: {count} answers, {sum} ms in a minute"
            );
        }
        assert!(spent.len() >= 10, "{millis}: {}", spent.len());
    }
}

#[test]
fn a_secondary_limit_silences_everybody_and_doubles_unless_a_time_is_told() {
    let mut governor = governor(2);
    let mut now = start();
    let refuse = |governor: &mut Governor, now: DateTime<Utc>, wish: Option<u64>| {
        let permit = governor.ask(rest(), now).unwrap();
        let told = Told { retry_after: wish.map(Duration::from_secs), ..Told::default() };
        governor.done(permit, Ending::Secondary, &told, Duration::ZERO, now);
        let wait = governor.ask(graphql(1), now).unwrap_err();
        assert_eq!(wait.why, Why::Quiet);
        wait.until
    };
    for (wish, waited) in [
        (None, 60),
        (None, 120),
        (Some(7), 7),
        (None, 480),
        (None, 960),
        (None, 1920),
        (None, 3600),
        (Some(0), 128),
    ] {
        let until = refuse(&mut governor, now, wish);
        assert_eq!(until - now, secs(waited) + GRACE, "{wish:?}");
        now = until;
    }
    let permit = governor.ask(rest(), now).unwrap();
    governor.done(permit, FINE, &Told::default(), Duration::ZERO, now);
    assert_eq!(refuse(&mut governor, now, None), now + secs(60) + GRACE, "an answer ends the row");
    // A server that is not well may ask for the same.
    now += secs(61);
    let permit = governor.ask(rest(), now).unwrap();
    let told = Told { retry_after: Some(Duration::from_secs(20)), ..Told::default() };
    governor.done(permit, Ending::Trouble, &told, Duration::ZERO, now);
    assert_eq!(
        governor.ask(rest(), now).unwrap_err(),
        Wait { until: now + secs(20) + GRACE, why: Why::Quiet }
    );
}

#[test]
fn a_limit_that_is_used_up_waits_for_its_reset_and_without_one_counts_as_a_wish() {
    let mut governor = governor(1);
    let now = start();
    let permit = governor.ask(graphql(1), now).unwrap();
    governor.done(permit, Ending::Primary, &told(5000, 0, 1200, now, secs(77)), Duration::ZERO, now);
    let wait = governor.ask(graphql(1), now).unwrap_err();
    assert_eq!(wait, Wait { until: now + secs(1200) + GRACE, why: Why::UsedUp });
    let permit = governor.ask(rest(), now).expect("the other limit is another one");
    governor.done(permit, Ending::Primary, &Told::default(), Duration::ZERO, now);
    let wait = governor.ask(rest(), now).unwrap_err();
    assert_eq!(wait, Wait { until: now + secs(60) + GRACE, why: Why::Quiet });
}

#[test]
fn the_token_with_most_room_is_taken_and_a_rejected_one_rests() {
    let mut governor = governor(2);
    let now = start();
    let first = governor.ask(graphql(1), now).unwrap();
    let token = first.token;
    governor.done(first, FINE, &told(5000, 3000, 1800, now, secs(0)), Duration::ZERO, now);
    let second = governor.ask(graphql(1), now).unwrap();
    assert_ne!(second.token, token);
    governor.done(second, Ending::Rejected, &Told::default(), Duration::ZERO, now);
    let alarms: Vec<String> = governor.budget(now).into_iter().filter_map(|budget| budget.alarm).collect();
    assert_eq!(alarms.len(), 2);
    assert!(alarms[0].contains("does not accept token 2"), "{}", alarms[0]);
    for _ in 0..3 {
        let permit = governor.ask(graphql(1), now).unwrap();
        assert_eq!(permit.token, token, "the others go on");
        governor.done(permit, Ending::Dropped, &Told::default(), Duration::ZERO, now);
    }
    // It is tried again, more and more rarely, and forgiven when it is accepted.
    let mut governor = Governor::new(&labels(1), 500, start());
    let day = (start(), start() + secs(86_400));
    let tries = ask_on(&mut governor, rest(), day, |_| (Ending::Rejected, Told::default(), Duration::ZERO));
    assert_eq!(tries.len(), 8, "{tries:?}");
    assert_eq!(governor.ask(rest(), start() + secs(86_400)).unwrap_err().why, Why::Rejected);
    let permit = governor.ask(rest(), start() + secs(2 * 86_400)).unwrap();
    governor.done(permit, FINE, &Told::default(), Duration::ZERO, start() + secs(2 * 86_400));
    assert!(governor.budget(start() + secs(2 * 86_400)).iter().all(|budget| budget.alarm.is_none()));
}

#[test]
fn a_refused_token_is_said_once_and_so_is_its_return() {
    let mut governor = Governor::new(&labels(1), 500, start());
    let mut said = Vec::new();
    for (hours, ending) in [(0, FINE), (1, Ending::Rejected), (10, Ending::Rejected), (20, FINE), (30, FINE)]
    {
        let now = start() + secs(hours * 3600);
        let permit = governor.ask(rest(), now).unwrap();
        said.extend(
            governor.done(permit, ending, &Told::default(), Duration::ZERO, now).map(|turn| (hours, turn)),
        );
    }
    let [(1, Turn::Refused(what)), (20, Turn::Accepted(label))] = said.as_slice() else { panic!("{said:?}") };
    assert!(what.contains(&format!("does not accept {label}: make a new one")), "{what}");
}

#[test]
fn without_a_token_projects_leave_room_for_catalogs() {
    let mut governor = governor(0);
    let projects = Wish { keep: Keep::Third, ..rest() };
    let mut asked = 0;
    while let Ok(permit) = governor.ask(projects, start()) {
        governor.done(permit, FINE, &Told::default(), Duration::ZERO, start());
        asked += 1;
    }
    assert_eq!(asked, 20);
    let permit = governor.ask(rest(), start()).expect("a catalog is looked at all the same");
    governor.done(permit, FINE, &Told::default(), Duration::ZERO, start());
}

#[test]
fn a_large_reserve_leaves_projects_something_without_a_token_too() {
    let mut governor = Governor::new(&[], 4_500, start());
    let projects = Wish { keep: Keep::Third, ..rest() };
    let mut asked = 0;
    while let Ok(permit) = governor.ask(projects, start()) {
        governor.done(permit, FINE, &Told::default(), Duration::ZERO, start());
        asked += 1;
    }
    assert_eq!(asked, 4, "of the six that are not kept back");
}

#[test]
fn looks_leave_a_tenth_to_their_notes_at_the_end_of_an_hour_too() {
    let looks = Wish { keep: Keep::Tenth, ..graphql(1) };
    let asked = |governor: &mut Governor, wish, left: &mut u32| {
        let mut asked = 0;
        while let Ok(permit) = governor.ask(wish, start()) {
            *left -= 1;
            let told = told(5000, *left, 600, start(), secs(0));
            governor.done(permit, FINE, &told, Duration::ZERO, start());
            asked += 1;
        }
        asked
    };
    // Of the 500 at once, and of the 80 above the reserve that are left of an hour: 50 stay for the notes.
    for (left, at_once) in [(5000, 450), (580, 30)] {
        let mut governor = governor(1);
        let permit = governor.ask(graphql(1), start()).unwrap();
        governor.done(permit, FINE, &told(5000, left, 600, start(), secs(0)), Duration::ZERO, start());
        let mut left = left;
        let first = asked(&mut governor, looks, &mut left);
        let then = asked(&mut governor, graphql(1), &mut left);
        assert!((at_once - 1..=at_once).contains(&first), "{first} looks at once with {left} left");
        assert_eq!(then, 50, "notes");
    }
}

#[test]
fn other_tokens_keep_what_is_known_of_the_old_ones() {
    let mut governor = governor(2);
    let now = start();
    let under_way = governor.ask(graphql(1), now).unwrap();
    let other = governor.ask(graphql(1), now).unwrap();
    assert_eq!(other.token, 1);
    governor.done(other, FINE, &told(5000, 700, 1800, now, secs(0)), Duration::ZERO, now);
    governor.reconfigure(&labels(2), &[Some(1), None], 100, now);
    let budget = governor.budget(now);
    let left: Vec<_> = budget.iter().map(|budget| (budget.token.as_str(), budget.remaining)).collect();
    assert_eq!(left, [("token 1", 5000), ("token 1", 700), ("token 2", 5000), ("token 2", 5000)]);
    governor.done(under_way, FINE, &told(5000, 1, 1800, now, secs(0)), Duration::ZERO, now);
    assert_eq!(governor.budget(now)[1].remaining, 700, "an answer to a token of before is nobody's");
}

/// A GitHub that counts strictly and remembers every sin.
struct Strict {
    limit: u32,
    used: u32,
    reset: DateTime<Utc>,
    skew: TimeDelta,
    minute: Vec<(DateTime<Utc>, u32)>,
    sins: Vec<String>,
    least: u32,
}

impl Strict {
    fn answer(&mut self, now: DateTime<Utc>, cost: u32, others: u32) -> Told {
        if now >= self.reset {
            (self.used, self.reset) = (0, now + secs(3600));
        }
        // Others never eat into our reserve here: that would be their sin.
        self.used += others.min((self.limit - self.used).saturating_sub(700));
        self.used += cost;
        self.minute.retain(|(at, _)| now - *at < secs(60));
        self.minute.push((now, cost));
        let minute: u32 = self.minute.iter().map(|(_, cost)| cost).sum();
        if minute > 2000 {
            self.sins.push(format!("{minute} points in a minute at {now}"));
        }
        self.least = self.least.min(self.limit.saturating_sub(self.used));
        told(
            self.limit,
            self.limit.saturating_sub(self.used),
            (self.reset - now).num_seconds(),
            now,
            self.skew,
        )
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_strict_server_finds_nothing_to_complain_about(
        answers in prop::collection::vec((1_u32..4, 0_u64..4000, 0_u32..20, 0_u8..20), 50..400),
        skew in -5000_i64..5000,
        limit in prop::sample::select(vec![1000_u32, 5000, 12_500]),
        used in 0_u32..300,
    ) {
        let mut governor = governor(1);
        let mut strict = Strict {
            limit, used, reset: start() + secs(900), skew: secs(skew), minute: Vec::new(), sins: Vec::new(),
            least: limit,
        };
        let end = start() + secs(3 * 3600);
        let mut now = start();
        let mut under_way: Vec<(DateTime<Utc>, u64, u32, Permit, Told)> = Vec::new();
        let mut answers = answers.iter().cycle();
        let mut count = 0_u32;
        while now < end {
            under_way.sort_by_key(|one| one.0);
            let (cost, millis, others, mood) = *answers.next().unwrap();
            match governor.ask(graphql(cost), now) {
                Ok(permit) => {
                    count += 1;
                    let told = strict.answer(now, cost, others);
                    let told = if mood == 0 { Told::default() } else { told };
                    let back = now + TimeDelta::milliseconds(millis as i64);
                    under_way.push((back, millis, cost, permit, told));
                    prop_assert!(under_way.len() <= 4);
                }
                Err(wait) => {
                    prop_assert!(wait.until > now);
                    if under_way.is_empty() {
                        now = wait.until;
                        continue;
                    }
                    let (back, millis, cost, permit, told) = under_way.remove(0);
                    now = now.max(back);
                    let ending = Ending::Answered { cost: Some(cost) };
                    governor.done(permit, ending, &told, Duration::from_millis(millis), now);
                }
            }
        }
        prop_assert!(strict.sins.is_empty(), "{:?}", strict.sins);
        let reserve = (500 * limit / 5000).min(500);
        // The first answers may find that others used more than was known; four are under way by then.
        prop_assert!(strict.least + 16 >= reserve, "{} left of {limit}", strict.least);
        prop_assert!(count > 200, "{count}");
    }
}
