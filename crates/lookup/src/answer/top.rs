//! `/top`: the best of a part by a measure.

use whimbrel_project::{ProjectId, ranks};

use super::names::Failed;
use super::rankings;
use super::view::View;
use crate::answer::card;
use crate::answer::{Answer, Fact, Item, Links};
use crate::lookup::Scene;
use crate::question::{By, Question, Top};
use crate::when::{Unit, When};
use whimbrel_news::Kind;
use whimbrel_store::StoreError;

/// Ranks told of unless somebody wants more or fewer.
const USUAL: u32 = 10;

/// Growth is counted over a week unless somebody says otherwise.
pub(super) const USUAL_DAYS: u32 = 7;

pub(crate) fn top(scene: &Scene<'_>, asked: &Top) -> Result<Answer, Failed> {
    let part = scene.names.part(&asked.within)?;
    let count = count(asked);
    let when = asked.when.unwrap_or(When::Last(USUAL_DAYS, Unit::Day));
    let board = scene.boards.of(scene.store, part.catalog.as_ref())?;
    let rows = board.within(part.section.as_ref());
    let days = when.days_back(scene.now, scene.zone);
    let order: Vec<(ProjectId, i64)> = match asked.by {
        By::Stars => ranks::order(
            rows.iter().map(|row| (row.id, row.stars.and_then(|stars| i64::try_from(stars).ok()))),
        ),
        By::Forks => ranks::order(
            rows.iter().map(|row| (row.id, row.forks.and_then(|forks| i64::try_from(forks).ok()))),
        ),
        By::Activity => ranks::order(rows.iter().map(|row| (row.id, row.pushed))),
        By::Growth => grown(scene, rows.iter().map(|row| row.id), days)?,
    };
    let known = order.len();
    let ranked: Vec<(u32, ProjectId, i64)> =
        (1..).zip(order).take(count).map(|(rank, (id, value))| (rank, id, value)).collect();
    let (page, paging) = scene.page_of(ranked);
    let mut items = Vec::new();
    for (rank, id, value) in page {
        if let Some(project) = scene.store.project(id)? {
            let mut facts = Vec::new();
            if asked.by == By::Growth {
                facts.push(Fact::gain("Gained", value));
            }
            if asked.by == By::Activity {
                facts.extend(project.facts.pushed_at.map(|at| Fact::moment("Last push", at)));
            }
            facts.extend(card::counts(&project, asked.by == By::Forks));
            let item = card::brief(&project);
            items.push(Item { rank: Some(rank), facts, ..item });
        }
    }
    let during = if asked.by == By::Growth { format!(" {}", when.label()) } else { String::new() };
    let mut answer = Answer::titled(format!("Top by {}{}{during}", asked.by.as_str(), part.label()));
    if known == 0 {
        let why = match asked.by {
            By::Growth => "Stars were not counted for long enough yet.",
            _ => "No project in it was looked at yet.",
        };
        answer = answer.say(why);
    }
    if board.partial && part.catalog.is_none() {
        answer = answer.say("Among those with most stars and forks: name a catalog to rank all of it.");
    }
    let unknown = rows.len().saturating_sub(known);
    if known > 0 && unknown > 0 && !board.partial {
        answer = answer.say(format!(
            "Of {} projects {} are left out because this is not known of them.",
            rows.len(),
            unknown
        ));
    }
    let view = View::of(part.base(), &[Kind::RanksMoved, Kind::EnteredTop, Kind::LeftTop]);
    let page = rankings::page(scene, asked, &part, known, board.partial)?;
    answer.links = Links { page, ..view.links(String::new()) };
    answer.paging = paging;
    Ok(answer.list("", items))
}

/// How many ranks are told of at most.
pub(super) fn count(asked: &Top) -> usize {
    asked.count.unwrap_or(USUAL) as usize
}

/// Who gained most stars over so many days. Who lost some, or whose count is too young, is not in it.
pub(crate) fn grown(
    scene: &Scene<'_>,
    ids: impl Iterator<Item = ProjectId>,
    days: u32,
) -> Result<Vec<(ProjectId, i64)>, StoreError> {
    let mut gains = Vec::new();
    for id in ids {
        let growth = scene.store.star_history(id)?.growth(days, scene.now).map(|growth| growth.stars);
        gains.push((id, growth.filter(|stars| *stars > 0)));
    }
    Ok(ranks::order(gains))
}

/// The question for the rest of a ranking.
pub(crate) fn asking(catalog: &str, section: Option<String>) -> Question {
    let within = crate::question::Within { catalog: Some(catalog.to_owned()), section };
    Question::Top(Top { within, ..Top::default() })
}
