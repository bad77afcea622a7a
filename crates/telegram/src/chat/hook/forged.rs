//! Ten thousand secrets that are not quite the one Telegram shows: no door opens.

use proptest::prelude::*;

use super::*;

const SECRET: &str = "a-Secret_of-Telegram_and-nobody-else_0123456789";

fn door(secret: &str) -> Door {
    Door { key: hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()), secret: secret.to_owned().into() }
}

/// What somebody shows who does not know the secret, but may know nearly all of it.
fn shown() -> impl Strategy<Value = Vec<u8>> {
    let at = 0..SECRET.len();
    prop_oneof![
        4 => (at.clone(), 0..8u8).prop_map(|(at, bit)| {
            let mut shown = SECRET.as_bytes().to_vec();
            shown[at] ^= 1 << bit;
            shown
        }),
        2 => at.clone().prop_map(|to| SECRET.as_bytes()[..to].to_vec()),
        1 => at.clone().prop_map(|from| SECRET.as_bytes()[from + 1..].to_vec()),
        2 => (0..=SECRET.len(), prop::collection::vec(any::<u8>(), 1..20)).prop_map(|(at, more)| {
            let mut shown = SECRET.as_bytes().to_vec();
            shown.splice(at..at, more);
            shown
        }),
        1 => at.prop_map(|at| SECRET.as_bytes()[at..].iter().chain(&SECRET.as_bytes()[..at]).copied().collect()),
        1 => Just(SECRET.to_lowercase().into_bytes()),
        2 => prop::collection::vec(any::<u8>(), 0..300),
        1 => "[A-Za-z0-9_-]{0,64}".prop_map(String::into_bytes),
    ]
    .prop_filter("not the secret itself", |shown| shown != SECRET.as_bytes())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, ..ProptestConfig::default() })]

    #[test]
    fn no_other_secret_opens(shown in shown()) {
        prop_assert!(!door(SECRET).admits(&shown));
    }
}

#[test]
fn the_secret_opens_whichever_it_is() {
    for secret in [SECRET, "x", &"y".repeat(256)] {
        assert!(door(secret).admits(secret.as_bytes()), "{secret}");
        assert!(!door(secret).admits(b""), "{secret}");
    }
}
