//! How much one address may ask.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use http::request::Parts;

use crate::serve::Peer;

/// Addresses remembered; with more of them those that rest are forgotten, then all.
const REMEMBERED: usize = 10_000;

/// Questions each address may still ask.
pub(super) struct Limiter {
    per_minute: u32,
    buckets: Mutex<HashMap<IpAddr, Bucket>>,
}

#[derive(Clone, Copy)]
struct Bucket {
    left: f64,
    at: Instant,
}

impl Limiter {
    /// So many in a minute, and as many at once by who rested; 0 is no limit.
    pub(super) fn new(per_minute: u32) -> Self {
        Self { per_minute, buckets: Mutex::default() }
    }

    /// Takes one question; the error is how long to wait.
    pub(super) fn take(&self, who: Option<IpAddr>, now: Instant) -> Result<(), Duration> {
        let (Some(who), true) = (who, self.per_minute > 0) else { return Ok(()) };
        let most = f64::from(self.per_minute);
        let rate = most / 60.0;
        let left = |bucket: &Bucket| {
            (bucket.left + now.saturating_duration_since(bucket.at).as_secs_f64() * rate).min(most)
        };
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= REMEMBERED && !buckets.contains_key(&who) {
            buckets.retain(|_, bucket| left(bucket) < most);
            if buckets.len() >= REMEMBERED {
                buckets.clear();
            }
        }
        let bucket = buckets.entry(who).or_insert(Bucket { left: most, at: now });
        let has = left(bucket);
        if has < 1.0 {
            return Err(Duration::from_secs_f64((1.0 - has) / rate));
        }
        *bucket = Bucket { left: has - 1.0, at: now };
        Ok(())
    }
}

/// Who asks. A proxy on this machine is believed who it asks for; whoever else says so is not. Of the newer protocol the
/// network counts: one household has more addresses than can be remembered.
pub(crate) fn who(request: &Parts) -> Option<IpAddr> {
    let Peer(peer) = *request.extensions.get::<Peer>()?;
    let named = || {
        let header = request.headers.get_all("x-forwarded-for").iter().next_back()?;
        header.to_str().ok()?.rsplit(',').next()?.trim().parse().ok()
    };
    let address = if peer.is_loopback() { named().unwrap_or(peer) } else { peer };
    Some(match address {
        IpAddr::V6(address) if address.to_ipv4_mapped().is_none() => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        address => address.to_canonical(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_asks_too_much_waits_alone() {
        let limiter = Limiter::new(60);
        let (one, other): (IpAddr, IpAddr) = ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
        let begin = Instant::now();
        assert_eq!((0..100).filter(|_| limiter.take(Some(one), begin).is_ok()).count(), 60);
        assert_eq!(limiter.take(Some(one), begin), Err(Duration::from_secs(1)));
        assert_eq!(limiter.take(Some(other), begin), Ok(()));
        let later = begin + Duration::from_secs(10);
        assert_eq!((0..100).filter(|_| limiter.take(Some(one), later).is_ok()).count(), 10);
        assert_eq!((0..1_000).filter(|_| Limiter::new(0).take(Some(one), begin).is_ok()).count(), 1_000);
    }

    #[test]
    fn only_so_many_are_remembered() {
        let limiter = Limiter::new(1);
        let begin = Instant::now();
        for number in 0..30_000u32 {
            let _ = limiter.take(Some(IpAddr::V4(number.into())), begin);
        }
        assert!(limiter.buckets.lock().unwrap().len() <= REMEMBERED);
    }

    #[test]
    fn only_a_proxy_of_this_machine_is_believed() {
        let asked = |peer: &str, forwarded: &str| {
            let (mut request, ()) = http::Request::new(()).into_parts();
            request.extensions.insert(Peer(peer.parse().unwrap()));
            request.headers.insert("x-forwarded-for", forwarded.parse().unwrap());
            who(&request).unwrap().to_string()
        };
        assert_eq!(asked("127.0.0.1", "198.51.100.7, 192.0.2.9"), "192.0.2.9");
        assert_eq!(asked("127.0.0.1", "nobody"), "127.0.0.1");
        assert_eq!(asked("192.0.2.1", "198.51.100.7"), "192.0.2.1");
        assert_eq!(asked("2001:db8:1:2:3:4:5:6", ""), "2001:db8:1:2::");
        assert_eq!(asked("::ffff:192.0.2.1", ""), "192.0.2.1");
    }
}
