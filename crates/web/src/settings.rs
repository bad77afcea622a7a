//! What can be set about the site (`[web]` of the configuration).

use std::net::{Ipv4Addr, SocketAddr};

use serde::{Deserialize, Deserializer, Serialize};

/// Where the site listens and how it names itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Address and port to listen on. Default `127.0.0.1:8787`: this machine only.
    #[serde(deserialize_with = "listen")]
    pub listen: SocketAddr,
    /// The address people reach the site under, used for every absolute link in feeds, such as
    /// `https://news.example.org`. Default: `http://` and the address in `listen`.
    #[serde(deserialize_with = "public_url")]
    pub public_url: Option<String>,
    /// The name of the site, shown on every page and in the titles of feeds. Default `Whimbrel`.
    pub title: String,
    /// Memory for rendered answers, MiB. Default 8.
    pub cache_mib: usize,
    /// Connections served at the same time; further ones wait. Default 1,024.
    pub max_connections: usize,
    /// A WebSub hub that passes feeds on at once: feeds name it, and it is told which of them changed. Needs
    /// `public_url`. Default: none.
    #[serde(deserialize_with = "hub")]
    pub hub: Option<String>,
    /// Be a WebSub hub for our own feeds, at `/hub`: whoever subscribes there gets a feed sent as soon as it changes. Needs
    /// `public_url`. Default false, because it means calling addresses that strangers name.
    pub own_hub: bool,
    /// Send feeds to addresses in private networks too: only where everybody who can reach the hub may reach those anyway.
    /// Default false.
    pub hub_private: bool,
    /// Questions one address may ask in a minute, over `/api` and `/ask`; 0 is no limit. Default 120.
    pub questions_per_minute: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8787)),
            public_url: None,
            title: "Whimbrel".into(),
            cache_mib: 8,
            max_connections: 1024,
            hub: None,
            own_hub: false,
            hub_private: false,
            questions_per_minute: 120,
        }
    }
}

impl Settings {
    /// The hub feeds name: one that can read them.
    pub(crate) fn named_hub(&self) -> Option<&str> {
        self.hub.as_deref().filter(|_| self.public_url.is_some())
    }

    /// The address of our own hub; `None` when it is off, or could not be reached.
    pub fn own_hub(&self) -> Option<String> {
        (self.own_hub && self.public_url.is_some()).then(|| format!("{}/hub", self.base()))
    }

    /// What every absolute link starts with, without a slash at the end.
    pub fn base(&self) -> String {
        if let Some(url) = &self.public_url {
            return url.trim_end_matches('/').to_owned();
        }
        let mut address = self.listen;
        if address.ip().is_unspecified() {
            // "All interfaces" is no address one can open; this machine's own is at least right here.
            address.set_ip(Ipv4Addr::LOCALHOST.into());
        }
        format!("http://{address}")
    }
}

fn listen<'de, D: Deserializer<'de>>(input: D) -> Result<SocketAddr, D::Error> {
    let text = String::deserialize(input)?;
    text.replace("localhost", "127.0.0.1").parse().map_err(|_| {
        serde::de::Error::custom(format!(
            "`{text}` is no address to listen on: write address and port, such as 127.0.0.1:8787 or 0.0.0.0:8787"
        ))
    })
}

fn public_url<'de, D: Deserializer<'de>>(input: D) -> Result<Option<String>, D::Error> {
    let Some(text) = Option::<String>::deserialize(input)?.filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    if is_address(&text) {
        Ok(Some(text.trim_end_matches('/').to_owned()))
    } else {
        Err(serde::de::Error::custom(format!(
            "`{text}` cannot be public_url: write the address of the site, such as https://news.example.org"
        )))
    }
}

fn hub<'de, D: Deserializer<'de>>(input: D) -> Result<Option<String>, D::Error> {
    let text = Option::<String>::deserialize(input)?.filter(|text| !text.is_empty());
    match text {
        Some(text) if !is_address(&text) => Err(serde::de::Error::custom(format!(
            "`{text}` cannot be a hub: write its address, such as https://hub.example.org/"
        ))),
        text => Ok(text),
    }
}

fn is_address(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Settings, serde_json::Error> {
        serde_json::from_str(json)
    }

    #[test]
    fn defaults_serve_this_machine_only() {
        let settings = read("{}").unwrap();
        assert_eq!(settings, Settings::default());
        assert_eq!(settings.base(), "http://127.0.0.1:8787");
    }

    #[test]
    fn absolute_links_start_with_the_public_address() {
        let settings = read(r#"{"public_url":"https://news.example.org/w/"}"#).unwrap();
        assert_eq!(settings.base(), "https://news.example.org/w");
        assert_eq!(read(r#"{"listen":"0.0.0.0:80"}"#).unwrap().base(), "http://127.0.0.1:80");
        assert_eq!(read(r#"{"listen":"localhost:80"}"#).unwrap().base(), "http://127.0.0.1:80");
    }

    #[test]
    fn wrong_values_say_what_is_right() {
        for (json, part) in [
            (r#"{"listen":"8787"}"#, "such as 127.0.0.1:8787"),
            (r#"{"public_url":"news.example.org"}"#, "such as https://"),
            (r#"{"public_url":"https://a@news.example.org"}"#, "such as https://"),
            (r#"{"hub":"hub.example.org"}"#, "such as https://hub"),
            (r#"{"port":1}"#, "unknown field `port`"),
        ] {
            let error = read(json).unwrap_err().to_string();
            assert!(error.contains(part), "{json}: {error}");
        }
    }
}
