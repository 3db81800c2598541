//! How long a service is left alone after a token request failed.

use std::{sync::Arc, time::Duration};

use crate::{AuthError, clock::Moment};

const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(60);

/// The time after a failure. It belongs to the source and not to a caller, so that an outage costs the same number of
/// requests whatever the number of callers.
#[derive(Clone, Debug)]
pub(crate) struct Backoff {
    until: Moment,
    failures: u32,
    last: Arc<AuthError>,
}

impl Backoff {
    /// After one more failure: twice as long as the time before, and never less than the service asks for. `spread` (0
    /// to 1) makes it up to a quarter longer, so that a fleet does not come back in step.
    pub(crate) fn after(failures: u32, error: &AuthError, now: Moment, spread: f64) -> Self {
        let least = error.retry_after().unwrap_or_default();
        Self {
            until: now.plus(delay(failures, least, spread)),
            failures: failures.saturating_add(1),
            last: Arc::new(error.clone()),
        }
    }

    /// The failures in a row.
    pub(crate) fn failures(&self) -> u32 {
        self.failures
    }

    pub(crate) fn forbids(&self, now: Moment) -> Option<AuthError> {
        (!self.until.has_passed(now)).then(|| AuthError::BackingOff {
            retry_after: self.until.after(now),
            last: Arc::clone(&self.last),
        })
    }
}

/// How long to wait after this many failures and one more.
pub(crate) fn delay(failures: u32, least: Duration, spread: f64) -> Duration {
    let doubled = FIRST
        .saturating_mul(2u32.saturating_pow(failures))
        .min(LONGEST);
    doubled.max(least).mul_f64(1.0 + spread / 4.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Outage, clock::SystemClock};

    fn delay(failures: u32, retry_after: Option<Duration>, spread: f64) -> Duration {
        let now = Moment::now(&SystemClock);
        let error = AuthError::Unavailable {
            what: String::new(),
            why: Outage::Timeout,
            retry_after,
        };
        Backoff::after(failures, &error, now, spread)
            .until
            .after(now)
    }

    /// I8: an outage costs the requests of its schedule whatever the number of callers, and a refusal of the credentials one.
    #[test]
    fn i08_each_failure_doubles_the_time_up_to_a_minute() {
        let seconds: Vec<_> = (0..8)
            .map(|failures| delay(failures, None, 0.0).as_secs())
            .collect();
        assert_eq!(seconds, [1, 2, 4, 8, 16, 32, 60, 60]);
        assert_eq!(delay(u32::MAX, None, 1.0), Duration::from_secs(75));
    }

    /// I8: an outage costs the requests of its schedule whatever the number of callers, and a refusal of the credentials one.
    #[test]
    fn i08_the_service_may_ask_for_more_time_but_not_for_less() {
        assert_eq!(
            delay(0, Some(Duration::from_secs(120)), 0.0),
            Duration::from_secs(120)
        );
        assert_eq!(delay(3, Some(Duration::ZERO), 0.0), Duration::from_secs(8));
    }
}
