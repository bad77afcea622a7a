//! Where news comes from: every source is read once as the program would, and GitHub is asked about our tokens.

use chrono::{DateTime, Utc};
use whimbrel_store::Store;
use whimbrel_watch::Spec;
use whimbrel_watch::github::Trouble;
use whimbrel_watch::{CatalogConfig, Github, Watcher};

use super::finding::Finding;
use crate::config::Loaded;
use crate::run::github;
use crate::screen::{count, grouped};

/// Sources and GitHub, and what time it is at GitHub.
pub(super) async fn sources(
    loaded: &Loaded,
    catalogs: Vec<CatalogConfig>,
) -> anyhow::Result<(Vec<Finding>, Vec<DateTime<Utc>>)> {
    let github = match github(loaded) {
        Ok(github) => github,
        Err(error) => {
            let found = Finding::fail("github", "[github]", crate::screen::reasons(&error));
            return Ok((vec![found], Vec::new()));
        }
    };
    let of_github = |catalog: &CatalogConfig| {
        matches!(catalog.spec(&loaded.folder, &loaded.config.watch), Ok(Spec::Github { .. }))
    };
    let (mut findings, mut dates) = (Vec::new(), Vec::new());
    if loaded.config.github.projects || catalogs.iter().any(of_github) {
        (findings, dates) = tokens(&github).await;
    }
    // What is read is kept nowhere: it is only seen whether it can be.
    let store = Store::in_memory()?;
    let catalogs: Vec<_> =
        catalogs.into_iter().map(|catalog| CatalogConfig { backfill: None, ..catalog }).collect();
    let ids: Vec<_> = catalogs.iter().map(|catalog| catalog.id.clone()).collect();
    let is_remote: Vec<bool> = catalogs.iter().map(|catalog| is_remote(catalog, loaded)).collect();
    let watcher = Watcher::new(store.clone(), &loaded.folder, loaded.config.watch.clone(), github, catalogs)?;
    let round = watcher.look_now(&ids, Utc::now()).await;
    for (id, remote) in ids.into_iter().zip(is_remote) {
        let known = store.catalog(&id)?;
        let failed = round.failed.iter().find(|(failed, _)| *failed == id);
        let found = match (failed, known) {
            (Some((_, reason)), _) if round.away.contains(&id) => Finding::away("source", &id, reason)
                .fix("It is tried again by itself; if it stays so, look at `source` and the network."),
            (Some((_, reason)), _) => Finding::fail("source", &id, reason)
                .fix("Look at `source` of this [[catalog]]: is it written right, and may we read it?"),
            (None, Some(meta)) if meta.entries == 0 => {
                Finding::warn("source", &id, "it was read, and no entry was found in it")
                    .fix("`whimbrel check --lines FILE` says what is not understood, line by line.")
            }
            (None, Some(meta)) => {
                let entries = count(meta.entries as usize, "entry", "entries");
                Finding::ok("source", &id, format!("it was read: {entries}"))
            }
            (None, None) => Finding::warn("source", &id, "the look did not come to an end; try again"),
        };
        findings.push(if remote { found.of_others() } else { found });
    }
    Ok((findings, dates))
}

/// Whether the collector takes spans, where the configuration names one.
pub(super) async fn collector(loaded: &Loaded) -> Option<Finding> {
    let collector = loaded.config.telemetry.collector().ok()??;
    let found = match collector.examine().await {
        Ok(()) => Finding::ok("telemetry", &collector, "it takes spans"),
        Err(why) => Finding::fail("telemetry", &collector, format!("it does not take spans: {why}")).fix(
            "`otlp` in [telemetry] has to lead to a collector that speaks OTLP over HTTP, which is usually port 4318; 4317 is \
             for gRPC. Everything else goes on without it.",
        ),
    };
    Some(found.of_others())
}

async fn tokens(github: &Github) -> (Vec<Finding>, Vec<DateTime<Utc>>) {
    let (mut findings, mut dates) = (Vec::new(), Vec::new());
    for examined in github.examine(Utc::now()).await {
        dates.extend(examined.date);
        let who = &examined.who;
        let found = match examined.answer {
            Ok(standing) => {
                let name = standing.login.map_or_else(String::new, |login| format!("it is {login}; "));
                let left = format!(
                    "{name}{} of {} questions left this hour",
                    grouped(standing.remaining),
                    grouped(standing.limit)
                );
                if github.is_anonymous() {
                    Finding::warn("github", "no token", left).fix(
                        "Make one without any permission at github.com/settings/tokens and set WHIMBREL_GITHUB__TOKEN.",
                    )
                } else if !standing.rights.is_empty() {
                    Finding::warn(
                        "github",
                        who,
                        format!("{left}; it has rights it does not need: {}", standing.rights.join(", ")),
                    )
                    .fix("Make a token without any permission: it only reads what everybody may.")
                } else if standing.limit > 0 && standing.remaining == 0 {
                    Finding::warn("github", who, left)
                        .fix("Others use it as well: give the program one of its own.")
                } else {
                    Finding::ok("github", who, left)
                }
            }
            Err(Trouble::Refused) => Finding::fail("github", who, "GitHub refuses it")
                .fix("It was taken back or has run out: make another at github.com/settings/tokens."),
            Err(Trouble::Away(reason)) => {
                Finding::away("github", who, reason).fix("Look at the network, and at `api_url` in [github].")
            }
        };
        findings.push(found.of_others());
    }
    (findings, dates)
}

fn is_remote(catalog: &CatalogConfig, loaded: &Loaded) -> bool {
    let spec = catalog.spec(&loaded.folder, &loaded.config.watch);
    matches!(spec, Ok(Spec::Github { .. } | Spec::Web(_)))
}
