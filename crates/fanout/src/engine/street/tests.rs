//! What a lane costs, and that a place without lanes costs nothing.

use std::fmt::Write as _;

use whimbrel_news::{Dated, Facts, Filter, News, Subject};
use whimbrel_store::{Origin, Want};

use super::*;

/// The most a lane may cost in memory, however its filter differs from those of all others.
const MOST_BYTES: usize = 200;

const LANES: u64 = 20_000;

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_000_000, 0).unwrap()
}

fn lane(n: u64) -> Lane {
    let filter = match n % 5 {
        0 => format!("project:owner{n}/repo{n}"),
        1 => format!("\"word{n} of many\" kind:added"),
        2 => format!("catalog:list-{} stars:>={n}", n / 5 % 100),
        3 => format!("section:\"Heading {n}\""),
        _ => format!("kind:released level:>=minor stars:>={n} language:rust"),
    };
    Lane {
        id: LaneId(n),
        destination: format!("telegram:{}", 1_000_000 + n),
        cadence: ["weekly mon 09:00 UTC", "instant UTC", "daily 08:00 Europe/Berlin"][(n % 3) as usize]
            .to_owned(),
        origin: Origin::Chat { by: n.to_string() },
        wants: vec![Want {
            number: 1,
            filter: Filter::parse(&filter).unwrap(),
            after: 0,
            told: 0,
            configured: false,
            until: None,
        }],
        created: now(),
        paused: None,
        parked: None,
        told: 0,
        waiting: None,
        dropped: 0,
        due: None,
        last_due: None,
        since: None,
        back: false,
        retry: None,
        intent: None,
    }
}

fn street() -> Street {
    Street::new(Timing { settle: TimeDelta::zero(), tell_empty: false }, [true, true], 0)
}

fn enter(street: &mut Street, lane: &Lane) {
    let (destination, cadence) = crate::engine::read(lane).unwrap();
    street.refresh(lane, &destination, &cadence, now());
}

#[test]
fn a_lane_costs_two_hundred_bytes_at_most() {
    let mut street = street();
    for n in 1..=LANES {
        enter(&mut street, &lane(n));
    }
    let each = street.bytes() / LANES as usize;
    assert!(each <= MOST_BYTES, "{each} bytes");
    // What is written again without being another takes no more.
    for n in 1..=LANES {
        enter(&mut street, &lane(n));
    }
    assert_eq!(street.bytes() / LANES as usize, each);
}

#[test]
fn what_went_leaves_nothing() {
    let mut street = street();
    for round in 0..20 {
        for n in 1..=500 {
            let mut lane = lane(round * 500 + n);
            let mut text = lane.wants[0].filter.to_string();
            write!(text, " -round{round}").unwrap();
            lane.wants[0].filter = Filter::parse(&text).unwrap();
            enter(&mut street, &lane);
        }
        for n in 1..=500 {
            street.remove(LaneId(round * 500 + n));
        }
        assert_eq!((street.len(), street.destinations()), (0, 0));
    }
    assert!(street.bytes() < 500 * 400, "{} bytes", street.bytes());
}

#[test]
fn a_lane_with_several_filters_keeps_and_loses_them() {
    let subject = Subject {
        name: "raft".to_owned(),
        url: "https://example.org/raft".to_owned(),
        key: "example.org/raft".to_owned(),
        section: String::new(),
        section_path: Vec::new(),
    };
    let (facts, description) = (Facts::default(), "consensus".to_owned());
    let news = News::Added { subject, description, in_place_of: None, returned: false, facts };
    let event = Dated::new(now(), news).numbered("1-1".parse().unwrap(), now(), None);
    let mut lane = lane(1);
    let want = |text: &str| Want { filter: Filter::parse(text).unwrap(), ..lane.wants[0].clone() };
    let (other, raft, zab) = (want("nothing"), want("raft"), want("zab"));
    for (wants, waits) in [
        (vec![other.clone(), raft.clone(), raft.clone()], true),
        (vec![other.clone(), zab.clone()], false),
        (vec![raft.clone()], true),
        (vec![Want { until: Some(7), ..raft }], false),
        (vec![], false),
    ] {
        let mut street = street();
        // From any of them to any other.
        for before in [vec![other.clone(), zab.clone()], vec![zab.clone()], wants.clone()] {
            lane.wants = before;
            enter(&mut street, &lane);
        }
        lane.wants = wants;
        enter(&mut street, &lane);
        street.meet(&Prepared::new(&event), now());
        assert_eq!(street.waiting(LaneId(1)), waits.then_some(1), "{:?}", lane.wants);
    }
}
