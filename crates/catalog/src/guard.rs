//! When so much changes at once that nothing should be told yet.
//!
//! A reformatting, a page cut in half, a restored section or another document under the same address look like
//! hundreds of events. The guard judges one step, from one look to the next, and says in a sentence what it saw.

use crate::change::{Hold, HoldReason};
use crate::compare::{Difference, Item};
use crate::model::Snapshot;
use crate::track::Rules;

/// One step in numbers.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Tally {
    /// Entries before the step.
    pub(crate) entries: usize,
    pub(crate) added: usize,
    pub(crate) removed: usize,
    pub(crate) moved: usize,
    pub(crate) renamed: usize,
    pub(crate) edited: usize,
    pub(crate) sections_renamed: usize,
    /// Sections before the step, and those of them without a successor.
    pub(crate) sections: usize,
    pub(crate) sections_lost: usize,
    /// Entries on both sides that have a text.
    pub(crate) texts: usize,
}

impl Tally {
    /// Counts what `counted` lets through.
    pub(crate) fn of(difference: &Difference, before: &Snapshot, counted: impl Fn(&Item) -> bool) -> Self {
        let mut tally = Self {
            entries: before.entries.len(),
            sections: before.sections.len(),
            sections_lost: difference.sections.unmatched,
            texts: difference.texts,
            ..Self::default()
        };
        for item in difference.items.iter().filter(|item| counted(item)) {
            match item {
                Item::Section(_) => tally.sections_renamed += 1,
                Item::Added { .. } => tally.added += 1,
                Item::Renamed { .. } => tally.renamed += 1,
                Item::Moved { .. } => tally.moved += 1,
                Item::Edited { .. } => tally.edited += 1,
                Item::Removed { .. } => tally.removed += 1,
            }
        }
        tally
    }

    /// How many events the step would make.
    pub(crate) fn events(&self) -> usize {
        self.added + self.removed + self.moved + self.renamed + self.edited + self.sections_renamed
    }

    pub(crate) fn hold(&self, reason: HoldReason, detail: String) -> Hold {
        Hold {
            reason,
            detail,
            added: self.added as u32,
            removed: self.removed as u32,
            moved: self.moved as u32,
            renamed: self.renamed as u32,
            edited: self.edited as u32,
        }
    }
}

/// So many sections have to vanish before their share counts: they are fewer than entries.
const LEAST_SECTIONS: u32 = 3;

/// Judges a step. `expected` is how many events the time since the look before would bring three times over: after
/// a long absence much has changed for good reasons.
///
/// Shares count only from `hold_least` entries, sections or texts on: one of a list of two is no mass change.
pub(crate) fn judge(tally: &Tally, rules: &Rules, expected: f64) -> Option<Hold> {
    let entries = tally.entries;
    let share = |part: f64| (entries as f64 * part).max(expected);
    let most = |part: usize, of: usize, least: u32| part * 2 > of && part >= least as usize;
    let gone = tally.removed;
    let plural = |count: usize| if count == 1 { "y" } else { "ies" };

    if entries > 1 && gone == entries && tally.added == 0 {
        // However short the list: this is a half-written file or another document far more often than an end.
        return Some(tally.hold(HoldReason::Shrunk, format!("none of {entries} entries is left")));
    }
    if most(gone, entries, rules.hold_least) {
        let left = entries - gone.min(entries);
        return Some(if tally.added * 2 >= gone {
            let detail = format!(
                "only {left} of {entries} entr{} are left, {} others stand there",
                plural(entries),
                tally.added
            );
            tally.hold(HoldReason::Replaced, detail)
        } else {
            let detail = format!("only {left} of {entries} entr{} are left", plural(entries));
            tally.hold(HoldReason::Shrunk, detail)
        });
    }
    if gone as f64 > f64::from(rules.hold_gone).max(share(rules.hold_gone_share)) {
        let detail =
            format!("{gone} of {entries} entr{} are gone at once, {} are new", plural(entries), tally.added);
        let reason = if tally.added * 2 >= gone { HoldReason::Reshaped } else { HoldReason::Shrunk };
        return Some(tally.hold(reason, detail));
    }
    let (events, limit) = (tally.events(), f64::from(rules.hold_events).max(share(rules.hold_share)));
    if events as f64 > limit {
        let rewritten = tally.renamed + tally.edited;
        return Some(if rewritten * 4 >= events * 3 {
            let detail = format!(
                "{rewritten} names, addresses or texts of {entries} entr{} were rewritten at once",
                plural(entries)
            );
            tally.hold(HoldReason::Sweep, detail)
        } else {
            let detail = format!(
                "{events} differences at once in a list of {entries} entr{}: {}",
                plural(entries),
                parts(tally)
            );
            tally.hold(HoldReason::Reshaped, detail)
        });
    }
    if most(tally.sections_lost, tally.sections, rules.hold_least.min(LEAST_SECTIONS)) {
        let detail = format!("{} of {} sections are gone at once", tally.sections_lost, tally.sections);
        return Some(tally.hold(HoldReason::Reshaped, detail));
    }
    if most(tally.edited, tally.texts, rules.hold_least) {
        let detail = format!("{} of {} texts were rewritten at once", tally.edited, tally.texts);
        return Some(tally.hold(HoldReason::Sweep, detail));
    }
    None
}

/// `120 added, 7 moved`
fn parts(tally: &Tally) -> String {
    let parts = [
        (tally.added, "added"),
        (tally.removed, "removed"),
        (tally.moved, "moved"),
        (tally.renamed, "renamed"),
        (tally.edited, "edited"),
        (tally.sections_renamed, "sections renamed"),
    ];
    let parts = parts.iter().filter(|(count, _)| *count > 0);
    parts.map(|(count, what)| format!("{count} {what}")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(tally: &Tally) -> Option<(HoldReason, String)> {
        judge(tally, &Rules::default(), 0.0).map(|hold| (hold.reason, hold.detail))
    }

    #[test]
    fn thresholds_and_reasons() {
        let list = Tally { entries: 100, sections: 10, texts: 100, ..Tally::default() };
        let long = Tally { entries: 1000, sections: 40, texts: 1000, ..Tally::default() };
        for (tally, reason) in [
            (Tally { added: 25, ..list.clone() }, None),
            (Tally { added: 26, ..list.clone() }, Some(HoldReason::Reshaped)),
            (Tally { added: 100, ..long.clone() }, None),
            (Tally { added: 101, ..long.clone() }, Some(HoldReason::Reshaped)),
            (Tally { removed: 10, ..list.clone() }, None),
            (Tally { removed: 11, ..list.clone() }, Some(HoldReason::Shrunk)),
            (Tally { removed: 11, added: 11, ..list.clone() }, Some(HoldReason::Reshaped)),
            (Tally { removed: 50, ..long.clone() }, None),
            (Tally { removed: 51, ..long.clone() }, Some(HoldReason::Shrunk)),
            (Tally { removed: 51, ..list.clone() }, Some(HoldReason::Shrunk)),
            (Tally { removed: 51, added: 60, ..list.clone() }, Some(HoldReason::Replaced)),
            (Tally { entries: 3, removed: 3, ..Tally::default() }, Some(HoldReason::Shrunk)),
            (Tally { entries: 1, removed: 1, ..Tally::default() }, None),
            (Tally { sections_lost: 5, ..list.clone() }, None),
            (Tally { sections_lost: 6, ..list.clone() }, Some(HoldReason::Reshaped)),
            (Tally { renamed: 26, ..list.clone() }, Some(HoldReason::Sweep)),
            (Tally { texts: 20, edited: 11, ..list.clone() }, Some(HoldReason::Sweep)),
            (Tally { moved: 26, ..list.clone() }, Some(HoldReason::Reshaped)),
        ] {
            assert_eq!(judged(&tally).map(|(reason, _)| reason), reason, "{tally:?}");
        }
    }

    #[test]
    fn small_lists_are_edited_freely() {
        for tally in [
            Tally { entries: 1, sections: 1, texts: 1, removed: 1, added: 1, ..Tally::default() },
            Tally { entries: 4, sections: 2, sections_lost: 2, texts: 4, edited: 4, ..Tally::default() },
            Tally { added: 25, ..Tally::default() },
        ] {
            assert_eq!(judged(&tally), None, "{tally:?}");
        }
        let cut = Tally { entries: 6, removed: 5, ..Tally::default() };
        assert_eq!(judged(&cut), Some((HoldReason::Shrunk, "only 1 of 6 entries are left".to_owned())));
    }

    #[test]
    fn the_sentence_has_the_numbers() {
        let tally = Tally { entries: 11, added: 120, moved: 1, sections_renamed: 2, ..Tally::default() };
        let (_, detail) = judged(&tally).expect("it is held");
        assert_eq!(
            detail,
            "123 differences at once in a list of 11 entries: 120 added, 1 moved, 2 sections renamed"
        );
    }
}
