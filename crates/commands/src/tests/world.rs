//! A place where somebody types and presses.

use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, TimeZone as _, Utc};
use futures::FutureExt as _;
use futures::future::BoxFuture;
use whimbrel_catalog::{CatalogId, Entry, EntryKey, Place as Listed, SectionPath};
use whimbrel_fanout::{
    Bundle, Channel, Destination, Fanout, Learned, Limits, Nonce, Pace, Part, Sent, Service, Style,
    Subscription,
};
use whimbrel_lookup::{Index, Lookup};
use whimbrel_news::{Dated, Facts, News, Subject};
use whimbrel_store::{CatalogMeta, Record, Shape, Store};

use crate::{Asked, Commands, Place, Press, Reply, Settings, What, Who};

/// A service that takes everything.
struct Silent(Service);

impl Channel for Silent {
    fn service(&self) -> Service {
        self.0
    }

    fn render(&self, _to: &Destination, _bundle: &Bundle, _style: Style) -> Vec<Part> {
        vec![Part { body: "news".to_owned(), uploads: Vec::new() }]
    }

    fn send<'a>(&'a self, _to: &'a Destination, _part: &'a Part, _nonce: Nonce) -> BoxFuture<'a, Sent> {
        async { Sent { result: Ok("1".to_owned()), learned: Learned::default() } }.boxed()
    }
}

pub(super) struct World {
    pub(super) store: Store,
    pub(super) fanout: Fanout,
    pub(super) commands: Commands,
    pub(super) lookup: Lookup,
    pub(super) place: Place,
    pub(super) who: Who,
    pub(super) now: DateTime<Utc>,
}

impl World {
    /// A private chat on a Friday evening; two catalogs are followed.
    pub(super) fn new() -> Self {
        let now = Utc.with_ymd_and_hms(2026, 11, 20, 18, 0, 0).unwrap();
        let store = Store::in_memory().unwrap();
        let channels: Vec<Arc<dyn Channel>> =
            vec![Arc::new(Silent(Service::Telegram)), Arc::new(Silent(Service::Discord))];
        let pace = Pace::new(Limits::none(), Limits::none());
        let fanout =
            Fanout::open(store.clone(), channels, pace, whimbrel_fanout::Settings::default(), now).unwrap();
        let lookup = Lookup::new(store.clone(), Index::new());
        let commands = Commands::new(store.clone(), fanout.clone(), lookup.clone(), Settings::default());
        let place = Place {
            destination: Destination::Telegram { chat: 4242, topic: None },
            title: None,
            private: true,
            remote: false,
        };
        let who = Who { id: "telegram:4242".to_owned(), may_change: true, language: None };
        let world = Self { store, fanout, commands, lookup, place, who, now };
        world.follow("awesome-go", "Awesome Go");
        world.follow("awesome-rust", "Awesome Rust");
        world
    }

    /// The program ends and starts again, with this folder beside its store.
    pub(super) fn restart(&mut self, folder: &Path) {
        let (store, fanout, lookup) = (self.store.clone(), self.fanout.clone(), self.lookup.clone());
        self.commands = Commands::new(store, fanout, lookup, Settings::default());
        self.commands.keep_undos_in(&folder.join("undo.jsonl")).unwrap();
    }

    pub(super) fn follow(&self, id: &str, title: &str) {
        self.record(&[Record::of(self.meta(id, title))]);
    }

    fn meta(&self, id: &str, title: &str) -> CatalogMeta {
        let meta = CatalogMeta::unseen(CatalogId::new(id).unwrap(), "file:list.md", self.now);
        CatalogMeta { title: title.to_owned(), ..meta }
    }

    fn record(&self, records: &[Record]) {
        self.store.record(records, self.now).unwrap();
    }

    /// The index knows what the store has.
    pub(super) fn index(&self) {
        self.lookup.index().rebuild(&self.store).unwrap();
    }

    /// Entries are listed, in silence.
    pub(super) fn list(&self, id: &str, title: &str, names: impl Iterator<Item = String>) {
        let section = SectionPath::new(["Databases", "Key-Value"]);
        let entry = |name: String| {
            let url = format!("https://github.com/{name}");
            Entry {
                key: EntryKey::from_url(&url).unwrap(),
                name: name.rsplit('/').next().unwrap().to_owned(),
                url,
                description: String::new(),
                marks: Vec::new(),
                links: Vec::new(),
                figures: Vec::new(),
                places: vec![Listed { section: section.clone(), line: 0 }],
            }
        };
        let shape = Shape { sections: vec![section.clone()], ..Shape::default() };
        let put = names.map(entry).collect();
        self.record(&[Record { put, shape: Some(shape), ..Record::of(self.meta(id, title)) }]);
    }

    /// An entry is added, with news of it.
    pub(super) async fn added(&self, id: &str, title: &str, name: &str) {
        let url = format!("https://github.com/{name}");
        let subject = Subject {
            name: name.to_owned(),
            key: EntryKey::from_url(&url).unwrap().as_str().to_owned(),
            url,
            section: "Databases".to_owned(),
            section_path: vec!["Databases".to_owned()],
        };
        let news = News::Added {
            subject,
            description: "A thing".to_owned(),
            in_place_of: None,
            returned: false,
            facts: Facts::default(),
        };
        let record = Record { news: vec![Dated::new(self.now, news)], ..Record::of(self.meta(id, title)) };
        self.record(&[record]);
        self.fanout.match_new(self.now).await.unwrap();
    }

    pub(super) async fn ask(&self, what: What) -> Reply {
        let asked = Asked { place: self.place.clone(), who: self.who.clone(), what };
        let reply = self.commands.answer(asked, self.now).await;
        check(&reply);
        reply
    }

    pub(super) async fn types(&self, text: &str) -> Reply {
        self.ask(What::Typed(text.to_owned())).await
    }

    pub(super) async fn presses(&self, reply: &Reply, label: &str) -> Reply {
        let button = reply.button(label).unwrap_or_else(|| panic!("no button `{label}` in {reply:#?}"));
        self.press(&button.action).await
    }

    pub(super) async fn press(&self, action: &str) -> Reply {
        self.ask(What::Pressed(action.to_owned())).await
    }

    pub(super) fn subscriptions(&self) -> Vec<Subscription> {
        self.fanout.subscriptions(&self.place.destination)
    }

    /// What is subscribed to, as text.
    pub(super) fn told(&self) -> Vec<String> {
        let text = |one: Subscription| format!("{} {} | {}", one.number, one.filter, one.cadence);
        self.subscriptions().into_iter().map(text).collect()
    }

    pub(super) fn exported(&self) -> String {
        let mut out = Vec::new();
        self.store.export(&mut out, &mut |_| ()).unwrap();
        String::from_utf8(out).unwrap()
    }
}

/// What both services demand of every answer.
pub(crate) fn check(reply: &Reply) {
    assert!(reply.buttons.len() <= 5, "{reply:#?}");
    let mut actions = std::collections::HashSet::new();
    for row in &reply.buttons {
        assert!((1..=5).contains(&row.len()), "{reply:#?}");
        for button in row {
            assert!((1..=40).contains(&button.label.chars().count()), "{button:?}");
            assert!(button.label.encode_utf16().count() <= 80, "{button:?}");
            assert!((1..=64).contains(&button.action.len()), "{button:?}");
            assert!(Press::parse(&button.action).is_some(), "{button:?}");
            assert!(actions.insert(button.action.clone()), "two buttons do the same: {reply:#?}");
        }
    }
    assert!(reply.notice.as_ref().is_none_or(|notice| notice.chars().count() <= 200));
    let text = reply.plain();
    assert!(text.encode_utf16().count() <= 3_500, "{} is too long: {text}", text.len());
    assert!(!text.contains(['\u{202e}', '\u{0}']), "{text}");
    let says = !text.trim().is_empty() || reply.how == crate::How::Nothing;
    assert!(says, "an answer without words: {reply:#?}");
}
