//! Asking as an installation of a GitHub App: the stand-in checks every signature, and its tokens hold for an hour.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use serde_json::{Value, json};
use whimbrel_catalog::EntryKey;
use whimbrel_project::{Answer, Project, ProjectId};
use whimbrel_watch::github::Looked;
use whimbrel_watch::{GithubSettings, Settings};
use whimbrel_world::github::Github;

/// A key made for tests; it opens nothing.
const KEY: &str = include_str!("../../crates/watch/testdata/app_key.pem");

const APP: u64 = 7;
const INSTALLATION: u64 = 8;

fn start() -> DateTime<Utc> {
    "2026-05-01T12:00:00Z".parse().expect("a moment")
}

/// A stand-in with one repository and the app installed; its clock stands.
fn installed() -> Github {
    let github = Github::start();
    github.clock().set(start());
    github.repository("o/r").stars(9);
    github.install(APP, INSTALLATION, KEY);
    github
}

fn settings(github: &Github, folder: &Path) -> GithubSettings {
    std::fs::write(folder.join("key.pem"), KEY).expect("the folder is ours");
    GithubSettings {
        api_url: github.api_url(),
        app_id: Some(APP),
        app_installation: Some(INSTALLATION),
        app_key_file: Some("key.pem".into()),
        ..GithubSettings::default()
    }
}

/// The way to it, and the folder of its key.
fn way(github: &Github) -> (whimbrel_watch::Github, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let settings = settings(github, folder.path());
    let way = whimbrel_watch::Github::new(&settings, &Settings::default(), folder.path(), start());
    (way.expect("sound settings"), folder)
}

/// A look at the repository.
async fn look(way: &whimbrel_watch::Github, now: DateTime<Utc>) -> Looked {
    let mut project = Project::new(ProjectId(1), EntryKey::from_stored("github.com/o/r"), now);
    "o/r".clone_into(&mut project.full_name);
    way.look(&[project], now).await
}

fn is_answered(looked: &Looked) -> bool {
    matches!(&looked.answers[..], [(_, Answer::Here(seen))] if seen.facts.stars == Some(9))
}

/// How many tokens were handed out since the last time, and how many claims were not believed.
fn tokens(github: &Github) -> (usize, usize) {
    let journal = github.take_journal();
    let with = |status| journal.to("access_tokens").filter(|call| call.status == Some(status)).count();
    (with(201), with(401))
}

#[tokio::test]
async fn a_token_is_lent_used_and_renewed_before_its_end_whatever_our_clock_says() {
    for ahead in [TimeDelta::zero(), TimeDelta::hours(2), TimeDelta::hours(-2)] {
        let github = installed();
        let (way, _folder) = way(&github);
        assert!(!way.is_anonymous());
        for minutes in [0, 1, 30, 54, 56, 57, 120] {
            let now = start() + TimeDelta::minutes(minutes);
            github.clock().set(now + ahead);
            assert!(is_answered(&look(&way, now).await), "{ahead}, minute {minutes}");
        }
        // With a wrong clock the first statement is not believed, and its refusal tells the right time.
        assert_eq!(tokens(&github), (3, usize::from(!ahead.is_zero())), "{ahead}");
        github.expects_no_violations();
    }
}

#[tokio::test]
async fn a_token_that_ends_early_is_replaced_at_once() {
    let github = installed();
    let (way, _folder) = way(&github);
    assert!(is_answered(&look(&way, start()).await));
    github.revoke_lent(INSTALLATION);
    let later = start() + TimeDelta::minutes(5);
    github.clock().set(later);
    assert!(is_answered(&look(&way, later).await));
    assert_eq!(tokens(&github), (2, 0));
    assert_eq!(way.remarks(later), [""; 0]);
}

#[tokio::test]
async fn an_app_that_is_gone_rests_and_says_so_and_goes_on_when_it_is_back() {
    let github = installed();
    let (way, _folder) = way(&github);
    assert!(is_answered(&look(&way, start()).await));
    github.uninstall(INSTALLATION);
    let later = start() + TimeDelta::minutes(5);
    github.clock().set(later);
    github.take_journal();
    let looked = look(&way, later).await;
    let again = looked.again.expect("a time to come back");
    assert_eq!((looked.put_off.len(), again - later >= TimeDelta::minutes(10)), (1, true), "{looked:?}");
    assert_eq!(
        github.take_journal().to("access_tokens").map(|call| call.status).collect::<Vec<_>>(),
        [Some(404)]
    );
    assert!(way.remarks(later)[0].contains("the key of app 7"), "{:?}", way.remarks(later));

    github.install(APP, INSTALLATION, KEY);
    github.clock().set(again);
    assert!(is_answered(&look(&way, again).await));
    assert_eq!(way.remarks(again), [""; 0]);
}

#[test]
fn the_parts_of_an_app_belong_together() {
    let github = installed();
    let folder = tempfile::tempdir().expect("a folder");
    let whole = settings(&github, folder.path());
    let refused = |settings: &GithubSettings| {
        let way = whimbrel_watch::Github::new(settings, &Settings::default(), folder.path(), start());
        way.err().map(|error| format!("{error:#}")).unwrap_or_default()
    };
    assert_eq!(refused(&whole), "");
    let half = GithubSettings { app_installation: None, ..whole.clone() };
    assert!(refused(&half).contains("app_installation"), "{}", refused(&half));
    std::fs::remove_file(folder.path().join("key.pem")).expect("it is there");
    assert!(refused(&whole).contains("app_key_file in [github]"), "{}", refused(&whole));
}

/// A claim as an app signs it.
fn claim(app: u64, from: i64, until: i64) -> String {
    let body: String = KEY.lines().filter(|line| !line.starts_with('-')).collect();
    let key = RsaKeyPair::from_der(&STANDARD.decode(body).expect("PEM")).expect("a key");
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let head = part(json!({ "alg": "RS256", "typ": "JWT" }));
    let signed = format!("{head}.{}", part(json!({ "iat": from, "exp": until, "iss": app.to_string() })));
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature).expect("it signs");
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// Status and answer to a request with this line of authorization.
async fn ask(github: &Github, method: &str, path: &str, bearer: &str) -> (u16, Value) {
    let client = reqwest::Client::builder().user_agent("story").build().expect("a client");
    let method = method.parse().expect("a method");
    let request = client.request(method, format!("{}{path}", github.api_url()));
    let answer = request.header("authorization", format!("Bearer {bearer}")).send().await.expect("an answer");
    (answer.status().as_u16(), answer.json().await.unwrap_or_default())
}

#[tokio::test]
async fn the_stand_in_believes_only_what_is_signed_and_lends_for_an_hour() {
    let github = installed();
    let now = start().timestamp();
    let (fresh, lend) = (claim(APP, now - 60, now + 540), "/app/installations/8/access_tokens");
    let (head, rest) = fresh.split_once('.').expect("three parts");
    let (_, signature) = rest.split_once('.').expect("three parts");
    let later = URL_SAFE_NO_PAD.encode(json!({ "iat": now, "exp": now + 600, "iss": "7" }).to_string());
    for (what, method, path, bearer, status) in [
        ("itself", "GET", "/app", fresh.clone(), 200),
        ("a token", "POST", lend, fresh.clone(), 201),
        ("of another installation", "POST", "/app/installations/9/access_tokens", fresh.clone(), 404),
        ("another app", "POST", lend, claim(78, now - 60, now + 540), 401),
        ("what is over", "POST", lend, claim(APP, now - 7200, now - 70), 401),
        ("what holds too long", "POST", lend, claim(APP, now, now + 86_400), 401),
        ("what was signed for other words", "POST", lend, format!("{head}.{later}.{signature}"), 401),
        ("what nobody signed", "POST", lend, format!("{head}.{later}."), 401),
        ("what is not for apps", "GET", "/repos/o/r", fresh.clone(), 403),
    ] {
        let (met, answer) = ask(&github, method, path, &bearer).await;
        assert_eq!(met, status, "{what}: {answer}");
    }
    let (_, app) = ask(&github, "GET", "/app", &fresh).await;
    assert_eq!((&app["id"], &app["installations_count"]), (&json!(7), &json!(1)));
    let (_, lent) = ask(&github, "POST", lend, &fresh).await;
    assert_eq!(lent["expires_at"], "2026-05-01T13:00:00Z");
    let token = lent["token"].as_str().expect("a token");
    assert_eq!(ask(&github, "GET", "/repos/o/r", token).await.0, 200);
    assert_eq!(ask(&github, "GET", "/app", token).await.0, 401, "it is no claim");
    github.clock().set(start() + TimeDelta::hours(1));
    assert_eq!(ask(&github, "GET", "/repos/o/r", token).await.0, 401, "the hour is over");
}
