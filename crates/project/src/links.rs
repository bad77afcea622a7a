//! Links of entries that are no repositories: whether one is dead, judged slowly.
//!
//! Only "not found" and "gone" count against a link; a server that is busy, wary of robots or out of reach says
//! nothing about its pages. A dead link is told when it was found dead twice, a day apart.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use whimbrel_catalog::EntryKey;

/// How a server answered for a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkAnswer {
    /// The page is there.
    Works,
    /// It is not: 404 or 410.
    Dead(u16),
    /// The answer says nothing about the page, or there was none.
    Unclear,
}

/// A link that was found dead at least once. Links that work leave no row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkTrouble {
    /// The entry it belongs to.
    pub key: EntryKey,
    /// The address that was asked.
    pub url: String,
    /// What the server last answered: 404 or 410.
    pub status: u16,
    /// When it was first found dead.
    pub first: DateTime<Utc>,
    /// When that was told; `None` while it is not confirmed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<DateTime<Utc>>,
}

/// What is worth telling about a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkNews {
    /// It is dead, first found so at this time.
    Dead {
        /// What the server answers.
        status: u16,
        /// When it was first found dead.
        since: DateTime<Utc>,
    },
    /// It works again; it was dead since this time.
    Back {
        /// When it was first found dead.
        since: DateTime<Utc>,
    },
}

/// Judges one answer: the trouble there is now, and what to tell.
pub fn judge(
    before: Option<&LinkTrouble>,
    key: &EntryKey,
    url: &str,
    answer: LinkAnswer,
    now: DateTime<Utc>,
    confirm_after: TimeDelta,
) -> (Option<LinkTrouble>, Option<LinkNews>) {
    // Another address is another link: what was found about the old one says nothing.
    let before = before.filter(|trouble| trouble.url == url);
    match (answer, before) {
        (LinkAnswer::Unclear, before) => (before.cloned(), None),
        (LinkAnswer::Works, before) => {
            let told = before.filter(|trouble| trouble.told.is_some());
            (None, told.map(|trouble| LinkNews::Back { since: trouble.first }))
        }
        (LinkAnswer::Dead(status), None) => {
            let trouble =
                LinkTrouble { key: key.clone(), url: url.to_owned(), status, first: now, told: None };
            (Some(trouble), None)
        }
        (LinkAnswer::Dead(status), Some(before)) => {
            let confirmed = before.told.is_none() && now - before.first >= confirm_after;
            let told = if confirmed { Some(now) } else { before.told };
            let news = confirmed.then_some(LinkNews::Dead { status, since: before.first });
            (Some(LinkTrouble { status, told, ..before.clone() }), news)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const URL: &str = "https://example.org/tool";

    fn hour(hours: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000, 0).unwrap() + TimeDelta::hours(hours)
    }

    /// What is told over a series of looks, with the hour it is told at.
    fn told(looks: &[(i64, &str, LinkAnswer)]) -> Vec<(i64, LinkNews)> {
        let key = EntryKey::from_url(URL).unwrap();
        let mut trouble = None;
        let mut all = Vec::new();
        for (at, url, answer) in looks {
            let (next, news) = judge(trouble.as_ref(), &key, url, *answer, hour(*at), TimeDelta::hours(24));
            trouble = next;
            all.extend(news.map(|news| (*at, news)));
        }
        all
    }

    #[test]
    fn dead_is_what_was_found_dead_twice_a_day_apart() {
        use LinkAnswer::{Dead, Unclear, Works};
        let dead = |status, since| LinkNews::Dead { status, since: hour(since) };
        assert_eq!(told(&[(0, URL, Works), (24, URL, Unclear)]), []);
        assert_eq!(told(&[(0, URL, Dead(404)), (23, URL, Dead(404))]), [], "too soon");
        assert_eq!(told(&[(0, URL, Dead(404)), (24, URL, Dead(410))]), [(24, dead(410, 0))]);
        assert_eq!(told(&[(0, URL, Dead(404)), (9, URL, Works), (30, URL, Dead(404))]), []);
        assert_eq!(
            told(&[(0, URL, Dead(404)), (9, URL, Unclear), (30, URL, Dead(404)), (60, URL, Dead(404))]),
            [(30, dead(404, 0))],
            "an unclear answer neither confirms nor clears, and it is told once"
        );
        assert_eq!(
            told(&[(0, URL, Dead(404)), (24, URL, Dead(404)), (48, URL, Unclear), (72, URL, Works)]),
            [(24, dead(404, 0)), (72, LinkNews::Back { since: hour(0) })]
        );
        let other = "https://example.org/other";
        assert_eq!(told(&[(0, URL, Dead(404)), (24, other, Dead(404))]), [], "another address begins anew");
    }

    proptest! {
        #[test]
        fn dead_and_back_take_turns(looks in proptest::collection::vec((1i64..40, 0u8..3), 0..60)) {
            let mut at = 0;
            let looks: Vec<_> = looks
                .into_iter()
                .map(|(wait, answer)| {
                    at += wait;
                    let answers = [LinkAnswer::Works, LinkAnswer::Dead(404), LinkAnswer::Unclear];
                    (at, URL, answers[usize::from(answer)])
                })
                .collect();
            let told = told(&looks);
            for (index, (_, news)) in told.iter().enumerate() {
                prop_assert_eq!(matches!(news, LinkNews::Dead { .. }), index % 2 == 0);
            }
        }
    }
}
