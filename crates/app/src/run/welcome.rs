//! What the program says when it starts: what is watched, where to look, what is off and how to switch it on.

use std::fmt::Write as _;

use super::Setup;
use super::site::Socket;
use crate::cli::Common;
use crate::config::Loaded;
use crate::logs;
use crate::samples::Origin;
use crate::screen::{Paint, count};

/// More ids than this are not listed.
const NAMED: usize = 8;

/// Says it: in plain words on the terminal, and as a log line, which is handed back.
pub(crate) fn say(common: &Common, setup: &Setup, socket: &Socket) -> String {
    let base = socket.settle(&setup.config.web).base();
    if !logs::is_json(common, &setup.config.log) {
        println!("{}", text(setup, &base, Paint::stdout()));
    }
    for (what, how) in off(setup) {
        tracing::debug!("off: {what}; {how}");
    }
    let local = socket.settle(&setup.config.web).listen;
    let address = format!("http://{local}/");
    let catalogs = setup.followed.catalogs.len();
    let line =
        format!("watching {}; page and feeds are at {address}", count(catalogs, "catalog", "catalogs"));
    tracing::info!(address, catalogs, "{line}");
    line
}

fn text(setup: &Setup, base: &str, paint: Paint) -> String {
    let followed = &setup.followed;
    let mut text = String::new();
    let catalogs = count(followed.catalogs.len(), "catalog", "catalogs");
    let _ = match &followed.origin {
        Origin::Configured if followed.catalogs.is_empty() => writeln!(
            text,
            "{}: no [[catalog]] in {} yet; add one and it is followed at once.",
            paint.strong("Whimbrel watches nothing"),
            shown(setup),
        ),
        Origin::Configured => {
            let ids: Vec<&str> =
                followed.catalogs.iter().take(NAMED).map(|catalog| catalog.id.as_str()).collect();
            let more = followed.catalogs.len().saturating_sub(NAMED);
            let more = if more == 0 { String::new() } else { format!(" and {more} more") };
            writeln!(
                text,
                "{}: {}{more}.",
                paint.strong(format!("Whimbrel watches {catalogs}")),
                ids.join(", ")
            )
        }
        Origin::Samples(folder) => writeln!(
            text,
            "{} in {}; edit one and look at the page.\nTo follow your own: whimbrel init",
            paint.strong(format!(
                "Whimbrel watches the {}",
                count(followed.catalogs.len(), "sample catalog", "sample catalogs")
            )),
            folder.display(),
        ),
    };
    let row = |text: &mut String, name: &str, value: &str| {
        let _ = writeln!(text, "  {}  {value}", paint.faint(format!("{name:<6}")));
    };
    row(&mut text, "page", &format!("{base}/"));
    row(
        &mut text,
        "feeds",
        &format!("{base}/feed.atom  (also feed.rss, feed.json; all of them: {base}/opml.xml)"),
    );
    row(&mut text, "state", &setup.store_folder().display().to_string());
    for (what, how) in off(setup) {
        row(&mut text, "off", &format!("{what}. {how}"));
    }
    text
}

/// What could run and does not, and how to switch it on.
pub(crate) fn off(loaded: &Loaded) -> Vec<(&'static str, &'static str)> {
    let mut off = Vec::new();
    if loaded.config.github.is_anonymous() {
        off.push((
            "GitHub token: GitHub answers 60 questions an hour",
            "Make one without any permission at github.com/settings/tokens and set WHIMBREL_GITHUB__TOKEN.",
        ));
    }
    if !loaded.config.discord.is_on() {
        off.push((
            "Discord",
            "Make a bot at discord.com/developers/applications and set WHIMBREL_DISCORD__TOKEN (the README goes \
             through it), or give a webhook of a channel in [discord.webhooks].",
        ));
    }
    if loaded.config.telegram.token().is_none() {
        off.push((
            "Telegram",
            "Ask @BotFather in Telegram for a bot with /newbot and set WHIMBREL_TELEGRAM__TOKEN to the token it gives.",
        ));
    }
    off
}

fn shown(loaded: &Loaded) -> String {
    loaded.file.as_ref().map_or_else(|| "the configuration".to_owned(), |file| file.display().to_string())
}
