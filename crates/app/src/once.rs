//! `whimbrel once`: one round over every catalog, page and feeds as files, and an end: for cron jobs and pages hosting.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use chrono::Utc;
use whimbrel_catalog::CatalogId;
use whimbrel_fanout::{Fanout, LaneState};
use whimbrel_store::Store;
use whimbrel_watch::{ProjectWatcher, Round, Watcher};
use whimbrel_web::{BotState, BotWay, Lead, Off, StatusFacts};

use crate::cli::{Common, OnceArgs};
use crate::config::{self, DestinationConfig, Environment, Loaded};
use crate::leads::Leads;
use crate::run::chats::Chats;
use crate::run::{site, welcome};
use crate::screen::{count, reasons};
use crate::{logs, run, samples};

/// A source with a long past hands it out piece by piece; this many pieces are taken in one run.
const MOST_ROUNDS: usize = 1000;

/// A site made of half a round could take from readers what they had.
const UNTOUCHED: &str = "the site stays as it was";

/// Looks at everything once, writes the site, ends.
pub(crate) fn once(args: &OnceArgs, common: &Common) -> anyhow::Result<ExitCode> {
    let loaded = config::load(common.config.as_deref(), &Environment::of_process())?;
    let (spans, exporter) = run::spans::open(&loaded.config.telemetry)?.unzip();
    logs::start(common, &loaded.config.log, spans)?;
    let runtime = run::threads()?;
    let round = async {
        let store = run::open(&loaded).await?;
        let followed = samples::followed(&loaded)?;
        let ids: Vec<_> = followed.catalogs.iter().map(|catalog| catalog.id.clone()).collect();
        let settings = loaded.config.watch.clone();
        let github = run::github(&loaded)?;
        let rules = loaded.config.github.project_rules();
        let watcher =
            Watcher::new(store.clone(), &loaded.folder, settings, github.clone(), followed.catalogs)?;
        let projects = ProjectWatcher::new(store.clone(), github, rules).expecting(watcher.arrivals());
        let mut round = watcher.look_now(&ids, Utc::now()).await;
        all_seen(&ids, &round)?;
        let (looked, failed) = (round.looked.len(), round.failed.len());
        for _ in 0..MOST_ROUNDS {
            if round.changed.is_empty() {
                break;
            }
            round = watcher.poll_due(Utc::now()).await; // what was not handed out whole is due again at once
            all_kept(&round)?;
        }
        let mut looked_at = 0;
        if loaded.config.github.projects {
            let round = projects.poll_due(Utc::now()).await;
            if let Some(reason) = &round.refused {
                bail!("{UNTOUCHED}: what was seen of projects cannot be kept: {reason}");
            }
            looked_at = round.looked;
        }
        let (sent, undelivered) = tell(&store, &loaded).await?;
        let looks = store.clone();
        let last = move || looks.write_looks().and_then(|_| looks.write_schedule());
        tokio::task::spawn_blocking(last).await?.context(UNTOUCHED)?;
        let bots = bots(&loaded).await;
        let status = StatusFacts {
            off: welcome::off(&loaded)
                .into_iter()
                .map(|(what, how)| Off { what: what.to_owned(), how: how.to_owned() })
                .collect(),
            remarks: projects.remarks(Utc::now()),
            leads: leads(&loaded, &bots).await,
            bots,
            ..StatusFacts::default()
        };
        let (web, out) = (loaded.config.web.clone(), args.out.clone());
        let report = tokio::task::spawn_blocking(move || {
            whimbrel_web::write_site(&store, &web, &status, Utc::now(), &out)
        });
        let report = report.await?.with_context(|| format!("writing the site to {}", args.out.display()))?;
        for warning in &report.warnings {
            tracing::warn!("{warning}");
        }
        println!(
            "Looked at {} and {}, sent {}, wrote {} to {} ({} unchanged).",
            count(looked, "catalog", "catalogs"),
            count(looked_at, "project", "projects"),
            count(sent, "message", "messages"),
            count(report.written, "file", "files"),
            args.out.display(),
            report.unchanged,
        );
        if let Some(reason) = undelivered {
            bail!("not all news could be sent, what is left goes out with the next run: {reason}");
        }
        if looked > 0 && failed == looked {
            bail!("no catalog could be read: the site shows what was known before");
        }
        Ok(ExitCode::SUCCESS)
    };
    let done = runtime.block_on(async {
        let Some(exporter) = exporter else { return round.await };
        let done = tokio::select! {
            done = round => done,
            never = exporter.run() => match never {},
        };
        run::spans::finish(&exporter, Instant::now()).await;
        done
    });
    runtime.shutdown_background();
    done
}

/// Whether every catalog was looked at, and what was seen is kept. One that cannot be read was looked at all the same.
fn all_seen(ids: &[CatalogId], round: &Round) -> anyhow::Result<()> {
    all_kept(round)?;
    let missed: Vec<&str> =
        ids.iter().filter(|id| !round.looked.contains(id)).map(CatalogId::as_str).collect();
    if !missed.is_empty() {
        bail!("{UNTOUCHED}: no look at {} came to an end; try again", missed.join(", "));
    }
    Ok(())
}

/// Whether the store took what was seen.
fn all_kept(round: &Round) -> anyhow::Result<()> {
    match &round.refused {
        Some(reason) => bail!("{UNTOUCHED}: what was seen cannot be kept: {reason}"),
        None => Ok(()),
    }
}

/// The bots of the configuration, where their services say who they are; without them pages lead to none.
async fn bots(loaded: &Loaded) -> Vec<BotState> {
    let Ok(Chats { telegram, discord, .. }) = Chats::new(&loaded.config) else { return Vec::new() };
    let telegram = async { Some(site::on_telegram(telegram?.who().await.ok()?.name, true)) };
    let discord = async { Some(site::on_discord(Some(discord?.who().await?.ok()?.invitation), true)) };
    let (telegram, discord) = tokio::join!(telegram, discord);
    telegram.into_iter().chain(discord).collect()
}

/// Where items of feeds lead, with what the services said now.
async fn leads(loaded: &Loaded, bots: &[BotState]) -> Vec<Lead> {
    let leads = Arc::new(Leads::beside(&loaded.store_folder()));
    let name =
        bots.iter().find(|bot| matches!(bot.way, Some(BotWay::Chat(_)))).and_then(|bot| bot.name.as_deref());
    // A service that does not answer says nothing about its bot.
    if (name.is_some() || loaded.config.telegram.token().is_none())
        && let Err(error) = run::bots::note(&leads, name).await
    {
        tracing::warn!("items of feeds do not lead to the bot yet: {}", reasons(&error));
    }
    leads.all()
}

/// Tells the places of the configuration what is due; says how many messages that took, and what held some back.
async fn tell(store: &Store, loaded: &Loaded) -> anyhow::Result<(usize, Option<String>)> {
    if loaded.config.destinations.is_empty() {
        return Ok((0, None));
    }
    let chats = Chats::new(&loaded.config)?;
    // Nobody waits here for what may still be taken back: it stood as long as its catalog wants it to.
    let settings = whimbrel_fanout::Settings {
        settle: Duration::ZERO,
        ..loaded.config.fanout.for_fanout(loaded.config.web.public_url.as_deref())
    };
    let (lanes, channels, pace) = (store.clone(), chats.channels(), chats.pace.clone());
    let opened = move || Fanout::open(lanes, channels, pace, settings, Utc::now());
    let fanout = tokio::task::spawn_blocking(opened).await?.context("reading the lanes")?;
    #[cfg(feature = "charts")]
    fanout.paint_with(crate::digest::picture::painter());
    let wanted = loaded.config.destinations.iter().map(DestinationConfig::wanted).collect();
    fanout.configure(wanted, Utc::now()).await.context("subscribing a [[destination]]")?;
    fanout.match_new(Utc::now()).await?;
    let flushed = fanout.flush_due(Utc::now()).await?;
    fanout.carry_forward(Utc::now()).await?;
    let lanes = fanout.lanes(None, MOST_ROUNDS)?;
    let held = lanes.into_iter().find_map(|lane| match lane.state {
        LaneState::Retrying(retry) => Some(format!("{}: {}", lane.destination, retry.reason)),
        LaneState::Parked(parked) => Some(format!("{}: {}", lane.destination, parked.reason)),
        _ => None,
    });
    Ok((flushed.messages, held))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_is_written_only_after_a_whole_round() {
        let ids = ["birds", "shells"].map(|id| CatalogId::new(id).unwrap());
        let looked = ids.to_vec();
        let failed = vec![(ids[0].clone(), "birds.md does not exist".to_owned())];
        let refused = Some("no space left".to_owned());
        for (round, words) in [
            (Round { looked: looked.clone(), ..Round::default() }, None),
            (Round { looked: looked.clone(), failed, ..Round::default() }, None),
            (Round::default(), Some("birds, shells")),
            (Round { looked: looked[..1].to_vec(), ..Round::default() }, Some("no look at shells")),
            (Round { looked, refused, ..Round::default() }, Some("no space left")),
        ] {
            let said = all_seen(&ids, &round).err().map(|error| error.to_string());
            assert_eq!(said.is_some(), words.is_some(), "{said:?}");
            let said = said.unwrap_or_default();
            assert!(said.contains(words.unwrap_or_default()), "{said}");
        }
        assert!(all_seen(&[], &Round::default()).is_ok(), "nothing is followed, nothing is missed");
    }
}
