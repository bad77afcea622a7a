//! The page that subscribes: a form that makes a choice of news, and the ways to get that.

use askama::Template;
use whimbrel_news::wording::{MAX_TITLE, line};
use whimbrel_news::{Group, slug};

use super::{Failed, Scene, home};
use crate::address::{Form, Listing};
use crate::bots;
use crate::frame::{FeedLinks, Frame, Tab};
use crate::links::{Links, outside};
use crate::page::{BotLine, Choice, ChoiceGroup, FeedLine, SubscribeForm, SubscribePage, Ways};
use crate::status::{BotState, BotWay};
use crate::subscribe::{LEVELS, RHYTHMS, Wish};

/// Sections that can be chosen: with more of them the page would be too large.
const SECTIONS: usize = 150;

/// The page.
pub(super) fn page(scene: &Scene<'_>, wish: &Wish) -> Result<String, Failed> {
    let links = Links::from("/subscribe/", scene.files);
    let narrowed = !wish.listing.narrow.is_open();
    let mut frame = Frame::new(scene.settings, "Subscribe", &links, Tab::Subscribe)
        .at("subscribe/")
        .about("Choose what you want to hear of, and get it as a feed or in a chat.");
    if narrowed {
        frame.feeds.insert(0, FeedLinks::of("This choice of news", &wish.listing, &links));
    }
    Ok(SubscribePage { frame, form: form(scene, wish)?, ways: ways(scene, wish, &links) }.render()?)
}

fn form(scene: &Scene<'_>, wish: &Wish) -> Result<SubscribeForm, Failed> {
    let narrow = &wish.listing.narrow;
    let choice = |value: String, text: String, chosen: bool| Choice { value, text, chosen };
    let catalogs = scene
        .facts
        .catalogs
        .iter()
        .map(|meta| choice(meta.id.to_string(), meta.title.clone(), narrow.catalogs.contains(&meta.id)));
    let kinds = Group::ALL.into_iter().map(|group| ChoiceGroup {
        title: group.title(),
        choices: group
            .kinds()
            .map(|kind| choice(kind.to_string(), kind.title().to_owned(), narrow.kinds.contains(&kind)))
            .collect(),
    });
    let mut sections = Vec::new();
    if let [id] = narrow.catalogs.as_slice() {
        for path in scene.library.sections(id)?.iter().filter(|path| !path.is_root()).take(SECTIONS) {
            let slug = slug::section(path.parts());
            let chosen = narrow.sections.contains(&slug);
            sections.push(choice(slug, line(&path.to_string(), MAX_TITLE), chosen));
        }
    }
    // What the form has no field for stays part of the choice.
    let offered = |section: &&String| !sections.iter().any(|choice: &Choice| choice.value == **section);
    let hidden = narrow
        .projects
        .iter()
        .map(|project| ("project", project.clone()))
        .chain(narrow.sections.iter().filter(offered).map(|section| ("section", section.clone())))
        .collect();
    Ok(SubscribeForm {
        catalogs: catalogs.collect(),
        sections,
        kinds: kinds.collect(),
        levels: LEVELS
            .into_iter()
            .map(|level| {
                choice(
                    level.as_str().into(),
                    format!("{} or larger", level.as_str()),
                    wish.level == Some(level),
                )
            })
            .collect(),
        rhythms: RHYTHMS
            .into_iter()
            .map(|(rhythm, text)| choice(rhythm.into(), text.into(), wish.rhythm == rhythm))
            .collect(),
        finished: wish.finished,
        stars: wish.stars.map(|stars| stars.to_string()).unwrap_or_default(),
        language: wish.language.clone(),
        words: wish.words.clone(),
        hidden,
    })
}

fn ways(scene: &Scene<'_>, wish: &Wish, links: &Links) -> Ways {
    let base = scene.settings.base();
    let absolute = |form: Form| format!("{base}/{}", wish.listing.address(form));
    let command = wish.line();
    let bots = scene.facts.status.bots.iter().filter(|bot| bot.listens).map(|bot| bot_line(bot, &command));
    let bots = bots.collect();
    let [rss, atom, json] = Form::FEEDS.map(absolute);
    let opml = format!("opml.xml{}", query_of(&wish.listing));
    Ways {
        showing: home::showing(scene, &wish.listing).unwrap_or_else(|| vec!["everything".to_owned()]),
        page: links.page(&wish.listing.address(Form::Page)),
        feeds: vec![
            FeedLine { format: "RSS", address: rss },
            FeedLine { format: "Atom", address: atom },
            FeedLine { format: "JSON Feed", address: json },
        ],
        opml: links.file(&opml),
        fields: wish.fields(),
        command,
        bots,
    }
}

/// The way to a bot, for who wants this line there.
pub(super) fn bot_line(bot: &BotState, command: &str) -> BotLine {
    let name = bot.name.as_ref().map(|name| format!(": @{name}")).unwrap_or_default();
    let (text, href) = match &bot.way {
        // The line waits in the box for whoever presses the button.
        Some(BotWay::Chat(chat)) => {
            let href = bots::draft(chat, command).unwrap_or_else(|| chat.clone());
            (format!("Open {}{name}", bot.service), outside(&href))
        }
        Some(BotWay::Invitation(address)) => {
            (format!("Invite the bot to your server on {}", bot.service), outside(address))
        }
        None => (format!("The bot listens on {}.", bot.service), None),
    };
    BotLine { text, href }
}

/// The query of a listing's address, with its question mark.
fn query_of(listing: &Listing) -> String {
    let address = listing.address(Form::Page);
    address.find('?').map(|at| address[at..].to_owned()).unwrap_or_default()
}
