//! The commands of `deploy/README.md`, run as they stand there: only the places differ.

use std::process::Command;

use whimbrel_world::telegram::Telegram;
use whimbrel_world::{World, catalog_of, eventually, process};

use crate::layering::root;

const CURLEW: (&str, &str) = ("curlew", "https://github.com/example/curlew");
const GODWIT: (&str, &str) = ("godwit", "https://github.com/example/godwit");
const PLOVER: (&str, &str) = ("plover", "https://github.com/example/plover");

/// The commands below a heading, block by block.
fn blocks(heading: &str) -> Vec<Vec<String>> {
    let page = std::fs::read_to_string(root().join("deploy/README.md")).expect("the page is there");
    let part = page.split("\n## ").find(|part| part.starts_with(heading));
    let part = part.unwrap_or_else(|| panic!("no heading `{heading}`"));
    let block = |block: &str| {
        let lines = block.lines().map(|line| line.split("  #").next().unwrap_or_default().trim().to_owned());
        lines.filter(|line| !line.is_empty()).collect()
    };
    part.split("```").skip(1).step_by(2).map(block).collect()
}

/// A machine with the service: its system lies in a folder.
struct Machine {
    world: World,
}

impl Machine {
    fn new(telegram: &Telegram, reader: i64) -> Self {
        let mut world = World::new();
        world.hurry();
        world.variable("WHIMBREL_TELEGRAM__TOKEN", &telegram.token());
        world.configure(&format!(
            "[store]\npath = \"var/lib/whimbrel\"\n[fanout]\nsettle = \"0s\"\n[telegram]\napi_url = \"{}\"\n\
             [[destination]]\nto = \"telegram:{reader}\"\ncadence = \"instant\"",
            telegram.api_url(),
        ));
        world.follow("birds", "birds.md");
        for folder in ["usr/local/bin", "elsewhere", "var/lib/whimbrel"] {
            std::fs::create_dir_all(world.path(folder)).expect("the folder is ours");
        }
        for name in ["whimbrel", "whimbrel.before"] {
            let installed = world.path(&format!("usr/local/bin/{name}"));
            std::os::unix::fs::symlink(process::program(), installed).expect("the folder is ours");
        }
        Self { world }
    }

    fn list(&self, entries: &[(&'static str, &'static str)]) {
        self.world.write("birds.md", catalog_of("Birds", entries.iter().copied()));
    }

    /// Runs a block.
    async fn follow(&mut self, block: &[String]) {
        for line in block {
            self.line(line).await;
        }
    }

    /// Runs a line. What only a real system has (users, units) is what the world stands in for.
    async fn line(&mut self, line: &str) {
        let line = line.strip_prefix("sudo ").unwrap_or(line);
        let line = line.strip_prefix("-u whimbrel ").unwrap_or(line);
        let words: Vec<&str> = line.split(' ').collect();
        match words.as_slice() {
            ["systemctl", "start", "whimbrel"] => self.world.start().await,
            ["systemctl", "stop" | "disable", ..] => drop(self.world.stop().await),
            ["deploy/install.sh"] => {
                // The new program in the place of the old one, which is started again.
                self.world.stop().await;
                self.world.start().await;
            }
            ["whimbrel", arguments @ ..] => {
                let place =
                    |word: &&str| word.replace("/etc/whimbrel/", "").replace("/elsewhere/", "elsewhere/");
                let arguments: Vec<String> = arguments.iter().map(place).collect();
                let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
                let output = self.world.run(&arguments);
                assert_eq!(output.code, Some(0), "`{line}`: {output:?}");
            }
            ["mv" | "install", ..] => {
                let root = self.world.folder().display().to_string();
                let own = line.replace("-o whimbrel -g whimbrel ", "").replace(" /", &format!(" {root}/"));
                let output = Command::new("sh").args(["-c", &own]).output().expect("a shell is there");
                assert!(output.status.success(), "`{line}`: {output:?}");
            }
            _ => panic!("nobody knows how to try `{line}`"),
        }
    }

    fn names(&self) -> Vec<String> {
        self.world.told().into_iter().filter(|(kind, _)| kind == "added").map(|(_, name)| name).collect()
    }
}

#[tokio::test]
async fn what_was_backed_up_can_be_restored_upgraded_rolled_back_and_moved() {
    let telegram = Telegram::start();
    let ada = telegram.person("ada");
    ada.says("/start");
    let reads = |name: &'static str| {
        let ada = ada.clone();
        async move {
            eventually(&format!("that ada reads of {name}"), || async {
                ada.sees().iter().any(|seen| seen.by_bot && seen.to_string().contains(name)).then_some(())
            })
            .await;
        }
    };
    let mut machine = Machine::new(&telegram, ada.id());
    machine.list(&[CURLEW]);
    machine.world.start().await;
    machine.world.is_ready().await;
    machine.list(&[CURLEW, GODWIT]);
    reads("godwit").await;

    let [backup, restore] = blocks("Backup and restore").try_into().expect("two blocks");
    machine.follow(&backup).await;
    let backups = std::fs::read_dir(machine.world.path("var/lib/whimbrel/backups")).expect("they are there");
    assert!(backups.count() > 0);
    let feed = machine.world.page("/feed.atom").await;
    machine.follow(&restore).await;
    machine.world.is_ready().await;
    assert_eq!(
        whimbrel_world::feed::ids(&machine.world.page("/feed.atom").await),
        whimbrel_world::feed::ids(&feed),
        "feeds keep their ids"
    );

    let [upgrade, rollback] = blocks("Upgrade and rollback").try_into().expect("two blocks");
    machine.follow(&upgrade).await;
    machine.list(&[CURLEW, GODWIT, PLOVER]);
    reads("plover").await;
    machine.follow(&rollback).await;
    // What came in between is seen again.
    eventually("three birds", || async {
        let status = machine.world.page("/status.json").await;
        status.contains("\"entries\":3").then_some(())
    })
    .await;

    let [leave, arrive] = blocks("Moving to another machine").try_into().expect("two blocks");
    machine.follow(&leave).await;
    let known = machine.names();
    let mut other = Machine::new(&telegram, ada.id());
    other.list(&[CURLEW, GODWIT, PLOVER]);
    for name in ["elsewhere/moving.jsonl.gz", "whimbrel.toml"] {
        std::fs::copy(machine.world.path(name), other.world.path(name)).expect("both are ours");
    }
    other.world.start().await; // as it was installed
    other.follow(&arrive).await;
    other.world.is_ready().await;
    other.list(&[CURLEW, GODWIT, PLOVER, ("ruff", "https://github.com/example/ruff")]);
    reads("ruff").await;
    other.world.stop().await;
    let mut expected = known;
    expected.push("ruff".to_owned());
    assert_eq!(other.names(), expected);
    for name in ["godwit", "plover", "ruff"] {
        let times = ada.sees().iter().filter(|seen| seen.by_bot && seen.to_string().contains(name)).count();
        assert_eq!(times, 1, "{name}: {:?}", ada.sees());
    }
    telegram.expects_no_violations();
}
