//! Addresses strangers choose: whichever way they are spelled, none reaches this machine or its network.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;

/// Ways to write this machine, in an address; `PORT` is the canary's.
const HERE: [&str; 86] = [
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "127.0.0.1.",
    "127.255.255.254",
    "0",
    "0.0.0.0",
    "0.0.0.0.",
    "0x7f.1",
    "0x7f.0x0.0x0.0x1",
    "0x7f000001",
    "0X7F000001",
    "2130706433",
    "017700000001",
    "0177.1",
    "0177.0.0.01",
    "0000177.0.0.1",
    "127.0.0.0x1",
    "%31%32%37.0.0.1",
    "127%2e0%2e0%2e1",
    "１２７.０.０.１",
    "①②⑦.⓪.⓪.①",
    "127。0。0。1",
    "user@127.0.0.1",
    "example.org:80@127.0.0.1",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[0000::0001]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[0:0:0:0:0:ffff:127.0.0.1]",
    "[::127.0.0.1]",
    "[::7f00:1]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "127.0.0.0",
    "127.0.0.2",
    "127.127.127.127",
    "127.1.1",
    "127.65535",
    "127.0xff.1",
    "0x7f.0.0.0x1",
    "0x7f.0.1",
    "0x7F.1",
    "0x007f.0.0.1",
    "0x0000007f.1",
    "0177.0.0.1",
    "0177.0.0x0.1",
    "00177.1",
    "0x7f000001.",
    "2130706433.",
    "017700000001.",
    "2130706434",
    "0x7f000002",
    "0.0.0.1",
    "0.1",
    "0x0",
    "00",
    "0.0",
    "0x0.0x0",
    "000.000.000.000",
    "127。1",
    "127.0.0.1．",
    "１２７．１",
    "127.0.0.%31",
    "%30x7f.1",
    "%6c%6f%63alhost",
    "localhost%2e",
    "a@localhost",
    "a:b@[::1]",
    "[::0.0.0.1]",
    "[::0001]",
    "[0:0::0:1]",
    "[::ffff:0:0]",
    "[::ffff:0.0.0.0]",
    "[::ffff:127.1.2.3]",
    "[::FFFF:7F00:0001]",
    "[64:ff9b:1::7f00:1]",
    "[2002:7f00:0001::1]",
    "[fe80::1]",
    "[::ffff:0:7f00:1]",
    "localhost",
    "LocalHost",
    "localhost.",
];

/// Addresses of networks that are none of a stranger's business, one of each kind and both ends of the larger ones.
const INSIDE: [&str; 60] = [
    "0.1.2.3",
    "10.0.0.0",
    "10.255.255.255",
    "100.64.0.0",
    "100.127.255.255",
    "127.0.0.1",
    "127.8.8.8",
    "169.254.0.1",
    "169.254.169.254",
    "169.254.170.2",
    "172.16.0.0",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.0",
    "192.168.255.255",
    "198.18.0.0",
    "198.19.255.255",
    "198.51.100.7",
    "203.0.113.7",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:0.0.0.0",
    "::ffff:10.0.0.1",
    "::ffff:100.64.0.1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:172.16.0.1",
    "::ffff:192.168.0.1",
    "::ffff:224.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:0:7f00:1::",
    "2001:2::1",
    "2001:10::1",
    "2001:20::1",
    "2001:db8::1",
    "2001:db8:ffff::",
    "2002:7f00:1::",
    "2002:a00:1::",
    "2002:c0a8:1::",
    "3fff::1",
    "3fff:fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
];

#[tokio::test]
async fn no_spelling_of_this_machine_reaches_it() {
    let canary = tokio::net::TcpListener::bind("0.0.0.0:0").await.unwrap();
    let port = canary.local_addr().unwrap().port();
    let heard = Arc::new(AtomicUsize::new(0));
    let counting = tokio::spawn({
        let heard = Arc::clone(&heard);
        async move {
            while canary.accept().await.is_ok() {
                heard.fetch_add(1, Ordering::SeqCst);
            }
        }
    });
    let strict = client(&Settings::default()).build().unwrap();
    for host in HERE {
        // What is no address of the web at all is refused before.
        let Ok(url) = Url::parse(&format!("http://{host}:{port}/")) else { continue };
        if !names_private_number(&url) {
            assert!(matches!(url.host(), Some(Host::Domain(_))), "{host} is taken for a public number");
            assert!(strict.get(url).send().await.is_err(), "{host} was answered");
        }
    }
    assert_eq!(heard.load(Ordering::SeqCst), 0, "somebody came");
    // The canary hears those who may come.
    let trusting =
        client(&Settings { allow_private_addresses: true, ..Settings::default() }).build().unwrap();
    let asked = trusting.get(format!("http://localhost:{port}/")).timeout(std::time::Duration::from_secs(1));
    assert!(asked.send().await.is_err(), "it accepts and says nothing");
    assert_eq!(heard.load(Ordering::SeqCst), 1);
    counting.abort();
}

#[test]
fn no_inner_network_is_taken_for_a_public_one() {
    for inside in INSIDE {
        assert!(!is_public(inside.parse().unwrap()), "{inside}");
    }
    for outside in [
        "1.1.1.1",
        "9.255.255.255",
        "11.0.0.1",
        "93.184.216.34",
        "100.63.255.255",
        "100.128.0.1",
        "172.15.0.1",
        "172.32.0.1",
        "192.0.1.1",
        "192.167.0.1",
        "198.17.0.1",
        "198.20.0.1",
        "223.255.255.255",
        "2001:200::1",
        "2001:4860:4860::8888",
        "2606:4700::1111",
        "2a00:1450::1",
        "::ffff:1.1.1.1",
    ] {
        assert!(is_public(outside.parse().unwrap()), "{outside}");
    }
}

/// A name whose answers change between two lookups gains nothing: each lookup is filtered, and the connection takes
/// what was left of that very lookup.
#[test]
fn a_name_with_a_private_address_among_others_keeps_only_the_others() {
    let addresses = |list: &[&str]| -> Vec<SocketAddr> {
        list.iter().map(|ip| SocketAddr::new(ip.parse().unwrap(), 0)).collect()
    };
    let mixed = addresses(&["10.0.0.1", "1.1.1.1", "::1", "::ffff:127.0.0.1", "2606:4700::1111"]);
    assert_eq!(public_of("mixed", mixed).unwrap(), addresses(&["1.1.1.1", "2606:4700::1111"]));
    for rebound in [&["127.0.0.1"][..], &["169.254.169.254", "::1"], &[]] {
        assert!(public_of("rebound", addresses(rebound)).is_err(), "{rebound:?}");
    }
}
