//! The pretend GitHub keeps GitHub's rules: each is asked for here, so that a client that gets along with it will get
//! along with the real one.

mod clients;
mod conditions;
mod faults;
mod graphql;
mod hooks;
mod limits;
mod prices;
mod rest;

use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use whimbrel_world::github::Github;

const TOKEN: &str = "ghp_madeUpForTheStory0000000000000000000";

/// An answer, read whole.
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

    fn number(&self, name: &str) -> i64 {
        self.header(name).parse().unwrap_or_else(|_| panic!("{name}: {:?}", self.headers))
    }
}

/// A client without manners of its own: no redirects, no retries.
fn client() -> reqwest::Client {
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
    client.user_agent("story").build().expect("a client")
}

/// Asks with these header lines.
async fn get_with(github: &Github, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = client().get(format!("{}{path}", github.api_url()));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    read(request).await
}

/// Asks without a token.
async fn get(github: &Github, path: &str) -> Answer {
    get_with(github, path, &[]).await
}

/// Asks a query with a token the stand-in knows.
async fn ask(github: &Github, query: &str, variables: Value) -> Answer {
    github.token_of(TOKEN, "reader");
    ask_as(github, TOKEN, query, variables).await
}

async fn ask_as(github: &Github, token: &str, query: &str, variables: Value) -> Answer {
    let body = json!({ "query": query, "variables": variables }).to_string();
    let request = client().post(format!("{}/graphql", github.api_url()));
    read(request.header("authorization", format!("Bearer {token}")).body(body)).await
}

async fn read(request: reqwest::RequestBuilder) -> Answer {
    let answer = request.send().await.expect("the stand-in answers");
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    Answer { status, headers, text: answer.text().await.expect("the answer is whole") }
}

fn at(text: &str) -> chrono::DateTime<chrono::Utc> {
    text.parse().expect("a moment")
}
