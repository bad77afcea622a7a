//! Ten thousand calls that are not quite one of Discord's: nobody is heard.

use std::sync::LazyLock;

use proptest::prelude::*;
use ring::signature::{Ed25519KeyPair, KeyPair};

use super::*;

const BODY: &str = r#"{"type":2,"id":"700","data":{"name":"subscribe"},"member":{"user":{"id":"1"}}}"#;
const AT: i64 = 1_800_000_000;

static PAIR: LazyLock<Ed25519KeyPair> =
    LazyLock::new(|| Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap());

/// The order of the curve's group, lowest byte first: added to the second half of a signature it makes another that
/// a careless check takes.
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// What somebody without the key does to a call they overheard.
#[derive(Clone, Debug)]
enum Forgery {
    /// One bit of the body is another.
    Bit(usize, u8),
    /// The body ends early.
    Cut(usize),
    /// Something stands within the body that was not there.
    Put(usize, String),
    /// One bit of the signature is another.
    Flipped(usize, u8),
    /// What is given as signature is this text.
    Signature(String),
    /// Somebody else signed it.
    Signer([u8; 32]),
    /// The time is said to be this.
    Time(String),
    /// A part of the time stands in the body, or the other way round.
    Moved(usize),
    /// The signature is another spelling of the same numbers.
    Other,
    /// It comes again as it was, so many seconds later.
    Replay(i64),
    /// It comes for the first time, but this much too late or too early, in seconds.
    Late(i64),
}

fn forgery() -> impl Strategy<Value = Forgery> {
    let time = prop_oneof![
        any::<i64>().prop_map(|time| time.to_string()),
        (-301..=301i64).prop_filter("another time", |by| *by != 0).prop_map(|by| (AT + by).to_string()),
        "[+0 ]{1,3}".prop_map(|before| format!("{before}{AT}")),
        "[ -~]{0,20}".prop_filter("another time", |text| *text != AT.to_string()),
    ];
    prop_oneof![
        4 => (0..BODY.len(), 0..8u8).prop_map(|(at, bit)| Forgery::Bit(at, bit)),
        1 => (0..BODY.len()).prop_map(Forgery::Cut),
        2 => (0..=BODY.len(), "[ -~]{1,40}").prop_map(|(at, text)| Forgery::Put(at, text)),
        4 => (0..64usize, 0..8u8).prop_map(|(at, bit)| Forgery::Flipped(at, bit)),
        2 => prop_oneof!["[0-9a-f]{128}", "[ -~]{0,140}"].prop_map(Forgery::Signature),
        1 => any::<[u8; 32]>().prop_map(Forgery::Signer),
        3 => time.prop_map(Forgery::Time),
        1 => (0..10usize).prop_map(Forgery::Moved),
        1 => Just(Forgery::Other),
        2 => (0..100_000i64).prop_map(Forgery::Replay),
        2 => prop_oneof![301..1_000_000i64, -1_000_000..-300i64].prop_map(Forgery::Late),
    ]
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

/// Adds the group's order to the second half.
fn respelled(signature: &mut [u8]) {
    let mut carry = 0;
    for (byte, by) in signature[32..].iter_mut().zip(ORDER) {
        let sum = u16::from(*byte) + u16::from(by) + carry;
        *byte = sum.to_le_bytes()[0];
        carry = sum >> 8;
    }
}

fn is_heard(forgery: Forgery) -> bool {
    let key = Key::read(&hex(PAIR.public_key().as_ref())).unwrap();
    let mut seen = Seen::default();
    // As `Bot::hear` does.
    let mut hears = |signature: &str, time: &str, body: &[u8], now: i64| {
        let now = DateTime::from_timestamp(now, 0).unwrap();
        key.admits(signature.as_bytes(), time.as_bytes(), body, now)
            && serde_json::from_slice::<Call>(body).is_ok_and(|call| seen.is_first(&call.id, now))
    };
    let mut time = AT.to_string();
    let mut body = BODY.as_bytes().to_vec();
    let right = PAIR.sign(&[time.as_bytes(), &body].concat()).as_ref().to_vec();
    let (mut signature, mut now) = (hex(&right), AT + 1);
    let mut flipped = right;
    if !matches!(forgery, Forgery::Late(_)) {
        assert!(hears(&signature, &time, &body, now), "Discord's own");
    }
    match forgery {
        Forgery::Bit(at, bit) => body[at] ^= 1 << bit,
        Forgery::Cut(at) => body.truncate(at),
        Forgery::Put(at, text) => drop(body.splice(at..at, text.into_bytes())),
        Forgery::Flipped(at, bit) => {
            flipped[at] ^= 1 << bit;
            signature = hex(&flipped);
        }
        Forgery::Signature(text) => signature = text,
        Forgery::Signer(seed) => {
            let other = Ed25519KeyPair::from_seed_unchecked(&seed).unwrap();
            signature = hex(other.sign(&[time.as_bytes(), &body].concat()).as_ref());
        }
        Forgery::Time(text) => time = text,
        Forgery::Moved(at) => {
            let end = time.split_off(at);
            body.splice(..0, end.into_bytes());
        }
        Forgery::Other => {
            respelled(&mut flipped);
            signature = hex(&flipped);
        }
        Forgery::Replay(later) => now += later,
        Forgery::Late(by) => now = AT + by,
    }
    // The id is what a replay is known by: where it is as it was, another memory knows whether it would be admitted.
    hears(&signature, &time, &body, now)
        || (body != BODY.as_bytes()
            && key.admits(
                signature.as_bytes(),
                time.as_bytes(),
                &body,
                DateTime::from_timestamp(now, 0).unwrap(),
            ))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, ..ProptestConfig::default() })]

    #[test]
    fn nobody_is_heard_by_a_forged_call(forgery in forgery()) {
        prop_assert!(!is_heard(forgery));
    }
}
