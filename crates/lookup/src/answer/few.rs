//! The short answers: `/catalogs`, `/random`, `/why`, `/feed`, `/suggest`.

use whimbrel_catalog::EntryKey;
use whimbrel_news::wording::tell;
use whimbrel_news::{Event, EventId, Filter};
use whimbrel_store::{Query, Scope};

use super::names::{Failed, Thing, address};
use super::view::{Base, View};
use crate::answer::{Answer, Fact, Hint, Item, Links, card, top};
use crate::lookup::Scene;
use crate::question::{Question, Top, Within};
use whimbrel_news::Kind;

pub(crate) fn catalogs(scene: &Scene<'_>) -> Answer {
    let all = scene.names.catalogs.iter().map(|meta| {
        let id = Fact::text("Id", meta.id.as_str());
        let item = Item::new(&meta.title).with([id]).with(card::catalog_facts(meta));
        item.asking(&top::asking(meta.id.as_str(), None))
    });
    let (items, paging) = scene.page_of(all.collect());
    let mut answer = Answer::titled("Catalogs");
    if scene.names.catalogs.is_empty() {
        answer = answer.say("No catalog is followed yet.");
    }
    answer.links = View::default().links("/".to_owned());
    Answer { paging, ..answer }.list("", items)
}

pub(crate) fn random(scene: &Scene<'_>, within: &Within) -> Result<Answer, Failed> {
    let part = scene.names.part(within)?;
    // The clock is as good as a die to somebody who asks once.
    let dice = scene.now.timestamp_nanos_opt().unwrap_or_default().unsigned_abs();
    // A product with a large odd number: moments close to each other give things far from each other.
    let dice = dice.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 11;
    let nothing = || Failed::missing(&format!("There is nothing{} yet.", part.label()), Vec::new());
    let hit = scene.index.random(&part.scope(), dice).ok_or_else(nothing)?;
    let thing = scene.names.of_subject(&hit.subject)?.ok_or_else(nothing)?;
    let mut answer = card::of(scene, &thing)?;
    let again = Question::Random { within: within.clone() }.to_string();
    answer.hints.insert(0, Hint { text: "Another one".to_owned(), ask: again });
    Ok(answer)
}

/// What is known about why an event is one. Whether it was sent somewhere is for those who know the place.
pub(crate) fn why(scene: &Scene<'_>, about: &str) -> Result<Answer, Failed> {
    let Some(event) = event(scene, about)? else {
        let text = if about.is_empty() {
            "Nothing happened yet.".to_owned()
        } else {
            format!("There is no news of `{about}`.")
        };
        return Err(Failed::missing(&text, Vec::new()));
    };
    let title = event.catalog_ids().first().map_or("", |id| scene.names.title(id)).to_owned();
    let told = tell(&event, &title);
    let mut answer = Answer::titled(told.title);
    if !event.evidence.is_empty() {
        answer = answer.say(&event.evidence);
    }
    answer.text.extend(told.lines);
    answer.facts = vec![
        Fact::text("Event", &event.id().to_string()),
        Fact::text("Kind", event.kind().as_str()),
        Fact::moment("Happened", event.at),
        Fact::moment("Recorded", event.recorded),
    ];
    if !title.is_empty() {
        answer.facts.push(Fact::text("Catalog", &title));
    }
    if let Some(link) = told.link {
        answer.facts.push(Fact::text("Address", &link).leading(&link));
    }
    if event.history {
        answer = answer.say("It was read from the past of the catalog: it is shown, but never sent.");
    }
    let base = event.projects().first().cloned().map(Base::Project);
    let base = base.or_else(|| event.catalog.clone().map(Base::Catalog)).unwrap_or_default();
    let view = View::of(base, &[]);
    answer.links = view.links(view.address(""));
    Ok(answer)
}

/// The event of a number, or the newest of what is named.
pub(crate) fn event(scene: &Scene<'_>, about: &str) -> Result<Option<Event>, Failed> {
    let newest = |scope: Scope, filter: Filter| -> Result<Option<Event>, Failed> {
        let query = Query { scope, filter, after: None, limit: 1 };
        Ok(scene.store.events(&query)?.events.pop())
    };
    if let Ok(id) = about.parse::<EventId>() {
        let found = scene.store.events_after(id.seq.saturating_sub(1), 1)?.pop();
        return Ok(found.filter(|event| event.id() == id));
    }
    if about.is_empty() {
        return newest(Scope::All, Filter::default());
    }
    if let Some(meta) = scene.names.catalog(about) {
        return newest(Scope::Catalog(meta.id.clone()), Filter::default());
    }
    let mut keys: Vec<EntryKey> = address(about).into_iter().collect();
    if let Ok((thing, _)) = scene.names.thing(about) {
        keys.extend(thing.key().cloned());
    }
    for key in keys {
        if let Some(event) = newest(Scope::Project(key), Filter::default())? {
            return Ok(Some(event));
        }
    }
    newest(Scope::All, Filter::words(about))
}

/// The feed of what comes next for a question.
pub(crate) fn feed(scene: &Scene<'_>, of: &Question) -> Result<Answer, Failed> {
    let thing = |name: &str| scene.names.thing(name).map(|(thing, _)| View::of(thing.base(), &[]));
    let part =
        |within: &Within, kinds: &[Kind]| scene.names.part(within).map(|part| View::of(part.base(), kinds));
    let view = match of {
        Question::Find { words, within } => View { words: words.clone(), ..part(within, &[])? },
        Question::Show { project } | Question::History { project } => thing(project)?,
        Question::Top(Top { within, .. }) | Question::Movers { within, .. } => {
            part(within, &[Kind::RanksMoved, Kind::EnteredTop, Kind::LeftTop])?
        }
        Question::New { within, .. } => part(within, &[Kind::Added])?,
        Question::Releases { within, .. } => {
            let kinds = [Kind::Released, Kind::ReleasePromoted];
            match (part(within, &kinds), &within.catalog) {
                (Err(Failed::Missing(_)), Some(name)) => View { kinds: kinds.to_vec(), ..thing(name)? },
                (view, _) => view?,
            }
        }
        Question::Compare { .. } => {
            let text = "One feed follows one project: ask for the feed of each, or subscribe to several.";
            return Err(Failed::missing(text, Vec::new()));
        }
        Question::Catalogs => View::of(Base::All, &[Kind::Followed]),
        Question::Random { within } => part(within, &[])?,
        Question::Why { about } => {
            match event(scene, about)?.and_then(|event| event.projects().first().cloned()) {
                Some(key) => View::of(Base::Project(key), &[]),
                None => View::default(),
            }
        }
        Question::Feed { of } => return feed(scene, of),
        Question::Suggest { source } => match scene.names.thing(source) {
            Ok((thing @ Thing::Catalog(_), _)) => View::of(thing.base(), &[]),
            _ => View::default(),
        },
    };
    let mut answer = Answer::titled(format!("The feed of {of}"));
    answer.facts = [("RSS", "feed.rss"), ("Atom", "feed.atom"), ("JSON", "feed.json")]
        .into_iter()
        .map(|(label, file)| {
            let path = view.address(file);
            Fact { url: Some(path.clone()), ..Fact::text(label, &path) }
        })
        .collect();
    let filter = view.filter().to_string();
    answer.facts.push(Fact::text("Subscribe", format!("/subscribe {filter}").trim_end()));
    answer.links = Links { page: Some(view.address("")), ..view.links(String::new()) };
    Ok(answer)
}

/// What would have to be written to follow a catalog, or that it is followed already.
pub(crate) fn suggest(scene: &Scene<'_>, source: &str) -> Answer {
    let (wanted, id) = as_source(source);
    let known =
        scene.names.catalogs.iter().find(|meta| {
            meta.source.eq_ignore_ascii_case(&wanted) || meta.source.eq_ignore_ascii_case(source)
        });
    if let Some(meta) = known {
        let hint = Hint { text: meta.title.clone(), ask: top::asking(meta.id.as_str(), None).to_string() };
        let answer = Answer::titled(&meta.title).say("It is followed already.");
        return Answer { hints: vec![hint], ..answer };
    }
    let mut answer = Answer::titled("Not followed yet")
        .say("Whoever runs this program adds a catalog by these lines of its configuration:");
    answer.facts = vec![
        Fact::text("Id", &id),
        Fact::text("Source", &wanted),
        Fact::text("Lines", &format!("[[catalog]] id = \"{id}\" source = \"{wanted}\"")),
    ];
    answer
}

/// The source of an address as the configuration names it, and a name for it.
fn as_source(address: &str) -> (String, String) {
    let address = address.trim();
    let key = super::names::address(address);
    let (source, name) = match key.as_ref().and_then(EntryKey::repository) {
        Some(("github.com", owner, name)) => {
            let path = address.split_once("/blob/").and_then(|(_, rest)| rest.split_once('/'));
            let file = path.map(|(branch, file)| format!("/{file}@{branch}")).unwrap_or_default();
            (format!("github:{owner}/{name}{file}"), name.to_owned())
        }
        _ => (
            address.to_owned(),
            address.rsplit('/').find(|part| !part.is_empty()).unwrap_or("list").to_owned(),
        ),
    };
    let name: String =
        name.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    (source, name.trim_matches('-').to_owned())
}
