//! Ways from pages and feeds to the bots: to ask one, to take a choice of news along, to invite it.

use url::form_urlencoded::Serializer;
use whimbrel_catalog::EntryKey;
use whimbrel_lookup::{Question, Top, Within};

use crate::address::Base;
use crate::row::Linked;
use crate::status::{BotState, BotWay};

/// Services take no longer text along in a link.
const LONGEST_DRAFT: usize = 1_000;

/// The link that asks a bot this, of the bots that listen.
pub(crate) fn ask(bots: &[BotState], question: &Question) -> Option<Linked> {
    bots.iter().filter(|bot| bot.listens).find_map(|bot| Some(asking(bot, bot.chat()?, question)))
}

/// The same for what is kept by readers: whether the bot listens at this moment makes no difference to it.
pub(crate) fn ask_later(bots: &[BotState], question: &Question) -> Option<Linked> {
    bots.iter().find_map(|bot| Some(asking(bot, bot.chat()?, question)))
}

fn asking(bot: &BotState, chat: &str, question: &Question) -> Linked {
    let href = match question.deep_link() {
        Some(start) => format!("{chat}?start={start}"),
        // Too long for what is sent by pressing a button: it waits in the box, where it fits.
        None => draft(chat, &question.to_string()).unwrap_or_else(|| chat.to_owned()),
    };
    Linked { text: format!("Ask on {}", bot.service), href }
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
        assert!(ask(&deaf, &short).is_none() && ask_later(&deaf, &short).is_some());
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
