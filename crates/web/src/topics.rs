//! Our feeds, as the WebSub hub sees them: which addresses are feeds, what changes them, what they hold.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use url::Url;
use whimbrel_hub::{Changes, Choice, Content, Feeds, Topic};
use whimbrel_news::{Event, slug};
use whimbrel_store::Store;

use crate::address::{self, Address, Base, Form, Listing, digest_folder};
use crate::facts::{Facts, Written};
use crate::feed;
use crate::hub::changed;
use crate::library::Library;
use crate::render::{self, Failed, Scene};
use crate::row::listings;
use crate::settings::Settings;
use crate::status::StatusFacts;

/// Which catalogs there are is read again after this time.
const TITLES_AGE: Duration = Duration::from_secs(2);

/// All feeds of a site.
pub struct Topics {
    library: Library,
    settings: Settings,
    site: Url,
    facts: Mutex<Option<(Instant, Arc<Facts>)>>,
}

impl Topics {
    /// The feeds of a site over a store; `None` while it has no hub of its own.
    pub fn new(store: Store, settings: Settings) -> Option<Self> {
        settings.own_hub()?;
        let site = Url::parse(&settings.base()).ok()?;
        Some(Self { library: Library::new(store), settings, site, facts: Mutex::default() })
    }

    /// Catalogs as of a moment ago.
    fn facts(&self) -> anyhow::Result<Arc<Facts>> {
        let mut kept = self.facts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((read, facts)) = &*kept
            && read.elapsed() < TITLES_AGE
        {
            return Ok(Arc::clone(facts));
        }
        let facts =
            Arc::new(Facts::new(self.library.catalogs()?, StatusFacts::default(), &Written::default()));
        *kept = Some((Instant::now(), Arc::clone(&facts)));
        Ok(facts)
    }

    /// The feed at a path and query below the site; the error says why there is none.
    fn parse(&self, path: &str, query: Option<&str>) -> Result<Address, String> {
        let facts = self.facts().map_err(|error| {
            tracing::error!("what feeds there are cannot be read: {error:#}");
            "What feeds there are cannot be read just now.".to_owned()
        })?;
        let address = address::parse(path, query, &|name| facts.named(name)).map_err(|wrong| wrong.text)?;
        match address {
            Address::Listing(Listing { after: Some(_), .. }, Form::Feed(_)) => {
                Err("Older pages of a feed never change: subscribe to the feed itself.".to_owned())
            }
            address @ (Address::Listing(_, Form::Feed(_)) | Address::Digest(_, Form::Feed(_))) => Ok(address),
            _ => Err("hub.topic must be the address of a feed: one that ends in feed.rss, feed.atom or feed.json, \
                      with or without a query."
                .to_owned()),
        }
    }
}

impl Feeds for Topics {
    fn is_ours(&self, address: &Url) -> bool {
        address.host() == self.site.host()
            && address.port_or_known_default() == self.site.port_or_known_default()
    }

    fn topic(&self, address: &str) -> Result<Topic, String> {
        let elsewhere = || format!("hub.topic is no feed of {}.", self.settings.base());
        let url = Url::parse(address).map_err(|_| elsewhere())?;
        let base = self.site.path().trim_end_matches('/');
        let path = url.path().strip_prefix(base).filter(|path| path.starts_with('/'));
        let (Some(path), true) = (path, url.origin() == self.site.origin() && url.fragment().is_none())
        else {
            return Err(elsewhere());
        };
        let address = self.parse(path, url.query())?;
        topic(address).ok_or_else(elsewhere)
    }

    fn known(&self, path: &str) -> Option<Topic> {
        let (path, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
        topic(self.parse(&format!("/{path}"), query).ok()?)
    }

    fn named(&self, event: &Event) -> Vec<String> {
        changed(event)
    }

    fn write(&self, path: &str, now: DateTime<Utc>) -> anyhow::Result<Option<Content>> {
        let (file, query) = path.split_once('?').map_or((path, None), |(file, query)| (file, Some(query)));
        let Ok(address) = self.parse(&format!("/{file}"), query) else { return Ok(None) };
        let facts = self.facts()?;
        let scene =
            Scene { library: &self.library, settings: &self.settings, facts: &facts, now, files: false };
        let (written, format, link) = match &address {
            Address::Listing(listing, form @ Form::Feed(format)) => (
                render::listing(&scene, listing, *form),
                *format,
                feed::link_header(&self.settings, listing, *format),
            ),
            Address::Digest(period, form @ Form::Feed(format)) => (
                render::digest(&scene, *period, *form),
                *format,
                feed::digests_link_header(&self.settings, *period, *format),
            ),
            _ => return Ok(None),
        };
        match written {
            Ok(text) => Ok(Some(Content {
                media: format.content_type(),
                link: link.unwrap_or_default(),
                body: Bytes::from(text.body),
            })),
            Err(Failed::Wrong(_)) => Ok(None),
            Err(Failed::Ours(error)) => Err(error),
        }
    }
}

/// A feed under the address it gives itself.
fn topic(address: Address) -> Option<Topic> {
    match address {
        Address::Digest(period, form) => {
            let path = format!("{}{}", digest_folder(period), form.file());
            Some(Topic { path, changes: Changes::AfterEach(period) })
        }
        Address::Listing(listing, form) => {
            let path = listing.address(form);
            let changes =
                if listing.narrow.is_open() { Changes::Named } else { Changes::Choice(choice(listing)) };
            Some(Topic { path, changes })
        }
        _ => None,
    }
}

/// Whether an event is in a listing.
fn choice(listing: Listing) -> Choice {
    let filter = listing.narrow.filter();
    Choice(Arc::new(move |event| is_in(&listing.base, event) && filter.matches(event)))
}

fn is_in(base: &Base, event: &Event) -> bool {
    match base {
        Base::All => true,
        Base::Kind(kind) => event.kind() == *kind,
        Base::Catalog(id) => listings(event).iter().any(|(known, _)| *known == id),
        Base::Section(id, section) => {
            listings(event).iter().any(|(known, path)| *known == id && slug::is_below(path, section))
        }
        Base::Project(project) => event.projects().iter().any(|key| slug::project(key.as_str()) == *project),
    }
}
