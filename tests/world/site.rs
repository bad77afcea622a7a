//! The site over news that is made up: what a month with three catalogs looks like.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use whimbrel_catalog::{CatalogId, Entry, EntryKey, Metric, Mover, Named, Place, SectionPath};
use whimbrel_lookup::{Index, Lookup};
use whimbrel_news::{Dated, Facts, News, Subject};
use whimbrel_project::{Standing, StarHistory};
use whimbrel_store::{CatalogMeta, ProjectRecord, Record, Shape, Store};
use whimbrel_web::{BotState, BotWay, Off, Settings, Site, StatusFacts};

/// A site that is being served.
pub struct Shown {
    /// Where, without a slash at the end.
    pub url: String,
    /// What it shows.
    pub store: Store,
    stop: Option<oneshot::Sender<()>>,
    served: tokio::task::JoinHandle<()>,
}

impl Shown {
    /// Serves it on a free port.
    pub async fn start() -> anyhow::Result<Self> {
        let store = Store::in_memory()?;
        fill(&store)?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let settings = Settings { listen: listener.local_addr()?, ..Settings::default() };
        let url = settings.base();
        let index = Index::new();
        index.rebuild(&store)?;
        let site = Site::new(store.clone(), settings, Arc::new(status), Vec::new())
            .answering(Lookup::new(store.clone(), index));
        let (stop, stopped) = oneshot::channel();
        let served = tokio::spawn(async move {
            site.serve(listener, async { drop(stopped.await) }).await;
        });
        Ok(Self { url, store, stop: Some(stop), served })
    }

    /// Stops serving; returns once every connection has ended.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        self.stop.take();
        Ok(self.served.await?)
    }
}

/// A program with two bots, and what is off in one nobody has configured.
pub fn status() -> StatusFacts {
    let off = |what: &str, how: &str| Off { what: what.into(), how: how.into() };
    StatusFacts {
        off: vec![
            off(
                "GitHub token",
                "Without one GitHub answers 60 questions an hour. Set GITHUB_TOKEN and start again.",
            ),
            off("Discord", "Set DISCORD_TOKEN to post news into channels."),
            off("Telegram", "Set TELEGRAM_TOKEN to send news into chats."),
        ],
        bots: vec![
            BotState {
                service: "Telegram".into(),
                name: Some("marsh_bot".into()),
                way: Some(BotWay::Chat("https://t.me/marsh_bot".into())),
                listens: true,
            },
            BotState {
                service: "Discord".into(),
                name: None,
                way: Some(BotWay::Invitation("https://discord.com/oauth2/authorize?client_id=7".into())),
                listens: true,
            },
        ],
        ..StatusFacts::default()
    }
}

/// The moment the month ends.
pub fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_168_800, 0).expect("a moment in 2026")
}

fn fill(store: &Store) -> anyhow::Result<()> {
    let systems = [
        (
            "etcd",
            "etcd-io/etcd",
            "Consensus / Stores",
            "A small store for the facts a cluster must agree on.",
        ),
        (
            "openraft",
            "databendlabs/openraft",
            "Consensus / Libraries",
            "Raft for Rust, async from top to bottom.",
        ),
        (
            "raft-rs",
            "tikv/raft-rs",
            "Consensus / Libraries",
            "The consensus module of a large key-value store.",
        ),
        (
            "dragonboat",
            "lni/dragonboat",
            "Consensus / Libraries",
            "Many Raft groups in one process, in pure Go.",
        ),
        ("NATS", "nats-io/nats-server", "Messaging", "Subjects, queues and streams in a single binary."),
        (
            "Redpanda",
            "redpanda-data/redpanda",
            "Messaging",
            "Speaks Kafka's protocol without a virtual machine.",
        ),
        (
            "FoundationDB",
            "apple/foundationdb",
            "Databases",
            "Ordered keys with transactions over the whole cluster.",
        ),
        ("TigerBeetle", "tigerbeetle/tigerbeetle", "Databases", "A ledger that assumes its disks are lying."),
    ];
    let shells = [
        ("starship", "starship/starship", "Prompts", "One prompt for any shell, configured in TOML."),
        ("zoxide", "ajeetdsouza/zoxide", "Moving about", "Remembers the folders you like and jumps to them."),
        ("atuin", "atuinsh/atuin", "History", "Shell history in a database, on all your machines."),
    ];
    let stars =
        [("fish", "fish-shell/fish-shell", "By stars", ""), ("nushell", "nushell/nushell", "By stars", "")];
    let begin = now() - TimeDelta::days(30);
    follow(store, "distributed", "Distributed systems, gathered", &systems, begin)?;
    follow(store, "shell-tools", "Tools for the shell", &shells, begin)?;
    follow(store, "shells", "Shells by stars", &stars, begin)?;
    let replayed = systems.iter().enumerate().map(|(n, item)| {
        let at = begin - TimeDelta::days(400 - 37 * n as i64);
        Dated::new(at, added(item))
    });
    write(store, "distributed", begin, |record| record.history = replayed.collect())?;

    // Ninety days of small news give the first page an older one.
    for (n, day) in (0..28).enumerate() {
        let at = begin + TimeDelta::days(day) + TimeDelta::minutes(17 * day);
        let item = systems[n % systems.len()];
        let news = match n % 4 {
            0 => edited(&item, "The words that stood here before."),
            1 => moved(&item, "Unsorted"),
            _ => added(&item),
        };
        let other = added(&shells[n % shells.len()]);
        write(store, "distributed", at, |record| record.news = vec![Dated::new(at, news)])?;
        write(store, "shell-tools", at, |record| record.news = vec![Dated::new(at, other)])?;
    }
    last_day(store, &systems, &shells, &stars)?;
    stargazers(store, &systems)?;
    change(store, "shell-tools", |meta| {
        meta.last_error = Some("lists.example.org answered 503 Service Unavailable".into());
        meta.failures = 4;
        meta.stale = true;
        meta.last_success = Some(now() - TimeDelta::days(2));
    })
}

/// One of each kind, so that the page shows them all.
fn last_day(store: &Store, systems: &[Item], shells: &[Item], stars: &[Item]) -> anyhow::Result<()> {
    let at = |minutes| now() - TimeDelta::minutes(minutes);
    let one = |id: &str, minutes, news| {
        write(store, id, at(minutes), |record| record.news = vec![Dated::new(at(minutes), news)])
    };
    one("distributed", 300, removed(&systems[3]))?;
    one("shell-tools", 280, renamed(&shells[1], "z.lua", "https://github.com/skywind3000/z.lua"))?;
    one("shells", 260, ranks(stars))?;
    one(
        "shells",
        250,
        News::Milestone { subject: subject(&stars[1]), metric: Metric::Stars, value: 30_000 },
    )?;
    one("distributed", 200, moved(&systems[4], "Queues and logs"))?;
    one(
        "distributed",
        190,
        News::SectionRenamed {
            section: "Databases".into(),
            section_path: vec!["Databases".into()],
            old_section: "Stores of record".into(),
            old_section_path: vec!["Stores of record".into()],
            entries: 2,
        },
    )?;
    one(
        "shell-tools",
        120,
        News::Stale { since: at(2880), error: "lists.example.org answered 503 Service Unavailable".into() },
    )?;
    one("distributed", 60, edited(&systems[7], "A database for accounts, still young."))?;
    let gone = Named {
        key: EntryKey::from_stored("github.com/hashicorp/raft-old"),
        name: "raft-old".into(),
        url: "https://github.com/hashicorp/raft-old".into(),
    };
    let mut taken = added(&systems[1]);
    if let News::Added { in_place_of, .. } = &mut taken {
        *in_place_of = Some(gone);
    }
    one("distributed", 30, taken)?;
    one("distributed", 12, added(&systems[7]))
}

/// The projects were looked at for months: some grow fast, some do not, and pass each other.
fn stargazers(store: &Store, items: &[Item]) -> anyhow::Result<()> {
    let mut records = Vec::new();
    for (n, item) in (0u64..).zip(items) {
        let key = EntryKey::from_url(&url(item)).expect("a web address");
        let id = store.project_named(&key)?.ok_or_else(|| anyhow::anyhow!("{key} is no project"))?;
        let mut project = store.project(id)?.ok_or_else(|| anyhow::anyhow!("{key} is gone"))?;
        let mut history = StarHistory::default();
        for day in 0u64..=80 {
            let at = now() - TimeDelta::days(80 - day as i64);
            history.observe(at, 9_000 - 700 * n + day * (3 + 11 * (n % 3)) + day * day / 40, 300 + day);
        }
        let stars = history.rows().last().map(|row| row.stars);
        project.node = Some(format!("R_{id}"));
        item.1.clone_into(&mut project.full_name);
        project.standing = Standing::Here;
        project.facts.stars = stars;
        project.facts.language = Some(if n % 2 == 0 { "Go" } else { "Rust" }.to_owned());
        project.facts.archived = n == 3;
        project.facts.pushed_at = Some(now() - TimeDelta::days(n as i64));
        records.push(ProjectRecord {
            project,
            aliases: Vec::new(),
            history: Some(history),
            news: Vec::new(),
            due: now(),
        });
    }
    store.record_projects(&records, &[], now())?;
    Ok(())
}

/// Name, repository, section, description.
type Item = (&'static str, &'static str, &'static str, &'static str);

fn url((_, repository, ..): &Item) -> String {
    format!("https://github.com/{repository}")
}

fn path(section: &str) -> Vec<String> {
    section.split(" / ").map(ToOwned::to_owned).collect()
}

fn subject(item: &Item) -> Subject {
    Subject {
        name: item.0.into(),
        url: url(item),
        key: EntryKey::from_url(&url(item)).map(|key| key.to_string()).unwrap_or_default(),
        section: item.2.into(),
        section_path: path(item.2),
    }
}

fn added(item: &Item) -> News {
    News::Added {
        subject: subject(item),
        description: item.3.into(),
        in_place_of: None,
        returned: false,
        facts: Facts::default(),
    }
}

fn removed(item: &Item) -> News {
    News::Removed { subject: subject(item), description: item.3.into() }
}

fn edited(item: &Item, before: &str) -> News {
    News::Edited { subject: subject(item), description: item.3.into(), old_description: before.into() }
}

fn moved(item: &Item, from: &str) -> News {
    News::Moved {
        subject: subject(item),
        description: item.3.into(),
        old_section: from.into(),
        old_section_path: path(from),
    }
}

fn renamed(item: &Item, name: &str, url: &str) -> News {
    News::Renamed {
        subject: subject(item),
        description: item.3.into(),
        old_name: name.into(),
        old_url: url.into(),
        old_key: url.trim_start_matches("https://").into(),
    }
}

fn ranks(stars: &[Item]) -> News {
    News::RanksMoved {
        metric: Metric::Stars,
        scope: String::new(),
        scope_path: Vec::new(),
        movers: vec![Mover {
            name: stars[1].0.into(),
            url: url(&stars[1]),
            from: 2,
            to: 1,
            overtook: vec![stars[0].0.into()],
        }],
    }
}

fn follow(store: &Store, id: &str, title: &str, items: &[Item], at: DateTime<Utc>) -> anyhow::Result<()> {
    let mut sections: Vec<SectionPath> = Vec::new();
    let mut put = Vec::new();
    for item in items {
        let section = SectionPath::new(path(item.2));
        if !sections.contains(&section) {
            sections.push(section.clone());
        }
        put.push(Entry {
            key: EntryKey::from_url(&url(item)).expect("a web address"),
            name: item.0.into(),
            url: url(item),
            description: item.3.into(),
            marks: Vec::new(),
            links: Vec::new(),
            figures: Vec::new(),
            places: vec![Place { section, line: 1 }],
        });
    }
    let (entries, places) = (put.len() as u32, sections.len() as u32);
    let source = format!("https://lists.example.org/{id}/README.md");
    let meta = CatalogMeta {
        title: title.into(),
        last_look: Some(now()),
        last_success: Some(now()),
        last_change: Some(now() - TimeDelta::minutes(12)),
        next_due: Some(now() + TimeDelta::minutes(15)),
        interval_secs: 900,
        entries,
        listings: entries,
        sections: places,
        ..CatalogMeta::unseen(CatalogId::new(id).map_err(anyhow::Error::msg)?, source, at)
    };
    let followed = News::Followed { entries, listings: entries, sections: places };
    let record = Record {
        put,
        shape: Some(Shape { title: Some(title.into()), sections, ..Shape::default() }),
        news: vec![Dated::new(at, followed)],
        ..Record::of(meta)
    };
    store.record(&[record], at)?;
    Ok(())
}

fn write(store: &Store, id: &str, at: DateTime<Utc>, fill: impl FnOnce(&mut Record)) -> anyhow::Result<()> {
    let id = CatalogId::new(id).map_err(anyhow::Error::msg)?;
    let meta = store.catalog(&id)?.ok_or_else(|| anyhow::anyhow!("{id} is not followed"))?;
    let mut record = Record::of(meta);
    fill(&mut record);
    store.record(&[record], at)?;
    Ok(())
}

fn change(store: &Store, id: &str, change: impl FnOnce(&mut CatalogMeta)) -> anyhow::Result<()> {
    write(store, id, now(), |record| change(&mut record.meta))
}
