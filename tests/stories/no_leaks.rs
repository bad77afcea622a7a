//! Secrets never reach a log, a page, or the store.

use std::fs;
use std::path::Path;

use whimbrel_world::github::Github;
use whimbrel_world::{World, catalog_of};

const TOKEN: &str = "ghp_0123456789sesame";

/// Every file below a folder.
fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in
        fs::read_dir(folder).expect("the folder is ours").map(|entry| entry.expect("readable").path())
    {
        if entry.is_dir() { found.extend(files(&entry)) } else { found.push(entry) }
    }
    found
}

#[tokio::test]
async fn a_token_goes_to_github_and_nowhere_else() {
    let github = Github::start();
    github.token(TOKEN);
    let birds = catalog_of("Birds", [("curlew", "https://github.com/example/curlew")]);
    github.repository("example/birds").push("README.md", birds);
    let mut world = World::new();
    world.hurry();
    world.configure(&format!("[github]\napi_url = \"{}\"", github.api_url()));
    world.follow("birds", "github:example/birds");
    world.follow("private", "github:example/nothing-here");
    world.variable("WHIMBREL_GITHUB__TOKEN", TOKEN);
    world.start_with(&["run", "--log-format", "json", "--log", "trace"]).await;
    world.logs("following `birds`").await;
    world.logs("`private` could not be read").await;
    let pages = [world.page("/").await, world.page("/healthz").await, world.get("/status").await.1];
    let said = world.stop().await;
    assert!(
        github
            .asked()
            .iter()
            .any(|asked| asked.headers.get("authorization").is_some_and(|sent| sent.contains(TOKEN)))
    );
    assert!(said.len() > 1000, "the log is loud:\n{said}");
    assert!(!said.contains(TOKEN), "the log shows the token:\n{said}");
    assert!(pages.iter().all(|page| !page.contains(TOKEN)), "a page shows the token");
    for file in files(world.folder()) {
        let bytes = fs::read(&file).expect("the folder is ours");
        let found = bytes.windows(TOKEN.len()).any(|part| part == TOKEN.as_bytes());
        assert!(!found, "{} holds the token", file.display());
    }
}

#[test]
fn a_wrong_line_with_a_token_is_not_shown() {
    let world = World::new();
    for text in [
        format!("[github]\ntoken = \"{TOKEN}\n"),
        format!("[github]\ntoken = [\"{TOKEN}\"]\n"),
        format!("[github]\ntokne = \"{TOKEN}\"\n"),
        format!("[github]\ntoken = {TOKEN}\n"),
    ] {
        world.write("whimbrel.toml", &text);
        let output = world.run(&["run"]);
        assert_eq!(output.code, Some(2), "{output:?}");
        assert!(!output.stderr.contains("sesame"), "{}", output.stderr);
    }
}

#[test]
fn a_password_in_an_address_is_not_shown() {
    let mut world = World::new();
    world.follow("a", "https://me:sesame@127.0.0.1:1/list.md");
    let output = world.run(&["once", "--config", "whimbrel.toml", "--out", "site", "--log", "trace"]);
    assert!(!output.stderr.contains("sesame") && !output.stdout.contains("sesame"), "{output:?}");
}
