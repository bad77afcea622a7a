//! When the program is killed: dice that fall the same way for the same seed, and the phases they choose from.

use std::time::Duration;

/// Numbers without a pattern that matters here (SplitMix64).
pub(super) struct Dice(u64);

/// A moment in the life of a piece of news.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Phase {
    /// The program has hardly begun, and finds what was left.
    Starting,
    /// The list was written so long ago.
    Written,
    /// The program says that it was recorded.
    Recorded,
    /// Messages are under way.
    Sending,
    /// The program says that messages were sent.
    Sent,
    /// Everything was told.
    Quiet,
}

/// A moment to kill at: so long after something that can be seen.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    pub(super) phase: Phase,
    pub(super) after: Duration,
}

impl Dice {
    /// Dice that fall as this seed says.
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below this.
    pub(super) fn below(&mut self, most: usize) -> usize {
        usize::try_from(self.roll() % most.max(1) as u64).unwrap_or(0)
    }

    /// The next moment to kill at.
    pub(super) fn moment(&mut self) -> Moment {
        // How far the moments of a phase are spread, in microseconds. Most is done while messages are under way.
        let (phase, spread) = match self.below(16) {
            0 => (Phase::Starting, 400_000),
            1..=3 => (Phase::Written, 700_000),
            4..=6 => (Phase::Recorded, 300_000),
            7..=11 => (Phase::Sending, 60_000),
            12..=14 => (Phase::Sent, 10_000),
            _ => (Phase::Quiet, 1),
        };
        Moment { phase, after: Duration::from_micros(self.below(spread) as u64) }
    }
}
