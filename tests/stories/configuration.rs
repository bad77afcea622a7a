//! The configuration changes while the program runs, and some configurations are wrong.

use rustix::process::Signal;
use whimbrel_world::{World, catalog_of, eventually};

fn birds() -> String {
    catalog_of("Birds", [("curlew", "https://github.com/example/curlew")])
}

#[tokio::test]
async fn catalogs_come_and_go_without_a_restart() {
    let mut world = World::new();
    world.write("birds.md", birds());
    world.write("more.md", catalog_of("More", [("godwit", "https://github.com/example/godwit")]));
    world.follow("birds", "birds.md");
    world.start().await;
    world.logs("following `birds`").await;
    world.follow("more", "more.md");
    world.logs("now following `more` from more.md").await;
    world.logs("following `more`: 1 entries").await;
    world.follow_nothing();
    world.logs("`birds` is no longer followed; what is known of it is kept").await;
    assert!(world.page("/feed.json").await.contains("Birds"), "its news stays");
    world.stop().await;
}

#[tokio::test]
async fn a_broken_file_changes_nothing_and_a_signal_reads_it_again() {
    let mut world = World::new();
    world.write("birds.md", birds());
    world.follow("birds", "birds.md");
    world.start().await;
    world.is_ready().await;
    let good = std::fs::read_to_string(world.path("whimbrel.toml")).expect("it was written");
    world.write("whimbrel.toml", format!("{good}\n[log]\nlevle = \"debug\"\n"));
    world.logs("did you mean `level`?").await;
    world.logs("the one before stays in force").await;
    world.is_ready().await;
    world.write("whimbrel.toml", format!("{good}\n[log]\nlevel = \"debug\"\n"));
    world.logs("configuration: [log] has changed").await;
    world.process().signal(Signal::HUP);
    world.logs("nothing has changed").await;
    world.stop().await;
}

#[tokio::test]
async fn page_and_feeds_move_to_a_new_title_live() {
    let mut world = World::new();
    world.write("birds.md", birds());
    world.follow("birds", "birds.md");
    world.start().await;
    let good = std::fs::read_to_string(world.path("whimbrel.toml")).expect("it was written");
    world.write("whimbrel.toml", good.replacen("[web]\n", "[web]\ntitle = \"Shorebird news\"\n", 1));
    world.logs("serving with the new ones").await;
    eventually("the new title", || async { world.page("/").await.contains("Shorebird news").then_some(()) })
        .await;
    world.stop().await;
}

#[test]
fn wrong_configurations_are_exit_code_two_with_a_place() {
    let world = World::new();
    for (text, parts) in [
        ("[web]\nlisten = \"here\"\n", &["line 2", "127.0.0.1:8787"][..]),
        ("[web]\nlisen = \"127.0.0.1:1\"\n", &["line 2", "did you mean `listen`?"]),
        ("[[catalog]]\nid = \"Not An Id\"\nsource = \"a.md\"\n", &["line 2", "a-z"]),
        ("[[catalog]]\nid = \"a\"\n", &["line 1", "source"]),
        ("[[catalog]]\nid = \"a\"\nsource = \"ftp://example.org/a\"\n", &["line 3", "ftp"]),
        ("[web\n", &["line 1"]),
    ] {
        world.write("whimbrel.toml", text);
        for arguments in [&["run"][..], &["once", "--out", "site"], &["export", "-"]] {
            let output = world.run(arguments);
            assert_eq!(output.code, Some(2), "{arguments:?} with {text}: {output:?}");
            for part in parts {
                assert!(output.stderr.contains(part), "no `{part}` in {}", output.stderr);
            }
        }
    }
    let output = world.run(&["run", "--config", "elsewhere.toml"]);
    assert_eq!(output.code, Some(2), "{output:?}");
    assert!(output.stderr.contains("elsewhere.toml: there is no such file"), "{output:?}");
    let output = world.run(&["run", "--log", "loud=very", "--config", "/dev/null"]);
    assert_eq!(output.code, Some(2), "{output:?}");
}
