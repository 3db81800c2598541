//! The one clock of the sandbox.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};

/// The wall clock by which the sandbox judges every lifetime and stamps every record.
///
/// It runs with the machine's clock plus an offset that all clones share, so that a caller can let
/// a token expire with [`Clock::advance`] instead of waiting for it.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    offset_nanos: Arc<AtomicU64>,
}

impl Clock {
    /// A clock that tells the machine's time.
    pub fn new() -> Self {
        Self::default()
    }

    /// The sandbox's time.
    pub fn now(&self) -> DateTime<Utc> {
        let offset = Duration::from_nanos(self.offset_nanos.load(Ordering::SeqCst));
        DateTime::from(SystemTime::now() + offset)
    }

    /// Moves the clock, and that of every clone, ahead by `by`.
    ///
    /// Advances add up; their sum is capped at 2⁶³ nanoseconds, about 292 years.
    pub fn advance(&self, by: Duration) {
        const CAP: u64 = i64::MAX as u64;
        let nanos = u64::try_from(by.as_nanos()).map_or(CAP, |nanos| nanos.min(CAP));
        let add = |offset: u64| Some(offset.saturating_add(nanos).min(CAP));
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
}
