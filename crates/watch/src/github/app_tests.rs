//! Who a GitHub App says it is. How it gets along with GitHub is told in `tests/stories/github_app.rs`.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaKeyPair, UnparsedPublicKey};

use super::app::App;

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
