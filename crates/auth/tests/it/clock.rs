//! Clocks that a test moves.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering::SeqCst},
    },
    time::{Duration, Instant, SystemTime},
};

use bindery_auth::Clock;

/// Two clocks that stand still until they are moved. Clones are the same clocks.
#[derive(Clone, Debug)]
pub(crate) struct TestClock(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    start: Instant,
    monotonic: AtomicU64,
    wall: AtomicI64,
}

impl TestClock {
    pub(crate) fn new() -> Self {
        let inner = Inner {
            start: Instant::now(),
            monotonic: AtomicU64::new(0),
            wall: AtomicI64::new(1_700_000_000_000),
        };
        Self(Arc::new(inner))
    }

    /// Time goes by.
    pub(crate) fn advance(&self, time: Duration) {
        self.0
            .monotonic
            .fetch_add(millis(time).unsigned_abs(), SeqCst);
        self.suspend(time);
    }

    /// Time goes by while the machine sleeps.
    pub(crate) fn suspend(&self, time: Duration) {
        self.0.wall.fetch_add(millis(time), SeqCst);
    }

    /// Someone sets the clock back.
    pub(crate) fn set_back(&self, time: Duration) {
        self.0.wall.fetch_sub(millis(time), SeqCst);
    }
}

impl Clock for TestClock {
    fn monotonic(&self) -> Instant {
        self.0.start + Duration::from_millis(self.0.monotonic.load(SeqCst))
    }

    fn wall(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_millis(self.0.wall.load(SeqCst).unsigned_abs())
    }
}

fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).expect("a time that a test can mean")
}
