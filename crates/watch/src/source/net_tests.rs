//! Addresses strangers choose: whichever way they are spelled, none reaches this machine or its network.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;

/// Ways to write this machine, in an address, a line each.
const HERE: &str = include_str!("here.txt");

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
    assert_eq!(HERE.lines().count(), 86);
    for host in HERE.lines() {
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
