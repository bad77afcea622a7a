//! People ask the bot on Discord while one event goes out to a thousand channels: how long answers and names that are
//! proposed while they type take, and whether the service had to refuse anything.

use std::fmt::Write as _;
use std::time::Duration;

use serde_json::json;
use whimbrel_world::discord::{Discord, Person, Used};
use whimbrel_world::{World, documents, eventually};

use super::report::{Limit, Report, at};

/// A server has at most 500 channels.
const SERVERS: usize = 2;
const CHANNELS: usize = 500;

/// Many people ask, as each of them may ask only so often.
const PEOPLE: usize = 40;

/// How often somebody asks.
const ASKED_EVERY: Duration = Duration::from_millis(100);

/// The name of the new entry.
const NEW: &str = "whimbrel-made-up";

/// The flag of messages that only one person sees.
const EPHEMERAL: u64 = 1 << 6;

const TOKEN: &str = "bWFkZVVw.Zm9y.dGhlQmVuY2gx";

/// Adds the figures of this group.
pub(crate) fn measure(report: &mut Report) {
    let runtime = tokio::runtime::Runtime::new().expect("threads can be started");
    let told = runtime.block_on(broadcast());
    let channels = SERVERS * CHANNELS;
    let during = format!("while {channels} channels of Discord are told in {:.1} s", told.secs);
    let name = format!("an answer {during}, p99");
    let note = format!("{} answers, median {:.0} ms", told.answers.len(), at(&told.answers, 0.5));
    report.add(&name, "ms", at(&told.answers, 0.99), Limit::AtMost(300.0), note);
    let name = format!("names proposed {during}, p99");
    let note = format!("{} times, median {:.0} ms", told.names.len(), at(&told.names, 0.5));
    report.add(&name, "ms", at(&told.names, 0.99), Limit::AtMost(50.0), note);
    report.add("refused meanwhile", "requests", told.refused as f64, Limit::AtMost(0.0), "");
}

/// What came of telling everybody. Times are sorted, in milliseconds.
struct Told {
    secs: f64,
    answers: Vec<f64>,
    names: Vec<f64>,
    refused: usize,
}

async fn broadcast() -> Told {
    let discord = Discord::start();
    discord.token(TOKEN);
    let mut world = World::new();
    world.hurry();
    world.configure(&format!("[discord]\napi_url = \"{}\"\n[fanout]\nsettle = \"0s\"", discord.api_url()));
    world.variable("WHIMBREL_DISCORD__TOKEN", TOKEN);
    let mut people: Vec<Person> = Vec::new();
    for server in 0..SERVERS {
        let guild = discord.guild(&format!("Server {server}"));
        let channel = guild.channel("general");
        // The one that is there already counts.
        for number in 1..CHANNELS {
            let place = guild.channel(&format!("news-{number}"));
            world.configure(&format!("[[destination]]\nto = \"{}\"\ncadence = \"instant\"", to(place.id())));
        }
        world.configure(&format!("[[destination]]\nto = \"{}\"\ncadence = \"instant\"", to(channel.id())));
        let members = (0..PEOPLE / SERVERS).map(|number| guild.member(&format!("person-{server}-{number}")));
        // So many may ask in one place.
        people.extend(members.map(|member| member.in_private()));
    }
    let items = documents::items(10_000, 7);
    world.write("list.md", documents::markdown(&items));
    world.follow("list", "list.md");
    world.start().await;
    world.is_ready().await;
    discord.gateway().is_connected(1).await;
    eventually("commands", || async { (!people[0].offered().is_empty()).then_some(()) }).await;
    let newest = items.last().expect("entries").name.clone();
    eventually("the index has everything", || async {
        let found = people[0].types_into("/show", "project", &newest).await;
        found.iter().any(|name| name.contains(&newest)).then_some(())
    })
    .await;

    let mut more = documents::markdown(&items);
    let _ = writeln!(more, "- [{NEW}](https://github.com/example/{NEW}) - New here.");
    let news = || {
        let messages = discord.messages();
        let told = messages.into_iter().filter(|it| {
            it.flags & EPHEMERAL == 0 && it.embeds.iter().any(|embed| embed.to_string().contains(NEW))
        });
        told.map(|message| message.at).collect::<Vec<_>>()
    };
    world.write("list.md", more);
    let channels = SERVERS * CHANNELS;
    let (mut answers, mut names, mut turn) = (Vec::new(), Vec::new(), 0);
    let sent = discord.requests();
    // Until the first of them is under way nobody has to share anything.
    while discord.requests() == sent {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let arrived = loop {
        let person = &people[turn % people.len()];
        let item = &items[turn * 37 % items.len()];
        let begun = tokio::time::Instant::now();
        let letters: String = item.name.chars().take(6).collect();
        names.push(took(&person.types("/show", ("project", &letters), &json!({})).await));
        answers.push(took(&person.uses("/find", json!({ "words": item.text })).await));
        turn += 1;
        // Reading all messages is work for this machine too: only now and then.
        if turn % 10 == 0 {
            let arrived = news();
            if arrived.len() >= channels {
                break arrived;
            }
        }
        tokio::time::sleep_until(begun + ASKED_EVERY).await;
    };
    let (first, last) = (arrived.iter().min().expect("news"), arrived.iter().max().expect("news"));
    let secs = (*last - *first).num_milliseconds() as f64 / 1e3;
    answers.sort_by(f64::total_cmp);
    names.sort_by(f64::total_cmp);
    world.stop().await;
    discord.expects_no_violations();
    Told { secs, answers, names, refused: discord.wrong_requests() }
}

fn to(channel: u64) -> String {
    format!("discord:{channel}")
}

/// How long the first answer took; one that never came counts as what people are made to wait.
fn took(used: &Used) -> f64 {
    used.took().map_or(3_000.0, |took| took.as_secs_f64() * 1e3)
}
