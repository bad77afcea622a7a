//! `whimbrel healthy`: asks the program that runs here whether it is well, for containers and scripts.

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, bail};

use crate::cli::{Common, FAILED};
use crate::config::{self, Environment};

/// A program that is well answers at once; one that takes longer is not.
const PATIENCE: Duration = Duration::from_secs(5);

/// More of an answer is not read.
const ANSWER: u64 = 64 * 1024;

/// Asks, and says it by the exit code too.
pub(crate) fn healthy(common: &Common) -> anyhow::Result<ExitCode> {
    let loaded = config::load(common.config.as_deref(), &Environment::of_process())?;
    let address = near(loaded.config.web.listen);
    if address.port() == 0 {
        bail!("`listen` in [web] leaves the port to the system: set one, so that it can be asked");
    }
    let answer = ask(address).with_context(|| format!("asking http://{address}/healthz"))?;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let well = head.split(' ').nth(1) == Some("200");
    println!("{}", body.trim());
    Ok(if well { ExitCode::SUCCESS } else { ExitCode::from(FAILED) })
}

/// Where somebody on this machine reaches it: one that listens everywhere is here too.
fn near(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

fn ask(address: SocketAddr) -> std::io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    write!(stream, "GET /healthz HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.take(ANSWER).read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_that_listens_everywhere_is_asked_here() {
        let near = |listen: &str| near(listen.parse().unwrap()).to_string();
        assert_eq!(near("0.0.0.0:8787"), "127.0.0.1:8787");
        assert_eq!(near("[::]:80"), "[::1]:80");
        assert_eq!(near("192.0.2.7:80"), "192.0.2.7:80");
    }
}
