//! What shows a subscriber that mail is from whom it gave its secret.

use std::fmt::Write as _;

use ring::hmac;
use whimbrel_store::HubSecret;

/// The value of `X-Hub-Signature`.
pub(crate) fn sign(secret: &HubSecret, body: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.expose().as_bytes());
    hex("sha256=", hmac::sign(&key, body).as_ref())
}

/// Bytes as lower-case digits behind a beginning.
pub(crate) fn hex(beginning: &str, bytes: &[u8]) -> String {
    bytes.iter().fold(beginning.to_owned(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The second and the first case of RFC 4231.
    #[test]
    fn signatures_are_those_of_the_standard() {
        let long = String::from_utf8(vec![0x61; 131]).unwrap();
        for (key, body, signature) in [
            (
                "Jefe",
                "what do ya want for nothing?",
                "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
            (
                "\u{b}\u{b}\u{b}\u{b}\u{b}\u{b}\u{b}\u{b}\u{b}\u{b}\u{b}\u{b}\u{b}\u{b}\u{b}\u{b}\u{b}\u{b}\u{b}\u{b}",
                "Hi There",
                "sha256=b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
            ),
        ] {
            assert_eq!(sign(&HubSecret::new(key.into()), body.as_bytes()), signature);
        }
        assert_ne!(sign(&HubSecret::new(long.clone()), b"x"), sign(&HubSecret::new(long + "a"), b"x"));
    }
}
