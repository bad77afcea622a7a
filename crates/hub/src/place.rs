//! Where a callback leads: which addresses can be one, and who they belong to, so that limits can be kept.

use url::{Host, Url};

/// The longest callback and the longest address of a feed.
pub(crate) const LONGEST: usize = 2_048;

/// Whom a callback belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// Its host.
    pub(crate) host: String,
    /// The wider circle it is in: names one owner can make any number of. Of a name its last two labels, of a number its
    /// network.
    pub(crate) circle: String,
}

/// Reads a callback; the error says in a sentence what is wrong with it.
pub(crate) fn callback(text: &str) -> Result<Url, String> {
    if text.len() > LONGEST {
        return Err(format!("hub.callback is longer than the {LONGEST} bytes that are taken."));
    }
    let url = Url::parse(text).map_err(|error| format!("hub.callback is no address: {error}."))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
        return Err("hub.callback must be an http or https address.".to_owned());
    }
    if !(url.username().is_empty() && url.password().is_none()) {
        return Err("hub.callback must not hold a user name or password; put what is secret into its path."
            .to_owned());
    }
    if url.fragment().is_some() {
        return Err("hub.callback must not have a fragment: it would not arrive.".to_owned());
    }
    // Below 1024 other services listen, which could be told things in the words of a feed.
    if url.port().is_some_and(|port| port < 1024) {
        return Err("hub.callback must be on port 80, 443 or one from 1024 on.".to_owned());
    }
    Ok(url)
}

/// Whom a callback belongs to.
pub(crate) fn place(url: &Url) -> Place {
    let host = url.host_str().unwrap_or_default().trim_end_matches('.').to_owned();
    let circle = match url.host() {
        Some(Host::Ipv4(ip)) => {
            let [a, b, c, _] = ip.octets();
            format!("{a}.{b}.{c}")
        }
        Some(Host::Ipv6(ip)) => {
            let [a, b, c, d, ..] = ip.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}")
        }
        Some(Host::Domain(_)) | None => {
            let dot = host.rmatch_indices('.').nth(1).map_or(0, |(dot, _)| dot + 1);
            host[dot..].to_owned()
        }
    };
    Place { host, circle }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_be_called_is_a_callback() {
        let long = format!("https://a.example/{}", "x".repeat(LONGEST));
        for (text, wrong) in [
            ("https://reader.example/hook?id=1&t=a%20b", ""),
            ("http://reader.example:8080/", ""),
            ("http://reader.example:80/", ""),
            ("https://reader.example:443/", ""),
            ("reader.example/hook", "no address"),
            ("ftp://reader.example/", "http or https"),
            ("file:///etc/passwd", "http or https"),
            ("https://", "no address"),
            ("https://me@reader.example/", "user name"),
            ("https://:word@reader.example/", "user name"),
            ("https://reader.example/#here", "fragment"),
            ("http://reader.example:25/", "port"),
            ("https://reader.example:80/", "port"),
            (&long, "longer"),
        ] {
            let found = callback(text).err().unwrap_or_default();
            assert!(
                if wrong.is_empty() { found.is_empty() } else { found.contains(wrong) },
                "{text}: {found}"
            );
        }
    }

    #[test]
    fn names_one_owner_can_make_many_of_belong_together() {
        for (url, host, circle) in [
            ("https://a.b.example.org/", "a.b.example.org", "example.org"),
            ("https://Example.ORG./", "example.org", "example.org"),
            ("https://localhost/", "localhost", "localhost"),
            ("https://203.0.113.7/", "203.0.113.7", "203.0.113"),
            ("https://[2001:db8:1:2:3::4]/", "[2001:db8:1:2:3::4]", "2001:db8:1:2"),
        ] {
            let found = place(&callback(url).unwrap());
            assert_eq!((found.host.as_str(), found.circle.as_str()), (host, circle));
        }
    }
}
