//! The site as files, for servers that only serve files: the same pages and feeds, at the same addresses.
//!
//! Every listing has its newest 50 events as `index.html` and feeds. Everything and every catalog also have their
//! older news, in pages of 50 counted from the oldest: `page/<n>/` for live news, which therefore never change once
//! they are full, and `history/<n>/` for what was replayed. Choices by query need a server and are left out.
//!
//! Projects have a page when another page links to it, and 1,000 of those that are listed and were looked at have one
//! besides: each is five files, and a catalog can list very many.

mod folder;
mod older;
mod search;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use whimbrel_news::digest::{DigestPage, Time};
use whimbrel_news::{Event, Group, Period, slug};
use whimbrel_store::Store;

use crate::address::{Base, Form, Listing, digest_folder, digest_page_folder};
use crate::assets;
use crate::facts::{Facts, Written};
use crate::library::{Found, Library};
use crate::page::Pager;
use crate::render::{self, Failed, PAGE, Scene};
use crate::row::listings;
use crate::settings::Settings;
use crate::sheet::Sheet;
use crate::standings::Measure;
use crate::status::StatusFacts;
use crate::subscribe::Wish;
use folder::Folder;

/// Events read at once while older pages are counted.
const STRIDE: usize = 1000;

/// Digests of each period that have a page: more than a year of days.
const DIGEST_PAGES: usize = 400;

/// Projects that have a page though no other page links to it; those known longest come first.
const PROJECTS: usize = 1000;

/// What writing the site did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SiteReport {
    /// Files that are new or differ.
    pub written: usize,
    /// Files that stood there already.
    pub unchanged: usize,
    /// Files of an earlier run that are no longer part of the site.
    pub removed: usize,
    /// What somebody should know, one sentence each.
    pub warnings: Vec<String>,
}

/// Writes the site into a folder, which is made when it is not there. Files that do not differ are left alone, others
/// are replaced whole; what an earlier run wrote and nobody links any more is removed, and nothing else is.
///
/// Works on blocking threads.
pub fn write_site(
    store: &Store,
    settings: &Settings,
    status: &StatusFacts,
    now: DateTime<Utc>,
    out: &Path,
) -> anyhow::Result<SiteReport> {
    let library = Library::new(store.clone());
    let facts = Facts::new(library.catalogs()?, status.clone(), &Written::default());
    let scene = Scene { library: &library, settings, facts: &facts, now, files: true };
    let mut writer =
        Writer { scene, folder: Folder::open(out)?, projects: BTreeSet::new(), warnings: Vec::new() };
    writer.everything().map_err(|failed| match failed {
        Failed::Ours(error) => error,
        Failed::Wrong(wrong) => anyhow::anyhow!("{}", wrong.text),
    })?;
    let mut report = writer.folder.close()?;
    report.warnings.extend(writer.warnings);
    if settings.public_url.is_none() {
        report.warnings.push(format!(
            "the feeds link to {}: set public_url under [web] to the address the files will be served from",
            settings.base()
        ));
    }
    Ok(report)
}

struct Writer<'a> {
    scene: Scene<'a>,
    folder: Folder,
    /// Projects that some page links to.
    projects: BTreeSet<String>,
    warnings: Vec<String>,
}

impl Writer<'_> {
    fn everything(&mut self) -> Result<(), Failed> {
        for (path, text) in assets::files() {
            self.folder.put(Path::new(&path), text.as_bytes())?;
        }
        self.listing(Base::All)?;
        self.older(&Base::All)?;
        self.form(&Listing::default(), Form::Events)?;
        let ids: Vec<_> = self.scene.facts.catalogs.iter().map(|meta| meta.id.clone()).collect();
        for id in ids {
            self.listing(Base::Catalog(id.clone()))?;
            self.older(&Base::Catalog(id.clone()))?;
            // Events link to all sections they ever stood in, headings of headings included.
            let mut sections = BTreeSet::new();
            for path in self.scene.library.sections(&id)? {
                sections.extend(slug::lineage(path.parts()));
            }
            self.each_event(&Base::Catalog(id.clone()), |event| {
                let here = listings(event).into_iter().filter(|(at, path)| **at == id && !path.is_empty());
                sections.extend(here.map(|(_, path)| slug::section(path)));
            })?;
            for section in sections {
                self.listing(Base::Section(id.clone(), section))?;
            }
        }
        for kind in Group::ALL.into_iter().flat_map(Group::kinds) {
            self.listing(Base::Kind(kind))?;
        }
        self.rankings()?;
        let (known, more) = self.scene.library.looked_at(PROJECTS)?;
        self.projects.extend(known.iter().map(|key| slug::project(key.as_str())));
        if more {
            self.warnings.push(format!(
                "more than {PROJECTS} projects are listed: of those without news only these have pages, a server has pages of all"
            ));
        }
        for project in std::mem::take(&mut self.projects) {
            let past = render::history(&self.scene, &project)?;
            let path = format!("{}index.html", render::history::folder(&project));
            self.folder.put(Path::new(&path), &past.body)?;
            self.listing(Base::Project(project))?;
        }
        for period in Period::ALL {
            for form in [Form::Page].into_iter().chain(Form::FEEDS) {
                let text = render::digest(&self.scene, period, form)?;
                let file = if form == Form::Page { "index.html" } else { form.file() };
                self.folder.put(Path::new(&format!("{}{file}", digest_folder(period))), &text.body)?;
            }
            for span in self.scene.library.spans(period, self.scene.now, DIGEST_PAGES)? {
                let page = DigestPage { time: Time::Span(span), filter: None };
                let one = render::one_digest(&self.scene, &page)?;
                if !one.is_empty {
                    let path = format!("{}index.html", digest_page_folder(span));
                    self.folder.put(Path::new(&path), &one.text.body)?;
                }
            }
        }
        for sheet in Sheet::ALL.into_iter().filter(|sheet| *sheet != Sheet::Rankings) {
            let text = render::sheet(&self.scene, sheet)?;
            self.folder.put(Path::new(&format!("{}index.html", sheet.folder())), &text.body)?;
        }
        let text = render::subscribe(&self.scene, &Wish::default())?;
        self.folder.put(Path::new("subscribe/index.html"), &text.body)?;
        for meta in &self.scene.facts.catalogs {
            let text = render::offer::sections(&self.scene, &meta.id)?;
            let path = format!("{}index.html", render::offer::folder(&meta.id));
            self.folder.put(Path::new(&path), text.as_bytes())?;
        }
        for (file, form) in [("status/index.html", Form::Page), ("status.json", Form::Events)] {
            let text = render::status(&self.scene, form)?;
            self.folder.put(Path::new(file), &text.body)?;
        }
        if search::write(&self.scene, &mut self.folder)? {
            self.warnings.push(format!(
                "more than {} entries are listed: the search of the files finds only these, a server finds all",
                search::MOST
            ));
        }
        for (path, text) in
            [("sitemap.xml", render::sitemap(&self.scene)?), ("robots.txt", render::robots(&self.scene))]
        {
            self.folder.put(Path::new(path), &text.body)?;
        }
        for base in render::card::kept(&self.scene) {
            let text = render::card(&self.scene, &base)?;
            let path = format!("{}{}", base.folder(), render::card::FILE);
            self.folder.put(Path::new(&path), &text.body)?;
        }
        let opml = render::opml(&self.scene, &Listing::default());
        self.folder.put(Path::new("opml.xml"), &opml.body)?;
        Ok(())
    }

    /// The rankings by each measure; whoever has a place there has a page.
    fn rankings(&mut self) -> Result<(), Failed> {
        let ids = self.scene.facts.catalogs.iter().map(|meta| meta.id.clone());
        for id in ids.map(Some).chain([None]) {
            let all = match &id {
                Some(id) => render::rankings::has_measures(&self.scene, id)?,
                None => true,
            };
            for by in Measure::ALL.into_iter().filter(|by| all || *by == Measure::Stars) {
                let standings = self.scene.library.standings(id.as_ref(), by, self.scene.now)?;
                let shown = render::rankings::most(&self.scene, id.as_ref(), by);
                let shown = standings.places.iter().take(shown);
                self.projects.extend(shown.map(|place| place.slug.clone()));
                let text = render::ranking(&self.scene, id.as_ref(), by)?;
                let path = format!("{}index.html", render::rankings::folder(id.as_ref(), by));
                self.folder.put(Path::new(&path), &text.body)?;
            }
        }
        Ok(())
    }

    /// The newest news of a listing, as page and feeds.
    fn listing(&mut self, base: Base) -> Result<(), Failed> {
        let listing = Listing::of(base);
        let found = self.scene.library.find(&listing, PAGE)?;
        let pager = Pager { older: self.first_older(&listing.base)?, ..Pager::default() };
        let page = render::page(&self.scene, &listing, &found, pager, false)?;
        self.page(&listing.base.folder(), &found, &page)?;
        for form in Form::FEEDS {
            self.form(&listing, form)?;
        }
        Ok(())
    }

    fn form(&mut self, listing: &Listing, form: Form) -> Result<(), Failed> {
        let text = render::listing(&self.scene, listing, form)?;
        self.folder.put(Path::new(&listing.address(form)), &text.body)?;
        Ok(())
    }

    fn page(&mut self, folder: &str, found: &Found, text: &str) -> Result<(), Failed> {
        let keys = found.events.iter().filter_map(|event| event.news.subject()).map(|subject| &subject.key);
        self.projects.extend(keys.filter(|key| !key.is_empty()).map(|key| slug::project(key)));
        let mut path = PathBuf::from(folder);
        path.push("index.html");
        self.folder.put(&path, text.as_bytes())?;
        Ok(())
    }

    fn each_event(&self, base: &Base, mut each: impl FnMut(&Event)) -> Result<(), Failed> {
        let mut listing = Listing::of(base.clone());
        loop {
            let found = self.scene.library.find(&listing, STRIDE)?;
            found.events.iter().for_each(&mut each);
            match found.older {
                Some(older) => listing.after = Some(older),
                None => return Ok(()),
            }
        }
    }
}
