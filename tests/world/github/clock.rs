//! The stand-in's clock: real until the test sets it, then it stands until the test moves it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};

/// Stands for "read the real clock".
const REAL: i64 = i64::MIN;

/// What time it is at the stand-in. Limits, windows, tokens and all moments of the repositories follow it.
#[derive(Clone, Debug)]
pub struct Clock(Arc<AtomicI64>);

impl Default for Clock {
    fn default() -> Self {
        Self(Arc::new(AtomicI64::new(REAL)))
    }
}

impl Clock {
    /// Sets the clock; it stands there until it is set or advanced again.
    pub fn set(&self, at: DateTime<Utc>) {
        self.0.store(at.timestamp_micros(), Ordering::SeqCst);
    }

    /// Moves the clock forward. A clock that was real stands from then on.
    pub fn advance(&self, by: TimeDelta) {
        self.set(self.now() + by);
    }

    /// Follows real time again.
    pub fn run(&self) {
        self.0.store(REAL, Ordering::SeqCst);
    }

    /// The time at the stand-in.
    pub fn now(&self) -> DateTime<Utc> {
        let micros = self.0.load(Ordering::SeqCst);
        if micros == REAL { Utc::now() } else { DateTime::from_timestamp_micros(micros).unwrap_or_default() }
    }

    /// Whether the test moves the clock.
    pub fn is_virtual(&self) -> bool {
        self.0.load(Ordering::SeqCst) != REAL
    }
}
