//! The page of the digests of days or weeks, and the page with all of one.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use askama::Template;
use chrono::{DateTime, Utc};
use whimbrel_catalog::CatalogId;
use whimbrel_charts::{Chart, Line, Up};
use whimbrel_news::digest::{DigestPage as DigestAddress, RankMove, Time};
use whimbrel_news::wording::{
    Brief, MAX_TITLE, Room, ToldDigest, counted, line, tell_digest, tell_digest_within, tell_read,
};
use whimbrel_news::{Digest, Period};

use super::Scene;
use crate::address::{Base, Listing, digest_folder, digest_page_folder};
use crate::frame::{FeedLinks, Frame, Tab};
use crate::links::{Links, outside};
use crate::page::{ChartPart, DigestCatalog, DigestGroup, DigestLine, DigestPage, DigestPart, OneDigestPage};
use crate::row::{Linked, Titles};

/// Lines of a chart that can be told apart.
const LINES: usize = 6;
/// Movers of all rankings that are drawn, in each direction.
const MOVERS: usize = 8;
/// Rankings that are drawn.
const RANKINGS: usize = 3;

/// A name and its values over time.
type Way = (String, Vec<(DateTime<Utc>, u64)>);

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
            feeds: vec![current.clone(), FeedLinks::of("All news", &Listing::default(), &links)],
            ..Frame::new(scene.settings, heading, &links, Tab::Digests)
                .at(&digest_folder(period))
                .about(&format!("What changed in the catalogs followed here, {per} at a time."))
        },
        current,
    }
    .render()
}

/// The page with all of one digest.
pub(super) fn one(
    scene: &Scene<'_>,
    page: &DigestAddress,
    digest: &Digest,
    is_all: bool,
) -> Result<String, askama::Error> {
    let time = page.time;
    let filter = page.filter.as_ref();
    let path = DigestAddress { time, filter: None }.path();
    let links = Links::from(&format!("/{path}"), scene.files);
    let title_of = |id: &CatalogId| scene.facts.title(id).to_owned();
    let label = time.label();
    let told = tell_digest_within(Room::PAGE, &label, digest, &title_of);
    let mut intro = Vec::new();
    intro.extend(filter.map(|filter| format!("Only what this filter lets through: {filter}")));
    if time.up_to() > scene.now {
        intro.push("This time is not over yet: more may come.".to_owned());
    }
    if !is_all {
        intro.push("More happened than one page holds: this is the beginning of it.".to_owned());
    }
    let crumbs = match time {
        Time::Span(span) => vec![list_of(span.period, &links)],
        Time::Between { .. } => Vec::new(),
    };
    let listed = digest.catalog_ids();
    let read = scene.facts.catalogs.iter().filter(|meta| listed.contains(&meta.id));
    let read: BTreeMap<_, _> = read.filter_map(|meta| Some((meta.id.clone(), meta.last_success?))).collect();
    OneDigestPage {
        frame: Frame {
            narrowed: filter.is_some(),
            ..Frame::new(scene.settings, &label, &links, Tab::Digests)
                .at(&path)
                .about(&format!("What changed in the catalogs followed here: {label}."))
        },
        crumbs,
        heading: label,
        intro,
        numbers: digest.counts.iter().map(|(kind, count)| counted(*kind, *count)).collect(),
        charts: charts(scene, time, digest),
        catalogs: catalogs(told, &links),
        read: tell_read(&read, &title_of)
            .into_iter()
            .map(|line| DigestLine { name: line.name, href: None, rest: line.rest })
            .collect(),
    }
    .render()
}

fn list_of(period: Period, links: &Links) -> Linked {
    let text = match period {
        Period::Daily => "Daily digest",
        Period::Weekly => "Weekly digest",
    };
    Linked { text: text.to_owned(), href: links.page(&digest_folder(period)) }
}

/// Stars that came and ranks that changed.
fn charts(scene: &Scene<'_>, time: Time, digest: &Digest) -> Vec<ChartPart> {
    let until = time.up_to().min(scene.now);
    let mut charts = Vec::new();
    let gained: Vec<Way> = digest
        .growth
        .iter()
        .take(LINES)
        .map(|grown| {
            let first = grown.points.first().map_or(0, |(_, stars)| *stars);
            let points = grown.points.iter().map(|(at, stars)| (*at, stars.saturating_sub(first)));
            (line(&grown.name, MAX_TITLE), points.collect())
        })
        .collect();
    charts.extend(chart("gained", "Stars gained", Up::More, &gained, until));
    // A picture of one ranking is true; one of several at once would not be.
    let mut rankings: Vec<(RankMove<'_>, Vec<Way>)> = Vec::new();
    for moved in digest.movers(MOVERS, MOVERS) {
        let points = vec![(time.begin(), moved.mover.from.into()), (until, moved.mover.to.into())];
        let way = (line(&moved.mover.name, MAX_TITLE), points);
        match rankings.iter_mut().find(|(one, _)| one.event.id() == moved.event.id()) {
            Some((_, ways)) => ways.push(way),
            None => rankings.push((moved, vec![way])),
        }
    }
    rankings.sort_by_key(|(_, ways)| Reverse(ways.len()));
    for (index, (one, mut ways)) in rankings.into_iter().take(RANKINGS).enumerate() {
        ways.truncate(LINES);
        let ranking = one.ranking();
        let catalog = one.catalog().map(|id| format!("{}: ", scene.facts.title(id)));
        let title = line(&format!("{}ranks {ranking}", catalog.unwrap_or_default()), MAX_TITLE);
        charts.extend(chart(&format!("ranks-{index}"), &title, Up::Rank, &ways, until));
    }
    charts
}

fn chart(id: &str, title: &str, up: Up, lines: &[Way], until: DateTime<Utc>) -> Option<ChartPart> {
    let lines: Vec<_> = lines.iter().map(|(name, points)| Line { name, points }).collect();
    let chart = Chart { title, id, up, lines: &lines, until };
    let (svg, text) = (chart.svg()?, chart.description()?);
    Some(ChartPart { id: id.to_owned(), title: title.to_owned(), svg, text })
}

fn part(scene: &Scene<'_>, digest: &Digest, links: &Links) -> DigestPart {
    let told = tell_digest(digest, &|id| scene.facts.title(id).to_owned());
    let (title, span) = (told.title.clone(), digest.span);
    DigestPart {
        span: span.to_string(),
        href: links.page(&digest_page_folder(span)),
        title,
        catalogs: catalogs(told, links),
    }
}

fn catalogs(told: ToldDigest, links: &Links) -> Vec<DigestCatalog> {
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
    catalogs
}
