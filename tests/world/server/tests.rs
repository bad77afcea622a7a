//! Faults look to a client as they do on a real network.

use std::time::{Duration, Instant};

use axum::routing::{get, post};

use super::*;

/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

fn server() -> Server {
    Server::start(|base| {
        let base = base.to_owned();
        Router::new()
            .route("/", get(|| async move { base }))
            .route("/text", get(|| async { "twelve bytes" }))
            .route("/twice", post(|text: String| async move { text.repeat(2) }))
    })
}

/// What went wrong on the way, with its causes.
fn whole(error: &reqwest::Error) -> String {
    format!("{error:?}")
}

#[tokio::test]
async fn it_answers_and_remembers_what_it_was_asked() {
    let server = server();
    let client = reqwest::Client::new();
    let before = chrono::Utc::now();
    let text = client.get(server.url("/?a=b")).send().await.unwrap().text().await.unwrap();
    assert_eq!(text, server.url(""), "it knows its own address");
    let asking = client.post(server.url("/twice")).header("x-who", "me").body("ha");
    assert_eq!(asking.send().await.unwrap().text().await.unwrap(), "haha");
    assert_eq!(client.get(server.url("/nowhere")).send().await.unwrap().status(), 404);

    let asked = server.asked();
    let short: Vec<_> =
        asked.iter().map(|asked| (asked.method.as_str(), asked.path.as_str(), asked.status)).collect();
    assert_eq!(
        short,
        [("GET", "/?a=b", Some(200)), ("POST", "/twice", Some(200)), ("GET", "/nowhere", Some(404))]
    );
    assert_eq!((asked[1].headers["x-who"].as_str(), &asked[1].body[..]), ("me", &b"ha"[..]));
    assert!(before <= asked[0].at && asked.is_sorted_by_key(|asked| asked.at));
}

#[tokio::test]
async fn a_reset_is_one_before_and_in_the_middle_of_an_answer() {
    let server = server();
    let client = reqwest::Client::new();
    server.misbehave(|_| Some(Fault::ResetBefore));
    let error = client.get(server.url("/text")).send().await.unwrap_err();
    assert!(whole(&error).contains("ConnectionReset"), "{}", whole(&error));

    server.misbehave(|_| Some(Fault::ResetAfter));
    let answer = client.get(server.url("/text")).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.content_length()), (200, Some(12)));
    let error = answer.bytes().await.unwrap_err();
    assert!(whole(&error).contains("ConnectionReset"), "{}", whole(&error));

    server.behave();
    assert_eq!(client.get(server.url("/text")).send().await.unwrap().text().await.unwrap(), "twelve bytes");
    let statuses: Vec<_> = server.asked().iter().map(|asked| asked.status).collect();
    assert_eq!(statuses, [None, Some(200), Some(200)]);
}

#[tokio::test]
async fn late_and_slow_answers_take_their_time_and_come_whole() {
    let server = server();
    let client = reqwest::Client::new();
    let pause = Duration::from_millis(20);
    for (fault, least) in [
        (Fault::Delay(pause * 3), pause * 3),
        (Fault::SlowBody { piece: 5, pause }, pause * 3),
        (Fault::SlowBody { piece: 0, pause: pause / 4 }, pause * 3),
    ] {
        server.misbehave(move |_| Some(fault));
        let started = Instant::now();
        let text = client.get(server.url("/text")).send().await.unwrap().text().await.unwrap();
        assert_eq!(text, "twelve bytes", "{fault:?}");
        assert!(started.elapsed() >= least, "{fault:?} took {:?}", started.elapsed());
    }
}

#[tokio::test]
async fn some_answers_never_end_and_each_request_has_its_own_fault() {
    let server = server();
    let client = reqwest::Client::new();
    let mut faults = vec![Fault::Silent, Fault::EndlessBody];
    server.misbehave(move |asked| if asked.path == "/text" { faults.pop() } else { None });

    let mut endless = client.get(server.url("/text")).send().await.unwrap();
    assert_eq!(endless.content_length(), None);
    let mut bytes = 0;
    while bytes < 1 << 20 {
        bytes += endless.chunk().await.unwrap().expect("there is more").len();
    }
    assert_eq!(client.get(server.url("/")).send().await.unwrap().status(), 200);
    let mut silent = client.get(server.url("/text")).send().await.unwrap();
    assert_eq!(silent.status(), 200);
    let more = tokio::time::timeout(Duration::from_millis(100), silent.chunk()).await;
    assert!(more.is_err(), "{more:?}");
    assert_eq!(client.get(server.url("/text")).send().await.unwrap().text().await.unwrap(), "twelve bytes");

    // Its end is the end of every connection, however busy.
    let address = server.url("/");
    drop(server);
    let rest = tokio::time::timeout(PATIENCE, silent.chunk()).await.expect("it ends");
    assert!(rest.is_err(), "{rest:?}");
    assert!(client.get(address).send().await.unwrap_err().is_connect());
}
