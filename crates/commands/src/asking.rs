//! Questions: they are looked up, answered, turned page by page, and subscribed to.

use std::io;
use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use whimbrel_fanout::{Cadence, Destination, Upload};
use whimbrel_lookup::{Answer, Asking, Misread, Question};
use whimbrel_news::Filter;
use whimbrel_store::StoreError;

use crate::action::{Action, Pick};
use crate::asked::What;
use crate::commands::{Commands, Here, Inner, notice};
use crate::kept::Words;
use crate::limits::Admission;
use crate::reply::{Button, Reply};
use crate::subscribing::usual;
use crate::telling::{ITEMS, Telling};
use crate::words;

/// Draws what there is to see in an answer.
pub type AnswerPainter = dyn Fn(&Answer, DateTime<Utc>) -> Option<Upload> + Send + Sync;

impl Commands {
    /// Has answers drawn from now on. The first painter stays.
    pub fn paint_with(&self, painter: Arc<AnswerPainter>) {
        let _ = self.inner.painter.set(painter);
    }

    /// Keeps questions that are too long for a button in this file, and knows what stands there. Blocks.
    pub fn keep_questions_in(&self, file: &Path) -> io::Result<()> {
        self.inner.kept.keep_in(file)
    }

    /// Keeps how changes are taken back in this file, and knows what stands there. Blocks.
    pub fn keep_undos_in(&self, file: &Path) -> io::Result<()> {
        self.inner.undos().keep_in(file)
    }

    /// Forgets what lies beside the store of a place that is no more, such as a group that became another. Blocks.
    pub fn forget_beside(&self, place: &Destination) -> Result<(), StoreError> {
        self.inner.forget_beside(place)
    }

    /// What somebody is to be given for this, which counts as asked then. Whoever hears it asks this first: one who
    /// asks without end must not be queued before others. `among` is the place where others read as well.
    pub fn admit(
        &self,
        who: &str,
        among: Option<&Destination>,
        what: &What,
        now: DateTime<Utc>,
    ) -> Admission {
        if !what.looks_up() {
            return Admission::Answer;
        }
        match (self.inner.people.take(who, now), among) {
            (Admission::Answer, Some(place)) => self.inner.places.take(&place.to_string(), now),
            (admission, _) => admission,
        }
    }

    /// What is said to who asks too much.
    pub fn refusal(what: &What) -> Reply {
        match what {
            What::Pressed(_) => notice(words::TOO_MUCH),
            _ => Reply::default().say(words::TOO_MUCH).hide(),
        }
    }

    /// A question as somebody typed it.
    pub(crate) async fn typed(&self, here: &Here, text: &str) -> Result<Reply, StoreError> {
        let (zone, _) = self.habits(here);
        self.asked(here, Question::parse(text, here.now, zone)).await
    }

    /// A question that was read, or could not be.
    pub(crate) async fn asked(
        &self,
        here: &Here,
        read: Result<Question, Misread>,
    ) -> Result<Reply, StoreError> {
        match read {
            Ok(question @ Question::Suggest { .. }) => Ok(self.suggest(here, &question).await?.hide()),
            Ok(question) => Ok(self.page(here, &question, 1).await?.hide()),
            Err(misread) => Ok(Reply::default().say(&misread.to_string()).hide()),
        }
    }

    /// The answer to a question of a button.
    pub(crate) async fn pressed(&self, here: &Here, words: &Words, page: u16) -> Result<Reply, StoreError> {
        match self.read(here, words) {
            Some(question) => self.page(here, &question, page).await,
            None => Ok(notice(words::QUESTION_GONE)),
        }
    }

    /// Rhythms for what a question is about.
    pub(crate) async fn follow(&self, here: &Here, words: &Words) -> Result<Reply, StoreError> {
        let (title, filter) = match self.followed(here, words).await? {
            Ok(followed) => followed,
            Err(reply) => return Ok(reply),
        };
        let buttons =
            Pick::ALL.map(|pick| Button::new(words::pick(pick), Action::FollowAt(pick, words.clone())));
        let (zone, _) = self.habits(here);
        Ok(Reply::default()
            .heading(&title)
            .spans(here.catalogs.describe(&filter))
            .say(words::WHICH_RHYTHM)
            .say(&words::clock(zone))
            .grid(&buttons, 3)
            .row([Button::new("‹ Back", Action::Turn(1, words.clone()))])
            .hide())
    }

    /// Subscribes to what a question is about.
    pub(crate) async fn follow_at(
        &self,
        here: &Here,
        pick: Pick,
        words: &Words,
    ) -> Result<Reply, StoreError> {
        let filter = match self.followed(here, words).await? {
            Ok((_, filter)) => filter,
            Err(reply) => return Ok(reply),
        };
        let (zone, quiet) = self.habits(here);
        self.subscribe(here, filter, Cadence { rhythm: usual(pick), zone, quiet }, None).await
    }

    /// What a question is about, and the filter that lets just that through.
    async fn followed(
        &self,
        here: &Here,
        words: &Words,
    ) -> Result<Result<(String, Filter), Reply>, StoreError> {
        let Some(question) = self.read(here, words) else { return Ok(Err(notice(words::QUESTION_GONE))) };
        let answer = self.look_up(here, &question).await?;
        let filter = answer.links.subscribe.as_deref().and_then(|filter| Filter::parse(filter).ok());
        Ok(filter.map(|filter| (answer.title, filter)).ok_or_else(|| notice(words::NOT_FOLLOWABLE)))
    }

    fn read(&self, here: &Here, words: &Words) -> Option<Question> {
        let (zone, _) = self.habits(here);
        Question::parse(&self.inner.kept.text(words)?, here.now, zone).ok()
    }

    async fn page(&self, here: &Here, question: &Question, page: u16) -> Result<Reply, StoreError> {
        let place = here.place.destination.clone();
        self.looking(here, question, move |inner, asking| {
            let (answer, picture) = inner.look_up(&Asking { page: page.into(), ..asking })?;
            Ok(Reply { picture, ..inner.tell_at(&answer, Some(&place)) })
        })
        .await
    }

    /// The beginning of an answer.
    pub(crate) async fn look_up(&self, here: &Here, question: &Question) -> Result<Answer, StoreError> {
        self.looking(here, question, |inner, asking| inner.lookup.answer(&asking)).await
    }

    /// Looks something up when it is its turn.
    async fn looking<R: Send + 'static>(
        &self,
        here: &Here,
        question: &Question,
        look: impl FnOnce(&Inner, Asking<'_>) -> Result<R, StoreError> + Send + 'static,
    ) -> Result<R, StoreError> {
        // The gate is never closed.
        let _turn = self.inner.gate.acquire().await;
        let ((zone, _), now, question) = (self.habits(here), here.now, question.clone());
        self.blocking(move |inner| {
            look(inner, Asking { question: &question, page: 1, size: ITEMS, now, zone })
        })
        .await
    }
}

impl Inner {
    /// An answer as a message; nothing is written down for its buttons.
    pub(crate) fn tell(&self, answer: &Answer) -> Reply {
        self.tell_at(answer, None)
    }

    /// An answer as a message. Long questions of its buttons are kept until the place is forgotten. Blocks.
    fn tell_at(&self, answer: &Answer, place: Option<&Destination>) -> Reply {
        let site = self.settings.site.as_deref();
        Telling { answer, site }.reply(|question| self.kept.words(question, place))
    }

    /// An answer, and what there is to see in it.
    fn look_up(&self, asking: &Asking<'_>) -> Result<(Answer, Option<Upload>), StoreError> {
        let answer = self.lookup.answer(asking)?;
        let is_drawn = matches!(
            asking.question,
            Question::Show { .. } | Question::History { .. } | Question::Compare { .. }
        );
        let painter = self.painter.get().filter(|_| is_drawn && asking.page == 1);
        let picture = painter.and_then(|paint| paint(&answer, asking.now));
        Ok((answer, picture))
    }
}
