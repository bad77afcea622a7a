//! `whimbrel doctor`: is everything there that the program needs, and if not, what to do? It asks nobody but those the
//! configuration names, and changes nothing.

mod chats;
mod finding;
mod help;
mod here;
mod outside;

use std::process::ExitCode;

use anyhow::Context as _;
use chrono::Utc;

use self::finding::{Finding, Report, Verdict};
use crate::cli::{Common, DoctorArgs, FAILED, Format, MISUSED};
use crate::config::{self, Environment, Loaded};
use crate::run::chats::Chats;
use crate::screen::{Paint, count};

/// Looks at everything and says how it is.
pub(crate) fn doctor(args: &DoctorArgs, common: &Common) -> anyhow::Result<ExitCode> {
    let loaded = match config::load(common.config.as_deref(), &Environment::of_process()) {
        Ok(loaded) => loaded,
        Err(error) => {
            let wrong = Finding::fail("configuration", "the file", error.to_string())
                .fix("Mend that line; `whimbrel init` writes a file in which every key is explained.");
            tell(args.format, &[wrong], &Report::default())?;
            return Ok(ExitCode::from(MISUSED));
        }
    };
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().context("starting threads")?;
    let report = runtime.block_on(examine(&loaded, args.format));
    runtime.shutdown_background();
    let failed = report?;
    Ok(if failed { ExitCode::from(FAILED) } else { ExitCode::SUCCESS })
}

/// Examines everything; `true` when something does not work.
async fn examine(loaded: &Loaded, format: Format) -> anyhow::Result<bool> {
    // The samples are our own and need no doctor; asking for them would unpack them.
    let catalogs = loaded.config.catalogs.clone();
    let mut findings = vec![configuration(loaded, catalogs.len())];
    let (stored, places) = here::store(loaded);
    findings.extend(stored);
    findings.extend(here::room(loaded));
    findings.extend(here::hubs(&loaded.config.web));
    if format == Format::Text {
        // Whoever is far away may take its time.
        print!("{}", finding::text(&findings, Paint::stdout()));
    }
    let chats = Chats::new(&loaded.config)?;
    let places =
        places.into_iter().chain(loaded.config.destinations.iter().map(|it| it.to.clone())).collect();
    let (sources, telegram, discord, collector) = tokio::join!(
        outside::sources(loaded, catalogs),
        chats::telegram(loaded, chats.telegram.as_ref(), &places),
        chats::discord(chats.discord.as_deref(), &places),
        outside::collector(loaded),
    );
    let (sources, mut dates) = sources?;
    let (discord, invitation) = discord;
    dates.extend(chats.telegram.as_ref().and_then(whimbrel_telegram::Telegram::date));
    let mut others: Vec<Finding> = sources.into_iter().chain(telegram).chain(discord).collect();
    others.extend(collector);
    others.extend(here::clock(&dates, Utc::now()));
    let asked = others.iter().filter(|finding| finding.outside).count();
    let away = others.iter().filter(|finding| finding.is_away).count();
    let report = Report {
        no_network: asked > 1 && away == asked,
        invitation,
        telegram_off: chats.telegram.is_none(),
        discord_off: chats.discord.is_none(),
    };
    let failed = findings.iter().chain(&others).any(|finding| finding.verdict == Verdict::Fail);
    match format {
        Format::Text => tell(format, &others, &report)?,
        Format::Json => {
            findings.append(&mut others);
            tell(format, &findings, &report)?;
        }
    }
    Ok(failed)
}

fn configuration(loaded: &Loaded, catalogs: usize) -> Finding {
    let followed = count(catalogs, "catalog", "catalogs");
    match &loaded.file {
        Some(file) if catalogs == 0 => Finding::warn("configuration", file.display(), "it follows nothing")
            .fix("Add a [[catalog]] with an id and a source."),
        Some(file) => Finding::ok("configuration", file.display(), format!("sound; it follows {followed}")),
        None => Finding::ok(
            "configuration",
            "built in",
            "there is no whimbrel.toml here; the samples are followed",
        )
        .fix("`whimbrel init` writes one to start from."),
    }
}

fn tell(format: Format, findings: &[Finding], report: &Report) -> anyhow::Result<()> {
    match format {
        Format::Text => {
            print!("{}{}", finding::text(findings, Paint::stdout()), help::text(report));
        }
        Format::Json => println!("{}", serde_json::to_string(&finding::json(findings, report))?),
    }
    Ok(())
}
