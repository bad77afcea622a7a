//! How long a subscription lasts: never for ever.

use chrono::TimeDelta;

/// What who asks for nothing gets.
const USUAL: u32 = 10 * 86_400;

/// Shorter ones would be renewed more often than feeds are asked without a hub.
const SHORTEST: u32 = 3_600;

/// A callback that was forgotten is called no longer than this.
const LONGEST: u32 = 30 * 86_400;

/// The lease that is given where this many seconds were asked for; 0 asks for none in particular.
pub(crate) fn granted(asked: Option<u64>) -> u32 {
    match asked {
        None | Some(0) => USUAL,
        Some(secs) => u32::try_from(secs).unwrap_or(u32::MAX).clamp(SHORTEST, LONGEST),
    }
}

/// The same as a length of time.
pub(crate) fn length(secs: u32) -> TimeDelta {
    TimeDelta::seconds(secs.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leases_are_neither_very_short_nor_endless() {
        for (asked, given) in [
            (None, 864_000),
            (Some(0), 864_000),
            (Some(1), 3_600),
            (Some(3_599), 3_600),
            (Some(86_400), 86_400),
            (Some(2_592_000), 2_592_000),
            (Some(2_592_001), 2_592_000),
            (Some(u64::MAX), 2_592_000),
        ] {
            assert_eq!(granted(asked), given, "{asked:?}");
        }
    }
}
