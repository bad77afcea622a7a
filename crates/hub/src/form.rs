//! What strangers write to the hub.

use url::Url;
use url::form_urlencoded;
use whimbrel_store::HubSecret;

use crate::lease;
use crate::place::{self, LONGEST};

/// The longest body that is taken: both addresses with every byte written in three, and the rest.
pub const FORM_BYTES: usize = 16 * 1024;

/// Secrets have to be shorter, says the standard.
const SECRET_BYTES: usize = 200;

/// What somebody asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// A feed shall be sent somewhere, or no longer.
    Of(Box<Wish>),
    /// They say that a feed has changed. We know.
    Published,
}

/// A wish to begin or end a subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wish {
    /// Where to.
    pub(crate) callback: Url,
    /// Which feed.
    pub(crate) topic: String,
    /// How long; `None` to end it.
    pub(crate) lease_secs: Option<u32>,
    /// What to sign with.
    pub(crate) secret: Option<HubSecret>,
}

/// Reads a form; the error says in a sentence what is wrong with it.
pub(crate) fn read(body: &[u8]) -> Result<Asked, String> {
    let (mut callback, mut mode, mut topic, mut lease, mut secret) = (None, None, None, None, None);
    for (name, value) in form_urlencoded::parse(body) {
        let field = match &*name {
            "hub.callback" => &mut callback,
            "hub.mode" => &mut mode,
            "hub.topic" => &mut topic,
            "hub.lease_seconds" => &mut lease,
            "hub.secret" => &mut secret,
            // What other hubs understand besides is left alone.
            _ => continue,
        };
        if field.replace(value.into_owned()).is_some() {
            return Err(format!("{name} stands twice."));
        }
    }
    let is_end = match mode.as_deref() {
        Some("subscribe") => false,
        Some("unsubscribe") => true,
        Some("publish") => return Ok(Asked::Published),
        Some(_) => return Err("hub.mode must be subscribe or unsubscribe.".to_owned()),
        None => {
            return Err("Send a form with hub.mode (subscribe or unsubscribe), hub.topic (the address of a feed) and \
                        hub.callback (the address it shall be sent to)."
                .to_owned());
        }
    };
    let topic =
        topic.filter(|topic| !topic.is_empty()).ok_or("hub.topic is missing: the address of a feed.")?;
    if topic.len() > LONGEST {
        return Err(format!("hub.topic is longer than the {LONGEST} bytes that are taken."));
    }
    let callback = callback.filter(|callback| !callback.is_empty());
    let callback = callback.ok_or("hub.callback is missing: the address a feed shall be sent to.")?;
    let callback = place::callback(&callback)?;
    let lease_secs = match lease.as_deref().map(str::trim).filter(|lease| !lease.is_empty()) {
        None => None,
        Some(lease) if lease.bytes().all(|byte| byte.is_ascii_digit()) => {
            Some(lease.parse().unwrap_or(u64::MAX))
        }
        Some(_) => return Err("hub.lease_seconds must be a number of seconds.".to_owned()),
    };
    if secret.as_ref().is_some_and(|secret| secret.len() >= SECRET_BYTES) {
        return Err(format!("hub.secret must be shorter than {SECRET_BYTES} bytes."));
    }
    if secret.as_ref().is_some_and(|secret| secret.contains(char::REPLACEMENT_CHARACTER)) {
        return Err(
            "hub.secret must be text: of other bytes some would be lost, and no signature would fit."
                .to_owned(),
        );
    }
    Ok(Asked::Of(Box::new(Wish {
        callback,
        topic,
        lease_secs: (!is_end).then(|| lease::granted(lease_secs)),
        secret: secret.filter(|secret| !secret.is_empty()).map(HubSecret::new),
    })))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "hub.mode=subscribe&hub.topic=https%3A%2F%2Fnews.example%2Ffeed.atom&hub.callback=https%3A%2F%2Fr.example%2Fa%3Fb%3D1";

    fn wish(body: &str) -> Wish {
        match read(body.as_bytes()) {
            Ok(Asked::Of(wish)) => *wish,
            other => panic!("{body}: {other:?}"),
        }
    }

    #[test]
    fn wishes_are_read() {
        let plain = wish(GOOD);
        assert_eq!(plain.topic, "https://news.example/feed.atom");
        assert_eq!(plain.callback.as_str(), "https://r.example/a?b=1");
        assert_eq!((plain.lease_secs, plain.secret), (Some(864_000), None));
        let full = wish(&format!("{GOOD}&hub.lease_seconds=7200&hub.secret=sesame&hub.verify=sync&other=1"));
        assert_eq!((full.lease_secs, full.secret), (Some(7_200), Some(HubSecret::new("sesame".into()))));
        let end = wish(&format!("{}&hub.lease_seconds=7200", GOOD.replace("=sub", "=unsub")));
        assert_eq!(end.lease_secs, None);
        assert_eq!(
            wish(&format!("{GOOD}&hub.lease_seconds=99999999999999999999")).lease_secs,
            Some(2_592_000)
        );
        assert_eq!(wish(&format!("{GOOD}&hub.secret=")).secret, None);
        assert!(wish(&format!("{GOOD}&hub.secret={}", "x".repeat(199))).secret.is_some());
        assert_eq!(read(b"hub.mode=publish&hub.url=https%3A%2F%2Fnews.example%2F"), Ok(Asked::Published));
    }

    #[test]
    fn what_is_wrong_is_said() {
        let long = format!("{GOOD}&hub.secret={}", "x".repeat(200));
        let topic = GOOD.replace("feed.atom", &"x".repeat(LONGEST));
        for (body, part) in [
            ("", "Send a form with hub.mode"),
            ("\u{0}\u{ff}&&=&=", "Send a form with hub.mode"),
            (&GOOD.replace("subscribe", "follow"), "subscribe or unsubscribe"),
            (&GOOD.replace("hub.topic", "topic"), "hub.topic is missing"),
            (&GOOD.replace("hub.callback", "callback"), "hub.callback is missing"),
            (&GOOD.replace("https%3A%2F%2Fr", "r"), "hub.callback is no address"),
            (&format!("{GOOD}&hub.mode=unsubscribe"), "hub.mode stands twice"),
            (&format!("{GOOD}&hub.lease_seconds=-1"), "number of seconds"),
            (&format!("{GOOD}&hub.lease_seconds=1e9"), "number of seconds"),
            (&format!("{GOOD}&hub.secret=%ff%fe"), "must be text"),
            (&long, "shorter than 200"),
            (&topic, "hub.topic is longer"),
        ] {
            let error = read(body.as_bytes()).unwrap_err();
            assert!(error.contains(part), "{body}: {error}");
            assert!(error.ends_with('.'), "{error}");
        }
    }
}
