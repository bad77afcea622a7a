//! Asking as a GitHub App, against a server that checks every signature.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaKeyPair, UnparsedPublicKey};

use super::app::App;
use super::*;
use crate::source::serve::{Asked, Served, answer};

/// A key made for this test; it opens nothing.
const PEM: &str = include_str!("../../testdata/app_key.pem");

fn now() -> DateTime<Utc> {
    "2026-05-01T12:00:00Z".parse().unwrap()
}

fn der() -> Vec<u8> {
    let body: String = PEM.lines().filter(|line| !line.starts_with('-')).collect();
    STANDARD.decode(body).unwrap()
}

/// The same key in the other wrapping: its length, the name of the algorithm, the key.
fn pkcs8() -> String {
    let der = der();
    let wrap = |kind: u8, content: &[u8]| {
        let length = u16::try_from(content.len()).unwrap().to_be_bytes();
        [&[kind, 0x82], &length[..], content].concat()
    };
    let algorithm =
        [0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];
    let whole = wrap(0x30, &[&[0x02, 0x01, 0x00][..], &algorithm, &wrap(0x04, &der)].concat());
    format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", STANDARD.encode(whole))
}

/// What a statement claims, once its signature was checked.
fn claims(statement: &str) -> serde_json::Value {
    let (signed, signature) = statement.rsplit_once('.').unwrap();
    let public = RsaKeyPair::from_der(&der()).unwrap().public().as_ref().to_vec();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public)
        .verify(signed.as_bytes(), &signature)
        .unwrap();
    let (head, claims) = signed.split_once('.').unwrap();
    assert_eq!(URL_SAFE_NO_PAD.decode(head).unwrap(), br#"{"alg":"RS256","typ":"JWT"}"#);
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap()
}

#[test]
fn keys_of_both_wrappings_sign_and_others_are_refused_in_words() {
    for pem in [PEM, &pkcs8(), &PEM.replace('\n', "\r\n"), &format!("a remark\n{PEM}")] {
        let claims = claims(&App::new(7, 8, pem).unwrap().statement(now()).unwrap());
        assert_eq!(claims["iss"], "7");
        assert_eq!(claims["iat"], now().timestamp() - 60);
        assert_eq!(claims["exp"], now().timestamp() + 540);
    }
    let cut = PEM.replace("RSA PRIVATE", "CERTIFICATE");
    for wrong in [
        "",
        "no key",
        &cut,
        "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----",
        &PEM[..400],
    ] {
        let error = App::new(7, 8, wrong).err().unwrap().to_string();
        assert!(error.contains("download the private key of the app again"), "{error}");
    }
}

fn github(server: &Served, folder: &Path) -> anyhow::Result<Github> {
    let settings = GithubSettings {
        api_url: server.base.clone(),
        app_id: Some(7),
        app_installation: Some(8),
        app_key_file: Some("key.pem".into()),
        ..GithubSettings::default()
    };
    Github::new(&settings, &Settings::default(), folder, now())
}

/// A GitHub whose clock is that much ahead; the tokens it lends carry the time they were asked for.
fn lender(asked: &Asked, ahead: TimeDelta, at: DateTime<Utc>) -> http::Response<axum::body::Body> {
    let server_now = at + ahead;
    let date = server_now.to_rfc2822().replace("+0000", "GMT");
    let bearer =
        asked.header("authorization").unwrap_or_default().strip_prefix("Bearer ").unwrap_or_default();
    if asked.target == "/app/installations/8/access_tokens" {
        let claims = claims(bearer);
        let valid = claims["iat"].as_i64().unwrap() <= server_now.timestamp()
            && claims["exp"].as_i64().unwrap() > server_now.timestamp();
        if !valid {
            return answer(
                401,
                &[("date", &date)],
                r#"{"message":"'Expiration time' claim ('exp') is too far"}"#,
            );
        }
        let until = (server_now + TimeDelta::hours(1)).to_rfc3339();
        let grant = format!(r#"{{"token":"ghs_{}","expires_at":"{until}"}}"#, at.timestamp());
        return answer(201, &[("date", &date)], grant);
    }
    assert!(bearer.starts_with("ghs_"), "asked with {bearer}");
    answer(200, &[("date", &date)], "{}")
}

#[tokio::test]
async fn a_token_is_lent_used_and_renewed_before_its_end_whatever_our_clock_says() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("key.pem"), PEM).unwrap();
    for ahead in [TimeDelta::zero(), TimeDelta::hours(2), TimeDelta::hours(-2)] {
        let time = Arc::new(Mutex::new(now()));
        let its = Arc::clone(&time);
        let server = Served::new(move |asked| lender(asked, ahead, *its.lock().unwrap())).await;
        let github = github(&server, folder.path()).unwrap();
        assert!(!github.is_anonymous());
        let mut lent = 0;
        for minutes in [0, 1, 30, 54, 56, 57, 120] {
            let now = now() + TimeDelta::minutes(minutes);
            *time.lock().unwrap() = now;
            let get = Get { route: "/x", accept: JSON, etag: None, cap: 1000, keep: Keep::Nothing };
            github.get(get, github.clock(now)).await.unwrap();
            lent += server.asked().iter().filter(|asked| asked.target.contains("access_tokens")).count();
        }
        // With a wrong clock the first statement is not believed, and its refusal tells the right time.
        assert_eq!(lent, if ahead.is_zero() { 3 } else { 4 }, "{ahead}");
    }
}

#[tokio::test]
async fn an_app_that_is_gone_rests_and_says_so_and_its_parts_belong_together() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("key.pem"), PEM).unwrap();
    let server = Served::new(|_| answer(404, &[], r#"{"message":"Not Found"}"#)).await;
    let app = github(&server, folder.path()).unwrap();
    let get = Get { route: "/x", accept: JSON, etag: None, cap: 1000, keep: Keep::Nothing };
    let refusal = app.get(get, app.clock(now())).await.err().unwrap();
    assert!(matches!(refusal, Refusal::Wait(wait) if wait.why == Why::Rejected));
    assert_eq!(server.asked().len(), 1);
    assert!(app.remarks(now())[0].contains("the key of app 7"), "{:?}", app.remarks(now()));

    std::fs::remove_file(folder.path().join("key.pem")).unwrap();
    let error = github(&server, folder.path()).err().unwrap();
    assert!(format!("{error:#}").contains("app_key_file in [github]"), "{error:#}");
    let half = GithubSettings { app_id: Some(7), ..GithubSettings::default() };
    let error = Github::new(&half, &Settings::default(), folder.path(), now()).err().unwrap();
    assert!(error.to_string().contains("app_installation"), "{error}");
}
