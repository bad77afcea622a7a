//! Ways from pages and feeds to the bots: to ask one, to take a choice of news along, to invite it.

use chrono::{DateTime, Datelike as _, Utc};
use url::form_urlencoded::Serializer;
use whimbrel_catalog::EntryKey;
use whimbrel_lookup::{Question, Top, When, Within};
use whimbrel_news::{Period, Span};

use crate::address::Base;
use crate::row::Linked;
use crate::status::{BotState, BotWay, Lead};

/// Services take no longer text along in a link.
const LONGEST_DRAFT: usize = 1_000;

/// The link that asks a bot this, of the bots that listen.
pub(crate) fn ask(bots: &[BotState], question: &Question) -> Option<Linked> {
    bots.iter().filter(|bot| bot.listens).find_map(|bot| Some(asking(&bot.service, bot.chat()?, question)))
}

/// The same for what is kept by readers, of the bot that was known at this moment: what becomes known later, or whether a
/// bot listens just now, makes no other text of it.
pub(crate) fn ask_since(leads: &[Lead], at: DateTime<Utc>, question: &Question) -> Option<Linked> {
    let lead = leads.iter().rev().find(|lead| lead.since <= at)?;
    lead.bot.as_ref().map(|bot| asking(&bot.service, &bot.chat, question))
}

fn asking(service: &str, chat: &str, question: &Question) -> Linked {
    let href = match question.deep_link() {
        Some(start) => format!("{chat}?start={start}"),
        // Too long for what is sent by pressing a button: it waits in the box, where it fits.
        None => draft(chat, &question.to_string()).unwrap_or_else(|| chat.to_owned()),
    };
    Linked { text: format!("Ask on {service}"), href }
}

/// The link that opens a conversation in which a text waits to be sent.
pub(crate) fn draft(chat: &str, text: &str) -> Option<String> {
    let query = Serializer::new(String::new()).append_pair("text", text).finish();
    // Chats show a plus as it stands.
    (text.len() <= LONGEST_DRAFT).then(|| format!("{chat}?{}", query.replace('+', "%20")))
}

/// What a bot answers with what the page of a part of the journal is about; nothing of kinds, and of everything.
pub(crate) fn question(base: &Base, project: Option<&EntryKey>) -> Option<Question> {
    let top = |within| Some(Question::Top(Top { within, ..Top::default() }));
    match base {
        Base::All | Base::Kind(_) => None,
        Base::Catalog(id) => top(Within::catalog(id.as_str())),
        // Sections are known by their slugs as well, which are short and whole.
        Base::Section(id, section) => {
            top(Within { section: Some(section.clone()), ..Within::catalog(id.as_str()) })
        }
        Base::Project(_) => project.map(show),
    }
}

/// The question about one thing.
pub(crate) fn show(key: &EntryKey) -> Question {
    Question::Show { project: named(key) }
}

/// The question about what was new in a day or a week.
pub(crate) fn new_in(span: Span) -> Question {
    let first = span.start().date_naive();
    let when = match span.period {
        Period::Daily => When::Day(first),
        Period::Weekly => When::Week(first.iso_week().year(), first.iso_week().week()),
    };
    Question::New { within: Within::default(), when: Some(when) }
}

/// How a thing is named in questions: as `owner/repo` where that is enough, else by its address.
pub(crate) fn named(key: &EntryKey) -> String {
    match key.repository() {
        Some(("github.com", owner, name)) if key.as_str() == format!("github.com/{owner}/{name}") => {
            format!("{owner}/{name}")
        }
        _ => format!("https://{}", key.address()),
    }
}

impl BotState {
    /// Where somebody talks to it alone.
    pub(crate) fn chat(&self) -> Option<&str> {
        match &self.way {
            Some(BotWay::Chat(address)) => Some(address),
            Some(BotWay::Invitation(_)) | None => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::status::LeadBot;

    fn bot(way: Option<BotWay>) -> BotState {
        BotState { service: "Telegram".into(), name: None, way, listens: true }
    }

    #[test]
    fn a_bot_is_asked_by_its_link() {
        let chat = bot(Some(BotWay::Chat("https://t.me/marsh_bot".into())));
        let invited = bot(Some(BotWay::Invitation("https://example.org/invite".into())));
        let short = Question::Show { project: "etcd-io/etcd".into() };
        let href = |bots: &[BotState], question| ask(bots, question).map(|link| link.href);
        let start = short.deep_link().unwrap();
        assert_eq!(
            href(&[invited.clone(), chat.clone()], &short),
            Some(format!("https://t.me/marsh_bot?start={start}"))
        );
        let long = Question::Show { project: format!("a/{}", "b".repeat(60)) };
        let waits = format!("https://t.me/marsh_bot?text=%2Fshow%20a%2F{}", "b".repeat(60));
        assert_eq!(href(std::slice::from_ref(&chat), &long), Some(waits));
        let endless = Question::Show { project: "b".repeat(2_000) };
        assert_eq!(href(std::slice::from_ref(&chat), &endless).as_deref(), Some("https://t.me/marsh_bot"));
        assert_eq!(href(&[invited, bot(None)], &short), None);
        let deaf = [BotState { listens: false, ..chat }];
        assert!(ask(&deaf, &short).is_none());
    }

    #[test]
    fn what_is_kept_leads_where_it_led_when_it_was_written() {
        let at = |second| DateTime::from_timestamp(second, 0).unwrap();
        let lead = |since, name: Option<&str>| {
            let chat = |name| LeadBot { service: "Telegram".into(), chat: format!("https://t.me/{name}") };
            Lead { since: at(since), bot: name.map(chat) }
        };
        let leads = [lead(10, Some("marsh_bot")), lead(20, None), lead(30, Some("fen_bot"))];
        let question = Question::Catalogs;
        for (second, name) in [
            (9, None),
            (10, Some("marsh_bot")),
            (19, Some("marsh_bot")),
            (20, None),
            (29, None),
            (30, Some("fen_bot")),
        ] {
            for known in
                (0..=leads.len()).filter(|known| leads[*known..].iter().all(|later| later.since > at(second)))
            {
                let href = ask_since(&leads[..known], at(second), &question).map(|link| link.href);
                let wanted = name.map(|name| format!("https://t.me/{name}?"));
                assert_eq!(href.is_some(), wanted.is_some(), "{second} {known}");
                assert!(
                    href.unwrap_or_default().starts_with(&wanted.unwrap_or_default()),
                    "{second} {known}"
                );
            }
        }
    }

    #[test]
    fn things_are_named_as_questions_name_them() {
        for (key, name) in [
            ("github.com/etcd-io/etcd", "etcd-io/etcd"),
            ("github.com/etcd-io/etcd/tree/HEAD/client", "https://github.com/etcd-io/etcd/tree/HEAD/client"),
            ("codeberg.org/a/b", "https://codeberg.org/a/b"),
            ("example.org", "https://example.org"),
        ] {
            assert_eq!(named(&EntryKey::from_stored(key)), name);
        }
    }
}
