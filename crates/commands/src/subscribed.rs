//! What is subscribed to: the list, one of it, its end, silence.

use whimbrel_fanout::{LaneState, Rhythm, SubscribeError, Subscription};
use whimbrel_store::{Origin, StoreError};

use crate::action::{Action, Ref, UndoMark};
use crate::command::Which;
use crate::commands::{Commands, Here, notice, reference};
use crate::pages::Pages;
use crate::reply::{Block, Button, Reply, Span};
use crate::subscribing::{preview, rhythm_button, times};
use crate::undo::Undo;
use crate::words;

/// Subscriptions on a page: what a message of any service holds.
const EACH: usize = 6;

/// Lines of what is now true, where it is true of many.
const LINES: usize = 5;

impl Commands {
    pub(crate) fn list(here: &Here, page: u16) -> Reply {
        let all = &here.subscriptions;
        if all.is_empty() {
            return Self::nothing();
        }
        let pages = Pages::new(all.len(), EACH, page);
        let label = |one: &Subscription| format!("{} · {}", one.number, here.catalogs.brief(&one.filter));
        let buttons: Vec<_> =
            pages.of(all).iter().map(|one| Button::new(&label(one), Action::Show(reference(one)))).collect();
        let paused = all.iter().any(|one| matches!(one.state, LaneState::Paused(_)));
        let silence =
            if paused { Button::new("Resume", Action::Resume) } else { Button::new("Pause", Action::Pause) };
        lines(Reply::default().heading("Subscriptions"), here, pages.of(all))
            .grid(&buttons, 2)
            .row(pages.row(Action::List))
            .row([
                Button::new("Subscribe", Action::Catalogs(0)),
                silence,
                Button::new("Settings", Action::Settings),
            ])
            .hide()
    }

    pub(crate) fn choose_end(here: &Here, page: u16) -> Reply {
        if here.subscriptions.is_empty() {
            return Self::nothing();
        }
        let pages = Pages::new(here.subscriptions.len(), EACH, page);
        let shown = pages.of(&here.subscriptions);
        let label = |one: &Subscription| format!("End {} · {}", one.number, here.catalogs.brief(&one.filter));
        let buttons: Vec<_> =
            shown.iter().map(|one| Button::new(&label(one), Action::End(reference(one)))).collect();
        let rest = if pages.count > 1 {
            vec![Button::new("All subscriptions", Action::List(0))]
        } else {
            Vec::new()
        };
        lines(Reply::default().heading("Which one shall end?"), here, shown)
            .grid(&buttons, 2)
            .row(rest)
            .hide()
    }

    pub(crate) fn card(here: &Here, one: &Subscription) -> Reply {
        let mut times_of = vec![rhythm_button(one)];
        if matches!(one.cadence.rhythm, Rhythm::Weekly { .. } | Rhythm::Monthly { .. }) {
            times_of.push(Button::new("Day", Action::Days(reference(one))));
        }
        if matches!(one.cadence.rhythm, Rhythm::Daily { .. } | Rhythm::Weekly { .. } | Rhythm::Monthly { .. })
        {
            times_of.push(Button::new("Time", Action::Hours(reference(one))));
        }
        let reply = Self::truth(here, &format!("Subscription {}", one.number), one).code(&typed(one));
        let reply = if from_configuration(one) { reply.say(words::FROM_CONFIGURATION) } else { reply };
        reply
            .row(times_of)
            .row(times())
            .row([preview(one), Button::new("End", Action::End(reference(one)))])
            .row([Button::new("‹ All", Action::List(0))])
            .hide()
    }

    pub(crate) async fn end(&self, here: &Here, which: Ref) -> Result<Reply, StoreError> {
        match here.find(which) {
            Some(one) => self.end_these(here, std::slice::from_ref(one)).await,
            None => Ok(notice(words::NOT_THERE)),
        }
    }

    pub(crate) async fn unsubscribe(&self, here: &Here, which: Which) -> Result<Reply, StoreError> {
        let chosen: Vec<Subscription> = match which {
            Which::All => here.subscriptions.clone(),
            Which::Number(number) => {
                here.subscriptions.iter().filter(|one| one.number == number).cloned().collect()
            }
        };
        match (chosen.is_empty(), which) {
            (false, _) => self.end_these(here, &chosen).await,
            (true, Which::Number(number)) if !here.subscriptions.is_empty() => {
                let refused = words::refused(&SubscribeError::Unknown(number));
                Ok(Reply::default().say(&refused).hide())
            }
            (true, _) => Ok(Self::nothing()),
        }
    }

    async fn end_these(&self, here: &Here, these: &[Subscription]) -> Result<Reply, StoreError> {
        let mut ended = Vec::new();
        for one in these {
            match self.inner.fanout.unsubscribe(&here.place.destination, one.number, here.now).await {
                Ok(one) => ended.push(one),
                // Somebody else was faster.
                Err(SubscribeError::Unknown(_)) => {}
                Err(SubscribeError::Store(error)) => return Err(error),
                Err(error) => return Ok(Reply::default().say(&words::refused(&error)).hide()),
            }
        }
        if ended.is_empty() {
            return Ok(notice(words::NOT_THERE));
        }
        let mark = self.keep(here, Undo::Ended(ended)).await?;
        let reply = Reply::default().heading(words::ENDED);
        let mut reply = these.iter().take(LINES).fold(reply, |reply, one| {
            let mut spans = vec![Span::text(format!("{}: ", one.number))];
            spans.extend(here.catalogs.describe(&one.filter));
            reply.item(spans)
        });
        if these.len() > LINES {
            reply = reply.say(&format!("… and {} more.", these.len() - LINES));
        }
        if these.iter().any(from_configuration) {
            reply = reply.say(words::FROM_CONFIGURATION);
        }
        Ok(reply
            .row([Button::new("Undo", Action::Undo(mark)), Button::new("Subscriptions", Action::List(0))]))
    }

    pub(crate) async fn undo(&self, here: &Here, mark: UndoMark) -> Result<Reply, StoreError> {
        let Some(made) = self.inner.undos().take(&here.place.destination, mark, here.now) else {
            return Ok(notice(words::TOO_LATE));
        };
        match self.take_back(here, made.undo.clone()).await {
            Ok(Ok(numbers)) => {
                // Only now: a kill before this leaves the button as it was, and what is there again is not brought twice.
                self.blocking(move |inner| {
                    inner.undos().done(&made);
                    Ok(())
                })
                .await?;
                self.now_true(here, words::UNDONE, &numbers, None).await
            }
            Ok(Err(refused)) => {
                self.inner.undos().give_back(&made);
                Ok(Reply::default().say(&words::refused(&refused)).hide())
            }
            Err(error) => {
                self.inner.undos().give_back(&made);
                Err(error)
            }
        }
    }

    /// Makes it as it was before; says of which subscriptions that is.
    async fn take_back(
        &self,
        here: &Here,
        undo: Undo,
    ) -> Result<Result<Vec<u32>, SubscribeError>, StoreError> {
        let (fanout, at) = (&self.inner.fanout, &here.place.destination);
        let mut numbers = Vec::new();
        match undo {
            Undo::Ended(ended) => {
                for one in ended {
                    match fanout.bring_back(at, one, here.now).await {
                        Ok(one) => numbers.push(one.number),
                        Err(SubscribeError::Store(error)) => return Err(error),
                        Err(error) => return Ok(Err(error)),
                    }
                }
            }
            Undo::Cadences(before) => {
                let there = before.into_iter().filter(|(which, _)| here.find(*which).is_some());
                for (which, cadence) in there {
                    let changed = fanout.set_cadence(at, Some(which.number), cadence, here.now).await;
                    changed.map(drop).or_else(stored)?;
                    numbers.push(which.number);
                }
            }
        }
        Ok(Ok(numbers))
    }

    /// What is now true of these subscriptions.
    pub(crate) async fn now_true(
        &self,
        here: &Here,
        heading: &str,
        numbers: &[u32],
        undo: Option<UndoMark>,
    ) -> Result<Reply, StoreError> {
        let all = self.subscriptions(&here.place).await?;
        let these: Vec<_> = all.into_iter().filter(|one| numbers.contains(&one.number)).collect();
        let shown = &these[..these.len().min(LINES)];
        let mut reply = lines(Reply::default().heading(heading), here, shown);
        if these.len() > LINES {
            reply = reply.say(&format!("… and {} more.", these.len() - LINES));
        }
        let mut row: Vec<_> = undo.map(|mark| Button::new("Undo", Action::Undo(mark))).into_iter().collect();
        match these.as_slice() {
            [one] => row.push(Button::new("More", Action::Show(reference(one)))),
            _ => row.push(Button::new("Subscriptions", Action::List(0))),
        }
        Ok(reply.row(row).row(times()))
    }

    pub(crate) async fn pause(&self, here: &Here) -> Result<Reply, StoreError> {
        if here.subscriptions.is_empty() {
            return Ok(Self::nothing());
        }
        let changed = self.inner.fanout.pause(&here.place.destination, here.now).await?;
        let text = if changed > 0 { words::PAUSED } else { words::WAS_PAUSED };
        Ok(Reply::default().say(text).row([Button::new("Resume", Action::Resume)]))
    }

    pub(crate) async fn resume(&self, here: &Here) -> Result<Reply, StoreError> {
        if here.subscriptions.is_empty() {
            return Ok(Self::nothing());
        }
        let changed = self.inner.fanout.resume(&here.place.destination, here.now).await?;
        let text = if changed > 0 { words::RESUMED } else { words::WAS_NOT_PAUSED };
        Ok(Reply::default()
            .say(text)
            .row([Button::new("Pause", Action::Pause), Button::new("Subscriptions", Action::List(0))]))
    }

    pub(crate) fn ask_forget(here: &Here) -> Reply {
        let place = words::place(&here.place.destination);
        Reply::default()
            .say(&words::forget(here.subscriptions.len(), place))
            .row([Button::new("Forget everything", Action::ForgetNow), Button::new("Keep", Action::Keep)])
            .hide()
    }

    pub(crate) async fn forget(&self, here: &Here) -> Result<Reply, StoreError> {
        let place = here.place.destination.clone();
        if let Some(operator) = self.inner.operator.get() {
            let forgotten =
                operator.forget(place.clone(), here.place.private.then(|| here.who.id.clone())).await;
            forgotten.map_err(StoreError::Stopped)?;
        }
        self.blocking(move |inner| inner.forget_beside(&place)).await?;
        let count = self.inner.fanout.forget(&here.place.destination, here.now).await?;
        Ok(Reply::default().say(&words::forgotten(count)))
    }

    pub(crate) fn nothing() -> Reply {
        Reply::default()
            .say(words::NOTHING_HERE)
            .row([Button::new("Subscribe", Action::Catalogs(0)), Button::new("Help", Action::Help)])
            .hide()
    }
}

/// A failing store is told apart from what people did.
pub(crate) fn stored(error: SubscribeError) -> Result<(), StoreError> {
    match error {
        SubscribeError::Store(error) => Err(error),
        // It ended a moment ago.
        _ => Ok(()),
    }
}

fn lines(reply: Reply, here: &Here, these: &[Subscription]) -> Reply {
    these.iter().fold(reply, |mut reply, one| {
        let mut spans = vec![Span::text(format!("{}: ", one.number))];
        spans.extend(here.catalogs.describe(&one.filter));
        spans.push(Span::text(format!(" — {}", words::rhythm(one, here.now))));
        reply.blocks.push(Block::Item(spans));
        reply
    })
}

/// How the subscription would be typed.
fn typed(one: &Subscription) -> String {
    let filter = one.filter.to_string();
    let what = if filter.is_empty() { "everything".to_owned() } else { filter };
    format!("/subscribe {what} {}", one.cadence)
}

fn from_configuration(one: &Subscription) -> bool {
    matches!(one.origin, Origin::Configuration { .. })
}
