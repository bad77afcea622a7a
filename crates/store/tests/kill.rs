//! The process is killed in the middle of recording, again and again, over one store: nothing that was acknowledged
//! is missing, nothing is there by half.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use chrono::{DateTime, Utc};
use whimbrel_catalog::{CatalogId, Entry, EntryKey, Place, SectionPath};
use whimbrel_news::{Dated, Facts, News, Subject};
use whimbrel_store::{CatalogMeta, Record, Settings, Store};

/// Tells the writing process where to write.
const FOLDER: &str = "WHIMBREL_KILL_FOLDER";

const LOOPS: usize = 20;
const WRITERS: u64 = 2;
const ENTRIES: u64 = 40;

/// Every so many steps comes one with more rows than the engine takes in one batch.
const BULK_STEP: u64 = 30;
const BULK: u64 = 1100;

fn at(seconds: u64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000 + seconds.cast_signed(), 0).unwrap()
}

fn catalog(writer: u64) -> CatalogId {
    CatalogId::new(&format!("list-{writer}")).unwrap()
}

/// What a writer records in one step, all of it made from the step's number: facts that name it, an entry whose
/// text names it, a document, and as many events as the number says.
fn record(store: &Store, writer: u64, step: u64) -> Record {
    let document = store.put_document(format!("document {step} ").repeat(300).as_bytes()).unwrap();
    let key = format!("host.example/{}", step % ENTRIES);
    let entry = Entry {
        key: EntryKey::from_stored(&key),
        name: key.clone(),
        url: format!("https://{key}"),
        // Now and then too long for one row.
        description: format!("{step} ").repeat(if step.is_multiple_of(7) { 2000 } else { 1 }),
        marks: vec![],
        links: vec![],
        figures: vec![],
        places: vec![Place { section: SectionPath::new(["S"]), line: 0 }],
    };
    let event = |n: u64| {
        let subject = Subject {
            key: key.clone(),
            name: format!("{step} {n}"),
            url: entry.url.clone(),
            section: "S".to_owned(),
            section_path: vec!["S".to_owned()],
        };
        let description = String::new();
        Dated::new(
            at(step),
            News::Added { subject, description, in_place_of: None, returned: false, facts: Facts::default() },
        )
    };
    let mut put = vec![entry.clone()];
    if step.is_multiple_of(BULK_STEP) {
        put.extend((0..BULK).map(|n| Entry {
            key: EntryKey::from_stored(&format!("bulk.example/{n}")),
            description: step.to_string(),
            ..entry.clone()
        }));
    }
    Record {
        news: (0..events(step)).map(event).collect(),
        put,
        delete: vec![EntryKey::from_stored(&format!("host.example/{}", (step + ENTRIES / 2) % ENTRIES))],
        ..Record::of(CatalogMeta {
            title: step.to_string(),
            next_due: Some(at(step + 60)),
            interval_secs: 60,
            accepted_document: Some(document),
            ..CatalogMeta::unseen(catalog(writer), "file:list.md", at(0))
        })
    }
}

fn events(step: u64) -> u64 {
    1 + step % 5
}

/// The last step of a writer, as the store tells it.
fn step_of(store: &Store, writer: u64) -> u64 {
    store.catalog(&catalog(writer)).unwrap().map_or(0, |meta| meta.title.parse().unwrap())
}

/// Not a test of its own: the process that is killed. It tells every step once it is durable.
#[test]
fn the_writer() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let store = Store::open(&Settings::default(), folder.as_ref(), at(0)).unwrap().store;
    std::thread::scope(|scope| {
        for writer in 0..WRITERS {
            let store = store.clone();
            scope.spawn(move || {
                for step in step_of(&store, writer) + 1.. {
                    let recorded = store.record(&[record(&store, writer, step)], at(step)).unwrap();
                    let (_, last) = recorded.seqs.unwrap();
                    let line = format!("step {writer} {step} {last}\n");
                    std::io::stdout().write_all(line.as_bytes()).unwrap();
                    std::io::stdout().flush().unwrap();
                }
            });
        }
    });
}

#[test]
fn what_was_acknowledged_survives_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let mut steps = 0;
    let mut told = 0;
    for round in 0..LOOPS {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["the_writer", "--exact", "--nocapture"])
            .env(FOLDER, folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        // The child is at work from its first line on; how far it gets is left to chance, the loop only varies it.
        let mut acknowledged = [0; WRITERS as usize];
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let wanted = 1 + round * 2;
        let mut seen = 0;
        let mut note = |line: String| {
            let words: Vec<&str> = line.split(' ').collect();
            // What the test harness prints, and a line the kill cut off, are not for us.
            if let ["step", writer, step, last] = words[..]
                && let (Ok(writer), Ok(step), Ok(last)) =
                    (writer.parse::<usize>(), step.parse(), last.parse::<u64>())
            {
                acknowledged[writer] = step;
                told = told.max(last);
                return true;
            }
            false
        };
        while seen < wanted {
            let Some(line) = lines.next() else { break };
            seen += usize::from(note(line));
        }
        if round % 2 == 1 {
            let pause = Duration::from_micros(700 * round as u64);
            let start = std::time::Instant::now();
            while start.elapsed() < pause {
                std::hint::spin_loop(); // dies in the middle of something, not just after an answer
            }
        }
        child.kill().unwrap();
        for line in lines {
            note(line);
        }
        // Its output has ended; the system may still be clearing it away, and its lock with it.
        check(folder.path(), &acknowledged, told);
        child.wait().unwrap();
        steps += seen;
    }
    assert!(steps > LOOPS, "the writers did write: {steps}");
}

fn check(folder: &Path, acknowledged: &[u64], told: u64) {
    let opened = Store::open(&Settings::default(), folder, at(0)).unwrap();
    assert_eq!(
        opened.steps.iter().filter(|step| !matches!(step, whimbrel_store::OpenStep::Created)).count(),
        0
    );
    let store = opened.store;
    store.verify().unwrap();
    assert!(store.head() >= told, "{} < {told}", store.head());
    let mut seqs = 0..;
    let mut expected = [1; WRITERS as usize];
    let mut after = 0;
    let mut names: Vec<Vec<String>> = vec![Vec::new(); WRITERS as usize];
    loop {
        let events = store.events_after(after, 500).unwrap();
        let Some(last) = events.last() else { break };
        after = last.seq;
        for event in events {
            assert_eq!(Some(event.seq), seqs.next().map(|seq| seq + 1), "no gap");
            let list = event.catalog.as_ref().unwrap().as_str();
            let writer: usize = list.trim_start_matches("list-").parse().unwrap();
            let News::Added { subject, .. } = &event.news else { panic!("not ours") };
            names[writer].push(subject.name.clone());
        }
    }
    for writer in 0..WRITERS as usize {
        let step = step_of(&store, writer as u64);
        assert!(
            step >= acknowledged[writer],
            "step {} of {writer} was acknowledged, {step} is there",
            acknowledged[writer]
        );
        // Every step whole, in order, once; none beyond the state.
        let mut found = names[writer].iter();
        while expected[writer] <= step {
            for n in 0..events(expected[writer]) {
                assert_eq!(found.next(), Some(&format!("{} {n}", expected[writer])));
            }
            expected[writer] += 1;
        }
        assert_eq!(found.next(), None);
        let Some(meta) = store.catalog(&catalog(writer as u64)).unwrap() else { continue };
        assert!(store.document(&meta.accepted_document.unwrap()).unwrap().is_some());
        let (bulk, entries): (Vec<_>, Vec<_>) = store
            .entries(&meta.id, None, 10_000)
            .unwrap()
            .into_iter()
            .partition(|entry| entry.key.as_str().starts_with("bulk"));
        if step >= BULK_STEP {
            let last = (step / BULK_STEP * BULK_STEP).to_string();
            assert_eq!(bulk.iter().filter(|entry| entry.description == last).count() as u64, BULK);
        }
        for entry in entries {
            let number: u64 = entry.description.split(' ').next().unwrap().parse().unwrap();
            assert_eq!(entry.key.as_str(), format!("host.example/{}", number % ENTRIES));
            assert!(number <= step && number + ENTRIES / 2 > step, "entry of step {number} at step {step}");
        }
    }
}
