//! `whimbrel once`: one round over every catalog, page and feeds as files, and an end: for cron jobs and pages hosting.

use std::process::ExitCode;

use anyhow::{Context, bail};
use chrono::Utc;
use whimbrel_watch::Watcher;
use whimbrel_web::{Off, StatusFacts};

use crate::cli::{Common, OnceArgs};
use crate::config::{self, Environment};
use crate::run::welcome;
use crate::screen::count;
use crate::{logs, run, samples};

/// A source with a long past hands it out piece by piece; this many pieces are taken in one run.
const MOST_ROUNDS: usize = 1000;

/// Looks at everything once, writes the site, ends.
pub(crate) fn once(args: &OnceArgs, common: &Common) -> anyhow::Result<ExitCode> {
    let loaded = config::load(common.config.as_deref(), &Environment::of_process())?;
    logs::start(common, &loaded.config.log)?;
    let runtime = run::threads()?;
    let done = runtime.block_on(async {
        let store = run::open(&loaded).await?;
        let followed = samples::followed(&loaded)?;
        let ids: Vec<_> = followed.catalogs.iter().map(|catalog| catalog.id.clone()).collect();
        let settings = loaded.config.watch.clone();
        let watcher = Watcher::new(store.clone(), &loaded.folder, settings, followed.catalogs)?;
        let mut round = watcher.look_now(&ids, Utc::now()).await;
        let (looked, failed) = (round.looked.len(), round.failed.len());
        for _ in 0..MOST_ROUNDS {
            if round.changed.is_empty() {
                break;
            }
            round = watcher.poll_due(Utc::now()).await; // what was not handed out whole is due again at once
        }
        let status = StatusFacts {
            off: welcome::off(&loaded)
                .into_iter()
                .map(|(what, how)| Off { what: what.to_owned(), how: how.to_owned() })
                .collect(),
            ..StatusFacts::default()
        };
        let (web, out) = (loaded.config.web.clone(), args.out.clone());
        let report = tokio::task::spawn_blocking(move || {
            store.write_looks()?;
            whimbrel_web::write_site(&store, &web, &status, Utc::now(), &out)
        });
        let report = report.await?.with_context(|| format!("writing the site to {}", args.out.display()))?;
        for warning in &report.warnings {
            tracing::warn!("{warning}");
        }
        println!(
            "Looked at {}, wrote {} to {} ({} unchanged).",
            count(looked, "catalog", "catalogs"),
            count(report.written, "file", "files"),
            args.out.display(),
            report.unchanged,
        );
        if looked > 0 && failed == looked {
            bail!("no catalog could be read: the site shows what was known before");
        }
        Ok(ExitCode::SUCCESS)
    });
    runtime.shutdown_background();
    done
}
