//! A pretend feed reader with mailboxes, to which a WebSub hub sends feeds. It is strict: whatever the standard does not
//! allow is written down.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::State;
use axum::response::Response;
use axum::{Extension, Router};
use ring::hmac;

use crate::server::{Asked, Fault, Server, build};

/// How a mailbox behaves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Manners {
    /// It confirms what it asked for, and takes what comes.
    #[default]
    Good,
    /// It answers a question with other words.
    Lies,
    /// It confirms, and answers what comes with this status, and this place to go to instead.
    Answers(u16, String),
}

/// What a mailbox has asked for.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    /// The address of the feed.
    pub topic: String,
    /// The address of the hub.
    pub hub: String,
    /// What its mail is signed with.
    pub secret: Option<String>,
    /// `subscribe`, or `unsubscribe`.
    pub mode: String,
    /// How it behaves.
    pub manners: Manners,
}

/// Something that came for a mailbox.
#[derive(Clone, Debug)]
pub struct Mail {
    /// Which: its path with its query.
    pub to: String,
    /// The feed.
    pub text: String,
}

/// A running reader.
pub struct Subscriber {
    server: Server,
    name: &'static str,
    desk: Arc<Mutex<Desk>>,
}

#[derive(Default)]
struct Desk {
    boxes: BTreeMap<String, Wish>,
    mail: Vec<Mail>,
    asked: usize,
    challenges: BTreeSet<String>,
    wrong: Vec<String>,
}

impl Subscriber {
    /// Starts it on a free port of this machine.
    pub fn start() -> Self {
        let desk = Arc::<Mutex<Desk>>::default();
        let its = Arc::clone(&desk);
        let server = Server::start(|_| Router::new().fallback(answer).with_state(its));
        Self { server, name: "127.0.0.1", desk }
    }

    /// The same reader under another name of this machine: to who calls it, another host.
    #[must_use]
    pub fn known_as(self, name: &'static str) -> Self {
        Self { name, ..self }
    }

    /// The address of a mailbox.
    pub fn url(&self, mailbox: &str) -> String {
        self.server.url(mailbox).replace("127.0.0.1", self.name)
    }

    /// A mailbox asks for something.
    pub fn wishes(&self, mailbox: &str, wish: Wish) {
        locked(&self.desk).boxes.insert(mailbox.to_owned(), wish);
    }

    /// From now on a mailbox behaves like this.
    pub fn behaves(&self, mailbox: &str, manners: Manners) {
        locked(&self.desk).boxes.entry(mailbox.to_owned()).or_default().manners = manners;
    }

    /// From now on what is sent to mailboxes that begin like this goes wrong; questions do not.
    pub fn fails(&self, beginning: &str, fault: Fault) {
        let beginning = beginning.to_owned();
        self.server.misbehave(move |asked| {
            (asked.method == "POST" && asked.path.starts_with(&beginning)).then_some(fault)
        });
    }

    /// From now on nothing goes wrong any more.
    pub fn heals(&self) {
        self.server.behave();
    }

    /// All mail so far, oldest first.
    pub fn mail(&self) -> Vec<Mail> {
        locked(&self.desk).mail.clone()
    }

    /// Questions so far.
    pub fn questions(&self) -> usize {
        locked(&self.desk).asked
    }

    /// Every request so far, also those that were answered wrongly on purpose.
    pub fn requests(&self) -> Vec<Asked> {
        self.server.asked()
    }

    /// Fails when anything came that the standard does not allow.
    pub fn expects_no_violations(&self) {
        let wrong = locked(&self.desk).wrong.clone();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}

fn locked(desk: &Mutex<Desk>) -> MutexGuard<'_, Desk> {
    desk.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn answer(State(desk): State<Arc<Mutex<Desk>>>, Extension(asked): Extension<Asked>) -> Response {
    let mut desk = locked(&desk);
    match asked.method.as_str() {
        "GET" => desk.question(&asked),
        "POST" => desk.take(&asked),
        other => desk.object(&asked, format!("{other} is no verb of a hub")),
    }
}

impl Desk {
    fn object(&mut self, asked: &Asked, what: String) -> Response {
        self.wrong.push(format!("{} {}: {what}", asked.method, asked.path));
        build(400, &[], what)
    }

    /// Somebody asks whether a mailbox wants what it is said to want.
    fn question(&mut self, asked: &Asked) -> Response {
        self.asked += 1;
        let Some((mailbox, query)) = split(&asked.path) else {
            return self.object(asked, "it is no question of a hub".to_owned());
        };
        // Nobody of this name has asked for anything: that is what strangers are for.
        let Some(wish) = self.boxes.get(mailbox).cloned() else { return build(404, &[], "") };
        let mut fields = BTreeMap::new();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()).into_owned() {
            if fields.insert(name.clone(), value).is_some() {
                return self.object(asked, format!("{name} stands twice"));
            }
        }
        let field = |name: &str| fields.get(name).map(String::as_str).unwrap_or_default();
        if field("hub.mode") != wish.mode || field("hub.topic") != wish.topic {
            return build(404, &[], "that is not what was asked for");
        }
        let challenge = field("hub.challenge").to_owned();
        if challenge.len() < 16 || !self.challenges.insert(challenge.clone()) {
            return self.object(asked, format!("`{challenge}` can be guessed, or was there before"));
        }
        let lease = field("hub.lease_seconds").parse::<u32>().is_ok_and(|secs| secs > 0);
        if wish.mode == "subscribe" && !lease {
            return self.object(asked, "it does not say for how long".to_owned());
        }
        if wish.manners == Manners::Lies { build(200, &[], "yes") } else { build(200, &[], challenge) }
    }

    /// Something comes.
    fn take(&mut self, asked: &Asked) -> Response {
        let Some(wish) = self.boxes.get(&asked.path).cloned() else {
            return self.object(asked, "nobody here asked for it".to_owned());
        };
        let header = |name: &str| asked.headers.get(name).map(String::as_str).unwrap_or_default();
        let ending = wish.topic.split('?').next().and_then(|path| path.rsplit('.').next());
        let media = match ending {
            Some("rss") => "application/rss+xml",
            Some("atom") => "application/atom+xml",
            _ => "application/feed+json",
        };
        let mut wrong = Vec::new();
        if !header("content-type").starts_with(media) {
            wrong.push(format!("it is `{}`, not {media}", header("content-type")));
        }
        let (hub, own) = (format!("<{}>; rel=\"hub\"", wish.hub), format!("<{}>; rel=\"self\"", wish.topic));
        let links: Vec<&str> = header("link").split(", ").collect();
        if !links.contains(&hub.as_str())
            || links.iter().filter(|link| link.contains("\"self\"")).collect::<Vec<_>>() != [&own]
        {
            wrong.push(format!("its links are {links:?}"));
        }
        match (&wish.secret, asked.headers.get("x-hub-signature")) {
            (None, None) => {}
            (Some(secret), Some(signature)) if is_signed(secret, signature, &asked.body) => {}
            (secret, signature) => wrong.push(format!("it is signed {signature:?} for {secret:?}")),
        }
        if asked.headers.contains_key("content-encoding") || header("user-agent").is_empty() {
            wrong.push("it is packed, or does not say by whom it is sent".to_owned());
        }
        let text = String::from_utf8_lossy(&asked.body).into_owned();
        if feed_rs::parser::parse(&asked.body[..]).is_err() {
            wrong.push(format!("it is no feed: {text}"));
        }
        if !wrong.is_empty() {
            return self.object(asked, wrong.join("; "));
        }
        self.mail.push(Mail { to: asked.path.clone(), text });
        match wish.manners {
            Manners::Answers(status, to) => build(status, &[("location", &to)], ""),
            Manners::Good | Manners::Lies => build(202, &[], ""),
        }
    }
}

/// The mailbox, and what a hub put behind it.
fn split(path: &str) -> Option<(&str, &str)> {
    let at = path.find("hub.mode=")?;
    Some((&path[..at - 1], &path[at..]))
}

fn is_signed(secret: &str, signature: &str, body: &[u8]) -> bool {
    let Some(hex) = signature
        .strip_prefix("sha256=")
        .filter(|hex| hex.len() == 64 && hex.bytes().all(|digit| digit.is_ascii_hexdigit()))
    else {
        return false;
    };
    let bytes: Option<Vec<u8>> =
        (0..64).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).ok()).collect();
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    bytes.is_some_and(|bytes| hmac::verify(&key, body, &bytes).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The stand-in would notice: of a signature with any bit or letter changed none is taken.
    #[test]
    fn no_signature_fits_but_the_right_one() {
        let (secret, body) = ("sesame", b"a feed".as_slice());
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        let digits: Vec<String> =
            hmac::sign(&key, body).as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        let right = format!("sha256={}", digits.concat());
        assert!(is_signed(secret, &right, body));
        assert!(!is_signed(secret, &right, b"another") && !is_signed("other", &right, body));
        for at in 0..right.len() {
            for letter in (0x20..0x7f_u8).map(char::from) {
                let mut wrong: Vec<char> = right.chars().collect();
                if wrong[at].eq_ignore_ascii_case(&letter) {
                    continue;
                }
                wrong[at] = letter;
                let wrong: String = wrong.into_iter().collect();
                assert!(!is_signed(secret, &wrong, body), "{wrong}");
            }
        }
    }
}
