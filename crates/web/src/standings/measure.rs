//! What things are ranked by.

use whimbrel_catalog::Metric;

/// What things are ranked by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) enum Measure {
    /// Stars now.
    #[default]
    Stars,
    /// Forks now.
    Forks,
    /// Stars gained in so many days.
    Growth(u32),
    /// The last push.
    Activity,
}

impl Measure {
    /// All of them, in the order people choose among them.
    pub(crate) const ALL: [Self; 7] = [
        Self::Stars,
        Self::Forks,
        Self::Growth(7),
        Self::Growth(30),
        Self::Growth(90),
        Self::Growth(365),
        Self::Activity,
    ];

    /// Its folder below that of the ranking; the usual one has none.
    pub(crate) fn folder(self) -> String {
        match self {
            Self::Stars => String::new(),
            Self::Forks => "forks/".to_owned(),
            Self::Growth(days) => format!("growth-{days}/"),
            Self::Activity => "activity/".to_owned(),
        }
    }

    /// The measure with this name in addresses; none has that of the usual one.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|by| by.folder().strip_suffix('/') == Some(name))
    }

    /// What is said behind `by`.
    pub(crate) fn text(self) -> String {
        match self {
            Self::Stars => "stars".to_owned(),
            Self::Forks => "forks".to_owned(),
            Self::Growth(_) => format!("stars gained in {}", self.time()),
            Self::Activity => "the last push".to_owned(),
        }
    }

    /// The time growth is counted over.
    pub(crate) fn time(self) -> String {
        match self {
            Self::Growth(365) => "a year".to_owned(),
            Self::Growth(days) => format!("{days} days"),
            Self::Stars | Self::Forks | Self::Activity => "30 days".to_owned(),
        }
    }

    /// What stands above the values.
    pub(crate) fn heading(self) -> &'static str {
        match self {
            Self::Stars => "Stars",
            Self::Forks => "Forks",
            Self::Growth(_) => "Gained",
            Self::Activity => "Last push",
        }
    }

    /// What stands above what else is told.
    pub(crate) fn second(self) -> &'static str {
        match self {
            Self::Stars | Self::Forks => "In 30 days",
            Self::Growth(_) | Self::Activity => "Stars",
        }
    }

    /// The days over which a line is drawn.
    pub(crate) fn drawn(self) -> u32 {
        match self {
            Self::Growth(365) => 365,
            _ => 90,
        }
    }

    /// What the line counts.
    pub(crate) fn counts(self) -> &'static str {
        if self == Self::Forks { "Forks" } else { "Stars" }
    }

    /// What documents print of it.
    pub(super) fn printed(self) -> Option<&'static [Metric]> {
        match self {
            Self::Stars => Some(&[Metric::Stars, Metric::Forks]),
            Self::Forks => Some(&[Metric::Forks]),
            Self::Growth(_) | Self::Activity => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_addresses_read_back() {
        for by in Measure::ALL.into_iter().filter(|by| *by != Measure::Stars) {
            assert_eq!(Measure::named(by.folder().trim_end_matches('/')), Some(by));
        }
        for name in ["", "stars", "growth", "growth-8", "forks/"] {
            assert_eq!(Measure::named(name), None, "{name}");
        }
    }
}
