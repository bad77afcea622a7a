//! How long broadcasts take compared with what the limits permit, how often we are told to wait, whom a destination
//! in trouble delays, how long people wait for a reply.

mod simulation;

use std::time::Duration;

use simulation::run::{Plan, Run, simulate};
use simulation::service::Model;
use simulation::{documented, head, row};
use whimbrel_fanout::{Limits, Window};

/// Larger ones are the bench's.
const SIZES: [(u32, u32); 9] =
    [(1, 1), (1, 10), (1, 100), (100, 1), (100, 10), (100, 100), (1_000, 1), (1_000, 10), (10_000, 1)];

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn broadcasts_take_no_longer_than_the_limits_permit_and_are_never_refused() {
    head();
    for (name, model) in documented() {
        for size in SIZES {
            let (run, permitted) = row(name, &model, size);
            assert_eq!(run.delivered, u64::from(size.0) * u64::from(size.1));
            assert!(run.took <= permitted.mul_f64(1.05) + SECOND, "{name} {size:?}: {:?}", run.took);
            assert_eq!(run.refusals, 0, "{name} {size:?}");
            assert_eq!(run.remembered, 0, "idle destinations are forgotten");
        }
    }
}

#[test]
fn a_service_that_takes_less_than_it_says_is_learnt() {
    let mut fewer = Limits::telegram();
    fewer.overall = vec![Window::new(20, 1)];
    let mut fewer_in_groups = Limits::telegram();
    fewer_in_groups.group = vec![Window::new(3, 3), Window::new(12, 60)];
    let models = [
        ("20 a second", Model::telegram(&fewer, false), (1_000, 10)),
        ("12 a minute to a group", Model::telegram(&fewer_in_groups, true), (10, 100)),
        ("40 a second", Model::discord(40, Window::new(5, 5)), (1_000, 10)),
        ("2 in 5 seconds to a channel", Model::discord(50, Window::new(2, 5)), (20, 50)),
        ("10 in 5 seconds to a channel", Model::discord(50, Window::new(10, 5)), (10, 100)),
    ];
    head();
    for (name, model, size) in models {
        let (run, permitted) = row(name, &model, size);
        assert_eq!(run.delivered, u64::from(size.0) * u64::from(size.1));
        assert!(run.took <= permitted.mul_f64(1.05) + SECOND, "{name}: {:?} of {permitted:?}", run.took);
    }
}

#[test]
fn replies_are_not_delayed_by_a_broadcast() {
    for (name, model) in documented() {
        for replies in [1, 3] {
            let plan = Plan { places: 1_000, each: 5, replies, even: false };
            let run = simulate(&model, &plan);
            let waits = &run.reply_waits;
            assert!(waits.len() > 80, "{name}: only {} replies", waits.len());
            let p99 = waits[waits.len() * 99 / 100];
            println!("{name}, {replies} replies a second: p50 {:?}, p99 {p99:?}", waits[waits.len() / 2]);
            assert!(p99 <= Duration::from_millis(300), "{name}: {p99:?}");
            assert_eq!(run.refusals, 0);
        }
    }
}

#[test]
fn a_destination_in_trouble_delays_nobody_else() {
    for (name, model) in documented() {
        let plan = Plan { places: 100, each: 11, replies: 0, even: true };
        let calm = simulate(&model, &Plan { places: 99, ..plan.clone() });
        for (trouble, late, wait) in [
            ("told to wait half a minute", Duration::ZERO, Some(Duration::from_secs(30))),
            ("told to wait a second", Duration::ZERO, Some(SECOND)),
            ("answers after 20 seconds", Duration::from_secs(20), None),
        ] {
            let model = Model { trouble: Some((late, wait)), ..model.clone() };
            let run = simulate(&model, &plan);
            assert_eq!(run.delivered, 99 * 11, "{name}, {trouble}");
            let total = |run: &Run| run.arrivals.iter().sum::<Duration>();
            let later = total(&run).saturating_sub(total(&calm)) / (99 * 11);
            println!("{name}, {trouble}: each message to others {later:?} later");
            assert!(later <= Duration::from_millis(100), "{name}, {trouble}: {later:?}");
        }
    }
}
