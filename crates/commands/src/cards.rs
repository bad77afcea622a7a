//! Cards that can be posted in any chat: what is found for the words somebody types after the bot's name there.

use chrono::{DateTime, Utc};
use whimbrel_lookup::{Answer, Asking, Lookup, Question, Within};
use whimbrel_news::Zone;
use whimbrel_news::wording::line;
use whimbrel_store::StoreError;

use crate::action::hash;
use crate::commands::Commands;
use crate::kept::Words;
use crate::limits::Admission;
use crate::reply::{Reply, Span};
use crate::telling::{ITEMS, Telling, together};

/// The longest line about a card, in characters.
const ABOUT: usize = 160;

/// Something to choose and post.
#[derive(Clone, Debug, PartialEq)]
pub struct Card {
    /// Its own among the cards of an answer, the same each time: 1 to 16 letters and digits.
    pub id: String,
    /// What it is, never empty.
    pub title: String,
    /// What is known of it, in a line; may be empty.
    pub about: String,
    /// What is posted. Nothing can be pressed there.
    pub reply: Reply,
    /// What a link into the chat with the bot says to show the same there; see [`Question::deep_link`].
    pub link: Option<String>,
}

/// Cards to choose from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cards {
    /// The likeliest first.
    pub cards: Vec<Card>,
    /// The page that follows, if one does.
    pub next: Option<u16>,
}

impl Commands {
    /// Whether cards are to be made for somebody: clients ask with nearly each letter that is typed, so that more is
    /// allowed than of questions. Who types too fast gets none, and the next letter asks again.
    pub fn admits_letter(&self, who: &str, now: DateTime<Utc>) -> bool {
        self.inner.letters.take(who, now) == Admission::Answer
    }

    /// Cards for what was typed: a question with its slash gives its answer, other words what is found for them, nothing
    /// what many know. Pages count from 1.
    pub async fn cards(&self, typed: &str, page: u16, now: DateTime<Utc>) -> Cards {
        // The gate is never closed.
        let _turn = self.inner.cards_gate.acquire().await;
        let (typed, site) = (typed.trim().to_owned(), self.inner.settings.site.clone());
        let made = self.blocking(move |inner| {
            let maker = Maker { lookup: &inner.lookup, site: site.as_deref(), now };
            if Question::is_named(&typed) { maker.answer(&typed) } else { maker.found(&typed, page) }
        });
        made.await.unwrap_or_else(|error| {
            tracing::error!(%error, "cards for words in a chat could not be made ({error})");
            Cards::default()
        })
    }
}

struct Maker<'a> {
    lookup: &'a Lookup,
    site: Option<&'a str>,
    now: DateTime<Utc>,
}

impl Maker<'_> {
    fn ask(&self, question: &Question, page: u16) -> Result<Answer, StoreError> {
        let asking = Asking { page: page.into(), size: ITEMS, ..Asking::new(question, self.now) };
        self.lookup.answer(&asking)
    }

    /// The whole answer as one card.
    fn answer(&self, typed: &str) -> Result<Cards, StoreError> {
        let Ok(question) = Question::parse(typed, self.now, Zone::UTC) else { return Ok(Cards::default()) };
        let answer = self.ask(&question, 1)?;
        let about = if answer.facts.is_empty() {
            answer.items().map(|item| item.name.as_str()).collect::<Vec<_>>().join(", ")
        } else {
            together(&answer.facts.iter().filter(|fact| fact.url.is_none()).collect::<Vec<_>>())
        };
        Ok(Cards { cards: self.card(&question, &answer, &about).into_iter().collect(), next: None })
    }

    /// What is found, one card for each.
    fn found(&self, words: &str, page: u16) -> Result<Cards, StoreError> {
        let words = line(words, 200);
        let answer = self.ask(&Question::Find { words, within: Within::default() }, page)?;
        let mut cards: Vec<Card> = Vec::new();
        for item in answer.items() {
            let question = item.ask.as_deref().and_then(|ask| Question::parse(ask, self.now, Zone::UTC).ok());
            let Some(question) = question else { continue };
            let facts = together(&item.facts.iter().collect::<Vec<_>>());
            let about = [facts, item.text.clone()].into_iter().filter(|part| !part.is_empty());
            let about = about.collect::<Vec<_>>().join(" · ");
            let card = self.card(&question, &self.ask(&question, 1)?, &about);
            cards.extend(card.filter(|card| cards.iter().all(|known| known.id != card.id)));
        }
        let more = answer.paging.is_some_and(|paging| paging.more);
        Ok(Cards { cards, next: more.then(|| page.saturating_add(1)) })
    }

    fn card(&self, question: &Question, answer: &Answer, about: &str) -> Option<Card> {
        let title = line(&answer.title, ABOUT);
        if answer.missing || title.is_empty() {
            return None;
        }
        let reply = Telling { answer, site: self.site }.reply(Words::of);
        Some(Card {
            id: format!("{:x}", hash(&[&question.to_string()])),
            title,
            about: line(about, ABOUT),
            reply: Reply { buttons: Vec::new(), ..reply },
            link: question.deep_link(),
        })
    }
}

impl Card {
    /// The card with a way into the chat with the bot below.
    #[must_use]
    pub fn leading(mut self, chat: &str) -> Self {
        if let Some(link) = &self.link {
            let url = format!("{chat}?start={link}");
            self.reply = self.reply.spans(vec![Span::Link { text: "Ask me more".to_owned(), url }]);
        }
        self
    }
}
