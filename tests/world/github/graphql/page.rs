//! A page of a connection: what lies between the cursors, and whether more comes.
//!
//! A cursor names the place of an item in the order, not its number, so what is added or removed meanwhile neither
//! repeats nor hides anything on the next page.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::plan::Arguments;

const MARK: &str = "cursor:v2:";

/// A page of something that belongs to a repository.
#[derive(Clone, Debug, Default)]
pub(super) struct Page {
    pub(super) repo: usize,
    pub(super) items: Vec<usize>,
    pub(super) total: usize,
    pub(super) next: bool,
    pub(super) previous: bool,
    pub(super) ends: Option<(String, String)>,
    /// Whether the items are tags (or branches), where it is about refs.
    pub(super) tags: bool,
}

/// The cursor of an item with this place in the order.
pub(super) fn cursor(place: &str) -> String {
    STANDARD.encode(format!("{MARK}{place}"))
}

fn place(cursor: &str) -> Option<String> {
    let text = String::from_utf8(STANDARD.decode(cursor).ok()?).ok()?;
    text.strip_prefix(MARK).map(str::to_owned)
}

/// Cuts a page out of all items in their order. `place_of` says where an item stands: places compare as the order
/// goes, descending ones the other way round.
pub(super) fn cut(
    repo: usize,
    all: &[usize],
    descending: bool,
    arguments: &Arguments,
    place_of: impl Fn(usize) -> String,
) -> Page {
    let total = all.len();
    let beyond = |item: usize, mark: &str| {
        let place = place_of(item);
        if descending { place.as_str() < mark } else { place.as_str() > mark }
    };
    let mark = |name: &str| arguments.text(name).and_then(place);
    let from = mark("after").map_or(0, |mark| all.iter().take_while(|item| !beyond(**item, &mark)).count());
    let until = mark("before").map_or(total, |mark| {
        all.iter().take_while(|item| !beyond(**item, &mark) && place_of(**item) != mark).count()
    });
    let until = until.max(from);
    let bound = |name: &str| arguments.number(name).and_then(|bound| usize::try_from(bound).ok());
    let (from, until) = match (bound("first"), bound("last")) {
        (Some(first), _) => (from, until.min(from + first)),
        (None, Some(last)) => (from.max(until.saturating_sub(last)), until),
        (None, None) => (from, until),
    };
    let items = all.get(from..until).unwrap_or_default().to_vec();
    let ends = items
        .first()
        .zip(items.last())
        .map(|(first, last)| (cursor(&place_of(*first)), cursor(&place_of(*last))));
    Page { repo, items, total, next: until < total, previous: from > 0, ends, tags: false }
}
