//! The service unit: how exposed it leaves the system, and what the program tells the service manager.

use std::os::unix::net::UnixDatagram;
use std::process::Command;
use std::time::Duration;

use whimbrel_world::{World, catalog_of};

use crate::layering::root;

/// Of ten, as `systemd-analyze security` counts. What is left of it is talking to the network.
const EXPOSURE: f64 = 1.5;

/// What our own secrets are called for systemd.
const CREDENTIALS: [&str; 6] = [
    "github_token",
    "github_webhook_secret",
    "telegram_token",
    "telegram_webhook_secret",
    "discord_token",
    "telemetry_otlp",
];

/// Where the manager of a story hears of the program.
struct Manager(UnixDatagram);

impl Manager {
    fn new(world: &mut World) -> Self {
        let path = world.path("manager");
        let socket = UnixDatagram::bind(&path).expect("the folder is ours");
        socket.set_read_timeout(Some(Duration::from_secs(30))).expect("a length of time");
        world.variable("NOTIFY_SOCKET", path.to_str().expect("a path of ours"));
        Self(socket)
    }

    /// The next thing it is told.
    fn hear(&self) -> String {
        let mut text = [0; 4096];
        let read = self.0.recv(&mut text).expect("the program tells something");
        String::from_utf8_lossy(&text[..read]).into_owned()
    }
}

fn unit() -> String {
    std::fs::read_to_string(root().join("deploy/whimbrel.service")).expect("the unit is there")
}

#[test]
fn the_unit_leaves_little_exposed() {
    let tried = Command::new("systemd-analyze")
        .args(["security", "--offline=true", "--no-pager", "--threshold=100"])
        .arg(root().join("deploy/whimbrel.service"))
        .output();
    let Ok(output) = tried else {
        eprintln!("systemd-analyze is not here: this was not tried");
        return;
    };
    let text = String::from_utf8_lossy(&output.stdout);
    let level =
        text.lines().find_map(|line| line.split_once("whimbrel.service:")?.1.split_whitespace().next());
    let level: f64 = level.and_then(|level| level.parse().ok()).unwrap_or_else(|| panic!("{output:?}"));
    assert!(level <= EXPOSURE, "exposure {level} is more than {EXPOSURE}:\n{text}");
}

#[test]
fn the_unit_hands_over_every_secret_by_the_name_the_program_knows() {
    let unit = unit();
    for credential in CREDENTIALS {
        let line = format!("LoadCredential={credential}:whimbrel.{credential}");
        assert!(unit.lines().any(|there| there == line), "no line `{line}`");
    }
    let configured = std::fs::read_to_string(root().join("config/whimbrel.toml")).expect("it is there");
    let words: Vec<&str> = configured.split_whitespace().collect();
    let named =
        words.windows(2).filter(|pair| pair[0] == "credential").map(|pair| pair[1].trim_end_matches('.'));
    for name in named {
        assert!(CREDENTIALS.contains(&name), "the unit does not hand over `{name}`");
    }
}

#[tokio::test]
async fn the_service_manager_hears_that_it_is_ready_lives_and_stops() {
    let mut world = World::new();
    let manager = Manager::new(&mut world);
    world.variable("WATCHDOG_USEC", "200000");
    world.write("birds.md", catalog_of("Birds", [("curlew", "https://github.com/example/curlew")]));
    world.follow("birds", "birds.md");
    world.start().await;
    let ready = loop {
        let heard = manager.hear();
        if heard != "WATCHDOG=1" {
            break heard;
        }
    };
    assert!(
        ready.starts_with("READY=1\nSTATUS=watching 1 catalog; page and feeds are at http://127"),
        "{ready}"
    );
    assert_eq!([manager.hear(), manager.hear(), manager.hear()], ["WATCHDOG=1"; 3]);
    world.stop().await;
    let last = std::iter::repeat_with(|| manager.hear()).find(|heard| heard != "WATCHDOG=1");
    assert_eq!(last.as_deref(), Some("STOPPING=1\nSTATUS=stopping"));
}

#[tokio::test]
async fn a_watchdog_of_another_process_is_not_fed_and_a_lost_manager_harms_nobody() {
    let mut world = World::new();
    let manager = Manager::new(&mut world);
    world.variable("WATCHDOG_USEC", "200000");
    world.variable("WATCHDOG_PID", "1");
    world.start().await;
    assert!(manager.hear().starts_with("READY=1"));
    drop(manager);
    let said = world.stop().await;
    assert!(!said.contains("watchdog"), "{said}");
}

#[tokio::test]
async fn a_token_comes_as_a_credential() {
    let github = whimbrel_world::github::Github::start();
    github.token("handed-over");
    github
        .repository("example/birds")
        .push("README.md", catalog_of("Birds", [("curlew", "https://github.com/example/curlew")]));
    let mut world = World::new();
    world.hurry();
    world.configure(&format!("[github]\napi_url = \"{}\"", github.api_url()));
    world.follow("birds", "github:example/birds");
    world.write("credentials/github_token", "handed-over\n");
    let folder = world.path("credentials");
    world.variable("CREDENTIALS_DIRECTORY", folder.to_str().expect("a path of ours"));
    world.start().await;
    world.logs("following `birds`").await;
    let asked = github.asked();
    let sent = |header: Option<&String>| header.is_some_and(|sent| sent.contains("handed-over"));
    assert!(asked.iter().any(|asked| sent(asked.headers.get("authorization"))), "the token was not used");
    world.stop().await;
}
