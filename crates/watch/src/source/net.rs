//! Which addresses may be asked: none inside the operator's own network, unless allowed.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs as _};
use std::sync::Arc;

use reqwest::Client;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use tokio::sync::Semaphore;
use url::{Host, Url};

use crate::config::Settings;

/// A client for addresses that strangers may have chosen: it follows no redirect by itself, and reaches the operator's
/// own network only where that is allowed.
pub(crate) fn client(settings: &Settings) -> reqwest::ClientBuilder {
    let timeout = settings.timeout.as_std();
    let builder = Client::builder()
        .user_agent(&settings.user_agent)
        .timeout(timeout)
        .connect_timeout(timeout)
        .redirect(Policy::none()) // the caller judges them, one by one
        .no_proxy(); // a proxy would do the lookup that the resolver below checks
    builder.dns_resolver(Arc::new(Careful { allow_private: settings.allow_private_addresses }))
}

/// Lookups at the same time. They wait for servers that strangers chose, so each gets a thread of its own: on those the
/// rest of the program works with, a few slow ones would keep everything waiting.
const LOOKUPS: usize = 64;

static LOOKING: Semaphore = Semaphore::const_new(LOOKUPS);

/// Resolves names as the system does and, unless they are allowed, drops every address that is not public, after the
/// lookup: a name in the public DNS that points inside is refused as well.
#[derive(Debug)]
struct Careful {
    allow_private: bool,
}

/// Nothing was left of a name's addresses.
#[derive(Debug, thiserror::Error)]
#[error("{0} is an address of a private network")]
pub(crate) struct Private(String);

impl Resolve for Careful {
    fn resolve(&self, name: Name) -> Resolving {
        let (host, allow_private) = (name.as_str().to_owned(), self.allow_private);
        Box::pin(async move {
            let found = addresses(host.clone()).await?;
            let found = if allow_private { found } else { public_of(&host, found)? };
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// The addresses of a name, as the system knows them. Whoever gives up leaves a lookup behind that ends by itself.
async fn addresses(host: String) -> std::io::Result<Vec<SocketAddr>> {
    let place = LOOKING.acquire().await.map_err(std::io::Error::other)?;
    let (found, answer) = tokio::sync::oneshot::channel();
    std::thread::Builder::new().name("lookup".to_owned()).stack_size(256 * 1024).spawn(move || {
        let _place = place;
        // The port is set by the connection. Nobody may be left to hear of it.
        let _ = found.send((host.as_str(), 0).to_socket_addrs().map(Iterator::collect));
    })?;
    answer.await.map_err(std::io::Error::other)?
}

/// The public addresses among those a name has.
fn public_of(host: &str, found: Vec<SocketAddr>) -> Result<Vec<SocketAddr>, Private> {
    let public: Vec<_> = found.into_iter().filter(|address| is_public(address.ip())).collect();
    if public.is_empty() { Err(Private(host.to_owned())) } else { Ok(public) }
}

/// True for an address that is written as a number and leads into a private network (no resolver is asked then).
pub(crate) fn names_private_number(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => !is_public(IpAddr::V4(ip)),
        Some(Host::Ipv6(ip)) => !is_public(IpAddr::V6(ip)),
        Some(Host::Domain(_)) | None => false,
    }
}

fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let shared = a == 100 && (64..128).contains(&b); // carrier-grade NAT
    let special = a == 0 || a >= 240 || (a == 192 && b == 0 && c == 0) || (a == 198 && (b == 18 || b == 19));
    let relay = a == 192 && b == 88 && c == 99; // leads into whatever network is behind the nearest 6to4 relay
    !(ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_broadcast()
        || ip.is_documentation()
        || ip.is_multicast()
        || shared
        || special
        || relay)
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    if let Some(inner) = ip.to_ipv4_mapped() {
        return is_public_v4(inner);
    }
    let [first, second, ..] = ip.segments();
    if first == 0x2002 || (first == 0x64 && second == 0xff9b) {
        return false; // IPv4 in disguise: 6to4 and NAT64 can carry a private address
    }
    first & 0xe000 == 0x2000 // global unicast; leaves out ::1, fc00::/7, fe80::/10, ff00::/8
        && !(first == 0x2001 && second < 0x200) // kept for protocols: Teredo, benchmarks, identifiers that are no places
        && !(first == 0x2001 && second == 0xdb8) // documentation, as the next
        && !(first == 0x3fff && second < 0x1000)
}

#[cfg(test)]
#[path = "net_tests.rs"]
mod tests;
