//! The same questions at the terminal, over HTTP, on Telegram and on Discord, asked of one running program.

use serde_json::{Value, json};
use whimbrel_world::discord::Discord;
use whimbrel_world::eventually;
use whimbrel_world::telegram::Telegram;

use super::{QUESTIONS, asked, is_found, knows, names, prepared};

const TOKEN: &str = "bWFkZVVw.Zm9y.dGhlU3Rvcnk1";

/// The questions as Discord has them typed, in the same order.
fn slashes() -> [(&'static str, Value); 10] {
    [
        ("/find", json!({ "words": "godwit" })),
        ("/show", json!({ "project": "example/curlew" })),
        ("/show", json!({ "project": "https://example.org/avocet" })),
        ("/top", json!({ "catalog": "birds" })),
        ("/new", json!({ "catalog": "birds", "period": "7d" })),
        ("/catalogs", json!({})),
        ("/compare", json!({ "projects": "curlew, godwit" })),
        ("/history", json!({ "project": "godwit" })),
        ("/feed", json!({ "question": "new birds" })),
        ("/releases", json!({ "of": "birds" })),
    ]
}

/// Everything an answer says that has to be said wherever it is given. An id is for those who type it, and what kind of
/// news something is says its title.
fn facts(answer: &Value) -> Vec<String> {
    let list = |value: &Value, name: &str| value[name].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let items: Vec<Value> = list(answer, "parts").iter().flat_map(|part| list(part, "items")).collect();
    let known = items.iter().chain([answer]).flat_map(|it| list(it, "facts"));
    let known =
        known.filter(|fact| fact["label"] != "Id" && fact["label"] != "Kind").map(|fact| text(&fact["text"]));
    let said = list(answer, "text").iter().map(text).collect::<Vec<_>>();
    let said = said.into_iter().chain(items.iter().map(|item| text(&item["text"])));
    let named = names(answer).into_iter().map(str::to_owned);
    let all = [text(&answer["title"])].into_iter().chain(known).chain(said).chain(named);
    // Addresses are shown without what all of them begin with.
    all.map(|fact| fact.trim_start_matches("https://").to_owned()).collect()
}

#[tokio::test]
async fn ten_questions_have_the_same_facts_wherever_they_are_asked() {
    let (telegram, discord) = (Telegram::start(), Discord::start());
    discord.token(TOKEN);
    let guild = discord.guild("Readers");
    let general = guild.channel("general");
    let ben = guild.member("ben").at(&general);
    let mut world = prepared();
    world.variable("WHIMBREL_TELEGRAM__TOKEN", &telegram.token());
    world.variable("WHIMBREL_DISCORD__TOKEN", TOKEN);
    world.configure(&format!(
        "[telegram]\napi_url = \"{}\"\n[discord]\napi_url = \"{}\"",
        telegram.api_url(),
        discord.api_url()
    ));
    knows(&mut world).await;
    is_found(&world, "godwit").await;
    discord.gateway().is_connected(1).await;
    eventually("commands", || async { (!ben.offered().is_empty()).then_some(()) }).await;
    let ada = telegram.person("ada");
    for (question, (command, options)) in QUESTIONS.iter().zip(slashes()) {
        let answer = asked(&world, question);
        let facts = facts(&answer);
        assert!(facts.len() > 1, "{question}: {answer:#}");
        let before = ada.sees().len();
        ada.says(question);
        let told = eventually(&format!("an answer to {question}"), || async {
            ada.sees().into_iter().skip(before).find(|seen| seen.by_bot)
        })
        .await
        .text;
        let shown = ben.uses(command, options).await.reads().await;
        println!("{told}\n\n{shown}\n\n");
        for fact in facts {
            assert!(told.contains(&fact), "`{fact}` is not told on Telegram to {question}: {told}");
            assert!(shown.contains(&fact), "`{fact}` is not told on Discord to {question}: {shown}");
        }
    }
    world.stop().await;
    telegram.expects_no_violations();
    discord.expects_no_violations();
}
