//! The current token of one identity, and who gets the next one when.
//!
//! | state | what a call gets | what else happens |
//! |---|---|---|
//! | no token yet | waits for the flight | starts one |
//! | fresh | the token, at once | |
//! | due | the token, at once | starts a flight, unless one is under way or was so a moment ago |
//! | expired, or refused by a 401 | waits for the flight | starts one |
//! | backing off | the token while it is usable, then the last error | nothing until the time is over |
//! | dead | the token while it is usable, then the refusal | nothing, ever: the credentials have to change |
//!
//! A *flight* is the one exchange under way. It runs as a task of its own, so that it outlives the call that started it:
//! a refresh token may be spent by the time that call is dropped. All who wait share its outcome, a failure included.

use std::{
    fmt,
    hash::{BuildHasher, RandomState},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use arc_swap::ArcSwapOption;
use bindery_runtime::{Generation, Secret};
use tokio::{runtime::Handle, sync::watch};

use crate::{
    AuthError, Clock, Grant, MemoryStore, Scopes, SystemClock, TokenKey, TokenStore,
    backoff::Backoff, clock::Moment, flight::Landed, keeping::Kept, token::Token,
};

/// Refusals of new tokens in a row that each get another token at once; after that, one a second. It bounds what a
/// service costs that refuses whatever it issued.
const REFUSALS_AT_ONCE: u32 = 10;

/// The access tokens of one identity at one provider. Cheap to clone; clones share the token.
#[derive(Clone)]
pub struct TokenSource(Arc<Slot>);

pub(crate) struct Slot {
    pub(crate) grant: Box<dyn Grant>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) store: Arc<dyn TokenStore>,
    pub(crate) key: TokenKey,
    /// Between 0 and 1, another for each instance and always the same for one: sets the instances of a fleet apart.
    pub(crate) spread: f64,
    current: ArcSwapOption<Token>,
    state: Mutex<State>,
}

/// What changes under the lock, which is never held while anything is awaited.
pub(crate) struct State {
    flight: Option<watch::Receiver<Option<Outcome>>>,
    standing: Standing,
    pub(crate) kept: Kept,
    issued: Generation,
    /// When the tokens that were refused lately would have been due at one a second.
    refusals: Option<Moment>,
}

/// Whether the service may be asked.
enum Standing {
    Good,
    BackingOff(Backoff),
    Dead(AuthError),
}

type Outcome = Result<Arc<Token>, AuthError>;

impl TokenSource {
    /// A source that asks `grant` when a token is wanted, and not before.
    pub fn new(grant: impl Grant) -> Self {
        Self::with_clock(grant, Arc::new(SystemClock))
    }

    /// As [`TokenSource::new`], by another clock.
    pub fn with_clock(grant: impl Grant, clock: Arc<dyn Clock>) -> Self {
        let key = TokenKey::new(grant.provider(), "", "", &Scopes::default());
        Self::with_store(grant, clock, key, Arc::new(MemoryStore::new()))
    }

    /// As [`TokenSource::with_clock`], with the tokens kept in `store` under `key`, which no other identity may have.
    /// Sources that share both, in any number of processes, share the tokens.
    pub fn with_store(
        grant: impl Grant,
        clock: Arc<dyn Clock>,
        key: TokenKey,
        store: Arc<dyn TokenStore>,
    ) -> Self {
        let state = State {
            flight: None,
            standing: Standing::Good,
            kept: Kept::new(grant.root()),
            issued: Generation(0),
            refusals: None,
        };
        Self(Arc::new(Slot {
            grant: Box::new(grant),
            clock,
            store,
            key,
            spread: fraction(),
            current: ArcSwapOption::empty(),
            state: Mutex::new(state),
        }))
    }

    /// Makes sure there is a usable token, and tells which.
    ///
    /// # Errors
    ///
    /// Why there is none.
    pub async fn ready(&self) -> Result<Generation, AuthError> {
        match self.usable(|token| token.generation) {
            Some(generation) => Ok(generation),
            None => Ok(self.wait().await?.generation),
        }
    }

    pub(crate) fn provider(&self) -> &'static str {
        self.0.grant.provider()
    }

    /// Hands the current token to `show`, if it is usable: without a wait, a lock or an allocation. Sees to it that a
    /// token that is due gets renewed meanwhile.
    pub(crate) fn usable<R>(&self, show: impl FnOnce(&Token) -> R) -> Option<R> {
        let current = self.0.current.load();
        let token = current.as_deref()?;
        let now = Moment::now(&*self.0.clock);
        if !token.is_usable(now) {
            return None;
        }
        if token.is_due(now) {
            self.0.renew_meanwhile(now);
        }
        Some(show(token))
    }

    /// Waits for a usable token.
    pub(crate) async fn wait(&self) -> Outcome {
        let joined = self.0.join();
        joined.outcome(self.provider()).await
    }

    /// Told that the service answered `generation` with a 401. Answers whether there is a newer token.
    pub(crate) async fn rejected(&self, generation: Generation) -> Result<bool, AuthError> {
        if !self.0.note_refusal(generation) {
            return Ok(false);
        }
        Ok(self.wait().await?.generation > generation)
    }
}

/// A place in the queue for a token.
enum Joined {
    Have(Arc<Token>),
    Wait(watch::Receiver<Option<Outcome>>),
    Fail(AuthError),
}

impl Joined {
    async fn outcome(self, provider: &'static str) -> Outcome {
        match self {
            Self::Have(token) => Ok(token),
            Self::Fail(error) => Err(error),
            // The sender is dropped without an outcome when the flight panics or its runtime shuts down.
            Self::Wait(mut flight) => match flight
                .wait_for(Option::is_some)
                .await
                .map(|outcome| outcome.clone())
            {
                Ok(Some(outcome)) => outcome,
                Ok(None) | Err(_) => Err(AuthError::Stopped { provider }),
            },
        }
    }
}

impl Slot {
    /// The usable token, or a seat in the one flight, or the reason why there is neither.
    fn join(self: &Arc<Self>) -> Joined {
        let now = Moment::now(&*self.clock);
        let mut state = self.state();
        // Looked up under the lock, so that a flight that has just landed is not started again.
        if let Some(token) = self
            .current
            .load_full()
            .filter(|token| token.is_usable(now))
        {
            return Joined::Have(token);
        }
        if let Some(flight) = state.under_way() {
            return Joined::Wait(flight.clone());
        }
        if let Some(error) = state.standing.forbids(now) {
            return Joined::Fail(error);
        }
        Joined::Wait(self.take_off(state))
    }

    /// Starts a flight that nobody waits for, if it is time for one.
    fn renew_meanwhile(self: &Arc<Self>, now: Moment) {
        // Whoever holds the lock is about to find out the same.
        let Ok(mut state) = self.state.try_lock() else {
            return;
        };
        let landed = self
            .current
            .load()
            .as_deref()
            .is_some_and(|token| !token.is_due(now));
        if !landed && state.under_way().is_none() && state.standing.forbids(now).is_none() {
            self.take_off(state);
        }
    }

    fn take_off(
        self: &Arc<Self>,
        mut state: MutexGuard<'_, State>,
    ) -> watch::Receiver<Option<Outcome>> {
        let (arrived, flight) = watch::channel(None);
        state.flight = Some(flight.clone());
        drop(state);
        // Without a runtime the sender is dropped here, which those who wait are told as `Stopped`.
        if let Ok(runtime) = Handle::try_current() {
            let slot = Arc::clone(self);
            runtime.spawn(async move {
                let (lease, outcome) = slot.fly().await;
                let outcome = slot.land(outcome);
                arrived.send_replace(Some(outcome));
                drop(lease);
                slot.save_later();
            });
        }
        flight
    }

    /// Ends the flight: the new token is in its place before anyone can look for it.
    fn land(&self, outcome: Result<Landed, AuthError>) -> Outcome {
        let now = Moment::now(&*self.clock);
        let provider = self.grant.provider();
        let mut state = self.state();
        state.flight = None;
        match outcome {
            Ok(landed) => {
                state.issued = Generation(state.issued.0 + 1);
                state.standing = Standing::Good;
                let token = Arc::new(Token::new(state.issued, landed.text, landed.schedule));
                self.current.store(Some(Arc::clone(&token)));
                tracing::debug!(
                    provider,
                    generation = token.generation.0,
                    "got an access token"
                );
                Ok(token)
            }
            Err(error) if error.is_final() => {
                tracing::warn!(provider, %error, "no more access tokens: the credentials were refused");
                state.standing = Standing::Dead(error.clone());
                Err(error)
            }
            Err(error) => {
                let backoff = Backoff::after(state.standing.failures(), &error, now, self.spread);
                tracing::debug!(provider, %error, failures = backoff.failures(), "got no access token");
                state.standing = Standing::BackingOff(backoff);
                Err(error)
            }
        }
    }

    /// Takes a refused token out of service. Answers `false` where no other can be had for it: a request that was on its
    /// way for long may name a token that was replaced since, and that burns nothing.
    fn note_refusal(&self, generation: Generation) -> bool {
        let now = Moment::now(&*self.clock);
        let mut state = self.state();
        let current = self.current.load_full();
        let Some(token) =
            current.filter(|token| token.generation == generation && !token.is_refused())
        else {
            return true;
        };
        let allowed = state.may_refuse(now);
        if allowed {
            token.refuse();
        }
        allowed
    }

    /// Whether this is the text of the current token.
    pub(crate) fn is_current(&self, secret: &Secret) -> bool {
        self.current
            .load()
            .as_deref()
            .is_some_and(|token| token.text.is(secret))
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        // Nothing that may panic runs under the lock, and every field is whole on its own.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The flight, unless its task ended without landing.
    fn under_way(&mut self) -> Option<&watch::Receiver<Option<Outcome>>> {
        if self
            .flight
            .as_ref()
            .is_some_and(|flight| flight.has_changed().is_err())
        {
            self.flight = None;
        }
        self.flight.as_ref()
    }

    /// Counts a refusal of the current token, if there may be one more.
    fn may_refuse(&mut self, now: Moment) -> bool {
        let due = self.refusals.unwrap_or(now).or_later(now);
        let allowed = due.after(now) < Duration::from_secs(1) * REFUSALS_AT_ONCE;
        if allowed {
            self.refusals = Some(due.plus(Duration::from_secs(1)));
        }
        allowed
    }
}

impl Standing {
    /// Why the service may not be asked now.
    fn forbids(&self, now: Moment) -> Option<AuthError> {
        match self {
            Self::Good => None,
            Self::BackingOff(backoff) => backoff.forbids(now),
            Self::Dead(error) => Some(error.clone()),
        }
    }

    fn failures(&self) -> u32 {
        match self {
            Self::BackingOff(backoff) => backoff.failures(),
            Self::Good | Self::Dead(_) => 0,
        }
    }
}

impl fmt::Debug for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let generation = self
            .0
            .current
            .load()
            .as_deref()
            .map(|token| token.generation.0);
        f.debug_struct("TokenSource")
            .field("provider", &self.provider())
            .field("generation", &generation)
            .finish_non_exhaustive()
    }
}

/// A random number between 0 and 1. The standard library seeds each `RandomState` anew.
fn fraction() -> f64 {
    f64::from(RandomState::new().hash_one(()) as u32) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use std::{sync::mpsc, thread};

    use super::*;
    use crate::{Exchange, Issued, Lifetime, Root, Rotation};

    #[derive(Debug)]
    struct AtOnce;

    impl Grant for AtOnce {
        fn provider(&self) -> &'static str {
            "test"
        }

        fn root(&self) -> Root {
            Root::Credentials
        }

        fn rotation(&self) -> Rotation {
            Rotation::None
        }

        fn sign_in(&self) -> Exchange<'_> {
            Box::pin(async { Ok(Issued::new("token", Lifetime::Seconds(3600))) })
        }

        fn refresh<'a>(&'a self, _: &'a Secret) -> Exchange<'a> {
            self.sign_in()
        }
    }

    #[tokio::test]
    async fn a_hit_takes_no_lock() {
        let source = TokenSource::new(AtOnce);
        source.ready().await.expect("a token");
        let held = source.0.state();
        let (found, finding) = mpsc::channel();
        let looking = source.clone();
        // Another thread, since one that waits for a lock of its own would never come to tell.
        thread::spawn(move || found.send(looking.usable(|token| token.generation)));
        let found = finding.recv_timeout(Duration::from_secs(10));
        assert_eq!(found, Ok(Some(Generation(1))));
        drop(held);
    }
}
