//! A digest as the messages chats get.

use std::collections::BTreeMap;

use serde_json::Value;
use whimbrel_fanout::{Bundle, Content, Links, Style};

use super::told::Telling;

impl Telling<'_> {
    /// The messages in Telegram's HTML, with a line between them.
    pub(super) fn telegram(&self) -> String {
        let parts = whimbrel_telegram::render::render(&self.bundle(), Style::Rich);
        let bodies = parts.iter().filter_map(|part| serde_json::from_str::<Value>(&part.body).ok());
        let texts = bodies.map(|body| body["text"].as_str().unwrap_or_default().to_owned());
        texts.collect::<Vec<_>>().join("\n---\n") + "\n"
    }

    /// The messages as Discord's JSON, one after the other.
    pub(super) fn discord(&self) -> anyhow::Result<String> {
        let mut text = String::new();
        for part in whimbrel_discord::render::render(&self.bundle(), Style::Rich, &[]) {
            text.push_str(&serde_json::to_string_pretty(&serde_json::from_str::<Value>(&part.body)?)?);
            text.push('\n');
        }
        Ok(text)
    }

    fn bundle(&self) -> Bundle {
        let ids = self.digest.catalog_ids();
        let of_it = self.catalogs.iter().filter(|meta| ids.contains(&meta.id));
        let read = of_it.filter_map(|meta| Some((meta.id.clone(), meta.last_success?)));
        Bundle {
            content: Content::Digest {
                digest: self.digest.clone(),
                label: self.page.time.label(),
                from: self.page.time.after(),
                to: self.page.time.up_to(),
                catch_up: false,
                read: read.collect(),
            },
            dropped: 0,
            titles: self
                .catalogs
                .iter()
                .map(|meta| (meta.id.clone(), self.title(&meta.id)))
                .collect::<BTreeMap<_, _>>(),
            links: Links { site: self.site.map(str::to_owned), digest: self.address() },
            picture: None,
        }
    }
}
