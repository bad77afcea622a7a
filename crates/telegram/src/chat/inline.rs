//! Inline mode: cards for what somebody types after our name in any chat.

use chrono::Utc;
use serde_json::{Value, json};
use whimbrel_commands::{Card, Cards};
use whimbrel_fanout::Style;

use super::Bot;
use super::call::{Failure, call};
use super::heard::Inline;
use crate::render;

/// The service may answer the same words by itself for so many seconds: cards are the same for everybody.
const KEPT: u32 = 30;

impl Bot {
    /// Proposes cards to post.
    pub(super) async fn propose(&self, asked: &Inline) {
        let Cards { cards, next } = self.0.commands.cards(&asked.text, asked.page, Utc::now()).await;
        let name = self.me().as_ref().map(|me| me.name.clone());
        let chat = name.map(|name| format!("https://t.me/{name}"));
        let results: Vec<Value> =
            cards.into_iter().filter_map(|card| article(card, chat.as_deref())).collect();
        let fields = json!({
            "inline_query_id": asked.query,
            "results": results,
            "cache_time": KEPT,
            "next_offset": next.map(|page| page.to_string()).unwrap_or_default(),
        });
        match call(&self.0.telegram, "answerInlineQuery", &fields, None).await {
            Ok(_) => {}
            // Too late, mostly: the next letter asked again.
            Err(Failure::Refused(reason)) => tracing::debug!("cards were not taken: {reason}"),
            Err(failure) => tracing::info!("cards were not taken: {failure}"),
        }
    }
}

/// A card as the service wants it; `None` where nothing would be posted.
fn article(card: Card, chat: Option<&str>) -> Option<Value> {
    let card = match chat {
        Some(chat) => card.leading(chat),
        None => card,
    };
    let message = render::reply(&card.reply, Style::Rich).into_iter().next()?;
    Some(json!({
        "type": "article",
        "id": card.id,
        "title": card.title,
        "description": card.about,
        "input_message_content": {
            "message_text": message["text"],
            "parse_mode": message["parse_mode"],
            "link_preview_options": message["link_preview_options"],
        },
    }))
}
