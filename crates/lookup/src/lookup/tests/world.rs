//! A small world: two catalogs that share a project, with news of some days.

use chrono::{DateTime, TimeDelta, Utc};
use whimbrel_catalog::{CatalogId, Entry, EntryKey, Metric, Mover, Place, SectionPath};
use whimbrel_news::{Dated, Facts, Level, Listed, News, Release, Subject};
use whimbrel_project::{Project, Standing, StarHistory};
use whimbrel_store::{CatalogMeta, ProjectRecord, Record, Shape, Store};

use crate::{Index, Lookup};

/// A Friday.
pub(super) fn now() -> DateTime<Utc> {
    "2026-11-20T12:00:00Z".parse().unwrap()
}

fn ago(days: i64) -> DateTime<Utc> {
    now() - TimeDelta::days(days)
}

fn id(name: &str) -> CatalogId {
    CatalogId::new(name).unwrap()
}

fn entry(name: &str, url: &str, section: &[&str], description: &str) -> Entry {
    Entry {
        key: EntryKey::from_url(url).unwrap(),
        name: name.to_owned(),
        url: url.to_owned(),
        description: description.to_owned(),
        marks: vec![],
        links: vec![],
        figures: vec![],
        places: vec![Place { section: SectionPath::new(section), line: 0 }],
    }
}

fn subject(name: &str, section: &[&str]) -> Subject {
    let url = format!("https://github.com/{name}");
    Subject {
        name: name.rsplit('/').next().unwrap().to_owned(),
        key: EntryKey::from_url(&url).unwrap().as_str().to_owned(),
        url,
        section: section.join(" / "),
        section_path: section.iter().map(ToString::to_string).collect(),
    }
}

pub(super) struct World {
    pub(super) store: Store,
    pub(super) lookup: Lookup,
}

const KV: [&str; 2] = ["Databases", "Key-Value Stores"];
const WEB: [&str; 1] = ["Web Frameworks"];

/// Name, section, stars now, stars a week ago.
const PROJECTS: [(&str, &[&str], u64, u64); 4] = [
    ("etcd-io/etcd", &KV, 50_000, 49_900),
    ("dgraph-io/badger", &KV, 14_000, 13_500),
    ("labstack/echo", &WEB, 30_000, 29_990),
    ("gin-gonic/gin", &WEB, 80_000, 79_000),
];

impl World {
    pub(super) fn new() -> Self {
        let store = Store::in_memory().unwrap();
        let go: Vec<Entry> = PROJECTS
            .iter()
            .map(|(name, section, ..)| {
                let short = name.rsplit('/').next().unwrap();
                entry(short, &format!("https://github.com/{name}"), section, &format!("What {short} does"))
            })
            .chain([entry("A Tour", "https://example.org/tour", &["Texts"], "Learn it")])
            .collect();
        let world = Self { lookup: Lookup::new(store.clone(), Index::new()), store };
        world.list("awesome-go", "Awesome Go", &go, ago(30));
        let etcd =
            entry("Etcd", "https://github.com/etcd-io/etcd", &["Consistent"], "A store for the important");
        world.list("databases", "Databases of the World", &[etcd], ago(20));
        for (name, section, stars, before) in PROJECTS {
            world.counted(name, section, stars, before);
        }
        world.added("etcd-io/etcd", &KV, ago(10));
        world.added("gin-gonic/gin", &WEB, ago(2));
        world.moved();
        world.lookup.index().rebuild(&world.store).unwrap();
        world
    }

    fn list(&self, name: &str, title: &str, entries: &[Entry], at: DateTime<Utc>) {
        let mut meta = CatalogMeta::unseen(id(name), format!("github:lists/{name}"), at);
        title.clone_into(&mut meta.title);
        meta.entries = entries.len() as u32;
        meta.last_change = Some(at);
        let mut record = Record::of(meta);
        let mut sections: Vec<SectionPath> = Vec::new();
        for entry in entries {
            let section = entry.places[0].section.clone();
            if !sections.contains(&section) {
                sections.push(section);
            }
        }
        record.shape = Some(Shape { sections, ..Shape::default() });
        record.put = entries.to_vec();
        self.store.record(&[record], at).unwrap();
    }

    /// A project is looked at; it published a release three days ago.
    fn counted(&self, name: &str, section: &[&str], stars: u64, before: u64) {
        let key = EntryKey::from_url(&format!("https://github.com/{name}")).unwrap();
        let id = self.store.project_named(&key).unwrap().unwrap();
        let mut project = self.store.project(id).unwrap().unwrap();
        name.clone_into(&mut project.full_name);
        project.standing = Standing::Here;
        project.facts.stars = Some(stars);
        project.facts.forks = Some(stars / 10);
        project.facts.description = Some(format!("{name} in one line"));
        project.facts.license = Some("Apache-2.0".to_owned());
        project.facts.language = Some("Go".to_owned());
        project.facts.pushed_at = Some(ago(1) - TimeDelta::seconds(stars as i64));
        let mut history = StarHistory::default();
        history.observe(ago(40), before - 1_000, 1);
        history.observe(ago(7), before, 1);
        history.observe(ago(0), stars, 1);
        let news = vec![Self::released(&project, section)];
        let record = ProjectRecord { project, aliases: vec![], history: Some(history), news, due: now() };
        self.store.record_projects(&[record], &[], ago(3)).unwrap();
    }

    fn released(project: &Project, section: &[&str]) -> Dated {
        let release = Release {
            id: "1".to_owned(),
            tag: "v1.2.0".to_owned(),
            version: Some("1.2.0".to_owned()),
            level: Some(Level::Minor),
            release_url: project.release_url("v1.2.0"),
            published: ago(3),
            ..Release::default()
        };
        let told = whimbrel_news::Project {
            subject: subject(&project.full_name, &[]),
            project: project.full_name.clone(),
            facts: Facts::default(),
        };
        let place = Listed {
            id: id("awesome-go"),
            section: section.join(" / "),
            section_path: section.iter().map(ToString::to_string).collect(),
        };
        Dated::new(ago(3), News::Released { project: told, release }).listed_in(vec![place])
    }

    fn added(&self, name: &str, section: &[&str], at: DateTime<Utc>) {
        let news = News::Added {
            subject: subject(name, section),
            description: format!("What {name} does"),
            in_place_of: None,
            returned: false,
            facts: Facts::default(),
        };
        self.store.record_news(Some(&id("awesome-go")), &[Dated::new(at, news)], at).unwrap();
    }

    /// badger passed etcd yesterday.
    fn moved(&self) {
        let mover = Mover {
            name: "badger".to_owned(),
            url: "https://github.com/dgraph-io/badger".to_owned(),
            from: 2,
            to: 1,
            overtook: vec!["etcd".to_owned()],
        };
        let news = News::RanksMoved {
            metric: Metric::Stars,
            scope: KV.join(" / "),
            scope_path: KV.iter().map(ToString::to_string).collect(),
            movers: vec![mover],
        };
        self.store.record_news(Some(&id("awesome-go")), &[Dated::new(ago(1), news)], ago(1)).unwrap();
    }
}
