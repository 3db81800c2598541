//! Two clocks, since each of them alone is wrong at times.

use std::{
    fmt,
    time::{Duration, Instant, SystemTime},
};

/// Where the time comes from. Tests bring their own.
pub trait Clock: fmt::Debug + Send + Sync + 'static {
    /// The clock that never steps, but may stand still while the machine is suspended.
    fn monotonic(&self) -> Instant;

    /// The clock that goes on in suspend, but may be set forwards or backwards.
    fn wall(&self) -> SystemTime;
}

/// The clocks of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn monotonic(&self) -> Instant {
        Instant::now()
    }

    fn wall(&self) -> SystemTime {
        SystemTime::now()
    }
}

/// One moment, read off both clocks. As a deadline it has passed as soon as either clock says so: a token is then never
/// served for too long, neither after a suspend nor after the wall clock was set back.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    monotonic: Instant,
    wall: SystemTime,
}

impl Moment {
    pub(crate) fn now(clock: &dyn Clock) -> Self {
        Self {
            monotonic: clock.monotonic(),
            wall: clock.wall(),
        }
    }

    /// Later by `delay`, or the same moment where a clock cannot tell a time that late.
    pub(crate) fn plus(self, delay: Duration) -> Self {
        Self {
            monotonic: self.monotonic.checked_add(delay).unwrap_or(self.monotonic),
            wall: self.wall.checked_add(delay).unwrap_or(self.wall),
        }
    }

    /// By each clock the later of the two.
    pub(crate) fn or_later(self, other: Self) -> Self {
        Self {
            monotonic: self.monotonic.max(other.monotonic),
            wall: self.wall.max(other.wall),
        }
    }

    pub(crate) fn has_passed(self, now: Self) -> bool {
        now.monotonic >= self.monotonic || now.wall >= self.wall
    }

    /// How long ago `wall` was, by the clock on the wall; nothing where it is still to come.
    pub(crate) fn since(self, wall: SystemTime) -> Duration {
        self.wall.duration_since(wall).unwrap_or_default()
    }

    pub(crate) fn wall(self) -> SystemTime {
        self.wall
    }

    /// How long until it has passed.
    pub(crate) fn after(self, now: Self) -> Duration {
        let by_wall = self.wall.duration_since(now.wall).unwrap_or_default();
        self.monotonic
            .saturating_duration_since(now.monotonic)
            .min(by_wall)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// I17: no lifetime makes it panic, ask more than once a second, or give up half of a life.
    #[test]
    fn i17_a_clock_at_the_end_of_its_time_neither_panics_nor_lets_anything_live_for_ever() {
        let end = SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(i64::MAX.unsigned_abs()));
        let now = Moment {
            monotonic: Instant::now(),
            wall: end.expect("the last second"),
        };
        let deadline = now.plus(Duration::from_secs(3600));
        assert!(deadline.has_passed(now));
        assert_eq!(deadline.after(now), Duration::ZERO);
    }
}
