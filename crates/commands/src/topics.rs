//! Kinds of news as people choose them: eleven topics instead of twenty-six kinds.

use whimbrel_news::{Filter, Kind, Kinds};

/// Kinds that are wanted or unwanted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs)] // `title` says each of them in words
pub enum Topic {
    Added,
    Releases,
    Rankings,
    Milestones,
    Removed,
    Moves,
    States,
    Changes,
    Links,
    Edits,
    Lists,
}

impl Topic {
    /// Every topic, in the order people read them. Their places stand in buttons: new ones go to the end.
    pub const ALL: [Self; 11] = [
        Self::Added,
        Self::Releases,
        Self::Rankings,
        Self::Milestones,
        Self::Removed,
        Self::Moves,
        Self::States,
        Self::Changes,
        Self::Links,
        Self::Edits,
        Self::Lists,
    ];

    /// Its name for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Added => "New entries",
            Self::Releases => "Releases",
            Self::Rankings => "Rankings",
            Self::Milestones => "Milestones",
            Self::Removed => "Removals",
            Self::Moves => "Moves and new names",
            Self::States => "Archived and gone",
            Self::Changes => "Licences and new owners",
            Self::Links => "Dead links",
            Self::Edits => "Edits and returns",
            Self::Lists => "The list itself",
        }
    }

    /// The topic of a kind.
    pub fn of(kind: Kind) -> Self {
        match kind {
            Kind::Added => Self::Added,
            Kind::Removed => Self::Removed,
            Kind::Restored | Kind::Edited => Self::Edits,
            Kind::Moved | Kind::Renamed | Kind::SectionRenamed => Self::Moves,
            Kind::Released | Kind::ReleasePromoted | Kind::ReleasesBackfilled => Self::Releases,
            Kind::RanksMoved | Kind::EnteredTop | Kind::LeftTop => Self::Rankings,
            Kind::Milestone => Self::Milestones,
            Kind::Archived | Kind::Unarchived | Kind::Gone | Kind::Back => Self::States,
            Kind::ProjectRenamed | Kind::LicenseChanged => Self::Changes,
            Kind::LinkDead | Kind::LinkBack => Self::Links,
            Kind::Followed | Kind::Reshaped | Kind::Stale | Kind::Recovered => Self::Lists,
        }
    }

    /// Its kinds.
    pub fn kinds(self) -> impl Iterator<Item = Kind> {
        Kind::ALL.into_iter().filter(move |kind| Self::of(*kind) == self)
    }

    fn bit(self) -> u16 {
        1 << self as u16
    }
}

/// A set of topics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Topics(u16);

impl Topics {
    /// What a subscription tells in its digests where nobody says anything about kinds.
    pub fn usual() -> Self {
        Topic::ALL.into_iter().filter(|topic| *topic != Topic::Edits).fold(Self(0), Self::with)
    }

    /// None.
    pub const NONE: Self = Self(0);

    /// Is it one of them?
    pub fn has(self, topic: Topic) -> bool {
        self.0 & topic.bit() != 0
    }

    /// With it.
    #[must_use]
    pub fn with(self, topic: Topic) -> Self {
        Self(self.0 | topic.bit())
    }

    /// With it if it was not there, else without it.
    #[must_use]
    pub fn toggled(self, topic: Topic) -> Self {
        Self(self.0 ^ topic.bit())
    }

    /// They, in the order people read them.
    pub fn each(self) -> impl Iterator<Item = Topic> {
        Topic::ALL.into_iter().filter(move |topic| self.has(*topic))
    }

    /// The condition that an event is of one of them. The usual topics are no condition: then the usual kinds of the
    /// rhythm apply.
    pub fn filter(self) -> Filter {
        if self == Self::usual() {
            return Filter::default();
        }
        Filter::any(self.each().flat_map(Topic::kinds).map(Filter::kind))
    }

    /// The topics whose kinds these are; `None` where they are other sets of kinds.
    pub fn of(kinds: Kinds) -> Option<Self> {
        let chosen = Topic::ALL.into_iter().filter(|topic| topic.kinds().all(|kind| kinds.has(kind)));
        let topics = chosen.fold(Self::NONE, Self::with);
        Kind::ALL.into_iter().all(|kind| kinds.has(kind) == topics.has(Topic::of(kind))).then_some(topics)
    }

    /// As it stands in a button.
    pub(crate) fn to_bits(self) -> u16 {
        self.0
    }

    /// Back from a button; unknown bits are none.
    pub(crate) fn from_bits(bits: u16) -> Option<Self> {
        let all = Topic::ALL.into_iter().fold(Self::NONE, Self::with);
        (bits & !all.0 == 0).then_some(Self(bits))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_topic_and_every_topic_kinds() {
        assert_eq!(Topic::ALL.into_iter().flat_map(Topic::kinds).count(), Kind::ALL.len());
        assert!(Topic::ALL.into_iter().all(|topic| topic.kinds().next().is_some()));
        assert_eq!(Topic::Lists as usize + 1, Topic::ALL.len());
    }

    #[test]
    fn the_usual_topics_are_what_digests_tell() {
        for kind in Kind::ALL {
            assert_eq!(Topics::usual().has(Topic::of(kind)), kind.is_digested(), "{kind}");
        }
        assert!(Topics::usual().filter().is_everything());
    }

    #[test]
    fn topics_are_found_again_in_their_filter() {
        for bits in 1..1 << Topic::ALL.len() {
            let topics = Topics::from_bits(bits).unwrap();
            if topics != Topics::usual() {
                assert_eq!(Topics::of(topics.filter().needs().kinds), Some(topics));
            }
        }
        assert_eq!(Topics::of(Filter::kind(Kind::Archived).needs().kinds), None);
        assert_eq!(Topics::from_bits(1 << 15), None);
    }
}
