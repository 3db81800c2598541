//! How long to wait for something to become final, and how often to look.

use std::time::Duration;

/// How a [`Wait`](crate::Wait) waits: after which delays it looks again, and when it gives up.
///
/// Each delay is a random part of between half and all of a length that grows from look to look; where the service says
/// `Retry-After`, that comes first. Towards the deadline the delays get shorter again, so that the last look is not long
/// before it.
///
/// ```
/// use std::time::Duration;
/// use bindery_runtime::Patience;
///
/// let eager = Patience::new()
///     .delays(Duration::from_millis(200), 2, Duration::from_secs(5))
///     .deadline(Duration::from_secs(60));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "patience does nothing until a wait is given it"]
pub struct Patience {
    first: Duration,
    factor: u32,
    longest: Duration,
    deadline: Duration,
}

impl Patience {
    /// Delays of 1, 2, 4, 8, 16 and then 30 seconds, for ten minutes.
    pub const fn new() -> Self {
        Self {
            first: Duration::from_secs(1),
            factor: 2,
            longest: Duration::from_secs(30),
            deadline: Duration::from_secs(600),
        }
    }

    /// The first delay, by how much each is longer than the one before (1 for delays that stay the same), and the
    /// longest.
    pub const fn delays(mut self, first: Duration, factor: u32, longest: Duration) -> Self {
        self.first = first;
        self.factor = factor;
        self.longest = longest;
        self
    }

    /// How long to wait in all, from the first look on.
    pub const fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    pub(crate) fn patience(&self) -> Duration {
        self.deadline
    }

    /// How long to wait after look number `look` (from 0), with so much time left; `None` where there is no time for
    /// another look. `part` is the random part, from 0 to 1; `asked` is what the service asked for.
    pub(crate) fn delay(
        &self,
        look: u32,
        part: f64,
        asked: Option<Duration>,
        left: Duration,
    ) -> Option<Duration> {
        let asked = asked.unwrap_or_default();
        if asked > left || left <= self.first.min(self.longest) {
            return None;
        }
        let whole = self
            .first
            .saturating_mul(self.factor.saturating_pow(look))
            .min(self.longest);
        let half = whole / 2;
        let jittered = Duration::try_from_secs_f64(half.as_secs_f64() * part).unwrap_or(half);
        let delay = asked.saturating_add(half).saturating_add(jittered);
        Some(delay.min(asked.max(left / 2)))
    }
}

impl Default for Patience {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn delays_grow_to_the_longest() {
        let delays = (0..8).map(|look| {
            let delay = Patience::new().delay(look, 1.0, None, 600 * SECOND);
            delay.expect("there is time").as_secs()
        });
        assert_eq!(delays.collect::<Vec<_>>(), [1, 2, 4, 8, 16, 30, 30, 30]);
        let steady = Patience::new().delays(SECOND, 1, 30 * SECOND);
        assert_eq!(
            steady.delay(1000, 1.0, None, 600 * SECOND),
            Some(SECOND),
            "by a factor of 1 they stay the same"
        );
    }

    #[test]
    fn the_random_part_is_no_more_than_half() {
        let delay = |part| Patience::new().delay(3, part, None, 600 * SECOND);
        assert_eq!(delay(0.0), Some(4 * SECOND));
        assert_eq!(delay(1.0), Some(8 * SECOND));
    }

    #[test]
    fn towards_the_deadline_delays_get_shorter() {
        let delay = |left| Patience::new().delay(9, 1.0, None, left);
        assert_eq!(delay(20 * SECOND), Some(10 * SECOND));
        assert_eq!(delay(2 * SECOND), Some(SECOND));
        assert_eq!(delay(SECOND), None);
    }

    #[test]
    fn the_service_is_not_asked_before_the_time_it_named() {
        let delay =
            |asked, left| Patience::new().delay(0, 0.0, Some(asked * SECOND), left * SECOND);
        assert_eq!(delay(20, 600), Some(Duration::from_millis(20_500)));
        assert_eq!(delay(20, 20), Some(20 * SECOND));
        assert_eq!(delay(21, 20), None);
    }

    proptest! {
        #[test]
        fn no_delay_outlives_the_time_that_is_left(
            first: u64, factor: u32, longest: u64, look: u32, part in 0.0..=1.0, asked: Option<u64>, left: u64,
        ) {
            let seconds = Duration::from_secs;
            let patience = Patience::new().delays(seconds(first), factor, seconds(longest));
            let asked = asked.map(seconds);
            if let Some(delay) = patience.delay(look, part, asked, seconds(left)) {
                prop_assert!(delay <= seconds(left));
                prop_assert!(delay >= asked.unwrap_or_default());
            }
        }
    }
}
