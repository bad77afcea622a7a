//! The way answers take: a first one within three seconds, or a word that it will come; then the rest.

use std::pin::pin;
use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::Method;
use serde_json::{Value, json};
use whimbrel_commands::{Choice, Commands, How, Reply, Span};
use whimbrel_fanout::{Bundle, Channel as _, SendError, Style, Upload};

use super::compose::{self, HIDDEN};
use super::question::Question;
use crate::render::{CONTINUES, POST_NAME};
use crate::send::Discord;

/// Discord waits three seconds for a first answer; the way there takes some of it.
const PROMPT: Duration = Duration::from_secs(2);
/// How many proposals Discord takes.
pub(super) const CHOICES: usize = 25;
/// So often something is tried …
const TRIES: u32 = 3;
/// … with this pause where Discord says none …
const PAUSE: Duration = Duration::from_millis(200);
/// … and never a longer one: by then nobody waits any more.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Discord's words for a first answer.
const MESSAGE: u8 = 4;
const MESSAGE_LATER: u8 = 5;
const EDIT_LATER: u8 = 6;
const EDIT: u8 = 7;
const PROPOSALS: u8 = 8;

/// What people get to see first.
enum First {
    /// A message.
    Message(Post),
    /// The message with the button changes.
    Edit(Post),
    /// Nothing changes.
    Nothing,
}

/// A message, with what hangs on it.
struct Post {
    body: Value,
    uploads: Vec<Upload>,
}

/// Answers a question.
pub(super) async fn answer(
    discord: &Discord,
    question: Question,
    refusal: Option<Reply>,
    commands: &Commands,
    now: DateTime<Utc>,
) {
    let to = Reach { discord, question: &question };
    let changes = question.asked.as_ref().is_ok_and(|asked| asked.what.changes());
    let place = question.asked.as_ref().ok().map(|asked| asked.place.destination.clone());
    let mut answering = pin!(async {
        match question.asked.clone() {
            _ if refusal.is_some() => refusal.unwrap_or_default(),
            Ok(asked) => commands.answer(asked, now).await,
            Err(mistake) => mistake.into(),
        }
    });
    // What changes something is for everybody to read, the rest mostly for one.
    let later = !question.asked.as_ref().is_ok_and(|asked| asked.what.is_for_all());
    let (mut reply, deferred) = tokio::select! {
        biased;
        reply = &mut answering => (reply, false),
        () = tokio::time::sleep(PROMPT) => {
            let ((), reply) = tokio::join!(to.put_off(later), &mut answering);
            (reply, true)
        }
    };
    if changes && !question.lacking.is_empty() && !reply.blocks.is_empty() {
        let rights = question.lacking.join(", ");
        let words =
            format!("I may not write here yet. Please give me these rights in this channel: {rights}.");
        reply = reply.spans(vec![Span::strong(words)]);
    }
    let bundle = reply.bundle.take().zip(place);
    let news = bundle.map(|(bundle, place)| news(discord, &place, &bundle)).unwrap_or_default();
    let hidden = reply.hidden;
    let (first, rest) = plan(&question, &reply, news);
    if deferred {
        to.later(first, hidden, later).await;
    } else {
        to.first(first, hidden).await;
    }
    for post in rest {
        to.follow(post, hidden).await;
    }
}

/// Proposes what could be meant.
pub(super) async fn propose(discord: &Discord, id: u64, token: &str, choices: &[Choice]) {
    let fits = |text: &str| (1..=100).contains(&text.chars().count());
    let choices = choices.iter().filter(|(name, value)| fits(name) && fits(value)).take(CHOICES);
    let choices: Value = choices.map(|(name, value)| json!({ "name": name, "value": value })).collect();
    let body = json!({ "type": PROPOSALS, "data": { "choices": choices } });
    let path = format!("/interactions/{id}/{token}/callback");
    // Nothing is lost where this does not arrive: the next letter asks again.
    discord.call(Method::POST, &path, None, Some((&body, &[]))).await;
}

/// What is seen first, and what follows.
fn plan(question: &Question, reply: &Reply, news: Vec<Post>) -> (First, Vec<Post>) {
    let mut news = news.into_iter();
    let plain = |body: Value| Post { body, uploads: Vec::new() };
    let uploads = || reply.picture.iter().cloned().collect();
    let words = compose::message(reply).map(|body| Post { body, uploads: uploads() });
    let first = match (reply.how, words) {
        (How::Nothing, _) if question.pressed => match &reply.notice {
            Some(notice) => First::Message(plain(compose::hidden(compose::notice(notice)))),
            None => First::Nothing,
        },
        // What is for one person's eyes takes no place in a message for all.
        (How::Edit, Some(words)) if question.pressed && (question.in_hidden || !reply.hidden) => {
            First::Edit(words)
        }
        (_, Some(words)) => First::Message(words),
        (_, None) => match (news.next(), &reply.notice) {
            (Some(post), _) => First::Message(post),
            (None, Some(notice)) => First::Message(plain(compose::hidden(compose::notice(notice)))),
            (None, None) if question.pressed => First::Nothing,
            (None, None) => First::Message(plain(compose::notice("Done."))),
        },
    };
    (first, news.collect())
}

/// The messages of a bundle, as it would be told in the channel.
fn news(discord: &Discord, place: &whimbrel_fanout::Destination, bundle: &Bundle) -> Vec<Post> {
    let parts = discord.render(place, bundle, Style::Rich);
    let read = |part: whimbrel_fanout::Part| {
        let mut body: Value = serde_json::from_str(&part.body).ok()?;
        let fields = body.as_object_mut()?;
        // These are for forums.
        fields.remove(POST_NAME);
        fields.remove(CONTINUES);
        Some(Post { body, uploads: part.uploads })
    };
    parts.into_iter().filter_map(read).collect()
}

/// The way back to who asked.
struct Reach<'a> {
    discord: &'a Discord,
    question: &'a Question,
}

impl Reach<'_> {
    fn callback(&self) -> String {
        format!("/interactions/{}/{}/callback", self.question.id, self.question.token)
    }

    fn webhook(&self) -> String {
        format!("/webhooks/{}/{}", self.question.application, self.question.token)
    }

    /// Says that the answer will come.
    async fn put_off(&self, hidden: bool) {
        let body = if self.question.pressed {
            json!({ "type": EDIT_LATER })
        } else if hidden {
            json!({ "type": MESSAGE_LATER, "data": { "flags": HIDDEN } })
        } else {
            json!({ "type": MESSAGE_LATER })
        };
        self.ask(Method::POST, &self.callback(), &body, &[]).await;
    }

    /// Answers at once.
    async fn first(&self, first: First, hidden: bool) {
        let (kind, post) = match first {
            First::Message(post) if hidden => (MESSAGE, Post { body: compose::hidden(post.body), ..post }),
            First::Message(post) => (MESSAGE, post),
            First::Edit(post) => (EDIT, post),
            First::Nothing => (EDIT_LATER, Post { body: json!({}), uploads: Vec::new() }),
        };
        let body = if kind == EDIT_LATER {
            json!({ "type": kind })
        } else {
            json!({ "type": kind, "data": post.body })
        };
        self.ask(Method::POST, &self.callback(), &body, &post.uploads).await;
    }

    /// Answers after it was put off, so that it would be seen by one person (`put_off_hidden`) or by all.
    async fn later(&self, first: First, hidden: bool, put_off_hidden: bool) {
        let original = format!("{}/messages/@original", self.webhook());
        match first {
            First::Nothing => {}
            First::Edit(post) => self.ask(Method::PATCH, &original, &post.body, &post.uploads).await,
            First::Message(post) if self.question.pressed => self.follow(post, hidden).await,
            First::Message(post) if hidden == put_off_hidden => {
                self.ask(Method::PATCH, &original, &post.body, &post.uploads).await;
            }
            // Who sees a message cannot be changed: another takes its place.
            First::Message(post) => {
                self.discord.call(Method::DELETE, &original, None, None).await;
                self.follow(post, hidden).await;
            }
        }
    }

    /// Another message.
    async fn follow(&self, post: Post, hidden: bool) {
        let body = if hidden { compose::hidden(post.body) } else { post.body };
        self.ask(Method::POST, &self.webhook(), &body, &post.uploads).await;
    }

    /// Asks until it is accepted or refused; a refusal is written down, for nobody else hears of it.
    async fn ask(&self, method: Method, path: &str, body: &Value, uploads: &[Upload]) {
        for tried in 1.. {
            let answer = self.discord.call(method.clone(), path, None, Some((body, uploads))).await;
            if answer.is_good() {
                return;
            }
            let reason = answer.reason();
            let sent = answer.sent();
            if tried == TRIES || !matches!(sent.result, Err(SendError::Retry { .. })) {
                tracing::warn!(reason, "an answer did not reach who asked at Discord ({reason})");
                return;
            }
            let pause = sent.learned.wait.map_or(PAUSE, |(_, wait)| wait).min(LONGEST_PAUSE);
            tokio::time::sleep(pause).await;
        }
    }
}
