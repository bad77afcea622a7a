//! The pretend Discord keeps Discord's rules: each is asked for here, so that a client that gets along with it will
//! get along with the real one.

mod clients;
mod commands;
mod faults;
mod forms;
mod gateway;
mod limits;
mod messages;
mod places;
mod signed;

use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use whimbrel_world::discord::{Discord, Place};

const TOKEN: &str = "bWFkZVVw.Zm9y.dGhlU3Rvcnk";

/// An answer, read whole.
#[derive(Debug)]
struct Answer {
    status: u16,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The code of a refusal, 0 for none.
    fn code(&self) -> u64 {
        self.json()["code"].as_u64().unwrap_or(0)
    }

    fn id(&self) -> u64 {
        let json = self.json();
        json["id"].as_str().and_then(|id| id.parse().ok()).unwrap_or_else(|| panic!("no id: {json}"))
    }
}

fn discord() -> Discord {
    let discord = Discord::start();
    discord.token(TOKEN);
    discord
}

/// A client without manners of its own.
fn client() -> reqwest::Client {
    let client = reqwest::Client::builder().user_agent("DiscordBot (https://example.com, 1.0)");
    client.build().expect("a client")
}

fn request(discord: &Discord, verb: &str, path: &str) -> reqwest::RequestBuilder {
    let verb = verb.parse().expect("a verb");
    client().request(verb, format!("{}/api/v10{path}", discord.api_url()))
}

/// Asks as the bot.
async fn ask(discord: &Discord, verb: &str, path: &str, body: Value) -> Answer {
    let mut request = request(discord, verb, path).header("authorization", format!("Bot {TOKEN}"));
    if !body.is_null() {
        request = request.json(&body);
    }
    read(request).await
}

/// Writes as the bot.
async fn write(discord: &Discord, place: &Place, body: Value) -> Answer {
    ask(discord, "POST", &format!("/channels/{}/messages", place.id()), body).await
}

/// Writes a word as the bot.
async fn say(discord: &Discord, place: &Place, text: &str) -> Answer {
    write(discord, place, json!({ "content": text, "allowed_mentions": { "parse": [] } })).await
}

async fn read(request: reqwest::RequestBuilder) -> Answer {
    let answer = request.send().await.expect("the stand-in answers");
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    Answer { status, headers, text: answer.text().await.expect("the answer is whole") }
}

fn at(text: &str) -> chrono::DateTime<chrono::Utc> {
    text.parse().expect("a moment")
}
