//! The process is killed while it records looks at projects: what was acknowledged is there whole, and a project is due
//! exactly as long as somebody lists it, whatever became of its due time.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use chrono::{DateTime, Utc};
use whimbrel_catalog::{CatalogId, Entry, EntryKey, Place, SectionPath};
use whimbrel_news::{Dated, Facts, Listed, News, Subject};
use whimbrel_project::{Project, ProjectId};
use whimbrel_store::{CatalogMeta, ProjectRecord, RankRecord, Record, Settings, Store};

/// Tells the writing process where to write.
const FOLDER: &str = "WHIMBREL_KILL_PROJECTS_FOLDER";

const LOOPS: usize = 12;
const WRITERS: u64 = 2;

fn at(seconds: u64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000 + seconds.cast_signed(), 0).unwrap()
}

fn key(writer: u64) -> EntryKey {
    EntryKey::from_stored(&format!("github.com/owner/project-{writer}"))
}

fn catalog(writer: u64) -> CatalogId {
    CatalogId::new(&format!("list-{writer}")).unwrap()
}

/// The catalog of a writer, with its one entry or without.
fn listing(writer: u64, listed: bool) -> Record {
    let entry = Entry {
        key: key(writer),
        name: "name".to_owned(),
        url: format!("https://{}", key(writer)),
        description: String::new(),
        marks: vec![],
        links: vec![],
        figures: vec![],
        places: vec![Place { section: SectionPath::new(["S"]), line: 0 }],
    };
    let meta = CatalogMeta::unseen(catalog(writer), "file:list.md", at(0));
    let (put, delete) = if listed { (vec![entry], vec![]) } else { (vec![], vec![entry.key]) };
    Record { put, delete, ..Record::of(meta) }
}

fn news(writer: u64, step: u64, n: u64) -> Dated {
    let subject = Subject {
        key: key(writer).as_str().to_owned(),
        name: format!("{step} {n}"),
        url: format!("https://{}", key(writer)),
        section: "S".to_owned(),
        section_path: vec!["S".to_owned()],
    };
    let (description, facts) = (String::new(), Facts::default());
    let added = News::Added { subject, description, in_place_of: None, returned: false, facts };
    let listed = Listed { id: catalog(writer), section: "S".into(), section_path: vec!["S".into()] };
    Dated::new(at(step), added).listed_in(vec![listed])
}

fn events(step: u64) -> u64 {
    step % 4
}

fn project(store: &Store, writer: u64) -> Option<Project> {
    let id = store.project_named(&key(writer)).unwrap()?;
    Some(store.project(id).unwrap().unwrap())
}

/// The last step of a writer, as the store tells it.
fn step_of(project: Option<&Project>) -> u64 {
    project.and_then(|project| project.facts.stars).unwrap_or_default()
}

fn scope(writer: u64) -> String {
    format!("list-{writer} by stars")
}

fn step(store: &Store, writer: u64, step: u64) -> u64 {
    if step % 5 == 1 {
        // Out of the list and in again; where it stands when the writer dies is left to chance.
        store.record(&[listing(writer, step % 10 == 1)], at(step)).unwrap();
    }
    let mut project = project(store, writer).unwrap();
    project.facts.stars = Some(step);
    // Each with a node id and a name of its own, so that the indexes move too.
    project.node = Some(format!("R_{writer}_{}", step % 3));
    let mut history = store.star_history(project.id).unwrap();
    history.observe(at(step), step, 0);
    let id = project.id;
    let record = ProjectRecord {
        project,
        aliases: vec![EntryKey::from_stored(&format!("github.com/owner/former-{writer}-{}", step % 3))],
        history: Some(history),
        news: (0..events(step)).map(|n| news(writer, step, n)).collect(),
        due: at(step + 60),
    };
    let state = serde_json::from_value(serde_json::json!({ "at": at(step) })).unwrap();
    let rank = RankRecord { scope: scope(writer), state, catalog: None, news: vec![] };
    let recorded = store.record_projects(&[record], &[rank], at(step)).unwrap();
    store.set_due(&[(id, at(step + 90))]);
    if step.is_multiple_of(3) {
        store.write_schedule().unwrap();
    }
    recorded.seqs.map_or(0, |(_, last)| last)
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
                if project(&store, writer).is_none() {
                    store.record(&[listing(writer, true)], at(0)).unwrap();
                }
                for n in step_of(project(&store, writer).as_ref()) + 1.. {
                    let last = step(&store, writer, n);
                    let line = format!("step {writer} {n} {last}\n");
                    std::io::stdout().write_all(line.as_bytes()).unwrap();
                    std::io::stdout().flush().unwrap();
                }
            });
        }
    });
}

#[test]
fn what_was_found_survives_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let mut told = 0;
    let mut acknowledged = [0; WRITERS as usize];
    for round in 0..LOOPS {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["the_writer", "--exact", "--nocapture"])
            .env(FOLDER, folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut seen = 0;
        let mut note = |line: &str| {
            let words: Vec<&str> = line.split(' ').collect();
            // What the test harness prints, and a line the kill cut off, are not for us.
            if let ["step", writer, step, last] = words[..]
                && let (Ok(writer), Ok(step), Ok(last)) =
                    (writer.parse::<usize>(), step.parse::<u64>(), last.parse::<u64>())
            {
                acknowledged[writer] = step;
                told = told.max(last);
                seen += 1;
            }
            seen
        };
        // The child is at work from its first line on; how far it gets is left to chance, the loop only varies it.
        let mut killed = false;
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        while lines.read_line(&mut line).is_ok_and(|read| read > 0) {
            // Without its end it may be a part of a number.
            let whole = line.ends_with('\n');
            let seen = if whole { note(line.trim_end()) } else { 0 };
            if seen > round * 2 && !killed {
                killed = true;
                child.kill().unwrap();
            }
            line.clear();
        }
        child.wait().unwrap();
        assert!(killed, "the writers did write");
        check(folder.path(), &acknowledged, told);
    }
}

fn check(folder: &Path, acknowledged: &[u64], told: u64) {
    let opened = Store::open(&Settings::default(), folder, at(0)).unwrap();
    let store = opened.store;
    store.verify().unwrap();
    assert!(store.head() >= told, "{} < {told}", store.head());
    let mut names = vec![Vec::new(); WRITERS as usize];
    let mut after = 0;
    loop {
        let page = store.events_after(after, 500).unwrap();
        let Some(last) = page.last() else { break };
        after = last.seq;
        for event in page {
            assert_eq!(event.catalog, None);
            let writer: usize = event.catalogs[0].id.as_str().trim_start_matches("list-").parse().unwrap();
            let News::Added { subject, .. } = &event.news else { panic!("not ours") };
            names[writer].push(subject.name.clone());
        }
    }
    let due = store.projects_due(at(1_000_000), 100);
    for writer in 0..WRITERS {
        let Some(project) = project(&store, writer) else { continue };
        let step = step_of(Some(&project));
        assert!(step >= acknowledged[writer as usize], "{step} of {writer} is there");
        // Every step whole, in order, once; none beyond the state.
        let expected: Vec<String> =
            (1..=step).flat_map(|step| (0..events(step)).map(move |n| format!("{step} {n}"))).collect();
        assert_eq!(names[writer as usize], expected);
        let stars: Vec<u64> =
            store.star_history(project.id).unwrap().rows().iter().map(|row| row.stars).collect();
        assert_eq!(stars, (1..=step).collect::<Vec<_>>());
        let state = store.rank_state(&scope(writer)).unwrap();
        assert_eq!(state.and_then(|state| state.looked()), (step > 0).then(|| at(step)));
        assert_eq!(
            store.project_of_node(&format!("R_{writer}_{}", step % 3)).unwrap(),
            project.node.map(|_| project.id)
        );
        assert_eq!(store.project_keys(project.id).unwrap().len() as u64, 1 + step.min(3));
        let listed = !store.listings(project.id).unwrap().is_empty();
        assert_eq!(due.contains(&project.id), listed, "due as long as it is listed");
        assert_eq!(store.entry(&catalog(writer), &key(writer)).unwrap().is_some(), listed);
    }
    assert_eq!(store.projects(None, 9).unwrap().last().map(|project| project.id), last_id(&store));
}

/// Two writers, two projects: no number was given twice or passed over.
fn last_id(store: &Store) -> Option<ProjectId> {
    let count = store.project_count().unwrap() as u32;
    (count > 0).then_some(ProjectId(count))
}
