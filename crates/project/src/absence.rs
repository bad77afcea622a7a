//! When so many projects are missing at once that GitHub, or the token, is more likely in trouble than they are gone.

use crate::rules::Rules;

/// Followed projects at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Census {
    /// Those that were found before and are missed now, and not told gone.
    pub missing: usize,
    /// Those that were looked at lately and found.
    pub here: usize,
}

/// From so many on, nothing left at all is no accident.
const FEWEST: usize = 3;

impl Census {
    /// All that were looked at lately.
    pub const fn all(self) -> usize {
        self.missing + self.here
    }

    /// Whether so many cannot have gone at once: more than `hold_gone` and more than `hold_gone_percent` of those looked
    /// at, or every single one of three or more.
    pub fn is_implausible(self, rules: &Rules) -> bool {
        let share = self.all() * rules.hold_gone_percent.min(100) as usize / 100;
        let few = share.max(rules.hold_gone as usize);
        self.missing > few || (self.here == 0 && self.missing >= FEWEST)
    }
}

impl Rules {
    /// The same rules while too many are missing: a project has to be missed for `hold_gone_hours` to be told gone.
    #[must_use]
    pub fn patient(&self) -> Self {
        Self { gone_after_hours: self.hold_gone_hours.max(self.gone_after_hours), ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_may_go_and_many_may_not() {
        for (missing, here, implausible) in [
            (0, 0, false),
            (1, 0, false),
            (1, 1, false),
            (2, 0, false),
            // nothing is left of a small list
            (3, 0, true),
            (3, 1, false),
            (10, 2, false),
            (11, 2, true),
            // an organization cleans up
            (40, 10_000, false),
            (500, 9_500, false),
            (501, 9_499, true),
            (10_000, 0, true),
        ] {
            assert_eq!(
                Census { missing, here }.is_implausible(&Rules::default()),
                implausible,
                "{missing} {here}"
            );
        }
        let rules = Rules { gone_after_hours: 24, hold_gone_hours: 3, ..Rules::default() };
        assert_eq!(rules.patient().gone_after_hours, 24, "never sooner than otherwise");
        assert_eq!(Rules::default().patient().gone_after_hours, 168);
    }
}
