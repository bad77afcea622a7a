//! Secrets with a mark on them: whatever goes wrong, at the loudest log, none is seen anywhere in any spelling.

use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use whimbrel_world::collector::Collector;
use whimbrel_world::discord::Discord;
use whimbrel_world::github::Github;
use whimbrel_world::telegram::Telegram;
use whimbrel_world::{World, catalog_of, eventually};

const CURLEW: (&str, &str) = ("curlew", "https://github.com/example/curlew");
const GODWIT: (&str, &str) = ("godwit", "https://github.com/example/godwit");

/// Variables that hold secrets, and what each holds. Nobody accepts any of them.
const SECRETS: [(&str, &str); 5] = [
    ("WHIMBREL_GITHUB__TOKEN", "ghp_canary/one+two=three"),
    ("WHIMBREL_GITHUB__WEBHOOK_SECRET", "canary of GitHub & its hooks"),
    ("WHIMBREL_TELEGRAM__TOKEN", "4200000077:AAcanary_of_telegram-0123456789abcd"),
    ("WHIMBREL_DISCORD__TOKEN", "bWFkZVVw.Y2FuYXJ5.canary_of_discord-0123456789"),
    ("WHIMBREL_WATCH__USER_AGENT", "whimbrel-of-the-story"), // no secret: it shows that things are found
];

/// How bytes may look somewhere: as they are, in an address, in a header, and packed at each of three places.
fn spellings(secret: &str) -> Vec<String> {
    let encoded: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let percent = encoded.replace('+', "%20");
    let mut all = vec![secret.to_owned(), encoded, percent, format!("{:?}", secret.as_bytes())];
    for before in ["", "x", "xx"] {
        let padded = format!("{before}{secret}");
        // The first and the last letters of what is packed depend on what stands around it.
        for packed in [STANDARD.encode(&padded), URL_SAFE_NO_PAD.encode(&padded)] {
            let inner = packed.trim_end_matches('=');
            all.push(inner[4..inner.len() - 4].to_owned());
        }
    }
    all
}

/// Fails where any spelling of a secret stands in a text.
fn expect_clean(what: &str, text: &str) {
    for (name, secret) in SECRETS.iter().take(SECRETS.len() - 1) {
        for spelling in spellings(secret) {
            assert!(!text.contains(&spelling), "{what} shows {name} as `{spelling}`");
        }
    }
}

#[tokio::test]
async fn no_canary_is_seen_whatever_goes_wrong() {
    let (github, telegram, discord) = (Github::start(), Telegram::start(), Discord::start());
    let collector = Collector::start();
    github.token("another");
    let mut world = World::new();
    world.hurry();
    for (name, secret) in SECRETS {
        world.variable(name, secret);
    }
    world.variable("WHIMBREL_GITHUB__PROJECTS", "true");
    let hook = format!("{}/api/webhooks/1234567890/canary_of_a_webhook-0123456789", discord.api_url());
    world.variable("WHIMBREL_DISCORD__WEBHOOKS__NEWS", &hook);
    let taking = collector.url().replace("http://", "http://me:canary_of_a_collector@");
    world.variable("WHIMBREL_TELEMETRY__OTLP", &taking);
    world.variable("WHIMBREL_TELEMETRY__EVERY", "50ms");
    world.configure(&format!(
        "[fanout]\nsettle = \"0s\"\n[github]\napi_url = \"{}\"\n[telegram]\napi_url = \"{}\"\n[discord]\napi_url = \"{}\"\n\
         [admin]\nto = \"webhook:news\"\n\
         [[destination]]\nto = \"telegram:4711\"\ncadence = \"instant\"\n\
         [[destination]]\nto = \"discord:4711\"\ncadence = \"instant\"\n\
         [[destination]]\nto = \"webhook:news\"\ncadence = \"instant\"",
        github.api_url(),
        telegram.api_url(),
        discord.api_url(),
    ));
    world.write("birds.md", catalog_of("Birds", [CURLEW]));
    world.follow("birds", "birds.md");
    world.follow("remote", "github:example/birds");
    world.follow("dead", "https://me:canary_of_an_address@127.0.0.1:1/list.md?key=canary_of_a_query");
    world.start_with(&["run", "--log-format", "json", "--log", "trace"]).await;
    world.is_ready().await;
    world.write("birds.md", catalog_of("Birds", [CURLEW, GODWIT]));
    world.hears("godwit").await;
    eventually("that both services are asked, and refuse us", || async {
        (telegram.requests() > 1 && discord.requests() > 1).then_some(())
    })
    .await;
    let mut seen = Vec::new();
    for page in [
        "/",
        "/status",
        "/status.json",
        "/metrics",
        "/healthz",
        "/readyz",
        "/feed.json",
        "/opml.xml",
        "/nowhere",
    ] {
        seen.push((page.to_owned(), world.get(page).await.1));
    }
    for arguments in [
        &["export", "-"][..],
        &["lanes"],
        &["lanes", "--format", "json"],
        &["--help"],
        &["run", "--help"],
        &["--version"],
        &["healthy"],
        &["check", "no-such-file"],
        &["run"],
    ] {
        let output = world.run(arguments);
        seen.push((format!("{arguments:?}"), format!("{}{}", output.stdout, output.stderr)));
    }
    for process in fs::read_dir("/proc").expect("a Linux").filter_map(Result::ok) {
        let line = fs::read(process.path().join("cmdline")).unwrap_or_default();
        seen.push(("the process list".to_owned(), String::from_utf8_lossy(&line).into_owned()));
    }
    let said = world.stop().await;
    assert!(said.len() > 10_000, "the log is loud");
    seen.push(("the log".to_owned(), said));
    for asked in collector.asked() {
        seen.push(("a collector".to_owned(), String::from_utf8_lossy(&asked.body).into_owned()));
    }
    let mut folders = vec![world.folder().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("it is ours").map(|entry| entry.expect("readable").path()) {
            // The configuration holds the one address somebody wrote a password into.
            if entry.is_dir() {
                folders.push(entry);
            } else if !entry.ends_with("whimbrel.toml") {
                let bytes = fs::read(&entry).expect("it is ours");
                seen.push((entry.display().to_string(), String::from_utf8_lossy(&bytes).into_owned()));
            }
        }
    }
    for (what, text) in &seen {
        expect_clean(what, text);
        for more in
            ["canary_of_a_webhook", "canary_of_an_address", "canary_of_a_query", "canary_of_a_collector"]
        {
            assert!(!text.contains(more), "{what} shows {more}");
        }
    }
    // And they were used.
    assert!(collector.spans().iter().any(|span| span.name == "send" && span.error.is_some()));
    assert!(collector.asked().iter().all(|asked| asked.headers.contains_key("authorization")));
    assert!(github.asked().iter().any(|asked| {
        let sent = asked.headers.get("authorization");
        sent.is_some_and(|sent| sent.contains("ghp_canary"))
    }));
}
