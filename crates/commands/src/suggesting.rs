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
        tell: Option<Destination>,
    ) -> BoxFuture<'_, Result<bool, String>>;

    /// Nothing is told at this place any more, and that something would have been is forgotten.
    fn forget(&self, place: Destination) -> BoxFuture<'_, Result<(), String>>;

    /// Ends a proposal that has this mark: what was accepted is followed from now on, also after a restart. `None`
    /// where there is none any more.
    fn decide(&self, mark: u64, accept: bool) -> BoxFuture<'_, Result<Option<Proposal>, String>>;
}

impl Proposal {
    /// What it is known by in buttons.
    pub fn mark(&self) -> u64 {
        hash(&[&self.id, &self.source])
    }

    /// What is told to who proposed it.
    pub fn answered(&self, accepted: bool) -> Reply {
        let name = line(self.name(), MAX_TEXT);
        let reply = Reply::default().say(&words::answered(&name, accepted));
        let reply = reply.spans(vec![Span::code(line(&self.source, 300))]);
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
        let promise = if tell.is_some() { words::SUGGESTED_TOLD } else { words::SUGGESTED_SEEN };
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

/// Where whoever asks is told something that is for them alone, if anywhere: in their own chat with us. A person of
/// Telegram has one under their own number.
fn told_at(here: &Here) -> Option<Destination> {
    if here.place.private {
        return Some(here.place.destination.clone());
    }
    here.who.id.parse().ok().filter(|own| matches!(own, Destination::Telegram { topic: None, .. }))
}

/// The id and source of what is not followed yet.
fn proposed(answer: &Answer) -> Option<(String, String)> {
    Some((answer.fact("Id")?.text.clone(), answer.fact("Source")?.text.clone()))
}
