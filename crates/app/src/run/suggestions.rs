//! What is done with catalogs people propose: they are read as every catalog is, and put before whoever `[admin]` names.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use tokio::sync::{Mutex, watch};
use whimbrel_catalog::{Hint, Layout, Reading, parse};
use whimbrel_commands::{Operator, Proposal, Reply};
use whimbrel_fanout::{Destination, Service};
use whimbrel_news::wording::line;
use whimbrel_watch::{Cursor, Document, Github, Sight, Sources, Spec};

use super::Setup;
use super::teller::Teller;
use crate::accepted;
use crate::check::layout_name;
use crate::screen::reasons;

/// Whoever proposes something waits no longer.
const PATIENCE: Duration = Duration::from_secs(20);

/// Sections that are named, and how much of a name.
const NAMED: usize = 6;
const NAME: usize = 60;

/// The operator, as the chats ask them.
pub(crate) struct Suggestions {
    pub(crate) configured: watch::Receiver<Arc<Setup>>,
    pub(crate) github: Github,
    pub(crate) teller: Teller,
    /// One at a time changes what waits.
    pub(crate) writing: Mutex<()>,
}

impl Operator for Suggestions {
    fn place(&self) -> Option<Destination> {
        // Where only a webhook leads nobody can press anything.
        let to = self.configured.borrow().config.admin.to.clone();
        to.filter(|to| !matches!(to, Destination::Webhook { .. }))
    }

    fn look(&self, id: String, source: String) -> BoxFuture<'_, Result<Proposal, String>> {
        async move {
            let read = tokio::time::timeout(PATIENCE, self.read(id, source)).await;
            read.unwrap_or_else(|_| Err("it did not answer in time".to_owned()))
        }
        .boxed()
    }

    fn propose(&self, proposal: Proposal, words: Reply) -> BoxFuture<'_, Result<bool, String>> {
        async move {
            let Some(to) = self.place() else { return Err("nobody is named in [admin]".to_owned()) };
            let _one = self.writing.lock().await;
            let mut waiting = accepted::waiting(&self.state());
            if waiting.iter().any(|known| known.source == proposal.source) {
                return Ok(false);
            }
            let mark = proposal.mark();
            tracing::info!(source = proposal.source, "somebody suggests to follow {}", proposal.source);
            waiting.push(proposal);
            self.keep(&waiting)?;
            let parts = match to.service() {
                Service::Telegram => whimbrel_telegram::render::answer(&words),
                Service::Discord => whimbrel_discord::answer(&words),
            };
            if let Err(reason) = self.teller.send(&to, &parts).await {
                waiting.retain(|known| known.mark() != mark);
                self.keep(&waiting)?;
                return Err(reason);
            }
            Ok(true)
        }
        .boxed()
    }

    fn decide(&self, mark: u64, accept: bool) -> BoxFuture<'_, Result<Option<Proposal>, String>> {
        async move {
            let _one = self.writing.lock().await;
            let mut waiting = accepted::waiting(&self.state());
            let Some(place) = waiting.iter().position(|known| known.mark() == mark) else { return Ok(None) };
            let proposal = waiting.remove(place);
            if accept {
                accepted::accept(&self.state(), &proposal).map_err(|error| reasons(&error))?;
                tracing::info!(source = proposal.source, "{} was accepted", proposal.source);
            }
            self.keep(&waiting)?;
            Ok(Some(proposal))
        }
        .boxed()
    }
}

impl Suggestions {
    fn state(&self) -> PathBuf {
        self.configured.borrow().store_folder()
    }

    fn keep(&self, waiting: &[Proposal]) -> Result<(), String> {
        accepted::keep_waiting(&self.state(), waiting).map_err(|error| reasons(&error))
    }

    /// Looks at a source as the watcher would, with the same care for where it leads.
    async fn read(&self, id: String, source: String) -> Result<Proposal, String> {
        let setup = Arc::clone(&self.configured.borrow());
        let settings = setup.config.watch.clone();
        let spec = Spec::parse(&source, &setup.folder, settings.allow_private_addresses)
            .map_err(|error| error.problem)?;
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
        Ok(proposal(self.free(&setup, &id), source, &reading))
    }

    /// The id, or one like it that no followed catalog has.
    fn free(&self, setup: &Setup, id: &str) -> String {
        let waiting = accepted::waiting(&self.state());
        let taken = |id: &str| {
            setup.followed.catalogs.iter().any(|known| known.id.as_str() == id)
                || waiting.iter().any(|known| known.id == id)
        };
        let base: String = id.chars().take(56).collect();
        let base = if base.is_empty() { "list".to_owned() } else { base };
        let others = (2..).map(|number: u32| format!("{base}-{number}"));
        std::iter::once(base.clone()).chain(others).find(|id| !taken(id)).unwrap_or(base)
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
