use proptest::prelude::*;

use super::*;

fn day(days: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 0).unwrap() + TimeDelta::days(days)
}

/// `1=300 2=? 3=100`
fn rows(text: &str) -> Vec<RankRow> {
    let row = |word: &str| {
        let (id, value) = word.split_once('=').expect("id=value");
        RankRow { id: ProjectId(id.parse().expect("a number")), value: value.parse().ok() }
    };
    text.split_whitespace().map(row).collect()
}

fn told(verdict: &Verdict<ProjectId>) -> String {
    let mut words: Vec<String> = verdict
        .moved
        .iter()
        .map(|moved| {
            let over: Vec<String> = moved.overtook.iter().map(ToString::to_string).collect();
            format!("{} {}>{} [{}]", moved.key, moved.from, moved.to, over.join(" "))
        })
        .collect();
    words.extend(verdict.entered.iter().map(|(id, rank)| format!("+{id}@{rank}")));
    words.extend(verdict.left.iter().map(|(id, rank)| format!("-{id}@{rank}")));
    words.join(", ")
}

/// Days of a ranking with a top of so many; what each of them tells.
fn days(top: u32, days: &[&str]) -> Vec<String> {
    let rules = Rules { top, ..Rules::default() };
    let mut state = RankState::default();
    let mut said = Vec::new();
    for (at, text) in days.iter().enumerate() {
        let row = serde_json::to_string(&state).unwrap();
        state = serde_json::from_str(&row).unwrap();
        let (next, verdict) = judge(&state, &rows(text), day(at as i64), &rules);
        said.push(told(&verdict));
        state = next;
    }
    said
}

#[test]
fn a_move_is_told_when_it_stood_for_two_looks() {
    let (one, two) = ("1=900 2=800 3=700", "2=990 1=900 3=700");
    assert_eq!(days(10, &[one, two, two, two]), ["", "", "2 2>1 [1]", ""]);
    assert_eq!(days(10, &[one, two, one, two, one]), ["", "", "", "", ""]);
    // a value that is missing moves nobody, and its place is kept
    assert_eq!(days(10, &[one, "1=? 2=800 3=700", "1=? 2=? 3=?", one]), ["", "", "", ""]);
    // nor does one that leaves the list, or comes to it, or becomes known
    assert_eq!(days(10, &[one, "2=800 3=700", "2=800 3=700", one, one]), ["", "", "", "", ""]);
    assert_eq!(days(10, &["1=900 2=?", "1=900 2=990", "1=900 2=990"]), ["", "", ""]);
}

#[test]
fn an_overtaking_by_small_steps_is_told_once_it_is_clear() {
    let (one, tie, clear) = ("1=30050 2=30000", "2=30060 1=30050", "2=30400 1=30050");
    assert_eq!(days(10, &[one, tie, tie, clear, clear, clear]), ["", "", "", "", "2 2>1 [1]", ""]);
}

#[test]
fn the_top_has_a_border() {
    let (one, two) = ("1=900 2=800 3=700 4=600", "1=900 4=850 2=800 3=700");
    assert_eq!(days(2, &[one, two, two, two]), ["", "", "4 4>2 [2], +4@2, -2@3", ""]);
    // pushed out by one that was not listed before: nobody left
    let new = "1=900 9=850 2=800 3=700 4=600";
    assert_eq!(days(2, &[one, new, new]), ["", "", ""]);
}

#[test]
fn once_a_day_is_enough() {
    let rules = Rules::default();
    let (state, _) = judge(&RankState::default(), &rows("1=900 2=800"), day(0), &rules);
    let (same, verdict) = judge(&state, &rows("2=999 1=10"), day(0) + TimeDelta::hours(19), &rules);
    assert_eq!((same, told(&verdict)), (state, String::new()));
}

#[test]
fn events_name_who_moved() {
    let verdict = Verdict {
        moved: vec![rank::Moved {
            key: ProjectId(1),
            from: 3,
            to: 1,
            overtook: vec![ProjectId(2), ProjectId(9)],
        }],
        entered: vec![(ProjectId(1), 1)],
        left: vec![(ProjectId(9), 11)],
    };
    let subject = |id: ProjectId| {
        let name = format!("p{id}");
        (id.0 < 9).then(|| Subject { name, ..Subject::default() })
    };
    let scope = ["A".to_owned(), "B".to_owned()];
    let news = news(&verdict, &Metric::Stars, &scope, &Rules::default(), subject);
    let [News::RanksMoved { movers, scope, scope_path, .. }, News::EnteredTop { rank: 1, top: 10, .. }] =
        &news[..]
    else {
        panic!("{news:?}")
    };
    assert_eq!((scope.as_str(), scope_path.len(), movers[0].overtook.join(" ").as_str()), ("A / B", 2, "p2"));
}

#[test]
fn numbers_are_shown_short() {
    for (value, expected) in [
        (0, "0"),
        (999, "999"),
        (1000, "1.0k"),
        (24_890, "24.8k"),
        (99_999, "99.9k"),
        (132_400, "132k"),
        (1_250_000, "1.2m"),
    ] {
        assert_eq!(shown(value), expected);
    }
}

#[test]
fn a_state_is_short() {
    let rules = Rules { top: 4000, ..Rules::default() };
    let rows: Vec<RankRow> =
        (0..5000).map(|id| RankRow { id: ProjectId(id), value: Some(u64::MAX - u64::from(id)) }).collect();
    let (state, _) = judge(&RankState::default(), &rows, day(0), &rules);
    assert!(serde_json::to_string(&state).unwrap().len() < 8000);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_rests_is_told_and_then_no_more(
        first in prop::collection::vec(prop::option::weighted(0.9, 0_u64..3000), 1..30),
        then in prop::collection::vec(prop::option::weighted(0.9, 0_u64..3000), 1..30),
        top in 1_u32..12,
    ) {
        let rules = Rules { top, ..Rules::default() };
        let listed = |values: &[Option<u64>]| -> Vec<RankRow> {
            (0..).zip(values).map(|(id, value)| RankRow { id: ProjectId(id), value: *value }).collect()
        };
        let (mut state, verdict) = judge(&RankState::default(), &listed(&first), day(0), &rules);
        prop_assert_eq!(told(&verdict), "");
        let (mut said, mut rose) = (Vec::new(), Vec::new());
        for at in 1..9 {
            let (next, verdict) = judge(&state, &listed(&then), day(at), &rules);
            said.push(told(&verdict));
            rose.extend(verdict.moved.iter().filter(|moved| moved.to < moved.from).map(|moved| moved.key));
            state = next;
        }
        prop_assert_eq!(&said[0], "", "not at the first look");
        // what was hidden behind another move may follow, but it comes to an end
        prop_assert!(said[5..].iter().all(String::is_empty), "{:?}", said);
        let distinct: HashSet<&ProjectId> = rose.iter().collect();
        prop_assert_eq!(distinct.len(), rose.len(), "{:?}", said);
    }
}
