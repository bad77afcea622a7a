//! When a catalog is looked at next: more often while it changes, less often while it rests, patiently while it
//! fails.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use whimbrel_catalog::CatalogId;

/// Doublings after which the back-off has reached any ceiling.
const MOST_DOUBLINGS: u32 = 20;

/// The rhythm of one catalog.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cadence {
    /// The shortest time between two looks.
    pub(crate) min: Duration,
    /// The longest time between two looks.
    pub(crate) max: Duration,
    /// How far a look is moved around its time, in percent.
    pub(crate) jitter_percent: u8,
}

impl Cadence {
    /// The time to the first look after the first sight.
    pub(crate) fn first(&self) -> Duration {
        self.min.saturating_mul(2).min(self.max)
    }

    /// Half as long after a change.
    pub(crate) fn after_change(&self, interval: Duration) -> Duration {
        (interval / 2).clamp(self.min, self.max)
    }

    /// Half as long again after none.
    pub(crate) fn after_rest(&self, interval: Duration) -> Duration {
        interval.saturating_mul(3).checked_div(2).unwrap_or(self.max).clamp(self.min, self.max)
    }

    /// Doubled with every failure in a row, up to the ceiling, for ever.
    pub(crate) fn after_failure(&self, failures: u32) -> Duration {
        let doublings = failures.saturating_sub(1).min(MOST_DOUBLINGS);
        self.min.saturating_mul(1 << doublings).min(self.max)
    }

    /// The moment after this interval, moved a little: always the same way for the same catalog and moment, so that
    /// catalogs spread and tests can tell.
    pub(crate) fn due(&self, id: &CatalogId, now: DateTime<Utc>, interval: Duration) -> DateTime<Utc> {
        let percent = i64::from(self.jitter_percent.min(50));
        let millis = i64::try_from(interval.as_millis()).unwrap_or(i64::MAX / 200);
        let spread = millis / 100 * percent;
        let seed = mix(id.as_str(), now.timestamp());
        let offset = if spread == 0 { 0 } else { (seed % (2 * spread as u64 + 1)) as i64 - spread };
        now.checked_add_signed(TimeDelta::milliseconds(millis + offset)).unwrap_or(DateTime::<Utc>::MAX_UTC)
    }
}

/// FNV-1a: spreads, no secret.
fn mix(id: &str, salt: i64) -> u64 {
    let bytes = id.bytes().chain(salt.to_le_bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MINUTE: Duration = Duration::from_mins(1);

    fn cadence() -> Cadence {
        Cadence { min: 10 * MINUTE, max: 720 * MINUTE, jitter_percent: 10 }
    }

    #[test]
    fn a_resting_catalog_is_looked_at_ever_less_and_a_busy_one_ever_more() {
        let mut interval = cadence().first();
        let mut seen = vec![interval];
        while interval < cadence().max {
            interval = cadence().after_rest(interval);
            seen.push(interval);
        }
        assert_eq!(seen[1], 30 * MINUTE);
        assert_eq!(seen.len(), 10);
        assert_eq!(cadence().after_change(interval), 360 * MINUTE);
        assert_eq!(cadence().after_change(15 * MINUTE), 10 * MINUTE);
    }

    #[test]
    fn failures_double_the_wait_and_never_end_it() {
        let waits: Vec<u64> = [1, 2, 3, 7, 8, 1_000_000]
            .map(|failures| cadence().after_failure(failures).as_secs() / 60)
            .into();
        assert_eq!(waits, [10, 20, 40, 640, 720, 720]);
    }

    proptest! {
        #[test]
        fn jitter_stays_within_its_share_and_repeats(name in "[a-z]{1,8}", secs in 1_u64..1_000_000, at in 0_i64..4_000_000_000) {
            let id = CatalogId::new(&name).unwrap();
            let now = DateTime::from_timestamp(at, 0).unwrap();
            let due = cadence().due(&id, now, Duration::from_secs(secs));
            prop_assert_eq!(due, cadence().due(&id, now, Duration::from_secs(secs)));
            let waited = (due - now).num_milliseconds() as f64 / 1000.0;
            prop_assert!((waited - secs as f64).abs() <= secs as f64 * 0.1 + 0.001);
        }
    }
}
