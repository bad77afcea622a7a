//! Answers to questions, from the store and the index.

use chrono::{DateTime, Utc};
use tracing::field::Empty;
use tracing::info_span;
use whimbrel_news::Zone;
use whimbrel_store::{Store, StoreError};

use crate::answer::board::Boards;
use crate::answer::names::{Failed, Names};
use crate::answer::{Answer, Paging, card, few, find, movers, news, side, top, view};
use crate::index::Index;
use crate::question::Question;

/// Pages further on are not turned to: who looks for more narrows the question.
const LAST_PAGE: u32 = 100;

/// Items on a page at most.
const MOST_ITEMS: usize = 100;

/// Answers questions. A cheap handle: clones are the same. Everything here blocks.
#[derive(Clone)]
pub struct Lookup {
    store: Store,
    index: Index,
    boards: Boards,
}

/// How a question is asked.
#[derive(Clone, Debug)]
pub struct Asking<'a> {
    /// The question.
    pub question: &'a Question,
    /// The page of the answer, from 1.
    pub page: u32,
    /// Items on a page.
    pub size: usize,
    /// When it is asked.
    pub now: DateTime<Utc>,
    /// Where the one who asks lives.
    pub zone: Zone,
}

impl<'a> Asking<'a> {
    /// The first page, as of now.
    pub fn new(question: &'a Question, now: DateTime<Utc>) -> Self {
        Self { question, page: 1, size: 10, now, zone: Zone::UTC }
    }
}

/// What an answer is made from.
pub(crate) struct Scene<'a> {
    pub(crate) store: &'a Store,
    pub(crate) index: &'a Index,
    pub(crate) boards: &'a Boards,
    pub(crate) names: Names<'a>,
    pub(crate) now: DateTime<Utc>,
    pub(crate) zone: Zone,
    pub(crate) page: u32,
    pub(crate) size: usize,
}

impl Lookup {
    /// Answers from this store and the index over it.
    pub fn new(store: Store, index: Index) -> Self {
        Self { store, index, boards: Boards::default() }
    }

    /// The index.
    pub fn index(&self) -> &Index {
        &self.index
    }

    /// Answers. What is not known is an answer too, with hints at what may have been meant.
    pub fn answer(&self, asking: &Asking<'_>) -> Result<Answer, StoreError> {
        let span = info_span!(target: "span", "question", question = asking.question.name(), missing = Empty)
            .entered();
        let scene = Scene {
            store: &self.store,
            index: &self.index,
            boards: &self.boards,
            names: Names::read(&self.store, &self.index)?,
            now: asking.now,
            zone: asking.zone,
            page: asking.page.clamp(1, LAST_PAGE),
            size: asking.size.clamp(1, MOST_ITEMS),
        };
        let mut answer = match reply(&scene, asking.question) {
            Ok(answer) => answer,
            Err(Failed::Missing(answer)) => self.excused(*answer),
            Err(Failed::Store(error)) => return Err(error),
        };
        span.record("missing", answer.missing);
        answer.question = asking.question.to_string();
        if !answer.missing && answer.links.page.is_none() {
            answer.links.page = Some(view::page_of(asking.question));
        }
        Ok(answer)
    }

    /// While the index is filled, what is not found may well be there.
    fn excused(&self, answer: Answer) -> Answer {
        if self.index.is_ready() {
            return answer;
        }
        answer.say("Not everything was read yet since the start: ask again in a moment.")
    }
}

fn reply(scene: &Scene<'_>, question: &Question) -> Result<Answer, Failed> {
    match question {
        Question::Find { words, within } => find::find(scene, words, within),
        Question::Show { project } => card::show(scene, project),
        Question::Top(asked) => top::top(scene, asked),
        Question::New { within, when } => news::new(scene, within, *when),
        Question::Releases { within, when } => news::releases(scene, within, *when),
        Question::Movers { within, when } => movers::movers(scene, within, *when),
        Question::Compare { projects } => side::compare(scene, projects),
        Question::History { project } => news::history(scene, project),
        Question::Catalogs => Ok(few::catalogs(scene)),
        Question::Random { within } => few::random(scene, within),
        Question::Why { about } => few::why(scene, about),
        Question::Feed { of } => few::feed(scene, of),
        Question::Suggest { source } => Ok(few::suggest(scene, source)),
    }
}

impl Scene<'_> {
    /// So many items were passed on earlier pages.
    pub(crate) fn skipped(&self) -> usize {
        (self.page as usize - 1) * self.size
    }

    /// The items of this page of all there are.
    pub(crate) fn page_of<T>(&self, all: Vec<T>) -> (Vec<T>, Option<Paging>) {
        let total = all.len();
        let pages = total.div_ceil(self.size).max(1);
        let page: Vec<T> = all.into_iter().skip(self.skipped()).take(self.size).collect();
        let more = self.skipped() + page.len() < total;
        (page, self.paging(more, u32::try_from(pages).ok()))
    }

    /// Where this page stands; nothing when it is all there is.
    pub(crate) fn paging(&self, more: bool, pages: Option<u32>) -> Option<Paging> {
        let more = more && self.page < LAST_PAGE;
        (more || self.page > 1).then_some(Paging { page: self.page, pages, more })
    }
}

#[cfg(test)]
pub(crate) mod tests;
