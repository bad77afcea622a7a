//! Answers to what people ask.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::Semaphore;
use tracing::field::Empty;
use tracing::{Instrument, Span, info_span};
use whimbrel_fanout::{Destination, Fanout, LaneState, Subscription};
use whimbrel_lookup::{Lookup, Question};
use whimbrel_news::Zone;
use whimbrel_store::{Store, StoreError};

use crate::action::{Action, Press, Ref, UndoMark};
use crate::asked::{Asked, Place, What, Who};
use crate::asking::AnswerPainter;
use crate::command::Command;
use crate::kept::Kept;
use crate::known::Catalogs;
use crate::limits::{Limiter, Quota};
use crate::reply::{How, Reply};
use crate::suggesting::Operator;
use crate::undo::{Undo, Undos};
use crate::words;

/// How answers are made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The time zone of places that named none. Default UTC.
    pub zone: Zone,
    /// The address of the site, without a slash at its end, where people can reach it. Default none.
    pub site: Option<String>,
    /// What one person may ask. Default twelve at once, then one in two seconds.
    pub person: Quota,
    /// What all people of a place may ask together. Default sixty at once, then one a second.
    pub place: Quota,
    /// What one person may type where cards are proposed. Default ten letters at once, then two a second.
    pub letters: Quota,
    /// Catalogs one person may propose. Default three at once, then one in eight hours.
    pub proposals: Quota,
    /// Addresses a person may have looked at for it, also those that come to nothing.
    pub tries: Quota,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            zone: Zone::UTC,
            site: None,
            person: Quota { at_once: 12, one_in: TimeDelta::seconds(2) },
            place: Quota { at_once: 60, one_in: TimeDelta::seconds(1) },
            letters: Quota { at_once: 10, one_in: TimeDelta::milliseconds(500) },
            proposals: Quota { at_once: 3, one_in: TimeDelta::hours(8) },
            tries: Quota { at_once: 8, one_in: TimeDelta::hours(1) },
        }
    }
}

/// Questions looked up at the same time: askers must not take the machine from the engine.
const AT_ONCE: usize = 2;

/// Lists of cards made at the same time: each is up to nine look-ups, and nobody who asks a question waits for them.
const CARDS_AT_ONCE: usize = 1;

/// Answers what people ask. A cheap handle: clones are the same.
#[derive(Clone)]
pub struct Commands {
    pub(crate) inner: Arc<Inner>,
}

/// What all handles share.
pub(crate) struct Inner {
    pub(crate) store: Store,
    pub(crate) fanout: Fanout,
    pub(crate) lookup: Lookup,
    pub(crate) settings: Settings,
    pub(crate) undos: Mutex<Undos>,
    /// Long questions of buttons.
    pub(crate) kept: Kept,
    /// What people, and places, may still ask.
    pub(crate) people: Limiter,
    pub(crate) places: Limiter,
    /// What they may type after our name elsewhere.
    pub(crate) letters: Limiter,
    /// Whoever looks something up goes through here …
    pub(crate) gate: Semaphore,
    /// … but for cards through here.
    pub(crate) cards_gate: Semaphore,
    pub(crate) painter: OnceLock<Arc<AnswerPainter>>,
    pub(crate) operator: OnceLock<Arc<dyn Operator>>,
    /// What people may still propose.
    pub(crate) proposals: Limiter,
    pub(crate) tries: Limiter,
}

/// Who asks, about what, and when.
pub(crate) struct Here {
    pub(crate) place: Place,
    pub(crate) who: Who,
    pub(crate) now: DateTime<Utc>,
    /// What is subscribed to there, by number.
    pub(crate) subscriptions: Vec<Subscription>,
    /// All followed catalogs.
    pub(crate) catalogs: Catalogs,
}

impl Commands {
    /// Answers from this store, what is looked up in it, and lanes.
    pub fn new(store: Store, fanout: Fanout, lookup: Lookup, settings: Settings) -> Self {
        let inner = Inner {
            store,
            fanout,
            lookup,
            undos: Mutex::default(),
            kept: Kept::default(),
            people: Limiter::new(settings.person),
            places: Limiter::new(settings.place),
            letters: Limiter::new(settings.letters),
            gate: Semaphore::new(AT_ONCE),
            cards_gate: Semaphore::new(CARDS_AT_ONCE),
            painter: OnceLock::new(),
            operator: OnceLock::new(),
            proposals: Limiter::new(settings.proposals),
            tries: Limiter::new(settings.tries),
            settings,
        };
        Self { inner: Arc::new(inner) }
    }

    /// Answers. What was changed is durable when this returns. Whether who asks is to be answered at all says
    /// [`Commands::admit`].
    ///
    /// Whether who asks may change something is for the adapter to find out ([`What::changes`] says when it matters);
    /// here it is enforced.
    pub async fn answer(&self, asked: Asked, now: DateTime<Utc>) -> Reply {
        let (service, how) = (asked.place.destination.service().word(), asked.what.word());
        let span = info_span!(target: "span", "answer", otel.kind = "server", service, how, error = Empty);
        self.answer_to(asked, now).instrument(span).await
    }

    async fn answer_to(&self, asked: Asked, now: DateTime<Utc>) -> Reply {
        let Asked { place, who, what } = asked;
        let pressed = matches!(what, What::Pressed(_));
        let anew =
            matches!(&what, What::Pressed(text) if matches!(Action::parse(text), Some(Action::Ask(_))));
        let about = place.remote.then(|| place.destination.clone());
        let reply = match self.respond(place, who, what, now).await {
            Ok(reply) => reply,
            Err(error) => {
                tracing::error!(%error, "a question in a chat could not be answered ({error})");
                Span::current().record("error", "store");
                if pressed { notice(words::TROUBLE) } else { Reply::default().say(words::TROUBLE).hide() }
            }
        };
        let reply = match about {
            Some(place) => reply.about(&place),
            None => reply,
        };
        match reply.how {
            How::New if pressed && !anew && reply.bundle.is_none() => Reply { how: How::Edit, ..reply },
            _ => reply,
        }
    }

    async fn respond(
        &self,
        place: Place,
        who: Who,
        what: What,
        now: DateTime<Utc>,
    ) -> Result<Reply, StoreError> {
        let changes = what.changes();
        let may = who.may_change || place.private;
        match what {
            What::Pressed(text) => {
                let Some(Press { action, .. }) = Press::parse(&text) else {
                    return Ok(notice(words::OLD_BUTTON));
                };
                if changes && !may {
                    return Ok(notice(words::MAY_NOT));
                }
                if action == Action::Nothing {
                    return Ok(Reply { how: How::Nothing, ..Reply::default() });
                }
                let here = self.here(place, who, now).await?;
                self.press(&here, action).await
            }
            What::Typed(text) => match Command::parse(&text) {
                Ok(command) => self.command(place, who, command, now).await,
                Err(_)
                    if Question::is_named(&text) || place.private && !text.trim_start().starts_with('/') =>
                {
                    let here = self.here(place, who, now).await?;
                    self.typed(&here, &text).await
                }
                Err(mistake) => Ok(mistake.into()),
            },
            What::Called(command) => self.command(place, who, command, now).await,
            What::Asked { name, options, public } => {
                let here = self.here(place, who, now).await?;
                let options: Vec<_> =
                    options.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
                let (zone, _) = self.habits(&here);
                let reply = self.asked(&here, Question::called(&name, &options, now, zone)).await?;
                Ok(Reply { hidden: !public || reply.buttons.is_empty() && reply.hidden, ..reply })
            }
        }
    }

    async fn command(
        &self,
        place: Place,
        who: Who,
        command: Command,
        now: DateTime<Utc>,
    ) -> Result<Reply, StoreError> {
        if command.changes() && !who.may_change && !place.private {
            return Ok(Reply::default().say(words::MAY_NOT).hide());
        }
        let here = self.here(place, who, now).await?;
        match command {
            Command::Start(about) => {
                let (zone, _) = self.habits(&here);
                match about.as_deref().and_then(|link| Question::from_deep_link(link, now, zone)) {
                    // Somebody else made the link: whoever presses it sends nobody anywhere.
                    Some(Ok(question @ Question::Suggest { .. })) => {
                        Ok(Reply::default().say(words::SUGGEST_YOURSELF).code(&question.to_string()).hide())
                    }
                    Some(read) => self.asked(&here, read).await,
                    None => Ok(Self::start(&here, about.as_deref())),
                }
            }
            Command::Help(about) => Ok(Self::help(about.as_deref())),
            Command::Subscribe(None) => Ok(Self::choose_catalog(&here, 0)),
            Command::Subscribe(Some(wish)) => self.wish(&here, &wish).await,
            Command::Unsubscribe(None) => Ok(Self::choose_end(&here, 0)),
            Command::Unsubscribe(Some(which)) => self.unsubscribe(&here, which).await,
            Command::Subscriptions => Ok(Self::list(&here, 0)),
            Command::Pause => self.pause(&here).await,
            Command::Resume => self.resume(&here).await,
            Command::Digest => self.digest(&here).await,
            Command::Settings(wishes) if wishes.is_empty() => Ok(Self::settings(&here)),
            Command::Settings(wishes) => self.set(&here, &wishes).await,
            Command::Why(about) => self.why(&here, &about).await,
            Command::Status => self.status(&here).await,
            Command::Forget => Ok(Self::ask_forget(&here)),
        }
    }

    async fn press(&self, here: &Here, action: Action) -> Result<Reply, StoreError> {
        match action {
            Action::Help => Ok(Self::help(None)),
            Action::Catalogs(page) => Ok(Self::choose_catalog(here, page)),
            Action::Topics(chosen, topics) => Ok(Self::choose_topics(here, chosen, topics)),
            Action::Rhythms(chosen, topics) => Ok(self.choose_rhythm(here, chosen, topics)),
            Action::Subscribe(chosen, topics, pick) => self.chosen(here, chosen, topics, pick).await,
            Action::List(page) => Ok(Self::list(here, page)),
            Action::Show(which) => Ok(with(here, which, Self::card)),
            Action::Rhythm(which) => Ok(with(here, which, |_, subscription| Self::rhythms(subscription))),
            Action::SetRhythm(which, pick) => self.set_rhythm(here, which, pick).await,
            Action::Days(which) => Ok(with(here, which, |_, subscription| Self::days(subscription))),
            Action::SetDay(which, day) => self.set_day(here, which, day).await,
            Action::Hours(which) => Ok(with(here, which, |_, subscription| Self::hours(subscription))),
            Action::SetHour(which, hour) => self.set_hour(here, which, hour).await,
            Action::End(which) => self.end(here, which).await,
            Action::Regions => Ok(Self::regions()),
            Action::Zones(region, page) => Ok(Self::zones(region, page)),
            Action::SetZone(zone) => self.set_zone(here, zone).await,
            Action::Quiet => Ok(Self::quiet_hours()),
            Action::SetQuiet(quiet) => self.set_quiet(here, quiet).await,
            Action::Pause => self.pause(here).await,
            Action::Resume => self.resume(here).await,
            Action::Settings => Ok(Self::settings(here)),
            Action::Digest => self.digest(here).await,
            Action::Preview(which) => match here.find(which) {
                Some(one) => self.preview(here, one).await,
                None => Ok(notice(words::NOT_THERE)),
            },
            Action::Status => self.status(here).await,
            Action::Forget => Ok(Self::ask_forget(here)),
            Action::ForgetNow => self.forget(here).await,
            Action::Keep => Ok(Reply::default().say(words::KEPT).hide()),
            Action::Undo(mark) => self.undo(here, mark).await,
            Action::Ask(words) => Ok(self.pressed(here, &words, 1).await?.hide()),
            Action::Turn(page, words) => self.pressed(here, &words, page).await,
            Action::Accept(mark) => Ok(self.decide(here, mark, true).await),
            Action::Decline(mark) => Ok(self.decide(here, mark, false).await),
            Action::Follow(words) => self.follow(here, &words).await,
            Action::FollowAt(pick, words) => self.follow_at(here, pick, &words).await,
            Action::Nothing => Ok(Reply { how: How::Nothing, ..Reply::default() }),
        }
    }

    /// What is known about the place. Somebody there speaks to us, so messages to it may arrive again.
    async fn here(&self, place: Place, who: Who, now: DateTime<Utc>) -> Result<Here, StoreError> {
        let at = place.destination.clone();
        let (mut subscriptions, catalogs) = self
            .blocking(move |inner| Ok((inner.fanout.subscriptions(&at), Catalogs::read(&inner.store)?)))
            .await?;
        let is_parked = |subscription: &Subscription| matches!(subscription.state, LaneState::Parked(_));
        if !place.remote && subscriptions.iter().any(is_parked) {
            self.inner.fanout.unpark(&place.destination, now).await?;
            subscriptions = self.subscriptions(&place).await?;
        }
        Ok(Here { place, who, now, subscriptions, catalogs })
    }

    /// The subscriptions of a place as they are now.
    pub(crate) async fn subscriptions(&self, place: &Place) -> Result<Vec<Subscription>, StoreError> {
        let at = place.destination.clone();
        self.blocking(move |inner| Ok(inner.fanout.subscriptions(&at))).await
    }

    /// Reads what blocks on the runtime's threads for that.
    pub(crate) async fn blocking<R: Send + 'static>(
        &self,
        work: impl FnOnce(&Inner) -> Result<R, StoreError> + Send + 'static,
    ) -> Result<R, StoreError> {
        let inner = Arc::clone(&self.inner);
        let span = Span::current(); // it goes along
        let done = tokio::task::spawn_blocking(move || span.in_scope(|| work(&inner))).await;
        done.unwrap_or_else(|_| Err(StoreError::Stopped("reading for an answer panicked".to_owned())))
    }

    /// Keeps how to take a change back.
    pub(crate) async fn keep(&self, here: &Here, undo: Undo) -> Result<UndoMark, StoreError> {
        let salt = format!("{} {}", here.who.id, here.now.timestamp_micros());
        let (place, now) = (here.place.destination.clone(), here.now);
        self.blocking(move |inner| Ok(inner.undos().keep(&place, &salt, undo, now))).await
    }
}

impl Inner {
    /// Forgets what of a place is not in the store: long questions, and what could be taken back.
    pub(crate) fn forget_beside(&self, place: &Destination) -> Result<(), StoreError> {
        self.kept.forget(place)?;
        self.undos().forget(place)
    }

    pub(crate) fn undos(&self) -> std::sync::MutexGuard<'_, Undos> {
        self.undos.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Here {
    /// The subscription of a button; `None` if it is another one by now.
    pub(crate) fn find(&self, which: Ref) -> Option<&Subscription> {
        self.subscriptions.iter().find(|subscription| reference(subscription) == which)
    }
}

/// A subscription in a button.
pub(crate) fn reference(subscription: &Subscription) -> Ref {
    Ref::new(subscription.number, &subscription.filter.to_string())
}

/// An answer about the subscription of a button.
fn with(here: &Here, which: Ref, answer: impl FnOnce(&Here, &Subscription) -> Reply) -> Reply {
    here.find(which).map_or_else(|| notice(words::NOT_THERE), |subscription| answer(here, subscription))
}

/// A word beside the press; the message stays as it is.
pub(crate) fn notice(text: &str) -> Reply {
    Reply { how: How::Nothing, ..Reply::default() }.noting(text).hide()
}
