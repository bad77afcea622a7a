//! `/movers`: who rose and fell, and who gained stars.

use whimbrel_news::Kind;
use whimbrel_news::digest::{DigestPage, RankMove};

use super::names::Failed;
use super::view::View;
use crate::answer::{Answer, Fact, Item, Links, card, top};
use crate::lookup::Scene;
use crate::question::{Question, Within};
use crate::when::{Unit, When};

/// Events that go into one answer.
const MOST_EVENTS: usize = 20_000;

/// Who gained stars, at most.
const GAINED: usize = 5;

/// Moves in each direction, at most.
const MOVES: usize = 100;

pub(crate) fn movers(scene: &Scene<'_>, within: &Within, when: Option<When>) -> Result<Answer, Failed> {
    let part = scene.names.part(within)?;
    let when = when.unwrap_or(When::Last(7, Unit::Day));
    let bounds = when.bounds(scene.now, scene.zone);
    let view = View::of(part.base(), &[Kind::RanksMoved, Kind::EnteredTop, Kind::LeftTop]);
    let page = DigestPage { filter: Some(view.filter()), ..DigestPage::new(bounds.from, bounds.to, None) };
    let (digest, is_all) = scene.store.digest(&page, MOST_EVENTS)?;
    let moves = digest.movers(MOVES, MOVES);
    let (rose, fell): (Vec<_>, Vec<_>) = moves.into_iter().partition(|one| one.mover.to < one.mover.from);
    let longest = rose.len().max(fell.len());
    let items = |moves: Vec<RankMove<'_>>| -> Vec<Item> {
        moves.iter().skip(scene.skipped()).take(scene.size).map(|one| item(scene, one)).collect()
    };
    let mut answer = Answer::titled(format!("Movers{} {}", part.label(), when.label()));
    answer = answer.list("Rose", items(rose)).list("Fell", items(fell));
    let is_now = bounds.to >= scene.now;
    if scene.page == 1 && is_now {
        answer = answer.list("Gained most stars", gained(scene, &part, when)?);
    }
    if answer.parts.is_empty() {
        answer = answer.say("Nobody moved.");
    }
    if !is_all {
        answer = answer.say("So much happened that only the beginning of the time was looked at.");
    }
    let pages = u32::try_from(longest.div_ceil(scene.size)).ok();
    answer.paging = scene.paging(scene.skipped() + scene.size < longest, pages);
    answer.links = Links { page: None, ..view.links(String::new()) };
    Ok(answer)
}

fn gained(
    scene: &Scene<'_>,
    part: &super::names::Part,
    when: When,
) -> Result<Vec<Item>, whimbrel_store::StoreError> {
    let board = scene.boards.of(scene.store, part.catalog.as_ref())?;
    let ids = board.within(part.section.as_ref()).into_iter().map(|row| row.id);
    let mut items = Vec::new();
    for (id, gain) in top::grown(scene, ids, when.days_back(scene.now, scene.zone))?.into_iter().take(GAINED)
    {
        if let Some(project) = scene.store.project(id)? {
            let facts = card::counts(&project, false).into_iter().take(1);
            items.push(card::brief(&project).with([Fact::gain("Gained", gain)]).with(facts));
        }
    }
    Ok(items)
}

fn item(scene: &Scene<'_>, moved: &RankMove<'_>) -> Item {
    let mover = moved.mover;
    let list = moved.catalog().map_or_else(String::new, |id| format!("{}, ", scene.names.title(id)));
    let passed = mover.overtook.join(", ");
    let text = if passed.is_empty() { String::new() } else { format!("overtook {passed}") };
    let item = Item::new(&mover.name).leading(&mover.url).saying(&text);
    let ranks = Fact::text("Rank", &format!("{} → {}", mover.from, mover.to));
    let ranks = Fact { number: Some(i64::from(mover.to)), ..ranks };
    let item = item.with([ranks, Fact::text("In", &format!("{list}{}", moved.ranking()))]);
    item.asking(&Question::Show { project: mover.url.clone() })
}
