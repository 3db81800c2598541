//! A clock that runs fast.

use std::time::{Duration, Instant, SystemTime};

use bindery_auth::Clock;

/// A minute goes by in a second: tokens end, and back-offs with them, many times in one run.
const TIMES: u32 = 60;

#[derive(Clone, Copy, Debug)]
pub(crate) struct FastClock {
    monotonic: Instant,
    wall: SystemTime,
}

impl FastClock {
    pub(crate) fn new() -> Self {
        Self {
            monotonic: Instant::now(),
            wall: SystemTime::now(),
        }
    }

    fn gone_by(&self) -> Duration {
        self.monotonic.elapsed() * TIMES
    }
}

impl Clock for FastClock {
    fn monotonic(&self) -> Instant {
        self.monotonic + self.gone_by()
    }

    fn wall(&self) -> SystemTime {
        self.wall + self.gone_by()
    }
}
