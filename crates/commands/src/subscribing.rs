//! New subscriptions: by buttons alone, or typed.

use whimbrel_fanout::{At, Cadence, New, Quiet, Rhythm, SubscribeError, Subscription};
use whimbrel_news::{Filter, Zone};
use whimbrel_store::{Origin, StoreError};

use crate::action::{Action, CatalogMark, Chosen, Pick};
use crate::command::{Since, Wish};
use crate::commands::{Commands, Here, notice, reference};
use crate::mistake::Mistake;
use crate::pages::Pages;
use crate::reply::{Button, Reply};
use crate::topics::{Topic, Topics};
use crate::words;

/// Catalogs on a page: four rows of two, for their titles are long.
const CATALOGS: usize = 8;

impl Commands {
    pub(crate) fn choose_catalog(here: &Here, page: u16) -> Reply {
        let pages = Pages::new(here.catalogs.0.len(), CATALOGS, page);
        let button = |known: &crate::known::Known| {
            let chosen = Chosen::Catalog(CatalogMark::of(&known.id));
            Button::new(&known.title, Action::Topics(chosen, Topics::usual()))
        };
        let buttons: Vec<_> = pages.of(&here.catalogs.0).iter().map(button).collect();
        let mut last = pages.row(Action::Catalogs);
        last.push(Button::new(words::EVERYTHING, Action::Topics(Chosen::Everything, Topics::usual())));
        let reply = Reply::default().heading(words::WHICH_CATALOG);
        let reply = if here.catalogs.0.is_empty() { reply.say(words::NO_CATALOGS) } else { reply };
        reply
            .say(words::WHICH_CATALOG_TYPED)
            .code("/subscribe awesome-go kind:released weekly mon 09:00 Europe/Berlin")
            .grid(&buttons, 2)
            .row(last)
            .hide()
    }

    pub(crate) fn choose_topics(here: &Here, chosen: Chosen, topics: Topics) -> Reply {
        let Some(title) = title(here, chosen) else { return notice(words::CATALOG_GONE) };
        let button = |topic: Topic| {
            let mark = if topics.has(topic) { "✓ " } else { "" };
            Button::new(&format!("{mark}{}", topic.title()), Action::Topics(chosen, topics.toggled(topic)))
        };
        let buttons: Vec<_> = Topic::ALL.into_iter().map(button).collect();
        let hint = match topics {
            Topics::NONE => words::NO_TOPICS,
            topics if topics == Topics::usual() => words::USUAL_TOPICS,
            _ => "",
        };
        let reply = Reply::default().heading(&title).say(words::WHICH_TOPICS);
        let reply = if hint.is_empty() { reply } else { reply.say(hint) };
        let mut last = vec![Button::new("‹ Catalogs", Action::Catalogs(0))];
        if topics != Topics::NONE {
            last.push(Button::new("Next ›", Action::Rhythms(chosen, topics)));
        }
        reply.grid(&buttons, 3).row(last).hide()
    }

    pub(crate) fn choose_rhythm(&self, here: &Here, chosen: Chosen, topics: Topics) -> Reply {
        let Some(title) = title(here, chosen) else { return notice(words::CATALOG_GONE) };
        let buttons =
            Pick::ALL.map(|pick| Button::new(words::pick(pick), Action::Subscribe(chosen, topics, pick)));
        let (zone, _) = self.habits(here);
        Reply::default()
            .heading(&title)
            .say(&format!("You get {}. {}", words::topics(topics), words::WHICH_RHYTHM))
            .say(&words::clock(zone))
            .grid(&buttons, 3)
            .row([Button::new("‹ Back", Action::Topics(chosen, topics))])
            .hide()
    }

    pub(crate) async fn chosen(
        &self,
        here: &Here,
        chosen: Chosen,
        topics: Topics,
        pick: Pick,
    ) -> Result<Reply, StoreError> {
        let Some(filter) = here.catalogs.filter(chosen, topics) else {
            return Ok(notice(words::CATALOG_GONE));
        };
        let (zone, quiet) = self.habits(here);
        self.subscribe(here, filter, Cadence { rhythm: usual(pick), zone, quiet }, None).await
    }

    pub(crate) async fn wish(&self, here: &Here, wish: &Wish) -> Result<Reply, StoreError> {
        let filter = match here.catalogs.wanted(&wish.what) {
            Ok(filter) => filter,
            Err(unknown) => return Ok(Reply::default().say(&unknown.to_string()).hide()),
        };
        let (zone, quiet) = self.habits(here);
        let zone = wish.zone.unwrap_or(zone);
        let cadence = match &wish.cadence {
            None => Cadence { zone, quiet, ..Cadence::default() },
            Some(text) => match Cadence::read(text, zone) {
                Ok(cadence) => Cadence { quiet: cadence.quiet.or(quiet), ..cadence },
                Err(wrong) => return Ok(Mistake::from(wrong).into()),
            },
        };
        self.subscribe(here, filter, cadence, wish.since).await
    }

    pub(crate) async fn subscribe(
        &self,
        here: &Here,
        filter: Filter,
        cadence: Cadence,
        since: Option<Since>,
    ) -> Result<Reply, StoreError> {
        let since = match since.map(|since| since.moment(here.now).ok_or(since)) {
            None => None,
            Some(Ok(moment)) => Some(moment),
            Some(Err(since)) => return Ok(Mistake::Since(since.to_string()).into()),
        };
        // In a place of many nobody is written down, so that nothing of a person is left elsewhere to forget.
        let by = if here.place.private { here.who.id.clone() } else { String::new() };
        let new = New {
            destination: here.place.destination.clone(),
            cadence,
            filter,
            origin: Origin::Chat { by },
            since,
        };
        let subscription = match self.inner.fanout.subscribe(new, here.now).await {
            Ok(subscription) => subscription,
            Err(SubscribeError::Store(error)) => return Err(error),
            Err(error) => return Ok(Reply::default().say(&words::refused(&error)).hide()),
        };
        let mut reply = Self::truth(here, words::SUBSCRIBED, &subscription);
        if let Some(since) = since {
            reply = reply.say(&words::since(since, here.now, subscription.cadence.zone));
        }
        let undo = Button::new("Undo", Action::End(reference(&subscription)));
        Ok(reply.row([undo, rhythm_button(&subscription)]).row(times()).row([preview(&subscription)]))
    }

    /// What is now true of a subscription.
    pub(crate) fn truth(here: &Here, heading: &str, subscription: &Subscription) -> Reply {
        Reply::default()
            .heading(heading)
            .spans(here.catalogs.describe(&subscription.filter))
            .say(&words::rhythm(subscription, here.now))
    }

    /// The time zone and quiet hours of a place: those of its first subscription.
    pub(crate) fn habits(&self, here: &Here) -> (Zone, Option<Quiet>) {
        here.subscriptions.first().map_or((self.inner.settings.zone, None), |subscription| {
            (subscription.cadence.zone, subscription.cadence.quiet)
        })
    }
}

/// A rhythm at its usual time.
pub(crate) fn usual(pick: Pick) -> Rhythm {
    match pick {
        Pick::Instant => Rhythm::Instant,
        Pick::Hourly => Rhythm::Hourly,
        Pick::Daily => Rhythm::Daily { at: At::NINE },
        Pick::Weekly => Cadence::default().rhythm,
        Pick::Monthly => Rhythm::Monthly { day: 1, at: At::NINE },
    }
}

pub(crate) fn rhythm_button(subscription: &Subscription) -> Button {
    Button::new("Rhythm", Action::Rhythm(reference(subscription)))
}

pub(crate) fn times() -> [Button; 2] {
    [Button::new("Time zone", Action::Regions), Button::new("Quiet hours", Action::Quiet)]
}

pub(crate) fn preview(subscription: &Subscription) -> Button {
    Button::new("Preview", Action::Preview(reference(subscription)))
}

fn title(here: &Here, chosen: Chosen) -> Option<String> {
    match chosen {
        Chosen::Everything => Some(words::EVERYTHING.to_owned()),
        Chosen::Catalog(mark) => here.catalogs.marked(mark).map(|known| known.title.clone()),
    }
}
