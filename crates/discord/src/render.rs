//! News as Discord's messages: pure, so that the same bundle gives the same messages at every try.
//!
//! Whatever strangers wrote is escaped: it pings nobody, hides nothing and breaks no link. Every message says that
//! nobody is to be pinged, and keeps every limit of the service counted in UTF-16 units, which is never less than the
//! service counts.

mod digest;
mod escape;
mod news;
mod pack;
mod plain;

use serde_json::{Value, json};
use serenity::builder::{CreateAllowedMentions, CreateEmbed, CreateEmbedFooter, CreateMessage};
use serenity::model::channel::MessageFlags;
use whimbrel_fanout::{Bundle, Content, Part, Style, Upload};
use whimbrel_news::wording::tell_digest_of;

pub use escape::{escape, visible};
pub(crate) use escape::{link, units};

/// What a thread is called where a forum takes no plain messages; not sent anywhere else.
pub(crate) const POST_NAME: &str = "thread_name";
/// The message belongs to the post its predecessor opened.
pub(crate) const CONTINUES: &str = "continues";

/// A post's name takes so many characters.
const MAX_POST_NAME: usize = 100;
/// A notice has at most so many characters; a message takes 2,000 units, and few of ours need two.
const MAX_NOTICE: usize = 1_900;
/// The colour of the stripe beside our embeds: the brown of a whimbrel's back.
const COLOUR: u32 = 0x8b_6b_43;

/// The messages of a bundle. `charts` go with the first.
pub fn render(bundle: &Bundle, style: Style, charts: &[Upload]) -> Vec<Part> {
    let drafts = match (style, &bundle.content) {
        (Style::Plain, _) => plain::drafts(bundle),
        (Style::Rich, Content::News(events)) => news::drafts(bundle, events),
        (Style::Rich, Content::Digest { digest, label, catch_up, read, .. }) => {
            let told = tell_digest_of(label, digest, &|id| bundle.title(id).to_owned());
            digest::drafts(bundle, &told, *catch_up, read, charts.first())
        }
    };
    let name = post_name(bundle);
    let uploads = if style == Style::Rich { charts } else { &[] };
    drafts.into_iter().enumerate().map(|(number, draft)| part(draft, number, &name, uploads)).collect()
}

/// A plain message of our own, for whoever runs the program.
pub fn notice(text: &str) -> Part {
    let content = text.lines().map(|line| escape(line, MAX_NOTICE)).collect::<Vec<_>>().join("\n");
    let content = whimbrel_news::wording::clip(&content, MAX_NOTICE);
    part(Draft { content, embeds: Vec::new() }, 0, "Whimbrel needs you", &[])
}

/// A message before it is JSON.
pub(crate) struct Draft {
    content: String,
    embeds: Vec<Embed>,
}

/// An embed; texts are ready to be sent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Embed {
    title: String,
    url: Option<String>,
    description: String,
    footer: String,
    image: Option<String>,
}

impl Embed {
    /// What it adds to a message, in UTF-16 units.
    fn units(&self) -> usize {
        escape::units(&self.title) + escape::units(&self.description) + escape::units(&self.footer)
    }

    fn build(self) -> CreateEmbed {
        let mut embed = CreateEmbed::new().colour(COLOUR);
        if !self.title.is_empty() {
            embed = embed.title(self.title);
        }
        if let Some(url) = self.url {
            embed = embed.url(url);
        }
        if !self.description.is_empty() {
            embed = embed.description(self.description);
        }
        if !self.footer.is_empty() {
            embed = embed.footer(CreateEmbedFooter::new(self.footer));
        }
        if let Some(image) = self.image {
            embed = embed.image(format!("attachment://{image}"));
        }
        embed
    }
}

fn part(draft: Draft, number: usize, name: &str, charts: &[Upload]) -> Part {
    let uploads = if number == 0 { charts.to_vec() } else { Vec::new() };
    let mut message = CreateMessage::new()
        .allowed_mentions(CreateAllowedMentions::new().everyone(false))
        .embeds(draft.embeds.into_iter().map(Embed::build).collect());
    if !draft.content.is_empty() {
        message = message.content(draft.content).flags(MessageFlags::SUPPRESS_EMBEDS);
    }
    // A builder of plain values cannot fail to be written.
    let mut body = serde_json::to_value(message).unwrap_or_default();
    if let Value::Object(fields) = &mut body {
        for unused in ["tts", "sticker_ids", "enforce_nonce", "attachments"] {
            fields.remove(unused);
        }
        if fields.get("embeds").is_some_and(|embeds| embeds.as_array().is_some_and(Vec::is_empty)) {
            fields.remove("embeds");
        }
        fields.insert("allowed_mentions".to_owned(), json!({ "parse": [] }));
        fields.insert(POST_NAME.to_owned(), json!(name));
        if number > 0 {
            fields.insert(CONTINUES.to_owned(), json!(true));
        }
        if !uploads.is_empty() {
            let described = uploads.iter().enumerate().map(|(id, upload)| {
                let alt = whimbrel_news::wording::clip(&upload.alt, 1024);
                json!({ "id": id, "filename": upload.name, "description": alt })
            });
            fields.insert("attachments".to_owned(), described.collect());
        }
    }
    Part { body: body.to_string(), uploads }
}

/// What a post with this news is called in a forum.
fn post_name(bundle: &Bundle) -> String {
    let text = match &bundle.content {
        Content::Digest { digest, label, .. } => match digest.catalogs.as_slice() {
            [only] => format!("{} · {label}", bundle.title(&only.catalog)),
            _ => label.clone(),
        },
        Content::News(events) => match events.as_slice() {
            [] => String::new(),
            [only] => news::told(bundle, only).title,
            [first, rest @ ..] => {
                format!("{} and {} more", news::told(bundle, first).title, rest.len())
            }
        },
    };
    whimbrel_news::wording::line(&visible(&text, "News"), MAX_POST_NAME)
}

/// What is to be said about news that is no longer kept.
fn dropped(bundle: &Bundle) -> Option<String> {
    match bundle.dropped {
        0 => None,
        1 => Some("1 older event is no longer kept.".to_owned()),
        many => Some(format!("{} older events are no longer kept.", whimbrel_news::wording::number(many))),
    }
}

#[cfg(test)]
mod tests;
