use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

/// What the schedule has to say, told by a plain map.
fn expected(model: &BTreeMap<u32, Seconds>, until: Seconds, limit: usize) -> Vec<ProjectId> {
    let mut due: Vec<(Seconds, u32)> = model.iter().map(|(project, due)| (*due, *project)).collect();
    due.retain(|(due, _)| *due <= until && *due != NEVER);
    due.sort_unstable();
    due.into_iter().take(limit).map(|(_, project)| ProjectId(project)).collect()
}

proptest! {
    #[test]
    fn the_earliest_come_first_whatever_happened(
        loaded in prop::collection::vec(prop_oneof![Just(NEVER), 0..20u32], 0..40),
        turns in prop::collection::vec((1..60u32, 0..4u8, 0..20u32), 0..80),
        until in 0..20u32,
        limit in 0..30usize,
    ) {
        let mut all = Schedule::load(&loaded);
        let mut model: BTreeMap<u32, Seconds> = (1..).zip(loaded).collect();
        for (project, kind, due) in turns {
            let before = model.get(&project).copied().unwrap_or(NEVER);
            let id = ProjectId(project);
            let (turn, after) = match kind {
                0 => (Turn::Listed(id), if before == NEVER { AT_ONCE } else { before }),
                1 => (Turn::Unlisted(id), NEVER),
                _ => (Turn::Due(id, due), if before == NEVER { NEVER } else { due }),
            };
            all.turn(turn);
            model.insert(project, after);
            prop_assert_eq!(all.due(id), after);
        }
        prop_assert_eq!(all.due_by(until, limit), expected(&model, until, limit));
        prop_assert_eq!(all.next(), model.values().copied().min().filter(|due| *due != NEVER));
        prop_assert_eq!(all.len(), model.values().filter(|due| **due != NEVER).count());
        // What is written is what is read.
        let mut times = Vec::new();
        for block in 0..all.blocks() {
            times.extend(read_block(&all.block(block)).unwrap());
        }
        let again = Schedule::load(&times);
        prop_assert_eq!(again.due_by(NEVER - 1, 100), all.due_by(NEVER - 1, 100));
    }
}

#[test]
fn only_blocks_that_differ_are_written() {
    let mut all = Schedule::load(&[5; 3500]);
    assert!(!all.has_changed());
    all.set(ProjectId(1), 9);
    all.set(ProjectId(1000), 9);
    all.set(ProjectId(1001), 9);
    all.set(ProjectId(3500), 9);
    assert_eq!(all.take_changed(2), [0, 1]);
    assert_eq!(all.take_changed(9), [3]);
    assert!(!all.has_changed());
    assert_eq!(read_block(&all.block(3)).unwrap().len(), 500);
    all.put_back(vec![3]);
    assert!(all.has_changed());
}

#[test]
fn moments_become_full_seconds_and_never_too_early() {
    let at = |millis| DateTime::from_timestamp_millis(millis).unwrap();
    assert_eq!([seconds(at(1_000)), seconds(at(1_001)), seconds(at(-5))], [1, 2, 0]);
    assert_eq!([until(at(1_000)), until(at(1_999)), until(at(-5))], [1, 1, 0]);
    assert_eq!(seconds(DateTime::<Utc>::MAX_UTC), NEVER - 1);
    assert_eq!(until(DateTime::<Utc>::MAX_UTC), NEVER - 1);
}

#[test]
fn damaged_blocks_are_refused() {
    let row = write_block(&[1, NEVER]);
    assert_eq!(crate::keys::hex(&row), "0100000001ffffffff");
    assert_eq!(read_block(&row).unwrap(), [1, NEVER]);
    for bad in [&row[..4], &[][..], &[9, 0, 0, 0, 1][..]] {
        assert!(read_block(bad).is_err());
    }
    assert!(read_block(&write_block(&[7; 1001])).is_err());
}

#[test]
fn a_project_takes_twelve_bytes() {
    // The lists are a little longer than what stands in them.
    let loaded = Schedule::load(&[5; 1000]).bytes();
    assert!((12_000..12_500).contains(&loaded), "{loaded}");
    let mut grown = Schedule::default();
    for project in 1..=1000 {
        grown.turn(Turn::Listed(ProjectId(project)));
    }
    assert!(grown.bytes() <= 2 * 12 * 1024, "{}", grown.bytes());
}

/// `cargo test --release -p whimbrel-store --lib a_million_due_times -- --ignored --nocapture`
#[test]
#[ignore = "measures; needs an optimised build"]
fn a_million_due_times_are_loaded() {
    let times: Vec<Seconds> = (0..1_000_000u32).map(|n| n.wrapping_mul(0x9E37_79B1)).collect();
    let blocks: Vec<Vec<u8>> = times.chunks(BLOCK as usize).map(write_block).collect();
    let start = std::time::Instant::now();
    let mut read = Vec::new();
    for block in &blocks {
        read.extend(read_block(block).unwrap());
    }
    let all = Schedule::load(&read);
    println!("{} due times loaded in {:.1} ms", all.len(), start.elapsed().as_secs_f64() * 1e3);
}
