//! Who asks to be forgotten is: nothing of the chat is left in what the program knows, writes beside its database, or
//! hands out from then on. Others keep theirs.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use serde_json::json;
use whimbrel_world::discord::Discord;
use whimbrel_world::telegram::Telegram;
use whimbrel_world::{World, catalog_of, eventually};

use crate::telegram::{CURLEW, GODWIT, begin, end, press};
use crate::telegram_asking::finds;

const TOKEN: &str = "bWFkZVVw.Zm9y.Zm9yZ290dGVu";

/// Everything the program shows or hands out of what it knows, a fresh backup among it; each with where it is from.
fn held(world: &World) -> Vec<(String, String)> {
    let said = |arguments: &[&str]| {
        let arguments: Vec<&str> = arguments.iter().copied().chain(["--config", "whimbrel.toml"]).collect();
        let output = world.run(&arguments);
        assert_eq!(output.code, Some(0), "{output:?}");
        (arguments[0].to_owned(), output.stdout)
    };
    let mut held = vec![said(&["export", "-"]), said(&["lanes", "--format", "json"])];
    // One of the same second would have the same name.
    for old in backups(world) {
        fs::remove_file(old).expect("the folder is ours");
    }
    said(&["backup"]);
    let made = backups(world);
    assert_eq!(made.len(), 1, "a backup was made");
    let packed = fs::read(&made[0]).expect("it was written");
    let mut text = String::new();
    flate2::read::GzDecoder::new(&packed[..]).read_to_string(&mut text).expect("a backup is packed text");
    held.push((made[0].display().to_string(), text));
    for file in files(&world.path("whimbrel-data")) {
        let bytes = fs::read(&file).expect("the folder is ours");
        held.push((file.display().to_string(), String::from_utf8_lossy(&bytes).into_owned()));
    }
    held
}

/// Backups somebody asked for.
fn backups(world: &World) -> Vec<PathBuf> {
    let folder = world.path("whimbrel-data/backups");
    let all = if folder.exists() { files(&folder) } else { Vec::new() };
    all.into_iter().filter(|file| file.to_string_lossy().contains("-asked")).collect()
}

/// The files beside the database.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder is ours");
    entries.map(|entry| entry.expect("readable").path()).filter(|path| path.is_file()).collect()
}

/// Where this can be found.
fn found(world: &World, id: &str) -> Vec<String> {
    assert!(id.len() > 6, "{id} could be any number");
    held(world).into_iter().filter(|(_, text)| text.contains(id)).map(|(place, _)| place).collect()
}

#[tokio::test]
async fn a_chat_of_telegram_is_forgotten() {
    let telegram = Telegram::start();
    let world = begin(&telegram).await;
    let (ada, bob) = (telegram.person("ada"), telegram.person("bob"));
    bob.says("/subscribe birds instant");
    bob.waits_for("Subscribed").await;
    for text in ["/subscribe birds instant", "/subscribe kind:removed weekly mon 09:00"] {
        ada.says(text);
        ada.waits_for("Subscribed").await;
    }
    // A question too long for the buttons of its answer.
    finds(&world, "curlew").await;
    for person in [&ada, &bob] {
        person.says(&format!("/find {}", "curlew ".repeat(12)));
        person.waits_for("Found for `curlew curlew").await;
    }
    let questions = || fs::read_to_string(world.path("whimbrel-data/questions.txt")).unwrap_or_default();
    assert_eq!(questions().matches("/find curlew curlew").count(), 2);
    let group = telegram.supergroup("Birders", &ada);
    group.adds_bot();
    ada.says_in(&group, "/subscribe birds instant");
    eventually("an answer", || async {
        group.sees().iter().any(|seen| seen.by_bot && seen.to_string().contains("Subscribed")).then_some(())
    })
    .await;
    // What ended before counts as well.
    ada.says("/unsubscribe 2");
    ada.waits_for("Ended").await;
    bob.says("/settings rhythm daily 08:00");
    bob.waits_for("Daily at 08:00").await;
    let undos = || fs::read_to_string(world.path("whimbrel-data/undo.jsonl")).unwrap_or_default();
    assert_eq!(undos().lines().count(), 2, "both could be undone: {}", undos());
    world.write("birds.md", catalog_of("Birds", [CURLEW, GODWIT]));
    ada.waits_for("godwit").await;
    let (id, bobs) = (ada.id().to_string(), bob.id().to_string());
    assert!(found(&world, &id).len() >= 4, "it was known: {:?}", found(&world, &id));

    ada.says("/forget");
    press(&ada, "Forget everything").await;
    ada.waits_for("Nothing is kept").await;
    assert_eq!(found(&world, &id), [""; 0]);
    assert!(found(&world, &bobs).len() >= 4, "others keep theirs");
    assert_eq!(questions().matches("/find curlew curlew").count(), 1, "and their question");
    assert_eq!(undos().lines().count(), 1, "and what they could undo: {}", undos());
    let kept = group.id().to_string();
    assert!(found(&world, &kept).len() >= 4, "and so does the group she set up");
    end(&telegram, world).await;
}

#[tokio::test]
async fn a_channel_and_a_private_chat_of_discord_are_forgotten() {
    let discord = Discord::start();
    discord.token(TOKEN);
    let guild = discord.guild("Readers");
    let general = guild.channel("general");
    let ada = guild.member("ada");
    guild.role("keepers", 1 << 4, &ada);
    let mut world = World::new();
    world.hurry();
    world.write("birds.md", catalog_of("Birds", [CURLEW]));
    world.configure(&format!("[discord]\napi_url = \"{}\"", discord.api_url()));
    world.variable("WHIMBREL_DISCORD__TOKEN", TOKEN);
    world.follow("birds", "birds.md");
    world.start().await;
    world.is_ready().await;
    discord.gateway().is_connected(1).await;
    eventually("commands", || async { (!ada.offered().is_empty()).then_some(()) }).await;

    let (there, alone) = (ada.at(&general), ada.in_private());
    for place in [&there, &alone] {
        for rhythm in ["instant", "daily 09:00"] {
            let used = place.uses("/subscribe", json!({ "catalog": "birds", "rhythm": rhythm })).await;
            assert!(used.reads().await.contains("Subscribed"), "{}", used.reads().await);
        }
        assert!(place.uses("/unsubscribe", json!({ "number": 2 })).await.reads().await.contains("Ended"));
    }
    let (channel, private, person) =
        (general.id().to_string(), alone.place().id().to_string(), ada.id().to_string());
    for id in [&channel, &private, &person] {
        assert!(found(&world, id).len() >= 3, "{id} was known: {:?}", found(&world, id));
    }
    for (place, kept) in [(&alone, true), (&there, false)] {
        let used = place.uses("/forget", json!({})).await;
        assert!(!used.failed());
        let pressed = place.presses("Forget everything").await;
        assert!(
            !pressed.failed() && pressed.reads().await.contains("Nothing is kept"),
            "{}",
            pressed.reads().await
        );
        assert_eq!(found(&world, &private), [""; 0]);
        assert_eq!(found(&world, &person), [""; 0], "who asked in private stood there alone");
        assert_eq!(!found(&world, &channel).is_empty(), kept);
    }
    world.stop().await;
    discord.expects_no_violations();
}
