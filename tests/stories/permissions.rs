//! Files and folders the program may not read or write: one clear sentence, everything else goes on, and so does this
//! once it may. Where the tests run as root, the program runs without root's right to overlook permissions.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use whimbrel_world::{World, catalog_of, eventually};

const CURLEW: (&str, &str) = ("curlew", "https://github.com/example/curlew");
const GODWIT: (&str, &str) = ("godwit", "https://github.com/example/godwit");

fn list(entries: &[(&'static str, &'static str)]) -> String {
    catalog_of("Birds", entries.iter().copied())
}

/// A world that follows these, without any right to overlook permissions; `None` where root cannot go without it.
fn world(catalogs: &[(&str, &str)]) -> Option<World> {
    let mut world = World::new();
    world.hurry();
    world.configure("[store]\nbackup_hours = 0");
    for (id, source) in catalogs {
        world.follow(id, source);
    }
    world.humble().then_some(world)
}

/// Sets the permissions of a file or folder of ours.
fn permit(world: &World, name: &str, mode: u32) {
    fs::set_permissions(world.path(name), fs::Permissions::from_mode(mode)).expect("it is ours");
}

#[tokio::test]
async fn an_unreadable_catalog_is_said_and_read_once_it_may_be() {
    let catalogs = [("birds", "birds.md"), ("lists", "lists"), ("good", "good.md")];
    let Some(mut world) = world(&catalogs) else { return };
    for name in ["birds.md", "lists/one.md", "good.md"] {
        world.write(name, list(&[CURLEW]));
    }
    permit(&world, "birds.md", 0o000);
    permit(&world, "lists", 0o000);
    world.start().await;
    for id in ["birds", "lists"] {
        let refused = |line: &str| {
            let about =
                line.contains(&format!("`{id}` could not be read")) && line.contains("may not be read: give");
            about.then_some(())
        };
        world.process().hear(&format!("that `{id}` may not be read"), refused).await;
    }
    world.logs("following `good`").await;
    permit(&world, "birds.md", 0o600);
    permit(&world, "lists", 0o700);
    world.logs("following `birds`").await;
    world.logs("following `lists`").await;

    // What was read before and may not be read now is kept.
    let before = world.process().said().len();
    permit(&world, "birds.md", 0o000);
    eventually("a word about `birds`", || async {
        let said = world.process().said();
        said[before..].contains("`birds` could not be read").then_some(())
    })
    .await;
    world.write("birds.md", list(&[CURLEW, GODWIT]));
    world.hears("godwit").await;
    world.stop().await;
    let told = world.told();
    assert!(told.iter().all(|(kind, _)| kind != "removed"), "{told:?}");
}

#[test]
fn what_may_not_be_read_or_written_at_a_start_is_said_in_one_sentence() {
    let Some(world) = world(&[("birds", "birds.md")]) else { return };
    world.write("birds.md", list(&[CURLEW]));
    fs::create_dir(world.path("locked")).expect("the folder is ours");
    permit(&world, "locked", 0o500);
    let once = |out: &'static str| ["once", "--config", "whimbrel.toml", "--out", out];
    assert_eq!(world.run(&once("site")).code, Some(0));
    permit(&world, "site/feed.json", 0o000);
    permit(&world, "site", 0o500);
    let refused = |arguments: &[&str], code: i32, words: &[&str]| {
        let output = world.run(arguments);
        assert_eq!(output.code, Some(code), "{output:?}");
        assert_eq!(output.stderr.lines().count(), 1, "{output:?}");
        assert!(words.iter().all(|word| output.stderr.contains(word)), "{words:?} in {output:?}");
    };
    refused(&once("locked/site"), 1, &["locked/site", "Permission denied"]);
    refused(&once("site"), 1, &["site", "Permission denied"]);
    refused(
        &["export", "--config", "whimbrel.toml", "locked/all.jsonl"],
        1,
        &["locked/all.jsonl", "Permission denied"],
    );
    world.write("secret.md", list(&[CURLEW]));
    permit(&world, "secret.md", 0o000);
    refused(&["check", "secret.md"], 1, &["secret.md", "may not be read"]);

    permit(&world, "whimbrel.toml", 0o000);
    refused(&["run", "--config", "whimbrel.toml"], 2, &["whimbrel.toml", "may not be read"]);
    permit(&world, "whimbrel.toml", 0o600);

    permit(&world, "whimbrel-data", 0o500);
    for name in ["LOCK", "MARK"] {
        permit(&world, &format!("whimbrel-data/{name}"), 0o400);
    }
    refused(
        &["run", "--config", "whimbrel.toml"],
        1,
        &["whimbrel-data", "Permission denied", "[store] path"],
    );
}

#[tokio::test]
async fn a_store_that_may_not_be_written_any_more_goes_on_once_it_may() {
    let Some(mut world) = world(&[("birds", "birds.md")]) else { return };
    world.write("birds.md", list(&[CURLEW]));
    world.start().await;
    world.is_ready().await;
    let folders: Vec<_> = fs::read_dir(world.path("whimbrel-data/documents"))
        .expect("documents are kept")
        .map(|entry| format!("whimbrel-data/documents/{}", entry.expect("readable").file_name().display()))
        .chain(["whimbrel-data/documents".to_owned()])
        .collect();
    for folder in &folders {
        permit(&world, folder, 0o500);
    }
    world.write("birds.md", list(&[CURLEW, GODWIT]));
    world.logs("let this user write there").await;
    assert!(world.page("/").await.contains("Birds"), "pages go on");
    for folder in &folders {
        permit(&world, folder, 0o700);
    }
    world.hears("godwit").await;
    let said = world.stop().await;
    assert_eq!(said.matches("cannot be kept").count(), 1, "{said}");
}
