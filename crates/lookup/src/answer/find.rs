//! `/find`: what has these words.

use super::names::{Failed, shows};
use super::view::View;
use crate::answer::{Answer, Fact, Hint, Item};
use crate::index::found::{Among, Asked, Hit, Subject};
use crate::lookup::Scene;
use crate::question::Within;

pub(crate) fn find(scene: &Scene<'_>, words: &str, within: &Within) -> Result<Answer, Failed> {
    let part = scene.names.part(within)?;
    let asked = Asked { words, scope: part.scope(), limit: scene.size + 1, offset: scene.skipped() };
    let mut hits = scene.index.find(&asked);
    let more = hits.len() > scene.size;
    hits.truncate(scene.size);
    if hits.is_empty() && scene.page == 1 {
        let found = scene.index.nearest(words, Among::Everything, 4);
        let hint = |name: &str, subject: &Subject| Hint {
            text: name.to_owned(),
            ask: shows(subject, name).to_string(),
        };
        let hints = found.iter().map(|named| hint(&named.name, &named.subject)).collect();
        return Err(Failed::missing(&format!("Nothing was found for `{words}`{}.", part.label()), hints));
    }
    let view = View { base: part.base(), kinds: Vec::new(), words: words.to_owned() };
    let mut answer = Answer::titled(format!("Found for `{words}`{}", part.label()));
    answer.parts = Answer::default().list("", hits.iter().map(|hit| item(scene, hit)).collect()).parts;
    answer.paging = scene.paging(more, None);
    answer.links = crate::answer::Links { page: None, ..view.links(String::new()) };
    Ok(answer)
}

/// Something found as an item.
pub(crate) fn item(scene: &Scene<'_>, hit: &Hit) -> Item {
    let kind = match &hit.subject {
        Subject::Catalog(_) => Some(Fact::text("Is", "catalog")),
        Subject::Section(..) => Some(Fact::text("Is", "section")),
        Subject::Entry(..) | Subject::Project(_) => None,
    };
    let place = hit.places.first().filter(|_| !matches!(hit.subject, Subject::Catalog(_)));
    let place = place.map(|(id, path)| {
        let section = path.parts().join(" / ");
        let title = scene.names.title(id);
        Fact::text(
            "In",
            &if section.is_empty() || kind.is_some() {
                title.to_owned()
            } else {
                format!("{title} / {section}")
            },
        )
    });
    let item = Item::new(&hit.name).saying(&hit.description).asking(&shows(&hit.subject, &hit.name));
    let item = item.with(kind).with(hit.stars.map(|stars| Fact::count("Stars", stars))).with(place);
    match &hit.url {
        Some(url) => item.leading(url),
        None => item,
    }
}
