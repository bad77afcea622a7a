//! What stands around every page: its title, the ways to the other pages, its feeds, and what others show of it.

use whimbrel_news::Period;

use crate::address::{Base, Form, Listing, digest_folder};
use crate::links::Links;
use crate::render::card::{ARE_DRAWN, FILE};
use crate::render::offer;
use crate::row::Linked;
use crate::settings::Settings;
use crate::subscribe::builder;

/// The longest description others are given of a page, in characters: more is cut by those who show it.
const DESCRIPTION: usize = 200;

/// What every page has.
pub(crate) struct Frame<'a> {
    /// The title of the window.
    pub(crate) title: String,
    /// The name of the page alone.
    pub(crate) name: String,
    /// The name of the site.
    pub(crate) site: &'a str,
    pub(crate) links: Links,
    /// Which of the ways through the site leads here.
    pub(crate) tab: Tab,
    /// Feeds a reader finds by itself, the nearest first.
    pub(crate) feeds: Vec<FeedLinks>,
    /// The page shows a choice, not everything.
    pub(crate) narrowed: bool,
    /// The one address of what is shown here, where the site knows its own.
    pub(crate) canonical: Option<String>,
    /// The picture that stands for the page; there is one where there is a canonical address.
    pub(crate) picture: Option<String>,
    /// What the page is about, for those who show a link to it.
    pub(crate) description: String,
    /// What absolute addresses begin with, where the site knows that.
    pub(crate) base: Option<&'a str>,
}

/// The parts of the site that every page leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tab {
    /// None of them, or a page below one.
    None,
    News,
    Catalogs,
    Rankings,
    Search,
    Digests,
    Subscribe,
    Status,
    About,
}

/// A way to one of the parts.
pub(crate) struct Way {
    pub(crate) text: &'static str,
    pub(crate) href: String,
    pub(crate) here: bool,
}

impl<'a> Frame<'a> {
    /// The frame of a page of this name, which is no choice and offers the feed of all news.
    pub(crate) fn new(settings: &'a Settings, name: &str, links: &Links, tab: Tab) -> Self {
        Self {
            title: format!("{name} · {}", settings.title),
            name: name.to_owned(),
            site: &settings.title,
            tab,
            feeds: vec![FeedLinks::of("All news", &Listing::default(), links)],
            links: links.clone(),
            narrowed: false,
            canonical: None,
            picture: None,
            description: String::new(),
            base: settings.public_url.as_deref(),
        }
    }

    /// The page is the one at this address, given without the leading slash.
    pub(crate) fn at(self, address: &str) -> Self {
        let canonical = self.absolute(address);
        let picture = self.absolute(FILE).filter(|_| ARE_DRAWN);
        Self { canonical, picture, ..self }
    }

    /// The page has a picture of its own in this folder.
    pub(crate) fn pictured(self, folder: &str) -> Self {
        let picture = self.absolute(&format!("{folder}{FILE}")).filter(|_| ARE_DRAWN);
        Self { picture, ..self }
    }

    fn absolute(&self, address: &str) -> Option<String> {
        self.base.map(|base| format!("{}/{address}", base.trim_end_matches('/')))
    }

    /// The page is about this.
    pub(crate) fn about(self, text: &str) -> Self {
        Self { description: whimbrel_news::wording::line(text, DESCRIPTION), ..self }
    }

    /// The ways to the parts of the site.
    pub(crate) fn ways(&self) -> Vec<Way> {
        let page = |tab, text, path: &str| Some((tab, text, self.links.page(path)));
        let status =
            if self.links.is_files() { self.links.page("status/") } else { self.links.file("status") };
        let status = Some((Tab::Status, "Status", status));
        let search = Some((Tab::Search, "Search", self.links.search()));
        let ways = [
            page(Tab::News, "News", ""),
            page(Tab::Catalogs, "Catalogs", "catalogs/"),
            page(Tab::Rankings, "Rankings", "rankings/"),
            search,
            page(Tab::Digests, "Digests", &digest_folder(Period::Weekly)),
            page(Tab::Subscribe, "Subscribe", "subscribe/"),
            status,
            page(Tab::About, "About", "about/"),
        ];
        ways.into_iter()
            .flatten()
            .map(|(tab, text, href)| Way { text, href, here: tab == self.tab })
            .collect()
    }
}

/// A feed in its three formats.
#[derive(Clone)]
pub(crate) struct FeedLinks {
    pub(crate) title: String,
    pub(crate) rss: String,
    pub(crate) atom: String,
    pub(crate) json: String,
    /// Where the choice is made narrower, and taken into chats.
    pub(crate) more: Option<Linked>,
    /// Where a bot is asked about what they tell of.
    pub(crate) ask: Option<Linked>,
}

impl FeedLinks {
    /// The feeds of a listing.
    pub(crate) fn of(title: impl Into<String>, listing: &Listing, links: &Links) -> Self {
        let [rss, atom, json] = Form::FEEDS.map(|form| links.file(&listing.address(form)));
        Self { title: title.into(), rss, atom, json, more: None, ask: None }
    }

    /// The same, with the way to more that can be done with them.
    pub(crate) fn leading_on(self, listing: &Listing, links: &Links) -> Self {
        let more = if links.is_files() {
            let page = match &listing.base {
                Base::Catalog(id) | Base::Section(id, _) => offer::folder(id),
                Base::All | Base::Kind(_) | Base::Project(_) => "subscribe/".to_owned(),
            };
            Linked { text: "More feeds".into(), href: links.page(&page) }
        } else {
            Linked { text: "Chat or filter".into(), href: links.page(&builder(listing)) }
        };
        Self { more: Some(more), ..self }
    }

    /// The same, with the way to a bot.
    pub(crate) fn asked(self, ask: Option<Linked>) -> Self {
        Self { ask, ..self }
    }

    /// The feeds of a digest.
    pub(crate) fn of_digest(title: &str, period: Period, links: &Links) -> Self {
        let folder = digest_folder(period);
        let [rss, atom, json] = Form::FEEDS.map(|form| links.file(&format!("{folder}{}", form.file())));
        Self { title: title.into(), rss, atom, json, more: None, ask: None }
    }
}
