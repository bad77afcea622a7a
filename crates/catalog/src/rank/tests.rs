use super::*;

/// `a=24.8k b=12k`
fn rows(text: &str) -> Vec<(EntryKey, String, f64)> {
    let row = |word: &str| {
        let (name, shown) = word.split_once('=').expect("name=value");
        let value = match shown.strip_suffix('k') {
            Some(thousands) => thousands.parse::<f64>().expect("a number") * 1000.0,
            None => shown.parse().expect("a number"),
        };
        (EntryKey::from_stored(name), shown.to_owned(), value)
    };
    text.split_whitespace().map(row).collect()
}

fn borrowed(rows: &[(EntryKey, String, f64)]) -> Vec<Row<'_>> {
    rows.iter().map(|(key, shown, value)| Row { key, shown, value: *value, ghost: false }).collect()
}

/// `moved; entered; left` in short words.
fn verdict(before: &str, after: &str, top: usize) -> String {
    let (before, after) = (rows(before), rows(after));
    let verdict = judge(&borrowed(&before), &borrowed(&after), top);
    let moved: Vec<String> = verdict
        .moved
        .iter()
        .map(|m| {
            let over: Vec<&str> = m.overtook.iter().map(|key| key.as_str()).collect();
            format!("{} {}>{} [{}]", m.key, m.from, m.to, over.join(" "))
        })
        .collect();
    let list = |ranks: &[(&EntryKey, u32)]| -> String {
        ranks.iter().map(|(key, rank)| format!("{key}@{rank}")).collect::<Vec<_>>().join(" ")
    };
    format!("{}; {}; {}", moved.join(", "), list(&verdict.entered), list(&verdict.left))
}

#[test]
fn the_smallest_set_moves() {
    for (before, after, expected) in [
        ("a=300 b=200 c=100", "a=310 b=220 c=105", "; ; "),
        // one climbs past two: the two did not move
        ("a=300 b=200 c=100", "c=400 a=300 b=200", "c 3>1 [a b]; ; "),
        // one falls past two
        ("a=300 b=200 c=100", "b=200 c=100 a=50", "a 1>3 []; ; "),
        // of a swap, the one whose value changed more moved
        ("a=300 b=200", "b=400 a=310", "b 2>1 [a]; ; "),
        ("a=300 b=200", "b=210 a=100", "a 1>2 []; ; "),
        // one climbs past all, and two of them are too near each other to say which of them moved
        ("a=700 b=600 c=595 d=300", "d=900 a=700 c=601 b=600", "d 4>1 [a c b]; ; "),
        ("a=700 b=600 c=595 d=300", "d=900 a=700 c=606 b=595", "d 4>1 [a c b], c 3>3 [b]; ; "),
        // one fell behind one and came before another, and stands where it stood: the one that passed it is told
        ("r=1100 p=1090 q=1000", "q=1000 p=900 r=899", "q 3>1 [p r]; ; "),
        // two climb apart from each other
        ("a=900 b=800 c=700 d=600", "b=990 a=900 d=750 c=700", "b 2>1 [a], d 4>3 [c]; ; "),
    ] {
        assert_eq!(verdict(before, after, 10), expected, "{before} / {after}");
    }
}

#[test]
fn ties_and_small_gaps_are_silent() {
    for (before, after, expected) in [
        // the same displayed value, in any order
        ("a=9k b=9k c=8k", "b=9k a=9k c=8k", "; ; "),
        ("a=9.1k b=9k", "b=9.1k a=9.1k", "; ; "),
        // a rounded value that turned is a gap
        ("a=24.9k b=24.8k", "b=25k a=24.9k", "b 2>1 [a]; ; "),
        // exact values: at least ten and one in a hundred
        ("a=300 b=295", "b=305 a=300", "; ; "),
        ("a=300 b=295", "b=310 a=300", "b 2>1 [a]; ; "),
        ("a=30000 b=29950", "b=30050 a=30000", "; ; "),
        ("a=30000 b=29950", "b=30500 a=30000", "b 2>1 [a]; ; "),
        // only those clearly passed are named
        ("a=1000 b=990 c=400", "c=1005 a=1001 b=990", "c 3>1 [b]; ; "),
    ] {
        assert_eq!(verdict(before, after, 10), expected, "{before} / {after}");
    }
}

#[test]
fn only_the_top_counts() {
    let before = "a=900 b=800 c=700 d=600 e=500";
    for (after, expected) in [
        ("a=900 b=800 c=700 e=650 d=600", "; ; "),
        ("a=900 c=850 b=800 d=600 e=500", "c 3>2 [b]; c@2; b@3"),
        ("e=990 a=900 b=800 c=700 d=600", "e 5>1 [a b]; e@1; b@3"),
        // new to the list
        ("a=900 n=850 b=800 c=700 d=600 e=500", "; n@2; b@3"),
        // others left the list: nobody entered
        ("a=900 c=700 d=600 e=500", "; ; "),
    ] {
        // what left the list is passed over by the callers
        let before: Vec<&str> =
            before.split(' ').filter(|row| after.contains(&row[..2]) || row.len() < 2).collect();
        assert_eq!(verdict(&before.join(" "), after, 2), expected, "{after}");
    }
    // a short list has no top
    assert_eq!(verdict("a=3", "b=90 a=3", 10), "; ; ");
    // the border is not crossed by a tie
    assert_eq!(verdict("a=9k b=8k c=7k", "a=9k c=8k b=8k", 2), "; ; ");
}

#[test]
fn milestones_are_round() {
    for (before, after, expected) in [
        (999.0, 1000.0, Some(1000)),
        (1000.0, 1001.0, None),
        (900.0, 26_000.0, Some(25_000)),
        (26_000.0, 900.0, None),
        (99_900.0, 100_000.0, Some(100_000)),
        (0.0, f64::INFINITY, Some(500_000_000_000_000)),
        (f64::NAN, 2000.0, None),
    ] {
        assert_eq!(milestone(before, after), expected, "{before} {after}");
    }
}

proptest::proptest! {
    #[test]
    fn whoever_moved_passed_somebody_or_fell(
        before in proptest::collection::vec(1_u32..400, 1..12), after in proptest::collection::vec(1_u32..400, 12),
    ) {
        let ranking = |values: &[u32]| {
            let mut rows: Vec<_> = (0..before.len()).map(|number| (values[number], number)).collect();
            rows.sort_by_key(|(value, number)| (std::cmp::Reverse(*value), *number));
            let words = rows.iter().map(|(value, number)| format!("e{number}={value}"));
            words.collect::<Vec<_>>().join(" ")
        };
        let (before, after) = (rows(&ranking(&before)), rows(&ranking(&after)));
        for moved in judge(&borrowed(&before), &borrowed(&after), 10).moved {
            proptest::prop_assert!(!moved.overtook.is_empty() || moved.to > moved.from, "{moved:?}");
        }
    }
}
