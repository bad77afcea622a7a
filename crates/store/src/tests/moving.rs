//! Exports, imports and backups.

use std::fs;
use std::io::{Read as _, Write as _};

use chrono::TimeDelta;
use sha2::{Digest as _, Sha256};

use super::{added, at, content, fill, id, mangled, meta, open, record};
use crate::keys::hex;
use crate::moving::lines::VERSION;
use crate::*;

fn export(store: &Store) -> Vec<u8> {
    let mut bytes = Vec::new();
    store.export(&mut bytes, &mut |_| {}).unwrap();
    bytes
}

#[test]
fn an_export_is_the_same_from_every_engine() {
    let folder = tempfile::tempdir().unwrap();
    let disk = open(folder.path()).store;
    fill(&disk, 0..7);
    let first = export(&disk);
    let memory = Store::import_in_memory(&first[..]).unwrap();
    assert!(content(&memory).unwrap() == content(&disk).unwrap());
    memory.verify().unwrap();
    assert_eq!(memory.head(), disk.head());
    assert!(memory.epoch() > disk.epoch());
    // The life is in the first line; everything else is the same to the byte.
    let (first, second) = (String::from_utf8(first).unwrap(), String::from_utf8(export(&memory)).unwrap());
    let middle =
        |text: &str| text.split_once('\n').unwrap().1.rsplit_once("{\"footer\"").unwrap().0.to_owned();
    assert!(middle(&first) == middle(&second));
    assert!(
        first.contains("\"document\"") && first.contains("\"tombstone\"") && first.contains("\"replayed\"")
    );

    // Indexes were made anew, and numbers go on.
    let query = Query { scope: Scope::Catalog(id("two")), limit: 1000, ..Query::default() };
    assert_eq!(memory.events(&query).unwrap().events, disk.events(&query).unwrap().events);
    assert_eq!(memory.due(at(999), 9).unwrap(), disk.due(at(999), 9).unwrap());
    assert_eq!(
        memory.events_between(at(2), at(4), 99).unwrap(),
        disk.events_between(at(2), at(4), 99).unwrap()
    );
    let document = memory.catalog(&id("two")).unwrap().unwrap().accepted_document.unwrap();
    assert_eq!(memory.document(&document).unwrap(), disk.document(&document).unwrap());
    let mut more = record(meta("three"));
    more.news = vec![added("x", "S", 9)];
    let seq = disk.head() + 1;
    assert_eq!(memory.record(&[more], at(1)).unwrap().seqs, Some((seq, seq)));
    assert_eq!(memory.events_after(seq - 1, 9).unwrap()[0].epoch, memory.epoch());
}

/// How the first line says which format it is.
fn version(number: u32) -> String {
    format!("\"version\":{number}")
}

/// The same export, as a program would have written it that knew of no files beside the database.
fn of_version_3(bytes: &[u8]) -> Vec<u8> {
    let text = String::from_utf8(bytes.to_vec()).unwrap().replacen(&version(VERSION), &version(3), 1);
    let (body, footer) = text.split_at(text.trim_end().rfind('\n').unwrap() + 1);
    let mut footer: serde_json::Value = serde_json::from_str(footer).unwrap();
    footer["footer"]["sha256"] = hex(&Sha256::digest(body)).into();
    format!("{body}{footer}\n").into_bytes()
}

#[test]
fn what_people_suggested_goes_along_and_comes_back() {
    let [here, there] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let root = |folder: &tempfile::TempDir| folder.path().join(Settings::default().path);
    let store = open(here.path()).store;
    fill(&store, 0..3);
    let (accepted, waiting) = ("[[catalog]]\nid = \"ä\"\n", "[{\"id\":\"b\"}]");
    fs::write(root(&here).join(SUGGESTED), accepted).unwrap();
    let without = export(&store);
    fs::remove_file(root(&here).join(SUGGESTED)).unwrap();
    let older = of_version_3(&export(&store));
    fs::write(root(&here).join(SUGGESTED), accepted).unwrap();
    fs::write(root(&here).join(SUGGESTIONS), waiting).unwrap();
    fs::write(root(&here).join(LEADS), "[]").unwrap();
    fs::write(root(&here).join("questions.txt"), "/find secret").unwrap();
    let whole = export(&store);
    assert!(!String::from_utf8_lossy(&whole).contains("secret"), "what is a convenience stays here");
    let backup = store.backup(at(1000), &mut |_| {}).unwrap().unwrap();
    drop(store);
    let file = there.path().join("file");
    let import = |bytes: &[u8], seconds| {
        fs::write(&file, bytes).unwrap();
        Store::import(&Settings::default(), there.path(), &file, at(seconds), &mut |_| {}).map(drop)
    };
    let read = |name: &str| fs::read_to_string(root(&there).join(name)).ok();
    import(&whole, 2000).unwrap();
    assert_eq!((read(SUGGESTED).as_deref(), read(SUGGESTIONS).as_deref()), (Some(accepted), Some(waiting)));
    assert_eq!(read(LEADS).as_deref(), Some("[]"));
    // What is replaced is moved aside; what an export does not have stays.
    fs::write(root(&there).join(SUGGESTED), "# another").unwrap();
    import(&without, 3000).unwrap();
    import(&older, 3500).unwrap();
    assert_eq!((read(SUGGESTED).as_deref(), read(SUGGESTIONS).as_deref()), (Some(accepted), Some(waiting)));
    let aside = fs::read_dir(root(&there)).unwrap().map(|entry| entry.unwrap().path());
    let aside = aside.filter(|path| path.to_string_lossy().ends_with("-suggested.toml"));
    let texts: Vec<_> = aside.map(|path| fs::read_to_string(path).unwrap()).collect();
    assert_eq!(texts, ["# another"]);
    let foreign = String::from_utf8(whole).unwrap().replace(SUGGESTED, "../../elsewhere");
    assert!(import(foreign.as_bytes(), 4000).unwrap_err().to_string().contains("none of ours"));

    // A folder of which nothing is left but its backups has them again; what is there is newer.
    for lost in ["FORMAT", "MARK", "state-1", SUGGESTIONS] {
        let path = root(&here).join(lost);
        if path.is_dir() { fs::remove_dir_all(path).unwrap() } else { fs::remove_file(path).unwrap() }
    }
    fs::write(root(&here).join(SUGGESTED), "# newer").unwrap();
    let opened = open(here.path());
    assert!(opened.steps.contains(&OpenStep::FromBackup(backup)), "{:?}", opened.steps);
    let read = |name: &str| fs::read_to_string(root(&here).join(name)).unwrap();
    assert_eq!((read(SUGGESTED), read(SUGGESTIONS)), ("# newer".to_owned(), waiting.to_owned()));
}

#[test]
fn a_bad_file_is_refused_before_anything_is_touched() {
    let folder = tempfile::tempdir().unwrap();
    let opened = open(folder.path());
    fill(&opened.store, 0..3);
    let before = content(&opened.store).unwrap();
    let whole = export(&opened.store);
    drop(opened);
    let file = folder.path().join("file");
    let import = |bytes: &[u8]| {
        fs::write(&file, bytes).unwrap();
        Store::import(&Settings::default(), folder.path(), &file, at(2000), &mut |_| {})
    };
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(&whole).unwrap();
    let gz = gz.finish().unwrap();

    let text = String::from_utf8(whole.clone()).unwrap();
    let mut lines: Vec<&str> = text.lines().collect();
    lines.swap(3, 4);
    let swapped = lines.join("\n") + "\n";
    lines.swap(3, 4);
    lines.remove(5);
    let shorter = lines.join("\n") + "\n";
    let middle = whole.len() / 2;
    let mut flipped = whole.clone();
    flipped[middle] ^= 1;
    let bad: Vec<(&str, Vec<u8>)> = vec![
        ("empty", Vec::new()),
        ("foreign", b"# A list\n- [a](https://a.example)\n".to_vec()),
        ("other JSON", b"{\"format\":\"something\"}\n{}\n".to_vec()),
        ("no end", whole[..middle].to_vec()),
        ("a line cut off", whole[..whole.len() - 1].to_vec()),
        ("without its last line", whole[..text.rfind("{\"footer\"").unwrap()].to_vec()),
        ("lines exchanged", swapped.into_bytes()),
        ("a line less", shorter.into_bytes()),
        ("a bit flipped", flipped),
        ("twice", [whole.clone(), whole.clone()].concat()),
        ("newer", text.replacen(&version(VERSION), &version(VERSION + 1), 1).into_bytes()),
        ("gzip cut short", gz[..gz.len() / 2].to_vec()),
        ("gzip without its sum", gz[..gz.len() - 6].to_vec()),
    ];
    for (name, bytes) in bad {
        match import(&bytes) {
            Err(StoreError::BadImport { problem, .. }) => assert!(!problem.is_empty(), "{name}"),
            Err(other) => panic!("{name}: {other}"),
            Ok(_) => panic!("{name} was taken"),
        }
    }
    let opened = open(folder.path());
    assert_eq!(opened.steps, []);
    assert!(content(&opened.store).unwrap() == before);
    drop(opened);

    for bytes in [&gz, &whole] {
        let opened = import(bytes).unwrap();
        assert!(matches!(
            opened.steps[..],
            [OpenStep::SetAside(_), OpenStep::FromBackup(_), OpenStep::NewEpoch(_)]
        ));
        assert!(content(&opened.store).unwrap() == before);
        opened.store.verify().unwrap();
    }
    assert_eq!(open(folder.path()).steps, []);
}

#[test]
fn numbers_never_come_back_after_an_import() {
    let folder = tempfile::tempdir().unwrap();
    let opened = open(folder.path());
    fill(&opened.store, 0..2);
    let file = folder.path().join("early.jsonl");
    opened.store.export_file(&file, &mut |_| {}).unwrap();
    fill(&opened.store, 2..4);
    let (epoch, head) = (opened.store.epoch(), opened.store.head());
    drop(opened);
    let store = Store::import(&Settings::default(), folder.path(), &file, at(0), &mut |_| {}).unwrap().store;
    assert!(store.epoch() > epoch);
    assert_eq!(store.head(), head, "the next number is one that was never given");
    assert_eq!(store.events_after(0, 1000).unwrap().len(), 30);
    drop(store);
    let opened = open(folder.path());
    assert_eq!(opened.steps, []);
    fill(&opened.store, 4..5);
    assert_eq!(opened.store.events_after(head, 1000).unwrap().len(), 15);
}

#[test]
fn an_export_shows_one_moment_while_recording_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    for store in [Store::in_memory().unwrap(), open(folder.path()).store] {
        fill(&store, 0..40);
        let before = content(&store).unwrap();
        // Recording happens at the worst moments: in the middle of the export, again and again.
        let mut writer = Meddler { store: &store, out: Vec::new(), step: 40, next: 0 };
        store.export(&mut writer, &mut |_| {}).unwrap();
        assert!(writer.step > 45, "it did meddle");
        let taken = Store::import_in_memory(&writer.out[..]).unwrap();
        assert!(content(&taken).unwrap() == before);
        assert!(content(&store).unwrap() != before);
        store.verify().unwrap();
    }
}

/// Records into the store it is being filled from.
struct Meddler<'a> {
    store: &'a Store,
    out: Vec<u8>,
    step: i64,
    next: usize,
}

impl std::io::Write for Meddler<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.out.extend_from_slice(bytes);
        if self.out.len() >= self.next {
            self.next = self.out.len() + 30_000;
            fill(self.store, self.step..self.step + 1);
            if self.step % 7 == 0 {
                self.store.forget_catalog(&id("one")).unwrap();
            }
            self.step += 1;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn backups_come_when_they_are_due_and_the_oldest_go() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).store;
    fill(&store, 0..1);
    let start = at(0);
    assert!(store.backup_due(start).unwrap());
    let hours = |hours| start + TimeDelta::hours(hours);
    let paths: Vec<_> =
        (0..5).map(|day| store.backup_scheduled(hours(day * 24), &mut |_| {}).unwrap().unwrap()).collect();
    assert!(!store.backup_due(hours(4 * 24 + 23)).unwrap());
    assert!(store.backup_due(hours(5 * 24)).unwrap());
    assert!(store.backup_due(hours(0)).unwrap(), "backups from the future do not count");
    let kept: Vec<_> = paths.iter().map(|path| path.exists()).collect();
    assert_eq!(kept, [false, false, true, true, true]);
    let mut text = String::new();
    flate2::read::GzDecoder::new(fs::File::open(&paths[4]).unwrap()).read_to_string(&mut text).unwrap();
    assert_eq!(text.as_bytes(), export(&store));
    let memory = Store::in_memory().unwrap();
    assert!(!memory.backup_due(start).unwrap());
    assert_eq!(memory.backup(start, &mut |_| {}).unwrap(), None);
}

#[test]
fn nothing_is_backed_up_before_there_is_something_and_then_soon() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).store;
    assert!(!store.backup_due(at(0)).unwrap(), "nothing was recorded yet");
    store.record(&[record(meta("one"))], at(0)).unwrap();
    assert!(store.backup_due(at(0)).unwrap());
    store.backup_scheduled(at(0), &mut |_| {}).unwrap();
    assert!(!store.backup_due(at(7200)).unwrap(), "there still is no event");
    fill(&store, 0..1);
    assert!(!store.backup_due(at(3599)).unwrap());
    assert!(store.backup_due(at(3600)).unwrap(), "the newest backup holds no events");
    store.backup_scheduled(at(3600), &mut |_| {}).unwrap();
    assert!(!store.backup_due(at(7200)).unwrap(), "this one does");
}

#[test]
fn backups_somebody_asks_for_do_not_push_scheduled_ones_out() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).store;
    fill(&store, 0..1);
    let scheduled: Vec<_> =
        (0..3).map(|n| store.backup_scheduled(at(n), &mut |_| {}).unwrap().unwrap()).collect();
    // One of them within the second of a scheduled one.
    let asked: Vec<_> = (2..6).map(|n| store.backup(at(n), &mut |_| {}).unwrap().unwrap()).collect();
    assert!(scheduled.iter().all(|path| path.exists()));
    let kept: Vec<_> = asked.iter().map(|path| path.exists()).collect();
    assert_eq!(kept, [false, true, true, true], "as many are kept of each kind");
    let day = TimeDelta::hours(24);
    assert!(store.backup_due(at(2) + day).unwrap(), "and they put no scheduled one off");
    assert!(!store.backup_due(at(1) + day).unwrap());
}

#[test]
fn of_two_backups_of_one_second_the_one_that_holds_more_is_the_newest() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).store;
    fill(&store, 0..1);
    store.backup_scheduled(at(1), &mut |_| {}).unwrap();
    fill(&store, 1..2);
    let asked = store.backup(at(1), &mut |_| {}).unwrap().unwrap();
    let home = store.inner.home.as_ref().unwrap();
    assert_eq!(crate::moving::backup::list(&home.folder).unwrap().last(), Some(&asked));
}

/// An export with its last line made anew.
fn summed(lines: &[String]) -> Vec<u8> {
    use sha2::Digest as _;
    let text: String = lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect();
    let sum = sha2::Sha256::digest(text.as_bytes())
        .iter()
        .fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    format!("{text}{{\"footer\":{{\"lines\":{},\"sha256\":\"{sum}\"}}}}\n", lines.len()).into_bytes()
}

#[test]
fn mangled_exports_are_refused_or_give_a_sound_store() {
    let store = Store::in_memory().unwrap();
    fill(&store, 0..2);
    let mut whole = Vec::new();
    store.export(&mut whole, &mut |_| {}).unwrap();
    let mut lines: Vec<String> = String::from_utf8(whole).unwrap().lines().map(str::to_owned).collect();
    lines.pop();
    // The long ones are long for their descriptions.
    lines.retain(|line| line.len() < 2_000);
    assert!(Store::import_in_memory(&summed(&lines)[..]).is_ok(), "unharmed it is taken");
    let (mut taken, mut refused) = (0, 0);
    for case in 0..mangled::cases(1_500) {
        let mut luck = mangled::Luck::of(case);
        let mut lines = lines.clone();
        for _ in 0..=luck.below(2) {
            let at = luck.below(lines.len());
            let sample = serde_json::from_str(&lines[at]).unwrap_or(serde_json::Value::Null);
            match luck.below(6) {
                0 => drop(lines.remove(at)),
                1 => lines.swap(at, case as usize % 7),
                2 => lines.insert(at, lines[at].clone()),
                _ => {
                    lines[at] =
                        String::from_utf8_lossy(&mangled::mangled(case, &[sample])).replace('\n', " ");
                }
            }
        }
        let mut bytes = summed(&lines);
        if luck.below(20) == 0 {
            mangled::scratch(&mut luck, &mut bytes);
        }
        match Store::import_in_memory(&bytes[..]) {
            Ok(store) => {
                taken += 1;
                content(&store).unwrap();
                store.verify().unwrap();
            }
            Err(_) => refused += 1,
        }
    }
    assert!(taken > 100 && refused > 100, "{taken} taken, {refused} refused");
}
