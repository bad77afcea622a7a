//! Weeks pass, and clocks are wrong: one digest a period, with its picture, and nothing twice.

use std::fmt::Write as _;

use chrono::TimeDelta;
use whimbrel_world::World;
use whimbrel_world::telegram::{Person, Seen, Telegram};

use crate::telegram::{end, prepare, press, start};

/// A ranked table of these, the first first.
fn ranked(names: &[&str]) -> String {
    let mut text =
        "# Birds\n\n## Ranked by Stars\n\n| Repository | Stars | Forks |\n|---|---|---|\n".to_owned();
    for (place, name) in names.iter().enumerate() {
        let stars = 9_000 - 1_000 * place;
        writeln!(text, "| [{name}](https://github.com/example/{name}) | {stars} | 12 |").expect("text grows");
    }
    text
}

/// The program, whose clock the story turns, and somebody who reads.
async fn begin(telegram: &Telegram) -> (World, Person) {
    let mut world = prepare(telegram);
    world.variable("WHIMBREL_TELEGRAM__TOKEN", &telegram.token());
    world.own_clock();
    world.write("birds.md", ranked(&["curlew", "godwit", "plover", "dunlin"]));
    start(&mut world).await;
    (world, telegram.person("ada"))
}

fn told(reader: &Person, words: &str) -> Vec<Seen> {
    let seen = reader.sees().into_iter();
    seen.filter(|seen| seen.by_bot && seen.to_string().contains(words)).collect()
}

#[tokio::test]
async fn a_week_comes_once_as_one_message_with_its_picture() {
    let telegram = Telegram::start();
    let (mut world, ada) = begin(&telegram).await;
    ada.says("/start");
    for label in ["Subscribe", "Birds", "Next ›", "Weekly"] {
        press(&ada, label).await;
    }
    ada.waits_for("Subscribed").await;
    world.write("birds.md", ranked(&["curlew", "dunlin", "godwit", "plover", "sanderling"]));
    world.hears("sanderling").await;
    assert_eq!(told(&ada, "sanderling"), [], "a week is not over at once");

    world.turn_clock(TimeDelta::days(7));
    let digest = ada.waits_for("sanderling").await;
    println!("{digest}");
    let picture = digest.photo.expect("movers are shown");
    assert!(
        picture.width >= 600 && picture.bytes.starts_with(b"\x89PNG"),
        "{}×{}",
        picture.width,
        picture.height
    );
    if let Some(folder) = std::env::var_os("WHIMBREL_PICTURES") {
        std::fs::write(std::path::Path::new(&folder).join("digest.png"), &picture.bytes)
            .expect("the folder is there");
    }
    end(&telegram, world).await;
}

#[tokio::test]
async fn a_clock_that_jumps_floods_nobody_and_silences_nobody() {
    let telegram = Telegram::start();
    let (mut world, ada) = begin(&telegram).await;
    let ben = telegram.person("ben");
    ada.says("/subscribe birds instant");
    ben.says("/subscribe birds weekly mon 09:00");
    ada.waits_for("Subscribed").await;
    ben.waits_for("Subscribed").await;
    let jumps = [
        (TimeDelta::hours(1), "avocet"),
        (TimeDelta::hours(-2), "bittern"),
        (TimeDelta::days(365), "crake"),
        (TimeDelta::days(-365), "dotterel"),
        (TimeDelta::hours(1), "egret"),
    ];
    let mut birds = vec!["curlew", "godwit", "plover", "dunlin"];
    for (jump, name) in jumps {
        world.turn_clock(jump);
        birds.push(name);
        world.write("birds.md", ranked(&birds));
        ada.waits_for(name).await;
        if jump > TimeDelta::days(1) {
            world.logs("the clock went forward by").await;
        }
    }
    // The year that seemed to pass is one digest of what came before it.
    assert_eq!((told(&ben, "avocet").len(), told(&ben, "crake").len()), (1, 0));
    world.logs("the clock was set back").await;
    world.turn_clock(TimeDelta::days(7));
    ben.waits_for("egret").await;
    for (_, name) in jumps {
        assert_eq!((told(&ada, name).len(), told(&ben, name).len()), (1, 1), "{name} was told");
    }
    assert_eq!(told(&ben, "New entr").len(), 2, "{:?}", ben.sees());
    end(&telegram, world).await;
}
