//! Lines into embeds, embeds into messages: as few as fit.

use super::escape::units;
use super::{Draft, Embed};

/// The service takes 6,000 over all embeds of a message.
pub(super) const MESSAGE: usize = 6_000;
/// The service takes 4,096.
pub(super) const DESCRIPTION: usize = 4_096;
/// The service takes 256.
pub(super) const TITLE: usize = 256;
/// The service takes 2,048; ours is read at a glance.
pub(super) const FOOTER: usize = 300;
/// The service takes ten.
pub(super) const EMBEDS: usize = 10;

/// Makes messages of embeds, in order.
pub(super) fn messages(embeds: Vec<Embed>) -> Vec<Draft> {
    let mut drafts: Vec<Draft> = Vec::new();
    let mut used = 0;
    for embed in embeds {
        let units = embed.units();
        match drafts.last_mut() {
            Some(last) if used + units <= MESSAGE && last.embeds.len() < EMBEDS => {
                last.embeds.push(embed);
                used += units;
            }
            _ => {
                drafts.push(Draft { content: String::new(), embeds: vec![embed] });
                used = units;
            }
        }
    }
    drafts
}

/// Makes embeds of lines that stand below one title; the title is repeated where they do not fit into one.
pub(super) fn below(title: &str, url: Option<&str>, lines: Vec<String>) -> Vec<Embed> {
    let fresh = || Embed { title: title.to_owned(), url: url.map(str::to_owned), ..Embed::default() };
    // An embed has to fit into a message, whatever else is in it.
    let room = DESCRIPTION.min(MESSAGE - units(title));
    let mut embeds: Vec<Embed> = Vec::new();
    let mut used = 0;
    for line in lines {
        let cost = units(&line);
        match embeds.last_mut() {
            Some(last) if used + cost < room => {
                last.description.push('\n');
                last.description.push_str(&line);
                used += cost + 1;
            }
            _ => {
                // A second embed of the same address would be taken for a picture of the first.
                let url = if embeds.is_empty() { fresh().url } else { None };
                embeds.push(Embed { url, description: line, ..fresh() });
                used = cost;
            }
        }
    }
    embeds
}
