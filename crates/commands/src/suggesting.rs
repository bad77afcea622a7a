//! Catalogs people would like to be followed: looked at, shown as they are understood, and put before whoever runs the
//! program, who accepts or declines with a button.

use std::sync::Arc;

use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};
use whimbrel_fanout::Destination;
use whimbrel_lookup::{Answer, Question};
use whimbrel_news::wording::{line, number};
use whimbrel_store::StoreError;

use crate::action::{Action, hash};
use crate::commands::{Commands, Here, notice};
use crate::limits::Admission;
use crate::reply::{Button, Reply, Span};
use crate::words;

/// Names and reasons of strangers, in characters.
const MAX_TEXT: usize = 120;

/// A catalog somebody proposes, with what was understood of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// A name that no followed catalog has.
    pub id: String,
    /// Where it is, as the configuration would name it.
    pub source: String,
    /// What it calls itself; may be empty.
    #[serde(default)]
    pub title: String,
    /// How many things it lists.
    pub entries: u64,
    /// How many sections it has.
    pub sections: u64,
    /// Some of their names.
    #[serde(default)]
    pub named: Vec<String>,
    /// How it is written, such as `bullets`.
    pub layout: String,
    /// Lines that look like entries and were not understood.
    pub skipped: u64,
}

/// Where somebody is told what became of what they proposed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Noted", into = "Noted")]
pub struct Listener {
    /// Where they asked, or their own chat with us.
    pub at: Destination,
    /// Who it is told in their own chat where that place does not take it, as the service numbers people, such as
    /// `discord:42`.
    pub person: Option<String>,
}

/// The same, written down: where a place says it all, that stands alone.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Noted {
    Place(Destination),
    Person { at: Destination, person: String },
}

impl From<Noted> for Listener {
    fn from(noted: Noted) -> Self {
        match noted {
            Noted::Place(at) => Self { at, person: None },
            Noted::Person { at, person } => Self { at, person: Some(person) },
        }
    }
}

impl From<Listener> for Noted {
    fn from(listener: Listener) -> Self {
        match listener {
            Listener { at, person: None } => Self::Place(at),
            Listener { at, person: Some(person) } => Self::Person { at, person },
        }
    }
}

/// Whoever runs the program, and what is done for them. This crate knows neither networks nor files.
pub trait Operator: Send + Sync {
    /// Where they are asked; `None` where nobody can be.
    fn place(&self) -> Option<Destination>;

    /// Reads a catalog of this name and source; the error is a sentence for who proposes it.
    fn look(&self, id: String, source: String) -> BoxFuture<'_, Result<Proposal, String>>;

    /// Keeps a proposal durably and puts it before the operator, with these words; `false` where it waits already, or
    /// where so many wait that nobody would read one more. What becomes of it is told at `tell`, as
    /// [`Proposal::answered`] says it. The error is for the log.
    fn propose(
        &self,
        proposal: Proposal,
        words: Reply,
        tell: Option<Listener>,
    ) -> BoxFuture<'_, Result<bool, String>>;

    /// Nothing is told at this place or to this person any more, and that something would have been is forgotten.
    fn forget(&self, place: Destination, person: Option<String>) -> BoxFuture<'_, Result<(), String>>;

    /// Ends a proposal that has this mark: what was accepted is followed from now on, also after a restart. `None`
    /// where there is none any more.
    fn decide(&self, mark: u64, accept: bool) -> BoxFuture<'_, Result<Option<Proposal>, String>>;
}

impl Proposal {
    /// What it is known by in buttons.
    pub fn mark(&self) -> u64 {
        hash(&[&self.id, &self.source])
    }

    /// What is told to who proposed it; where others read it too, it does not say who that was.
    pub fn answered(&self, accepted: bool, alone: bool) -> Reply {
        let name = line(self.name(), MAX_TEXT);
        let reply = Reply::default().say(&words::answered(&name, accepted, alone));
        // What somebody wrote to us alone is not for everybody.
        let reply = if alone { reply.spans(vec![Span::code(line(&self.source, 300))]) } else { reply };
        if accepted { reply.row([Button::new(words::SUBSCRIBE, Action::Catalogs(0))]) } else { reply }
    }

    fn name(&self) -> &str {
        if self.title.trim().is_empty() { &self.id } else { &self.title }
    }

    /// What was understood of it.
    fn told(&self, reply: Reply) -> Reply {
        let count = |count: u64, one: &str, many: &str| {
            format!("{} {}", number(count), if count == 1 { one } else { many })
        };
        let entries = count(self.entries, "entry", "entries");
        let sections = count(self.sections, "section", "sections");
        let mut reply =
            reply.say(&format!("I understand {entries} in {sections}, written as {}.", self.layout));
        if !self.named.is_empty() {
            let names: Vec<String> = self.named.iter().map(|name| line(name, 40)).collect();
            let more = if self.sections as usize > names.len() { ", …" } else { "" };
            reply = reply.say(&format!("Sections: {}{more}", names.join(", ")));
        }
        if self.skipped > 0 {
            let lines =
                count(self.skipped, "line looks like an entry and was", "lines look like entries and were");
            reply = reply.say(&format!("{lines} not understood."));
        }
        reply
    }
}

impl Commands {
    /// From now on proposals go to this operator. The first one stays.
    pub fn propose_to(&self, operator: Arc<dyn Operator>) {
        let _ = self.inner.operator.set(operator);
    }

    /// Somebody proposes a catalog. What is followed already, or cannot be proposed to anybody, is answered like any
    /// other question.
    pub(crate) async fn suggest(&self, here: &Here, question: &Question) -> Result<Reply, StoreError> {
        let answer = self.look_up(here, question).await?;
        let operator = self.inner.operator.get().filter(|operator| operator.place().is_some());
        let (Some(operator), Some((id, source))) = (operator, proposed(&answer)) else {
            return self.blocking(move |inner| Ok(inner.tell(&answer))).await;
        };
        if !["https://", "http://", "github:"].iter().any(|start| source.starts_with(start)) {
            return Ok(Reply::default()
                .say(words::SUGGEST_ADDRESS)
                .code("/suggest https://github.com/avelino/awesome-go"));
        }
        let (who, now) = (&here.who.id, here.now);
        if !self.inner.proposals.has(who, now) || self.inner.tries.take(who, now) != Admission::Answer {
            return Ok(Reply::default().say(words::SUGGESTED_ENOUGH));
        }
        let proposal = match operator.look(id, source).await {
            Ok(proposal) if proposal.entries > 0 => proposal,
            Ok(_) => return Ok(Reply::default().say(words::SUGGESTED_NOTHING)),
            Err(reason) => return Ok(Reply::default().say(&words::suggested_unread(&line(&reason, 300)))),
        };
        if self.inner.proposals.take(who, now) != Admission::Answer {
            return Ok(Reply::default().say(words::SUGGESTED_ENOUGH));
        }
        let reply = proposal.told(Reply::default().heading(&line(proposal.name(), MAX_TEXT)));
        let mark = proposal.mark();
        let asking = Reply::default()
            .heading(&format!("Follow {}?", line(proposal.name(), MAX_TEXT)))
            .say(words::SOMEBODY_SUGGESTS)
            .spans(vec![Span::code(line(&proposal.source, 300))]);
        let asking = proposal
            .told(asking)
            .row([Button::new("Follow it", Action::Accept(mark)), Button::new("No", Action::Decline(mark))]);
        let tell = told_at(here);
        let promise = match &tell {
            Some(Listener { person: None, .. }) => words::SUGGESTED_TOLD,
            Some(Listener { person: Some(_), .. }) => words::SUGGESTED_TOLD_HERE,
            None => words::SUGGESTED_SEEN,
        };
        Ok(match operator.propose(proposal, asking, tell).await {
            Ok(true) => reply.say(words::SUGGESTED).say(promise),
            Ok(false) => reply.say(words::SUGGESTED_BEFORE).say(promise),
            Err(reason) => {
                tracing::error!(reason, "a proposed catalog could not be put before the operator ({reason})");
                Reply::default().say(words::TROUBLE)
            }
        })
    }

    /// The operator accepts a proposal, or declines it.
    pub(crate) async fn decide(&self, here: &Here, mark: u64, accept: bool) -> Reply {
        let operator = self.inner.operator.get();
        let Some(operator) = operator.filter(|one| one.place().as_ref() == Some(&here.place.destination))
        else {
            return notice(words::NOT_YOURS);
        };
        match operator.decide(mark, accept).await {
            Ok(Some(proposal)) => {
                let name = line(proposal.name(), MAX_TEXT);
                let (heading, said) =
                    if accept { ("Followed", words::ACCEPTED) } else { ("Declined", words::DECLINED) };
                let reply = Reply::default().heading(&format!("{heading}: {name}"));
                reply.spans(vec![Span::code(line(&proposal.source, 300))]).say(said)
            }
            Ok(None) => notice(words::DECIDED),
            Err(reason) => {
                tracing::error!(
                    reason,
                    "what was decided about a proposed catalog is not written down ({reason})"
                );
                notice(words::TROUBLE)
            }
        }
    }
}

/// Where whoever asks is told what becomes of it, if anywhere: in their own chat with us. A person of Telegram has one
/// under their own number; at Discord one is begun only where the channel takes nothing.
fn told_at(here: &Here) -> Option<Listener> {
    let at = here.place.destination.clone();
    match &at {
        _ if here.place.private => Some(Listener { at, person: None }),
        Destination::Discord { .. } => Some(Listener { at, person: Some(here.who.id.clone()) }),
        _ => {
            let own = here.who.id.parse().ok();
            let own = own.filter(|own| matches!(own, Destination::Telegram { topic: None, .. }));
            own.map(|at| Listener { at, person: None })
        }
    }
}

/// The id and source of what is not followed yet.
fn proposed(answer: &Answer) -> Option<(String, String)> {
    Some((answer.fact("Id")?.text.clone(), answer.fact("Source")?.text.clone()))
}
