//! What the steps of each entry come to: there at the beginning, there at the end, and what is different.

use std::collections::HashMap;

use crate::event::{Event, News, Subject};

/// An entry over the period.
struct Net<'a> {
    /// How it stood at the beginning, as far as events tell; `None` for one that was not listed.
    before: Option<Facts>,
    /// How it stands at the end; `None` for one that is no longer listed.
    after: Option<Facts>,
    /// The last event that brought it in, if it was out.
    arrival: Option<&'a Event>,
    /// The last event of each sort: the folded ones take its number and time.
    left: Option<&'a Event>,
    moved: Option<&'a Event>,
    renamed: Option<&'a Event>,
    edited: Option<&'a Event>,
}

#[derive(Clone)]
struct Facts {
    subject: Subject,
    description: String,
}

/// The events about entries of one catalog, oldest first, folded; in no particular order.
pub(super) fn fold(events: &[&Event]) -> Vec<Event> {
    let mut order: Vec<Net<'_>> = Vec::new();
    // Where the entry of a key stands in `order`; a renamed entry changes its key.
    let mut of_key: HashMap<&str, usize> = HashMap::new();
    for event in events {
        let Some((subject, known_as)) = entry(&event.news) else { continue };
        let index = of_key.remove(known_as).unwrap_or_else(|| {
            order.push(Net::first_seen(event));
            order.len() - 1
        });
        of_key.insert(subject.key.as_str(), index);
        order[index].take(event, subject);
    }
    order.iter().flat_map(Net::news).collect()
}

/// The entry an event is about, and the key it was known by before the event.
fn entry(news: &News) -> Option<(&Subject, &str)> {
    match news {
        News::Added { subject, .. }
        | News::Removed { subject, .. }
        | News::Restored { subject, .. }
        | News::Moved { subject, .. }
        | News::Edited { subject, .. } => Some((subject, &subject.key)),
        News::Renamed { subject, old_key, .. } => {
            Some((subject, if old_key.is_empty() { &subject.key } else { old_key }))
        }
        _ => None,
    }
}

impl<'a> Net<'a> {
    /// What the first event of an entry says about the time before it.
    fn first_seen(event: &Event) -> Self {
        let before = match &event.news {
            News::Added { .. } | News::Restored { .. } => None,
            news => news.subject().map(|subject| undone(news, subject)),
        };
        let after = before.clone();
        Self { before, after, arrival: None, left: None, moved: None, renamed: None, edited: None }
    }

    fn take(&mut self, event: &'a Event, subject: &Subject) {
        let now = Facts { subject: subject.clone(), description: event.news.description().to_owned() };
        match &event.news {
            News::Removed { .. } => {
                self.left = Some(event);
                self.after = None;
                return;
            }
            News::Added { .. } | News::Restored { .. } => self.arrival = Some(event),
            News::Moved { .. } => self.moved = Some(event),
            News::Renamed { .. } => self.renamed = Some(event),
            _ => self.edited = Some(event),
        }
        self.after = Some(now);
    }

    fn news(&self) -> Vec<Event> {
        match (&self.before, &self.after) {
            // Came and went, or was never really back.
            (None, None) => vec![],
            (Some(_), None) => self.left.map(|event| (*event).clone()).into_iter().collect(),
            (None, Some(now)) => self.arrival.map(|event| arrived(event, now)).into_iter().collect(),
            (Some(then), Some(now)) => self.changed(then, now),
        }
    }

    /// What is different about an entry that was there at both ends. One that went and came back has no event of
    /// its own for a difference; its return stands for it.
    fn changed(&self, then: &Facts, now: &Facts) -> Vec<Event> {
        let mut events = Vec::new();
        let (subject, description) = (now.subject.clone(), now.description.clone());
        let mut push = |event: Option<&Event>, news: News| {
            if let Some(event) = event.or(self.arrival) {
                events.push(Event { news, evidence: String::new(), ..event.clone() });
            }
        };
        if then.subject.section_path != now.subject.section_path {
            push(
                self.moved,
                News::Moved {
                    subject: subject.clone(),
                    description: description.clone(),
                    old_section: then.subject.section.clone(),
                    old_section_path: then.subject.section_path.clone(),
                },
            );
        }
        if then.subject.name != now.subject.name || then.subject.url != now.subject.url {
            push(
                self.renamed,
                News::Renamed {
                    subject: subject.clone(),
                    description: description.clone(),
                    old_name: then.subject.name.clone(),
                    old_url: then.subject.url.clone(),
                    old_key: then.subject.key.clone(),
                },
            );
        }
        // Other events carry the description as it stands, so only an edit tells what it was before.
        if self.edited.is_some() && then.description != now.description {
            push(
                self.edited,
                News::Edited { subject, description, old_description: then.description.clone() },
            );
        }
        events
    }
}

/// The facts before a first event: those it shows, with what it says it changed.
fn undone(news: &News, subject: &Subject) -> Facts {
    let mut facts = Facts { subject: subject.clone(), description: news.description().to_owned() };
    match news {
        News::Moved { old_section, old_section_path, .. } => {
            facts.subject.section.clone_from(old_section);
            facts.subject.section_path.clone_from(old_section_path);
        }
        News::Renamed { old_name, old_url, old_key, .. } => {
            facts.subject.name.clone_from(old_name);
            facts.subject.url.clone_from(old_url);
            facts.subject.key.clone_from(old_key);
        }
        News::Edited { old_description, .. } => facts.description.clone_from(old_description),
        _ => {}
    }
    facts
}

/// The arrival, with the facts as they stand at the end.
fn arrived(event: &Event, now: &Facts) -> Event {
    let mut event = event.clone();
    if let News::Added { subject, description, .. } | News::Restored { subject, description } =
        &mut event.news
    {
        *subject = now.subject.clone();
        description.clone_from(&now.description);
    }
    event
}
