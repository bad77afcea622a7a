//! A store with two catalogs, and somebody who asks.

use std::io::Read;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use chrono::{DateTime, TimeDelta, Utc};
use http::{HeaderMap, Request, StatusCode};
use tower::ServiceExt;
use whimbrel_catalog::{CatalogId, Entry, EntryKey, Place, SectionPath};
use whimbrel_lookup::{Index, Lookup};
use whimbrel_news::{Dated, Facts, Listed, News, Subject};
use whimbrel_store::{CatalogMeta, Record, Shape, Store};

use crate::{LoopState, Off, Route, Settings, Site, StatusFacts};

/// A store, what is in it, and the site over it.
pub(super) struct World {
    pub(super) store: Store,
    pub(super) router: Router,
    pub(super) settings: Settings,
    pub(super) status: StatusFacts,
    pub(super) now: DateTime<Utc>,
}

/// What came back.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Answer {
    pub(super) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(super) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(super) fn inflated(&self) -> Vec<u8> {
        let mut plain = Vec::new();
        flate2::read::GzDecoder::new(&self.body[..]).read_to_end(&mut plain).unwrap();
        plain
    }
}

impl World {
    /// Nothing is followed yet.
    pub(super) fn empty() -> Self {
        Self::with_routes(Vec::new())
    }

    pub(super) fn with_routes(routes: Vec<Route>) -> Self {
        let store = Store::in_memory().unwrap();
        let settings = Settings {
            public_url: Some("https://news.example.org".into()),
            title: "Marsh News".into(),
            ..Settings::default()
        };
        let status = StatusFacts {
            off: vec![Off { what: "GitHub token".into(), how: "Set GITHUB_TOKEN.".into() }],
            loops: vec![LoopState { name: "watch".into(), alive: true, last_progress: None }],
            ..StatusFacts::default()
        };
        let told = status.clone();
        let site = Site::new(store.clone(), settings.clone(), Arc::new(move || told.clone()), routes)
            .answering(Lookup::new(store.clone(), Index::new()));
        Self { store, router: site.router(), settings, status, now: at("2026-11-20T09:00:00Z") }
    }

    /// The site is begun anew, with what the status says now.
    pub(super) fn serve_again(&mut self) {
        self.answering(Lookup::new(self.store.clone(), Index::new()));
    }

    /// Questions are answered from here on.
    pub(super) fn answering(&mut self, lookup: Lookup) {
        let told = self.status.clone();
        let site =
            Site::new(self.store.clone(), self.settings.clone(), Arc::new(move || told.clone()), Vec::new());
        self.router = site.answering(lookup).router();
    }

    /// Two catalogs: `raft` with a little news, `shells` with none.
    pub(super) fn usual() -> Self {
        let mut world = Self::empty();
        world.follow(
            "raft",
            "Consensus, gathered",
            &[&["Libraries"], &["Libraries", "Rust & Go"], &["Talks"]],
        );
        world.follow("shells", "Shells worth knowing", &[&["Prompts"]]);
        world.tell(
            "raft",
            vec![added("openraft", "https://github.com/databendlabs/openraft", &["Libraries", "Rust & Go"])],
        );
        world
    }

    pub(super) fn follow(&mut self, id: &str, title: &str, sections: &[&[&str]]) {
        let sections: Vec<_> = sections.iter().map(|path| SectionPath::new(path.iter())).collect();
        let put = sections.iter().enumerate().map(|(n, section)| {
            let url = format!("https://github.com/{id}/entry-{n}");
            Entry {
                key: EntryKey::from_url(&url).unwrap(),
                name: format!("{id} entry {n}"),
                url,
                description: "An entry that was always there.".into(),
                marks: Vec::new(),
                links: Vec::new(),
                figures: Vec::new(),
                places: vec![Place { section: section.clone(), line: 1 }],
            }
        });
        let put: Vec<_> = put.collect();
        let mut meta = meta(id, title, self.now);
        meta.entries = put.len() as u32;
        meta.listings = meta.entries;
        meta.sections = sections.len() as u32;
        let followed =
            News::Followed { entries: meta.entries, listings: meta.listings, sections: meta.sections };
        let record = Record {
            put,
            shape: Some(Shape { title: Some(title.into()), sections, ..Shape::default() }),
            news: vec![Dated::new(self.now, followed)],
            ..Record::of(meta)
        };
        self.store.record(&[record], self.now).unwrap();
    }

    /// News of a catalog that is followed; a minute passes.
    pub(super) fn tell(&mut self, id: &str, news: Vec<News>) {
        self.write(id, news, Vec::new());
    }

    /// News of a project that these sections of catalogs list; a minute passes.
    pub(super) fn tell_of_project(&mut self, news: News, lists: &[(&str, &[&str])]) {
        self.now += TimeDelta::minutes(1);
        let lists = lists.iter().map(|(id, section)| Listed {
            id: CatalogId::new(id).unwrap(),
            section: section.join(" / "),
            section_path: section.iter().map(ToString::to_string).collect(),
        });
        let news = Dated::new(self.now, news).listed_in(lists.collect());
        self.store.record_news(None, &[news], self.now).unwrap();
    }

    /// History that was replayed, each with its time.
    pub(super) fn replay(&mut self, id: &str, history: Vec<(DateTime<Utc>, News)>) {
        let history = history.into_iter().map(|(at, news)| Dated::new(at, news)).collect();
        self.write(id, Vec::new(), history);
    }

    pub(super) fn change(&mut self, id: &str, change: impl FnOnce(&mut CatalogMeta)) {
        let mut meta = self.store.catalog(&CatalogId::new(id).unwrap()).unwrap().unwrap();
        change(&mut meta);
        self.store.record(&[Record::of(meta)], self.now).unwrap();
    }

    fn write(&mut self, id: &str, news: Vec<News>, history: Vec<Dated>) {
        self.now += TimeDelta::minutes(1);
        let now = self.now;
        let meta = self.store.catalog(&CatalogId::new(id).unwrap()).unwrap().unwrap();
        let news = news.into_iter().map(|news| Dated::new(now, news)).collect();
        self.store.record(&[Record { news, history, ..Record::of(meta) }], now).unwrap();
    }

    pub(super) async fn get(&self, address: &str) -> Answer {
        self.ask("GET", address, &[]).await
    }

    pub(super) async fn ask(&self, method: &str, address: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = Request::builder().method(method).uri(address);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::empty()).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap().to_vec();
        Answer { status: parts.status, headers: parts.headers, body }
    }
}

/// A new entry.
pub(super) fn added(name: &str, url: &str, section: &[&str]) -> News {
    News::Added {
        subject: subject(name, url, section),
        description: format!("What {name} is good for."),
        in_place_of: None,
        returned: false,
        facts: Facts::default(),
    }
}

pub(super) fn subject(name: &str, url: &str, section: &[&str]) -> Subject {
    Subject {
        name: name.into(),
        url: url.into(),
        key: EntryKey::from_url(url).map(|key| key.to_string()).unwrap_or_default(),
        section: section.join(" / "),
        section_path: section.iter().map(ToString::to_string).collect(),
    }
}

pub(super) fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn meta(id: &str, title: &str, now: DateTime<Utc>) -> CatalogMeta {
    let source = format!("https://lists.example.org/{id}.md");
    CatalogMeta {
        title: title.into(),
        last_look: Some(now),
        last_success: Some(now),
        last_change: Some(now),
        next_due: Some(now + TimeDelta::hours(1)),
        interval_secs: 3600,
        ..CatalogMeta::unseen(CatalogId::new(id).unwrap(), source, now)
    }
}
