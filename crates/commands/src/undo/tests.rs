use std::fs;

use super::*;

const HERE: Destination = Destination::Telegram { chat: 4242, topic: None };
const THERE: Destination = Destination::Telegram { chat: 4343, topic: None };

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_000_000, 0).unwrap()
}

fn undo() -> Undo {
    let one = Ref::new(1, "kind:added");
    Undo::Cadences(vec![(one, "daily 08:00 Europe/Berlin".parse().unwrap())])
}

#[test]
fn a_place_keeps_its_last_changes_and_nobody_elses() {
    let mut undos = Undos::default();
    let theirs = undos.keep(&THERE, "salt", undo(), now());
    let mine: Vec<_> = (0..=MOST_EACH).map(|_| undos.keep(&HERE, "salt", undo(), now())).collect();
    assert!(undos.take(&HERE, mine[0], now()).is_none());
    assert!(undos.take(&THERE, mine[1], now()).is_none());
    let taken = undos.take(&HERE, mine[1], now()).unwrap();
    assert!(undos.take(&HERE, mine[1], now()).is_none());
    undos.give_back(&taken);
    assert!(undos.take(&HERE, mine[1], now()).is_some());
    undos.forget(&HERE).unwrap();
    assert!(undos.take(&HERE, mine[2], now()).is_none());
    assert!(undos.take(&THERE, theirs, now() + OFFERED).is_some());
    let late = undos.keep(&THERE, "salt", undo(), now());
    assert!(undos.take(&THERE, late, now() + OFFERED + TimeDelta::seconds(1)).is_none());
}

#[test]
fn a_restart_keeps_them_and_a_place_is_forgotten_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("undo.jsonl");
    let open = || {
        let mut undos = Undos::default();
        undos.keep_in(&file).unwrap();
        undos
    };
    let mut before = open();
    let [pressed, open_one, gone] = [(); 3].map(|()| before.keep(&HERE, "salt", undo(), now()));
    let theirs = before.keep(&THERE, "salt", undo(), now());
    let taken = before.take(&HERE, pressed, now()).unwrap();
    before.done(&taken);
    // The program was killed in the middle of a line.
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, format!("{text}{{\"mark\":12,\"pl")).unwrap();
    let mut after = open();
    assert!(after.take(&HERE, pressed, now()).is_none(), "once");
    assert_eq!(after.take(&HERE, open_one, now()).map(|made| made.undo), Some(undo()));
    after.forget(&HERE).unwrap();
    let mut last = open();
    assert!(last.take(&HERE, gone, now()).is_none());
    assert!(last.take(&THERE, theirs, now()).is_some());
    assert_eq!(fs::read_to_string(&file).unwrap().lines().count(), 1);
    assert!(!fs::read_to_string(&file).unwrap().contains("4343"), "places are hashes");
}

/// A change with about so many bytes.
fn large(bytes: usize) -> Undo {
    let Undo::Cadences(one) = undo() else { unreachable!() };
    let each = serde_json::to_string(&one[0]).unwrap().len() + 1;
    Undo::Cadences(vec![one[0].clone(); bytes / each])
}

fn chat(chat: i64) -> Destination {
    Destination::Telegram { chat, topic: None }
}

#[test]
fn long_changes_are_bounded_by_their_bytes() {
    let mut undos = Undos::default();
    let theirs = undos.keep(&THERE, "salt", undo(), now());
    let mine = [(); 4].map(|()| undos.keep(&HERE, "salt", large(MOST_BYTES_EACH / 3), now()));
    let left = mine.map(|mark| undos.take(&HERE, mark, now()).is_some());
    assert_eq!(left, [false, false, true, true]);
    let last = undos.keep(&HERE, "salt", large(2 * MOST_BYTES_EACH), now());
    assert!(undos.take(&HERE, mine[3], now()).is_none(), "there is room for one");
    assert!(undos.take(&HERE, last, now()).is_some(), "the last one is kept");
    assert!(undos.take(&THERE, theirs, now()).is_some(), "others have their own room");

    // Subscriptions with long filters: far fewer than may be kept.
    let words: Vec<String> = (0..150).map(|n| format!("{n:040}")).collect();
    let one: Ended = serde_json::from_value(serde_json::json!({
        "number": 1, "cadence": "instant", "filter": words.join(" or "), "origin": {"chat": {"by": "1"}}, "told": 7,
    }))
    .unwrap();
    let places = i64::try_from(2 * MOST_BYTES / MOST_BYTES_EACH).unwrap();
    let marks: Vec<_> = (0..places)
        .map(|other| undos.keep(&chat(other), "salt", Undo::Ended(vec![one.clone(); 40]), now()))
        .collect();
    assert!(undos.bytes() <= MOST_BYTES);
    assert!(undos.bytes() > MOST_BYTES / 10 * 9);
    assert!(undos.take(&chat(0), marks[0], now()).is_none());
    assert!(undos.take(&chat(places - 1), marks[marks.len() - 1], now()).is_some());
}

#[test]
fn the_file_is_written_anew_once_most_of_it_is_out_of_date() {
    use std::os::unix::fs::MetadataExt as _;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("undo.jsonl");
    let mut undos = Undos::default();
    undos.keep_in(&file).unwrap();
    // Hourly for four weeks, and long: the file is only dear then.
    let (mut anew, mut inode) = (0, None);
    for hour in 0..4 * 7 * 24 {
        let at = now() + TimeDelta::hours(hour);
        let mark = undos.keep(&chat(hour), "salt", large(4_000), at);
        if hour % 3 == 0 {
            let made = undos.take(&chat(hour), mark, at).unwrap();
            undos.done(&made);
        }
        let data = fs::metadata(&file).unwrap();
        anew += usize::from(inode.replace(data.ino()).is_some_and(|before| before != data.ino()));
        assert!(data.len() as usize <= 2 * undos.bytes() + IDLE_BYTES + 10_000, "{hour}");
        let oldest = fs::read_to_string(&file).unwrap();
        let Made { at: oldest, .. } = serde_json::from_str(oldest.lines().next().unwrap()).unwrap();
        assert!(at - oldest <= OFFERED + LEFT + TimeDelta::hours(1), "{hour}");
    }
    assert!((14..=28).contains(&anew), "{anew} times");
}

#[test]
fn what_is_being_taken_back_is_not_lost_when_the_file_is_written_anew() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("undo.jsonl");
    let mut undos = Undos::default();
    undos.keep_in(&file).unwrap();
    let mark = undos.keep(&HERE, "salt", undo(), now());
    let taken = undos.take(&HERE, mark, now()).unwrap();
    undos.forget(&THERE).unwrap();
    // A kill before it was taken back leaves the button as it was …
    let mut after = Undos::default();
    after.keep_in(&file).unwrap();
    assert!(after.take(&HERE, mark, now()).is_some());
    // … and what is forgotten meanwhile stays forgotten.
    undos.forget(&HERE).unwrap();
    undos.give_back(&taken);
    assert!(undos.take(&HERE, mark, now()).is_none());
}
