//! What is done with catalogs people propose: they are read as every catalog is, and put before whoever `[admin]` names;
//! whoever proposed one is told what became of it.

pub(crate) mod answers;

use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use tokio::sync::{Mutex, Notify, Semaphore, watch};
use whimbrel_catalog::{Hint, Layout, Reading, parse};
use whimbrel_commands::{Listener, Operator, Proposal, Reply};
use whimbrel_discord::Discord;
use whimbrel_fanout::{Destination, Part, Service};
use whimbrel_news::wording::line;
use whimbrel_watch::{Cursor, Document, Github, Sight, Sources, Spec};

use super::Setup;
use super::teller::Teller;
use crate::accepted::{self, Decided, Waiting};
use crate::check::layout_name;
use crate::screen::reasons;

/// Whoever proposes something waits no longer.
const PATIENCE: Duration = Duration::from_secs(20);

/// So many lists are read at a time.
pub(crate) const LOOKS: usize = 2;

/// So many of those who suggest the same list are told what becomes of it.
const TOLD: usize = 50;

/// Sections that are named, and how much of a name.
const NAMED: usize = 6;
const NAME: usize = 60;

/// The operator, as the chats ask them.
pub(crate) struct Suggestions {
    pub(crate) configured: watch::Receiver<Arc<Setup>>,
    /// The way to GitHub for anybody, without a token: what only we may read is nothing to show to who suggests it.
    pub(crate) github: Github,
    pub(crate) teller: Teller,
    /// Where chats of our own with people are begun.
    pub(crate) discord: Option<Arc<Discord>>,
    /// One at a time changes what waits.
    pub(crate) writing: Mutex<()>,
    /// Few at a time are read.
    pub(crate) looks: Semaphore,
    /// Something was decided, and is to be told.
    pub(crate) decided: Notify,
}

impl Operator for Suggestions {
    fn place(&self) -> Option<Destination> {
        // Where only a webhook leads nobody can press anything.
        let to = self.configured.borrow().config.admin.to.clone();
        to.filter(|to| !matches!(to, Destination::Webhook { .. }))
    }

    fn look(&self, id: String, source: String) -> BoxFuture<'_, Result<Proposal, String>> {
        async move {
            let read = async {
                let _turn = self.looks.acquire().await.map_err(|_| "the program ends".to_owned())?;
                self.read(id, source).await
            };
            let read = tokio::time::timeout(PATIENCE, read).await;
            read.unwrap_or_else(|_| Err("it did not answer in time".to_owned()))
        }
        .boxed()
    }

    fn propose(
        &self,
        proposal: Proposal,
        words: Reply,
        tell: Option<Listener>,
    ) -> BoxFuture<'_, Result<bool, String>> {
        async move {
            let Some(to) = self.place() else { return Err("nobody is named in [admin]".to_owned()) };
            let mark = proposal.mark();
            if !self.write(move |waiting| wait(waiting, &proposal, tell)).await? {
                return Ok(false);
            }
            // Nothing is locked meanwhile: the service may make us wait.
            let sent = self.teller.send(&to, &parts(&to, &words)).await;
            let asked = sent.is_ok();
            self.write(move |waiting| {
                waiting.retain(|known| asked || !known.is_open(mark));
                for known in waiting.iter_mut().filter(|known| known.is_open(mark)) {
                    known.asked = true;
                }
            })
            .await?;
            sent.map(|()| true)
        }
        .boxed()
    }

    fn decide(&self, mark: u64, accept: bool) -> BoxFuture<'_, Result<Option<Proposal>, String>> {
        async move {
            let setup = Arc::clone(&self.configured.borrow());
            let state = setup.store_folder();
            let decided = self.write(move |waiting| {
                let Some(place) = waiting.iter().position(|known| known.is_open(mark)) else {
                    return Ok(None);
                };
                let proposal = waiting[place].proposal.clone();
                if accept {
                    accepted::accept(&state, &proposal, &setup.followed.catalogs)
                        .map_err(|error| reasons(&error))?;
                    tracing::info!("a list that was suggested is followed: {}", proposal.id);
                }
                // With the decision stands who is to be told of it.
                if waiting[place].tell.is_empty() {
                    waiting.remove(place);
                } else {
                    waiting[place].decided = Some(Decided { accepted: accept, at: Utc::now() });
                }
                Ok(Some(proposal))
            });
            let decided = decided.await?;
            self.decided.notify_one();
            decided
        }
        .boxed()
    }

    fn forget(&self, place: Destination, person: Option<String>) -> BoxFuture<'_, Result<(), String>> {
        self.write(move |waiting| {
            let is_theirs = |to: &Listener| to.at == place || person.is_some() && to.person == person;
            for known in waiting.iter_mut() {
                known.tell.retain(|to| !is_theirs(to));
            }
            waiting.retain(|known| known.decided.is_none() || !known.tell.is_empty());
        })
        .boxed()
    }
}

/// Words as the service of a place wants them.
fn parts(to: &Destination, words: &Reply) -> Vec<Part> {
    match to.service() {
        Service::Telegram => whimbrel_telegram::render::answer(words),
        Service::Discord => whimbrel_discord::answer(words),
    }
}

/// Puts a proposal among those that wait, unless the operator was asked about it, or about too many. Whoever proposes what
/// waits already is told as well what becomes of it.
fn wait(waiting: &mut Vec<Waiting>, proposal: &Proposal, tell: Option<Listener>) -> bool {
    let same = |known: &Waiting| known.decided.is_none() && known.proposal.source == proposal.source;
    let open = waiting.iter().filter(|known| known.decided.is_none()).count();
    let before = waiting.iter().position(same);
    if before.is_none() && open >= accepted::WAITING {
        return false;
    }
    // One that nobody was asked about is asked about now.
    let again = before.is_some_and(|at| !waiting[at].asked);
    let mut one = match before {
        Some(at) => waiting.remove(at),
        None => Waiting { proposal: proposal.clone(), asked: false, tell: Vec::new(), decided: None },
    };
    // Told once in a place, however many suggest it there; each alone where the place does not take it.
    let is_new = |tell: &Listener| !one.tell.contains(tell) && one.tell.len() < TOLD;
    if let Some(tell) = tell.filter(is_new) {
        one.tell.push(tell);
    }
    if again {
        one.proposal = proposal.clone();
    }
    waiting.push(one);
    if before.is_none() || again {
        tracing::info!("somebody suggests to follow a list: {}", proposal.id);
    }
    before.is_none() || again
}

impl Suggestions {
    /// Changes what waits, one at a time, and writes it down.
    async fn write<T: Send + 'static>(
        &self,
        change: impl FnOnce(&mut Vec<Waiting>) -> T + Send + 'static,
    ) -> Result<T, String> {
        let _one = self.writing.lock().await;
        let state = self.configured.borrow().store_folder();
        let written = tokio::task::spawn_blocking(move || {
            let before = accepted::waiting(&state);
            let mut waiting = before.clone();
            let done = change(&mut waiting);
            if waiting != before {
                accepted::keep_waiting(&state, &waiting)?;
            }
            Ok(done)
        });
        let written: anyhow::Result<T> = written.await.map_err(|error| error.to_string())?;
        written.map_err(|error| reasons(&error))
    }

    /// Looks at a source as a stranger would: without our tokens, and not inside our network.
    async fn read(&self, id: String, source: String) -> Result<Proposal, String> {
        let setup = Arc::clone(&self.configured.borrow());
        let private = setup.config.admin.suggest_private;
        let settings =
            whimbrel_watch::Settings { allow_private_addresses: private, ..setup.config.watch.clone() };
        let spec = Spec::parse(&source, &setup.folder, private).map_err(|error| error.problem)?;
        if let Spec::Web(url) = &spec
            && !(url.username().is_empty() && url.password().is_none())
        {
            return Err("an address with a user name is nothing for everybody".to_owned());
        }
        if !matches!(spec, Spec::Web(_) | Spec::Github { .. }) {
            return Err("it is no address of the web".to_owned());
        }
        let sources =
            Sources::new(Arc::new(settings), self.github.clone()).map_err(|error| reasons(&error))?;
        let sight = sources.look(&spec, &Cursor::default(), Utc::now()).await;
        let sight = sight.map_err(|error| reasons(&error.into()))?;
        let Sight::Versions { versions, .. } = sight else { return Err("it is empty".to_owned()) };
        let document =
            versions.into_iter().next_back().and_then(|version| version.documents.into_iter().next());
        let document = document.ok_or("it is empty")?;
        let understood = tokio::task::spawn_blocking(move || understood(&document)).await;
        let reading = understood.map_err(|_| "it cannot be understood".to_owned())??;
        let taken = |id: &str| setup.followed.catalogs.iter().any(|known| known.id.as_str() == id);
        Ok(proposal(accepted::free(&id, taken), source, &reading))
    }
}

fn understood(document: &Document) -> Result<Reading, String> {
    let hint = Hint { name: Some(&document.name), format: None };
    parse(&document.bytes, hint).map_err(|problem| problem.to_string())
}

fn proposal(id: String, source: String, reading: &Reading) -> Proposal {
    let Reading { snapshot, report } = reading;
    let sections = report.sections.iter().map(|(path, _)| path.parts().join(" / "));
    let named = sections.filter(|name| !name.is_empty()).take(NAMED).map(|name| line(&name, NAME)).collect();
    let mut layouts: Vec<(&Layout, &usize)> = report.layouts.iter().collect();
    layouts.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    let layouts: Vec<&str> = layouts.iter().take(2).map(|(layout, _)| layout_name(**layout)).collect();
    Proposal {
        id,
        source,
        title: line(snapshot.title.as_deref().unwrap_or_default(), NAME),
        entries: snapshot.entries.len() as u64,
        sections: snapshot.sections.len() as u64,
        named,
        layout: layouts.join(" and "),
        skipped: report.skipped.len() as u64,
    }
}
