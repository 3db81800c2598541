//! The one clock of the sandbox.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime};

use chrono::{DateTime, TimeDelta, Utc};

/// The wall clock by which the sandbox judges every lifetime and stamps every record.
///
/// It runs with the machine's clock plus an offset that all clones share, so that a caller can let
/// a token expire with [`Clock::advance`] instead of waiting for it, or set the clock wrong with
/// [`Clock::step`].
#[derive(Clone, Debug, Default)]
pub struct Clock {
    offset_nanos: Arc<AtomicI64>,
}

impl Clock {
    /// A clock that tells the machine's time.
    pub fn new() -> Self {
        Self::default()
    }

    /// The sandbox's time.
    pub fn now(&self) -> DateTime<Utc> {
        DateTime::from(SystemTime::now()) + self.offset()
    }

    /// How far the sandbox's time is ahead of the machine's; negative if it is behind.
    pub fn offset(&self) -> TimeDelta {
        TimeDelta::nanoseconds(self.offset_nanos.load(Ordering::SeqCst))
    }

    /// Moves the clock, and that of every clone, ahead by `by`.
    ///
    /// Advances and steps add up; their sum is capped at 2⁶³ nanoseconds, about 292 years, either
    /// way.
    pub fn advance(&self, by: Duration) {
        self.add(i64::try_from(by.as_nanos()).unwrap_or(i64::MAX));
    }

    /// Steps the clock, and that of every clone, by so many seconds: ahead, or, if negative, back.
    /// The cap is that of [`Clock::advance`].
    pub fn step(&self, seconds: i64) {
        self.add(seconds.saturating_mul(1_000_000_000));
    }

    fn add(&self, nanos: i64) {
        let add = |offset: i64| Some(offset.saturating_add(nanos));
        self.offset_nanos
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, add)
            .expect("the update never declines");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_share_every_advance() {
        let clock = Clock::new();
        let clone = clock.clone();
        let before = clone.now();
        clock.advance(Duration::from_secs(3600));
        clone.advance(Duration::from_secs(3600));
        assert!((clock.now() - before).num_seconds() >= 7200);
    }

    #[test]
    fn an_absurd_advance_is_capped_instead_of_overflowing() {
        let clock = Clock::new();
        clock.advance(Duration::MAX);
        clock.advance(Duration::MAX);
        assert!(clock.now() > DateTime::from(SystemTime::now()));
    }
    #[test]
    fn a_step_goes_either_way_and_is_capped_too() {
        let clock = Clock::new();
        clock.step(-3600);
        assert_eq!(clock.offset(), TimeDelta::hours(-1));
        clock.step(7200);
        assert_eq!(clock.offset(), TimeDelta::hours(1));
        clock.step(i64::MIN);
        clock.step(i64::MIN);
        assert!(clock.now() < DateTime::from(SystemTime::now()));
    }
}
