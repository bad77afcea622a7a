//! What strangers write into lists is told as it reads, and does nothing: at both services, by the running program.

use serde_json::{Value, json};
use whimbrel_world::World;
use whimbrel_world::discord::Discord;
use whimbrel_world::eventually;
use whimbrel_world::telegram::{self, Telegram};

const TOKEN: &str = "bWFkZVVw.Zm9y.aG9zdGlsZTAx";

/// Names and descriptions, each with what is to be read of it.
fn hostile(person: u64) -> Vec<(String, String)> {
    let list: [(&str, &str); 12] = [
        ("@everyone", "everyone"),
        ("@here look", "here look"),
        ("</b></a><script>alert(1)</script>", "alert(1)"),
        ("<b>unclosed", "unclosed"),
        ("](https://evil.example)", "evil.example"),
        ("[free](tg://resolve?domain=evil)", "domain=evil"),
        ("\u{202e}txt.exe", "txt.exe"),
        ("zero\u{200b}width\u{2060}", "zero"),
        ("**bold** __line__ ~~gone~~ ||hidden||", "hidden"),
        ("``` fence `code`", "fence"),
        ("&amp; &lt;i&gt; &#x202e;", "amp"),
        ("\\ \\] \\) \\", "]"),
    ];
    let mut list: Vec<(String, String)> =
        list.iter().map(|(text, read)| ((*text).to_owned(), (*read).to_owned())).collect();
    list.push((format!("<@{person}> <@!{person}> <@&{person}> <#{person}>"), person.to_string()));
    list.push(("long ".repeat(1_000), "long long long".to_owned()));
    list
}

/// A list with some ordinary entries, and with so many that are not.
fn catalog(words: &[(String, String)]) -> String {
    let ordinary = (0..60).map(|number| {
        json!({ "name": format!("Project {number}"), "url": format!("https://example.org/{number}"),
            "description": "Does one thing well." })
    });
    let others = words.iter().enumerate().map(|(number, (text, _))| {
        json!({ "name": text, "url": format!("https://example.org/hostile-{number}"), "description": text })
    });
    let entries: Vec<Value> = ordinary.chain(others).collect();
    json!({ "title": "Birds", "projects": entries }).to_string()
}

/// The program, told of a list by the configuration.
async fn begin(words: &[(String, String)], service: &str, to: &str) -> World {
    let mut world = World::new();
    world.hurry();
    world.write("birds.json", catalog(&[]));
    world.configure(&format!("[fanout]\nsettle = \"2s\"\n{service}"));
    world.configure(&format!("[[destination]]\nto = \"{to}\"\ncadence = \"instant\""));
    world.follow("birds", "birds.json");
    world.start().await;
    world.is_ready().await;
    world.write("birds.json", catalog(words));
    world
}

/// Every text can be read in what arrived, whatever is put between its letters.
fn missing(words: &[(String, String)], arrived: &str) -> Vec<String> {
    let visible = |text: &str| text.replace(['\u{200b}', '\u{2060}', '\\'], "");
    let arrived = visible(arrived);
    words.iter().filter(|(_, read)| !arrived.contains(&visible(read))).map(|it| it.1.clone()).collect()
}

#[tokio::test]
async fn hostile_words_are_only_read_at_discord() {
    let discord = Discord::start();
    discord.token(TOKEN);
    let guild = discord.guild("Readers");
    let general = guild.channel("general");
    // Everything that could go wrong is allowed.
    general.allows(1 << 17);
    let words = hostile(guild.member("ada").id());
    let service = format!("[discord]\napi_url = \"{}\"\ntoken = \"{TOKEN}\"", discord.api_url());
    let mut world = begin(&words, &service, &format!("discord:{}", general.id())).await;
    eventually("everything is read", || async {
        let all = general.reads().join("\n");
        let missing = missing(&words, &all);
        (!all.is_empty() && missing.is_empty()).then_some(())
    })
    .await;
    for (number, (text, _)) in words.iter().enumerate() {
        // One person who asked all of this at once would be told to wait.
        let reader = guild.member(&format!("reader-{number}")).at(&general);
        let text: String = text.chars().take(90).collect();
        let used = reader.uses("/why", json!({ "about": text })).await;
        assert!(!used.failed(), "{text}");
    }
    let messages = general.messages();
    assert!(messages.iter().all(|message| message.pinged.is_empty()));
    let all = general.reads().join("\n");
    assert!(!all.contains('\u{202e}'), "{all}");
    let journal = discord.journal();
    assert!(journal.calls.iter().all(|call| call.pinged.is_empty()));
    let refused: Vec<_> =
        journal.calls.iter().filter(|call| call.status.is_none_or(|it| it >= 400)).collect();
    assert!(refused.is_empty(), "{refused:#?}");
    world.stop().await;
    discord.expects_no_violations();
}

#[tokio::test]
async fn hostile_words_are_only_read_at_telegram() {
    let telegram = Telegram::start();
    let ada = telegram.person("ada");
    ada.says("/start");
    let words = hostile(u64::try_from(ada.id()).expect("people have positive ids"));
    let service =
        format!("[telegram]\napi_url = \"{}\"\ntoken = \"{}\"", telegram.api_url(), telegram.token());
    let mut world = begin(&words, &service, &format!("telegram:{}", ada.id())).await;
    let arrived =
        || ada.sees().iter().filter(|seen| seen.by_bot).map(ToString::to_string).collect::<Vec<_>>();
    eventually("everything is read", || async {
        let all = arrived().join("\n");
        (all.contains("birds") || all.contains("Birds")).then_some(())?;
        missing(&words, &all).is_empty().then_some(())
    })
    .await;
    for (text, _) in &words {
        let before = arrived().len();
        ada.says(&format!("/why {}", text.chars().take(90).collect::<String>()));
        eventually(&format!("an answer to {text}"), || async { (arrived().len() > before).then_some(()) })
            .await;
    }
    let all = arrived().join("\n");
    assert!(!all.contains('\u{202e}'), "{all}");
    let journal = telegram.journal();
    // A chat somebody names may not exist.
    let wrong = |call: &&telegram::Call| call.status == Some(400) && call.method != "getChat";
    let refused: Vec<_> = journal.calls.iter().filter(wrong).collect();
    assert!(refused.is_empty(), "{refused:#?}");
    world.stop().await;
    telegram.expects_no_violations();
}
