//! Where news goes: who we are there, and whether we may write in each place.

use std::collections::BTreeSet;

use whimbrel_discord::Discord;
use whimbrel_discord::examine::{Standing as OnDiscord, Unknown as NotOnDiscord};
use whimbrel_fanout::{Destination, Service};
use whimbrel_telegram::Telegram;
use whimbrel_telegram::examine::{Standing, Unknown};

use super::finding::Finding;
use crate::config::Loaded;

/// More places are not asked about one by one.
const MOST: usize = 50;

const NETWORK: &str = "Look at the network, and at `api_url` in this section.";

/// The bot on Telegram and the chats it tells news to.
pub(super) async fn telegram(
    loaded: &Loaded,
    telegram: Option<&Telegram>,
    places: &BTreeSet<Destination>,
) -> Vec<Finding> {
    let of_us = |place: &&Destination| place.service() == Service::Telegram;
    let Some(telegram) = telegram else {
        return off(
            "telegram",
            "Give it a token: WHIMBREL_TELEGRAM__TOKEN.",
            places.iter().filter(of_us).count(),
        );
    };
    let me = match telegram.who().await {
        Ok(me) => me,
        Err(unknown) => return vec![lost(unknown, "the bot")],
    };
    let mut findings = vec![Finding::ok("telegram", "the bot", format!("it is @{}", me.name))];
    if !me.joins_groups {
        findings.push(
            Finding::warn("telegram", "the bot", "it cannot be added to groups")
                .fix("If it shall: /setjoingroups at @BotFather."),
        );
    }
    let wanted = loaded.config.telegram.hook(loaded.config.web.public_url.as_deref());
    findings.push(match (wanted, me.hook.as_str()) {
        (Some(wanted), hook) if wanted.url == hook => match &me.failing {
            Some(why) => Finding::warn("telegram", "deliveries", format!("the last one to {hook} failed: {why}"))
                .fix("`public_url` in [web] must lead here, by https, from the whole internet."),
            None => Finding::ok("telegram", "deliveries", format!("they go to {hook}; {} wait", me.waiting)),
        },
        (Some(wanted), _) => {
            Finding::ok("telegram", "deliveries", format!("they go to {} from the next start on", wanted.url))
        }
        (None, "") => Finding::ok("telegram", "deliveries", format!("none, Telegram is asked; {} wait", me.waiting)),
        (None, hook) => Finding::warn("telegram", "deliveries", format!("Telegram delivers to {hook}"))
            .fix("That is not us: does another program use this bot? The next start ends it. `webhook = true` has them delivered to us."),
    });
    for place in places.iter().filter(of_us).take(MOST) {
        findings.push(match telegram.stands(&me, place).await {
            Ok(Standing::Writes(title)) => {
                Finding::ok("telegram", place, format!("{title}: we may write there"))
            }
            Ok(Standing::Mute(title, kind)) => {
                let found = Finding::fail("telegram", place, format!("{title}: we may not write there"));
                match kind.as_str() {
                    "channel" => found.fix("Make the bot an admin of the channel who may post messages."),
                    _ => found.fix("Add the bot to the group, and let members write there."),
                }
            }
            Ok(Standing::Unseen(reason)) => Finding::fail("telegram", place, reason)
                .fix("Add the bot to that chat, or press Start in a private one; is the number right?"),
            Err(unknown) => lost(unknown, place),
        });
    }
    findings
        .into_iter()
        .map(Finding::of_others)
        .chain(more("telegram", places.iter().filter(of_us).count()))
        .collect()
}

/// The bot on Discord, the channels and webhooks it tells news to, and the way to invite it.
pub(super) async fn discord(
    discord: Option<&Discord>,
    places: &BTreeSet<Destination>,
) -> (Vec<Finding>, Option<String>) {
    let of_us = |place: &&Destination| place.service() == Service::Discord;
    let Some(discord) = discord else {
        let fix =
            "Give it a token: WHIMBREL_DISCORD__TOKEN, or the address of a webhook in [discord.webhooks].";
        return (off("discord", fix, places.iter().filter(of_us).count()), None);
    };
    let (mut findings, mut me) = (Vec::new(), None);
    match discord.who().await {
        None => findings.push(Finding::ok("discord", "the bot", "none: only webhooks are written to")),
        Some(Ok(known)) => {
            let servers = known.servers.map_or_else(String::new, |servers| format!(", in {servers} servers"));
            findings.push(
                Finding::ok("discord", "the bot", format!("it is {}{servers}", known.name)).of_others(),
            );
            me = Some(known);
        }
        Some(Err(unknown)) => findings.push(lost_there(unknown, "the bot")),
    }
    for place in places.iter().filter(of_us).take(MOST) {
        let found = match (place, &me) {
            (Destination::Webhook { name }, _) => match discord.webhook(name).await {
                Some(Ok(OnDiscord::Unseen(reason))) => Finding::fail("discord", place, reason)
                    .fix("Make another webhook in the channel and set its address in [discord.webhooks]."),
                Some(Ok(OnDiscord::Writes(title) | OnDiscord::Lacks(title, _))) => {
                    Finding::ok("discord", place, format!("{title}: it takes messages"))
                }
                Some(Err(unknown)) => lost_there(unknown, place),
                None => Finding::fail("discord", place, "no webhook of this name is configured")
                    .fix("Set its address in [discord.webhooks]."),
            },
            (_, Some(me)) => match discord.stands(me, place).await {
                Ok(OnDiscord::Writes(title)) => {
                    Finding::ok("discord", place, format!("{title}: we may write there"))
                }
                Ok(OnDiscord::Lacks(title, rights)) => Finding::fail(
                    "discord",
                    place,
                    format!("{title}: rights are missing: {}", rights.join(", ")),
                )
                .fix(
                    "Give them to the bot's role in the channel, or invite it again with the address below.",
                ),
                Ok(OnDiscord::Unseen(reason)) => Finding::fail("discord", place, reason)
                    .fix("Invite the bot to that server, with the address below; may it see the channel?"),
                Err(unknown) => lost_there(unknown, place),
            },
            // What is wrong with the bot was said.
            (_, None) => continue,
        };
        findings.push(found.of_others());
    }
    findings.extend(more("discord", places.iter().filter(of_us).count()));
    (findings, me.map(|me| me.invitation))
}

fn off(area: &'static str, fix: &str, places: usize) -> Vec<Finding> {
    vec![match places {
        0 => Finding::ok(area, "the bot", "off"),
        _ => Finding::fail(area, "the bot", "off, and a place there is to be told news").fix(fix),
    }]
}

fn more(area: &'static str, places: usize) -> Option<Finding> {
    let more = places.checked_sub(MOST).filter(|more| *more > 0)?;
    Some(Finding::ok(area, "other places", format!("{more} more were not asked about; see `whimbrel lanes`")))
}

fn lost(unknown: Unknown, subject: impl std::fmt::Display) -> Finding {
    match unknown {
        Unknown::Token(reason) => {
            Finding::fail("telegram", subject, format!("the token is refused: {reason}"))
                .fix("Get another from @BotFather with /token, and set it.")
                .of_others()
        }
        Unknown::Away(reason) => Finding::away("telegram", subject, reason).fix(NETWORK),
    }
}

fn lost_there(unknown: NotOnDiscord, subject: impl std::fmt::Display) -> Finding {
    match unknown {
        NotOnDiscord::Token(reason) => Finding::fail(
            "discord",
            subject,
            format!("the token is refused: {reason}"),
        )
        .fix("Press Reset Token under Bot at discord.com/developers/applications, and set the new one.")
        .of_others(),
        NotOnDiscord::Away(reason) => Finding::away("discord", subject, reason).fix(NETWORK),
    }
}
