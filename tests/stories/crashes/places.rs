//! Places of every kind that wants news of its own choice, and what has arrived there.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use whimbrel_world::discord::{self, Discord};
use whimbrel_world::telegram::{self, Telegram};

use super::model::{Taste, names_in};

/// The bot's token on Discord.
const TOKEN: &str = "made.up.token";

/// A message as it arrived.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Arrived {
    /// When, by the service's clock.
    pub(super) at: DateTime<Utc>,
    /// How it reads.
    pub(super) text: String,
    /// The entries it names, in its order.
    pub(super) names: Vec<u32>,
}

/// A place that is subscribed by the configuration.
pub(super) struct Place {
    /// As the configuration names it.
    pub(super) to: String,
    /// What it wants to hear of.
    pub(super) taste: Taste,
    /// Whether the service itself leaves out what it has had.
    pub(super) knows_again: bool,
    at: At,
}

enum At {
    Telegram { chat: i64, topic: Option<i32> },
    Discord { place: discord::Place, by_webhook: bool },
}

/// Both services and every place.
pub(super) struct Street {
    pub(super) telegram: Telegram,
    pub(super) discord: Discord,
    pub(super) places: Vec<Place>,
}

impl Street {
    /// Twenty places on Telegram, ten channels and two webhooks on Discord.
    pub(super) fn build() -> Self {
        let (telegram, discord) = (Telegram::start(), Discord::start());
        discord.token(TOKEN);
        let mut street = Self { telegram: telegram.clone(), discord: discord.clone(), places: Vec::new() };
        let owner = telegram.person("owner");
        for number in 0..6 {
            let reader = telegram.person(&format!("reader-{number}"));
            reader.says("/start");
            street.on_telegram(reader.id(), None);
        }
        for number in 0..4 {
            let group = telegram.group(&format!("group {number}"), &owner);
            group.adds_bot();
            street.on_telegram(group.id(), None);
            let large = telegram.supergroup(&format!("supergroup {number}"), &owner);
            large.adds_bot();
            street.on_telegram(large.id(), None);
            let channel = telegram.channel(&format!("channel {number}"), &owner);
            channel.adds_bot();
            street.on_telegram(channel.id(), None);
        }
        let forum = telegram.forum("forum", &owner);
        forum.adds_bot();
        for topic in ["one", "two"] {
            street.on_telegram(forum.id(), Some(forum.topic(topic)));
        }
        let guild = discord.guild("Readers");
        for number in 0..10 {
            let place = guild.channel(&format!("news-{number}"));
            street.on_discord(format!("discord:{}", place.id()), place, false);
        }
        for name in ["east", "west"] {
            street.on_discord(format!("webhook:{name}"), guild.channel(name), true);
        }
        street
    }

    fn on_telegram(&mut self, chat: i64, topic: Option<i32>) {
        let to = match topic {
            Some(topic) => format!("telegram:{chat}:{topic}"),
            None => format!("telegram:{chat}"),
        };
        self.add(to, false, At::Telegram { chat, topic });
    }

    fn on_discord(&mut self, to: String, place: discord::Place, by_webhook: bool) {
        self.add(to, !by_webhook, At::Discord { place, by_webhook });
    }

    fn add(&mut self, to: String, knows_again: bool, at: At) {
        let taste = Taste::of(self.places.len());
        self.places.push(Place { to, taste, knows_again, at });
    }

    /// The configuration that sends news to all of them.
    pub(super) fn configuration(&self) -> String {
        let mut text = format!(
            "[telegram]\napi_url = \"{}\"\ntoken = \"{}\"\n[discord]\napi_url = \"{}\"\ntoken = \"{TOKEN}\"\n[discord.webhooks]\n",
            self.telegram.api_url(),
            self.telegram.token(),
            self.discord.api_url(),
        );
        for place in &self.places {
            if let (At::Discord { place: channel, by_webhook: true }, Some((_, name))) =
                (&place.at, place.to.split_once(':'))
            {
                let _ = writeln!(text, "{name} = \"{}\"", channel.webhook(name).url());
            }
        }
        for place in &self.places {
            let _ = writeln!(
                text,
                "[[destination]]\nto = \"{}\"\ncadence = \"instant\"\nfilter = '{}'",
                place.to,
                place.taste.filter()
            );
        }
        text
    }

    /// The news that has arrived at each place, oldest first. What the bot says to those who greet it is none.
    pub(super) fn arrived(&self) -> Vec<Vec<Arrived>> {
        let told = self.telegram.told();
        let arrived = |text: String, at| Arrived { at, names: names_in(&text), text };
        let at_telegram = |chat: i64, topic: Option<i32>| {
            let here = told.iter().filter(|told| told.chat == chat && told.message.topic == topic);
            here.map(|telegram::Told { message, .. }| arrived(message.text.clone(), message.at)).collect()
        };
        let at_discord = |place: &discord::Place| {
            let messages = place.messages();
            messages.iter().map(|message| arrived(discord::reads(message), message.at)).collect()
        };
        let places = self.places.iter().map(|place| match &place.at {
            At::Telegram { chat, topic } => at_telegram(*chat, *topic),
            At::Discord { place, .. } => at_discord(place),
        });
        let news = |arrived: Vec<Arrived>| -> Vec<Arrived> {
            arrived.into_iter().filter(|message| !message.names.is_empty()).collect()
        };
        places.map(news).collect()
    }

    /// How many messages have arrived anywhere; cheap.
    pub(super) fn count(&self) -> usize {
        self.telegram.count() + self.discord.requests()
    }
}
