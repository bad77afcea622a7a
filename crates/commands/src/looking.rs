//! Questions that change nothing: help, a preview, why, and how things are.

use whimbrel_catalog::EntryKey;
use whimbrel_fanout::{Content, Subscription, Why};
use whimbrel_news::wording::{line, number, tell};
use whimbrel_news::{Event, EventId, Filter};
use whimbrel_store::{Query, Scope, StoreError};

use crate::action::{Action, CatalogMark, Chosen};
use crate::command::Command;
use crate::commands::{Commands, Here, reference};
use crate::reply::{Block, Button, Reply, Span};
use crate::topics::Topics;
use crate::words;

/// Digests to choose from: five rows of two fit everywhere.
const PREVIEWS: usize = 10;

/// Verdicts shown at most.
const VERDICTS: usize = 8;

/// Of what an event was seen by, in characters.
const EVIDENCE: usize = 300;

/// Catalogs in trouble shown at most.
const TROUBLED: usize = 5;

impl Commands {
    pub(crate) fn start(here: &Here, about: Option<&str>) -> Reply {
        if let Some(known) = about.and_then(|about| here.catalogs.named(about)) {
            return Self::choose_topics(here, Chosen::Catalog(CatalogMark::of(&known.id)), Topics::usual());
        }
        Reply::default()
            .say(words::WELCOME)
            .say(words::WELCOME_HOW)
            .row([Button::new("Subscribe", Action::Catalogs(0)), Button::new("Help", Action::Help)])
            .hide()
    }

    pub(crate) fn help(about: Option<&str>) -> Reply {
        let about = about.map(str::to_lowercase);
        let about = about.as_deref();
        if let Some(help) = Command::catalogue().iter().find(|help| Some(help.name) == about) {
            let options = help.options.iter().map(|option| (option.name, option.description));
            return one((help.name, help.description, help.example), options);
        }
        if let Some(form) = Command::questions().find(|form| Some(form.name) == about) {
            let options = form.options.iter().map(|option| (option.name, option.description));
            return one((form.name, form.description, form.example), options);
        }
        let line = |reply: Reply, name: &str, description: &str| {
            reply.item(vec![Span::text(format!("/{name}")), Span::text(format!(": {description}"))])
        };
        let reply = Reply::default().heading("What you can ask");
        let reply = Command::questions().fold(reply, |reply, form| line(reply, form.name, form.description));
        let reply = reply.heading("What comes here");
        Command::catalogue()
            .iter()
            .filter(|help| help.name != "start")
            .fold(reply, |reply, help| line(reply, help.name, help.description))
            .row([
                Button::new("Subscribe", Action::Catalogs(0)),
                Button::new("Subscriptions", Action::List(0)),
                Button::new("Status", Action::Status),
            ])
            .hide()
    }

    /// What the digest would say; where several would come, they are there to choose from.
    pub(crate) async fn digest(&self, here: &Here) -> Result<Reply, StoreError> {
        let mut lanes: Vec<(&Subscription, Vec<String>)> = Vec::new();
        for one in &here.subscriptions {
            match lanes.iter_mut().find(|(first, _)| first.lane == one.lane) {
                Some((_, numbers)) => numbers.push(one.number.to_string()),
                None => lanes.push((one, vec![one.number.to_string()])),
            }
        }
        let lanes: Vec<_> = lanes.into_iter().map(|(one, numbers)| (one, numbers.join(", "))).collect();
        let more = lanes.len().saturating_sub(PREVIEWS);
        match lanes.as_slice() {
            [] => Ok(Self::nothing()),
            [(one, _)] => self.preview(here, one).await,
            several => {
                let shown = &several[..several.len().min(PREVIEWS)];
                let reply = Reply::default().heading(words::PREVIEW_WHICH).say(words::PREVIEW_WHICH_WHY);
                let reply = shown.iter().fold(reply, |reply, (one, numbers)| {
                    reply.item(vec![Span::text(format!("{numbers}: {}", words::cadence(&one.cadence)))])
                });
                let reply = if more > 0 { reply.say(&format!("… and {more} more.")) } else { reply };
                let button = |(one, numbers): &(&Subscription, String)| {
                    // The zone stands in the line above.
                    let cadence = words::cadence(&one.cadence);
                    let short = cadence.split(" (").next().unwrap_or(&cadence);
                    Button::new(&format!("{numbers}: {short}"), Action::Preview(reference(one)))
                };
                Ok(reply.grid(&shown.iter().map(button).collect::<Vec<_>>(), 2).hide())
            }
        }
    }

    /// What the digest of a subscription's rhythm would say.
    pub(crate) async fn preview(&self, here: &Here, one: &Subscription) -> Result<Reply, StoreError> {
        let at = &here.place.destination;
        let Some(bundle) = self.inner.fanout.preview(at, one.lane, here.now).await? else {
            return Ok(Self::nothing());
        };
        let several = here.subscriptions.iter().any(|other| other.lane != one.lane);
        let of = |reply: Reply| {
            if several { reply.heading(&words::cadence(&one.cadence)) } else { reply }
        };
        let empty = match &bundle.content {
            Content::News(events) => events.is_empty(),
            Content::Digest { digest, .. } => digest.counts.values().all(|count| *count == 0),
        };
        if empty {
            return Ok(of(Reply::default()).say(words::PREVIEW_EMPTY).hide());
        }
        let said = if one.cadence.is_instant() { words::PREVIEW_AT_ONCE } else { words::PREVIEW };
        Ok(Reply { bundle: Some(bundle), ..of(Reply::default()).say(said).hide() })
    }

    pub(crate) async fn why(&self, here: &Here, about: &str) -> Result<Reply, StoreError> {
        let (found, wanted) = (self.event(here, about).await?, line(about, 60));
        let Some(event) = found else {
            let text = if wanted.is_empty() { words::NO_EVENT.to_owned() } else { words::no_event(&wanted) };
            return Ok(Reply::default().say(&text).hide());
        };
        let (zone, _) = self.habits(here);
        let title = event.catalog_ids().first().map_or("", |id| here.catalogs.title(id)).to_owned();
        let told = tell(&event, &title);
        let name = match &told.link {
            Some(url) => Span::Link { text: told.title.clone(), url: url.clone() },
            None => Span::strong(&told.title),
        };
        let when = words::moment(event.told_at(), here.now, zone, true);
        let of = if title.is_empty() { String::new() } else { format!(" · {title}") };
        let mut reply =
            Reply::default().spans(vec![name]).say(&format!("{when}{of} · {}", event.kind())).hide();
        if !event.evidence.is_empty() {
            reply = reply.say(&line(&event.evidence, EVIDENCE));
        }
        Ok(match self.inner.fanout.why(&here.place.destination, event.id()).await? {
            Why::NoEvent => reply.say(&words::no_event(&wanted)),
            Why::History => reply.say(words::HISTORY),
            Why::NoSubscription => {
                reply.say(words::NOTHING_HERE).row([Button::new("Subscribe", Action::Catalogs(0))])
            }
            Why::Subscriptions(verdicts) => {
                verdicts.iter().take(VERDICTS).fold(reply, |reply, (number, verdict)| {
                    let verdict = words::verdict(verdict, here.now, zone);
                    reply.item(vec![Span::text(format!("Subscription {number}: ")), Span::text(verdict)])
                })
            }
        })
    }

    /// The newest event of what somebody names.
    async fn event(&self, here: &Here, about: &str) -> Result<Option<Event>, StoreError> {
        let query = |scope| Query { scope, limit: 1, ..Query::default() };
        let mut queries = Vec::new();
        let id: Option<EventId> = about.parse().ok();
        if let Some(known) = here.catalogs.named(about) {
            queries.push(query(Scope::Catalog(known.id.clone())));
        } else if about.is_empty() {
            queries.push(query(Scope::All));
        } else {
            for address in
                [format!("https://github.com/{about}"), about.to_owned(), format!("https://{about}")]
            {
                queries.extend(EntryKey::from_url(&address).map(|key| query(Scope::Project(key))));
            }
            queries.push(Query { filter: Filter::words(about), ..query(Scope::All) });
        }
        self.blocking(move |inner| {
            if let Some(id) = id {
                let found = inner.store.events_after(id.seq.saturating_sub(1), 1)?.pop();
                return Ok(found.filter(|event| event.id() == id));
            }
            for query in &queries {
                if let Some(event) = inner.store.events(query)?.events.pop() {
                    return Ok(Some(event));
                }
            }
            Ok(None)
        })
        .await
    }

    pub(crate) async fn status(&self, here: &Here) -> Result<Reply, StoreError> {
        let (stats, metas, status) = self
            .blocking(|inner| Ok((inner.store.stats()?, inner.store.catalogs()?, inner.fanout.status())))
            .await?;
        let (zone, _) = self.habits(here);
        let read = metas.iter().filter_map(|meta| meta.last_success).min();
        let mut reply = Reply::default().heading("Status").say(&format!(
            "{} catalogs with {} entries; {} events so far.",
            number(metas.len() as u64),
            number(metas.iter().map(|meta| u64::from(meta.entries)).sum()),
            number(stats.head),
        ));
        if let Some(read) = read {
            let at = words::moment(read, here.now, zone, true);
            reply = reply.say(&format!("Every catalog that was ever read was last read at {at} or later."));
        }
        let troubled: Vec<_> = metas.iter().filter(|meta| meta.stale || meta.failures > 0).collect();
        for meta in troubled.iter().take(TROUBLED) {
            let error = line(meta.last_error.as_deref().unwrap_or("no reason given"), 120);
            let text = format!(" could not be read: {error}");
            reply
                .blocks
                .push(Block::Item(vec![Span::strong(here.catalogs.title(&meta.id)), Span::text(text)]));
        }
        if troubled.len() > TROUBLED {
            reply = reply.say(&format!("… and {} more in trouble.", troubled.len() - TROUBLED));
        }
        let service = here.place.destination.service();
        let rest = status.services.into_iter().find(|one| one.service == service).and_then(|one| one.rest);
        if let Some(rest) = rest {
            let until = words::moment(rest.until, here.now, zone, true);
            reply = reply.say(&format!("Sending rests until {until}: {}", line(&rest.reason, 120)));
        }
        let waiting = here.subscriptions.iter().filter(|one| one.next.is_some()).count();
        let text = match (here.subscriptions.len(), waiting) {
            (0, _) => words::NOTHING_HERE.to_owned(),
            (count, 0) => format!("{count} subscriptions here; nothing waits."),
            (count, waiting) => format!("{count} subscriptions here; for {waiting} of them news waits."),
        };
        Ok(reply
            .say(&text.replace("1 subscriptions", "1 subscription"))
            .row([Button::new("Subscriptions", Action::List(0))])
            .hide())
    }
}

/// Help about one thing: its name, what it does, and how it is typed.
fn one<'a>(
    (name, description, example): (&str, &str, &str),
    options: impl Iterator<Item = (&'a str, &'a str)>,
) -> Reply {
    let reply = Reply::default().heading(&format!("/{name}")).say(description).code(example);
    let reply = options.fold(reply, |reply, (name, description)| {
        reply.item(vec![Span::strong(name), Span::text(format!(": {description}"))])
    });
    reply.row([Button::new("‹ All", Action::Help)]).hide()
}
