//! The service: what it issued when, what it was shown, and when it may next be asked.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard},
    time::{Duration, Instant, SystemTime},
};

use bindery_auth::{
    AuthError, Clock, Exchange, Grant, Issued, Lifetime, Outage, Refusal, Rejected, Root, Rotation,
};
use bindery_runtime::Secret;

use crate::{
    clock::TestClock,
    stage::{HOUR, SECOND},
};

/// How the service is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Health {
    /// Issues tokens that live for so many seconds.
    Well(i64),
    Down,
    Throttles(u64),
    Malformed,
    Panics,
    /// Takes what it is shown, and no answer comes.
    Loses,
    RefusesRefreshTokens,
    RefusesCredentials,
}

pub(super) type Both = (Instant, SystemTime);

/// A token as the service remembers it.
pub(super) struct Minted {
    pub(super) asked: Both,
    pub(super) life: Duration,
    pub(super) refused: bool,
    /// It was out of use when a 401 named the newest token that was known: that may have been this one.
    pub(super) doubted: bool,
    /// Still to be taken over from the store, whose times are by one clock.
    pub(super) stored: bool,
    /// Taken over.
    pub(super) adopted: bool,
}

#[derive(Default)]
pub(super) struct Ledger {
    pub(super) under_way: usize,
    pub(super) most_under_way: usize,
    pub(super) exchanges: usize,
    pub(super) minted: HashMap<String, Minted>,
    pub(super) spent: HashSet<String>,
    pub(super) spent_shown: usize,
    /// Failures since the last success, and until when the last one forbids another request.
    pub(super) failures: u32,
    pub(super) closed_until: Option<Both>,
    /// When it surely may be asked again: up to a quarter later, so that a fleet does not come back in step.
    pub(super) open_from: Option<Both>,
    /// The refresh token was refused just now, so the credentials may be shown at once.
    pub(super) falls_back: bool,
    pub(super) dead: bool,
    pub(super) refusals: usize,
    pub(super) faults: Vec<String>,
}

/// The service, and a grant that asks it.
#[derive(Clone)]
pub(super) struct Service {
    pub(super) clock: TestClock,
    pub(super) rotation: Rotation,
    pub(super) health: Arc<Mutex<Health>>,
    pub(super) ledger: Arc<Mutex<Ledger>>,
}

impl Service {
    pub(super) fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().expect("no panic under the lock")
    }

    pub(super) fn health(&self) -> Health {
        *self.health.lock().expect("no panic under the lock")
    }

    pub(super) fn now(&self) -> Both {
        (self.clock.monotonic(), self.clock.wall())
    }

    /// Whether a moment has come by either clock.
    pub(super) fn is_past(&self, (monotonic, wall): Both) -> bool {
        self.clock.monotonic() >= monotonic || self.clock.wall() >= wall
    }

    fn in_a(&self, time: Duration) -> Both {
        let (monotonic, wall) = self.now();
        (monotonic + time, wall + time)
    }

    async fn exchange(&self, shown: Option<String>) -> Result<Issued, AuthError> {
        {
            let mut ledger = self.ledger();
            ledger.exchanges += 1;
            ledger.under_way += 1;
            ledger.most_under_way = ledger.most_under_way.max(ledger.under_way);
            if ledger.dead {
                ledger
                    .faults
                    .push("asked after it refused the credentials".to_owned());
            }
            let closed = ledger.closed_until.filter(|until| !self.is_past(*until));
            if closed.is_some() && !ledger.falls_back {
                let failures = ledger.failures;
                ledger
                    .faults
                    .push(format!("asked too early, after {failures} failures"));
            }
            ledger.falls_back = false;
            if let Some(shown) = &shown {
                let spent = !ledger.spent.insert(shown.clone());
                ledger.spent_shown += usize::from(spent && self.rotation != Rotation::None);
            }
        }
        let under_way = UnderWay(self.clone());
        for _ in 0..3 {
            tokio::task::yield_now().await;
        }
        let answer = self.answer(shown.as_deref());
        drop(under_way);
        answer
    }

    fn answer(&self, shown: Option<&str>) -> Result<Issued, AuthError> {
        let health = self.health();
        if health == Health::Panics {
            panic!("as the test says");
        }
        let unavailable = |why, retry_after| AuthError::Unavailable {
            what: "the service is down".to_owned(),
            why,
            retry_after,
        };
        let rejected = |what| AuthError::Rejected {
            provider: "test",
            operation: "token",
            what,
            answer: Refusal {
                status: 400,
                code: None,
            },
            remedy: "try another",
        };
        let mut ledger = self.ledger();
        let error = match health {
            Health::Well(seconds) => return Ok(self.issue(&mut ledger, seconds)),
            Health::RefusesRefreshTokens => match shown {
                None => return Ok(self.issue(&mut ledger, 3600)),
                Some(_) => {
                    ledger.falls_back = true;
                    return Err(rejected(Rejected::RefreshToken));
                }
            },
            Health::RefusesCredentials => {
                if let Some(shown) = shown {
                    ledger.spent.remove(shown);
                }
                ledger.dead = true;
                rejected(Rejected::Credentials)
            }
            Health::Throttles(seconds) => {
                if let Some(shown) = shown {
                    ledger.spent.remove(shown);
                }
                // A caller of `of_call` caps it at an hour; a grant may say what it likes.
                unavailable(Outage::Status(429), Some(Duration::from_secs(seconds)))
            }
            Health::Down => {
                if let Some(shown) = shown {
                    ledger.spent.remove(shown);
                }
                unavailable(Outage::Connect, None)
            }
            Health::Loses => unavailable(Outage::Lost, None),
            Health::Malformed | Health::Panics => AuthError::malformed("test", "no token"),
        };
        let doubled = SECOND.saturating_mul(2_u32.saturating_pow(ledger.failures));
        let wait = doubled
            .min(60 * SECOND)
            .max(error.retry_after().unwrap_or_default());
        ledger.failures += 1;
        ledger.closed_until = Some(self.in_a(wait));
        ledger.open_from = Some(self.in_a(wait.mul_f64(1.25)));
        Err(error)
    }

    fn issue(&self, ledger: &mut Ledger, seconds: i64) -> Issued {
        let number = ledger.minted.len() + 1;
        let life = Duration::from_secs(u64::try_from(seconds).unwrap_or(0));
        let life = life.clamp(SECOND, 10 * 365 * 24 * HOUR);
        let minted = Minted {
            asked: self.now(),
            life,
            refused: false,
            doubted: false,
            stored: false,
            adopted: false,
        };
        ledger.minted.insert(format!("token-{number}"), minted);
        ledger.failures = 0;
        // Whatever the life is, the next request is a second away, unless this token is refused.
        ledger.closed_until = Some(self.in_a(SECOND));
        ledger.open_from = None;
        Issued::new(format!("token-{number}"), Lifetime::Seconds(seconds))
            .refresh_token(Some(format!("refresh-{number}").into()), Lifetime::Unknown)
    }
}

/// An exchange, even if it panics.
struct UnderWay(Service);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.ledger().under_way -= 1;
    }
}

impl std::fmt::Debug for Service {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Service")
    }
}

impl Grant for Service {
    fn provider(&self) -> &'static str {
        "test"
    }

    fn root(&self) -> Root {
        Root::Credentials
    }

    fn rotation(&self) -> Rotation {
        self.rotation
    }

    fn sign_in(&self) -> Exchange<'_> {
        Box::pin(self.exchange(None))
    }

    fn refresh<'a>(&'a self, refresh_token: &'a Secret) -> Exchange<'a> {
        Box::pin(self.exchange(Some(refresh_token.expose_secret().to_owned())))
    }
}
