//! The page of the digests of days or weeks.

use askama::Template;
use whimbrel_news::wording::{Brief, tell_digest};
use whimbrel_news::{Digest, Period};

use super::Scene;
use crate::address::{Base, Listing, digest_folder};
use crate::links::{Links, outside};
use crate::page::{DigestCatalog, DigestGroup, DigestLine, DigestPage, DigestPart, FeedLinks, Frame};
use crate::row::{Linked, Titles};

/// The page.
pub(super) fn page(scene: &Scene<'_>, period: Period, digests: &[Digest]) -> Result<String, askama::Error> {
    let links = Links::from(&format!("/{}", digest_folder(period)), scene.files);
    let (heading, per, other, other_name) = match period {
        Period::Daily => ("Daily digest", "of a day", Period::Weekly, "weekly digest"),
        Period::Weekly => ("Weekly digest", "of a week", Period::Daily, "daily digest"),
    };
    let current = FeedLinks::of_digest(heading, period, &links);
    DigestPage {
        heading,
        per,
        digests: digests.iter().map(|digest| part(scene, digest, &links)).collect(),
        other: Linked { text: other_name.to_owned(), href: links.page(&digest_folder(other)) },
        frame: Frame {
            title: format!("{heading} · {}", scene.settings.title),
            site: &scene.settings.title,
            feeds: vec![current.clone(), FeedLinks::of("All news", &Listing::default(), &links)],
            narrowed: false,
            links,
        },
        current,
    }
    .render()
}

fn part(scene: &Scene<'_>, digest: &Digest, links: &Links) -> DigestPart {
    let told = tell_digest(digest, &|id| scene.facts.title(id).to_owned());
    let mut catalogs: Vec<DigestCatalog> = Vec::new();
    for group in told.groups {
        let href = links.page(&group.catalog.map_or(Base::All, Base::Catalog).folder());
        if catalogs.last().is_none_or(|last| last.link.href != href) {
            catalogs
                .push(DigestCatalog { link: Linked { href, text: group.catalog_title }, groups: Vec::new() });
        }
        let line = |line: Brief| DigestLine {
            href: line.url.as_deref().and_then(outside),
            name: line.name,
            rest: line.rest,
        };
        if let Some(last) = catalogs.last_mut() {
            let lines = group.lines.into_iter().map(line).collect();
            last.groups.push(DigestGroup { title: group.title, lines, more: group.more });
        }
    }
    DigestPart { span: digest.span.to_string(), title: told.title, catalogs }
}
