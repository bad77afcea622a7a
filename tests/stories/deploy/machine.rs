//! The program where it may write to one folder only, and what it says of itself.

use whimbrel_world::{World, catalog_of};

const CURLEW: (&str, &str) = ("curlew", "https://github.com/example/curlew");
const GODWIT: (&str, &str) = ("godwit", "https://github.com/example/godwit");

#[tokio::test]
async fn it_runs_on_a_read_only_system_with_one_folder_to_write_to() {
    let mut world = World::new();
    std::fs::create_dir(world.path("state")).expect("the folder is ours");
    let state = world.path("state").display().to_string();
    let folder = world.folder().display().to_string();
    // The same as in an image: no rights, no homes, no temporary folder, nothing to write to besides the state.
    let cage = [
        "bwrap",
        "--ro-bind",
        "/",
        "/",
        "--proc",
        "/proc",
        "--dev",
        "/dev",
        "--bind",
        &state,
        &state,
        "--unshare-pid",
        "--unshare-ipc",
        "--unshare-uts",
        "--cap-drop",
        "ALL",
        "--die-with-parent",
        "--chdir",
        &folder,
        "--",
    ];
    if !world.through(&cage) {
        return;
    }
    world.hurry();
    world.configure("[store]\npath = \"state\"");
    world.write("birds.md", catalog_of("Birds", [CURLEW]));
    world.follow("birds", "birds.md");
    world.start().await;
    world.is_ready().await;
    world.write("birds.md", catalog_of("Birds", [CURLEW, GODWIT]));
    world.hears("godwit").await;
    let output = world.run(&["backup", "--config", "whimbrel.toml"]);
    assert_eq!(output.code, Some(0), "{output:?}");
    let refused = world.run(&["once", "--config", "whimbrel.toml", "--out", "site"]);
    assert_eq!(refused.code, Some(1), "the cage has a hole: {refused:?}");
    let said = world.process().said();
    world.kill(); // a signal would end the cage and not reach the program in it
    assert!(!said.contains("Read-only"), "it tried to write elsewhere:\n{said}");
}

#[tokio::test]
async fn somebody_who_asks_hears_whether_it_is_well() {
    let mut world = World::new();
    world.start().await;
    let address = world.url("");
    let listen = address.trim_start_matches("http://").to_owned();
    world.write("asked.toml", format!("[web]\nlisten = \"{listen}\"\n"));
    let output = world.run(&["healthy", "--config", "asked.toml"]);
    assert_eq!(output.code, Some(0), "{output:?}");
    assert_eq!(output.json()["alive"], true);
    world.stop().await;
    let output = world.run(&["healthy", "--config", "asked.toml"]);
    assert_eq!(output.code, Some(1), "{output:?}");
    assert!(output.stderr.contains("/healthz") && output.stderr.lines().count() == 1, "{output:?}");
}

#[test]
fn it_says_its_version_and_what_it_contains() {
    let world = World::new();
    let version = world.run(&["--version"]).stdout;
    let words: Vec<&str> = version.split_whitespace().collect();
    let [name, number, build] = words.as_slice() else { panic!("{version}") };
    assert_eq!((*name, *number), ("whimbrel", env!("CARGO_PKG_VERSION")));
    let build = build.trim_start_matches('(').trim_end_matches(')');
    let commit = build.len() == 12 && build.chars().all(|digit| digit.is_ascii_hexdigit());
    assert!(commit || build == "development", "{version}");
    let licenses = world.run(&["licenses"]);
    assert_eq!(licenses.code, Some(0), "{licenses:?}");
    assert_eq!(licenses.stdout, whimbrel_world::licenses::kept());
    assert!(licenses.stdout.contains("Permission is hereby granted"));
}
