//! What is sent again, how often, and after which wait.

use std::{
    fmt,
    hash::{BuildHasher as _, RandomState},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use crate::{Error, Idempotency, Kind};

/// How a session sends again what failed.
///
/// Sent again is what may heal by itself: no connection, a broken one, an attempt that took too long, and HTTP 408, 429,
/// 502, 503 and 504; of these only what the operation's [`Idempotency`] permits. A request that never reached the
/// service may always be sent again.
///
/// The wait before the n-th retry is a random part of a delay that doubles each time ("full jitter"), so that many
/// callers do not come back at once. Where the service says `Retry-After`, that comes first and the random part on top.
/// No wait is begun that would not be over before the call's deadline: then the call fails at once with what it has.
///
/// All calls of a session pay their retries from one budget: a retry costs 5, of 500 unless set; a call that succeeds
/// pays back its last retry, or 1 where it needed none. So a provider that struggles is asked more often for a while,
/// and one that is down is not. (The scheme and its numbers are those of the AWS SDKs' standard mode.)
#[derive(Clone)]
#[must_use = "a policy does nothing until a session is made with it"]
pub struct RetryPolicy {
    retries: u32,
    first_delay: Duration,
    longest_delay: Duration,
    longest_retry_after: Duration,
    budget: u32,
    jitter: Arc<dyn Fn() -> f64 + Send + Sync>,
}

impl RetryPolicy {
    /// Three retries, waits of up to 0.2, 0.4 and 0.8 seconds, `Retry-After` up to 60 seconds, a budget of 100 retries.
    pub fn new() -> Self {
        Self {
            retries: 3,
            first_delay: Duration::from_millis(200),
            longest_delay: Duration::from_secs(20),
            longest_retry_after: Duration::from_secs(60),
            budget: 100,
            jitter: Arc::new(random_part),
        }
    }

    /// Nothing is sent again, but for the one replay with a fresh token after a 401.
    pub fn never() -> Self {
        Self::new().max_retries(0)
    }

    /// The most times a call is sent again. The replay after a 401 does not count.
    pub fn max_retries(mut self, retries: u32) -> Self {
        self.retries = retries;
        self
    }

    /// The longest wait before the first retry, and the longest of all however many there are.
    pub fn backoff(mut self, first: Duration, longest: Duration) -> Self {
        self.first_delay = first;
        self.longest_delay = longest;
        self
    }

    /// The longest `Retry-After` that is waited for. Where the service asks for more, the call fails at once, and
    /// [`Error::retry_after`] has what it asked for.
    pub fn longest_retry_after(mut self, longest: Duration) -> Self {
        self.longest_retry_after = longest;
        self
    }

    /// How many retries the session may make on end without a success.
    pub fn budget(mut self, retries: u32) -> Self {
        self.budget = retries;
        self
    }

    /// Where the random part of each wait comes from: 0 for no wait, 1 for the whole delay.
    pub fn jitter(mut self, part: impl Fn() -> f64 + Send + Sync + 'static) -> Self {
        self.jitter = Arc::new(part);
        self
    }

    pub(crate) fn retries(&self) -> u32 {
        self.retries
    }

    /// The random part of a wait, from 0 to 1.
    pub(crate) fn random_part(&self) -> f64 {
        let part = (self.jitter)();
        if part.is_finite() {
            part.clamp(0.0, 1.0)
        } else {
            1.0
        }
    }

    pub(crate) fn new_budget(&self) -> Budget {
        let full = self.budget.saturating_mul(Budget::RETRY);
        Budget {
            full,
            left: AtomicU32::new(full),
        }
    }

    /// How long to wait before retry number `retry` (from 0), or `None` where the service asks for more patience than
    /// there is.
    pub(crate) fn wait(&self, retry: u32, retry_after: Option<Duration>) -> Option<Duration> {
        let asked = retry_after.unwrap_or_default();
        if asked > self.longest_retry_after {
            return None;
        }
        let delay = self
            .first_delay
            .saturating_mul(2_u32.saturating_pow(retry))
            .min(self.longest_delay);
        let part = self.random_part();
        // `mul_f64` panics where the product does not fit: a delay near `Duration::MAX` rounds up.
        let jittered = Duration::try_from_secs_f64(delay.as_secs_f64() * part).unwrap_or(delay);
        Some(asked.saturating_add(jittered))
    }
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for RetryPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RetryPolicy")
            .field("retries", &self.retries)
            .field("first_delay", &self.first_delay)
            .field("longest_delay", &self.longest_delay)
            .field("longest_retry_after", &self.longest_retry_after)
            .field("budget", &self.budget)
            .finish_non_exhaustive()
    }
}

/// Spreads waits; it guards no secret, so the standard library's hash keys are random enough.
fn random_part() -> f64 {
    let bits = RandomState::new().hash_one(());
    // The upper 53 bits are what an `f64` holds exactly.
    (bits >> 11) as f64 / (1_u64 << 53) as f64
}

/// What a session's calls pay their retries from.
#[derive(Debug)]
pub(crate) struct Budget {
    full: u32,
    left: AtomicU32,
}

impl Budget {
    const RETRY: u32 = 5;
    const FIRST_SUCCESS: u32 = 1;

    /// Pays for one retry, where there is enough left.
    pub(crate) fn pay(&self) -> bool {
        self.change(|left| left.checked_sub(Self::RETRY))
    }

    /// Takes back what a success is worth.
    pub(crate) fn succeeded(&self, retried: bool) {
        let worth = if retried {
            Self::RETRY
        } else {
            Self::FIRST_SUCCESS
        };
        self.change(|left| (left < self.full).then(|| left.saturating_add(worth).min(self.full)));
    }

    fn change(&self, change: impl FnMut(u32) -> Option<u32>) -> bool {
        // A count: nothing else is read on the strength of it.
        self.left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, change)
            .is_ok()
    }
}

/// Whether what happened may heal by itself, and the operation permits another try.
pub(crate) fn may_heal(error: &Error, idempotency: Idempotency) -> bool {
    let harmless = matches!(idempotency, Idempotency::Safe | Idempotency::Idempotent);
    match error.kind() {
        // The service never saw the request.
        Kind::Connect => true,
        Kind::Timeout | Kind::Connection => harmless,
        Kind::Refused => {
            let status = error.status().map(|status| status.as_u16());
            harmless && matches!(status, Some(408 | 429 | 502 | 503 | 504))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn whole() -> RetryPolicy {
        RetryPolicy::new()
            .backoff(Duration::from_millis(100), Duration::from_secs(1))
            .jitter(|| 1.0)
    }

    #[test]
    fn waits_double_up_to_the_longest() {
        let waits: Vec<_> = (0..6)
            .map(|retry| whole().wait(retry, None).expect("a wait").as_millis())
            .collect();
        assert_eq!(waits, [100, 200, 400, 800, 1000, 1000]);
    }

    #[test]
    fn the_service_is_never_asked_before_the_time_it_named() {
        let asked = Some(Duration::from_secs(7));
        assert_eq!(
            whole().jitter(|| 0.0).wait(0, asked),
            Some(Duration::from_secs(7))
        );
        assert_eq!(whole().wait(0, asked), Some(Duration::from_millis(7100)));
    }

    #[test]
    fn a_wait_longer_than_allowed_is_not_begun() {
        let policy = whole().longest_retry_after(Duration::from_secs(60));
        assert!(policy.wait(0, Some(Duration::from_secs(60))).is_some());
        assert_eq!(policy.wait(0, Some(Duration::from_secs(61))), None);
    }

    #[test]
    fn random_parts_differ_and_stay_in_range() {
        let parts: Vec<_> = (0..100).map(|_| random_part()).collect();
        assert!(parts.iter().all(|part| (0.0..1.0).contains(part)));
        assert!(parts.windows(2).any(|pair| pair[0] != pair[1]));
    }

    #[test]
    fn an_outage_spends_the_budget_and_successes_fill_it_again() {
        let budget = RetryPolicy::new().budget(3).new_budget();
        let paid = |budget: &Budget| (0..10).filter(|_| budget.pay()).count();
        assert_eq!(paid(&budget), 3);
        (0..4).for_each(|_| budget.succeeded(false));
        assert_eq!(paid(&budget), 0, "four successes are not worth a retry");
        budget.succeeded(false);
        assert_eq!(paid(&budget), 1);
        budget.succeeded(true);
        assert_eq!(paid(&budget), 1, "a success gives its retry back");
    }

    #[test]
    fn successes_do_not_save_up_for_a_storm() {
        let budget = RetryPolicy::new().budget(2).new_budget();
        (0..100).for_each(|_| budget.succeeded(true));
        assert_eq!((0..10).filter(|_| budget.pay()).count(), 2);
    }

    proptest! {
        #[test]
        fn no_policy_and_no_answer_makes_it_panic(
            retry: u32, first: u64, longest: u64, asked: Option<u64>, part: f64,
        ) {
            let policy = RetryPolicy::new()
                .backoff(Duration::from_secs(first), Duration::from_secs(longest))
                .jitter(move || part);
            let asked = asked.map(Duration::from_secs);
            if let Some(wait) = policy.wait(retry, asked) {
                let asked = asked.unwrap_or_default();
                prop_assert!(wait >= asked);
                // A `f64` rounds where there are more than 53 bits.
                let most = asked.as_secs_f64() + longest as f64;
                prop_assert!(wait.as_secs_f64() <= most * 1.000_001);
            }
        }
    }
}
