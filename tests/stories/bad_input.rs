//! Everything that can be wrong with files, folders and neighbours: one clear sentence each, nothing lost.

use std::fs;
use std::os::unix::fs::symlink;
use std::time::{Duration, Instant};

use whimbrel_world::{World, catalog_of};

const CURLEW: (&str, &str) = ("curlew", "https://github.com/example/curlew");
const GODWIT: (&str, &str) = ("godwit", "https://github.com/example/godwit");

fn list(entries: &[(&'static str, &'static str)]) -> String {
    catalog_of("Birds", entries.iter().copied())
}

/// Text as UTF-16 with a mark, least significant byte first.
fn utf16(text: &str) -> Vec<u8> {
    [0xfe_ff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

#[test]
fn documents_that_are_none_are_refused_in_one_sentence() {
    let world = World::new();
    let huge = "- [a](https://github.com/example/a) - text\n".repeat((100 << 20) / 43);
    let page =
        "<!DOCTYPE html>\n<html><head><title>502</title></head><body><h1>Bad gateway</h1></body></html>\n";
    let binary: Vec<u8> = (0..=255).cycle().take(4096).collect();
    for (name, bytes, words) in [
        ("latin.md", b"# Caf\xe9\n\n- [x](https://example.org/x)\n".to_vec(), "UTF-8"),
        ("empty.md", Vec::new(), "empty"),
        ("blank.md", b" \n\n".to_vec(), "empty"),
        ("page.md", page.into(), "web page"),
        ("binary.md", binary, "UTF-8"),
        ("huge.md", huge.into_bytes(), "more than"),
        ("half.json", br#"{"projects": [{"name": "a", "url": "https://exa"#.to_vec(), "line"),
    ] {
        world.write(name, bytes);
        let output = world.run(&["check", name]);
        assert_eq!(output.code, Some(1), "{name}: {output:?}");
        assert_eq!(output.stderr.lines().count(), 1, "{name}: {}", output.stderr);
        assert!(output.stderr.contains(name) && output.stderr.contains(words), "{name}: {}", output.stderr);
    }
}

#[test]
fn odd_encodings_of_text_are_read() {
    let world = World::new();
    let text = list(&[CURLEW, GODWIT]);
    world.write("wide.md", utf16(&text));
    world.write("marked.md", [b"\xef\xbb\xbf", text.as_bytes()].concat());
    world.write("windows.md", text.replace('\n', "\r\n"));
    world.write("half.md", &text[..text.len() - 30]);
    for name in ["wide.md", "marked.md", "windows.md"] {
        let report = world.run(&["check", "--format", "json", name]).json();
        assert_eq!(report["entries"], 2, "{name}: {report}");
    }
    assert_eq!(world.run(&["check", "half.md"]).code, Some(0), "half a list is a list");
}

#[tokio::test]
async fn a_followed_catalog_that_goes_bad_keeps_its_good_state() {
    let mut world = World::new();
    world.hurry();
    world.write("birds/list.md", list(&[CURLEW]));
    world.follow("birds", "birds/list.md");
    world.start().await;
    world.logs("following `birds`").await;

    world.write("birds/list.md", b"\xff\xfe\xff");
    world.logs("`birds` could not be read").await;
    fs::remove_dir_all(world.path("birds")).expect("the folder is ours");
    world.logs("does not exist").await;
    fs::create_dir(world.path("birds")).expect("the folder is ours");
    symlink(world.path("birds/other.md"), world.path("birds/list.md")).expect("the folder is ours");
    symlink(world.path("birds/list.md"), world.path("birds/other.md")).expect("the folder is ours");
    world.logs("symbolic link").await;
    fs::remove_dir_all(world.path("birds")).expect("the folder is ours");
    world.write("birds/list.md", list(&[CURLEW, GODWIT]));
    world.hears("godwit").await;
    world.stop().await;
    let told = world.told();
    assert!(told.iter().all(|(kind, _)| kind != "removed"), "{told:?}");
}

#[tokio::test]
async fn a_folder_that_contains_itself_is_read_once() {
    let mut world = World::new();
    world.hurry();
    world.write("lists/birds.md", list(&[CURLEW]));
    symlink(world.path("lists"), world.path("lists/again")).expect("the folder is ours");
    world.follow("lists", "lists");
    world.start().await;
    world.logs("following `lists`: 1 entries").await;
    world.stop().await;
}

#[tokio::test]
async fn a_port_in_use_and_a_second_instance_are_told_at_once() {
    let mut world = World::new();
    world.write("birds.md", list(&[CURLEW]));
    world.follow("birds", "birds.md");
    world.start().await;
    world.is_ready().await;
    let started = Instant::now();
    let output = world.run(&["run", "--config", "whimbrel.toml"]);
    assert_eq!(output.code, Some(1), "{output:?}");
    assert!(output.stderr.contains("another whimbrel"), "{}", output.stderr);
    assert!(started.elapsed() < Duration::from_secs(1), "it took {:?}", started.elapsed());

    let taken = world.url("").trim_start_matches("http://").to_owned();
    let mut other = World::new();
    other.variable("WHIMBREL_WEB__LISTEN", &taken);
    let output = other.run(&["run"]);
    assert_eq!(output.code, Some(1), "{output:?}");
    assert!(output.stderr.contains(&taken) && output.stderr.contains("[web]"), "{}", output.stderr);
    let left = fs::read_dir(other.folder()).expect("the folder is ours").count();
    assert_eq!(left, 0, "a start by mistake leaves nothing behind");
    world.stop().await;
}

#[test]
fn a_place_that_cannot_be_written_is_told() {
    let mut world = World::new();
    world.write("birds.md", list(&[CURLEW]));
    world.follow("birds", "birds.md");
    world.write("file", "in the way");
    // In /sys nobody may make folders, not even root; below a file nobody can.
    for path in ["/sys/whimbrel-data", "file/whimbrel-data"] {
        world.variable("WHIMBREL_STORE__PATH", path);
        let output = world.run(&["run"]);
        assert_eq!(output.code, Some(1), "{output:?}");
        assert!(output.stderr.contains("whimbrel-data"), "{}", output.stderr);
    }
    let output = world.run(&["once", "--out", "file/site"]);
    assert_eq!(output.code, Some(1), "{output:?}");
}

#[tokio::test]
async fn a_damaged_store_is_replaced_by_its_backup_aloud() {
    let mut world = World::new();
    world.hurry();
    world.write("birds.md", list(&[CURLEW]));
    world.follow("birds", "birds.md");
    world.start().await;
    world.is_ready().await;
    world.write("birds.md", list(&[CURLEW, GODWIT]));
    world.hears("godwit").await;
    assert_eq!(world.run(&["backup"]).code, Some(0));
    world.kill();
    let mut damaged = 0;
    for entry in fs::read_dir(world.path("whimbrel-data")).expect("the store has a folder") {
        let database = entry.expect("readable").path().join("db");
        if let Ok(length) = fs::metadata(&database).map(|about| about.len()) {
            fs::write(&database, vec![0x5a; length as usize]).expect("the file is ours");
            damaged += 1;
        }
    }
    assert_eq!(damaged, 1, "one database was found and overwritten");
    world.start().await;
    world.is_ready().await;
    let said = world.process().said();
    assert!(said.contains("damaged") && said.contains("backup"), "{said}");
    let told = world.told();
    assert_eq!(told.iter().filter(|(kind, name)| kind == "added" && name == "godwit").count(), 1, "{told:?}");
    world.stop().await;
}

#[tokio::test]
async fn a_store_without_anything_to_save_it_is_rebuilt_quietly() {
    let mut world = World::new();
    world.hurry();
    world.configure("[store]\nbackup_hours = 0");
    world.write("birds.md", list(&[CURLEW, GODWIT]));
    world.follow("birds", "birds.md");
    world.start().await;
    world.is_ready().await;
    let before = world.journal()[0]["epoch"].as_u64().expect("a number");
    world.kill();
    for entry in fs::read_dir(world.path("whimbrel-data")).expect("the store has a folder") {
        let database = entry.expect("readable").path().join("db");
        if database.exists() {
            fs::write(&database, b"nothing").expect("the file is ours");
        }
    }
    world.start().await;
    world.logs("following `birds`: 2 entries, nothing is announced").await;
    let journal = world.journal();
    assert!(journal.iter().all(|event| event["kind"] == "followed"), "{journal:?}");
    assert!(journal[0]["epoch"].as_u64() > Some(before), "a new life");
    world.stop().await;
}
