//! Disks that are full or read-only: one clear sentence each, pages go on, nothing is lost, and it goes on by itself
//! once there is room.

use std::fs;
use std::process::Command;

use whimbrel_world::{Output, World, catalog_of, process};

const CURLEW: (&str, &str) = ("curlew", "https://github.com/example/curlew");
const GODWIT: (&str, &str) = ("godwit", "https://github.com/example/godwit");
const PLOVER: (&str, &str) = ("plover", "https://github.com/example/plover");

const MIB: u64 = 1 << 20;

/// Room for a store, and for what the program leaves to the database as a reserve.
const ENOUGH: u64 = 32 * MIB;

/// A look at everything, and the site as files.
const ONCE: [&str; 5] = ["once", "--config", "whimbrel.toml", "--out", "site"];

/// A program that goes on.
const RUN: [&str; 3] = ["run", "--config", "whimbrel.toml"];

fn list(entries: &[(&'static str, &'static str)]) -> String {
    catalog_of("Birds", entries.iter().copied())
}

/// A catalog of so many birds.
fn flocks(many: usize) -> String {
    let urls: Vec<String> = (0..many).map(|n| format!("https://github.com/example/bird-{n}")).collect();
    let entries = urls.iter().map(|url| (url.rsplit('/').next().unwrap_or_default(), url.as_str()));
    catalog_of("Flocks", entries)
}

/// A world that follows one catalog of birds.
fn world() -> World {
    let mut world = World::new();
    world.hurry();
    world.configure("[store]\nbackup_hours = 0");
    world.write("birds.md", list(&[CURLEW]));
    world.follow("birds", "birds.md");
    world
}

/// Kinds and names of what was told, without what says how the catalog was read.
fn news(world: &World) -> Vec<String> {
    let told = world.told().into_iter();
    told.filter(|(kind, _)| kind == "added" || kind == "removed").map(|(_, name)| name).collect()
}

/// It gave up with one sentence that says these things.
fn refused(output: &Output, words: &[&str]) {
    assert_eq!(output.code, Some(1), "{output:?}");
    assert_eq!(output.stderr.lines().count(), 1, "{output:?}");
    assert!(words.iter().all(|word| output.stderr.contains(word)), "{words:?} in {output:?}");
}

#[tokio::test]
async fn a_full_disk_is_said_once_and_what_was_seen_is_told_once_there_is_room() {
    let mut world = world();
    if !world.mount("whimbrel-data", ENOUGH) {
        return;
    }
    world.start().await;
    world.is_ready().await;
    world.disk().fill();
    world.write("birds.md", list(&[CURLEW, GODWIT]));
    world.logs("make room there").await;
    // More edits, and looks every second, are no reason to say it again.
    world.write("birds.md", list(&[CURLEW, GODWIT, PLOVER]));
    world.write("other.md", list(&[PLOVER]));
    world.follow("other", "other.md");
    world.logs("now following `other`").await;
    assert!(world.page("/").await.contains("Birds"), "pages go on");
    let told = world.news().await;
    assert!(told.iter().all(|title| title.starts_with("Now following Birds")), "told and not kept: {told:?}");

    world.disk().clear();
    world.logs("kept again").await;
    world.hears("plover").await;
    let said = world.stop().await;
    assert_eq!(said.matches("what was seen cannot be kept").count(), 1, "{said}");
    assert!(!said.contains("could not be read") && !said.contains("network"), "{said}");
    assert_eq!(news(&world), ["godwit", "plover"]);
}

#[tokio::test]
async fn a_program_that_died_on_a_full_disk_goes_on_once_there_is_room() {
    let mut world = world();
    if !world.mount("whimbrel-data", ENOUGH) {
        return;
    }
    world.start().await;
    world.is_ready().await;
    world.write("birds.md", list(&[CURLEW, GODWIT]));
    world.hears("godwit").await;
    world.disk().fill();
    world.write("birds.md", list(&[CURLEW, GODWIT, PLOVER]));
    world.logs("make room there").await;
    world.kill();
    for arguments in [&RUN[..], &ONCE[..]] {
        refused(&world.run(arguments), &["whimbrel-data", "No space left", "make room there"]);
    }
    world.disk().clear();
    world.start().await;
    world.hears("plover").await;
    world.stop().await;
    assert_eq!(news(&world), ["godwit", "plover"]);
}

#[tokio::test]
async fn commands_on_a_full_disk_leave_nothing_half_done() {
    let mut world = world();
    if !world.mount("disk", ENOUGH) {
        return;
    }
    world.variable("WHIMBREL_STORE__PATH", "disk/data");
    let [backup, export, import] = ["backup", "export", "import"].map(|command| {
        let mut arguments = vec![command, "--config", "whimbrel.toml"];
        arguments.extend((command != "backup").then_some("disk/all.jsonl"));
        arguments
    });
    world.start().await;
    world.is_ready().await;
    world.disk().fill();
    refused(&world.run(&backup), &["disk/data/backups", "No space left"]);
    refused(&world.run(&export), &["disk/all.jsonl", "No space left"]);
    let files = |folder: &str| -> Vec<String> {
        let entries = fs::read_dir(world.disk().path(folder)).into_iter().flatten();
        let mut names: Vec<String> = entries
            .map(|entry| entry.expect("readable").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    };
    assert_eq!(files(""), ["ballast", "data"]);
    assert_eq!(files("data/backups"), Vec::<String>::new());

    world.disk().clear();
    assert_eq!(world.run(&backup).code, Some(0));
    assert_eq!(world.run(&export).code, Some(0));
    assert_eq!((files("").len(), files("data/backups").len()), (2, 1));
    world.stop().await;
    let before = world.journal();
    world.disk().fill();
    refused(&world.run(&import), &["disk/data", "No space left", "make room there"]);
    world.disk().clear();
    assert_eq!(world.journal(), before, "what was known is known");
    assert_eq!(world.run(&import).code, Some(0));
    assert_eq!(world.journal(), before, "and so it is by its export");
}

#[test]
fn a_site_on_a_full_disk_stays_as_it_was() {
    let mut world = world();
    if !world.mount("site", 8 * MIB) {
        return;
    }
    assert_eq!(world.run(&ONCE).code, Some(0));
    let before = fs::read(world.disk().path("feed.json")).expect("written above");
    let names = || -> Vec<_> {
        let entries = fs::read_dir(world.disk().path("")).expect("it is mounted");
        let mut names: Vec<_> = entries.map(|entry| entry.expect("readable").file_name()).collect();
        names.retain(|name| name != "ballast");
        names.sort();
        names
    };
    let there = names();
    world.disk().fill();
    world.write("birds.md", list(&[CURLEW, GODWIT]));
    let output = world.run(&ONCE);
    assert_eq!(output.code, Some(1), "{output:?}");
    assert!(output.stderr.contains("site") && output.stderr.contains("No space left"), "{output:?}");
    assert!(!output.stderr.contains("panicked"), "{output:?}");
    assert_eq!(
        fs::read(world.disk().path("feed.json")).expect("it was there"),
        before,
        "readers keep theirs"
    );
    assert_eq!(names(), there, "nothing half written is left");
    world.disk().clear();
    assert_eq!(world.run(&ONCE).code, Some(0));
    let after = fs::read_to_string(world.disk().path("feed.json")).expect("written above");
    assert!(after.contains("godwit"), "{after}");
}

#[test]
fn a_read_only_disk_is_told_and_left_alone() {
    let mut world = world();
    if !world.mount("disk", ENOUGH) {
        return;
    }
    assert_eq!(world.run(&ONCE).code, Some(0));
    let known = world.told();
    world.disk().read_only(true);
    let output = world.run(&["once", "--config", "whimbrel.toml", "--out", "disk/site"]);
    refused(&output, &["disk/site", "Read-only file system"]);
    assert_eq!(world.told(), known);

    world.variable("WHIMBREL_STORE__PATH", "disk/data");
    for arguments in [&RUN[..], &ONCE[..]] {
        refused(&world.run(arguments), &["disk/data", "Read-only file system", "[store] path"]);
    }
    world.disk().read_only(false);
    assert_eq!(world.run(&ONCE).code, Some(0));
    world.disk().read_only(true);
    for arguments in [&RUN[..], &ONCE[..]] {
        refused(&world.run(arguments), &["disk/data", "Read-only file system", "[store] path"]);
    }
    world.disk().read_only(false);
    assert_eq!(world.told(), known);
}

/// Where no disk can be mounted, a limit on the sizes of files refuses writes in much the same way.
#[test]
fn a_disk_that_takes_no_more_in_the_middle_of_a_big_change_loses_nothing() {
    let mut world = world();
    assert_eq!(world.run(&ONCE).code, Some(0));
    let site = fs::read(world.path("site/index.html")).expect("written above");
    let before = world.told();
    world.write("flocks.md", flocks(12_000));
    world.follow("flocks", "flocks.md");
    let script = format!("trap '' XFSZ; ulimit -f 1500; exec {} \"$@\"", process::program().display());
    let output =
        Command::new("sh").args(["-c", &script, "sh"]).args(ONCE).current_dir(world.folder()).output();
    let output = output.expect("a shell is there");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!said.contains("panicked"), "{said}");
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("the site stays as it was"), "{said}");
    assert_eq!(
        fs::read(world.path("site/index.html")).expect("written before"),
        site,
        "nothing of the site is lost"
    );
    assert_eq!(world.run(&ONCE).code, Some(0), "it goes on once there is room; before it said:\n{said}");
    assert_eq!(world.told()[..before.len()], before[..], "nothing that was known is lost");
}
